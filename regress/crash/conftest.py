"""One daemon under load for all rounds of a file: each round leaves the spool
to the next as a crash left it."""

import os

import pytest

import load


class World(load.Rounds):
    """The daemon and its load by SMTP."""

    def __init__(self, seed):
        super().__init__(load.Receiver())
        self.load = load.Load(self.edd, self.receiver, seed).start()

    def close(self):
        try:
            self.load.stop()
        finally:
            super().close()


def pytest_configure(config):
    config.addinivalue_line("markers", "root: needs to be run as root")


@pytest.fixture(scope="module")
def world(request):
    w = World(int(os.environ.get("EDD_CRASH_SEED", "1")))
    yield w
    w.close()
