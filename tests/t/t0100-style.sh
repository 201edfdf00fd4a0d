#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0100-style.sh - check the source: names, heads, walls, comments
. "$(dirname "$0")/../lib/tap.sh" || exit 1
cd "$TOP" || exit 1
FOLDERS=$(ls -d arch-um drivers-ubd cow slirp-glue labs tests 2>/dev/null)

# Files that git tracks or would add; kbuild dictates the names below asm/, uapi/ and vdso/.
# shellcheck disable=SC2086
git ls-files -co --exclude-standard $FOLDERS > "$SCRATCH/files" 2>/dev/null ||
	find $FOLDERS -type f > "$SCRATCH/files"
grep -E '\.[chS]$' "$SCRATCH/files" | while read -r file; do
	[ -e "$file" ] && echo "$file"
done > "$SCRATCH/sources"
grep -vE '/(asm|uapi|vdso)/' "$SCRATCH/sources" > "$SCRATCH/ours"

none() { # none FILE TITLE: claim that the file of offences is empty
	[ ! -s "$1" ]; ok $? "$2" || sort -u "$1" | head -n 40 | diag
}

grep -E '\.[ch]$' "$SCRATCH/ours" | sed 's,.*/,,' | sort | uniq -d > "$SCRATCH/twice"
none "$SCRATCH/twice" "each .c and .h name occurs once in the tree"

: > "$SCRATCH/headless"
{ cat "$SCRATCH/ours"; grep -E '\.(sh|mk|py)$' "$SCRATCH/files"; } | while read -r file; do
	[ -f "$file" ] || continue
	name=$(basename "$file")
	head -n 5 "$file" | grep -qF -e "$name - " -e "${name%.*} - " || echo "$file"
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier:' || echo "$file (SPDX)"
done > "$SCRATCH/headless"
none "$SCRATCH/headless" "each file starts with its name, its purpose and its licence"

grep -E '\.(c|h|S|sh|py|js)$' "$SCRATCH/files" | while read -r file; do
	lines=$(wc -l < "$file")
	[ "$lines" -le 500 ] || head -n 60 "$file" | tr '\n*#' ' ' | tr -s ' ' |
		grep -q 'than 500 lines because' ||
		echo "$file: $lines lines, and the head gives no reason"
done > "$SCRATCH/long"
none "$SCRATCH/long" "no file passes 500 lines without a reason in its head"

# Test scripts are executable and end at once when a file that they source is missing.
for script in tests/t/t*.sh; do
	[ -x "$script" ] || echo "$script: not executable"
	[ "$(head -n 1 "$script")" = '#!/bin/bash' ] || echo "$script: no shebang"
	grep -HnE '^\. ' "$script" | grep -v '|| exit 1$'
done > "$SCRATCH/scripts"
ls tests/t | grep -oE '^t[0-9]{4}' | sort | uniq -d | sed 's/$/: this number occurs twice/' \
	>> "$SCRATCH/scripts"
none "$SCRATCH/scripts" "each test script is executable, sources strictly, and has its own number"

# Sources, scripts, makefiles and pages fit 100 columns (a tab counts 8). Files whose
# form another program defines are exempt.
grep -E '\.(c|h|S|sh|py|mk|md|awk|js|css|html)$|akefile$|tests/run$|/pack-[a-z-]*$' \
	"$SCRATCH/files" |
	cat - <(ls GNUmakefile README.md CONTRIBUTING.md 2>/dev/null) |
	xargs perl -CSD -lne '1 while s/\t/" " x (8 - $-[0] % 8)/e;
		print "$ARGV:$.: " . length . " columns" if length > 100; close ARGV if eof' \
		> "$SCRATCH/wide"
none "$SCRATCH/wide" "no line is longer than 100 columns"

