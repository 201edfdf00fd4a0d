# SPDX-License-Identifier: GPL-2.0-only
# tap.sh - report the results of a test script in the Test Anything Protocol
#
# Each test script sources this file. Titles are claims. Result lines carry no numbers. The plan
# comes last (done_testing), so prove notices a script that stops half-way. The details of
# a failed claim go to standard error, and tests/run prints them again at the end.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${UMLAB_BUILD:-$TOP/build}
nr_claims=0 nr_failed=0
export LC_ALL=C.UTF-8; unset LANGUAGE   # tests match the English messages of programs

# ok STATUS TITLE: pass if STATUS is 0; otherwise fail.
ok() {
	nr_claims=$((nr_claims + 1))
	if [ "$1" -eq 0 ]; then echo "ok - $2"; return; fi
	nr_failed=$((nr_failed + 1))
	echo "not ok - $2"
	return 1
}

# claim TITLE COMMAND...: pass if the command succeeds; otherwise fail and show its output.
claim() {
	local title=$1 output status; shift
	output=$("$@" 2>&1); status=$?
	ok $status "$title" || { echo "$output"; echo "exit status $status of: $*"; } |
		tail -n 40 | diag >&2
}

is() { # is GOT WANT TITLE
	[ "$1" = "$2" ]; ok $? "$3" || printf 'got "%s", wanted "%s"\n' "$1" "$2" | diag >&2
}

like() { # like TEXT ERE TITLE
	printf '%s\n' "$1" | grep -Eq -- "$2"
	ok $? "$3" || printf 'no match for %s in:\n%s\n' "$2" "$1" | tail -n 40 | diag >&2
}

skip() { nr_claims=$((nr_claims + 1)); echo "ok - $1 # SKIP $2"; }       # skip TITLE REASON
todo() { nr_claims=$((nr_claims + 1)); echo "not ok - $1 # TODO $2"; }   # todo TITLE REASON
skip_all() { echo "1..0 # SKIP $*"; exit 0; }
diag() { tr -d '\r' | sed 's/^/# /'; }
done_testing() { echo "1..$nr_claims"; [ "$nr_failed" -eq 0 ]; exit $?; }

# relay FILE: copy the results of another program from FILE to our output, and count them.
relay() {
	local line
	while IFS= read -r line; do
		case $line in
		"not ok"*"# TODO"*) nr_claims=$((nr_claims + 1)) ;;
		"not ok"*) nr_claims=$((nr_claims + 1)) nr_failed=$((nr_failed + 1)) ;;
		ok*) nr_claims=$((nr_claims + 1)) ;;
		esac
		printf '%s\n' "$line"
	done < "$1"
}

# Each script has one scratch folder and removes it at its end (KEEP=1 keeps it). Guests run as
# another user and write there too.
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/umlab-test.XXXXXX") || exit 1
chmod 777 "$SCRATCH"
cleanup() { :; }   # a script may replace this function
finish() {
	local status=$?
	trap - EXIT
	cleanup
	if [ -n "${KEEP:-}" ]; then echo "# kept: $SCRATCH"; else rm -rf "$SCRATCH"; fi
	exit $status
}
trap finish EXIT
trap 'exit 143' INT TERM HUP
