"""One run: the generator against a server, until the sink has everything."""

import json
import mmap
import os
import struct
import signal
import subprocess
import tempfile
import threading
import time

import proctree
from servers import free_port

#: The counts that sink keeps; the last is in nanoseconds.
COUNTS = struct.Struct("<QQQQQq")


class Sink:
    """The receiving server; it and its counts."""

    def __init__(self, folder, program):
        self.path = os.path.join(folder, "counts")
        self.port = free_port()
        self.process = subprocess.Popen([program, self.path, str(self.port)])
        while (not os.path.exists(self.path) or
               os.path.getsize(self.path) < COUNTS.size):
            time.sleep(0.01)
        with open(self.path, "rb") as f:
            self.map = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ)

    def counts(self):
        return COUNTS.unpack(self.map[:COUNTS.size])

    def messages(self):
        return self.counts()[0]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Peak:
    """Greatest private memory of a server, looked at twice a second."""

    def __init__(self, server):
        self.server = server
        self.bytes = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.stopped.wait(0.5):
            self._look()

    def _look(self):
        self.bytes = max(self.bytes,
                         proctree.private_bytes(self.server.tree()))

    def stop(self):
        self.stopped.set()
        self.thread.join()
        self._look()
        return self.bytes


def drain(sink, want, patience=60):
    """Wait until the sink has that many, or gets no more for a while."""
    have, since = -1, time.monotonic()
    while have < want and time.monotonic() - since < patience:
        now = sink.messages()
        if now != have:
            have, since = now, time.monotonic()
        time.sleep(0.01)
    return have


class Generator:
    """gen as it is called for a server."""

    def __init__(self, program, server, mode):
        self.command = [program, *server.arguments(mode), "-f",
                        "news@example.org"]
        self.port = str(server.port_of(mode))

    def run(self, *options):
        """Its report; every message must have been taken."""
        done = subprocess.run([*self.command, *options, self.port],
                              stdout=subprocess.PIPE, text=True)
        if not done.stdout:
            raise SystemExit("gen %s: nothing" % " ".join(options))
        return json.loads(done.stdout)


def measure(server, sink, generator, messages, sessions, size, kept):
    """Figures of one run as a dict."""
    first = sink.messages()
    before = proctree.cpu_seconds(server.tree())
    names = proctree.cpu_by_name(server.tree())
    peak = Peak(server)
    began = time.monotonic_ns()
    report = generator.run("-n", str(messages), "-s", str(sessions),
                           "-b", str(size), "-k", str(kept))
    got = drain(sink, first + report["accepted"]) - first
    last = sink.counts()[5]
    time.sleep(0.5)  # the server cleans up after itself: CPU of the run too
    tree = server.tree()
    cpu = proctree.cpu_seconds(tree) - before
    after = proctree.cpu_by_name(tree)
    return {
        "accepted": report["accepted"], "delivered": got,
        "failed": report["failed"], "last": report["last"],
        "accept_rate": report["rate"],
        "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"],
        "rate": got / ((last - began) / 1e9) if got else 0,
        "cpu": cpu / max(got, 1) * 1000,
        "memory": peak.stop() / 1e6,
        "by_name": {n: round((after[n] - names.get(n, 0)) * 1e6 /
                             max(got, 1)) for n in after},
    }


def count_syncs(server, sink, generator, messages):
    """fsync and fdatasync calls a message, in a run of its own."""
    tree = server.tree()
    with tempfile.NamedTemporaryFile("r") as out:
        strace = subprocess.Popen(
            ["strace", "-f", "-q", "-c", "-U", "calls,name", "-o", out.name,
             "-e", "trace=fsync,fdatasync,sync_file_range,syncfs",
             *[w for pid in tree for w in ("-p", str(pid))]],
            stderr=subprocess.DEVNULL)
        time.sleep(1)  # it says nothing when all are attached
        first = sink.messages()
        report = generator.run("-n", str(messages), "-s", "20", "-k", "50")
        drain(sink, first + report["accepted"])
        time.sleep(1)
        strace.send_signal(signal.SIGINT)
        strace.wait()
        calls = sum(int(line.split()[0]) for line in out
                    if line.split()[1:] and line.split()[1] in (
                        "fsync", "fdatasync", "syncfs", "sync_file_range"))
    return calls / report["accepted"]


class Idle:
    """Sessions that were opened and stay."""

    def __init__(self, generator, sessions):
        self.process = subprocess.Popen(
            [*generator.command, "-i", "-s", str(sessions), generator.port],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("gen -i: nothing")
        self.report = json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def idle_memory(server, generator, sessions):
    """Octets of smtpd for each idle session, and sessions opened a second."""
    before = proctree.rss_by_name(server.tree())["smtpd"]
    idle = Idle(generator, sessions)
    time.sleep(1)
    after = proctree.rss_by_name(server.tree())["smtpd"]
    idle.close()
    return (after - before) / sessions, idle.report["rate"]
