"""A key that the management API deletes stays while mail waits that it
signed."""

from apitest import with_https
from eddtest import wait_for
from test_domain_dkim import HOSTS, keys, publish, selectors, wait_state, \
    zone_of
from test_manage_api import Manage


def test_deleted_key_stays_while_mail_waits(make_edd, dns, sink):
    dns.zone("example.org", HOSTS)
    dns.start()
    edd = with_https(make_edd(
        dns=dns, route=(sink.address, sink.port),
        extra="dkim check-interval 1s\nqueue expire 4s\n"))
    edd.start().setup()
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    manage = Manage(edd)
    key = "dkims/" + keys(edd)["s1"]["id"]
    edd.ctl("queue", "pause", "all")
    edd.send("held@example.net")
    edd.ctl("queue", "hold", "all")

    gone = manage.call("DELETE", key, status=202)
    work = "workRequests/" + gone.fields["opc-work-request-id"]
    got = manage.call("GET", key, status=200).json
    assert got["lifecycleState"] == "DELETING" and got["lifecycleDetails"]
    assert manage.call("DELETE", key).fault()[:2] == (409, "IncorrectState")
    domain = got["emailDomainId"]
    assert [k["name"] for k in manage.pages(
        "dkims?lifecycleState=DELETING&emailDomainId=" + domain, 5)] == ["s1"]
    assert "activeDkimId" not in manage.call(
        "GET", "emailDomains/" + domain).json
    # It is asked for, again and again, and shown wherever keys are
    row = wait_for(lambda: "mail of 20" in keys(edd)["s1"]["kept"] and
                   keys(edd)["s1"], "the question")
    assert row["state"] == "DELETING" and not row["signs"]
    assert "DELETING" in edd.ctl("dkim", "show", "example.org")
    assert [r["selector"] for r in edd.ctl(
        "dkim", "list", "state", "deleting", json_rows=True)] == ["s1"]
    assert "s1._domainkey" in zone_of(edd)
    edd.stop()
    edd.start()
    assert keys(edd)["s1"]["state"] == "DELETING"
    manage.api.close()
    manage = Manage(edd)
    assert manage.call("GET", work).json["status"] == "IN_PROGRESS"

    edd.ctl("queue", "release", "all")
    edd.ctl("queue", "resume", "all")
    assert selectors(sink.wait(1)[0]) == ["s1"]
    wait_for(lambda: manage.call("GET", key).json["lifecycleState"] ==
             "DELETED", "the key to go")
    assert manage.call("GET", work).json["status"] == "SUCCEEDED"
    assert keys(edd) == {} and zone_of(edd) == ""
    edd.send("later@example.net")
    assert selectors(sink.wait(2)[1]) == []
    manage.api.close()


def test_operator_removes_a_key_twice(make_edd, dns, sink):
    dns.zone("example.org", HOSTS)
    dns.start()
    edd = make_edd(dns=dns, extra="dkim check-interval 1s\n").start().setup()
    publish(edd, dns)
    wait_state(edd, "s1", "ACTIVE")
    remove = ("dkim", "remove", "example.org", "selector", "s1")
    assert "leave its record in the DNS" in edd.ctl(*remove)
    assert keys(edd)["s1"]["state"] == "DELETING"
    edd.ctl(*remove)
    assert keys(edd) == {}
