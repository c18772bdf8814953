#!/bin/sh
#
# Run tests and count them: run.sh check | nightly | unit | system | san |
# style | crash | fuzz | bench.  The last line is "N passed, N failed"; the
# exit status is 0 when none failed.  Everything is run even after a failure.
# BUILD (build) is where the programs are; other ways of building go beside it,
# as BUILD-clang, BUILD-san, BUILD-fuzz, BUILD-crash.

set -u
cd "$(dirname "$0")/.." || exit 1

# The makes below are not part of one that may have started this.
unset MAKEFLAGS MFLAGS MAKELEVEL
# What is built with sanitizers.
export ASAN_OPTIONS="${ASAN_OPTIONS:-abort_on_error=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

build=${BUILD:-build}
passed=0
failed=0
cores=$(nproc 2>/dev/null || echo 2)
jobs=-j$cores
tmp=$(mktemp -d "${TMPDIR:-/tmp}/edd-check.XXXXXX") || exit 1
trap 'end_lanes; rm -rf "$tmp"' EXIT
trap 'exit 130' HUP INT TERM

# add PASSED FAILED
add() {
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# count PASSED FAILED LABEL
count() {
	add "$1" "$2"
	echo "== $3: $1 passed, $2 failed"
}

# beside NAME COMMAND...: run it while the rest goes on, with a temporary
# folder of its own.  after NAME: wait for it, show what it said, add what it
# counted.
beside() {
	lane=$tmp/lane-$1
	mkdir "$lane" || exit 1
	shift
	(
		tmp=$lane
		passed=0
		failed=0
		"$@" >"$lane/said" 2>&1
		echo "$passed $failed" >"$lane/counts"
	) &
	echo $! >"$lane/pid"
}

after() {
	lane=$tmp/lane-$1
	wait "$(cat "$lane/pid")"
	cat "$lane/said"
	# One that did not get to its end is a failure.
	# shellcheck disable=SC2046 # two numbers
	add $(cat "$lane/counts" 2>/dev/null || echo 0 1)
	rm -rf "$lane"
}

# end_lanes: what still runs beside when this ends early.
end_lanes() {
	for lane in "$tmp"/lane-*; do
		[ ! -f "$lane/pid" ] || kill "$(cat "$lane/pid")" 2>/dev/null
	done
}

# each FUNCTION WORD...: FUNCTION for every word, as many at a time as there
# are cores.
each() {
	mkdir "$tmp/taken" || exit 1
	n=0
	while [ "$n" -lt "$cores" ]; do
		n=$((n + 1))
		beside "$n" each_left "$tmp/taken" "$@"
	done
	while [ "$n" -gt 0 ]; do
		after "$n"
		n=$((n - 1))
	done
	rmdir "$tmp/taken"/* "$tmp/taken"
}

# each_left TAKEN FUNCTION WORD...: FUNCTION for the words that no other has
# taken.
each_left() {
	taken=$1
	function=$2
	shift 2
	number=0
	for word; do
		number=$((number + 1))
		mkdir "$taken/$number" 2>/dev/null && "$function" "$word"
	done
}

# step LABEL COMMAND...: one test, with its output shown only if it fails.
step() {
	label=$1
	shift
	if "$@" >"$tmp/step" 2>&1; then
		count 1 0 "$label"
	else
		cat "$tmp/step"
		count 0 1 "$label"
		return 1
	fi
}

# build DIR ARGUMENTS...: make all into DIR with them.
build() {
	step "build $*" make $jobs -k BUILD="$@" all
}

# unit DIR ARGUMENTS...: build and run every regress/*/t_*.c.
unit() {
	dir=$1
	shift
	ls regress/*/t_*.c >/dev/null 2>&1 || {
		count 0 0 "unit $dir"
		return
	}
	step "build of unit tests $dir" make $jobs -k BUILD="$dir" "$@" \
	    unit-build
	passed_before=$passed
	failed_before=$failed
	each unit_one regress/*/t_*.c
	echo "== unit $dir: $((passed - passed_before)) passed," \
	    "$((failed - failed_before)) failed"
}

# unit_one SOURCE: a program that is missing, crashed, or says nothing is
# one failure.
unit_one() {
	program=$dir/${1%.c}
	if [ ! -x "$program" ]; then
		echo "$program: not built"
		add 0 1
		return
	fi
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 120 "$program" >"$tmp/out" 2>&1 \
	    </dev/null
	status=$?
	ok=$(grep -c '^ok ' "$tmp/out")
	bad=$(grep -c '^not ok ' "$tmp/out")
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	elif [ $((ok + bad)) -eq 0 ]; then
		bad=1
	fi
	if [ "$bad" -ne 0 ]; then
		echo "$program: status $status"
		tail -n 100 "$tmp/out"
	fi
	add "$ok" "$bad"
}

# pytest_in DIR TESTS LABEL COMMAND...: run pytest there, started by the
# command, and count from its last line: four tests side by side, since most
# of them wait.  EDD_PYTEST are more arguments (-x, -k NAME, -n 0); after
# EDD_SYSTEM_SECONDS it is interrupted.
pytest_in() {
	where=$1
	tests=$2
	label=$3
	shift 3
	{
		# shellcheck disable=SC2086 # EDD_PYTEST is words
		(cd "$where" && env --default-signal=INT \
		    timeout --foreground -s INT -k 60 \
		    "${EDD_SYSTEM_SECONDS:-900}" "$@" /usr/bin/python3 \
		    -m pytest -q -ra --tb=short -p no:cacheprovider -n 4 \
		    ${EDD_PYTEST:-} \
		    "$tests")
		echo $? >"$tmp/status"
	} 2>&1 | tee "$tmp/out"
	status=$(cat "$tmp/status")
	last=$(grep -E '^(=+ )?[0-9]+ [a-z]+.* in [0-9.]+s' "$tmp/out" |
	    tail -n 1)
	ok=$(echo "$last" | grep -o '[0-9]* passed' | cut -d' ' -f1)
	bad=$(echo "$last" | grep -oE '[0-9]+ (failed|error)' |
	    awk '{ n += $1 } END { print n + 0 }')
	# 0 all passed, 1 some failed, 5 no tests; else it did not get to the
	# end.
	case $status in
	0 | 1 | 5) ;;
	*)
		echo "pytest: status $status"
		bad=$((bad + 1))
		;;
	esac
	count "${ok:-0}" "$bad" "$label"
}

