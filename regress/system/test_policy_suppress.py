"""Suppressions in number: files in and out, conditions, expiry, hashes."""

import json
import os
import signal
import subprocess
import time

import pytest

from eddtest import EDCTL, PATIENCE, Raw, wait_for


@pytest.fixture
def edd(make_edd):
    """The daemon with two compartments and a client's login."""
    edd = make_edd().start().setup()
    edd.ctl("compartment", "add", "test")
    return edd


def do(edd, *args, stdin=None):
    """Exit status, standard output and error of edctl."""
    done = subprocess.run([EDCTL, "-s", edd.socket, *args],
                          input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE * 4)
    return done.returncode, done.stdout, done.stderr


def bring(edd, text, *args):
    return do(edd, "suppression", "import", "-", *args, stdin=text)


def rows(edd, *args):
    return edd.ctl("suppression", "list", *args, json_rows=True)


def addresses(edd, *args):
    return [row["address"] for row in rows(edd, *args)]


def imports(edd):
    """What the audit has of imports."""
    return edd.ctl("audit", "verb", "suppression import", json_rows=True)


def mail_to(edd, *rcpts):
    """The replies to RCPT."""
    client = Raw(edd)
    assert client.say("MAIL FROM:<news@example.org>").startswith("250")
    replies = [client.say("RCPT TO:<%s>" % rcpt)[:3] for rcpt in rcpts]
    client.close()
    return replies


def test_good_rows_of_a_bad_file_are_taken(edd):
    status, out, err = bring(
        edd, "email,reason,created,compartment\n"
        "One@Example.NET,bounce,2023-11-14T22:13:20Z,\n"
        "two.example.net,bounce,,\n"
        "three@example.net,nice,,\n"
        "four@example.net,,soon,\n"
        "five@example.net,,,nowhere\n"
        "\"six@example.net\"x,,,\n"
        "seven@example.net,unsubscribe,,prod\n")
    assert status == 1
    lines = [line for line in err.splitlines() if line.startswith("row ")]
    assert [line.split(":")[0] for line in lines] == [
        "row 3", "row 4", "row 5", "row 6", "row 7"]
    assert "\"two.example.net\": " in err
    assert "unknown reason" in err and "no time: soon" in err
    assert "no such compartment" in err and "some rows are bad" in err
    for line in ("rows          7", "added         2", "bad           5"):
        assert line in out
    # The audit names the compartments.
    assert {(row["object"], row["new"]) for row in imports(edd)} == {
        ("root", "1 suppressions"), ("prod", "1 suppressions")}
    got = {row["address"]: row for row in rows(edd)}
    assert set(got) == {"one@example.net", "seven@example.net"}
    assert got["one@example.net"]["reason"] == "HARDBOUNCE"
    assert got["one@example.net"]["created"] == 1700000000
    assert got["one@example.net"]["compartment"] == "root"
    assert got["seven@example.net"]["compartment"] == "prod"
    assert mail_to(edd, "ONE@example.net", "two@example.net",
                   "seven@example.net") == ["254", "250", "254"]
    # A file that is mended is imported again: what is there stays.
    status, out, err = bring(edd, "one@example.net\ntwo@example.net\n",
                             "reason", "complaint", "compartment", "root")
    assert status == 0 and "added         1" in out, err
    assert "present       1" in out
    assert {row["address"]: row["reason"] for row in rows(edd)} == {
        "one@example.net": "HARDBOUNCE", "seven@example.net": "UNSUBSCRIBE",
        "two@example.net": "COMPLAINT"}


def test_files_that_cannot_be_read_say_so(edd):
    assert do(edd, "suppression", "import", "/nowhere")[0] == 1
    status, _, err = do(edd, "suppression", "import", edd.folder)
    assert status == 1 and "directory" in err
    status, _, err = bring(edd, "name,age\nx,1\n")
    assert status == 1 and "names no column for addresses" in err
    status, _, err = bring(edd, "a@b.org\n", "compartment", "nowhere")
    assert status == 1 and "no compartment" in err
    assert rows(edd) == []


