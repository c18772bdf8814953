"""Failures become bounces, and some become suppressions."""

import email

import pytest

from eddtest import free_port, message, wait_for
from receiver import Receiver


@pytest.fixture
def bouncing(make_edd, sink):
    return make_edd(route=(sink.address, sink.port),
                    extra="queue retry 1s").start().setup()


def bounce_of(sink, rcpt="news@example.org"):
    wait_for(lambda: [m for m in sink.messages if m.rcpts == [rcpt]],
             "a bounce")
    return [m for m in sink.messages if m.rcpts == [rcpt]][0]


def test_bounce_is_a_proper_report(bouncing, sink):
    sink.rcpt_replies["gone@example.net"] = \
        "550 5.1.1 <gone@example.net> User unknown"
    mid = bouncing.send("gone@example.net", message(
        headers="Message-ID: <orig@example.org>\r\n"))
    got = bounce_of(sink)
    assert got.sender == ""
    report = email.message_from_bytes(got.data)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    assert report["Auto-Submitted"].startswith("auto-")
    text, status, original = report.get_payload()
    assert "gone@example.net" in text.get_payload()
    assert status.get_content_type() == "message/delivery-status"
    per_message, per_rcpt = status.get_payload()
    assert per_message["Reporting-MTA"] == "dns; mail.example.org"
    assert per_rcpt["Final-Recipient"] == "rfc822;gone@example.net" or \
        per_rcpt["Final-Recipient"] == "rfc822; gone@example.net"
    assert per_rcpt["Action"] == "failed"
    assert per_rcpt["Status"] == "5.1.1"
    assert "User unknown" in per_rcpt["Diagnostic-Code"]
    assert original.get_content_type() in ("message/rfc822",
                                           "text/rfc822-headers")
    assert "<orig@example.org>" in original.as_string()
    assert bouncing.wait_event("bounced", id=mid)["code"] == 550


@pytest.mark.parametrize("reply,code", [
    ("550 5.1.1 User unknown", "smtp; 550 5.1.1 User unknown"),
    ("550 No", "smtp; 550 No"),
    ("550-5.7.1 First\r\n550 5.7.1 second", "smtp; 550 5.7.1 First second"),
    ("554 5.7.1 N\u00e4in", "smtp; 554 5.7.1 N??in")])
def test_diagnostic_code_is_the_reply(make_edd, cleanup, sink, reply, code):
    remote = Receiver().start()
    cleanup.append(remote)
    remote.hooks["RCPT"] = lambda connection, line: reply
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route remote.example via 127.0.0.1 port %d" % remote.port))
    edd.start().setup()
    edd.send("x@remote.example")
    text, _, rcpts, _ = parts_of(bounce_of(sink))
    assert rcpts[0]["Diagnostic-Code"] == code
    assert "said: " + code[len("smtp; "):] in text.replace("\r\n    ", " ")


@pytest.mark.parametrize("word", ["words ", "x"])
def test_a_long_reply_makes_no_long_line(make_edd, cleanup, sink, word):
    remote = Receiver().start()
    cleanup.append(remote)
    line = (word * 450)[:450].strip()
    remote.hooks["RCPT"] = lambda connection, _: (
        "550-5.1.1 %s\r\n550-5.1.1 %s\r\n550 5.1.1 %s" % (line, line, line))
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route remote.example via 127.0.0.1 port %d" % remote.port))
    edd.start().setup()
    edd.send("x@remote.example")
    bounce = bounce_of(sink)
    longest = max(len(l) for l in bounce.data.splitlines())
    print("the longest line has %d octets" % longest)
    assert longest < (100 if word == "words " else 600)
    _, _, rcpts, _ = parts_of(bounce)
    got = "".join(rcpts[0]["Diagnostic-Code"].split())
    assert got.startswith("smtp;5505.1.1" + "".join(line.split()))


