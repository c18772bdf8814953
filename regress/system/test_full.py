"""A full disk: 452, nothing kept of it, the spool stays sound, and accepting
starts again by itself."""

import os
import signal
import subprocess

import pytest

from apitest import Api, with_https
from eddtest import EDCTL, message, wait_for
from test_https_retry import subjects
from test_https_submit import details


class SmallDisk:
    """A file system of a few megabytes."""

    def __init__(self, path, size):
        self.path = path
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%s,mode=0755" %
                        size, "tmpfs", path], check=True)

    def stop(self):
        subprocess.run(["umount", "-l", self.path], check=True)


@pytest.mark.root
@pytest.mark.parametrize("reserve", ["8M", "64K"])
def test_full_disk(make_edd, sink, folder, cleanup, reserve):
    disk = SmallDisk(os.path.join(folder, "disk"), "96M")
    cleanup.append(disk)
    edd = make_edd(route=(sink.address, sink.port), extra="queue retry 1s")
    edd.spool = os.path.join(disk.path, "spool")
    edd.write_conf()
    with open(edd.conf) as f:
        text = f.read().replace("queue reserve 1M",
                                "queue reserve " + reserve)
    with open(edd.conf, "w") as f:
        f.write(text)
    edd.start().setup()
    sink.mail_reply = "451 4.3.0 Not now"
    body = ("x" * 76 + "\r\n") * 12000
    taken, refused = 0, None
    with edd.client() as smtp:
        for i in range(200):
            smtp.mail("news@example.org")
            smtp.rcpt("r%d@example.net" % i)
            try:
                code, reply = smtp.data(message(body=body, subject=str(i)))
            except Exception as e:
                code, reply = e.smtp_code, e.smtp_error
                smtp.rset()
            if code == 250:
                taken += 1
                continue
            refused = (code, reply)
            break
    assert taken > 10
    assert refused == (452, b"System storage error")
    if reserve == "8M":
        # What the journal and outcomes take is the reserve's purpose.
        disk = os.statvfs(edd.spool)
        assert disk.f_bavail * disk.f_frsize > 7 << 20
    sink.mail_reply = None
    sink.wait(taken, seconds=90)
    assert len(sink.messages) == taken

    def accepts():
        with edd.client() as smtp:
            smtp.mail("news@example.org")
            smtp.rcpt("again@example.net")
            try:
                return smtp.data(message(body=body))[0] == 250
            except Exception:
                return False
    wait_for(accepts, "room again")
    sink.wait(taken + 1)
    wait_for(lambda: "example.net" not in edd.ctl("show", "queue"),
             "an empty queue")
    edd.stop()
    edd.start()
    assert "example.net" not in edd.ctl("show", "queue")


def fill_disk(path):
    """Another program takes what there is."""
    with open(path, "wb", 0) as f:
        for size in (1 << 20, 4096):
            with pytest.raises(OSError):
                while True:
                    f.write(b"x" * size)


@pytest.mark.root
def test_retry_tokens_on_a_full_disk(make_edd, sink, folder, cleanup):
    """Sent once, with and without a crash, and queue starts all the same."""
    disk = SmallDisk(os.path.join(folder, "disk"), "96M")
    cleanup.append(disk)
    edd = with_https(make_edd(route=(sink.address, sink.port),
                              extra="queue retry 1s"))
    edd.spool = os.path.join(disk.path, "spool")
    edd.write_conf()
    with open(edd.conf) as f:
        text = f.read().replace("queue reserve 1M", "queue reserve 0")
    with open(edd.conf, "w") as f:
        f.write(text)
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]

    def submit(token):
        api = Api(edd)
        try:
            return api.submit(details(edd, subject=token),
                              opc_retry_token=token)
        finally:
            api.close()

    # A segment has room taken in advance.
    api = Api(edd)
    assert api.submit(details(edd, subject="first")).status == 200
    api.close()
    fill = os.path.join(disk.path, "fill")
    fill_disk(fill)
    first = submit("t1")
    assert first.status == 200, first.body
    assert submit("t1").json == first.json
    for _ in range(2):
        mark = edd.log_size()
        os.kill(edd.pid_of("queue"), signal.SIGKILL)
        edd.wait_log(r"queue\[\d+\]: ready", since=mark)

        def again():
            answer = submit("t1")
            assert answer.status in (200, 500, 503), answer.body
            return answer.status == 200 and answer.json == first.json
        wait_for(again, "the same answer")
    os.unlink(fill)
    assert submit("t2").status == 200
    edd.stop()
    edd.start()
    assert submit("t1").json == first.json
    # Under kills one may come twice, but never as another message.
    wait_for(lambda: len(subjects(sink)) >= 3, "all three")
    assert subjects(sink) == ["first", "t1", "t2"]


@pytest.mark.root
def test_full_disk_under_the_store(make_edd, folder, cleanup):
    disk = SmallDisk(os.path.join(folder, "disk"), "24M")
    cleanup.append(disk)
    edd = make_edd()
    edd.store = os.path.join(disk.path, "store")
    edd.write_conf()
    edd.start().setup()
    fill = os.path.join(disk.path, "fill")
    with open(fill, "wb", 0) as f:
        with pytest.raises(OSError):
            while True:
                f.write(b"x" * 4096)

    def refused():
        refused.n += 1
        return subprocess.run(
            [EDCTL, "-s", edd.socket, "suppression", "add",
             "r%d@example.net" % refused.n, "compartment", "prod"],
            capture_output=True).returncode == 1
    refused.n = 0
    wait_for(refused, "the store to be full")
    edd.stop()
    mark = edd.log_size()
    edd.start(wait=False)
    wait_for(lambda: edd.process.poll() is not None or
             "edd ready" in edd.log(mark), "the start or its failure")
    assert "backup" not in edd.log(mark)
    if edd.process.poll() is not None:
        assert "make room there" in edd.log(mark)
    edd.stop(expect=None)
    os.unlink(fill)
    edd.start()
    assert "news@example.org" in edd.ctl("sender", "list")
