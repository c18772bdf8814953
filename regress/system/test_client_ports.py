"""Listeners as ports 25, 587 and 465 are, for IPv4 and IPv6, all at once."""

import smtplib
import ssl
import subprocess

import pytest

from clienttest import assert_came_through
from eddtest import PATIENCE, free_port, have, message

#: Port in the world -> how its listener is.
STYLES = {25: "starttls", 587: "starttls", 465: "tls"}
ADDRESSES = ["127.0.0.1", "::1"]
LISTENERS = [(address, style) for address in ADDRESSES for style in STYLES]


@pytest.fixture
def everywhere(make_edd, sink):
    """edd with (address, style) -> port."""
    edd = make_edd(route=(sink.address, sink.port))
    edd.listeners = {(a, s): free_port(a) for a, s in LISTENERS}
    edd.extra = "".join("listen on %s port %d %s pki main\n" % (
        a, port, STYLES[s]) for (a, s), port in edd.listeners.items())
    edd.write_conf()
    return edd.start().setup()


def by_smtplib(edd, address, style, rcpt, folder):
    # The certificate names 127.0.0.1, not ::1: its chain is verified there.
    context = ssl.create_default_context(cafile=edd.cert)
    context.check_hostname = address == "127.0.0.1"
    port = edd.listeners[address, style]
    if STYLES[style] == "tls":
        smtp = smtplib.SMTP_SSL(address, port, "client.example.org",
                                context=context, timeout=PATIENCE)
    else:
        smtp = smtplib.SMTP(address, port, "client.example.org",
                            timeout=PATIENCE)
        smtp.starttls(context=context)
    with smtp:
        smtp.login(edd.user, edd.secret)
        assert smtp.sendmail("news@example.org", [rcpt],
                             message(rcpt)) == {}


def by_curl(edd, address, style, rcpt, folder):
    path = folder + "/mail.txt"
    with open(path, "wb") as f:
        f.write(message(rcpt))
    port = edd.listeners[address, style]
    done = subprocess.run(
        [have("curl"), "-sS", "--ssl-reqd", "--cacert", edd.cert,
         "--resolve", "mail.example.org:%d:%s" % (port, address), "--url",
         "%s://mail.example.org:%d/client.example.org" % (
             "smtps" if STYLES[style] == "tls" else "smtp", port),
         "--user", "%s:%s" % (edd.user, edd.secret), "--mail-from",
         "news@example.org", "--mail-rcpt", rcpt, "-T", path],
        capture_output=True, text=True, timeout=PATIENCE * 2)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("client", [by_smtplib, by_curl])
def test_every_listener_takes_mail(everywhere, sink, folder, client):
    rcpts = []
    for i, (address, style) in enumerate(LISTENERS):
        rcpts.append("r%d@example.net" % i)
        client(everywhere, address, style, rcpts[-1], folder)
    data = assert_came_through(everywhere, sink, rcpts, len(rcpts))
    literals = {"127.0.0.1": b"([127.0.0.1])", "::1": b"([IPv6:::1])"}
    for m in data:
        i = int(m.split(b"\r\nTo: r")[1].split(b"@")[0])
        received = b" ".join(m.split(b"Received: ")[1].split()[:10])
        assert b"from client.example.org " + literals[LISTENERS[i][0]] in \
            received and b" with ESMTPSA " in received, received
