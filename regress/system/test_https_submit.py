"""SubmitEmail through the daemon to a receiving server, signed; recipients,
suppressed ones, ids, and what is refused."""

import email
import json

import dkim
import pytest

from apitest import SUBMIT_RAW, Api, Key, basic, with_https
from eddtest import wait_for

# As ids of another service are.
THEIRS = "ocid1.compartment.oc1..theirs"


@pytest.fixture
def https(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]
    return edd


def details(edd, to=("a@example.net",), **more):
    made = {"sender": {"senderAddress": {"email": "news@example.org",
                                         "name": "Gr\u00fc\u00dfe"},
                       "compartmentId": edd.compartment},
            "recipients": {"to": [{"email": rcpt} for rcpt in to]},
            "subject": "\u00dcbersicht", "bodyText": "Hello.\n"}
    made.update(more)
    return {k: v for k, v in made.items() if v is not None}


def verify(edd, data):
    """The signature verifies with the key that control shows."""
    rows = edd.ctl("dkim", "show", "example.org", json_rows=True)
    text = json.dumps(rows)
    start = text.index("p=") + 2
    public = text[start:].split('"')[0].split(";")[0].replace(" ", "")
    record = ("v=DKIM1; k=rsa; p=" + public).encode()
    return dkim.verify(data, dnsfunc=lambda name, timeout=5: record)


def test_an_email_is_sent_signed_and_told(https, sink):
    edd = https
    api = Api(edd)
    answer = api.submit(details(edd, bodyHtml="<b>Hello.</b>\n"))
    assert answer.status == 200, answer.body
    told = answer.json
    assert told["suppressedRecipients"] == []
    got, = sink.wait()
    assert got.sender == "news@example.org"
    assert got.rcpts == ["a@example.net"]
    text = email.message_from_bytes(got.data)
    assert text["Message-ID"] == "<%s>" % told["messageId"]
    assert text.get_content_type() == "multipart/alternative"
    assert str(email.header.make_header(
        email.header.decode_header(text["Subject"]))) == "\u00dcbersicht"
    assert verify(edd, got.data)
    event = edd.wait_event("accepted", recipient="a@example.net")
    assert event["messageId"] == "<%s>" % told["messageId"]
    event = edd.wait_event("request")
    assert event["request"] == answer.fields["opc-request-id"]
    assert told["envelopeId"] in event.values()

    # The connection is kept; the client's id is in the answer's.
    answer = api.submit(details(edd), opc_request_id="abc-1")
    assert answer.status == 200, answer.body
    assert answer.fields["opc-request-id"].startswith("abc-1/")
    sink.wait(2)

    # Suppressed recipients are told, and get nothing.
    edd.ctl("suppression", "add", "s@example.net", "compartment", "prod")
    answer = api.submit(details(edd, to=("s@example.net", "b@example.net")))
    assert answer.status == 200, answer.body
    assert [r["email"] for r in answer.json["suppressedRecipients"]] == [
        "s@example.net"]
    assert sink.wait(3)[2].rcpts == ["b@example.net"]
    answer = api.submit(details(edd, to=("s@example.net",)))
    assert answer.status == 200, answer.body
    assert answer.json["envelopeId"]
    assert edd.wait_event("suppressed", recipient="s@example.net",
                          compartment=edd.compartment)

    # 50 recipients are taken, 51 are not.
    many = ["r%d@example.net" % i for i in range(51)]
    answer = api.submit(details(edd, to=many[:50]))
    assert answer.status == 200, answer.body
    wait_for(lambda: sum(len(m.rcpts) for m in sink.messages[3:]) == 50,
             "50 recipients")
    assert api.submit(details(edd, to=many)).fault() == (
        400, "InvalidParameter",
        "maxItems: 50, for recipients across the To:, CC: and BCC: fields.")

    # A row of the table that the SDK's test has not.
    answer = api.submit(details(edd, headerFields={"X-\u00e9": "x"}))
    assert answer.fault() == (
        400, "InvalidParameter",
        "Custom Mail Header Keys should be ASCII only X-\u00e9")

    # Who is not approved, or not of that compartment, is refused.
    for change in ({"senderAddress": {"email": "other@example.org"},
                    "compartmentId": edd.compartment},
                   {"senderAddress": {"email": "news@example.org"},
                    "compartmentId": "ocid1.compartment.edd..x"}):
        answer = api.submit(details(edd, sender=change))
        assert answer.fault() == (
            404, "NotAuthorizedOrNotFound",
            "Authorization failed: address %s not authorized or not found" %
            change["senderAddress"]["email"])
    assert edd.wait_event("rejected", sender="news@example.org",
                          compartment=edd.compartment)
    refused = edd.wait_event("rejected", sender="other@example.org")
    assert "compartment" not in refused
    api.close()


