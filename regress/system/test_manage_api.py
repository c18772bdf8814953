"""The management API through the daemon, each answer held against the OpenAPI
description: what clients may rely on is what is written there."""

import json
import os
import re
from urllib.parse import quote

import pytest

from apitest import Api, Key, with_https
from eddtest import ROOT, free_port, wait_for
from openapi import Description

BASE = "/20170907/"


class Manage:
    """Calls whose answers are what the description says."""

    def __init__(self, edd):
        self.api = Api(edd)
        self.described = Description()
        self.called = set()

    def call(self, method, path, body=None, status=None, headers=None):
        path = path if path.startswith("/") else BASE + path
        operation = self.described.find(method, path)
        self.called.add(operation["operationId"])
        fields = dict(headers or {})
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = body if isinstance(body, str) else json.dumps(body)
        answer = self.api.request(method, path, body, fields)
        self.described.check_answer(operation, answer)
        if status is not None:
            assert answer.status == status, (path, answer.body)
        return answer

    def made(self, path, body, **more):
        answer = self.call("POST", path, body, **more)
        assert answer.status in (200, 202), answer.body
        return answer

    def pages(self, path, limit):
        """All items of a list, page by page."""
        found, page = [], ""
        while page is not None:
            answer = self.call("GET", "%s&limit=%d%s" % (
                path, limit, page and "&page=" + page), status=200)
            items = answer.json
            items = items if isinstance(items, list) else items["items"]
            assert len(items) <= limit
            found += items
            page = answer.fields.get("opc-next-page")
        return found


@pytest.fixture
def edd(make_edd):
    metrics = "listen on 127.0.0.1 metrics port %d\n" % free_port()
    sources = "deliver source 127.0.0.31\ndeliver source 127.0.0.32\n"
    edd = with_https(make_edd(extra=metrics + sources), extra=
                     "listen on 127.0.0.1 metrics port %d\n" % free_port())
    edd.start().setup(dkim=False)
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    return edd


@pytest.fixture
def manage(edd):
    manage = Manage(edd)
    manage.place = next(
        r["id"] for r in edd.ctl("compartment", "list", json_rows=True)
        if r["name"] == "prod")
    yield manage
    manage.api.close()


