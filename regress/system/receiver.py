"""A receiving server that does what a test tells it, right or wrong: raw
bytes, one thread a connection."""

import socket
import threading

from eddtest import PATIENCE, free_port, wait_for


class Gone(Exception):
    """The client is not there any more."""


class Taken:
    """A message: the commands that brought it, and its bytes."""

    def __init__(self, mail, rcpts, how):
        self.mail = mail
        self.rcpts = rcpts
        self.how = how
        self.data = b""


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self.file = sock.makefile("rb")

    def line(self):
        line = self.file.readline(100000)
        if not line.endswith(b"\n"):
            raise Gone
        return line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")

    def read(self, size):
        data = self.file.read(size)
        if len(data) != size:
            raise Gone
        return data

    def send(self, text):
        if isinstance(text, str):
            text = text.encode("utf-8", "surrogateescape")
        try:
            self.sock.sendall(text)
        except OSError:
            raise Gone from None

    def close(self):
        # Closing the file too, or the socket stays open.
        self.file.close()
        self.sock.close()


class Receiver:
    """hooks: what to do instead of what is right.

    A hook is named by a verb, "banner" or "end" (of a message); it is called
    with the connection and the line, and returns a reply (text without CRLF),
    None for the right one, or False after it did everything itself.
    """

    def __init__(self, extensions=("PIPELINING",), address="127.0.0.1",
                 port=None):
        self.address = address
        self.port = port or free_port(address)
        self.extensions = extensions
        self.hooks = {}
        self.messages = []
        self.lines = []
        self.sessions = 0
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, self.port))
        self.socket.listen(100)
        self.open = []
        self.stopping = False

    def start(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError:
                return
            self.sessions += 1
            self.open.append(sock)
            threading.Thread(target=self.run, args=(sock,),
                             daemon=True).start()

    def run(self, sock):
        connection = Connection(sock)
        try:
            self.talk(connection)
        except (Gone, OSError, ValueError):
            pass
        finally:
            connection.close()

    def choose(self, connection, name, line, right):
        hook = self.hooks.get(name)
        reply = hook(connection, line) if hook else None
        return right if reply is None else reply

    def answer(self, connection, name, line, right):
        reply = self.choose(connection, name, line, right)
        if reply is not False:
            connection.send(reply + "\r\n")
        return reply or ""

    def talk(self, c):
        mail, rcpts, message = None, [], None
        self.answer(c, "banner", "", "220 receiver.example ESMTP")
        while True:
            line = c.line()
            self.lines.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb == "EHLO":
                right = "\r\n".join(
                    ["250-receiver.example"] +
                    ["250-" + e for e in self.extensions] + ["250 HELP"])
                self.answer(c, verb, line, right)
            elif verb == "MAIL":
                if self.answer(c, verb, line, "250 Ok").startswith("2"):
                    mail, rcpts, message = line, [], None
            elif verb == "RCPT":
                if self.answer(c, verb, line, "250 Ok").startswith("2"):
                    rcpts.append(line)
            elif verb == "DATA":
                right = "354 Go" if rcpts else "503 No recipient"
                if not self.answer(c, verb, line, right).startswith("3"):
                    continue
                message = Taken(mail, rcpts, verb)
                while True:
                    data = c.line()
                    if data == ".":
                        break
                    message.data += data[data.startswith("."):].encode(
                        "utf-8", "surrogateescape") + b"\r\n"
                self.finish(c, message)
            elif verb == "BDAT":
                message = message or Taken(mail, rcpts, verb)
                message.data += c.read(int(line.split()[1]))
                if line.upper().endswith(" LAST"):
                    self.finish(c, message)
                else:
                    self.answer(c, verb, line, "250 Ok")
            elif verb == "QUIT":
                self.answer(c, verb, line, "221 Bye")
                return
            else:
                right = "250 Ok" if verb in ("RSET", "NOOP", "HELO") else \
                    "502 What?"
                self.answer(c, verb, line, right)

    def finish(self, c, message):
        reply = self.choose(c, "end", "", "250 2.0.0 taken")
        if reply is False:
            return
        # Who is told that it is taken finds it here.
        if reply.startswith("2"):
            self.messages.append(message)
        c.send(reply + "\r\n")

    def wait(self, count=1, seconds=PATIENCE):
        wait_for(lambda: len(self.messages) >= count,
                 "%d messages at %d (have %d)" % (
                     count, self.port, len(self.messages)), seconds)
        return self.messages[:count]

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for sock in self.open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed before
