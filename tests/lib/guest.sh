# SPDX-License-Identifier: GPL-2.0-only
# guest.sh - boot test guests as an unprivileged user and read their results
#
# Sourced after tap.sh by each test that boots a machine. The environment may set:
#   UMLAB_LINUX        the kernel (default build/linux)
#   UMLAB_KERNEL_ARGS  options for every boot (engine=ptrace ...)
#   UMLAB_TEST_UID     host user that runs guests when root runs the tests (default 65534)

LINUX=${UMLAB_LINUX:-$BUILD/linux}
case $LINUX in */*) ;; *) LINUX=$(command -v "$LINUX" || echo "$LINUX") ;; esac
GUEST_CPIO=$BUILD/tests/guest.cpio MINI_CPIO=$BUILD/tests/mini.cpio
TEST_UID=${UMLAB_TEST_UID:-65534}

# as_user COMMAND...: run a command without root's privileges. The command replaces the calling
# shell, so in the background $! is the process id of the command. Elsewhere call it in a subshell.
USER_PREFIX=()
[ "$(id -u)" -ne 0 ] || USER_PREFIX=(setpriv --reuid="$TEST_UID" --regid="$TEST_UID" --clear-groups
	--bounding-set=-all --inh-caps=-all --no-new-privs)
as_user() { exec "${USER_PREFIX[@]}" "$@"; }
# setpriv --pdeathsig below ends a guest when its test script is killed.

# reachable FILE: print a path at which the guest's user can read this file. Where the
# user cannot, as in a clone below /root, make a copy in the scratch folder and print its path.
reachable() {
	if (as_user test -r "$1") 2>/dev/null; then echo "$1"; return; fi
	local copy; copy=$SCRATCH/$(basename "$1")
	[ -e "$copy" ] || { cp --sparse=always --reflink=auto "$1" "$copy" && chmod a+rX "$copy"; }
	echo "$copy"
}

need_kernel() {
	[ -x "$LINUX" ] || skip_all "no kernel at $LINUX (make kernel)"
	[ -r "$GUEST_CPIO" ] || skip_all "no test programs (make tests-build)"
	LINUX=$(reachable "$LINUX")
	GUEST_CPIO=$(reachable "$GUEST_CPIO") MINI_CPIO=$(reachable "$MINI_CPIO")
	export TMPDIR=$SCRATCH HOME=$SCRATCH
	cd "$SCRATCH" || exit 1
}

# boot LIMIT OUTPUT OPTION...: run the kernel once, in its own session. Input comes from
# $GUEST_INPUT, or from /dev/null. Returns the exit status of the kernel, or 124 after LIMIT
# seconds.
boot() {
	local limit=$1 output=$2; shift 2
	# shellcheck disable=SC2086  # several options in one variable
	{ (as_user setpriv --pdeathsig TERM timeout -k 3 "$limit" \
		setsid -w "$LINUX" "$@" ${UMLAB_KERNEL_ARGS:-}) \
		< "${GUEST_INPUT:-/dev/null}" > "$output" 2>&1; } 2>/dev/null
}

# guest_start OPTION...: start a guest in the background. guest_type sends commands to its console;
# guest_init.c lists them. The process id is in $guest_pid, the output in the file $guest_log.
guest_start() {
	local fifo; fifo=$(mktemp -u "$SCRATCH/input.XXXXXX")
	guest_log=$fifo.log
	mkfifo -m 666 "$fifo" && exec 9<> "$fifo"
	# shellcheck disable=SC2086
	as_user setpriv --pdeathsig KILL setsid "$LINUX" initrd="$MINI_CPIO" then=prompt "$@" \
		${UMLAB_KERNEL_ARGS:-} < "$fifo" > "$guest_log" 2>&1 9>&- &
	guest_pid=$! guest_offset=1
}
guest_type() { printf '%s\n' "$*" >&9; }

# guest_sees SECONDS ERE: wait for a matching line in what the guest printed since the last match.
# The line is then in $guest_line.
guest_sees() {
	local end=$(($(date +%s) + $1)) line
	while :; do
		line=$(tail -c "+$guest_offset" "$guest_log" | tr -d '\r\0' |
			grep -Em1 -- "$2") && break
		kill -0 "$guest_pid" 2>/dev/null && [ "$(date +%s)" -le "$end" ] ||
			{ tail -n 20 "$guest_log" | diag; return 1; }
		sleep 0.1
	done
	guest_line=$line guest_offset=$(($(stat -c %s "$guest_log") + 1))
}

# guest_ends SECONDS: wait for the end of the guest and return its exit status, which is also in
# $guest_status. A guest that is late is killed; the status is then 124.
guest_ends() {
	guest_status=0
	wait_status "$1" "$guest_pid" 2>/dev/null || guest_status=$?
	return $guest_status
}

# guest_processes PID...: print these processes and all their descendants: a kernel and
# the processes that hold its guest address spaces.
guest_processes() {
	local pid
	for pid; do
		echo "$pid"
		guest_processes $(cat "/proc/$pid/task/"*/children 2>/dev/null)
	done
}

