"""edctl setup: from nothing to the first message, asked or with options, and
again without changing anything twice."""

import json
import os
import stat
import subprocess

import pytest

from eddtest import EDCTL, IS_ROOT, PATIENCE, Edd, wait_for
from terminal import Terminal


@pytest.fixture
def fresh(folder, dns, sink):
    """edd as it is after installing: a configuration, and nothing else."""
    os.chmod(str(folder), 0o755)
    dns.zone("example.org", "@ MX 10 mx\nmx A 127.0.0.1\n"
             '@ TXT "v=spf1 -all"\n')
    dns.start()
    edd = Edd(str(folder), dns=dns, route=("127.0.0.1", sink.port))
    os.unlink(edd.cert)
    os.unlink(edd.key)
    yield edd
    if edd.process is None:
        subprocess.run([EDCTL, "-s", edd.socket, "stop"], capture_output=True,
                       timeout=PATIENCE)
        wait_for(lambda: not os.path.exists(edd.socket) or subprocess.run(
            [EDCTL, "-s", edd.socket, "status"], capture_output=True,
            timeout=PATIENCE).returncode == 2, "the end of edd")
    else:
        edd.stop()


def run_setup(edd, *args):
    done = subprocess.run(
        [EDCTL, "-j", "-s", edd.socket, "setup", "conf", edd.conf, *args],
        capture_output=True, text=True, timeout=2 * PATIENCE,
        stdin=subprocess.DEVNULL)
    return (done.returncode,
            [json.loads(x) for x in done.stdout.splitlines()], done.stderr)


ALL = ("hostname", "mx.example.org", "tls", "self-signed", "domain",
       "example.org", "sender", "news@example.org", "user", "app",
       "test-to", "you@example.net", "dns", "skip")


def test_unattended_from_nothing_and_again(fresh, sink):
    edd = fresh
    status, rows, error = run_setup(edd, *ALL)
    assert status == 0, (rows, error)
    states = {r["check"]: r["state"] for r in rows if "check" in r}
    assert states["edd"] == states["hostname"] == "ok"
    assert states["certificate"] == states["delivery"] == "ok"
    assert [r for r in rows if "password" in r]
    # The ports are those that there are.
    told = [r["is"] for r in rows if r.get("check") == "clients"][0]
    assert "port %d with STARTTLS" % edd.ports["starttls"] in told
    assert "587" not in told
    assert b"DKIM-Signature" in sink.wait(1)[0].data
    assert stat.S_IMODE(os.stat(edd.key).st_mode) == 0o600
    with open(edd.conf) as f:
        text = f.read()
    assert 'hostname "mx.example.org"' in text
    old = [x for x in os.listdir(edd.folder) if x.startswith("edd.conf.2")]
    assert len(old) == 1
    with open(os.path.join(edd.folder, old[0])) as f:
        assert 'hostname "mail.example.org"' in f.read()

    # Again: everything is there, nothing is made or written twice.
    audit = edd.ctl("audit")
    with open(edd.cert) as f:
        cert = f.read()
    status, rows, error = run_setup(edd, *ALL)
    assert status == 0, (rows, error)
    assert not [r for r in rows if "password" in r]
    assert not [r for r in rows if str(r.get("is")).startswith("added")]
    assert edd.ctl("audit") == audit
    with open(edd.conf) as f:
        assert f.read() == text
    with open(edd.cert) as f:
        assert f.read() == cert
    assert sorted(os.listdir(edd.folder)).count(old[0]) == 1
    assert edd.ctl("dkim", "list").count("example.org") == 1


def test_answers_typed_on_a_terminal(fresh, sink):
    edd = fresh
    terminal = Terminal([EDCTL, "-s", edd.socket, "setup", "conf", edd.conf])
    try:
        terminal.expect("Name of this host")
        terminal.type("localhost\n")
        terminal.expect("needs a domain")
        terminal.type("mx.example.org\n")
        terminal.expect("[self-signed]:")
        terminal.type("\n")
        terminal.expect('+ hostname "mx.example.org"')
        terminal.expect("Write that?")
        terminal.type("perhaps\n")
        terminal.expect("yes or no?")
        terminal.type("\n")
        terminal.expect("Start it?")
        terminal.type("yes\n")
        terminal.expect("Domain of your senders [example.org]:")
        terminal.type("\n")
        text = terminal.expect('"skip" [look]:')
        assert "v=DKIM1" in text and "type   TXT" in text
        terminal.type("\n")
        # The key is not there, and SPF forbids all: look again, then skip.
        text = terminal.expect('"skip" [look]:')
        while "unknown" in text:  # the DNS was slow
            terminal.type("\n")
            text = terminal.expect('"skip" [look]:')
        assert "fail" in text and "mend" in text
        terminal.type("skip\n")
        terminal.expect("[news@example.org]:")
        terminal.type("\n")
        terminal.expect("[app]:")
        terminal.type("\n")
        text = terminal.expect("shown this once")
        assert "password" in text
        terminal.expect("Send one to")
        terminal.type("you@example.net\n")
        assert terminal.wait() == 0, terminal.text
        assert "== Done" in terminal.text
        assert "delivery" in terminal.text
    finally:
        terminal.close()
    sink.wait(1)