# Each call in host.h has a caller outside arch-um/host.
if [ -e arch-um/include/um/host.h ]; then
	gcc -fpreprocessed -dD -E -P arch-um/include/um/host.h 2>/dev/null |
		grep -oE '\bhost_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u |
	while read -r name; do
		grep -vE '^arch-um/(host/|include/um/host\.h)' "$SCRATCH/ours" |
			xargs grep -qlw -- "$name" || echo "$name() has no caller"
	done > "$SCRATCH/uncalled"
	none "$SCRATCH/uncalled" "each host_* call of host.h has a caller"
else
	skip "each host_* call of host.h has a caller" "no host.h yet"
fi

# Check the wall around arch-um/host in its objects. The compiler itself may call mem*().
OBJECTS=$BUILD/kernel/arch/um
if compgen -G "$OBJECTS/host/*/*.o" > /dev/null; then
	inside=$(find "$OBJECTS/host" -name '*.o' ! -name 'built-in*')
	outside=$(find "$OBJECTS" "$BUILD/kernel/drivers" -name '*.o' ! -name 'built-in*' \
		! -path "$OBJECTS/host/*" ! -name '*.mod.o' -path '*um*' -o \
		-path "$OBJECTS/*" ! -path "$OBJECTS/host/*" -name '*.o' ! -name 'built-in*')
	# shellcheck disable=SC2086
	{
	nm -A --defined-only -g $inside 2>/dev/null | awk '{ print $NF }' |
		sort -u > "$SCRATCH/host.defined"
	nm -A -u $inside 2>/dev/null | awk '{ print $NF }' | sort -u > "$SCRATCH/host.wanted"
	nm -A -u $outside 2>/dev/null | awk '{ print $NF }' | sort -u > "$SCRATCH/kernel.wanted"
	}
	comm -13 "$SCRATCH/host.defined" "$SCRATCH/host.wanted" |
		grep -vE '^(um_|stub_|lx_|mem(cpy|move|set|cmp)$|_GLOBAL_OFFSET_TABLE_$|_end$)' |
		while read -r name; do
			grep -qsw "$name" arch-um/host/libk.h || echo "$name"
		done > "$SCRATCH/out"
	none "$SCRATCH/out" "arch-um/host reaches the kernel by um_* names and what libk.h lists"
	comm -12 "$SCRATCH/host.defined" "$SCRATCH/kernel.wanted" |
		grep -vE '^(host_|mem(cpy|move|set|cmp)$)' > "$SCRATCH/in"
	none "$SCRATCH/in" "the kernel reaches arch-um/host by host_* names only"
	cat arch-um/include/um/*.h arch-um/host/process/boot.h > "$SCRATCH/contract"
	comm -12 "$SCRATCH/host.defined" "$SCRATCH/kernel.wanted" | grep '^host_' |
		while read -r name; do
		grep -qw "$name" "$SCRATCH/contract" || echo "$name"
	done > "$SCRATCH/undeclared"
	none "$SCRATCH/undeclared" \
		"each name that crosses is declared in um/*.h or host/process/boot.h"
else
	skip "arch-um/host and the kernel meet at host_* and um_* only" "no objects (make kernel)"
fi

# Check the wall in drivers-ubd: worker/ runs on host threads, kernel/ is kernel code.
room_objects() { # room_objects ROOM: prints the object of each source
	local source
	for source in drivers-ubd/"$1"/*.c; do echo "$BUILD/kernel/${source%.c}.o"; done
}
if compgen -G "$BUILD/kernel/drivers-ubd/worker/*.o" > /dev/null; then
	# shellcheck disable=SC2046
	{
	nm -g --defined-only $(room_objects worker) | awk 'NF == 3 { print $3 }' |
		sort -u > "$SCRATCH/worker.defined"
	nm -u $(room_objects worker) | awk 'NF == 2 { print $2 }' |
		sort -u > "$SCRATCH/worker.wanted"
	nm -u $(room_objects kernel) | awk 'NF == 2 { print $2 }' |
		sort -u > "$SCRATCH/driver.wanted"
	}
	comm -13 "$SCRATCH/worker.defined" "$SCRATCH/worker.wanted" | grep -vE '^(host_|cow_|lx_)' |
		while read -r name; do
			grep -qw "$name" arch-um/host/libk.h || echo "$name"
		done > "$SCRATCH/out"
	none "$SCRATCH/out" \
		"drivers-ubd/worker calls only functions host_*, cow_*, lx_* and those of libk.h"
	comm -12 "$SCRATCH/worker.defined" "$SCRATCH/driver.wanted" | while read -r name; do
		grep -qw "$name" drivers-ubd/worker/ubd_worker.h || echo "$name"
	done > "$SCRATCH/in"
	grep '^cow_' "$SCRATCH/driver.wanted" >> "$SCRATCH/in"
	none "$SCRATCH/in" \
		"drivers-ubd/kernel calls only functions of worker/ubd_worker.h, and none of cow/"
	grep -q . "$SCRATCH/worker.wanted" && grep -q '^ubd_worker_submit$' "$SCRATCH/driver.wanted"
	ok $? "the symbols of both rooms were read"
else
	skip "the rooms of drivers-ubd meet at ubd_worker.h only" "no objects (make kernel)"
fi
{
	grep -n '^#include .*worker/' drivers-ubd/kernel/*.[ch] | grep -v '"worker/ubd_worker.h"'
	grep -nE '^#include (<(linux|asm|net|crypto)/|"kernel/)' drivers-ubd/worker/*.[ch] |
		grep -v '<linux/errno.h>'
	grep -n '^#include' drivers-ubd/worker/ubd_worker.h | grep -v '<um/host.h>'
} > "$SCRATCH/includes"
none "$SCRATCH/includes" "kernel/ includes the contract of worker/ alone, worker/ no kernel header"

# Comments cite functions as name(). Each of these names must occur in our code, in the generic
# kernel or in a system header.
xargs perl -ne 'BEGIN { undef $/ } while (m{/\*(.*?)\*/|//([^\n]*)}gs) {
	my $c = $1 // $2;
	while ($c =~ /(?<![\w>.\$-])([a-z_][a-z0-9_]{3,})\(\)/g) { print "$1 $ARGV\n" } }' \
	< "$SCRATCH/ours" | sort -u > "$SCRATCH/cited"
{ cat "$SCRATCH/sources"; grep '\.sh$' "$SCRATCH/files"; } |
	xargs perl -ne 'BEGIN { undef $/ } s{/\*.*?\*/|//[^\n]*}{ }gs;
		print "$1\n" while /\b([A-Za-z_]\w{3,})\b/g' | sort -u > "$SCRATCH/code"
