"""Addresses that fail too often are turned away: wrong passwords and senders
that are not approved, over all workers, also after a restart."""

import base64

import pytest

from eddtest import Raw, raw_session, wait_for

THROTTLED = "421 Too many auth failures, try again later"
RULE = "smtp throttle failures 3 window 10m block 10m"


@pytest.fixture
def strict(make_edd, sink):
    return make_edd(route=(sink.address, sink.port), extra=RULE,
                    smtp_workers=2).start().setup()


def wrong(edd, kind="tls"):
    """The reply to one wrong password in a session of its own."""
    client = Raw(edd, kind=kind, login=False)
    if not client.greeting.startswith("220"):
        client.close()
        return client.greeting
    client.say("EHLO client.example.org")
    reply = client.say("AUTH PLAIN AHgAeQ==")
    if reply.startswith("421"):
        assert client.reply() is None
    client.close()
    return reply


def greeting(edd, kind):
    client = Raw(edd, kind=kind, login=False)
    line = client.greeting
    if line.startswith("421"):
        assert client.reply() is None
    client.close()
    return line


def test_wrong_passwords_of_all_workers_count(strict):
    replies = [wrong(strict) for _ in range(3)]
    assert replies == ["535 Authentication credentials invalid"] * 2 + [
        THROTTLED]
    wait_for(lambda: greeting(strict, "starttls") == THROTTLED,
             "the greeting of a throttled address")
    wait_for(lambda: greeting(strict, "tls") == THROTTLED,
             "the greeting of a throttled address by TLS")


def test_restart_remembers(strict):
    for _ in range(3):
        wrong(strict)
    strict.stop()
    strict.start()
    wait_for(lambda: greeting(strict, "starttls") == THROTTLED,
             "the greeting of a throttled address")


def test_death_of_control_forgets_no_more_than_a_second(strict):
    """What failed is written by itself, without being asked about."""
    for _ in range(3):
        wrong(strict)
    strict.wait_log("throttled source=127.0.0.1")
    strict.wait_log("throttled source=127.0.0.1(?s:.*)failures of addresses "
                    "are written")
    strict.kill()
    strict.start()
    wait_for(lambda: greeting(strict, "starttls") == THROTTLED,
             "the greeting of a throttled address")


def test_senders_not_approved_count(strict):
    client = Raw(strict)
    for _ in range(2):
        assert client.say("MAIL FROM:<other@example.org>").startswith("535")
    assert client.say("MAIL FROM:<other@example.org>") == THROTTLED
    assert client.reply() is None


def test_header_from_not_approved_counts(strict):
    client = Raw(strict)
    for reply in ("535", "535", "421"):
        client.say("MAIL FROM:<news@example.org>")
        client.say("RCPT TO:<someone@example.net>")
        client.say("DATA")
        client.send(b"From: other@example.org\r\n\r\nx\r\n.\r\n")
        assert client.reply().startswith(reply)
    assert client.reply() is None


def test_list_and_clear(strict):
    for _ in range(3):
        wrong(strict)
    row, = strict.ctl("throttle", "list", json_rows=True)
    assert row["address"] == "127.0.0.1" and row["throttled"]
    text = strict.ctl("throttle", "clear", "192.0.2.1", ok=False)
    assert "nothing is known of 192.0.2.1" in text
    text = strict.ctl("throttle", "clear", "nonsense", ok=False)
    assert "neither an IPv4 nor an IPv6 address" in text
    strict.ctl("throttle", "clear", "127.0.0.1")
    wait_for(lambda: greeting(strict, "tls").startswith("220"),
             "the greeting of a cleared address")
    assert strict.ctl("throttle", "list", json_rows=True) == []


def test_session_that_is_logged_in_goes_on(strict, sink):
    with strict.client() as smtp:
        for _ in range(3):
            wrong(strict)
        smtp.sendmail("news@example.org", ["someone@example.net"],
                      b"From: news@example.org\r\n\r\nx\r\n")
    sink.wait()


def test_right_password_of_throttled_address_is_refused(strict):
    """A session that was greeted before cannot go on guessing."""
    early = Raw(strict, login=False)
    for _ in range(3):
        wrong(strict)
    early.say("EHLO client.example.org")
    secret = base64.b64encode(("\0%s\0%s" % (
        strict.user, strict.secret)).encode()).decode()
    assert early.say("AUTH PLAIN " + secret) == THROTTLED
    assert early.reply() is None


def test_off(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="smtp throttle off").start().setup()
    assert {wrong(edd) for _ in range(15)} == {
        "535 Authentication credentials invalid"}
    raw_session(edd.ports["tls"], True).close()
