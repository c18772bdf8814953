"""The table of README.md from what was measured."""

HEAD = ("| case | sessions | edd accept / deliver | Postfix | OpenSMTPD | "
        "accept, times Postfix / OpenSMTPD | delivery, times the better | "
        "CPU s per 1,000: edd, Postfix, OpenSMTPD |\n"
        "|---|---|---|---|---|---|---|---|\n")
NAMES = {"4k": "4 KB", "100k": "100 KB"}
PEERS = ("postfix", "opensmtpd")


def rates(figures):
    return "{:,.0f} / {:,.0f}".format(
        figures["accept_rate"], figures["rate"]) if figures else "-"


def times(edd, peer, what):
    return "%.1f" % (edd[what] / peer[what]) if peer and peer[what] else "-"


def row(mode, size, sessions, servers):
    """servers: name to figures; those that were not measured are missing."""
    edd = servers["edd"]
    peers = [servers.get(name) for name in PEERS]
    best = max((p for p in peers if p), key=lambda p: p["rate"], default=None)
    cpu = ["%.2f" % f["cpu"] if f else "-" for f in [edd] + peers]
    return "| %s %s | %d | %s | %s | %s | %s | %s | %s |\n" % (
        mode, NAMES[size], sessions, rates(edd), rates(peers[0]),
        rates(peers[1]),
        " / ".join(times(edd, p, "accept_rate") for p in peers),
        times(edd, best, "rate"), ", ".join(cpu))


def write(path, cells):
    """cells: (mode, size, sessions) to servers, in the order measured."""
    with open(path, "w") as f:
        f.write(HEAD)
        for key, servers in cells.items():
            if "edd" in servers:
                f.write(row(*key, servers))
