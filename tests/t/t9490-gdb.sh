#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9490-gdb.sh - test gdb on a machine's kernel: attach, inspect, stop, step, hold, detach
# time limit: 600
#
# Runs with both engines. Needs gdb and a kernel with debug data (make kernel).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_gdb
mkdir -p "$SCRATCH/root/topics" && cp "$BUILD/tests/guest/guest_init" "$SCRATCH/root/init" &&
	cp "$BUILD/tests/guest/hello" "$SCRATCH/root/topics/"
chmod -R a+rX "$SCRATCH/root"
export UMLAB_ROOT=$SCRATCH/root
seen() { like "$gdb_out" "$1" "$engine: $2"; }
# typed LINE: print a gdb command that types the line to the guest. The guest reads the line when
# gdb lets the machine continue.
typed() { echo "shell echo $* > ${guest_log%.log}"; }

# Read the guest's monotonic clock (1/100 s) and its wall clock (s) into mono and wall.
guest_clock() {
	guest_type uptime
	guest_sees 20 '@uptime' && read -r _ mono wall <<< "${guest_line#*@}" && mono=${mono/./}
}

# Test the commands that do not depend on the engine.
generic_commands() {
	gdb_attached lx-ps lx-dmesg lx-mounts lx-timerlist 'p $lx_current().comm' \
		'p $lx_per_cpu(runqueues).nr_running' lx-version lx-lsmod \
		'p $lx_task_by_pid(1).comm'
	seen '^0x[0-9a-f]+ +1 +init' "lx-ps lists init"
	seen 'Linux version 6\.12' "lx-dmesg shows the kernel's log"
	seen 'devtmpfs /dev devtmpfs' "lx-mounts shows mounts"
	seen '^cpu: 0' "lx-timerlist shows the timers of a processor"
	seen '^\$1 = "(swapper|init)' "lx_current is the running task"
	seen '^\$2 = [0-9]' "lx_per_cpu reads a variable of a processor"
	seen '^Address +Module' "lx-lsmod prints the header of its table"
	seen '^\$3 = "init' "lx_task_by_pid finds a task"
}

gdb_options=(-iex 'set auto-load python-scripts off' -x "$TOP/labs/gdb/umlab.py")
machine_interface() {
	printf '%s\n' "-target-attach $guest_pid" '-stack-list-frames' \
		'-interpreter-exec console um-ps' '-break-insert -t clock_irq' '-exec-continue' |
		(cat; sleep 3; printf '%s\n' '-stack-info-frame' '-target-detach' '-gdb-exit') |
		(as_user timeout 60 gdb -nx -q --interpreter=mi2 "${gdb_options[@]}" "$VMLINUX") \
			> "$SCRATCH/mi" 2>&1
	gdb_out=$(cat "$SCRATCH/mi")
	seen '\^done,stack=\[frame=\{level="0"' "the machine interface of gdb lists stack frames"
	seen '\*stopped,reason="breakpoint-hit".*func="clock_irq"' \
		"the machine interface of gdb stops at a breakpoint"
	guest_type echo after; guest_sees 20 '@echo after'
	ok $? "$engine: the machine continues after gdb's machine interface has detached"
}

