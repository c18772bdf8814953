"""Clients that know HTTP and nothing of the service: curl, Python's and
Node's, with an SMTP credential as name and password."""

import http.client
import json
import os
import subprocess

import pytest

from clienttest import assert_came_through
from eddtest import PATIENCE, client_context, have
from httpstest import (SUBMIT, SUBMIT_RAW, Connection, basic, compartment,
                       details, head, https_edd)
from sdktest import parsed

RAW = ("From: news@example.org\r\nSubject: raw\r\n\r\nOne.\r\n.\r\n")


@pytest.fixture
def edd(make_edd, sink):
    return https_edd(make_edd, sink)


def test_curl(edd, sink):
    if not have("curl"):
        pytest.skip("needs curl")
    def curl(path, data, *more):
        done = subprocess.run(
            [have("curl"), "--silent", "--show-error", "--cacert", edd.cert,
             "--user", "%s:%s" % (edd.user, edd.secret), *more,
             "--data-binary", "@-", "https://localhost:%d%s" %
             (edd.https, path)], input=data.encode(), check=True,
            capture_output=True, timeout=PATIENCE * 2)
        return json.loads(done.stdout)

    kind = ("--header", "content-type: application/json")
    assert curl(SUBMIT, json.dumps(details(edd)), *kind)["envelopeId"]
    large = details(edd, bodyText="a line of text\n" * 5000)
    once = [curl(SUBMIT, json.dumps(details(edd)), *kind, "--header",
                 "opc-retry-token: one") for _ in range(3)]
    assert once[0] == once[1] == once[2]
    assert curl(SUBMIT, json.dumps(large), *kind, "--header",
                "expect: 100-continue")["envelopeId"]
    assert curl(SUBMIT, json.dumps(large), *kind, "--header",
                "transfer-encoding: chunked")["envelopeId"]
    said = curl(SUBMIT_RAW, RAW, "--header", "content-type: message/rfc822",
                "--header", "compartment-id: " + compartment(edd), "--header",
                "sender: news@example.org", "--header",
                "recipients: a@example.net,b@example.net")
    assert said["suppressedRecipients"] == []
    assert_came_through(edd, sink, ["a@example.net"] * 5 + ["b@example.net"],
                        5)


def test_python_keeps_its_connection(edd, sink):
    connection = http.client.HTTPSConnection(
        "localhost", edd.https, timeout=PATIENCE, context=client_context())
    for i in range(5):
        connection.request(
            "POST", SUBMIT, json.dumps(details(edd, subject=str(i))),
            {"content-type": "application/json", "authorization": basic(edd),
             "opc-request-id": "request-%d" % i})
        if i == 0:
            first = connection.sock
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["suppressedRecipients"] == []
        assert answer.getheader("opc-request-id").startswith(
            "request-%d/" % i)
        assert connection.sock is first
    connection.close()
    data = assert_came_through(edd, sink, ["a@example.net"] * 5, 5)
    assert sorted(parsed(d)["Subject"] for d in data) == list("01234")


def test_node(edd, sink):
    if not have("node"):
        pytest.skip("needs node")
    given = {"url": "https://localhost:%d%s" % (edd.https, SUBMIT),
             "authorization": basic(edd), "details": details(edd)}
    script = """
        const given = JSON.parse(require('fs').readFileSync(0));
        fetch(given.url, { method: 'POST', headers: {
            'content-type': 'application/json',
            authorization: given.authorization },
            body: JSON.stringify(given.details) }).then(async (answer) =>
            console.log(answer.status, await answer.text()));
    """
    done = subprocess.run(
        [have("node"), "-e", script], input=json.dumps(given), text=True,
        capture_output=True, timeout=PATIENCE * 2,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": edd.cert})
    assert done.stdout.startswith("200 "), done.stdout + done.stderr
    assert_came_through(edd, sink, ["a@example.net"])


def test_answers_of_http_itself(edd):
    """What is not there, what is not allowed, who is not known."""
    with Connection(edd) as c:
        c.send(head(edd, "content-length: 0", path="/nothing"))
        status, fields, body = c.answer()
        assert (status, json.loads(body)["code"]) == (404, "NotFound")
        assert fields["content-type"] == "application/json"
        assert fields["opc-request-id"].count("/") == 2
        c.send(head(edd, method="GET"))
        status, fields, body = c.answer()
        assert (status, json.loads(body)["code"]) == (405, "MethodNotAllowed")
        assert fields["allow"] == "POST"
        c.send(head(edd, "content-length: 0").replace(b"Basic ", b"Basic x"))
        status, _, body = c.answer()
        assert (status, json.loads(body)["code"]) == (401, "NotAuthenticated")
