"""What the submission front end refuses, and with which words."""

import base64
import smtplib
import socket
import ssl

import pytest

from eddtest import Raw, client_context, message, wait_for


@pytest.fixture
def raw(edd):
    client = Raw(edd)
    yield client
    client.close()


@pytest.fixture
def plain(edd):
    client = Raw(edd, "starttls")
    yield client
    client.close()


def b64(text):
    return base64.b64encode(text.encode()).decode()


def test_greeting_and_ehlo(edd, plain):
    assert plain.greeting.startswith("220 mail.example.org ESMTP")
    lines = plain.say("EHLO x").split("\r\n")
    assert lines[0] == "250-mail.example.org"
    assert "250-STARTTLS" in lines
    assert lines[-1] == "250 Ok"
    assert not any("AUTH" in line for line in lines)


def test_ehlo_after_tls(edd, raw):
    lines = raw.say("EHLO x").split("\r\n")
    for line in ("250-PIPELINING", "250-8BITMIME", "250-SIZE 36700160"):
        assert line in lines
    assert not any("STARTTLS" in line for line in lines)


def test_auth_is_refused_without_tls(plain):
    plain.say("EHLO x")
    assert plain.say("AUTH PLAIN " + b64("\0a\0b"))[0] == "5"


def test_mail_before_auth(edd):
    client = Raw(edd, "tls", login=False)
    client.say("EHLO x")
    assert client.say("MAIL FROM:<news@example.org>") == \
        "535 Authentication required"
    client.close()


@pytest.mark.parametrize("secret,reply", [
    ("!!!", "501 Invalid command argument, not a valid Base64 string"),
    (b64("abc"), "501 Invalid command argument, does not contain NUL"),
    (b64("\0abc"),
     "501 Invalid command argument, does not contain the second NUL"),
    (b64("\0user\0wrong"), "535 Authentication credentials invalid"),
])
def test_auth_plain_replies(edd, secret, reply):
    client = Raw(edd, "tls", login=False)
    client.say("EHLO x")
    assert client.say("AUTH PLAIN " + secret) == reply
    assert client.say("NOOP").startswith("250")
    client.close()


def test_auth_method_cancel_and_login(edd):
    client = Raw(edd, "tls", login=False)
    client.say("EHLO x")
    assert client.say("AUTH CRAM-MD5") == "504 Method not supported"
    assert client.say("AUTH PLAIN").startswith("334")
    assert client.say("*").startswith("501")
    assert client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert client.say(b64(edd.user)) == "334 UGFzc3dvcmQ6"
    assert client.say(b64(edd.secret)).startswith("235")
    assert client.say("AUTH PLAIN").startswith("503")
    client.close()


def test_auth_failures_end_the_session(edd):
    client = Raw(edd, "tls", login=False)
    client.say("EHLO x")
    replies = []
    for _ in range(12):
        reply = client.say("AUTH PLAIN " + b64("\0x\0y"))
        if reply is None:
            break
        replies.append(reply)
    assert replies[-1] == "421 Too many auth failures, try again later"
    client.close()


def test_envelope_sender_must_be_approved(raw):
    assert raw.say("MAIL FROM:<other@example.org>") == \
        "535 Authorization failed: address other@example.org not authorized"
    assert raw.say("MAIL FROM:<>").startswith("535")


def test_header_from_must_be_approved(edd, sink):
    with edd.client() as smtp:
        with pytest.raises(smtplib.SMTPDataError) as e:
            smtp.sendmail("news@example.org", ["a@example.net"],
                          message(sender="boss@example.org"))
        assert e.value.smtp_code == 535
        assert b"boss@example.org not authorized" in e.value.smtp_error
        # The session goes on.
        smtp.sendmail("news@example.org", ["a@example.net"], message())
    assert len(sink.wait()) == 1


def test_orders(raw):
    assert raw.say("DATA").startswith("503")
    assert raw.say("RCPT TO:<a@example.net>").startswith("503")
    assert raw.say("MAIL FROM:<news@example.org>").startswith("250")
    assert raw.say("MAIL FROM:<news@example.org>").startswith("503")
    assert raw.say("DATA") == "503 Need RCPT command"
    assert raw.say("RSET").startswith("250")
    assert raw.say("STARTTLS").startswith("503")
    assert raw.say("VRFY root").startswith("252")
    assert raw.say("HELP").startswith("214")
    assert raw.say("FOO").startswith("500")
    assert raw.say("QUIT") == "221 Bye"