@pytest.mark.parametrize("form", ["csv", "json"])
def test_export_reads_back(edd, form):
    edd.ctl("suppression", "add", "a@example.net", "compartment", "prod",
            "reason", "complaint", "note", 'he said "no", twice; ever')
    edd.ctl("suppression", "add", "b@example.net", "compartment", "test",
            "expires", "30d")
    edd.ctl("suppression", "add", "c@BÜCHER.example", "compartment", "root")
    before = rows(edd)
    assert len(before) == 3
    path = os.path.join(edd.folder, "out")
    status, _, err = do(edd, "suppression", "export", path, "format", form)
    assert status == 0 and "3 suppressions" in err
    assert os.stat(path).st_mode & 0o777 == 0o600
    status, _, err = do(edd, "suppression", "export", path)
    assert status == 1 and "exists" in err
    edd.ctl("suppression", "remove", "all")
    assert rows(edd) == []
    status, _, err = do(edd, "suppression", "import", path)
    assert status == 0, err
    after = rows(edd)
    for row in before + after:
        del row["id"]
    assert after == before


def test_conditions_choose(edd):
    bring(edd, "address,reason,created\n"
          "ann@example.net,bounce,2020-01-02\n"
          "anton@example.com,complaint,2021-01-02\n"
          "bob@example.com,manual,\n")
    assert addresses(edd) == ["ann@example.net", "anton@example.com",
                              "bob@example.com"]
    assert addresses(edd, "prefix", "An") == ["ann@example.net",
                                              "anton@example.com"]
    assert addresses(edd, "domain", "EXAMPLE.com") == [
        "anton@example.com", "bob@example.com"]
    assert addresses(edd, "reason", "complaint") == ["anton@example.com"]
    assert addresses(edd, "older", "2020-06-01") == ["ann@example.net"]
    assert addresses(edd, "newer", "1d") == ["bob@example.com"]
    assert addresses(edd, "compartment", "prod") == []
    count = edd.ctl("suppression", "count", "domain", "example.com",
                    json_rows=True)
    assert count == [{"count": 2}]
    for words in ([], ["bob@example.com", "domain", "example.com"],
                  ["domain", ""], ["older", "soon"]):
        assert do(edd, "suppression", "remove", *words)[0] == 1, words
    assert len(addresses(edd)) == 3
    status, out, _ = do(edd, "suppression", "remove", "domain", "example.com",
                        "older", "2022-01-01")
    assert status == 0 and "removed       1" in out
    assert addresses(edd) == ["ann@example.net", "bob@example.com"]
    assert mail_to(edd, "anton@example.com", "bob@example.com") == [
        "250", "254"]


def test_one_is_shown_changed_and_ends(edd):
    edd.ctl("suppression", "add", "x@example.net", "compartment", "prod")
    row = rows(edd)[0]
    shown = edd.ctl("suppression", "show", row["id"], json_rows=True)
    assert shown == [row]
    assert do(edd, "suppression", "show", "y@example.net")[0] == 1
    assert do(edd, "suppression", "set", "x@example.net")[0] == 1
    edd.ctl("suppression", "set", "X@example.net", "reason", "complaint",
            "note", "called us")
    row = rows(edd)[0]
    assert (row["reason"], row["text"]) == ("COMPLAINT", "called us")
    assert row["id"] == shown[0]["id"]
    assert mail_to(edd, "x@example.net") == ["254"]
    # One that has ended is as if it were not there.
    bring(edd, "address,expires\nz@example.net,1700000000\n", "compartment",
          "prod")
    assert addresses(edd) == ["x@example.net"]
    assert mail_to(edd, "z@example.net") == ["250"]
    edd.ctl("suppression", "add", "z@example.net", "compartment", "prod")
    assert mail_to(edd, "z@example.net") == ["254"]
    # When it last stopped a message is written at the latest at the end.
    edd.stop()
    edd.start()
    row = [r for r in rows(edd) if r["address"] == "x@example.net"][0]
    assert abs(row["suppressed"] - time.time()) < 600


