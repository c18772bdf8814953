"""What a server does not offer it does not get: encodings, SMTPUTF8, BDAT,
DSN parameters, its limits.  Messages are decoded with Python's own parser."""

import email
import email.policy

import pytest

from eddtest import message
from receiver import Receiver

ALL = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING", "BINARYMIME",
       "SIZE 50000000")


@pytest.fixture
def relay(make_edd, cleanup):
    """A function: extensions -> a daemon and the server it relays to."""
    def make(extensions):
        server = Receiver(extensions).start()
        cleanup.append(server)
        edd = make_edd(route=(server.address, server.port))
        return edd.start().setup(), server
    return make


def submit(edd, text, rcpts=("a@example.net",), options=(), rcpt_options=(),
           sender="news@example.org"):
    with edd.client() as smtp:
        smtp.ehlo()
        if "SMTPUTF8" in options:
            smtp.command_encoding = "utf-8"
        code, reply = smtp.mail(sender, options)
        assert code == 250, reply
        for rcpt in rcpts:
            code, reply = smtp.rcpt(rcpt, rcpt_options)
            assert code == 250, reply
        code, reply = smtp.data(text)
        assert code == 250, reply


def leaves(octets):
    """Type and decoded content of every leaf."""
    parsed = email.message_from_bytes(octets, policy=email.policy.SMTP)
    return [(part.get_content_type(), part.get_payload(decode=True))
            for part in parsed.walk() if not part.is_multipart()]


MIXED = (
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=\"=_b\"\r\n"
    "\r\nGr\u00fc\u00dfe\r\n--=_b\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
    "Some words before \u00e4\u00f6\u00fc = and after \r\n.\r\n"
    "--=_b\r\n"
    "Content-Type: multipart/alternative; boundary=b2\r\n\r\n"
    "--b2\r\nContent-Type: text/html; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n\r\n"
    "<p>\u20ac\u20ac\u20ac\u20ac</p>\r\n--b2--\r\n\r\n"
    "--=_b\r\nContent-Type: application/octet-stream\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n"
    "--=_b--\r\n")


def eight_bit_message():
    return message(headers=MIXED.partition("\r\n\r\n")[0] + "\r\n",
                   body="").rstrip(b"\r\n") + b"\r\n\r\n" + \
        MIXED.partition("\r\n\r\n")[2].encode()


def test_eight_bits_are_encoded_for_who_does_not_take_them(relay):
    edd, server = relay(["PIPELINING"])
    text = eight_bit_message()
    submit(edd, text)
    taken = server.wait()[0]
    assert taken.data.isascii()
    assert "BODY" not in taken.mail
    assert leaves(taken.data) == leaves(text)
    edd.wait_log(r"re-encoded=yes signatures=broken")


def test_eight_bits_go_as_they_are_to_who_takes_them(relay):
    edd, server = relay(["PIPELINING", "8BITMIME"])
    text = eight_bit_message()
    submit(edd, text)
    taken = server.wait()[0]
    assert taken.data.endswith(text.partition(b"\r\n\r\n")[2])
    assert "BODY=8BITMIME" in taken.mail
    assert "re-encoded" not in edd.log()


def test_large_attachment_in_eight_bits(relay):
    edd, server = relay(["PIPELINING"])
    body = "Zeile \u00fcber Zeile, noch eine\r\n" * 20000
    text = message(headers="MIME-Version: 1.0\r\n"
                   "Content-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: 8bit\r\n").rstrip(b"Helo.\r\n")
    text += b"\r\n\r\n" + body.encode()
    submit(edd, text)
    taken = server.wait()[0]
    assert taken.data.isascii()
    assert leaves(taken.data)[0][1] == body.encode()


def test_utf8_flag_that_nothing_needs(relay):
    edd, server = relay(["PIPELINING"])
    submit(edd, message(), options=["SMTPUTF8"])
    assert "SMTPUTF8" not in server.wait()[0].mail


def test_utf8_domain_goes_in_ascii(relay):
    edd, server = relay(["PIPELINING"])
    submit(edd, message(), ["a@b\u00fccher.example"], ["SMTPUTF8"])
    assert server.wait()[0].rcpts == [
        "RCPT TO:<a@xn--bcher-kva.example>"]


def test_utf8_recipient_bounces_alone(relay):
    edd, server = relay(["PIPELINING"])
    submit(edd, message(), ["b\u00fccher@example.net", "b@example.net"],
           ["SMTPUTF8"])
    event = edd.wait_event("bounced", recipient="b\u00fccher@example.net")
    assert event["enhanced"] == "5.6.7"
    assert "SMTPUTF8" in event["text"]
    assert server.wait()[0].rcpts == ["RCPT TO:<b@example.net>"]


def test_utf8_header_bounces(relay):
    edd, server = relay(["PIPELINING"])
    submit(edd, message(subject="Gr\u00fc\u00dfe"), options=["SMTPUTF8"])
    event = edd.wait_event("bounced", recipient="a@example.net")
    assert event["enhanced"] == "5.6.7"
    assert "header" in event["text"]


