"""Load on a daemon that is killed meanwhile, and the account of it: what was
answered 250, what arrived, and what may have arrived twice."""

import collections
import hashlib
import os
import random
import shutil
import smtplib
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "system"))

import eddtest  # noqa: E402
from eddtest import message, wait_for  # noqa: E402

# Arrivals that the senders may be ahead of the receiving server.
AHEAD = 300
SENDERS = 3
LINE = "%076d\r\n"


class Receiver(eddtest.Sink):
    """Takes, defers or refuses a recipient as its name says, and keeps
    digests: what comes is compared with what was sent."""

    def __init__(self, **kw):
        super().__init__(**kw)
        self.arrived = collections.Counter()
        self.digest = {}
        self.tries = collections.Counter()
        self.reports = set()
        self.wrong = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = address.split("@")[0].split("-")[0]
        if kind == "bad":
            return "550 5.1.1 No such user"
        if kind.startswith("later"):
            self.tries[address] += 1
            if self.tries[address] <= int(kind[5:]):
                return "451 4.3.0 Not now"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        head, body = envelope.content.split(b"\r\n\r\n", 1)
        with self.lock:
            if envelope.rcpt_tos == ["news@example.org"]:
                self.reports |= {a.decode() for a in body.split()
                                 if a.startswith(b"<bad-")}
                return "250 2.0.0 Ok"
            digest = hashlib.sha256(body).hexdigest()
            for rcpt in envelope.rcpt_tos:
                self.arrived[rcpt] += 1
                if self.digest.setdefault(rcpt, digest) != digest:
                    self.wrong.append(rcpt)
        return "250 2.0.0 Ok"


class Rounds:
    """A daemon for all rounds of a file, and how often its queue may still
    die before edd would take that for an error of its own."""

    DEATHS = 4  # one below DEATHS_MAX of edd/limit.h

    def __init__(self, receiver, prepare=lambda edd: edd):
        self.folder = tempfile.mkdtemp(prefix="edd-")
        os.chmod(self.folder, 0o755)
        self.receiver = receiver.start()
        self.edd = prepare(eddtest.Edd(
            self.folder, route=(receiver.address, receiver.port),
            extra="queue retry 1s"))
        self.edd.start().setup()
        self.deaths = 0

    def died(self, times=1):
        self.deaths += times
        if self.deaths == self.DEATHS:
            self.restart()

    def will_die(self, times):
        """So often until the next died()."""
        if self.deaths + times > self.DEATHS:
            self.restart()

    def restart(self):
        self.edd.stop(expect=None)
        self.edd.start()
        self.deaths = 0

    def close(self):
        try:
            self.edd.stop(expect=None)
        finally:
            self.receiver.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