def test_unknown_user_is_suppressed(bouncing, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 User unknown"
    bouncing.send("gone@example.net")
    bouncing.wait_event("bounced", recipient="gone@example.net")

    def suppressed():
        rows = bouncing.ctl("suppression", "list", json_rows=True)
        return [r for r in rows if "gone@example.net" in r.values()]
    row = wait_for(suppressed, "the suppression")[0]
    assert "HARDBOUNCE" in row.values()
    assert "User unknown" in str(bouncing.ctl(
        "suppression", "check", "gone@example.net", json_rows=True))
    with bouncing.client() as smtp:
        smtp.ehlo()
        smtp.mail("news@example.org")
        assert smtp.rcpt("gone@example.net")[0] == 254


@pytest.mark.parametrize("reply", [
    "550 No such user here", "550 Unknown user", "553 5.1.2 bad address",
    "550 Requested action not taken: mailbox unavailable",
])
def test_usual_texts_are_recognised(bouncing, sink, reply):
    sink.rcpt_replies["gone@example.net"] = reply
    bouncing.send("gone@example.net")
    wait_for(lambda: "gone@example.net" in bouncing.ctl(
        "suppression", "list"), "the suppression")


@pytest.mark.parametrize("reply", [
    "550 5.7.1 Message rejected as spam by content filter",
    "554 5.7.1 Service unavailable; client host blocked using zen.spamhaus",
    "550 5.7.26 Unauthenticated mail is prohibited, DMARC",
    "550 5.7.1 User unknown or blocked by policy",
    "552 5.2.2 Mailbox full",
])
def test_policy_block_never_suppresses(bouncing, sink, reply):
    sink.rcpt_replies["there@example.net"] = reply
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 User unknown"
    bouncing.send("there@example.net")
    bouncing.wait_event("bounced", recipient="there@example.net")
    bouncing.send("gone@example.net")
    wait_for(lambda: "gone@" in bouncing.ctl("suppression", "list"),
             "the other suppression")
    assert "there@" not in bouncing.ctl("suppression", "list")


def test_refused_after_data_bounces_but_does_not_suppress(bouncing, sink):
    sink.data_reply = lambda envelope: (
        "550 5.7.1 Spam" if envelope.mail_from != "<>" else "250 Ok")
    bouncing.send("there@example.net")
    bounce_of(sink)
    assert "there@" not in bouncing.ctl("suppression", "list")


def test_expiry_bounces(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue retry 1s\nqueue expire 3s").start().setup()
    sink.rcpt_replies["late@example.net"] = "451 4.2.1 Try later"
    mid = edd.send("late@example.net")
    got = bounce_of(sink)
    assert b"Try later" in got.data
    last = edd.wait_event("expired", id=mid)
    # However many attempts there was time for.
    assert [e["attempt"] for e in edd.journal() if e["event"] == "deferred"
            ] == list(range(1, last["attempt"]))


def test_bounce_of_a_bounce_ends(bouncing, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 User unknown"
    sink.rcpt_replies["news@example.org"] = "550 5.1.1 User unknown"
    bouncing.send("gone@example.net")
    bouncing.wait_event("bounced", recipient="news@example.org")
    wait_for(lambda: "example" not in bouncing.ctl("show", "queue"),
             "an empty queue")


def submit(edd, rcpts, mail="", text=None):
    """Submit with parameters: rcpts are (address, parameters)."""
    with edd.client() as smtp:
        smtp.ehlo()
        code, reply = smtp.docmd("MAIL FROM:<news@example.org> " + mail)
        assert code == 250, reply
        for address, parameters in rcpts:
            code, reply = smtp.docmd("RCPT TO:<%s> %s" % (
                address, parameters))
            assert code == 250, reply
        code, reply = smtp.data(text or message(
            to=rcpts[0][0], body="the body\r\n"))
        assert code == 250, reply
    return reply.split()[-1].decode()


def parts_of(got):
    """The text, the fields of the message and of each recipient, and the
    original of a report."""
    assert got.sender == ""
    report = email.message_from_bytes(got.data)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    text, status, original = report.get_payload()
    fields = status.get_payload()
    return text.get_payload(), fields[0], fields[1:], original


def test_success_is_reported_where_the_receiver_does_not(bouncing, sink):
    mid = submit(bouncing, [
        ("a@example.net", "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;A+2Bb@x.example"
         ), ("b@example.net", "NOTIFY=FAILURE"), ("c@example.net", "")],
        "ENVID=order+2B17 RET=FULL")
    text, per_message, rcpts, original = parts_of(bounce_of(sink))
    assert "do not report" in text
    assert per_message["Original-Envelope-Id"] == "order+17"
    assert per_message["Reporting-MTA"] == "dns; mail.example.org"
    assert len(rcpts) == 1
    assert rcpts[0]["Action"] == "relayed"
    assert rcpts[0]["Status"].startswith("2.")
    assert rcpts[0]["Final-Recipient"] == "rfc822; a@example.net"
    assert rcpts[0]["Original-Recipient"] == "rfc822;A+b@x.example"
    assert original.get_content_type() == "text/rfc822-headers"
    assert b"the body" not in original.as_bytes()
    told = bouncing.wait_event("notified", id=mid)
    assert told["action"] == "relayed" and told["to"] == "news@example.org"
    bouncing.wait_event("relayed", id=told["report"])


def test_success_is_the_duty_of_a_receiver_that_offers_dsn(make_edd, cleanup):
    from receiver import Receiver
    receiver = Receiver(("PIPELINING", "DSN")).start()
    cleanup.append(receiver)
    edd = make_edd(route=(receiver.address, receiver.port)).start().setup()
    mid = submit(edd, [("a@example.net", "NOTIFY=SUCCESS")])
    edd.wait_event("relayed", id=mid)
    assert [e for e in edd.journal() if e["event"] == "notified"] == []


@pytest.mark.parametrize("notify", ["NOTIFY=NEVER", "NOTIFY=SUCCESS",
                                    "NOTIFY=DELAY"])
def test_no_bounce_for_one_that_wants_none(bouncing, sink, notify):
    sink.rcpt_replies["quiet@example.net"] = "550 5.7.1 No"
    sink.rcpt_replies["loud@example.net"] = "550 5.7.1 No"
    mid = submit(bouncing, [("quiet@example.net", notify),
                            ("loud@example.net", "NOTIFY=FAILURE")])
    _, _, rcpts, _ = parts_of(bounce_of(sink))
    assert [r["Final-Recipient"] for r in rcpts] == [
        "rfc822; loud@example.net"]
    bouncing.wait_event("bounced", id=mid, recipient="quiet@example.net")
    wait_for(lambda: "example" not in bouncing.ctl("show", "queue"), "empty")
    assert len(sink.messages) == 1


@pytest.mark.parametrize("ret, kind", [
    ("RET=FULL", "message/rfc822"), ("RET=HDRS", "text/rfc822-headers"),
    ("", "message/rfc822")])
def test_ret_chooses_what_comes_back(bouncing, sink, ret, kind):
    sink.rcpt_replies["gone@example.net"] = "550 5.7.1 No"
    submit(bouncing, [("gone@example.net", "")], ret)
    _, _, rcpts, original = parts_of(bounce_of(sink))
    assert rcpts[0]["Action"] == "failed" and rcpts[0]["Status"] == "5.7.1"
    assert original.get_content_type() == kind
    assert (b"the body" in original.as_bytes()) == (
        kind == "message/rfc822")


def test_line_ends_in_xtext_do_not_leave_their_field(bouncing, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.7.1 No"
    submit(bouncing, [("gone@example.net", "ORCPT=rfc822;x+2Cy@z.example")],
           "ENVID=a+20b")
    _, per_message, rcpts, _ = parts_of(bounce_of(sink))
    assert per_message["Original-Envelope-Id"] == "a b"
    assert rcpts[0]["Original-Recipient"] == "rfc822;x,y@z.example"


def test_delay_is_told_once(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "queue retry 1s\nqueue delay-notice 2s")).start().setup()
    sink.rcpt_replies["late@example.net"] = "451 4.2.1 Try later"
    sink.rcpt_replies["mute@example.net"] = "451 4.2.1 Try later"
    mid = submit(edd, [("late@example.net", "NOTIFY=DELAY"),
                       ("mute@example.net", "NOTIFY=FAILURE")])
    text, _, rcpts, original = parts_of(bounce_of(sink))
    assert "need not send it again" in text
    assert [r["Final-Recipient"] for r in rcpts] == [
        "rfc822; late@example.net"]
    assert rcpts[0]["Action"] == "delayed" and rcpts[0]["Status"] == "4.2.1"
    assert rcpts[0]["Will-Retry-Until"] is not None
    assert original.get_content_type() == "text/rfc822-headers"
    edd.wait_event("relayed", recipient="news@example.org")
    edd.stop()
    edd.start()
    before = len([e for e in edd.journal() if e["event"] == "deferred"])
    wait_for(lambda: len([e for e in edd.journal() if e["event"] ==
                          "deferred"]) > before + 4, "more attempts")
    assert len(sink.messages) == 1
    assert [e["action"] for e in edd.journal()
            if e["event"] == "notified"] == ["delayed"]
    edd.ctl("queue", "remove", mid)


def test_delay_for_a_destination_that_is_down(make_edd, make_sink):
    sink = make_sink()
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route down.example via 127.0.0.1 port %d\n"
        "queue retry 1s\nqueue delay-notice 3s") % free_port())
    edd.start().setup()
    for i in range(20):
        edd.send("r%d@down.example" % i)
    wait_for(lambda: len(sink.messages) >= 20, "a notice for each")
    edd.wait_event("deferred")
    wait_for(lambda: len(actions(edd)) >= 20, "the journal of them")
    assert sorted(e["id"] for e in edd.journal()
                  if e["event"] == "notified") == sorted(
        {e["id"] for e in edd.journal() if e["event"] == "accepted" and
         e["recipient"].endswith("down.example")})


def actions(edd):
    return [e["action"] for e in edd.journal() if e["event"] == "notified"]


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_delay_is_not_told_again_after_a_restart(make_edd, make_sink, ending):
    sink = make_sink()
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route down.example via 127.0.0.1 port %d\n"
        "queue retry 1s, 2s\nqueue delay-notice 3s") % free_port())
    edd.start().setup()
    for i in range(10):
        edd.send("r%d@down.example" % i)
    sink.wait(10)
    wait_for(lambda: len([e for e in edd.journal() if e["event"] == "relayed"])
             == 10, "the notices to be done")
    getattr(edd, ending)()
    edd.start()
    before = len([e for e in edd.journal() if e["event"] == "deferred"])
    wait_for(lambda: len([e for e in edd.journal() if e["event"] ==
                          "deferred"]) > before + 4, "more attempts")
    assert actions(edd) == ["delayed"] * 10


