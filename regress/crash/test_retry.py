"""The queue ends at each step that a retry token rests on, while clients with
tokens come again until they are answered: one message for each token, and one
answer, whatever they are asked."""

import threading

import pytest

import load
from apitest import with_https
from eddtest import wait_for
from test_https_retry import subjects, submit, submit_raw, until_taken
from test_https_submit import details
from test_points import crash

POINTS = [
    "segment-written", "torn", "hole", "segment-synced", "before-answers",
    "answered", "large-written", "large-synced", "retry-written",
    "retry-synced", "index-put", "index-transaction", "checkpoint-begun",
    "checkpoint-committed", "checkpoint-flushed", "segment-to-free",
    "segment-freed",
]
CLIENTS = 3


class World(load.Rounds):
    """The daemon, clients with tokens, and what they were answered."""

    def __init__(self):
        super().__init__(load.eddtest.Sink(),
                         lambda edd: with_https(edd, workers=2))
        self.edd.ctl("suppression", "add", "s@example.net", "compartment",
                     "prod")
        self.edd.compartment = self.edd.ctl(
            "compartment", "list", json_rows=True)[0]["id"]
        self.told = {}
        self.stopping = threading.Event()
        self.failed = []

    def ask(self, token):
        """Small, large, raw and for nobody; the same for the same token."""
        kind = int(token.split("-")[-1]) % 8
        if kind == 1:
            return submit_raw(
                self.edd, token, b"From: news@example.org\r\nSubject: %s\r\n"
                b"\r\nHello.\r\n" % token.encode())
        more = {"subject": token}
        if kind == 2:
            more["bodyText"] = "x" * 70 + "\n"
            more["bodyText"] *= 800
        if kind in (3, 4):
            more["to"] = ("s@example.net",) + ("a@example.net",) * (kind == 4)
        return submit(self.edd, details(self.edd, **more), token)

    def client(self, name):
        n = 0
        try:
            while not self.stopping.is_set():
                token = "%s-%d" % (name, n)
                n += 1
                self.told[token] = until_taken(lambda: self.ask(token))
        except Exception as e:  # told by check(), in the thread of the test
            self.failed.append(e)

    def run(self, name):
        """Clients that come, until the context ends."""
        self.stopping.clear()
        self.threads = [threading.Thread(target=self.client, args=(
            "%s-%d" % (name, i),)) for i in range(CLIENTS)]
        for thread in self.threads:
            thread.start()
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def check(self, tokens):
        """Each hears again what it was told."""
        assert not self.failed, self.failed
        for token in tokens:
            assert until_taken(lambda: self.ask(token)) == self.told[token]


@pytest.fixture(scope="module")
def tokens():
    w = World()
    yield w
    w.close()


@pytest.mark.parametrize("point", POINTS)
def test_crash_at(tokens, point):
    w = tokens
    with w.run(point):
        crash(w, point, POINTS.index(point) % 3)
    w.died()
    w.check([t for t in w.told if t.startswith(point)])


def test_all_hear_the_same_and_were_sent_once(tokens):
    w = tokens
    w.edd.stop()
    w.edd.start()
    w.check(list(w.told))
    assert len({a["envelopeId"] for a in w.told.values()}) == len(w.told)
    wait_for(lambda: "example" not in w.edd.ctl("show", "queue"),
             "an empty queue")
    assert subjects(w.receiver) == sorted(
        t for t in w.told if int(t.split("-")[-1]) % 8 != 3)
