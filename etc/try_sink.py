#!/usr/bin/python3
"""Receiving server of `make try`: takes every message that comes to it on
loopback, writes each to a file and says so in one line on standard output.

    try_sink.py PORT FOLDER [CERTIFICATE KEY]

With a certificate it offers STARTTLS.  It needs nothing but Python itself.
It is not a mail server: it checks nothing, and one process is enough.
"""

import os
import pwd
import socketserver
import ssl
import sys
import threading

LINE_MAX = 64 << 10
MESSAGE_MAX = 64 << 20


class Session(socketserver.StreamRequestHandler):
    """One connection: RFC 5321 as far as edd speaks it."""

    timeout = 300

    def setup(self):
        super().setup()
        self.sender = None
        self.rcpts = []

    def handle(self):
        self.reply("220 sink.example.net ESMTP try")
        try:
            while True:
                line = self.rfile.readline(LINE_MAX)
                if not line.endswith(b"\n") or self.command(
                        line.decode("utf-8", "replace").rstrip("\r\n")):
                    return
        except OSError:
            return  # the other side went away, or said nothing for long

    def finish(self):
        try:
            super().finish()
        except OSError:
            pass

    def reply(self, *lines):
        for i, line in enumerate(lines):
            if i < len(lines) - 1:
                line = line[:3] + "-" + line[4:]
            self.connection.sendall(line.encode() + b"\r\n")

    def command(self, line):
        """Answer one command; True when the connection ends with it."""
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb in ("EHLO", "HELO"):
            self.ehlo(verb)
        elif verb == "STARTTLS" and self.can_tls():
            self.starttls()
        elif verb == "MAIL":
            self.sender, self.rcpts = self.path(rest), []
            self.reply("250 2.1.0 Ok")
        elif verb == "RCPT" and self.sender is not None:
            self.rcpts.append(self.path(rest))
            self.reply("250 2.1.5 Ok")
        elif verb == "DATA" and self.rcpts:
            self.data()
        elif verb == "RSET":
            self.sender, self.rcpts = None, []
            self.reply("250 2.0.0 Ok")
        elif verb == "NOOP":
            self.reply("250 2.0.0 Ok")
        elif verb == "QUIT":
            self.reply("221 2.0.0 Bye")
            return True
        else:
            self.reply("503 5.5.1 Not now, or not known here")
        return False

    def can_tls(self):
        return (self.server.tls is not None and
                not isinstance(self.connection, ssl.SSLSocket))

    def ehlo(self, verb):
        offers = ["250 sink.example.net", "250 8BITMIME", "250 SMTPUTF8",
                  "250 SIZE %d" % MESSAGE_MAX, "250 PIPELINING",
                  "250 ENHANCEDSTATUSCODES"]
        if self.can_tls():
            offers.append("250 STARTTLS")
        self.reply(*(offers if verb == "EHLO" else offers[:1]))

    def starttls(self):
        self.reply("220 2.0.0 Ready")
        self.connection = self.request = self.server.tls.wrap_socket(
            self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.sender, self.rcpts = None, []

    def path(self, rest):
        return rest.partition(":")[2].strip().partition(">")[0].lstrip("<")

    def data(self):
        self.reply("354 Go ahead")
        parts, size = [], 0
        while True:
            line = self.rfile.readline(LINE_MAX)
            if not line.endswith(b"\n"):
                raise OSError("connection ended within a message")
            if line == b".\r\n":
                break
            size += len(line)
            if size <= MESSAGE_MAX:
                parts.append(line[1:] if line.startswith(b".") else line)
        if size > MESSAGE_MAX:
            self.reply("552 5.3.4 Too large")
            return
        name = self.server.keep(b"".join(parts))
        tls = (self.connection.version()
               if isinstance(self.connection, ssl.SSLSocket) else "no TLS")
        self.reply("250 2.0.0 Ok: %s" % name)
        said = "%s  from <%s> to <%s>, %s" % (
            name, self.sender, ">, <".join(self.rcpts), tls)
        print("".join(c if c.isprintable() else "?" for c in said),
              flush=True)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, folder, tls):
        self.folder = folder
        self.tls = tls
        self.count = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Session)

    def keep(self, message):
        """Write a message as it came; the name appears when it is whole."""
        with self.lock:
            self.count += 1
            name = "%d.eml" % self.count
        path = os.path.join(self.folder, name)
        with open(path + ".new", "wb") as f:
            f.write(message)
        os.rename(path + ".new", path)
        return name


def main():
    port, folder = int(sys.argv[1]), sys.argv[2]
    tls = None
    if len(sys.argv) > 4:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(sys.argv[3], sys.argv[4])
    try:
        server = Server(port, folder, tls)
    except OSError as e:
        sys.exit("127.0.0.1 port %d: %s" % (port, e.strerror))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
