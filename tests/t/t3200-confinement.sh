#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3200-confinement.sh - test which host calls and files a taken-over kernel process can use
#
# tests/lib/inject.c makes the calls from inside the running process, through ptrace.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
inject=$BUILD/tests/inject
forbidden=$SCRATCH/forbidden
mkdir "$SCRATCH/given" && touch "$forbidden" && chmod 777 "$SCRATCH/given" && chmod 666 "$forbidden"

# asks TITLE: let the running machine make the calls of inject.c, and claim what each returns.
asks() {
	local name result want got
	"$inject" "$guest_pid" "$forbidden" > "$SCRATCH/asked"
	case $? in
	0) ;;
	2) skip "$1: forbidden calls fail" "this host does not allow tracing"; return ;;
	*) ok 1 "$1: the machine can be made to issue calls"; return ;;
	esac
	is "$(sed -n 's/^getpid //p' "$SCRATCH/asked")" "$guest_pid" \
		"$1: the machine can be made to issue calls"
	got=$(grep -Ev '^(getpid|write|create|execve|read|close) ' "$SCRATCH/asked" |
		grep -v ' EPERM$')
	is "$got" "" "$1: system calls that no machine needs fail with EPERM"
	like "$(sed -n 's/^read //p' "$SCRATCH/asked")" '^[0-9]+$' "$1: a file can be read"
	want="$1: only files that the options name can be written, and no program can be run"
	if grep -q 'confinement:.*Landlock)' "$SCRATCH/first.log"; then
		got=$(grep -E '^(write|create|execve) ' "$SCRATCH/asked" | tr '\n' ' ')
		is "$got" "write EACCES create EACCES execve EACCES " "$want"
	else
		skip "$want" "this host has no Landlock"
	fi
	like "$(tr '\n\t' '  ' < "/proc/$guest_pid/status")" 'NoNewPrivs: +1 .*Seccomp: +2 ' \
		"$1: /proc of the host shows the filter"
}

guest_start mem=128M "hostfs=$SCRATCH/given"
claim "a machine starts confined" guest_sees 60 'confinement: .*filtered system calls'
cp "$guest_log" "$SCRATCH/first.log"
guest_sees 60 '@guest up' > /dev/null
asks "confined"
guest_type echo still here
claim "the machine continues after the calls" guest_sees 30 '@echo still here'
guest_type reboot
claim "a restart keeps the confinement" guest_sees 90 'confinement: as before the restart'
cat "$guest_log" > "$SCRATCH/first.log"
guest_sees 60 '@guest up' > /dev/null
asks "after a restart"
guest_type poweroff
guest_ends 60
is $guest_status 0 "a confined machine powers off with status 0"

guest_start mem=128M confine=off
claim "the boot log reports confine=off" guest_sees 60 'confinement: off'
guest_type poweroff
guest_ends 60
like "$(boot 20 "$SCRATCH/wrong" mem=128M confine=maybe; cat "$SCRATCH/wrong")" \
	'confine=maybe: invalid value' "another value of confine= is rejected"
done_testing
