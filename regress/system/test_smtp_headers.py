"""The header of a submitted message: whose addresses stand in From, what is
added, what is taken out, and limits of addresses and lines."""

import email

import pytest

from eddtest import Raw


@pytest.fixture
def raw(edd):
    edd.ctl("sender", "add", "team@example.org", "compartment", "prod")
    client = Raw(edd)
    yield client
    client.close()


def submit(client, header, body="Hello.\r\n"):
    client.say("MAIL FROM:<news@example.org>")
    client.say("RCPT TO:<a@example.net>")
    assert client.say("DATA").startswith("354")
    client.send((header + "\r\n" + body + ".\r\n").encode())
    return client.reply()


def refused(address):
    return "535 Authorization failed: address %s not authorized" % address


PARSE = "554 Message parse error"


@pytest.mark.parametrize("header,reply", [
    ("From: news@example.org\r\n", "250"),
    ("From: News (x (y)) <news@example.org> (z)\r\n", "250"),
    ("From: =?utf-8?Q?N=C3=BCws=2C_Inc=2E?=\r\n\t<news@example.org>\r\n",
     "250"),
    ("From: \"a, b\" <news@example.org>\r\n", "250"),
    ("From: \"eve@example.org\" <news@example.org>\r\n", "250"),
    ("From: \"news\"@example.org\r\n", "250"),
    ("From: news@EXAMPLE.org\r\n", "250"),
    ("From: news@example.org, Team <team@example.org>\r\n", "250"),
    ("From: Both: news@example.org, team@example.org;\r\n", "250"),
    ("From: news@example.org, eve@example.org\r\n",
     refused("eve@example.org")),
    ("From: Both: news@example.org, eve@example.org;\r\n",
     refused("eve@example.org")),
    ("From: (news@example.org) eve@example.org\r\n",
     refused("eve@example.org")),
    ("From: \"news@example.org\" <eve@example.org>\r\n",
     refused("eve@example.org")),
    ("From: =?utf-8?Q?news=40example=2Eorg?= <eve@example.org>\r\n",
     refused("eve@example.org")),
    ("From: news@example.org\r\n , eve@example.org\r\n",
     refused("eve@example.org")),
    ("From: news@example.org eve@example.org\r\n", PARSE),
    ("From: news@example.org <eve@example.org>\r\n", PARSE),
    ("From: <@x.example:news@example.org>\r\n", PARSE),
    ("From: Nobody:;\r\n", PARSE),
    ("From:\r\n", PARSE),
    ("From : news@example.org\r\n", PARSE),
    ("From: news@example.org\r\nFrom: news@example.org\r\n", PARSE),
    ("From: news@example.org\r\nfrom: eve@example.org\r\n", PARSE),
    ("From: news@example.org\r\nDate: x\r\nDate: x\r\n", PARSE),
    ("From: news@example.org\r\nMessage-ID: <a@b>\r\nmessage-id: <a@b>\r\n",
     PARSE),
    ("From: news@example.org\r\nSender: a@x.example, b@x.example\r\n", PARSE),
    ("From: news@\r\n", "553 <news@> Invalid email address"),
    ("From: <a..b@example.org>\r\n",
     "553 <a..b@example.org> Invalid email address"),
    ("From: <%s@example.org>\r\n" % ("x" * 65),
     "553 <%s@example.org> Invalid email address" % ("x" * 65)),
    ("From: " + "(" * 17 + ")" * 17 + " news@example.org\r\n", PARSE),
    ("From: " + ", ".join(["news@example.org"] * 33) + "\r\n", PARSE),
    ("From: news@example.org\r\n" + "X: y\r\n" * 1000, PARSE),
])
def test_from(raw, header, reply):
    got = submit(raw, header)
    assert got == reply or (reply == "250" and
                            got.startswith("250 Ok: queued as ")), got
    assert raw.say("NOOP") == "250 Ok"


