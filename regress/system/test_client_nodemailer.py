"""nodemailer submits to edd.  Debian's npm is hundreds of packages, so that
etc/deps does not name it: without node and npm these tests are skipped."""

import email
import email.policy
import json
import os
import subprocess

import pytest

from clienttest import assert_came_through, npm_installed
from eddtest import PATIENCE, ROOT, have


@pytest.fixture
def send(edd):
    """Send messages by nodemailer; returns what it says of each."""
    folder = npm_installed("clients/nodemailer")
    with open(edd.cert) as f:
        certificate = f.read()

    def run(messages, kind="starttls", method="PLAIN", **options):
        given = {"transport": {
            "host": "127.0.0.1", "port": edd.ports[kind],
            "secure": kind == "tls", "requireTLS": True,
            "tls": {"ca": certificate, "servername": "mail.example.org"},
            "authMethod": method,
            "auth": {"user": edd.user, "pass": edd.secret}, **options},
            "messages": messages}
        done = subprocess.run(
            [have("node"), os.path.join(ROOT, "regress", "clients",
                                        "nodemailer", "send.js")],
            input=json.dumps(given), capture_output=True, text=True,
            timeout=PATIENCE * 2, env={
                **os.environ,
                "NODE_PATH": os.path.join(folder, "node_modules")})
        assert done.returncode == 0, done.stderr + edd.log()[-3000:]
        return [json.loads(line) for line in done.stdout.splitlines()]
    return run


def mail(to, sender="news@example.org", **more):
    return {"from": "News <%s>" % sender, "to": to,
            "subject": "by nodemailer", "text": "One.\n..\n.two\n", **more}


@pytest.mark.parametrize("kind, method", [
    ("starttls", "PLAIN"), ("starttls", "LOGIN"), ("tls", "PLAIN")])
def test_nodemailer(edd, sink, send, kind, method):
    rcpts = ["a@example.net", "b@example.net"]
    said, = send([mail(rcpts)], kind, method)
    assert said["accepted"] == rcpts
    assert said["response"].startswith("250 Ok: queued as ")
    data, = assert_came_through(edd, sink, rcpts)
    assert b"Subject: by nodemailer\r\n" in data
    assert data.endswith(b"\r\n\r\nOne.\r\n..\r\n.two\r\n")


def test_nodemailer_text_of_other_letters(edd, sink, send):
    rcpts = ["käse@example.net"]
    said, = send([mail(rcpts, subject="Grüße", text="Grüße.\n", html="<p>ü",
                       attachments=[{"filename": "é.bin",
                                     "encoding": "base64",
                                     "content": "AP8NCg=="}])])
    assert said["response"].startswith("250 Ok: queued as ")
    data, = assert_came_through(edd, sink, rcpts)
    assert "SMTPUTF8" in sink.messages[0].options
    got = email.message_from_bytes(data, policy=email.policy.default)
    assert got["Subject"] == "Grüße"
    attached, = got.iter_attachments()
    assert attached.get_filename() == "é.bin"
    assert attached.get_content() == b"\0\xff\r\n"


def test_nodemailer_pool(edd, sink, send):
    rcpts = ["r%d@example.net" % i for i in range(30)]
    said = send([mail(r) for r in rcpts], pool=True, maxConnections=3,
                maxMessages=5)
    assert len(said) == 30
    assert all(s["response"].startswith("250 Ok") for s in said)
    assert_came_through(edd, sink, rcpts, count=30)


def test_nodemailer_sender_that_is_not_approved(edd, sink, send):
    said, = send([mail("a@example.net", "other@example.org")])
    assert said["responseCode"] == 535
    assert said["response"] == "535 Authorization failed: address " \
        "other@example.org not authorized"
    assert sink.messages == []


def test_nodemailer_wrong_secret(edd, sink, send):
    said, = send([mail("a@example.net")],
                 auth={"user": edd.user, "pass": "wrong"})
    assert (said["code"], said["response"]) == (
        "EAUTH", "535 Authentication credentials invalid")