def test_utf8_to_who_takes_it(relay):
    edd, server = relay(["PIPELINING", "8BITMIME", "SMTPUTF8"])
    submit(edd, message(subject="Gr\u00fc\u00dfe"),
           ["b\u00fccher@example.net"], ["SMTPUTF8"])
    taken = server.wait()[0]
    assert "SMTPUTF8" in taken.mail
    assert taken.rcpts == ["RCPT TO:<b\u00fccher@example.net>"]
    assert "Subject: Gr\u00fc\u00dfe".encode() in taken.data


def test_dsn_parameters_go_to_who_offers_dsn(relay):
    edd, server = relay(ALL)
    with edd.client() as smtp:
        smtp.ehlo()
        if not smtp.has_extn("dsn"):
            pytest.skip("DSN is not offered to clients")
    submit(edd, message(), options=["RET=HDRS", "ENVID=QQ1"],
           rcpt_options=["NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;x@example.com"])
    taken = server.wait()[0]
    assert taken.mail.endswith(" RET=HDRS ENVID=QQ1")
    assert taken.rcpts == ["RCPT TO:<a@example.net> NOTIFY=SUCCESS,DELAY "
                           "ORCPT=rfc822;x@example.com"]


def test_nothing_is_asked_for_that_is_not_offered(relay):
    edd, server = relay([])
    submit(edd, eight_bit_message(), options=["BODY=8BITMIME"])
    taken = server.wait()[0]
    assert taken.mail.endswith(">")
    assert taken.rcpts == ["RCPT TO:<a@example.net>"]


def test_larger_than_the_server_takes(relay):
    edd, server = relay(["PIPELINING", "SIZE 1000"])
    submit(edd, message(body="0123456789\r\n" * 200))
    event = edd.wait_event("bounced", recipient="a@example.net")
    assert event["enhanced"] == "5.3.4"
    assert not [x for x in server.lines if x.startswith("MAIL FROM:<news")]


def test_limit_of_recipients_is_kept(relay):
    edd, server = relay(["PIPELINING", "LIMITS RCPTMAX=3"])
    submit(edd, message(), ["r%d@example.net" % i for i in range(8)])
    taken = server.wait(3)
    assert sorted(len(t.rcpts) for t in taken) == [2, 3, 3]
    assert len({r for t in taken for r in t.rcpts}) == 8


def test_too_many_recipients_are_split(relay):
    edd, server = relay(["PIPELINING"])
    count = []

    def mail(connection, line):
        count.clear()

    def rcpt(connection, line):
        count.append(line)
        return "452 4.5.3 Too many" if len(count) > 3 else None
    server.hooks.update({"MAIL": mail, "RCPT": rcpt})
    submit(edd, message(), ["r%d@example.net" % i for i in range(5)])
    taken = server.wait(2)
    assert sum(len(t.rcpts) for t in taken) == 5
    for i in range(5):
        edd.wait_event("relayed", recipient="r%d@example.net" % i)


def late_long_line():
    """One that shows where nobody who looks ahead sees it."""
    text = "Just a line of text, nothing else.\r\n" * 4000 + \
        "word " * 1000 + "\r\n.\r\nend\r\n"
    return message(headers="MIME-Version: 1.0\r\n"
                   "Content-Type: text/plain\r\n", body=text), text


def test_long_line_goes_by_bdat_as_it_is(relay):
    edd, server = relay(ALL)
    octets, text = late_long_line()
    submit(edd, octets)
    taken = server.wait()[0]
    assert taken.how == "BDAT"
    assert "BODY=BINARYMIME" in taken.mail
    assert taken.data.endswith(("\r\n\r\n" + text).encode())


def test_long_line_is_encoded_for_who_has_no_bdat(relay):
    edd, server = relay(["PIPELINING", "8BITMIME", "CHUNKING"])
    octets, text = late_long_line()
    submit(edd, octets)
    taken = server.wait()[0]
    assert taken.how == "DATA"
    assert max(len(line) for line in taken.data.split(b"\r\n")) <= 998
    assert leaves(taken.data)[0][1] == text.encode()


@pytest.mark.parametrize("text", [
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "\r\n--b\r\n" * 300,
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\u00e4\u00e4",
    "Content-Type: message/rfc822\r\n\r\n" * 200 + "\u00e4\r\n",
    "Content-Type: multipart/mixed; boundary*0=\"b\"; boundary*1=c\r\n\r\n"
    "--bc\r\nContent-Type: multipart/mixed; boundary=bc\r\n\r\n--bc\r\n\r\n"
    "\u00e4\r\n--bc--\r\n--bc--\r\n",
    "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n\u00e4\r\n",
    "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-y\r\n\r\n"
    "\u00e4\r\n"],
    ids=["many", "torn", "deep", "same", "none", "unknown"])
def test_strange_structures_arrive(relay, text):
    edd, server = relay(["PIPELINING"])
    octets = message(headers="MIME-Version: 1.0\r\n" + text, body="end\r\n")
    submit(edd, octets)
    submit(edd, message(subject="next"))
    server.wait(2)