def test_every_operation(edd, manage):
    """One pass through all of the API, with what edctl says of it."""
    place = manage.place
    # Senders
    sender = manage.made("senders", {
        "compartmentId": place, "emailAddress": "a+b@example.org",
        "freeformTags": {"team": "x.y"}}).json
    one = "senders/" + sender["id"]
    got = manage.call("GET", one, status=200)
    assert {**got.json, "isSpf": None} == {**sender, "isSpf": None}
    assert manage.call("POST", "senders", {
        "compartmentId": place,
        "emailAddress": "A+B@example.org"}).fault()[:2] == (409, "Conflict")
    etag = {"if-match": got.fields["etag"]}
    changed = manage.call("PUT", one, {
        "definedTags": {"n": {"k": "v"}}}, headers=etag, status=200)
    assert changed.json["definedTags"] == {"n": {"k": "v"}}
    assert changed.json["freeformTags"] == {"team": "x.y"}
    assert manage.call("PUT", one, {}, headers=etag).fault()[:2] == (
        412, "NoEtagMatch")
    for i in range(5):
        manage.made("senders", {"compartmentId": place,
                                "emailAddress": "s%d@example.org" % i})
    found = manage.pages(
        "senders?sortBy=EMAILADDRESS&compartmentId=" + place, 3)
    assert [s["emailAddress"] for s in found] == [
        "a+b@example.org", "news@example.org"] + [
            "s%d@example.org" % i for i in range(5)]
    # "+" is no space in a query.
    assert manage.pages("senders?compartmentId=%s&emailAddress=a+b@example.org"
                        % place, 3) == [found[0]]
    assert manage.call(
        "GET", "senders?compartmentId=" + place).fields[
            "opc-total-items"] == "7"
    for query, total in (("domain=example.org", "7"), ("domain=none.org", "0"),
                         ("lifecycleState=INACTIVE", "0"),
                         ("emailIpPoolId=none", "0")):
        assert manage.call("GET", "senders?limit=2&compartmentId=%s&%s" % (
            place, query)).fields["opc-total-items"] == total
    manage.call("DELETE", one, headers=etag, status=412)
    manage.call("DELETE", one, status=204)
    assert manage.call("GET", one).json["lifecycleState"] == "DELETED"
    assert "a+b@example.org" not in edd.ctl("sender", "list")
    # Suppressions
    tenancy = next(r["id"] for r in edd.ctl(
        "compartment", "list", json_rows=True) if r["name"] == "root")
    entry = manage.made("suppressions", {
        "compartmentId": tenancy, "emailAddress": "Gone@example.net"}).json
    assert "gone@example.net" in edd.ctl("suppression", "list")
    one = "suppressions/" + entry["id"]
    assert manage.call("GET", one).json["id"] == entry["id"]
    assert [s["id"] for s in manage.pages(
        "suppressions?timeCreatedGreaterThanOrEqualTo=2020-01-01T0:00:00Z"
        "&compartmentId=" + tenancy, 10)] == [entry["id"]]
    manage.call("DELETE", one, status=204)
    assert manage.call("GET", one).fault()[:2] == (
        404, "NotAuthorizedOrNotFound")
    # Email domains, twice with one token
    wanted = {"compartmentId": place, "name": "example.com",
              "description": "ours"}
    token = {"opc-retry-token": "t1"}
    made = manage.made("emailDomains", wanted, headers=token)
    assert made.status == 202
    again = manage.made("emailDomains", wanted, headers=token)
    assert again.json == made.json
    assert (again.fields["opc-work-request-id"] ==
            made.fields["opc-work-request-id"])
    assert manage.call("POST", "emailDomains", {
        **wanted, "name": "example.net"}, headers=token).fault()[:2] == (
            409, "InvalidatedRetryToken")
    assert manage.call("POST", "emailDomains", wanted).status == 409
    domain = made.json["id"]
    assert made.fields["location"].endswith("/" + domain)
    one = "emailDomains/" + domain
    manage.call("PUT", one, {"description": "theirs"}, status=202)
    assert manage.call("GET", one).json["description"] == "theirs"
    # The operator sees the same, and changes it
    assert "theirs" in edd.ctl("domain", "show", "example.com")
    etag = manage.call("GET", one).fields["etag"]
    edd.ctl("domain", "set", "example.com", "description", "shared")
    now = manage.call("GET", one)
    assert now.json["description"] == "shared" and now.fields["etag"] != etag
    edd.ctl("domain", "set", "example.com", "description", "none")
    assert not manage.call("GET", one).json.get("description")
    for by in ("ID", "NAME", "TIMECREATED"):
        assert sorted(d["name"] for d in manage.pages(
            "emailDomains?sortBy=%s&compartmentId=%s" % (by, place), 1)) == [
                "example.com", "example.org"]
    # Keys: one is made, one is imported and takes over later
    key = manage.made("dkims", {"emailDomainId": domain, "name": "s1"}).json
    assert key["dnsSubdomainName"] == "s1._domainkey.example.com"
    assert key["txtRecordValue"].startswith("v=DKIM1; k=rsa; p=")
    assert "s1" in edd.ctl("dkim", "list", "example.com")
    wait_for(lambda: manage.call("GET", "dkims/" + key["id"]).json[
        "lifecycleState"] in ("CREATING", "NEEDS_ATTENTION"), "a state")
    with open(Key(edd).path) as f:
        pem = f.read()
    other = manage.made("dkims", {"emailDomainId": domain, "name": "s2",
                                  "privateKey": pem}).json
    assert other["isImported"] is True
    assert "PRIVATE" not in json.dumps(other)
    assert manage.call("POST", "dkims", {
        "emailDomainId": domain, "privateKey": "x"}).status in (400, 409)
    assert [k["name"] for k in manage.pages(
        "dkims?sortBy=NAME&emailDomainId=" + domain, 1)] == ["s1", "s2"]
    manage.call("PUT", "dkims/" + other["id"], {"description": "d"},
                status=202)
    assert manage.call("DELETE", one).fault()[0] == 409
    for k in (key, other):
        manage.call("DELETE", "dkims/" + k["id"], status=202)
        assert manage.call("GET", "dkims/" + k["id"]).json[
            "lifecycleState"] == "DELETED"
    # Return paths
    path = manage.made("emailReturnPaths", {
        "parentResourceId": domain, "name": "rp.example.com"}).json
    manage.call("PUT", "emailReturnPaths/" + path["id"],
                {"description": "bounces"}, status=202)
    assert manage.call("GET", "emailReturnPaths/" + path["id"]).json[
        "description"] == "bounces"
    assert len(manage.pages(
        "emailReturnPaths?parentResourceId=" + domain, 5)) == 1
    assert [p["id"] for p in manage.pages("emailReturnPaths?", 5)] == [
        path["id"]]
    manage.call("DELETE", "emailReturnPaths/" + path["id"], status=202)
    # IP pools
    assert [a["outboundIp"] for a in manage.pages(
        "emailOutboundIps?assignmentState=AVAILABLE&compartmentId=" + place,
        1)] == ["127.0.0.31", "127.0.0.32"]
    pool = manage.made("emailIpPools", {
        "compartmentId": place, "name": "bulk", "outboundIps": ["127.0.0.31"],
        "lastIpDrainPeriodInHours": 2}).json
    assert pool["outboundIps"] == [{
        "outboundIp": "127.0.0.31", "lifecycleState": "ACTIVE",
        "assignmentState": "ASSIGNED"}]
    one = "emailIpPools/" + pool["id"]
    manage.call("POST", one + "/actions/addEmailOutboundIp",
                {"outboundIps": ["127.0.0.32"]}, status=202)
    manage.call("POST", one + "/actions/removeEmailOutboundIp",
                {"outboundIps": ["127.0.0.31"]}, status=202)
    manage.call("PUT", one, {"lastIpDrainPeriodInHours": 0}, status=202)
    got = manage.call("GET", one).json
    assert got["lastIpDrainPeriodInHours"] == 0
    assert [a["outboundIp"] for a in got["outboundIps"]] == ["127.0.0.32"]
    assert [p["name"] for p in manage.pages(
        "emailIpPools?sortBy=NAME&compartmentId=" + place, 1)] == ["bulk"]
    bound = manage.made("senders", {
        "compartmentId": place, "emailAddress": "bulk@example.edu",
        "emailIpPoolId": pool["id"]}).json
    assert [s["id"] for s in manage.pages(
        "senders?emailIpPoolId=%s&compartmentId=%s" % (pool["id"], place),
        5)] == [bound["id"]]
    assert manage.call("DELETE", one).fault()[0] == 409
    manage.call("POST", "senders/%s/actions/changeCompartment" % bound["id"],
                {"compartmentId": tenancy}, status=204)
    assert manage.call("GET", "senders/" + bound["id"]).json[
        "compartmentId"] == tenancy
    news, = manage.pages(
        "senders?emailAddress=news@example.org&compartmentId=" + place, 1)
    assert manage.call("POST", "senders/%s/actions/changeCompartment" % news[
        "id"], {"compartmentId": tenancy}).fault()[:2] == (
            400, "InvalidParameter")
    manage.call("PUT", "senders/" + bound["id"], {"emailIpPoolId": ""},
                status=200)
    manage.call("POST", one + "/actions/changeCompartment",
                {"compartmentId": tenancy}, status=202)
    manage.call("DELETE", one, status=202)
    assert manage.call("GET", one).json["lifecycleState"] == "DELETED"
    # Work requests
    one = "emailDomains/" + domain
    gone = manage.call("DELETE", one, status=202)
    assert manage.call("GET", one).json["lifecycleState"] == "DELETED"
    work = "workRequests/" + gone.fields["opc-work-request-id"]
    assert manage.call("GET", work).json["status"] == "SUCCEEDED"
    assert manage.call("GET", work + "/errors").json == {"items": []}
    assert len(manage.call("GET", work + "/logs").json["items"]) == 2
    assert len(manage.pages("workRequests?compartmentId=" + place, 4)) >= 8
    # Configuration
    got = manage.call("GET", "configuration?compartmentId=" + place).json
    assert got["httpSubmitEndpoint"] == "mail.example.org:%d" % (
        edd.ports["https"])
    # All changes are in the audit, by whom and from where
    audit = edd.ctl("audit")
    for word in ("CreateSender", "DeleteEmailDomain", "CreateDkim",
                 "user=app"):
        assert word in audit
    assert "BEGIN" not in audit
    # Nothing is described that was not called here, but for submission.
    assert manage.called == {
        o["operationId"] for _, _, o in manage.described.operations()
        if "submission" not in o["tags"]}


