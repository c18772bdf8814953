"""Any process is killed at any moment, again and again.  EDD_KILL_ROUNDS says
how often (20)."""

import os
import random
import signal

import pytest

from eddtest import is_alive, wait_for

ROUNDS = int(os.environ.get("EDD_KILL_ROUNDS", "20"))
VICTIMS = ["queue", "queue", "queue", "deliver", "smtpd", "signer",
           "control", "edd", "all"]


def kill(edd, victim):
    """kill -9, and start what does not start by itself."""
    if victim == "all":
        edd.kill()
        edd.start()
        return
    if victim == "edd":
        children = [pid for pid, _ in edd.children()]
        edd.process.kill()
        edd.process.wait()
        wait_for(lambda: not any(is_alive(pid) for pid in children),
                 "the children to end")
        edd.log_file.close()
        edd.start()
        return
    pid = edd.pid_of(victim)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: edd.pid_of(victim) not in (None, pid),
                 "a new " + victim)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_kill(world, round_):
    rng = random.Random(round_ * 7919 + int(
        os.environ.get("EDD_CRASH_SEED", "1")))
    since, _ = world.load.relayed()
    for _ in range(rng.randrange(1, 6)):
        world.load.one()
    world.load.settle(since)
    victim = rng.choice(VICTIMS)
    kill(world.edd, victim)
    world.load.check()
    if victim in ("edd", "all"):
        world.deaths = 0
    else:
        world.died()


def test_nothing_is_lost(world):
    world.load.stop()
    world.load.check(everything=True)
    wait_for(lambda: "example" not in world.edd.ctl("show", "queue"),
             "an empty queue")
    world.load.told()
