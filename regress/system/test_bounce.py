"""Failures become bounces, and some become suppressions."""

import email

import pytest

from eddtest import message, wait_for


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
    edd.wait_event("deferred", id=mid)
    got = bounce_of(sink)
    assert b"Try later" in got.data
    edd.wait_event("expired", id=mid)


def test_bounce_of_a_bounce_ends(bouncing, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 User unknown"
    sink.rcpt_replies["news@example.org"] = "550 5.1.1 User unknown"
    bouncing.send("gone@example.net")
    bouncing.wait_event("bounced", recipient="news@example.org")
    wait_for(lambda: "example" not in bouncing.ctl("show", "queue"),
             "an empty queue")
