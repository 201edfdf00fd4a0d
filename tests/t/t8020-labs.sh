#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8020-labs.sh - a lab from start to wipe: files, order, startup files, faults
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

# A name that paths, sockets and options choke on.
lab="$SCRATCH/home/my lab é,:x"
mkdir -p "$lab/pc1/etc" "$lab/pc1/root" "$lab/shared"; cd "$lab" || exit 1
printf '\xef\xbb\xbfLAB_DESCRIPTION="two machines"\r\npc1[0]=A\r\npc1[mem]=64\r\npc1[exec]="echo exec > /root/exec"\r\n' > lab.conf
printf 'r1[0]=A # remark\nr1[1]=B/02:42:ac:11:00:02\nr1[sysctl]=net.ipv4.ip_forward=1\nr1[env]="COLOR=it'"'"'s red"\nr1[ulimit]=nofile=512:600\n' >> lab.conf
echo "pc1: r1" > lab.dep
printf 'touch /root/started\r\n' > pc1.startup
echo 'echo bye > /hostlab/bye' > pc1.shutdown
# shellcheck disable=SC2016
printf 'echo $COLOR $(ulimit -S -n) > /root/color\n' > r1.startup
echo 'date +%s.%N > /root/shared.startup' > shared.startup
echo configured > pc1/etc/pc1.conf; printf 'a\r\nb\r\n' > pc1/root/dos; echo data > shared/f
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
on() { umlab exec "$@"; }

umlab lstart > out 2>&1; is $? 0 "lstart starts the lab"
like "$(cat out)" "2 of 2 machines ready" "with a summary"
like "$(cat out)" "Description +two machines" "and what the lab tells about itself"
! grep -q "$(printf '\033')" out; ok $? "without colour off a terminal"
is "$(on pc1 cat /etc/pc1.conf)" configured "a machine has its files"
is "$(on pc1 -- od -An -c /root/dos | tr -d ' \n')" 'a\nb\n' "with the line ends of Linux"
is "$(on pc1 -- stat -c '%U %a' /root /tmp | tr '\n' ,)" "root 700,root 1777," "and folders keep owner and mode"
on pc1 test -e /root/started; ok $? "its startup file was run, CRLF or not"
is "$(on pc1 cat /root/exec)" exec "then its exec lines"
on pc1 test -e /tmp/EOS; ok $? "then /tmp/EOS is there"
is "$(on r1 cat /root/color)" "it's red 512" "env and ulimit hold for startup files"
is "$(umlab exec r1 -- sh -c 'echo "$COLOR"')" "it's red" "and for exec"
is "$(on r1 cat /proc/sys/net/ipv4/ip_forward)" 1 "sysctl is set"
is "$(on pc1 cat /shared/f)" data "/shared is there"
umlab exec pc1 -- sh -c 'echo back > /shared/g'; is "$(cat shared/g)" back "and is the lab's folder itself"
is "$(on pc1 cat /hostlab/lab.dep)" "pc1: r1" "/hostlab is the lab"
first=$(on r1 cat /root/shared.startup) second=$(on pc1 cat /root/shared.startup)
[ "${first/./}" -lt "${second/./}" ]; ok $? "lab.dep: r1 was started before pc1"
umlab lstart > out 2>&1; is $? 0 "a second start is fine"
like "$(cat out)" "ran already" "and leaves what runs"
[ -z "$(find . -newer lab.dep -name '*.cow' -o -name '*.img' -o -name '*.ready')" ]; ok $? "the lab's folder holds nothing of ours"

claim "lhalt ends it in order" umlab lhalt
is "$(cat bye)" bye "with its shutdown files"
is "$(umlab list --json | jq -r '[.[].state]|unique|join(" ")')" stopped "and its machines are kept"
rm bye; printf 'true\nfalse\nls /no/such\n' > r1.startup
umlab lstart r1 > out 2>&1; is $? 1 "a startup file that fails is status 1"
like "$(umlab log --startup r1)" "r1.startup:2: status 1: false" "and log tells its line"
is "$(umlab linfo --json | jq -r '[.machines[].state]|join(" ")')" "stopped trouble" "and linfo its state"
claim "lclean removes all" umlab lclean
is "$(umlab list -a --json)" "[]" "nothing is left"

# The same lab twice, and the end of the starter.
umlab lstart > out1 2>&1 & one=$!; umlab lstart > out2 2>&1 & two=$!
wait $one; a=$?; wait $two; b=$?
[ $a -le 1 ] && [ $b -le 1 ] && [ "$(umlab list --json | jq length)" = 2 ]; ok $? "two starts at the same time make one lab"
umlab lclean
(as_user setsid "$UMLAB" lstart > out 2>&1) & starter=$!
wait_for 20 sh -c "grep -q booting out"
kill -KILL $starter; wait $starter 2>/dev/null
umlab list --json > list.json; ok $? "list works after the starter was killed"
claim "wipe removes all of it" umlab wipe -f
[ -z "$(find "$UMLAB_HOME/state" "$XDG_RUNTIME_DIR" -type f -o -type s)" ]; ok $? "nothing is left"

# A lab that may not be written.
rm -f bye; echo true > r1.startup; chmod a-w . shared
claim "a lab in a read-only folder starts" umlab lstart r1
umlab exec r1 touch /hostlab/x 2> err; [ $? -ne 0 ]; ok $? "and cannot be written by a guest"
chmod u+w . shared
umlab lstart --print > out; like "$(cat out)" "pc1 after r1" "--print shows the plan"
umlab lstart nosuch 2> err; is $? 3 "a machine that is not there is status 3"
claim "wipe once more" umlab wipe -f
done_testing
