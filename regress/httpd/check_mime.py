"""Messages of mime.c as another program reads them.

Reads pairs of lines, the JSON that a message was made of and the message in
base64, and fails if a field or a body is not what the JSON says, or if
anything in the message is a defect to Python's email package.
"""

import base64
import email
import email.header
import email.policy
import email.utils
import json
import re
import sys

POLICY = email.policy.default.clone(raise_on_defect=True)


def words(text):
    """Header text with white space as a reader shows it."""
    return re.sub(r"\s+", " ", text).strip()


def unfolded(text):
    return re.sub(r"\r\n(?=[ \t])", "", text)


def lines(text):
    """Text with its line ends as the builder makes them."""
    return re.sub(r"\r\n|\r|\n", "\r\n", text)


def equal(what, got, wanted):
    if got != wanted:
        sys.exit("%s: got %r, wanted %r" % (what, got, wanted))


def decoded(text):
    """Encoded-words taken off. The parser of email.policy.default leaves the
    space between two of them in a display name, against RFC 2047 6.2."""
    return str(email.header.make_header(email.header.decode_header(text)))


def check_addresses(message, legacy, name, wanted):
    equal(name, [address.addr_spec for address in message[name].addresses],
          [w["email"] for w in wanted])
    got = email.utils.getaddresses([unfolded(legacy[name])])
    equal(name, [(words(decoded(n)), a) for n, a in got],
          [(words(w.get("name", "")), w["email"]) for w in wanted])


def check_body(part, wanted, strict):
    """A body that does not end in a line break gets one at the end of all."""
    got = part.get_payload(decode=True).decode("utf-8")
    wanted = lines(wanted)
    if not strict and not wanted.endswith("\r\n"):
        got = got.removesuffix("\r\n")
    equal(part.get_content_type(), got, wanted)


def check_encoded_words(octets):
    """RFC 2047 section 2: 75 octets each, 76 a line that has one."""
    head = octets.split(b"\r\n\r\n")[0]
    for line in head.split(b"\r\n"):
        if len(line) > 998 or not line.strip():
            sys.exit("line %r" % line)
        found = re.findall(rb"=\?utf-8\?[bq]\?[^?]*\?=", line)
        if b"X-Text" not in line and found and len(line) > 76:
            sys.exit("line of %d with encoded-word: %r" % (len(line), line))
        for word in found:
            if len(word) > 75:
                sys.exit("encoded-word of %d: %r" % (len(word), word))


def check(details, octets):
    message = email.message_from_bytes(octets, policy=POLICY)
    legacy = email.message_from_bytes(octets, policy=email.policy.compat32)
    check_encoded_words(octets)
    check_addresses(message, legacy, "From", [details["sender"]["senderAddress"]])
    check_addresses(message, legacy, "To", details["recipients"]["to"])
    check_addresses(message, legacy, "Cc", details["recipients"]["cc"])
    if message["Bcc"] is not None:
        sys.exit("Bcc is shown")
    equal("Subject", words(decoded(unfolded(legacy["Subject"]))),
          words(details["subject"]))
    equal("Subject", words(message["Subject"]), words(details["subject"]))
    text = details["headerFields"]["X-Text"]
    if "=?" not in text:
        equal("X-Text", words(message["X-Text"]), words(text))
    equal("Message-ID", message["Message-ID"],
          "<%s>" % details["messageId"])
    equal("MIME-Version", message["MIME-Version"], "1.0")
    if "bodyText" in details and "bodyHtml" in details:
        equal("type", message.get_content_type(), "multipart/alternative")
        text, html = message.iter_parts()
        equal("type", text.get_content_type(), "text/plain")
        equal("type", html.get_content_type(), "text/html")
        check_body(text, details["bodyText"], True)
        check_body(html, details["bodyHtml"], True)
    elif "bodyText" in details:
        equal("type", message.get_content_type(), "text/plain")
        check_body(message, details["bodyText"], False)
    else:
        equal("type", message.get_content_type(), "text/html")
        check_body(message, details["bodyHtml"], False)
    for part in message.walk():
        if part.defects:
            sys.exit("defects: %r" % part.defects)


def main():
    while True:
        details = sys.stdin.readline()
        if not details:
            break
        octets = base64.b64decode(sys.stdin.readline())
        try:
            check(json.loads(details), octets)
        except Exception:
            print(octets.decode(), file=sys.stderr)
            raise


main()
