"""A message is opened at the queue before DATA: those who go before they say
DATA leave nothing there, whenever they go, nor does a queue that ends."""

import os
import signal

from eddtest import Raw, message, wait_for

MAIL = "MAIL FROM:<news@example.org>"
RCPT = "RCPT TO:<a%d@example.net>"


def received(edd):
    """Messages that the queue has open."""
    rows = edd.ctl("show", "counters", json_rows=True)
    return [r["value"] for r in rows if r.get("name") == "being received"][0]


def opened(edd, clients):
    for i, client in enumerate(clients):
        assert client.say(MAIL).startswith("250")
        assert client.say(RCPT % i).startswith("250")


def test_opened_ahead(edd):
    clients = [Raw(edd) for _ in range(5)]
    try:
        opened(edd, clients)
        wait_for(lambda: received(edd) == 5, "five to be open")
        clients[0].say("RSET")
        clients[1].close()
        clients[2].say("QUIT")
        wait_for(lambda: received(edd) == 2, "two to be left")

        # At the same moment as the question.
        for i in range(20):
            clients[0].send(("%s\r\n%s\r\nRSET\r\n" % (MAIL, RCPT % i))
                            .encode())
            for _ in range(3):
                assert clients[0].reply().startswith("250")
        for i in range(10):
            hasty = Raw(edd)
            hasty.send(("%s\r\n%s\r\n" % (MAIL, RCPT % i)).encode())
            hasty.close()
        wait_for(lambda: received(edd) == 2, "two to be left")

        # Another queue opens it again.
        mark = edd.log_size()
        os.kill(edd.pid_of("queue"), signal.SIGKILL)
        edd.wait_ready("queue", since=mark)
        wait_for(lambda: received(edd) == 0, "nothing to be open")
        assert clients[3].say("DATA").startswith("354")
        clients[3].send(message() + b".\r\n")
        assert clients[3].reply().startswith("250")
        wait_for(lambda: received(edd) == 0, "nothing to be open")
    finally:
        for client in clients:
            client.close()


def test_opened_before_it_is_asked_for(edd, sink):
    """With the answer to a message the queue opens the next one: that is not
    being received until something of it comes, and a drain ends it."""
    client = Raw(edd)
    try:
        for i in range(3):
            opened(edd, [client])
            assert client.say("DATA").startswith("354")
            client.send(message(subject=str(i)) + b".\r\n")
            assert client.reply().startswith("250")
            assert received(edd) == 0
        sink.wait(3)
        opened(edd, [client])
        assert client.say("RSET").startswith("250")
        edd.ctl("drain")
        edd.ctl("drain", "off")
        opened(edd, [client])
        assert client.say("DATA").startswith("354")
        client.send(message(subject="last") + b".\r\n")
        assert client.reply().startswith("250")
        sink.wait(4)
        assert received(edd) == 0
    finally:
        client.close()
