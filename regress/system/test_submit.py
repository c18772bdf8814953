"""The main path: submitted over TLS with AUTH, signed, delivered, traced."""

import re
import subprocess

import dkim
import pytest

from eddtest import EDCTL, message, wait_for

ZONE = """@ MX 10 mx.example.net.
mx A 127.0.0.1
"""


def published_keys(edd):
    """The TXT records that dkim show says to publish: name -> value."""
    keys = {}
    for row in edd.ctl("dkim", "show", "example.org", json_rows=True):
        if row.get("name") and row.get("value", "").startswith("v=DKIM1"):
            keys[row["name"].rstrip(".")] = row["value"]
    return keys


def assert_dkimpy_accepts(keys, data):
    def look_up(name, timeout=5):
        name = name.decode() if isinstance(name, bytes) else name
        return keys[name.rstrip(".")].encode()
    assert keys
    assert dkim.verify(data, dnsfunc=look_up)


def assert_opendkim_accepts(keys, messages, folder):
    """One run for all: opendkim spends seconds on its own start."""
    key_file = folder + "/opendkim.keys"
    with open(key_file, "w") as f:
        for name, value in keys.items():
            f.write("%s %s\n" % (name, value))
    conf = folder + "/opendkim.conf"
    with open(conf, "w") as f:
        f.write("TestPublicKeys %s\n" % key_file)
    paths = []
    for data in messages:
        paths.append("%s/opendkim-%d.eml" % (folder, len(paths)))
        with open(paths[-1], "wb") as f:
            f.write(data)
    done = subprocess.run(["/usr/sbin/opendkim", "-x", conf, "-v", "-t",
                           ",".join(paths)], capture_output=True, text=True)
    # It exits with 0 whatever it found.
    for path in paths:
        assert re.search(re.escape(path) + ": verification .* succeeded",
                         done.stdout), done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["starttls", "tls"])
def test_message_arrives(edd, sink, kind):
    mid = edd.send("someone@example.net", kind=kind)
    got = sink.wait()[0]
    assert got.sender == "news@example.org"
    assert got.rcpts == ["someone@example.net"]
    assert b"\r\nHello.\r\n" in got.data
    assert b"DKIM-Signature:" in got.data
    assert b"Received: from" in got.data
    assert mid.encode() in got.data
    edd.wait_event("relayed", id=mid)
    events = [e["event"] for e in edd.journal() if e.get("id") == mid]
    assert events == ["accepted", "relayed"]
    story = edd.ctl("trace", mid)
    assert "accepted" in story and "relayed" in story


def test_trace_by_message_id_and_recipient(edd, sink):
    mid = edd.send("someone@example.net", message(
        headers="Message-ID: <abc@example.org>\r\n"))
    edd.wait_event("relayed", id=mid)
    assert mid in edd.ctl("trace", "abc@example.org")
    assert mid in edd.ctl("trace", "<abc@example.org>")
    assert mid in edd.ctl("trace", "someone@example.net")
    assert "no " in edd.ctl("trace", "nobody@example.com", ok=False)


