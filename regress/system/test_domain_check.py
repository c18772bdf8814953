"""edctl domain check: what is right and each of the usual mistakes, each in
a zone of its own on a real name server."""

import base64
import os
import shutil
import subprocess
import tempfile

import pytest

import eddtest

# What a domain needs to have nothing to mend, but for the part under test.
SPF = '@ TXT "v=spf1 ip4:9.9.9.1 ~all"'
DMARC = '_dmarc TXT "v=DMARC1; p=none; rua=mailto:dmarc@%s"'
MX = "@ MX 10 mx\nmx A 9.9.9.1"

ZONES = {}


def txt(value):
    """A TXT record's data: strings of at most 255 octets."""
    pieces = [value[i:i + 255] for i in range(0, len(value), 255)]
    return "TXT " + " ".join('"%s"' % p.replace('"', '\\"') for p in pieces)


def zone(name, spf=SPF, dkim="s1._domainkey {key}", dmarc=DMARC, mx=MX,
         more=""):
    """A zone; {key} is the right record of the key, {value} its value."""
    if dmarc and "%s" in dmarc:
        dmarc = dmarc % name
    ZONES[name] = "\n".join(x for x in (spf, dkim, dmarc, mx, more) if x)
    return name


@pytest.fixture(scope="module")
def key():
    """A private key's PEM and the value of its record."""
    pem = subprocess.run(["openssl", "genrsa", "2048"], check=True,
                         capture_output=True).stdout
    der = subprocess.run(["openssl", "rsa", "-pubout", "-outform", "DER"],
                         input=pem, check=True, capture_output=True).stdout
    return pem, "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()


@pytest.fixture(scope="module")
def host(key):
    """One daemon and one name server with all the zones."""
    pem, value = key
    folder = tempfile.mkdtemp(prefix="edd-")
    os.chmod(folder, 0o755)
    dns = eddtest.Nameserver(folder)
    half = 100
    for name, text in ZONES.items():
        for word, with_ in (
                ("{key}", txt(value)),
                ("{quoted}", txt('"%s"' % value)),
                ("{pieces}", txt('"%s" "%s"' % (value[:half],
                                                value[half:]))),
                ("{breaks}", txt(value[:60] + "~" + value[60:]).replace(
                    "~", "\\010")),
                ("{escaped}", txt(value.replace(";", "\\;")).replace(
                    "\\;", "\\\\;")),
                ("{spaces}", txt(value[:60] + " " + value[60:])),
                ("{first}", txt(value[:half])),
                ("{second}", txt(value[half:])),
                ("{pem}", txt("v=DKIM1; k=rsa; p=-----BEGIN PUBLIC KEY-----"
                              + value[18:] + "-----END PUBLIC KEY-----"))):
            text = text.replace(word, with_)
        dns.zone(name, text)
    dns.zone("9.9.9.in-addr.arpa", "1 PTR mail.example.org.\n"
             "3 PTR elsewhere.example.org.")
    dns.zone("example.org", "mail A 9.9.9.1\nelsewhere A 9.9.9.9")
    dns.start()
    edd = eddtest.Edd(folder, dns=dns, extra="public-address 9.9.9.1")
    pem_file = os.path.join(folder, "dkim.pem")
    with open(pem_file, "wb") as f:
        f.write(pem)
    try:
        edd.start()
        edd.ctl("compartment", "add", "prod")
        edd.pem = pem_file
        yield edd
    finally:
        try:
            edd.stop()
        finally:
            dns.stop()
            shutil.rmtree(folder, ignore_errors=True)


def check(host, domain, *args, ok=None):
    """The findings about a domain that has the key under selector s1."""
    if domain not in host.ctl("domain", "list"):
        host.ctl("domain", "add", domain, "compartment", "prod")
        host.ctl("dkim", "import", domain, "key", host.pem, "selector", "s1")

    def look():
        done = subprocess.run(
            [eddtest.EDCTL, "-s", host.socket, "-j", "domain", "check", domain,
             *args], capture_output=True, text=True, timeout=eddtest.PATIENCE)
        rows = [eddtest.json.loads(x) for x in done.stdout.splitlines()]
        assert rows, done.stderr + host.log()[-3000:]
        # edd gives a question to the DNS five seconds.
        if "unknown" in {r["state"] for r in rows}:
            return None
        return done, rows
    done, rows = eddtest.wait_for(look, "all answers of the DNS")
    if ok is not None:
        assert (done.returncode == 0) == ok, rows
    return rows


def problems(rows):
    return {(r["check"], r["problem"]) for r in rows
            if r["state"] in ("fail", "warn")}


