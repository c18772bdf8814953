"""Shape of C sources: includes, lengths, licence, comments.

Called with the names of all .c, .h and .y files, from the top of the tree.
Prints findings as file:line: text.  KNF makes it easy: the body of a
function starts at a line "{" and ends at a line "}", both in column 0.
"""

import os
import re
import sys

FILE_LIMIT = 700
HEADER_LIMIT = 120
FUNCTION_LIMIT = 80
SWITCH_LIMIT = 120
ARM_LIMIT = 3
ACTION_LIMIT = 12
LONG_FUNCTION = 50      # nine functions of ten are within this

# Modules of lib that speak a conversation for the programs: the setup of
# every child, and the handshake signatures asked below libtls.
SPEAKERS = {("proc.c", "proto_setup.h"), ("signsync.c", "proto_sign.h"),
            ("tlskey_provider.c", "proto_sign.h"),
            ("histogram_row.c", "proto_admin.h")}

# Modules of lib for the programs that take mail in: they speak with control,
# signer and queue, whatever the protocol that the mail came by.
FRONT = {"commit", "content", "dkimsign", "frontconf", "frontstats", "peers", "peers_ask",
         "recipient", "senders", "submission", "throttled", "units"}

COPYRIGHT = "Copyright (c) 2026 The edd authors"
LICENCE_START = "Permission to use, copy, modify, and distribute"
LICENCE_END = "PERFORMANCE OF THIS SOFTWARE."


class Source:
    """A file, its lines, and what is found in it."""

    def __init__(self, path):
        self.path = path
        self.folder, self.name = os.path.split(path)
        self.is_test = path.startswith("regress/")
        with open(path, encoding="utf-8") as file:
            self.lines = file.read().split("\n")
        self.code = strip_comments("\n".join(self.lines)).split("\n")

    def say(self, number, text):
        """Report a finding; number counts from 0."""
        found.append("%s:%d: %s" % (self.path, number + 1, text))


found = []


