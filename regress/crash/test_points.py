"""The queue ends at each step that durability rests on, under load: what was
answered 250 arrives, as it was sent, and only what nobody could know of
arrives twice."""

import os

import pytest

from eddtest import wait_for

POINTS = [
    "segment-made", "segment-renewed", "folder-synced", "segment-written",
    "torn", "hole",
    "segment-synced", "before-answers", "answered",
    "large-written", "large-synced",
    "index-put", "index-transaction",
    "checkpoint-begun", "checkpoint-committed", "checkpoint-flushed",
    "outcome-told", "bounce-made", "outcome-marked", "outcome-synced",
    "compact-read", "compact-synced",
    "segment-to-free", "segment-freed",
    "journal-closed", "journal-opened", "journal-rotated",
]


def crash(world, point, times):
    """Have the queue end there; returns when another one runs."""
    edd = world.edd
    path = os.path.join(edd.spool, "crash")
    mark = edd.log_size()
    pid = edd.pid_of("queue")
    with open(path + ".new", "w") as f:
        f.write("%s %d" % (point, times))
    os.chmod(path + ".new", 0o644)
    os.rename(path + ".new", path)
    edd.wait_log("crash at " + point, since=mark, seconds=60)
    wait_for(lambda: edd.pid_of("queue") not in (None, pid), "a new queue")


@pytest.mark.parametrize("point", POINTS)
def test_crash_at(world, point):
    since, _ = world.load.relayed()
    world.load.one()
    world.load.settle(since)
    crash(world, point, POINTS.index(point) % 3)
    world.load.check()
    world.died()


@pytest.mark.parametrize("point", ["recover-read", "recover-done"])
def test_crash_while_recovering(world, point):
    world.will_die(2)
    since, _ = world.load.relayed()
    world.load.settle(since)
    pid = world.edd.pid_of("queue")
    mark = world.edd.log_size()
    with open(os.path.join(world.edd.spool, "crash"), "w") as f:
        f.write("%s 0" % point)
    os.kill(pid, 9)
    world.edd.wait_log("crash at " + point, since=mark, seconds=60)
    world.load.check()
    world.died(2)


def test_nothing_is_left(world):
    """When all is delivered nothing of it stays on the disk."""
    world.load.stop()
    world.load.check(everything=True)
    wait_for(lambda: "example" not in world.edd.ctl("show", "queue"),
             "an empty queue")
    world.load.told()
    world.edd.stop()
    world.edd.start()
    assert "example" not in world.edd.ctl("show", "queue")
