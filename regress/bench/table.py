"""The table of the bench, a row as soon as it is known."""

HEAD = ("%-5s %4s %4s %-9s %9s %9s %8s %7s %8s %8s   %s" % (
    "mode", "size", "sess", "server", "accept/s", "deliv/s", "CPU s/k",
    "MB", "p50 ms", "p99 ms", "edd is"))


class Table:
    """Rows in groups of one case; edd comes first in each."""

    def __init__(self):
        self.edd = None
        self.begun = False

    def row(self, mode, size, sessions, name, figures):
        if not self.begun:
            print(HEAD)
            self.begun = True
        ratio = ""
        if name == "edd":
            self.edd = figures
        elif self.edd is not None:
            ratio = "%.1fx accept, %.1fx delivery, CPU 1/%.0f" % (
                self.edd["accept_rate"] / figures["accept_rate"],
                self.edd["rate"] / figures["rate"],
                figures["cpu"] / max(self.edd["cpu"], 1e-6))
        print("%-5s %4s %4d %-9s %9.0f %9.0f %8.2f %7.1f %8.2f %8.2f   %s" % (
            mode, size, sessions, name, figures["accept_rate"],
            figures["rate"], figures["cpu"], figures["memory"],
            figures["p50_ms"], figures["p99_ms"], ratio), flush=True)
