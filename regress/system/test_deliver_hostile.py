"""Receiving servers that break the rules: no hang, no crash, no mail lost,
nothing of theirs in the log or a bounce that is not text."""

import socket
import ssl
import threading
import time

import pytest

from eddtest import PATIENCE, make_certificate, message, wait_for
from receiver import Gone, Receiver

EXTENSIONS = ("PIPELINING", "8BITMIME")


@pytest.fixture
def servers(make_edd, cleanup, dns):
    """A daemon, a server that misbehaves by its hooks, and one that does not,
    which is next by preference."""
    bad = Receiver(EXTENSIONS, "127.0.0.11").start()
    good = Receiver(EXTENSIONS, "127.0.0.12", bad.port).start()
    cleanup += [bad, good]
    dns.zone("example.net", "@ MX 10 bad\n@ MX 20 good\n"
             "bad A 127.0.0.11\ngood A 127.0.0.12\n")
    dns.start()
    edd = make_edd(dns=dns, deliver_port=bad.port,
                   extra="queue retry 1s\n")
    return edd.start().setup(), bad, good


def drop(connection, line):
    connection.sock.shutdown(socket.SHUT_RDWR)
    raise Gone


def endless(connection, line):
    while True:
        connection.send("250-more\r\n" * 100)


def garbage(connection, line):
    connection.send(b"\0\xff\x80 no reply\r\n" * 10)
    return False


def long_line(connection, line):
    connection.send("250 " + "x" * 100000 + "\r\n")
    return False


def no_end(connection, line):
    while True:
        connection.send("x" * 1000)


BEFORE_MAIL = [("banner", drop), ("EHLO", drop), ("banner", endless),
               ("EHLO", endless), ("banner", garbage), ("EHLO", garbage),
               ("banner", long_line), ("EHLO", no_end), ("MAIL", drop),
               ("MAIL", garbage)]


@pytest.mark.parametrize("verb,hook", BEFORE_MAIL, ids=[
    "%s-%s" % (verb, hook.__name__) for verb, hook in BEFORE_MAIL])
def test_the_next_host_is_tried(servers, verb, hook):
    edd, bad, good = servers
    bad.hooks[verb] = hook
    edd.send("a@example.net")
    good.wait()
    assert bad.sessions >= 1


LATER = [("RCPT", drop), ("DATA", drop), ("end", drop), ("RCPT", garbage),
         ("DATA", garbage), ("end", garbage), ("RCPT", endless),
         ("end", endless)]


@pytest.mark.parametrize("verb,hook", LATER, ids=[
    "%s-%s" % (verb, hook.__name__) for verb, hook in LATER])
def test_a_message_is_deferred_and_tried_again(servers, verb, hook):
    edd, bad, good = servers
    once = []

    def first_time(connection, line):
        if once:
            return None
        once.append(line)
        return hook(connection, line)
    bad.hooks[verb] = first_time
    edd.send("a@example.net")
    wait_for(lambda: bad.messages or good.messages, "the second try")
    edd.wait_event("relayed", recipient="a@example.net")


WRONG = [("MAIL", "354 Go"), ("RCPT", "354 Go"), ("DATA", "250 Ok"),
         ("end", "354 Go"), ("banner", "354 Go"), ("MAIL", "199 What"),
         ("RCPT", "2500 Ok"), ("end", "25")]


@pytest.mark.parametrize("verb,reply", WRONG, ids=[
    "%s-%s" % (verb, reply.replace(" ", "-")) for verb, reply in WRONG])
def test_wrong_codes_are_no_success(servers, verb, reply):
    edd, bad, good = servers
    once = []

    def first_time(connection, line):
        if once:
            return None
        once.append(line)
        return reply
    bad.hooks[verb] = first_time
    edd.send("a@example.net")
    wait_for(lambda: bad.messages or good.messages, "a right answer")
    assert once


def test_goodbye_takes_long(servers):
    """A connection without work for a while says QUIT; it takes none before
    the server has answered."""
    edd, bad, good = servers
    said, gone = threading.Event(), threading.Event()

    def goodbye(connection, line):
        said.set()
        gone.wait(PATIENCE)
    bad.hooks["QUIT"] = goodbye
    edd.send("a@example.net")
    bad.wait()
    assert said.wait(PATIENCE)
    mid = edd.send("b@example.net")
    try:
        bad.wait(2)
    finally:
        gone.set()
    edd.wait_event("relayed", id=mid)
    assert not [e for e in edd.journal() if e["event"] == "deferred"]


