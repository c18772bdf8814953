"""Completion of edctl in shells: it knows every command of edctl itself, and
the names of what there is."""

import os
import re
import shutil
import subprocess

import pytest

from eddtest import EDCTL, PATIENCE, ROOT, wait_for

BASH = os.path.join(ROOT, "etc", "edctl.bash")
ZSH = os.path.join(ROOT, "etc", "edctl.zsh")


def complete(*words, socket=None):
    done = subprocess.run(
        [EDCTL, *(["-s", socket] if socket else []), "complete", *words],
        capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout.split()


def bash(line, socket=None):
    """What bash offers for a line, as edctl's file says."""
    script = r'''
        source "$1"
        compopt() { echo ":compopt $*"; }
        IFS=' ' read -r -a COMP_WORDS <<<"$2"
        [ "${2% }" = "$2" ] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_LINE=$2 COMP_POINT=${#2}
        _edctl
        [ ${#COMPREPLY[@]} = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
    '''
    env = dict(os.environ, PATH=os.path.dirname(EDCTL) + ":" +
               os.environ["PATH"])
    if socket:
        env["EDD_SOCKET"] = socket
    done = subprocess.run(["bash", "--norc", "-c", script, "-", BASH, line],
                          capture_output=True, text=True, timeout=PATIENCE,
                          env=env)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout.split("\n")[:-1]


def test_every_command_and_keyword_is_known():
    text = subprocess.run([EDCTL, "help", "all"], capture_output=True,
                          text=True, timeout=PATIENCE).stdout
    usages = re.findall(r"^edctl (.*)$", text, re.M)
    assert len(usages) > 60
    for usage in usages:
        words = re.match(r"[a-z-]+( [a-z-]+(?![a-z|]))?", usage).group(0)
        words = words.split()
        assert words[0] in complete(""), usage
        if len(words) > 1:
            assert words[1] in complete(words[0], ""), usage
        places = re.findall(r"(?:^|\s)(?<!\[)([A-Z][A-Z|-]*|[a-z|]+\|[a-z|]+)"
                            r"(?=\s|$)", usage.split("[")[0])
        keywords = re.findall(r"\[([a-z-]+) [^]]+\]", usage)
        given = [p.split("|")[0] for p in places]
        if keywords and not re.search(r" [a-z-]+ [A-Z]", usage.split("[")[0]):
            offered = complete(*words, *given, "")
            for k in keywords:
                assert k in offered, (usage, offered)


def test_every_command_is_in_the_manual():
    with open(os.path.join(ROOT, "ctl", "edctl.8")) as f:
        manual = " ".join(f.read().split())
    text = subprocess.run([EDCTL, "help", "all"], capture_output=True,
                          text=True, timeout=PATIENCE).stdout
    for usage in re.findall(r"^edctl (.*)$", text, re.M):
        words = re.match(r"[a-z-]+( [a-z-]+(?![a-z|]))?", usage).group(0)
        assert "Cm " + words in manual or \
            "Cm %s Cm %s" % tuple(words.split()[:2]) in manual, usage


@pytest.mark.parametrize("words,want", [
    (["sen", "l"], ["list"]),
    (["dkim", "add", "x", "algorithm", ""], ["rsa", "ed25519"]),
    (["dkim", "add", "x", "algorithm", "rsa", "b"], ["bits"]),
    (["dkim", "add", "x", "algorithm", "rsa", "a"], []),
    (["dkim", "import", "x", "key", ""], [":files"]),
    (["queue", "hold", "a"], ["all"]),
    (["nonsense", ""], []), (["user", "nonsense", ""], []),
    (["credential", "add", "u", "description", "free", "te"], []),
    (["help", "first"], ["first-steps"]),
    ([], []),
])
def test_what_may_come_next(words, want):
    assert complete(*words) == want


def names(ask, *args):
    """What there is of names: none if edd is slow, for a shell waits."""
    return wait_for(lambda: ask(*args), "names of %s" % (args,))


def test_names_are_asked_of_edd_and_only_plain_ones(edd):
    def offered(*words):
        return names(lambda *w: complete(*w, socket=edd.socket), *words)
    assert offered("user", "remove", "") == ["app"]
    assert offered("dkim", "show", "ex") == ["example.org"]
    assert offered("sender", "show", "") == ["news@example.org"]
    assert complete("user", "remove", "", socket="/nonexistent") == []
    edd.ctl("sender", "add", '"$(reboot)"@example.org', "compartment", "prod")
    assert offered("sender", "show", "") == ["news@example.org"]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_bash(edd):
    assert bash("edctl stat") == ["status"]
    assert bash("edctl dkim sh") == ["show"]
    assert names(bash, "edctl dkim show ", edd.socket) == ["example.org"]
    assert names(bash, "edctl -s %s dkim show ex" % edd.socket) == [
        "example.org"]
    assert bash("edctl -j -t 5 user set app st", edd.socket) == ["state"]
    assert bash("edctl -") == ["-j", "-s", "-t"]
    assert bash("edctl -t ") == []
    assert bash("edctl dkim import x key ") == [":compopt -o default"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh")
def test_zsh(edd):
    script = r'''
        compadd() { [[ $1 == -a ]] && print -l -- ${(P)2} || print -l -- $@; }
        _files() { print FILES }
        words=(${(z)2}); [[ $2 == *" " ]] && words+=("")
        CURRENT=$#words
        source $1
    '''
    def zsh(line):
        env = dict(os.environ, EDD_SOCKET=edd.socket, PATH=os.path.dirname(
            EDCTL) + ":" + os.environ["PATH"])
        done = subprocess.run(["zsh", "-f", "-c", script, "-", ZSH, line],
                              capture_output=True, text=True, env=env,
                              timeout=PATIENCE)
        assert done.stderr == "", done
        return done.stdout.split()
    assert zsh("edctl stat") == ["status"]
    assert names(zsh, "edctl dkim show ") == ["example.org"]
    assert zsh("edctl dkim import x key ") == ["FILES"]
