#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0110-rooms.sh - check what each folder may include and call, and which may end the program
. "$(dirname "$0")/../lib/tap.sh" || exit 1
cd "$TOP" || exit 1

have_objects() {
	compgen -G "$BUILD/labs/obj/*/*.o" > /dev/null &&
		compgen -G "$BUILD/kernel/arch/um/kernel/*.o" > /dev/null
}
have_objects || skip_all "no objects to look at (make kernel labs net umlab-disk)"

modules() { # modules WHAT TITLE
	claim "$2" python3 tests/lib/modules.py --build "$BUILD" "$1"
}
modules cycles "no two modules use each other"
modules headers "each module that others use has a header with its name"
modules rooms "a room uses only the rooms below it"
modules exits "only the rooms of the commands end the program"

# offences FILE TITLE: claim that FILE is empty
offences() {
	[ ! -s "$1" ]; ok $? "$2" || head -n 40 "$1" | diag
}

git ls-files -co --exclude-standard '*.c' '*.h' '*.S' > "$SCRATCH/sources"

# includes FOLDER ROOM ALLOWED...: print what a room includes from rooms other than those allowed
includes() {
	local folder=$1 room=$2 allowed; shift 2
	allowed=$(IFS='|'; echo "$*")
	grep "^$folder/$room/" "$SCRATCH/sources" | xargs -r grep -HnE '^#include "[a-z_]+/' |
		grep -vE "\"($allowed)/"
}
{
	includes labs base base
	includes labs link base link
	includes labs image base link image
	includes labs machine base link image machine
	includes labs lab base link image machine lab
	includes labs check base link image machine lab check
	includes slirp-glue common common um
	includes slirp-glue switch common switch um
	includes slirp-glue uplink common uplink um
	includes drivers-ubd worker worker
} > "$SCRATCH/upwards"
offences "$SCRATCH/upwards" "no file includes a header of a room above its own"

xargs grep -HnE '^#include "\.\./' < "$SCRATCH/sources" > "$SCRATCH/dots"
offences "$SCRATCH/dots" "no include leaves a folder by dots"

# A .c file includes its own header first, which proves that the header needs no other before it.
grep -E '^(arch-um|drivers-ubd|cow|slirp-glue|labs)/.*\.c$' "$SCRATCH/sources" |
while read -r file; do
	header=${file%.c}.h
	[ -e "$header" ] || continue
	first=$(grep -m1 '^#include "' "$file")
	case $first in
	*"/${header##*/}\""*|*"\"${header##*/}\""*) ;;
	*) echo "$file: $first" ;;
	esac
done > "$SCRATCH/own"
offences "$SCRATCH/own" "each file includes its own header before other headers of ours"

# A folder with many files is hard to survey. A source and its header count as one.
git ls-files -co --exclude-standard '*.c' '*.h' '*.S' '*.sh' '*.py' | grep -v '^arch-um/include/' |
	sed -E 's/\.[a-zS]+$//' | sort -u | sed 's,/[^/]*$,,' | uniq -c |
	awk '$1 > 25 && $2 !~ "^tests/(t|guest|unit)$" { print $2 ": " $1 " modules" }' \
		> "$SCRATCH/flat"
offences "$SCRATCH/flat" "no folder of the product holds more than 25 modules"
done_testing
