"""What an operator sees of the queue and does to it."""

import email
import re
import signal
import smtplib
import subprocess

import pytest

from eddtest import EDCTL, free_port, message, wait_for


@pytest.fixture
def stuck(make_edd, sink):
    """A daemon whose receiver refuses everything for the time being."""
    sink.mail_reply = "451 4.3.0 Closed today"
    return make_edd(route=(sink.address, sink.port),
                    extra="queue retry 1h\nqueue export on").start().setup()


def rows(edd, *words):
    return edd.ctl("queue", *words, json_rows=True)


def deferred(edd, *rcpts, **kw):
    """Submit to these and wait until they are deferred; the message's id."""
    mid = edd.send(list(rcpts), **kw)
    for rcpt in rcpts:
        edd.wait_event("deferred", id=mid, recipient=rcpt)
    wait_for(lambda: not rows(edd, "list", "state", "inflight"), "the end")
    return mid


def recipients(found):
    return sorted(r["recipient"] for r in found)


def result(found):
    assert len(found) == 1
    return found[0]["recipients"], found[0]["messages"]


def test_filters_choose_what_is_listed(stuck):
    a = deferred(stuck, "x@one.example", "y@one.example", "z@two.example")
    b = deferred(stuck, "v@two.example")
    assert len(rows(stuck, "list")) == 4
    assert recipients(rows(stuck, "list", "domain", "One.Example")) == [
        "x@one.example", "y@one.example"]
    assert recipients(rows(stuck, "list", b)) == ["v@two.example"]
    assert len(rows(stuck, "list", "sender", "News@example.org")) == 4
    assert len(rows(stuck, "list", "sender", "@example.org")) == 4
    assert rows(stuck, "list", "sender", "other@example.org") == []
    assert len(rows(stuck, "list", "user", "app")) == 4
    assert rows(stuck, "list", "older", "1h") == []
    assert len(rows(stuck, "list", "older", "0s")) == 4
    assert rows(stuck, "list", "state", "held") == []
    assert recipients(rows(stuck, "list", a, "domain", "two.example",
                           "state", "deferred")) == ["z@two.example"]
    one = rows(stuck, "list", b)[0]
    assert one["user"] == "app" and one["state"] == "deferred"
    assert "Closed today" in one["error"] and one["attempts"] == 1
    assert one["next"] > one["queued"]
    assert rows(stuck, "list") == stuck.ctl("show", "queue", json_rows=True)


def test_show_tells_the_message_then_its_recipients(stuck):
    mid = deferred(stuck, "x@one.example", "y@two.example",
                   text=message(headers="Message-ID: <m1@example.org>\r\n"))
    found = rows(stuck, "show", mid)
    assert found[0]["id"] == mid and found[0]["messageId"] == \
        "<m1@example.org>"
    assert found[0]["user"] == "app" and found[0]["open"] == 2
    assert found[0]["expires"] - found[0]["queued"] == 4 * 86400
    assert recipients(found[1:]) == ["x@one.example", "y@two.example"]
    assert mid in stuck.ctl("queue", "show", mid)


def test_counts_and_summary(stuck):
    deferred(stuck, "x@one.example", "y@one.example", "z@two.example")
    deferred(stuck, "v@two.example")
    total = rows(stuck, "count")[0]
    assert (total["recipients"], total["messages"]) == (4, 2)
    assert total["octets"] > 0
    by = {r["destination"]: r["recipients"]
          for r in rows(stuck, "count", "by", "destination")}
    assert by == {"one.example": 2, "two.example": 2}
    assert rows(stuck, "count", "by", "user")[0]["user"] == "app"
    assert rows(stuck, "count", "by", "sender")[0]["sender"] == \
        "news@example.org"
    assert [(r["state"], r["recipients"]) for r in
            rows(stuck, "count", "by", "state")] == [("deferred", 4)]
    assert rows(stuck, "count", "by", "age")[0]["age"] == "under 1m"
    assert result(rows(stuck, "count", "domain", "one.example")) == (2, 1)
    assert result(rows(stuck, "count", "domain", "none.example")) == (0, 0)
    summary = {r["destination"]: r for r in rows(stuck, "summary")}
    assert summary["one.example"]["deferred"] == 2
    for name in "one.example", "two.example":
        assert summary[name]["next"] == min(
            r["next"] for r in rows(stuck, "list", "domain", name))
        assert summary[name]["next"]
    assert "Closed today" in summary["two.example"]["error"]


