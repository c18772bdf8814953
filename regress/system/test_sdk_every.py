"""Every call of the management API by the official SDK, and each of its waiters:
nothing of the package is left out but locks and moves of domains."""

import os
import re

import pytest

from eddtest import wait_for
from httpstest import compartment
from sdktest import make_sdk

# What edd has not: multi-tenant machinery.
LEFT_OUT = {"addEmailDomainLock", "addEmailIpPoolLock", "addReturnPathLock",
            "addSenderLock", "changeEmailDomainCompartment",
            "removeEmailDomainLock", "removeEmailIpPoolLock",
            "removeReturnPathLock", "removeSenderLock"}


class Every:
    """Calls that must go well, by their names."""

    def __init__(self, sdk):
        self.sdk = sdk
        self.called = set()

    def call(self, operation, wait=None, **request):
        call = {"operation": operation, "request": request}
        if wait:
            call["wait"] = wait
        answer, = self.sdk.calls(call)
        assert "ok" in answer, (operation, answer)
        self.called.add(operation)
        return answer["ok"]

    def done(self, answer):
        """The work request of an answer ends well."""
        work = {"workRequestId": answer["opcWorkRequestId"]}
        ended = self.call("getWorkRequest", ["forWorkRequest"], **work)
        assert ended["workRequest"]["status"] == "SUCCEEDED"
        return work


@pytest.fixture
def every(make_edd, sink):
    sdk = make_sdk(make_edd, sink, "deliver source 127.0.0.31\n"
                   "deliver source 127.0.0.32\n")
    sdk.edd.ctl("policy", "add",
                "allow any-user to manage email-family in tenancy")
    return Every(sdk)


def domains(every, place):
    made = every.call("createEmailDomain", createEmailDomainDetails={
        "compartmentId": place, "name": "example.com"})
    work = every.done(made)
    one = {"emailDomainId": made["emailDomain"]["id"]}
    got = every.call("getEmailDomain", ["forEmailDomain", "ACTIVE"], **one)
    assert got["emailDomain"]["name"] == "example.com"
    every.done(every.call("updateEmailDomain", **one, updateEmailDomainDetails={
        "description": "ours"}))
    found = every.call("listEmailDomains", compartmentId=place, sortBy="ID")
    assert len(found["emailDomainCollection"]["items"]) == 2
    logs = every.call("listWorkRequestLogs", **work)
    assert len(logs["workRequestLogEntryCollection"]["items"]) == 2
    errors = every.call("listWorkRequestErrors", **work)
    assert errors["workRequestErrorCollection"]["items"] == []
    assert every.call("listWorkRequests", compartmentId=place)[
        "workRequestSummaryCollection"]["items"]
    return one


def keys(every, domain):
    made = every.call("createDkim", createDkimDetails={**domain, "name": "s1"})
    every.done(made)
    one = {"dkimId": made["dkim"]["id"]}
    got = every.call("getDkim", ["forDkim", "CREATING", "NEEDS_ATTENTION"],
                     **one)
    assert got["dkim"]["dnsSubdomainName"] == "s1._domainkey.example.com"
    every.done(every.call("updateDkim", **one, updateDkimDetails={
        "description": "first"}))
    found = every.call("listDkims", **domain, name="s1")
    assert found["dkimCollection"]["items"][0]["description"] == "first"
    every.done(every.call("deleteDkim", **one))
    every.call("getDkim", ["forDkim", "DELETED"], **one)
    found = every.call("listDkims", **domain, lifecycleState="DELETED")
    assert [k["name"] for k in found["dkimCollection"]["items"]] == ["s1"]


def return_paths(every, domain):
    made = every.call("createEmailReturnPath", createEmailReturnPathDetails={
        "parentResourceId": domain["emailDomainId"]})
    every.done(made)
    one = {"emailReturnPathId": made["emailReturnPath"]["id"]}
    got = every.call("getEmailReturnPath", [
        "forEmailReturnPath", "CREATING", "NEEDS_ATTENTION"], **one)
    assert got["emailReturnPath"]["name"] == "bounce.example.com"
    every.done(every.call(
        "updateEmailReturnPath", **one,
        updateEmailReturnPathDetails={"description": "bounces"}))
    found = every.call("listEmailReturnPaths", sortBy="NAME",
                       parentResourceId=domain["emailDomainId"])
    assert len(found["emailReturnPathCollection"]["items"]) == 1
    every.done(every.call("deleteEmailReturnPath", **one))
    every.call("getEmailReturnPath", ["forEmailReturnPath", "DELETED"], **one)


