"""Credentials: several of a user, expiry, networks, disabled ones, rotation
without a gap; and how few questions a session costs."""

import smtplib

import pytest

from eddtest import Raw, wait_for


def login(edd, user, secret):
    """The code of the reply to AUTH."""
    with edd.client(login=False) as smtp:
        try:
            return smtp.login(user, secret)[0]
        except smtplib.SMTPAuthenticationError as e:
            return e.smtp_code


def add(edd, *options):
    rows = edd.ctl("credential", "add", "app", *options, json_rows=True)
    row, = [r for r in rows if "password" in r]
    return row["id"], row["username"], row["password"]


def test_two_at_a_time_by_default(edd):
    one, user, secret = add(edd)
    text = edd.ctl("credential", "add", "app", ok=False)
    assert "has 2 credentials, the most there can be" in text
    assert login(edd, user, secret) == 235
    assert login(edd, edd.user, edd.secret) == 235
    edd.ctl("credential", "remove", edd.user)
    assert login(edd, edd.user, edd.secret) == 535
    assert login(edd, user, secret) == 235


def test_configured_number(make_edd):
    edd = make_edd(extra="smtp credentials per user 4").start().setup()
    for _ in range(3):
        add(edd)
    assert "has 4 credentials" in edd.ctl("credential", "add", "app", ok=False)


def test_disabled_and_enabled_again(edd):
    one, user, secret = add(edd, "description", "the old host")
    edd.ctl("credential", "set", one, "state", "inactive")
    assert login(edd, user, secret) == 535
    edd.wait_log(r'refused login user=app .*reason="inactive"')
    assert login(edd, edd.user, edd.secret) == 235
    row, = [r for r in edd.ctl("credential", "list", "app", json_rows=True)
            if r["id"] == one]
    assert row["state"] == "INACTIVE"
    assert row["description"] == "the old host"
    edd.ctl("credential", "set", one, "state", "active")
    assert login(edd, user, secret) == 235


def test_list_by_name_and_state(edd):
    for name in ("zoe", "bob", "amy"):
        edd.ctl("user", "add", name)
        edd.ctl("credential", "add", name)
    rows = edd.ctl("credential", "list", json_rows=True)
    assert [r["user"] for r in rows] == ["amy", "app", "bob", "zoe"]
    edd.ctl("credential", "set", rows[2]["id"], "state", "inactive")

    def listed(*words):
        return [r["user"] for r in edd.ctl("credential", "list", *words,
                                           json_rows=True)]
    assert listed("state", "inactive") == ["bob"]
    assert listed("state", "active") == ["amy", "app", "zoe"]
    assert listed("state", "expired") == []
    assert listed("bob", "state", "active") == []
    assert listed("bob", "state", "inactive") == listed("bob") == ["bob"]
    assert "inactive" in edd.ctl("credential", "list", "state", "lost",
                                 ok=False)


def test_disabled_in_a_session(edd):
    client = Raw(edd)
    one, = [r["id"] for r in edd.ctl("credential", "list", json_rows=True)]
    edd.ctl("credential", "set", one, "state", "inactive")
    assert client.say("MAIL FROM:<news@example.org>") == (
        "535 Authorization failed: address news@example.org not authorized")


def test_user_disabled(edd):
    edd.ctl("user", "set", "app", "state", "inactive")
    assert login(edd, edd.user, edd.secret) == 535
    edd.ctl("user", "set", "app", "state", "active")
    assert login(edd, edd.user, edd.secret) == 235


def test_networks(edd):
    one, user, secret = add(edd, "networks", "192.0.2.0/24,2001:db8::/32")
    assert login(edd, user, secret) == 535
    edd.wait_log(r'refused login .*source=127.0.0.1 reason="network"')
    edd.ctl("credential", "set", one, "networks", "192.0.2.0/24,127.0.0.0/8")
    assert login(edd, user, secret) == 235
    edd.ctl("credential", "set", one, "networks", "any")
    assert login(edd, user, secret) == 235


def test_expiry(edd):
    one, user, secret = add(edd, "expires", "90d")
    assert login(edd, user, secret) == 235
    row, = [r for r in edd.ctl("credential", "list", "app", json_rows=True)
            if r["id"] == one]
    assert row["expires"] - row["created"] in range(90 * 86400,
                                                    90 * 86400 + 60)


@pytest.mark.parametrize("words, text", [
    (("expires", "2020-01-01"), "that is over already"),
    (("expires", "soon"), "neither a time from now"),
    (("networks", "192.0.2.1/24"), '"192.0.2.1/24" is not a network'),
    (("networks", "192.0.2.0/24,"), '"" is not a network'),
    (("networks", ",".join(["192.0.2.0/24"] * 17)), "over 16 networks"),
    (("description", "x" * 300), "one line of at most"),
])
def test_mistakes_change_nothing(edd, words, text):
    before = edd.ctl("credential", "list", json_rows=True)
    assert text in edd.ctl("credential", "add", "app", *words, ok=False)
    one = before[0]["id"]
    assert text in edd.ctl("credential", "set", one, *words, ok=False)
    assert edd.ctl("credential", "list", json_rows=True) == before


def counters(edd):
    rows = edd.ctl("show", "counters", json_rows=True)
    return {r["name"]: r["value"] for r in rows
            if r["process"] == "control" and "name" in r}


def test_login_and_message_to_three_cost_four_questions(edd, sink):
    rcpts = ["%s@example.net" % c for c in "abc"]
    edd.send(rcpts)
    edd.stop()
    edd.start()  # what was learned is kept
    before = counters(edd)
    edd.send(rcpts)
    sink.wait(2)
    after = counters(edd)
    asked = {name: after[name] - before[name] for name in (
        "logins", "senders approved", "recipients asked")}
    assert asked == {"logins": 1, "senders approved": 0,
                     "recipients asked": 3}


def test_address_taken_away_is_not_remembered(edd):
    edd.send("someone@example.net")
    edd.ctl("sender", "remove", "news@example.org")
    client = Raw(edd)
    assert client.say("MAIL FROM:<news@example.org>").startswith("535")


def test_last_use_shows(edd):
    edd.send("someone@example.net")
    row, = edd.ctl("credential", "list", json_rows=True)
    assert row["source"] == "127.0.0.1" and row["used"] >= row["created"]
    wait_for(lambda: edd.ctl("credential", "list").count("127.0.0.1") == 1,
             "the table")
