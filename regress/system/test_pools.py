"""Pools of source addresses: mail of a sender that has one leaves from it, and
no other mail does."""

import json

import pytest

from apitest import Api, with_https
from eddtest import wait_for

BASE = "/20170907/"
JSON = {"Content-Type": "application/json"}


class Pools:
    def __init__(self, edd):
        self.edd = edd
        self.api = Api(edd)
        self.place = next(r["id"] for r in edd.ctl(
            "compartment", "list", json_rows=True) if r["name"] == "prod")

    def call(self, method, path, body=None, status=None):
        answer = self.api.request(
            method, BASE + path, None if body is None else json.dumps(body),
            JSON if body is not None else None)
        assert (answer.status < 300 if status is None
                else answer.status == status), answer.body
        return answer

    def make(self, name, *addresses):
        return self.call("POST", "emailIpPools", {
            "compartmentId": self.place, "name": name,
            "outboundIps": list(addresses)}).json

    def sender(self, address, pool):
        return self.call("POST", "senders", {
            "compartmentId": self.place, "emailAddress": address,
            "emailIpPoolId": pool["id"]}).json


@pytest.fixture
def pools(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port), extra=(
        "deliver source 127.0.0.31\ndeliver source 127.0.0.32\n"
        "deliver source 127.0.0.33\n"))
    with_https(edd).start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    pools = Pools(edd)
    yield pools
    pools.api.close()


def peers(sink, sender):
    return {m.peer[0] for m in sink.messages if m.sender == sender}


def test_mail_leaves_from_its_pool(pools, sink):
    edd = pools.edd
    one = pools.make("one", "127.0.0.31")
    two = pools.make("two", "127.0.0.32", "127.0.0.33")
    pools.sender("one@example.org", one)
    pools.sender("two@example.org", two)
    for i in range(3):
        for sender in ("one", "two", "news"):
            address = sender + "@example.org"
            edd.send(["%s%d@example.net" % (sender, i)], sender=address,
                     text="From: %s\r\nSubject: x\r\n\r\nx\r\n" % address)
    sink.wait(9)
    listed = {r["name"]: r for r in edd.ctl("pool", "list", "compartment",
                                            "prod", json_rows=True)}
    assert listed["two"]["sources"] == "127.0.0.32 127.0.0.33"
    shown = edd.ctl("pool", "show", one["id"], json_rows=True)
    assert [r["sender"] for r in shown[1:]] == ["one@example.org"]
    assert peers(sink, "one@example.org") == {"127.0.0.31"}
    assert peers(sink, "two@example.org") <= {"127.0.0.32", "127.0.0.33"}
    assert not peers(sink, "news@example.org") & {
        "127.0.0.31", "127.0.0.32", "127.0.0.33"}


def test_mail_keeps_its_pool_over_a_restart(pools, sink):
    """What waits leaves from the addresses that its pool had."""
    edd = pools.edd
    pools.sender("one@example.org", pools.make("one", "127.0.0.31"))
    edd.ctl("queue", "pause", "all")
    edd.send(["a@example.net"], sender="one@example.org",
             text="From: one@example.org\r\nSubject: x\r\n\r\nx\r\n")
    shown, = edd.ctl("queue", "list", json_rows=True)
    pools.api.close()
    edd.kill()
    edd.start()
    row = edd.ctl("queue", "show", shown["id"], json_rows=True)[0]
    assert row["leavesFrom"] == "127.0.0.31"
    edd.ctl("queue", "resume", "all")
    sink.wait(1)
    assert peers(sink, "one@example.org") == {"127.0.0.31"}


def test_address_that_is_not_of_this_host(make_edd, sink):
    """Mail waits for it, and the log says why."""
    edd = make_edd(route=(sink.address, sink.port),
                   extra="deliver source 192.0.2.77\n")
    with_https(edd).start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    pools = Pools(edd)
    pools.sender("one@example.org", pools.make("one", "192.0.2.77"))
    edd.send(["a@example.net"], sender="one@example.org",
             text="From: one@example.org\r\nSubject: x\r\n\r\nx\r\n")
    wait_for(lambda: edd.ctl("queue", "list", "all", "state", "deferred",
                             json_rows=True), "the message to be deferred")
    assert "source 192.0.2.77" in edd.log()
    assert sink.messages == []
    pools.api.close()


def is_down(edd):
    """Whether mail waits for the one destination there is."""
    return [r["down"] for r in edd.ctl("queue", "summary",
                                       json_rows=True)] == [True]


