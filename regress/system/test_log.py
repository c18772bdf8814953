"""The log, where it does not go to standard error."""

import fcntl
import os
import re
import signal
import socket
import threading

import pytest

import eddtest
from eddtest import wait_for

LOG = "/dev/log"

pytestmark = [pytest.mark.root, pytest.mark.skipif(
    os.path.exists(LOG), reason="this machine has a log daemon")]


class LogDaemon:
    """What reads /dev/log; a new one is a new socket."""

    def __init__(self):
        self.lines = []
        self.sock = None
        self.reading = threading.Event()

    def start(self):
        self.stop()
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(LOG)
        self.reading.set()
        threading.Thread(target=self.read, args=(self.sock,),
                         daemon=True).start()
        return self

    def read(self, sock):
        while self.reading.wait():
            try:
                octets = sock.recv(16384)
            except OSError:  # closed
                return
            if octets == b"":  # shut down
                return
            self.lines.append(octets.decode())

    def pause(self):
        self.reading.clear()

    def stop(self):
        if self.sock is not None:
            self.reading.set()
            self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()
            os.unlink(LOG)
            self.sock = None

    def find(self, pattern):
        return next((line for line in list(self.lines)
                     if re.search(pattern, line)), None)

    def wait(self, pattern):
        return wait_for(lambda: self.find(pattern), "a line with " + pattern)

    def heard(self, edd):
        """Send mail until the line of a message is here: one that finds no
        room in the socket for a second is lost."""
        ids = []

        def attempt():
            ids.append(edd.send("a@example.net"))
            return self.find("(%s) accepted" % "|".join(ids))
        return wait_for(attempt, "the line of a message")


@pytest.fixture
def daemon():
    with open(__file__) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # there is one /dev/log
        daemon = LogDaemon().start()
        yield daemon
        daemon.stop()


@pytest.fixture
def logging_edd(make_edd, sink, daemon, folder, monkeypatch, cleanup):
    """As under a service manager: not detached, and no standard error."""
    waiting = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    waiting.bind(os.path.join(folder, "notify"))
    waiting.settimeout(eddtest.PATIENCE)
    monkeypatch.setenv("NOTIFY_SOCKET", os.path.join(folder, "notify"))
    edd = make_edd(route=(sink.address, sink.port))
    edd.start(wait=False, options=["-v"])
    while b"READY=1" not in waiting.recv(4096):
        pass
    waiting.close()
    return edd.setup()


def test_lines_are_as_a_log_daemon_wants_them(logging_edd, daemon, sink):
    line = daemon.heard(logging_edd)
    assert re.match(r"<22>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
                    r"edd/smtpd\[\d+\]: [0-9a-f]+ accepted", line), line

    def reloaded():
        logging_edd.reload()
        return daemon.find(r" edd\[\d+\]: configuration reloaded")
    wait_for(reloaded, "a line of edd itself")


def test_new_log_daemon_gets_the_lines(logging_edd, daemon, sink):
    daemon.start()
    daemon.heard(logging_edd)
    daemon.wait(r"edd/smtpd\[\d+\]: \d+ lines of the log were lost")


def test_log_daemon_that_stands_still_stops_nobody(logging_edd, daemon, sink):
    daemon.pause()
    for rcpt in range(20):  # more lines than its socket holds
        logging_edd.send("r%d@example.net" % rcpt)
    sink.wait(20)
    logging_edd.process.send_signal(signal.SIGTERM)
    logging_edd.process.wait(eddtest.PATIENCE)
