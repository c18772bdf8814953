"""A program on a terminal of its own: what it writes, keys, a new size."""

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from eddtest import PATIENCE


class Terminal:
    def __init__(self, command, columns=100, lines=50, **kw):
        self.master, slave = pty.openpty()
        self.resize(columns, lines)
        self.before = termios.tcgetattr(self.master)
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=self._take, **kw)
        os.close(slave)
        self.text = ""
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    @staticmethod
    def _take():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def resize(self, columns, lines):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, condition, what):
        """Read until condition(text so far) holds; returns the text."""
        end = time.monotonic() + PATIENCE
        while not condition(self.text):
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.master], [], [], left)[0]:
                raise AssertionError("waited for %s:\n%s" % (what, self.text))
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            if not data:
                assert condition(self.text), "ended before %s:\n%s" % (
                    what, self.text)
                break
            self.text += self.decode(data)
        return self.text

    def look(self):
        """Read what is there already; returns the text."""
        while select.select([self.master], [], [], 0)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            if not data:
                break
            self.text += data.decode("utf-8", "replace")
        return self.text

    def expect(self, word):
        """Read until the word; what came up to it is taken away."""
        self.read(lambda text: word in text, repr(word))
        before, self.text = self.text.split(word, 1)
        return before + word

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self):
        """Read until the program has ended; returns its exit status."""
        try:
            self.read(lambda text: False, "the end")
        except AssertionError:
            pass
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)
