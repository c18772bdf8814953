"""What watchers of edd are told: /metrics and /healthz."""

import http.client
import json
import os
import re
import signal
import socket

import pytest

from apitest import Api, with_https
from eddtest import free_port, freeze, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
ETC = os.path.join(HERE, "..", "..", "etc")
PROCESSES = {"control", "deliver", "httpd", "queue", "signer", "smtpd"}


@pytest.fixture
def watched(make_edd, sink):
    port = free_port()
    edd = make_edd(route=(sink.address, sink.port),
                   extra="listen on 127.0.0.1 metrics port %d" % port)
    edd.metrics_port = port
    return edd.start().setup()


def get(edd, path, method="GET"):
    c = http.client.HTTPConnection("127.0.0.1", edd.metrics_port, timeout=60)
    try:
        c.request(method, path)
        r = c.getresponse()
        return r.status, dict(r.getheaders()), r.read().decode()
    finally:
        c.close()


def samples(text):
    """{"name{labels}": value}, of a text that is OpenMetrics."""
    found, types, family = {}, {}, None
    lines = text.split("\n")
    assert lines[-1] == "" and lines[-2] == "# EOF"
    for line in lines[:-2]:
        m = re.fullmatch(r"# TYPE (\w+) (counter|gauge|histogram)", line)
        if m:
            family = m.group(1)
            assert family not in types, "a family twice: " + family
            types[family] = m.group(2)
            continue
        if line.startswith("# HELP %s " % family):
            continue
        m = re.fullmatch(r'(\w+)\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\} '
                         r"(-?[0-9.e+]+)", line)
        assert m, line
        suffix = m.group(1)[len(family):]
        assert m.group(1).startswith(family)
        assert suffix in {"counter": ("_total",), "gauge": ("",),
                          "histogram": ("_bucket", "_count", "_sum")}[
                              types[family]], line
        found["%s{%s}" % (m.group(1), m.group(2))] = float(m.group(3))
    return found


def total(found, name):
    return sum(v for k, v in found.items() if k.split("{")[0] == name)


def sampled(edd, condition):
    """The samples of now, if they are as they should be."""
    found = samples(get(edd, "/metrics")[2])
    return found if condition(found) else None


def healthy(edd, method="GET"):
    """The answer of /healthz, when that is good: a process that answers late
    makes it bad."""
    def answer():
        found = get(edd, "/healthz", method)
        return found if found[0] == 200 else None
    return wait_for(answer, "health")


