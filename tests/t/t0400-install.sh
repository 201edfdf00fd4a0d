#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0400-install.sh - `make install` installs working programs with their documentation
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
cd "$TOP" || exit 1
chmod 755 "$SCRATCH"
root=$SCRATCH/root prefix=/opt/umlab
claim "make install succeeds" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS \
	make -s install PREFIX=$prefix DESTDIR="$root"
share=$root$prefix/share
version=$(sed -n 's/^VERSION := //p' GNUmakefile)
is "$(find "$root" -not -path "$root$prefix*" -not -path "${root}/opt" -not -path "$root")" "" \
	"nothing lies outside PREFIX below DESTDIR"
is "$(find "$root" ! -type l ! -perm -a=r | head -n 3)" "" "every user can read all installed files"
cd "$SCRATCH" || exit 1
for program in "$root$prefix"/bin/*; do
	name=${program##*/}
	text=$( (as_user "$program" --help) 2> "$SCRATCH/err"); status=$?
	[ $status -eq 0 ] && [ -n "$text" ] && [ ! -s "$SCRATCH/err" ]
	ok $? "$name --help prints its help to standard output"
	like "$( (as_user "$program" --version) 2>&1)" "^$name $version( |\$)" \
		"$name --version prints the version of the GNUmakefile"
	[ -s "$share/man/man1/$name.1" ]
	ok $? "$name has a man page"
	grep -qw "$name" "$share/bash-completion/completions/$name" 2>/dev/null || [ -L "$program" ]
	ok $? "$name has a completion"
	(as_user "$program" --no-such-option) > "$SCRATCH/out" 2> "$SCRATCH/err"
	is "$?-$(wc -l < "$SCRATCH/out")" 2-0 \
		"$name reports an unknown option on standard error and exits with 2"
done
for program in umlab umlab-net umlab-disk; do
	elf=$(readelf -hld "$root$prefix/bin/$program" 2>&1)
	like "$elf" 'Type: +DYN' "$program is position independent"
	like "$elf" 'GNU_RELRO' "$program has read-only relocations"
	like "$elf" 'FLAGS_1.*NOW' "$program binds its symbols at the start"
done
LINUX=$root$prefix/bin/umlab-linux
boot 60 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" then=poweroff
is $? 0 "the installed kernel boots and powers off"
release=$(cat "$BUILD/kernel/include/config/kernel.release")
[ -s "$root$prefix/lib/umlab/modules/$release/modules.dep" ]
ok $? "the modules of the installed kernel are installed"
done_testing
