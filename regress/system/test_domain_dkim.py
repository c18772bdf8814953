"""States of DKIM keys and domains, which follow from a real name server."""

import json
import re
import socket
import subprocess
import time

import pytest

from eddtest import EDCTL, PATIENCE, wait_for

HOSTS = "@ MX 1 mx\nmx A 127.0.0.12\n"


@pytest.fixture
def site(make_edd, dns, sink):
    """A function: extra configuration -> a daemon whose zone is ours."""
    def make(extra="", setup=True):
        dns.zone("example.org", HOSTS)
        dns.start()
        edd = make_edd(dns=dns, route=(sink.address, sink.port),
                       extra="dkim check-interval 1s\n" + extra)
        edd.start()
        if setup:
            edd.setup()
        return edd
    return make


def keys(edd, domain="example.org"):
    return {r["selector"]: r
            for r in edd.ctl("dkim", "list", domain, json_rows=True)}


def ask(edd, *words):
    """Exit status and all that edctl says."""
    done = subprocess.run([EDCTL, "-s", edd.socket, *words],
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout + done.stderr


def zone_of(edd, *args):
    return "\n".join(r["line"] for r in edd.ctl("dkim", "zone", *args,
                                                json_rows=True))


def publish(edd, dns, more=""):
    """Publish what edctl says, for a second: caches remember longer ones."""
    text = zone_of(edd, "example.org").replace(" 3600 IN ", " 1 IN ")
    dns.change("example.org", HOSTS + text + more)


def wait_state(edd, selector, state, dns_word=None):
    def look():
        k = keys(edd).get(selector)
        return k is not None and k["state"] == state and (
            dns_word is None or k["dns"] == dns_word) and k
    return wait_for(look, "%s to be %s" % (selector, state))


def selectors(message):
    """The selectors that signed a message."""
    text = message.data.decode().replace("\r\n\t", " ").replace("\r\n ", " ")
    return sorted(
        part.strip()[2:] for line in text.split("\r\n")
        if line.lower().startswith("dkim-signature:")
        for part in line.split(":", 1)[1].split(";")
        if part.strip().startswith("s="))


def signed_by(edd, sink):
    n = len(sink.messages)
    edd.send("a@example.net")
    return selectors(sink.wait(n + 1)[n])


def test_a_key_becomes_active_when_the_dns_shows_it(site, dns, sink):
    edd = site()
    assert wait_state(edd, "s1", "CREATING", "missing")["signs"]
    assert signed_by(edd, sink) == ["s1"]
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE", "published")
    edd.wait_event("admin", action="dkim state", actor="edd")
    change = edd.ctl("audit", "verb", "dkim state", json_rows=True)[0]
    assert change["new"] == "s1 ACTIVE" and change["who"] == "edd"


def test_a_key_that_goes_missing_needs_attention_and_signs(site, dns, sink):
    edd = site()
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    dns.change("example.org", HOSTS)
    wait_state(edd, "s1", "NEEDS_ATTENTION", "missing")
    assert signed_by(edd, sink) == ["s1"]
    rows = edd.ctl("domain", "list", json_rows=True)
    assert rows[0]["state"] == "NEEDS_ATTENTION"
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")


def test_a_key_whose_record_is_another_does_not_sign(site, dns, sink):
    edd = site()
    dns.change("example.org", HOSTS +
               's1._domainkey TXT "v=DKIM1; k=rsa; p=AAAA"')
    k = wait_state(edd, "s1", "NEEDS_ATTENTION", "differs")
    assert not k["signs"]
    assert signed_by(edd, sink) == []


def test_dead_dns_changes_nothing(site, dns, sink):
    edd = site()
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    dns.stop()
    dns.process = None
    edd.ctl("dkim", "check", "example.org")
    assert keys(edd)["s1"]["state"] == "ACTIVE"


def test_rotation(site, dns, sink):
    edd = site("queue expire 8s\n")
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    text = edd.ctl("dkim", "rotate", "example.org", "selector", "s2")
    assert "the key before signs until it is there" in text
    assert "edctl dkim check example.org" in text
    assert keys(edd)["s2"]["state"] == "CREATING"
    assert not keys(edd)["s2"]["signs"]
    text = edd.ctl("dkim", "check", "example.org", "selector", "s2")
    assert '"edctl domain check example.org" says what is wrong' in text
    text = edd.ctl("dkim", "check", "example.org", "selector", "s1")
    assert "domain check" not in text
    assert signed_by(edd, sink) == ["s1"]
    text = edd.ctl("dkim", "rotate", "example.org", ok=False)
    assert "already a next rsa key" in text
    before = time.time()
    publish(edd, dns)
    wait_state(edd, "s2", "ACTIVE")
    assert signed_by(edd, sink) == ["s2"]
    status, text = ask(edd, "-j", "dkim", "show", "example.org", "selector",
                       "s1")
    if status == 0:
        row = json.loads(text)
        assert row["state"] == "INACTIVE"
        assert before + 4 <= row["keepUntil"]
    else:
        assert "no DKIM key with selector" in text  # it is gone already
    assert "s2._domainkey" in zone_of(edd)
    wait_for(lambda: "s1" not in keys(edd), "s1 to be forgotten")
    changes = edd.ctl("audit", "verb", "dkim", json_rows=True)
    assert [(c["verb"], c["old"], c["new"]) for c in changes][-3:] == [
        ("dkim state", "s2 CREATING", "s2 ACTIVE"),
        ("dkim state", "s1 ACTIVE", "s1 INACTIVE"),
        ("dkim retire", "s1", "")]


def test_a_key_stays_while_mail_waits_that_it_signed(site, dns, sink):
    edd = site("queue expire 4s\n")
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    edd.ctl("queue", "pause", "all")
    edd.send("held@example.net")
    edd.ctl("queue", "hold", "all")
    edd.ctl("dkim", "rotate", "example.org", "selector", "s2")
    publish(edd, dns)
    wait_state(edd, "s1", "INACTIVE")
    assert "until 20" in keys(edd)["s1"]["kept"] or "mail" in (
        keys(edd)["s1"]["kept"])
    assert keys(edd)["s2"]["kept"] == ""
    wait_for(lambda: "mail of 20" in keys(edd)["s1"]["kept"], "the question")
    # However often it is asked, and by whom.
    edd.stop()
    edd.start()
    wait_for(lambda: "mail of 20" in keys(edd)["s1"]["kept"], "it anew")
    assert "s1._domainkey" in zone_of(edd)
    assert "mail of 20" in edd.ctl("dkim", "show", "example.org", "selector",
                                   "s1")
    edd.ctl("queue", "release", "all")
    edd.ctl("queue", "resume", "all")
    assert selectors(sink.wait(1)[0]) == ["s1"]
    wait_for(lambda: "s1" not in keys(edd), "s1 to be forgotten")
    assert signed_by(edd, sink) == ["s2"]


def test_rotation_survives_a_restart(site, dns, sink):
    edd = site()
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    edd.ctl("dkim", "rotate", "example.org", "selector", "s2")
    edd.stop()
    edd.start()
    assert signed_by(edd, sink) == ["s1"]
    publish(edd, dns)
    wait_state(edd, "s2", "ACTIVE")
    wait_state(edd, "s1", "INACTIVE")
    assert signed_by(edd, sink) == ["s2"]


def test_both_algorithms_sign_and_rotate_alone(site, dns, sink):
    edd = site()
    edd.ctl("dkim", "add", "example.org", "algorithm", "ed25519",
            "selector", "e1")
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    wait_state(edd, "e1", "ACTIVE")
    edd.ctl("dkim", "rotate", "example.org", "algorithm", "ed25519",
            "selector", "e2")
    publish(edd, dns)
    wait_state(edd, "e2", "ACTIVE")
    wait_state(edd, "e1", "INACTIVE")
    assert signed_by(edd, sink) == ["e2", "s1"]


def test_rotation_to_a_key_from_elsewhere_and_to_another_size(
        site, dns, sink, tmp_path):
    edd = site()
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    pem = str(tmp_path / "key.pem")
    subprocess.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA",
                    "-pkeyopt", "rsa_keygen_bits:2048", "-out", pem],
                   check=True)
    text = edd.ctl("dkim", "import", "example.org", "key", pem, ok=False)
    assert "dkim rotate example.org key FILE" in text
    text = edd.ctl("dkim", "rotate", "example.org", "key", pem, "bits",
                   "4096", ok=False)
    assert "a key from a file is what it is" in text
    edd.ctl("dkim", "rotate", "example.org", "key", pem, "selector", "s2")
    publish(edd, dns)
    wait_state(edd, "s2", "ACTIVE")
    assert signed_by(edd, sink) == ["s2"]
    edd.ctl("dkim", "rotate", "example.org", "bits", "4096", "selector", "s3")
    assert keys(edd)["s3"]["bits"] == 4096
    edd.ctl("dkim", "add", "example.org", "algorithm", "ed25519", "selector",
            "e1")
    assert keys(edd)["e1"]["bits"] == 256


