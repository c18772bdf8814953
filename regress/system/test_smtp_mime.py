"""Content that SMTP cannot carry everywhere: BINARYMIME and long lines are
encoded before the message is signed, so that the signature holds."""

import email
import email.policy
import random

import dkim
import pytest

from eddtest import Raw

SENDER = "MAIL FROM:<news@example.org>"


@pytest.fixture
def raw(edd):
    client = Raw(edd)
    yield client
    client.close()


def signed(edd, data):
    keys = {}
    for row in edd.ctl("dkim", "show", "example.org", json_rows=True):
        if row.get("name") and row.get("value", "").startswith("v=DKIM1"):
            keys[row["name"].rstrip(".")] = row["value"]

    def look_up(name, timeout=5):
        return keys[name.decode().rstrip(".")].encode()
    assert keys
    return dkim.verify(data, dnsfunc=look_up)


def by_bdat(client, text, chunk, options=""):
    assert client.say(SENDER + options) == "250 Ok"
    assert client.say("RCPT TO:<a@example.net>") == "250 Ok"
    for i in range(0, len(text), chunk):
        piece = text[i:i + chunk]
        client.send(b"BDAT %d\r\n" % len(piece) + piece)
        assert client.reply() == "250 %d octets received" % len(piece)
    client.send(b"BDAT 0 LAST\r\n")
    return client.reply()


def by_data(client, text):
    assert client.say(SENDER + " BODY=8BITMIME") == "250 Ok"
    assert client.say("RCPT TO:<a@example.net>") == "250 Ok"
    assert client.say("DATA").startswith("354")
    client.send(text + b".\r\n")
    return client.reply()


def clean(data):
    """Nothing in it that SMTP cannot carry."""
    flat = data.replace(b"\r\n", b"")
    return not any(c in flat for c in (b"\0", b"\r", b"\n")) and \
        max(len(line) for line in data.split(b"\r\n")) <= 998


HEAD = b"From: news@example.org\r\nTo: a@example.net\r\nMIME-Version: 1.0\r\n"


@pytest.mark.parametrize("chunk", [1 << 20, 1000, 61])
def test_binary_attachment(edd, raw, sink, chunk):
    random.seed(chunk)
    octets = random.randbytes(20000) + b"\r\n.\r\n\0\r\r\n\n"
    text = (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
            b"--b\r\nContent-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: binary\r\n\r\n" + octets +
            b"\r\n--b--\r\n")
    assert by_bdat(raw, text, chunk, " BODY=BINARYMIME").startswith(
        "250 Ok: queued as")
    data = sink.wait()[0].data
    assert clean(data)
    assert signed(edd, data)
    parts = email.message_from_bytes(data).get_payload()
    assert parts[0].get_payload(decode=True).strip() == b"Hello."
    assert parts[1].get_payload(decode=True) == octets


def test_binary_needs_bdat(raw):
    raw.say(SENDER + " BODY=BINARYMIME")
    raw.say("RCPT TO:<a@example.net>")
    assert raw.say("DATA") == "503 BINARYMIME needs BDAT"
    assert raw.say("RSET") == "250 Ok"


def test_binary_text_is_kept(edd, raw, sink):
    text = (HEAD + b"Content-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: binary\r\n\r\n" +
            "\u00fc".encode() * 3000 + b"\r\n")
    assert by_bdat(raw, text, 500, " BODY=BINARYMIME").startswith("250")
    data = sink.wait()[0].data
    assert clean(data) and signed(edd, data)
    got = email.message_from_bytes(data).get_payload(decode=True)
    assert got.decode().strip() == "\u00fc" * 3000


@pytest.mark.parametrize("way", [by_data, lambda c, t: by_bdat(c, t, 4096)])
def test_long_html_line(edd, raw, sink, way):
    html = "<p>" + "caf\u00e9 " * 2000 + "</p>\r\n"
    text = (HEAD + b"Content-Type: text/html; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: 8bit\r\n\r\n" + html.encode())
    assert way(raw, text).startswith("250 Ok: queued as")
    data = sink.wait()[0].data
    assert clean(data) and signed(edd, data)
    got = email.message_from_bytes(data).get_payload(decode=True)
    assert got.decode() == html


def test_long_line_in_a_later_part(edd, raw, sink):
    html = "<p>" + "x" * 5000 + "</p>"
    text = (HEAD + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
            b"--b\r\nContent-Type: text/html\r\n\r\n" + html.encode() +
            b"\r\n--b--\r\n")
    assert by_data(raw, text).startswith("250 Ok: queued as")
    data = sink.wait()[0].data
    assert clean(data) and signed(edd, data)
    parts = email.message_from_bytes(data).get_payload()
    assert parts[0].as_bytes() == \
        b"Content-Type: text/plain\n\nHello."
    assert parts[1].get_payload(decode=True).decode().strip() == html


def test_long_field_is_folded(edd, raw, sink):
    text = (b"From: news@example.org\r\nTo: a@example.net\r\nSubject: " +
            b"word " * 400 + b"end\r\n\r\nHello.\r\n")
    assert by_data(raw, text).startswith("250 Ok: queued as")
    data = sink.wait()[0].data
    assert clean(data) and signed(edd, data)
    subject = email.message_from_bytes(
        data, policy=email.policy.SMTP)["subject"]
    assert subject.split() == ["word"] * 400 + ["end"]


def test_short_lines_stay_byte_for_byte(edd, raw, sink):
    random.seed(1)
    body = b""
    for _ in range(3000):
        line = bytes(random.choice(
            b"\x01\x02\t !.,-=ab\x7f\x80\xc3\xff") for _ in range(
                random.choice((0, 1, 2, 60, 998))))
        body += line + b"\r\n"
    text = HEAD + b"\r\n" + body
    assert by_bdat(raw, text, 7777).startswith("250 Ok: queued as")
    data = sink.wait()[0].data
    assert signed(edd, data)
    assert data.split(b"\r\n\r\n", 1)[1] == body
    stuffed = (HEAD + b"\r\n" + body).replace(b"\r\n.", b"\r\n..")
    assert by_data(raw, stuffed).startswith("250 Ok: queued as")
    assert sink.wait(2)[1].data.split(b"\r\n\r\n", 1)[1] == body


def test_malformed_multipart_passes(edd, raw, sink):
    text = (HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nno header here\r\n--c\r\n--b\r\n" + b"y" * 70 + b"\r\n")
    assert by_data(raw, text).startswith("250 Ok: queued as")
    data = sink.wait()[0].data
    assert data.split(b"\r\n\r\n", 1)[1] == text.split(b"\r\n\r\n", 1)[1]
    assert signed(edd, data)


def test_message_size_counts_what_the_client_sends(make_edd, sink):
    """Base64 makes it larger than the limit; that is not the client's."""
    edd = make_edd(route=(sink.address, sink.port),
                   extra="message-size 64K").start().setup()
    client = Raw(edd)
    text = (HEAD + b"Content-Type: application/octet-stream\r\n"
            b"Content-Transfer-Encoding: binary\r\n\r\n" + bytes(60000))
    assert by_bdat(client, text, 9000, " BODY=BINARYMIME").startswith("250")
    got = email.message_from_bytes(sink.wait()[0].data)
    assert got.get_payload(decode=True) == bytes(60000)
    client.close()
