#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8040-check.sh - umlab check: check files of umlab, Kathará and Netkit, and an example lab
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
export UMLAB_LIMIT=300
if [ ! -r "$BUILD/images/minimal.img" ]; then export UMLAB_IMAGE=debian-12; fi

# check FILE OPTIONS...: run umlab check with this file; its output goes to the file out.
check() { local file=$1; shift; umlab check --config "$file" "$@" > out 2>&1; }

cp -r "$TOP/labs/examples/static-routing" "$SCRATCH/home/lab"; cd "$SCRATCH/home/lab" || exit 1
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
umlab check > out 2>&1; is $? 0 "an example lab passes its check"
like "$(cat out)" "6 passed, 0 failed, 0 skipped; 8 of 8 points" \
	"check counts the passed checks and the points"
is "$(umlab list -a --json)" "[]" "check removes a lab that it started"
nets_gone; ok $? "check removes the networks of a lab that it started"

umlab lstart > /dev/null 2>&1
umlab exec r1 -- ip route del 10.0.3.0/24
# A failing check is repeated for `wait` seconds: do not wait for checks that must fail.
sed -i 's/^wait: .*/wait: 0/' check.yaml
umlab check --tap > out 2>&1; is $? 1 "check exits with status 1 for a lab with a missing route"
like "$(cat out)" "^not ok - pc1 reaches 10.0.3.2" "the check over the missing route fails"
like "$(cat out)" "^ok - pc1 reaches 10.0.1.1" "a check that does not need the route passes"
is "$(grep -c '^ok' out)-$(grep -c '^not ok' out)" 3-3 \
	"the three checks that need the missing route fail"
cat > forms.yaml << 'END'
checks:
  - on: pc1
    command: "true"
    points: 2
  - on: r1
    command: "echo a, b; false"
    hint: Every router
END
forms_json() { umlab check --config forms.yaml --json 2>/dev/null | jq -r "$1"; }
is "$(forms_json '([.checks[].verdict]|join(" ")) + " \(.points)/\(.of)"')" "PASS FAIL 2/3" \
	"check --json gives verdicts and points"
like "$(forms_json '.checks[1].console')" "login" \
	"check --json has the console output of a failed check's machine"
check forms.yaml --junit
like "$(cat out)" 'tests="2" failures="1" skipped="0"' "check --junit counts the results"
check forms.yaml --csv
is "$(tail -n 1 out | cut -d, -f2-)" '"r1","r1: echo a, b; false",FAIL,0,1' \
	"check --csv gives machine, title, verdict and points"
like "$(umlab check --config forms.yaml 2>&1)" "hint: Every router" \
	"the table of check shows the hint of a failed check"
umlab exec r1 -- ip route add 10.0.3.0/24 via 10.0.2.2

printf 'checks:\n  - on: pc1\n    command: "false"\n    requires: "false"\n' > skip.yaml
check skip.yaml; is $? 0 "check exits with status 0 when a check is skipped"
printf '%s\n' 'checks:' '  - on: pc1' '    command: cat /tmp/later' '    wait: 20' \
	'    output: x' > later.yaml
(sleep 2; umlab exec pc1 -- sh -c 'echo x > /tmp/later') &
check later.yaml; is $? 0 "a check that holds within its wait seconds passes"
wait
printf 'checks:\n  - on: pc1\n    comand: x\n' > wrong.yaml
check wrong.yaml; is $? 2 "check exits with status 2 for an unknown word in its file"
like "$(cat out)" "did you mean command" "check suggests the word that was meant"
printf 'checks: [\n' > wrong.yaml
check wrong.yaml; is $? 2 "check exits with status 2 for a file that is not YAML"
like "$(cat out)" "wrong.yaml:2" "check names the line of a YAML error"
printf 'checks:\n  - on: gone\n    command: x\n' > gone.yaml
check gone.yaml; is $? 1 "a check of a missing machine fails"
cat > solve.yaml << 'END'
checks:
  - on: pc1
    command: cat /tmp/s
    output: solved
    steps: echo solved > /tmp/s
END
check solve.yaml; is $? 1 "a check fails before its steps are done"
check solve.yaml --solve; is $? 0 "check --solve types the steps into the machine"

# Test the snapshots that a check keeps.
sed 's,/tmp/s,/root/s,; $a \    snapshot: both' solve.yaml > snap.yaml
umlab exec pc1 -- sh -c 'rm -f /root/s; echo $$ > /tmp/boot
	cp /proc/sys/kernel/random/boot_id /tmp/'
check snap.yaml --solve --json; is $? 0 "a check with snapshot: both passes" || diag < out
is "$(jq -r '.checks[0].snapshots' out)" "check-1-before check-1-after" \
	"snapshot: both keeps a snapshot before and one after the steps"
check snap.yaml --solve
is "$(umlab snapshot list --names pc1 | tr '\n' ,)" "check-1-after,check-1-before," \
	"the next check replaces the snapshots of the last one"
claim "a machine runs on while a check takes snapshots" \
	umlab exec pc1 -- cmp /proc/sys/kernel/random/boot_id /tmp/boot_id
umlab exec pc1 -- rm /root/s; umlab snapshot restore pc1 check-1-after
is "$(umlab exec pc1 cat /root/s)" solved "the snapshot after the steps holds the solution"
umlab exec pc1 -- dmesg | grep -E 'EXT4-fs (error|warning)'; [ $? -eq 1 ]
ok $? "the file system of a restored snapshot has no errors"
umlab snapshot delete pc1 check-1-before; umlab snapshot delete pc1 check-1-after
printf 'checks:\n  - on: pc1\n    command: "true"\n    snapshot: later\n' > snap.yaml
check snap.yaml; is $? 2 "check exits with status 2 for an unknown value of snapshot"