def test_counters_and_times(watched, sink):
    edd = watched
    status, headers, text = get(edd, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    before = samples(text)
    assert total(before, "edd_accept_seconds_count") == 0
    for i in range(3):
        edd.send("r%d@example.net" % i)
    sink.wait(3)
    edd.wait_event("relayed", recipient="r2@example.net")
    # Of a process that answers late there is nothing.
    after = wait_for(lambda: sampled(
        edd, lambda s: total(s, "edd_queue_relayed_total") == 3 and
        all('edd_process_memory_bytes{process="%s",instance="0"}' % name in s
            for name in PROCESSES) and
        total(s, "edd_accept_seconds_count") > 0 and
        total(s, "edd_delivery_seconds_count") > 0), "three")
    assert total(after, "edd_queue_accepted_total") == 3
    assert total(after, "edd_smtpd_messages_total") == 3
    assert total(after, "edd_accept_seconds_count") == 3
    assert after['edd_delivery_seconds_count{provider="other"}'] == 3
    assert after['edd_delivery_seconds_bucket{provider="other",le="+Inf"}'] \
        == 3
    assert total(after, "edd_accept_seconds_sum") > 0
    names = {k.split('process="')[1].split('"')[0] for k in after
             if k.startswith("edd_process_up{")}
    assert names == PROCESSES
    assert all(v == 1 for k, v in after.items()
               if k.startswith("edd_process_up{"))
    assert total(after, "edd_process_memory_bytes") > 1e6
    assert total(after, "edd_certificate_expiry_seconds") > 1.7e9


def test_https_is_timed_too(make_edd, sink):
    port = free_port()
    edd = with_https(make_edd(
        route=(sink.address, sink.port),
        extra="listen on 127.0.0.1 metrics port %d" % port))
    edd.metrics_port = port
    edd.start().setup()
    api = Api(edd)
    for i in range(2):
        assert api.submit({
            "sender": {"senderAddress": {"email": "news@example.org"},
                       "compartmentId": "prod"},
            "recipients": {"to": [{"email": "a@example.net"}]},
            "subject": "%d" % i, "bodyText": "x"}).status == 200
    api.close()
    wait_for(lambda: sampled(edd, lambda found: [
        v for k, v in found.items()
        if k.startswith("edd_accept_seconds_count{") and
        'process="httpd"' in k] == [2]), "two that were timed")
    rows = edd.ctl("status", json_rows=True)
    kinds = {r["port"]: (r["tls"], r["login"]) for r in rows
             if "listener" in r}
    assert kinds[port] == ("metrics", "none")
    assert kinds[edd.ports["https"]][0] == "https"


def base(name):
    return re.sub("_(total|bucket|count|sum)$", "", name.split("{")[0])


def test_what_alerts_and_boards_name_is_there(watched):
    with open(os.path.join(ETC, "alerts.yml")) as f:
        named = set(re.findall(r"\bedd_\w+", f.read()))
    with open(os.path.join(ETC, "grafana.json")) as f:
        board = json.load(f)
    for panel in board["panels"]:
        for target in panel["targets"]:
            named |= set(re.findall(r"\bedd_\w+", target["expr"]))
    named = {base(name) for name in named}
    wait_for(lambda: sampled(
        watched, lambda there: named <= {base(k) for k in there}),
        "all of %s" % sorted(named))


def test_every_name_is_in_the_manual(watched):
    with open(os.path.join(HERE, "..", "..", "httpd", "edd-metrics.7")) as f:
        manual = f.read()
    for key in samples(get(watched, "/metrics")[2]):
        name = re.sub("_(bucket|count|sum)$", "", key.split("{")[0])
        # Those of httpd are told of with those of smtpd.
        name = name.replace("edd_httpd_", "edd_smtpd_")
        assert name in manual, name


def test_health(watched):
    edd = watched
    assert healthy(edd)[2] == "ok\n"
    os.kill(edd.pid_of("deliver"), 9)
    wait_for(lambda: total(samples(get(edd, "/metrics")[2]),
                           "edd_process_restarts_total") == 1, "a restart")
    healthy(edd)


def test_health_names_who_does_not_answer(watched):
    edd = watched
    stopped = {name: edd.pid_of(name) for name in ("deliver", "signer")}
    for pid in stopped.values():
        freeze(pid)
    try:
        expected = {name + " 0 does not answer" for name in stopped}

        def told():
            status, _, text = get(edd, "/healthz")
            assert status == 503
            assert expected <= set(text.splitlines()), text
            return expected == set(text.splitlines())
        # Another one may be late by chance, but not for ever.
        wait_for(told, "those alone")
        # The others are told of.
        found = wait_for(lambda: sampled(edd, lambda s: any(
            name.startswith("edd_queue_") for name in s)), "the queue")
        assert not any(name.startswith("edd_deliver_") for name in found)
    finally:
        for pid in stopped.values():
            os.kill(pid, signal.SIGCONT)
    healthy(edd)


def test_gone_clients_take_no_answer_from_others(watched):
    """The answer that is under way is for all who ask meanwhile."""
    edd = watched
    queue = edd.pid_of("queue")
    freeze(queue)
    try:
        for _ in range(28):
            gone = socket.create_connection(("127.0.0.1", edd.metrics_port))
            gone.sendall(b"GET /healthz HTTP/1.1\r\nHost: edd\r\n\r\n")
            gone.close()
        status, _, text = get(edd, "/healthz")
        # Another process may be late too; control is not.
        assert status == 503
        assert "queue 0 does not answer" in text.splitlines(), text
    finally:
        os.kill(queue, signal.SIGCONT)
    wait_for(lambda: _quiet(edd), "health again")


def test_what_is_not_served(watched):
    edd = watched
    assert get(edd, "/")[0] == 404
    assert get(edd, "/metrics/x")[0] == 404
    status, headers, _ = get(edd, "/metrics", "POST")
    assert status == 405 and headers["Allow"] == "GET, HEAD"
    _, headers, text = healthy(edd, "HEAD")
    assert text == "" and headers["Content-Length"] == "3"
    with socket.create_connection(("127.0.0.1", edd.metrics_port)) as s:
        s.settimeout(60)
        s.sendall(b"EHLO x\r\n\r\n")
        with s.makefile("rb") as f:
            assert f.readline().startswith(b"HTTP/1.1 400 ")
    assert "EHLO" not in edd.log()


def test_watchers_are_bounded(watched):
    held = [socket.create_connection(("127.0.0.1", watched.metrics_port))
            for _ in range(40)]
    try:
        for s in held:
            s.settimeout(60)
        # Those beyond the bound are closed; with fewer it works again.
        assert held[-1].recv(1) == b""
    finally:
        for s in held:
            s.close()
    wait_for(lambda: _quiet(watched), "an answer")


def _quiet(edd):
    try:
        return get(edd, "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False
