"""Compartments in compartments, and senders that are disabled."""

from eddtest import Raw


def mail(edd, address):
    client = Raw(edd)
    reply = client.say("MAIL FROM:<%s>" % address)
    client.close()
    return reply


def test_policy_limit_and_suppression_hold_below(edd):
    edd.ctl("compartment", "add", "shop", "parent", "prod")
    edd.ctl("sender", "add", "shop@example.org", "compartment", "shop")
    edd.ctl("group", "add", "mailers")
    edd.ctl("group", "join", "mailers", "user", "app")
    edd.ctl("policy", "add",
            "allow group mailers to use email-family in compartment prod")
    edd.ctl("suppression", "add", "gone@example.net", "compartment", "prod")
    edd.ctl("limits", "set", "compartment", "prod", "day", "1")
    client = Raw(edd)
    assert client.say("MAIL FROM:<shop@example.org>").startswith("250")
    assert client.say("RCPT TO:<gone@example.net>").startswith("254")
    assert client.say("RCPT TO:<a@example.net>").startswith("250")
    assert client.say("RCPT TO:<b@example.net>").startswith("455")
    text = edd.ctl("compartment", "remove", "prod", ok=False)
    assert 'a policy names compartment "prod"' in text


def test_policy_for_a_child_does_not_open_its_parent(edd):
    edd.ctl("compartment", "add", "shop", "parent", "prod")
    edd.ctl("policy", "add",
            "allow any-user to use email-family in compartment shop")
    assert mail(edd, "news@example.org").startswith("535")


def test_inactive_sender(edd):
    edd.ctl("sender", "set", "news@example.org", "state", "inactive")
    assert mail(edd, "news@example.org").startswith("535")
    edd.ctl("sender", "add", "@example.org", "compartment", "prod")
    assert mail(edd, "news@example.org").startswith("535")
    assert mail(edd, "other@example.org").startswith("250")
    edd.ctl("sender", "set", "news@example.org", "state", "active")
    assert mail(edd, "news@example.org").startswith("250")
