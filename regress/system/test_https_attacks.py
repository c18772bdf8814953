"""Requests that two programs would read in two ways are refused and end the
connection; what comes behind is not looked at, and nothing is queued."""

import json

from httpstest import (Connection, SUBMIT, compartment, details, head,
                       https_edd, one_answer)


def test_what_is_ambiguous_is_refused(make_edd, sink):
    edd = https_edd(make_edd, sink)
    body = json.dumps(details(edd)).encode()
    length = "content-length: %d" % len(body)
    kind = "content-type: application/json"
    good = head(edd, kind, length) + body
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    attacks = {
        "both lengths": head(edd, kind, length, "transfer-encoding: chunked"),
        "two lengths": head(edd, kind, length, "content-length: 0"),
        "list of lengths": head(edd, kind, "content-length: %d, %d" %
                                (len(body), len(body))),
        "signed length": head(edd, kind, "content-length: +%d" % len(body)),
        "folded": head(edd, kind, "x-a: b\r\n c: d", length),
        "space before the colon": head(edd, kind, "content-length : 5"),
        "bare LF": head(edd, kind, "x-a: b\nx-c: d", length),
        "bare CR": head(edd, kind, "x-a: b\rx-c: d", length),
        "NUL": head(edd, kind, "x-a: b\0c", length),
        "two hosts": head(edd, kind, "host: other", length),
        "two types": head(edd, kind, kind, length),
        "another host in the target": head(
            edd, kind, length, path="https://other" + SUBMIT),
    }
    for label, octets in attacks.items():
        status, _, answer = one_answer(edd, octets + good)
        assert (status, answer["code"]) == (400, "CannotParseRequest"), label
        assert answer["message"], label
    for coding in ("gzip", "gzip, chunked", "chunked, chunked", "identity"):
        status, _, answer = one_answer(
            edd, head(edd, kind, "transfer-encoding: " + coding) + chunks)
        assert (status, answer["code"]) == (501, "MethodNotImplemented")
    for broken in (b"-1\r\n", b"0x5\r\n", b"5 \r\nabcde0\r\n\r\n", b"\r\n",
                   b"5\nabcde\r\n", b"1\r\nabc\r\n",
                   b"ffffffffffffffffff\r\n"):
        status, _, answer = one_answer(
            edd, head(edd, kind, "transfer-encoding: chunked") + broken + good)
        assert status in (400, 413), broken
    assert edd.ctl("queue", "list", json_rows=True) == []
    assert sink.messages == []


def test_limits_of_a_head(make_edd, sink):
    edd = https_edd(make_edd, sink)
    for octets, status, code in (
            (b"GET /" + b"a" * 9000, 414, "UriTooLong"),
            (head(edd, *["x-%d: y" % i for i in range(101)]), 431,
             "RequestHeaderFieldsTooLarge"),
            (head(edd, "x-a: " + "b" * 20000), 431,
             "RequestHeaderFieldsTooLarge"),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505,
             "HttpVersionNotSupported"),
            (b"GET / HTTP/0.9\r\n\r\n", 505, "HttpVersionNotSupported"),
            (b"\x16\x03\x01\r\n", 400, "CannotParseRequest"),
            (b"EHLO there\r\n", 400, "CannotParseRequest"),
            (head(edd, "expect: something", "content-length: 0"), 417,
             "ExpectationFailed")):
        got, _, answer = one_answer(edd, octets)
        assert (got, answer["code"]) == (status, code), octets[:40]


def test_bodies_that_are_no_details(make_edd, sink):
    """Depth, size, invalid UTF-8, keys twice: 400 and the field is named."""
    edd = https_edd(make_edd, sink)
    place = compartment(edd)
    rows = {
        b"[]": "it is no object",
        b"{": "a field name is missing",
        b"{}{}": "text after its end",
        b'{"a":' + b"[" * 100000: "nested too deep",
        b'{"subject":"\xff"}': "subject: ill-formed UTF-8",
        b'{"subject":"\\ud800"}': "subject: half of a surrogate pair",
        b'{"subject":"\\u0000"}': "subject: NUL in a string",
        b'{"subject":"a","subject":"b"}': "subject: this field occurs twice",
        b'{"a":[' + b"1," * 20000 + b"1]}": "too many values",
    }
    with Connection(edd) as c:
        for body, why in rows.items():
            c.send(head(edd, "content-type: application/json",
                        "content-length: %d" % len(body)) + body)
            status, _, answer = c.answer()
            answer = json.loads(answer)
            assert (status, answer["code"]) == (400, "CannotParseRequest")
            assert why in answer["message"]
        body = json.dumps({"sender": {
            "senderAddress": {"email": "news@example.org", "name": "a\nb"},
            "compartmentId": place}}).encode()
        c.send(head(edd, "content-type: application/json",
                    "content-length: %d" % len(body)) + body)
        status, _, answer = c.answer()
        assert json.loads(answer) == {
            "code": "InvalidParameter", "message": "sender.senderAddress.name "
            "must not contain control characters"}
    assert edd.ctl("queue", "list", json_rows=True) == []


def test_a_user_has_a_share_of_the_memory(make_edd, sink):
    """Two large bodies of one user at once are one too many; one is not."""
    edd = https_edd(make_edd, sink, "workers httpd 1\n")
    size = 35 << 20
    begun = head(edd, "content-type: application/json",
                 "content-length: %d" % size) + b" " * (size - 1)
    with Connection(edd) as one, Connection(edd) as two:
        one.send(begun)
        two.send(begun)
        answer = two.answer()
        # What was sent and not read may have cost the answer.
        assert answer is None or answer[0] == 429
        one.send(b" ")
        assert one.answer()[0] == 400
