"""Debian's Postfix with Cyrus SASL and opendkim, in a root of its own."""

import os
import subprocess

import peers
from servers import (DOMAIN, SECRET, SELECTOR, USER, Server,
                     make_certificate, run)

MAIN = """compatibility_level = 3.6
myhostname = bench.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mail_owner = postfix
setgid_group = postdrop
queue_directory = /var/spool/postfix
data_directory = /var/lib/postfix
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
maillog_file = /var/log/mail.log
smtputf8_enable = no
alias_maps =
alias_database =
local_recipient_maps =
message_size_limit = 52428800
relayhost = [127.0.0.1]:%d
disable_dns_lookups = yes
"""

TLS = """smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_cert_file = /etc/postfix/cert.pem
smtpd_tls_key_file = /etc/postfix/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = bench.test
smtpd_milters = unix:/var/run/opendkim/socket
milter_default_action = tempfail
"""

PLAIN = "smtpd_relay_restrictions = permit_mynetworks, reject\n"

#: Name, type, private, unpriv, chroot, wakeup, maxproc, command: as shipped.
MASTER = """127.0.0.1:%d inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush",
          "hold", "incoming", "private", "saved", "trace")

MILTER = """Syslog no
Mode s
Domain %s
Selector %s
KeyFile /etc/dkimkeys/bench.key
Canonicalization relaxed/relaxed
Socket local:/var/run/opendkim/socket
UMask 000
UserID opendkim
OversignHeaders From
"""


class Postfix(Server):
    name = "postfix"
    messages = 1200

    def __init__(self, folder, sink_port, roots):
        super().__init__(folder, sink_port)
        self.root = peers.root_of("postfix", roots)
        self.user = "%s@bench.test" % USER
        self.milter = None

    def configure(self, mode):
        text = MAIN % self.sink_port + (TLS if mode == "tls" else PLAIN)
        peers.write(self.root, "etc/postfix/main.cf", text)
        peers.write(self.root, "etc/postfix/master.cf", MASTER % self.port)
        self._folders()
        if mode == "tls":
            self._secrets()
            self._milter()

    def _path(self, *names):
        return os.path.join(self.root, *names)

    def _folders(self):
        owner = peers.uid("postfix")
        queue = self._path("var/spool/postfix")
        peers.empty(queue)
        for name in QUEUES:
            os.makedirs(os.path.join(queue, name), exist_ok=True)
            os.chmod(os.path.join(queue, name), 0o700)
            os.chown(os.path.join(queue, name), owner, 0)
        for name, mode in (("maildrop", 0o1730), ("public", 0o710)):
            os.makedirs(os.path.join(queue, name), exist_ok=True)
            os.chmod(os.path.join(queue, name), mode)
            os.chown(os.path.join(queue, name), owner, peers.uid("postdrop"))
        os.makedirs(os.path.join(queue, "pid"), exist_ok=True)
        os.makedirs(self._path("var/lib/postfix"), exist_ok=True)
        os.makedirs(self._path("var/log"), exist_ok=True)
        os.chown(self._path("var/lib/postfix"), owner, owner)

    def _secrets(self):
        cert, key = make_certificate(self.folder)
        for source, to in ((cert, "cert.pem"), (key, "key.pem")):
            with open(source) as f:
                peers.write(self.root, "etc/postfix/" + to, f.read(), 0o600)
        peers.write(self.root, "etc/postfix/sasl/smtpd.conf",
                    "pwcheck_method: auxprop\nauxprop_plugin: sasldb\n"
                    "mech_list: PLAIN\n")
        run(["chroot", self.root, "/usr/sbin/saslpasswd2", "-c", "-p", "-f",
             "/etc/sasldb2", "-u", "bench.test", USER], input=SECRET)
        os.chown(self._path("etc/sasldb2"), 0, peers.uid("postfix"))
        os.chmod(self._path("etc/sasldb2"), 0o640)

    def _milter(self):
        path = self._path("etc/dkimkeys/bench.key")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        run(["openssl", "genrsa", "-traditional", "-out", path, "2048"])
        os.chmod(os.path.dirname(path), 0o711)
        os.chmod(path, 0o600)
        os.chown(path, peers.uid("opendkim"), peers.uid("opendkim"))
        folder = self._path("var/run/opendkim")
        os.makedirs(folder, exist_ok=True)
        os.chown(folder, peers.uid("opendkim"), peers.uid("opendkim"))
        peers.write(self.root, "etc/opendkim.conf",
                    MILTER % (DOMAIN, SELECTOR))
        self.milter = subprocess.Popen(
            ["chroot", self.root, "/usr/sbin/opendkim", "-f", "-x",
             "/etc/opendkim.conf"], stdin=subprocess.DEVNULL)

    def command(self):
        return ["env", "MAIL_CONFIG=/etc/postfix", "chroot", self.root,
                "/usr/lib/postfix/sbin/master", "-d"]

    def said(self):
        path = self._path("var/log/mail.log")
        text = ""
        if os.path.exists(path):
            with open(path, errors="replace") as f:
                text = f.read()[-2000:]
        return super().said() + text

    def processes(self):
        return super().processes() + [
            p for p in [self.milter] if p is not None]

    def stop(self):
        super().stop()
        self.milter = None
        if os.path.exists(self._path("var/log/mail.log")):
            os.unlink(self._path("var/log/mail.log"))
