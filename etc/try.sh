#!/bin/sh
#
# make try: start edd in a temporary folder on high ports of loopback, set it
# up through edctl, send a message through it, show what became of it, and
# keep edd running until interrupted.
#
#	BUILD=DIR	where it was built (default build)
#	TRY_ONCE=1	end after the message
#	TRY_SHIFT=N	every port plus N, if one of them is taken
#
# Ends only what it started, and removes the folder.

set -u

root=$(cd "$(dirname "$0")/.." && pwd) || exit 1
build=${BUILD:-build}
case $build in
/*) ;;
*) build=$root/$build ;;
esac
shift_by=${TRY_SHIFT:-0}
port=$((2525 + shift_by))	# STARTTLS
submission=$((2587 + shift_by)) # STARTTLS
submissions=$((2465 + shift_by)) # TLS
receiving=$((2526 + shift_by))
python=$(command -v /usr/bin/python3 || command -v python3)

dir=
edd=
sink=
tail=
running=

# The end: edd first, so that what it delivers is still taken.
cleanup() {
	trap '' HUP INT TERM
	[ -z "$tail" ] || kill "$tail" 2>/dev/null
	for pid in $edd $sink; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	[ -z "$dir" ] || rm -rf "$dir"
}

# fail TEXT [FILE]: what went wrong and how FILE (or the log) ends.
fail() {
	echo "try: $1" >&2
	file=${2:-${dir:+$dir/log}}
	if [ -s "$file" ]; then
		echo "try: the last lines of ${file##*/}:" >&2
		tail -n 15 "$file" | sed 's/^/     /' >&2
	fi
	exit 1
}

step() {
	count=$((${count:-0} + 1))
	printf '%d. %s\n' "$count" "$1"
}

detail() {
	sed 's/^\(.\)/     \1/'
}

# wait_for WHAT COMMAND ...: until COMMAND is true, at most 30 seconds.
wait_for() {
	what=$1 left=600
	shift
	until "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || fail "waited 30 seconds for $what"
		kill -0 "$edd" 2>/dev/null || fail "edd ended by itself"
		sleep 0.05
	done
}

edctl() {
	"$build/bin/edctl" -s "$dir/edd.sock" "$@"
}

# Run edctl, showing the command; its answer goes to DIR/answer.
administer() {
	echo "edctl $*" | detail
	edctl "$@" >"$dir/answer" 2>&1 ||
	    fail "edctl $* failed" "$dir/answer"
}

edd_ready() {
	grep -q 'edd ready' "$dir/log"
}

sink_ready() {
	kill -0 "$sink" 2>/dev/null || fail \
	    "the receiving server did not start$(port_hint "$dir/received.log")" \
	    "$dir/received.log"
	grep -q '^ready' "$dir/received.log"
}

was_relayed() {
	edctl trace "$id" >"$dir/answer" 2>&1 &&
	    grep -q relayed "$dir/answer"
}

# What to do about a port that FILE says is taken.
port_hint() {
	if grep -qi 'address already in use' "$1"; then
		echo ": a port is taken; with others: make try TRY_SHIFT=1000"
	fi
}

# The embedded configuration of edd, or the same with other ports.
start_edd() {
	set -- -d -E "$dir"
	if [ "$shift_by" -ne 0 ]; then
		"$build/bin/edd" -nv -E "$dir" 2>"$dir/log" |
		    awk -v by="$shift_by" '{
			for (i = 2; i <= NF; i++)
				if ($(i - 1) == "port" && $i ~ /^2[0-9]*$/)
					$i += by
			print
		    }' >"$dir/edd.conf"
		set -- "$@" -f "$dir/edd.conf"
	fi
	setsid "$build/bin/edd" "$@" >"$dir/log" 2>&1 </dev/null &
	edd=$!
}

edd_started() {
	kill -0 "$edd" 2>/dev/null || fail \
	    "edd did not start$(port_hint "$dir/log")"
	edd_ready
}

trap cleanup EXIT
trap 'exit ${running:-130}' HUP INT TERM