def test_left_in_the_middle_it_goes_on(fresh):
    edd = fresh
    command = [EDCTL, "-s", edd.socket, "setup", "conf", edd.conf, "hostname",
               "mx.example.org", "tls", "self-signed"]
    terminal = Terminal(command)
    try:
        terminal.expect("Write that?")
        terminal.type("\x04")
        assert terminal.wait() == 1 and "run it again" in terminal.text
    finally:
        terminal.close()
    with open(edd.conf) as f:
        assert 'hostname "mail.example.org"' in f.read()
    status, _, error = run_setup(edd, *ALL)
    assert status == 0, error


def test_a_configuration_that_edd_refuses_is_not_written(fresh):
    edd = fresh
    with open(edd.conf, "a") as f:
        f.write("nonsense here\n")
    with open(edd.conf) as f:
        before = f.read()
    status, rows, _ = run_setup(edd, *ALL)
    last = [r for r in rows if r["check"] == "edd.conf"][-1]
    assert status == 1 and last["state"] == "fail", rows
    assert "nonsense" in last["is"] and "nothing was changed" in last["mend"]
    with open(edd.conf) as f:
        assert f.read() == before
    assert not os.path.exists(edd.conf + ".new")


def test_a_running_edd_is_given_the_new_name(make_edd, sink):
    edd = make_edd(route=("127.0.0.1", sink.port)).start()
    status, rows, error = run_setup(edd, *ALL)
    assert status == 0, (rows, error)
    with edd.client(login=False) as smtp:
        assert b"mx.example.org" in smtp.ehlo()[1]


@pytest.mark.parametrize("args,check,word", [
    (("hostname", "local"), "hostname", "needs a domain"),
    (("hostname", "a..b"), "hostname", "label"),
    (("hostname", "a b.c"), "hostname", "letters"),
    (("tls", "relative.pem", "key", "/k"), "certificate", "whole path"),
    (("tls", "/nonexistent.pem"), "certificate", "private key"),
    (("tls", "/nonexistent.pem", "key", "/k"), "certificate", "PEM"),
])
def test_mistakes(fresh, args, check, word):
    given = dict(zip(ALL[::2], ALL[1::2]))
    given.update(dict(zip(args[::2], args[1::2])))
    with open(fresh.conf) as f:
        before = f.read()
    status, rows, _ = run_setup(fresh, *[x for p in given.items() for x in p])
    last = rows[-1]
    assert status == 1 and last["check"] == check, rows
    assert last["state"] == "fail" and word in last["mend"], last
    with open(fresh.conf) as f:
        assert f.read() == before


def test_what_is_missing_is_said_where_nobody_can_be_asked(make_edd):
    edd = make_edd().start()
    status, rows, _ = run_setup(edd, "hostname", "mx.org", "dns", "skip")
    assert status == 1
    assert rows[-1]["check"] == "domain" and "not given" in rows[-1]["is"]


def test_a_folder_that_is_missing_is_offered(fresh):
    missing = os.path.join(fresh.folder, "it is", "missing")
    with open(fresh.conf) as f:
        text = f.read().replace(fresh.cert, missing + "/cert.pem").replace(
            fresh.key, missing + "/key.pem")
    with open(fresh.conf, "w") as f:
        f.write(text)
    status, rows, _ = run_setup(fresh, *ALL)
    last = rows[-1]
    assert status == 1 and last["check"] == "certificate", rows
    assert "No such file" in last["is"]
    assert last["mend"] == ("mkdir -p '%s'" % missing if IS_ROOT else
                            "run it as root")


def test_a_sender_of_another_domain_is_pointed_out(make_edd):
    edd = make_edd().start()
    for sender, states in (("news@example.org", ["ok"]),
                           ("news@Example.ORG", ["ok"]),
                           ("boss@example.com", ["ok", "warn"])):
        _, rows, _ = run_setup(edd, "hostname", "mx.example.org", "dns",
                               "skip", "domain", "example.org", "sender",
                               sender, "user", "app")
        assert [r["state"] for r in rows
                if r.get("check") == "sender"] == states, sender
    mend = [r for r in rows if r.get("check") == "sender"][-1]["mend"]
    assert mend == "edctl setup domain example.com sender boss@example.com"
