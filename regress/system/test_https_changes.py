"""What is changed holds for the next request of a connection that is kept,
and what is refused can be found by the id of its request."""

import pytest

from apitest import Api, SUBMIT_RAW, with_https
from eddtest import Raw

NEWS = "news@example.org"


@pytest.fixture
def edd(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    return edd.start().setup()


def details(sender=NEWS, to="a@example.net", **more):
    return {"sender": {"senderAddress": {"email": sender},
                       "compartmentId": "ocid1.compartment.oc1..theirs"},
            "recipients": {"to": [{"email": to}]},
            "subject": "x", "bodyText": "x", **more}


def numbered():
    """Details that differ each time."""
    numbered.n += 1
    return details(subject="%d" % numbered.n)


numbered.n = 0


@pytest.mark.parametrize("change, undo", [
    ("sender remove news@example.org",
     "sender add news@example.org compartment prod"),
    ("sender set news@example.org state inactive",
     "sender set news@example.org state active"),
    ("policy add allow any-user to use email-family in compartment dev",
     "policy add allow any-user to use email-family in compartment prod"),
    ("user set app state inactive", "user set app state active"),
], ids=lambda words: words.split()[0] + " " + words.split()[1])
def test_changes_hold_at_once(edd, change, undo):
    edd.ctl("compartment", "add", "dev")
    api, smtp = Api(edd), Raw(edd)
    assert api.submit(numbered()).status == 200
    assert smtp.say("MAIL FROM:<%s>" % NEWS).startswith("250")
    assert smtp.say("RSET").startswith("250")

    def do(text):
        words = text.split(" ", 2)
        edd.ctl(*(words if words[0] == "policy" else text.split()))

    do(change)
    assert api.submit(numbered()).status in (401, 404)
    # What smtpd heard from its client before it hears of the change counts.
    assert smtp.say("NOOP").startswith("250")
    assert smtp.say("MAIL FROM:<%s>" % NEWS).startswith("535")
    do(undo)
    assert api.submit(numbered()).status == 200
    assert smtp.say("NOOP").startswith("250")
    assert smtp.say("MAIL FROM:<%s>" % NEWS).startswith("250")
    api.close()
    smtp.close()


def test_a_key_and_a_domain_hold_at_once(edd, sink):
    """Signed from the next message on, and not signed once it is gone."""
    edd.ctl("sender", "add", "b@example.edu", "compartment", "prod")
    api = Api(edd)
    assert api.submit(details("b@example.edu", subject="1")).status == 200
    edd.ctl("domain", "add", "example.edu", "compartment", "prod")
    edd.ctl("dkim", "add", "example.edu", "selector", "e1")
    assert api.submit(details("b@example.edu", subject="2")).status == 200
    edd.ctl("dkim", "remove", "example.edu", "selector", "e1")
    assert api.submit(details("b@example.edu", subject="3")).status == 200
    api.close()
    found = {b"\nSubject: %d" % n: m for n in (1, 2, 3)
             for m in sink.wait(3) if b"\nSubject: %d" % n in m.data}
    assert [b"s=e1" in m.data for _, m in sorted(found.items())] == [
        False, True, False]


def test_refusals_are_found_by_their_request(edd):
    api = Api(edd)
    refused = {
        "ours-1": api.submit(details("boss@example.org"),
                             opc_request_id="ours-1"),
        "ours-2": api.submit(details(to="nobody"), opc_request_id="ours-2"),
        "ours-3": api.request(
            "POST", SUBMIT_RAW, b"Subject: x\r\n\r\nx\r\n",
            {"Content-Type": "message/rfc822", "sender": NEWS,
             "compartment-id": "x", "recipients": "",
             "opc-request-id": "ours-3"})}
    for own, answer in refused.items():
        whole = answer.fields["opc-request-id"]
        assert whole.startswith(own + "/")
        event = edd.wait_event("rejected", request=whole)
        assert event["text"] == "%d %s %s" % answer.fault()
        assert event["source"] == "127.0.0.1"
        for word in (own, whole):
            for command in (("events", "request"), ("trace",)):
                row, = edd.ctl(*command, word, json_rows=True)
                assert row["request"] == whole and row["user"] == "app"
    assert refused["ours-1"].status == 404
    assert refused["ours-2"].status == refused["ours-3"].status == 400
    # The way of a message is found by it too.
    answer = api.submit(details(), opc_request_id="ours-4")
    edd.wait_event("relayed", recipient="a@example.net")
    edd.wait_event("request", request=answer.fields["opc-request-id"])
    assert {"accepted", "request", "relayed"} <= {
        row["event"] for row in edd.ctl("trace", "ours-4", json_rows=True)}
    # An id as answers have it is as good.
    again = api.submit(numbered(),
                       opc_request_id=answer.fields["opc-request-id"])
    assert again.fields["opc-request-id"].startswith(
        answer.fields["opc-request-id"] + "/")
    api.close()
