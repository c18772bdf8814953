"""Processes die, the daemon stops and starts: nothing acknowledged is lost,
and mail goes on."""

import os
import random
import signal
import smtplib
import threading

import pytest

from eddtest import freeze, is_alive, make_certificate, message, wait_for

CHILDREN = ["smtpd", "signer", "queue", "deliver", "control"]


def subjects(sink):
    found = []
    for m in list(sink.messages):
        for line in m.data.split(b"\r\n\r\n")[0].split(b"\r\n"):
            if line.startswith(b"Subject: "):
                found.append(line[9:].decode())
    return found


def send_persistently(edd, subject):
    """As a client with a queue would: again until it is taken."""
    def attempt():
        try:
            with edd.client() as smtp:
                smtp.sendmail("news@example.org", ["a@example.net"],
                              message(subject=subject))
            return True
        except (OSError, smtplib.SMTPException):
            return False
    wait_for(attempt, "message %s to be taken" % subject)


@pytest.mark.parametrize("name", CHILDREN)
def test_killed_child_is_restarted_alone(edd, sink, name):
    edd.send("a@example.net", message(subject="before"))
    sink.wait()
    before = dict((n, p) for p, n in edd.children())
    os.kill(before[name], signal.SIGKILL)
    wait_for(lambda: edd.pid_of(name) not in (None, before[name]),
             "a new " + name)
    send_persistently(edd, "after")
    wait_for(lambda: "after" in subjects(sink), "delivery")
    after = dict((n, p) for p, n in edd.children())
    for other in CHILDREN:
        assert (after[other] == before[other]) == (other != name), other
    assert name in edd.log()


def test_a_kept_session_outlives_the_queue(edd, sink):
    """What the queue had opened for its next message is gone with it."""
    with edd.client() as smtp:
        smtp.sendmail("news@example.org", ["a@example.net"],
                      message(subject="before"))
        before = edd.pid_of("queue")
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: edd.pid_of("queue") not in (None, before),
                 "a new queue")

        def attempt():
            try:
                smtp.sendmail("news@example.org", ["a@example.net"],
                              message(subject="after"))
                return True
            except smtplib.SMTPServerDisconnected:
                raise
            except smtplib.SMTPException:
                return False
        try:
            wait_for(attempt, "the session to go on")
        except smtplib.SMTPServerDisconnected:
            send_persistently(edd, "after")
    wait_for(lambda: {"before", "after"} <= set(subjects(sink)), "delivery")


def test_deaths_in_a_row_stop_the_daemon(edd):
    def kill_once():
        if edd.process.poll() is not None:
            return True
        pid = edd.pid_of("smtpd")
        if pid is not None:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return False
    wait_for(kill_once, "the daemon to give up", 90)
    edd.stop(expect=1)


