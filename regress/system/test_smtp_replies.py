"""The service's table of replies, word for word over TLS: a test for each row
that a client can bring about, and whether the session goes on after it."""

import os
import re
import signal
import subprocess

import pytest

from eddtest import GONE, IS_ROOT, PATIENCE, Raw, freeze, message, wait_for

PROBLEM = ("421 4.4.0 Problem attempting to execute commands. "
           "Please try again later")
MAIL = "MAIL FROM:<news@example.org>"
RCPT = "RCPT TO:<a@example.net>"


@pytest.fixture
def sessions(cleanup):
    """Raw sessions that end with the test."""
    class Sessions(list):
        def stop(self):
            for client in self:
                client.close()

        def new(self, *args, **kw):
            self.append(Raw(*args, **kw))
            return self[-1]
    made = Sessions()
    cleanup.append(made)
    return made


class Stopped:
    """A process of the daemon that does nothing for a while."""

    def __init__(self, edd, name):
        self.pid = edd.pid_of(name)
        freeze(self.pid)

    def stop(self):
        try:
            os.kill(self.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass


def to_data(client):
    assert client.say(MAIL).startswith("250")
    assert client.say(RCPT).startswith("250")
    assert client.say("DATA").startswith("354")


def submit(client, text=None):
    to_data(client)
    client.send((text or message()) + b".\r\n")
    return client.reply()


def goes_on(client):
    assert client.say("RSET").startswith("250")
    assert submit(client).startswith("250")


def test_254_suppressed(edd, sessions, sink):
    edd.ctl("suppression", "add", "no@example.net", "compartment", "prod")
    client = sessions.new(edd)
    client.say(MAIL)
    reply = client.say("RCPT TO:<no@example.net>")
    assert re.fullmatch(r"254 4\.7\.1 Suppression for user "
                        r"ocid1\.user\.\S+ to no@example\.net", reply), reply
    assert client.say(RCPT) == "250 Ok"
    assert client.say("DATA") == "354 End data with <CR><LF>.<CR><LF>"
    client.send(message() + b".\r\n")
    assert client.reply().startswith("250 Ok: queued as ")
    assert sink.wait()[0].rcpts == ["a@example.net"]
    edd.wait_event("suppressed", recipient="no@example.net")


def test_421_timeout_between_commands(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp idle timeout 1s").start()
    client = sessions.new(edd, login=False)
    assert client.reply() == "421 Timeout waiting for data from client"
    assert client.reply() is None


def test_421_timeout_in_data(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp data timeout 1s").start().setup()
    client = sessions.new(edd)
    to_data(client)
    client.send(message()[:40])
    assert client.reply() == "421 Timeout waiting for data from client"
    assert client.reply() is None
    assert sink.messages == []


def octets(text):
    return [text[i:i + 1] for i in range(len(text))]


def drip(client, pieces, pause=0.25):
    """A piece at a time until the server says something."""
    for i, piece in enumerate(pieces):
        client.sock.settimeout(PATIENCE if i + 1 == len(pieces) else pause)
        client.send(piece)
        try:
            got = client.sock.recv(4096)
        except TimeoutError:
            continue
        except GONE:
            return None
        return got.decode().rstrip("\r\n")
    return None


def test_421_octet_by_octet_in_data(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp data timeout 2s\nsmtp data rate 100"
                   ).start().setup()
    client = sessions.new(edd)
    to_data(client)
    assert drip(client, octets(message(body="x" * 400))) == \
        "421 Timeout waiting for data from client"


def test_421_octet_by_octet_in_a_command(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp idle timeout 2s").start()
    client = sessions.new(edd, login=False)
    assert drip(client, octets(b"NOOP " + b"x" * 400)) == \
        "421 Timeout waiting for data from client"


def test_data_rate_lets_a_steady_client_through(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp data timeout 6s\nsmtp data rate 10"
                   ).start().setup()
    client = sessions.new(edd)
    to_data(client)
    # Longer than the timeout, no pause of it nearly as long.
    text = message(body="x" * 100 + "\r\n") + b".\r\n"
    pieces = [text[i:i + 20] for i in range(0, len(text), 20)]
    assert len(pieces) > 8
    assert drip(client, pieces, 1).startswith("250 Ok: queued as")


@pytest.mark.parametrize("name,line", [
    ("control", MAIL), ("queue", "DATA"), ("signer", None)])
def test_421_a_process_does_not_answer(make_edd, sink, sessions, cleanup,
                                       name, line):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp idle timeout 6s").start().setup()
    client = sessions.new(edd)
    if name == "signer":
        to_data(client)
    cleanup.append(Stopped(edd, name))
    # At once: what the test takes between two lines is the client's time.
    if name == "queue":
        client.send(("%s\r\n%s\r\n%s\r\n" % (MAIL, RCPT, line)).encode())
        assert [client.reply(), client.reply()] == ["250 Ok"] * 2
    elif line is not None:
        client.send(line.encode() + b"\r\n")
    else:
        client.send(message() + b".\r\n")
    assert client.reply() == PROBLEM
    assert client.reply() is None


@pytest.mark.parametrize("name", ["control", "queue"])
def test_421_a_process_dies(edd, sessions, name):
    """Its death is seen at once by who waits for it."""
    client = sessions.new(edd)
    if name == "queue":
        client.say(MAIL)
    stopped = Stopped(edd, name)
    if name == "queue":  # it is asked when there is a recipient
        client.say(RCPT)
    mark = edd.log_size()
    client.send((MAIL if name == "control" else "DATA").encode() + b"\r\n")
    edd.wait_log(r"session \d+: command, now ask", since=mark)
    os.kill(stopped.pid, signal.SIGKILL)
    assert client.reply() == PROBLEM
    assert client.reply() is None

    def again():
        client = sessions.new(edd, login=False)
        return client.greeting.startswith("220")
    wait_for(again, "sessions after that")


def test_421_too_many_connections_from_an_address(make_edd, sink, sessions):
    edd = make_edd(extra="smtp sessions per address 2").start()
    for _ in range(2):
        sessions.new(edd, "starttls")
    third = sessions.new(edd, "starttls")
    assert third.greeting == "421 Too many connections, try again later"
    assert third.reply() is None


def test_421_too_many_connections_in_total(make_edd, sink, sessions):
    edd = make_edd(extra="smtp sessions 2").start()
    for _ in range(2):
        sessions.new(edd, "starttls")
    third = sessions.new(edd, "starttls")
    assert third.greeting == "421 Too many connections, try again later"
    assert third.reply() is None


def test_421_shutting_down(edd, sessions):
    client = sessions.new(edd)
    edd.process.send_signal(signal.SIGTERM)
    assert client.reply() == \
        "421 4.3.0 Mail system failure, closing transmission channel"
    assert client.reply() is None


def test_unfinished_messages_refuse_none(make_edd, sink, sessions):
    """From 32 MB that wait for their end on, messages of 64 KB go to files,
    from 64 MB on all: the next is taken as ever."""
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "smtp sessions per address 1000")).start().setup()
    line = b"x" * 76 + b"\r\n"
    for i in range(580):
        client = sessions.new(edd)
        client.say(MAIL)
        client.say(RCPT)
        assert client.say("DATA").startswith("354")
        client.send(message() + line * (13000 if i < 33 else 800))
    client.send(b".\r\n")
    assert client.reply().startswith("250")
    assert sink.wait(1)[0].data.count(line) == 800


def test_451_error_in_processing_keeps_the_session(edd, sessions, sink):
    client = sessions.new(edd)
    to_data(client)
    client.send(message()[:-10])
    mark = edd.log_size()
    os.kill(edd.pid_of("queue"), signal.SIGKILL)
    edd.wait_ready("queue", since=mark)
    client.send(message()[-10:] + b".\r\n")
    assert client.reply() == "451 Error in Processing"

    def again():
        client.say("RSET")
        client.say(MAIL)
        client.say(RCPT)
        return client.say("DATA").startswith("354")
    wait_for(again, "the new queue to answer")
    client.send(message() + b".\r\n")
    assert client.reply().startswith("250")
    assert len(sink.wait()) == 1


class SmallDisk:
    def __init__(self, path, size):
        os.makedirs(path, exist_ok=True)
        self.path = path
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%s,mode=0755" %
                        size, "tmpfs", path], check=True)

    def stop(self):
        subprocess.run(["umount", "-l", self.path], check=True)