def test_a_raw_message_is_sent_as_it_is(https, sink):
    edd = https
    api = Api(edd)
    fields = {"content-type": "message/rfc822",
              "compartment-id": edd.compartment,
              "sender": "news@example.org",
              "recipients": "a@example.net,b@example.net"}
    text = ("From: news@example.org\r\nTo: a@example.net\r\n"
            "Subject: raw\r\nBcc: b@example.net\r\n\r\n"
            ".dot\r\nHello.\r\n").encode()
    answer = api.request("POST", SUBMIT_RAW, text, fields)
    assert answer.status == 200, answer.body
    assert answer.json["suppressedRecipients"] == []
    got, = sink.wait()
    assert sorted(got.rcpts) == ["a@example.net", "b@example.net"]
    assert got.data.endswith(b"\r\n\r\n.dot\r\nHello.\r\n")
    assert b"Bcc" not in got.data
    assert verify(edd, got.data)

    # Lines that end in LF alone become lines; no From is refused.
    answer = api.request("POST", SUBMIT_RAW, text.replace(b"\r\n", b"\n"),
                         fields)
    assert answer.status == 200, answer.body
    assert sink.wait(2)[1].data.endswith(b"\r\n\r\n.dot\r\nHello.\r\n")
    answer = api.request("POST", SUBMIT_RAW, b"Subject: x\r\n\r\nx\r\n",
                         fields)
    assert answer.fault()[:2] == (400, "InvalidParameter")

    # More than the queue takes at once, chunked.
    long = b"0123456789abcdef" * 4 + b"\r\n"
    body = text + long * 30000
    answer = api.request("POST", SUBMIT_RAW,
                         (body[i:i + 50000] for i in range(0, len(body),
                                                           50000)), fields)
    assert answer.status == 200, answer.body
    assert len(sink.wait(3)[2].data) > len(long) * 30000
    api.close()


def test_a_signed_request_is_as_good_as_a_password(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)), workers=2)
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]
    key = Key(edd)
    api = Api(edd, auth=False)
    host = "127.0.0.1:%d" % edd.ports["https"]
    body = json.dumps(details(edd)).encode()
    path = "/20220926/actions/submitEmail"
    fields = key.fields("POST", path, host, body)
    assert api.request("POST", path, body, fields).status == 200
    sink.wait()
    # The same once more is a replay, whichever process gets it.
    for _ in range(3):
        again = Api(edd, auth=False)
        assert again.request("POST", path, body, fields).fault()[:2] == (
            409, "IncorrectState")
        again.close()
    # The same raw message to others in the same second is no replay.
    raw = b"From: news@example.org\r\nSubject: x\r\n\r\nHello.\r\n"
    fields = key.fields("POST", SUBMIT_RAW, host, raw,
                        content_type="message/rfc822")
    fields["compartment-id"] = edd.compartment
    fields["sender"] = "news@example.org"
    for rcpt, status in (("a@example.net", 200), ("b@example.net", 200),
                         ("a@example.net", 409)):
        again = Api(edd, auth=False)
        fields["recipients"] = rcpt
        assert again.request("POST", SUBMIT_RAW, raw, fields).status == status
        again.close()
    sink.wait(3)
    # Another body than the one that was signed, another path, no key.
    fields = key.fields("POST", path, host, body.replace(b"Hello", b"Howdy"))
    assert api.request("POST", path, body,
                       fields).fault()[:2] == (401, "NotAuthenticated")
    assert api.request("POST", SUBMIT_RAW, body,
                       key.fields("POST", path, host, body)).status == 401
    edd.ctl("apikey", "remove", "app", key.fingerprint)
    assert api.request("POST", path, body,
                       key.fields("POST", path, host, body)).status == 401
    api.close()


def test_what_is_taken_away_is_refused_from_then_on(https):
    """A login says which sender it used last, which is not asked again: it
    must not outlive the sender, nor the connection the credential."""
    edd = https
    kept = Api(edd)
    assert kept.submit(details(edd)).status == 200
    again = Api(edd)
    assert again.submit(details(edd)).status == 200
    again.close()
    edd.ctl("sender", "remove", "news@example.org")
    again = Api(edd)
    assert again.submit(details(edd)).fault()[:2] == (
        404, "NotAuthorizedOrNotFound")
    again.close()
    edd.ctl("credential", "remove", edd.user)
    assert kept.submit(details(edd)).fault()[:2] == (401, "NotAuthenticated")
    kept.close()


def test_a_wrong_password_is_throttled(https):
    edd = https
    edd.extra += "smtp throttle failures 3 window 10m block 10m\n"
    edd.write_conf()
    edd.reload()
    for expected in (401, 401, 429):
        api = Api(edd)
        api.auth = basic(edd.user, "wrong")
        assert api.submit(details(edd)).status == expected
        api.close()
    api = Api(edd)
    assert api.submit(details(edd)).fault() == (
        429, "TooManyRequests",
        "Too many requests received. Wait and try again.")
    api.close()


