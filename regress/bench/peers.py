"""Roots of their own for the peers: Debian's packages and the libraries they
need, downloaded and unpacked, never installed.  Needs root, for chroot(2)."""

import glob
import os
import shutil
import subprocess

#: Peer -> packages; libraries follow from what these depend on.
PACKAGES = {
    "postfix": ["postfix", "opendkim", "sasl2-bin", "libsasl2-modules",
                "libsasl2-modules-db"],
    "opensmtpd": ["opensmtpd", "opensmtpd-filter-dkimsign", "dash"],
    "exim": ["exim4-daemon-light"],
}

#: What packages depend on for other purposes than running these programs.
NEEDLESS = ("perl", "newt", "slang", "debian-installer", "semanage",
            "textwrap", "libss2", "libext2fs", "libblkid")

#: Users of a root: name, uid; a group of the same name and number each.
#: The numbers are none of Debian's.
USERS = [("root", 0), ("postfix", 64801), ("postdrop", 64802),
         ("opendkim", 64803), ("opensmtpd", 64804), ("opensmtpq", 64805),
         ("dkimsign", 64806), ("sasl", 64807), ("Debian-exim", 64808),
         ("mail", 64809), ("nobody", 65534)]

DEVICES = {"null": (1, 3), "zero": (1, 5), "random": (1, 8),
           "urandom": (1, 9)}


def run(command, **kw):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **kw)
    if done.returncode != 0:
        raise SystemExit("%s: status %d\n%s" % (
            " ".join(command[:6]), done.returncode, done.stdout))
    return done.stdout


def libraries(packages):
    """Names of all libraries that these packages need."""
    said = run(["apt-cache", "depends", "--recurse", "--no-recommends",
                "--no-suggests", "--no-conflicts", "--no-breaks",
                "--no-replaces", "--no-enhances", *packages])
    return sorted({line for line in said.splitlines()
                   if line.startswith(("lib", "zlib")) and
                   not any(word in line for word in NEEDLESS)})


def download(packages, folder):
    """These packages and the libraries that they need."""
    run(["apt-get", "-q", "download", *sorted(
        set(packages) | set(libraries(packages)))], cwd=folder)


def root_of(name, folder):
    """The root of a peer, made if it is not there; kept between runs."""
    root = os.path.join(folder, name)
    if os.path.exists(os.path.join(root, "complete")):
        return root
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "packages"))
    try:
        download(PACKAGES[name], os.path.join(root, "packages"))
    except SystemExit:  # the lists of what there is are missing or old
        run(["apt-get", "-q", "update"])
        download(PACKAGES[name], os.path.join(root, "packages"))
    for package in glob.glob(os.path.join(root, "packages", "*.deb")):
        run(["dpkg", "-x", package, root])
    shutil.rmtree(os.path.join(root, "packages"))
    furnish(root)
    with open(os.path.join(root, "complete"), "w"):
        pass
    return root


def furnish(root):
    """Users, devices, names: what a program expects of a system."""
    for folder in ("dev", "etc", "run", "tmp", "var/empty", "var/run"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    os.chmod(root, 0o755)
    for name, (major, minor) in DEVICES.items():
        path = os.path.join(root, "dev", name)
        os.mknod(path, 0o20666, os.makedev(major, minor))
        os.chmod(path, 0o666)
    write(root, "etc/passwd", "".join(
        "%s:x:%d:%d::/:/bin/false\n" % (n, u, u) for n, u in USERS))
    write(root, "etc/group", "".join(
        "%s:x:%d:\n" % (n, u) for n, u in USERS))
    write(root, "etc/hosts", "127.0.0.1 localhost\n")
    write(root, "etc/nsswitch.conf", "hosts: files\npasswd: files\n"
          "group: files\nservices: files\n")
    write(root, "etc/services", "smtp 25/tcp\nsubmission 587/tcp\n")
    write(root, "etc/resolv.conf", "nameserver 127.0.0.1\n")
    write(root, "etc/mailname", "bench.test\n")


def write(root, path, text, mode=0o644):
    """A file of that content, its folders made."""
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)


def uid(name):
    return dict(USERS)[name]


def empty(folder):
    """Remove all files below a folder, keep the folders."""
    for path, _, names in os.walk(folder):
        for name in names:
            os.unlink(os.path.join(path, name))
