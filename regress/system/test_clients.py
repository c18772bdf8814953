"""Real clients submit through edd, and a real server receives from it."""

import os
import re
import subprocess
import tempfile

import pytest

from eddtest import PATIENCE, free_port, have, message, wait_for


def run(command, text=None, **kw):
    done = subprocess.run(command, input=text, capture_output=True,
                          timeout=PATIENCE * 2, **kw)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode()


@pytest.mark.parametrize("kind,options", [
    ("starttls", ["--tls", "--auth", "PLAIN"]),
    ("starttls", ["--tls", "--auth", "LOGIN"]),
    ("tls", ["--tls-on-connect", "--auth", "PLAIN"]),
])
def test_swaks(edd, sink, kind, options):
    out = run([have("swaks"), "--server", "127.0.0.1:%d" % edd.ports[kind],
               "--from", "news@example.org", "--to", "a@example.net",
               "--auth-user", edd.user, "--auth-password", edd.secret,
               *options])
    assert "queued as" in out
    sink.wait()


@pytest.mark.parametrize("kind", ["starttls", "tls"])
def test_msmtp(edd, sink, folder, kind):
    conf = os.path.join(folder, "msmtprc")
    with open(conf, "w") as f:
        f.write("account default\nhost 127.0.0.1\nport %d\n"
                "from news@example.org\nauth plain\nuser %s\npassword %s\n"
                "tls on\ntls_starttls %s\ntls_certcheck off\n" % (
                    edd.ports[kind], edd.user, edd.secret,
                    "on" if kind == "starttls" else "off"))
    os.chmod(conf, 0o600)
    run([have("msmtp"), "-C", conf, "a@example.net"],
        message().replace(b"\r\n", b"\n"))
    assert b"Hello." in sink.wait()[0].data


@pytest.mark.parametrize("url,options", [
    ("smtp", ["--ssl-reqd"]), ("smtps", [])])
def test_curl(edd, sink, folder, url, options):
    path = os.path.join(folder, "mail.txt")
    with open(path, "wb") as f:
        f.write(message())
    port = edd.ports["tls" if url == "smtps" else "starttls"]
    run([have("curl"), "-sS", "-k", *options, "--url",
         "%s://127.0.0.1:%d" % (url, port), "--user",
         "%s:%s" % (edd.user, edd.secret), "--mail-from",
         "news@example.org", "--mail-rcpt", "a@example.net",
         "--mail-rcpt", "b@example.net", "-T", path])
    assert sink.wait()[0].rcpts == ["a@example.net", "b@example.net"]


def test_openssl_s_client(edd):
    out = run([have("openssl"), "s_client", "-connect",
               "127.0.0.1:%d" % edd.ports["starttls"], "-starttls", "smtp",
               "-crlf", "-quiet", "-ign_eof"], b"EHLO x\nQUIT\n")
    assert "AUTH PLAIN" in out and "221 Bye" in out


