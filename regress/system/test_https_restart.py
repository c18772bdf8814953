"""Requests and connections when processes die, are loaded anew, or stop."""

import os
import signal
import threading

from apitest import Api, Wire, with_https
from eddtest import freeze, wait_for
from test_https_submit import details


def test_who_dies_costs_one_answer_at_most(make_edd, sink):
    edd = with_https(make_edd(route=(sink.address, sink.port)))
    edd.start().setup()
    edd.compartment = edd.ctl("compartment", "list", json_rows=True)[0]["id"]

    # A peer that dies while it is asked: 500, and the next one is taken.
    for peer in ("queue", "control"):
        api = Api(edd)
        got = []
        pid = edd.pid_of(peer)
        mark = edd.log_size()
        freeze(pid)
        asking = threading.Thread(
            target=lambda: got.append(api.submit(details(edd))))
        asking.start()
        edd.wait_log(r"httpd\[\d+\]: request \S+: head, now auth", since=mark)
        if peer == "queue":
            edd.wait_log(r"httpd\[\d+\]: request \S+: body, now run",
                         since=mark)
        os.kill(pid, signal.SIGKILL)
        asking.join()
        assert got[0].fault() == (500, "InternalServerError",
                                  "Internal Server Error")
        api.close()
        edd.wait_ready(peer, mark)

        def taken():
            again = Api(edd)
            status = again.submit(details(edd)).status
            again.close()
            return status == 200
        wait_for(taken, "a request that is taken again")

    # httpd itself: who connects later is served by the next one.
    mark = edd.log_size()
    os.kill(edd.pid_of("httpd"), signal.SIGKILL)
    edd.wait_ready("httpd", mark)
    api = Api(edd)
    assert api.submit(details(edd)).status == 200

    # A reload keeps the connection, and takes what is new for the next.
    edd.extra += "\nmessage-size 64K\n"
    edd.write_conf()
    edd.reload()
    assert api.submit(details(edd)).status == 200
    other = Api(edd)
    assert other.submit(details(edd, bodyText="x" * 70000)).fault() == (
        413, "PayloadTooLarge", "Message exceeds byte limit : limit is 65536")
    other.close()

    # Stopping closes what is idle, and waits for nobody.
    wire = Wire(edd)
    edd.stop()
    assert wire.ended()
    wire.close()
    api.close()
