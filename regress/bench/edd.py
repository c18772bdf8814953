"""edd as it was built, for the bench."""

import json
import os
import shutil
import subprocess

from servers import (DOMAIN, SELECTOR, SENDER, USER, Server, free_port,
                     make_certificate, run)


class Edd(Server):
    name = "edd"
    messages = 10000

    def __init__(self, folder, sink_port, build):
        self.build = build
        super().__init__(folder, sink_port)
        self.conf = os.path.join(self.folder, "edd.conf")
        self.socket = os.path.join(self.folder, "edd.sock")
        self.web_port = free_port()
        self.insecure = has_insecure(self)
        self.key_ready = False

    def configure(self, mode):
        shutil.rmtree(os.path.join(self.folder, "spool"), ignore_errors=True)
        with open(self.conf, "w") as f:
            f.write(self.text(mode))

    def text(self, mode):
        cert, key = make_certificate(self.folder)
        listen = "starttls pki main"
        if mode == "plain" and self.insecure:
            listen += " insecure"
        return "\n".join([
            'hostname "bench.test"',
            'spool "%s/spool"' % self.folder,
            'store "%s/store"' % self.folder,
            'keys "%s/keys"' % self.folder,
            'control socket "%s"' % self.socket,
            'pki main certificate "%s" key "%s"' % (cert, key),
            'listen on 127.0.0.1 port %d %s' % (self.port, listen),
            'listen on 127.0.0.1 https port %d pki main' % self.web_port,
            'smtp sessions 20000', 'smtp sessions per address 20000',
            'smtp sessions per user 20000',
            'smtp idle timeout 1h', 'workers signer 2',
            'resolver 127.0.0.1 port %d' % free_port(),
            'allow network 127.0.0.0/8',
            'route * via 127.0.0.1 port %d' % self.sink_port, ""])

    def command(self):
        return [os.path.join(self.build, "bin", "edd"), "-d", "-f", self.conf]

    def ctl(self, *words):
        return run([os.path.join(self.build, "bin", "edctl"), "-j", "-s",
                    self.socket, *words])

    def started(self, mode):
        """Users live in the store, which stays from run to run."""
        if not self.key_ready:
            self.ctl("compartment", "add", "bench")
            self.ctl("user", "add", USER)
            self.ctl("domain", "add", DOMAIN, "compartment", "bench")
            self.ctl("sender", "add", SENDER, "compartment", "bench")
            for line in self.ctl("credential", "add", USER).splitlines():
                row = json.loads(line)
                if "password" in row:
                    self.user, self.secret = row["username"], row["password"]
            self.add_api_key()
            self.key_ready = True
        if mode == "tls" and not self.signs:
            self.ctl("dkim", "add", DOMAIN, "selector", SELECTOR)
            self.signs = True
        elif mode == "plain" and self.signs:
            self.ctl("dkim", "remove", DOMAIN, "selector", SELECTOR)
            self.signs = False

    signs = False

    def add_api_key(self):
        """RSA-2048, for signed requests."""
        self.api_key = os.path.join(self.folder, "api.pem")
        public = self.api_key + ".pub"
        run(["openssl", "genrsa", "-out", self.api_key, "2048"])
        run(["openssl", "rsa", "-in", self.api_key, "-pubout", "-out",
             public])
        self.api_key_id = json.loads(
            self.ctl("apikey", "add", USER, public))["keyId"]

    def port_of(self, mode):
        return self.web_port if mode in ("basic", "signed") else self.port

    def arguments(self, mode):
        """SMTP "plain" or "tls", or SubmitEmail "basic" or "signed". Without
        a listener that takes AUTH in the clear, "plain" is TLS too."""
        if mode == "basic":
            return ["-H", *self.login()]
        if mode == "signed":
            return ["-H", "-p", self.api_key, "-q", self.api_key_id]
        if mode == "plain" and self.insecure:
            return ["-a", "%s:%s" % (self.user, self.secret)]
        return self.login()


def has_insecure(edd):
    """Whether this edd knows "listen ... insecure"."""
    edd.insecure = True
    with open(edd.conf, "w") as f:
        f.write(edd.text("plain"))
    return subprocess.run([*edd.command()[:1], "-n", "-f", edd.conf],
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0
