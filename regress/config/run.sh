#!/bin/sh
#
# edd.conf in pairs: run.sh [EDD].  NAME.in with NAME.ok is accepted, and
# printed as NAME.ok says, and that reads back to the same; NAME.in with
# NAME.err is refused with these errors.  Prints "ok NAME" or "not ok NAME"
# for each, and what differs.

set -u
cd "$(dirname "$0")" || exit 1
edd=${1:-../../build/bin/edd}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/edd-config.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

pair() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -subj /CN=localhost -days 2 -keyout "$tmp/$1.key" \
	    -out "$tmp/$1.pem" 2>/dev/null || exit 1
	chmod 600 "$tmp/$1.key"
}

# try FILE: check and print it, with names that do not depend on the place.
try() {
	"$edd" -nv -D cert="$tmp/one.pem" -D key="$tmp/one.key" \
	    -D other="$tmp/two.key" -f "$1" >"$tmp/raw" 2>"$tmp/err.raw"
	status=$?
	sed "s,$tmp/,DIR/,g" "$tmp/raw" >"$tmp/out"
	sed -e "s,$PWD/,,g" -e "s,$tmp/,DIR/,g" "$tmp/err.raw" >"$tmp/err"
}

accepted() {
	try "$1.in"
	[ $status -eq 0 ] || {
		cat "$tmp/err"
		return 1
	}
	diff -u "$1.ok" "$tmp/out" || return 1
	cp "$tmp/raw" "$tmp/again.conf"
	try "$tmp/again.conf"
	[ $status -eq 0 ] && diff -u "$1.ok" "$tmp/out"
}

refused() {
	try "$1.in"
	[ $status -eq 1 ] || {
		echo "status $status"
		return 1
	}
	diff -u "$1.err" "$tmp/err"
}

pair one
pair two
for file in *.in; do
	name=${file%.in}
	if [ -f "$name.ok" ]; then
		check=accepted
	else
		check=refused
	fi
	if $check "$name" >"$tmp/say" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		sed 's/^/# /' "$tmp/say"
		failed=1
	fi
done
exit $failed