# wait_for SECONDS COMMAND...: repeat the command until it succeeds; fail after SECONDS.
wait_for() {
	local end=$(($(date +%s) + $1)); shift
	until "$@" > /dev/null 2>&1; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# wait_status SECONDS PID: return the exit status of a background job. A job that is late is killed;
# the status is then 124.
wait_status() {
	wait_for "$1" sh -c "! kill -0 $2 || grep -q '^State:.Z' /proc/$2/status" || {
		kill -KILL "$2"
		wait "$2" 2>/dev/null
		return 124
	}
	wait "$2"
}

# guest_topics TOPIC...: run these topics in as few boots as possible. The claims of each appear as
# "topic: claim". When the machine dies, its current topic fails and another boot runs the rest.
# $TOPIC_OPTIONS are further kernel options. $TOPIC_LIMIT is the time limit of a topic in seconds
# (default 120).
guest_topics() {
	local limit=${TOPIC_LIMIT:-120} log status topic left
	need_kernel
	while [ $# -gt 0 ]; do
		log=$SCRATCH/topics-$1.log left=$*
		# shellcheck disable=SC2086
		boot $(($# * limit + 30)) "$log" mem=512M panic=-1 initrd="$GUEST_CPIO" \
			limit="$limit" topic="${left// /,}" ${TOPIC_OPTIONS:-}
		status=$?
		tr -d '\r' < "$log" | sed -n 's/^.*\(@[a-z@][a-z0-9_]* \)/\1/p' > "$log.lines"
		left=
		for topic; do
			if grep -q "^@end $topic " "$log.lines"; then
				topic_results "$topic" "$log.lines"
			elif grep -q "^@begin $topic\$" "$log.lines"; then
				topic_results "$topic" "$log.lines"
				{
					echo "the machine ended with status $status; last lines:"
					tail -n 30 "$log"
				} | diag
			else
				left="$left $topic"
			fi
		done
		# shellcheck disable=SC2086
		if [ "$left" = " $*" ]; then
			ok 1 "$1: the machine reaches its first program"
			{ echo "exit status $status, $log:"; tail -n 40 "$log"; } | diag; shift
		else set -- $left; fi
	done
}

# topic_results TOPIC LINES: relay the results of a topic, and claim that it ran to its end.
topic_results() {
	local topic=$1 plan seen end
	sed -n "s/^@$topic //p" "$2" > "$2.$topic"
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$2.$topic")
	seen=$(grep -c -E '^(not )?ok' "$2.$topic")
	end=$(sed -n "s/^@end $topic //p" "$2")
	sed -E "s/^(ok|not ok) - /\1 - $topic: /; /^1\.\./d; /^(ok|not ok|#)/!s/^/# /" \
		"$2.$topic" > "$2.tap"
	relay "$2.tap"
	case $end in
	"exit 0" | "exit 1") is "$seen" "${plan:-none}" "$topic: runs to its end" ;;
	*) ok 1 "$topic: runs to its end"; echo "it ended with: ${end:-the machine}" | diag ;;
	esac
}