def test_nothing_to_rotate(site):
    edd = site()
    text = edd.ctl("dkim", "rotate", "example.org", "algorithm", "ed25519",
                   ok=False)
    assert "no ed25519 key" in text and "dkim add" in text


def test_check_on_command(make_edd, dns):
    dns.zone("example.org", HOSTS)
    dns.start()
    edd = make_edd(dns=dns, extra="dkim check-interval 7d").start().setup()
    publish(edd, dns)

    def look():
        rows = edd.ctl("dkim", "check", "example.org", json_rows=True)
        return rows[0]["dns"] == "published" and rows
    assert wait_for(look, "the record")[0]["state"] == "ACTIVE"
    assert keys(edd)["s1"]["state"] == "ACTIVE"


def test_cname_below_a_base_domain(site, dns, sink):
    edd = site("dkim base keys.example.com\n")
    lines = zone_of(edd).splitlines()
    assert lines[0].startswith("s1.example.org.keys.example.com. 3600 IN TXT")
    assert lines[1] == ("s1._domainkey.example.org. 3600 IN CNAME "
                        "s1.example.org.keys.example.com.")
    row = edd.ctl("dkim", "show", "example.org", json_rows=True)[0]
    assert row["cname"] == "s1.example.org.keys.example.com"
    assert "type   CNAME" in edd.ctl("dkim", "show", "example.org")