def test_several_in_from_are_warned_of_and_have_a_sender(edd, raw, sink):
    reply = submit(raw, "From: news@example.org, team@example.org\r\n")
    mid = reply.split()[-1]
    event = edd.wait_event("warned", id=mid)
    assert event["text"] == "From has 2 addresses"
    got = email.message_from_bytes(sink.wait()[0].data)
    assert got["sender"] == "<news@example.org>"


def test_sender_of_the_client_stays(edd, raw, sink):
    submit(raw, "From: news@example.org, team@example.org\r\n"
           "Sender: Team <team@example.org>\r\n")
    got = email.message_from_bytes(sink.wait()[0].data)
    assert got.get_all("sender") == ["Team <team@example.org>"]


def test_one_in_from_is_not_warned_of(edd, raw, sink):
    submit(raw, "From: news@example.org\r\n")
    got = email.message_from_bytes(sink.wait()[0].data)
    assert got["sender"] is None
    assert not any(e["event"] == "warned" for e in edd.journal())


def test_hidden_fields_are_dropped(raw, sink):
    submit(raw, "Bcc: x@example.net\r\nFrom: news@example.org\r\n"
           "Resent-Bcc: y@example.net\r\nbcc: z@example.net,\r\n q@example.net"
           "\r\nReturn-Path: <w@example.net>\r\nX-Kept: yes\r\n")
    got = email.message_from_bytes(sink.wait()[0].data)
    del got["DKIM-Signature"]  # its base64 has any short word
    header = "".join("%s: %s\n" % field for field in got.items()).lower()
    for word in ("bcc", "return-path", "x@", "y@", "z@", "q@", "w@"):
        assert word not in header
    assert "x-kept: yes" in header


@pytest.mark.parametrize("shown", [True, False])
def test_received(make_edd, sink, shown):
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "smtp received client %s" % ("on" if shown else "off"))
                   ).start().setup()
    client = Raw(edd)
    client.say("EHLO secret-client.example")
    submit(client, "From: news@example.org\r\n")
    got = email.message_from_bytes(sink.wait()[0].data)["received"]
    assert ("secret-client.example" in got) == shown
    assert ("127.0.0.1" in got) == shown
    assert "by mail.example.org with ESMTPSA id " in got
    assert "(TLSv1.3 " in got
    client.close()


LONG = ".".join(["d" * 60] * 4)  # 243 octets


@pytest.mark.parametrize("address,good", [
    ("x" * 64 + "@example.net", True),
    ("x" * 65 + "@example.net", False),
    ("x@" + LONG, True),
    ("x" * 10 + "@" + LONG, True),   # 254: the longest path
    ("x" * 11 + "@" + LONG, False),
    ("x@" + "d" * 63 + ".net", True),
    ("x@" + "d" * 64 + ".net", False),
    ("x@" + ".".join(["d" * 60] * 4 + ["d" * 8]), True),    # 254
    ("x@" + ".".join(["d" * 60] * 4 + ["d" * 9]), False),
])
def test_limits_of_addresses(raw, address, good):
    raw.say("MAIL FROM:<news@example.org>")
    reply = raw.say("RCPT TO:<%s>" % address)
    if good:
        assert reply == "250 Ok"
    else:
        assert reply.startswith("553 <" + address[:250])
        assert reply.endswith("> Invalid email address")


@pytest.mark.parametrize("line,good", [
    ("NOOP " + "x" * 505, True),     # 512 with CRLF
    ("NOOP " + "x" * 506, False),
    ("MAIL FROM:<news@example.org> ENVID=" + "x" * 100 + " " * 3959, True),
    ("MAIL FROM:<news@example.org> ENVID=" + "x" * 100 + " " * 3960, False),
    ("NOOP " + "x" * 60000, False),
])
def test_limits_of_command_lines(raw, line, good):
    assert raw.say(line) == ("250 Ok" if good else "500 Line too long")
    assert raw.say("RSET") == "250 Ok"


def test_line_without_end_is_not_waited_for(raw):
    raw.send(b"x" * 100000)
    assert raw.reply() == "500 Line too long"
    assert raw.reply() is None
