#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8080-changes.sh - changes while machines run: interfaces, forwards, ssh; limits; exam records
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

# lstart checks the host's memory before it starts machines. This lab is too big for this host.
mkdir big; nr=$(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024 / 100 + 20))
for i in $(seq $nr); do echo "m${i}[0]=A"; done > big/lab.conf
umlab lstart -d big > out 2>&1
is $? 1 "lstart refuses a lab that needs more memory than the host has"
like "$(cat out)" "this host has .* of memory left" "lstart says how much memory the host has left"
is "$(umlab list -a --json)" "[]" "lstart creates no machine of a lab that is too big"

umlab lstart --lab-mem=100M > out 2>&1; is $? 1 "lstart refuses a lab above its --lab-mem"
like "$(cat out)" "the lab's limit is 100 MB" "lstart says what the memory limit of the lab is"
umlab lstart --exam --lab-cpus=1 --pass mem=128 > out 2>&1
is $? 0 "lstart --exam starts a lab" || diag < out
is "$(umlab info --json a | jq -r ".state + .memory")" ready128M \
	"the machines are ready with the memory that --pass sets"
is "$(sed -n 's/^cpus=//p' "$UMLAB_HOME"/state/labs/*/a/machine.conf)" 0.5 \
	"two machines share the processors of --lab-cpus equally"
like "$(umlab link show 2>&1)" "rate=?[ :]*8(m|000000|Mbit)" \
	"the rate of lab.conf limits what a machine receives"
like "$(umlab link show 2>&1)" "in-rate=8mbit" "the rate of lab.conf limits what a machine sends"

# Use two consoles of one machine at the same time, and leave each by its own key. Lines are typed
# at the first console, each with a new number, until their output is visible on both.
both_saw() { grep -aq both-42 one && grep -aq both-42 two; }
typing() {
	# shellcheck disable=SC2016  # for the guest's shell
	for n in $(seq 20); do
		printf 'echo both-$((6*7))-%d\n' "$n"
		wait_for 2 both_saw && break
	done
	printf '\035'
}
typing | UMLAB_LIMIT=60 umlab console a > one 2> err & first=$!
(wait_for 50 both_saw; printf '\001') |
	UMLAB_LIMIT=60 umlab console --detach-key=ctrl-a a > two 2> err
is $? 0 "the key of --detach-key leaves a console"
wait $first; is $? 0 "Ctrl-] leaves a console"
line=$(grep -ao 'both-42-[0-9]*' two | tail -n 1)
is "$(grep -acw -e "${line:-none}" one)-$(grep -acw -e "${line:-none}" two)" 1-1 \
	"two consoles of one machine show the same output"
is "$(umlab exec a echo on)" on "the machine goes on after its consoles were left"

# Test changes of interfaces.
is "$(umlab lconfig -n a --add B)" eth1 "lconfig --add adds an interface while the machine runs"
is "$(umlab lconfig b --add B/02:00:00:00:00:0b)" eth1 \
	"lconfig --add adds an interface with a MAC address"
is "$(umlab exec b cat /sys/class/net/eth1/address)" 02:00:00:00:00:0b \
	"the guest sees the MAC address of an added interface"
umlab exec a -- ip addr add 10.2.0.1/24 dev eth1; umlab exec b -- ip addr add 10.2.0.2/24 dev eth1
claim "packets pass between added interfaces" umlab exec a -- ping -c 1 -W 5 10.2.0.2
claim "link set accepts an added interface" umlab link set b:eth1 down
umlab exec a -- ping -c 1 -W 1 10.2.0.2 > /dev/null
is $? 1 "link set down stops the packets of an added interface"
claim "lconfig --rm removes an interface" umlab lconfig b --rm B
umlab exec b test -e /sys/class/net/eth1; is $? 1 "the guest no longer has a removed interface"
umlab lconfig b --rm B 2> err; is $? 3 "lconfig --rm exits with status 3 for a missing interface"
umlab lconfig b --add 0:C 2> err; is $? 1 "lconfig --add refuses an interface number that is taken"
umlab lconfig b 2> err; is $? 2 "lconfig without a change is a usage error"

# Test changes of forwards.
umlab forward add b 8081:80 2> err
is $? 3 "forward add exits with status 3 for a machine without an uplink"
like "$(cat err)" "lconfig .*--add slirp" "forward add says how to add an uplink"
is "$(umlab lconfig b --add slirp)" eth1 "lconfig --add slirp adds an uplink"
serve='ip addr add 10.0.2.15/24 dev eth1; echo from-b > /tmp/page
(while :; do nc -l -p 80 -q 1 < /tmp/page; done) > /dev/null 2>&1 &'
umlab exec b -- sh -c "$serve" < /dev/null
wait_for 20 umlab exec b -- sh -c 'ss -ltn | grep -q ":80 "'
free_port='import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
port=$(python3 -c "$free_port")
claim "forward add opens a port" umlab forward add b $port:80
like "$(umlab forward list b)" "$port" "forward list shows an open port"
is "$(timeout 20 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port; head -n 1 <&3")" from-b \
	"a connection to the host's port reaches the guest"
