"""What every system test uses: the daemon in a folder of its own on free
ports, a name server with test zones, receiving servers, and waiting for a
condition instead of sleeping."""

import asyncio
import json
import os
import pwd
import re
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get("EDD_BUILD", os.path.join(ROOT, "build"))
EDD = os.path.join(BUILD, "bin", "edd")
EDCTL = os.path.join(BUILD, "bin", "edctl")
IS_ROOT = os.geteuid() == 0
SANITIZED = BUILD.rstrip("/").endswith("-san")
# LeakSanitizer needs ptrace, which the processes rightly refuse; leaks are
# looked for in the unit tests.
os.environ["ASAN_OPTIONS"] = os.environ.get(
    "ASAN_OPTIONS", "abort_on_error=1") + ":detect_leaks=0"
# Sanitized builds on two busy cores are slow; a limit is never the point.
PATIENCE = int(os.environ.get("EDD_PATIENCE", 60 if SANITIZED else 30))


def wait_for(condition, what, seconds=PATIENCE):
    """Wait until condition() is true and return its value."""
    end = time.monotonic() + seconds
    pause = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %d s for %s" % (seconds, what))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def freeze(pid):
    """Stop a process; it does nothing more from when this returns."""
    os.kill(pid, signal.SIGSTOP)

    def is_stopped():
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "T"
    wait_for(is_stopped, "process %d to stop" % pid)


# Ports below those that the kernel gives to clients.  Each process that runs
# tests, be they of one run or of several, has a part of its own: an abstract
# socket says which one until the process ends.
_PORTS = 250
_FIRST_PORT, _LAST_PORT = 12000, 32000


def _take_ports():
    """(the first of our ports, what keeps others from taking them)"""
    parts = list(range(_FIRST_PORT, _LAST_PORT, _PORTS))
    first = os.getpid() % len(parts)
    for part in parts[first:] + parts[:first]:
        keep = socket.socket(socket.AF_UNIX)
        try:
            keep.bind("\0edd-test-ports-%d" % part)
        except OSError:
            keep.close()
            continue
        return part, keep
    raise AssertionError("too many tests run at once")


_first_port, _keep_ports = _take_ports()
_next_port = 0


def free_port(address="127.0.0.1"):
    """A port that is free at address now, and not given out lately."""
    global _next_port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(_PORTS):
        port = _first_port + _next_port
        _next_port = (_next_port + 1) % _PORTS
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(family, kind) as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind((address, port))
        except OSError:
            continue
        return port
    raise AssertionError("no port is free at " + address)