@pytest.mark.root
def test_452_no_room_keeps_the_session(make_edd, sink, folder, cleanup,
                                       sessions):
    assert IS_ROOT
    disk = SmallDisk(os.path.join(folder, "disk"), "96M")
    cleanup.append(disk)
    edd = make_edd(route=(sink.address, sink.port))
    edd.spool = os.path.join(disk.path, "spool")
    edd.write_conf()
    edd.start().setup()
    client = sessions.new(edd)
    filler = os.path.join(disk.path, "filler")
    with open(filler, "wb", buffering=0) as f:
        try:
            while f.write(b"x" * 65536):
                pass
        except OSError:
            pass
    client.say(MAIL)
    client.say(RCPT)
    reply = client.say("DATA")
    if reply.startswith("354"):
        client.send(message() + b".\r\n")
        reply = client.reply()
    assert reply == "452 System storage error"
    assert sink.messages == []
    os.unlink(filler)

    def again():
        client.say("RSET")
        return submit(client).startswith("250")
    wait_for(again, "room again")
    assert len(sink.wait()) == 1


@pytest.mark.parametrize("line,reply", [
    ("DATA", "503 Need MAIL command"),
    (RCPT, "503 Need MAIL command"),
    ("EHLO", "501 Syntax: EHLO hostname"),
    ("MAIL", "501 Syntax: MAIL FROM:<address>"),
    ("FOO", "500 Command unrecognized"),
    ("AUTH PLAIN", "503 Refusing any other AUTH command."),
    ("STARTTLS", "503 TLS already started"),
    (MAIL + " SIZE=36700161", "552 Exceeds byte limit"),
    (MAIL + " FOO", "555 Parameter not recognized or not implemented: FOO"),
    ("MAIL FROM:<>", "535 Authorization failed: address <> not authorized"),
    ("MAIL FROM:<x@example.org>",
     "535 Authorization failed: address x@example.org not authorized"),
    ("MAIL FROM:<x@>", "553 <x@> Invalid email address"),
    ("MAIL FROM:<%s@example.org>" % ("x" * 65),
     "553 <%s@example.org> Invalid email address" % ("x" * 65)),
])
def test_wrong_order_and_arguments(edd, sessions, line, reply):
    client = sessions.new(edd)
    assert client.say(line) == reply
    goes_on(client)


