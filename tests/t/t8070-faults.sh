#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8070-faults.sh - processes killed at any time: list tells the truth, wipe leaves nothing behind
# time limit: 600
#
# ROUNDS=N: number of rounds, each of which kills one of four processes (default 4).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
ROUNDS=${ROUNDS:-4}
[ ! -r "$BUILD/images/minimal.img" ] || export UMLAB_IMAGE=minimal
status() { sed -n "s/^$1=//p" "$XDG_RUNTIME_DIR"/umlab/*/status 2>/dev/null | head -n 1; }
listed() { umlab list --json | jq -r '.[0].state'; }

# list_is_true: succeed if list and the process table agree on whether the machine runs.
list_is_true() {
	local pid; pid=$(cut -d' ' -f1 "$XDG_RUNTIME_DIR"/umlab/*/kernel 2>/dev/null)
	if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
		[ "$(listed)" != stopped ]
	else
		[ "$(listed)" = stopped ]
	fi
}

umlab create pc > /dev/null
for round in $(seq "$ROUNDS"); do
	victim=$((round % 4)) pause=$((RANDOM % 30))
	(as_user "$UMLAB" start pc > start.log 2>&1) & cli=$!
	sleep "$((pause / 10)).$((pause % 10))"
	case $victim in
	0)	what="command"; kill -KILL $cli 2>/dev/null ;;
	1)	what=keeper; pid=$(status keeper); [ -z "$pid" ] || kill -KILL "$pid" ;;
	2)	what=kernel; pid=$(status pid); [ -z "$pid" ] || kill -KILL "$pid" ;;
	3)	what=agent
		# shellcheck disable=SC2016  # for the guest's shell
		UMLAB_LIMIT=60 umlab exec pc -- sh -c \
			'kill -9 $(pgrep -n umlab-agent)' > /dev/null 2>&1 ;;
	esac
	wait $cli 2>/dev/null
	wait_for 30 list_is_true
	ok $? "round $round: list is true after the $what was killed at $((pause * 100)) ms"
	claim "round $round: the machine can be started after the $what was killed" \
		sh -c ": ; ${USER_PREFIX[*]} $UMLAB start --no-wait pc"
	is "$(umlab exec pc echo alive 2>&1)" alive \
		"round $round: exec works after the $what was killed"
	umlab kill pc
done

