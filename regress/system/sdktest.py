"""The service's official SDK against edd: a daemon that listens for HTTPS, a
user with an API key, and calls by regress/sdk/call.js."""

import email
import email.policy
import json
import os
import subprocess

import pytest

from clienttest import npm_installed
from eddtest import BUILD, PATIENCE, ROOT, free_port, have

HTTPD = os.path.join(BUILD, "libexec", "edd", "httpd")


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          capture_output=True).stdout


class Sdk:
    """Calls as a user, all with one key."""

    def __init__(self, edd, port, user="app"):
        self.edd = edd
        self.url = "https://localhost:%d" % port
        self.folder = npm_installed("sdk")
        private = openssl("genrsa", "2048")
        row, = edd.ctl("apikey", "add", user, "-", json_rows=True,
                       stdin=openssl("pkey", "-pubout", data=private).decode())
        tenancy, user, fingerprint = row["keyId"].split("/")
        self.key = {"tenancy": tenancy, "user": user,
                    "fingerprint": fingerprint, "pem": private.decode()}

    def compartment(self, name="prod"):
        row, = [r for r in self.edd.ctl("compartment", "list", json_rows=True)
                if r["name"] == name]
        return row["id"]

    def calls(self, *calls, **more):
        """Each call is (operation, request) or a dict of call.js; returns
        what became of each."""
        given = {"submit": self.url, "manage": self.url, "key": self.key,
                 "calls": [c if isinstance(c, dict) else
                           {"operation": c[0], "request": c[1]}
                           for c in calls], **more}
        done = subprocess.run(
            [have("node"), os.path.join(ROOT, "regress", "sdk", "call.js")],
            input=json.dumps(given), capture_output=True, text=True,
            timeout=PATIENCE * 4, env={
                **os.environ, "TZ": "UTC",
                "NODE_EXTRA_CA_CERTS": self.edd.cert,
                "NODE_PATH": os.path.join(self.folder, "node_modules")})
        assert done.returncode == 0, done.stderr + self.edd.log()[-3000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def details(self, **more):
        """SubmitEmailDetails that are accepted; None leaves a field out."""
        made = {"sender": {"senderAddress": {"email": "news@example.org"},
                           "compartmentId": self.compartment()},
                "recipients": {"to": [{"email": "a@example.net"}]},
                "subject": "by the SDK", "bodyText": "One.\n.\nThree.\n",
                **more}
        return {k: v for k, v in made.items() if v is not None}

    def submit(self, *details):
        return self.calls(*[("submitEmail", {"submitEmailDetails": d})
                            for d in details])

    def submit_raw(self, message, recipients, sender="news@example.org",
                   kind="message/rfc822", **more):
        return ("submitRawEmail", {
            "contentType": kind, "compartmentId": self.compartment(),
            "sender": sender, "recipients": recipients, "rawMessage": message,
            "contentLength": len(message.encode()), **more})


def make_sdk(make_edd, sink, extra=""):
    if not os.path.exists(HTTPD):
        pytest.skip("httpd is not built")
    port = free_port()
    edd = make_edd(route=(sink.address, sink.port),
                   extra="listen on 127.0.0.1 https port %d pki main\n%s" %
                   (port, extra)).start().setup()
    return Sdk(edd, port)


def accepted(answer, what="emailSubmittedResponse"):
    """The body of an answer that is no error, with all that it must have."""
    assert "ok" in answer, answer
    assert answer["ok"]["opcRequestId"].count("/") == 2
    body = answer["ok"][what]
    assert body["envelopeId"]
    assert isinstance(body["suppressedRecipients"], list)
    return body


def refused(answer, status, code, message):
    """An error as the SDK surfaces it."""
    assert "error" in answer, answer
    error = answer["error"]
    assert (error["statusCode"], error["serviceCode"]) == (status, code), error
    assert error["message"] == message
    assert error["opcRequestId"].count("/") == 2


def parsed(data):
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert not message.defects
    return message
