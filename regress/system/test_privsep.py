"""Who runs as whom, where, under which profile; and where the keys are."""

import os
import pwd
import re
import signal
import subprocess
import tempfile

import pytest

from eddtest import EDCTL, PATIENCE, SANITIZED, message, wait_for

USERS = {"smtpd": "_eddsmtp", "signer": "_eddsign", "queue": "_eddqueue",
         "deliver": "_edddlvr", "control": "_eddctl"}


def status_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(line.rstrip("\n").split(":\t", 1) for line in f
                    if ":\t" in line)


def test_every_child_is_confined(edd):
    children = edd.children()
    assert sorted(n for _, n in children) == sorted(USERS)
    for pid, name in children:
        status = status_of(pid)
        assert status["NoNewPrivs"] == "1", name
        assert status["Seccomp"] == "2", name


@pytest.mark.root
def test_descriptors_of_a_shell_do_not_reach_a_process(make_edd):
    edd = make_edd()
    fds = [os.open("/", os.O_RDONLY | os.O_DIRECTORY) for _ in range(5)]
    for fd in fds:
        os.set_inheritable(fd, True)
    edd.start(pass_fds=fds)
    for fd in fds:
        os.close(fd)
    for pid, name in [(edd.process.pid, "edd")] + edd.children():
        folder = "/proc/%d/fd" % pid
        for fd in os.listdir(folder):
            assert os.readlink(os.path.join(folder, fd)) != "/", name


@pytest.mark.root
def test_every_child_has_its_own_user_and_root(edd):
    uids = set()
    for pid, name in edd.children():
        status = status_of(pid)
        uid = pwd.getpwnam(USERS[name]).pw_uid
        assert set(status["Uid"].split()) == {str(uid)}, name
        gid = pwd.getpwnam(USERS[name]).pw_gid
        assert set(status["Gid"].split()) == {str(gid)}, name
        assert status["Groups"].split() in ([], [str(gid)]), name
        assert int(status["CapEff"], 16) == 0, name
        assert int(status["CapPrm"], 16) == 0, name
        root = os.readlink("/proc/%d/root" % pid)
        assert root != "/", name
        if name not in ("queue", "control"):
            assert os.listdir("/proc/%d/root/" % pid) == [], name
        uids.add(uid)
    assert len(uids) == len(USERS)


def private_number(key_file):
    """The private scalar or exponent as octets, and some of RSA's primes."""
    text = subprocess.run(["openssl", "pkey", "-in", key_file, "-noout",
                           "-text"], check=True, capture_output=True,
                          text=True).stdout
    secrets = []
    for name in ("priv", "privateExponent", "prime1", "prime2"):
        found = re.search(name + r":\n((?:\s+[0-9a-f:]+\n)+)", text)
        if found:
            octets = bytes.fromhex(re.sub(r"[\s:]", "", found.group(1)))
            secrets.append(octets.lstrip(b"\0"))
    assert secrets
    return secrets


