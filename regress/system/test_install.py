"""make install, then started from there as an operator would."""

import os
import subprocess

import pytest

import eddtest
from eddtest import BUILD, ROOT, have

FILES = ["usr/local/bin/edd", "usr/local/bin/edctl",
         "usr/local/share/man/man8/edd.8",
         "usr/local/share/man/man5/edd.conf.5",
         "usr/local/share/man/man8/edctl.8"]
PROGRAMS = ["smtpd", "signer", "queue", "deliver", "control"]


@pytest.fixture
def installed(folder):
    dest = os.path.join(folder, "dest")
    arguments = ["make", "-s", "install", "DESTDIR=" + dest,
                 "PREFIX=/usr/local", "BUILD=" + BUILD]
    if eddtest.SANITIZED:
        arguments.append("SAN=1")
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True,
                          text=True, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    return dest


@pytest.mark.root
def test_everything_is_in_place(installed):
    for name in FILES + ["usr/local/libexec/edd/" + p for p in PROGRAMS]:
        assert os.path.exists(os.path.join(installed, name)), name
    found = subprocess.run(["find", installed, "-name", "edd.service"],
                           capture_output=True, text=True).stdout
    with open(found.strip()) as f:
        unit = f.read()
    assert "ExecStart=/usr/local/bin/edd -d" in unit
    assert "@" not in unit


@pytest.mark.root
def test_installed_daemon_runs(installed, make_edd, sink, monkeypatch):
    monkeypatch.setattr(eddtest, "EDD", installed + "/usr/local/bin/edd")
    monkeypatch.setattr(eddtest, "EDCTL",
                        installed + "/usr/local/bin/edctl")
    edd = make_edd(route=(sink.address, sink.port)).start().setup()
    for pid, name in edd.children():
        assert os.readlink("/proc/%d/exe" % pid) == \
            installed + "/usr/local/libexec/edd/" + name
    edd.send("a@example.net")
    sink.wait()


@pytest.mark.root
def test_manual_pages_are_clean(installed):
    for name in FILES:
        if "/man" in name:
            done = subprocess.run(
                [have("mandoc"), "-T", "lint", "-W", "warning",
                 os.path.join(installed, name)],
                capture_output=True, text=True)
            assert done.returncode == 0, done.stdout