for engine in seccomp ptrace; do
	truncate -s 8M "$SCRATCH/disk-$engine"; chmod 666 "$SCRATCH/disk-$engine"
	guest_start mem=96M engine=$engine ubd0="$SCRATCH/disk-$engine"
	guest_sees 60 'guest up'; ok $? "$engine: the machine boots"

	gdb_attached um-ps 'um-bt 1' 'um-task 1' bt 'um-task' 'um-spaces' 'um-mailbox 1' um-irqs \
		um-disks 'um-regs 1' 'um-vtop 1 $um_task(1).mm->start_code' \
		'um-x 1 $um_task(1).mm->start_code 16' 'um-user 1'
	seen '^ +1 +0 sleeps +[0-9]+ init +do_sys_poll' \
		"um-ps shows tasks with state, host process and wait function"
	seen '^  #[0-9]+ +0x[0-9a-f]+ guest_loop\+[0-9]+ +.*guest\.c:[0-9]+' \
		"um-bt shows the stack of a sleeping task with source lines"
	seen '^#[0-9]+ .* in syscall_handle \(regs=' \
		"after um-task, bt shows the stack of that task with arguments"
	seen "^ +[0-9]+ .* 1 init" "um-spaces shows the host process that holds a guest process"
	mailbox='^turn kernel, last stop'
	[ $engine = seccomp ] || mailbox='no mailbox .ptrace engine'
	seen "$mailbox" "um-mailbox shows the page that a guest process shares with the kernel"
	seen '^softirqs pending: ' "um-irqs shows the state of interrupts"
	seen '^ubda: .*, 16384 sectors' "um-disks shows the disks with their sizes"
	seen '^orig_ax +0x0*10f ' "um-regs shows the guest's registers"
	seen '^pte\[.*present user exec' "um-vtop walks the page tables"
	seen '^0x[0-9a-f]+: 48 83 ec 08' "um-x reads memory of a guest program"
	seen ' in (read_line|prompt) .*guest_init\.c:[0-9]+' \
		"um-user shows the stack of a guest program with source lines"

	[ $engine = ptrace ] || generic_commands

	gdb_attached 'um-break-syscall uname hello' "$(typed topic hello)" 'continue' bt \
		'p $lx_current().comm' 'finish' 'next' 'stepi' 'delete' 'tbreak clock_irq' \
		continue bt 'watch jiffies_64' continue 'delete' 'info inferiors'
	seen 'Breakpoint 1, .*newuname' \
		"um-break-syscall stops a named program in a named system call"
	seen '^\$1 = "hello' "lx_current is the program that um-break-syscall names"
	seen 'Value returned is' "finish returns from the system call"
	seen '^#[0-9]+ .*um_irq_dispatch' "a breakpoint in an interrupt handler stops the machine"
	seen '^#[0-9]+ .*(host_idle|clock_idle|syscall_handle|guest_loop)' \
		"the stack of an interrupt handler leads to the interrupted code"
	seen 'Hardware watchpoint.*jiffies' "gdb sets a watchpoint on a kernel variable"
	seen '^New value = ' "a watchpoint stops the machine when the variable changes"
	guest_sees 30 '@end hello exit 0'
	ok $? "$engine: the program goes on when gdb has detached"

	# A terminal sends SIGINT for Ctrl-C.
	# shellcheck disable=SC2016  # for the shell that gdb starts
	gdb_attached 'shell (sleep 2; kill -INT $PPID) &' continue 'echo stopped\n' 'bt 2'
	seen '^stopped' "SIGINT (Ctrl-C) stops the machine"

	guest_clock; before=$mono wall_before=$wall
	gdb_attached 'shell sleep 6'
	guest_clock
	[ $((mono - before)) -lt 500 ]
	ok $? "$engine: the guest's monotonic clock stood still while gdb held it" ||
		echo "$((mono - before))/100 s" | diag
	[ $((wall - wall_before)) -ge 5 ]
	ok $? "$engine: the guest's wall clock went on while gdb held it" ||
		echo "$((wall - wall_before)) s" | diag

	# The machine survives a debugger that is killed.
	(as_user timeout -s KILL 3 gdb -nx -q -batch "${gdb_options[@]}" \
		-ex "attach $guest_pid" -ex 'shell sleep 60' "$VMLINUX") > /dev/null 2>&1
	guest_type echo alive; guest_sees 20 '@echo alive'
	ok $? "$engine: the machine goes on when gdb is killed"

	[ $engine = ptrace ] || machine_interface
	guest_type show /proc/sys/kernel/tainted; guest_sees 20 '@show'
	is "${guest_line##* }" 0 "$engine: the kernel is not tainted after the debugging"
	guest_type poweroff; guest_ends 30
	is $? 0 "$engine: the machine powers off after the debugging"

	gdb_run "set args initrd=$MINI_CPIO mem=96M engine=$engine con0=fd:0,fd:1 panic=-1" \
		'break start_kernel' 'break ubd_init' run bt \
		'info registers rip' continue 'bt 3' 'delete' continue
	seen 'Breakpoint 1, start_kernel' \
		"a machine that gdb starts stops at a breakpoint in start_kernel"
	seen 'Breakpoint 2, ubd_init' \
		"a machine that gdb starts stops at a breakpoint in a driver's init"
	seen '@guest up' "a machine that gdb starts boots"
done

# gdb=wait holds the machine until gdb attaches.
guest_start mem=96M gdb=wait
sleep 1; [ ! -s "$guest_log" ] && kill -0 "$guest_pid"
ok $? "gdb=wait: the machine runs no kernel code before gdb attaches"
gdb_attached 'tbreak start_kernel' continue 'info symbol $pc'
engine=auto seen 'start_kernel in section' \
	"gdb=wait: gdb can stop the machine in start_kernel"
guest_sees 30 'guest up'; ok $? "gdb=wait: the machine boots when gdb has detached"
guest_type poweroff; guest_ends 30; is $? 0 "gdb=wait: the machine powers off"
boot 20 out gdb=later; is $? 2 "gdb=later is refused with status 2"

# A panic leaves a core file.
mkdir -m 777 "$SCRATCH/cores"
guest_start mem=96M panic=-1 core="$SCRATCH/cores/core"
guest_sees 30 'guest up'
guest_type sysrq c
guest_ends 60; is $? 134 "a machine with core=FILE that panics exits with status 134"
[ "$(du -k "$SCRATCH/cores/core" | cut -f1)" -lt 60000 ]
ok $? "the core file of a machine of 96 MB takes less than 60 MB" ||
	du -k "$SCRATCH/cores/core" | diag
gdb_run "core-file $SCRATCH/cores/core" bt um-ps 'um-task 2' 'bt' um-task lx-ps 'lx-dmesg' um-irqs
engine=core
seen '^#[0-9]+ .* sysrq_handle_crash' \
	"bt on a core file leads from the panic to the code that failed"
seen '^ +1 +0 runs .*init' "um-ps works on a core file"
seen '^#[0-9]+ .* kthreadd ' "um-task works on a core file"
seen '^0x[0-9a-f]+ +2 +kthreadd' "lx-ps works on a core file"
seen 'Kernel panic - not syncing' "lx-dmesg shows the panic in a core file"
boot 20 out core=/no/such/folder/core
is $? 1 "a machine with core= in a missing folder exits with status 1"
done_testing
