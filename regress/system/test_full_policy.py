"""A full disk under the policy store, and under a backup: a clear error, and
nothing half."""

import json
import os
import re
import subprocess

import pytest

from apitest import Api, with_https
from eddtest import EDCTL, PATIENCE, wait_for
from test_full import SmallDisk
from test_rekey import rekey


def do(edd, *args, **kw):
    return subprocess.run([EDCTL, "-s", edd.socket, *args], text=True,
                          capture_output=True, timeout=10 * PATIENCE, **kw)


def count(edd):
    return int(edd.ctl("suppression", "count", json_rows=True)[0]["count"])


@pytest.mark.root
def test_a_backup_on_a_full_disk_leaves_nothing(make_edd, folder, cleanup):
    disk = SmallDisk(os.path.join(folder, "disk"), "64K")
    cleanup.append(disk)
    edd = make_edd().start().setup()
    lines = "".join("u%d@example.net\n" % i for i in range(3000))
    assert do(edd, "suppression", "import", "-", input=lines).returncode == 0
    phrase = os.path.join(folder, "phrase")
    with open(phrase, "w") as f:
        f.write("correct horse battery")
    done = do(edd, "backup", os.path.join(disk.path, "file"), "passphrase",
              phrase)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert os.listdir(disk.path) == []
    # The same with an older one: it stays as it was.
    old = os.path.join(disk.path, "file")
    with open(old, "w") as f:
        f.write("old")
    assert do(edd, "backup", old, "passphrase", phrase).returncode == 1
    assert os.listdir(disk.path) == ["file"]
    with open(old) as f:
        assert f.read() == "old"


@pytest.mark.root
def test_an_import_on_a_full_disk_says_so(make_edd, folder, cleanup):
    disk = SmallDisk(os.path.join(folder, "disk"), "48M")
    cleanup.append(disk)
    edd = make_edd()
    edd.store = os.path.join(disk.path, "store")
    edd.write_conf()
    edd.start().setup()
    path = os.path.join(folder, "list")
    with open(path, "w") as f:
        f.writelines("u%d@p%d.example.net\n" % (i, i % 1000)
                     for i in range(400000))
    done = do(edd, "suppression", "import", path, "compartment", "prod")
    assert done.returncode == 1
    assert "is full" in done.stderr and "import the same file" in done.stderr
    said = int(re.search(r"(\d+) rows are in", done.stderr).group(1))
    assert said > 0
    # What was said to be in is, and questions are answered.
    assert count(edd) == said
    edd.send("a@example.org")
    done = do(edd, "user", "add", "another")
    if done.returncode != 0:
        assert "is full" in done.stderr
    # With room again all goes on by itself.
    subprocess.run(["mount", "-o", "remount,size=192M", disk.path],
                   check=True)
    done = do(edd, "suppression", "import", path, "compartment", "prod")
    assert done.returncode == 0, done
    assert "present       %d" % said in done.stdout
    # Who did it, and how much: also of the one that failed.
    records = edd.ctl("audit", "verb", "suppression import", json_rows=True)
    assert sorted((r["object"], r["new"]) for r in records) == sorted([
        ("prod", "%d suppressions, then it failed" % said),
        ("prod", "%d suppressions" % (400000 - said))])
    assert all(r["who"] for r in records)
    assert count(edd) == 400000
    edd.stop()
    edd.start()
    assert count(edd) == 400000


def fill(path):
    """Take all of a disk."""
    with open(path, "wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass


@pytest.mark.root
def test_the_management_api_says_that_it_is_full(make_edd, folder, cleanup):
    disk = SmallDisk(os.path.join(folder, "disk"), "48M")
    cleanup.append(disk)
    edd = make_edd()
    edd.store = os.path.join(disk.path, "store")
    with_https(edd).start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    place = next(r["id"] for r in edd.ctl("compartment", "list",
                                          json_rows=True)
                 if r["name"] == "prod")
    api = Api(edd)

    def add(i):
        return api.request("POST", "/20170907/senders", json.dumps({
            "compartmentId": place, "emailAddress": "s%d@example.org" % i}),
            {"Content-Type": "application/json"})
    assert add(0).status == 200
    filler = os.path.join(disk.path, "filler")
    fill(filler)
    for i in range(1, 2000):
        answer = add(i)
        if answer.status != 200:
            break
    assert answer.status == 503, answer.body
    assert answer.json["code"] == "ServiceUnavailable"
    assert "disk of the policy store is full" in answer.json["message"]
    done = do(edd, "user", "add", "two")
    assert done.returncode == 1 and "is full" in done.stderr
    os.unlink(filler)
    # Nothing of it was stored, and all goes on.
    made = edd.ctl("sender", "list", json_rows=True)
    assert len(made) == i + 1
    wait_for(lambda: add(i).status == 200, "a sender, with room again")


@pytest.mark.root
def test_other_keys_are_in_the_audit_if_they_are_in_use(make_edd, folder,
                                                         cleanup):
    disk = SmallDisk(os.path.join(folder, "disk"), "48M")
    cleanup.append(disk)
    edd = make_edd()
    edd.store = os.path.join(disk.path, "store")
    edd.write_conf()
    edd.start().setup()
    # The last of them would be enough for the copy, but not for a start.
    for room in (200, 600, 680, 3000):
        found = os.statvfs(disk.path)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize // 1024
        subprocess.run(["mount", "-o", "remount,size=%dk" % (used + room),
                        disk.path], check=True)
        done = do(edd, "store", "rekey")
        assert done.returncode == 1
        assert "the old key is still in use" in done.stderr
        assert "is there room beside the store?" in done.stderr
    assert do(edd, "user", "list").returncode == 0
    subprocess.run(["mount", "-o", "remount,size=48M", disk.path], check=True)
    rekey(edd)
    wait_for(lambda: do(edd, "user", "list").returncode == 0, "the store")
    records = edd.ctl("audit", "verb", "store rekey", json_rows=True)
    assert len(records) == 1
    wait_for(lambda: len([e for e in edd.journal() if e.get("action") ==
                          "store rekey"]) == 1, "the journal")
