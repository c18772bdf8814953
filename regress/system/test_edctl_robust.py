"""edctl with a control that hangs, vanishes or lies, with readers that go
away, and on terminals of any width."""

import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading
import time

import pytest

from eddtest import EDCTL, PATIENCE, SANITIZED, wait_for
from terminal import Terminal


def run(*args, **kw):
    return subprocess.run([EDCTL, *args], capture_output=True, text=True,
                          timeout=PATIENCE, **kw)


@pytest.fixture
def control(tmp_path, request):
    """A function: octets -> path of a socket that says them and is silent."""
    def make(octets, close=False):
        path = str(tmp_path / "sock")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)
        request.addfinalizer(server.close)

        def serve():
            try:
                client, _ = server.accept()
                client.sendall(octets)
                while not close and client.recv(4096):
                    pass
                client.close()
            except OSError:
                pass
        threading.Thread(target=serve, daemon=True).start()
        return path
    return make


def test_a_control_that_hangs_is_given_up(control):
    done = run("-s", control(b""), "-t", "1", "status")
    assert done.returncode == 2
    assert "edd has said nothing for 1 seconds" in done.stderr
    assert "hangs" in done.stderr


@pytest.mark.parametrize("seconds", ["", "x", "-1", "1s", "86401"])
def test_seconds_of_silence_are_a_number(seconds):
    done = run("-t", seconds, "status")
    assert done.returncode == 1 and "number of seconds" in done.stderr


