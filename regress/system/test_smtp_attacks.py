"""Attacks on submission, beside those of test_refuse.py: each is refused, and
costs others nothing."""

import base64
import os
import re
import socket
import subprocess

import pytest

from eddtest import (PATIENCE, SANITIZED, Raw, have, message,
                     raw_session, wait_for)

INNER = (b"MAIL FROM:<news@example.org>\r\nRCPT TO:<b@example.net>\r\n"
         b"DATA\r\n" + message(subject="smuggled"))


@pytest.fixture
def raw(edd):
    client = Raw(edd)
    yield client
    client.close()


def begin(client):
    assert client.say("MAIL FROM:<news@example.org>") == "250 Ok"
    assert client.say("RCPT TO:<a@example.net>") == "250 Ok"


ENDS = {
    "LF . CR LF": b"\n.\r\n", "CR LF . LF": b"\r\n.\n", "LF . LF": b"\n.\n",
    "CR . CR": b"\r.\r", "CR . CR LF": b"\r.\r\n", "CR LF . CR": b"\r\n.\r",
    "NUL in it": b"\r\n.\0\r\n", "NUL before": b"\r\n\0.\r\n",
    "CR CR LF . CR CR LF": b"\r\r\n.\r\r\n",
}


@pytest.mark.parametrize("name", ENDS)
def test_smuggling_in_segments(edd, raw, sink, name):
    """Each octet of what resembles an end in a segment of its own."""
    begin(raw)
    assert raw.say("DATA").startswith("354")
    raw.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    raw.send(message() + b"body")
    for octet in ENDS[name]:
        raw.send(bytes([octet]))
    raw.send(INNER + b".\r\n")
    assert raw.reply() == "554 Message parse error"
    assert raw.say("NOOP") == "250 Ok", "inner commands were obeyed"
    edd.send("after@example.net")
    assert [m.rcpts for m in sink.wait()] == [["after@example.net"]]


@pytest.mark.parametrize("name", ENDS)
def test_smuggling_without_strict(make_edd, sink, name):
    """With strict off there is a line end more, and no end more."""
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp strict off").start().setup()
    client = Raw(edd)
    begin(client)
    client.say("DATA")
    client.send(message() + b"body" + ENDS[name] + INNER + b".\r\n")
    reply = client.reply()
    assert reply.startswith("554" if "NUL" in name else "250 Ok: queued")
    assert client.say("NOOP") == "250 Ok"
    edd.send("after@example.net")
    got = sink.wait(1 if "NUL" in name else 2)
    assert not any("b@example.net" in m.rcpts for m in got)
    for m in got:
        assert b"\n" not in m.data.replace(b"\r\n", b"")
        assert b"\r" not in m.data.replace(b"\r\n", b"")
    client.close()


def test_smuggling_by_bdat(edd, raw, sink):
    """An end of DATA and commands in a chunk are text; stuffed on the way."""
    begin(raw)
    text = message() + b"\r\n.\r\n" + INNER + b".\r\n"
    raw.send(b"BDAT %d LAST\r\n" % len(text) + text)
    assert raw.reply().startswith("250 Ok: queued as")
    assert raw.say("NOOP") == "250 Ok"
    got = sink.wait()
    assert [m.rcpts for m in got] == [["a@example.net"]]
    assert got[0].data.endswith(INNER + b".\r\n")


@pytest.mark.parametrize("line", [
    b"MAIL FROM:<x%s@>", b"MAIL FROM:<news@example.org> X%s=1",
    b"RCPT TO:<x%s@>", b"%s", b"AUTH %s"])
@pytest.mark.parametrize("split", [b"\r250 Ok", b"\x00250", b"\xff\xfe",
                                   b"\x1b[2J", b"\x85", b"%0d%0a"])
def test_replies_cannot_be_split(edd, line, split):
    client = Raw(edd)
    client.send(line.replace(b"%s", split) + b"\r\n")
    reply = client.reply()
    assert reply[0] == "5" and reply.isprintable() and "\n" not in reply
    client.close()


def test_from_cannot_split_a_reply(raw):
    begin(raw)
    raw.say("DATA")
    raw.send(b"From: <x\xc2\x85y@>\r\n\r\n.\r\n")
    assert raw.reply().isprintable()


