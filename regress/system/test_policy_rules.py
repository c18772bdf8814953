"""Policies: who may use which senders, in envelope and header, and edctl why."""

import subprocess

import pytest

from eddtest import EDCTL, PATIENCE, Raw, message

PROD = "allow group mailers to use email-family in compartment prod"


@pytest.fixture
def ruled(edd):
    """A group that may use prod; the user is not in it."""
    edd.ctl("group", "add", "mailers")
    edd.ctl("policy", "add", PROD)
    return edd


def mail(edd, address="news@example.org"):
    client = Raw(edd)
    reply = client.say("MAIL FROM:<%s>" % address)
    client.close()
    return reply


def denied(address="news@example.org"):
    return "535 Authorization failed: address %s not authorized" % address


def why(edd, address="news@example.org", user="app"):
    rows = edd.ctl("why", user, address, json_rows=True)
    return rows[-1]["result"], [r["step"] for r in rows]


def test_without_policy_every_user_may(edd):
    assert mail(edd).startswith("250")
    result, steps = why(edd)
    assert result == "ALLOW"
    assert "there is no policy: every user may use every sender" in steps


def test_first_policy_closes_the_rest(ruled):
    assert mail(ruled) == denied()
    result, steps = why(ruled)
    assert result == "DENY"
    assert 'policy "%s": the user is not in its group' % PROD in steps
    assert "no policy allows it" in steps


def test_member_of_the_group_may(ruled, sink):
    ruled.ctl("group", "join", "mailers", "user", "app")
    ruled.send("someone@example.net")
    sink.wait()
    result, steps = why(ruled)
    assert result == "ALLOW"
    assert 'policy "%s" allows it' % PROD in steps
    ruled.ctl("group", "leave", "mailers", "user", "app")
    assert mail(ruled) == denied()


def test_header_from_needs_it_too(ruled):
    ruled.ctl("group", "join", "mailers", "user", "app")
    ruled.ctl("compartment", "add", "dev")
    ruled.ctl("sender", "add", "boss@example.edu", "compartment", "dev")
    client = Raw(ruled)
    client.say("MAIL FROM:<news@example.org>")
    client.say("RCPT TO:<someone@example.net>")
    client.say("DATA")
    client.send(message(sender="boss@example.edu") + b"\r\n.\r\n")
    assert client.reply() == denied("boss@example.edu")
    _, steps = why(ruled, "boss@example.edu")
    assert 'policy "%s": it is for another compartment' % PROD in steps


@pytest.mark.parametrize("sentence, allowed, reason", [
    ("allow any-user to use approved-senders in tenancy", True, None),
    ("allow any-user to manage email-family in compartment prod", True, None),
    ("allow any-user to use email-family in compartment root", True, None),
    ("allow any-user to read email-family in tenancy", False,
     "its verb is not enough"),
    ("allow any-user to use dkim in tenancy", False,
     "it is about something else"),
    ("allow any-user to use email-family in compartment dev", False,
     "it is for another compartment"),
])
def test_verbs_families_places(edd, sentence, allowed, reason):
    edd.ctl("compartment", "add", "dev")
    edd.ctl("policy", "add", *sentence.split())
    assert mail(edd).startswith("250" if allowed else "535")
    result, steps = why(edd)
    assert result == ("ALLOW" if allowed else "DENY")
    if reason:
        assert any(s.endswith(reason) for s in steps)


def test_policies_survive_a_restart_and_can_be_removed(ruled):
    ruled.stop()
    ruled.start()
    assert mail(ruled) == denied()
    row, = ruled.ctl("policy", "list", json_rows=True)
    assert row["policy"] == PROD
    ruled.ctl("policy", "remove", row["id"])
    assert mail(ruled).startswith("250")


def test_list_of_a_group_or_compartment(ruled):
    ruled.ctl("group", "add", "readers")
    ruled.ctl("compartment", "add", "spare")
    more = ["allow group readers to use email-family in compartment prod",
            "allow group mailers to use email-family in compartment spare",
            "allow group mailers to use email-family in tenancy"]
    for sentence in more:
        ruled.ctl("policy", "add", sentence)

    def listed(*words):
        return sorted(r["policy"] for r in ruled.ctl(
            "policy", "list", *words, json_rows=True))
    assert listed() == sorted([PROD] + more)
    assert listed("group", "readers") == [more[0]]
    assert listed("compartment", "prod") == sorted([PROD, more[0]])
    assert listed("group", "mailers", "compartment", "spare") == [more[1]]
    assert listed("compartment", "root") == [more[2]]
    assert listed("group", "readers", "compartment", "spare") == []
    for words in (("group", "lost"), ("compartment", "lost")):
        assert "lost" in ruled.ctl("policy", "list", *words, ok=False)


