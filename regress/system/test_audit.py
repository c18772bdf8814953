"""The audit: every change has a line with who, what, old and new."""

import json
import os
import pwd
import re
import subprocess

import pytest

from eddtest import EDCTL, wait_for

# Commands that change nothing of which a record would tell more than another
# has: what follows the DNS is recorded as "dkim state".
READ = {
    "audit", "dkim check", "events", "status", "trace", "why", "domain check",
    "show commands", "show counters", "show queue", "show status",
    "apikey show", "compartment show", "credential show", "policy show",
    "user show", "dkim show", "dkim zone", "domain show", "group show",
    "pool show", "returnpath show", "sender show",
    "limits show", "suppression check", "suppression count",
    "suppression export", "suppression show", "webhook show", "webhook test",
    "queue count", "queue list",
    "queue show", "queue summary", "queue verify", "store verify",
}

# Every command that changes something, in an order that works: the words,
# the object that the audit has, a part of old and of new, or None for none.
# {name} is the id that the command with that name answered with.
CHANGES = [
    ("compartment add prod", "prod", None, "ocid1.compartment"),
    ("compartment add spare", "spare", None, "ocid1.compartment"),
    ("compartment set spare name spare2", "spare2", "spare", "spare2"),
    ("compartment set spare2 name spare", "spare", "spare2", "spare"),
    ("user add app", "app", None, "state=ACTIVE"),
    ("user set app class bulk", "app", "class=transactional", "class=bulk"),
    ("group add mailers", "mailers", None, "ocid1.group"),
    ("group join mailers user app", "mailers", None, "app"),
    ("policy add allow group mailers to use email-family in compartment "
     "prod", "{id}", None, "mailers"),
    ("policy set {policy add} allow group mailers to use "
     "email-family in compartment spare", "{policy add}", "prod", "spare"),
    ("group set mailers name senders", "senders", "mailers", "senders"),
    ("group set senders name mailers", "mailers", "senders", "mailers"),
    ("policy remove {policy add}", "{policy add}", "mailers", None),
    ("group leave mailers user app", "mailers", "app", None),
    ("group remove mailers", "mailers", "ocid1.group", None),
    ("domain add example.org compartment prod", "example.org", None, "prod"),
    ("domain verify example.org", "example.org", None, "verified"),
    ("domain set example.org description of the shop", "example.org",
     "description=", "description=of the shop"),
    ("domain set example.org description none", "example.org",
     "description=of the shop", "description="),
    ("returnpath add example.org name bounce.example.org",
     "bounce.example.org", None, "example.org"),
    ("returnpath set example.org description of the shop",
     "bounce.example.org", "description=", "description=of the shop"),
    ("returnpath remove example.org", "bounce.example.org", "example.org",
     None),
    ("dkim add example.org selector s1 algorithm ed25519", "example.org",
     None, "selector=s1 algorithm=ed25519"),
    ("dkim set example.org selector s1 description the first", "example.org",
     "selector=s1 description=", "selector=s1 description=the first"),
    ("dkim rotate example.org algorithm ed25519 selector s2", "example.org",
     None, "selector=s2"),
    ("dkim import example.org key {pem} selector s3", "example.org", None,
     "selector=s3 algorithm=rsa bits=2048"),
    ("dkim remove example.org selector s1", "example.org", "selector=s1",
     None),
    ("sender add news@example.org compartment prod", "news@example.org",
     None, "prod"),
    ("sender set news@example.org state inactive", "news@example.org",
     "ACTIVE", "INACTIVE"),
    ("pool add one compartment prod address 127.0.0.31", "one", None,
     "127.0.0.31"),
    ("pool set one add 127.0.0.32", "one", None, "127.0.0.32"),
    ("sender set news@example.org pool one", "news@example.org", "pool=",
     "pool=one"),
    ("sender set news@example.org pool none", "news@example.org", "pool=one",
     "pool="),
    ("pool remove one", "one", "ocid1.compartment", None),
    ("sender remove news@example.org", "news@example.org",
     "ocid1.compartment", None),
    ("credential add app description for the shop", "{id}", None,
     "for the shop"),
    ("credential set {credential add} state inactive", "{credential add}",
     "state=ACTIVE", "state=INACTIVE"),
    ("limits set user app minute 10", "app", "minute=none", "minute=10"),
    ("limits remove user app", "app", "minute=10", None),
    ("credential remove {credential add}", "{credential add}",
     "for the shop", None),
    ("apikey add app {pub} description laptop", "app/{fingerprint}", None,
     "state=ACTIVE description=laptop"),
    ("apikey set app {fingerprint} state inactive", "app/{fingerprint}",
     "state=ACTIVE", "state=INACTIVE"),
    ("apikey remove app {fingerprint}", "app/{fingerprint}",
     "description=laptop", None),
    ("user remove app", "app", "class=bulk", None),
    ("suppression add x@y.example compartment prod", "x@y.example", None,
     "prod"),
    ("suppression set x@y.example expires 9d", "x@y.example", "", ""),
    ("suppression remove x@y.example", "x@y.example", "prod", None),
    ("suppression import {list} compartment prod", "prod", None,
     "1 suppressions"),
    ("webhook add https://hook.example/x compartment prod", "{id}", None,
     "hook.example"),
    ("webhook set {webhook add} state inactive", "{webhook add}", "ACTIVE",
     "INACTIVE"),
    ("webhook remove {webhook add}", "{webhook add}", "hook.example", None),
    ("throttle clear all", "all", "addresses=0", None),
    ("queue hold all", "all", None, "done"),
    ("queue release all", "all", None, "done"),
    ("queue flush all", "all", None, "done"),
    ("queue bounce all", "all", None, "done"),
    ("queue remove all", "all", None, "done"),
    ("queue reroute all via default", "all via default", None, "done"),
    ("queue pause all", "all", None, "done"),
    ("queue resume all", "all", None, "done"),
    ("drain", "", None, "done"),
    ("drain off", "off", None, "done"),
    ("dkim remove example.org selector s2", "example.org", "s2", None),
    ("dkim remove example.org selector s3", "example.org", "s3", None),
    ("domain remove example.org", "example.org", "ocid1.compartment", None),
    ("compartment remove spare", "spare", "ocid1.compartment", None),
    ("log verbose", "edd", None, "done"),
    ("log brief", "edd", None, "done"),
    ("reload", "edd", None, "done"),
]