def test_the_description_has_what_the_server_has(edd, manage):
    """Paths and methods are the same in both; what is not there says so."""
    with open(os.path.join(ROOT, "httpd", "op_manage.c")) as f:
        table = {(m, BASE + p.replace("{}", "{id}")) for m, p in re.findall(
            r'OP\((\w+), "([^"]+)"', f.read())}
    assert table == {(m, p) for m, p, o in manage.described.operations()
                     if "submission" not in o["tags"]}
    for method, path, _ in manage.described.operations():
        answer = manage.api.request(method, path.replace("{id}", "x"), "{}",
                                    {"Content-Type": "application/json"})
        assert answer.status not in (405, 501), (method, path)
        assert answer.status == 200 or answer.json["code"] != "NotFound", (
            method, path)
    assert manage.api.request("GET", BASE + "emailPools").fault()[:2] == (
        404, "NotFound")
    assert manage.api.request("PATCH", BASE + "senders").status in (404, 405)


BAD = [
    ("POST", "senders", "{", 400, "CannotParseRequest"),
    ("POST", "senders", "[]", 400, "CannotParseRequest"),
    ("POST", "senders", '{"emailAddress": 1}', 400, "InvalidParameter"),
    ("POST", "senders", '{"colour": "red"}', 400, "InvalidParameter"),
    ("POST", "senders", "", 400, "MissingParameter"),
    ("POST", "senders", '{"compartmentId": "x", "emailAddress": "a@b.org"}',
     404, "NotAuthorizedOrNotFound"),
    ("POST", "senders", {"emailAddress": "a@b@c"}, 400, "InvalidParameter"),
    ("POST", "senders", {"emailAddress": "a\r\nb@c.org"}, 400,
     "InvalidParameter"),
    ("POST", "senders", {"emailAddress": "x" * 60000}, 413,
     "PayloadTooLarge"),
    ("POST", "senders", {"emailAddress": "a@b.org", "freeformTags": {
        str(i): "" for i in range(33)}}, 400, "LimitExceeded"),
    ("POST", "emailDomains", {"name": "gmail.com"}, 400, "InvalidParameter"),
    ("POST", "emailIpPools", {"name": "x", "outboundIps": "127.0.0.31 a"},
     400, "InvalidParameter"),
    ("POST", "emailIpPools", {"name": "x", "outboundIps": [1]}, 400,
     "InvalidParameter"),
    ("POST", "emailIpPools", {"name": "x", "outboundIps": []}, 400,
     "MissingParameter"),
    ("POST", "emailIpPools", {"name": "x", "outboundIps": ["127.0.0.31"] * 99},
     400, "InvalidParameter"),
    ("POST", "emailIpPools", {"name": "x", "outboundIps": ["127.0.0.31"],
                              "lastIpDrainPeriodInHours": 721}, 400,
     "InvalidParameter"),
    ("GET", "emailOutboundIps?compartmentId=PLACE&page=x", None, 400,
     "InvalidParameter"),
    ("GET", "senders", None, 400, "MissingParameter"),
    ("GET", "senders?compartmentId=x&limit=0", None, 400,
     "InvalidParameter"),
    ("GET", "senders?page=zz&compartmentId=PLACE", None, 400,
     "InvalidParameter"),
    ("GET", "senders/" + "x" * 300, None, 404, "NotAuthorizedOrNotFound"),
    ("GET", "senders/" + quote("a/b c", safe=""), None, 404,
     "NotAuthorizedOrNotFound"),
    ("DELETE", "dkims/none", None, 404, "NotAuthorizedOrNotFound"),
]


