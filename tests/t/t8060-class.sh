#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8060-class.sh - umlab class: parameters, status, exec, collect and reset for all students
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
mkdir -p lab/pc/etc
printf 'LAB_DESCRIPTION="lab of {{login}}"\npc[0]=A\n' > lab/lab.conf
parameters='{{number}} {{range port 1000-1999}} {{word colour red green blue}} {{other}}'
echo "echo $parameters > /root/parameters" > lab/pc.startup
printf 'ana,Ana\nbo # Bo\n\ncai\n' > students
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"

umlab class create k 2> err
is $? 2 "class create without students or lab is a usage error"
printf 'ana\nana\n' > twice; umlab class create --students twice --lab lab k 2> err
is $? 1 "class create refuses a list with a login twice"
like "$(cat err)" "twice:2: login ana appears twice" \
	"class create names the line of a repeated login"
claim "class create makes a class" umlab class create --students students --lab lab k
is "$(umlab class status k --json | jq -r '[.[].student]|join(" ")')" "ana bo cai" \
	"class status shows each student of the list"
file() { cat "$UMLAB_HOME/state/classes/k/students/$1/$2"; }
like "$(file ana lab.conf)" 'lab of ana' "class create fills in the student's login"
like "$(file ana pc.startup)" '^echo 1 1[0-9]{3} (red|green|blue) \{\{other\}\} ' \
	"class create fills in number, range and word, and leaves unknown parameters alone"
[ "$(file ana pc.startup)" != "$(file bo pc.startup)" ]
ok $? "two students get different parameters"
before=$(file bo pc.startup); echo dan >> students
umlab class create --students students --lab lab k > /dev/null 2>&1
is "$(file bo pc.startup)" "$before" \
	"a second class create keeps the parameters of present students"
is "$(umlab class status k --json | jq length)" 4 "a second class create adds a new student"

claim "class start starts the labs of two students" umlab class start k ana bo
is "$(umlab class status k --json | jq -r '[.[]|.ready]|join(" ")')" "1 1 0 0" \
	"class status counts each student's ready machines"
like "$(umlab class exec k -- cat /root/parameters)" "^== bo pc" \
	"class exec shows student and machine above each output"
umlab class exec k -- false > out; is $? 1 "class exec fails when a command fails"
umlab class collect --to packs k ana 2> err; is $? 1 "class collect refuses running machines"
claim "class stop stops all labs" umlab class stop k
# A student's guest may have filled the lab with anything.
lab=$(umlab class status k --json | jq -r '.[]|select(.student=="ana").folder')
(cd "$lab" && mkfifo fifo && ln -s "$SCRATCH/outside" out && ln -s ../../up up &&
	ln -s lab.conf in && echo x > suid && echo x > "$(printf 'a\033[31m')" &&
	chown -h --reference=lab.conf -- * && chmod 6755 suid)
claim "class collect packs the lab of a student" umlab class collect --to packs k ana
listed=$(tar --zstd -tvf packs/ana.tar.zst | grep -vE '^d' | awk '/ ana\// { print $1, $2, $6 }')
is "$(grep -cE 'fifo|/out|/up|31m' <<< "$listed")" 0 \
	"a pack has no FIFO, link that leads out, or name with an escape"
like "$listed" "rwxr-xr-x 0/0 ana/suid" "a pack has no set-user-ID bit and no owner"
like "$listed" "ana/in" "a pack has the links that stay inside"
packed='ana/lab.conf|pc/(disk|startup.log|console.log)'
is "$(tar --zstd -tf packs/ana.tar.zst | grep -cE "$packed")" 4 \
	"a pack of class collect holds lab, disk and logs"
umlab class reset k 2> err; is $? 2 "class reset without a student is a usage error"
claim "class reset resets the lab of a student" umlab class reset k ana
[ -z "$(find "$UMLAB_HOME/state/labs" -path '*ana*' -name 'disk.*')" ]
ok $? "class reset removes the disk, so that the next start makes a new one"
claim "class remove removes the class" umlab class remove -f k
is "$(umlab list -a --json)" "[]" "list shows no machine after class remove"
done_testing
