"""Extensions of submission: DSN, SMTPUTF8, LIMITS, CHUNKING."""

import pytest

from eddtest import Raw, message

BUECHER = "b\u00fccher.example"
IN_ASCII = "xn--bcher-kva.example"


@pytest.fixture
def raw(edd):
    client = Raw(edd)
    yield client
    client.close()


@pytest.fixture
def idn(edd):
    """The sender's domain is one with an umlaut."""
    edd.ctl("domain", "add", IN_ASCII, "compartment", "prod")
    edd.ctl("dkim", "add", IN_ASCII, "selector", "s1")
    edd.ctl("sender", "add", "news@" + IN_ASCII, "compartment", "prod")
    return edd


def test_operators_write_either_form(idn):
    text = idn.ctl("sender", "add", "other@" + BUECHER, "compartment", "prod")
    assert IN_ASCII in text
    assert IN_ASCII in idn.ctl("sender", "show", "news@" + BUECHER)
    assert IN_ASCII in idn.ctl("domain", "show", BUECHER)
    idn.ctl("suppression", "add", "x@" + BUECHER, "compartment", "prod")
    assert "x@" + IN_ASCII in idn.ctl("suppression", "check", "x@" + IN_ASCII)
    text = idn.ctl("domain", "add", "\u0378.example", "compartment", "prod",
                   ok=False)
    assert "IDNA 2008" in text


def submit(client, text):
    assert client.say("DATA").startswith("354")
    client.send(text + b".\r\n")
    return client.reply()


def test_what_ehlo_announces(raw):
    lines = raw.say("EHLO x").split("\r\n")
    for line in ("250-SMTPUTF8", "250-DSN", "250-LIMITS RCPTMAX=1000"):
        assert line in lines, lines


@pytest.mark.parametrize("line", [
    "MAIL FROM:<news@example.org> RET=FULL ENVID=a+2Bb",
    "MAIL FROM:<news@example.org> RET=HDRS"])
@pytest.mark.parametrize("rcpt", [
    "RCPT TO:<a@example.net> NOTIFY=NEVER",
    "RCPT TO:<a@example.net> NOTIFY=SUCCESS,FAILURE,DELAY "
    "ORCPT=rfc822;b+2Bc@example.net"])
def test_dsn_is_taken(raw, sink, line, rcpt):
    assert raw.say(line) == "250 Ok"
    assert raw.say(rcpt) == "250 Ok"
    assert submit(raw, message()).startswith("250 Ok: queued as")
    assert sink.wait()[0].rcpts == ["a@example.net"]


@pytest.mark.parametrize("line,code", [
    ("MAIL FROM:<news@example.org> RET=ALL", "501"),
    ("MAIL FROM:<news@example.org> RET=FULL RET=FULL", "501"),
    ("MAIL FROM:<news@example.org> ENVID=a+0Ab", "501"),
    ("MAIL FROM:<news@example.org> ENVID=" + "a" * 101, "501"),
    ("MAIL FROM:<news@example.org> NOTIFY=NEVER", "555"),
    ("RCPT TO:<a@example.net> NOTIFY=NEVER,SUCCESS", "501"),
    ("RCPT TO:<a@example.net> NOTIFY=PERHAPS", "501"),
    ("RCPT TO:<a@example.net> ORCPT=b@example.net", "501"),
    ("RCPT TO:<a@example.net> ORCPT=rfc822;a+0D+0Ab", "501"),
    ("RCPT TO:<a@example.net> ORCPT=rfc822;" + "a" * 500, "501"),
    ("RCPT TO:<a@example.net> RET=FULL", "555"),
])
def test_ill_formed_dsn(raw, line, code):
    if line.startswith("RCPT"):
        raw.say("MAIL FROM:<news@example.org>")
    assert raw.say(line)[:3] == code
    assert raw.say("NOOP") == "250 Ok"


@pytest.mark.parametrize("domain", [BUECHER, IN_ASCII,
                                    "b\u00dcCHER.example"])
def test_both_forms_of_a_domain_are_one_sender(idn, raw, domain):
    assert raw.say("MAIL FROM:<news@%s> SMTPUTF8" % domain) == "250 Ok"
    assert raw.say("RCPT TO:<a@example.net>") == "250 Ok"
    text = message(sender="N\u00fcws <news@%s>" % domain)
    assert submit(raw, text).startswith("250 Ok: queued as")


