"""The servers that are measured, each in a folder of its own on free ports:
edd as it was built, Postfix and OpenSMTPD as Debian has them (peers.py)."""

import os
import shutil
import socket
import subprocess
import time

import proctree

SENDER = "news@example.org"
DOMAIN = "example.org"
SELECTOR = "bench"
USER = "bench"
SECRET = "bench-secret-0123456789"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(command, **kw):
    """Run it to its end; what it said is shown only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **kw)
    if done.returncode != 0:
        raise SystemExit("%s: status %d\n%s" % (
            " ".join(command), done.returncode, done.stdout))
    return done.stdout


def make_certificate(folder):
    """ECDSA P-256, self-signed: the same kind for every server."""
    cert = os.path.join(folder, "cert.pem")
    key = os.path.join(folder, "key.pem")
    if not os.path.exists(cert):
        run(["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj",
             "/CN=bench.test", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-keyout", key, "-out", cert])
        os.chmod(key, 0o600)
    return cert, key


class Server:
    """A server that relays all mail to one port of this host."""

    name = ""
    #: Messages of 4 KB in a run: what takes a few seconds.
    messages = 1000

    def __init__(self, folder, sink_port):
        self.folder = os.path.join(folder, self.name)
        self.sink_port = sink_port
        self.port = free_port()
        self.user, self.secret = USER, SECRET
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def login(self):
        """Arguments of gen to authenticate."""
        return ["-T", "-a", "%s:%s" % (self.user, self.secret)]

    def arguments(self, mode):
        """Arguments of gen for "plain" or "tls"."""
        return self.login() if mode == "tls" else []

    def port_of(self, mode):
        """Where gen connects."""
        return self.port

    def configure(self, mode):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def start(self, mode):
        self.configure(mode)
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        self.wait_ready()
        self.started(mode)

    def started(self, mode):
        """What is to be done when it runs."""

    def wait_ready(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port),
                                              timeout=5) as s:
                    if s.recv(4) == b"220 " or s.recv(4) == b"220-":
                        s.sendall(b"QUIT\r\n")
                        return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("%s did not start:\n%s" % (self.name, self.said()))

    def said(self):
        path = os.path.join(self.folder, "log")
        if not os.path.exists(path):
            return ""
        with open(path, errors="replace") as f:
            return f.read()[-3000:]

    def processes(self):
        """What was started; their children are found."""
        return [p for p in [self.process] if p is not None]

    def tree(self):
        return proctree.family([p.pid for p in self.processes()])

    def stop(self):
        proctree.end(self.processes())
        self.process = None
