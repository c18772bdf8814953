"""Who goes first: nobody waits for mail that cannot be delivered, or for a
user who has much; pauses; a destination that comes back."""

import time

import pytest

from eddtest import free_port, message, wait_for


def rows(edd, *words):
    return edd.ctl("queue", *words, json_rows=True)


def send_many(edd, count, domain, login=None):
    """Submit count messages in one session."""
    keep = edd.user, edd.secret
    if login is not None:
        edd.user, edd.secret = login
    with edd.client() as smtp:
        for i in range(count):
            smtp.sendmail("news@example.org", ["r%d@%s" % (i, domain)],
                          message(subject="many"))
    edd.user, edd.secret = keep


def dead_and_alive(make_edd, make_sink, extra=""):
    """Mail for dead.example goes to a port where nobody listens."""
    port, sink = free_port(), make_sink()
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "route dead.example via 127.0.0.1 port %d\n" % port) + extra)
    return edd.start().setup(), sink, port


def test_a_dead_destination_delays_nobody(make_edd, make_sink):
    edd, sink, _ = dead_and_alive(make_edd, make_sink, "queue retry 1h")
    send_many(edd, 300, "dead.example")
    edd.wait_event("deferred")
    started = time.monotonic()
    edd.send("x@alive.example")
    sink.wait(1)
    print("delivered %.3f s after it was submitted" % (
        time.monotonic() - started))
    assert sink.messages[0].rcpts == ["x@alive.example"]
    # It backs off as a whole: all wait, few were tried.
    tried = [e for e in edd.journal() if e["event"] == "deferred"]
    assert len(tried) < 20
    def is_quiet():
        summary, = [r for r in rows(edd, "summary")
                    if r["destination"] == "dead.example"]
        assert summary["down"] is True
        return summary["waiting"] + summary["deferred"] == 300
    wait_for(is_quiet, "all of them to wait")


def test_the_rest_follows_the_probe(make_edd, make_sink):
    edd, _, port = dead_and_alive(make_edd, make_sink, "queue retry 1h")
    send_many(edd, 50, "dead.example")
    mid = edd.wait_event("deferred")["id"]
    wait_for(lambda: not rows(edd, "list", "state", "inflight"), "the end")
    back = make_sink(port=port)
    edd.ctl("queue", "flush", mid)
    back.wait(50)


def test_a_destination_that_comes_back_is_found(make_edd, make_sink):
    edd, _, port = dead_and_alive(make_edd, make_sink, "queue retry 1s")
    send_many(edd, 5, "dead.example")
    edd.wait_event("deferred")
    back = make_sink(port=port)
    back.wait(5)


def test_a_user_with_much_does_not_starve_another(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "deliver sessions per destination 1\nqueue retry 1h"))
    edd.start().setup()
    edd.ctl("user", "add", "other")
    other = edd.credential("other")
    edd.ctl("queue", "pause", "all")
    send_many(edd, 400, "one.example")
    send_many(edd, 1, "one.example", other)
    send_many(edd, 1, "two.example", other)
    edd.ctl("queue", "resume", "all")
    sink.wait(402, seconds=120)
    relayed = [e for e in edd.journal() if e["event"] == "relayed"]
    users = [e["user"] for e in relayed]
    mine = [i for i, u in enumerate(users) if users.count(u) == 2]
    print("sent as number %s of 402" % mine)
    assert mine[1] < 100


