"""SubmitEmail beside SMTP: one edd, the same TLS, DKIM key, sink and size of
message, and as many connections that are kept; in turn, a round each."""

import statistics

#: What is measured, in the order of a round; the first is what the others
#: are compared with.
WAYS = {"tls": "SMTP, STARTTLS and AUTH", "basic": "SubmitEmail, Basic",
        "signed": "SubmitEmail, signed"}
SESSIONS = 50
PROCESSES = ("smtpd", "httpd", "control", "queue", "signer", "deliver")

HEAD = "| way | accept/s | of SMTP | p50 / p99 ms | CPU s per 1,000 | %s |" % (
    " | ".join(PROCESSES))


def median(runs, name):
    return statistics.median(run[name] for run in runs)


def ratio(runs, first):
    """The median of what each round says: it compares neighbours in time."""
    return statistics.median(run["accept_rate"] / other["accept_rate"]
                             for run, other in zip(runs, first))


def row(name, runs, first):
    seconds = [statistics.median(run["by_name"].get(process, 0)
                                 for run in runs) / 1000
               for process in PROCESSES]
    return "| %s | %s | %.2f | %.1f / %.1f | %.2f | %s |" % (
        name, "{:,.0f}".format(median(runs, "accept_rate")),
        ratio(runs, first), median(runs, "p50_ms"), median(runs, "p99_ms"),
        median(runs, "cpu"), " | ".join("%.3f" % s for s in seconds))


def table(runs):
    """runs: way to what was measured, a run a round."""
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    for way, name in WAYS.items():
        lines.append(row(name, runs[way], runs["tls"]))
    return "\n".join(lines) + "\n"


def failures(runs):
    """What was not taken, as lines; there should be none."""
    return ["%s: %d failed, the last: %s" % (WAYS[way], run["failed"],
                                             run["last"])
            for way in runs for run in runs[way] if run["failed"]]
