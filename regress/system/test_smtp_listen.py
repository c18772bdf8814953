"""Listeners: insecure on loopback, behind a proxy, IPv6, three port styles."""

import base64
import smtplib
import socket
import struct

import pytest

from eddtest import PATIENCE, Raw, client_context, free_port, message

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def header(source="203.0.113.7", command=1, extra=b"", family=0x11):
    body = socket.inet_aton(source) + socket.inet_aton("192.0.2.1") + \
        struct.pack("!HH", 40000, 25) + extra
    return SIGNATURE + bytes([0x20 | command, family]) + \
        struct.pack("!H", len(body)) + body


def header6(source):
    body = socket.inet_pton(socket.AF_INET6, source) + bytes(16) + \
        struct.pack("!HH", 40000, 25)
    return SIGNATURE + b"\x21\x21" + struct.pack("!H", len(body)) + body


class Proxied(Raw):
    """A client behind a proxy."""

    def __init__(self, port, head, tls=False):
        self.sock = socket.create_connection(("127.0.0.1", port),
                                             timeout=PATIENCE)
        self.sock.sendall(head)
        if tls:
            self.sock = client_context().wrap_socket(self.sock)
        self.file = self.sock.makefile("rb")
        try:
            self.greeting = self.reply()
        except ConnectionResetError:
            self.greeting = None


@pytest.fixture
def listen(make_edd, sink):
    """A daemon with one listener more; extra statements may follow."""
    def make(options, extra="", address="127.0.0.1"):
        port = free_port(address)
        edd = make_edd(route=(sink.address, sink.port))
        edd.extra = "listen on %s port %d %s\n%s" % (
            address, port, options, extra)
        edd.write_conf()
        edd.start().setup()
        edd.ports["more"] = port
        return edd
    return make


def login(client, edd):
    secret = base64.b64encode(("\0%s\0%s" % (
        edd.user, edd.secret)).encode()).decode()
    return client.say("AUTH PLAIN " + secret)


def submit(client):
    client.say("MAIL FROM:<news@example.org>")
    client.say("RCPT TO:<a@example.net>")
    assert client.say("DATA").startswith("354")
    client.send(message() + b".\r\n")
    return client.reply()


def test_insecure_listener(listen, sink):
    edd = listen("starttls pki main insecure")
    client = Raw(edd, "more")
    lines = client.say("EHLO x").split("\r\n")
    assert "250-AUTH PLAIN LOGIN" in lines and "250-STARTTLS" in lines
    assert client.say("MAIL FROM:<news@example.org>") == \
        "535 Authentication required"
    assert login(client, edd).startswith("235")
    assert submit(client).startswith("250 Ok: queued as")
    assert b"with ESMTPA id " in sink.wait()[0].data
    client.close()


def test_other_listeners_stay_secure(listen):
    edd = listen("starttls pki main insecure")
    client = Raw(edd, "starttls")
    assert "AUTH" not in client.say("EHLO x")
    assert login(client, edd) == "530 Must issue a STARTTLS command first"
    client.close()


def test_insecure_listener_has_tls_too(listen, sink):
    edd = listen("starttls pki main insecure")
    with smtplib.SMTP("127.0.0.1", edd.ports["more"]) as smtp:
        smtp.starttls(context=client_context())
        smtp.login(edd.user, edd.secret)
        smtp.sendmail("news@example.org", ["a@example.net"], message())
    assert b"with ESMTPSA id " in sink.wait()[0].data


LOCAL = "smtp proxy from 127.0.0.0/8"


def test_proxy_names_the_client(listen, sink):
    edd = listen("starttls pki main proxy", LOCAL)
    client = Proxied(edd.ports["more"], header())
    assert client.greeting.startswith("220 ")
    client.say("EHLO x")
    assert client.say("STARTTLS").startswith("220")
    client.sock = client_context().wrap_socket(client.sock)
    client.file = client.sock.makefile("rb")
    client.say("EHLO x")
    assert login(client, edd).startswith("235")
    assert submit(client).startswith("250 Ok: queued as")
    assert b"([203.0.113.7])" in sink.wait()[0].data
    assert edd.wait_event("accepted")["source"] == "203.0.113.7"
    client.close()


def test_proxy_before_tls(listen):
    """The ClientHello may come with the header in one segment."""
    edd = listen("tls pki main proxy", LOCAL)
    client = Proxied(edd.ports["more"], header6("2001:db8::7"), tls=True)
    assert client.greeting.startswith("220 ")
    edd.wait_log("tls source=2001:db8::7 ")
    client.close()


def test_proxy_header_in_pieces(listen):
    edd = listen("starttls pki main proxy", LOCAL)
    with socket.create_connection(("127.0.0.1", edd.ports["more"]),
                                  timeout=PATIENCE) as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for octet in header(extra=b"\x04\0\3abc"):
            s.sendall(bytes([octet]))
        assert s.recv(100).startswith(b"220 ")


def test_proxy_that_speaks_for_itself(listen):
    edd = listen("starttls pki main proxy", LOCAL)
    client = Proxied(edd.ports["more"], SIGNATURE + b"\x20\0\0\0")
    assert client.greeting.startswith("220 ")
    client.close()


@pytest.mark.parametrize("head,why", [
    (b"EHLO client.example.org\r\n", "ill-formed PROXY header"),
    (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", "ill-formed PROXY header"),
    (SIGNATURE + b"\x21\x11\xff\xff", "ill-formed PROXY header"),
    (SIGNATURE + b"\x21\0\0\0", "ill-formed PROXY header"),
    (header(family=0x12), "ill-formed PROXY header"),
])
def test_ill_formed_proxy_header(listen, head, why):
    edd = listen("starttls pki main proxy", LOCAL)
    client = Proxied(edd.ports["more"], head)
    assert client.greeting is None
    edd.wait_log("refused proxy=127.0.0.1: " + why)
    client.close()


def test_who_is_no_proxy_is_refused(listen):
    edd = listen("starttls pki main proxy", "smtp proxy from 192.0.2.0/24")
    with socket.create_connection(("127.0.0.1", edd.ports["more"]),
                                  timeout=PATIENCE) as s:
        try:
            assert s.recv(100) == b""
        except ConnectionResetError:
            pass
    edd.wait_log("refused proxy=127.0.0.1: not a proxy")


def test_header_where_no_proxy_is_expected(edd):
    client = Proxied(edd.ports["starttls"], header())
    assert client.greeting.startswith("220 ")
    assert client.reply().startswith("500 ")
    client.close()


def test_limit_of_connections_is_the_clients(listen):
    edd = listen("starttls pki main proxy",
                 LOCAL + "\nsmtp sessions per address 1")
    one = Proxied(edd.ports["more"], header("203.0.113.1"))
    two = Proxied(edd.ports["more"], header("203.0.113.2"))
    three = Proxied(edd.ports["more"], header("203.0.113.1"))
    assert one.greeting.startswith("220") and two.greeting.startswith("220")
    assert three.greeting == "421 Too many connections, try again later"
    for client in (one, two, three):
        client.close()


def test_ipv6(listen, sink):
    edd = listen("starttls pki main", address="::1")
    with smtplib.SMTP("::1", edd.ports["more"]) as smtp:
        smtp.starttls(context=client_context())
        smtp.login(edd.user, edd.secret)
        smtp.sendmail("news@example.org", ["a@example.net"], message())
    assert b"([IPv6:::1])" in sink.wait()[0].data
