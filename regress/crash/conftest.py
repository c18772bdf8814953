"""One daemon under load for all rounds of a file: each round leaves the spool
to the next as a crash left it."""

import os
import shutil
import tempfile

import pytest

import load


class World:
    """The daemon, its load, and how often its queue may still die before
    edd would take that for an error of its own."""

    DEATHS = 4  # one below DEATHS_MAX of edd/limit.h

    def __init__(self, seed):
        self.folder = tempfile.mkdtemp(prefix="edd-")
        os.chmod(self.folder, 0o755)
        self.receiver = load.Receiver().start()
        self.edd = load.eddtest.Edd(
            self.folder, route=(self.receiver.address, self.receiver.port),
            extra="queue retry 1s")
        self.edd.start().setup()
        self.load = load.Load(self.edd, self.receiver, seed).start()
        self.deaths = 0

    def died(self):
        self.deaths += 1
        if self.deaths == self.DEATHS:
            self.edd.stop(expect=None)
            self.edd.start()
            self.deaths = 0

    def close(self):
        try:
            self.load.stop()
            self.edd.stop(expect=None)
        finally:
            self.receiver.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure(config):
    config.addinivalue_line("markers", "root: needs to be run as root")


@pytest.fixture(scope="module")
def world(request):
    w = World(int(os.environ.get("EDD_CRASH_SEED", "1")))
    yield w
    w.close()
