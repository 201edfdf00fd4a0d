#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8010-machines.sh - the life of a machine, and what the agent carries without a network
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

claim "create makes a machine" umlab create pc
is "$(umlab list --json | jq -r '.[0].state')" stopped "and it is stopped"
umlab create pc 2> err; is $? 1 "a second one of the name is refused"
like "$(cat err)" "pc: the machine already exists" "with what to do"
umlab start nosuch 2> err; is $? 3 "a machine that is not there is status 3"
umlab start 2> err; is $? 2 "a missing word is status 2"
umlab create -i nosuch x 2> err; is $? 3 "so is an image that is not there"
like "$(cat err)" "umlab image list" "and the advice is where to look"
umlab create --mem=lots x 2> err; is $? 2 "a wrong size is a usage error"
umlab exec pc true 2> err; is $? 125 "exec in a stopped machine is status 125"
like "$(cat err)" "umlab start pc" "and says how to start it"

claim "start returns when the machine is ready" umlab start pc
is "$(umlab list --json | jq -r '.[0].state')" ready "and so says list"
address() { umlab exec "$1" -- ip -4 -br addr show eth0 | awk '{ print $3 }'; }
is "$(address pc)" 10.0.2.15/24 "eth0 has its address when start returns"
claim "and the uplink answers" umlab exec pc -- ping -c 1 -W 5 10.0.2.2
claim "starting it again is fine" umlab start pc
is "$(umlab exec pc hostname)" pc "the guest has the machine's name"

# The agent: statuses, streams, bytes.
umlab exec pc true; is $? 0 "exec: status 0"
umlab exec pc -- sh -c 'exit 77'; is $? 77 "exec: any other status"
umlab exec pc -- sh -c 'kill -TERM $$'; is $? 143 "exec: killed by a signal"
umlab exec pc no-such-command 2> err; is $? 127 "exec: no such command is 127"
umlab exec pc /etc/hostname 2> err; is $? 126 "exec: a file that is no program is 126"
umlab exec pc -- sh -c 'echo out; echo err >&2' > out 2> err
is "$(cat out)-$(cat err)" out-err "exec: both outputs stay apart"
head -c 5000000 /dev/urandom > bytes; chmod 644 bytes
is "$(umlab exec pc cat < bytes | md5sum)" "$(md5sum < bytes)" "exec: 5 MB of any bytes go in and come out"
umlab exec pc -- sh -c 'head -c 1000000 /dev/zero; exit 3' | tail -c 1 > out; is "${PIPESTATUS[0]}" 3 "exec: all output is there before the status"
(umlab exec pc -- yes; echo $? > status) 2> err | head -n 1 > out; is "$(cat status)" 141 "exec: a closed pipe ends the program here"
is "$(umlab exec -u nobody -w /tmp -e A='b c' pc -- sh -c 'id -un; pwd; echo $A' | tr '\n' ,)" "nobody,/tmp,b c," "exec: user, folder and variables"
umlab exec pc -- sh -c 'sleep 300 & echo started' > out; is "$(cat out)" started "exec: returns when its program ends, whatever that left behind"
for i in 1 2 3 4 5 6 7 8; do umlab exec pc -- sh -c "sleep 1; echo $i" & done > many; wait
is "$(sort many | tr -d '\n')" 12345678 "exec: eight at a time"
(umlab exec pc -- sleep 300) & slow=$!
(umlab exec pc -- yes | sleep 3) &
is "$(umlab exec pc echo beside)" beside "exec: an unread one holds up no other"
kill $slow 2>/dev/null; wait
at_console "${USER_PREFIX[@]}" "$UMLAB" exec -t pc -- sh -c 'test -t 0 && test -t 1 && stty size && read -r line && echo "$line$line"' << 'END'
expect 30 24 80
send moo
expect 30 moomoo
status 30 0
settings
ok exec -t: a terminal of the size of ours, which is as before afterwards
END
umlab exec -t pc true < /dev/null 2> err; is $? 2 "exec -t without a terminal here is a usage error"
is "$(umlab exec pc echo closed <&-)" closed "exec: with our standard input closed"
umlab exec pc -- ip link set lo down; is "$(umlab exec pc echo still)" still "exec: needs no network in the guest"