# Done by tests of their own.
ELSEWHERE = {"backup", "queue export", "restore", "stop",
             "store rekey", "test-send"}


def split(line):
    words = line.split(" ")
    if line.startswith("policy add "):
        return words[:2] + [" ".join(words[2:])]
    if line.startswith("policy set "):
        return words[:3] + [" ".join(words[3:])]
    if "description" in words:
        i = words.index("description") + 1
        return words[:i] + [" ".join(words[i:])]
    return words


def verb_of(words, verbs):
    two = " ".join(words[:2])
    return two if two in verbs else words[0]


def audit(edd, *words):
    return edd.ctl("audit", *words, json_rows=True)


@pytest.fixture
def site(make_edd, dns, sink):
    dns.zone("example.org", "@ MX 1 mx\n")
    dns.start()
    sources = "deliver source 127.0.0.31\ndeliver source 127.0.0.32\n"
    return make_edd(dns=dns, route=(sink.address, sink.port),
                    extra=sources).start()


def do(edd, words, verbs, ids):
    """Do a command, keep the id of what it made; returns its verb."""
    verb = verb_of(words, verbs)
    row = {}
    for r in edd.ctl(*words, json_rows=True):
        row.update(r)
    if "fingerprint" in row:
        ids["fingerprint"] = row["fingerprint"]
    if "id" in row:
        ids["id"] = ids[verb] = row["id"]
    return verb


def fill(text, ids):
    for k, v in ids.items():
        text = text.replace("{%s}" % k, v)
    return text


def commands(edd):
    """Verbs of the running edd: words before the first argument."""
    found = set()
    for r in edd.ctl("show", "commands", json_rows=True):
        words = r["command"].split(" ")
        two = [w for w in words[:2] if re.fullmatch("[a-z-]+", w)]
        found.add(" ".join(two) if words[0] not in
                  ("audit", "backup", "drain", "events", "restore", "test-send",
                   "trace", "why") else words[0])
    return found


def test_every_change_has_a_line(site, dns, folder):
    verbs = commands(site)
    pem = os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "genrsa", "-out", pem, "2048"], check=True,
                   capture_output=True)
    pub = os.path.join(folder, "key.pub")
    subprocess.run(["openssl", "rsa", "-in", pem, "-pubout", "-out", pub],
                   check=True, capture_output=True)
    listed = os.path.join(folder, "list")
    with open(listed, "w") as f:
        f.write("z@y.example\n")
    ids = {"pem": pem, "pub": pub, "list": listed}
    done = set()
    number = 0
    for line, thing, old, new in CHANGES:
        words = split(fill(line, ids))
        if line.startswith("domain verify"):
            verify(site, dns)
            done.add("domain verify")
        else:
            done.add(do(site, words, verbs, ids))
        # What follows from a change is edd's own, and may be there already.
        row = [r for r in audit(site) if r["who"] != "edd"][-1]
        assert row["number"] > number, line
        number = row["number"]
        assert row["verb"] == verb_of(words, verbs)
        assert row["who"].startswith("uid=%d" % os.getuid())
        assert row["object"] == fill(thing, ids), line
        for name, want in (("old", old), ("new", new)):
            if want is None:
                assert row[name] == "", (line, row)
            else:
                assert want in row[name], (line, row)
    missing = {v for v in verbs if v not in READ and v not in ELSEWHERE and
               not v.endswith(" list")} - done
    assert missing == set(), "commands without a line in this table"