def client_context():
    """TLS without verification: the test certificate is self-signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def make_certificate(folder, kind="ec"):
    """A self-signed certificate and its key; returns both paths."""
    cert = os.path.join(folder, "cert-%s.pem" % kind)
    key = os.path.join(folder, "key-%s.pem" % kind)
    algorithm = (["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                 if kind == "ec" else ["-newkey", "rsa:2048"])
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-days", "30", "-subj",
         "/CN=mail.example.org", "-addext",
         "subjectAltName=DNS:mail.example.org,DNS:localhost,IP:127.0.0.1",
         *algorithm, "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    os.chmod(key, 0o600)
    return cert, key


class Nameserver:
    """nsd with zones from text; each zone is a dict entry name -> records."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "dns")
        os.makedirs(self.folder)
        self.port = free_port()
        self.zones = {}
        self.process = None

    def zone(self, name, records):
        self.zones[name] = records

    def start(self):
        lines = [
            "server:", "  ip-address: 127.0.0.1", "  port: %d" % self.port,
            "  username: \"\"", "  chroot: \"\"", "  server-count: 1",
            "  zonesdir: \"%s\"" % self.folder, "  database: \"\"",
            "  logfile: \"%s/log\"" % self.folder,
            "  pidfile: \"%s/pid\"" % self.folder,
            "  xfrdfile: \"%s/xfrd\"" % self.folder,
            "  xfrdir: \"%s\"" % self.folder,
            "  zonelistfile: \"%s/zonelist\"" % self.folder,
            "remote-control:", "  control-enable: no"]
        for name, records in self.zones.items():
            self._write(name, records)
            lines += ["zone:", "  name: %s" % name,
                      "  zonefile: %s.zone" % name]
        conf = os.path.join(self.folder, "nsd.conf")
        with open(conf, "w") as f:
            f.write("\n".join(lines) + "\n")
        self.process = subprocess.Popen(
            ["/usr/sbin/nsd", "-d", "-c", conf],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self._answers, "the name server")

    def _write(self, name, records):
        with open(os.path.join(self.folder, name + ".zone"), "w") as f:
            f.write("$ORIGIN %s.\n$TTL 1\n" % name)
            f.write("@ SOA ns.%s. root.%s. %d 3600 600 86400 1\n" % (
                name, name, int(time.time())))
            f.write("@ NS ns.%s.\nns A 127.0.0.1\n" % name)
            f.write(records + "\n")

    def change(self, name, records):
        """New content for a zone that exists.  When this returns, nobody
        answers from the old one."""
        self.zones[name] = records
        self._write(name, records)
        before = self._servers()
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: not any(is_alive(p) for p in before),
                 "the name server to read its zones")

    def _servers(self):
        """The processes that answer, of all below the first one: others take
        their place when zones change."""
        found = processes()
        below, new = set(), {self.process.pid}
        while new:
            new = {pid for pid, _, parent in found if parent in new}
            below |= new
        return [pid for pid, name, _ in found
                if pid in below and name.startswith("nsd: server")]

    def _answers(self):
        import dns.message
        import dns.query
        zone = next(iter(self.zones))
        try:
            dns.query.udp(dns.message.make_query(zone, "SOA"), "127.0.0.1",
                          timeout=0.2, port=self.port)
            return True
        except Exception:
            return False

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


class Received:
    """One message that a Sink took."""

    def __init__(self, sender, rcpts, data, options, peer, tls):
        self.sender = sender
        self.rcpts = rcpts
        self.data = data
        self.options = options
        self.peer = peer
        self.tls = tls


class Sink:
    """A receiving server (aiosmtpd) that answers as told.

    rcpt_replies: recipient -> reply line; data_reply: reply after DATA;
    blocked: addresses of clients that are refused by the first line.
    """

    def __init__(self, address="127.0.0.1", port=None, tls=None,
                 decode=False, **smtp_options):
        self.address = address
        self.port = port or free_port(address)
        self.messages = []
        self.rcpt_replies = {}
        self.blocked = set()
        self.mail_reply = None
        self.data_reply = "250 2.0.0 Ok: taken"
        self.sessions = 0
        self.lock = threading.Lock()
        sink = self

        class Server(SMTP):
            def connection_made(self, transport):
                if transport.get_extra_info("peername")[0] in sink.blocked:
                    transport.set_protocol(asyncio.Protocol())
                    transport.write(b"554 5.7.1 blocked\r\n")
                    transport.close()
                    return
                if self.session is None:
                    sink.sessions += 1
                super().connection_made(transport)

        class Running(Controller):
            def factory(self):
                return Server(self.handler, **self.SMTP_kwargs)

            def _trigger_server(self):
                """Connect to see that it listens; that is over, and
                counted, when it has greeted."""
                with socket.create_connection((self.hostname, self.port),
                                              PATIENCE) as s:
                    if self.ssl_context is not None:
                        s = client_context().wrap_socket(s)
                    s.recv(1)

        options = {"enable_SMTPUTF8": True, "data_size_limit": 64 << 20}
        options.update(smtp_options)
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            options["tls_context"] = context
        self.controller = Running(self, hostname=self.address,
                                  port=self.port, ready_timeout=PATIENCE,
                                  **options)

    def start(self):
        self.controller.start()
        self.sessions = 0  # one was of start()
        return self

    def stop(self):
        self.controller.stop()

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        envelope.mail_options = options
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.rcpt_replies.get(address)
        if reply is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.append(options)
            return "250 2.1.5 Ok"
        if callable(reply):
            reply = reply(address)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        reply = self.data_reply
        if callable(reply):
            reply = reply(envelope)
        if reply.startswith("2"):
            with self.lock:
                sender = envelope.mail_from
                self.messages.append(Received(
                    "" if sender == "<>" else sender, list(envelope.rcpt_tos),
                    envelope.content, list(envelope.mail_options),
                    session.peer, session.ssl is not None))
        return reply

    def wait(self, count=1, seconds=PATIENCE):
        """The first count messages, when they are there."""
        wait_for(lambda: len(self.messages) >= count,
                 "%d messages at %s:%d (have %d)" % (
                     count, self.address, self.port, len(self.messages)),
                 seconds)
        return self.messages[:count]