def test_both_spellings_of_a_domain_are_one(stuck):
    stuck.ctl("queue", "pause", "destination", "B\u00fccher.example")
    with stuck.client() as smtp:
        smtp.ehlo()
        smtp.command_encoding = "utf-8"
        for rcpt in ("x@b\u00fccher.example", "y@xn--bcher-kva.example",
                     "z@XN--BCHER-KVA.example"):
            assert smtp.docmd("MAIL FROM:<news@example.org> SMTPUTF8")[0] == 250
            assert smtp.docmd("RCPT TO:<%s>" % rcpt)[0] == 250
            assert smtp.data(message())[0] == 250
    for name in "xn--bcher-kva.example", "b\u00fccher.example":
        assert len(rows(stuck, "list", "domain", name)) == 3
    assert [(r["destination"], r["waiting"]) for r in
            rows(stuck, "summary")] == [("xn--bcher-kva.example", 3)]
    stuck.ctl("queue", "resume", "destination", "xn--bcher-kva.example")
    wait_for(lambda: len(rows(stuck, "list", "state", "deferred")) == 3,
             "all to be tried")


def test_held_mail_stays_until_it_is_released(stuck, sink):
    mid = deferred(stuck, "x@one.example", "y@two.example")
    assert result(rows(stuck, "hold", mid, "domain", "one.example")) == (1, 1)
    assert result(rows(stuck, "hold", mid, "domain", "one.example")) == (0, 0)
    stuck.wait_event("held", id=mid, recipient="x@one.example")
    stuck.stop()
    sink.mail_reply = None
    stuck.start()
    stuck.ctl("queue", "flush", "all")
    sink.wait(1)
    wait_for(lambda: len(rows(stuck, "list")) == 1, "the other to be sent")
    assert rows(stuck, "list")[0]["state"] == "held"
    assert result(rows(stuck, "release", "state", "held")) == (1, 1)
    sink.wait(2)
    assert sink.messages[1].rcpts == ["x@one.example"]
    stuck.wait_event("released", id=mid, recipient="x@one.example")
    stuck.wait_event("admin", action="queue hold")
    held = stuck.ctl("audit", "verb", "queue hold", json_rows=True)
    assert held[0]["object"] == mid + " domain one.example"


def test_flush_tries_now(stuck, sink):
    deferred(stuck, "x@one.example")
    sink.mail_reply = None
    assert result(rows(stuck, "flush", "domain", "one.example")) == (1, 1)
    sink.wait(1)


def test_flush_tries_nobody_else(stuck, sink):
    mid = deferred(stuck, "x@one.example", "y@two.example")
    assert result(rows(stuck, "flush", "domain", "one.example")) == (1, 1)
    wait_for(lambda: [e["recipient"] for e in stuck.journal()
                      if e["event"] == "deferred"].count(
                          "x@one.example") == 2, "the second attempt")
    wait_for(lambda: not rows(stuck, "list", "state", "inflight"), "the end")
    attempts = {r["recipient"]: r["attempts"] for r in rows(stuck, "list")}
    assert attempts == {"x@one.example": 2, "y@two.example": 1}
    sink.mail_reply = None
    assert result(rows(stuck, "flush", mid, "domain", "two.example")) == (1, 1)
    assert sink.wait(1)[0].rcpts == ["y@two.example"]


@pytest.mark.parametrize("verb", ["hold", "release", "flush", "remove",
                                  "bounce", "reroute"])