def test_notice_and_end_do_not_wait_for_the_probe(make_edd, make_sink):
    sink = make_sink()
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route down.example via 127.0.0.1 port %d\nqueue retry 1s, 1h\n"
        "queue delay-notice 4s\nqueue expire 12s") % free_port())
    edd.start().setup()
    for i in range(5):
        edd.send("r%d@down.example" % i)
    wait_for(lambda: len([e for e in edd.journal() if e["event"] == "expired"])
             == 5, "all to expire", 60)
    sink.wait(10)
    wait_for(lambda: len(actions(edd)) >= 10, "the journal of them")
    assert sorted(actions(edd)) == ["delayed"] * 5 + ["failed"] * 5


def test_no_delay_notice_by_default(bouncing, sink):
    sink.rcpt_replies["late@example.net"] = "451 4.2.1 Try later"
    submit(bouncing, [("late@example.net", "NOTIFY=DELAY")])
    wait_for(lambda: len([e for e in bouncing.journal() if e["event"] ==
                          "deferred"]) > 3, "some attempts")
    assert sink.messages == []


def test_report_about_an_address_in_utf8(bouncing, sink):
    sink.rcpt_replies["gr\u00fc\u00df@example.net"] = "550 5.7.1 Nein"
    with bouncing.client() as smtp:
        smtp.ehlo()
        smtp.command_encoding = "utf-8"
        assert smtp.docmd("MAIL FROM:<news@example.org> SMTPUTF8")[0] == 250
        assert smtp.docmd("RCPT TO:<gr\u00fc\u00df@example.net>")[0] == 250
        assert smtp.data(message(subject="\u00fcber"))[0] == 250
    got = bounce_of(sink)
    report = email.message_from_bytes(got.data)
    _, status, original = report.get_payload()
    assert status.get_content_type() == "message/global-delivery-status"
    assert "utf-8; gr\u00fc\u00df@example.net".encode() in got.data
    assert original.get_content_type() == "message/global"
