#!/bin/sh
#
# A million queued recipients: what a message costs meanwhile, what is
# resident, how long a start takes; see million.md.  BUILD (build) is where
# the programs are, BENCH_RECIPIENTS how many, BENCH_SPOOL where.

set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
make BUILD="$build" "$build/regress/bench/million" >/dev/null || exit 1
folder=$(mktemp -d "${BENCH_SPOOL:-/var/tmp}/edd-million.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' HUP INT TERM
"$build/regress/bench/million" "$build/libexec/edd/queue" "$folder" \
    "${BENCH_RECIPIENTS:-1000000}" "${BENCH_OCTETS:-1000}"