def test_an_empty_condition_is_not_everything(stuck, verb):
    deferred(stuck, "x@one.example")
    if verb == "release":
        rows(stuck, "hold", "all")
    rest = ["via", "192.0.2.1"] if verb == "reroute" else []
    for name in ("domain", "user", "older", "state", "sender"):
        for first in ([], ["all"]):
            stuck.ctl("queue", verb, *first, name, "", *rest, ok=False)
    assert "empty domain" in stuck.ctl("queue", verb, "domain", "", *rest,
                                       ok=False)
    assert [r["state"] for r in rows(stuck, "list")] == [
        "held" if verb == "release" else "deferred"]
    assert result(rows(stuck, verb, "sender", "<>", *rest)) == (0, 0)


def test_flush_probes_a_destination_that_is_down(make_edd, make_sink):
    port = free_port()
    edd = make_edd(route=("127.0.0.1", port),
                   extra="queue retry 1h").start().setup()
    mid = deferred(edd, "x@one.example")
    assert rows(edd, "summary")[0]["down"] is True
    back = make_sink(port=port)
    edd.ctl("queue", "flush", mid)
    back.wait(1)


def test_removed_mail_is_gone_without_a_bounce(stuck, sink):
    mid = deferred(stuck, "x@one.example", "y@two.example")
    assert result(rows(stuck, "remove", "domain", "two.example")) == (1, 1)
    assert recipients(rows(stuck, "list")) == ["x@one.example"]
    assert result(rows(stuck, "remove", mid)) == (1, 1)
    assert rows(stuck, "list") == []
    stuck.wait_event("removed", id=mid, recipient="y@two.example")
    stuck.stop()
    sink.mail_reply = None
    stuck.start()
    assert rows(stuck, "list") == []
    assert sink.messages == []


def test_bounced_mail_goes_back(stuck, sink):
    sink.mail_reply = None
    sink.rcpt_replies["x@one.example"] = "451 4.2.0 Later"
    mid = deferred(stuck, "x@one.example")
    assert result(rows(stuck, "bounce", mid)) == (1, 1)
    got = sink.wait(1)[0]
    assert got.rcpts == ["news@example.org"] and got.sender == ""
    status = email.message_from_bytes(got.data).get_payload()[1]
    assert status.get_payload()[1]["Action"] == "failed"
    assert "administrator" in status.get_payload()[1]["Diagnostic-Code"]
    stuck.wait_event("bounced", id=mid)


def test_rerouted_mail_takes_another_way(stuck, sink, make_sink):
    other = make_sink()
    mid = deferred(stuck, "x@one.example", "y@two.example")
    assert result(rows(stuck, "hold", "all")) == (2, 1)
    assert result(rows(
        stuck, "reroute", "domain", "one.example", "via", other.address,
        "port", str(other.port))) == (1, 1)
    via = "%s port %d" % (other.address, other.port)
    assert [r["via"] for r in rows(stuck, "list", "state", "rerouted")] == [
        via]
    stuck.stop()
    stuck.start()
    assert [r["recipient"] for r in rows(stuck, "list", "state", "rerouted")
            ] == ["x@one.example"]
    stuck.ctl("queue", "release", "all")
    assert other.wait(1)[0].rcpts == ["x@one.example"]
    stuck.wait_event("rerouted", id=mid, via=via)
    deferred(stuck, "z@one.example")
    stuck.ctl("queue", "reroute", "domain", "two.example", "via",
              other.address, "port", str(other.port))
    other.wait(2)


def test_reroute_can_be_taken_back(stuck, sink, make_sink):
    other = make_sink()
    other.mail_reply = "451 4.3.0 Not here either"
    mid = deferred(stuck, "x@one.example")
    stuck.ctl("queue", "reroute", mid, "via", other.address, "port",
              str(other.port))
    stuck.wait_event("deferred", text="Not here either")
    sink.mail_reply = None
    wait_for(lambda: not rows(stuck, "list", "state", "inflight"), "the end")
    stuck.ctl("queue", "reroute", mid, "via", "default")
    sink.wait(1)


