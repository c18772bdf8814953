"""Submission is as the OpenAPI description has it; types of bodies, HEAD, and
what is said of a compartment that is another service's."""

import json

import pytest

from apitest import SUBMIT, SUBMIT_RAW, Api, with_https
from openapi import Description

# As long as ids of the cloud service are.
THEIRS = "ocid1.compartment.oc1.." + "a" * 60


@pytest.fixture
def edd(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    edd.start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    return edd


@pytest.fixture
def api(edd):
    api = Api(edd)
    yield api
    api.close()


def details(**more):
    made = {"sender": {"senderAddress": {"email": "news@example.org"},
                       "compartmentId": THEIRS},
            "recipients": {"to": [{"email": "a@example.net", "name": "A"}]},
            "subject": "x", "bodyText": "x", **more}
    return {k: v for k, v in made.items() if v is not None}


def test_submission_is_as_described(edd, api):
    described = Description()
    email = described.find("POST", SUBMIT)
    raw = described.find("POST", SUBMIT_RAW)
    schema = email["requestBody"]["content"]["application/json"]["schema"]
    edd.ctl("suppression", "add", "s@example.net", "compartment", "prod")
    for body, status in (
            (details(), 200),
            (details(recipients={"to": [{"email": "s@example.net"}]}), 200),
            (details(subject="x" * 4096), 200),
            (details(headerFields={"X-A": "y " * 2000}), 200),
            (details(bodyText=None), 400)):
        described.check(body, schema)
        answer = described.check_answer(email, api.submit(body))
        assert answer.status == status, answer.body
    for body in (details(subject="x" * 4097),
                 details(replyTo=[{"email": "a@example.net"}] * 51),
                 details(recipients={"to": [
                     {"email": "a%d@example.net" % i} for i in range(51)]}),
                 details(headerFields={"X-%d" % i: "" for i in range(101)})):
        answer = described.check_answer(email, api.submit(body))
        assert answer.status == 400, answer.body
    for recipients, status in (("a@example.net", 200), ("", 400)):
        answer = api.request(
            "POST", SUBMIT_RAW, b"From: news@example.org\r\n\r\nx\r\n",
            {"Content-Type": "message/rfc822", "sender": "news@example.org",
             "compartment-id": THEIRS, "recipients": recipients})
        described.check_answer(raw, answer)
        assert answer.status == status, answer.body


def test_json_is_of_no_other_type(edd, api, sink):
    for kind in ("text/plain", "application/x-www-form-urlencoded",
                 "multipart/form-data; boundary=x", "application/jsonx"):
        for method, path in (("POST", SUBMIT), ("POST", "/20170907/senders")):
            answer = api.request(method, path, json.dumps(details()),
                                 {"Content-Type": kind})
            assert answer.fault() == (
                400, "InvalidParameter",
                "content-type must be application/json")
    answer = api.request("POST", SUBMIT, json.dumps(details()),
                         {"Content-Type": "application/json; charset=utf-8"})
    assert answer.status == 200, answer.body
    sink.wait()
    assert len(edd.ctl("sender", "list", json_rows=True)) == 1


def test_head_is_get_without_a_body(edd, api):
    sender, = edd.ctl("sender", "list", json_rows=True)
    path = "/20170907/senders/" + sender["id"]
    got, head = api.request("GET", path), api.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.fields["content-length"] == got.fields["content-length"]
    assert head.fields["etag"] == got.fields["etag"]
    answer = api.request("PATCH", path)
    assert answer.status == 405
    assert "HEAD" in answer.fields["allow"]


def test_what_is_wrong_is_named(edd, api):
    answer = api.request(
        "POST", "/20170907/senders",
        json.dumps({"compartmentId": THEIRS, "emailAddress": "a@b.example"}),
        {"Content-Type": "application/json"})
    assert answer.fault()[:2] == (404, "NotAuthorizedOrNotFound")
    answer = api.request(
        "POST", "/20170907/senders",
        json.dumps({"compartmentId": "prod", "emailAddress": "a@b.example",
                    "freeformTags": {"a": 1}}),
        {"Content-Type": "application/json"})
    assert answer.fault() == (400, "InvalidParameter",
                              "freeformTags.a must be a string")
    for value in (1, True, 1.5, "x", ["x"], [1], [[]], {}, {"x": 1}):
        answer = api.request(
            "POST", "/20170907/senders",
            json.dumps({"compartmentId": "prod", "foo": value,
                        "emailAddress": "a@b.example"}),
            {"Content-Type": "application/json"})
        assert answer.fault() == (400, "InvalidParameter",
                                  "foo is no field of this operation")
    for value in (1, True, 1.5, [1], {}, ["arr@b.example"], ["a b"], []):
        answer = api.request(
            "POST", "/20170907/senders",
            json.dumps({"compartmentId": "prod", "emailAddress": value}),
            {"Content-Type": "application/json"})
        assert answer.fault() == (400, "InvalidParameter",
                                  "emailAddress must be a string")