def test_bad_requests_change_nothing(edd, manage):
    before = edd.ctl("sender", "list"), edd.ctl("domain", "list")
    for method, path, body, status, code in BAD:
        if isinstance(body, dict):
            body = {"compartmentId": manage.place, **body}
        answer = manage.call(method, path.replace("PLACE", manage.place),
                             body)
        assert answer.status == status, (path, body, answer.body)
        assert answer.json["code"] == code, (path, body, answer.body)
    assert before == (edd.ctl("sender", "list"), edd.ctl("domain", "list"))


def test_without_a_policy_nothing_is_shown(make_edd):
    edd = with_https(make_edd()).start().setup(dkim=False)
    manage = Manage(edd)
    sender, = edd.ctl("sender", "list", json_rows=True)
    for path in ("senders?compartmentId=prod", "senders/" + sender["id"],
                 "configuration?compartmentId=prod"):
        assert manage.call("GET", path).fault()[:2] == (
            404, "NotAuthorizedOrNotFound")
    manage.call("DELETE", "senders/" + sender["id"], status=404)
    manage.api.close()


def test_what_was_made_outlives_kill_9(edd, manage):
    wanted = {"compartmentId": manage.place, "name": "example.net"}
    token = {"opc-retry-token": "once"}
    first = manage.made("emailDomains", wanted, headers=token)
    manage.api.close()
    edd.kill()
    edd.start()
    later = Manage(edd)
    again = later.made("emailDomains", wanted, headers=token)
    assert again.json["id"] == first.json["id"]
    assert later.call("GET", "workRequests/" + again.fields[
        "opc-work-request-id"]).json["status"] == "SUCCEEDED"
    later.api.close()