def test_key_found_by_cname(make_edd, dns, sink):
    dns.zone("example.org", HOSTS)
    dns.zone("example.com", "")
    dns.start()
    edd = make_edd(dns=dns, extra="dkim check-interval 1s\n"
                   "dkim base keys.example.com").start().setup()
    txt, cname = zone_of(edd).splitlines()
    dns.change("example.com", txt)
    dns.change("example.org", HOSTS + cname)
    wait_state(edd, "s1", "ACTIVE")


# Domains.

def test_domain_is_verified_by_a_record(site, dns):
    edd = site("domain verification on\n", setup=False)
    edd.ctl("compartment", "add", "prod")
    row = edd.ctl("domain", "add", "example.org", "compartment", "prod",
                  json_rows=True)[0]
    assert row["state"] == "CREATING" and row["verified"] is False
    text = edd.ctl("sender", "add", "@example.org", "compartment", "prod",
                   ok=False)
    assert "is not verified" in text and "domain verify" in text
    text = edd.ctl("domain", "verify", "example.org", ok=False)
    assert "_edd-verification" in text and "is not verified" in text
    token = [w for w in text.split()
             if w.startswith("edd-verification=")][0]
    dns.change("example.org", HOSTS +
               '_edd-verification TXT "edd-verification=wrong"')
    edd.ctl("domain", "verify", "example.org", ok=False)
    dns.change("example.org", HOSTS + '_edd-verification TXT "%s"' % token)
    wait_for(lambda: ask(edd, "domain", "verify", "example.org")[0] == 0,
             "the record")
    row = edd.ctl("domain", "list", json_rows=True)[0]
    assert row["state"] == "ACTIVE" and row["verified"] is True
    edd.ctl("sender", "add", "@example.org", "compartment", "prod")


