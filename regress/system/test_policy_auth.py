"""AUTH: which mechanisms a listener offers, LOGIN in both forms, cancelling,
and SCRAM-SHA-256 with a client of our own and a common one."""

import base64
import hashlib
import hmac
import os
import subprocess

import pytest

from eddtest import Raw, have, message

INVALID = "535 Authentication credentials invalid"
CANCELED = "501 Authentication canceled by client."


def b64(text):
    return base64.b64encode(text.encode() if isinstance(text, str)
                            else text).decode()


def unb64(text):
    return base64.b64decode(text).decode()


@pytest.fixture
def scram(make_edd, sink):
    """A daemon whose TLS port offers everything."""
    edd = make_edd(route=(sink.address, sink.port))
    text = edd.conf_text().replace("tls pki main\n", "tls pki main auth "
                                   "scram-sha-256 plain login\n")
    text = text.replace("starttls pki main auth scram-sha-256 plain login",
                        "starttls pki main auth plain")
    edd.conf_text = lambda: text
    edd.write_conf()
    return edd.start().setup(dkim=False)


def connect(edd):
    client = Raw(edd, login=False)
    client.say("EHLO client.example.org")
    return client


class Scram:
    """RFC 5802 on the side of the client."""

    def __init__(self, client, user, secret, header="n,,", nonce=None):
        self.client = client
        self.secret = secret
        self.header = header
        self.nonce = nonce or b64(os.urandom(18))
        self.bare = "n=%s,r=%s" % (
            user.replace("=", "=3D").replace(",", "=2C"), self.nonce)

    def first(self, initial=True):
        text = b64(self.header + self.bare)
        if initial:
            reply = self.client.say("AUTH SCRAM-SHA-256 " + text)
        else:
            assert self.client.say("AUTH SCRAM-SHA-256") == "334 "
            reply = self.client.say(text)
        if reply.startswith("334 "):
            self.server = unb64(reply[4:])
            fields = dict(f.split("=", 1) for f in self.server.split(","))
            assert fields["r"].startswith(self.nonce)
            assert len(fields["r"]) >= len(self.nonce) + 18
            self.all_nonce = fields["r"]
            self.salt = base64.b64decode(fields["s"])
            self.rounds = int(fields["i"])
            assert self.rounds >= 4096
        return reply

    def final(self, nonce=None, header=None, spoil=False):
        salted = hashlib.pbkdf2_hmac("sha256", self.secret.encode(),
                                     self.salt, self.rounds)
        def mac(key, text):
            return hmac.new(key, text.encode(), "sha256").digest()
        client_key = mac(salted, "Client Key")
        last = "c=%s,r=%s" % (b64(header or self.header),
                              nonce or self.all_nonce)
        whole = "%s,%s,%s" % (self.bare, self.server, last)
        signature = mac(hashlib.sha256(client_key).digest(), whole)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        if spoil:
            proof = proof[:-1] + bytes([proof[-1] ^ 1])
        self.expect = b64(mac(mac(salted, "Server Key"), whole))
        return self.client.say(b64("%s,p=%s" % (last, b64(proof))))


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize("header", ["n,,", "y,,", "n,a=other,"])
def test_scram(scram, sink, initial, header):
    client = connect(scram)
    exchange = Scram(client, scram.user, scram.secret, header)
    assert exchange.first(initial).startswith("334 ")
    reply = exchange.final()
    assert unb64(reply[4:]) == "v=" + exchange.expect
    assert client.say("").startswith("235")
    assert client.say("MAIL FROM:<news@example.org>").startswith("250")


def test_scram_wrong_secret_and_unknown_user_look_the_same(scram):
    replies = []
    for user in (scram.user, "nobody@example.org"):
        exchange = Scram(connect(scram), user, "wrong")
        assert exchange.first().startswith("334 ")
        assert (len(exchange.salt), exchange.rounds) == (16, 4096)
        replies.append(exchange.final())
    assert replies == [INVALID] * 2


def test_scram_salt_of_unknown_user_is_always_the_same(scram):
    def salt(user):
        exchange = Scram(connect(scram), user, "x")
        exchange.first()
        return exchange.salt
    one = salt("nobody@example.org")
    assert one == salt("nobody@example.org") != salt("other@example.org")
    scram.stop()
    scram.start()
    assert one == salt("nobody@example.org")


@pytest.mark.parametrize("how", [
    dict(spoil=True), dict(nonce="x"), dict(header="y,,")])
def test_scram_spoilt_proof(scram, how):
    client = connect(scram)
    exchange = Scram(client, scram.user, scram.secret)
    exchange.first()
    reply = exchange.final(**how)
    assert reply == (INVALID if "spoil" in how else
                     "501 Invalid command argument, not a valid SCRAM message")
    assert client.say("MAIL FROM:<news@example.org>").startswith("535")


def test_scram_replay_is_refused(scram):
    client = connect(scram)
    exchange = Scram(client, scram.user, scram.secret)
    exchange.first()
    exchange.final()
    old = exchange.all_nonce
    client.say("")
    client = connect(scram)
    again = Scram(client, scram.user, scram.secret, nonce=exchange.nonce)
    again.first()
    assert again.all_nonce != old
    assert again.final(nonce=old).startswith("501")


