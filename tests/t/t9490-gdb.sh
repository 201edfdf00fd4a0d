#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9490-gdb.sh - gdb on a machine's kernel: attach, look, stop, step, hold, let go, under both engines
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_gdb
mkdir -p "$SCRATCH/root/topics" && cp "$BUILD/tests/guest/guest_init" "$SCRATCH/root/init" &&
	cp "$BUILD/tests/guest/hello" "$SCRATCH/root/topics/"
chmod -R a+rX "$SCRATCH/root"
export UMLAB_ROOT=$SCRATCH/root
seen() { like "$gdb_out" "$1" "$engine: $2"; }
# A gdb command that types a line to the guest, which gets it when gdb lets it run on.
typed() { echo "shell echo $* > ${guest_log%.log}"; }

# The guest's monotonic clock in 1/100 s, and its wall clock.
guest_clock() { guest_type uptime; guest_sees 20 '@uptime' &&
	read -r _ mono wall <<< "${guest_line#*@}" && mono=${mono/./}; }

# What does not depend on how guest code is run.
generic_commands() {
	gdb_attached lx-ps lx-dmesg lx-mounts lx-timerlist 'p $lx_current().comm' \
		'p $lx_per_cpu(runqueues).nr_running' lx-version lx-lsmod \
			'p $lx_task_by_pid(1).comm'
	seen '^0x[0-9a-f]+ +1 +init' "lx-ps"
	seen 'Linux version 6\.12' "lx-dmesg"
	seen 'devtmpfs /dev devtmpfs' "lx-mounts"
	seen '^cpu: 0' "lx-timerlist"
	seen '^\$1 = "(swapper|init)' 'lx_current'
	seen '^\$2 = [0-9]' "lx_per_cpu"
	seen '^Address +Module' "lx-lsmod"
	seen '^\$3 = "init' "lx_task_by_pid"
}

machine_interface() {
	printf '%s\n' "-target-attach $guest_pid" '-stack-list-frames' \
		'-interpreter-exec console um-ps' '-break-insert -t clock_irq' '-exec-continue' |
		(cat; sleep 3; printf '%s\n' '-stack-info-frame' '-target-detach' '-gdb-exit') |
		(as_user timeout 60 gdb -nx -q --interpreter=mi2 -iex 'set auto-load python-scripts off' -x "$TOP/labs/gdb/umlab.py" "$VMLINUX") > "$SCRATCH/mi" 2>&1
	gdb_out=$(cat "$SCRATCH/mi")
	seen '\^done,stack=\[frame=\{level="0"' "machine interface: frames"
	seen '\*stopped,reason="breakpoint-hit".*func="clock_irq"' \
		"machine interface: a breakpoint is hit"
	guest_type echo after; guest_sees 20 '@echo after'
	ok $? "$engine: and after it the machine goes on"
}

