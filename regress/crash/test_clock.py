"""The wall clock is set by an hour, either way, while everything runs or over
a restart: the schedule goes on as it was, and nothing ends early, late or
twice.  Builds with points to crash at take the date from a file, too."""

import json
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time

import pytest

import load  # noqa: F401, for the path to what follows
from apitest import with_https
from eddtest import EDCTL, Edd, Sink, free_port, wait_for
from test_https_retry import submit
from test_https_submit import details
from test_metrics import get, samples, total
from test_policy_throttle import RULE, wrong
from test_webhook import Receiver, add, show

HOUR = 3600
STEPS = [HOUR, -HOUR]


class Clock:
    """By how much the date is wrong, for all that is started from now on."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "clock-step")
        self.set(0)
        os.chmod(self.path, 0o644)
        os.environ["EDD_CLOCK_STEP"] = self.path

    def set(self, seconds):
        with open(self.path, "r+b" if os.path.exists(self.path)
                  else "wb") as f:
            f.write(struct.pack("=q", seconds))


class Tries(Sink):
    """Remembers when each recipient was tried; defers "later" until told."""

    def __init__(self):
        super().__init__()
        self.times = {}
        self.deferring = True

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.times.setdefault(address, []).append(time.monotonic())
        if address.startswith("later") and self.deferring:
            return "451 4.3.0 Not now"
        return await super().handle_RCPT(server, session, envelope, address,
                                         options)


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="edd-")
        os.chmod(self.folder, 0o755)
        self.clock = Clock(self.folder)
        self.sink = Tries().start()
        self.edd = None
        self.followers = []

    def begin(self, extra, prepare=lambda edd: edd):
        self.edd = prepare(Edd(self.folder, extra=extra, route=(
            self.sink.address, self.sink.port)))
        self.edd.start().setup()
        return self.edd

    def step(self, seconds, how):
        """Set the clock, and start again if the step is to be over that."""
        if how == "running":
            self.clock.set(seconds)
            return
        if how == "restart":
            self.edd.stop()
        else:
            self.edd.kill()
        self.clock.set(seconds)
        self.edd.start()

    def follow(self, *words):
        """The events that one sees who follows from now on."""
        seen = []
        process = subprocess.Popen(
            [EDCTL, "-s", self.edd.socket, "-j", "events", "-f", *words],
            stdout=subprocess.PIPE, text=True)

        def read():
            for line in process.stdout:
                seen.append(json.loads(line))
        thread = threading.Thread(target=read)
        thread.start()
        self.followers.append((process, thread))
        return seen

    def tries(self, rcpt):
        return list(self.sink.times.get(rcpt, []))

    def close(self):
        for process, thread in self.followers:
            process.kill()
            process.wait()
            thread.join()
            process.stdout.close()
        try:
            if self.edd is not None:
                self.edd.stop(expect=None)
        finally:
            self.sink.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
            del os.environ["EDD_CLOCK_STEP"]


@pytest.fixture
def stepped():
    world = World()
    yield world
    world.close()


def events(edd, name, **match):
    return [e for e in edd.journal() if e["event"] == name and all(
        e.get(k) == v for k, v in match.items())]


def trace(edd, word):
    return [e["event"] for e in edd.ctl("trace", word, json_rows=True)]


@pytest.mark.parametrize("how", ["running", "restart", "kill"])
@pytest.mark.parametrize("step", STEPS)
def test_the_schedule_goes_on(stepped, step, how):
    """An hour more would end it, and tell its sender; an hour less would let
    it wait."""
    edd = stepped.begin("queue retry 2s\nqueue expire 50m\n"
                        "queue delay-notice 30m")
    mid = edd.send("later@example.net")
    wait_for(lambda: len(stepped.tries("later@example.net")) >= 2, "tries")
    stepped.step(step, how)
    before = len(stepped.tries("later@example.net"))
    wait_for(lambda: len(stepped.tries("later@example.net")) >= before + 2,
             "tries after the step")
    # And back, so that both ways follow on each other.
    stepped.step(0, how)
    before = len(stepped.tries("later@example.net"))
    wait_for(lambda: len(stepped.tries("later@example.net")) >= before + 2,
             "tries after the step back")
    tries = stepped.tries("later@example.net")
    pauses = [b - a for a, b in zip(tries, tries[1:])]
    # No storm, however slow this machine is; what is due is so in a whole
    # second.
    # What was deferred in the moment of a kill is tried again at a start.
    pauses.sort()
    assert min(pauses[2 if how == "kill" else 0:]) > 0.5, pauses
    for name in ("expired", "bounced", "notified"):
        assert not events(edd, name)
    stepped.sink.deferring = False
    stepped.sink.wait(1)
    edd.wait_event("relayed", id=mid)
    assert not stepped.sink.messages[1:]
    told = trace(edd, mid)
    assert told == ["accepted"] + ["deferred"] * (len(told) - 2) + ["relayed"]
    unknown = len(stepped.tries("later@example.net")) - (len(told) - 1)
    assert 0 <= unknown <= (2 if how == "kill" else 0), told


@pytest.mark.parametrize("how", ["running", "restart"])
@pytest.mark.parametrize("step", STEPS)
def test_a_notice_is_sent_once(stepped, step, how):
    edd = stepped.begin("queue retry 1s\nqueue delay-notice 2s")
    mid = edd.send("later@example.net")
    edd.wait_event("notified", id=mid)
    stepped.sink.wait(1)
    for value in (step, 0):
        stepped.step(value, how)
        before = len(stepped.tries("later@example.net"))
        wait_for(lambda: len(stepped.tries(
            "later@example.net")) >= before + 2, "tries after the step")
    assert len(events(edd, "notified", id=mid)) == 1
    assert [m.rcpts for m in stepped.sink.messages] == [["news@example.org"]]


@pytest.mark.parametrize("how", ["running", "restart"])
@pytest.mark.parametrize("step", STEPS)
def test_what_is_over_age_ends(stepped, step, how):
    """Notice and end come, though the date is an hour before them."""
    edd = stepped.begin("queue retry 1s\nqueue delay-notice 3s\n"
                        "queue expire 6s")
    mid = edd.send("later@example.net")
    edd.wait_event("deferred", id=mid)
    stepped.step(step, how)
    edd.wait_event("expired", id=mid)
    assert len(events(edd, "notified", about="<later@example.net>")) <= 2
    assert trace(edd, mid).count("expired") == 1
    stepped.sink.wait(2)


@pytest.mark.parametrize("step", STEPS)
def test_events_are_in_the_order_of_what_happened(stepped, step):
    edd = stepped.begin("")
    ids = [edd.send("a0@example.net")]
    edd.wait_event("relayed", id=ids[0])
    old = stepped.follow("event", "accepted", "since", "2h")
    wait_for(lambda: old, "one that follows")
    for n, value in enumerate((step, 0, step), 1):
        stepped.clock.set(value)
        new = stepped.follow("event", "accepted")

        def is_followed():
            ids.append(edd.send("a%d@example.net" % n))
            edd.wait_event("relayed", id=ids[-1])
            return new
        mark = len(ids)
        wait_for(is_followed, "one more that follows")
        wait_for(lambda: new[-1]["id"] == ids[-1], "the last event")
        # Nothing of the past, whatever its date: that hour was already.
        assert {e["id"] for e in new} <= set(ids[mark:]), (new, ids[:mark])
    wait_for(lambda: len(old) == len(ids), "all events")
    assert [e["id"] for e in old] == ids
    assert [e["id"] for e in edd.journal()
            if e["event"] == "accepted"] == ids
    assert ids == sorted(ids)
    for mid in ids:
        assert trace(edd, mid) == ["accepted", "relayed"]
    assert {e["id"] for e in edd.ctl(
        "events", "event", "relayed", "since", "3h",
        json_rows=True)} == set(ids)


@pytest.mark.parametrize("step", STEPS)
def test_dates_that_are_shown_are_those_of_now(stepped, step):
    edd = stepped.begin("queue retry 1h")
    edd.send("later@example.net")
    edd.wait_event("deferred")
    before, = edd.ctl("queue", "list", json_rows=True)
    for how in ("running", "restart"):
        stepped.step(step, how)
        row, = edd.ctl("queue", "list", json_rows=True)
        for name in ("next", "queued"):
            moved = row[name] - before[name]
            assert abs(moved - step) <= 2, (name, before, row)


@pytest.mark.parametrize("how", ["running", "restart"])
@pytest.mark.parametrize("step", STEPS)
def test_a_retry_token_is_known(stepped, step, how):
    edd = stepped.begin("", with_https)
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]
    email = details(edd, subject="one")
    first = submit(edd, email, "t1")
    assert first.status == 200, first.body
    for value in (step, 0, -step):
        stepped.step(value, how)
        assert submit(edd, email, "t1").json == first.json
    stepped.sink.wait(1)
    wait_for(lambda: "example" not in edd.ctl("show", "queue"),
             "an empty queue")
    assert len(stepped.sink.messages) == 1


@pytest.mark.parametrize("step", STEPS)
def test_times_have_no_part_of_a_step(stepped, step):
    port = free_port()
    edd = stepped.begin(
        "queue retry 1s\nlisten on 127.0.0.1 metrics port %d" % port)
    edd.metrics_port = port
    mid = edd.send("later@example.net")
    edd.wait_event("deferred", id=mid)
    stepped.clock.set(step)
    stepped.sink.deferring = False
    edd.wait_event("relayed", id=mid)
    found = samples(get(edd, "/metrics")[2])
    assert total(found, "edd_delivery_seconds_count") == 1
    assert 0 < total(found, "edd_delivery_seconds_sum") < 1000


def refused(edd):
    with edd.client() as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.mail("news@example.org")
        return smtp.rcpt("b@example.net")


@pytest.mark.parametrize("step", STEPS)
def test_a_limit_a_minute_is_not_over_early(stepped, step):
    edd = stepped.begin("")
    edd.ctl("limits", "set", "user", "app", "minute", "3")
    began = time.monotonic()
    for _ in range(3):
        edd.send("a@example.net")
    for value in (step, 0, step):
        stepped.clock.set(value)
        code, text = refused(edd)
        if time.monotonic() - began < 50:
            assert code == 455, text
            row = edd.ctl("limits", "show", "user", "app",
                          json_rows=True)[0]
            assert row["minuteUsed"] == 3


@pytest.mark.parametrize("step", STEPS)
def test_who_is_turned_away_stays_so(stepped, step):
    edd = stepped.begin(RULE)
    for _ in range(3):
        wrong(edd)
    for value in (step, 0, -step):
        stepped.clock.set(value)
        row, = edd.ctl("throttle", "list", json_rows=True)
        left = row["throttled"] - (time.time() + value)
        assert 0 < left <= 601, row


def test_a_suppression_ends_at_its_date(stepped):
    edd = stepped.begin("")
    edd.ctl("suppression", "add", "s@example.net", "compartment", "prod",
            "expires", "2h")
    for n, value in enumerate((HOUR, -HOUR, 0)):
        stepped.clock.set(value)
        edd.send(["s@example.net", "a@example.net"])
        wait_for(lambda: len(events(edd, "suppressed",
                                    recipient="s@example.net")) == n + 1,
                 "an event")
    stepped.clock.set(2 * HOUR + 60)
    edd.send("s@example.net")
    edd.wait_event("relayed", recipient="s@example.net")
    assert all("s@example.net" not in m.rcpts
               for m in stepped.sink.messages[:-1])


@pytest.mark.parametrize("how", ["running", "restart"])
@pytest.mark.parametrize("step", STEPS)
def test_a_webhook_that_failed_is_tried_again(stepped, step, how):
    edd = stepped.begin("")
    receiver = Receiver()
    try:
        hook = add(edd, receiver.url(), "events", "relayed")
        receiver.statuses = [500]
        mid = edd.send("a@example.net")
        wait_for(lambda: show(edd, hook["id"])["state"] == "FAILING",
                 "a failure")
        stepped.step(step, how)
        wait_for(lambda: receiver.events(), "the event")
        assert [e["id"] for e in receiver.events()] == [mid]
    finally:
        receiver.stop()