claim "forward remove closes a port" umlab forward remove b $port:80
timeout 5 bash -c "exec 3<> /dev/tcp/127.0.0.1/$port" 2> /dev/null; [ $? -ne 0 ]
ok $? "the host refuses connections to a port that was closed"

# Test ssh, which works without a network.
if command -v ssh-keygen > /dev/null; then
	umlab exec a -- ip link set eth0 down
	# shellcheck disable=SC2016  # for the guest's shell
	is "$(umlab ssh a -- 'echo $USER; exit 7' 2> err; echo $?)" "$(printf 'root\n7')" \
		"ssh runs a command without a network and returns its status" || diag < err
	umlab ssh --config a > config 2> err; printf 'data\n' > file
	claim "scp reaches the machine by the file of ssh --config" \
		env "${USER_PREFIX[@]}" timeout 60 scp -q -F config file a:/root/file
	is "$(umlab exec a cat /root/file)" data "scp writes a file into the machine"
	umlab exec a -- ip link set eth0 up
else
	skip "ssh runs a command without a network and returns its status" "no openssh-client here"
fi

# Test the record of an exam. The guest tries to delete the record.
# shellcheck disable=SC2016  # for the guest's shell
umlab exec a -- sh -c 'echo secret-$((6*7))' > /dev/null
# shellcheck disable=SC2016  # for the guest's shell
(printf 'echo typed-$((6*7))\n'; wait_for 20 grep -aq typed-42 typed; printf '\035') |
	UMLAB_LIMIT=40 umlab console a > typed
umlab exec a -- sh -c 'rm -rf /var/log/*; mount -o remount,rw /run/umlab/host
	echo x >> /run/umlab/host/record.log; find / -xdev -name "record.log*" -delete' 2> /dev/null
umlab log --record a > record; ok $? "log --record shows the record of an exam"
like "$(cat record)" "T[0-9:.]+ state ready" "the record holds the states of the machine"
like "$(cat record)" "program [0-9]+ sh -c echo secret" "the record holds the commands of exec"
like "$(cat record)" 'typed echo typed-\$\(\(6\*7\)\)\\n' "the record holds what was typed"
like "$(cat record)" "console .*typed-42" "the record holds what the console showed"
claim "lclean removes the machines of an exam" umlab lclean -f
grep -q "typed-42" "$UMLAB_HOME"/state/records/*.a-*.log; ok $? "the record outlives the machines"
nets_gone; ok $? "lclean removes all networks, including those added while machines ran"

# Where systemd --user runs, a machine gets a scope. A stand-in for systemd-run records the
# arguments.
mkdir -p "$SCRATCH/bin" "$XDG_RUNTIME_DIR/systemd"; touch "$XDG_RUNTIME_DIR/systemd/private"
cat > "$SCRATCH/bin/systemd-run" << END
#!/bin/sh
echo "\$*" > $SCRATCH/home/asked
while [ "\$1" != -- ]; do shift; done; shift; exec "\$@"
END
chmod -R a+rX "$SCRATCH/bin"; chmod a+x "$SCRATCH/bin/systemd-run"
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID" "$XDG_RUNTIME_DIR/systemd"
cd "$SCRATCH/home" || exit 1
umlab create --cpus=0.5 --mem=100M s > /dev/null
PATH=$SCRATCH/bin:$PATH umlab start s; is $? 0 "start works through systemd-run --user --scope"
like "$(head -c 300 asked)" "CPUQuota=50% --property=MemoryMax=198180864 -- " \
	"start passes the limits of processor and memory as properties of the scope"
rm asked; umlab kill s; export UMLAB_CGROUPS=off
PATH=$SCRATCH/bin:$PATH umlab start s; is $? 0 "start works with UMLAB_CGROUPS=off"
[ ! -e asked ]; ok $? "start does not call systemd-run with UMLAB_CGROUPS=off"
umlab kill s; umlab set --rate=8m --net=slirp s; umlab start s
like "$(umlab exec s cat /proc/cmdline)" "eth0=slirp,rate=8mbit,in-rate=8mbit" \
	"a machine's rate limits its uplink to the internet"
claim "wipe removes the machines of this test" umlab wipe -f
done_testing