def test_top_of_a_control_that_hangs_is_given_up(control):
    terminal = Terminal([EDCTL, "-s", control(b""), "-t", "1", "top"])
    try:
        assert terminal.wait() == 2
        assert "said nothing" in terminal.text.split("\033[?1049l")[1]
    finally:
        terminal.close()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_ended_leaves_nothing(control, tmp_path, sig):
    folder = tmp_path / "backups"
    folder.mkdir()
    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse battery")
    os.chmod(phrase, 0o600)
    edctl = subprocess.Popen(
        [EDCTL, "-s", control(b""), "-t", "0", "backup", str(folder / "file"),
         "passphrase", str(phrase)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: os.listdir(folder), "the file that is not whole")
    edctl.send_signal(sig)
    assert edctl.wait(PATIENCE) == -sig
    assert os.listdir(folder) == []


def test_a_control_that_vanishes(control):
    done = run("-s", control(b"", close=True), "status")
    assert done.returncode == 2 and "closed the connection" in done.stderr


@pytest.mark.parametrize("octets", [
    b"\xff" * 4096, b"\0" * 4096, struct.pack("<Q", 7) * 100])
def test_a_control_that_lies(control, octets):
    done = run("-s", control(octets, close=True), "status")
    assert done.returncode == 2, done


@pytest.mark.parametrize("line", [
    "suppression list", "-j suppression list", "audit", "-j audit", "events",
    "status", "suppression export", "suppression export format json",
    "show commands", "help dkim", "dkim zone"])
def test_a_full_disk_is_an_error(edd, line):
    edd.send("a@example.net")
    lines = "".join("u%d@example.net\n" % i for i in range(3000))
    subprocess.run([EDCTL, "-s", edd.socket, "suppression", "import", "-"],
                   input=lines, text=True, check=True, capture_output=True)
    edd.ctl("domain", "add", "example.com", "compartment", "prod")
    edd.ctl("dkim", "add", "example.com")
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([EDCTL, "-s", edd.socket, *line.split()],
                              stdout=full, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE)
    assert done.returncode == 1, done
    assert "No space left on device" in done.stderr


def test_a_reader_that_has_enough_is_no_error(edd):
    lines = "".join("u%d@example.net\n" % i for i in range(3000))
    subprocess.run([EDCTL, "-s", edd.socket, "suppression", "import", "-"],
                   input=lines, text=True, check=True, capture_output=True)
    for line in ("-j suppression list", "suppression list"):
        done = subprocess.Popen([EDCTL, "-s", edd.socket, *line.split()],
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        done.stdout.readline()
        done.stdout.close()
        assert done.wait(PATIENCE) in (0, -signal.SIGPIPE)
        assert done.stderr.read() == b""
        done.stderr.close()


def test_no_edd(tmp_path):
    path = str(tmp_path / "none")
    done = run("-s", path, "status")
    assert done.returncode == 2 and "not running" in done.stderr
    done = run("-j", "-s", path, "status")
    error = json.loads(done.stderr)
    assert error["status"] == done.returncode == 2
    assert "No such file" in error["error"] and "not running" in error["hint"]


def test_errors_of_edd_as_json(edd):
    done = run("-j", "-s", edd.socket, "user", "remove", "no\x1b[2Jbody")
    error = json.loads(done.stderr)
    assert done.returncode == error["status"] == 1 and error["error"]
    assert "\x1b" not in done.stderr
    done = run("-s", edd.socket, "user", "remove", "no\x1b[2Jbody")
    assert "\\x1b[2J" in done.stderr and "\x1b" not in done.stderr


@pytest.mark.parametrize("line,why,hint", [
    ("sendr list", 'unknown "sendr"', 'did you mean "sender"?'),
    ("users list", 'unknown "users"', 'did you mean "user"?'),
    ("add sender x@y.z", 'unknown "add"', 'did you mean "edctl sender add"?'),
    ("user delete app", 'unknown "user delete"',
     'did you mean "user remove"?'),
    ("user add", "NAME is missing", "usage: edctl user add NAME"),
    ("user add a b", 'unexpected "b"', "usage: edctl user add NAME"),
    ("sender add a@b.c comp", '"compartment" needs NAME', "usage:"),
    ("help dkmi", 'there is no help on "dkmi"',
     'did you mean "edctl help dkim"?'),
])
def test_a_mistake_names_what_was_meant(line, why, hint):
    done = run(*line.split())
    assert done.returncode == 1
    assert why in done.stderr and hint in done.stderr, done.stderr


def test_followed_events_come_through_a_pipe_and_end_with_it(edd, sink):
    follower = subprocess.Popen([EDCTL, "-s", edd.socket, "events", "-f"],
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
    events = bytearray()
    sent = []

    def read():
        while select.select([follower.stdout], [], [], 0.2)[0]:
            more = os.read(follower.stdout.fileno(), 65536)
            assert more, "it ended"
            events.extend(more)
        return events

    def seen():
        # It may not have begun to follow yet.
        sent.append(edd.send("a@example.net"))
        return b"a@example.net" in read()
    wait_for(seen, "an event")
    for mid in sent:
        edd.wait_event("relayed", id=mid)
    last = [e["id"] for e in edd.journal() if e["event"] == "relayed"][-1]
    wait_for(lambda: re.search(rb"%s +relayed" % last.encode(), read()),
             "the last event")
    # Without another event, the end of the reader is the end.
    follower.stdout.close()
    assert follower.wait(PATIENCE) == 0
    assert follower.stderr.read() == b""
    follower.stderr.close()


def on_terminal(edd, columns, *words):
    terminal = Terminal([EDCTL, "-s", edd.socket, *words], columns=columns)
    try:
        assert terminal.wait() == 0
        return terminal.text
    finally:
        terminal.close()


def test_nothing_is_cut_off_a_terminal_and_columns_stand(edd):
    name = "a" * 60
    edd.ctl("user", "add", name)
    assert name in edd.ctl("user", "list")
    text = on_terminal(edd, 80, "user", "list")
    assert max(map(len, text.splitlines())) <= 80
    # What the other commands are given stands there whole.
    assert name in text and "ACTIVE" in text


def test_ids_that_commands_take_are_whole_on_any_terminal(edd):
    edd.ctl("credential", "add", "app", "description", "b" * 100)
    for credential in edd.ctl("credential", "list", json_rows=True):
        for columns in (40, 80, 100):
            text = on_terminal(edd, columns, "credential", "list")
            assert credential["id"] in text and "app" in text
            assert credential["username"] not in text
    assert max(map(len, on_terminal(edd, 80, "credential",
                                    "list").splitlines())) <= 80


def test_every_topic_of_help(tmp_path):
    overview = run("help").stdout
    assert len(overview.splitlines()) < 60
    assert max(map(len, overview.splitlines())) <= 80
    for topic in ("dkim", "suppressions", "policies", "limits", "first-steps",
                  "queue", "troubles", "user", "top", "smtp-test", "why",
                  "all"):
        done = run("help", topic)
        assert done.returncode == 0 and done.stdout, topic
        if topic != "all":
            assert len(done.stdout.splitlines()) < 60, topic
    assert "edctl dkim rotate DOMAIN" in run("help", "dkim").stdout
    assert "CREATING" in run("help", "dkim").stdout
    topics = overview.split("and of:\n")[1].split("\n\"")[0].split()
    assert topics == sorted(topics) and "why" in topics
    # One command, by both its words.
    done = run("help", "domain", "check")
    assert done.stdout.startswith("edctl domain check DOMAIN")
    assert done.stdout.count("edctl ") == 1
    assert run("help", "domain", "chekc").stdout == run("help",
                                                        "domain").stdout


def test_who_asks_what_there_is_hears_that_there_is_none(edd):
    for line in ("limits show", "policy list", "suppression check a@b.org"):
        assert "there is none" in on_terminal(edd, 80, *line.split())
        assert on_terminal(edd, 80, "-j", *line.split()) == ""
        assert edd.ctl(*line.split()) == ""
    assert "there is none" not in on_terminal(edd, 80, "user", "list")
    assert on_terminal(edd, 80, "user", "set", "app", "state",
                       "active").count("there is none") == 0


def test_what_is_missing_is_offered_by_its_name(edd):
    for line, hint in (
            ("user show bob", '"edctl user add bob"'),
            ("group show staff", '"edctl group add staff"'),
            ("domain check example.com",
             '"edctl domain add example.com compartment NAME"'),
            ("sender add @example.com compartment prod",
             '"edctl domain add example.com compartment NAME"'),
            ("sender show o'hara@example.org",
             "\"edctl sender add 'o'\\''hara@example.org' compartment NAME\"")):
        assert hint in edd.ctl(*line.split(), ok=False), line


HEADER = struct.Struct("<HHIQ")
HELLO, END, PROGRESS = 1, 4, 5


def frame(stream):
    """The next message: its type, and its octets; or None at the end."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None, b""
    kind, _, length, _ = HEADER.unpack(head)
    return kind, head + stream.read(length)


@pytest.fixture
def slowed(edd, tmp_path, request):
    """A socket before edd's: of each command it tells three steps of
    progress, before what edd says of it comes."""
    path = str(tmp_path / "slowed")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    request.addfinalizer(listener.close)

    def forward(client, server):
        with client.makefile("rb") as stream:
            while (octets := frame(stream)[1]):
                server.sendall(octets)
        server.shutdown(socket.SHUT_WR)

    def serve_one(client):
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(edd.socket)
            commands = threading.Thread(target=forward, args=(client, server))
            commands.start()
            with server.makefile("rb") as stream:
                kind, octets = frame(stream)
                assert kind == HELLO
                client.sendall(octets)
                kind, octets = frame(stream)
                for done in (0, 123456, 9999999999):
                    client.sendall(HEADER.pack(PROGRESS, 0, 16, 0) +
                                   struct.pack("<QQ", done, 9999999999))
                while octets:
                    # Its own, when it takes more than a second, is not told.
                    if kind != PROGRESS:
                        client.sendall(octets)
                    kind, octets = frame(stream)
            client.shutdown(socket.SHUT_RDWR)
            commands.join()

    def serve():
        while True:
            try:
                client, _ = listener.accept()
                serve_one(client)
            except OSError:
                return
    threading.Thread(target=serve, daemon=True).start()
    return path


@pytest.mark.parametrize("line, told", [
    ("queue verify", "nothing wrong"),
    ("queue hold all", "recipients"),
    ("queue flush all", "recipients"),
    ("-j queue flush all", '"recipients":2'),
])
def test_progress_stands_on_a_terminal_and_gives_way(edd, slowed, line, told):
    edd.ctl("queue", "pause", "all")
    edd.send(["a@example.net", "b@example.net"])
    terminal = Terminal([EDCTL, "-s", slowed, *line.split()])
    try:
        assert terminal.wait() == 0, terminal.text
        before, after = terminal.text.split(told)
    finally:
        terminal.close()
    steps = ["%d of 9999999999 " % n for n in (0, 123456, 9999999999)]
    assert before.split("\r")[1:4] == steps
    # The result begins on a line without rests of it.
    blank = before.split("\r")[4]
    assert blank.isspace() and len(blank) >= len(steps[2])
    assert " of " not in after
    # Who reads it through a pipe sees the result alone.
    done = run("-s", slowed, *line.split())
    assert done.returncode == 0 and done.stderr == ""
    assert told in done.stdout and " of " not in done.stdout


def suppress(edd, count):
    """Addresses in the order of a list."""
    lines = "".join("u%06d@example.net\n" % i for i in range(count))
    subprocess.run([EDCTL, "-s", edd.socket, "suppression", "import", "-"],
                   input=lines, text=True, check=True, capture_output=True)


def memory_of(pid):
    """Octets: the most that it had so far."""
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) << 10 for line in f
                    if line.startswith("VmHWM"))


@pytest.mark.parametrize("line", ["-j suppression list", "suppression list",
                                  "suppression export"])
def test_a_reader_that_pauses_loses_nothing_and_holds_nobody_up(
        edd, sink, line):
    count = 100000
    suppress(edd, count)
    edd.ctl("user", "list")
    control = edd.pid_of("control")
    before = memory_of(control)
    reader = subprocess.Popen([EDCTL, "-s", edd.socket, *line.split()],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        text = os.read(reader.stdout.fileno(), 4096)
        assert text
        # Others are served as if there was none.
        for i in range(20):
            edd.ctl("user", "add", "other%d" % i)
            edd.ctl("suppression", "check", "u%06d@example.net" % i)
        edd.send("a@example.net")
        sink.wait(1)
        # What changes before and behind the place where it stands.
        edd.ctl("suppression", "remove", "u000000@example.net")
        edd.ctl("suppression", "remove", "u%06d@example.net" % (count - 1))
        edd.ctl("suppression", "add", "z@example.net", "compartment",
                "root")
        assert reader.poll() is None
        if not SANITIZED:
            assert memory_of(control) - before < 16 << 20
            assert memory_of(reader.pid) < 64 << 20
        text += reader.stdout.read()
        assert reader.wait(PATIENCE) == 0
        assert reader.stderr.read() == b""
    finally:
        reader.kill()
        reader.wait()
        reader.stdout.close()
        reader.stderr.close()
    found = re.findall(rb"u([0-9]{6})@example\.net", text)
    assert found == [b"%06d" % i for i in range(count - 1)] or \
        found == [b"%06d" % i for i in range(count)]
    assert text.count(b"z@example.net") == 1


@pytest.fixture
def held(edd, tmp_path, request):
    """A socket before edd's, which keeps back the end of an answer; and the
    event that lets it come."""
    path = str(tmp_path / "held")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(1)
    request.addfinalizer(listener.close)
    resume = threading.Event()
    request.addfinalizer(resume.set)

    def forward(client, server):
        try:
            while (octets := client.recv(65536)):
                server.sendall(octets)
        except OSError:
            pass

    def serve():
        client, _ = listener.accept()
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(edd.socket)
            threading.Thread(target=forward, args=(client, server),
                             daemon=True).start()
            with server.makefile("rb") as stream:
                client.sendall(frame(stream)[1])
                rows = b""
                kind, octets = frame(stream)
                while octets and kind != END:
                    if kind != PROGRESS:
                        rows += octets
                    kind, octets = frame(stream)
                # All at once: a pause is in the midst of them.
                client.sendall(rows)
                resume.wait(PATIENCE)
                client.sendall(octets)

    def quietly():
        try:
            serve()
        except OSError:
            pass
    threading.Thread(target=quietly, daemon=True).start()
    return path, resume


def is_asleep(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()[0] in "SZ"


@pytest.mark.parametrize("where", ["pipe", "terminal"])
def test_a_pause_of_the_reader_is_no_silence_of_edd(edd, held, where):
    path, resume = held
    seconds, count = 2, 200
    suppress(edd, count)
    command = [EDCTL, "-s", path, "-t", str(seconds), "-j", "suppression",
               "list"]
    if where == "terminal":
        program = Terminal(command)
        process, fd = program.process, program.master
    else:
        # A pipe with as little room as a terminal.
        process = program = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pipesize=4096)
        fd = process.stdout.fileno()
    try:
        # The pause itself: longer than edd may be silent.
        end = time.monotonic() + seconds + 1
        wait_for(lambda: time.monotonic() > end, "the end of a pause")
        text = bytearray()

        def waits():
            while select.select([fd], [], [], 0.1)[0]:
                more = os.read(fd, 65536)
                if not more:
                    return True
                text.extend(more)
            return len(text) > 0 and is_asleep(process.pid)
        # It has printed what came, and waits; or it has given up.
        wait_for(waits, "edctl to wait")
        assert process.poll() is None
        resume.set()
        try:
            while (more := os.read(fd, 65536)):
                text += more
        except OSError:
            pass
        assert process.wait(PATIENCE) == 0, text[-300:]
        assert text.count(b"@example.net") == count
    finally:
        process.kill()
        process.wait()
        if where == "terminal":
            program.close()
        else:
            process.stdout.close()


def test_one_too_many_hears_why(edd):
    """And has its answer when there is room again."""
    crowd = []
    try:
        for _ in range(64):
            crowd.append(socket.socket(socket.AF_UNIX))
            crowd[-1].connect(edd.socket)
        done = run("-s", edd.socket, "user", "list")
        assert done.returncode == 1
        assert "too many edctl at once" in done.stderr
        assert "try again in a moment" in done.stderr
        edd.wait_log("control socket: too many edctl at once uid=")
    finally:
        for one in crowd:
            one.close()
    wait_for(lambda: run("-s", edd.socket, "user", "list").returncode == 0,
             "room again")