def test_stop_and_start_keeps_the_queue(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue retry 1s").start().setup()
    sink.mail_reply = "451 4.3.0 Closed"
    ids = [edd.send("r%d@example.net" % i) for i in range(5)]
    edd.wait_event("deferred", id=ids[-1])
    edd.stop()
    sink.mail_reply = None
    edd.start()
    sink.wait(5)
    assert sorted(r for m in sink.messages for r in m.rcpts) == \
        ["r%d@example.net" % i for i in range(5)]


def test_kill_everything_loses_nothing(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue retry 1s").start().setup()
    taken = []
    stop = threading.Event()

    def submit(worker):
        n = 0
        while not stop.is_set():
            try:
                with edd.client() as smtp:
                    while not stop.is_set():
                        subject = "w%d-%d" % (worker, n)
                        smtp.sendmail("news@example.org",
                                      ["a@example.net"],
                                      message(subject=subject))
                        taken.append(subject)
                        n += 1
            except (OSError, smtplib.SMTPException):
                n += 1

    workers = [threading.Thread(target=submit, args=(w,)) for w in range(4)]
    for worker in workers:
        worker.start()
    try:
        for round_ in range(5):
            goal = len(taken) + 20
            wait_for(lambda: len(taken) >= goal, "messages to be taken")
            edd.kill()
            edd.start()
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    wait_for(lambda: set(taken) <= set(subjects(sink)),
             "all of %d messages" % len(taken))


def test_random_child_kills_lose_nothing(make_edd, sink):
    edd = make_edd(route=(sink.address, sink.port),
                   extra="queue retry 1s").start().setup()
    rng = random.Random(7)
    for i, name in enumerate(["queue", "deliver", "queue", "signer"]):
        sent = []
        when = rng.randrange(10)
        for j in range(10):
            sent.append("k%d-%d" % (i, j))
            send_persistently(edd, sent[-1])
            if j == when:
                os.kill(edd.pid_of(name), signal.SIGKILL)
        wait_for(lambda: set(sent) <= set(subjects(sink)), "delivery")


def test_second_daemon_on_the_same_files_is_refused(edd, make_edd):
    other = make_edd()
    other.socket += "2"
    other.write_conf()
    assert (other.spool, other.store) == (edd.spool, edd.store)
    other.log_path += "2"
    other.start(wait=False)
    wait_for(lambda: other.process.poll() is not None, "it to give up")
    assert "spool %s is used by another edd" % edd.spool in other.log()
    other.stop(expect=1)
    edd.send("a@example.net")


def test_same_socket_is_said_at_once(edd, make_edd):
    other = make_edd()
    other.log_path += "2"
    other.start(wait=False)
    wait_for(lambda: other.process.poll() is not None, "it to give up")
    assert "edd is running already" in other.log()
    assert "waiting" not in other.log()
    other.stop(expect=1)
    assert "prod" in edd.ctl("compartment", "list")


def test_new_daemon_waits_for_the_control_of_a_killed_one(edd):
    """Which owns the control socket until it has ended, too."""
    control = edd.pid_of("control")
    others = [pid for pid, name in edd.children() if name != "control"]
    freeze(control)
    edd.process.kill()
    edd.process.wait()
    wait_for(lambda: not any(is_alive(p) for p in others), "the others")
    mark = edd.log_size()
    edd.start(wait=False)
    edd.wait_log("waiting for processes", since=mark)
    assert edd.process.poll() is None
    os.kill(control, signal.SIGCONT)
    edd.wait_log("edd ready", since=mark)
    assert edd.ctl("user", "list", json_rows=True)


def test_new_daemon_waits_for_the_queue_of_a_killed_one(edd, sink):
    slow, control = edd.pid_of("queue"), edd.pid_of("control")
    freeze(slow)
    try:
        edd.process.kill()
        edd.process.wait()
        wait_for(lambda: not is_alive(control), "control to end")
        mark = edd.log_size()
        edd.start(wait=False)
        edd.wait_log("is in use: waiting", since=mark)
        assert edd.children() == []
    finally:
        os.kill(slow, signal.SIGCONT)
    edd.wait_log(r"edd\[\d+\]: edd ready", since=mark)
    edd.send("a@example.net")
    sink.wait()


@pytest.mark.parametrize("how", ["gone", "cut", "open to all", "renewed"])
def test_signer_restarts_without_a_key_that_went_bad(edd, sink, how):
    with open(edd.key) as f:
        text = f.read()
    if how == "gone":
        os.unlink(edd.key)
    elif how == "cut":
        os.truncate(edd.key, len(text) // 2)
    elif how == "renewed":
        make_certificate(edd.folder)
    else:
        os.chmod(edd.key, 0o644)
    mark = edd.log_size()
    os.kill(edd.pid_of("signer"), signal.SIGKILL)
    edd.wait_log("pki main: .* until a good pair is in place", since=mark)
    edd.wait_log("signer is ready", since=mark)
    with pytest.raises((OSError, smtplib.SMTPException)):
        edd.client()
    edd.ctl("dkim", "add", "example.org", "selector", "s2", "algorithm",
            "ed25519")
    if how != "renewed":
        with open(edd.key, "w") as f:
            f.write(text)
        os.chmod(edd.key, 0o600)
    edd.reload()
    edd.send("a@example.net")
    assert b"DKIM-Signature" in sink.wait()[0].data


def test_sigterm_ends_in_order(edd):
    edd.send("a@example.net")
    edd.stop(expect=0)
    assert not os.path.exists(edd.socket)


def test_edctl_stop(edd):
    edd.ctl("stop")
    wait_for(lambda: edd.process.poll() is not None, "the end")
    edd.stop(expect=0)
