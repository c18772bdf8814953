"""The journal as operators read it: events, followed or not, and traces."""

import json
import os
import select
import signal
import subprocess

import pytest

from eddtest import EDCTL, message, wait_for


def events(edd, *words):
    return edd.ctl("events", *words, json_rows=True)


def test_conditions_choose_events(edd, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 No such user"
    a = edd.send("x@example.net")
    b = edd.send("gone@example.net")
    edd.wait_event("relayed", id=a)
    edd.wait_event("bounced", id=b)
    edd.wait_event("relayed", recipient="news@example.org")
    every = events(edd)
    assert [e["time"] for e in every] == sorted(e["time"] for e in every)
    assert len(every) == len(edd.journal())
    assert [e["event"] for e in events(edd, "id", a)] == [
        "accepted", "relayed"]
    assert [e["id"] for e in events(edd, "event", "bounced")] == [b]
    assert {e["event"] for e in events(
        edd, "recipient", "GONE@example.net")} == {"accepted", "bounced"}
    assert events(edd, "recipient", "gone@example.com") == []
    found = events(edd, "user", "app", "event", "accepted")
    assert {e["id"] for e in found} == {a, b} and found[0]["user"] == "app"
    assert len(events(edd, "since", "1h")) == len(every)
    assert "relayed" in edd.ctl("events", "event", "relayed")


@pytest.mark.parametrize("words, why", [
    (("since", "yesterday"), "is no time"),
    (("id", "xyz"), "is no message id"),
    (("colour", "red"), "unknown"),
])
def test_what_cannot_be_asked_is_said(edd, words, why):
    assert why in edd.ctl("events", *words, ok=False)


def test_events_are_followed(edd, sink):
    edd.send("before@example.net")
    edd.wait_event("relayed")
    follower = subprocess.Popen(
        [EDCTL, "-s", edd.socket, "-j", "events", "-f", "event", "relayed",
         "since", "1m"], stdout=subprocess.PIPE, text=True)
    try:
        for rcpt in ("before", "r0", "r1", "r2"):
            if rcpt != "before":
                edd.send(rcpt + "@example.net")
            found = json.loads(follower.stdout.readline())
            assert found["recipient"] == rcpt + "@example.net"
    finally:
        follower.kill()
        follower.wait()


def test_events_are_followed_when_the_clock_is_set_back(edd, sink):
    folder = os.path.join(edd.spool, "journal")
    follower = subprocess.Popen(
        [EDCTL, "-s", edd.socket, "-j", "events", "-f"],
        stdout=subprocess.PIPE, text=True)

    def newest():
        return max(n for n in os.listdir(folder) if n.endswith(".jsonl"))

    def is_followed():
        # It may not have begun to follow yet.
        edd.send("new@example.net")
        return select.select([follower.stdout], [], [], 0.2)[0]
    try:
        wait_for(is_followed, "an event")
        edd.wait_event("accepted")
        seen = []
        while "old@example.net" not in seen:
            name = newest()
            with open(os.path.join(folder, name), "a", encoding="ascii") as f:
                f.write('{"time":"2001-01-01T00:00:00.000Z",'
                        '"event":"deferred","recipient":"old@example.net"}\n')
            end = "end%d@example.net" % len(seen)
            edd.send(end)
            while end not in seen:
                seen.append(json.loads(follower.stdout.readline()).get(
                    "recipient"))
            # Unless a new hour has begun meanwhile, it came first.
            assert "old@example.net" in seen or newest() != name
    finally:
        follower.kill()
        follower.wait()


def test_trace_of_a_recipient_tells_of_nobody_else(edd, sink):
    mid = edd.send(["x@example.net", "y@example.net"], message(
        headers="Message-ID: <t1@example.org>\r\n"))
    edd.wait_event("relayed", recipient="x@example.net")
    edd.wait_event("relayed", recipient="y@example.net")
    told = edd.ctl("trace", "X@example.net", json_rows=True)
    assert [(e["event"], e["recipient"]) for e in told] == [
        ("accepted", "x@example.net"), ("relayed", "x@example.net")]
    for word in (mid, "<t1@example.org>", "t1@example.org"):
        assert len(edd.ctl("trace", word, json_rows=True)) == 4
    assert "no events of" in edd.ctl("trace", "z@example.net", ok=False)
    edd.stop()
    edd.start()
    assert len(edd.ctl("trace", mid, json_rows=True)) == 4


def test_words_that_json_writes_otherwise(edd, sink):
    mid = edd.send('"a b\\\\c"@quoted.example', message(
        headers='Message-ID: <q"x@example.org>\r\n'))
    rcpt = edd.wait_event("relayed", id=mid)["recipient"]
    assert '"' in rcpt and "\\" in rcpt
    assert len(edd.ctl("trace", rcpt, json_rows=True)) == 2
    assert len(edd.ctl("events", "recipient", rcpt, json_rows=True)) == 2
    message_id = [e["messageId"] for e in edd.journal()
                  if e["event"] == "accepted"][0]
    assert '"' in message_id
    assert len(edd.ctl("trace", message_id, json_rows=True)) == 2
    edd.stop()
    edd.start()
    assert len(edd.ctl("trace", rcpt, json_rows=True)) == 2


def test_a_report_of_others_is_not_told(edd, sink):
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 No such user"
    mid = edd.send(["x@example.net", "gone@example.net"])
    edd.wait_event("relayed", id=mid)
    assert edd.wait_event("notified", id=mid)["about"] == "<gone@example.net>"
    assert [e["event"] for e in edd.ctl(
        "trace", "x@example.net", json_rows=True)] == ["accepted", "relayed"]
    assert [e["event"] for e in edd.ctl(
        "trace", "gone@example.net", json_rows=True)] == [
            "accepted", "bounced", "notified"]
    assert "notified" in [e["event"] for e in edd.ctl(
        "trace", mid, json_rows=True)]


def test_old_files_go_at_a_start_and_a_reload(edd, sink):
    folder = os.path.join(edd.spool, "journal")
    os.makedirs(folder, exist_ok=True)
    old = [os.path.join(folder, "2020010203" + end)
           for end in (".jsonl", ".idx")]

    def make():
        for path in old:
            with open(path, "w"):
                pass
    make()
    edd.stop()
    edd.start()
    assert not any(os.path.exists(path) for path in old)
    make()
    edd.reload()
    wait_for(lambda: not any(os.path.exists(p) for p in old), "their end")


def test_a_trace_without_its_index(edd, sink):
    mid = edd.send("x@example.net")
    edd.wait_event("relayed", id=mid)
    edd.stop()
    folder = os.path.join(edd.spool, "journal")
    for name in os.listdir(folder):
        if name.endswith(".idx"):
            os.unlink(os.path.join(folder, name))
    edd.start()
    assert len(edd.ctl("trace", mid, json_rows=True)) == 2


def crash(edd):
    """queue must not see that the others end, or it ends in order."""
    edd.process.send_signal(signal.SIGSTOP)
    os.kill(edd.pid_of("queue"), signal.SIGKILL)
    edd.kill()


@pytest.mark.parametrize("kept", ["none", "one", "one and a half", "all"])
def test_a_crash_that_cuts_events_of_one_message(edd, sink, kept):
    """Each recipient was accepted once, whatever of it a crash has kept."""
    rcpts = ["%s@example.net" % c for c in "abc"]
    edd.ctl("queue", "pause", "all")
    first = edd.send("first@example.net")
    mid = edd.send(rcpts)
    wait_for(lambda: sum(e["event"] == "accepted" for e in edd.journal()) == 4,
             "the events")
    crash(edd)
    folder = os.path.join(edd.spool, "journal")
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if not name.endswith(".jsonl"):
            os.unlink(path)
            continue
        with open(path, "rb") as f:
            lines = f.readlines()
        at = [i for i, line in enumerate(lines) if mid.encode() in line]
        if at:
            cut = {"none": [], "one": lines[at[0]:at[1]],
                   "one and a half": [lines[at[0]], lines[at[1]][:-20]],
                   "all": lines[at[0]:]}[kept]
            with open(path, "wb") as f:
                f.writelines(lines[:at[0]] + cut)
    for _ in range(2):
        edd.start()
        edd.send("later@example.net")
        wait_for(lambda: edd.journal()[-1].get("recipient") ==
                 "later@example.net", "later events")
        told = [(e["id"], e["recipient"]) for e in edd.journal()
                if e["event"] == "accepted" and e["id"] in (first, mid)]
        assert told == [(first, "first@example.net")] + [
            (mid, r) for r in rcpts]
        crash(edd)
    edd.start()
