"""edctl smtp-test: each step of a session with a server, explained."""

import json
import os
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from eddtest import (
    EDCTL, PATIENCE, free_port, freeze, make_certificate, wait_for)


def run(*args):
    done = subprocess.run([EDCTL, "-j", "smtp-test", *map(str, args)],
                          capture_output=True, text=True, timeout=PATIENCE)
    rows = [json.loads(x) for x in done.stdout.splitlines()]
    return done.returncode, rows, done.stderr


def states(rows):
    return [(r["check"], r["state"]) for r in rows]


@pytest.fixture
def say(request):
    """A function: octets -> the port of a server that says them and waits."""
    def make(octets, close=False):
        server = socket.create_server(("127.0.0.1", 0))
        request.addfinalizer(server.close)

        def serve():
            try:
                while True:
                    client, _ = server.accept()
                    client.sendall(octets)
                    if not close:
                        while client.recv(4096):
                            pass
                    client.close()
            except OSError:
                pass
        threading.Thread(target=serve, daemon=True).start()
        return server.getsockname()[1]
    return make


def test_our_own_port_with_starttls(edd):
    status, rows, _ = run("localhost", "port", edd.ports["starttls"])
    assert status == 0, rows
    # localhost may be ::1 first, where edd does not listen.
    seen = [s for s in states(rows) if s != ("connect", "warn")]
    assert seen == [
        ("connect", "ok"), ("greeting", "ok"), ("EHLO", "ok"),
        ("STARTTLS", "ok"), ("TLS", "ok"), ("certificate", "ok"),
        ("dates", "ok"), ("EHLO again", "ok"), ("QUIT", "ok"),
        ("chain", "warn")]
    again = [r for r in rows if r["check"] == "EHLO again"][0]
    assert "AUTH" in again["is"]


def test_our_own_port_with_tls_at_once(edd):
    status, rows, _ = run("localhost", "port", edd.ports["tls"], "tls", "tls")
    assert status == 0, rows
    assert ("TLS", "ok") in states(rows)
    assert ("STARTTLS", "ok") not in states(rows)


def test_a_handshake_goes_on_when_edctl_was_stopped(folder):
    """As by a key, while it waits for the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(folder))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        edctl = subprocess.Popen(
            [EDCTL, "-j", "smtp-test", "127.0.0.1", "port",
             str(server.getsockname()[1]), "tls", "tls"],
            stdout=subprocess.PIPE)
        client, _ = server.accept()
    client.settimeout(PATIENCE)
    assert client.recv(1, socket.MSG_PEEK) == b"\x16"

    def is_waiting():
        with open("/proc/%d/stat" % edctl.pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] == "S"
    wait_for(is_waiting, "edctl to wait")
    freeze(edctl.pid)
    os.kill(edctl.pid, signal.SIGCONT)
    with context.wrap_socket(client, server_side=True) as tls:
        tls.sendall(b"554 5.7.1 no\r\n")
        rows = [json.loads(x) for x in edctl.communicate()[0].splitlines()]
    assert ("TLS", "ok") in states(rows), rows
    assert states(rows)[-1] == ("greeting", "fail")


def test_certificate_of_another_name(edd):
    status, rows, _ = run("127.0.0.1", "port", edd.ports["starttls"])
    assert status == 0 and ("certificate", "ok") in states(rows), rows
    name = socket.gethostname()
    if socket.gethostbyname(name).startswith("127.0.0.1"):
        status, rows, _ = run(name, "port", edd.ports["starttls"])
        assert status == 1 and ("certificate", "fail") in states(rows), rows


def test_nobody_listens():
    status, rows, _ = run("127.0.0.1", "port", free_port())
    assert status == 1
    assert states(rows) == [("connect", "fail")]
    assert "nobody listens" in rows[0]["mend"]


def test_no_such_name():
    status, rows, _ = run("nothing.invalid", "port", 25)
    assert status == 1 and states(rows) == [("address", "fail")]


def test_what_is_no_mail_server(say):
    status, rows, _ = run("127.0.0.1", "port",
                          say(b"SSH-2.0-OpenSSH\x1b[2J\r\n"))
    assert status == 1 and states(rows)[-1] == ("greeting", "fail")
    assert "no SMTP" in rows[-1]["is"]


def test_control_characters_are_not_printed(say):
    port = say(b"220 \x1b[2J ready\r\n", close=True)
    done = subprocess.run([EDCTL, "smtp-test", "127.0.0.1", "port",
                           str(port)], capture_output=True, timeout=PATIENCE)
    assert b"\x1b" not in done.stdout and b"\\x1b[2J" in done.stdout


@pytest.mark.parametrize("octets", [
    b"220-more\r\n" * 200, b"2" * 100000, b"220 x\r\n250-" + b"a" * 5000])
def test_a_server_without_end(say, octets):
    status, rows, _ = run("127.0.0.1", "port", say(octets, close=True))
    assert status == 1 and states(rows)[-1][1] == "fail"


def test_refused_at_the_greeting(say):
    status, rows, _ = run("127.0.0.1", "port", say(b"554 5.7.1 no\r\n"))
    assert status == 1 and "block list" in rows[-1]["mend"]


def test_server_without_starttls(sink):
    status, rows, _ = run("127.0.0.1", "port", sink.port)
    assert status == 0 and ("STARTTLS", "warn") in states(rows)
    status, rows, _ = run("127.0.0.1", "port", sink.port, "tls", "starttls")
    assert status == 1 and ("STARTTLS", "fail") in states(rows)


def test_answer_injected_behind_starttls(say):
    status, rows, _ = run("127.0.0.1", "port", say(
        b"220 x\r\n250-x\r\n250 STARTTLS\r\n220 go\r\n250 injected\r\n"))
    assert status == 1
    assert states(rows)[-1] == ("STARTTLS", "fail"), rows
    assert "more behind" in rows[-1]["is"]


@pytest.mark.parametrize("args,why", [
    (("a b",), "no name of a host"),
    (("h", "port", "0"), "a port is"),
    (("h", "port", "x"), "a port is")])
def test_mistakes(args, why):
    status, rows, text = run(*args)
    assert status == 1 and why in text
