"""Lists with filters, conditions that are ill-formed, texts that are not
UTF-8, and commands that want to know what they are about."""

import json
import subprocess

import pytest

from eddtest import EDCTL, PATIENCE


def names(edd, *words, column="name"):
    return [r[column] for r in edd.ctl(*words, json_rows=True)]


@pytest.fixture
def full(make_edd):
    edd = make_edd().start().setup()
    edd.ctl("compartment", "add", "inner", "parent", "prod")
    edd.ctl("group", "add", "readers")
    edd.ctl("user", "add", "reader")
    edd.ctl("group", "join", "readers", "user", "reader")
    edd.ctl("domain", "add", "example.com", "compartment", "inner")
    edd.ctl("sender", "add", "news@example.com", "compartment", "inner")
    edd.ctl("dkim", "add", "example.com", "selector", "c1")
    return edd


def test_every_list_has_filters(full):
    edd = full
    assert names(edd, "compartment", "list", "parent", "prod") == ["inner"]
    assert names(edd, "compartment", "list", "prefix", "PR") == ["prod"]
    assert "no compartment" in edd.ctl("compartment", "list", "parent", "x",
                                       ok=False)
    assert names(edd, "group", "list", "user", "reader") == ["readers"]
    assert names(edd, "group", "list", "prefix", "read") == ["readers"]
    assert names(edd, "group", "list", "prefix", "x") == []
    edd.ctl("webhook", "add", "https://127.0.0.1:9/a", "compartment", "inner")
    edd.ctl("webhook", "add", "https://127.0.0.1:9/b")
    urls = names(edd, "webhook", "list", "compartment", "inner", column="url")
    assert urls == ["https://127.0.0.1:9/a"]
    assert len(names(edd, "webhook", "list", "state", "active",
                     column="url")) == 2
    assert names(edd, "webhook", "list", "state", "inactive",
                 column="url") == []
    assert names(edd, "throttle", "list", "state", "throttled",
                 column="address") == []
    assert names(edd, "throttle", "list", "prefix", "192.0.2.",
                 column="address") == []
    assert names(edd, "apikey", "list", "state", "inactive",
                 column="user") == []
    assert names(edd, "sender", "list", "domain", "EXAMPLE.com",
                 column="address") == ["news@example.com"]
    assert names(edd, "sender", "list", "prefix", "NEWS@example.c",
                 column="address") == ["news@example.com"]
    assert "\"a b\"" in edd.ctl("sender", "list", "domain", "a b", ok=False)
    assert names(edd, "domain", "list", "prefix", "example.c",
                 column="domain") == ["example.com"]
    assert names(edd, "dkim", "list", "compartment", "inner",
                 column="selector") == ["c1"]
    edd.ctl("limits", "set", "user", "reader", "day", "10")
    assert edd.ctl("limits", "list", json_rows=True) == edd.ctl(
        "limits", "show", json_rows=True)


def test_numbers_that_are_not_set_are_null(full):
    full.ctl("limits", "set", "user", "reader", "day", "10")
    row = full.ctl("limits", "show", json_rows=True)[0]
    assert row["day"] == 10 and row["minute"] is None and row["size"] is None
    full.ctl("credential", "add", "reader")
    row = full.ctl("credential", "list", "reader", json_rows=True)[0]
    assert row["used"] is None and row["expires"] is None


@pytest.mark.parametrize("line,why,hint", [
    (["queue", "hold", "domain", "a b"], '"a b": ', "a domain is"),
    (["queue", "hold", "sender", "foo"], '"foo": ', "USER@DOMAIN"),
    (["queue", "pause", "destination", "exa mple"], '"exa mple": ',
     "a domain is"),
    (["events", "recipient", "foo"], '"foo": ', "USER@DOMAIN"),
    (["events", "sender", "@example.org"], "no address", "USER@DOMAIN"),
    (["events", "event", "relayd"], 'unknown "relayd"',
     'did you mean "relayed"?'),
    (["audit", "verb", "nope"], 'unknown "nope"', "known are"),
    (["audit", "verb", "usr"], 'unknown "usr"', 'did you mean "user"?'),
    (["audit", "verb", "user delete"], 'unknown "user delete"',
     'did you mean "user remove"?'),
    (["throttle", "clear"], "ADDRESS|all is missing", "usage: "),
    (["credential", "set", "CREDENTIAL"], "nothing to set", "usage: "),
    (["group", "add", "any-user"], "everybody", "another name"),
    (["group", "set", "mailers", "name", "Any-User"], "everybody",
     "another name"),
])
def test_what_is_ill_formed_is_refused(make_edd, line, why, hint):
    edd = make_edd().start().setup()
    if "CREDENTIAL" in line:
        line[-1] = names(edd, "credential", "list", column="id")[0]
    edd.ctl("group", "add", "mailers")
    before = names(edd, "audit", column="number")
    text = edd.ctl(*line, ok=False)
    assert why in text and hint in text
    assert names(edd, "audit", column="number") == before