def test_scram_without_the_last_line_is_no_login(scram):
    for line, reply in (("*", CANCELED), ("eA==", "501 Invalid command "
                        "argument, not a valid SCRAM message")):
        client = connect(scram)
        exchange = Scram(client, scram.user, scram.secret)
        exchange.first()
        assert exchange.final().startswith("334 ")
        assert client.say(line) == reply
        assert client.say("MAIL FROM:<news@example.org>") == (
            "535 Authentication required")


@pytest.mark.parametrize("step", [0, 1])
def test_scram_canceled(scram, step):
    client = connect(scram)
    if step == 0:
        client.say("AUTH SCRAM-SHA-256")
    else:
        Scram(client, scram.user, scram.secret).first()
    assert client.say("*") == CANCELED
    exchange = Scram(client, scram.user, scram.secret)
    assert exchange.first().startswith("334 ")
    assert exchange.final().startswith("334 ")
    assert client.say("").startswith("235")


def test_scram_failures_throttle(make_edd):
    edd = make_edd(extra="smtp throttle failures 3 window 1h block 1h")
    text = edd.conf_text().replace(" tls pki main\n",
                                   " tls pki main auth scram-sha-256\n")
    edd.conf_text = lambda: text
    edd.write_conf()
    edd.start()
    replies = []
    for _ in range(3):
        exchange = Scram(connect(edd), "nobody", "wrong")
        exchange.first()
        replies.append(exchange.final())
    assert replies == [INVALID] * 2 + [
        "421 Too many auth failures, try again later"]


def test_scram_msmtp(scram, sink, folder):
    conf = os.path.join(folder, "msmtprc")
    with open(conf, "w") as f:
        f.write("account default\nhost 127.0.0.1\nport %d\nfrom "
                "news@example.org\nauth scram-sha-256\nuser %s\npassword %s\n"
                "tls on\ntls_starttls off\ntls_certcheck off\n" % (
                    scram.ports["tls"], scram.user, scram.secret))
    os.chmod(conf, 0o600)
    done = subprocess.run([have("msmtp"), "-C", conf, "someone@example.net"],
                          input=message(), capture_output=True)
    assert done.returncode == 0, done.stderr
    sink.wait()


def test_listener_offers_what_is_configured(scram):
    client = Raw(scram, login=False)
    assert "250-AUTH PLAIN LOGIN SCRAM-SHA-256" in client.say(
        "EHLO x").split("\r\n")
    with scram.client(login=False) as smtp:
        smtp.ehlo()
        assert smtp.esmtp_features["auth"].split() == ["PLAIN"]
        code, text = smtp.docmd("AUTH", "LOGIN")
        assert (code, text) == (504, b"Method not supported")
        code, text = smtp.docmd("AUTH", "SCRAM-SHA-256")
        assert (code, text) == (504, b"Method not supported")
        smtp.login(scram.user, scram.secret)


def test_default_is_plain_and_login(edd):
    client = Raw(edd, login=False)
    assert "250-AUTH PLAIN LOGIN" in client.say("EHLO x").split("\r\n")
    assert client.say("AUTH SCRAM-SHA-256") == "504 Method not supported"


def test_nothing_before_tls(edd):
    client = Raw(edd, kind="starttls", login=False)
    assert "AUTH" not in client.say("EHLO x")
    for mech in ("PLAIN", "LOGIN", "SCRAM-SHA-256"):
        assert client.say("AUTH " + mech).startswith("530")


@pytest.mark.parametrize("initial", [True, False])
def test_login(edd, initial):
    client = connect(edd)
    if initial:
        reply = client.say("AUTH LOGIN " + b64(edd.user))
    else:
        assert client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
        reply = client.say(b64(edd.user))
    assert reply == "334 UGFzc3dvcmQ6"
    assert client.say(b64(edd.secret)).startswith("235")


@pytest.mark.parametrize("lines, reply", [
    (["AUTH LOGIN", "*"], CANCELED),
    (["AUTH LOGIN eA==", "*"], CANCELED),
    (["AUTH PLAIN", "*"], CANCELED),
    (["AUTH CRAM-MD5"], "504 Method not supported"),
    (["AUTH XOAUTH2 eA=="], "504 Method not supported"),
    (["AUTH OAUTHBEARER eA=="], "504 Method not supported"),
    (["AUTH PLAIN a b"], "504 AUTH mechanism mismatch"),
    (["AUTH PLAIN!"], "504 AUTH mechanism mismatch"),
])
def test_cancelled_and_unknown(edd, lines, reply):
    client = connect(edd)
    for line in lines:
        answer = client.say(line)
    assert answer == reply
    assert client.say("AUTH PLAIN " + b64("\0%s\0%s" % (
        edd.user, edd.secret))).startswith("235")


def test_reload_changes_mechanisms(edd):
    text = edd.conf_text().replace(" tls pki main", " tls pki main auth login")
    edd.conf_text = lambda: text
    edd.write_conf()
    edd.reload()
    client = Raw(edd, login=False)
    assert "250-AUTH LOGIN" in client.say("EHLO x").split("\r\n")
