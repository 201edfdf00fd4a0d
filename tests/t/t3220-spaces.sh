#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3220-spaces.sh - a fork bomb in a guest is limited by spaces=, and leaves processes to the user
export UMLAB_TEST_UID=65531	# the host counts processes by user, so other tests must not count
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
for engine in seccomp ptrace; do
	boot 120 "$SCRATCH/$engine.log" mem=256M initrd="$MINI_CPIO" topic=forklimit spaces=48 \
		engine=$engine panic=-1
	if grep -q "cannot run guest processes" $engine.log; then
		skip "spaces= with engine=$engine" "this engine does not run here"
		continue
	fi
	tr -d '\r' < $engine.log | sed -n 's/^.*\(@[a-z@][a-z0-9_]* \)/\1/p' > lines
	topic_results forklimit lines
	like "$(cat $engine.log)" "spaces: at most 48 host processes" \
		"engine=$engine: the boot log names the limit"
done
for bad in 0 15 30001 x ''; do
	boot 20 "$SCRATCH/bad.log" mem=64M spaces=$bad; is $? 2 "spaces=$bad is refused"
done

# The host allows the user 220 processes.
if [ "$(id -u)" -ne 0 ]; then
	skip "a fork bomb leaves processes to the user" "not run as root"; done_testing; exit
fi
as_limited() { (ulimit -u 220; as_user "$@"); }
bombs=()
bomb() { # bomb OPTION...: run a machine with a fork bomb, and wait until it gets no more processes
	local log=$SCRATCH/bomb${#bombs[@]}.log
	(ulimit -u 220; as_user setpriv --pdeathsig KILL setsid "$LINUX" mem=256M \
		initrd="$MINI_CPIO" topic=forklimit forklimit=hold limit=600 "$@") \
		< /dev/null > "$log" 2>&1 &
	bombs+=($!)
	wait_for 60 grep -q "full with" "$log"
	ok $? "machine ${#bombs[@]} with a fork bomb and $*: fork fails" || tail -n 3 "$log" | diag
}
bomb engine=auto
bomb engine=ptrace
bomb engine=auto
# This machine may take what it gets, as a hostile kernel would.
bomb spaces=300
tasks() { ps -L -U "$TEST_UID" -o pid= | wc -l; }
[ "$(tasks)" -le 193 ]; ok $? "all together leave a reserve of the 220 processes ($(tasks))"
claim "the user can still run 20 programs at once" as_limited bash -c \
	'for i in {1..20}; do sleep 0.2 & pids+=($!); done; wait "${pids[@]}"'
is "$(awk '/Max processes/ { print $3 + 1 == $4 && $4 < 220 }' "/proc/${bombs[0]}/limits")" 1 \
	"the limit of a machine is lowered for good"
claim "the user can kill each machine" as_limited kill -KILL "${bombs[@]}"
gone() { [ "$(tasks)" -eq 0 ]; }
wait_for 20 gone; ok $? "then no process of the machines is left ($(tasks))"
done_testing
