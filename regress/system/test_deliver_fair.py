"""Slow destinations do not hold up the others.  How long it took is printed;
only that all arrives, and in which order, is tested."""

import re
import socket
import time

import pytest

from eddtest import free_port, message, wait_for
from receiver import Gone, Receiver
from test_metrics import get, samples, total


def stalling(receivers, seconds, until):
    """Each step of these servers takes so long, until the test is over."""
    def hook(connection, line):
        if until.wait(seconds):
            raise Gone
    for receiver in receivers:
        for verb in ("banner", "EHLO", "MAIL", "RCPT", "DATA", "end"):
            receiver.hooks[verb] = hook


@pytest.fixture
def farm(make_edd, cleanup, dns):
    """A function: how many domains, half of them slow; what deliver is told.
    Returns the daemon, the slow servers and the fast ones."""
    import threading
    until = threading.Event()

    def make(count, extra=""):
        servers, zone = [], []
        port = None
        for i in range(count):
            address = "127.0.%d.%d" % (3 + i // 250, 1 + i % 250)
            servers.append(Receiver(["PIPELINING"], address, port).start())
            port = servers[0].port
            zone.append("d%d MX 10 h%d\nh%d A %s" % (i, i, i, address))
        cleanup.extend(servers)
        slow, fast = servers[::2], servers[1::2]
        stalling(slow, 2, until)
        dns.zone("example.net", "\n".join(zone))
        dns.start()
        edd = make_edd(dns=dns, deliver_port=port, extra=extra)
        edd.start().setup()
        return edd, slow, fast
    yield make
    until.set()


def submit(edd, count, each, slow):
    """Messages to d0, d1 and so on, in turn, and so many times as many to
    those that are slow: what they do takes far longer than all the rest, on
    any machine."""
    with edd.client() as smtp:
        for i in range(each):
            for n in range(count):
                for _ in range(1 if n % 2 else slow):
                    smtp.sendmail("news@example.org",
                                  ["r%d@d%d.example.net" % (i, n)],
                                  message(subject="%d %d" % (i, n)))


def all_fast(edd, fast, each):
    began = time.monotonic()
    wait_for(lambda: sum(len(s.messages) for s in fast) == each * len(fast),
             "all mail to fast servers", 120)
    return time.monotonic() - began


def test_half_of_the_domains_stall(farm, capsys):
    edd, slow, fast = farm(200)
    submit(edd, 200, 5, slow=3)
    seconds = all_fast(edd, fast, 5)
    taken = sum(len(s.messages) for s in slow)
    with capsys.disabled():
        print("\nhalf of 200 domains stall 2 s a step: all mail to the "
              "others %.1f s after the last was submitted, %d to the slow "
              "ones by then" % (seconds, taken))
    assert taken < 15 * len(slow)


def test_more_slow_domains_than_sessions(farm, capsys):
    edd, slow, fast = farm(60, "deliver sessions 20")
    submit(edd, 60, 3, slow=3)
    seconds = all_fast(edd, fast, 3)
    taken = sum(len(s.messages) for s in slow)
    with capsys.disabled():
        print("\n30 slow domains, 20 sessions: all mail to 30 others %.1f s "
              "after the last was submitted, %d to the slow ones by then" % (
                  seconds, taken))
    assert taken < 9 * len(slow)
    wait_for(lambda: [x for x in slow if x.messages], "the slow ones", 120)
    assert not re.search(r"outcome=(temp|perm)fail", edd.log())


@pytest.fixture
def silent(make_edd, cleanup, dns):
    """A function: how many domains have servers that accept connections and
    never greet; returns the daemon and the server of live.example.net."""
    sockets = []

    def make(count, extra=""):
        live = Receiver(["PIPELINING"], "127.0.9.1").start()
        cleanup.append(live)
        zone = ["live MX 10 hlive\nhlive A 127.0.9.1"]
        for i in range(count):
            address = "127.0.%d.%d" % (10 + i // 250, 1 + i % 250)
            sockets.append(socket.create_server((address, live.port),
                                                backlog=64))
            zone.append("s%d MX 10 h%d\nh%d A %s" % (i, i, i, address))
        dns.zone("example.net", "\n".join(zone))
        dns.start()
        edd = make_edd(dns=dns, deliver_port=live.port, extra=extra)
        return edd.start().setup(), live
    yield make
    for s in sockets:
        s.close()


@pytest.mark.parametrize("kind,count", [
    ("transactional", 200), ("transactional", 500), ("bulk", 200),
    ("bulk", 500)])
def test_servers_that_never_greet_delay_nobody(silent, capsys, kind, count):
    edd, live = silent(count)
    edd.ctl("user", "add", "shop")
    shop = edd.credential("shop")
    if kind == "bulk":
        edd.ctl("user", "set", "app", "class", "bulk")
    with edd.client() as smtp:
        for i in range(6):
            for n in range(count):
                smtp.sendmail("news@example.org",
                              ["r%d@s%d.example.net" % (i, n)],
                              message(subject="%d %d" % (i, n)))
    edd.user, edd.secret = shop
    seconds = []
    for i in range(3):
        began = time.monotonic()
        edd.send("x%d@live.example.net" % i)
        live.wait(i + 1)
        seconds.append(time.monotonic() - began)
    with capsys.disabled():
        print("\n6 %s messages each for %d domains that never greet: another "
              "user's, one after the other, after %s" % (
                  kind, count, ", ".join("%.2f s" % s for s in seconds)))


def test_some_sessions_are_not_for_bulk(silent, capsys):
    """However many servers hang, none of these is ever taken by them."""
    port = free_port()
    edd, live = silent(60, "workers deliver 1\ndeliver sessions 16\n"
                       "listen on 127.0.0.1 metrics port %d" % port)
    edd.metrics_port = port
    edd.ctl("user", "add", "shop")
    shop = edd.credential("shop")
    edd.ctl("user", "set", "app", "class", "bulk")
    seen = []

    def sessions():
        found = samples(get(edd, "/metrics")[2])
        seen.append(total(found, "edd_deliver_sessions"))
        return seen[-1], total(found, "edd_deliver_batches")
    with edd.client() as smtp:
        for n in range(60):
            smtp.sendmail("news@example.org", ["r@s%d.example.net" % n],
                          message(subject="bulk"))
    wait_for(lambda: sessions() == (14, 60), "all that bulk may have")
    edd.user, edd.secret = shop
    seconds = []
    for i in range(3):
        began = time.monotonic()
        edd.send("x%d@live.example.net" % i)
        live.wait(i + 1)
        seconds.append(time.monotonic() - began)
        sessions()
    with capsys.disabled():
        print("\n60 bulk messages for domains that never greet, 16 sessions: "
              "another user's, one after the other, after %s" % (
                  ", ".join("%.2f s" % s for s in seconds)))
    assert max(seen) <= 15, seen  # one is that of the live server
