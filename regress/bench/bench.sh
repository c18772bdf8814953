#!/bin/sh
#
# The benchmark beside Postfix and OpenSMTPD; see README.md.  BUILD (build) is
# where the programs are.

set -u
cd "$(dirname "$0")/../.." || exit 1
[ "$(id -u)" -ne 0 ] || sh etc/deps/users.sh
exec /usr/bin/python3 -B regress/bench/bench.py "${BUILD:-build}"
