"""Haraka relays through edd by its outbound.  It needs node 20 and npm, which
etc/deps does not name (see nodemailer's tests): without them these tests are
skipped."""

import json
import os
import shutil
import subprocess

import pytest

from clienttest import Relay, assert_came_through, npm_installed
from eddtest import ROOT, have, message

HERE = os.path.join(ROOT, "regress", "clients", "haraka")


class Haraka(Relay):
    name = "haraka"

    def __init__(self, packages, folder, edd, method):
        super().__init__(os.path.join(folder, "haraka"))
        self.command = [have("node"), packages + "/bin/haraka", "-c",
                        self.folder]
        self.environment = {"NODE_EXTRA_CA_CERTS": edd.cert}
        shutil.copytree(HERE + "/plugins", self.folder + "/plugins")
        shutil.copytree(packages + "/config", self.folder + "/config")
        os.mkdir(self.folder + "/queue")
        self.configure(me="app.example.org\n", plugins="edd\n")
        self.configure(
            "ini", smtp="listen=127.0.0.1:%d\nnodes=0\n" % self.port,
            log="[main]\nlevel=info\n",
            outbound="enable_tls=true\n",
            tls="[outbound]\nforce_tls_hosts[]=127.0.0.1\n")
        self.configure("json", edd=json.dumps({
            "priority": 0, "exchange": "127.0.0.1",
            "port": edd.ports["starttls"], "auth_type": method,
            "auth_user": edd.user, "auth_pass": edd.secret}))

    def configure(self, kind=None, **files):
        for name, text in files.items():
            path = os.path.join(self.folder, "config", name)
            with open(path + "." + kind if kind else path, "w") as f:
                f.write(text)


@pytest.fixture
def haraka(edd, folder, cleanup):
    def make(method="PLAIN"):
        packages = npm_installed("clients/haraka") + "/node_modules/Haraka"
        version = subprocess.run([have("node"), "--version"], check=True,
                                 capture_output=True, text=True).stdout
        if int(version.strip("v").split(".")[0]) < 20:
            pytest.skip("Haraka needs node 20, this is " + version)
        server = Haraka(packages, folder, edd, method)
        cleanup.append(server)
        return server.start()
    return make


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
def test_haraka_relays_through_edd(edd, sink, haraka, method):
    server = haraka(method)
    rcpts = ["a@example.net", "b@example.net"]
    server.submit("news@example.org", rcpts, message(
        subject="by Haraka", body="One.\r\n..\r\n.two\r\n"))
    data, = assert_came_through(edd, sink, rcpts)
    assert b"Subject: by Haraka\r\n" in data
    assert data.endswith(b"\r\n\r\nOne.\r\n..\r\n.two\r\n")
    server.wait_log("secured verified=true")
    server.wait_log("delivered .* tls=Y auth=Y response=\"Ok: queued as")


def test_haraka_sender_that_is_not_approved(edd, sink, haraka):
    server = haraka()
    server.submit("other@example.org", ["a@example.net"],
                  message(sender="other@example.org"))
    server.wait_log("bouncing mail: 535 Authorization failed: address "
                    "other@example.org not authorized")
    assert sink.messages == []