def check_others_go_on(pools, sink):
    """Mail of one@ stays; the others' for the same domain does not."""
    edd = pools.edd

    def send(name, rcpt):
        sender = name + "@example.org"
        edd.send([rcpt], sender=sender,
                 text="From: %s\r\nSubject: x\r\n\r\nx\r\n" % sender)

    send("news", "first@example.net")
    sink.wait(1)
    for rcpt in ("a", "b"):
        send("one", rcpt + "@example.net")
        wait_for(lambda: is_down(edd), "the destination to be down")
    send("news", "second@example.net")
    assert [m.rcpts for m in sink.wait(2)] == [
        ["first@example.net"], ["second@example.net"]]
    row, = edd.ctl("queue", "summary", json_rows=True)
    assert row["destination"] == "example.net" and row["down"]
    assert row["error"] != ""
    # The receiver has the other one before queue hears of it.
    wait_for(lambda: sorted(r["recipient"] for r in edd.ctl(
        "queue", "list", "domain", "example.net", json_rows=True)) == [
            "a@example.net", "b@example.net"], "the other one to be done")


def test_pool_that_is_blocked_blocks_no_others(pools, sink):
    """A server that refuses the addresses of a pool takes other mail."""
    edd = pools.edd
    sink.blocked.add("127.0.0.31")
    pools.sender("one@example.org", pools.make("one", "127.0.0.31"))
    check_others_go_on(pools, sink)
    pools.api.close()
    edd.kill()
    edd.start()
    row, = edd.ctl("queue", "summary", json_rows=True)
    assert row["destination"] == "example.net"
    # What was not tried before is now; what is under way is not flushed.
    wait_for(lambda: is_down(edd) and not edd.ctl(
        "queue", "list", "state", "inflight", json_rows=True),
        "the destination to be down again")
    sink.blocked.clear()
    edd.ctl("queue", "flush", "all")
    sink.wait(4)
    assert peers(sink, "one@example.org") == {"127.0.0.31"}


@pytest.mark.parametrize("address", ("192.0.2.77", "::1"))
def test_pool_that_cannot_be_used_blocks_no_others(make_edd, sink, address):
    """It is not of this host, or not of the family of the receiver."""
    edd = make_edd(route=(sink.address, sink.port),
                   extra="deliver source %s\n" % address)
    with_https(edd).start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    pools = Pools(edd)
    pools.sender("one@example.org", pools.make("one", address))
    check_others_go_on(pools, sink)
    pools.api.close()


def test_rerouted_mail_keeps_its_pool(pools, sink, make_sink):
    edd = pools.edd
    other = make_sink()
    pools.sender("one@example.org", pools.make("one", "127.0.0.31"))
    edd.ctl("queue", "pause", "all")
    edd.send(["a@example.net"], sender="one@example.org",
             text="From: one@example.org\r\nSubject: x\r\n\r\nx\r\n")
    edd.ctl("queue", "reroute", "all", "via", other.address, "port",
            str(other.port))
    row, = edd.ctl("queue", "summary", json_rows=True)
    assert row["destination"] == "example.net via %s port %d" % (
        other.address, other.port)
    edd.ctl("queue", "resume", "all")
    other.wait(1)
    assert peers(other, "one@example.org") == {"127.0.0.31"}


def test_operator_makes_and_gives_pools(pools, sink):
    edd = pools.edd
    made = edd.ctl("pool", "add", "one", "compartment", "prod", "address",
                   "127.0.0.31", "127.0.0.32", json_rows=True)[0]
    assert made["sources"] == "127.0.0.31 127.0.0.32"
    assert pools.call("GET", "emailIpPools/" + made["id"]).json[
        "name"] == "one"
    edd.ctl("pool", "set", "one", "remove", "127.0.0.31")
    edd.ctl("sender", "set", "news@example.org", "pool", "one")
    assert edd.ctl("sender", "show", "news@example.org", json_rows=True)[0][
        "pool"] == "one"
    edd.send("a@example.net")
    assert sink.wait(1)[0].peer[0] == "127.0.0.32"
    assert "has senders" in edd.ctl("pool", "remove", "one", ok=False)
    edd.ctl("sender", "set", "news@example.org", "pool", "none")
    edd.send("b@example.net")
    assert sink.wait(2)[1].peer[0] not in ("127.0.0.31", "127.0.0.32")
    edd.ctl("pool", "set", "one", "add", "127.0.0.31", "127.0.0.33")
    assert edd.ctl("pool", "show", "one", json_rows=True)[0][
        "sources"].split() == ["127.0.0.31", "127.0.0.32", "127.0.0.33"]
    edd.ctl("pool", "remove", "one")
    assert edd.ctl("pool", "list", json_rows=True) == []


