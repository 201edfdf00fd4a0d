#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8500-gdb-short.sh - gdb attaches to a machine, stops a system call, steps, detaches; core files
# time limit: 180
#
# t9490-gdb.sh tests all gdb commands with both engines.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_gdb
seen() { like "$gdb_out" "$1" "$2"; }

mkdir -m 777 "$SCRATCH/cores"
guest_start mem=96M panic=-1 core="$SCRATCH/cores/core"
guest_sees 60 'guest up'; ok $? "the machine boots"
# To evaluate the breakpoint's condition, gdb takes longer than a clock tick of the machine. Steps
# over the breakpoint must succeed nevertheless.
gdb_attached um-ps um-spaces 'um-break-syscall uname hello' \
	"shell echo topic hello > ${guest_log%.log}" continue 'p $lx_current().comm' finish \
	next stepi delete detach
seen '^ +1 +0 sleeps +[0-9]+ init +do_sys_poll' "um-ps shows tasks and the functions they sleep in"
seen '^ +[0-9]+ .* 1 init' "um-spaces shows the host process that holds a guest process"
seen 'Breakpoint 1, .*newuname' "um-break-syscall stops a program in a system call"
seen '^\$1 = "hello' "lx_current is the program that um-break-syscall names"
seen 'Value returned is' "finish returns from the system call"
seen 'detached' "gdb detaches after next and stepi"
guest_sees 30 '@end hello exit 0'; ok $? "the program goes on when gdb has detached"
guest_type show /proc/sys/kernel/tainted; guest_sees 20 '@show'
is "${guest_line##* }" 0 "the kernel is not tainted after the debugging"
guest_type sysrq c
guest_ends 60; is $? 134 "a machine with core=FILE that panics exits with status 134"
gdb_run "core-file $SCRATCH/cores/core" bt um-ps lx-dmesg um-spaces
seen '^#[0-9]+ .* sysrq_handle_crash' "the core file leads to the code that failed"
seen '^ +1 +0 runs +- init' "um-ps works on a core file"
seen 'Kernel panic - not syncing' "lx-dmesg shows the panic in a core file"
seen 'a core file contains no host processes' \
	"um-spaces says that a core file has no host processes"
done_testing
