"""Soft bounces: enough of them without a delivery between suppress."""

import pytest

from eddtest import wait_for

FULL = "552 5.2.2 Mailbox full"
LATER = "450 4.2.1 Mailbox busy"
RULES = ("queue expire 1s\nqueue retry 2s\n"
         "suppression soft-bounces 3 window 1d lifetime 30d")


@pytest.fixture
def soft(make_edd, sink):
    return make_edd(route=(sink.address, sink.port),
                    extra=RULES).start().setup()


def rows(edd):
    return edd.ctl("suppression", "list", json_rows=True)


def bounced(edd, rcpt, event="bounced"):
    """Messages to the recipient that came back."""
    return len([e for e in edd.journal()
                if e["event"] == event and e.get("recipient") == rcpt])


def send(edd, rcpt, times=1, event="bounced"):
    for _ in range(times):
        before = bounced(edd, rcpt, event)
        edd.send([rcpt])
        wait_for(lambda: bounced(edd, rcpt, event) > before, event)


def test_soft_bounces_suppress_and_a_delivery_forgives(soft, sink):
    rcpt = "full@example.net"
    sink.rcpt_replies[rcpt] = FULL
    send(soft, rcpt, 2)
    assert rows(soft) == []
    # A delivery in between, of a message that was never put off.
    del sink.rcpt_replies[rcpt]
    send(soft, rcpt, event="relayed")
    sink.rcpt_replies[rcpt] = FULL
    send(soft, rcpt, 2)
    assert rows(soft) == []
    # The counts outlive their processes, and so does what queue watches.
    soft.stop()
    soft.start()
    del sink.rcpt_replies[rcpt]
    send(soft, rcpt, event="relayed")
    sink.rcpt_replies[rcpt] = FULL
    send(soft, rcpt, 2)
    assert rows(soft) == []
    soft.stop()
    soft.start()
    send(soft, rcpt)
    row = wait_for(lambda: rows(soft), "the suppression")[0]
    assert row["address"] == rcpt and row["reason"] == "SOFTBOUNCE"
    assert row["expires"] - row["created"] == 30 * 86400
    assert "Mailbox full" in row["text"]


def test_expired_messages_count_and_policy_does_not(soft, sink):
    sink.rcpt_replies["busy@example.net"] = LATER
    sink.rcpt_replies["blocked@example.net"] = "450 4.7.1 Blocked, greylisted"
    for _ in range(3):
        soft.send(["busy@example.net", "blocked@example.net"])
    row = wait_for(lambda: rows(soft), "the suppression", 60)
    assert [r["address"] for r in row] == ["busy@example.net"]
    wait_for(lambda: bounced(soft, "blocked@example.net", "expired") == 3,
             "the other messages' end")
    assert [r["address"] for r in rows(soft)] == ["busy@example.net"]
