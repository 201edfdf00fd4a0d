#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8010-machines.sh - the life of a machine: create to remove, exec, cp, consoles, the keeper
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
state() { umlab list --json | jq -r '.[0].state'; }

claim "create makes a machine" umlab create pc
is "$(state)" stopped "list shows a new machine as stopped"
umlab create pc 2> err; is $? 1 "create refuses a name that exists"
like "$(cat err)" "pc: the machine already exists" "create says that the machine already exists"
umlab start nosuch 2> err; is $? 3 "start exits with status 3 for a missing machine"
umlab start 2> err; is $? 2 "start without a name is a usage error"
umlab create -i nosuch x 2> err; is $? 3 "create exits with status 3 for a missing image"
like "$(cat err)" "umlab image list" "create with a missing image points to umlab image list"
umlab create --mem=lots x 2> err; is $? 2 "create with an invalid memory size is a usage error"
umlab exec pc true 2> err; is $? 125 "exec in a stopped machine exits with status 125"
like "$(cat err)" "umlab start pc" "exec in a stopped machine says how to start the machine"

claim "start returns when the machine is ready" umlab start pc
is "$(state)" ready "list shows a started machine as ready"
address() { umlab exec "$1" -- ip -4 -br addr show eth0 | awk '{ print $3 }'; }
is "$(address pc)" 10.0.2.15/24 "eth0 has its address when start returns"
claim "the uplink answers pings when start returns" umlab exec pc -- ping -c 1 -W 5 10.0.2.2
claim "start succeeds for a machine that runs" umlab start pc
is "$(umlab exec pc hostname)" pc "the guest's host name is the machine's name"

# Test the agent: exit statuses, streams, arbitrary bytes.
umlab exec pc true; is $? 0 "exec returns status 0 of its program"
umlab exec pc -- sh -c 'exit 77'; is $? 77 "exec returns status 77 of its program"
umlab exec pc -- sh -c 'kill -TERM $$'; is $? 143 "exec returns 143 for a program killed by SIGTERM"
umlab exec pc no-such-command 2> err; is $? 127 "exec returns 127 for a missing command"
umlab exec pc /etc/hostname 2> err; is $? 126 "exec returns 126 for a file that cannot be executed"
umlab exec pc -- sh -c 'echo out; echo err >&2' > out 2> err
is "$(cat out)-$(cat err)" out-err "exec keeps standard output and standard error apart"
head -c 5000000 /dev/urandom > bytes; chmod 644 bytes
is "$(umlab exec pc cat < bytes | md5sum)" "$(md5sum < bytes)" \
	"exec carries 5 MB of random bytes in and out unchanged"
umlab exec pc -- sh -c 'head -c 1000000 /dev/zero; exit 3' | tail -c 1 > out
is "${PIPESTATUS[0]}" 3 "exec returns the status after a megabyte of output"
# A pipe of 1 MB holds more than the host has allowed when the program ends. 1031 is F_SETPIPE_SZ.
umlab exec pc -- perl -e 'fcntl(STDOUT, 1031, 1 << 20); syswrite(STDOUT, "x" x 900000); exit 7' |
	(sleep 1; wc -c) > out
is "${PIPESTATUS[0]}-$(cat out)" 7-900000 "exec gets all that an ended program left in a large pipe"
umlab exec pc -- sh -c 'yes & exit 5' | (sleep 1; wc -c) > out
is "${PIPESTATUS[0]}" 5 "exec returns although a background task goes on printing"
(umlab exec pc -- yes; echo $? > status) 2> err | head -n 1 > out
is "$(cat status)" 141 "exec ends by SIGPIPE when the reader of its output goes away"
# shellcheck disable=SC2016  # for the guest's shell
is "$(umlab exec -u nobody -w /tmp -e A='b c' pc -- sh -c 'id -un; pwd; echo $A' | tr '\n' ,)" \
	"nobody,/tmp,b c," "exec sets user, folder and environment variables"
umlab exec pc -- sh -c 'sleep 300 & echo started' > out
is "$(cat out)" started "exec returns when its program ends, even if background tasks go on"
for i in 1 2 3 4 5 6 7 8; do umlab exec pc -- sh -c "sleep 1; echo $i" & done > many; wait
is "$(sort many | tr -d '\n')" 12345678 "eight execs run at the same time"
(umlab exec pc -- sleep 300) & slow=$!
(umlab exec pc -- yes | sleep 3) &
is "$(umlab exec pc echo beside)" beside "an exec whose output nobody reads blocks no other exec"
kill $slow 2>/dev/null; wait
# shellcheck disable=SC2016  # for the guest's shell
at_console "${USER_PREFIX[@]}" "$UMLAB" exec -t pc -- sh -c \
	'test -t 0 && test -t 1 && stty size && read -r line && echo "$line$line"' << 'END'
expect 30 24 80
send moo
expect 30 moomoo
status 30 0
settings
ok exec -t gives a terminal of our size and restores our terminal's settings
END
umlab exec -t pc true < /dev/null 2> err; is $? 2 "exec -t without a terminal is a usage error"
is "$(umlab exec pc echo closed <&-)" closed "exec works with a closed standard input"
umlab exec pc -- ip link set lo down
is "$(umlab exec pc echo still)" still "exec needs no network in the guest"

