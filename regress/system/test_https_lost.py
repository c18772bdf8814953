"""A queue that dies with a message open, before the last recipient's answer;
and what stays of a private key that a request has brought."""

import contextlib
import json
import os
import signal

import pytest

from apitest import Api, Key, with_https, SUBMIT
from eddtest import SANITIZED, Raw, freeze, message, wait_for
from test_https_submit import details
from test_privsep import holds, pem_lines, private_number

OPEN = r"%s\[\d+\]: [0-9a-f]+ is open at queue"


@pytest.fixture
def edd(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]
    return edd


def stopped_control(edd):
    """Until it is told to go on, it says nothing of any recipient."""
    pid = edd.pid_of("control")
    freeze(pid)
    return pid


def another_queue(edd):
    mark = edd.log_size()
    os.kill(edd.pid_of("queue"), signal.SIGKILL)
    edd.wait_ready("queue", mark)


def handed_in(client):
    """DATA, and the message if it is asked for: the last reply."""
    reply = client.say("DATA")
    if reply.startswith("354"):
        client.send(message() + b".\r\n")
        reply = client.reply()
    return reply


def test_smtp_queue_dies_before_the_last_answer(edd, sink):
    """The message is opened at the new one, or refused for now."""
    with contextlib.closing(Raw(edd)) as client:
        mark = edd.log_size()
        assert client.say("MAIL FROM:<news@example.org>").startswith("250")
        assert client.say("RCPT TO:<a@example.net>").startswith("250")
        edd.wait_log(OPEN % "smtpd", since=mark)
        control = stopped_control(edd)
        try:
            client.send(b"RCPT TO:<b@example.net>\r\n")
            another_queue(edd)
        finally:
            os.kill(control, signal.SIGCONT)
        assert client.reply().startswith("250")
        reply = handed_in(client)
        assert reply[:3] in ("250", "421", "451"), reply
        if reply.startswith("250"):
            sink.wait()
            assert sink.messages[0].rcpts == ["a@example.net",
                                              "b@example.net"]
    # Whether it was taken or not, that was all of it.
    edd.send("next@example.net")
    edd.wait_event("relayed", recipient="next@example.net")
    assert len(sink.messages) == 1 + reply.startswith("250")


def test_https_queue_dies_before_the_last_answer(edd, sink):
    """The request is refused for now, and nothing of it is delivered."""
    api = Api(edd)
    # control is asked about the sender here, and not again.
    assert api.submit(details(edd, to=("first@example.net",))).status == 200
    wait_for(lambda: edd.ctl("queue", "list", json_rows=True) == [],
             "it to be done for good")
    another_queue(edd)  # no message is open there for the next request
    body = json.dumps(details(edd, to=("a@example.net", "b@example.net")))
    mark = edd.log_size()
    api.conn.putrequest("POST", SUBMIT)
    for name, value in (("Authorization", api.auth),
                        ("Content-Type", "application/json"),
                        ("Content-Length", str(len(body)))):
        api.conn.putheader(name, value)
    api.conn.endheaders()
    edd.wait_log(r"request \S+: begin, now body", since=mark)
    control = stopped_control(edd)
    try:
        api.conn.send(body.encode())
        edd.wait_log(OPEN % "httpd", since=mark)
        another_queue(edd)
    finally:
        os.kill(control, signal.SIGCONT)
    answer = api.conn.getresponse()
    answer.read()
    assert answer.status in (500, 503)
    assert api.submit(details(edd, to=("last@example.net",))).status == 200
    api.close()
    edd.wait_event("relayed", recipient="last@example.net")
    assert {m.rcpts[0] for m in sink.messages} == {
        "first@example.net", "last@example.net"}


@pytest.mark.root
@pytest.mark.skipif(SANITIZED, reason="a sanitizer's shadow is terabytes")
def test_private_key_of_a_request_stays_with_signer(edd):
    """CreateDkim brings one: it is in no other process afterwards, though the
    connection is kept."""
    api = Api(edd)
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    domain, = api.request("GET", "/20170907/emailDomains?compartmentId=" +
                          edd.compartment).json["items"]
    key = Key(edd, name="dkim").path
    with open(key) as f:
        pem = f.read()
    body = json.dumps({"emailDomainId": domain["id"], "name": "imported",
                       "privateKey": pem})
    answer = api.request("POST", "/20170907/dkims", body,
                         {"Content-Type": "application/json"})
    assert answer.status in (200, 202), answer.body
    secrets = private_number(key) + pem_lines(key)
    # httpd may be about to wipe what it has answered.
    for pid, name in edd.children():
        for secret in secrets:
            wait_for(lambda: name == "signer" or not holds(pid, secret),
                     "%s to forget %r" % (name, secret[:20]))
    assert any(holds(edd.pid_of("signer"), s) for s in private_number(key)), \
        "the search finds nothing even where the key is"
    api.close()
