"""Processes of a server: all descendants of one, counted over /proc."""

import os
import signal
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid):
    with open("/proc/%s/stat" % pid) as f:
        return f.read().rsplit(")", 1)[1].split()


def _all():
    """pid -> fields of /proc/PID/stat after the name."""
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                found[int(entry)] = _stat(entry)
            except (FileNotFoundError, ProcessLookupError):
                pass  # it ended while we looked
    return found


def family(roots):
    """pid -> stat of these processes and all that descend from them."""
    every = _all()
    children = {}
    for pid, stat in every.items():
        children.setdefault(int(stat[1]), []).append(pid)
    found, look = {}, [pid for pid in roots if pid in every]
    while look:
        pid = look.pop()
        found[pid] = every[pid]
        look += children.get(pid, [])
    return found


def cpu_seconds(tree):
    """User and system time, with that of children already waited for."""
    return sum(sum(int(s[i]) for i in (11, 12, 13, 14))
               for s in tree.values()) / TICK


def cpu_by_name(tree):
    """Program name -> seconds."""
    found = {}
    for pid, s in tree.items():
        try:
            with open("/proc/%d/comm" % pid) as f:
                name = f.read().strip()
        except FileNotFoundError:
            continue
        found[name] = found.get(name, 0) + sum(
            int(s[i]) for i in (11, 12, 13, 14)) / TICK
    return found


def private_bytes(tree):
    """Memory in use and not shared with files or other processes."""
    total = 0
    for pid in tree:
        try:
            with open("/proc/%d/statm" % pid) as f:
                words = f.read().split()
            total += (int(words[1]) - int(words[2])) * PAGE
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def rss_by_name(tree):
    """Program name -> bytes resident, the sum of its processes."""
    found = {}
    for pid in tree:
        try:
            with open("/proc/%d/comm" % pid) as f:
                name = f.read().strip()
            with open("/proc/%d/statm" % pid) as f:
                found[name] = (found.get(name, 0) +
                               int(f.read().split()[1]) * PAGE)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def alive(tree):
    """Those of a family that run still; a number may be another's by now."""
    every = _all()
    return [pid for pid, stat in tree.items() if pid in every and
            every[pid][19] == stat[19] and every[pid][0] != "Z"]


def end(processes, seconds=20):
    """Ask these children of ours to end, then make their whole family."""
    tree = family([p.pid for p in processes])
    for process in processes:
        process.terminate()
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if not [p for p in processes if p.poll() is None] and not alive(tree):
            return
        time.sleep(0.05)
    for pid in alive(tree):
        os.kill(pid, signal.SIGKILL)
    for process in processes:
        process.wait()
