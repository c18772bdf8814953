"""Return paths, and SPF as the management API shows it, with a real name
server."""

import itertools

from apitest import Api, with_https
from eddtest import wait_for

HOSTS = "@ MX 1 mx\nmx A 127.0.0.12\n"
BASE = "/20170907/"
PATHS = {"domain": "emailDomains/", "sender": "senders/"}


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


NUMBERS = itertools.count()


def shown(edd, api, kind, domain):
    """What is answered of a new object below that domain.  An answer does not
    wait long for the DNS, which is not asked again at once: then of another.
    """
    def look():
        name = "d%d.%s" % (next(NUMBERS), domain)
        made, = edd.ctl(kind, "add", "a@" + name if kind == "sender" else name,
                        "compartment", "prod", json_rows=True)
        path = BASE + PATHS[kind] + made["id"]
        got = api.request("GET", path)
        assert got.status == 200, got.body
        return (path, got) if "isSpf" in got.json else None
    return wait_for(look, "the DNS to answer in time")


def test_spf_is_shown(make_edd, dns, sink):
    dns.zone("example.org", HOSTS + '* TXT "v=spf1 a -all"\n')
    dns.zone("example.com", HOSTS + '* TXT "v=spf10"\n')
    dns.start()
    edd = with_https(make_edd(dns=dns)).start().setup(dkim=False)
    edd.ctl("policy", "add",
            "allow any-user to manage email-family in tenancy")
    api = Api(edd)
    for kind, domain, spf in (("domain", "example.org", True),
                              ("domain", "example.com", False),
                              ("sender", "example.org", True)):
        path, got = shown(edd, api, kind, domain)
        assert got.json["isSpf"] is spf, (path, got.body)
    # The tag is of what clients change, not of the DNS.
    tag = got.fields["etag"]
    changed = api.request("PUT", path, '{"freeformTags": {"a": "b"}}',
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
