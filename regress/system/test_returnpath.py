"""Return paths, and SPF as the management API shows it, with a real name
server."""

from apitest import Api, with_https
from eddtest import wait_for

HOSTS = "@ MX 1 mx\nmx A 127.0.0.12\n"
BASE = "/20170907/"


def test_return_path_lives(make_edd, dns, sink):
    """Made with edctl; mail leaves with it once the DNS has it."""
    dns.zone("example.org", HOSTS + "bounce MX 1 mx\n")
    dns.start()
    edd = make_edd(dns=dns, route=(sink.address, sink.port)).start().setup()
    made, = edd.ctl("returnpath", "add", "example.org", json_rows=True)
    assert made["name"] == "bounce.example.org"
    wait_for(lambda: edd.ctl("returnpath", "list", "state", "active",
                             json_rows=True), "the return path to be seen")
    shown, = edd.ctl("returnpath", "show", "example.org", json_rows=True)
    assert not shown["details"] and shown["seen"]
    edd.send(["a@example.net"])
    assert sink.wait(1)[0].sender == "news@bounce.example.org"
    edd.ctl("returnpath", "remove", "example.org")
    edd.send(["b@example.net"])
    assert sink.wait(2)[1].sender == "news@example.org"
    audit = edd.ctl("audit")
    assert "returnpath add" in audit and "returnpath remove" in audit


def test_spf_is_shown(make_edd, dns, sink):
    dns.zone("example.org", HOSTS + '@ TXT "v=spf1 a -all"\n')
    dns.zone("example.com", HOSTS + '@ TXT "v=spf10"\n')
    dns.start()
    edd = with_https(make_edd(dns=dns)).start().setup(dkim=False)
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    edd.ctl("domain", "add", "example.com", "compartment", "prod")
    api = Api(edd)
    rows = {r["domain"]: r["id"] for r in edd.ctl("domain", "list",
                                                  json_rows=True)}
    sender, = edd.ctl("sender", "list", json_rows=True)
    for path, spf in (("emailDomains/" + rows["example.org"], True),
                      ("emailDomains/" + rows["example.com"], False),
                      ("senders/" + sender["id"], True)):
        got = api.request("GET", BASE + path)
        assert got.json["isSpf"] is spf, (path, got.body)
    # The tag is of what clients change, not of the DNS.
    tag = got.fields["etag"]
    changed = api.request("PUT", BASE + path, '{"freeformTags": {"a": "b"}}',
                          {"Content-Type": "application/json",
                           "if-match": tag})
    assert changed.status == 200, changed.body
    # Without an answer the field is not there.
    dns.stop()
    edd.ctl("sender", "add", "a@example.edu", "compartment", "prod")
    found = [r for r in edd.ctl("sender", "list", json_rows=True)
             if r["address"] == "a@example.edu"]
    got = api.request("GET", BASE + "senders/" + found[0]["id"])
    assert got.status == 200 and "isSpf" not in got.json
    # It is not asked again at once, whoever wants to know.
    dns.zone("example.edu", HOSTS + '@ TXT "v=spf1 a -all"\n')
    dns.start()
    got = api.request("GET", BASE + "senders/" + found[0]["id"])
    assert got.status == 200 and "isSpf" not in got.json
    api.close()