class Edd:
    """The daemon with a configuration of its own."""

    def __init__(self, folder, dns=None, extra="", pki="ec", route=None,
                 smtp_workers=1, deliver_port=None):
        self.folder = os.path.join(folder, "edd")
        os.makedirs(self.folder, exist_ok=True)
        self.ports = {"starttls": free_port(), "tls": free_port()}
        self.socket = os.path.join(self.folder, "edd.sock")
        self.conf = os.path.join(self.folder, "edd.conf")
        self.log_path = os.path.join(self.folder, "log")
        self.spool = os.path.join(self.folder, "spool")
        self.store = os.path.join(self.folder, "store")
        self.keys = os.path.join(self.folder, "keys")
        self.cert, self.key = make_certificate(self.folder, pki)
        self.dns = dns
        self.extra = extra
        self.route = route
        self.smtp_workers = smtp_workers
        self.deliver_port = deliver_port
        self.process = None
        self.log_file = None
        self.user = self.secret = None
        self.write_conf()

    def conf_text(self):
        lines = [
            'hostname "mail.example.org"',
            'spool "%s"' % self.spool, 'store "%s"' % self.store,
            'keys "%s"' % self.keys, 'control socket "%s"' % self.socket,
            'workers smtpd %d' % self.smtp_workers,
            'pki main certificate "%s" key "%s"' % (self.cert, self.key),
            'listen on 127.0.0.1 port %d starttls pki main' %
            self.ports["starttls"],
            'listen on 127.0.0.1 port %d tls pki main' % self.ports["tls"],
            'allow network 127.0.0.0/8', 'queue reserve 1M']
        if self.dns is not None:
            lines.append("resolver 127.0.0.1 port %d" % self.dns.port)
        else:
            lines.append("resolver 127.0.0.1 port %d" % free_port())
        if self.route is not None:
            lines.append("route * via %s port %d" % self.route)
        if self.deliver_port is not None:
            lines.append("deliver port %d" % self.deliver_port)
        return "\n".join(lines) + "\n" + self.extra + "\n"

    def write_conf(self):
        with open(self.conf, "w") as f:
            f.write(self.conf_text())

    def start(self, wait=True, options=("-d", "-v"), **kw):
        self.log_file = open(self.log_path, "ab")
        mark = self.log_size()
        self.process = subprocess.Popen(
            [EDD, *options, "-f", self.conf], stdout=self.log_file,
            stderr=self.log_file, start_new_session=True, **kw)
        if wait:
            self.wait_log(r"edd\[\d+\]: edd ready", since=mark)
        return self

    def log_size(self):
        try:
            return os.path.getsize(self.log_path)
        except FileNotFoundError:
            return 0

    def log(self, since=0):
        with open(self.log_path, "rb") as f:
            f.seek(since)
            return f.read().decode("utf-8", "replace")

    def wait_log(self, pattern, since=0, seconds=PATIENCE):
        """Wait for a log line that matches; returns the match."""
        def look():
            # Asked first: its last words may be the line that is awaited.
            ended = self.process.poll() is not None
            found = re.search(pattern, self.log(since))
            if found is None and ended:
                raise AssertionError("edd ended with status %s:\n%s" % (
                    self.process.returncode, self.log(since)[-5000:]))
            return found
        try:
            return wait_for(look, "log line " + pattern, seconds)
        except AssertionError as e:
            raise AssertionError("%s\n%s" % (e, self.log(since)[-5000:]))

    def stop(self, expect=0):
        """End as an operator would; everything must be gone afterwards."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("edd did not stop:\n" +
                                     self.log()[-5000:])
        status = self.process.returncode
        self.process = None
        self.log_file.close()
        text = self.log()
        # "[warn]" and "[err]" are libevent's.
        for word in ("AddressSanitizer", "runtime error:", "LeakSanitizer",
                     "[warn]", "[err]"):
            assert word not in text, text[-8000:]
        if expect is not None:
            assert status == expect, "status %s\n%s" % (status, text[-5000:])

    def kill(self):
        """kill -9 of the parent and every child, at once."""
        pids = [self.process.pid] + [pid for pid, _ in self.children()]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        wait_for(lambda: not any(is_alive(p) for p in pids), "the killed")
        self.process = None
        self.log_file.close()

    def children(self):
        """(pid, name) of each child of the parent, oldest first."""
        return sorted((pid, name) for pid, name, parent in processes()
                      if parent == self.process.pid)

    def pid_of(self, name):
        pids = [pid for pid, n in self.children() if n == name]
        return pids[0] if pids else None

    def wait_ready(self, name, since):
        """Wait until a process that was started again is at work, and all
        its peers have been sent their channels to it."""
        self.wait_log(r"edd\[\d+\]: %s( \d+)? is ready \(pid" % name, since)

    def reload(self, expect_ok=True):
        return self.ctl("reload", ok=expect_ok)

    def ctl(self, *args, ok=True, json_rows=False, stdin=None, status=None):
        """Run edctl; returns its output, or rows with json_rows.  Without
        ok it must fail, with that status if one is given."""
        command = [EDCTL, "-s", self.socket]
        if json_rows:
            command.append("-j")
        done = subprocess.run(command + list(args), capture_output=True,
                              input=stdin, text=True, timeout=PATIENCE)
        text = done.stdout + done.stderr
        if ok:
            assert done.returncode == 0, "edctl %s: %s\n%s" % (
                " ".join(args), text, self.log()[-3000:])
        elif status is None:
            assert done.returncode in (1, 3, 4, 5), text
        else:
            assert done.returncode == status, text
        if json_rows:
            return [json.loads(line) for line in done.stdout.splitlines()
                    if line.strip()]
        return text

    def setup(self, sender="news@example.org", domain="example.org",
              dkim=True):
        """A compartment, a user, an approved sender and a DKIM key."""
        self.ctl("compartment", "add", "prod")
        self.ctl("user", "add", "app")
        self.ctl("domain", "add", domain, "compartment", "prod")
        if dkim:
            self.ctl("dkim", "add", domain, "selector", "s1")
        self.ctl("sender", "add", sender, "compartment", "prod")
        self.user, self.secret = self.credential("app")
        return self

    def credential(self, user):
        rows = self.ctl("credential", "add", user, json_rows=True)
        row = [r for r in rows if "password" in r][0]
        return row["username"], row["password"]

    def client(self, kind="starttls", login=True, **kw):
        """An smtplib client, through TLS and AUTH unless told otherwise."""
        if kind == "tls":
            smtp = smtplib.SMTP_SSL("127.0.0.1", self.ports["tls"],
                                    context=client_context(),
                                    timeout=PATIENCE, **kw)
        else:
            smtp = smtplib.SMTP("127.0.0.1", self.ports["starttls"],
                                timeout=PATIENCE, **kw)
            smtp.starttls(context=client_context())
        if login:
            smtp.login(self.user, self.secret)
        return smtp

    def send(self, rcpts, text=None, sender="news@example.org", **kw):
        """Submit one message; returns the message id of the reply."""
        if isinstance(rcpts, str):
            rcpts = [rcpts]
        if text is None:
            text = message(to=rcpts[0], sender=sender)
        with self.client(**kw) as smtp:
            smtp.ehlo_or_helo_if_needed()
            code, reply = smtp.mail(sender)
            assert code == 250, reply
            for rcpt in rcpts:
                code, reply = smtp.rcpt(rcpt)
                assert code in (250, 254), reply
            code, reply = smtp.data(text)
            assert code == 250, reply
        found = re.search(rb"queued as ([0-9a-f]+)", reply)
        return found.group(1).decode() if found else None

    def journal(self):
        """All events of the journal, in order."""
        events = []
        folder = os.path.join(self.spool, "journal")
        for name in sorted(os.listdir(folder)):
            if not name.endswith(".jsonl"):
                continue
            with open(os.path.join(folder, name), "rb") as f:
                # The last line may be just being written, and others end
                # where a process was killed in the middle of one.
                events += [json.loads(line) for line in f
                           if line.endswith(b"}\n")]
        return events

    def wait_event(self, event, **match):
        """Wait for a journal event with these fields; returns it."""
        def look():
            for e in self.journal():
                if e["event"] == event and all(
                        e.get(k) == v for k, v in match.items()):
                    return e
            return None
        try:
            return wait_for(look, "event %s %s" % (event, match))
        except AssertionError as e:
            raise AssertionError("%s\n%s" % (e, self.log()[-5000:]))


def processes():
    """(pid, name, pid of the parent) of each that has not ended."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry) as f:
                stat = f.read()
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, rest = stat[stat.index("(") + 1:].rsplit(")", 1)
        state, parent = rest.split()[:2]
        if state not in "ZX":
            found.append((int(entry), name, int(parent)))
    return found


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def message(to="someone@example.net", sender="news@example.org",
            subject="test", body="Hello.\r\n", headers=""):
    """A plain message with CRLF lines."""
    return ("From: %s\r\nTo: %s\r\nSubject: %s\r\n%s\r\n%s" % (
        sender, to, subject, headers, body)).encode()