mkdir -p tree/sub; echo a > "tree/sub/a b"; ln -s sub tree/link; chmod -R a+rX tree
claim "cp copies a folder into a machine" umlab cp tree pc:/root/
is "$(umlab exec pc -- cat '/root/tree/link/a b')" a "cp keeps symbolic links and blanks in names"
claim "cp copies a file into a machine under another name" umlab cp bytes pc:/root/new
claim "cp copies a file out of a machine" umlab cp pc:/root/new back
cmp -s bytes back; ok $? "a file copied in and out is unchanged"
umlab cp pc:/no/such back2 2> err; [ $? -ne 0 ] && [ ! -e back2 ]
ok $? "cp of a missing file fails and leaves no file behind"
umlab cp a b 2> err; is $? 2 "cp between two host paths is a usage error"

# Whichever process is killed, list tells the truth and the other processes go on.
keeper() { sed -n 's/^keeper=//p' "$XDG_RUNTIME_DIR"/umlab/*/status; }
old=$(keeper); kill -KILL "$old"
is "$(state)" ready "a machine survives the death of its keeper"
is "$(umlab exec pc echo adopted)" adopted "the next command starts a new keeper"
# shellcheck disable=SC2016  # for the guest's shell
umlab exec pc -- sh -c 'kill -9 $(pgrep -n umlab-agent)' 2> err
is $? 125 "exec exits with status 125 when its agent is killed"
is "$(umlab exec pc echo again)" again "a killed agent is started again"
[ "$(keeper)" != "$old" ] && kill -0 "$(keeper)"
ok $? "the status file names the new keeper, which runs"

# shellcheck disable=SC2016  # for the guest's shell
(printf 'echo con-$((6*7))\n'; wait_for 20 grep -aq con-42 shown; printf '\035') |
	UMLAB_LIMIT=40 umlab console pc > shown
claim "the console runs lines that are typed" grep -aq con-42 shown
like "$(umlab log pc | tr -d '\r')" "con-42" "log shows the output of the console"

# Test the image without a DHCP client, another network of the uplink, and no network at all.
if umlab image list --names | grep -qx minimal; then
	umlab create -i minimal --net slirp,net=10.9.8.0/24 small > /dev/null
	umlab start small
	is "$(address small)" 10.9.8.15/24 \
		"image minimal: eth0 has its address in the network of net="
	like "$(umlab exec small ip route)" "^default via 10.9.8.2 " \
		"image minimal: the guest has a default route"
	umlab remove -f small
else
	skip "image minimal: eth0 has its address in the network of net=" \
		"no image minimal (make images)"
	skip "image minimal: the guest has a default route" "no image minimal (make images)"
fi
umlab create --net none alone > /dev/null; umlab start alone
umlab exec alone test -e /sys/class/net/eth0; is $? 1 "with --net none the guest has no eth0"
at_console "${USER_PREFIX[@]}" "$UMLAB" run --remove visit << 'END'
expect 60 root@visit:~#
send ip -4 -br addr show eth0
expect 30 eth0 +UP +10\.0\.2\.15/24
ok run shows the prompt of a machine that has its address
send poweroff
status 60 0
settings
ok run --remove ends with status 0 and restores our terminal's settings
END
umlab remove -f alone

umlab exec pc -- sh -c 'echo mine > /root/mine; sync'
claim "stop shuts the machine down cleanly" umlab stop pc
is "$(state)" stopped "list shows a stopped machine as stopped"
emptied umlab; ok $? "stop leaves nothing in the runtime folder"
claim "set changes the memory of a stopped machine" umlab set --mem=400 pc
claim "a stopped machine starts again" umlab start pc
is "$(umlab exec pc cat /root/mine)" mine "files survive stop and start"
[ "$(umlab exec pc -- sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" -gt 300000 ]
ok $? "the guest has the memory that set gave"
like "$(umlab top --once)" "^pc +ready +[0-9.]+ +[0-9.]+ [MG]B" \
	"top shows state, processor use and memory of a machine"
like "$(umlab info pc)" "^process +[0-9]+" "info shows the process of a machine"
claim "reset succeeds for a running machine" umlab reset pc
wait_for 60 umlab exec pc true
umlab exec pc -- test -e /root/mine; is $? 1 "reset removes the guest's changes from the disk"
kernel=$(umlab info --json pc | jq .pid); kill -KILL "$kernel"
emptied umlab
is "$(state)" stopped "list shows a machine whose kernel was killed as stopped"
umlab start --no-wait pc; umlab remove pc 2> err; is $? 1 "remove refuses a running machine"
claim "remove --force removes a running machine" umlab remove --force pc
is "$(umlab list --json)" "[]" "list shows no machine after remove"
[ -z "$(find "$UMLAB_HOME/state" -type f)" ]; ok $? "remove leaves no file in the state folder"
done_testing