@pytest.mark.parametrize("line,reply", [
    (MAIL, "535 Authentication required"),
    ("AUTH X", "504 Method not supported"),
    ("AUTH PLAIN a b", "504 AUTH mechanism mismatch"),
    ("AUTH PLAIN ?", "501 Invalid command argument, "
     "not a valid Base64 string"),
    ("AUTH PLAIN YQ==", "501 Invalid command argument, "
     "does not contain NUL"),
    ("AUTH PLAIN AGE=", "501 Invalid command argument, "
     "does not contain the second NUL"),
    ("AUTH PLAIN AGEAYg==", "535 Authentication credentials invalid"),
])
def test_replies_before_auth(edd, sessions, line, reply):
    client = sessions.new(edd, login=False)
    client.say("EHLO x")
    assert client.say(line) == reply
    assert client.say("NOOP") == "250 Ok"


def test_503_need_rcpt(edd, sessions):
    client = sessions.new(edd)
    client.say(MAIL)
    assert client.say("DATA") == "503 Need RCPT command"
    assert client.say("MAIL FROM:<x@example.org>") == \
        "503 Sender already specified"
    goes_on(client)


def test_552_found_in_data(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="message-size 64K").start().setup()
    client = sessions.new(edd)
    assert submit(client, message(body="x" * 70 + "\r\n") +
                  (b"y" * 70 + b"\r\n") * 1000) == "552 Exceeds byte limit"
    goes_on(client)
    assert len(sink.wait()) == 1


