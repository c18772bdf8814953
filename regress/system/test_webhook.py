"""Webhooks: events reach a URL, signed, in order, and none is lost."""

import datetime
import http.server
import json
import os
import pathlib
import ssl
import threading

import pytest

from eddtest import free_port, make_certificate, wait_for


class Receiver:
    """An HTTP server that keeps what it was sent."""

    def __init__(self, tls=None, port=None):
        self.batches = []
        self.statuses = []  # of the next answers; then 200
        self.seen = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen += 1
                status = outer.statuses.pop(0) if outer.statuses else 200
                if status == 200:
                    outer.batches.append((self.path, dict(self.headers), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        self.port = port or free_port()
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", self.port), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
        self.thread = threading.Thread(
            target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def url(self, scheme="http", path="/hooks?x=1"):
        return "%s://127.0.0.1:%d%s" % (scheme, self.port, path)

    def events(self):
        return [e for _, _, body in list(self.batches)
                for e in json.loads(body)["events"]]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver():
    r = Receiver()
    yield r
    r.stop()


def add(edd, url, *words):
    row, = edd.ctl("webhook", "add", url, *words, json_rows=True)
    # It begins where the journal is when it was first looked at.
    wait_for(lambda: show(edd, row["id"])["journal"], "its place")
    return row


def show(edd, hook):
    row, = edd.ctl("webhook", "show", hook, json_rows=True)
    return row


def documented():
    """The function that edd-api(7) has for receivers."""
    page = pathlib.Path(__file__).parents[2] / "httpd/edd-api.7"
    text = page.read_text().split("Verify a request of a webhook", 1)[1]
    found = {}
    exec(text.split("indent\n", 1)[1].split(".Ed", 1)[0], found)
    return found["is_genuine"]


def check_signature(headers, body, key):
    is_genuine = documented()
    signature = headers["Edd-Signature"]
    assert is_genuine(key, signature, body)
    assert not is_genuine(key, signature, body + b" ")
    assert not is_genuine(key + "x", signature, body)
    assert not is_genuine(key, signature.replace("t=", "t=1"), body)


def test_events_are_sent_signed_and_once(edd, sink, receiver):
    hook = add(edd, receiver.url(), "events", "bounced,relayed")
    sink.rcpt_replies["gone@example.net"] = "550 5.1.1 No such user"
    a = edd.send("x@example.net")
    b = edd.send("gone@example.net")
    found = wait_for(
        lambda: {e["event"]: e for e in receiver.events()
                 if e.get("id") in (a, b)}
        if len([e for e in receiver.events()
                if e.get("id") in (a, b)]) >= 2 else None, "both events")
    assert found["relayed"]["id"] == a and found["bounced"]["id"] == b
    assert found["bounced"]["recipient"] == "gone@example.net"
    assert found["bounced"]["user"] == "app"
    path, headers, body = receiver.batches[0]
    assert path == "/hooks?x=1"
    assert json.loads(body)["webhook"] == hook["id"]
    assert headers["Content-Type"] == "application/json"
    for _, headers, body in receiver.batches:
        check_signature(headers, body, hook["key"])
    # The notice to the sender is relayed too, sooner or later.
    edd.wait_event("relayed", recipient="news@example.org")

    def counted():
        row = show(edd, hook["id"])
        return row["sent"] == len(receiver.events()) == 3 and row
    row = wait_for(counted, "what was sent to be counted")
    assert row["state"] == "ACTIVE" and row["failures"] == 0
    seen = [(e["event"], e.get("id"), e.get("recipient"))
            for e in receiver.events()]
    assert len(seen) == len(set(seen))
    assert "accepted" not in {e["event"] for e in receiver.events()}


def test_nothing_is_lost_over_failures_and_restarts(edd, sink, receiver):
    hook = add(edd, receiver.url(), "events", "accepted")
    receiver.statuses = [503] * 1000
    ids = [edd.send("a@example.net")]
    wait_for(lambda: receiver.seen, "an attempt")
    wait_for(lambda: show(edd, hook["id"])["state"] == "FAILING", "failing")
    assert "answered 503" in show(edd, hook["id"])["error"]
    port = receiver.port
    receiver.stop()
    ids.append(edd.send("b@example.net"))
    wait_for(lambda: ids[1] in [e.get("id") for e in edd.journal()],
             "its events")
    edd.kill()
    edd.start()
    ids.append(edd.send("c@example.net"))
    again = Receiver(port=port)
    try:
        edd.ctl("webhook", "set", hook["id"], "state", "active")
        wait_for(lambda: {e["id"] for e in again.events()} >= set(ids),
                 "all events")
        # One that was on its way when the webhook was set may come again.
        order = dict.fromkeys(e["id"] for e in again.events())
        assert [i for i in order if i in ids] == ids
    finally:
        again.stop()
        again.stop = lambda: None
        receiver.stop = lambda: None


def test_a_backlog_comes_in_whole_batches(edd, sink, receiver):
    port = receiver.port
    hook = add(edd, receiver.url(), "events", "accepted")
    receiver.stop()
    expected = set()
    for i in range(40):
        rcpts = ["r%d-%d%s@example.net" % (i, k, "x" * (i % 7))
                 for k in range(25)]
        message = edd.send(rcpts)
        expected |= {(message, r) for r in rcpts}
    again = Receiver(port=port)
    try:
        edd.ctl("webhook", "set", hook["id"], "state", "active")
        wait_for(lambda: len(again.events()) >= len(expected), "a thousand")
        # One that was on its way when the webhook was set may come again.
        wait_for(lambda: {(e["id"], e["recipient"])
                          for e in again.events()} == expected, "each once")
        sizes = [len(body) for _, _, body in again.batches]
        assert max(sizes) <= 32768 and len(sizes) > 3
    finally:
        again.stop()
        receiver.stop = lambda: None


def test_nothing_is_lost_when_the_clock_was_set_back(edd, sink, receiver):
    edd.send("before@example.net")
    edd.wait_event("relayed")
    edd.stop()
    # As if it had been written by a clock that was half a day fast.
    folder = os.path.join(edd.spool, "journal")
    for name in os.listdir(folder):
        hour = datetime.datetime.strptime(name[:10], "%Y%m%d%H")
        ahead = (hour + datetime.timedelta(hours=12)).strftime("%Y%m%d%H")
        os.rename(os.path.join(folder, name),
                  os.path.join(folder, ahead + name[10:]))
    edd.start()
    add(edd, receiver.url(), "events", "accepted")
    mid = edd.send("after@example.net")
    wait_for(lambda: [e for e in receiver.events() if e.get("id") == mid],
             "the event")
    assert {e["recipient"] for e in receiver.events()} == {"after@example.net"}


def test_certificates_are_verified(edd, folder):
    where = os.path.join(folder, "hook")
    os.mkdir(where)
    cert, key = make_certificate(where)
    receiver = Receiver(tls=(cert, key))
    try:
        bad = edd.ctl("webhook", "add", receiver.url("https"),
                      json_rows=True)[0]
        text = edd.ctl("webhook", "test", bad["id"], ok=False)
        assert "certificate" in text, text
        good = edd.ctl("webhook", "add", receiver.url("https"), "ca",
                       str(cert), json_rows=True)[0]
        assert "was taken" in edd.ctl("webhook", "test", good["id"])
        assert "test" in [e["event"] for e in receiver.events()]
    finally:
        receiver.stop()


def test_a_compartment_hears_only_of_its_own(edd, sink, receiver):
    edd.ctl("compartment", "add", "outer", "parent", "prod")
    edd.ctl("compartment", "add", "inner", "parent", "outer")
    edd.ctl("sender", "add", "inner@example.org", "compartment", "inner")
    add(edd, receiver.url(), "compartment", "outer", "events", "relayed")
    edd.send("a@example.net")
    edd.wait_event("relayed", recipient="a@example.net")
    edd.send("b@example.net", sender="inner@example.org")
    wait_for(receiver.events, "an event")
    assert {e["recipient"] for e in receiver.events()} == {"b@example.net"}
    edd.ctl("sender", "remove", "inner@example.org")
    edd.ctl("compartment", "remove", "inner")
    assert "webhook" in edd.ctl("compartment", "remove", "outer", ok=False)


def test_complaints_are_told(edd, receiver):
    """As an operator's feedback loop tells edctl of them."""
    add(edd, receiver.url(), "compartment", "prod", "events",
        "bounced,complaint")
    edd.ctl("compartment", "add", "other")
    edd.ctl("suppression", "add", "no@example.net", "compartment", "other",
            "reason", "complaint")
    edd.ctl("suppression", "add", "a@example.net", "compartment", "prod")
    edd.ctl("suppression", "set", "a@example.net", "compartment", "prod",
            "reason", "complaint", "note", "abuse report of example.net")
    edd.ctl("suppression", "set", "a@example.net", "compartment", "prod",
            "note", "another one")
    edd.ctl("suppression", "import", "/dev/stdin", "format", "csv",
            "compartment", "prod", "reason", "complaint",
            stdin="address\nold@example.net\n")
    edd.ctl("suppression", "add", "b@example.net", "compartment", "prod",
            "reason", "complaint")
    told = wait_for(lambda: (lambda e: e if len(e) >= 2 else None)(
        receiver.events()), "both")
    assert [(e["event"], e["recipient"], e.get("text")) for e in told] == [
        ("complaint", "a@example.net", "abuse report of example.net"),
        ("complaint", "b@example.net", None)]
    rows = edd.ctl("events", "event", "complaint", json_rows=True)
    assert [r["recipient"] for r in rows] == [
        "no@example.net", "a@example.net", "b@example.net"]


def test_a_compartment_hears_of_what_was_refused(edd, sink, receiver):
    """Suppressed recipients, refused ones and refused senders of its own."""
    edd.ctl("compartment", "add", "outer", "parent", "prod")
    row, = edd.ctl("compartment", "add", "inner", "parent", "outer",
                   json_rows=True)
    edd.ctl("sender", "add", "inner@example.org", "compartment", "inner")
    edd.ctl("sender", "add", "off@example.org", "compartment", "inner")
    edd.ctl("sender", "set", "off@example.org", "state", "inactive")
    edd.ctl("suppression", "add", "no@example.net", "compartment", "inner")
    edd.ctl("limit", "set", "compartment", "inner", "recipients", "2")
    add(edd, receiver.url(), "compartment", "outer", "events",
        "suppressed,rejected")
    with edd.client() as smtp:
        smtp.ehlo_or_helo_if_needed()
        smtp.mail("unknown@example.org")
        smtp.mail("off@example.org")
        assert smtp.mail("inner@example.org")[0] == 250
        for rcpt in ("no", "a", "b"):
            smtp.rcpt(rcpt + "@example.net")
        assert smtp.data(b"From: inner@example.org\r\n\r\nHello\r\n")[
            0] == 250
    wait_for(lambda: len(receiver.events()) >= 3, "the events")
    found = [(e["event"], e["sender"], e.get("recipient"))
             for e in receiver.events()]
    assert found == [("rejected", "off@example.org", None),
                     ("rejected", "inner@example.org", "b@example.net"),
                     ("suppressed", "inner@example.org", "no@example.net")]
    told = edd.ctl("events", "compartment", "inner", "event", "rejected",
                   json_rows=True)
    assert [e["compartment"] for e in told] == [row["id"]] * 2
    assert "no compartment" in edd.ctl("events", "compartment", "x", ok=False)
    edd.ctl("sender", "remove", "inner@example.org")
    edd.ctl("sender", "remove", "off@example.org")
    edd.ctl("suppression", "remove", "no@example.net", "compartment", "inner")


REFUSED = [
    (("ftp://example.org/",), "https://"),
    (("http://example.org/",), "without TLS"),
    (("https://u:p@example.org/",), "must not have a user"),
    (("https://example.org/#x",), "fragment"),
    (("https://example.org:0/",), "port"),
    (("https://exa mple.org/",), "host"),
    (("https://example.org/", "events", "opened"), "events are accepted"),
    (("https://example.org/", "compartment", "none"), "compartment"),
]


def test_what_cannot_be_is_refused(edd, folder):
    empty = os.path.join(folder, "empty.pem")
    with open(empty, "w") as f:
        f.write("no certificate\n")
    refused = REFUSED + [
        (("https://example.org/", "ca", empty), "no certificate")]
    for words, why in refused:
        assert why in edd.ctl("webhook", "add", *words, ok=False)
    assert edd.ctl("webhook", "list", json_rows=True) == []


def test_set_and_remove(edd, receiver):
    hook = edd.ctl("webhook", "add", receiver.url(), json_rows=True)[0]["id"]
    assert "nothing to change" in edd.ctl("webhook", "set", hook, ok=False)
    edd.ctl("webhook", "set", hook, "state", "inactive", "events", "bounced")
    row, = edd.ctl("webhook", "list", json_rows=True)
    assert row["state"] == "INACTIVE" and row["events"] == "bounced"
    assert "key" not in row
    edd.ctl("webhook", "remove", hook)
    assert "no webhook" in edd.ctl("webhook", "show", hook, ok=False)
    audit = edd.ctl("audit", json_rows=True)
    assert [a["verb"] for a in audit if a["verb"].startswith("webhook")] == [
        "webhook add", "webhook set", "webhook remove"]