for program in bin/edd bin/edctl libexec/edd/smtpd libexec/edd/signer \
    libexec/edd/queue libexec/edd/deliver libexec/edd/control; do
	[ -x "$build/$program" ] ||
	    fail "$build/$program is not there: run make first"
done
[ -n "$python" ] || fail "python3 is missing: sh etc/deps/install.sh try"
command -v curl >/dev/null ||
    fail "curl is missing: sh etc/deps/install.sh try"
if [ "$(id -u)" -eq 0 ]; then
	sh "$root/etc/deps/users.sh" || fail "cannot make the users of edd"
fi
dir=$(mktemp -d "${TMPDIR:-/tmp}/edd-try.XXXXXX") || exit 1
chmod 755 "$dir"
mkdir "$dir/received"

step "Start edd: 127.0.0.1, ports $port and $submission (STARTTLS), $submissions (TLS)"
start_edd
wait_for "edd to be ready" edd_started
echo "its folder is $dir" | detail

step "Start a receiving server: 127.0.0.1, port $receiving"
setsid "$python" "$root/etc/try_sink.py" "$receiving" "$dir/received" \
    "$dir/tls/cert.pem" "$dir/tls/key.pem" >"$dir/received.log" 2>&1 \
    </dev/null &
sink=$!
wait_for "the receiving server" sink_ready

step "Set edd up"
administer compartment add prod
administer domain add example.org compartment prod
administer dkim add example.org selector s1
administer sender add news@example.org compartment prod
administer user add app
administer -j credential add app
login() {
	"$python" -c '
import json, sys
for line in sys.stdin:
	row = json.loads(line)
	if "password" in row:
		print(row["username"], row["password"])
' <"$dir/answer"
}
read -r user password <<END
$(login)
END
[ -n "$password" ] || fail "edctl gave no password" "$dir/answer"

step "Send a message to port $submission: STARTTLS, AUTH, then MAIL, RCPT, DATA"
printf '%s\n' "From: Example News <news@example.org>" \
    "To: Someone <someone@example.net>" "Subject: Hello from edd" "" \
    "It works." >"$dir/message"
curl -sSv --crlf --ssl-reqd --insecure \
    --url "smtp://127.0.0.1:$submission" --user "$user:$password" \
    --mail-from news@example.org --mail-rcpt someone@example.net \
    --upload-file "$dir/message" >"$dir/curl" 2>&1 ||
    fail "the message was not accepted" "$dir/curl"
id=$(sed -n 's/^< 250 .*queued as \([0-9a-f]*\).*/\1/p' "$dir/curl")
sed -n 's/^< \(250 .*queued as.*\)/\1/p' "$dir/curl" | detail
[ -n "$id" ] || fail "no message id in the answer" "$dir/curl"

wait_for "the message to be delivered" was_relayed
step "It was delivered, signed with DKIM, to the receiving server"
tr -d '\r' <"$dir/received/1.eml" | detail

step "What happened to it: edctl trace $id"
detail <"$dir/answer"

step "How edd is: edctl status"
edctl status 2>&1 | detail

cat <<END

edd is running.  Send through it, as

     user      $user
     password  $password

     swaks --server 127.0.0.1 --port $submission --tls --auth PLAIN \\
         --auth-user '$user' \\
         --auth-password '$password' \\
         --from news@example.org --to you@example.net

     curl --crlf --ssl-reqd --insecure --url smtp://127.0.0.1:$submission \\
         --user '$user:$password' \\
         --mail-from news@example.org --mail-rcpt you@example.net \\
         --upload-file $dir/message

Whoever it is for, it comes to the receiving server: $dir/received/

     alias edctl='$build/bin/edctl -s $dir/edd.sock'
     edctl show queue
     edctl trace you@example.net
     edctl dkim show example.org
     tail -f $dir/log
END

[ -z "${TRY_ONCE:-}" ] || exit 0

running=0
cat <<END

^C ends it and removes $dir.  What is received from now on:

END
tail -n +3 -f "$dir/received.log" &
tail=$!
wait "$edd"
fail "edd ended by itself"
