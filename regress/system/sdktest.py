"""The service's official SDK against edd: a daemon that listens for HTTPS, a
user with an API key, and calls by regress/sdk/call.js."""

import email
import email.policy
import json
import os
import subprocess

from clienttest import npm_installed
from eddtest import PATIENCE, ROOT, have
from httpstest import compartment, details, https_edd


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          capture_output=True).stdout


class Sdk:
    """Calls as a user, all with one key."""

    def __init__(self, edd, user="app"):
        self.edd = edd
        self.url = "https://localhost:%d" % edd.https
        self.folder = npm_installed("sdk")
        private = openssl("genrsa", "2048")
        row, = edd.ctl("apikey", "add", user, "-", json_rows=True,
                       stdin=openssl("pkey", "-pubout", data=private).decode())
        tenancy, user, fingerprint = row["keyId"].split("/")
        self.key = {"tenancy": tenancy, "user": user,
                    "fingerprint": fingerprint, "pem": private.decode()}
        self.made = set()

    def once(self, call):
        """The same change twice within a second has the same signature, and
        is refused as a replay: a test asks for it by name or not at all."""
        if call["operation"].startswith(("get", "list")) or \
                call.get("parallel"):
            return
        text = json.dumps([call["operation"], call["request"],
                           call.get("as", self.key)])
        assert text not in self.made, "made twice: " + text[:200]
        self.made.add(text)

    def calls(self, *calls, **more):
        """Each call is (operation, request) or a dict of call.js; returns
        what became of each."""
        calls = [c if isinstance(c, dict) else
                 {"operation": c[0], "request": c[1]} for c in calls]
        for call in calls:
            self.once(call)
        given = {"submit": self.url, "manage": self.url, "key": self.key,
                 "calls": calls, **more}
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
        return details(self.edd, **more)

    def submit(self, *details):
        return self.calls(*[("submitEmail", {"submitEmailDetails": d})
                            for d in details])

    def submit_raw(self, message, recipients, sender="news@example.org",
                   kind="message/rfc822", **more):
        return ("submitRawEmail", {
            "contentType": kind, "compartmentId": compartment(self.edd),
            "sender": sender, "recipients": recipients, "rawMessage": message,
            "contentLength": len(message.encode()), **more})


def make_sdk(make_edd, sink, extra=""):
    return Sdk(https_edd(make_edd, sink, extra))


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