def only(host, domain, what, problem, *args):
    """The one thing that is wrong with a domain; returns its row."""
    rows = check(host, domain, *args)
    assert problems(rows) - {("alignment", "not-aligned")} == {
        (what, problem)}, rows
    return [r for r in rows if (r["check"], r["problem"]) == (
        what, problem)][0]


GOOD = zone("good.example", more='_smtp._tls TXT "v=TLSRPTv1; '
            'rua=mailto:tls@good.example"\n_mta-sts TXT "v=STSv1; id=7"\n'
            "mta-sts A 9.9.9.1")


def test_nothing_to_mend(host):
    rows = check(host, GOOD, ok=True)
    assert {r["state"] for r in rows} == {"ok"}, rows
    assert {r["check"] for r in rows} == {
        "SPF", "DKIM s1", "DMARC", "alignment", "MX", "PTR 9.9.9.1",
        "MTA-STS", "TLSRPT"}


EMPTY = zone("empty.example", spf="", dkim="", dmarc="", mx="")


def test_nothing_published(host):
    rows = check(host, EMPTY, ok=False)
    assert problems(rows) == {
        ("SPF", "missing"), ("DKIM s1", "missing"), ("DMARC", "missing"),
        ("MX", "no-mx")}
    spf = [r for r in rows if r["check"] == "SPF"][0]
    assert spf["should"] == "v=spf1 ip4:9.9.9.1 ~all"
    assert spf["enterInZone"] == "@"


SUB = zone("sub.example", spf='@ TXT "v=spf1 -all"', dkim="", dmarc="",
           more='mail TXT "v=spf1 ip4:9.9.9.1 -all"\nmail MX 1 mx')


def test_three_forms_of_the_name(host):
    rows = check(host, "mail.sub.example", ok=False)
    dkim = [r for r in rows if r["check"] == "DKIM s1"][0]
    assert dkim["enterFull"] == "s1._domainkey.mail.sub.example."
    assert dkim["zone"] == "sub.example"
    assert dkim["enterInZone"] == "s1._domainkey.mail"
    assert dkim["subdomain"] == "mail.sub.example"
    assert dkim["enterInSubdomain"] == "s1._domainkey"


def test_printed_for_people(host):
    text = host.ctl("domain", "check", "mail.sub.example", ok=False)
    assert "s1._domainkey.mail   (in the zone sub.example)" in text
    assert "mend" in text and "is      nothing" in text


# DKIM.

APPENDED = zone("appended.example", dkim="s1._domainkey.appended.example "
                "{key}")


def test_dkim_zone_appended(host):
    row = only(host, APPENDED, "DKIM s1", "zone-appended")
    assert "s1._domainkey.appended.example.appended.example" in row["is"]
    assert row["enterInZone"] == "s1._domainkey"


PARENT = zone("parent.example", spf="", dmarc="", mx="", dkim="", more="""
mail TXT "v=spf1 ip4:9.9.9.1 -all"
mail MX 1 mx
mx A 9.9.9.1
_dmarc TXT "v=DMARC1; p=none; rua=mailto:a@parent.example"
s1._domainkey.mail.parent.example {key}""")


def test_dkim_zone_of_the_parent_appended(host):
    row = only(host, "mail.parent.example", "DKIM s1", "zone-appended")
    assert "s1._domainkey.mail.parent.example.parent.example" in row["is"]


@pytest.mark.parametrize("name,record,problem,mend", [
    ("quoted", "s1._domainkey {quoted}", "quotes", "without any"),
    ("pieces", "s1._domainkey {pieces}", "quotes", "without any"),
    ("breaks", "s1._domainkey {breaks}", "line-breaks", "one line"),
    ("escaped", "s1._domainkey {escaped}", "escapes", "backslashes"),
    ("spaces", "s1._domainkey {spaces}", "spaces", "spaces"),
    ("pem", "s1._domainkey {pem}", "pem", "BEGIN"),
    ("halves", "s1._domainkey {first}\ns1._domainkey {second}",
     "split-records", "one record"),
    ("cutoff", "s1._domainkey {first}", "ill-formed", "cut off"),
    ("bare", "s1 {key}", "wrong-name", "_domainkey"),
    ("revoked", 's1._domainkey TXT "v=DKIM1; k=rsa; p="', "revoked",
     "revoked"),
    ("twokeys", 's1._domainkey {key}\ns1._domainkey TXT "v=DKIM1; p=AAAA"',
     "many-records", "this record only"),
    ("alias", "s1._domainkey CNAME nowhere", "cname", "CNAME"),
    ("wrongalias", "s1._domainkey CNAME other\n"
     'other TXT "v=DKIM1; k=rsa; p=AAAA"', "cname", "alias"),
])
def test_dkim(host, name, record, problem, mend):
    row = only(host, "dkim-%s.example" % name, "DKIM s1", problem)
    assert mend in row["mend"], row