def memory_of(pid):
    """Every readable mapping of a process, one after the other."""
    with open("/proc/%d/maps" % pid) as maps, \
            open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" not in rights or "[v" in line:
                continue
            start, end = (int(x, 16) for x in span.split("-"))
            try:
                mem.seek(start)
                yield mem.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue


def pem_lines(key_file):
    """The full lines of a private key as its file has them."""
    with open(key_file, "rb") as f:
        lines = [line for line in f.read().split(b"\n") if len(line) == 64]
    assert lines
    return lines


def holds(pid, secret):
    # Big numbers lie in memory as limbs: little-endian octets on this
    # machine; DER and PEM keep them big-endian.
    for block in memory_of(pid):
        if secret in block or secret[::-1] in block:
            return True
    return False


@pytest.mark.root
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's shadow is terabytes")
@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_only_signer_holds_the_tls_key(make_edd, sink, kind):
    edd = make_edd(route=(sink.address, sink.port), pki=kind)
    edd.start().setup()
    for how in ("starttls", "tls", "tls"):
        edd.send("a@example.net", message(), kind=how)
    sink.wait(3)
    secrets = private_number(edd.key)
    assert any(holds(edd.pid_of("signer"), s) for s in secrets), \
        "the search finds nothing even where the key is"
    for name in ("smtpd", "queue", "deliver", "control"):
        for secret in secrets:
            assert not holds(edd.pid_of(name), secret), name
    parent = edd.process.pid
    for secret in secrets:
        assert not holds(parent, secret), "edd keeps the key"


@pytest.mark.root
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's shadow is terabytes")
@pytest.mark.parametrize("when", ["start", "reload", "restart"])
def test_no_process_keeps_what_it_passed_on(make_edd, when):
    edd = make_edd(pki="rsa").start().setup()
    if when == "reload":
        edd.reload()
    elif when == "restart":
        for name in ("signer", "control"):
            before = edd.pid_of(name)
            mark = edd.log_size()
            os.kill(before, signal.SIGKILL)
            edd.wait_log(name + r" is ready \(pid", since=mark)
    secrets = pem_lines(edd.key)
    with open(os.path.join(edd.keys, "store.key"), "rb") as f:
        store_key = f.read()
    for pid, name in [(edd.process.pid, "edd")] + edd.children():
        memory = b"".join(memory_of(pid))
        for secret in secrets:
            assert secret not in memory, name
        # edd itself has it, for a control that is started again.
        assert store_key not in memory or name == "edd", name


@pytest.mark.root
def test_control_socket_is_not_for_everybody(edd):
    done = subprocess.run(
        ["setpriv", "--reuid", "nobody", "--regid", "nogroup",
         "--clear-groups", EDCTL, "-s", edd.socket, "show", "status"],
        capture_output=True, text=True)
    assert done.returncode == 2
    assert "ermission" in done.stderr or "group" in done.stderr


def show_status_as(edd, *who, words=("show", "status")):
    return subprocess.run(
        ["setpriv", "--reuid", "nobody", *who, EDCTL, "-s", edd.socket,
         *words], capture_output=True, text=True)


@pytest.mark.root
def test_members_of_the_group_may_administer(make_edd):
    edd = make_edd()
    with open(edd.conf) as f:
        text = f.read().replace('control socket "%s"' % edd.socket,
                                'control socket "%s" group edd' % edd.socket)
    with open(edd.conf, "w") as f:
        f.write(text)
    edd.start()
    for who in (["--regid", "edd", "--clear-groups"],
                ["--regid", "nogroup", "--groups", "edd"],
                ["--regid", "nogroup", "--groups", "daemon,edd,mail"]):
        done = show_status_as(edd, *who)
        assert done.returncode == 0, (who, done.stderr)
    # But no private key gets into their hands.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        phrase = os.path.join(folder, "phrase")
        with open(phrase, "w") as f:
            f.write("correct horse battery")
        done = show_status_as(edd, "--regid", "edd", "--clear-groups", words=(
            "backup", os.path.join(folder, "file"), "passphrase", phrase))
        assert done.returncode == 1 and "private keys" in done.stderr
        assert os.listdir(folder) == ["phrase"]
        # Nor do any come from them.
        path = os.path.join(folder, "file")
        edd.ctl("backup", path, "passphrase", phrase)
        os.chmod(path, 0o644)
        done = show_status_as(edd, "--regid", "edd", "--clear-groups", words=(
            "restore", path, "replace", "passphrase", phrase))
        assert done.returncode == 1, done
        assert "permission denied" in done.stderr and "root" in done.stderr
        # Files are of who asks, and edd is not asked about them.
        done = show_status_as(edd, "--regid", "nogroup", "--clear-groups",
                              words=(
            "restore", path, "passphrase", phrase, "extract",
            os.path.join(folder, "out")))
        assert done.returncode == 0, done
    done = show_status_as(edd, "--regid", "nogroup", "--groups", "mail")
    assert done.returncode == 2


def test_store_keeps_nothing_readable(edd):
    edd.ctl("suppression", "add", "hidden-person@example.net",
            "compartment", "prod")
    secrets = [b"hidden-person", b"news@example.org", b"example.org",
               edd.secret.encode(), edd.user.encode()]
    edd.stop()
    wait_for(lambda: os.path.isdir(edd.store), "the store")
    for top, _, names in os.walk(edd.store):
        for name in names:
            with open(os.path.join(top, name), "rb") as f:
                data = f.read()
            for secret in secrets:
                assert secret not in data, (name, secret)


def test_wrong_store_key_is_refused(edd):
    edd.stop()
    path = os.path.join(edd.keys, "store.key")
    with open(path, "rb") as f:
        key = f.read()
    with open(path, "r+b") as f:
        f.write(bytes(b ^ 1 for b in key))
    edd.start(wait=False)
    edd.process.wait(PATIENCE * 4)
    assert "key" in edd.log()
    edd.stop(expect=None)
    with open(path, "r+b") as f:
        f.write(key)
    edd.start()
    assert "news@example.org" in edd.ctl("sender", "list")