def test_limits_of_a_user_hold(https):
    edd = https
    edd.ctl("limits", "set", "user", "app", "recipients", "2", "size", "8K")
    api = Api(edd)
    many = ["r%d@example.net" % i for i in range(3)]
    assert api.submit(details(edd, to=many[:2])).status == 200
    assert api.submit(details(edd, to=many)).fault() == (
        400, "LimitExceeded",
        "Maximum recipients of a message reached : limit is 2")
    raw = b"From: news@example.org\r\n\r\n" + b"A line of text.\r\n" * 1000
    assert api.request("POST", SUBMIT_RAW, raw, {
        "content-type": "message/rfc822", "compartment-id": edd.compartment,
        "sender": "news@example.org", "recipients": many[0]}).fault() == (
        413, "PayloadTooLarge", "Message exceeds byte limit : limit is 8192")
    api.close()
    # What all may have holds too, without a limit of the user.
    edd.ctl("limits", "remove", "user", "app")
    edd.extra += "smtp recipients 1\n"
    edd.write_conf()
    edd.reload()
    api = Api(edd)
    assert api.submit(details(edd, to=many[:2])).fault() == (
        400, "LimitExceeded",
        "Maximum recipients of a message reached : limit is 1")
    api.close()


def test_an_address_given_twice_is_one_recipient(https, sink):
    edd = https
    edd.ctl("limits", "set", "user", "app", "recipients", "2")
    edd.ctl("suppression", "add", "s@example.net", "compartment", "prod")
    api = Api(edd)
    body = details(edd, recipients={
        "to": [{"email": "a@example.net", "name": "A"},
               {"email": "a@EXAMPLE.net"}, {"email": "s@Example.net"}],
        "cc": [{"email": "a@example.net"}],
        "bcc": [{"email": "s@example.net", "name": "S"}]})
    for _ in range(2):  # the second is answered from what is stored
        answer = api.submit(body, opc_retry_token="one")
        assert answer.status == 200, answer.body
        assert answer.json["suppressedRecipients"] == [
            {"email": "s@example.net"}]
    got, = sink.wait()
    assert got.rcpts == ["a@example.net"]
    text = email.message_from_bytes(got.data)
    assert text["To"].lower().count("a@example.net") == 2
    assert text["Cc"] == "a@example.net"

    # The local part is as it is: these are three.
    answer = api.submit(details(edd, to=("a@example.net", "A@example.net",
                                         "b@example.net")))
    assert answer.fault()[1] == "LimitExceeded"
    answer = api.request(
        "POST", SUBMIT_RAW, b"From: news@example.org\r\n\r\nx\r\n",
        {"content-type": "message/rfc822", "compartment-id": edd.compartment,
         "sender": "news@example.org",
         "recipients": "b@example.net, b@example.NET,s@example.net,"
                       "s@example.net"})
    assert answer.status == 200, answer.body
    assert answer.json["suppressedRecipients"] == ["s@example.net"]
    assert sink.wait(2)[1].rcpts == ["b@example.net"]
    api.close()


def test_an_address_given_twice_counts_once_for_rates(https, sink):
    edd = https
    edd.ctl("limits", "set", "user", "app", "minute", "1")
    api = Api(edd)
    answer = api.submit(details(edd, to=("a@example.net", "a@Example.net")))
    assert answer.status == 200, answer.body
    assert sink.wait()[0].rcpts == ["a@example.net"]
    assert api.submit(details(edd, to=("b@example.net",))).fault() == (
        400, "LimitExceeded",
        "Maximum messages sent per minute reached : limit is 1")
    api.close()


def test_a_compartment_is_the_senders_by_id_or_name(https, sink):
    edd = https
    edd.ctl("compartment", "add", "dev")
    ids = {r["name"]: r["id"]
           for r in edd.ctl("compartment", "list", json_rows=True)}
    api = Api(edd)
    for place, status in ((ids["prod"], 200), ("prod", 200), ("PROD", 200),
                          (THEIRS, 200), ("dev", 404), (ids["dev"], 404),
                          ("root", 404), (ids["root"], 404), ("no", 404)):
        sender = {"senderAddress": {"email": "news@example.org"},
                  "compartmentId": place}
        answer = api.submit(details(edd, sender=sender))
        assert answer.status == status, (place, answer.body)
        answer = api.request(
            "POST", SUBMIT_RAW, b"From: news@example.org\r\n\r\nx\r\n",
            {"content-type": "message/rfc822", "compartment-id": place,
             "sender": "news@example.org", "recipients": "a@example.net"})
        assert answer.status == status, (place, answer.body)
    api.close()