def test_log_injection(edd, raw):
    raw.send(b"MAIL FROM:<a\x1b]0;x\x07\"b=c user=root\xe2\x80\xa8@>\r\n")
    assert raw.reply().startswith("553")
    raw.say("EHLO a-b.c")
    # The last line may be one that is being written.
    log = edd.log().rpartition("\n")[0]
    assert all(c.isprintable() or c == "\n" for c in log)
    for line in log.splitlines():
        assert re.match(r"[A-Z][a-z]{2} [ \d]\d [\d:.]+ \w+\[\d+\]: ", line)


RELAY = [
    "user%example.net@mail.example.org", "user%example.net@[127.0.0.1]",
    "\"user@example.net\"@mail.example.org", "\"user@example.net\"",
    "@mail.example.org:user@example.net", "example.net!user",
    "example.net!user@mail.example.org", "user@example.net@mail.example.org",
    "user@example.net", "user@[127.0.0.1]", "user@mail.example.org",
    "postmaster", "postmaster@mail.example.org", "user",
]


@pytest.mark.parametrize("kind", ["starttls", "tls"])
@pytest.mark.parametrize("sender", ["", "x@mail.example.org",
                                    "news@example.org", "x@[127.0.0.1]"])
def test_no_open_relay(edd, sink, kind, sender):
    client = Raw(edd, kind, login=False)
    client.say("EHLO x")
    for rcpt in RELAY:
        for line in ("MAIL FROM:<%s>" % sender, "RCPT TO:<%s>" % rcpt,
                     "DATA", "RSET"):
            reply = client.say(line)
            assert reply[0] == "5" or line == "RSET", (line, reply)
    assert sink.messages == []
    assert "example.net" not in edd.ctl("show", "queue")
    client.close()


@pytest.mark.parametrize("line", ["XCLIENT ADDR=192.0.2.1", "TURN", "ETRN x",
                                  "XFORWARD NAME=x", "EXPN root", "DEBUG",
                                  "GET / HTTP/1.1", "POST / HTTP/1.1"])
def test_commands_that_are_not_there(raw, line):
    assert raw.say(line) == "500 Command unrecognized"


def test_recipients_cannot_be_harvested(raw):
    raw.say("MAIL FROM:<news@example.org>")
    replies = {raw.say("RCPT TO:<%s@example.org>" % name)
               for name in ("root", "news", "nobody", "x" * 30)}
    assert replies == {"250 Ok"}
    assert {raw.say("VRFY " + name)[:3] for name in ("root", "x")} == {"252"}


def test_refused_recipients_are_limited(raw):
    raw.say("MAIL FROM:<news@example.org>")
    raw.send(b"RCPT TO:<x@>\r\n" * 300)
    replies = []
    while len(replies) < 300:
        reply = raw.reply()
        if reply is None:
            break
        replies.append(reply)
    assert replies[-1].startswith("421 ") and len(replies) < 120