def test_domain_goes_when_its_last_key_is_retired(site, dns):
    edd = site("queue expire 4s\n")
    edd.ctl("sender", "remove", "news@example.org")
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    edd.ctl("dkim", "rotate", "example.org", "selector", "s2")
    publish(edd, dns)
    wait_state(edd, "s2", "ACTIVE")
    text = edd.ctl("domain", "remove", "example.org", ok=False)
    assert "has a DKIM key" in text
    edd.ctl("dkim", "remove", "example.org", "selector", "s2")
    edd.ctl("domain", "remove", "example.org")
    left = edd.ctl("domain", "list", json_rows=True)
    assert not left or left[0]["state"] == "DELETING"
    if left:
        text = edd.ctl("dkim", "add", "example.org", ok=False)
        assert "is being deleted" in text or "no domain" in text
    wait_for(lambda: not edd.ctl("domain", "list", json_rows=True),
             "the domain to go")


def test_show_does_not_wait_for_a_dns_that_is_silent(make_edd):
    # A name server that takes questions and never answers.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        edd = make_edd(extra="")
        text = re.sub(r"(?m)^resolver .*$", "resolver 127.0.0.1 port %d" %
                      silent.getsockname()[1], edd.conf_text())
        with open(edd.conf, "w") as f:
            f.write(text)
        edd.start().setup()
        text = edd.ctl("dkim", "show", "example.org")
        assert "v=DKIM1" in text and "did not answer within 1 s" in text


def rows(edd, *words):
    return edd.ctl(*words, json_rows=True)


def test_descriptions_and_filters(site, dns):
    edd = site()
    edd.ctl("domain", "set", "example.org", "description", "the shop, by 2030")
    assert rows(edd, "domain", "show", "example.org")[0]["description"] == (
        "the shop, by 2030")
    edd.ctl("dkim", "set", "example.org", "selector", "s1", "description",
            "made by hand")
    assert keys(edd)["s1"]["description"] == "made by hand"
    edd.stop()
    edd.start()
    assert keys(edd)["s1"]["description"] == "made by hand"
    for line in ("dkim set example.org selector s1 description ",
                 "domain set example.org description "):
        text = edd.ctl(*line.split(), "x" * 300, ok=False)
        assert "one line of at most 255" in text
    assert "no DKIM key" in edd.ctl("dkim", "set", "example.org", "selector",
                                    "s9", "description", "x", ok=False)
    edd.ctl("dkim", "set", "example.org", "selector", "s1", "description",
            "none")
    assert keys(edd)["s1"]["description"] == ""
    assert rows(edd, "domain", "show", "example.org")[0]["description"] == (
        "the shop, by 2030")
    edd.ctl("domain", "set", "example.org", "description", "none")
    assert rows(edd, "domain", "show", "example.org")[0]["description"] == ""

    edd.ctl("compartment", "add", "spare")
    edd.ctl("domain", "add", "example.com", "compartment", "spare")

    def domains(*words):
        return [r["domain"] for r in rows(edd, "domain", "list", *words)]
    assert domains() == ["example.com", "example.org"]
    assert domains("state", "active") == ["example.com", "example.org"]
    assert domains("state", "deleting") == []
    assert domains("compartment", "spare", "state", "active") == [
        "example.com"]
    assert domains("compartment", "spare", "state", "creating") == []

    def listed(*words):
        return [r["selector"] for r in rows(edd, "dkim", "list", *words)]
    assert listed("state", "creating") == ["s1"]
    assert listed("example.org", "state", "creating") == ["s1"]
    assert listed("state", "needs_attention") == []
    assert listed("example.com", "state", "creating") == []
    assert "known are active" in edd.ctl("dkim", "list", "state", "gone",
                                         ok=False)


def test_the_last_key_is_not_taken_away_silently(make_edd):
    edd = make_edd().start().setup()
    edd.ctl("dkim", "add", "example.org", "selector", "e1", "algorithm",
            "ed25519")
    assert "No key of" not in edd.ctl("dkim", "remove", "example.org",
                                      "selector", "s1")
    text = edd.ctl("dkim", "remove", "example.org", "selector", "e1")
    assert "No key of its domain signs now" in text
    assert '"edctl dkim add example.org"' in text