def test_signed_requests(edd, manage):
    key = Key(edd, name="signed")
    host = "127.0.0.1:%d" % edd.ports["https"]
    manage.api.auth = None
    path = BASE + "senders?compartmentId=%s&emailAddress=a+b@example.org" % (
        manage.place)
    answer = manage.api.request("GET", path,
                                headers=key.fields("GET", path, host))
    assert answer.status == 200, answer.body
    body = json.dumps({"compartmentId": manage.place,
                       "emailAddress": "k@example.org"}).encode()
    answer = manage.api.request(
        "POST", BASE + "senders", body,
        key.fields("POST", BASE + "senders", host, body))
    assert answer.status == 200, answer.body
    assert manage.api.request("GET", path).status == 401


def test_page_says_nothing_of_where_it_begins(edd, manage):
    """What is passed over may be another's; and it outlives a restart."""
    listed = "senders?lifecycleState=DELETED&compartmentId=" + manage.place
    made = [manage.made("senders", {
        "compartmentId": manage.place,
        "emailAddress": "s%d@example.org" % i}).json for i in range(3)]
    for sender in made:
        manage.call("DELETE", "senders/" + sender["id"], status=204)
    answer = manage.call("GET", listed + "&limit=1", status=200)
    page = answer.fields["opc-next-page"]
    for sender in made:
        tail = sender["id"].rsplit(".", 1)[1].encode()
        assert tail.hex()[:16] not in page and tail.hex()[-16:] not in page
    other = manage.call("GET", "senders?compartmentId=%s&page=%s" % (
        manage.place, page))
    assert other.fault()[:2] == (400, "InvalidParameter")
    manage.api.close()
    edd.stop()
    edd.start()
    again = Manage(edd)
    rest = again.call("GET", listed + "&page=" + page, status=200).json
    assert {s["id"] for s in answer.json + rest} == {
        s["id"] for s in made}
    again.api.close()
