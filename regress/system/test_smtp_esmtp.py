"""Extensions of submission: DSN, SMTPUTF8, LIMITS."""

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
    assert submit(raw, message(subject="\u00fcber")) == \
        "554 Message parse error, header is not ASCII and SMTPUTF8 was " \
        "not given"
    assert raw.say("NOOP") == "250 Ok"


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
