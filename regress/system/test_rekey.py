"""store rekey: other keys, the same store, whenever somebody dies."""

import os
import random
import signal
import subprocess
import threading

import pytest

from eddtest import EDCTL, wait_for
from test_backup import fill, selectors, state


def key_files(edd):
    found = {}
    for name in os.listdir(edd.keys):
        try:
            with open(os.path.join(edd.keys, name), "rb") as f:
                found[name] = f.read()
        except FileNotFoundError:
            pass  # it has been given its name just now
    return found


def selectors_of(wanted):
    """The selectors of a state."""
    return sorted(r["selector"] for r in wanted["dkim", "list"])


def rekey(edd):
    mark = edd.log_size()
    edd.ctl("store", "rekey")
    # What is said of one before may come late.
    edd.wait_log("(?s)has another key: starting anew.*"
                 "store and its seal have new keys", since=mark)


@pytest.fixture
def full(make_edd, sink):
    return fill(make_edd(route=(sink.address, sink.port)).start())


def test_keys_are_other_ones_and_the_store_is_the_same(full, sink):
    before, wanted = key_files(full), state(full)
    rekey(full)
    after = key_files(full)
    assert sorted(after) == ["seal.key", "store.key"]
    assert after["seal.key"] != before["seal.key"]
    assert after["store.key"] != before["store.key"]
    wait_for(lambda: state(full) == wanted, "the same store")
    assert full.ctl("audit", json_rows=True)[-1]["verb"] == "store rekey"
    full.send("a@example.net")
    assert selectors(sink.wait(1)[0]) == selectors_of(wanted)
    rekey(full)
    full.ctl("dkim", "add", "example.org", "selector", "e2", "algorithm",
             "ed25519", ok=False)
    full.stop()
    full.start()
    assert state(full) == wanted
    full.send("b@example.net")
    assert selectors(sink.wait(2)[1]) == selectors_of(wanted)
    full.stop()
    for top, _, names in os.walk(full.store):
        for name in names:
            with open(os.path.join(top, name), "rb") as f:
                octets = f.read()
            for word in (b"example.org", b"known@gone", b"mailers"):
                assert word not in octets
    # The old keys open nothing any more, and nothing is touched.
    for name, octets in before.items():
        with open(os.path.join(full.keys, name), "wb") as f:
            f.write(octets)
    files = sorted(os.listdir(full.store))
    full.start(wait=False)
    full.process.wait(60)
    assert "the store key does not fit" in full.log()
    assert sorted(os.listdir(full.store)) == files
    full.stop(expect=1)


@pytest.mark.parametrize("who", ["control", "signer", "all"])
def test_death_in_the_middle_leaves_a_store_that_opens(full, sink, who):
    wanted = state(full)
    for i in range(2):
        client = subprocess.Popen([EDCTL, "-s", full.socket, "store",
                                   "rekey"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        timer = threading.Event()
        timer.wait(random.random() * 0.4)
        if who == "all":
            full.kill()
            full.start()
        else:
            old = full.pid_of(who)
            if old is not None:
                try:
                    os.kill(old, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            wait_for(lambda: full.pid_of(who) not in (None, old), "another")
        client.wait(60)
    wait_for(lambda: subprocess.run(
        [EDCTL, "-s", full.socket, "user", "list"],
        capture_output=True).returncode == 0, "control")
    assert state(full) == wanted
    rekey(full)
    assert sorted(key_files(full)) == ["seal.key", "store.key"]
    wait_for(lambda: subprocess.run(
        [EDCTL, "-s", full.socket, "user", "list"],
        capture_output=True).returncode == 0, "control")
    full.stop()
    full.start()
    assert state(full) == wanted
    full.send("a@example.net")
    assert selectors(sink.wait(1)[0]) == selectors_of(wanted)


def stop_all(edd):
    edd.stop()
    return key_files(edd)


def test_key_files_of_every_moment_are_understood(full):
    """As a crash leaves them between the steps of edd."""
    wanted = state(full)
    old = stop_all(full)
    # only the store's new key was made
    with open(full.keys + "/store.key.next", "wb") as f:
        f.write(os.urandom(32))
    os.chmod(full.keys + "/store.key.next", 0o600)
    full.start()
    assert state(full) == wanted
    # both were made, nothing was changed
    full.stop()
    with open(full.keys + "/seal.key.next", "wb") as f:
        f.write(os.urandom(32))
    os.chmod(full.keys + "/seal.key.next", 0o600)
    mark = full.log_size()
    full.start()
    assert "was not finished" in full.log(mark)
    assert state(full) == wanted
    rekey(full)
    new = key_files(full)
    # the store was changed, the files were not renamed
    wait_for(lambda: full.ctl("user", "list"), "control")
    full.stop()
    for name in ("store.key", "seal.key"):
        path = os.path.join(full.keys, name)
        os.rename(path, path + ".next")
        with open(path, "wb") as f:
            f.write(old[name])
        os.chmod(path, 0o600)
    full.start()
    wait_for(lambda: key_files(full) == new, "the files to be renamed")
    assert state(full) == wanted
    # only the store's was renamed
    full.stop()
    os.rename(full.keys + "/seal.key", full.keys + "/seal.key.next")
    with open(full.keys + "/seal.key", "wb") as f:
        f.write(old["seal.key"])
    os.chmod(full.keys + "/seal.key", 0o600)
    # whether the store's is there cannot be told: nothing is renamed
    os.symlink("store.key.next", full.keys + "/store.key.next")
    full.start(wait=False)
    full.process.wait(60)
    full.stop(expect=1)
    assert "store.key.next: " in full.log()
    assert os.path.exists(full.keys + "/seal.key.next")
    os.unlink(full.keys + "/store.key.next")
    full.start()
    assert key_files(full) == new
    assert state(full) == wanted


def test_key_that_cannot_be_opened_is_named(full, folder):
    full.stop()
    with open(full.keys + "/seal.key", "wb") as f:
        f.write(os.urandom(32))
    secret = os.path.join(folder, "secret")
    with open(secret, "wb") as f:
        f.write(os.urandom(32))
    path = os.path.join(folder, "backup")
    full.start()
    for selector in selectors_of(state(full)):
        for words in (("backup", path, "key", secret), ("store", "rekey")):
            text = full.ctl(*words, ok=False)
            assert "key of example.org with selector \"%s\"" % selector in text
            assert "dkim remove example.org selector " + selector in text
        full.ctl("dkim", "remove", "example.org", "selector", selector)
    full.ctl("backup", path, "key", secret)
    rekey(full)