def strip_comments(text):
    """Blank out comments and the inside of literals, keeping lines."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''

    def blank(match):
        piece = match.group(0)
        if piece[0] in "\"'":
            return piece[0] + " " * (len(piece) - 2) + piece[0]
        return re.sub(r"[^\n]", " ", piece)

    return re.sub(pattern, blank, text, flags=re.DOTALL)


def check_licence(source):
    """The licence, then a paragraph saying what the file is for."""
    comment = []
    for line in source.lines:
        if line.strip() and not re.match(r"(/\*| \*|%\{$)", line):
            break
        comment.append(line.strip(" /*"))
    text = " ".join(comment)
    head = text.find(COPYRIGHT)
    start = text.find(LICENCE_START)
    end = text.find(LICENCE_END)
    if not 0 <= head < start < end:
        source.say(0, "no licence block on top")
    elif len(text[end + len(LICENCE_END):].split()) < 4:
        source.say(0, "no paragraph on what the file is for after the licence")


def check_includes(source):
    """A process folder sees its own headers and lib's; lib sees lib's, and
    a proto_ header only from another proto_ file (conversations share
    structures), from a speaker, or from what takes mail in."""
    for number, line in enumerate(source.lines):
        match = re.match(r'\s*#\s*include\s+"([^"]*)"', line)
        if match is None:
            continue
        name = match.group(1)
        stem = os.path.splitext(source.name)[0]
        if "/" in name:
            source.say(number, "path in an include: " + name)
        elif source.is_test:
            continue
        elif not (os.path.exists(source.folder + "/" + name) or
                  os.path.exists("lib/" + name) or
                  os.path.exists(source.folder + "/" + name[:-1] + "y")):
            source.say(number, "not a header of this folder or lib: " + name)
        elif (source.folder == "lib" and name.startswith("proto_") and
              not stem.startswith("proto_") and stem not in FRONT and
              (source.name, name) not in SPEAKERS):
            source.say(number, "only a proto_ file includes it: " + name)


def check_length(source):
    """Files within 700 lines; headers within 120 that are not comment or
    blank: what a header says in words does not count against it."""
    length = len(source.lines) - 1
    limit = FILE_LIMIT
    if source.name.endswith(".h"):
        length = sum(1 for line in source.code if line.strip())
        limit = HEADER_LIMIT
    if length > limit:
        source.say(limit, "%d lines, the limit is %d" % (length, limit))


def bodies(source):
    """(first, last) line of each function body; first is the brace."""
    first = None
    for number, line in enumerate(source.code):
        if line.rstrip() == "{":
            first = number
        elif line.rstrip() == "}" and first is not None:
            yield first, number
            first = None


def head(source, first):
    """(line of the return type, whole text before the brace)."""
    top = first - 1
    while top > 0 and source.code[top - 1].strip() and \
            not re.match(r"[}#]", source.code[top - 1]):
        top -= 1
    return top, " ".join(source.code[top:first])


def is_flat_switch(body):
    """One switch that fills the function, arms of at most three lines."""
    starts = [n for n, line in enumerate(body)
              if re.match(r"\tswitch \(", line)]
    if len(starts) != 1:
        return False
    ends = [n for n in range(starts[0], len(body)) if body[n] == "\t}"]
    if not ends or len(body) - (ends[0] - starts[0]) > 20:
        return False
    arm = 0
    for line in body[starts[0] + 1:ends[0]]:
        if re.match(r"\t(case\b|default:)", line):
            arm = 0
        else:
            arm += 1
        if arm > ARM_LIMIT:
            return False
    return True


def check_functions(source, lengths):
    """Length of each function, and the comment above each public one."""
    for first, last in bodies(source):
        top, text = head(source, first)
        length = last - first - 1
        lengths.append(length)
        limit = FUNCTION_LIMIT
        if is_flat_switch(source.code[first + 1:last]):
            limit = SWITCH_LIMIT
        if length > limit:
            source.say(first, "function of %d lines, the limit is %d" %
                       (length, limit))
        if source.is_test or "(" not in text or \
                re.search(r"\bstatic\b|\bmain\(|\byy\w+\(", text):
            continue
        if not source.lines[top - 1].rstrip().endswith("*/"):
            source.say(top, "no comment above a function that is not static")


def check_actions(source):
    """Actions of a grammar within 12 lines."""
    depth = 0
    start = 0
    in_rules = False
    for number, line in enumerate(source.code):
        if line.startswith("%%"):
            if in_rules:
                return
            in_rules = True
            continue
        if not in_rules:
            continue
        for char in line:
            if char == "{":
                start = number if depth == 0 else start
                depth += 1
            elif char == "}":
                depth -= 1
                if depth == 0 and number - start - 1 > ACTION_LIMIT:
                    source.say(start, "action of %d lines, the limit is %d" %
                               (number - start - 1, ACTION_LIMIT))


def check_lines(source):
    """What single lines must not have."""
    for number, line in enumerate(source.code):
        if re.search(r"\btypedef\s+(struct|union|enum)\b", line):
            source.say(number, "typedef of a struct, union or enum")
        if re.match(r"\s*extern\b", line) and "(" not in line and \
                source.name not in ("log.c", "log.h"):
            source.say(number, "extern variable")
        match = re.search(r"\breturn \((.*)\);\s*$", line)
        if match and balanced(match.group(1)):
            source.say(number, "parentheses around what is returned")
        if re.search(r"\bsizeof\b(?!\s*\()", line):
            source.say(number, "sizeof without parentheses")
        if re.search(r"\s$", source.lines[number]):
            source.say(number, "white space at the end of a line")
        if re.search(r"\b(TODO|FIXME|XXX)\b", source.lines[number]):
            source.say(number, "unfinished work marked in the source")


def balanced(text):
    """Whether no parenthesis closes one that was opened before text."""
    depth = 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return False
    return True


def main(paths):
    lengths = []
    for path in paths:
        source = Source(path)
        check_licence(source)
        check_includes(source)
        check_length(source)
        check_lines(source)
        check_functions(source, lengths)
        if path.endswith(".y"):
            check_actions(source)
    long = sum(length > LONG_FUNCTION for length in lengths)
    if long * 10 > len(lengths):
        found.append("Makefile:1: %d of %d functions are over %d lines" %
                     (long, len(lengths), LONG_FUNCTION))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