def test_other_utf8_senders_are_refused(idn, raw):
    assert raw.say("MAIL FROM:<n\u00fcws@%s> SMTPUTF8" % BUECHER).startswith(
        "535 Authorization failed: address ")
    assert raw.say("MAIL FROM:<news@b\u00f6cher.example> SMTPUTF8") \
        .startswith("535")


def test_suppression_holds_for_both_forms(idn, raw):
    idn.ctl("suppression", "add", "no@" + IN_ASCII, "compartment", "prod")
    raw.say("MAIL FROM:<news@example.org> SMTPUTF8")
    assert raw.say("RCPT TO:<no@%s>" % BUECHER).startswith("254")
    assert raw.say("RCPT TO:<no@%s>" % IN_ASCII).startswith("254")


def test_utf8_needs_smtputf8(idn, raw):
    end = "Invalid email address, SMTPUTF8 was not given"
    assert raw.say("MAIL FROM:<news@%s>" % BUECHER) == \
        "553 <news@b??cher.example> " + end
    assert raw.say("MAIL FROM:<news@example.org>") == "250 Ok"
    assert raw.say("RCPT TO:<\u00e4@example.net>") == \
        "553 <??@example.net> " + end
    assert raw.say("RCPT TO:<a@example.net>") == "250 Ok"
    assert raw.say("NOOP") == "250 Ok"


@pytest.mark.parametrize("octets", [b"\xc3\xbcber", b"\xfcber"])
def test_8bit_subject_is_taken_as_it_is(raw, sink, octets):
    raw.say("MAIL FROM:<news@example.org> BODY=8BITMIME")
    raw.say("RCPT TO:<a@example.net>")
    assert submit(raw, b"From: news@example.org\r\nSubject: " + octets +
                  b"\r\n\r\n").startswith("250")
    assert b"\r\nSubject: " + octets + b"\r\n" in sink.wait()[0].data


@pytest.mark.parametrize("octets", [b"\xff", b"\xc3", b"\xed\xa0\x80",
                                    b"\xc2\x85", b"\xc0\xaf"])
def test_ill_formed_utf8(raw, octets):
    raw.send(b"MAIL FROM:<" + octets + b"@example.org> SMTPUTF8\r\n")
    assert raw.reply().startswith("553")
    raw.say("MAIL FROM:<news@example.org> SMTPUTF8")
    raw.say("RCPT TO:<a@example.net>")
    assert submit(raw, b"From: news@example.org\r\nSubject: " + octets +
                  b"\r\n\r\n.\r\n"[:4]) == "554 Message parse error"


