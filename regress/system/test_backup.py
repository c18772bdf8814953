"""Backup and restore: to another machine, hot, and only whole."""

import os
import socket
import stat
import subprocess

import pytest

import eddtest
from eddtest import EDCTL, PATIENCE, message, wait_for

TABLES = [("compartment", "list"), ("user", "list"), ("domain", "list"),
          ("sender", "list"), ("suppression", "list"), ("dkim", "list"),
          ("limits", "show"), ("policy", "list"), ("group", "list")]


def state(edd):
    """All that lists show, without what counts or moves by itself."""
    found = {}
    for words in TABLES:
        rows = edd.ctl(*words, json_rows=True)
        for r in rows:
            for name in ("dns", "checked", "minuteUsed", "dayUsed",
                         "sessionsUsed"):
                r.pop(name, None)
        found[words] = rows
    return found


def fill(edd):
    edd.setup()
    edd.ctl("dkim", "add", "example.org", "selector", "elliptic", "algorithm",
            "ed25519")
    edd.ctl("suppression", "add", "known@gone.example", "compartment", "prod")
    edd.ctl("limits", "set", "user", "app", "day", "1000")
    edd.ctl("group", "add", "mailers")
    return edd


@pytest.fixture
def phrase(folder):
    path = os.path.join(folder, "phrase")
    with open(path, "w") as f:
        f.write("correct horse battery\n")
    return path


@pytest.fixture
def key(folder):
    path = os.path.join(folder, "key")
    with open(path, "wb") as f:
        f.write(os.urandom(32))
    return path


@pytest.fixture
def other(make_edd, folder, cleanup, sink):
    """A daemon of another machine: other keys, an empty store."""
    def make():
        place = os.path.join(folder, "other")
        os.mkdir(place)
        daemon = eddtest.Edd(place, route=(sink.address, sink.port))
        cleanup.append(daemon)
        return daemon.start()
    return make


def restore(edd, *words):
    mark = edd.log_size()
    text = edd.ctl("restore", *words)
    edd.wait_log(r"control is ready", since=mark)
    return text


def selectors(m):
    text = m.data.decode().replace("\r\n\t", " ").replace("\r\n ", " ")
    return sorted(part.strip()[2:] for line in text.split("\r\n")
                  if line.lower().startswith("dkim-signature:")
                  for part in line.split(":", 1)[1].split(";")
                  if part.strip().startswith("s="))


@pytest.mark.parametrize("how", ["passphrase", "key"])
def test_all_of_it_goes_to_another_machine(make_edd, other, folder, phrase,
                                           key, sink, how):
    edd = fill(make_edd(route=(sink.address, sink.port)).start())
    path = os.path.join(folder, "backup")
    secret = [how, phrase if how == "passphrase" else key]
    text = edd.ctl("backup", path, *secret)
    assert "records" in text
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with open(path, "rb") as f:
        octets = f.read()
    # Words that are too long to be there by chance.
    for word in (b"example.org", b"known@gone", b"mailers", b"ocid1.comp",
                 edd.secret.encode(), b"elliptic"):
        assert word not in octets
    assert sorted(os.listdir(folder)).count("backup") == 1
    assert not [n for n in os.listdir(folder) if n.startswith("backup.")]
    wanted = state(edd)
    assert edd.ctl("audit", json_rows=True)[-1]["verb"] == "backup"
    edd.stop()
    new = other()
    restore(new, path, *secret)
    assert state(new) == wanted
    audit = new.ctl("audit", json_rows=True)
    assert audit[-1]["verb"] == "restore" and audit[0]["verb"] == \
        "compartment add"
    new.user, new.secret = edd.user, edd.secret
    new.send("a@example.net")
    assert selectors(sink.wait(1)[0]) == ["elliptic", "s1"]
    new.stop()
    new.start()
    assert state(new) == wanted


def test_only_an_empty_store_or_one_that_may_be_replaced(
        make_edd, folder, phrase, sink):
    edd = fill(make_edd(route=(sink.address, sink.port)).start())
    path = os.path.join(folder, "backup")
    edd.ctl("backup", path, "passphrase", phrase)
    wanted = state(edd)
    edd.ctl("user", "add", "later")
    text = edd.ctl("restore", path, "passphrase", phrase, ok=False)
    assert "the store is not empty" in text and "replace" in text
    assert len(edd.ctl("user", "list", json_rows=True)) == 2
    restore(edd, path, "replace", "passphrase", phrase)
    assert state(edd) == wanted
    edd.send("a@example.net")
    assert selectors(sink.wait(1)[0]) == ["elliptic", "s1"]


