"""Delivery by MX through a real name server."""

import pytest

from eddtest import free_port, message, wait_for

HOSTS = """@ MX 10 mx1
@ MX 20 mx2
mx1 A 127.0.0.11
mx2 A 127.0.0.12
"""


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def by_mx(make_edd, dns, port):
    """A function: zones -> a daemon that delivers by them to that port."""
    def make(zones, extra=""):
        for name, records in zones.items():
            dns.zone(name, records)
        dns.start()
        edd = make_edd(dns=dns, deliver_port=port,
                       extra="queue retry 1s\n" + extra)
        return edd.start().setup()
    return make


def test_best_preference(by_mx, make_sink, port):
    one, two = make_sink("127.0.0.11", port), make_sink("127.0.0.12", port)
    edd = by_mx({"example.net": HOSTS})
    edd.send("a@example.net")
    one.wait()
    assert two.messages == []


def test_next_host_when_the_first_is_dead(by_mx, make_sink, port):
    two = make_sink("127.0.0.12", port)
    edd = by_mx({"example.net": HOSTS})
    edd.send("a@example.net")
    two.wait()


def test_no_mx_falls_back_to_the_address(by_mx, make_sink, port):
    sink = make_sink("127.0.0.13", port)
    edd = by_mx({"example.net": "@ A 127.0.0.13"})
    edd.send("a@example.net")
    sink.wait()


def test_null_mx_bounces(by_mx):
    edd = by_mx({"example.net": "@ MX 0 ."})
    edd.send("a@example.net")
    event = edd.wait_event("bounced", recipient="a@example.net")
    assert event["enhanced"] == "5.1.10"


def test_unknown_domain_bounces(by_mx):
    edd = by_mx({"example.net": "@ MX 0 ."})
    edd.send("a@nothing.example.net")
    edd.wait_event("bounced", recipient="a@nothing.example.net")


def test_dead_name_server_defers(make_edd):
    edd = make_edd().start().setup()
    edd.send("a@example.net")
    edd.wait_event("deferred", recipient="a@example.net")
    assert "a@example.net" in edd.ctl("show", "queue")


def test_recipients_of_one_domain_share_a_transaction(
        by_mx, make_sink, port):
    sink = make_sink("127.0.0.11", port)
    edd = by_mx({"example.net": HOSTS})
    rcpts = ["r%d@example.net" % i for i in range(20)]
    edd.send(rcpts)
    assert sink.wait()[0].rcpts == rcpts
    assert len(sink.messages) == 1


def test_two_domains_two_servers(by_mx, make_sink, port):
    one, two = make_sink("127.0.0.11", port), make_sink("127.0.0.12", port)
    edd = by_mx({"example.net": "@ MX 5 a\na A 127.0.0.11",
                 "example.com": "@ MX 5 a\na A 127.0.0.12"})
    edd.send(["x@example.net", "y@example.com"])
    assert one.wait()[0].rcpts == ["x@example.net"]
    assert two.wait()[0].rcpts == ["y@example.com"]


def test_private_address_is_not_reached_unless_allowed(
        make_edd, dns, make_sink, port):
    sink = make_sink("127.0.0.11", port)
    dns.zone("example.net", HOSTS)
    dns.start()
    edd = make_edd(dns=dns, deliver_port=port)
    with open(edd.conf) as f:
        text = f.read().replace("allow network 127.0.0.0/8\n", "")
    with open(edd.conf, "w") as f:
        f.write(text)
    edd.start().setup()
    edd.send("a@example.net")
    wait_for(lambda: [e for e in edd.journal() if e["event"] in
                      ("deferred", "bounced")], "a failure")
    assert sink.sessions == 0


def test_mx_that_is_ourselves_is_a_loop(by_mx, make_sink, port):
    sink = make_sink("127.0.0.11", port)
    edd = by_mx({"example.net": "@ MX 10 mail.example.org.\n"
                                "@ MX 20 mx1\nmx1 A 127.0.0.11",
                 "example.org": "mail A 127.0.0.1"})
    edd.send("a@example.net")
    edd.wait_event("bounced", recipient="a@example.net")
    assert sink.sessions == 0


def test_temporary_failure_is_tried_again(by_mx, make_sink, port):
    sink = make_sink("127.0.0.11", port)
    edd = by_mx({"example.net": HOSTS})
    tries = []

    def reply(address):
        tries.append(address)
        return "451 4.3.0 Not now" if len(tries) == 1 else "250 Ok"
    sink.rcpt_replies["a@example.net"] = reply
    mid = edd.send(["a@example.net", "b@example.net"])
    assert sink.wait()[0].rcpts == ["b@example.net"]
    edd.wait_event("deferred", id=mid, code=451)
    assert sink.wait(2)[1].rcpts == ["a@example.net"]


def test_starttls_is_used_when_offered(by_mx, make_sink, port, folder):
    from eddtest import make_certificate
    sink = make_sink("127.0.0.11", port, tls=make_certificate(folder, "rsa"))
    edd = by_mx({"example.net": HOSTS})
    mid = edd.send("a@example.net")
    assert sink.wait()[0].tls
    assert edd.wait_event("relayed", id=mid)["tls"].startswith("TLSv1")


def test_route_for_one_domain(by_mx, make_sink, port):
    routed, other = make_sink(), make_sink("127.0.0.11", port)
    edd = by_mx({"example.com": "@ MX 5 a\na A 127.0.0.11"},
                "route example.net via 127.0.0.1 port %d" % routed.port)
    edd.send(["a@example.net", "b@example.com"])
    assert routed.wait()[0].rcpts == ["a@example.net"]
    assert other.wait()[0].rcpts == ["b@example.com"]


def test_silent_server_costs_one_session(by_mx, make_sink, port):
    import socket
    silent = socket.socket()
    silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    silent.bind(("127.0.0.11", port))
    silent.listen(5)
    sink = make_sink("127.0.0.12", port)
    edd = by_mx({"example.net": "@ MX 5 a\na A 127.0.0.11",
                 "example.com": "@ MX 5 a\na A 127.0.0.12"})
    edd.send("slow@example.net")
    for i in range(10):
        edd.send("r%d@example.com" % i, message(subject=str(i)))
    sink.wait(10)
    silent.close()


def test_domain_in_utf8_is_looked_up_in_ascii(by_mx, make_sink, port):
    sink = make_sink("127.0.0.11", port)
    edd = by_mx({"xn--bcher-kva.example": HOSTS})
    with edd.client() as smtp:
        smtp.ehlo()
        smtp.command_encoding = "utf-8"
        assert smtp.mail("news@example.org", ["SMTPUTF8"])[0] == 250
        assert smtp.rcpt("a@b\u00fccher.example")[0] == 250
        assert smtp.data(message())[0] == 250
    assert len(sink.wait()) == 1