for engine in seccomp ptrace; do
	truncate -s 8M "$SCRATCH/disk-$engine"; chmod 666 "$SCRATCH/disk-$engine"
	guest_start mem=96M engine=$engine ubd0="$SCRATCH/disk-$engine"
	guest_sees 60 'guest up'; ok $? "$engine: the machine is up"

	gdb_attached um-ps 'um-bt 1' 'um-task 1' bt 'um-task' 'um-spaces' 'um-mailbox 1' um-irqs \
		um-disks 'um-regs 1' \
		'um-vtop 1 $um_task(1).mm->start_code' 'um-x 1 $um_task(1).mm->start_code 16' \
			'um-user 1'
	seen '^ +1 +0 sleeps +[0-9]+ init +do_sys_poll' \
		"um-ps lists tasks with state, host process and where they wait"
	seen '^  #[0-9]+ +0x[0-9a-f]+ guest_loop\+[0-9]+ +.*guest\.c:[0-9]+' \
		"um-bt shows where a sleeping task is, with lines"
	seen '^#[0-9]+ .* in syscall_handle \(regs=' \
		"um-task: gdb's own bt shows it, with arguments"
	seen "^ +[0-9]+ .* 1 init" "um-spaces tells which host process holds it"
	mailbox='^turn kernel, last stop'; [ $engine = seccomp ] || mailbox='no mailbox .ptrace engine'
	seen "$mailbox" "um-mailbox shows what the space shares with the kernel process"
	seen '^softirqs pending: ' "um-irqs shows interrupts"
	seen '^ubda: .*, 16384 sectors' "um-disks shows the disks"
	seen '^orig_ax +0x0*10f ' "um-regs shows the guest's registers"
	seen '^pte\[.*present user exec' "um-vtop walks the page tables"
	seen '^0x[0-9a-f]+: 48 83 ec 08' "um-x reads memory of a guest program"
	seen ' in (read_line|prompt) .*guest_init\.c:[0-9]+' \
		"um-user: a backtrace of the guest program, with lines"

	[ $engine = ptrace ] || generic_commands

	gdb_attached 'um-break-syscall uname hello' \
		"$(typed topic hello)" 'continue' bt 'p $lx_current().comm' 'finish' 'next' \
			'stepi' 'delete' \
		'tbreak clock_irq' continue bt 'watch jiffies_64' continue 'delete' 'info inferiors'
	seen 'Breakpoint 1, .*newuname' "a task of a name is stopped in a system call of a name"
	seen '^\$1 = "hello' "and it is that task"
	seen 'Value returned is' "finish"
	seen '^#[0-9]+ .*um_irq_dispatch' "a breakpoint in an interrupt"
	seen '^#[0-9]+ .*(host_idle|clock_idle|syscall_handle|guest_loop)' \
		"whose backtrace leads to what it interrupted"
	seen 'Hardware watchpoint.*jiffies' "a watchpoint"
	seen '^New value = ' "that is hit"
	guest_sees 30 '@end hello exit 0'; ok $? "$engine: the program goes on when gdb lets go"

	# Ctrl-C: what the terminal sends is SIGINT.
	# shellcheck disable=SC2016  # the shell that gdb starts
	gdb_attached 'shell (sleep 2; kill -INT $PPID) &' continue 'echo stopped\n' 'bt 2'
	seen '^stopped' "Ctrl-C stops it"

	guest_clock; before=$mono wall_before=$wall
	gdb_attached 'shell sleep 6'
	guest_clock
	[ $((mono - before)) -lt 500 ]
	ok $? "$engine: the guest's monotonic clock stood still while gdb held it" ||
		echo "$((mono - before))/100 s" | diag
	[ $((wall - wall_before)) -ge 5 ]
	ok $? "$engine: its wall clock went on" || echo "$((wall - wall_before)) s" | diag

	# A debugger that is killed leaves no trace.
	(as_user timeout -s KILL 3 gdb -nx -q -batch -iex 'set auto-load python-scripts off' -x "$TOP/labs/gdb/umlab.py" -ex "attach $guest_pid" -ex 'shell sleep 60' "$VMLINUX") > /dev/null 2>&1
	guest_type echo alive; guest_sees 20 '@echo alive'
	ok $? "$engine: a killed gdb lets it go on"

	[ $engine = ptrace ] || machine_interface
	guest_type show /proc/sys/kernel/tainted; guest_sees 20 '@show'
	is "${guest_line##* }" 0 "$engine: the kernel has no complaint"
	guest_type poweroff; guest_ends 30; is $? 0 "$engine: it powers off"

	gdb_run "set args initrd=$MINI_CPIO mem=96M engine=$engine con0=fd:0,fd:1 panic=-1" \
		'break start_kernel' 'break ubd_init' run bt \
		'info registers rip' continue 'bt 3' 'delete' continue
	seen 'Breakpoint 1, start_kernel' "started by gdb: a breakpoint at the very start"
	seen 'Breakpoint 2, ubd_init' "and in a driver's init function"
	seen '@guest up' "and the machine boots under it"
done

# Stopped until somebody comes; the option and its wrong value.
guest_start mem=96M gdb=wait
sleep 1; [ ! -s "$guest_log" ] && kill -0 "$guest_pid"; ok $? "gdb=wait: it waits"
gdb_attached 'tbreak start_kernel' continue 'info symbol $pc'
engine=auto seen 'start_kernel in section' "gdb=wait: gdb gets it before any kernel code"
guest_sees 30 'guest up'; ok $? "gdb=wait: it boots when gdb leaves"
guest_type poweroff; guest_ends 30; is $? 0 "gdb=wait: and ends"
boot 20 out gdb=later; is $? 2 "gdb=later is status 2"

# A panic leaves a core file.
mkdir -m 777 "$SCRATCH/cores"
guest_start mem=96M panic=-1 core="$SCRATCH/cores/core"
guest_sees 30 'guest up'
guest_type sysrq c
guest_ends 60; is $? 134 "a panic with core=FILE is status 134 as ever"
[ "$(du -k "$SCRATCH/cores/core" | cut -f1)" -lt 60000 ]
ok $? "its core file is small" || du -k "$SCRATCH/cores/core" | diag
gdb_run "core-file $SCRATCH/cores/core" bt um-ps 'um-task 2' 'bt' um-task lx-ps 'lx-dmesg' um-irqs
engine=core
seen '^#[0-9]+ .* sysrq_handle_crash' "gdb leads from the panic to the code that failed"
seen '^ +1 +0 runs .*init' "um-ps works on it"
seen '^#[0-9]+ .* kthreadd ' "um-task too"
seen '^0x[0-9a-f]+ +2 +kthreadd' "lx-ps too"
seen 'Kernel panic - not syncing' "the log holds the panic"
boot 20 out core=/no/such/folder/core; is $? 1 "a folder that is not there is status 1"
done_testing
