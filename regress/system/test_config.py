"""edd -n, edd -nv, reload."""

import grp
import os
import signal
import socket
import subprocess

import pytest

from eddtest import EDD, ROOT, free_port, freeze, raw_session, wait_for


def check(path, *options):
    return subprocess.run([EDD, "-n", *options, "-f", path],
                          capture_output=True, text=True)


def test_good_configuration(make_edd):
    done = check(make_edd().conf)
    assert done.returncode == 0, done.stderr


def test_canonical_form_reads_back(make_edd, folder):
    edd = make_edd(extra="route example.net via 127.0.0.1 port 2526\n"
                         "queue retry 5m, 15m, 1h\nlog verbose")
    first = check(edd.conf, "-v")
    assert first.returncode == 0, first.stderr
    again = os.path.join(folder, "again.conf")
    with open(again, "w") as f:
        f.write(first.stdout)
    second = check(again, "-v")
    assert second.returncode == 0, second.stderr
    assert first.stdout == second.stdout


@pytest.mark.parametrize("line,word", [
    ("listen on 127.0.0.1 prot 25 starttls pki main", "prot"),
    ("listen on 127.0.0.1 port 99999 tls pki main", "99999"),
    ("listen on 127.0.0.1 port 25 tls pki nowhere", "nowhere"),
    ("frobnicate yes", "frobnicate"),
    ("message-size 12Q", "12Q"),
    ("queue expire soon", "soon"),
    ("allow network 300.0.0.0/8", "300.0.0.0"),
])
def test_error_names_file_line_and_word(make_edd, line, word):
    edd = make_edd(extra=line)
    number = open(edd.conf).read().split("\n").index(line) + 1
    done = check(edd.conf)
    assert done.returncode == 1
    assert "%s:%d:" % (edd.conf, number) in done.stderr
    assert word in done.stderr


def test_every_error_is_reported(make_edd):
    edd = make_edd(extra="frobnicate yes\nmessage-size 12Q\n")
    done = check(edd.conf)
    assert "frobnicate" in done.stderr and "12Q" in done.stderr


def test_sample_is_accepted(folder, make_edd):
    edd = make_edd()
    with open(os.path.join(ROOT, "etc", "edd.conf")) as f:
        text = f.read()
    import re
    text = re.sub(r'certificate "[^"]*"', 'certificate "%s"' % edd.cert, text)
    text = re.sub(r'key "/[^"]*"', 'key "%s"' % edd.key, text)
    text = text.replace('group "edd"', 'group "%s"' %
                        grp.getgrgid(os.getgid()).gr_name)
    path = os.path.join(folder, "sample.conf")
    with open(path, "w") as f:
        f.write(text)
    done = check(path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("kind,complaint", [
    (["ed25519"], "the key must be RSA or ECDSA"),
    (["rsa:1024"], "an RSA key must have 2048 to 8192 bits"),
    (["rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
     "the key must be RSA or ECDSA"),
    (["ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"],
     "an ECDSA key must be on P-256, P-384 or P-521"),
    (["ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"], None)])
def test_key_that_cannot_serve_is_refused(make_edd, kind, complaint):
    edd = make_edd()
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-subj",
                    "/CN=mail.example.org", "-newkey", *kind, "-keyout",
                    edd.key, "-out", edd.cert], check=True,
                   capture_output=True)
    done = check(edd.conf)
    assert done.returncode == (0 if complaint is None else 1)
    if complaint is not None:
        assert "%s near \"%s\"" % (complaint, edd.cert) in done.stderr


@pytest.mark.parametrize("mode", [0o666, 0o664, 0o646])
@pytest.mark.parametrize("which", ["file", "include"])
def test_file_that_others_may_write_is_refused(make_edd, folder, which, mode):
    include = os.path.join(folder, "more.conf")
    edd = make_edd(extra='include "%s"' % include)
    with open(include, "w") as f:
        f.write("log verbose\n")
    os.chmod(edd.conf if which == "file" else include, mode)
    done = check(edd.conf)
    assert done.returncode == 1
    assert "may write it: chown and chmod go-w it" in done.stderr
    os.chmod(edd.conf, 0o644)
    os.chmod(include, 0o644)
    assert check(edd.conf).returncode == 0