for name_, record_ in [(m[0], m[1]) for m in test_dkim.pytestmark[0].args[1]]:
    zone("dkim-%s.example" % name_, dkim=record_)


def test_dkim_by_cname_is_right(host):
    rows = check(host, CNAMED, ok=True)
    assert [r for r in rows if r["check"] == "DKIM s1"][0]["is"].startswith(
        "by CNAME")


CNAMED = zone("cnamed.example", dkim="s1._domainkey CNAME k\nk {key}")


# SPF.

MANY = "\n".join('i%d TXT "v=spf1 ip4:9.9.8.%d ~all"' % (i, i)
                 for i in range(11))
INCLUDES = " ".join("include:i%d.spf-many.example" % i for i in range(11))


@pytest.mark.parametrize("name,records,problem,mend", [
    ("two", '@ TXT "v=spf1 ip4:9.9.9.1 -all"\n@ TXT "v=spf1 mx ~all"',
     "two-records", "replace them"),
    ("many", "@ %s\n%s" % (txt("v=spf1 ip4:9.9.9.1 %s ~all" % INCLUDES), MANY),
     "too-many-lookups", "ten look-ups"),
    ("voids", '@ TXT "v=spf1 a:x1.spf-voids.example a:x2.spf-voids.example '
     'a:x3.spf-voids.example ip4:9.9.9.1 ~all"', "too-many-voids",
     "finds nothing"),
    ("quoted", '@ TXT "\\"v=spf1 ip4:9.9.9.1 ~all\\""', "quotes",
     "without any"),
    ("split", '@ TXT "v=spf1 ip4:9.9.9.1" "ip4:9.9.9.2 ~all"',
     "glued-strings", "glued"),
    ("inner", '@ TXT "v=spf1 ip4:9.9.9.1\\" \\"ip4:9.9.9.2 ~all"', "quotes",
     "without any"),
    ("typo", '@ TXT "v=spf1 ipv4:9.9.9.1 ~all"', "syntax", "ill-formed"),
    ("semicolon", '@ TXT "v=spf1; ip4:9.9.9.1 ~all"', "ill-formed",
     "begins with"),
    ("loop", '@ TXT "v=spf1 include:spf-loop.example ~all"',
     "too-many-lookups", "ten"),
    ("notarget", '@ TXT "v=spf1 ip4:9.9.9.1 include:ns.spf-notarget.example '
     '~all"', "no-target", "no SPF record"),
    ("unlisted", '@ TXT "v=spf1 ip4:9.9.9.2 ~all"', "source-not-listed",
     "ip4:9.9.9.1"),
    ("behind", '@ TXT "v=spf1 -all ip4:9.9.9.1"', "behind-all",
     'move "all" to the end'),
    ("open", '@ TXT "v=spf1 +all"', "open", "every host"),
    ("noend", '@ TXT "v=spf1 ip4:9.9.9.1"', "no-end", "~all"),
    ("appended", 'spf-appended.example TXT "v=spf1 ip4:9.9.9.1 ~all"',
     "zone-appended", '"@"'),
])
def test_spf(host, name, records, problem, mend):
    row = only(host, "spf-%s.example" % name, "SPF", problem)
    assert mend in row["mend"], row


for name_, record_ in [(m[0], m[1]) for m in test_spf.pytestmark[0].args[1]]:
    zone("spf-%s.example" % name_, spf=record_)


def test_two_spf_records_are_merged(host):
    row = only(host, "spf-two.example", "SPF", "two-records")
    assert row["should"] in ("v=spf1 ip4:9.9.9.1 mx ~all",
                             "v=spf1 mx ip4:9.9.9.1 ~all")


def test_spf_beside_a_cname(host):
    rows = check(host, "shop.shops.example", ok=False)
    row = [r for r in rows if r["check"] == "SPF"][0]
    assert row["problem"] == "cname" and "CNAME" in row["mend"], row


zone("shops.example", more="shop CNAME hosted\nhosted A 9.9.9.4")


DEEP = zone("deep.example", spf="""@ TXT "v=spf1 include:a ~all"
""".replace("include:a", "include:a.deep.example") + """
a TXT "v=spf1 include:b.deep.example -all"
b TXT "v=spf1 redirect=c.deep.example"
c TXT "v=spf1 exists:%{ir}.%{v}._e.deep.example -all"
1.9.9.9.in-addr._e A 127.0.0.2""")


def test_spf_through_includes_redirect_and_macros(host):
    check(host, DEEP, ok=True)