# system DIR: the whole daemon, as whoever runs this.
system() {
	ls regress/system/test_*.py >/dev/null 2>&1 || {
		count 0 0 "system $1"
		return
	}
	[ "$(id -u)" -ne 0 ] || sh etc/deps/users.sh
	pytest_in . regress/system "system $1" env EDD_BUILD="$(realpath "$1")" \
	    PYTHONDONTWRITEBYTECODE=1
}

# system_user DIR: the same as an ordinary user, on a copy which that user
# can read wherever the sources are.
system_user() {
	user=${EDD_TEST_USER:-nobody}
	[ "$(id -u)" -eq 0 ] || return 0
	ls regress/system/test_*.py >/dev/null 2>&1 || return 0
	group=$(id -gn "$user")
	copy=$tmp/user/$(basename "$1") # its name says whether it is sanitized
	chmod 755 "$tmp"
	mkdir -p "$tmp/user/tmp" "$copy"
	cp -R "$1/bin" "$1/libexec" "$copy/"
	cp -R ctl edd etc httpd regress Makefile "$tmp/user/"
	chown -R "$user:$group" "$tmp/user"
	pytest_in "$tmp/user" regress/system "system $1 as $user" setpriv \
	    --reuid "$user" --regid "$group" --clear-groups \
	    env HOME="$tmp/user" TMPDIR="$tmp/user/tmp" USER="$user" \
	    LOGNAME="$user" PYTHONDONTWRITEBYTECODE=1 \
	    EDD_BUILD="$copy" EDD_TEST_USER="$user"
}

# unit_san, system_san: unit and system tests with sanitizers, the latter as
# an ordinary user if this is root: those of root are done without.
unit_san() {
	build "$build-san" SAN=1
	unit "$build-san" SAN=1
}

