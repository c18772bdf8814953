#!/bin/sh
#
# What control needs for a policy question, a start and a large import, with
# BENCH_SUPPRESSIONS (1000000), BENCH_SENDERS (100000), BENCH_DOMAINS (10000);
# see policy.md.  BUILD (build) is where the programs are, BENCH_SPOOL where
# the store is made.

set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
make BUILD="$build" "$build/regress/bench/policy" >/dev/null || exit 1
folder=$(mktemp -d "${BENCH_SPOOL:-/var/tmp}/edd-policy.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
mkdir "$folder/store" || exit 1
set -- "$folder/store" "${BENCH_SUPPRESSIONS:-1000000}" \
    "${BENCH_SENDERS:-100000}" "${BENCH_DOMAINS:-10000}"
"$build/regress/bench/policy" fill "$@" 2>/dev/null || exit 1
"$build/regress/bench/policy" ask "$@" 2>"$folder/log" || {
	tail -5 "$folder/log"
	exit 1
}
du -sm "$folder/store" | awk '{ printf "%-28s %6d MB\n", "store", $1 }'
