"""What tests of the HTTPS API share: a daemon with a listener for it,
requests with Basic or signed, and raw connections for what no library
would send."""

import base64
import datetime
import hashlib
import http.client
import json
import os
import ssl
import subprocess

from eddtest import PATIENCE, client_context, free_port, raw_session

SUBMIT = "/20220926/actions/submitEmail"
SUBMIT_RAW = "/20220926/actions/submitRawEmail"


def with_https(edd, workers=1, extra=""):
    """Let a daemon that was not started listen for HTTPS too."""
    edd.ports["https"] = free_port()
    edd.extra += "\nworkers httpd %d\n" % workers
    edd.extra += "listen on 127.0.0.1 https port %d pki main\n%s" % (
        edd.ports["https"], extra)
    edd.write_conf()
    return edd


class Answer:
    """Status, header fields with small letters, and body of an answer."""

    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def fault(self):
        """(status, code, message)"""
        return self.status, self.json["code"], self.json["message"]


def basic(user, secret):
    pair = ("%s:%s" % (user, secret)).encode()
    return "Basic " + base64.b64encode(pair).decode()


class Api:
    """Requests over one connection that is kept."""

    def __init__(self, edd, auth=True):
        self.edd = edd
        self.conn = http.client.HTTPSConnection(
            "127.0.0.1", edd.ports["https"], context=client_context(),
            timeout=PATIENCE)
        self.auth = basic(edd.user, edd.secret) if auth else None

    def request(self, method, path, body=None, headers=None):
        fields = {} if self.auth is None else {"Authorization": self.auth}
        fields.update(headers or {})
        try:
            self.conn.request(method, path, body, fields)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            pass  # it has said no before it had all
        answer = self.conn.getresponse()
        return Answer(answer.status, {
            name.lower(): value for name, value in answer.getheaders()},
            answer.read())

    def submit(self, email, **headers):
        return self.request(
            "POST", SUBMIT, email if isinstance(email, (bytes, str))
            else json.dumps(email),
            {"Content-Type": "application/json", **{
                name.replace("_", "-"): value
                for name, value in headers.items()}})

    def close(self):
        self.conn.close()


class Key:
    """An API key of a user, made and uploaded."""

    def __init__(self, edd, user="app", name="key"):
        self.path = os.path.join(edd.folder, name + ".pem")
        public = self.path + ".pub"
        subprocess.run(["openssl", "genrsa", "-out", self.path, "2048"],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "rsa", "-in", self.path, "-pubout", "-out",
                        public], check=True, capture_output=True)
        row, = edd.ctl("apikey", "add", user, public, json_rows=True)
        self.key_id = row["keyId"]
        self.fingerprint = row["fingerprint"]

    def sign(self, text):
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.path],
            input=text.encode(), check=True, capture_output=True)
        return base64.b64encode(done.stdout).decode()

    def fields(self, method, path, host, body=b"", when=None,
               content_type="application/json", names=None):
        """The header fields of a signed request."""
        when = when or datetime.datetime.now(datetime.timezone.utc)
        fields = {
            "host": host,
            "date": when.strftime("%a, %d %b %Y %H:%M:%S GMT")}
        if names is None:
            names = ["(request-target)", "host", "date"]
            if method in ("POST", "PUT"):
                names += ["x-content-sha256", "content-type",
                          "content-length"]
        if method in ("POST", "PUT"):
            fields["content-type"] = content_type
            fields["content-length"] = str(len(body))
            fields["x-content-sha256"] = base64.b64encode(
                hashlib.sha256(body).digest()).decode()
        target = "%s %s" % (method.lower(), path)
        text = "\n".join("%s: %s" % (
            name, target if name == "(request-target)" else fields[name])
            for name in names)
        fields["authorization"] = (
            'Signature version="1",keyId="%s",algorithm="rsa-sha256",'
            'headers="%s",signature="%s"' % (
                self.key_id, " ".join(names), self.sign(text)))
        return fields


class Wire:
    """A connection for octets as they are."""

    def __init__(self, edd):
        self.sock = raw_session(edd.ports["https"], tls=True)
        self.file = self.sock.makefile("rb")

    def send(self, octets):
        self.sock.sendall(
            octets if isinstance(octets, bytes) else octets.encode())

    def answer(self):
        """The next answer, or None if the connection ended before it."""
        try:
            line = self.file.readline()
        except (ConnectionResetError, ssl.SSLError):
            return None
        if line == b"":
            return None
        assert line.startswith(b"HTTP/1.1 "), line
        fields = {}
        while True:
            field = self.file.readline().decode().rstrip("\r\n")
            if field == "":
                break
            name, value = field.split(": ", 1)
            fields[name.lower()] = value
        body = self.file.read(int(fields.get("content-length", 0)))
        return Answer(int(line.split()[1]), fields, body)

    def ended(self):
        """Whether the server has closed, once all that it said is read."""
        try:
            return self.file.read() == b""
        except (ConnectionResetError, ssl.SSLError):
            return True

    def close(self):
        self.file.close()
        self.sock.close()
