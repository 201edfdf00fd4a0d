#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8500-gdb-short.sh - gdb joins a machine, stops a program's system call, steps, lets go; reads a panic's core file
# time limit: 180
# The whole of it, under both engines: t9490-gdb.sh.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_gdb
seen() { like "$gdb_out" "$1" "$2"; }

mkdir -m 777 "$SCRATCH/cores"
guest_start mem=96M panic=-1 core="$SCRATCH/cores/core"
guest_sees 60 'guest up'; ok $? "the machine is up"
# The breakpoint's condition takes gdb longer than a tick of the machine: steps over it must succeed all the same.
gdb_attached um-ps um-spaces 'um-break-syscall uname hello' "shell echo topic hello > ${guest_log%.log}" continue \
	'p $lx_current().comm' finish next stepi delete detach
seen '^ +1 +0 sleeps +[0-9]+ init +do_sys_poll' "um-ps: tasks, and where they sleep"
seen '^ +[0-9]+ .* 1 init' "um-spaces: the host process that holds one"
seen 'Breakpoint 1, .*newuname' "a program is stopped in a system call"
seen '^\$1 = "hello' "and it is that program"
seen 'Value returned is' "finish"
seen 'detached' "next, stepi, and off"
guest_sees 30 '@end hello exit 0'; ok $? "the program goes on"
guest_type show /proc/sys/kernel/tainted; guest_sees 20 '@show'; is "${guest_line##* }" 0 "the kernel has no complaint"
guest_type sysrq c
guest_ends 60; is $? 134 "a panic with core=FILE is status 134"
gdb_run "core-file $SCRATCH/cores/core" bt um-ps lx-dmesg um-spaces
seen '^#[0-9]+ .* sysrq_handle_crash' "its core file leads to the code that failed"
seen '^ +1 +0 runs +- init' "um-ps works on it"
seen 'Kernel panic - not syncing' "the log holds the panic"
seen 'a core file contains no host processes' "and what is not in it is said"
done_testing
