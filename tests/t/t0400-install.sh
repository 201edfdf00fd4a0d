# SPDX-License-Identifier: GPL-2.0-only
# t0400-install.sh - what `make install` leaves works from where it lies, and is documented
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh"
need_kernel
cd "$TOP" || exit 1
chmod 755 "$SCRATCH"
root=$SCRATCH/root prefix=/opt/umlab
claim "make install" env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s install PREFIX=$prefix DESTDIR="$root"
share=$root$prefix/share
is "$(find "$root" -not -path "$root$prefix*" -not -path "${root}/opt" -not -path "$root")" "" "nothing lies outside PREFIX below DESTDIR"
is "$(find "$root" ! -type l ! -perm -a=r | head -n 3)" "" "everybody can read all of it"
cd "$SCRATCH" || exit 1
for program in "$root$prefix"/bin/*; do
	name=${program##*/}
	text=$( (as_user "$program" --help) 2> "$SCRATCH/err"); status=$?
	[ $status -eq 0 ] && [ -n "$text" ] && [ ! -s "$SCRATCH/err" ]
	ok $? "$name --help tells what it does, on standard output"
	[ -s "$share/man/man1/$name.1" ]
	ok $? "$name has a man page"
	grep -qw "$name" "$share/bash-completion/completions/$name" 2>/dev/null || [ -L "$program" ]
	ok $? "$name has a completion"
	(as_user "$program" --no-such-option) > "$SCRATCH/out" 2> "$SCRATCH/err"
	is "$?-$(wc -l < "$SCRATCH/out")" 2-0 "$name: an option that is not there is status 2, on standard error"
done
LINUX=$root$prefix/bin/umlab-linux
boot 60 "$SCRATCH/log" mem=64M initrd="$MINI_CPIO" then=poweroff
is $? 0 "the installed kernel boots and powers off"
[ -s "$root$prefix/lib/umlab/modules/$(cat "$BUILD/kernel/include/config/kernel.release")/modules.dep" ]
ok $? "its modules are beside it"
done_testing
