#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8080-changes.sh - what changes while machines run: interfaces, forwards, ssh; limits; an exam's record
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
export UMLAB_IMAGE=debian-12
mkdir "lab dir"; cd "lab dir" || exit 1
printf 'a[0]=A\na[rate]=8m\nb[0]=A\nb[ipv6]=false\n' > lab.conf
echo 'ip addr add 10.1.0.1/24 dev eth0' > a.startup
echo 'ip addr add 10.1.0.2/24 dev eth0' > b.startup
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"

# Memory is looked at before anything starts: here a lab that no host of this size can hold.
mkdir big; nr=$(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024 / 100 + 20))
for i in $(seq $nr); do echo "m$i[0]=A"; done > big/lab.conf
umlab lstart -d big > out 2>&1; is $? 1 "a lab that the host's memory cannot hold is not started"
like "$(cat out)" "this host has .* of memory left" "and told so"
is "$(umlab list -a --json)" "[]" "nothing was made"

umlab lstart --lab-mem=100M > out 2>&1; is $? 1 "a lab above its limit of memory is not started"
like "$(cat out)" "the lab's limit is 100 MB" "and told so"
umlab lstart --exam --lab-cpus=1 --pass mem=128 > out 2>&1; is $? 0 "a lab for an exam starts" || diag < out
is "$(umlab info --json a | jq -r ".state + .memory")" ready128M "its machines are ready, with the memory that --pass gave"
is "$(sed -n 's/^cpus=//p' "$UMLAB_HOME"/state/labs/*/a/machine.conf)" 0.5 "--lab-cpus is shared by its machines"
like "$(umlab link show 2>&1)" "rate=?[ :]*8(m|000000|Mbit)" "the rate of lab.conf is set on the port"
like "$(umlab link show 2>&1)" "in-rate=8mbit" "for what the machine sends, too"

# Consoles: two at once, each left by its key; the machine goes on.
# A line is typed, another number each time, until both are there to see it.
both_saw() { grep -aq both-42 one && grep -aq both-42 two; }
(for n in $(seq 20); do printf 'echo both-$((6*7))-%d\n' "$n"; wait_for 2 both_saw && break; done; printf '\035') |
	UMLAB_LIMIT=60 umlab console a > one 2> err & first=$!
(wait_for 50 both_saw; printf '\001') | UMLAB_LIMIT=60 umlab console --detach-key=ctrl-a a > two 2> err; is $? 0 "a console is left by the key that was asked for"
wait $first; is $? 0 "another by Ctrl-]"
line=$(grep -ao 'both-42-[0-9]*' two | tail -n 1)
is "$(grep -acw -e "${line:-none}" one)-$(grep -acw -e "${line:-none}" two)" 1-1 "both saw the same"
is "$(umlab exec a echo on)" on "the machine goes on"

# Interfaces.
is "$(umlab lconfig -n a --add B)" eth1 "lconfig adds an interface while the machine runs"
is "$(umlab lconfig b --add B/02:00:00:00:00:0b)" eth1 "and to another one, with an address"
is "$(umlab exec b cat /sys/class/net/eth1/address)" 02:00:00:00:00:0b "which it has"
umlab exec a -- ip addr add 10.2.0.1/24 dev eth1; umlab exec b -- ip addr add 10.2.0.2/24 dev eth1
claim "what is sent there arrives" umlab exec a -- ping -c 1 -W 5 10.2.0.2
claim "link set knows it" umlab link set b:eth1 down
umlab exec a -- ping -c 1 -W 1 10.2.0.2 > /dev/null; is $? 1 "its cable is cut"
claim "lconfig --rm" umlab lconfig b --rm B
umlab exec b test -e /sys/class/net/eth1; is $? 1 "the interface is gone"
umlab lconfig b --rm B 2> err; is $? 3 "one that is not there is status 3"
umlab lconfig b --add 0:C 2> err; is $? 1 "an eth0 that is there is refused"
umlab lconfig b 2> err; is $? 2 "nothing to do is a usage error"