@pytest.mark.parametrize("line,reply", [
    ("MAIL FROM:<news@>", "553 <news@> Invalid email address"),
    ("MAIL FROM:<news@example.org> SIZE=99999999999",
     "552 Exceeds byte limit"),
    ("MAIL FROM:<news@example.org> FOO=1", "555"),
    ("MAIL news@example.org", "501"),
])
def test_mail_syntax(raw, line, reply):
    assert raw.say(line).startswith(reply)


def test_rcpt_syntax(raw):
    raw.say("MAIL FROM:<news@example.org>")
    assert raw.say("RCPT TO:<foo@>") == "553 <foo@> Invalid email address"
    assert raw.say("RCPT TO:<>").startswith("5")
    assert raw.say("RCPT TO:<a@example.net>").startswith("250")


def test_message_without_header(edd, raw, sink):
    for text in ("just text\r\n.\r\n", ".\r\n"):
        raw.say("MAIL FROM:<news@example.org>")
        raw.say("RCPT TO:<a@example.net>")
        assert raw.say("DATA").startswith("354")
        raw.send(text.encode())
        assert raw.reply() == "554 Message parse error"
    assert raw.say("NOOP").startswith("250")


def test_header_over_256_kb(raw):
    raw.say("MAIL FROM:<news@example.org>")
    raw.say("RCPT TO:<a@example.net>")
    raw.say("DATA")
    raw.send(b"From: news@example.org\r\n" +
             b"X-Filler: abcdefghijklmnopqrstuvwxyz\r\n" * 9000 +
             b"\r\nbody\r\n.\r\n")
    assert raw.reply() == "554 Message parse error"
    assert raw.say("NOOP").startswith("250")


def test_over_size_in_data(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="message-size 1M").start().setup()
    with edd.client() as smtp:
        assert smtp.esmtp_features["size"] == "1048576"
        text = message(body="x" * 70 + "\r\n")
        big = message(body=("y" * 70 + "\r\n") * 20000)
        smtp.mail("news@example.org")
        smtp.rcpt("a@example.net")
        assert smtp.data(big)[0] == 552
        smtp.sendmail("news@example.org", ["a@example.net"], text)
    assert len(sink.wait()) == 1


SMUGGLING = {
    "LF . CR LF": b"body\n.\r\n",
    "LF . LF": b"body\n.\n",
    "CR LF . LF": b"body\r\n.\n",
    "CR . CR": b"body\r.\r",
    "CR LF . CR": b"body\r\n.\r",
    "bare LF": b"one\ntwo\r\n",
    "bare CR": b"one\rtwo\r\n",
    "NUL": b"one\0two\r\n",
    "LF LF": b"one\n\ntwo\r\n",
}


@pytest.mark.parametrize("name", SMUGGLING)
def test_smuggling_is_refused(edd, raw, sink, name):
    raw.say("MAIL FROM:<news@example.org>")
    raw.say("RCPT TO:<a@example.net>")
    assert raw.say("DATA").startswith("354")
    inner = (b"MAIL FROM:<news@example.org>\r\nRCPT TO:<b@example.net>\r\n"
             b"DATA\r\n" + message(subject="smuggled"))
    raw.send(message() + SMUGGLING[name] + inner + b".\r\n")
    assert raw.reply().startswith("554")
    assert raw.say("NOOP").startswith("250"), "inner commands were obeyed"
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]


@pytest.mark.parametrize("line", [b"NOOP\n", b"NO\rOP\r\n", b"NOOP\r\r\n",
                                  b"NOOP\nNOOP\r\n"])
def test_bare_cr_or_lf_in_a_command(raw, line):
    raw.send(line + (b"" if line.endswith(b"\r\n") else b"\r\n"))
    assert raw.reply().startswith("5")


def test_starttls_injection(edd, plain):
    plain.say("EHLO x")
    plain.send(b"STARTTLS\r\nNOOP\r\n")
    first = plain.reply()
    second = plain.reply()
    assert second is None or not second.startswith("250"), (first, second)


