#!/bin/sh
#
# Install the Debian packages named in the lists given (build, test, try),
# only those that are missing.  A machine that has them all makes no network
# call.  Servers that come in as test tools are neither started nor enabled,
# Postfix is left without a configuration, and nothing installed is removed.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
policy=/usr/sbin/policy-rc.d
saved=$policy.before-edd
servers="nsd postfix opendkim"

if ! command -v dpkg-query >/dev/null 2>&1; then
	echo "deps: not Debian: install what etc/deps/*.txt name by hand" >&2
	exit 0
fi

wanted=
for list in "${@:-build}"; do
	wanted="$wanted $(sed 's/#.*//' "$here/$list.txt")"
done

missing=
for package in $wanted; do
	if dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null |
	    grep -qx installed; then
		continue
	fi
	case " $missing " in
	*" $package "*) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing:$missing" >&2
	echo "deps: run this as root: sh etc/deps/install.sh $*" >&2
	exit 1
fi

# A run that was killed may have left our policy: then the saved file, or
# none, is what was there before.
keep_policy() {
	if grep -qs 'edd deps' "$policy"; then
		return 0
	fi
	if [ -e "$policy" ]; then
		mv "$policy" "$saved"
	fi
	printf '#!/bin/sh\n# edd deps: no server starts now\nexit 101\n' \
	    >"$policy"
	chmod 755 "$policy"
}

restore_policy() {
	if [ -e "$saved" ]; then
		mv "$saved" "$policy"
	elif grep -qs 'edd deps' "$policy"; then
		rm -f "$policy"
	fi
}

trap restore_policy EXIT
trap 'exit 1' HUP INT TERM
keep_policy

new_servers=
for server in $servers; do
	case " $missing " in
	*" $server "*) new_servers="$new_servers $server" ;;
	esac
done

export DEBIAN_FRONTEND=noninteractive
case " $missing " in
*" postfix "*)
	# Read back by the postfix package when it is configured.
	echo "postfix postfix/main_mailer_type select No configuration" |
	    debconf-set-selections
	;;
esac

echo "deps: installing:$missing"
apt-get -q update
# shellcheck disable=SC2086 # the list is words
if ! apt-get -q -y --no-install-recommends --no-remove \
    -o Dpkg::Options::=--force-confold install $missing; then
	echo "deps: apt-get could not install:$missing" >&2
	echo "deps: (packages that are here are never removed for it)" >&2
	exit 1
fi

# What is installed for tests does not come up at the next boot either.
for server in $new_servers; do
	update-rc.d "$server" disable >/dev/null 2>&1 || true
done