mkdir -p tree/sub; echo a > "tree/sub/a b"; ln -s sub tree/link; chmod -R a+rX tree
claim "cp: a folder in" umlab cp tree pc:/root/
is "$(umlab exec pc -- cat '/root/tree/link/a b')" a "with links and blanks in names"
claim "cp: a file in under another name" umlab cp bytes pc:/root/new
claim "cp: and out again" umlab cp pc:/root/new back
cmp -s bytes back; ok $? "unchanged"
umlab cp pc:/no/such back2 2> err; [ $? -ne 0 ] && [ ! -e back2 ]; ok $? "cp of what is not there fails and leaves nothing"
umlab cp a b 2> err; is $? 2 "cp between two host paths is a usage error"

# Whoever is killed, list tells the truth and the rest goes on.
keeper() { sed -n 's/^keeper=//p' "$XDG_RUNTIME_DIR"/umlab/*/status; }
old=$(keeper); kill -KILL "$old"
is "$(umlab list --json | jq -r '.[0].state')" ready "the machine survives its keeper"
is "$(umlab exec pc echo adopted)" adopted "and the next command gets a new one"
umlab exec pc -- sh -c 'kill -9 $(pgrep -n umlab-agent)' 2> err; is $? 125 "a killed agent ends what it ran"
is "$(umlab exec pc echo again)" again "and comes back by itself"
[ "$(keeper)" != "$old" ] && kill -0 "$(keeper)"; ok $? "it has written down who it is"

(printf 'echo con-$((6*7))\n'; wait_for 20 grep -aq con-42 shown; printf '\035') | UMLAB_LIMIT=40 umlab console pc > shown
claim "a console: typed lines are run" grep -aq con-42 shown
like "$(umlab log pc | tr -d '\r')" "con-42" "and log keeps what it showed"

# The image without a DHCP client, another network of the uplink, and no network at all.
if umlab image list --names | grep -qx minimal; then
	umlab create -i minimal --net slirp,net=10.9.8.0/24 small > /dev/null
	umlab start small
	is "$(address small)" 10.9.8.15/24 "image minimal: eth0 has its address in the network of net="
	like "$(umlab exec small ip route)" "^default via 10.9.8.2 " "and a default route"
else
	skip "image minimal: eth0 has its address in the network of net=" "no image minimal (make images)"
	skip "and a default route" "no image minimal (make images)"
fi
umlab create --net none alone > /dev/null; umlab start alone
umlab exec alone test -e /sys/class/net/eth0; is $? 1 "--net none: no interface"
at_console "${USER_PREFIX[@]}" "$UMLAB" run --remove visit << 'END'
expect 60 root@visit:~#
send ip -4 -br addr show eth0
expect 30 eth0 +UP +10\.0\.2\.15/24
ok run shows the prompt of a machine that has its address
send poweroff
status 60 0
settings
ok and with --remove nothing stays of it
END
umlab remove -f small alone 2> err

umlab exec pc -- sh -c 'echo mine > /root/mine; sync'
claim "stop ends it in order" umlab stop pc
is "$(umlab list --json | jq -r '.[0].state')" stopped "and it is stopped"
emptied umlab; ok $? "nothing is left in the runtime folder"
claim "set changes the memory" umlab set --mem=400 pc
claim "it starts again" umlab start pc
is "$(umlab exec pc cat /root/mine)" mine "with its files"
[ "$(umlab exec pc -- sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo)" -gt 300000 ]; ok $? "and the new memory"
like "$(umlab top --once)" "^pc +ready +[0-9.]+ +[0-9.]+ [MG]B" "top tells what it takes"
like "$(umlab info pc)" "^process +[0-9]+" "info its process"
claim "reset gives the pristine disk back" umlab reset pc
wait_for 60 umlab exec pc true
umlab exec pc -- test -e /root/mine; is $? 1 "without those files"
kernel=$(umlab info --json pc | jq .pid); kill -KILL "$kernel"
emptied umlab
is "$(umlab list --json | jq -r '.[0].state')" stopped "a killed kernel is a stopped machine"
umlab start --no-wait pc; umlab remove pc 2> err; is $? 1 "a running machine is not removed"
claim "but with --force" umlab remove --force pc
is "$(umlab list --json)" "[]" "and nothing is left"
[ -z "$(find "$UMLAB_HOME/state" -type f)" ]; ok $? "no file either"
done_testing
