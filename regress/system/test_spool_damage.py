"""A damaged spool under the whole daemon: what is damaged is never sent as if
it were sound, is kept for a person, and everything else goes on."""

import os
import re
import shutil

import pytest

from eddtest import message, wait_for


@pytest.fixture
def waiting(make_edd, sink):
    """Three messages that wait for a closed server, and the daemon stopped."""
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue retry 1s").start().setup()
    sink.mail_reply = "451 4.3.0 Closed"
    edd.ids = [edd.send("r%d@example.net" % i, message(
        subject="s%d" % i, body="unmistakable-%d\r\n" % i * 50))
        for i in range(3)]
    for id_ in edd.ids:
        edd.wait_event("deferred", id=id_)
    edd.stop()
    sink.mail_reply = None
    return edd


def segments(edd):
    folder = os.path.join(edd.spool, "segments")
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder))]


def damage(edd, what):
    """Flip a bit of these octets, wherever they are."""
    done = 0
    for path in segments(edd):
        with open(path, "r+b") as f:
            data = f.read()
            at = data.find(what)
            if at >= 0:
                f.seek(at)
                f.write(bytes([data[at] ^ 4]))
                done += 1
    assert done == 1


def corrupt(edd):
    return os.listdir(os.path.join(edd.spool, "corrupt"))


@pytest.mark.parametrize("index", ["with index", "index lost"])
def test_damaged_body_goes_back(waiting, sink, index):
    edd = waiting
    damage(edd, b"unmistakable-1")
    if index == "index lost":
        shutil.rmtree(os.path.join(edd.spool, "index"))
    edd.start()
    sink.wait(3)
    by_rcpt = {m.rcpts[0]: m for m in sink.messages}
    assert set(by_rcpt) == {"r0@example.net", "r2@example.net",
                            "news@example.org"}
    assert b"damaged in storage" in by_rcpt["news@example.org"].data
    # What is damaged does not go back either, but for its header.
    assert b"Subject: s1" in by_rcpt["news@example.org"].data
    assert b"mistakable" not in by_rcpt["news@example.org"].data
    assert b"Status: 5.3.0" in by_rcpt["news@example.org"].data
    assert edd.wait_event("bounced", id=edd.ids[1])["enhanced"] == "5.3.0"
    assert re.search(edd.ids[1] + ".*damaged", edd.log())
    wait_for(lambda: "example" not in edd.ctl("show", "queue"), "the end")
    kept = corrupt(edd)
    assert len(kept) == 1 and kept[0].startswith(edd.ids[1] + ".")


def test_damaged_envelope_is_given_up(waiting, sink):
    edd = waiting
    damage(edd, b"r1@example.net\0")
    edd.start()
    sink.wait(2)
    wait_for(lambda: "example" not in edd.ctl("show", "queue"), "the end")
    assert {m.rcpts[0] for m in sink.messages} == {
        "r0@example.net", "r2@example.net"}
    assert re.search(edd.ids[1] + ": damaged on disk, message given up",
                     edd.log())
    told = edd.ctl("trace", edd.ids[1], json_rows=True)[-1]
    assert (told["event"], told["user"], told["text"]) == (
        "removed", "app", "damaged on disk")
    kept = corrupt(edd)
    assert len(kept) == 1 and kept[0].startswith(edd.ids[1] + ".")


def test_verify_tells_what_is_damaged(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port)).start().setup()
    sink.mail_reply = "451 4.3.0 Closed"
    ids = [edd.send("r%d@example.net" % i, message(
        body="unmistakable-%d\r\n" % i * 50)) for i in range(3)]
    for id_ in ids:
        edd.wait_event("deferred", id=id_)
    text = edd.ctl("queue", "verify")
    assert "nothing wrong" in text
    rows = edd.ctl("queue", "verify", json_rows=True)
    assert rows[0]["messages"] == 3
    damage(edd, b"unmistakable-1")
    text = edd.ctl("queue", "verify", ok=False)
    assert ids[1] in text and "body damaged" in text
    assert "1 damaged places, 1 queued messages in them, 2 sound" in text
    assert ids[0] not in text and ids[2] not in text
    assert re.search(ids[1] + ": verify: .*body damaged", edd.log())
    for path in segments(edd):
        os.unlink(path)
    text = edd.ctl("queue", "verify", ok=False)
    assert all(id_ in text for id_ in ids) and "file missing" in text