def test_what_is_paused_waits(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port)).start().setup()
    edd.ctl("queue", "pause", "destination", "One.example")
    edd.ctl("queue", "pause", "user", "app")
    edd.send("x@one.example")
    edd.stop()
    edd.start()
    paused = rows(edd, "pause")
    assert all(abs(r.pop("since") - time.time()) < 600 for r in paused)
    assert paused == [
        {"paused": "destination", "destination": "one.example", "user": "",
         "end": "edctl queue resume destination one.example"},
        {"paused": "user", "destination": "", "user": "app",
         "end": "edctl queue resume user app"}]
    # The pause of everything is one more, and ends alone.
    edd.ctl("queue", "pause", "all")
    text = edd.ctl("queue", "resume", "all")
    assert "edctl queue resume destination one.example" in text
    assert "edctl queue resume user app" in text
    edd.send("y@two.example")
    assert [r["state"] for r in rows(edd, "list")] == ["waiting"] * 2
    edd.ctl("queue", "resume", "user", "app")
    sink.wait(1)
    assert sink.messages[0].rcpts == ["y@two.example"]
    assert "not paused" in edd.ctl("queue", "resume", "user", "app", ok=False)
    assert "paused already" in edd.ctl(
        "queue", "pause", "destination", "one.example", ok=False)
    edd.ctl("queue", "pause", "all")
    edd.ctl("queue", "resume", "destination", "one.example")
    edd.send("z@three.example")
    assert len(rows(edd, "list", "state", "waiting")) == 2
    edd.ctl("queue", "resume", "all")
    sink.wait(3)
    assert "is needed" in edd.ctl("queue", "resume", ok=False)
    wait_for(lambda: rows(edd, "list") == [], "an empty queue")


@pytest.mark.parametrize("what", ["all", "destination dead.example",
                                  "user kept"])
def test_what_is_paused_has_no_end(make_edd, make_sink, what):
    """Neither is its sender told that it waits, also where a destination is
    known to be down; when it is resumed that is made up for."""
    edd, sink, _ = dead_and_alive(make_edd, make_sink, (
        "queue retry 1h\nqueue expire 6s\nqueue delay-notice 2s"))
    edd.ctl("user", "add", "kept")
    kept = edd.credential("kept")
    send_many(edd, 1, "dead.example")
    edd.wait_event("deferred")
    edd.ctl("queue", "pause", *what.split())
    send_many(edd, 3, "dead.example", kept)
    if what.startswith("user"):
        send_many(edd, 1, "dead.example")
    old = {r["id"] for r in rows(edd, "list", "user", "kept")}
    wait_for(lambda: len(rows(edd, "list", "user", "kept", "older",
                              "9s")) == 3, "all to be over age")
    if what.startswith("user"):
        edd.wait_event("expired")  # that of others
    assert not [e for e in edd.journal() if e.get("id") in old and
                e["event"] != "accepted"]
    summary, = rows(edd, "summary")
    assert summary["paused"] >= 3 and summary["since"]
    assert what.split()[0] in str(rows(edd, "pause"))
    edd.ctl("queue", "resume", *what.split())
    wait_for(lambda: old <= {e.get("id") for e in edd.journal()
                             if e["event"] == "expired"}, "all to expire")
    wait_for(lambda: rows(edd, "list") == [], "an empty queue")


def test_a_dead_destination_is_given_up_in_time(make_edd, make_sink):
    edd, sink, _ = dead_and_alive(
        make_edd, make_sink, "queue retry 1s\nqueue expire 4s")
    send_many(edd, 40, "dead.example")
    wait_for(lambda: len([e for e in edd.journal()
                          if e["event"] == "expired"]) == 40,
             "all to expire")
    sink.wait(40)
    assert all(m.rcpts == ["news@example.org"] for m in sink.messages)


def test_bulk_gives_way(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "deliver sessions per destination 1\nqueue retry 1h"))
    edd.start().setup()
    edd.ctl("user", "add", "letters")
    assert "bulk" in edd.ctl("user", "set", "letters", "class", "bulk")
    letters = edd.credential("letters")
    edd.ctl("queue", "pause", "all")
    send_many(edd, 100, "one.example", letters)
    send_many(edd, 40, "one.example")
    assert len(rows(edd, "list", "user", "letters")) == 100
    shown = rows(edd, "show", rows(edd, "list", "user", "letters")[0]["id"])
    assert shown[0]["class"] == "bulk"
    edd.stop()
    edd.start()
    edd.ctl("queue", "resume", "all")
    sink.wait(140, seconds=120)
    users = [e["user"] for e in edd.journal() if e["event"] == "relayed"]
    bulk = max(set(users), key=users.count)
    print("%d bulk among the first 50" % users[:50].count(bulk))
    assert users[:50].count(bulk) < 25
    assert users.index(bulk) < 40
