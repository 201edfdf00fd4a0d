#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8060-class.sh - a class: parameters, status, reset, collect, broadcast
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
mkdir -p lab/pc/etc
printf 'LAB_DESCRIPTION="lab of {{login}}"\npc[0]=A\n' > lab/lab.conf
printf 'echo {{number}} {{range port 1000-1999}} {{word colour red green blue}} {{other}} > /root/parameters\n' > lab/pc.startup
printf 'ana,Ana\nbo # Bo\n\ncai\n' > students
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"

umlab class create k 2> err; is $? 2 "a class without students or lab is a usage error"
printf 'ana\nana\n' > twice; umlab class create --students twice --lab lab k 2> err; is $? 1 "a login twice is refused"
like "$(cat err)" "twice:2: login ana appears twice" "with its line"
claim "class create" umlab class create --students students --lab lab k
is "$(umlab class status k --json | jq -r '[.[].student]|join(" ")')" "ana bo cai" "each has a lab"
file() { cat "$UMLAB_HOME/state/classes/k/students/$1/$2"; }
like "$(file ana lab.conf)" 'lab of ana' "parameters are put in"
like "$(file ana pc.startup)" '^echo 1 1[0-9]{3} (red|green|blue) \{\{other\}\} ' "of all kinds, and nothing else"
[ "$(file ana pc.startup)" != "$(file bo pc.startup)" ]; ok $? "another student has others"
before=$(file bo pc.startup); echo dan >> students
umlab class create --students students --lab lab k > /dev/null 2>&1
is "$(file bo pc.startup)" "$before" "who is there already keeps what he has"
is "$(umlab class status k --json | jq length)" 4 "who joins later is added"

claim "class start, two of them" umlab class start k ana bo
is "$(umlab class status k --json | jq -r '[.[]|.ready]|join(" ")')" "1 1 0 0" "status tells who is ready"
like "$(umlab class exec k -- cat /root/parameters)" "^== bo pc" "exec tells whose output it is"
umlab class exec k -- false > out; is $? 1 "and fails when one does"
umlab class collect --to packs k ana 2> err; is $? 1 "running machines are not packed"
claim "class stop" umlab class stop k
claim "class collect" umlab class collect --to packs k ana
is "$(tar --zstd -tf packs/ana.tar.zst | grep -cE 'ana/lab.conf|pc/(disk|startup.log|console.log)')" 4 "lab, disk and logs are in the pack"
umlab class reset k 2> err; is $? 2 "reset wants names"
claim "class reset" umlab class reset k ana
[ -z "$(find "$UMLAB_HOME/state/labs" -path '*ana*' -name 'disk.*')" ]; ok $? "the disk is gone; the next start makes a new one"
claim "class remove" umlab class remove -f k
is "$(umlab list -a --json)" "[]" "nothing is left"
done_testing
