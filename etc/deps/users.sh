#!/bin/sh
#
# Create the users of etc/edd.sysusers that do not exist, as systemd-sysusers
# would, on machines (and in test containers) that do not have it.

set -eu

list=$(cd "$(dirname "$0")/.." && pwd)/edd.sysusers
[ -f "$list" ] || exit 0

while read -r type name _; do
	case $type in
	g)
		getent group "$name" >/dev/null || groupadd --system "$name"
		;;
	u)
		getent passwd "$name" >/dev/null || useradd --system \
		    --user-group --no-create-home --home-dir /nonexistent \
		    --shell /usr/sbin/nologin "$name"
		;;
	esac
done <"$list"
