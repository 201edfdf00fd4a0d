#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8220-other-users.sh - a second user of the host reaches nothing of a machine, a network, a disk
# or a record, and cannot take their names before
export UMLAB_TEST_UID=65530	# a user of its own, whose files and processes are all checked
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
[ "$(id -u)" -eq 0 ] || skip_all "needs root for two users"
need_umlab
NET=$BUILD/umlab-net DISK=$(reachable "$BUILD/umlab-disk") OTHER=$((TEST_UID - 3))
[ -x "$SCRATCH/build/umlab-net" ] && NET=$SCRATCH/build/umlab-net
other() { setpriv --reuid=$OTHER --regid=$OTHER --clear-groups --no-new-privs "$@"; }
# The weakest setting: a home folder that all may enter, and files that all may write.
chmod 755 "$SCRATCH/home" "$SCRATCH"; umask 0
chmod a+rx "$TOP/tests/lib" 2> /dev/null; cp "$TOP/tests/lib/intruder.py" "$SCRATCH/"
chmod a+r "$SCRATCH/intruder.py"

# intruded TITLE PATH...: claim that the other user can use nothing of this user's below PATH.
intruded() {
	local title=$1; shift
	find "$@" -uid "$TEST_UID" ! -path "$SCRATCH/home" ! -type l 2> /dev/null > list
	intrude list "$title"
}
intrude() { # intrude LIST TITLE: the same for the paths and processes in a file
	[ -s "$1" ] || echo "nothing to try" > "$1"
	is "$(other /usr/bin/python3 "$SCRATCH/intruder.py" < "$1")" "tried $(wc -l < "$1")" \
		"$2 ($(wc -l < "$1") objects)"
}

mkdir lab; cat > lab/lab.conf << 'END'
pc1[0]=A
pc1[exam]=true
pc2[0]=A
END
touch lab/pc1.startup lab/pc2.startup; chown -R "$TEST_UID:$TEST_UID" lab
export XDG_RUNTIME_DIR=
rm -rf "/tmp/umlab-$TEST_UID" "/tmp/umlab-net-$TEST_UID"	# of a run that was interrupted
claim "a lab starts with umask 0 and without XDG_RUNTIME_DIR" umlab lstart -d lab --exam
run=/tmp/umlab-$TEST_UID
[ -d "$run" ] && [ "$(stat -c %a:%u "$run")" = "700:$TEST_UID" ]
ok $? "the runtime folder is closed for others"
claim "a snapshot is saved" umlab snapshot save -d lab --live pc1 one
intruded "state, disks, records, logs and snapshots" "$SCRATCH/home/state" \
	"$SCRATCH/home/images"
intruded "sockets and the guest's folder" "$run"
pgrep -U "$TEST_UID" > pids
intrude pids "processes: no signal, memory or descriptor"
is "$(find /dev/shm /var/tmp /tmp -maxdepth 1 -user "$TEST_UID" ! -path "$run" 2> /dev/null)" "" \
	"no other temporary files exist"
(export UMLAB_HOME=$SCRATCH/home HOME=$SCRATCH/home; other "$UMLAB" list -a > out 2>&1)
[ $? -ne 0 ] && ! grep -q pc1 out; ok $? "umlab of the other user refuses that state" || diag < out
claim "the lab ends" umlab lcrash -d lab
intruded "records that remain" "$SCRATCH/home/state"
ls "$SCRATCH/home/state/records" | grep -q pc1; ok $? "there is a record"
machines_kill; rm -rf "$run"

# Somebody has taken the names in /tmp before: a folder, a link to a folder of ours, a file.
mkdir -m 755 mine; chown "$TEST_UID:$TEST_UID" mine
squat() { rm -rf "$run" "$run-net"; other "$@"; }
for how in "mkdir -m 777 $run" "ln -s $SCRATCH/home/mine $run" "touch $run"; do
	squat $how
	umlab create -i debian-12 sq > out 2>&1; umlab start sq >> out 2>&1
	is "$(umlab exec sq echo works 2>&1)" works "umlab works after '${how%% *}' in /tmp" ||
		diag < out
	is "$(ls -A mine; stat -c %a mine; find -H "$run" -mindepth 1 -user "$TEST_UID" \
		2> /dev/null)" 755 "and puts nothing there"
	intruded "the runtime folder is elsewhere, and closed" "$SCRATCH/home/state"
	umlab kill sq; umlab remove -f sq
done
rm -rf "$run"

# A network in a folder of a known name.
net=/tmp/umlab-test-net-$$
other ln -s "$SCRATCH/home/mine" $net
(as_user timeout 3 "$NET" run switch $net) > out 2>&1; [ $? -ne 124 ]
ok $? "a switch does not start in a link of another user"
is "$(stat -c %a mine; ls -A mine)" 755 "the folder behind the link keeps its mode"
rm -f $net; other mkdir -m 777 $net
(as_user timeout 3 "$NET" run switch $net) > out 2>&1; [ $? -ne 124 ]
ok $? "a switch does not start in a folder of another user"
rm -rf $net
as_user "$NET" run switch $net > out 2>&1 & switch=$!
wait_for 10 test -S $net/mgmt
intruded "a switch in /tmp" $net
kill $switch; wait $switch 2> /dev/null; rm -rf $net

# The kernel and umlab-disk alone.
mkdir -m 777 work; chown "$TEST_UID:$TEST_UID" work; truncate -s 1M work/base; chmod 644 work/base
chown "$TEST_UID:$TEST_UID" work/base
work=$SCRATCH/home/work
guest_start mem=64M con1=unix:"$work/con1" con2=file:"$work/log" \
	ubd0="$work/new.cow,$work/base" diskctl="$work/dctl" netctl="$work/nctl" core="$work/core"
guest_sees 30 guest#
as_user "$DISK" nbd --socket "$work/nbd" --read-only work/base > out 2>&1 & nbd=$!
wait_for 10 test -S work/nbd
chmod 755 work
find work -type f ! -name base -o -type s | sort | xargs > found
like "$(cat found)" "con1.*dctl.*log.*nbd.*nctl.*new.cow" \
	"the kernel makes sockets, a log and a disk"
find "$work" -mindepth 1 ! -name base > list
intrude list "sockets, log and disk of a machine"
kill $nbd; kill -KILL "$guest_pid"; wait 2> /dev/null

# sudo keeps XDG_RUNTIME_DIR: root must not use the folder of a user.
mkdir -m 700 "$SCRATCH/user" "$SCRATCH/roothome"; chown "$OTHER:$OTHER" "$SCRATCH/user"
UMLAB_HOME=$SCRATCH/roothome XDG_RUNTIME_DIR=$SCRATCH/user "$UMLAB" list > out 2>&1
is "$(ls -A "$SCRATCH/user")" "" "root does not use the runtime folder of a user"
UMLAB_HOME=$SCRATCH/home XDG_RUNTIME_DIR= "$UMLAB" list > out 2>&1
is $? 1 "root refuses the state folder of a user" || diag < out
rm -rf /tmp/umlab-intruder-* "/tmp/umlab-net-$TEST_UID"
done_testing
