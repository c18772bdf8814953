#!/bin/sh
#
# How long a trace takes when ten million events are on disk.  BUILD (build)
# is where the program is, EVENTS how many, TMPDIR where they are written.

set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/edd-journal.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
"${BUILD:-build}/regress/bench/journal" "$folder" "${EVENTS:-10000000}"