@pytest.mark.root
def test_files_of_somebody_else_are_refused(make_edd):
    edd = make_edd()
    os.chown(edd.conf, 65534, -1)
    assert "may write it: chown and chmod" in check(edd.conf).stderr
    os.chown(edd.conf, 0, -1)
    os.chown(edd.key, 65534, -1)
    done = check(edd.conf)
    assert done.returncode == 1
    assert "belongs to neither root nor the user" in done.stderr
    os.chown(edd.key, 0, -1)
    os.chmod(edd.key, 0o620)
    assert "its group may write it" in check(edd.conf).stderr
    os.chmod(edd.key, 0o640)
    os.chown(edd.cert, 65534, -1)
    assert check(edd.conf).returncode == 0


@pytest.mark.root
@pytest.mark.parametrize("who,mode", [(65534, 0o755), (0, 0o777)])
def test_folder_of_somebody_else_is_not_used(folder, who, mode):
    path = os.path.join(folder, "try")
    os.mkdir(path)
    os.chmod(path, mode)
    os.chown(path, who, -1)
    done = subprocess.run([EDD, "-d", "-E", path], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 1
    assert "name another folder" in done.stderr
    assert os.listdir(path) == []


def test_missing_file(folder):
    done = check(folder + "/nothing.conf")
    assert done.returncode == 1
    assert "nothing.conf" in done.stderr


@pytest.mark.parametrize("how", ["edctl", "SIGHUP"])
def test_reload_opens_and_closes_listeners(edd, sink, how):
    new = free_port()
    old = edd.ports["tls"]
    edd.ports["tls"] = new
    edd.write_conf()
    if how == "edctl":
        edd.reload()
    else:
        edd.process.send_signal(signal.SIGHUP)

    def moved():
        try:
            raw_session(new, tls=True).close()
        except OSError:
            return False
        try:
            raw_session(old).close()
        except OSError:
            return True
        return False
    wait_for(moved, "the new listener")
    edd.send("a@example.net", kind="tls")
    sink.wait()


def test_session_in_progress_survives_reload(edd, sink):
    with edd.client() as smtp:
        edd.reload()
        from eddtest import message
        smtp.sendmail("news@example.org", ["a@example.net"], message())
    sink.wait()


def test_bad_configuration_changes_nothing(edd, sink):
    with open(edd.conf, "a") as f:
        f.write("frobnicate yes\n")
    text = edd.reload(expect_ok=False)
    assert "frobnicate" in text or "frobnicate" in edd.log()
    edd.send("a@example.net")
    sink.wait()


def test_what_cannot_change_is_refused(edd, sink):
    edd.spool += "2"
    edd.write_conf()
    assert "spool" in edd.reload(expect_ok=False)
    edd.spool = edd.spool[:-1]
    edd.send("a@example.net")
    sink.wait()


def test_log_level_changes(edd):
    edd.ctl("log", "brief")
    edd.ctl("log", "verbose")


def test_address_in_use_is_named(edd, folder):
    done = subprocess.run([EDD, "-d", "-f", edd.conf], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode != 0


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_death_during_reload_brings_the_old_configuration_back(edd, sink):
    old, new = edd.ports["tls"], free_port()
    edd.ports["tls"] = new
    edd.write_conf()
    smtpd = edd.pid_of("smtpd")
    freeze(smtpd)
    mark = edd.log_size()
    edd.process.send_signal(signal.SIGHUP)
    edd.wait_log("reloading the configuration", since=mark)
    wait_for(lambda: is_open(new), "the new listener")
    os.kill(smtpd, signal.SIGKILL)
    edd.wait_log("configuration not reloaded: smtpd.* died", since=mark)
    wait_for(lambda: not is_open(new), "the new listener to go")
    edd.ports["tls"] = old
    edd.send("a@example.net", kind="tls")
    sink.wait()


def test_localhost_is_loopback(make_edd):
    edd = make_edd()
    port = free_port()
    edd.extra = "listen on localhost port %d starttls pki main" % port
    edd.write_conf()
    edd.start()
    assert is_open(port)
    assert "cannot listen" not in edd.log()
    before = edd.log_size()
    edd.reload()
    assert is_open(port)
    assert "configuration reloaded" in edd.log(before)
