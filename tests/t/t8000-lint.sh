#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8000-lint.sh - what lint tells about labs, and what Kathará and Netkit would have told
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
UMLAB=$BUILD/umlab
[ -x "$UMLAB" ] || skip_all "no command at $UMLAB (make labs)"
export UMLAB_HOME=$SCRATCH/home XDG_RUNTIME_DIR=
mkdir "$SCRATCH/lab" && cd "$SCRATCH/lab" || exit 1
umlab() { "$UMLAB" "$@"; }

# strict TOOL LINE: what the tool would say to a lab.conf of this line; empty when it takes it.
strict() { printf '%s\n' "$2" > lab.conf; umlab lint -q --strict="$1" | sed -n 's/.*: strict: //p'; }
takes() { is "$(strict "$1" "$2")" "" "$1 takes $2"; }
refuses() { like "$(strict "$1" "$2")" "$3" "$1 refuses $2"; }

takes kathara 'pc1[0]=A'
takes kathara 'pc1[0]="A"'
takes kathara "pc1[0]='A'"
takes kathara 'pc1[0]="A" # remark'
takes kathara 'r1[0]="B/02:42:ac:11:00:02"'
takes kathara 'pc_1[image]="kathara/frr"'
refuses kathara 'pc1[0]=A # remark' "part of a value"
refuses kathara 'PC1[0]=A' "letters a-z"
refuses kathara 'pc-1[0]=A' "letters a-z"
refuses kathara 'pc1[0] = A' "no blank"
refuses kathara 'pc1[image]=' "a value behind"
refuses kathara 'pc1[1]=A' "no gap"
refuses kathara 'machines="pc1"' "syntax error"
refuses kathara 'pc1[0]=tap,10.0.0.1,10.0.0.2' "no tap"
refuses kathara 'pc1[0]=a-b' "collision domains"
refuses kathara "$(printf 'pc1[0]=A\npc1[1]=A')" "once"
refuses kathara "$(printf 'pc1[0]=A\nLAB_WEB="http://x/?a=b"')" "second ="
takes netkit 'pc1[0]=A'
takes netkit 'pc-1[M]=64'
takes netkit "$(printf 'anything\npc1[0]=A')"
refuses netkit 'pc1[0]="A"' "quotes"
refuses netkit 'pc1[0] =A' "directly behind"
refuses netkit 'pc1[0]=A # x' "part of it"
refuses netkit 'pc1[bridged]=true' "no option bridged"
refuses netkit 'p.c[0]=A' "names of"
refuses netkit 'pc1[0]=A/02:42:ac:11:00:02' "MAC address"

printf 'pc1[0]=A\n  pc1[mem]=lots\nimages\n' > lab.conf
umlab lint -q > out; is $? 1 "a lab with an error is status 1"
like "$(cat out)" 'lab.conf:2:7: error: pc1\[mem\]: "lots"' "with file, line and column"
like "$(cat out)" 'lab.conf:3:1: warning' "a line that is nothing is a warning"
is "$(umlab lint --json | jq -r '.[0].line')" 2 "the same as JSON"
umlab lstart > out 2>&1; is $? 1 "such a lab is not started"
like "$(cat out)" "nothing was started" "and says so"
umlab lint /no/such > out 2>&1; is $? 3 "no folder is status 3"
printf 'pc1[0]=A\n' > lab.conf
umlab lint --strict=gns3 > out 2>&1; is $? 2 "an unknown tool is a usage error"

# The set of machines.
mkdir -p pc2 docs shared; touch pc2.startup
is "$(umlab linfo --json | jq -r '[.machines[].name]|join(" ")')" "pc1 pc2" "a folder with a startup file is a machine, other folders are none"
printf 'machines="pc1"\npc1[0]=A\n' > lab.conf
is "$(umlab linfo --json | jq -r '[.machines[].name]|join(" ")')" "pc1" "machines= decides"
rm lab.conf pc2.startup
umlab lint -q > out; is $? 1 "without lab.conf there is none"
is "$(umlab linfo -F --json | jq -r '[.machines[].name]|join(" ")')" "docs pc2" "but with -F each folder is one"

# Maps.
printf 'pc1[0]=A\nr1[0]=A\nr1[1]=B\n' > lab.conf; rm -rf pc2 docs
is "$(umlab linfo -q -t)" "$(printf 'A\n ├── pc1 eth0\n └── r1 eth0\nB\n └── r1 eth1')" "a map for the terminal"
umlab linfo --svg > map.svg
is "$(grep -c '<line' map.svg)-$(grep -c '<ellipse' map.svg)-$(tail -n 1 map.svg)" "3-2-</svg>" "a map in SVG"
umlab linfo --svg | cmp -s - map.svg; ok $? "the same each time"

# Messages in other languages.
export LC_ALL=C.UTF-8 LANGUAGE=es
umlab start 2> err; like "$(cat err)" "^uso: umlab start" "umlab speaks Spanish" || diag < err
unset LANGUAGE
if command -v xgettext > /dev/null; then
	(cd "$TOP" && xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 -o - labs/*/*.[ch]) > all.pot
	for po in "$TOP"/labs/po/*.po; do
		msgmerge -q --no-fuzzy-matching -o merged.po "$po" all.pot
		is "$(msgattrib --untranslated --no-obsolete merged.po | grep '^msgid' | tail -n +2)" "" "$(basename "$po") has every message (make labs-po shows those it lacks)"
	done
fi
done_testing