def test_operator_describes_a_pool_and_sets_its_hours(pools):
    edd = pools.edd
    made, = edd.ctl("pool", "add", "one", "compartment", "prod", "drain",
                    "5", "address", "127.0.0.31", json_rows=True)
    assert made["drainHours"] == 5 and made["description"] == ""
    path = "emailIpPools/" + made["id"]
    row, = edd.ctl("pool", "set", "one", "description", "For",
                   "news & alerts", json_rows=True)
    assert row["description"] == "For news & alerts"
    assert row["drainHours"] == 5
    got = pools.call("GET", path).json
    assert got["description"] == "For news & alerts"
    assert got["lastIpDrainPeriodInHours"] == 5
    # The hours hold for what leaves with the same command.
    edd.ctl("pool", "set", "one", "drain", "0", "remove", "127.0.0.31")
    got = pools.call("GET", path).json
    assert got["outboundIps"] == []
    assert got["lastIpDrainPeriodInHours"] == 0
    row, = edd.ctl("pool", "set", "one", "drain", "720", "description",
                   "none", json_rows=True)
    assert row["description"] == "" and row["drainHours"] == 720
    for hours in ("721", "-1", "x", "1.5", ""):
        text = edd.ctl("pool", "set", "one", "drain", hours, "add",
                       "127.0.0.32", ok=False)
        assert "0 to 720 hours" in text, hours
    assert "nothing to set" in edd.ctl("pool", "set", "one", ok=False)
    shown = edd.ctl("pool", "show", "one", json_rows=True)[0]
    assert shown["drainHours"] == 720 and shown["sources"] == ""
    changes = [(r["old"], r["new"]) for r in
               edd.ctl("audit", "verb", "pool", json_rows=True)]
    assert changes[1:] == [
        ("description=", "description=For news & alerts"),
        ("drain=5", "drain=0"), ("127.0.0.31", ""),
        ("drain=0", "drain=720"),
        ("description=For news & alerts", "description=")]


def test_last_address_of_a_sender_stays(pools, sink):
    """No mail of a sender with a pool ever leaves from another address."""
    edd = pools.edd
    one = pools.make("one", "127.0.0.31")
    pools.sender("one@example.org", one)
    pools.call("PUT", "emailIpPools/" + one["id"],
               {"lastIpDrainPeriodInHours": 0})
    remove = "emailIpPools/%s/actions/removeEmailOutboundIp" % one["id"]
    answer = pools.call("POST", remove, {"outboundIps": ["127.0.0.31"]}, 409)
    assert answer.json["code"] == "IncorrectState"
    assert "take the pool from its senders" in answer.json["message"]
    edd.send("a@example.net", sender="one@example.org",
             text="From: one@example.org\r\nSubject: x\r\n\r\nx\r\n")
    assert sink.wait(1)[0].peer[0] == "127.0.0.31"


def test_address_that_edd_conf_lost(pools, sink):
    """It is shown, warned of and can be removed."""
    edd = pools.edd
    edd.ctl("pool", "add", "one", "compartment", "prod", "address",
            "127.0.0.31", "127.0.0.32")
    edd.ctl("sender", "set", "news@example.org", "pool", "one")
    with open(edd.conf) as f:
        text = f.read()
    with open(edd.conf, "w") as f:
        f.write(text.replace("deliver source 127.0.0.32\n", ""))
    edd.ctl("reload")
    edd.wait_log('IP pool "one" has 127.0.0.32')
    row, = edd.ctl("pool", "list", json_rows=True)
    assert row["notInConf"] == "127.0.0.32"
    edd.ctl("pool", "set", "one", "remove", "127.0.0.31", ok=False)
    edd.ctl("pool", "set", "one", "remove", "127.0.0.32")
    row, = edd.ctl("pool", "list", json_rows=True)
    assert (row["sources"], row["notInConf"]) == ("127.0.0.31", "")


def test_values_are_of_their_types(pools):
    """An array only where one is asked for, a number only where one is."""
    body = {"compartmentId": pools.place, "name": "p",
            "outboundIps": ["127.0.0.31"], "description": "d",
            "lastIpDrainPeriodInHours": 0}
    for name, value, why in (
            ("outboundIps", "127.0.0.31", "must be an array of strings"),
            ("outboundIps", [1], "must be an array of strings"),
            ("outboundIps", {}, "must be an array of strings"),
            ("description", ["a", "b"], "must be a string"),
            ("lastIpDrainPeriodInHours", 1.5, "must be an integer"),
            ("lastIpDrainPeriodInHours", True, "must be an integer"),
            ("lastIpDrainPeriodInHours", "1", "must be an integer"),
            ("lastIpDrainPeriodInHours", [], "must be an integer")):
        answer = pools.call("POST", "emailIpPools", {**body, name: value},
                            400)
        assert answer.json["code"] == "InvalidParameter"
        assert answer.json["message"] == name + " " + why
    pool = pools.call("POST", "emailIpPools", body).json
    pools.call("POST", "emailIpPools/%s/actions/removeEmailOutboundIp" %
               pool["id"], {"outboundIps": ["127.0.0.31"]}, 202)
    assert pools.call("GET", "emailIpPools/" + pool["id"]).json[
        "outboundIps"] == []


def test_audit_has_the_whole_request_id(pools):
    answer = pools.api.request(
        "POST", BASE + "emailIpPools", json.dumps({
            "compartmentId": pools.place, "name": "one",
            "outboundIps": ["127.0.0.31"]}),
        {**JSON, "opc-request-id": "ours" * 40})
    assert answer.status == 202
    row, = pools.edd.ctl("audit", "verb", "CreateEmailIpPool",
                         json_rows=True)
    assert row["who"].endswith(
        " request=" + answer.fields["opc-request-id"])