DEEP = {
    "open comments": "X: " + "(" * 100000 + "\r\n",
    "nested comments": "To: " + "(" * 50000 + ")" * 50000 + "\r\n",
    "nested groups": "To: " + "g:" * 50000 + ";" * 50000 + "\r\n",
    "boundary": "Content-Type: multipart/mixed; boundary=" + "b" * 60000 +
    "\r\n",
    "folds": "X: y\r\n" + " z\r\n" * 50000,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_headers_cost_nothing(edd, raw, name):
    begin(raw)
    raw.say("DATA")
    raw.send(b"From: news@example.org\r\n" + DEEP[name].encode() + b"\r\nx\r\n.\r\n")
    assert raw.reply()[:3] in ("250", "554")
    assert raw.say("NOOP") == "250 Ok"


def test_nested_multiparts_cost_nothing(edd, raw):
    begin(raw)
    raw.say("DATA")
    text = b"From: news@example.org\r\n"
    for i in range(2000):
        text += (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
                 % (i, i))
    raw.send(text + b"\r\n" + b"y" * 2000 + b"\r\n.\r\n")
    assert raw.reply()[:3] == "250"


@pytest.mark.parametrize("ciphers", ["NULL", "EXPORT", "RC4", "3DES",
                                     "aNULL", "MD5"])
def test_weak_ciphers(edd, ciphers):
    done = subprocess.run(
        [have("openssl"), "s_client", "-connect",
         "127.0.0.1:%d" % edd.ports["tls"], "-tls1_2", "-cipher",
         ciphers + "@SECLEVEL=0"], input=b"QUIT\r\n", capture_output=True,
        timeout=PATIENCE)
    assert b"220 mail.example.org" not in done.stdout


def read_until(file, words):
    """All lines up to one that has these words."""
    seen = b""
    while words not in seen:
        line = file.readline()
        assert line, seen
        seen += line
    return seen


def test_renegotiation_is_refused(edd):
    """s_client takes a line that begins with R for that."""
    client = subprocess.Popen(
        [have("openssl"), "s_client", "-connect",
         "127.0.0.1:%d" % edd.ports["tls"], "-tls1_2", "-crlf"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    try:
        read_until(client.stdout, b"220 mail.example.org")
        client.stdin.write(b"R\n")
        client.stdin.flush()
        # It would end with its input, without waiting for the answer.
        out = read_until(client.stdout, b"no renegotiation")
    finally:
        client.kill()
        client.communicate()
    assert b"RENEGOTIATING" in out


def rss(pid):
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return int(re.search(r"Private_Dirty: +(\d+)", f.read()).group(1))


@pytest.mark.root  # who else may look at a process that is not dumpable?
@pytest.mark.skipif(SANITIZED, reason="a sanitizer needs much more memory")
@pytest.mark.parametrize("kind,kilobytes", [("starttls", 16), ("tls", 60)])
def test_memory_of_an_idle_session(make_edd, kind, kilobytes):
    edd = make_edd(extra="smtp sessions per address 2000").start().setup()
    pid = edd.pid_of("smtpd")

    def more(count):
        held = []
        for _ in range(count):
            s = raw_session(edd.ports[kind], kind == "tls")
            assert s.recv(200).startswith(b"220")
            s.sendall(b"EHLO x\r\n")
            assert s.recv(1000).startswith(b"250")
            held.append(s)
        return held
    held = more(50)  # what the first ones cost once
    before = rss(pid)
    held += more(400)
    each = (rss(pid) - before) / 400
    print("%s: %.1f KB each" % (kind, each))
    for s in held:
        s.close()
    assert each <= kilobytes


def test_wrong_user_and_wrong_secret_are_one(edd):
    replies = set()
    for login, secret in (("nobody", edd.secret), (edd.user, "wrong"),
                          ("x" * 200, "y")):
        client = Raw(edd, login=False)
        client.say("EHLO x")
        replies.add(client.say("AUTH PLAIN " + base64.b64encode(
            ("\0%s\0%s" % (login, secret)).encode()).decode()))
        client.close()
    assert replies == {"535 Authentication credentials invalid"}


def test_many_sessions_from_one_address(edd, sink):
    """Those over the limit are told so; the others go on."""
    held = [socket.create_connection(("127.0.0.1", edd.ports["starttls"]))
            for _ in range(300)]
    greetings = [s.recv(200)[:3] for s in held]
    assert greetings.count(b"220") == 100
    assert greetings.count(b"421") == 200
    for s in held:
        s.close()

    def sent():
        try:
            return edd.send("a@example.net")
        except (OSError, AssertionError):
            return None
    wait_for(sent, "a free place")
    assert os.path.exists("/proc/%d" % edd.pid_of("smtpd"))


def memory_of(pid, what):
    """Octets of a process's memory: VmRSS now, VmHWM at most so far."""
    with open("/proc/%d/status" % pid) as f:
        return int(re.search(what + r":\s+(\d+) kB", f.read()).group(1)) << 10


def test_unfinished_messages_have_a_bound(make_edd, sink):
    """Of many messages that do not end most are in files, not in memory."""
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "smtp sessions per address 1000\nsmtp sessions per user 1000"
        )).start().setup()
    count, line = 160, b"x" * 98 + b"\r\n"
    queue = edd.pid_of("queue")
    before = memory_of(queue, "VmRSS")
    sessions = []
    try:
        for i in range(count):
            raw = Raw(edd)
            sessions.append(raw)
            assert raw.say("MAIL FROM:<news@example.org>").startswith("250")
            assert raw.say("RCPT TO:<r%d@example.net>" % i).startswith("250")
            assert raw.say("DATA").startswith("354")
            raw.send(message(to="r%d@example.net" % i) + line * 10000)
        # A message of a client that is well takes its way meanwhile.
        edd.send("well@example.net")
        sink.wait(1)
        for raw in sessions:
            assert raw.say(".").startswith("250")
    finally:
        for raw in sessions:
            raw.close()
    if not SANITIZED:
        assert memory_of(queue, "VmHWM") - before < 72 << 20
    got = sink.wait(count + 1)
    assert all(m.data.count(line) == 10000 for m in got
               if m.rcpts != ["well@example.net"])
