"""Debian's OpenSMTPD with its filter for DKIM, in a root of its own."""

import os

import peers
from servers import DOMAIN, SELECTOR, Server, run

#: Without these it waits seconds between connections and delivers 15
#: messages a second: the comparison would be one of sleeping.
CONF = """mta limit session-mail-max 10000 reconn-delay-route 0 \\
    conn-delay-route 0 conn-delay-relay 0 max-conn-per-route 50 \\
    max-conn-per-host 50 max-conn-per-relay 50 max-conn-per-connector 50
%s
action "relay" relay host smtp://127.0.0.1:%d
match from any for any action "relay"
"""

LISTEN = "listen on 127.0.0.1 port %d hostname bench.test"

DKIM = """filter "dkim" proc-exec "/usr/libexec/opensmtpd/filter-dkimsign -d %s \\
    -s %s -k /etc/dkim.key" user dkimsign group dkimsign
"""


class OpenSMTPD(Server):
    """Debian 12 links it with OpenSSL 3, with which its separate process for
    keys fails each handshake ("missing private key"), and AUTH wants TLS: in
    the case with both it is spared them and only signs."""

    name = "opensmtpd"
    messages = 400

    def __init__(self, folder, sink_port, roots):
        super().__init__(folder, sink_port)
        self.root = peers.root_of("opensmtpd", roots)

    def login(self):
        return []

    def configure(self, mode):
        spool = os.path.join(self.root, "var/spool/smtpd")
        os.makedirs(spool, exist_ok=True)
        os.chmod(spool, 0o711)
        peers.empty(spool)
        listen = LISTEN % self.port
        if mode == "tls":
            self._key()
            listen = DKIM % (DOMAIN, SELECTOR) + listen + ' filter "dkim"'
        peers.write(self.root, "etc/smtpd.conf",
                    CONF % (listen, self.sink_port), 0o600)

    def _key(self):
        path = os.path.join(self.root, "etc/dkim.key")
        run(["openssl", "genrsa", "-traditional", "-out", path, "2048"])
        os.chmod(path, 0o600)
        os.chown(path, peers.uid("dkimsign"), peers.uid("dkimsign"))

    def command(self):
        return ["chroot", self.root, "/usr/sbin/smtpd", "-F"]
