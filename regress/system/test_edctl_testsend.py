"""edctl test-send: a message goes all of the way, each step is shown, and
nothing secret is left behind."""

import json
import os
import re
import shlex
import subprocess

import pytest

from eddtest import EDCTL, PATIENCE, wait_for


def run(edd, *args):
    done = subprocess.run(
        [EDCTL, "-j", "-s", edd.socket, "test-send", *args],
        capture_output=True, text=True, timeout=PATIENCE)
    return (done.returncode, [json.loads(x) for x in
                              done.stdout.splitlines()], done.stderr)


def states(rows):
    return {r["check"]: r["state"] for r in rows}


def test_delivered_and_signed_and_nothing_left(edd, sink):
    before = edd.ctl("credential", "list")
    status, rows, error = run(edd, "to", "you@example.net", "subject",
                              "gr\u00fc\u00dfe", "aus", "edd")
    assert status == 0, (rows, error)
    seen = states(rows)
    for step in ("connect", "greeting", "EHLO", "STARTTLS", "TLS", "AUTH",
                 "MAIL", "RCPT", "message", "delivery"):
        assert seen[step] == "ok", (step, rows)
    got = sink.wait(1)[0]
    assert b"DKIM-Signature" in got.data
    assert b"Subject: =?UTF-8?B?" in got.data
    assert b"Message-ID" in got.data
    # No credential was made, nor a secret written.
    assert edd.ctl("credential", "list") == before
    assert "password" not in json.dumps(rows)


def test_a_login_is_good_for_one_session(edd):
    # As edctl asks for it, but logged in twice.
    done = subprocess.run(
        [EDCTL, "-j", "-s", edd.socket, "why", "app", "news@example.org"],
        capture_output=True, text=True, timeout=PATIENCE)
    assert "ALLOW" in done.stdout
    run(edd, "to", "you@example.net")
    match = re.findall(r"login lent for a test user=app", edd.log())
    assert match


@pytest.mark.parametrize("reply,event,state,hint", [
    ("550 5.7.26 no DMARC pass", "bounced", "fail",
     "edctl domain check example.org"),
    ("550 5.1.1 nobody", "bounced", "fail", "edctl suppression check"),
    ("451 4.7.1 greylisted", "deferred", "warn", "edctl trace"),
])
def test_what_the_receiver_said_and_what_to_do(edd, sink, reply, event, state,
                                               hint):
    to = "bad%s@example.net" % reply.split()[1]
    sink.rcpt_replies[to] = reply
    status, rows, _ = run(edd, "to", to, "from",
                          "news@example.org", "user", "app")
    assert status == 1
    last = [r for r in rows if r["check"] == "delivery"][0]
    assert last["state"] == state and last["is"].startswith(event), last
    assert reply[4:] in last["is"] and hint in last["mend"], last


def test_nobody_to_deliver_to_in_time(edd):
    edd.ctl("queue", "pause", "all")
    status, rows, _ = run(edd, "to", "later@example.net", "wait", "1s")
    assert status == 1
    last = [r for r in rows if r["check"] == "delivery"][0]
    assert last["state"] == "unknown" and "edctl queue show" in last["mend"]
    edd.ctl("queue", "resume", "all")


def test_suppressed(edd):
    edd.ctl("suppression", "add", "never@example.net", "compartment", "prod")
    status, rows, _ = run(edd, "to", "never@example.net")
    assert status == 1
    assert "edctl suppression check" in json.dumps(rows), rows


def test_a_sender_that_the_user_may_not_use(edd):
    edd.ctl("user", "add", "other")
    edd.ctl("group", "add", "mailers")
    edd.ctl("group", "join", "mailers", "user", "app")
    rule = edd.ctl("policy", "add", "allow group mailers to use email-family "
                   "in compartment prod", json_rows=True)[0]["id"]
    status, rows, error = run(edd, "to", "you@example.net", "user", "other")
    assert status == 1 and states(rows)["MAIL"] == "fail", rows
    assert "edctl why other news@example.org" in json.dumps(rows)
    # Without a user named, one that may is found.
    status, rows, _ = run(edd, "to", "you@example.net")
    assert status == 0
    assert "as user app" in json.dumps(rows)
    edd.ctl("policy", "remove", rule)


def test_a_sender_that_somebody_may_use_is_found(edd, sink):
    first = "\"a b's\"@example.com"
    edd.ctl("compartment", "add", "locked")
    edd.ctl("sender", "add", first, "compartment", "locked")
    edd.ctl("group", "add", "mailers")
    edd.ctl("group", "join", "mailers", "user", "app")
    edd.ctl("policy", "add", "allow group mailers to use email-family in "
            "compartment prod")
    for args in ((), ("user", "app")):
        status, rows, error = run(edd, "to", "you@example.net", *args)
        assert status == 0, (rows, error)
    assert "<news@example.org>" in sink.wait(1)[0].data.decode()
    # If nobody may, the hint can be given to a shell.
    status, _, error = run(edd, "to", "you@example.net", "from", first)
    assert status == 1
    assert "hint" in error, error
    hint = json.loads(error)["hint"]
    words = shlex.split(hint.split('"edctl ', 1)[1].rsplit('" says', 1)[0])
    assert words == ["why", "USER", first]


@pytest.mark.parametrize("args,why", [
    (("to", "nobody"), "the recipient is not an address"),
    (("to", "a@b\r\nRCPT TO:<x@y>"), "the recipient is not an address"),
    (("to", "a@b.c", "from", "none@example.com"), "no user may send as"),
    (("to", "a@b.c", "from", "@example.org"), "name one address"),
    (("to", "a@b.c", "user", "nobody"), "no user"),
    (("to", "a@b.c", "wait", "never"), "wait is a time"),
    (("to", "a@b.c", "subject", "x" * 46), "a subject is"),
    ((), "to is missing"),
])
def test_mistakes_send_nothing(edd, sink, args, why):
    before = edd.log().count("queued id")
    status, rows, error = run(edd, *args)
    assert status == 1 and rows == []
    assert why in json.loads(error)["error"]
    assert edd.log().count("queued id") == before


def test_the_lent_login_survives_nothing(make_edd, sink):
    edd = make_edd(route=("127.0.0.1", sink.port)).start().setup()
    status, _, _ = run(edd, "to", "you@example.net")
    assert status == 0
    pid = edd.pid_of("control")
    os.kill(pid, 9)
    wait_for(lambda: edd.pid_of("control") not in (None, pid), "control")
    wait_for(lambda: subprocess.run(
        [EDCTL, "-s", edd.socket, "status"], capture_output=True,
        timeout=PATIENCE).returncode == 0, "an answer")
    assert len(edd.ctl("credential", "list", json_rows=True)) == 1