# Forwards.
umlab forward add b 8081:80 2> err; is $? 3 "no forward without an uplink"
like "$(cat err)" "lconfig .*--add slirp" "and how to get one"
is "$(umlab lconfig b --add slirp)" eth1 "an uplink comes the same way"
umlab exec b -- sh -c 'ip addr add 10.0.2.15/24 dev eth1; echo from-b > /tmp/page; (while :; do nc -l -p 80 -q 1 < /tmp/page; done) > /dev/null 2>&1 &' < /dev/null
wait_for 20 umlab exec b -- sh -c 'ss -ltn | grep -q ":80 "'
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
claim "forward add" umlab forward add b $port:80
like "$(umlab forward list b)" "$port" "list shows it"
is "$(timeout 20 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port; head -n 1 <&3")" from-b "a connection to the host's port gets there"
claim "forward remove" umlab forward remove b $port:80
timeout 5 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port" 2> /dev/null; [ $? -ne 0 ]; ok $? "the port is closed"

# ssh, without a network.
if command -v ssh-keygen > /dev/null; then
	umlab exec a -- ip link set eth0 down
	is "$(umlab ssh a -- 'echo $USER; exit 7' 2> err; echo $?)" "$(printf 'root\n7')" "ssh: a command and its status" || diag < err
	umlab ssh --config a > config 2> err; printf 'data\n' > file
	claim "ssh --config: scp finds the machine" env "${USER_PREFIX[@]}" timeout 60 scp -q -F config file a:/root/file
	is "$(umlab exec a cat /root/file)" data "and writes to it"
	umlab exec a -- ip link set eth0 up
else
	skip "ssh: a command and its status" "no openssh-client here"
fi

# The record of the exam.
umlab exec a -- sh -c 'echo secret-$((6*7))' > /dev/null
(printf 'echo typed-$((6*7))\n'; wait_for 20 grep -aq typed-42 typed; printf '\035') | UMLAB_LIMIT=40 umlab console a > typed
umlab exec a -- sh -c 'rm -rf /var/log/*; mount -o remount,rw /run/umlab/host; echo x >> /run/umlab/host/record.log; find / -xdev -name "record.log*" -delete' 2> /dev/null
umlab log --record a > record; ok $? "log --record shows the record"
like "$(cat record)" "T[0-9:.]+ state ready" "states are in it"
like "$(cat record)" "program [0-9]+ sh -c echo secret" "commands"
like "$(cat record)" 'typed echo typed-\$\(\(6\*7\)\)\\n' "what was typed"
like "$(cat record)" "console .*typed-42" "and what was shown"
claim "lclean" umlab lclean -f
grep -q "typed-42" "$UMLAB_HOME"/state/records/*.a-*.log; ok $? "the record outlives the machines"
nets_gone; ok $? "no network is left, also not those that came later"

# Where systemd --user runs, a machine gets a scope there. This one writes down how it was asked.
mkdir -p "$SCRATCH/bin" "$XDG_RUNTIME_DIR/systemd"; touch "$XDG_RUNTIME_DIR/systemd/private"
printf '#!/bin/sh\necho "$*" > %s/asked\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n' "$SCRATCH/home" > "$SCRATCH/bin/systemd-run"
chmod -R a+rX "$SCRATCH/bin"; chmod a+x "$SCRATCH/bin/systemd-run"; [ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID" "$XDG_RUNTIME_DIR/systemd"
cd "$SCRATCH/home" || exit 1
umlab create --cpus=0.5 --mem=100M s > /dev/null
PATH=$SCRATCH/bin:$PATH umlab start s; is $? 0 "a machine starts by systemd-run --user --scope"
like "$(head -c 300 asked)" "CPUQuota=50% --property=MemoryMax=198180864 -- " "with its shares as properties"
rm asked; umlab kill s; export UMLAB_CGROUPS=off
PATH=$SCRATCH/bin:$PATH umlab start s; is $? 0 "or without, when cgroups=off"
[ ! -e asked ]; ok $? "indeed without"
umlab kill s; umlab set --rate=8m --net=slirp s; umlab start s
like "$(umlab exec s cat /proc/cmdline)" "eth0=slirp,rate=8mbit,in-rate=8mbit" "an interface with a way to the internet is limited by its uplink"
claim "wipe" umlab wipe -f
done_testing