# The self-test cuts cables and expects checks to fail.
cat > self.yaml << 'END'
checks:
  - on: pc1
    reachable: 10.0.3.2
  - on: pc1
    command: "true"
END
check self.yaml --self-test
is $? 0 "check --self-test passes when a check notices each cut cable" || diag < out
like "$(cat out)" "never failed: pc1: true" "check --self-test names a check that never failed"
pings() { umlab exec pc1 -- ping -c 1 -W 1 10.0.3.2; }
# A kernel takes up to a second to use a cable that is connected again.
claim "check --self-test connects the cables again" wait_for 20 pings
# An interrupted self-test must leave no broken lab. The second check of this self-test waits until
# /tmp/go exists, while the cables are cut.
cat > self.yaml << 'END'
checks:
  - on: pc1
    reachable: 10.0.3.2
  - on: pc2
    command: >-
      echo try >> /tmp/tries;
      [ $(wc -l < /tmp/tries) = 1 ] || until [ -e /tmp/go ]; do sleep 0.1; done
    timeout: 120
END
self_test=("$UMLAB" check --self-test --config self.yaml)
# shellcheck disable=SC2016  # for the inner shell
(as_user sh -c 'echo $$ > pid; exec "$@"' - "${self_test[@]}") > out 2>&1 &
wait_for 120 umlab exec pc2 -- sh -c '[ $(wc -l < /tmp/tries) = 2 ]' 2> /dev/null
pings > /dev/null; is $? 1 "a cut cable carries no packets during the self-test"
kill -TERM "$(cat pid)"; umlab exec pc2 -- touch /tmp/go
wait $!; is $? 143 "SIGTERM ends the self-test with status 143" || diag < out
claim "a self-test ended by SIGTERM connects the cables again" wait_for 20 pings
cat > self.yaml << 'END'
checks:
  - on: pc1
    command: "true"
breaks:
  - on: r1
    command: touch /tmp/broken
    undo: rm /tmp/broken
END
check self.yaml --self-test
is $? 1 "check --self-test exits with status 1 when no check notices a break"
like "$(cat out)" "^FAIL +touch /tmp/broken" \
	"check --self-test names the break that no check noticed"
umlab exec r1 test -e /tmp/broken; is $? 1 "check --self-test undoes a break"

# Test captures: a check can demand or forbid packets in a network.
if command -v tshark > /dev/null; then
	cat > seen.yaml <<- 'END'
	checks:
	  - on: pc1
	    command: ping -c 2 10.0.3.2
	    capture: r1:eth1
	    packets: icmp
	    no_packets: tcp.port == 80
	END
	check seen.yaml
	is $? 0 "a check passes when its capture holds the required packets only" || diag < out
	sed -i 's/packets: icmp/packets: tcp/; s/no_packets: .*/no_packets: icmp/' seen.yaml
	check seen.yaml --tap
	is $? 1 "a check fails when its capture holds forbidden packets"
	like "$(cat out)" "no packet matches tcp" "a failed capture names its filter"
else
	skip "a check passes when its capture holds the required packets only" "no tshark here"
fi
printf 'checks:\n  - on: pc1\n    command: "true"\n    packets: icmp\n' > seen.yaml
check seen.yaml; is $? 2 "check exits with status 2 for packets without capture"

cat > correction.json << 'END'
{ "convergence_time": 1, "test": {
  "requiring_startup": ["pc1", "r1"],
  "ip_mapping": { "pc1": { "0": "10.0.1.2/24" }, "r1": { "eth1": "10.0.2.1/24" } },
  "sysctls": { "r1": ["net.ipv4.ip_forward=1"] },
  "daemons": { "pc1": ["systemd-journal", "!named"] },
  "kernel_routes": { "pc1": ["0.0.0.0/0"], "r1": [["10.0.3.0/24", ["10.0.2.2"]]] },
  "reachability": { "pc1": ["10.0.3.2"], "pc2": ["!10.0.9.9"] },
  "custom_commands": { "pc1": [
    { "command": "echo a b", "regex_match": "a.b" }, { "command": "exit 3", "exit_code": 3 } ] },
  "protocols": { "isisd": { "neighbors": {} } } } }
END
check correction.json --tap; is $? 0 "a lab passes a correction.json of kathara-lab-checker"
is "$(grep -c '^ok' out)-$(grep -c SKIP out)" "14-1" \
	"check runs every key of correction.json and skips the unknown one"
printf '%s\n' 'convergence_time: 1' 'test:' '  ip_mapping:' '    pc1:' '      0: 10.0.1.7/24' \
	> correction.yaml
check correction.yaml --tap; is $? 1 "a wrong address fails a check by correction.yaml"
like "$(cat out)" "not ok - pc1 has 10.0.1.7/24 on eth0" \
	"a failed check of correction.yaml names machine, address and interface"

mkdir -p _test; echo 'ip -o addr show dev eth0 | cut -d" " -f7; echo  end' > _test/pc1.test
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" _test
umlab check --netkit > out 2>&1; is $? 0 "check --netkit skips a test without a signature"
umlab check --netkit --sign > out 2>&1; is $? 0 "check --netkit --sign makes a signature"
umlab check --netkit > out 2>&1
is $? 0 "check --netkit passes when the output matches the signature"
echo 'echo other' >> _test/pc1.test; umlab check --netkit > out 2>&1
is $? 1 "check --netkit fails when the output differs from the signature"

claim "wipe removes the lab" umlab wipe -f
done_testing