def test_limits_tells_the_truth(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp recipients 3").start().setup()
    client = Raw(edd)
    assert "250-LIMITS RCPTMAX=3" in client.say("EHLO x").split("\r\n")
    client.say("MAIL FROM:<news@example.org>")
    replies = [client.say("RCPT TO:<r%d@example.net>" % i) for i in range(4)]
    assert replies == ["250 Ok"] * 3 + ["452 Too many recipients"]
    assert submit(client, message()).startswith("250")
    assert len(sink.wait()[0].rcpts) == 3
    client.close()


def bdat(text, last=False):
    return b"BDAT %d%s\r\n" % (len(text), b" LAST" if last else b"") + text


def begin(client, rcpt="a@example.net"):
    assert client.say("MAIL FROM:<news@example.org>") == "250 Ok"
    assert client.say("RCPT TO:<%s>" % rcpt) == "250 Ok"


def body_of(received):
    return received.data.split(b"\r\n\r\n", 1)[1]


def test_chunking_is_announced(raw):
    assert "250-CHUNKING" in raw.say("EHLO x").split("\r\n")


def test_message_in_chunks(raw, sink):
    text = message(body=".\r\n..\r\nQUIT\r\n" + "x" * 998 + "\r\nend\r\n")
    begin(raw)
    for i in range(0, len(text), 100):
        raw.send(bdat(text[i:i + 100]))
        assert raw.reply() == "250 %d octets received" % len(text[i:i + 100])
    raw.send(bdat(b"", last=True))
    assert raw.reply().startswith("250 Ok: queued as")
    assert body_of(sink.wait()[0]) == text.split(b"\r\n\r\n", 1)[1]


def test_large_message_in_one_chunk_pipelined(raw, sink):
    text = message(body=("y" * 70 + "\r\n") * 50000)
    raw.send(b"MAIL FROM:<news@example.org>\r\nRCPT TO:<a@example.net>\r\n" +
             bdat(text, last=True) + b"NOOP\r\nQUIT\r\n")
    replies = [raw.reply() for _ in range(5)]
    assert replies[:2] == ["250 Ok", "250 Ok"]
    assert replies[2].startswith("250 Ok: queued as")
    assert replies[3:] == ["250 Ok", "221 Bye"]
    assert body_of(sink.wait()[0]) == text.split(b"\r\n\r\n", 1)[1]


def test_bdat_out_of_order_is_read_and_refused(raw, sink):
    raw.send(bdat(b"QUIT\r\n"))
    assert raw.reply() == "503 Need MAIL command"
    raw.say("MAIL FROM:<news@example.org>")
    raw.send(bdat(b"QUIT\r\n", last=True))
    assert raw.reply() == "503 Need RCPT command"
    assert raw.say("RCPT TO:<a@example.net>") == "250 Ok"
    raw.send(bdat(message(), last=True))
    assert raw.reply().startswith("250 Ok: queued as")
    assert len(sink.wait()) == 1


def test_data_and_bdat_do_not_mix(raw, sink):
    begin(raw)
    raw.send(bdat(message()))
    assert raw.reply().startswith("250")
    begun = "503 BDAT has begun, no other command can complete it"
    assert raw.say("DATA") == begun
    assert raw.say("RCPT TO:<b@example.net>") == begun
    raw.send(bdat(b"", last=True))
    assert raw.reply().startswith("250 Ok: queued as")
    assert sink.wait()[0].rcpts == ["a@example.net"]


@pytest.mark.parametrize("octets", [b"a\nb", b"a\rb", b"a\0b", b"a\r"])
def test_bare_line_ends_in_chunks(edd, raw, sink, octets):
    begin(raw)
    raw.send(bdat(message() + octets) + bdat(b"QUIT\r\n", last=True))
    replies = [raw.reply(), raw.reply()]
    assert "554 Message parse error" in replies
    assert replies[1] in ("554 Message parse error", "503 Need MAIL command")
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]


def test_chunks_over_size(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="message-size 64K").start().setup()
    client = Raw(edd)
    begin(client)
    client.send(bdat(message()) + bdat(b"x" * 65536) +
                bdat(b"QUIT\r\n", last=True))
    assert [client.reply() for _ in range(3)] == [
        "250 %d octets received" % len(message()),
        "552 Exceeds byte limit", "503 Need MAIL command"]
    begin(client)
    client.send(bdat(message(), last=True))
    assert client.reply().startswith("250 Ok: queued as")
    assert len(sink.wait()) == 1
    client.close()


def test_chunk_that_is_no_size_closes(raw):
    begin(raw)
    assert raw.say("BDAT many") == "501 Syntax: BDAT size [LAST]"
    assert raw.reply() is None


def test_bdat_before_auth_closes(edd):
    client = Raw(edd, login=False)
    client.say("EHLO x")
    client.send(bdat(b"NOOP\r\nNOOP\r\n"))
    assert client.reply() == "535 Authentication required"
    assert client.reply() is None
    client.close()


def test_client_that_goes_in_a_chunk_leaves_nothing(edd, sink):
    client = Raw(edd)
    begin(client, "gone@example.net")
    client.send(bdat(message()) + b"BDAT 1000 LAST\r\nhalf of it")
    assert client.reply().startswith("250")
    client.close()
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]
    assert "gone@" not in edd.ctl("show", "queue")


def test_slow_chunk(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp data timeout 1s").start().setup()
    client = Raw(edd)
    begin(client)
    client.send(b"BDAT 1000 LAST\r\nFrom: ")
    assert client.reply() == "421 Timeout waiting for data from client"
    client.close()
