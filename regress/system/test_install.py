"""make install, then started from there as an operator would."""

import os
import re
import resource
import smtplib
import subprocess

import pytest

import eddtest
from eddtest import BUILD, ROOT, have, wait_for

FILES = ["usr/local/bin/edd", "usr/local/bin/edctl",
         "usr/local/share/bash-completion/completions/edctl",
         "usr/local/share/zsh/site-functions/_edctl",
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


def unit_of(installed):
    """The values of the service file, by their names."""
    path = installed + "/usr/local/lib/systemd/system/edd.service"
    with open(path) as f:
        return dict(line.rstrip("\n").split("=", 1) for line in f
                    if "=" in line and not line.startswith("#"))


def is_taken(edd):
    try:
        edd.send("b@example.net")
    except (AssertionError, OSError, smtplib.SMTPException):
        return False
    return True


def seconds(name):
    with open(os.path.join(ROOT, "edd", "limit.h")) as f:
        return int(re.search(r"#define %s\s+(\d+)" % name,
                             f.read()).group(1))


@pytest.mark.root
def test_service_has_the_time_that_the_daemon_takes(installed):
    unit = unit_of(installed)
    assert int(unit["TimeoutStartSec"]) > \
        seconds("READY_QUEUE_SECONDS") + seconds("READY_SECONDS")
    assert int(unit["TimeoutStopSec"]) > \
        len(PROGRAMS) * seconds("STOP_SECONDS")


@pytest.mark.root
def test_daemon_runs_with_what_the_service_leaves_it(
        installed, make_edd, sink, monkeypatch, folder):
    unit = unit_of(installed)
    bounds = ",".join(["-all"] + [
        "+" + c[4:].lower() for c in unit["CapabilityBoundingSet"].split()])
    wanted = int(unit["LimitMEMLOCK"].rstrip("M")) << 20
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    if limit == resource.RLIM_INFINITY or limit > wanted:
        limit = wanted
    as_service = os.path.join(folder, "as-service")
    with open(as_service, "w") as f:
        f.write("#!/bin/sh\nexec prlimit --memlock=%d setpriv "
                "--bounding-set=%s --no-new-privs %s \"$@\"\n" % (
                    limit, bounds,
                    installed + unit["ExecStart"].split()[0]))
    os.chmod(as_service, 0o755)
    monkeypatch.setattr(eddtest, "EDD", as_service)
    edd = make_edd(route=(sink.address, sink.port)).start().setup()
    edd.send("a@example.net")
    sink.wait()
    with open("/proc/%d/status" % edd.pid_of("signer")) as f:
        locked = [line for line in f if line.startswith("VmLck:")][0]
    if limit == wanted:  # a container may not allow as much
        assert int(locked.split()[1]) >= 65536
    else:
        assert "not locked in memory" in edd.log()
    killed = edd.pid_of("queue")
    os.kill(killed, 9)  # it may kill and start them
    wait_for(lambda: edd.pid_of("queue") not in (killed, None), "a new queue")
    wait_for(lambda: is_taken(edd), "a message to be taken again")
    edd.reload()
    edd.stop()


@pytest.mark.root
def test_manual_pages_are_clean(installed):
    for name in FILES:
        if "/man" in name:
            done = subprocess.run(
                [have("mandoc"), "-T", "lint", "-W", "warning",
                 os.path.join(installed, name)],
                capture_output=True, text=True)
            assert done.returncode == 0, done.stdout
