"""SubmitEmail by the official SDK: what it says is what is delivered."""

import pytest

from clienttest import assert_came_through
from eddtest import wait_for
from httpstest import compartment
from sdktest import accepted, make_sdk, parsed, refused


@pytest.fixture
def sdk(make_edd, sink):
    return make_sdk(make_edd, sink)


def text(part):
    return part.get_content().replace("\r\n", "\n")


def test_text_html_both(sdk, sink):
    answers = sdk.submit(
        sdk.details(subject="text"),
        sdk.details(subject="html", bodyText=None, bodyHtml="<p>x</p>\n"),
        sdk.details(subject="both", bodyHtml="<p>Größe</p>\n"))
    ids = [accepted(a)["messageId"] for a in answers]
    assert len(set(ids)) == 3
    got = {}
    for data in assert_came_through(sdk.edd, sink, ["a@example.net"] * 3, 3):
        message = parsed(data)
        got[message["Subject"]] = message
        assert message["Message-ID"].strip("<>") in ids
        assert message["From"] == "news@example.org"
    assert got["text"].get_content_type() == "text/plain"
    assert text(got["text"]) == "One.\n.\nThree.\n"
    assert got["html"].get_content_type() == "text/html"
    assert text(got["html"]) == "<p>x</p>\n"
    assert got["both"].get_content_type() == "multipart/alternative"
    plain, html = got["both"].iter_parts()
    assert (text(plain), text(html)) == ("One.\n.\nThree.\n",
                                         "<p>Größe</p>\n")


def test_everything_it_can_say(sdk, sink):
    details = sdk.details(
        messageId="abc.1@example.org",
        sender={"senderAddress": {"email": "news@example.org",
                                  "name": "Grüße, \"Nachrichten\""},
                "compartmentId": compartment(sdk.edd)},
        recipients={"to": [{"email": "a@example.net", "name": "Ä. B"}],
                    "cc": [{"email": "c@example.net"}],
                    "bcc": [{"email": "hidden@example.net"}]},
        subject="Übersicht 😀 " + "ganz lang " * 20 + "Ende",
        replyTo=[{"email": "r@example.org", "name": "R"}],
        headerFields={"X-Campaign": "42", "X-Größe": "1"})
    answer, = sdk.submit(details)
    refused(answer, 400, "InvalidParameter",
            "Custom Mail Header Keys should be ASCII only X-Größe")
    del details["headerFields"]["X-Größe"]
    answer, = sdk.submit(details)
    body = accepted(answer)
    assert body["messageId"] == "abc.1@example.org"
    assert body["suppressedRecipients"] == []
    data = assert_came_through(
        sdk.edd, sink,
        ["a@example.net", "c@example.net", "hidden@example.net"])[0]
    message = parsed(data)
    assert b"hidden@example.net" not in data
    assert message["From"].addresses[0].display_name == \
        "Grüße, \"Nachrichten\""
    assert message["To"].addresses[0].display_name == "Ä. B"
    assert message["Cc"] == "c@example.net"
    assert message["Reply-To"] == "R <r@example.org>"
    assert message["Subject"] == details["subject"]
    assert message["Message-ID"] == "<abc.1@example.org>"
    assert message["X-Campaign"] == "42"


def test_fifty_recipients_and_one_more(sdk, sink):
    def to(count):
        return {"to": [{"email": "u%d@example.net" % i} for i in range(20)],
                "bcc": [{"email": "u%d@example.net" % i}
                        for i in range(20, count)]}

    many, too_many = sdk.submit(sdk.details(recipients=to(50)),
                                sdk.details(recipients=to(51)))
    accepted(many)
    refused(too_many, 400, "InvalidParameter",
            "maxItems: 50, for recipients across the To:, CC: and BCC: "
            "fields.")
    wanted = sorted("u%d@example.net" % i for i in range(50))
    wait_for(lambda: sorted(r for m in sink.messages for r in m.rcpts) ==
             wanted, "each of 50 recipients once")


def test_suppressed_recipients_are_told(sdk, sink):
    sdk.edd.ctl("suppression", "add", "gone@example.net",
                "compartment", "prod")
    answer, = sdk.submit(sdk.details(recipients={
        "to": [{"email": "a@example.net"}],
        "cc": [{"email": "gone@example.net", "name": "G"}]}))
    assert accepted(answer)["suppressedRecipients"] == [
        {"email": "gone@example.net", "name": "G"}]
    assert_came_through(sdk.edd, sink, ["a@example.net"])


def test_raw(sdk, sink):
    sdk.edd.ctl("suppression", "add", "gone@example.net",
                "compartment", "prod")
    message = ("From: news@example.org\r\nTo: x@example.net\r\n"
               "Subject: raw\r\nMessage-ID: <raw@example.org>\r\n\r\n"
               "One.\r\n.\r\n")
    answer, = sdk.calls(sdk.submit_raw(
        message, ["a@example.net", "b@example.net", "gone@example.net"]))
    body = accepted(answer, "emailRawSubmittedResponse")
    assert body["suppressedRecipients"] == ["gone@example.net"]
    data = assert_came_through(sdk.edd, sink,
                               ["a@example.net", "b@example.net"])[0]
    assert data.endswith(b"\r\n\r\nOne.\r\n.\r\n")
    assert parsed(data)["Message-ID"] == "<raw@example.org>"


def test_with_a_retry_token(sdk, sink):
    """Ten at once, which the SDK repeats while the first is under way: all
    hear the same, and it is sent once."""
    def call(subject, parallel=1):
        return {"operation": "submitEmail", "token": "t", "parallel": parallel,
                "request": {"submitEmailDetails": sdk.details(
                    subject=subject)}}

    first, *rest = [accepted(a) for a in sdk.calls(
        call("one", 10), call("one"), retries=True)]
    assert len(rest) == 10 and all(a == first for a in rest)
    refused(sdk.calls(call("two"))[0], 409, "InvalidatedRetryToken",
            "The retry token was used for another request.")
    data, = assert_came_through(sdk.edd, sink, ["a@example.net"], 1)
    assert parsed(data)["Subject"] == "one"