def test_why_names_what_is_missing(ruled):
    result, steps = why(ruled, "other@example.org")
    assert result == "DENY"
    assert ('neither "other@example.org" nor its whole domain is an approved '
            "sender") in steps
    ruled.ctl("user", "set", "app", "state", "inactive")
    assert why(ruled)[1][0] == 'user "app" is INACTIVE'
    assert 'no user "nobody"' in ruled.ctl("why", "nobody", "a@example.org",
                                           ok=False)
    assert "not an address" in ruled.ctl("why", "app", "@example.org",
                                         ok=False)


def test_mistakes_change_nothing(ruled):
    for sentence, text in (
            ("allow group mailers to send email-family in tenancy",
             '"send" stands where inspect, read, use or manage is expected'),
            ("allow group nobody to use email-family in tenancy",
             'no group "nobody"'),
            ("allow any-user to use email-family in compartment nowhere",
             'no compartment "nowhere"')):
        assert text in ruled.ctl("policy", "add", sentence, ok=False)
    assert len(ruled.ctl("policy", "list", json_rows=True)) == 1
    assert "a policy names group" in ruled.ctl("group", "remove", "mailers",
                                               ok=False)
    ruled.ctl("group", "join", "mailers", "user", "app")
    assert "has users" in ruled.ctl("group", "remove", "mailers", ok=False)


def test_removed_user_is_in_no_group(ruled):
    ruled.ctl("user", "add", "bob")
    ruled.ctl("group", "join", "mailers", "user", "bob")
    row, = ruled.ctl("group", "show", "mailers", json_rows=True)
    assert row["user"] == "bob"
    ruled.ctl("user", "remove", "bob")
    assert ruled.ctl("group", "show", "mailers", json_rows=True) == []


def mends(edd, address="news@example.org", user="app"):
    return [r["step"] for r in edd.ctl("why", user, address, json_rows=True)
            if r["result"] == "mend"]


def follow(edd, command):
    """Paste what was offered into a shell."""
    assert command.startswith("edctl "), command
    subprocess.run(["sh", "-c", "%s -s %s %s" % (
        EDCTL, edd.socket, command.removeprefix("edctl "))], check=True,
        stdout=subprocess.DEVNULL, timeout=PATIENCE)


@pytest.mark.parametrize("address", [
    "new@example.org", "o'hara&sons*@example.org",
    '"a b;$(exit 3)`"@example.org'])
def test_what_is_offered_mends_it(ruled, address):
    """Each step that is a no, one after the other."""
    edd = ruled
    edd.ctl("compartment", "add", "other")
    edd.ctl("user", "set", "app", "state", "inactive")
    edd.ctl("sender", "add", address, "compartment", "prod")
    edd.ctl("sender", "remove", address)
    user, sender = mends(edd, address)
    assert user == "edctl user set app state active"
    assert sender.endswith(" compartment prod")
    follow(edd, user)
    follow(edd, sender)
    edd.ctl("sender", "set", address, "state", "inactive")
    sender, = mends(edd, address)
    follow(edd, sender)
    join, = mends(edd, address)
    assert join.startswith("edctl group join GROUP user app, ")
    edd.ctl("group", "add", "others")
    edd.ctl("group", "join", "others", "user", "app")
    policy, = mends(edd, address)
    assert policy == ("edctl policy add allow group others to use "
                      "email-family in compartment prod")
    follow(edd, policy)
    assert mends(edd, address) == []
    assert why(edd, address)[0] == "ALLOW"


def test_a_sender_beside_its_domain_is_moved(edd):
    edd.ctl("compartment", "add", "other")
    edd.ctl("sender", "add", "early@example.com", "compartment", "other")
    edd.ctl("domain", "add", "example.com", "compartment", "prod")
    if why(edd, "early@example.com")[0] == "DENY":
        move, = mends(edd, "early@example.com")
        assert move == "edctl sender set early@example.com compartment prod"
        follow(edd, move)
    assert why(edd, "early@example.com")[0] == "ALLOW"


def test_a_permission_is_mended_too(edd):
    def ask():
        return [(r["result"], r["step"]) for r in edd.ctl(
            "why", "app", "DKIM_CREATE", "compartment", "prod",
            json_rows=True)]
    assert ask()[-1][0] == "DENY"
    assert any(s.startswith("edctl group join GROUP user app")
               for r, s in ask() if r == "mend")
    edd.ctl("group", "add", "admins")
    edd.ctl("group", "join", "admins", "user", "app")
    mend, = [s for r, s in ask() if r == "mend"]
    assert mend == ("edctl policy add allow group admins to manage "
                    "email-family in compartment prod")
    follow(edd, mend)
    assert ask()[-1][0] == "ALLOW"
    text = edd.ctl("why", "app", "SENDER_USE", "compartment", "prod",
                   ok=False)
    assert "edctl help why" in text
