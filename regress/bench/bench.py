#!/usr/bin/python3
"""Benchmark: edd beside Postfix and OpenSMTPD; see README.md.

BENCH_CASES     words that choose cases: 4k, 100k, 1, 20, 50, 100, plain,
                tls, https, idle, syncs (default: all)
BENCH_MESSAGES  messages of 4 KB that edd gets in a run (10000); the others
                get fewer in proportion
BENCH_ROUNDS    runs of a cell, of which the median counts (3)
BENCH_SERVERS   edd, postfix, opensmtpd (all as root, else edd)
BENCH_JSON      a file for the figures of each run
BENCH_MARKDOWN  a file for the table of README.md
"""

import json
import os
import resource
import shutil
import statistics
import sys
import tempfile

import https
import markdown
import measure
from edd import Edd
from opensmtpd import OpenSMTPD
from postfix import Postfix
from table import Table

#: Messages of a connection before the next, for every server.
KEPT = 50
SIZES = {"4k": 4096, "100k": 102400}
SESSIONS = (1, 20, 100)
IDLE_SESSIONS = 10000


class Bench:
    """The servers that run, the sink, and what was measured."""

    def __init__(self, build, folder):
        self.build = build
        self.folder = folder
        self.words = os.environ.get("BENCH_CASES", "").split()
        self.rounds = int(os.environ.get("BENCH_ROUNDS", 3))
        self.scale = int(os.environ.get("BENCH_MESSAGES", 10000)) / 10000
        self.sink = measure.Sink(folder, self.program("sink"))
        self.servers = []
        self.runs = {}

    def program(self, name):
        return os.path.join(self.build, "regress", "bench", name)

    def wanted(self, *words):
        """Of each kind of word that BENCH_CASES has, one must be here."""
        kinds = (set(SIZES), {str(s) for s in (*SESSIONS, https.SESSIONS)},
                 {"plain", "tls", "https"}, {"idle", "syncs"})
        for kind in kinds:
            chosen = kind & set(self.words)
            if chosen & set(words):
                continue
            if chosen and kind & set(words):
                return False
            if not chosen and self.words and kind == kinds[3] and \
                    kind & set(words):
                return False
        return True

    def make_servers(self):
        peers = os.geteuid() == 0 and (self.wanted("plain") or
                                       self.wanted("tls"))
        names = os.environ.get("BENCH_SERVERS", "edd postfix opensmtpd" if
                               peers else "edd").split()
        roots = os.path.join(self.build, "bench")
        port = self.sink.port
        make = {"edd": lambda: Edd(self.folder, port, self.build),
                "postfix": lambda: Postfix(self.folder, port, roots),
                "opensmtpd": lambda: OpenSMTPD(self.folder, port, roots)}
        self.servers = [make[name]() for name in names]

    def generator(self, server, mode):
        return measure.Generator(self.program("gen"), server, mode)

    def start(self, mode):
        """All of them, each warmed with a few messages."""
        for server in self.servers:
            server.start(mode)
            first = self.sink.messages()
            self.generator(server, mode).run("-n", "100", "-s", "5")
            measure.drain(self.sink, first + 100, patience=10)

    def stop(self):
        for server in self.servers:
            server.stop()

    def messages(self, server, size, sessions):
        """Fewer where they are large or come one by one."""
        count = server.messages * self.scale
        if size > 50000:
            count /= 4
        if sessions == 1:
            count /= 3
        return max(int(count), 20)

    def case(self, mode, size, sessions):
        """The servers in turn, so that a noisy minute troubles them all."""
        for _ in range(self.rounds):
            for server in self.servers:
                run = measure.measure(
                    server, self.sink, self.generator(server, mode),
                    self.messages(server, SIZES[size], sessions), sessions,
                    SIZES[size], KEPT)
                run.update(server=server.name, mode=mode, size=size,
                           sessions=sessions)
                self.runs.setdefault((mode, size, sessions, server.name),
                                     []).append(run)
                keep(run)

    def figures(self, *key):
        """Medians of a cell's runs; worst memory."""
        runs = self.runs[key]
        return {name: (max if name == "memory" else statistics.median)(
            [run[name] for run in runs])
            for name in ("accept_rate", "rate", "cpu", "memory", "p50_ms",
                         "p99_ms")}

    def cases(self, mode):
        for size in SIZES:
            for sessions in SESSIONS:
                if not self.wanted(mode, size, str(sessions)):
                    continue
                self.case(mode, size, sessions)
                for server in self.servers:
                    self.table.row(mode, size, sessions, server.name,
                                   self.figures(mode, size, sessions,
                                                server.name))

    def syncs(self, mode):
        for server in self.servers:
            per = measure.count_syncs(server, self.sink,
                                      self.generator(server, mode), 200)
            print("%-9s %-5s %.2f syncs a message, 20 sessions" % (
                server.name, mode, per), flush=True)
            keep({"server": server.name, "mode": mode, "syncs": per})

    def idle(self, mode):
        """Only edd: idle sessions, and how fast they are opened; those of
        plain have said EHLO, those of tls have authenticated."""
        for server in self.servers:
            if server.name != "edd":
                continue
            generator = self.generator(server, mode)
            if mode == "plain":
                generator.command = [self.program("gen")]
            octets, rate = measure.idle_memory(server, generator,
                                               IDLE_SESSIONS)
            print("edd       %-5s %d idle sessions: %.1f KB each in smtpd, "
                  "%.0f opened a second" % (mode, IDLE_SESSIONS,
                                            octets / 1024, rate), flush=True)
            keep({"mode": mode, "idle_kb": octets / 1024,
                  "sessions_rate": rate})

    def https(self):
        """SubmitEmail beside SMTP; only edd has it, and only edd runs."""
        edds = [s for s in self.servers if s.name == "edd"]
        self.servers = edds
        for edd in edds:
            runs = {way: [] for way in https.WAYS}
            self.start("tls")
            for way in https.WAYS:
                self.generator(edd, way).run("-n", "200", "-s", "5")
            for _ in range(self.rounds):
                for way in https.WAYS:
                    run = measure.measure(
                        edd, self.sink, self.generator(edd, way),
                        self.messages(edd, SIZES["4k"], https.SESSIONS),
                        https.SESSIONS, SIZES["4k"], KEPT)
                    run.update(server="edd", mode="https", way=way)
                    runs[way].append(run)
                    keep(run)
            print("\n".join([https.table(runs), *https.failures(runs)]),
                  flush=True)

    def smtpd_cpu(self):
        for key, runs in self.runs.items():
            if key[3] == "edd":
                parts = {n: statistics.median(r["by_name"].get(n, 0)
                                              for r in runs)
                         for n in runs[0]["by_name"]}
                print("edd %-5s %4s %3d sessions, CPU us a message: %s" % (
                    *key[:3], ", ".join("%s %d" % item for item in sorted(
                        parts.items(), key=lambda i: -i[1]) if item[1] > 0)))

    def run(self):
        self.make_servers()
        self.table = Table()
        for mode in ("plain", "tls"):
            if not self.wanted(mode):
                continue
            self.start(mode)
            try:
                self.cases(mode)
                if self.wanted(mode, "syncs"):
                    self.syncs(mode)
                if self.wanted(mode, "idle"):
                    self.idle(mode)
            finally:
                self.stop()
        if self.wanted("https", "4k", str(https.SESSIONS)):
            try:
                self.https()
            finally:
                self.stop()
        self.smtpd_cpu()
        self.markdown()

    def markdown(self):
        path = os.environ.get("BENCH_MARKDOWN")
        cells = {}
        for key in self.runs:
            cells.setdefault(key[:3], {})[key[3]] = self.figures(*key)
        if path:
            markdown.write(path, cells)


def keep(figures):
    path = os.environ.get("BENCH_JSON")
    if path:
        with open(path, "a") as f:
            f.write(json.dumps(figures) + "\n")


def main():
    build = os.path.realpath(sys.argv[1])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Beside the programs, so that all spools are on the disk of the tree.
    folder = tempfile.mkdtemp(prefix="bench-", dir=build)
    os.chmod(folder, 0o755)
    bench = Bench(build, folder)
    try:
        bench.run()
    finally:
        bench.stop()
        bench.sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