def test_an_import_that_is_interrupted_keeps_what_it_says(edd):
    """Wherever the signal finds it: before it asks, among rows, at its end."""
    edctl = subprocess.Popen(
        [EDCTL, "-s", edd.socket, "suppression", "import", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True)
    mark = edd.log_size()
    edctl.stdin.write("".join("u%d@example.net\n" % i for i in range(5000)))
    edctl.send_signal(signal.SIGINT)
    out, err = edctl.communicate(timeout=PATIENCE * 4)
    if edctl.returncode == -signal.SIGINT:
        assert rows(edd) == []
        return
    wait_for(lambda: "suppression import" in edd.log(mark), "the import's end")
    assert ("interrupted" in err) == (edctl.returncode == 1)
    assert "added         %d\n" % len(rows(edd)) in out


def test_more_than_edctl_keeps_at_a_time_goes_in(edd):
    """Over 32 MiB: few rows, for the text is long, all of one address."""
    line = "one@example.net,%s\n" % ("x" * 1000)
    status, out, err = bring(edd, "address,text\n" + 35000 * line +
                             "two@example.net,y\n")
    assert status == 0, err
    assert "rows          35001" in out and "added         2" in out
    assert addresses(edd) == ["one@example.net", "two@example.net"]


def test_an_import_that_dies_is_in_the_audit(edd):
    edctl = subprocess.Popen(
        [EDCTL, "-s", edd.socket, "suppression", "import", "-",
         "compartment", "prod"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, text=True)
    mark = edd.log_size()
    # The next chunk is not full: edctl waits for the rest of it.
    line = "%%d@example.net,%s\n" % ("x" * 1000)
    edctl.stdin.write("address,text\n" +
                      "".join(line % (i % 100) for i in range(35000)))
    edctl.stdin.flush()
    wait_for(lambda: edd.ctl("suppression", "count", json_rows=True)[0][
        "count"] == 100, "the first chunk")
    edctl.kill()
    edctl.communicate()
    wait_for(lambda: "suppression import interrupted" in edd.log(mark),
             "the import's end")
    assert [(row["object"], row["new"]) for row in imports(edd)] == [
        ("prod", "100 suppressions, then edctl ended")]


def test_a_crash_in_an_import_loses_whole_blocks_only(edd):
    text = "".join("u%d@example.net\n" % i for i in range(20000))
    edctl = subprocess.Popen(
        [EDCTL, "-s", edd.socket, "suppression", "import", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, text=True)
    edctl.stdin.write(text)
    edctl.stdin.close()
    os.kill(edd.pid_of("control"), signal.SIGKILL)
    assert edctl.wait(PATIENCE * 4) in (0, 2)

    def again():
        return bring(edd, text)

    wait_for(lambda: do(edd, "suppression", "count")[0] == 0, "control")
    there = int(edd.ctl("suppression", "count", json_rows=True)[0]["count"])
    assert there == len(rows(edd))
    status, out, err = again()
    assert status == 0, err
    assert "present       %d" % there in out
    assert len(rows(edd)) == 20000


def test_hashes_hold_and_tell_nothing(make_edd):
    edd = make_edd(extra="suppression hash off").start().setup()
    edd.ctl("suppression", "add", "plain-person@example.net", "compartment",
            "prod", "note", "to plain-person@example.net")
    old = rows(edd)[0]["id"]
    edd.extra = "suppression hash on"
    edd.write_conf()
    edd.reload()
    wait_for(lambda: rows(edd)[0]["address"][0] == "#", "the hash")
    row = rows(edd)[0]
    assert row["id"] == old and "plain-person" not in json.dumps(row)
    assert mail_to(edd, "Plain-Person@example.net") == ["254"]
    status, out, err = bring(edd, "other-person@example.net\n"
                             "plain-person@example.net\n", "compartment",
                             "prod")
    assert status == 0 and "added         1" in out, err
    assert [a[0] for a in addresses(edd)] == ["#", "#"]
    assert mail_to(edd, "other-person@example.net") == ["254"]
    checked = edd.ctl("suppression", "check", "OTHER-person@example.net",
                      json_rows=True)
    assert len(checked) == 1 and checked[0]["address"][0] == "#"
    for words in (["prefix", "p"], ["domain", "example.net"]):
        status, _, err = do(edd, "suppression", "list", *words)
        assert status == 1 and "stored as hashes" in err
    # An export reads back where the hashes come from.
    path = os.path.join(edd.folder, "hashes")
    assert do(edd, "suppression", "export", path)[0] == 0
    with open(path) as f:
        assert "person" not in f.read()
    edd.ctl("suppression", "remove", "plain-person@example.net")
    assert len(rows(edd)) == 1
    status, out, _ = do(edd, "suppression", "import", path)
    assert status == 0 and "added         1" in out
    assert mail_to(edd, "plain-person@example.net") == ["254"]
    # There is no way back, and that is said; they hold.
    mark = edd.log_size()
    edd.extra = "suppression hash off"
    edd.write_conf()
    edd.reload()
    edd.wait_log("cannot be brought back", since=mark)
    assert mail_to(edd, "other-person@example.net") == ["254"]
    status, _, err = bring(edd, "#" + "a" * 32 + "\n")
    assert status == 1 and "not stored as hashes" in err
