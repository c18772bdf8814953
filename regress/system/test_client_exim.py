"""Exim relays everything through edd, as a smarthost."""

import pytest

from clienttest import Peer, assert_came_through
from eddtest import message, wait_for

CONF = """primary_hostname = app.example.org
daemon_smtp_ports = %(port)d
local_interfaces = 127.0.0.1
disable_ipv6
keep_environment =
log_file_path = /var/log/exim4/%%slog
log_selector = +smtp_confirmation
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = accept
tls_advertise_hosts =

begin routers
bounces:
  driver = accept
  senders = :
  transport = bounces
smarthost:
  driver = manualroute
  route_list = * mail.example.org byname
  self = send
  transport = edd

begin transports
bounces:
  driver = appendfile
  file = /bounces/mbox
  user = Debian-exim
edd:
  driver = smtp
  port = %(relay)d
  protocol = %(protocol)s
  allow_localhost
  hosts_require_auth = *
  hosts_require_tls = *
  tls_verify_hosts = *
  tls_verify_certificates = /etc/edd.pem
  hosts_try_chunking = %(chunking)s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  client_send = ^%(user)s^%(secret)s
"""


class Exim(Peer):
    name = "exim"
    program = ["/usr/sbin/exim4", "-bdf"]

    def __init__(self, edd, kind="starttls", chunking="*"):
        super().__init__()
        self.write("etc/exim4/exim4.conf", CONF % {
            "port": self.port, "relay": edd.ports[kind],
            "protocol": "smtps" if kind == "tls" else "smtp",
            "chunking": chunking, "user": edd.user, "secret": edd.secret})
        self.trust(edd, "etc/edd.pem")
        for folder in ("var/spool/exim4", "var/log/exim4", "bounces"):
            self.own(folder, "Debian-exim")

    def log(self):
        return super().log() + self.read("var/log/exim4/mainlog")


@pytest.fixture
def exim(edd, cleanup):
    def make(**kw):
        server = Exim(edd, **kw)
        cleanup.append(server)
        return server.start()
    return make


@pytest.mark.root
@pytest.mark.parametrize("kind, chunking", [
    ("starttls", "*"), ("starttls", ""), ("tls", "*")],
    ids=["bdat", "data", "tls"])
def test_exim_relays_through_edd(edd, sink, exim, kind, chunking):
    server = exim(kind=kind, chunking=chunking)
    rcpts = ["a@example.net", "b@example.net"]
    server.submit("news@example.org", rcpts, message(
        subject="by Exim", body="One.\r\n..\r\n.two\r\n"))
    data, = assert_came_through(edd, sink, rcpts)
    assert b"Subject: by Exim\r\n" in data
    assert data.endswith(b"\r\n\r\nOne.\r\n..\r\n.two\r\n")
    for rcpt in rcpts:
        server.wait_log(r"[=-]> %s .* A=plain.* C=\"250[ -]Ok: queued as" %
                        rcpt)
    assert (" K " in server.log()) == (chunking == "*")
    server.wait_log("Completed")


@pytest.mark.root
def test_exim_bounces_what_is_not_authorized(edd, sink, exim):
    server = exim()
    server.submit("other@example.org", ["a@example.net"],
                  message(sender="other@example.org"))
    said = "535 Authorization failed: address other@example.org not authorized"
    bounce = wait_for(lambda: said in server.read("bounces/mbox") and
                      server.read("bounces/mbox"), "the bounce")
    assert "To: other@example.org" in bounce and "a@example.net" in bounce
    server.wait_log(r"\*\* a@example.net .*" + said)
    assert sink.messages == []
    assert not [e for e in edd.journal() if e["event"] == "accepted"]