@pytest.mark.parametrize("sender,reply", [
    ("x@", "553 <x@> Invalid email address"),
    ("x@example.org",
     "535 Authorization failed: address x@example.org not authorized"),
    ("news@example.org, x@example.org",
     "535 Authorization failed: address x@example.org not authorized"),
])
def test_header_from(edd, sessions, sender, reply):
    client = sessions.new(edd)
    assert submit(client, message(sender=sender)) == reply
    goes_on(client)


NO_MESSAGE = {
    "nothing": b"",
    "text": b"no header\r\n",
    "empty line first": b"\r\nno header\r\n",
    "no From": b"Subject: x\r\n\r\n",
    "header over 256 KB": b"From: news@example.org\r\n" +
    (b"X-A: " + b"x" * 900 + b"\r\n") * 300 + b"\r\n",
}


@pytest.mark.parametrize("name", NO_MESSAGE)
def test_554_parse_error(edd, sessions, name):
    client = sessions.new(edd)
    to_data(client)
    client.send(NO_MESSAGE[name] + b".\r\n")
    assert client.reply() == "554 Message parse error"
    goes_on(client)


ENHANCED = [
    ("NOOP", "250 2.0.0 Ok"),
    ("RSET", "250 2.0.0 Ok"),
    ("VRFY x", "252 2.5.0 Cannot VRFY user, but will accept message and "
     "attempt delivery"),
    ("FOO", "500 5.5.1 Command unrecognized"),
    ("EHLO", "501 5.5.4 Syntax: EHLO hostname"),
    ("DATA", "503 5.5.1 Need MAIL command"),
    ("MAIL FROM:<x@>", "553 5.1.7 <x@> Invalid email address"),
    ("MAIL FROM:<x@example.org>", "535 5.7.1 Authorization failed: address "
     "x@example.org not authorized"),
    (MAIL + " SIZE=99999999999", "552 5.3.4 Exceeds byte limit"),
    (MAIL + " X=1", "555 5.5.4 Parameter not recognized or not "
     "implemented: X"),
    (MAIL, "250 2.1.0 Ok"),
    (MAIL, "503 5.5.1 Sender already specified"),
    ("DATA", "503 5.5.1 Need RCPT command"),
    ("RCPT TO:<x@>", "553 5.1.3 <x@> Invalid email address"),
    ("RCPT TO:<no@example.net>", "250 2.1.5 Ok"),
    (RCPT, "250 2.1.5 Ok"),
    ("DATA", "354 End data with <CR><LF>.<CR><LF>"),
    ("no header\r\n.", "554 5.6.0 Message parse error"),
    ("QUIT", "221 2.0.0 Bye"),
]


def test_enhanced_status_codes(make_edd, sink, sessions):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp enhanced-status-codes on").start().setup()
    edd.ctl("suppression", "add", "no@example.net", "compartment", "prod")
    client = sessions.new(edd)
    lines = client.say("EHLO x").split("\r\n")
    assert "250-ENHANCEDSTATUSCODES" in lines
    assert lines[0] == "250-mail.example.org"
    for line, reply in ENHANCED:
        assert client.say(line) == reply, line


def test_without_enhanced_status_codes_none_is_announced(edd, sessions):
    assert "ENHANCED" not in sessions.new(edd).say("EHLO x")


@pytest.mark.parametrize("line", ["FOO", "RSET", "NOOP", "VRFY x", "EHLO x"])
def test_421_commands_that_send_nothing_are_limited(edd, sessions, line):
    client = sessions.new(edd)
    client.send((line + "\r\n").encode() * 300)
    replies = []
    while len(replies) < 300:
        reply = client.reply()
        if reply is None:
            break
        replies.append(reply)
    assert replies[-1] == "421 Too many errors, closing transmission channel"
    assert 90 < len(replies) < 220