def test_huge_ehlo_is_taken_as_far_as_it_is_sane(servers):
    edd, bad, good = servers
    bad.extensions = ["X-%d %s" % (i, "y" * 400) for i in range(100)] + [
        "PIPELINING"]
    edd.send("a@example.net")
    bad.wait()


def test_ehlo_of_a_thousand_lines_is_too_much(servers):
    edd, bad, good = servers
    bad.extensions = ["X-%d" % i for i in range(1000)]
    edd.send("a@example.net")
    good.wait()


def test_text_of_a_refusal_is_made_printable(servers):
    edd, bad, good = servers
    text = "550 5.1.1 no\x00\x07\x1b[31m \"quoted\" \u00e4 line\x0b\x7f"
    bad.hooks["RCPT"] = lambda c, line: text
    edd.send("a@example.net")
    event = edd.wait_event("bounced", recipient="a@example.net")
    assert event["text"].isprintable() and event["text"].isascii()
    for line in edd.log().splitlines():
        assert line.isprintable(), repr(line)


def test_text_of_a_refusal_is_text_of_one_line(servers):
    edd, bad, good = servers
    bad.hooks["RCPT"] = lambda c, line: "550-5.1.1 no\x00\r\n" \
        "550-\r\n550-Subject: forged\r\n550 \x1b[2J\u00e4" \
        if "victim" in line else None
    edd.send("victim@example.net", sender="news@example.org")
    event = edd.wait_event("bounced", recipient="victim@example.net")
    assert "Subject: forged" in event["text"]
    assert event["text"].isprintable() and event["text"].isascii()
    assert "\n" not in event["text"]


def test_reply_cannot_end_a_line_of_the_log(servers):
    edd, bad, good = servers
    bad.hooks["RCPT"] = lambda c, line: \
        "550-5.1.1 no\r\n550 x\rNov 26 edd[1]: forged line\x85 end"
    edd.send("a@example.net")
    edd.wait_event("bounced", recipient="a@example.net")
    assert not [x for x in edd.log().split("\n") if
                x.startswith("Nov 26 edd[1]: forged")]


def test_slow_server_holds_nobody_else(servers):
    """One octet at a time for the slow one; the others go at once."""
    edd, bad, good = servers
    stop = []

    def slowly(connection, line):
        for octet in b"250-" + b"x" * 1000:
            if stop:
                raise Gone
            connection.send(bytes([octet]))
            time.sleep(0.2)  # the server is slow, no wait of the test
        return False
    bad.hooks["EHLO"] = slowly
    edd.send("slow@example.net")
    wait_for(lambda: bad.sessions, "the slow session")
    edd.send(["b@[127.0.0.12]"], message(subject="fast"))
    good.wait()
    stop.append(True)


def test_plaintext_after_starttls_is_not_used(servers, folder):
    """Injected behind the 220: it must not count as said within TLS."""
    edd, bad, good = servers
    cert, key = make_certificate(folder, "rsa")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    said = []

    def starttls(connection, line):
        connection.send("220 Go\r\n250-bad\r\n250 XINJECTED\r\n250 Ok\r\n")
        try:
            with context.wrap_socket(connection.sock,
                                     server_side=True) as tls:
                said.append(tls.recv(1000))
        except (OSError, ssl.SSLError):
            said.append(b"")
        raise Gone
    bad.extensions = ["STARTTLS"]
    bad.hooks["STARTTLS"] = starttls
    edd.send("a@example.net")
    wait_for(lambda: said, "the handshake")
    wait_for(lambda: bad.messages or good.messages, "the message")
    # Nothing was sent on that connection that answers what was injected.
    assert b"MAIL" not in said[0]


@pytest.mark.parametrize("octets", [
    b"220 Go\r\n", b"220 Go\r\n" + b"\x16\x03\x01" + b"\xff" * 200,
    b"220 Go\r\nHTTP/1.1 400 Bad Request\r\n\r\n"],
    ids=["closes", "record", "http"])
def test_broken_tls_is_tried_without(servers, octets):
    edd, bad, good = servers
    bad.extensions = ["STARTTLS", "PIPELINING"]

    def starttls(connection, line):
        connection.send(octets)
        raise Gone
    bad.hooks["STARTTLS"] = starttls
    edd.send("a@example.net")
    wait_for(lambda: bad.messages or good.messages, "the message")


def test_reply_before_the_command(servers):
    """Answers to what was not asked are no answers."""
    edd, bad, good = servers
    bad.hooks["banner"] = lambda c, line: \
        "220 bad\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n250 taken"
    edd.send("a@example.net")
    good.wait()
    assert bad.messages == []
