"""Rates and sessions are limited exactly, by user and by compartment, over
all workers and restarts."""

import base64
import os
import signal
import threading
import time

import pytest

from eddtest import Raw, message, wait_for

MINUTE = "455 Maximum messages sent per minute reached : limit is %d"
DAY = "455 Maximum messages sent per day reached : limit is %d"


@pytest.fixture
def limited(make_edd, sink):
    return make_edd(route=(sink.address, sink.port), smtp_workers=3,
                    extra="smtp sessions per address 1000"
                    ).start().setup(dkim=False)


def begin(edd, size=None):
    client = Raw(edd)
    mail(client, size)
    return client


def mail(client, size=None):
    parameter = "" if size is None else " SIZE=%d" % size
    assert client.say("MAIL FROM:<news@example.org>" +
                      parameter).startswith("250")


def rcpt(client, name="someone"):
    return client.say("RCPT TO:<%s@example.net>" % name)


def data(client, text=None):
    assert client.say("DATA").startswith("354")
    client.send((text or message()) + b"\r\n.\r\n")
    return client.reply()


def used(edd, kind="user", name="app"):
    row = edd.ctl("limits", "show", kind, name, json_rows=True)[0]
    return row["minuteUsed"], row["dayUsed"]


def wait_used(edd, n, began):
    """Wait until n are used, all since then: control may hear of the end of
    a transaction after the client.  What is a minute ago counts for the day.
    """
    wait_for(lambda: used(edd)[1] == n, "%d to be used" % n)
    minute, day = used(edd)
    assert day == n
    assert minute == n or time.monotonic() - began > 59


def test_exact_under_parallel_sessions(limited, sink):
    limited.ctl("limits", "set", "user", "app", "day", "50")
    clients = [begin(limited) for _ in range(100)]
    began = time.monotonic()
    gate = threading.Barrier(len(clients))
    replies = []

    def work(client):
        gate.wait()
        reply = rcpt(client)
        if reply.startswith("250"):
            reply = data(client)
        replies.append(reply)

    threads = [threading.Thread(target=work, args=(c,)) for c in clients]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sum(r.startswith("250") for r in replies) == 50
    assert replies.count(DAY % 50) == 50
    wait_used(limited, 50, began)
    sink.wait(50)


def test_minute_of_compartment(limited):
    limited.ctl("limits", "set", "compartment", "prod", "minute", "2")
    client = begin(limited)
    assert rcpt(client, "a").startswith("250")
    assert rcpt(client, "b").startswith("250")
    assert rcpt(client, "c") == MINUTE % 2
    assert data(client).startswith("250")
    mail(client)
    assert rcpt(client) == MINUTE % 2
    limited.ctl("limits", "set", "compartment", "prod", "minute", "3")
    assert rcpt(client).startswith("250")


def test_strictest_of_user_compartment_and_root(limited):
    limited.ctl("limits", "set", "user", "app", "day", "3")
    limited.ctl("limits", "set", "compartment", "root", "day", "2")
    client = begin(limited)
    assert [rcpt(client, c)[:3] for c in "ab"] == ["250", "250"]
    assert rcpt(client) == DAY % 2


def test_enhanced_code(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp enhanced-status-codes on"
                   ).start().setup(dkim=False)
    edd.ctl("limits", "set", "user", "app", "day", "1")
    client = begin(edd)
    assert rcpt(client, "a").startswith("250")
    assert rcpt(client, "b") == (DAY % 1).replace("455 ", "455 4.7.0 ")


def big(octets):
    line = b"x" * 76 + b"\r\n"
    return message() + line * (octets // len(line) + 1)


def test_started_2_mb_counts(limited):
    limited.ctl("limits", "set", "user", "app", "day", "5")
    client = begin(limited)
    began = time.monotonic()
    assert rcpt(client, "a").startswith("250")
    assert rcpt(client, "b").startswith("250")
    assert data(client, big(2 << 20)).startswith("250")  # two each
    wait_used(limited, 4, began)
    mail(client)
    assert rcpt(client).startswith("250")
    assert data(client, big(2 << 20)) == DAY % 5
    wait_used(limited, 4, began)
    mail(client)
    assert rcpt(client).startswith("250")
    assert data(client).startswith("250")
    wait_used(limited, 5, began)


def test_declared_size_counts_at_rcpt(limited):
    limited.ctl("limits", "set", "user", "app", "day", "2")
    client = begin(limited, (4 << 20) + 1)
    assert rcpt(client) == DAY % 2
    assert client.say("RSET").startswith("250")
    mail(client, 4 << 20)
    began = time.monotonic()
    assert rcpt(client).startswith("250")
    assert data(client).startswith("250")  # it was smaller than said
    wait_used(limited, 1, began)


def test_suppressed_does_not_count(limited):
    limited.ctl("limits", "set", "user", "app", "day", "1")
    limited.ctl("suppression", "add", "gone@example.net", "compartment",
                "prod")
    client = begin(limited)
    assert rcpt(client, "gone").startswith("254")
    assert rcpt(client).startswith("250")
    assert rcpt(client, "b") == DAY % 1


@pytest.mark.parametrize("end", ["RSET", "QUIT", "close", "EHLO x", "refused"])
def test_what_is_not_accepted_is_free_again(limited, end):
    limited.ctl("limits", "set", "user", "app", "day", "1")
    client = begin(limited)
    assert rcpt(client).startswith("250")
    assert used(limited) == (1, 1)
    if end == "close":
        client.close()
    elif end == "refused":
        assert data(client, b"From: other@example.org\r\n\r\nx").startswith(
            "535")
    else:
        client.say(end)
    wait_for(lambda: used(limited) == (0, 0), "the reservation to end")
    assert rcpt(begin(limited)).startswith("250")


def test_death_of_smtpd_frees(limited):
    limited.ctl("limits", "set", "user", "app", "day", "1")
    client = begin(limited)
    assert rcpt(client).startswith("250")
    for pid, name in limited.children():
        if name == "smtpd":
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: used(limited) == (0, 0), "the reservation to end")