def test_export_gives_the_message_as_it_is_sent(stuck, sink):
    body = "".join("line %d \xe4\r\n" % i for i in range(5000))
    mid = deferred(stuck, "x@one.example", text=message(body=body))
    done = subprocess.run([EDCTL, "-s", stuck.socket, "queue", "export", mid],
                          capture_output=True, check=True)
    sink.mail_reply = None
    stuck.ctl("queue", "flush", "all")
    assert sink.wait(1)[0].data == done.stdout
    assert b"DKIM-Signature:" in done.stdout


def test_export_is_off_by_default(edd, sink):
    sink.mail_reply = "451 4.3.0 Not now"
    mid = deferred(edd, "x@one.example")
    assert "queue export on" in edd.ctl("queue", "export", mid, ok=False)


@pytest.mark.parametrize("words, why", [
    (("show", "00000000000001"), "no message 00000000000001 in the queue"),
    (("export", "00000000000001"), "no message 00000000000001"),
    (("hold", "00000000000001"), "no message 00000000000001"),
    (("hold", "xyz"), "is no message id"),
    (("remove",), "this would remove everything"),
    (("flush",), "this would flush everything"),
    (("bounce",), "this would bounce everything"),
    (("reroute", "via", "192.0.2.1"), "this would reroute everything"),
    (("reroute", "all", "via", "a b"), "no such route"),
    (("reroute", "all", "via", "x", "port", "0"), "no such route"),
    (("list", "older", "soon"), "is no time"),
    (("list", "state", "lost"), "unknown"),
    (("list", "user", "nobody"), "no user"),
    (("count", "by", "colour"), "unknown"),
])
def test_what_cannot_be_done_is_said(stuck, words, why):
    text = stuck.ctl("queue", *words, ok=False)
    assert why in text
    assert len(text.strip().splitlines()) == 2


def test_drain_ends_accepting_and_says_what_is_left(stuck, sink):
    mid = deferred(stuck, "x@one.example")
    with stuck.client() as smtp:
        smtp.ehlo()
        left = stuck.ctl("drain", json_rows=True)[0]
        assert left["draining"] is True and left["messages"] == 1
        wait_for(lambda: smtp.noop()[0] == 250, "an answer")
        code, reply = smtp.mail("news@example.org")
        assert code == 421 and b"not accepting" in reply
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        smtplib.SMTP("127.0.0.1", stuck.ports["starttls"])
    assert refused.value.smtp_code == 421
    # It was tried at once; the next time it is delivered.
    wait_for(lambda: len([e for e in stuck.journal() if e["event"] ==
                          "deferred" and e["id"] == mid]) == 2,
             "the second attempt")
    wait_for(lambda: not rows(stuck, "list", "state", "inflight"), "the end")
    sink.mail_reply = None
    stuck.ctl("drain")
    sink.wait(1)
    wait_for(lambda: stuck.ctl("drain", "status", json_rows=True)[0][
        "messages"] == 0, "an empty queue")
    stuck.stop()
    stuck.start()
    assert stuck.ctl("drain", "status", json_rows=True)[0]["draining"] is True
    stuck.ctl("drain", "off")
    stuck.send("y@one.example")
    sink.wait(2)


def test_a_reader_that_stops_hurts_nobody(stuck):
    ids = [stuck.send(["r%d-%d@one.example" % (i, j) for j in range(500)])
           for i in range(4)]
    reader = subprocess.Popen(
        [EDCTL, "-s", stuck.socket, "-j", "queue", "list"],
        stdout=subprocess.PIPE)
    first = reader.stdout.readline()
    assert re.search(rb'"id":"[0-9a-f]{14}"', first)
    reader.send_signal(signal.SIGSTOP)
    for mid in ids:
        assert len(rows(stuck, "list", mid)) == 500
    stuck.ctl("queue", "hold", "all")
    reader.send_signal(signal.SIGCONT)
    rest = reader.stdout.read().splitlines()
    assert reader.wait() == 0
    assert len(rest) == 1999
