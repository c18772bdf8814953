"""A daemon that listens for HTTPS, and octets to and from it."""

import base64
import json
import os
import socket

import pytest

from eddtest import BUILD, PATIENCE, client_context, free_port

HTTPD = os.path.join(BUILD, "libexec", "edd", "httpd")
SUBMIT = "/20220926/actions/submitEmail"
SUBMIT_RAW = "/20220926/actions/submitRawEmail"


def https_edd(make_edd, sink, extra=""):
    """Set up, with all that is sent going to the sink; its port is .https."""
    if not os.path.exists(HTTPD):
        pytest.skip("httpd is not built")
    port = free_port()
    edd = make_edd(route=(sink.address, sink.port),
                   extra="listen on 127.0.0.1 https port %d pki main\n%s" %
                   (port, extra)).start().setup()
    edd.https = port
    return edd


def compartment(edd, name="prod"):
    row, = [r for r in edd.ctl("compartment", "list", json_rows=True)
            if r["name"] == name]
    return row["id"]


def details(edd, **more):
    """SubmitEmailDetails that are accepted; None leaves a field out."""
    made = {"sender": {"senderAddress": {"email": "news@example.org"},
                       "compartmentId": compartment(edd)},
            "recipients": {"to": [{"email": "a@example.net"}]},
            "subject": "by HTTPS", "bodyText": "One.\n.\nThree.\n", **more}
    return {k: v for k, v in made.items() if v is not None}


def basic(edd):
    both = "%s:%s" % (edd.user, edd.secret)
    return "Basic " + base64.b64encode(both.encode()).decode()


def head(edd, *fields, method="POST", path=SUBMIT, host="localhost"):
    """The head of a request with Basic credentials, as octets."""
    lines = ["%s %s HTTP/1.1" % (method, path), "host: " + host,
             "authorization: " + basic(edd), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


class Connection:
    """A connection that octets are written to as they are."""

    def __init__(self, edd):
        plain = socket.create_connection(("127.0.0.1", edd.https), PATIENCE)
        self.socket = client_context().wrap_socket(plain)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError:
            pass  # it has said no before it had all

    def line(self):
        try:
            return self.file.readline().decode("latin-1").rstrip("\r\n")
        except OSError:
            return ""

    def answer(self):
        """(status, fields, body) of the next answer; None at the end."""
        status = self.line()
        if not status:
            return None
        version, code, _ = status.split(" ", 2)
        assert version == "HTTP/1.1"
        fields = {}
        while True:
            line = self.line()
            if not line:
                break
            name, _, value = line.partition(":")
            assert name.lower() not in fields
            fields[name.lower()] = value.strip()
        if code == "100":
            return 100, fields, b""
        body = self.file.read(int(fields["content-length"]))
        return int(code), fields, body


def one_answer(edd, octets):
    """The only answer to these octets, with its body read; the server closes
    the connection after it."""
    with Connection(edd) as c:
        c.send(octets)
        status, fields, body = c.answer()
        assert c.answer() is None, "it went on reading"
    return status, fields, json.loads(body)
