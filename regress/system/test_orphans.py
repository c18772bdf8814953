"""The parent is killed: each process ends by itself, in order, whatever it
does, and what it had taken on is neither lost nor sent twice."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from apitest import Api, with_https
from eddtest import BUILD, EDCTL, is_alive, wait_for
from receiver import Receiver

CHILDREN = ["smtpd", "httpd", "signer", "queue", "deliver", "control"]

# Starts a program of edd, which has its channel as descriptor 3, and ends.
START = """
import os, sys, time
os.dup2(int(sys.argv[1]), 3)
pid = os.fork()
if pid == 0:
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.execv(sys.argv[2], [sys.argv[2]])
while True:
    with open("/proc/%d/status" % pid) as f:
        caught = [l for l in f if l.startswith("SigCgt:")][0].split()[1]
    if int(caught, 16) & 1 << 14:
        break
    time.sleep(0.01)
print(pid)
"""


def gone(pids):
    wait_for(lambda: not any(is_alive(p) for p in pids), "all to end")


def test_all_end_while_they_are_busy(make_edd, cleanup):
    """A session of each kind is open, one message is half submitted, another
    one is with a server that has not said yet that it takes it."""
    server = Receiver().start()
    cleanup.append(server)
    asked, answer = threading.Event(), threading.Event()

    def slow(connection, line):
        asked.set()
        answer.wait(60)
    server.hooks["end"] = slow
    edd = with_https(make_edd(route=(server.address, server.port)))
    edd.start().setup()
    follower = subprocess.Popen([EDCTL, "-s", edd.socket, "events", "-f"],
                                stdout=subprocess.DEVNULL)
    api = Api(edd)
    assert api.request("GET", "/20220926/nothing").status == 404
    smtp = edd.client()
    smtp.ehlo_or_helo_if_needed()
    smtp.mail("news@example.org")
    smtp.rcpt("half@example.net")
    mid = edd.send("a@example.net")
    assert asked.wait(60)
    pids = [pid for pid, name in edd.children()]
    assert {name for _, name in edd.children()} >= set(CHILDREN)
    control = edd.pid_of("control")
    edd.process.kill()
    edd.process.wait()
    # deliver has an answer to hear, and queue waits for it.
    wait_for(lambda: not is_alive(control), "control to end")
    answer.set()
    del server.hooks["end"]
    gone(pids)
    edd.log_file.close()
    follower.wait()
    api.close()
    smtp.close()
    edd.start()
    edd.wait_event("relayed", id=mid)
    edd.send("b@example.net")
    wait_for(lambda: len(server.messages) >= 2, "one more message")
    assert [m.rcpts for m in server.messages] == [
        ["RCPT TO:<a@example.net>"], ["RCPT TO:<b@example.net>"]]


@pytest.mark.parametrize("name", CHILDREN)
def test_one_that_is_left_behind_obeys(name):
    """Its channel stays open, in the hands of somebody else; SIGINT of a
    terminal is not for it, SIGTERM is."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = subprocess.run(
            [sys.executable, "-c", START, str(theirs.fileno()),
             os.path.join(BUILD, "libexec", "edd", name)],
            pass_fds=[theirs.fileno()], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        pid = int(done.stdout)
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
        try:
            gone([pid])
        finally:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("name", CHILDREN)
def test_one_without_a_parent_ends(name):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(theirs.fileno()),
             os.path.join(BUILD, "libexec", "edd", name)],
            pass_fds=[theirs.fileno()], stdout=subprocess.PIPE, text=True)
        pid = int(process.communicate()[0])
    gone([pid])
