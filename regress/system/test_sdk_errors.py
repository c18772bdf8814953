"""Errors as the official SDK surfaces them: status, code and message of each
row of the table, and that nothing of such a request is queued."""

import copy
import os
import signal
import threading

from eddtest import freeze, wait_for
from httpstest import compartment
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


def test_who_fails_too_often(make_edd, sink):
    sdk = make_sdk(make_edd, sink,
                   "smtp throttle failures 3 window 10m block 10m\n")
    stranger = {**sdk.key, "pem": openssl("genrsa", "2048").decode()}
    answers = sdk.calls(*[
        {"operation": "submitEmail", "as": stranger,
         "request": {"submitEmailDetails": sdk.details(subject=str(i))}}
        for i in range(3)], ("submitEmail", {
            "submitEmailDetails": sdk.details()}))
    refused(answers[3], 429, "TooManyRequests",
            "Too many requests received. Wait and try again.")


def test_edd_that_takes_no_mail_or_fails(make_edd, sink):
    """503 while it drains; 500 if a process dies under the request."""
    sdk = make_sdk(make_edd, sink)
    edd = sdk.edd
    edd.ctl("drain")
    answer, = sdk.submit(sdk.details(subject="while it drains"))
    assert answer["error"]["statusCode"] == 503, answer
    assert answer["error"]["serviceCode"] == "ServiceUnavailable"
    edd.ctl("drain", "off")
    pid, mark, got = edd.pid_of("queue"), edd.log_size(), []
    freeze(pid)
    asking = threading.Thread(target=lambda: got.extend(
        sdk.submit(sdk.details(subject="it dies"))))
    asking.start()
    edd.wait_log(r"httpd\[\d+\]: request \S+: body, now run", since=mark)
    # No other queue is to be there before the answer.
    freeze(edd.process.pid)
    try:
        os.kill(pid, signal.SIGKILL)
        asking.join()
    finally:
        os.kill(edd.process.pid, signal.SIGCONT)
    refused(got[0], 500, "InternalServerError", "Internal Server Error")


def test_errors_of_the_management_api(make_edd, sink):
    """Each status and code that a client may have to tell apart."""
    sdk = make_sdk(make_edd, sink)
    edd, place = sdk.edd, compartment(sdk.edd)
    domain = {"compartmentId": place, "name": "example.com"}

    def create(**details):
        return ("createEmailDomain", {"createEmailDomainDetails": {
            **domain, **details}})

    def codes(*calls):
        return [(a["error"]["statusCode"], a["error"]["serviceCode"])
                if "error" in a else a for a in sdk.calls(*calls)]

    # Without a policy nothing is there.
    assert codes(create(description="1")) == [(404, "NotAuthorizedOrNotFound")]
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    made, = sdk.calls(create())
    one = made["ok"]["emailDomain"]["id"]
    assert codes(
        create(description="2"), create(name="gmail.com"), create(name=""),
        create(name="example.net", freeformTags={
            str(i): "" for i in range(33)}),
        ("updateEmailDomain", {"emailDomainId": one, "ifMatch": "stale",
                               "updateEmailDomainDetails": {}}),
        ("getSender", {"senderId": "ocid1.none"}),
        ("listSenders", {"compartmentId": place, "page": "zz"}),
        ("addEmailDomainLock", {"emailDomainId": one, "addLockDetails": {
            "type": "FULL"}})) == [
                (409, "NotAuthorizedOrResourceAlreadyExists"),
                (400, "InvalidParameter"), (400, "MissingParameter"),
                (400, "LimitExceeded"), (412, "NoEtagMatch"),
                (404, "NotAuthorizedOrNotFound"), (400, "InvalidParameter"),
                (404, "NotFound")]
    # A retry token is of one request; a domain with a key stays.
    token = {"opcRetryToken": "once"}
    first = {**create(name="example.net")[1], **token}
    again = {**create(name="example.edu")[1], **token}
    assert "ok" in sdk.calls(("createEmailDomain", first))[0]
    assert codes(("createEmailDomain", again)) == [
        (409, "InvalidatedRetryToken")]
    key, = sdk.calls(("createDkim", {"createDkimDetails": {
        "emailDomainId": one}}))
    assert "ok" in key, key
    assert codes(("deleteEmailDomain", {"emailDomainId": one}))[0][0] == 409


def test_the_same_change_twice_in_one_second(make_edd, sink):
    """A replay is refused with a code that the SDK tries again by itself."""
    sdk = make_sdk(make_edd, sink)
    sdk.edd.ctl("policy", "add",
                "allow any-user to manage email-family in tenancy")

    def twice():
        answers = sdk.calls({
            "operation": "createSuppression", "parallel": 2,
            "request": {"createSuppressionDetails": {
                "compartmentId": sdk.key["tenancy"],
                "emailAddress": "a%d@example.net" % len(seen)}}})
        seen.append([a["error"]["serviceCode"] for a in answers
                     if "error" in a])
        return seen[-1] == ["IncorrectState"]

    # If a second ends between the two it is no replay, but exists already.
    seen = []
    wait_for(twice, "two of one second")
    assert {c for codes in seen for c in codes} <= {
        "IncorrectState", "NotAuthorizedOrResourceAlreadyExists"}
