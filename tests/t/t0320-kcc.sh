#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# t0320-kcc.sh - kcc, which precompiles headers, makes the same objects as gcc
#
# A small tree with the headers that kcc precompiles stands in for the kernel's.

. "$(dirname "$0")/../lib/tap.sh" || exit 1

command -v gcc > /dev/null || skip_all "no gcc"
cd "$SCRATCH" || exit 1
claim "kcc builds without a warning" gcc -O2 -Wall -Wextra -Werror -o kcc "$TOP/labs/setup/kcc.c"

mkdir -p net
headers=$(grep -Eo '<(linux|net)/[a-z_/]+\.h>' "$TOP/labs/setup/kcc.c" | tr -d '<>' | sort -u)
for name in $headers; do
	mkdir -p "include/$(dirname "$name")" && : > "include/$name"
done
cat > include/linux/module.h <<'EOF'
#ifndef MODULE_H
#define MODULE_H
#ifndef pr_fmt
#define pr_fmt(text) text
#endif
#ifndef KNOB
#define KNOB 1
#endif
#define message(text) pr_fmt(text)
static inline int answer(void) { return 42; }
#endif
EOF
: > include/config.h
cat > plain.part <<'EOF'
#include <linux/module.h>
const char name[] = KBUILD_MODNAME, text[] = message("hello");
int knob = KNOB;
int value(void) { return answer(); }
EOF

# compile COMPILER OUTPUT SOURCE: compile as kbuild does, with the module's name in the options.
compile() {
	local output=$2 source=$3 base; base=$(basename "$3" .c)
	$1 "-Wp,-MMD,${output%.o}.d" -include include/config.h -D__KERNEL__ -nostdinc -Iinclude \
		-O2 "-DKBUILD_MODNAME=\"$base\"" "-D__KBUILD_MODNAME=kmod_$base" \
		-c -o "$output" "$source"
}

# same SOURCE: succeed if kcc and gcc make the same object.
same() {
	compile gcc net/text.o "$1" && compile "./kcc gcc" net/pch.o "$1" &&
		cmp net/text.o net/pch.o
}

for i in $(seq 12); do cp plain.part "net/f$i.c"; compile "./kcc gcc" "net/f$i.o" "net/f$i.c"; done
claim "the header is precompiled after a dozen files" ls .pch/*/k.h.gch
claim "an ordinary file gives the same object" same net/f1.c
claim "the object keeps its own module name" grep -q f3 net/f3.o

{ echo '#define pr_fmt(text) "early: " text'; cat plain.part; } > net/early.c
claim "a file with its own pr_fmt gives the same object" same net/early.c
claim "that pr_fmt is in the object" grep -q "early: hello" net/pch.o

{
	cat plain.part
	printf '%s\n' '#undef pr_fmt' '#define pr_fmt(text) "late: " text' \
		'char late[] = message("x");'
} > net/late.c
claim "a file that changes pr_fmt later gives the same object" same net/late.c

{ echo '#define KNOB 7'; cat plain.part; } > net/knob.c
claim "a file that sets a macro for a header gives the same object" same net/knob.c

compile "./kcc gcc" net/f1.o net/f1.c
like "$(cat net/f1.d)" 'include/linux/module\.h' \
	"the object depends on a precompiled header's sources"
is "$(grep -c pch net/f1.d)" 0 "the object does not depend on files of kcc"

before=$(stat -c %Y.%y .pch/*/k.h.gch)
sed -i 's/return 42/return 43/' include/linux/module.h
claim "a changed header reaches the object" same net/f2.c
[ "$(stat -c %Y.%y .pch/*/k.h.gch)" != "$before" ]; ok $? "a changed header is precompiled again"

echo 'int broken(void) { return nothing; }' >> net/f4.c
compile "./kcc gcc" net/f4.o net/f4.c 2> errors; status=$?
is "$status" 1 "an error in the source fails the compilation"
is "$(grep -c 'error:' errors)" 1 "an error in the source is reported once"

done_testing
