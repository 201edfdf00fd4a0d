#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8040-check.sh - labs that are checked: our files, Kathará's, Netkit's, and an example lab
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
export UMLAB_LIMIT=300
if [ ! -r "$BUILD/images/minimal.img" ]; then export UMLAB_IMAGE=debian-12; fi

cp -r "$TOP/labs/examples/static-routing" "$SCRATCH/home/lab"; cd "$SCRATCH/home/lab" || exit 1
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
umlab check > out 2>&1; is $? 0 "an example lab does what it should"
like "$(cat out)" "6 passed, 0 failed, 0 skipped; 8 of 8 points" "all of it"
is "$(umlab list -a --json)" "[]" "a lab that was started for the check is gone"
nets_gone; ok $? "and so are its networks"

umlab lstart > /dev/null 2>&1
umlab exec r1 -- ip route del 10.0.3.0/24
# What does not hold is tried for `wait` seconds.
sed -i 's/^wait: .*/wait: 0/' check.yaml
umlab check --tap > out 2>&1; is $? 1 "a broken route is found"
like "$(cat out)" "^not ok - pc1 reaches 10.0.3.2" "where it is"
like "$(cat out)" "^ok - pc1 reaches 10.0.1.1" "and only there"
is "$(grep -c '^ok' out)-$(grep -c '^not ok' out)" 3-3 "and what follows from it"
printf 'checks:\n  - on: pc1\n    command: "true"\n    points: 2\n  - on: r1\n    command: "echo a, b; false"\n    hint: Every router\n' > forms.yaml
is "$(umlab check --config forms.yaml --json 2>/dev/null | jq -r '([.checks[].verdict]|join(" ")) + " \(.points)/\(.of)"')" "PASS FAIL 2/3" "as JSON"
like "$(umlab check --config forms.yaml --json 2>/dev/null | jq -r '.checks[1].console')" "login" "with what the console showed"
umlab check --config forms.yaml --junit > out 2>&1; like "$(cat out)" 'tests="2" failures="1" skipped="0"' "as JUnit"
umlab check --config forms.yaml --csv > out 2>&1; is "$(tail -n 1 out | cut -d, -f2-)" '"r1","r1: echo a, b; false",FAIL,0,1' "as CSV"
like "$(umlab check --config forms.yaml 2>&1)" "hint: Every router" "as a table, with a hint"
umlab exec r1 -- ip route add 10.0.3.0/24 via 10.0.2.2

printf 'checks:\n  - on: pc1\n    command: "false"\n    requires: "false"\n' > skip.yaml
umlab check --config skip.yaml > out 2>&1; is $? 0 "SKIP is not FAIL"
printf 'checks:\n  - on: pc1\n    command: cat /tmp/later\n    wait: 20\n    output: x\n' > later.yaml
(sleep 2; umlab exec pc1 -- sh -c 'echo x > /tmp/later') & umlab check --config later.yaml > out 2>&1; is $? 0 "wait: a claim may become true"
wait
printf 'checks:\n  - on: pc1\n    comand: x\n' > wrong.yaml
umlab check --config wrong.yaml > out 2>&1; is $? 2 "a wrong word in the file is status 2"
like "$(cat out)" "did you mean command" "with the one that was meant"
printf 'checks: [\n' > wrong.yaml; umlab check --config wrong.yaml > out 2>&1; is $? 2 "so is what is no YAML"
like "$(cat out)" "wrong.yaml:2" "with its line"
printf 'checks:\n  - on: gone\n    command: x\n' > gone.yaml; umlab check --config gone.yaml > out 2>&1; is $? 1 "a machine that is not there fails"
printf 'checks:\n  - on: pc1\n    command: cat /tmp/s\n    output: solved\n    steps: echo solved > /tmp/s\n' > solve.yaml
umlab check --config solve.yaml > out 2>&1; is $? 1 "not solved yet"
umlab check --solve --config solve.yaml > out 2>&1; is $? 0 "--solve types the steps"

# Disks that a check keeps.
printf 'checks:\n  - on: pc1\n    command: cat /root/s\n    output: solved\n    steps: echo solved > /root/s\n    snapshot: both\n' > snap.yaml
umlab exec pc1 -- sh -c 'rm -f /root/s; echo $$ > /tmp/boot; cp /proc/sys/kernel/random/boot_id /tmp/'
umlab check --solve --config snap.yaml --json > out 2>&1; is $? 0 "snapshot: both" || diag < out
is "$(jq -r '.checks[0].snapshots' out)" "check-1-before check-1-after" "two are kept"
umlab check --solve --config snap.yaml > out 2>&1
is "$(umlab snapshot list --names pc1 | tr '\n' ,)" "check-1-after,check-1-before," "and replaced by those of the next check"
claim "the machine did not stop for it" umlab exec pc1 -- cmp /proc/sys/kernel/random/boot_id /tmp/boot_id
umlab exec pc1 -- rm /root/s; umlab snapshot restore pc1 check-1-after
is "$(umlab exec pc1 cat /root/s)" solved "what is kept is what was checked"
umlab exec pc1 -- dmesg | grep -E 'EXT4-fs (error|warning)'; [ $? -eq 1 ]; ok $? "as a whole file system"
umlab snapshot delete pc1 check-1-before; umlab snapshot delete pc1 check-1-after
printf 'checks:\n  - on: pc1\n    command: "true"\n    snapshot: later\n' > snap.yaml
umlab check --config snap.yaml > out 2>&1; is $? 2 "another word there is status 2"

