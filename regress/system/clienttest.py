"""What the tests of clients of others share: a root of its own for a server
that relays through edd, and what must be true of a message that came through.
"""

import fcntl
import functools
import os
import re
import shutil
import smtplib
import subprocess
import sys
import tempfile

import dkim
import pytest

from eddtest import (
    BUILD, PATIENCE, ROOT, free_port, have, is_alive, wait_for)

sys.path.append(os.path.join(ROOT, "regress", "bench"))

import peers  # noqa: E402

#: Kept between runs, and the same for each way of building.
KEPT = re.sub("-(san|clang|crash)$", "", BUILD.rstrip("/"))


def contents(path):
    """A file's text, none if there is no file."""
    try:
        with open(path, errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


class Kept:
    """A folder below the build, made by one test while others wait."""

    def __init__(self, name):
        self.path = os.path.join(KEPT, name)

    def __enter__(self):
        os.makedirs(self.path, exist_ok=True)
        self.lock = open(os.path.join(self.path, "lock"), "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        return self.path

    def __exit__(self, *_):
        self.lock.close()


class Missing(Exception):
    """What a test needs cannot be had from where packages are."""


def once(make):
    """Keep what make(name) returns, or skip, now and in each later test of
    this run, for the same reason."""
    @functools.cache
    def attempt(name):
        try:
            return make(name), None
        except Missing as e:
            return None, str(e)

    def made(name):
        value, reason = attempt(name)
        if reason is not None:
            pytest.skip(reason)
        return value
    return made


@once
def unpacked(name):
    """The root that all tests of this peer copy."""
    with Kept("peers") as folder:
        try:
            return peers.root_of(name, folder)
        except (SystemExit, OSError) as e:
            raise Missing("cannot download and unpack %s: %s" % (
                name, str(e).splitlines()[-1]))


class Relay:
    """A server, in a folder of its own, that takes mail at self.port."""

    #: Its name, the command that stays in the foreground, and what that has
    #: in its environment beside ours.
    name = ""
    command = []
    environment = {}

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None

    def read(self, path):
        return contents(os.path.join(self.folder, path))

    def start(self):
        with open(os.path.join(self.folder, "said"), "wb") as out:
            self.process = subprocess.Popen(
                self.command, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, start_new_session=True,
                env={**os.environ, **self.environment})
        return self

    def log(self):
        return self.read("said")

    def wait_log(self, pattern):
        def look():
            found = re.search(pattern, self.log())
            assert found or self.process.poll() is None, self.log()
            return found
        try:
            return wait_for(look, "%s to log %s" % (self.name, pattern))
        except AssertionError as e:
            raise AssertionError("%s\n%s" % (e, self.log()[-5000:]))

    def submit(self, sender, rcpts, data):
        """Give it a message; it may be starting."""
        def attempt():
            assert self.process.poll() is None, self.log()
            try:
                smtp = smtplib.SMTP("127.0.0.1", self.port,
                                    "client.example.org", timeout=PATIENCE)
            except OSError:
                return False
            with smtp:
                smtp.sendmail(sender, rcpts, data)
            return True
        wait_for(attempt, self.name + " to take mail")

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("%s did not end:\n%s" % (
                self.name, self.log()[-5000:]))


class Peer(Relay):
    """A server of Debian's packages, its folder the root that it sees."""

    #: In that root.  Relay's name is what peers.py has.
    program = []

    def __init__(self):
        whole = unpacked(self.name)
        super().__init__(tempfile.mkdtemp(prefix=self.name + "-",
                                          dir=os.path.dirname(whole)))
        self.command = ["chroot", self.folder, *self.program]
        subprocess.run(["cp", "-al", whole + "/.", self.folder], check=True)

    def write(self, path, text, mode=0o644):
        """A file of this root alone: those copied are links."""
        try:
            os.unlink(os.path.join(self.folder, path))
        except FileNotFoundError:
            pass
        peers.write(self.folder, path, text, mode)

    def own(self, folder, user):
        """A folder that is this user's."""
        path = os.path.join(self.folder, folder)
        os.makedirs(path, exist_ok=True)
        os.chown(path, peers.uid(user), peers.uid(user))

    def trust(self, edd, path):
        """edd is mail.example.org, with the certificate that it has."""
        self.write(path, contents(edd.cert))
        self.write("etc/hosts",
                   "127.0.0.1 localhost\n127.0.0.1 mail.example.org\n")

    def processes(self):
        """Whatever has this root, itself and what it started."""
        return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and
                root_of_process(pid) == os.path.realpath(self.folder) and
                is_alive(int(pid))]

    def stop(self):
        """Nothing of it is left: neither processes nor files."""
        super().stop()
        wait_for(lambda: not self.processes(), self.name + " to end")
        shutil.rmtree(self.folder)


def root_of_process(pid):
    try:
        return os.readlink("/proc/%s/root" % pid)
    except OSError:
        return None


def published(edd):
    """A look-up of the DKIM records that edd says to publish: "dkim zone"
    does not wait for a name server to see whether they are."""
    records = {}
    for row in edd.ctl("dkim", "zone", "example.org", json_rows=True):
        name, _, value = row["line"].partition(" ")
        records[name] = "".join(re.findall('"([^"]*)"', value)).encode()
    return lambda name, timeout=5: records.get(name.decode())


def assert_came_through(edd, sink, rcpts, count=1):
    """So many messages are at the sink, these are all their recipients, each
    is signed, and edd's trace tells the way of each; returns their data."""
    try:
        got = sink.wait(count)
    except AssertionError as e:
        raise AssertionError("%s\n%s" % (e, edd.log()[-5000:]))
    assert len(got) == len(sink.messages)
    assert sorted(r for m in got for r in m.rcpts) == sorted(rcpts)
    look_up = published(edd)
    for m in got:
        assert m.data.count(b"DKIM-Signature:") == 1, m.data
        assert b" d=example.org;" in m.data
        assert dkim.verify(m.data, dnsfunc=look_up), m.data
    for rcpt in rcpts:
        mid = edd.wait_event("relayed", recipient=rcpt)["id"]
        told = [e["event"] for e in edd.ctl("trace", mid, json_rows=True)
                if e.get("recipient") == rcpt]
        assert told == ["accepted", "relayed"]
    return [m.data for m in got]


@once
def npm_installed(name):
    """The folder with the packages that regress/NAME locks."""
    if not have("node") or not have("npm"):
        raise Missing("needs node and npm")
    source = os.path.join(ROOT, "regress", name)
    locked = contents(os.path.join(source, "package-lock.json"))
    with Kept(os.path.join("npm", os.path.basename(name))) as folder:
        complete = os.path.join(folder, "complete")
        if contents(complete) != locked:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(os.path.join(source, file), folder)
            npm_ci(folder)
            with open(complete, "w") as f:
                f.write(locked)
        return folder


def npm_ci(folder):
    """Install what the lock file there names, running nothing of it."""
    done = subprocess.run(
        [have("npm"), "ci", "--ignore-scripts", "--omit=optional",
         "--no-audit", "--no-fund", "--fetch-retries", "1",
         "--cache", os.path.join(folder, "cache")],
        cwd=folder, capture_output=True, text=True)
    lost = re.search("ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH",
                     done.stderr)
    if lost:
        raise Missing("npm does not reach its registry: " + lost.group())
    assert done.returncode == 0, done.stderr