def raw_session(port, tls=False, address="127.0.0.1"):
    """A socket with TLS at once if asked for."""
    s = socket.create_connection((address, port), timeout=PATIENCE)
    return client_context().wrap_socket(s) if tls else s


#: A connection that the peer has closed, with octets of ours on their way.
GONE = (ConnectionError, ssl.SSLEOFError)


class Raw:
    """A client that sends octets as they are and reads whole replies."""

    def __init__(self, edd, kind="tls", login=True):
        self.sock = raw_session(edd.ports[kind], kind == "tls")
        self.file = self.sock.makefile("rb")
        self.greeting = self.reply()
        if kind == "tls" and login:
            self.say("EHLO client.example.org")
            import base64
            secret = base64.b64encode(("\0%s\0%s" % (
                edd.user, edd.secret)).encode()).decode()
            assert self.say("AUTH PLAIN " + secret).startswith("235")

    def reply(self):
        """The next reply, all its lines, without the last CRLF."""
        lines = []
        while True:
            try:
                line = self.file.readline()
            except GONE:
                line = b""
            if line == b"":
                return "\r\n".join(lines) if lines else None
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            lines.append(text)
            if text[3:4] != "-":
                return "\r\n".join(lines)

    def send(self, octets):
        try:
            self.sock.sendall(octets)
        except GONE:
            pass  # it closed before it had all; what it said is read

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def close(self):
        self.file.close()
        self.sock.close()


def have(program):
    return shutil.which(program) or shutil.which(
        program, path="/usr/sbin:/sbin")


def username():
    return pwd.getpwuid(os.geteuid()).pw_name