def pools(every, place, root):
    found = every.call("listEmailOutboundIps", compartmentId=place,
                       assignmentState="AVAILABLE")
    assert len(found["emailOutboundIpCollection"]["items"]) == 2
    made = every.call("createEmailIpPool", createEmailIpPoolDetails={
        "compartmentId": place, "name": "bulk",
        "outboundIps": ["127.0.0.31"]})
    every.done(made)
    one = {"emailIpPoolId": made["emailIpPool"]["id"]}
    every.call("getEmailIpPool", ["forEmailIpPool", "ACTIVE"], **one)
    every.done(every.call("addEmailOutboundIp", **one, addEmailOutboundIpDetails={
        "outboundIps": ["127.0.0.32"]}))
    every.done(every.call(
        "removeEmailOutboundIp", **one,
        removeEmailOutboundIpDetails={"outboundIps": ["127.0.0.31"]}))
    every.done(every.call("updateEmailIpPool", **one, updateEmailIpPoolDetails={
        "lastIpDrainPeriodInHours": 1}))
    got = every.call("getEmailIpPool", **one)["emailIpPool"]
    assert [a["outboundIp"] for a in got["outboundIps"]] == ["127.0.0.32"]
    assert got["lastIpDrainPeriodInHours"] == 1
    found = every.call("listEmailIpPools", compartmentId=place, sortBy="NAME")
    assert len(found["emailIpPoolCollection"]["items"]) == 1
    every.done(every.call(
        "changeEmailIpPoolCompartment", **one,
        changeEmailIpPoolCompartmentDetails={"compartmentId": root}))
    return one


def senders(every, place, root, pool):
    made = every.call("createSender", createSenderDetails={
        "compartmentId": place, "emailAddress": "a@example.edu"})["sender"]
    one = {"senderId": made["id"]}
    every.call("getSender", ["forSender", "ACTIVE"], **one)
    got = every.call("updateSender", **one, updateSenderDetails=pool)["sender"]
    assert got["emailIpPoolId"] == pool["emailIpPoolId"]
    found = every.call("listSenders", compartmentId=place, **pool)
    assert [s["id"] for s in found["items"]] == [made["id"]]
    every.call("changeSenderCompartment", **one,
               changeSenderCompartmentDetails={"compartmentId": root})
    every.call("deleteSender", **one)
    got = every.call("getSender", ["forSender", "DELETED"], **one)["sender"]
    assert got["compartmentId"] == root
    every.done(every.call("deleteEmailIpPool", **pool))
    every.call("getEmailIpPool", ["forEmailIpPool", "DELETED"], **pool)


def suppressions(every, root):
    made = every.call("createSuppression", createSuppressionDetails={
        "compartmentId": root, "emailAddress": "gone@example.net"})
    one = {"suppressionId": made["suppression"]["id"]}
    assert every.call("getSuppression", **one)["suppression"]["reason"] == \
        "MANUAL"
    assert len(every.call("listSuppressions", compartmentId=root)[
        "items"]) == 1
    every.call("deleteSuppression", **one)


def operations(sdk):
    """All of the package, from its own declarations."""
    with open(os.path.join(sdk.folder, "node_modules", "oci-email", "lib",
                           "client.js")) as f:
        return set(re.findall(r"^    (\w+)\(\w+Request\)", f.read(), re.M))


def test_every_call_and_waiter(every):
    sdk = every.sdk
    place, root = compartment(sdk.edd), sdk.key["tenancy"]
    every.call("getEmailConfiguration", compartmentId=place)
    domain = domains(every, place)
    keys(every, domain)
    return_paths(every, domain)
    every.done(every.call("deleteEmailDomain", **domain))
    every.call("getEmailDomain", ["forEmailDomain", "DELETED"], **domain)
    pool = pools(every, place, root)
    senders(every, place, root, pool)
    suppressions(every, root)
    assert every.called == operations(sdk) - LEFT_OUT


def test_key_becomes_active(make_edd, dns, sink):
    """A waiter for ACTIVE sees what the DNS has."""
    hosts = "@ MX 1 mx\nmx A 127.0.0.12\n"
    dns.zone("example.com", hosts)
    dns.start()
    sdk = make_sdk(lambda **kw: make_edd(dns=dns, **kw), sink,
                   "dkim check-interval 1s\n")
    sdk.edd.ctl("policy", "add",
                "allow any-user to manage email-family in tenancy")
    every = Every(sdk)
    made = every.call("createEmailDomain", createEmailDomainDetails={
        "compartmentId": compartment(sdk.edd), "name": "example.com"})
    key = every.call("createDkim", createDkimDetails={
        "emailDomainId": made["emailDomain"]["id"], "name": "s1"})["dkim"]
    lines = "\n".join(r["line"] for r in sdk.edd.ctl(
        "dkim", "zone", "example.com", json_rows=True))
    dns.change("example.com", hosts + lines.replace(" 3600 IN ", " 1 IN "))
    got = every.call("getDkim", ["forDkim", "ACTIVE"], dkimId=key["id"])
    assert got["dkim"]["lifecycleState"] == "ACTIVE"
    wait_for(lambda: every.call(
        "getEmailDomain", emailDomainId=made["emailDomain"]["id"])[
            "emailDomain"].get("activeDkimId") == key["id"], "it to sign")
