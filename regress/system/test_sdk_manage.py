"""The essential calls of the management API by the official SDK: senders,
suppressions, email domains, DKIMs, configuration, work requests."""

import pytest

from httpstest import compartment
from sdktest import make_sdk, refused


@pytest.fixture
def sdk(make_edd, sink):
    sdk = make_sdk(make_edd, sink)
    sdk.edd.ctl("policy", "add",
                "allow any-user to manage email-family in tenancy")
    return sdk


def ok(answer):
    assert "ok" in answer, answer
    assert answer["ok"]["opcRequestId"].count("/") == 2
    return answer["ok"]


def gone(answer):
    """Not there, or there still as one that was deleted."""
    if "ok" in answer:
        assert "DELETED" in str(answer["ok"])
    else:
        assert answer["error"]["statusCode"] == 404
        assert answer["error"]["serviceCode"] == "NotAuthorizedOrNotFound"


def pages(sdk, operation, **request):
    """All items of a list, and how many pages it had."""
    items, count = [], 0
    while True:
        answer = ok(sdk.calls((operation, request))[0])
        items += next(v if isinstance(v, list) else v["items"]
                      for v in answer.values()
                      if isinstance(v, list) or "items" in v)
        count += 1
        page = answer.get("opcNextPage")
        if page is None:
            return items, count
        assert count < 50
        request["page"] = page


def test_senders(sdk):
    place = compartment(sdk.edd)

    def create(address):
        return ("createSender", {"createSenderDetails": {
            "compartmentId": place, "emailAddress": address}})

    # The very same request within a second has the same signature: a replay.
    made, again = sdk.calls(create("b+c@example.org"),
                            create("b+c@Example.org"))
    sender = ok(made)["sender"]
    assert made["ok"]["etag"]
    assert sender["emailAddress"] == "b+c@example.org"
    assert sender["compartmentId"] == place
    assert again["error"]["statusCode"] == 409
    one = {"senderId": sender["id"]}
    waited, got, stale = sdk.calls(
        {"operation": "getSender", "request": one,
         "wait": ["forSender", "ACTIVE"]},
        ("getSender", one),
        ("updateSender", {**one, "updateSenderDetails": {
            "emailIpPoolId": "x"}, "ifMatch": "stale"}))
    assert "ok" in waited, waited
    assert ok(got)["sender"]["lifecycleState"] == "ACTIVE"
    refused(stale, 412, "NoEtagMatch", stale["error"]["message"])
    for i in range(4):
        ok(sdk.calls(create("u%d@example.org" % i))[0])
    found, _ = pages(sdk, "listSenders", compartmentId=place,
                     emailAddress="b+c@example.org")
    assert [s["id"] for s in found] == [sender["id"]]
    found, count = pages(sdk, "listSenders", compartmentId=place, limit=2,
                         sortBy="EMAILADDRESS", sortOrder="ASC")
    assert [s["emailAddress"] for s in found] == [
        "b+c@example.org", "news@example.org", *[
            "u%d@example.org" % i for i in range(4)]]
    assert count >= 3
    removed, after, unknown = sdk.calls(
        ("deleteSender", one), ("getSender", one),
        ("getSender", {"senderId": "ocid1.sender.edd..none"}))
    ok(removed)
    gone(after)
    assert unknown["error"]["statusCode"] == 404
    assert unknown["error"]["serviceCode"] == "NotAuthorizedOrNotFound"


def test_suppressions(sdk):
    place = sdk.key["tenancy"]
    made, = sdk.calls(("createSuppression", {"createSuppressionDetails": {
        "compartmentId": place, "emailAddress": "Gone+1@Example.net"}}))
    made = ok(made)["suppression"]
    assert made["emailAddress"] == "gone+1@example.net"
    assert made["reason"] == "MANUAL"
    one = {"suppressionId": made["id"]}
    found, _ = pages(sdk, "listSuppressions", compartmentId=place,
                     emailAddress="gone+1@example.net")
    assert [s["id"] for s in found] == [made["id"]]
    found, _ = pages(sdk, "listSuppressions", compartmentId=place,
                     timeCreatedLessThan="2020-01-01T00:00:00Z")
    assert found == []
    got, removed, after = sdk.calls(
        ("getSuppression", one), ("deleteSuppression", one),
        ("getSuppression", one))
    assert ok(got)["suppression"]["timeCreated"].endswith("Z")
    ok(removed)
    gone(after)


def test_domains_and_keys(sdk):
    place = compartment(sdk.edd)
    made, = sdk.calls(("createEmailDomain", {"createEmailDomainDetails": {
        "compartmentId": place, "name": "example.com"}}))
    domain = ok(made)["emailDomain"]
    one = {"emailDomainId": domain["id"]}
    work = {"workRequestId": made["ok"]["opcWorkRequestId"]}
    done, active = sdk.calls(
        {"operation": "getWorkRequest", "request": work,
         "wait": ["forWorkRequest"]},
        {"operation": "getEmailDomain", "request": one,
         "wait": ["forEmailDomain", "ACTIVE"]})
    assert done["ok"]["workRequest"]["status"] == "SUCCEEDED"
    assert active["ok"]["emailDomain"]["name"] == "example.com"
    found, _ = pages(sdk, "listEmailDomains", compartmentId=place,
                     name="example.com")
    assert [d["id"] for d in found] == [domain["id"]]
    made, = sdk.calls(("createDkim", {"createDkimDetails": {
        "emailDomainId": domain["id"], "name": "s2026"}}))
    key = ok(made)["dkim"]
    got, = sdk.calls(("getDkim", {"dkimId": key["id"]}))
    got = ok(got)["dkim"]
    assert got["dnsSubdomainName"] == "s2026._domainkey.example.com"
    assert "p=" in got["txtRecordValue"]
    assert "privateKey" not in got
    removed, domain_removed = sdk.calls(
        ("deleteDkim", {"dkimId": key["id"]}), ("deleteEmailDomain", one))
    ok(removed)
    ok(domain_removed)


def test_configuration(sdk):
    got, = sdk.calls(("getEmailConfiguration",
                      {"compartmentId": compartment(sdk.edd)}))
    got = ok(got)["configuration"]
    assert got["httpSubmitEndpoint"] and got["smtpSubmitEndpoint"]
