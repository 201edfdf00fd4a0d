#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8020-labs.sh - a lab from lstart to wipe: its files, start order, startup files, failures
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

# Use a folder name with characters that are special in paths, sockets and options.
lab="$SCRATCH/home/my lab é,:x"
mkdir -p "$lab/pc1/etc" "$lab/pc1/root" "$lab/shared"; cd "$lab" || exit 1
# The lines of pc1 begin with a byte order mark and end in CRLF, as editors of Windows write them.
{
	printf '\xef\xbb\xbfLAB_DESCRIPTION="two machines"\r\n'
	printf '%s\r\n' 'pc1[0]=A' 'pc1[mem]=64' 'pc1[exec]="echo exec > /root/exec"'
	cat << 'END'
r1[0]=A # remark
r1[1]=B/02:42:ac:11:00:02
r1[sysctl]=net.ipv4.ip_forward=1
r1[env]="COLOR=it's red"
r1[ulimit]=nofile=512:600
END
} > lab.conf
echo "pc1: r1" > lab.dep
printf 'touch /root/started\r\n' > pc1.startup
echo 'echo bye > /hostlab/.out/pc1/bye' > pc1.shutdown
# shellcheck disable=SC2016
printf 'echo $COLOR $(ulimit -S -n) > /root/color\n' > r1.startup
echo 'date +%s.%N > /root/shared.startup' > shared.startup
echo configured > pc1/etc/pc1.conf; printf 'a\r\nb\r\n' > pc1/root/dos; echo data > shared/f
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
on() { umlab exec "$@"; }
states() { umlab list --json | jq -r '[.[].state]|unique|join(" ")'; }

umlab lstart > out 2>&1; is $? 0 "lstart starts the lab"
like "$(cat out)" "2 of 2 machines ready" "lstart counts the machines that are ready"
like "$(cat out)" "Description +two machines" "lstart shows the lab's description"
! grep -q "$(printf '\033')" out; ok $? "lstart writes no colours to a file"
is "$(on pc1 cat /etc/pc1.conf)" configured "a machine has the files of its folder"
is "$(on pc1 -- od -An -c /root/dos | tr -d ' \n')" 'a\nb\n' \
	"text files with CRLF line ends have LF line ends in the machine"
is "$(on pc1 -- stat -c '%U %a' /root /tmp | tr '\n' ,)" "root 700,root 1777," \
	"/root and /tmp keep owner and mode when files are copied into them"
on pc1 test -e /root/started; ok $? "a startup file with CRLF line ends runs"
is "$(on pc1 cat /root/exec)" exec "a line of the option exec runs in the machine"
on pc1 test -e /tmp/EOS; ok $? "/tmp/EOS exists when the startup files have ended"
is "$(on r1 cat /root/color)" "it's red 512" "the options env and ulimit apply to startup files"
# shellcheck disable=SC2016  # for the guest's shell
is "$(umlab exec r1 -- sh -c 'echo "$COLOR"')" "it's red" "the option env applies to exec"
is "$(on r1 cat /proc/sys/net/ipv4/ip_forward)" 1 "the option sysctl is set in the machine"
is "$(on pc1 cat /shared/f)" data "the guest sees the lab's folder shared as /shared"
umlab exec pc1 -- sh -c 'echo back > /shared/g'
is "$(cat shared/g)" back "the guest's writes to /shared are files in the lab's folder shared"
is "$(on pc1 cat /hostlab/lab.dep)" "pc1: r1" "the guest sees the lab's folder as /hostlab"
first=$(on r1 cat /root/shared.startup) second=$(on pc1 cat /root/shared.startup)
[ "${first/./}" -lt "${second/./}" ]
ok $? "with lab.dep, r1 ran its startup file before pc1"
umlab lstart > out 2>&1; is $? 0 "lstart succeeds for a lab that runs"
like "$(cat out)" "ran already" "lstart says which machines ran already"
[ -z "$(find . -newer lab.dep -name '*.cow' -o -name '*.img' -o -name '*.ready')" ]
ok $? "umlab writes no disks or marks into the lab's folder"

claim "lhalt shuts the machines down cleanly" umlab lhalt
is "$(cat .out/pc1/bye)" bye "lhalt runs the shutdown files"
is "$(states)" stopped "lhalt keeps the stopped machines"
rm .out/pc1/bye; printf 'true\nfalse\nls /no/such\n' > r1.startup
umlab lstart r1 > out 2>&1; is $? 1 "lstart exits with status 1 when a startup file fails"
like "$(umlab log --startup r1)" "r1.startup:2: status 1: false" \
	"log --startup names the line of a startup file that failed"
is "$(umlab linfo --json | jq -r '[.machines[].state]|join(" ")')" "stopped trouble" \
	"linfo shows a machine whose startup file failed as trouble"
claim "lclean removes the lab's machines" umlab lclean
is "$(umlab list -a --json)" "[]" "list shows no machine after lclean"

# Start one lab twice at the same time, then kill a starting process.
umlab lstart > out1 2>&1 & one=$!; umlab lstart > out2 2>&1 & two=$!
wait $one; a=$?; wait $two; b=$?
[ $a -le 1 ] && [ $b -le 1 ] && [ "$(umlab list --json | jq length)" = 2 ]
ok $? "two lstarts at the same time create each machine once"
umlab lclean
(as_user setsid "$UMLAB" lstart > out 2>&1) & starter=$!
wait_for 20 sh -c "grep -q booting out"
kill -KILL $starter; wait $starter 2>/dev/null
umlab list --json > list.json; ok $? "list works after lstart was killed"
claim "wipe works after lstart was killed" umlab wipe -f
[ -z "$(find "$UMLAB_HOME/state" "$XDG_RUNTIME_DIR" -type f -o -type s)" ]
ok $? "wipe leaves no file or socket behind"

# Test a lab whose folder is read-only.
rm -rf .out; echo true > r1.startup; chmod a-w . shared
claim "a lab in a read-only folder starts" umlab lstart r1
umlab exec r1 touch /hostlab/x 2> err; [ $? -ne 0 ]
ok $? "a guest cannot write to a lab in a read-only folder"
chmod u+w . shared
umlab lstart --print > out
like "$(cat out)" "pc1 after r1" "lstart --print shows the order of lab.dep"
umlab lstart nosuch 2> err; is $? 3 "lstart exits with status 3 for a missing machine"
claim "wipe removes the lab" umlab wipe -f
done_testing
