"""opc-retry-token of SubmitEmail and SubmitRawEmail: who comes again hears
what he was told the first time, and it is sent once, whoever dies."""

import http.client
import json
import os
import signal
import threading

import pytest

from apitest import SUBMIT, SUBMIT_RAW, Api, Key, Wire, basic, with_https
from eddtest import wait_for
from test_https_submit import details

RAW = b"From: news@example.org\r\nSubject: raw\r\n\r\nHello.\r\n"


@pytest.fixture
def https(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)), workers=2)
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]
    return edd


def submit(edd, email, token, **fields):
    """Over a connection of its own: any httpd may get it."""
    api = Api(edd)
    try:
        return api.submit(email, opc_retry_token=token, **fields)
    finally:
        api.close()


def raw_fields(edd, rcpts="a@example.net", **more):
    return {"Content-Type": "message/rfc822", "sender": "news@example.org",
            "compartment-id": edd.compartment, "recipients": rcpts, **more}


def submit_raw(edd, token, body=RAW, **more):
    api = Api(edd)
    try:
        return api.request("POST", SUBMIT_RAW, body, raw_fields(
            edd, **{"opc-retry-token": token}, **more))
    finally:
        api.close()


def until_taken(ask):
    """Come again as long as one is under way, or a process is not there."""
    answers = []

    def taken():
        try:
            answers.append(ask())
        except (OSError, http.client.HTTPException):
            return False
        if answers[-1].status == 409:
            assert answers[-1].fault() == (
                409, "IncorrectState",
                "A request with this opc-retry-token is under way.")
        else:
            assert answers[-1].status in (200, 500, 503), answers[-1].body
        return answers[-1].status == 200
    wait_for(taken, "a request that is taken")
    return answers[-1].json


def arrived(sink):
    """All that came, once for each id: (subject, recipients).  A queue that
    dies before it has noted that a message was sent sends it again."""
    seen = {}
    for got in sink.messages:
        lines = got.data.split(b"\r\n\r\n")[0].decode().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        seen[fields["Message-ID"]] = fields["Subject"], got.rcpts
    return seen.values()


def subjects(sink):
    return sorted(subject for subject, _ in arrived(sink))


def settled(edd, sink):
    """All that was taken so far has arrived."""
    assert submit(edd, details(edd, subject="last"),
                  "last-%d" % len(sink.messages)).status == 200
    wait_for(lambda: "last" in subjects(sink), "the last message")
    wait_for(lambda: "example" not in edd.ctl("show", "queue"),
             "an empty queue")
    return [s for s in subjects(sink) if s != "last"]


def test_who_comes_again_hears_the_same(https, sink):
    edd = https
    one = details(edd, subject="one")
    first = submit(edd, one, "t1")
    assert first.status == 200, first.body
    again = submit(edd, one, "t1", opc_request_id="mine")
    assert again.status == 200 and again.json == first.json
    assert again.fields["opc-request-id"].startswith("mine/")
    def told():
        return [e["id"] for e in edd.journal() if e["event"] == "request"]
    wait_for(lambda: len(told()) >= 2, "both in the journal")
    assert told() == [first.json["envelopeId"]] * 2

    # What was said counts, not who says it, nor the order of fields of HTTP.
    key = Key(edd)
    body = json.dumps(one).encode()
    signed = {"opc-retry-token": "t1", **key.fields(
        "POST", SUBMIT, "127.0.0.1:%d" % edd.ports["https"], body)}
    api = Api(edd, auth=False)
    assert api.request("POST", SUBMIT, body, signed).json == first.json
    # The same octets once more: no harm, since they send nothing.
    assert api.request("POST", SUBMIT, body, signed).json == first.json
    # But they are not a new request under a new token, nor without one.
    del signed["opc-retry-token"]
    for fields in (signed, {**signed, "opc-retry-token": "t2"}):
        status, code, text = api.request("POST", SUBMIT, body, fields).fault()
        assert (status, code) == (409, "IncorrectState")
        assert text.startswith("A request with this signature was taken")
    api.close()

    # Another body; another operation; another user.
    other = submit(edd, details(edd, subject="two"), "t1")
    assert other.fault()[:2] == (409, "InvalidatedRetryToken")
    raw = submit_raw(edd, "t1")
    assert raw.status == 200 and submit_raw(edd, "t1").json == raw.json
    assert submit_raw(edd, "t1", rcpts="b@example.net").fault()[:2] == (
        409, "InvalidatedRetryToken")
    assert submit_raw(edd, "t1", body=RAW + b"x").fault()[:2] == (
        409, "InvalidatedRetryToken")
    assert raw.json["envelopeId"] != first.json["envelopeId"]
    edd.ctl("user", "add", "other")
    api = Api(edd)
    api.auth = basic(*edd.credential("other"))
    theirs = api.submit(details(edd, subject="three"), opc_retry_token="t1")
    api.close()
    assert theirs.status in (200, 404), theirs.body
    want = ["one", "raw"] + ["three"] * (theirs.status == 200)
    assert settled(edd, sink) == want

    # All of it holds over a restart, and the death of each.
    edd.stop()
    edd.start()
    assert submit(edd, one, "t1").json == first.json
    for name in ("queue", "control", "httpd", "signer"):
        mark = edd.log_size()
        os.kill(edd.pid_of(name), signal.SIGKILL)
        edd.wait_ready(name, mark)
        assert until_taken(lambda: submit(edd, one, "t1")) == first.json
        assert until_taken(lambda: submit_raw(edd, "t1")) == raw.json
    assert settled(edd, sink) == want