# Test a recycled process number: the file `kernel` names a process that is not the machine's.
umlab start pc > /dev/null 2>&1; kill -KILL "$(status keeper)"
kernel=$(ls -d "$XDG_RUNTIME_DIR"/umlab/*/kernel)
sleep 300 & stranger=$!; cp "$kernel" saved; echo "$stranger 12345" > "$kernel"
umlab kill pc 2> err
is $? 1 "kill exits with status 1 if the machine's process number belongs to another process"
kill -0 $stranger; ok $? "kill sends no signal to a process that only has the machine's number"
kill $stranger; cat saved > "$kernel"
claim "kill works when the process number is right again" umlab kill pc
claim "wipe succeeds after kills" umlab wipe -f
[ -z "$(find "$UMLAB_HOME/state" "$XDG_RUNTIME_DIR" -type f -o -type s)" ]
ok $? "wipe leaves no file or socket behind after kills"

# Run wipe while keepers start machines: lstart is killed, but the keepers go on. A large image
# makes a start take longer.
mkdir begun; printf 'a[0]=A\nb[0]=A\nb[1]=B\n' > begun/lab.conf; echo "a: b" > begun/lab.dep
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" begun
for round in $(seq $((ROUNDS * 2))); do
	: > begun.log; chmod 666 begun.log
	(UMLAB_IMAGE=debian-12 as_user setsid "$UMLAB" lstart -d begun > begun.log 2>&1) &
	cli=$!
	wait_for 20 grep -q booting begun.log
	sleep "0.0$((RANDOM % 10))"
	kill -KILL $cli; wait $cli 2>/dev/null
	umlab wipe -f; sleep 0.7
	left=$(pgrep -f "umlab-linux .*$XDG_RUNTIME_DIR")
	is "$left" "" "round $round: wipe during a start leaves no machine running"
	# shellcheck disable=SC2086  # several numbers
	[ -z "$left" ] || kill -KILL $left
done

# A machine must survive the end of its terminal.
umlab create pc > /dev/null
at_console "${USER_PREFIX[@]}" "$UMLAB" start pc << 'END'
status 60 0
ok start at a terminal succeeds
END
sleep 1; is "$(listed)" ready "a machine survives the end of the terminal where it was started"

# Two users, or two home folders of one user, do not see each other.
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 700 "$SCRATCH/home2" "$SCRATCH/run2"
	chown 65532:65532 "$SCRATCH/home2" "$SCRATCH/run2"
	other() {
		(cd / && exec setpriv --reuid=65532 --regid=65532 --clear-groups \
			--bounding-set=-all --inh-caps=-all --no-new-privs \
			env UMLAB_HOME="$SCRATCH/home2" HOME="$SCRATCH/home2" \
			XDG_RUNTIME_DIR="$SCRATCH/run2" timeout 60 "$@")
	}
	is "$(other "$UMLAB" list -a --json)" "[]" "list shows no machines of another user"
	other ls "$XDG_RUNTIME_DIR/umlab" > /dev/null 2>&1; [ $? -ne 0 ]
	ok $? "another user cannot read the runtime folder"
	other "$UMLAB" wipe -f; is "$(listed)" ready "wipe leaves the machines of other users alone"
fi
umlab wipe -f
umlab create one > /dev/null
is "$(UMLAB_HOME=$SCRATCH/home/other umlab list -a --json)" "[]" \
	"list shows no machines of another UMLAB_HOME"
UMLAB_HOME=$SCRATCH/home/other umlab wipe -f
is "$(umlab list --json | jq -r '.[0].name')" one "wipe leaves machines of another UMLAB_HOME alone"
umlab wipe -f

# The switch of a lab is killed: the machines go on, and the next lstart repairs the network.
mkdir net; printf 'a[0]=A\na[rate]=80m\nb[0]=A\n' > net/lab.conf
echo 'ip addr add 10.1.0.1/24 dev eth0' > net/a.startup
echo 'ip addr add 10.1.0.2/24 dev eth0' > net/b.startup
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" net
cd net || exit 1
umlab lstart > /dev/null 2>&1
carrier_is() { [ "$(umlab exec a cat /sys/class/net/eth0/carrier)" = "$1" ]; }
for round in $(seq $(((ROUNDS + 3) / 4))); do
	pkill -KILL -f "umlab-net run switch $XDG_RUNTIME_DIR/umlab/net"
	ok $? "round $round: the lab has a switch, which is killed"
	claim "round $round: the guest loses carrier when the switch dies" wait_for 20 carrier_is 0
	is "$(umlab list --json | jq -r '.[].state' | sort -u)" ready \
		"round $round: the machines survive the death of their switch"
	umlab lstart > out 2>&1
	is $? 0 "round $round: lstart succeeds after the death of the switch" || diag < out
	claim "round $round: after lstart the machines reach each other again" \
		wait_for 20 umlab exec a -- ping -c 1 -W 1 10.1.0.2
	like "$(umlab link show 2>&1)" "in-rate=80mbit" \
		"round $round: the new switch has the rates of lab.conf"
done
claim "wipe succeeds for a lab whose switch was killed" umlab wipe -f
nets_gone; ok $? "wipe leaves no network behind"
no_switch() { ! pgrep -f "umlab-net run switch $XDG_RUNTIME_DIR/umlab/net"; }
wait_for 10 no_switch; ok $? "wipe leaves no switch process behind"
cd .. || exit 1

# Test a home folder that is read-only.
mkdir -m 500 locked; UMLAB_HOME=$SCRATCH/home/locked umlab create x 2> err
is $? 1 "create exits with status 1 if UMLAB_HOME cannot be written"
like "$(cat err)" "locked.*: cannot make this folder" "create names the folder that it cannot make"
done_testing