def states(edd, *words):
    return {r["id"]: r["state"]
            for r in edd.ctl("queue", "list", *words, json_rows=True)}


@pytest.fixture
def holding(make_edd, sink):
    """Three messages that are held, of which nothing is in memory."""
    edd = make_edd(route=(sink.address, sink.port)).start().setup()
    edd.ctl("queue", "pause", "all")
    edd.ids = [edd.send(["r%d@example.net" % i, "x%d@example.com" % i],
                        message(body="unmistakable-%d\r\n" % i * 50))
               for i in range(3)]
    edd.ctl("queue", "hold", "all")
    edd.stop()
    edd.start()
    return edd


def test_export_says_that_it_is_damaged(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue export on").start().setup()
    edd.ctl("queue", "pause", "all")
    ids = [edd.send("r%d@example.net" % i, message(
        body="unmistakable-%d\r\n" % i * 5000)) for i in range(2)]
    damage(edd, b"unmistakable-1")
    assert "unmistakable-0" in edd.ctl("queue", "export", ids[0])
    text = edd.ctl("queue", "export", ids[1], ok=False, status=4)
    assert "damaged message: its checksum differs" in text
    edd.ctl("queue", "export", "00000000000001", ok=False, status=3)


def truncate(edd, what):
    """End the file somewhat before these octets."""
    for path in segments(edd):
        with open(path, "r+b") as f:
            at = f.read().find(what)
            if at >= 0:
                f.truncate(at - 100)
                return
    assert False


@pytest.mark.parametrize("how", ["flipped", "cut"])
@pytest.mark.parametrize("state", ["held", "paused"])
@pytest.mark.parametrize("verb", ["release", "remove", "bounce"])
def test_damaged_and_waiting_is_seen_and_ended(holding, sink, state, verb,
                                               how):
    edd, bad = holding, holding.ids[2]
    if state == "paused":
        edd.ctl("queue", "release", "all")
    (damage if how == "flipped" else truncate)(edd, b"r2@example.net\0")
    found = [r for r in edd.ctl("queue", "list", bad, json_rows=True)]
    assert [r["error"] for r in found] == ["damaged on disk"] * 2
    assert {r["state"] for r in found} == {
        "held" if state == "held" else "waiting"}
    assert set(states(edd)) == set(edd.ids)
    assert "damaged on disk" in edd.ctl("queue", "show", bad, ok=False,
                                        status=4)
    edd.ctl("queue", "show", edd.ids[0])
    assert {r["sender"]: r["messages"] for r in edd.ctl(
        "queue", "count", "by", "sender", json_rows=True)} == {
            "news@example.org": 2, "(damaged)": 1}
    assert "stay as they are" in edd.ctl(
        "queue", "reroute", bad, "via", "192.0.2.1", ok=False, status=4)
    if verb != "release" or state == "held":
        words = ("queue", verb, bad)
    else:
        words = ("queue", "remove", bad)
    if words[1] == "remove":
        done = edd.ctl(*words, json_rows=True)[0]
        assert (done["messages"], done["recipients"], done["damaged"]) == (
            1, 2, 1)
    else:
        assert "1 of these messages are damaged" in edd.ctl(
            *words, ok=False, status=4)
    edd.wait_event("removed", id=bad, text="damaged on disk")
    wait_for(lambda: set(states(edd)) == set(edd.ids[:2]), "the end of it")
    kept = corrupt(edd)
    assert len(kept) == 1 and kept[0].startswith(bad + ".")
    edd.ctl("queue", "show", bad, ok=False, status=3)
    if state == "held":
        edd.ctl("queue", "release", "all")
    edd.ctl("queue", "resume", "all")
    sink.wait(4)
    wait_for(lambda: edd.ctl("drain", json_rows=True)[0]["messages"] == 0,
             "an empty queue")


def test_segments_are_gone(waiting, sink):
    edd = waiting
    for path in segments(edd):
        os.unlink(path)
    edd.start()
    for id_ in edd.ids:
        edd.wait_log(id_ + ".*missing, message given up")
        told = edd.ctl("trace", id_, json_rows=True)
        assert [(e["event"], e.get("text")) for e in told
                if e["event"] == "removed"] == [
                    ("removed", "missing on disk")]
    edd.send("new@example.net")
    assert sink.wait(1)[0].rcpts == ["new@example.net"]