# Is the check itself worth something?
printf 'checks:\n  - on: pc1\n    reachable: 10.0.3.2\n  - on: pc1\n    command: "true"\n' > self.yaml
umlab check --self-test --config self.yaml > out 2>&1; is $? 0 "--self-test: cut cables are noticed" || diag < out
like "$(cat out)" "never failed: pc1: true" "a check that cannot fail is named"
# A kernel takes up to a second to use a cable that is whole again.
claim "and the cables are mended" wait_for 20 umlab exec pc1 -- ping -c 1 -W 1 10.0.3.2
# Whoever loses patience leaves no broken lab. The second check holds it up while the cables are cut.
cat > self.yaml << 'END'
checks:
  - on: pc1
    reachable: 10.0.3.2
  - on: pc2
    command: echo try >> /tmp/tries; [ $(wc -l < /tmp/tries) = 1 ] || until [ -e /tmp/go ]; do sleep 0.1; done
    timeout: 120
END
(as_user sh -c 'echo $$ > pid; exec "$@"' - "$UMLAB" check --self-test --config self.yaml) > out 2>&1 &
wait_for 120 umlab exec pc2 -- sh -c '[ $(wc -l < /tmp/tries) = 2 ]' 2> /dev/null
umlab exec pc1 -- ping -c 1 -W 1 10.0.3.2 > /dev/null; is $? 1 "the cables are cut"
kill -TERM "$(cat pid)"; umlab exec pc2 -- touch /tmp/go
wait $!; is $? 143 "a signal ends the self-test" || diag < out
claim "when the cables are mended" wait_for 20 umlab exec pc1 -- ping -c 1 -W 1 10.0.3.2
printf 'checks:\n  - on: pc1\n    command: "true"\nbreaks:\n  - on: r1\n    command: touch /tmp/broken\n    undo: rm /tmp/broken\n' > self.yaml
umlab check --self-test --config self.yaml > out 2>&1; is $? 1 "a break that nobody notices is status 1"
like "$(cat out)" "^FAIL +touch /tmp/broken" "by what was broken"
umlab exec r1 test -e /tmp/broken; is $? 1 "and undone"

# What passes a network meanwhile.
if command -v tshark > /dev/null; then
	printf 'checks:\n  - on: pc1\n    command: ping -c 2 10.0.3.2\n    capture: r1:eth1\n    packets: icmp\n    no_packets: tcp.port == 80\n' > seen.yaml
	umlab check --config seen.yaml > out 2>&1; is $? 0 "capture: packets that must be there are" || diag < out
	sed -i 's/packets: icmp/packets: tcp/; s/no_packets: .*/no_packets: icmp/' seen.yaml
	umlab check --config seen.yaml --tap > out 2>&1; is $? 1 "and those that must not be, are found"
	like "$(cat out)" "no packet matches tcp" "by their filter"
else
	skip "capture: packets that must be there are" "no tshark here"
fi
printf 'checks:\n  - on: pc1\n    command: "true"\n    packets: icmp\n' > seen.yaml
umlab check --config seen.yaml > out 2>&1; is $? 2 "packets without capture is status 2"

cat > correction.json << 'END'
{ "convergence_time": 1, "test": {
  "requiring_startup": ["pc1", "r1"],
  "ip_mapping": { "pc1": { "0": "10.0.1.2/24" }, "r1": { "eth1": "10.0.2.1/24" } },
  "sysctls": { "r1": ["net.ipv4.ip_forward=1"] },
  "daemons": { "pc1": ["systemd-journal", "!named"] },
  "kernel_routes": { "pc1": ["0.0.0.0/0"], "r1": [["10.0.3.0/24", ["10.0.2.2"]]] },
  "reachability": { "pc1": ["10.0.3.2"], "pc2": ["!10.0.9.9"] },
  "custom_commands": { "pc1": [ { "command": "echo a b", "regex_match": "a.b" }, { "command": "exit 3", "exit_code": 3 } ] },
  "protocols": { "isisd": { "neighbors": {} } } } }
END
umlab check --config correction.json --tap > out 2>&1; is $? 0 "correction.json of kathara-lab-checker"
is "$(grep -c '^ok' out)-$(grep -c SKIP out)" "14-1" "every key of it, the unknown one as SKIP"
printf 'convergence_time: 1\ntest:\n  ip_mapping:\n    pc1:\n      0: 10.0.1.7/24\n' > correction.yaml
umlab check --config correction.yaml --tap > out 2>&1; is $? 1 "a wrong address is found, by its correction.yaml"
like "$(cat out)" "not ok - pc1 has 10.0.1.7/24 on eth0" "by its name"

mkdir -p _test; echo 'ip -o addr show dev eth0 | cut -d" " -f7; echo  end' > _test/pc1.test
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" _test
umlab check --netkit > out 2>&1; is $? 0 "Netkit's _test without a signature is SKIP"
umlab check --netkit --sign > out 2>&1; is $? 0 "a signature is made"
umlab check --netkit > out 2>&1; is $? 0 "and holds"
echo 'echo other' >> _test/pc1.test; umlab check --netkit > out 2>&1; is $? 1 "another output fails"

claim "wipe" umlab wipe -f
done_testing
