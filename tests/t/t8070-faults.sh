#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8070-faults.sh - whoever is killed, and whenever: list tells the truth, wipe leaves nothing
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
ROUNDS=${ROUNDS:-4}
[ ! -r "$BUILD/images/minimal.img" ] || export UMLAB_IMAGE=minimal
status() { sed -n "s/^$1=//p" "$XDG_RUNTIME_DIR"/umlab/*/status 2>/dev/null | head -n 1; }
listed() { umlab list --json | jq -r '.[0].state'; }
# What list says must be what the process table says.
true_now() {
	local pid; pid=$(cut -d' ' -f1 "$XDG_RUNTIME_DIR"/umlab/*/kernel 2>/dev/null)
	if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then [ "$(listed)" != stopped ]; else [ "$(listed)" = stopped ]; fi
}

umlab create pc > /dev/null
for round in $(seq "$ROUNDS"); do
	victim=$((round % 4)) pause=$((RANDOM % 30))
	(as_user "$UMLAB" start pc > start.log 2>&1) & cli=$!
	sleep "$((pause / 10)).$((pause % 10))"
	case $victim in
	0) what=command; kill -KILL $cli 2>/dev/null ;;
	1) what=keeper; pid=$(status keeper); [ -z "$pid" ] || kill -KILL "$pid" ;;
	2) what=kernel; pid=$(status pid); [ -z "$pid" ] || kill -KILL "$pid" ;;
	3) what=agent; UMLAB_LIMIT=60 umlab exec pc -- sh -c 'kill -9 $(pgrep -n umlab-agent)' > /dev/null 2>&1 ;;
	esac
	wait $cli 2>/dev/null
	wait_for 30 true_now; ok $? "round $round: list is true after the $what was killed $((pause * 100)) ms after the start"
	claim "round $round: start makes it good" sh -c ": ; ${USER_PREFIX[*]} $UMLAB start --no-wait pc"
	is "$(umlab exec pc echo alive 2>&1)" alive "round $round: and it answers"
	umlab kill pc
done

# A recycled number: the file names a process that is not ours.
umlab start pc > /dev/null 2>&1; kill -KILL "$(status keeper)"
kernel=$(ls -d "$XDG_RUNTIME_DIR"/umlab/*/kernel)
sleep 300 & stranger=$!; cp "$kernel" saved; echo "$stranger 12345" > "$kernel"
umlab kill pc 2> err; is $? 1 "a process that only has the number is not taken for the machine"
kill -0 $stranger; ok $? "and gets no signal"
kill $stranger; cat saved > "$kernel"
claim "the true one is ended" umlab kill pc
claim "wipe" umlab wipe -f
[ -z "$(find "$UMLAB_HOME/state" "$XDG_RUNTIME_DIR" -type f -o -type s)" ]; ok $? "leaves nothing"

# The terminal goes, the machine stays.
umlab create pc > /dev/null
at_console "${USER_PREFIX[@]}" "$UMLAB" start pc << 'END'
status 60 0
ok a machine is started at a terminal
END
sleep 1; is "$(listed)" ready "it survives that terminal"

# Two users, or two homes of one, never meet.
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 700 "$SCRATCH/home2" "$SCRATCH/run2"; chown 65532:65532 "$SCRATCH/home2" "$SCRATCH/run2"
	other() { (cd / && exec setpriv --reuid=65532 --regid=65532 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
		env UMLAB_HOME="$SCRATCH/home2" HOME="$SCRATCH/home2" XDG_RUNTIME_DIR="$SCRATCH/run2" timeout 60 "$@"); }
	is "$(other "$UMLAB" list -a --json)" "[]" "another user sees none of it"
	other ls "$XDG_RUNTIME_DIR/umlab" > /dev/null 2>&1; [ $? -ne 0 ]; ok $? "nor its sockets"
	other "$UMLAB" wipe -f; is "$(listed)" ready "and wipes only what is his"
fi
umlab wipe -f
umlab create one > /dev/null
is "$(UMLAB_HOME=$SCRATCH/home/other umlab list -a --json)" "[]" "another home knows nothing of it"
UMLAB_HOME=$SCRATCH/home/other umlab wipe -f
is "$(umlab list --json | jq -r '.[0].name')" one "and wipe there leaves it alone"
umlab wipe -f

# The network of a lab is killed: its machines go on, and the next lstart makes it good.
mkdir net; printf 'a[0]=A\na[rate]=80m\nb[0]=A\n' > net/lab.conf
echo 'ip addr add 10.1.0.1/24 dev eth0' > net/a.startup; echo 'ip addr add 10.1.0.2/24 dev eth0' > net/b.startup
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" net
cd net || exit 1
umlab lstart > /dev/null 2>&1
for round in $(seq $(((ROUNDS + 3) / 4))); do
	pkill -KILL -f "umlab-net run switch $XDG_RUNTIME_DIR/umlab/net"; ok $? "round $round: the switch of a lab is killed"
	carrier_is() { [ "$(umlab exec a cat /sys/class/net/eth0/carrier)" = "$1" ]; }
	claim "its machines notice" wait_for 20 carrier_is 0
	is "$(umlab list --json | jq -r '.[].state' | sort -u)" ready "and run"
	umlab lstart > out 2>&1; is $? 0 "lstart again" || diag < out
	claim "makes it good" wait_for 20 umlab exec a -- ping -c 1 -W 1 10.1.0.2
	like "$(umlab link show 2>&1)" "in-rate=80mbit" "with its limits"
done
claim "and wipe leaves" umlab wipe -f
nets_gone; ok $? "no network"
no_switch() { ! pgrep -f "umlab-net run switch $XDG_RUNTIME_DIR/umlab/net"; }
wait_for 10 no_switch; ok $? "and no process"
cd .. || exit 1

# Where nothing can be written.
mkdir -m 500 locked; UMLAB_HOME=$SCRATCH/home/locked umlab create x 2> err; is $? 1 "a home that cannot be written is a clear error"
like "$(cat err)" "locked.*: cannot make this folder" "that names the folder"
done_testing
