"""Errors as the official SDK surfaces them: status, code and message of each
row of the table, and that nothing of such a request is queued."""

import copy

from sdktest import accepted, make_sdk, openssl, refused


def test_rows(make_edd, sink):
    sdk = make_sdk(make_edd, sink)
    sender = sdk.details()["sender"]
    rows = [
        ({}, "MissingParameter",
         "Required attribute sender can't be empty or null."),
        (sdk.details(sender=None), "MissingParameter",
         "Required attribute sender can't be empty or null."),
        (sdk.details(sender={**sender, "compartmentId": ""}),
         "MissingParameter",
         "Required attribute sender compartmentId cannot be empty or null."),
        (sdk.details(recipients={"to": []}), "MissingParameter",
         "Required attribute recipients must contain either to , cc or bcc "
         "recipients."),
        (sdk.details(subject=""), "MissingParameter",
         "Required attribute subject can't be empty or null."),
        (sdk.details(bodyText=""), "MissingParameter",
         "Required attribute body(html/text) is missing. Request must contain "
         "either bodyText or bodyHtml"),
        (sdk.details(recipients={"to": [{"email": ""}]}), "InvalidParameter",
         "Email Address can't be null or empty."),
        (sdk.details(recipients={"to": [{"email": "example.net"}]}),
         "InvalidParameter", "Invalid Internet Address : example.net"),
        (sdk.details(messageId="<a@b>"), "InvalidParameter",
         "Message ID not formed according to RFCs."),
        (sdk.details(headerFields={"": "x"}), "InvalidParameter",
         "Header Key can't be null or empty"),
        (sdk.details(headerFields={"Subject": "x"}), "InvalidParameter",
         "Subject is a reserved mail header which is not allowed"),
        (sdk.details(subject="a\r\nBcc: x@example.net"), "InvalidParameter",
         "subject must not contain control characters"),
    ]
    answers = sdk.submit(*[details for details, _, _ in rows])
    for answer, (_, code, message) in zip(answers, rows):
        refused(answer, 400, code, message)
    assert sdk.edd.ctl("queue", "list", json_rows=True) == []
    assert sink.messages == []


def test_sender_that_is_not_approved(make_edd, sink):
    sdk = make_sdk(make_edd, sink)
    details = sdk.details()
    other = copy.deepcopy(details)
    other["sender"]["senderAddress"]["email"] = "other@example.org"
    for answer in sdk.submit(other):
        refused(answer, 404, "NotAuthorizedOrNotFound",
                "Authorization failed: address other@example.org not "
                "authorized or not found")


def test_who_is_not_known(make_edd, sink):
    """Another key, another user, no such fingerprint: all are told alike."""
    sdk = make_sdk(make_edd, sink)
    request = {"submitEmailDetails": sdk.details()}
    name = sdk.key["fingerprint"]
    other = ("1" if name[0] == "0" else "0") + name[1:]
    private = openssl("genrsa", "2048").decode()
    strangers = [{**sdk.key, "user": "ocid1.user.edd..nobody"},
                 {**sdk.key, "tenancy": "ocid1.tenancy.edd..nowhere"},
                 {**sdk.key, "fingerprint": other},
                 {**sdk.key, "pem": private}]
    answers = sdk.calls(
        *[{"operation": "submitEmail", "request": request, "as": key}
          for key in strangers], ("submitEmail", request))
    for answer in answers[:-1]:
        refused(answer, 401, "NotAuthenticated",
                "The required information to complete authentication was not "
                "provided or was incorrect.")
    accepted(answers[-1])


def test_limits(make_edd, sink):
    sdk = make_sdk(make_edd, sink, "message-size 64K")
    answers = sdk.submit(sdk.details(),
                         sdk.details(bodyText="a line of text\n" * 10000))
    accepted(answers[0])
    refused(answers[1], 413, "PayloadTooLarge",
            "Message exceeds byte limit : limit is 65536")
    for period, limit in (("day", "2"), ("minute", "1")):
        sdk.edd.ctl("limits", "set", "compartment", "prod", period, limit)
        many = {"to": [{"email": "u%d@example.net" % i} for i in range(9)]}
        answer, = sdk.submit(sdk.details(recipients=many, subject=period))
        refused(answer, 400, "LimitExceeded",
                "Maximum messages sent per %s reached : limit is %s" %
                (period, limit))
    assert all("u0@example.net" not in m.rcpts for m in sink.messages)


def test_alike_in_one_second(make_edd, sink):
    """The same details twice at once: the SDK signs the second again."""
    sdk = make_sdk(make_edd, sink)
    answers = sdk.calls({"operation": "submitEmail", "parallel": 3,
                         "request": {"submitEmailDetails": sdk.details()}},
                        retries=True)
    assert len(answers) == 3
    for answer in answers:
        accepted(answer)
    assert len({m.data for m in sink.wait(3)}) == 3