cut -d' ' -f1 "$SCRATCH/cited" | sort -u | comm -23 - "$SCRATCH/code" > "$SCRATCH/elsewhere"
SOURCE=$BUILD/src/linux
if [ -d "$SOURCE/kernel" ]; then
	(cd "$SOURCE" && grep -rhowFf "$SCRATCH/elsewhere" include kernel mm fs/*.[ch] fs/proc \
		block lib init drivers/tty drivers/base drivers/block security net/core \
		scripts tools/testing/kunit tools/testing/selftests 2>/dev/null) |
		sort -u > "$SCRATCH/generic"
	grep -rhowFf "$SCRATCH/elsewhere" /usr/include 2>/dev/null | sort -u >> "$SCRATCH/generic"
	sort -u "$SCRATCH/generic" | comm -23 "$SCRATCH/elsewhere" - |
		while read -r name; do grep "^$name " "$SCRATCH/cited"; done > "$SCRATCH/missing"
	none "$SCRATCH/missing" "each function that a comment names exists"
else
	grep -E '^(host|um|lx|stub|cow|ubd|lab|fdb|chain|mirror)_' "$SCRATCH/elsewhere" \
		> "$SCRATCH/missing"
	none "$SCRATCH/missing" "each function of ours that a comment names exists"
fi

for script in $(grep -E '\.sh$|/pack-cpio$|tests/run$' "$SCRATCH/files"); do
	head -n 1 "$script" | grep -q python || bash -n "$script" 2>> "$SCRATCH/syntax"
done
touch "$SCRATCH/syntax"
none "$SCRATCH/syntax" "each shell script parses"
done_testing