class SmtpSink:
    """Postfix's smtp-sink, writing what it takes into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        user = [] if os.geteuid() else ["-u", "nobody"]
        if os.geteuid() == 0:
            os.chmod(folder, 0o777)
        self.process = subprocess.Popen(
            [have("smtp-sink"), *user, "-d", folder + "/m.", "-h",
             "sink.example.net", "127.0.0.1:%d" % self.port, "100"])

    def files(self):
        return [n for n in os.listdir(self.folder) if n.startswith("m.")]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def test_smtp_sink_receives(make_edd, folder, cleanup):
    where = os.path.join(folder, "sink")
    os.mkdir(where)
    sink = SmtpSink(where)
    cleanup.append(sink)
    edd = make_edd(route=("127.0.0.1", sink.port), extra="queue retry 1s")
    edd.start().setup()
    for i in range(20):
        edd.send("r%d@example.net" % i)
    wait_for(lambda: len(sink.files()) >= 20, "20 messages")


class Postfix:
    """A Postfix of its own that relays everything through edd."""

    def __init__(self, edd, level):
        # Postfix's queue needs short socket paths and its own users.
        self.folder = tempfile.mkdtemp(prefix="edd-pfx-")
        os.chmod(self.folder, 0o755)
        for name in ("conf", "queue", "data"):
            os.mkdir(os.path.join(self.folder, name))
        self.conf = os.path.join(self.folder, "conf")
        run(["chown", "postfix:postfix", self.folder + "/data"])
        self.port = free_port()
        with open(self.conf + "/sasl", "w") as f:
            f.write("[127.0.0.1]:%d %s:%s\n" % (
                edd.ports["starttls"], edd.user, edd.secret))
        with open(self.conf + "/main.cf", "w") as f:
            f.write("\n".join([
                "compatibility_level = 3.6",
                "queue_directory = %s/queue" % self.folder,
                "data_directory = %s/data" % self.folder,
                "myhostname = app.example.org", "mydestination =",
                "mynetworks = 127.0.0.0/8", "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4", "alias_maps =", "alias_database =",
                "smtputf8_enable = no",
                "maillog_file = %s/log" % self.folder,
                "maillog_file_prefixes = %s" % self.folder,
                "relayhost = [127.0.0.1]:%d" % edd.ports["starttls"],
                "smtp_tls_security_level = %s" % level,
                "smtp_sasl_auth_enable = yes",
                "smtp_sasl_password_maps = texthash:%s/sasl" % self.conf,
                "smtp_sasl_security_options = noanonymous",
                "smtp_sasl_mechanism_filter = plain",
                "minimal_backoff_time = 1s", "maximal_backoff_time = 1s",
                "queue_run_delay = 1s"]) + "\n")
        with open("/usr/share/postfix/master.cf.dist") as f:
            master = f.read()
        master = re.sub(r"(?m)^smtp +inet .*$",
                        "127.0.0.1:%d inet n - n - - smtpd" % self.port,
                        master)
        master = re.sub(r"(?m)^(\S+ +\S+ +\S+ +\S+ +)[y-]( .*)$", r"\1n\2",
                        master)
        master += "postlog unix-dgram n - n - 1 postlogd\n" \
            if "postlog " not in master else ""
        with open(self.conf + "/master.cf", "w") as f:
            f.write(master)
        run([have("postfix"), "-c", self.conf, "start"])

    def log(self):
        try:
            with open(self.folder + "/log") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        subprocess.run([have("postfix"), "-c", self.conf, "abort"],
                       capture_output=True)
        import shutil
        wait_for(lambda: subprocess.run(
            [have("postfix"), "-c", self.conf, "status"],
            capture_output=True).returncode != 0, "postfix to stop")
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.root
@pytest.mark.parametrize("level", ["may", "encrypt"])
def test_postfix_relays_through_edd(edd, sink, cleanup, level):
    import smtplib
    postfix = Postfix(edd, level)
    cleanup.append(postfix)

    def submit():
        try:
            with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
                smtp.sendmail("news@example.org",
                              ["a@example.net", "b@example.net"],
                              message(subject="by postfix"))
            return True
        except OSError:
            return False
    wait_for(submit, "postfix to take mail")
    try:
        got = sink.wait()[0]
    except AssertionError as e:
        raise AssertionError("%s\n%s\n%s" % (e, postfix.log(),
                                             edd.log()[-3000:]))
    assert got.rcpts == ["a@example.net", "b@example.net"]
    assert b"Subject: by postfix" in got.data
    assert b"DKIM-Signature" in got.data
    assert "status=sent (250 Ok: queued as" in wait_for(
        lambda: "status=sent" in postfix.log() and postfix.log(),
        "postfix's log")


@pytest.mark.root
def test_postfix_sender_that_is_not_approved(edd, sink, cleanup):
    import smtplib
    postfix = Postfix(edd, "encrypt")
    cleanup.append(postfix)

    def submit():
        try:
            with smtplib.SMTP("127.0.0.1", postfix.port) as smtp:
                smtp.sendmail("other@example.org", ["a@example.net"],
                              message(sender="other@example.org"))
            return True
        except OSError:
            return False
    wait_for(submit, "postfix to take mail")
    wait_for(lambda: "address other@example.org not authorized" in
             postfix.log(), "the refusal in postfix's log")
    assert sink.messages == []
