#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8000-lint.sh - umlab lint: errors in lab files, and what Kathará and Netkit would refuse
#
# Also checks how umlab finds the machines of a lab, its maps and its translations.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
UMLAB=$BUILD/umlab
[ -x "$UMLAB" ] || skip_all "no command at $UMLAB (make labs)"
export UMLAB_HOME=$SCRATCH/home XDG_RUNTIME_DIR=
mkdir "$SCRATCH/lab" && cd "$SCRATCH/lab" || exit 1
umlab() { "$UMLAB" "$@"; }

# strict TOOL LINE: print what TOOL would say about a lab.conf with this line; nothing if TOOL
# accepts the line.
strict() {
	printf '%s\n' "$2" > lab.conf
	umlab lint -q --strict="$1" | sed -n 's/.*: strict: //p'
}
accepts() { is "$(strict "$1" "$2")" "" "$1 accepts ${2//$'\n'/, then }"; }
refuses() { like "$(strict "$1" "$2")" "$3" "$1 refuses ${2//$'\n'/, then }"; }

accepts kathara 'pc1[0]=A'
accepts kathara 'pc1[0]="A"'
accepts kathara "pc1[0]='A'"
accepts kathara 'pc1[0]="A" # remark'
accepts kathara 'r1[0]="B/02:42:ac:11:00:02"'
accepts kathara 'pc_1[image]="kathara/frr"'
refuses kathara 'pc1[0]=A # remark' "part of a value"
refuses kathara 'PC1[0]=A' "letters a-z"
refuses kathara 'pc-1[0]=A' "letters a-z"
refuses kathara 'pc1[0] = A' "no blank"
refuses kathara 'pc1[image]=' "a value after"
refuses kathara 'pc1[1]=A' "no gap"
refuses kathara 'machines="pc1"' "syntax error"
refuses kathara 'pc1[0]=tap,10.0.0.1,10.0.0.2' "no tap"
refuses kathara 'pc1[0]=a-b' "collision domains"
refuses kathara "$(printf 'pc1[0]=A\npc1[1]=A')" "once"
refuses kathara "$(printf 'pc1[0]=A\nLAB_WEB="http://x/?a=b"')" "second ="
accepts netkit 'pc1[0]=A'
accepts netkit 'pc-1[M]=64'
accepts netkit "$(printf 'anything\npc1[0]=A')"
refuses netkit 'pc1[0]="A"' "quotes"
refuses netkit 'pc1[0] =A' "directly after"
refuses netkit 'pc1[0]=A # x' "part of it"
refuses netkit 'pc1[bridged]=true' "no option bridged"
refuses netkit 'p.c[0]=A' "names of"
refuses netkit 'pc1[0]=A/02:42:ac:11:00:02' "MAC address"

printf 'pc1[0]=A\n  pc1[mem]=lots\nimages\n' > lab.conf
umlab lint -q > out; is $? 1 "lint exits with status 1 for a lab with an error"
like "$(cat out)" 'lab.conf:2:7: error: pc1\[mem\]: "lots"' \
	"lint names file, line and column of an error"
like "$(cat out)" 'lab.conf:3:1: warning' "lint warns about a line that is no assignment"
is "$(umlab lint --json | jq -r '.[0].line')" 2 "lint --json gives the line of an error"
umlab lstart > out 2>&1; is $? 1 "lstart refuses a lab with an error"
like "$(cat out)" "nothing was started" "lstart says that nothing was started"
umlab lint /no/such > out 2>&1; is $? 3 "lint exits with status 3 for a missing folder"
printf 'pc1[0]=A\n' > lab.conf
umlab lint --strict=gns3 > out 2>&1; is $? 2 "lint --strict with an unknown tool is a usage error"

# Test which machines belong to a lab.
machines() { umlab linfo "$@" --json | jq -r '[.machines[].name]|join(" ")'; }
mkdir -p pc2 docs shared; touch pc2.startup
is "$(machines)" "pc1 pc2" "a folder is a machine only if it has a startup file"
printf 'machines="pc1"\npc1[0]=A\n' > lab.conf
is "$(machines)" "pc1" "machines= limits the set of machines"
rm lab.conf pc2.startup
umlab lint -q > out; is $? 1 \
	"lint exits with status 1 for a folder without lab.conf and startup files"
is "$(machines -F)" "docs pc2" "without lab.conf, -F makes each folder a machine"

# Test the maps of a lab.
printf 'pc1[0]=A\nr1[0]=A\nr1[1]=B\n' > lab.conf; rm -rf pc2 docs
is "$(umlab linfo -q -t)" "$(printf 'A\n ├── pc1 eth0\n └── r1 eth0\nB\n └── r1 eth1')" \
	"linfo -t draws domains and their interfaces as trees"
umlab linfo --svg > map.svg
is "$(grep -c '<line' map.svg)-$(grep -c '<ellipse' map.svg)-$(tail -n 1 map.svg)" "3-2-</svg>" \
	"linfo --svg draws three interfaces and two domains"
umlab linfo --svg | cmp -s - map.svg; ok $? "linfo --svg draws the same map each time"

# Test messages in other languages.
export LC_ALL=C.UTF-8 LANGUAGE=es
umlab start 2> err; like "$(cat err)" "^uso: umlab start" "umlab speaks Spanish" || diag < err
unset LANGUAGE
if command -v xgettext > /dev/null; then
	(cd "$TOP" && xgettext --keyword=_ --keyword=N_ --from-code=UTF-8 -o - labs/*/*.[ch]) \
		> all.pot
	for po in "$TOP"/labs/po/*.po; do
		msgmerge -q --no-fuzzy-matching -o merged.po "$po" all.pot
		untranslated=$(msgattrib --untranslated --no-obsolete merged.po | grep '^msgid')
		is "$(tail -n +2 <<< "$untranslated")" "" \
			"$(basename "$po") has every message (make labs-po shows missing ones)"
	done
fi
done_testing
