"""A damaged policy store: edd says so, names the way out, makes no table anew,
and works again once the file is put back."""

import os
import shutil

import eddtest
from terminal import Terminal

DAMAGE = ["table cut in a page", "table cut between pages", "table empty",
          "header flipped", "leaf flipped", "table missing", "log missing",
          "log empty", "key check missing"]


def files(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            found[name] = f.read()
    return found


def flip(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        octet = f.read(1)[0]
        f.seek(at)
        f.write(bytes([octet ^ 0x41]))


def damage(folder, how):
    table = os.path.join(folder, "user.db")
    log = os.path.join(folder, next(n for n in os.listdir(folder)
                                    if n.startswith("log.")))
    if how == "table cut in a page":
        os.truncate(table, 6000)
    elif how == "table cut between pages":
        os.truncate(table, 4096)
    elif how == "table empty":
        os.truncate(table, 0)
    elif how == "header flipped":
        flip(table, 60)
    elif how == "leaf flipped":
        flip(table, 4096 + 3000)
    elif how == "table missing":
        os.unlink(table)
    elif how == "log missing":
        os.unlink(log)
    elif how == "log empty":
        os.truncate(log, 0)
    elif how == "key check missing":
        os.unlink(os.path.join(folder, "KEYCHECK"))


def put_back(good, folder, owner):
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    for name in os.listdir(good):
        path = os.path.join(folder, name)
        shutil.copy2(os.path.join(good, name), path)
        if eddtest.IS_ROOT:
            os.chown(path, owner.st_uid, owner.st_gid)


def test_damage_is_told_and_nothing_is_made_of_it(edd, folder):
    wanted = edd.ctl("user", "list", json_rows=True)
    edd.stop()
    owner = os.stat(os.path.join(edd.store, "user.db"))
    good = os.path.join(folder, "good")
    shutil.copytree(edd.store, good)
    for how in DAMAGE:
        put_back(good, edd.store, owner)
        damage(edd.store, how)
        before = files(edd.store)
        mark = edd.log_size()
        edd.start(wait=False)
        line = edd.wait_log(r"control\[\d+\]: .*edctl restore.*\n",
                             since=mark)
        assert "opened or recovered" in line.group() or "KEYCHECK" in \
            line.group(), (how, line.group())
        edd.stop(expect=None)
        after = files(edd.store)
        for name in set(before) | set(after):
            # Recovery writes in its log that it was done.
            if not name.startswith("log."):
                assert after.get(name) == before.get(name), (how, name)
    put_back(good, edd.store, owner)
    edd.start()
    assert edd.ctl("user", "list", json_rows=True) == wanted


def test_damage_in_the_middle_of_a_table_is_found_by_looking(edd, folder):
    """Nobody reads that page; edd goes on until somebody does."""
    listed = os.path.join(folder, "listed")
    with open(listed, "w") as f:
        f.writelines("r%06d@example.net\n" % i for i in range(20000))
    edd.ctl("suppression", "import", listed)
    rows = edd.ctl("store", "verify", json_rows=True)
    assert {r["state"] for r in rows} == {"good"}
    assert "suppression.db" in {r["table"] for r in rows}
    edd.stop()
    path = os.path.join(edd.store, "suppression.db")
    page = os.path.getsize(path) // 4096 // 2
    flip(path, page * 4096 + 2000)
    edd.start()
    mark = edd.log_size()
    text = edd.ctl("store", "verify", ok=False)
    assert "page %d" % page in text, text
    assert "edctl restore" in text and "1 of " in text, text
    edd.wait_log(r"control\[\d+\]: store: suppression.db is damaged",
                 since=mark)
    edd.send("a@example.net")
    edd.stop()
    flip(path, page * 4096 + 2000)
    edd.start()
    edd.ctl("store", "verify")


def answered_meanwhile(edd):
    """Logins that are answered while the longest table is read."""
    # On a terminal each row comes when it is known.
    terminal = Terminal([eddtest.EDCTL, "-s", edd.socket, "-j", "store",
                         "verify"])
    try:
        terminal.expect('"dkim.db"')
        answered = 0
        while '"suppression.db"' not in terminal.look():
            assert terminal.process.poll() is None, terminal.text
            # A login, which control decides about.
            eddtest.Raw(edd).close()
            answered += 1
        assert terminal.wait() == 0, terminal.text
        assert "damaged" not in terminal.text
        return answered
    finally:
        terminal.close()


def test_questions_are_answered_while_a_table_is_read(edd, folder):
    listed = os.path.join(folder, "listed")
    with open(listed, "w") as f:
        f.writelines("r%06d@example.net\n" % i for i in range(300000))
    edd.ctl("suppression", "import", listed)
    # On a busy machine a row may be seen late.
    assert any(answered_meanwhile(edd) > 5 for _ in range(5))
