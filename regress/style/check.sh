#!/bin/sh
#
# Layout and style that a program can check: prints each finding as
# "file:line: text" and exits 1 if there is any.  Formatting (clang-format),
# each header compiled alone, include direction, lengths and shape
# (shape.py), manual pages.

set -u
cd "$(dirname "$0")/../.." || exit 1

found=$(mktemp) || exit 1
trap 'rm -f "$found"' EXIT
processes="edd smtpd httpd queue deliver signer control ctl"

sources=$(find lib $processes regress -name '*.[ch]' 2>/dev/null | sort)
grammars=$(find lib $processes -name '*.y' 2>/dev/null | sort)
manuals=$(find $processes -name '*.[1-9]' 2>/dev/null | sort)

# Formatting.
# shellcheck disable=SC2086 # a list of words
clang-format --dry-run -Werror $sources 2>&1 |
    sed -n 's/^\([^:]*:[0-9]*\):[0-9]*: error: code.*/\1: not as clang-format has it/p' \
	>>"$found"

# Each header compiles alone.
for file in $sources; do
	case $file in
	*.h) ;;
	*) continue ;;
	esac
	folder=${file%/*}
	gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wstrict-prototypes \
	    -Wundef -fsyntax-only -iquote "$folder" \
	    -iquote "${folder#regress/}" -iquote lib -x c - 2>&1 <<-EOF |
		#include "${file##*/}"
	EOF
	    sed -n 's/^\(.*\(error\|warning\):.*\)/\1 (header alone)/p'
done >>"$found"

# Includes, lengths, licence, shape.
# shellcheck disable=SC2086 # lists of words
/usr/bin/python3 -B regress/style/shape.py $sources $grammars >>"$found"

# Manual pages.
for file in $manuals; do
	mandoc -T lint -W warning "$file" | sed 's/^mandoc: //'
done >>"$found"

# Shell scripts parse.
for file in $(find etc regress .ci -name '*.sh' | sort); do
	sh -n "$file" 2>&1 | sed "s,^[^:]*: \([0-9]*\):,$file:\1:,"
done >>"$found"

sort -u "$found" | sort -s -t: -k1,1 -k2,2n
[ ! -s "$found" ]
