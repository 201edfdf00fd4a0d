#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8090-hostile-agent.sh - a guest replaces its agent and lies to keeper, checks and commands
# time limit: 300
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
command -v jq > /dev/null || skip_all "no jq here"
[ ! -r "$BUILD/images/minimal.img" ] || export UMLAB_IMAGE=minimal
status() { sed -n "s/^$1=//p" "$XDG_RUNTIME_DIR"/umlab/*/status 2>/dev/null | head -n 1; }
# peak: the keeper's largest size in MB since its start
peak() { awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$(status keeper)/status"; }
# plain FILE: no character of the file is one that a terminal obeys
plain() { ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1" &&
	iconv -f UTF-8 -t UTF-8 "$1" > /dev/null; }

mkdir lab; cd lab || exit 1
echo 'pc[0]=A' > lab.conf
cat > check.yaml << 'END'
checks:
  - { on: pc, title: empty, command: mode=empty }
  - { on: pc, title: escapes, command: mode=escapes }
  - { on: pc, title: exit, command: mode=exit }
  - { on: pc, title: credit, command: mode=credit }
  - { on: pc, title: flood, command: mode=flood, contains: f }
  - { on: pc, title: output, command: mode=output, contains: never }
  - { on: pc, title: lacks, command: mode=output, lacks: after }
  - { on: pc, title: needs, command: "true", requires: mode=empty }
  - { on: pc, title: fails, command: mode=exit, fails: true }
END
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" .
umlab lstart > out 2>&1; is $? 0 "a lab with one machine starts" || diag < out
cp "$BUILD/tests/guest/hostile_agent" .
umlab exec pc -- sh -c 'cat > /root/x && chmod 755 /root/x' < hostile_agent
is $? 0 "the hostile agent is in the machine"
umlab exec pc -- setsid /root/x > out 2>&1
hostile() { umlab exec pc -- mode=empty > out 2>&1; grep -q 'gave no reason' out; }
wait_for 60 hostile; ok $? "the hostile agent answers, and its empty refusal prints no memory" ||
	diag < out

log_size() { stat -c %s "$UMLAB_HOME"/state/labs/*/pc/"$1".log; }
log_full() { [ "$(log_size startup)" -gt 4100000 ]; }
wait_for 60 log_full; umlab exec pc -- mode=empty > out 2>&1
[ "$(log_size startup)" -lt 4300000 ]
ok $? "the log of the startup scripts has a limit ($(log_size startup) bytes)"

umlab exec pc -- mode=escapes > out 2>&1
is $? 125 "a refusal of the hostile agent has status 125"
plain out; ok $? "a refusal prints no escape sequences and no invalid UTF-8"
is "$(wc -l < out)" 1 "a refusal prints one line"
umlab exec pc -- mode=exit > out 2>&1
is $? 125 "a malformed exit status is not a success"
like "$(cat out)" "invalid exit status" "a malformed exit status is reported"
umlab exec pc -- mode=credit < /dev/zero > out 2>&1
is $? 125 "a session with credit for nothing ends"
umlab exec pc -- mode=flood > flood 2> err
[ "$(peak)" -lt 16 ]
ok $? "the keeper stays small in a flood of output ($(peak) MB)"

# A reader that stops: its session may wait, but nobody else, and the keeper does not grow.
mkfifo pipe; [ "$(id -u)" -ne 0 ] || chown "$TEST_UID" pipe
(umlab exec pc -- mode=flood > pipe 2> /dev/null) & reader=$!
exec 7< pipe
umlab exec pc -- mode=empty > out 2>&1
is $? 125 "other sessions go on beside a client that does not read"
[ "$(peak)" -lt 16 ]
ok $? "the keeper stays small when a client does not read ($(peak) MB)"
exec 7<&-; wait $reader

umlab check --live --json > json 2> err; is $? 1 "checks of a hostile machine fail"
is "$(jq -r '.checks | length' json)" 9 "the JSON report holds each check once" || diag < json
is "$(jq -r '[.checks[].verdict] | unique | join(",")' json)" FAIL \
	"no check without a valid result passes or is skipped"
is "$(jq -r '[.checks[] | select(.output == "" or .output == null)] | length' json)" 0 \
	"each failed check says why"
plain json; ok $? "the JSON report is valid UTF-8 without control characters"
umlab check --live --tap > out 2> err
is "$(grep -c '^not ok - ' out)-$(grep -c '^ok' out)-$(grep -c '^1\.\.' out)" 9-0-1 \
	"the TAP report holds each check once and no forged line" || diag < out
plain out; ok $? "the TAP report has no control characters"
umlab check --live -v > out 2> err
is "$(grep -c '^  FAIL' out)-$(grep -c '^  PASS' out)" 9-0 \
	"the table holds each check once and no forged line"
plain out; ok $? "the table has no control characters"

umlab exec pc -- mode=hellos > out 2>&1
umlab list > out 2>&1; is $? 0 "list works while the agent starts again and again"
plain out; ok $? "list prints no control characters"
like "$(cat out)" "pc" "list shows the machine"
[ "$(log_size keeper)" -lt 1100000 ]; ok $? "the log of the keeper has a limit"
[ "$(peak)" -lt 16 ]; ok $? "the keeper was never large ($(peak) MB)"
claim "a machine with a hostile agent can be killed" umlab kill pc
claim "a machine with a hostile agent can be removed" umlab lclean
done_testing
