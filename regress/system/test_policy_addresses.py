"""Which forms of an address are the same sender: case, sub-addresses, and
both forms of an internationalized domain."""

from eddtest import Raw

WORDS = "b\u00fccher.example"
ASCII = "xn--bcher-kva.example"


def begin(client, sender, utf8=False):
    line = "MAIL FROM:<%s>%s\r\n" % (sender, " SMTPUTF8" if utf8 else "")
    client.send(line.encode())
    reply = client.reply()
    client.say("RSET")
    return reply[:3]


def test_forms_of_a_sender(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="sub-addressing on").start().setup(dkim=False)
    edd.ctl("sender", "add", "post@" + WORDS, "compartment", "prod")
    edd.ctl("domain", "add", "all." + ASCII, "compartment", "prod")
    edd.ctl("sender", "add", "@all." + WORDS, "compartment", "prod")
    client = Raw(edd)
    for sender, utf8, code in (
            ("news@example.org", False, "250"),
            ("NEWS@EXAMPLE.ORG", False, "250"),
            ("news+monday@example.org", False, "250"),
            ("News+Monday@Example.Org", False, "250"),
            ("new+s@example.org", False, "535"),
            ("post@" + ASCII, False, "250"),
            ("Post@" + ASCII.upper(), False, "250"),
            ("post@" + WORDS, True, "250"),
            ("post@" + WORDS.upper(), True, "250"),
            ("post+x@" + WORDS, True, "250"),
            ("other@" + WORDS, True, "535"),
            ("any@all." + ASCII, False, "250"),
            ("any@all." + WORDS, True, "250"),
            ("any@sub.all." + WORDS, True, "535")):
        assert begin(client, sender, utf8) == code, sender
    row, = edd.ctl("sender", "show", "POST@" + WORDS, json_rows=True)
    assert row["address"] == "post@" + ASCII
    text = edd.ctl("why", "app", "news+monday@example.org")
    assert "news@example.org" in text and "ALLOW" in text


def test_no_sub_addresses_by_default(edd):
    client = Raw(edd)
    assert begin(client, "news+monday@example.org") == "535"
    assert begin(client, "news@example.org") == "250"