class Load:
    """Senders that never stop, and what they were told."""

    def __init__(self, edd, receiver, seed=1):
        self.edd = edd
        self.receiver = receiver
        self.lock = threading.Lock()
        self.taken = {}  # recipient -> digest of what was answered 250
        self.bounced = set()
        self.due = {}, set()
        self.known = {}  # recipient -> arrivals when its outcome was durable
        self.number = 0
        self.stopping = threading.Event()
        self.pausing = threading.Event()
        self.threads = [threading.Thread(target=self._sender, args=(
            random.Random(seed * 1000 + i),)) for i in range(SENDERS)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _next(self):
        with self.lock:
            self.number += 1
            return self.number

    def _message(self, rng):
        """Recipients and body: small and large, for one and for several."""
        n = self._next()
        lines = rng.choice([3, 10, 30, 60, 120])
        if n % 8 == 0:
            lines = rng.randrange(450, 1200)
        rcpts = ["ok-%d@example.net" % n]
        if n % 5 == 0:
            rcpts += ["later1-%d@example.net" % n, "ok-%d@example.com" % n]
        if n % 16 == 0:
            rcpts.append("later%d-%d@example.com" % (rng.randrange(2, 4), n))
        if n % 23 == 0:
            rcpts = ["bad-%d@example.net" % n]
        return n, rcpts, "".join(LINE % (n * 10000 + i)
                                 for i in range(lines))

    def _backlog(self):
        return len(self.taken) - len(self.receiver.arrived)

    def _one(self, smtp, rng):
        n, rcpts, body = self._message(rng)
        smtp.sendmail("news@example.org", rcpts, message(
            subject=str(n), body=body))
        digest = hashlib.sha256(body.encode()).hexdigest()
        with self.lock:
            for rcpt in rcpts:
                if rcpt.startswith("bad-"):
                    self.bounced.add("<%s>" % rcpt)
                else:
                    self.taken[rcpt] = digest

    def _sender(self, rng):
        while not self.stopping.is_set():
            try:
                with self.edd.client() as smtp:
                    while not self.stopping.is_set():
                        if self._backlog() > AHEAD or self.pausing.is_set():
                            self.stopping.wait(0.01)
                            continue
                        self._one(smtp, rng)
            except (OSError, smtplib.SMTPException):
                self.stopping.wait(0.05)  # as a client would

    def one(self):
        """One message through, whatever it takes."""
        rng = random.Random(self.number)

        def attempt():
            try:
                with self.edd.client() as smtp:
                    self._one(smtp, rng)
                return True
            except (OSError, smtplib.SMTPException):
                return False
        wait_for(attempt, "a message to be taken", 90)

    def relayed(self, since=0):
        """Recipients of "relayed" events, from the since-th event on."""
        events = self.edd.journal()[since:]
        return len(events), {e["recipient"] for e in events
                             if e["event"] == "relayed"}

    def told(self):
        """The journal knows each message that was taken, once, and what became
        of it, whatever died meanwhile."""
        events = self.edd.journal()
        accepted = collections.Counter(
            (e["id"], e["recipient"]) for e in events
            if e["event"] == "accepted")
        again = [k for k, n in accepted.items() if n > 1]
        assert not again, "accepted again: %s" % again[:10]
        ended = {(e["id"], e["recipient"]) for e in events
                 if e["event"] in ("relayed", "bounced")}
        known = {rcpt for _, rcpt in accepted}
        with self.lock:
            taken = set(self.taken) | {a.strip("<>") for a in self.bounced}
        missing = [a for a in taken if a not in known]
        assert not missing, "not accepted: %s" % missing[:10]
        # Reports of edd itself have no such event.
        begun = [k for k in ended if k not in accepted and
                 k[1] != "news@example.org"]
        assert not begun, "relayed, never accepted: %s" % begun[:10]
        open_ = [k for k in accepted if k not in ended]
        assert not open_, "no end is known of %s" % open_[:10]

    def settle(self, since):
        """What the present queue has recorded since that event, before a
        later message was answered 250, is durable: it must never arrive
        again.  Returns how many these are."""
        pid = self.edd.pid_of("queue")
        _, events = self.relayed(since)
        self.one()
        if pid is None or self.edd.pid_of("queue") != pid:
            return 0
        with self.receiver.lock:
            for rcpt in events:
                self.known.setdefault(rcpt, self.receiver.arrived[rcpt])
        return len(events)

    def check(self, everything=False):
        """What was answered before the round before, or everything that was
        answered, arrives as it was sent, and what was known to be delivered
        not again."""
        with self.lock:
            now = dict(self.taken), set(self.bounced)
        taken, bounced = now if everything else self.due
        self.due = now
        r = self.receiver
        try:
            wait_for(lambda: all(a in r.arrived for a in taken) and
                     bounced <= r.reports, "all of %d" % len(taken), 90)
        except AssertionError as e:
            raise AssertionError("%s: missing %s, reports %s\n%s" % (
                e, [a for a in taken if a not in r.arrived][:10],
                sorted(bounced - r.reports)[:10], self.edd.log()[-6000:]))
        with r.lock:
            damaged = [a for a, digest in now[0].items()
                       if r.digest.get(a, digest) != digest]
            again = [a for a, n in self.known.items() if r.arrived[a] > n]
        assert not r.wrong and not damaged, (r.wrong, damaged[:10])
        assert not again, "arrived again: %s" % again[:10]