def spoil(path, how):
    with open(path, "rb") as f:
        octets = bytearray(f.read())
    if how == "cut":
        octets = octets[:-1]
    elif how == "end missing":
        octets = octets[:64]
    elif how == "bit":
        octets[len(octets) // 2] ^= 1
    elif how == "length":
        octets[64] ^= 1
    elif how == "longer":
        octets += b"x"
    elif how == "salt":
        octets[20] ^= 1
    elif how == "cost":
        octets[13] = 63
    elif how == "version":
        octets[11] = 9
    elif how == "magic":
        octets[0] = 0
    elif how == "empty":
        octets = b""
    with open(path + "." + how, "wb") as f:
        f.write(octets)
    return path + "." + how


def test_what_is_not_whole_changes_nothing(make_edd, folder, phrase, key):
    edd = fill(make_edd().start())
    path = os.path.join(folder, "backup")
    edd.ctl("backup", path, "passphrase", phrase)
    wanted = state(edd)
    for how, why in [("cut", "cut off"), ("end missing", "cut off"),
                     ("bit", "damaged"), ("length", "cut off|damaged"),
                     ("longer", "after its end"), ("salt", "another one"),
                     ("cost", "header is damaged"),
                     ("version", "another version"),
                     ("magic", "no backup of edd"), ("empty", "cut off")]:
        text = edd.ctl("restore", spoil(path, how), "replace", "passphrase",
                       phrase, ok=False)
        assert any(w in text for w in why.split("|")), (how, text)
    with open(phrase, "w") as f:
        f.write("another passphrase")
    assert "the passphrase is another one" in edd.ctl(
        "restore", path, "replace", "passphrase", phrase, ok=False)
    assert "made with a passphrase" in edd.ctl(
        "restore", path, "replace", "key", key, ok=False)
    assert "No such file" in edd.ctl("restore", path + "x", ok=False)
    assert "no terminal" in edd.ctl("backup", path + "2", ok=False)
    assert not os.path.exists(path + "2")
    with open(phrase, "w") as f:
        f.write("short")
    assert "at least 8" in edd.ctl("backup", path + "2", "passphrase",
                                   phrase, ok=False)
    assert state(edd) == wanted
    assert not [n for n in os.listdir(edd.store) if n.startswith("env.")]


def test_restore_reads_the_file_in_a_sandbox(make_edd, folder, phrase):
    edd = make_edd().start()
    path = os.path.join(folder, "backup")
    edd.ctl("backup", path, "passphrase", phrase)
    # A control that never answers: what was read last is the file.
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.path.join(folder, "sock"))
    server.listen(1)
    server.settimeout(PATIENCE)
    edctl = subprocess.Popen(
        [EDCTL, "-s", os.path.join(folder, "sock"), "-t", "0", "restore",
         path, "passphrase", phrase], stderr=subprocess.PIPE, text=True)
    try:
        client, _ = server.accept()
        client.settimeout(PATIENCE)
        said = b""
        while b"restore" not in said:
            more = client.recv(4096)
            assert more, edctl.communicate()
            said += more
        with open("/proc/%d/status" % edctl.pid) as f:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in f
                          if ":\t" in line)
        assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
        client.close()
        assert "closed the connection" in edctl.communicate()[1]
        assert edctl.returncode == 2
    finally:
        if edctl.poll() is None:
            edctl.kill()
            edctl.communicate()
        server.close()


def test_of_many_at_once_one_is_done(make_edd, folder, key):
    edd = fill(make_edd().start())
    path = os.path.join(folder, "backup")
    edd.ctl("backup", path, "key", key)
    wanted = state(edd)
    edd.ctl("user", "add", "later")
    restored = 0
    for i in range(4):
        clients = [subprocess.Popen(
            [EDCTL, "-s", edd.socket] + words + ["key", key],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            for words in [["restore", path, "replace"]] * 4 +
            [["backup", path + ".%d" % i]]]
        said = [c.communicate(timeout=60)[1] for c in clients]
        done = [c.returncode == 0 for c in clients]
        assert any(done), said
        restored += sum(done[:4])
        wait_for(lambda: subprocess.run(
            [EDCTL, "-s", edd.socket, "user", "list"],
            capture_output=True).returncode == 0, "control")
        assert len(edd.ctl("user", "list", json_rows=True)) == \
            (1 if restored else 2)
    if restored:
        assert state(edd) == wanted
    edd.stop()
    edd.start()
    assert not restored or state(edd) == wanted


def test_configuration_and_keys_come_along_if_asked_for(
        make_edd, folder, phrase):
    edd = make_edd().start()
    path = os.path.join(folder, "backup")
    edd.ctl("backup", path, "passphrase", phrase, "config", edd.conf,
            "keys", edd.keys)
    place = os.path.join(folder, "out")
    edd.ctl("restore", path, "passphrase", phrase, "extract", place)
    assert sorted(os.listdir(place)) == ["edd.conf", "seal.key", "store.key"]
    for name, of in (("edd.conf", edd.conf),
                     ("seal.key", edd.keys + "/seal.key"),
                     ("store.key", edd.keys + "/store.key")):
        with open(os.path.join(place, name), "rb") as a, open(of, "rb") as b:
            assert a.read() == b.read()
        assert os.stat(os.path.join(place, name)).st_mode & 0o077 == 0
    assert "File exists" in edd.ctl("restore", path, "passphrase", phrase,
                                    "extract", place, ok=False)
    assert "No such file" in edd.ctl("backup", path + "2", "passphrase",
                                     phrase, "config", "/nowhere", ok=False)
    assert [n for n in os.listdir(folder) if n.startswith("backup")] == [
        "backup"]