system_san() {
	if [ "$(id -u)" -eq 0 ]; then
		system_user "$build-san"
	else
		system "$build-san"
	fi
}

# config DIR: pairs of configurations and what edd says of them.
config() {
	sh regress/config/run.sh "$(realpath "$1")/bin/edd" >"$tmp/out" 2>&1
	status=$?
	ok=$(grep -c '^ok ' "$tmp/out")
	bad=$(grep -c '^not ok ' "$tmp/out")
	if [ $status -ne 0 ] && [ "$bad" -eq 0 ]; then
		bad=1
	fi
	[ "$bad" -eq 0 ] || cat "$tmp/out"
	count "$ok" "$bad" "config $1"
}

# fuzz SECONDS: every harness, from its corpus; what is found stays in
# BUILD-fuzz.
fuzz() {
	ls regress/fuzz/f_*.c >/dev/null 2>&1 || {
		count 0 0 fuzz
		return
	}
	step "build of fuzz harnesses" make $jobs -k BUILD="$build-fuzz" \
	    FUZZ=1 CC=clang fuzz-build
	seconds=$1
	each fuzz_one regress/fuzz/f_*.c
}

# fuzz_one SOURCE
fuzz_one() {
	name=${1##*/f_}
	name=${name%.c}
	corpus=$build-fuzz/corpus/$name
	mkdir -p "$corpus"
	step "fuzz $name" "$build-fuzz/regress/fuzz/f_$name" \
	    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
	    -artifact_prefix="$build-fuzz/$name-" \
	    "$corpus" $(ls -d "regress/fuzz/corpus/$name" 2>/dev/null)
}

# crash ROUNDS: the queue ends at each of its points, then so many kills of
# any process at any moment.
crash() {
	build "$build-crash" CRASH=1
	[ "$(id -u)" -ne 0 ] || sh etc/deps/users.sh
	# Each round takes the spool over from the one before.
	arguments=${EDD_PYTEST:-}
	EDD_PYTEST="-n 0 --ignore regress/crash/test_clock.py $arguments"
	pytest_in . regress/crash "crash $1 kills" env \
	    EDD_BUILD="$(realpath "$build-crash")" EDD_KILL_ROUNDS="$1" \
	    PYTHONDONTWRITEBYTECODE=1
	EDD_PYTEST=$arguments
	pytest_in . regress/crash/test_clock.py "crash clock" env \
	    EDD_BUILD="$(realpath "$build-crash")" PYTHONDONTWRITEBYTECODE=1
}

style() {
	step style sh regress/style/check.sh
}

bench() {
	build "$build"
	step "build of the bench" make $jobs BUILD="$build" bench-build
	for script in regress/bench/*.sh; do
		[ -f "$script" ] || continue
		echo "== $script"
		BUILD="$build" sh "$script" || failed=$((failed + 1))
	done
}

# check: everything, with warnings as errors.
check() {
	export WERROR=1
	build "$build"
	build "$build-clang" CC=clang
	# The crash tests mostly wait.
	beside crash crash 20
	beside style style
	unit "$build"
	config "$build"
	after style
	fuzz 1
	unit_san
	after crash
	system "$build"
	system_san
}

# nightly: check, then for longer what chance decides.
nightly() {
	check
	EDD_SYSTEM_SECONDS=3600
	system_user "$build"
	system "$build-san"
	EDD_CRASH_SEED=$(date +%s)
	export EDD_CRASH_SEED
	echo "== crash seed $EDD_CRASH_SEED"
	crash 200
	fuzz 120
}

case ${1:-check} in
check)
	check
	;;
unit)
	unit "$build"
	;;
system)
	build "$build"
	system "$build"
	system_user "$build"
	;;
san)
	unit_san
	system_san
	;;
style)
	style
	;;
nightly)
	nightly
	;;
crash)
	crash "${EDD_KILL_ROUNDS:-20}"
	;;
fuzz)
	fuzz "${FUZZ_SECONDS:-10}"
	;;
bench)
	bench
	;;
*)
	echo "usage: run.sh check|nightly|unit|system|san|style|crash|fuzz|bench" >&2
	exit 2
	;;
esac

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
