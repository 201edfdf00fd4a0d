#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t5030-debuggers.sh - test strace, gdb, core files and kernel modules in Debian
# time limit: 600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
need_image
private_image "$SCRATCH/disk"
mkdir "$SCRATCH/tools"
for program in hello coredump threads; do cp "$BUILD/tests/guest/$program" "$SCRATCH/tools"; done
PATH=$PATH:/sbin:/usr/sbin mke2fs -q -t ext4 -d "$SCRATCH/tools" "$SCRATCH/tools.img" 32M \
	> /dev/null || skip_all "no mke2fs"
chmod 666 "$SCRATCH/tools.img"
cat > "$SCRATCH/tools.actions" << 'END'
expect 180 login:
send root
expect 20 # $
send stty cols 200; mount /dev/ubdb /mnt && cd /tmp && echo mounted=$((1 + 1))
expect 20 mounted=2
ok the guest mounts a second disk

send command -v strace gdb | wc -l | sed s/^/tools=/
expect 10 tools=2
ok the image has strace and gdb
send strace -o /tmp/s /mnt/hello; grep -c '^uname({sysname="Linux"' /tmp/s | sed s/^/uname=/
expect 30 uname=1
ok strace decodes a system call
send strace -f -o /tmp/s bash -c '(exit 3) | cat; sleep 0.1'
send grep -c 'exited with' /tmp/s | sed s/^/exits=/
expect 60 exits=[3-9]
ok strace follows forks
send strace -f -o /tmp/s /mnt/threads > /tmp/t; echo threads=$? not=$(grep -c '^not' /tmp/t)
expect 200 threads=0 not=0
ok a program with many threads passes its tests under strace

send g() { gdb -nx -batch "$@" 2>&1 | tail -n 30; }
send g -ex 'break main' -ex run -ex backtrace -ex next -ex 'print argc' -ex continue /mnt/hello
expect 60 Breakpoint 1, main
expect 20 #0 +main
expect 20 \$1 = 1
expect 20 exited normally
ok gdb breaks, steps, prints and continues
send w='watch tap_count->nr_claims'
send g -ex 'break main' -ex run -ex 'stepi 200' -ex 'info reg rip' -ex "$w" -ex c -ex k /mnt/hello
expect 60 rip +0x
expect 60 Old value = 0
ok gdb single-steps, and a watchpoint fires
send t='thread apply all bt 2'
send g -ex 'break add_one' -ex run -ex "$t" -ex kill /mnt/threads |grep -c ^Thread|sed s/^/threads=/
expect 90 threads=[2-9]
ok gdb shows threads

send sysctl -q kernel.core_pattern=core kernel.core_uses_pid=0; ulimit -c unlimited; rm -f core
send /mnt/coredump crash; ls core
expect 30 core dumped
expect 10 core
send v='print $xmm9.v2_double[0]'
send g -ex bt -ex 'p/x marker' -ex "$v" -ex 'p/x $r12' /mnt/coredump core
expect 60 #0 .*crash
expect 10 = 0x55667788
expect 10 = 3\.5
expect 10 = 0x1212
ok gdb reads a core file: backtrace, memory, vector and general registers

send find /lib/modules/$(uname -r) -name '*.ko*' -printf '%f\n' | sed 's/\.ko.*//' > /tmp/all
send for m in $(cat /tmp/all); do modprobe -q $m || echo no-$m; done > /tmp/m
send echo failed=$(wc -l < /tmp/m) loaded=$(lsmod | wc -l)
expect 200 failed=0 loaded=[1-9][0-9]
ok every kernel module loads
send head -n 20 /tmp/m; dmesg | grep -ciE 'oops|BUG:|WARNING:' | sed s/^/warnings=/
expect 20 warnings=0
ok the kernel has printed no oops, bug or warning
send poweroff
status 120 0
ok the machine powers off
END
guest_at_console mem=768M ubd0="$SCRATCH/disk" ubd1="$SCRATCH/tools.img" root=/dev/ubda rw \
	< "$SCRATCH/tools.actions"
done_testing
