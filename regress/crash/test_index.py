"""A disk so full that the index cannot be written: mail goes on, and with room
again the index is made again, in the sandbox of a running queue."""

import os

import pytest

import load
from eddtest import IS_ROOT, wait_for

if IS_ROOT:
    from test_full import SmallDisk


def use_up(path):
    """Write to a file until there is no room."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(fd, b"x" * 65536)
    except OSError:
        pass
    finally:
        os.close(fd)


@pytest.mark.skipif(not IS_ROOT, reason="needs root")
def test_index_is_made_again(tmp_path):
    disk = SmallDisk(str(tmp_path / "disk"), "96M")
    os.chmod(tmp_path, 0o755)
    receiver = load.Receiver().start()
    edd = load.eddtest.Edd(str(tmp_path), extra="queue retry 1s", route=(
        receiver.address, receiver.port))
    edd.spool = os.path.join(disk.path, "spool")
    edd.write_conf()
    try:
        edd.start().setup()
        work = load.Load(edd, receiver)
        for _ in range(20):
            work.one()
        # Their outcomes change the index while there is no room.
        for i in range(30):
            edd.send("later15-%d@example.net" % i)
        fill = os.path.join(disk.path, "fill")
        use_up(fill)
        edd.wait_log("index: .*out of use", seconds=60)
        mark = edd.log_size()
        os.unlink(fill)
        edd.wait_log("the index is made again", since=mark, seconds=60)
        pid = edd.pid_of("queue")
        for _ in range(20):
            work.one()
        work.check(everything=True)
        wait_for(lambda: "example" not in edd.ctl("show", "queue"), "the end")
        assert edd.pid_of("queue") == pid
        edd.stop()
    finally:
        if edd.process is not None:
            edd.kill()
        receiver.stop()
        disk.stop()