def test_nothing_that_changed_since_is_a_reason(https, sink):
    edd = https
    edd.ctl("suppression", "add", "s@example.net", "compartment", "prod")
    mixed = details(edd, to=("s@example.net", "a@example.net"), subject="mixed")
    nobody = details(edd, to=("s@example.net",), subject="nobody")
    first = submit(edd, mixed, "mixed").json
    none = submit(edd, nobody, "nobody").json
    raw = submit_raw(edd, "raw", rcpts="a@example.net,s@example.net").json
    assert [s["email"] for s in first["suppressedRecipients"]] == [
        "s@example.net"]
    assert [s["email"] for s in none["suppressedRecipients"]] == [
        "s@example.net"]
    assert raw["suppressedRecipients"] == ["s@example.net"]
    edd.ctl("suppression", "remove", "s@example.net", "compartment",
            "prod")
    edd.ctl("sender", "remove", "news@example.org")
    assert submit(edd, details(edd), "new").status == 404

    def same():
        assert submit(edd, mixed, "mixed").json == first
        assert submit(edd, nobody, "nobody").json == none
        assert submit_raw(edd, "raw", rcpts="a@example.net,s@example.net"
                          ).json == raw
    same()
    pid = edd.pid_of("queue")
    mark = edd.log_size()
    os.kill(pid, signal.SIGKILL)
    edd.wait_ready("queue", mark)
    wait_for(lambda: submit(edd, mixed, "mixed").status == 200, "the queue")
    same()
    edd.stop()
    edd.start()
    same()
    wait_for(lambda: "example" not in edd.ctl("show", "queue"),
             "an empty queue")
    assert subjects(sink) == ["mixed", "raw"]
    assert [rcpts for _, rcpts in arrived(sink)] == [["a@example.net"]] * 2


def test_a_refused_request_leaves_its_token(https, sink):
    edd = https
    api = Api(edd)
    bad = details(edd, subject="one")
    bad["sender"]["senderAddress"]["email"] = "nobody@example.org"
    for _ in range(2):
        assert api.submit(bad, opc_retry_token="t").status == 404
    assert api.submit("{}", opc_retry_token="t").status == 400
    assert api.submit(details(edd, subject="one"),
                      opc_retry_token="t").status == 200
    for token in ("x" * 128, "a b", "caf\u00e9", ""):
        answer = api.submit(details(edd), opc_retry_token=token)
        assert answer.fault() == (
            400, "InvalidParameter",
            "opc-retry-token has 1 to 127 visible characters of ASCII"), token
    assert api.submit(details(edd, subject="two"),
                      opc_retry_token="x" * 127).status == 200
    api.close()
    assert settled(edd, sink) == ["one", "two"]


class Half:
    """A raw message whose last octet is not sent yet: its token is taken."""

    def __init__(self, edd, token):
        mark = edd.log_size()
        self.wire = Wire(edd)
        fields = raw_fields(edd, **{
            "opc-retry-token": token, "host": "localhost",
            "content-length": len(RAW),
            "authorization": basic(edd.user, edd.secret)})
        self.wire.send("POST %s HTTP/1.1\r\n%s\r\n\r\n" % (
            SUBMIT_RAW, "\r\n".join("%s: %s" % f for f in fields.items())))
        self.wire.send(RAW[:-1])
        edd.wait_log(r"httpd\[\d+\]: request \S+: begin, now body", since=mark)
        line, = [row for row in edd.log(mark).split("\n")
                 if "begin, now body" in row]
        self.pid = int(line.split("httpd[")[1].split("]")[0])

    def end(self):
        try:
            self.wire.send(RAW[-1:])
        except OSError:
            return None
        return self.wire.answer()


def test_one_at_a_time(https, sink):
    edd = https
    half = Half(edd, "t")
    for _ in range(4):
        assert submit_raw(edd, "t").fault() == (
            409, "IncorrectState",
            "A request with this opc-retry-token is under way.")
    first = half.end()
    assert first.status == 200
    assert submit_raw(edd, "t").json == first.json
    half.wire.close()
    # A client that goes before it is done; and one that hears no answer.
    Half(edd, "u").wire.close()
    second = until_taken(lambda: submit_raw(edd, "u"))
    assert submit_raw(edd, "u").json == second
    half = Half(edd, "v")
    half.wire.send(RAW[-1:])
    half.wire.close()
    until_taken(lambda: submit_raw(edd, "v"))
    assert settled(edd, sink) == ["raw"] * 3


@pytest.mark.parametrize("who", ["httpd", "queue", "control"])
def test_who_dies_meanwhile(https, sink, who):
    edd = https
    half = Half(edd, "t")
    mark = edd.log_size()
    os.kill(half.pid if who == "httpd" else edd.pid_of(who), signal.SIGKILL)
    edd.wait_ready(who, mark)
    told = half.end()
    assert told is None or told.status in (200, 500)
    half.wire.close()
    first = until_taken(lambda: submit_raw(edd, "t"))
    if told is not None and told.status == 200:
        assert told.json == first
    assert submit_raw(edd, "t").json == first
    assert settled(edd, sink) == ["raw"]


def test_many_at_once_under_kills(https, sink):
    """A load of tokens, each asked until it is taken, while all die in turn:
    one message each."""
    edd = https
    answers = {}

    def client(n):
        for i in range(12):
            token = "%d-%d" % (n, i)
            answers[token] = until_taken(lambda: submit(
                edd, details(edd, subject=token), token))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for name in ("queue", "httpd", "control", "queue"):
        mark = edd.log_size()
        os.kill(edd.pid_of(name), signal.SIGKILL)
        edd.wait_ready(name, mark)
    for t in threads:
        t.join()
    assert len(answers) == 48
    for token, told in sorted(answers.items())[::5]:
        assert submit(edd, details(edd, subject=token), token).json == told
    assert settled(edd, sink) == sorted(answers)
    assert len({a["envelopeId"] for a in answers.values()}) == 48