def test_what_is_well_formed_is_taken(edd, sink):
    edd.send("a@example.net")
    sink.wait(1)
    for line in (["queue", "hold", "domain", "B\u00dcCHER.example"],
                 ["queue", "hold", "domain", "[192.0.2.1]"],
                 ["queue", "hold", "sender", "@example.org"],
                 ["queue", "hold", "sender", "<>"],
                 ["events", "recipient", "A@example.net"],
                 ["audit", "verb", "user add"], ["audit", "verb", "dkim state"],
                 ["audit", "verb", "CreateSender"],
                 ["throttle", "clear", "all"]):
        edd.ctl(*line)
    assert edd.ctl("events", "recipient", "A@example.net", json_rows=True)
    assert edd.ctl("audit", "verb", "us a", json_rows=True)


def test_questions_are_not_in_the_audit(edd):
    before = names(edd, "audit", column="number")
    edd.ctl("drain", "status")
    edd.ctl("queue", "pause")
    assert names(edd, "audit", column="number") == before
    edd.ctl("queue", "pause", "all")
    edd.ctl("queue", "resume", "all")
    assert len(names(edd, "audit", column="number")) == len(before) + 2


def test_a_policy_is_there_once(edd):
    edd.ctl("group", "add", "mailers")
    sentence = "group mailers to use email-family in compartment prod"
    edd.ctl("policy", "add", "allow " + sentence)
    rows = edd.ctl("policy", "list", json_rows=True)
    text = edd.ctl("policy", "add", "Allow  " + sentence, ok=False)
    assert "says the same" in text and rows[0]["id"] in text
    # It can be set to what it is.
    edd.ctl("policy", "set", rows[0]["id"], rows[0]["policy"])
    assert edd.ctl("policy", "list", json_rows=True) == rows


def test_texts_are_utf8(edd):
    edd.ctl("suppression", "add", "x@example.net", "compartment", "prod")
    edd.ctl("domain", "add", "example.com", "compartment", "prod")
    edd.ctl("dkim", "add", "example.com", "selector", "s1")
    for line in (b"credential add app description", b"suppression set "
                 b"x@example.net note", b"domain set example.com description",
                 b"dkim set example.com selector s1 description"):
        for bad in (b"x\xff", b"\xed\xa0\x80", b"a\nb", b"\xc2\x85"):
            done = subprocess.run(
                [EDCTL, "-j", "-s", edd.socket, *line.split(), bad],
                capture_output=True, timeout=PATIENCE)
            assert done.returncode == 1, done
            error = json.loads(done.stderr)
            assert "is one line" in error["error"]
            assert "not UTF-8" in error["hint"]
        edd.ctl(*line.decode().split(), "gr\u00fc\u00dfe \U0001f600")
    # What was typed comes back as JSON, whatever it is.
    done = subprocess.run([EDCTL, "-j", "-s", edd.socket, b"user", b"remove",
                           b"x\xff"], capture_output=True, timeout=PATIENCE)
    assert "x\ufffd" in json.loads(done.stderr)["error"]


def test_none_clears_a_text(edd):
    credential = names(edd, "credential", "list", column="id")[0]
    edd.ctl("credential", "set", credential, "description", "the shop")
    assert "the shop" in edd.ctl("credential", "show", credential)
    edd.ctl("credential", "set", credential, "description", "none")
    row = edd.ctl("credential", "show", credential, json_rows=True)[0]
    assert row["description"] == ""
    edd.ctl("suppression", "add", "x@example.net", "compartment", "prod",
            "note", "called")
    edd.ctl("suppression", "set", "x@example.net", "note", "none")
    assert edd.ctl("suppression", "list", json_rows=True)[0]["text"] == ""


def test_an_id_of_a_request_is_one(edd):
    for bad in ("a b", "", "x" * 300, "\u00fc"):
        text = edd.ctl("events", "request", bad, ok=False)
        assert "is no id of a request" in text, (bad, text)
    assert edd.ctl("events", "request", "my-id/0A", json_rows=True) == []
