"""Fixtures: each test has its own folder, servers and daemon, and nothing of
them is left when it ends."""

import os
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import eddtest  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "root: needs to be run as root")


def pytest_collection_modifyitems(config, items):
    if eddtest.IS_ROOT:
        return
    skip = pytest.mark.skip(reason="needs root")
    for item in items:
        if "root" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def folder():
    """A short path: a control socket's path is bounded to 107 octets."""
    path = tempfile.mkdtemp(prefix="edd-")
    os.chmod(path, 0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def cleanup():
    """Stop what a test started, last first, and report the first trouble."""
    started = []
    yield started
    trouble = None
    for thing in reversed(started):
        try:
            thing.stop()
        except Exception as e:  # the rest must be stopped too
            trouble = trouble or e
    if trouble is not None:
        raise trouble


@pytest.fixture
def dns(folder, cleanup):
    """A name server; add zones, then start()."""
    server = eddtest.Nameserver(folder)
    cleanup.append(server)
    return server


@pytest.fixture
def sink(cleanup):
    server = eddtest.Sink()
    cleanup.append(server)
    return server.start()


@pytest.fixture
def make_sink(cleanup):
    def make(*args, **kw):
        server = eddtest.Sink(*args, **kw)
        cleanup.append(server)
        return server.start()
    return make


@pytest.fixture
def make_edd(folder, cleanup):
    def make(**kw):
        daemon = eddtest.Edd(folder, **kw)
        cleanup.append(daemon)
        return daemon
    return make


@pytest.fixture
def edd(make_edd, sink):
    """A daemon that is set up and relays everything to the sink."""
    return make_edd(route=(sink.address, sink.port)).start().setup()