def test_state_is_reset_by_starttls(edd, plain):
    plain.say("EHLO x")
    assert plain.say("STARTTLS") == "220 Ready to start TLS"
    tls = client_context().wrap_socket(plain.sock)
    tls.sendall(b"MAIL FROM:<news@example.org>\r\n")
    assert tls.recv(1000).startswith(b"5")
    tls.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1,
                                     ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused(edd, version):
    context = client_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = version
    context.maximum_version = version
    with socket.create_connection(("127.0.0.1", edd.ports["tls"])) as s:
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(s)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2,
                                     ssl.TLSVersion.TLSv1_3])
def test_new_tls_is_taken(edd, version):
    context = client_context()
    context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", edd.ports["tls"])) as s:
        with context.wrap_socket(s) as tls:
            assert tls.recv(100).startswith(b"220")


def test_client_that_goes_in_data_leaves_nothing(edd, sink):
    client = Raw(edd)
    client.say("MAIL FROM:<news@example.org>")
    client.say("RCPT TO:<gone@example.net>")
    client.say("DATA")
    client.send(message()[:-10])
    client.close()
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]
    assert "gone@" not in edd.ctl("show", "queue")


def test_half_open_connections_hurt_nobody(edd, sink):
    held = [socket.create_connection(("127.0.0.1", edd.ports["tls"]))
            for _ in range(50)]
    for s in held[:25]:
        s.sendall(b"\x16\x03")
    edd.send("a@example.net")
    sink.wait()
    for s in held:
        s.close()


def test_garbage_for_tls(edd, sink):
    with socket.create_connection(("127.0.0.1", edd.ports["tls"])) as s:
        s.sendall(b"GET / HTTP/1.0\r\n\r\n")
        s.settimeout(10)
        try:
            while s.recv(1000):
                pass
        except OSError:
            pass
    edd.send("a@example.net")
    sink.wait()


def test_too_many_connections_from_one_address(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp sessions per address 3").start().setup()
    held = [Raw(edd, "starttls") for _ in range(3)]
    fourth = Raw(edd, "starttls")
    assert fourth.greeting == "421 Too many connections, try again later"
    fourth.close()
    for client in held:
        client.close()

    def again():
        client = Raw(edd, "starttls")
        ok = client.greeting.startswith("220")
        client.close()
        return ok
    wait_for(again, "a free place")


def test_idle_session_is_ended(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp idle timeout 1s").start()
    client = Raw(edd, "starttls")
    assert client.reply() == "421 Timeout waiting for data from client"
    assert client.reply() is None
    client.close()


def test_pipelined_group(edd, raw, sink):
    raw.send(b"MAIL FROM:<news@example.org>\r\n"
             b"RCPT TO:<a@example.net>\r\nRCPT TO:<b@>\r\n"
             b"RCPT TO:<c@example.net>\r\nDATA\r\n")
    replies = [raw.reply()[:3] for _ in range(5)]
    assert replies == ["250", "250", "553", "250", "354"]
    raw.send(message() + b".\r\nNOOP\r\nQUIT\r\n")
    assert raw.reply().startswith("250 Ok: queued as")
    assert raw.reply().startswith("250")
    assert raw.reply() == "221 Bye"
    assert sink.wait()[0].rcpts == ["a@example.net", "c@example.net"]


def test_suppressed_recipient(edd, raw, sink):
    edd.ctl("suppression", "add", "no@example.net", "compartment", "prod")
    raw.say("MAIL FROM:<news@example.org>")
    reply = raw.say("RCPT TO:<No@Example.Net>")
    assert reply.startswith("254 4.7.1 Suppression for user ocid1.user.")
    assert reply.endswith(" to No@Example.Net") or \
        reply.endswith(" to No@example.net")
    assert raw.say("RCPT TO:<yes@example.net>").startswith("250")
    raw.say("DATA")
    raw.send(message() + b".\r\n")
    assert raw.reply().startswith("250")
    assert sink.wait()[0].rcpts == ["yes@example.net"]
    edd.wait_event("suppressed")


def test_only_suppressed_recipients(edd, raw, sink):
    edd.ctl("suppression", "add", "no@example.net", "compartment", "prod")
    raw.say("MAIL FROM:<news@example.org>")
    raw.say("RCPT TO:<no@example.net>")
    assert raw.say("DATA").startswith("354")
    raw.send(message() + b".\r\n")
    assert raw.reply().startswith("250")
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]