def test_restart_of_control_does_not_accept_uncounted(limited):
    limited.ctl("limits", "set", "user", "app", "day", "1000")
    client = begin(limited)
    assert rcpt(client).startswith("250")
    mark = limited.log_size()
    os.kill(limited.pid_of("control"), signal.SIGKILL)
    limited.wait_log("control ready|control.* ready", since=mark)
    reply = data(client)
    assert reply[:3] in ("421", "451")


def test_counters_survive_restart_and_crash(limited, sink):
    limited.ctl("limits", "set", "user", "app", "day", "40")
    began = time.monotonic()
    for _ in range(10):
        limited.send("someone@example.net")
    limited.stop()
    limited.start()
    wait_used(limited, 10, began)
    for _ in range(10):
        limited.send("someone@example.net")
    limited.kill()
    limited.start()
    minute, day = used(limited)
    assert 20 <= day <= 20 + 40 // 16 + 2
    client = begin(limited)
    replies = [rcpt(client, "r%d" % i) for i in range(41 - day)]
    assert replies[-1] == DAY % 40
    assert all(r.startswith("250") for r in replies[:-1])


def test_sessions_of_a_user(limited):
    limited.ctl("limits", "set", "user", "app", "sessions", "5")
    clients = [begin(limited) for _ in range(5)]
    one_more = Raw(limited, login=False)
    one_more.say("EHLO x")
    secret = base64.b64encode(("\0%s\0%s" % (
        limited.user, limited.secret)).encode()).decode()
    assert one_more.say("AUTH PLAIN " + secret) == (
        "421 Too many connections, try again later")
    assert one_more.reply() is None
    clients[0].say("QUIT")
    wait_for(lambda: limited.ctl("limits", "show", "user", "app",
                                 json_rows=True)[0]["sessionsUsed"] == 4,
             "the session to end")
    begin(limited)


def test_configured_sessions_per_user(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp sessions per user 1").start().setup(dkim=False)
    first = begin(edd)
    with pytest.raises(Exception):
        edd.client()
    first.say("QUIT")


def test_mistakes_say_what_is_wrong(limited):
    for words, text in (
            (("set", "user", "nobody", "day", "1"), 'no user "nobody"'),
            (("set", "user", "app", "day", "0"), "neither"),
            (("set", "user", "app", "day", "4294967296"), "neither"),
            (("set", "user", "app", "day", "-1"), "neither"),
            (("set", "compartment", "prod", "sessions", "1"),
             "has no limit of sessions"),
            (("remove", "user", "app"), "has no limits")):
        assert text in limited.ctl("limits", *words, ok=False)
    limited.ctl("limits", "set", "user", "app", "day", "1")
    limited.ctl("limits", "remove", "user", "app")
    assert limited.ctl("limits", "show", json_rows=True) == []


def test_size_and_recipients_of_a_message(limited, sink):
    """The strictest of all levels holds, and the reply says it."""
    limited.ctl("limits", "set", "tenancy", "size", "20K", "recipients", "9")
    limited.ctl("limits", "set", "user", "app", "size", "1K", "recipients",
                "2")
    client = Raw(limited)
    assert client.say("MAIL FROM:<news@example.org> SIZE=1025") == (
        "552 Exceeds byte limit : limit is 1024")
    mail(client, 1024)
    for name in "ab":
        assert rcpt(client, name).startswith("250")
    assert rcpt(client, "c") == "452 Too many recipients : limit is 2"
    assert data(client, message() + b"x" * 1024) == (
        "552 Exceeds byte limit : limit is 1024")
    mail(client)
    assert rcpt(client).startswith("250")
    assert data(client).startswith("250")
    rows = limited.ctl("limits", "show", "user", "app", json_rows=True)
    assert [(r["kind"], r["size"], r["recipients"]) for r in rows] == [
        ("user", 1024, 2), ("tenancy", 20480, 9)]
    limited.ctl("limits", "set", "user", "app", "size", "none", "recipients",
                "none", "day", "10")
    client = Raw(limited)
    assert client.say("MAIL FROM:<news@example.org> SIZE=20481") == (
        "552 Exceeds byte limit : limit is 20480")
    mail(client)
    for name in "abcdefgh":
        assert rcpt(client, name).startswith("250")
    rows = limited.ctl("status", json_rows=True)
    assert any(r.get("trouble") == "limit" and "user app: day 8 of 10" in
               str(r) for r in rows), rows
