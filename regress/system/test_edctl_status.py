"""edctl status and top: how edd is, on one screen."""

import os
import re
import signal
import termios

import pytest

from eddtest import EDCTL, wait_for
from terminal import Terminal


def rows(edd, column, *command):
    return [r for r in edd.ctl(*(command or ("status",)), json_rows=True)
            if column in r]


def test_processes_say_what_they_use(edd):
    found = {r["process"]: r for r in rows(edd, "cpuMs")}
    assert set(found) >= {"edd", "smtpd", "signer", "queue", "deliver",
                          "control"}
    assert found["edd"]["pid"] == edd.process.pid
    assert found["edd"]["memoryKiB"] > 1000 and found["edd"]["since"] > 0
    pids = dict((name, pid) for pid, name in edd.children())
    for name in ("smtpd", "signer", "queue", "deliver", "control"):
        assert found[name]["pid"] == pids[name]
        assert found[name]["memoryKiB"] > 1000, found[name]
        assert found[name]["restarts"] == 0


def test_a_restart_is_seen(edd):
    pid = edd.pid_of("deliver")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: edd.pid_of("deliver") not in (None, pid), "deliver")
    wait_for(lambda: [r for r in rows(edd, "cpuMs")
                      if r["process"] == "deliver" and r["restarts"] == 1 and
                      r["memoryKiB"] > 0], "its row")


def traffic(edd):
    return {r["recipients"]: r for r in rows(edd, "recipients")
            if "minute" in r}


def test_traffic_of_the_last_minute_hour_and_day(edd, sink):
    sink.rcpt_replies["bad@example.net"] = "550 5.1.1 nobody"
    edd.send(["a@example.net", "b@example.net", "bad@example.net"])
    edd.wait_event("relayed", recipient="a@example.net")
    edd.wait_event("relayed", recipient="b@example.net")
    edd.wait_event("bounced", recipient="bad@example.net")
    found = traffic(edd)
    for window in ("hour", "day"):
        assert found["accepted"][window] >= 3
        assert found["delivered"][window] >= 2
        assert found["bounced"][window] == 1
        assert found["deferred"][window] == 0


def see_trouble(edd):
    """Look at the DNS; it may be too slow to be heard."""
    wait_for(lambda: edd.ctl("dkim", "check", "example.org", json_rows=True)[
        0]["dns"] != "unknown", "the record")


def test_queue_certificate_and_domain_troubles(make_edd, dns):
    dns.zone("example.org", 's1._domainkey TXT "v=DKIM1; p="')
    dns.start()
    edd = make_edd(dns=dns).start().setup()
    see_trouble(edd)
    all_rows = edd.ctl("status", json_rows=True)
    assert {r["queue"]: r["now"] for r in all_rows
            if "queue" in r}["queued messages"] == 0
    cert = [r for r in all_rows if "certificate" in r][0]
    assert cert["certificate"] == "main" and 28 <= cert["days"] <= 30
    trouble = [r for r in all_rows if "trouble" in r]
    assert [t["trouble"] for t in trouble] == ["DKIM"]
    assert trouble[0]["see"] == "edctl domain check example.org"


def test_listeners(edd):
    assert {(r["listener"], r["port"], r["tls"])
            for r in rows(edd, "listener")} == {
        ("127.0.0.1", edd.ports["starttls"], "starttls"),
        ("127.0.0.1", edd.ports["tls"], "tls")}


def test_troubles_are_known_after_a_restart_and_go(make_edd, dns):
    dns.zone("example.org", 's1._domainkey TXT "v=DKIM1; p="')
    dns.start()
    edd = make_edd(dns=dns).start().setup()
    see_trouble(edd)
    edd.stop()
    edd.start()
    assert [r["trouble"] for r in rows(edd, "trouble")] == ["DKIM"]
    edd.ctl("dkim", "remove", "example.org", "selector", "s1")
    assert rows(edd, "trouble") == []


def test_people_see_no_counters_and_scripts_do(edd):
    text = edd.ctl("status")
    assert "UPTIME" in text and "MiB" in text and "MINUTE" in text
    assert "handshakes" not in text
    # Columns are as wide as what stands in them.
    assert text.splitlines()[0].split() == edd.ctl(
        "show", "status").splitlines()[0].split()
    assert len(text.splitlines()) < 40, "more than a screen"
    names = {r["name"] for r in rows(edd, "name")}
    assert {"handshakes", "queued messages", "logins"} <= names
    assert {r["name"] for r in rows(edd, "name", "show", "counters")} == names


def test_top_without_a_terminal_is_one_frame(edd):
    text = edd.ctl("top")
    assert re.search(r"^delivered +\[ {40}\] 0 a minute$", text, re.M), text
    assert "UPTIME" in text and "\033" not in text
    assert [r for r in edd.ctl("top", json_rows=True) if "cpuMs" in r]


@pytest.fixture
def top(edd):
    terminal = Terminal([EDCTL, "-s", edd.socket, "top"])
    yield terminal
    terminal.close()


def test_top_on_a_terminal_goes_on_until_q(top):
    text = top.read(lambda t: t.count("q quits") >= 3, "three frames")
    assert "a minute" in text and "UPTIME" in text
    assert "\033[2J" not in text, "it would flicker"
    assert text.count("\033[?1049h") == 1
    top.type("q")
    assert top.wait() == 0
    assert top.text.endswith("\033[?25h\033[?1049l")
    assert termios.tcgetattr(top.master) == top.before


def test_top_fits_the_terminal_also_when_that_changes(top):
    top.expect("q quits")
    top.text = ""
    top.resize(60, 12)
    # The kernel tells the foreground group of the terminal.
    frame = top.read(lambda t: "there is more below" in t, "a small frame")
    lines = frame.split("\033[H")[-1].split("\033[K")
    assert len(lines) <= 13
    assert max(len(x.strip("\r\n")) for x in lines) <= 60, lines


def test_top_leaves_the_terminal_as_it_was_when_interrupted(top):
    top.expect("q quits")
    top.type("\x03")
    assert top.wait() == 0
    assert top.text.endswith("\033[?25h\033[?1049l")


def test_a_new_edd_says_where_to_begin(make_edd):
    edd = make_edd().start()
    assert '"edctl setup"' in edd.ctl("status")
    assert all("hint" not in r for r in edd.ctl("status", json_rows=True))
    edd.ctl("user", "add", "app")
    assert "edctl setup" not in edd.ctl("status")
