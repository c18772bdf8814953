"""A domain's keys and its name are for the compartment that has the domain:
who was faster with a sender elsewhere signs nothing with them."""

import pytest

from apitest import Api, with_https
from eddtest import Raw, message

CREATE = "/20170907/senders"
LATER = "ceo@later.example"


@pytest.fixture
def edd(make_edd, sink):
    """Users may manage mail in compartment dev, and nothing elsewhere."""
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    edd.start().setup()
    edd.ctl("compartment", "add", "dev")
    edd.ctl("group", "add", "developers")
    edd.ctl("user", "add", "devu")
    edd.ctl("group", "join", "developers", "user", "devu")
    edd.ctl("policy", "add", "allow group developers to manage email-family "
            "in compartment dev")
    edd.user, edd.secret = edd.credential("devu")
    edd.places = {r["name"]: r["id"] for r in edd.ctl(
        "compartment", "list", json_rows=True)}
    return edd


def create_sender(edd, address, place="dev"):
    api = Api(edd)
    answer = api.request(
        "POST", CREATE, '{"compartmentId":"%s","emailAddress":"%s"}' % (
            edd.places[place], address), {"Content-Type": "application/json"})
    api.close()
    return answer


def submit(edd, sender, subject="of a place"):
    api = Api(edd)
    answer = api.submit({
        "sender": {"senderAddress": {"email": sender},
                   "compartmentId": edd.places["dev"]},
        "recipients": {"to": [{"email": "someone@example.net"}]},
        "subject": subject, "bodyText": "x"})
    api.close()
    return answer


def why(edd):
    return "\n".join(r["step"] for r in edd.ctl(
        "why", "devu", LATER, json_rows=True))


def test_domain_of_others_takes_the_sender_away(edd, sink):
    assert create_sender(edd, LATER).status == 200
    assert submit(edd, LATER, "before").status == 200
    row, = edd.ctl("domain", "add", "later.example", "compartment", "prod",
                   json_rows=True)
    assert row["note"] == ("1 sender of other compartments may not be used "
                           "any more: " + LATER)
    edd.wait_log("domain later.example: 1 sender of other compartments")
    edd.ctl("dkim", "add", "later.example", "selector", "s1")
    assert submit(edd, LATER, "after").fault() == (
        404, "NotAuthorizedOrNotFound",
        "Authorization failed: address %s not authorized or not found" % LATER)
    client = Raw(edd)
    assert client.say("MAIL FROM:<%s>" % LATER).startswith("535")
    client.close()
    assert ('domain "later.example" is in compartment "prod", and "dev" is '
            "not in that") in why(edd)
    # In a compartment below the domain's it is of use, and signed.
    edd.ctl("compartment", "add", "shop", "parent", "prod")
    edd.ctl("sender", "set", LATER, "compartment", "shop")
    edd.ctl("policy", "add",
            "allow group developers to use email-family in compartment shop")
    edd.places["dev"] = edd.places["shop"] = [r["id"] for r in edd.ctl(
        "compartment", "list", json_rows=True) if r["name"] == "shop"][0]
    assert submit(edd, LATER, "below").status == 200
    before, below = sorted(
        sink.wait(2), key=lambda m: b"Subject: below" in m.data)
    assert b"Subject: before" in before.data
    assert b"d=later.example" not in before.data
    assert b"d=later.example" in below.data


def test_no_sender_is_made_where_the_domain_is_not(edd):
    """Neither by who may make senders there, nor by the operator."""
    assert create_sender(edd, "ceo@example.org").status == 404
    text = edd.ctl("sender", "add", "ceo@example.org", "compartment", "dev",
                   ok=False)
    assert 'domain "example.org" is in compartment "prod"' in text
    text = edd.ctl("sender", "set", "news@example.org", "compartment", "dev",
                   ok=False)
    assert 'domain "example.org" is in compartment "prod"' in text
    edd.ctl("policy", "add",
            "allow group developers to manage email-family in tenancy")
    assert create_sender(edd, "ceo@example.org").fault() == (
        400, "InvalidParameter",
        'domain "example.org" is in compartment "prod"')
    assert create_sender(edd, "ceo@example.org", "prod").status == 200


def test_domain_that_is_not_verified_takes_nothing(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="domain verification on").start()
    edd.setup(domain="example.com", dkim=False)
    edd.ctl("compartment", "add", "dev")
    row, = edd.ctl("domain", "add", "example.org", "compartment", "dev",
                   json_rows=True)
    assert row["state"] == "CREATING"
    edd.send("someone@example.net", message())
    steps = [r["step"] for r in edd.ctl(
        "why", "app", "news@example.org", json_rows=True)]
    assert ('domain "example.org" is of another compartment, but not '
            "verified: it gives no DKIM key and no return path") in steps
    received, = sink.wait()
    assert b"DKIM-Signature" not in received.data


def test_no_domain_is_made_over_senders_of_others(edd):
    """Who may manage one compartment does not stop another's mail."""
    edd.ctl("sender", "add", "u@victim.example", "compartment", "prod")
    edd.ctl("policy", "add",
            "allow any-user to use email-family in tenancy")
    edd.places["dev"], dev = edd.places["prod"], edd.places["dev"]
    assert submit(edd, "u@victim.example", "before").status == 200
    api = Api(edd)
    answer = api.request(
        "POST", "/20170907/emailDomains",
        '{"compartmentId":"%s","name":"victim.example"}' % dev,
        {"Content-Type": "application/json"})
    assert answer.fault() == (
        404, "NotAuthorizedOrNotFound",
        "Authorization failed or requested resource not found.")
    api.close()
    assert "victim.example" not in edd.ctl("domain", "list")
    assert submit(edd, "u@victim.example", "after").status == 200
    # The operator may, and is told what it does.
    row, = edd.ctl("domain", "add", "victim.example", "compartment", "dev",
                   json_rows=True)
    assert "u@victim.example" in row["note"]
    assert submit(edd, "u@victim.example", "taken").status == 404