def test_sources_of_the_command_count(host):
    rows = check(host, GOOD, "source", "9.9.9.1,9.9.9.2", ok=False)
    assert problems(rows) == {
        ("SPF", "source-not-listed"), ("PTR 9.9.9.2", "missing"),
        ("EHLO", "hello")}


def test_name_that_does_not_lead_back(host):
    rows = check(host, "ptr.example", "source", "9.9.9.3", ok=False)
    assert ("PTR 9.9.9.3", "not-confirmed") in problems(rows)


zone("ptr.example", spf='@ TXT "v=spf1 ip4:9.9.9.3 -all"')


# DMARC.

@pytest.mark.parametrize("name,records,problem,mend", [
    ("apex", '@ TXT "v=DMARC1; p=none"', "wrong-name", "_dmarc."),
    ("nounder", 'dmarc TXT "v=DMARC1; p=none"', "wrong-name", "_dmarc."),
    ("appended", '_dmarc.dmarc-appended.example TXT "v=DMARC1; p=none"',
     "zone-appended", "appends"),
    ("two", '_dmarc TXT "v=DMARC1; p=none"\n'
     '_dmarc TXT "v=DMARC1; p=reject"', "two-records", "leave"),
    ("nopolicy", '_dmarc TXT "v=DMARC1; rua=mailto:a@b.example"',
     "ill-formed", "p=none"),
    ("case", '_dmarc TXT "v=dmarc1; p=none"', "ill-formed", "letters"),
    ("quoted", '_dmarc TXT "\\"v=DMARC1; p=none\\""', "quotes", "quotes"),
    ("alias", "_dmarc CNAME nowhere", "cname", "CNAME"),
])
def test_dmarc(host, name, records, problem, mend):
    row = only(host, "dmarc-%s.example" % name, "DMARC", problem)
    assert mend in row["mend"], row


for name_, record_ in [(m[0], m[1])
                       for m in test_dmarc.pytestmark[0].args[1]]:
    zone("dmarc-%s.example" % name_, dmarc=record_)


FOREIGN = zone("foreign.example",
               dmarc='_dmarc TXT "v=DMARC1; p=none; rua=mailto:a@good.test"')


def test_reports_that_nobody_agreed_to(host):
    row = only(host, FOREIGN, "DMARC reports", "reports-refused")
    assert row["name"] == "foreign.example._report._dmarc.good.test"


zone("good.test", spf="", dkim="", dmarc="", mx="")


def test_not_aligned_without_key_and_with_another_path(host):
    rows = check(host, "dkim-alias.example", "return-path", GOOD, ok=False)
    assert ("alignment", "not-aligned") in problems(rows)


# The return path.

@pytest.mark.parametrize("name,records,problem,mend", [
    ("null", "@ MX 0 .", "null-mx", "bounces"),
    ("address", "@ A 9.9.9.1", "no-mx", "MX record"),
    ("dangling", "@ MX 10 nowhere", "mx-without-address", "address"),
    ("alias", "@ MX 10 m\nm CNAME t\nt A 9.9.9.1", "mx-is-cname", "alias"),
    ("number", "@ MX 10 9.9.9.1.", "mx-is-address", "not an address"),
])
def test_mx(host, name, records, problem, mend):
    row = only(host, "mx-%s.example" % name, "MX", problem)
    assert mend in row["mend"], row


for name_, record_ in [(m[0], m[1]) for m in test_mx.pytestmark[0].args[1]]:
    zone("mx-%s.example" % name_, mx=record_)


STS = zone("sts.example", more='_mta-sts TXT "v=STSv1; id=7"\n'
           '_smtp._tls TXT "v=TLSRPTv1"')


def test_policies_that_protect_nothing(host):
    rows = check(host, STS, ok=False)
    assert problems(rows) == {("MTA-STS", "no-policy-host"),
                              ("TLSRPT", "ill-formed")}


def test_source_that_is_no_address(host):
    check(host, GOOD)
    text = host.ctl("domain", "check", GOOD, "source", "9.9.9", ok=False)
    assert '"9.9.9" is no address' in text


def test_domain_that_is_not_ours(host):
    text = host.ctl("domain", "check", "nobody.example", ok=False)
    assert 'no domain "nobody.example"' in text


def test_dead_name_server_is_unknown(make_edd):
    edd = make_edd().start().setup()
    done = subprocess.run(
        [eddtest.EDCTL, "-s", edd.socket, "-j", "domain", "check",
         "example.org"], capture_output=True, text=True,
        timeout=eddtest.PATIENCE)
    states = {eddtest.json.loads(x)["state"]
              for x in done.stdout.splitlines()}
    assert "unknown" in states and "ok" not in states, done.stdout
