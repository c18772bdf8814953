"""OpenSMTPD relays everything through edd."""

import pytest

from clienttest import Peer, assert_came_through
from eddtest import message

CONF = """table secrets file:/etc/secrets
listen on 127.0.0.1 port %d hostname app.example.org
action "relay" relay host %s://edd@mail.example.org:%d auth <secrets>
match from any for any action "relay"
"""


class OpenSMTPD(Peer):
    name = "opensmtpd"
    program = ["/usr/sbin/smtpd", "-d"]

    def __init__(self, edd, url, port):
        super().__init__()
        self.own("var/spool", "root")
        self.write("etc/smtpd.conf", CONF % (self.port, url, port), 0o600)
        self.write("etc/secrets", "edd %s:%s\n" % (edd.user, edd.secret),
                   0o600)
        self.trust(edd, "etc/ssl/certs/ca-certificates.crt")


@pytest.fixture
def opensmtpd(edd, cleanup):
    def make(url, kind):
        server = OpenSMTPD(edd, url, edd.ports[kind])
        cleanup.append(server)
        return server.start()
    return make


@pytest.mark.root
@pytest.mark.parametrize("url, kind", [
    ("smtp+tls", "starttls"), ("smtps", "tls")])
def test_opensmtpd_relays_through_edd(edd, sink, opensmtpd, url, kind):
    server = opensmtpd(url, kind)
    rcpts = ["a@example.net", "b@example.net"]
    server.submit("news@example.org", rcpts, message(
        subject="by OpenSMTPD", body="One.\r\n..\r\n.two\r\n"))
    data, = assert_came_through(edd, sink, rcpts)
    assert b"Subject: by OpenSMTPD\r\n" in data
    assert data.endswith(b"\r\n\r\nOne.\r\n..\r\n.two\r\n")
    server.wait_log("mta server-cert-check result=\"success\"")
    for rcpt in rcpts:
        server.wait_log("mta delivery .*to=<%s> .*result=\"Ok\" "
                        "stat=\"250 Ok: queued as" % rcpt)


@pytest.mark.root
def test_opensmtpd_sender_that_is_not_approved(edd, sink, opensmtpd):
    server = opensmtpd("smtp+tls", "starttls")
    server.submit("other@example.org", ["a@example.net"],
                  message(sender="other@example.org"))
    server.wait_log("mta delivery .*to=<a@example.net> .*result=\"PermFail\" "
                    "stat=\"535 Authorization failed: address "
                    "other@example.org not authorized\"")
    assert sink.messages == []
    assert not [e for e in edd.journal() if e["event"] == "accepted"]