def verify(edd, dns):
    """Publish what edd wants to see, and wait until it is seen."""
    command = [EDCTL, "-s", edd.socket, "-j", "domain", "verify",
               "example.org"]
    done = subprocess.run(command, capture_output=True, text=True)
    row = json.loads(done.stdout.splitlines()[0])
    dns.change("example.org", "@ MX 1 mx\n_edd-verification 1 IN TXT \"%s\"\n"
               % row["should"])
    wait_for(lambda: subprocess.run(command, capture_output=True)
             .returncode == 0, "the domain to be verified")


def test_filters_and_restart(site):
    site.ctl("user", "add", "alice")
    site.ctl("user", "add", "bob")
    site.ctl("user", "set", "bob", "state", "inactive")
    site.ctl("compartment", "add", "prod")
    site.stop()
    site.start()
    assert [r["number"] for r in audit(site)] == [1, 2, 3, 4]
    assert len(audit(site, "verb", "user")) == 3
    assert len(audit(site, "verb", "user add")) == 2
    assert audit(site, "verb", "group") == []
    assert len(audit(site, "verb", "us a")) == 2
    assert [r["verb"] for r in audit(site, "object", "bob")] == [
        "user add", "user set"]
    assert len(audit(site, "object", "*o*")) == 3
    assert audit(site, "object", "o") == []
    assert len(audit(site, "who", "UID=")) == 4
    assert audit(site, "who", "nobody else") == []
    assert len(audit(site, "since", "1h")) == 4
    assert audit(site, "until", "1h") == []
    assert audit(site, "since", "2999-01-01") == []
    assert len(audit(site, "until", "2999-01-01", "verb", "compartment")) == 1
    text = site.ctl("audit", "verb", "user set")
    me = pwd.getpwuid(os.getuid()).pw_name
    assert "uid=%d (%s)  user set bob" % (os.getuid(), me) in text
    assert {r["name"] for r in audit(site)} == {me}
    assert "user set bob" in text and "- id=" in text and "+ id=" in text
    assert "neither a time ago" in site.ctl("audit", "since", "x", ok=False)
    assert "no such day" in site.ctl("audit", "since", "2026-02-31",
                                     ok=False)


def test_a_command_that_fails_leaves_no_line(site):
    site.ctl("user", "add", "alice")
    site.ctl("user", "add", "alice", ok=False)
    site.ctl("user", "set", "alice", "class", "nothing", ok=False)
    site.ctl("compartment", "remove", "nowhere", ok=False)
    assert len(audit(site)) == 1


def test_follow(site):
    site.ctl("user", "add", "alice")
    follower = subprocess.Popen(
        [EDCTL, "-s", site.socket, "-j", "audit", "-f", "verb", "user"],
        stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(follower.stdout.readline())["object"] == "alice"
        site.ctl("compartment", "add", "prod")
        site.ctl("user", "add", "bob")
        assert json.loads(follower.stdout.readline())["object"] == "bob"
    finally:
        follower.kill()
        follower.wait()
        follower.stdout.close()


def test_stop_is_recorded_and_no_file_has_it_in_the_clear(site):
    site.ctl("user", "add", "known-name")
    site.ctl("compartment", "add", "known-place")
    site.ctl("suppression", "add", "known@address.example", "compartment",
             "known-place")
    wait_for(lambda: [e for e in site.journal() if e["event"] == "admin"],
             "the journal")
    site.ctl("stop")
    site.process.wait()
    site.stop()
    for top in (site.store, site.spool):
        for path, _, names in os.walk(top):
            for name in names:
                with open(os.path.join(path, name), "rb") as f:
                    octets = f.read()
                for word in (b"known-name", b"known@address", b"known-place"):
                    assert word not in octets, name
    site.start()
    assert audit(site)[-1]["verb"] == "stop"


def test_the_oldest_records_go(make_edd):
    edd = make_edd(extra="audit records 100\naudit keep 1d").start().setup()
    for i in range(110):
        edd.ctl("log", "verbose" if i % 2 else "brief")
    numbers = [row["number"] for row in audit(edd)]
    assert len(numbers) == 100
    assert numbers == list(range(numbers[-1] - 99, numbers[-1] + 1))