CASES = {
    "plain": message(),
    "folded": message(headers="X-Long: a\r\n b\r\n\tc  d\r\n"
                              "References: <a@x>\r\n  <b@x>\r\n"),
    "empty body": message(body=""),
    "trailing blank lines": message(body="text\r\n\r\n\r\n \t\r\n\r\n"),
    "only blank lines": message(body="\r\n\r\n\r\n"),
    "8-bit": message(body="Grüße äöü\r\n"),
    "8-bit header": message(subject="Grüße"),
    "dot lines": message(body=".\r\n..\r\n.text\r\n...\r\nend\r\n"),
    "white space": message(body="a  b \t c   \r\n \t\r\n  x\r\n"),
    "long line": message(body="x" * 998 + "\r\n"),
    "all usual fields": message(
        headers="Cc: c@example.net\r\nReply-To: r@example.org\r\n"
                "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n"
                "Message-ID: <x@example.org>\r\nMIME-Version: 1.0\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n"
                "List-Unsubscribe: <https://example.org/u>\r\n"
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"),
}


def test_two_verifiers_accept(edd, sink, folder):
    keys = published_keys(edd)
    with edd.client() as smtp:
        for name, text in CASES.items():
            # smtplib would change line ends and dots by itself; it may.
            smtp.sendmail("news@example.org", [
                name.replace(" ", "-") + "@example.net"], text,
                mail_options=["BODY=8BITMIME"])
    got = {m.rcpts[0].split("@")[0].replace("-", " "): m.data
           for m in sink.wait(len(CASES))}
    for name, text in CASES.items():
        data = got[name.replace("-", " ")]
        assert_dkimpy_accepts(keys, data)
        body = text.split(b"\r\n\r\n", 1)[1]
        assert data.split(b"\r\n\r\n", 1)[1] == body, name
    assert_opendkim_accepts(keys, got.values(), folder)


def test_what_is_missing_is_added_and_bcc_dropped(edd, sink):
    edd.send("someone@example.net", message(
        headers="Bcc: hidden@example.com\r\nReturn-Path: <x@y>\r\n"))
    header = sink.wait()[0].data.split(b"\r\n\r\n")[0].lower()
    assert b"\r\ndate: " in header
    assert b"\r\nmessage-id: <" in header
    assert b"bcc:" not in header
    assert b"return-path:" not in header
    assert b"hidden@" not in header


def test_signature_covers_what_it_should(edd, sink):
    edd.send("someone@example.net", CASES["all usual fields"])
    data = sink.wait()[0].data
    start = data.index(b"DKIM-Signature:")
    field = data[start:data.index(b"\r\nReceived", start)
                 if b"\r\nReceived" in data[start:] else None]
    flat = b"".join(field.split()).lower()
    signed = flat.split(b"h=")[1].split(b";")[0].split(b":")
    assert b"a=rsa-sha256" in flat and b"c=relaxed/relaxed" in flat
    assert b"d=example.org" in flat and b"s=s1" in flat
    assert b";l=" not in flat
    assert signed.count(b"from") == 2
    for name in (b"to", b"cc", b"subject", b"date", b"message-id",
                 b"reply-to", b"mime-version", b"content-type",
                 b"list-unsubscribe", b"list-unsubscribe-post"):
        assert name in signed, name


def test_large_message_arrives_unchanged(edd, sink):
    line = bytes(range(0x21, 0x7f)) * 10 + b"\r\n"
    body = line * 4000  # 3.7 MB: a segment of its own
    text = message().split(b"\r\n\r\n")[0] + b"\r\n\r\n" + body
    edd.send("someone@example.net", text)
    assert sink.wait()[0].data.split(b"\r\n\r\n", 1)[1] == body


def test_many_messages_on_kept_connections(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port), smtp_workers=2)
    edd.start().setup()
    with edd.client() as one, edd.client(kind="tls") as two:
        for i in range(100):
            for smtp in (one, two):
                smtp.sendmail("news@example.org",
                              ["r%d@d%d.example.net" % (i, i % 7)],
                              message(subject=str(i)))
    sink.wait(200)
    assert sink.sessions < 200, "connections were not reused"
    wait_for(lambda: "example.net" not in edd.ctl("show", "queue"), "the end")


def test_queue_and_status_are_shown(edd):
    text = edd.ctl("show", "status")
    for name in ("smtpd", "signer", "queue", "deliver", "control"):
        assert name in text
    assert edd.ctl("show", "status", json_rows=True)
    edd.ctl("show", "queue")


def test_edctl_says_what_is_wrong(edd, folder):
    assert "reload" in edd.ctl("relaod", ok=False)
    assert "no.such@example.org" in edd.ctl(
        "sender", "remove", "no.such@example.org", ok=False)
    done = subprocess.run([EDCTL, "-s", folder + "/none", "show", "status"],
                          capture_output=True, text=True)
    assert done.returncode == 2
    assert "running" in done.stderr
