#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9497-ptrace-scope.sh - machines and gdb work on a host with yama.ptrace_scope=1
# time limit: 600
#
# With kernel.yama.ptrace_scope=1, a process may attach to its children only. Few test hosts have
# this setting, so the host of this test is a QEMU machine with Debian's kernel. The engine is
# ptrace: without KVM, QEMU before 9.1 reads the stack with the kernel's rights when a program
# executes iret. The stub of the seccomp engine does not survive this.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
for program in qemu-system-x86_64 gdb setpriv busybox; do
	command -v $program > /dev/null || skip_all "no $program here"
done
kernel=$("$TOP/tests/peers/qemu-kernel.sh") || skip_all "no package of a kernel 6.12 for QEMU"

tree=$SCRATCH/tree
# gdb needs the modules of Python's standard library.
python=$(gdb -nx -q -batch -ex 'python import sysconfig; print(sysconfig.get_path("stdlib"))')
[ -d "$python" ] || skip_all "gdb has no Python"
mkdir -p "$tree/tmp" "$tree$python"
tar -C "$python" --exclude=dist-packages --exclude=test --exclude='config-*' \
	--exclude=__pycache__ -cf - . | tar -C "$tree$python" -xf -
cp "$LINUX" "$tree/linux"; cp "$MINI_CPIO" "$tree/mini.cpio"
cat > "$tree/init" <<'END'
#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
mkdir -p /dev/shm; mount -t tmpfs shm /dev/shm; mount -t tmpfs tmp /tmp; chmod 1777 /tmp /dev/shm
# Use the full path, because busybox has a setpriv that lacks these options.
user() { exec /usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
sees() {
	for i in $(seq 600); do ! grep -q "$1" /tmp/log || return 0; sleep 0.1; done
	echo "@no $1"; tail -n 5 /tmp/log; return 1
}
echo 1 > /proc/sys/kernel/yama/ptrace_scope
echo "@scope $(cat /proc/sys/kernel/yama/ptrace_scope)"
# The setting is in force if gdb cannot attach to this process, which is not a child of gdb.
user sleep 1000 &
sleep 1
(user gdb -nx -q -batch -ex "attach $(pidof sleep)") 2>&1 |
	grep -q 'Operation not permitted' && echo "@sleep refused"
mkfifo -m 666 /tmp/in; exec 9<> /tmp/in
touch /tmp/log; chmod 666 /tmp/log
user /linux initrd=/mini.cpio then=prompt mem=64M engine=ptrace con0=fd:0,fd:1 panic=-1 \
	< /tmp/in > /tmp/log 2>&1 & pid=$!
sees 'guest up' && echo "@up"
(user setsid gdb -nx -q -batch -iex "set auto-load python-scripts off" -ex "attach $pid" \
	-ex 'info symbol $pc' -ex detach) > /tmp/gdb 2>&1
grep -q 'in section' /tmp/gdb && grep -q detached /tmp/gdb && echo "@joined" || cat /tmp/gdb
echo 'echo after' > /tmp/in; sees '@echo after' && echo "@after"
echo poweroff > /tmp/in; wait $pid; echo "@status $?"
echo "@end"
poweroff -f
END
chmod 755 "$tree/init"; chmod -R a+rX "$tree"
"$TOP/tests/lib/pack-net-cpio" "$SCRATCH/programs.cpio" gdb setpriv
(cd "$tree" && find . | cpio --quiet -o -H newc) > "$SCRATCH/host.cpio"
cat "$SCRATCH/programs.cpio" "$SCRATCH/host.cpio" > "$SCRATCH/initrd"

timeout 500 qemu-system-x86_64 -accel tcg -cpu max -m 3072 -nographic -no-reboot \
	-kernel "$kernel" -initrd "$SCRATCH/initrd" -append 'console=ttyS0 quiet panic=-1' \
	< /dev/null 2>&1 | tr -d '\r' > "$SCRATCH/log"
# Do not anchor the pattern at the start of a line: BIOS output may precede the first "@".
said() { grep -q "@$1\$" "$SCRATCH/log"; ok $? "$2"; }
said 'scope 1' "the host's kernel.yama.ptrace_scope is 1"
said 'sleep refused' "gdb cannot attach to a program that is not its child"
said up "a machine boots on a host with ptrace_scope 1"
said joined "gdb attaches to a machine that is not its child"
said after "the machine goes on when gdb has detached"
said 'status 0' "a machine powers off on a host with ptrace_scope 1"
grep -q '@end' "$SCRATCH/log" || tail -n 30 "$SCRATCH/log" | diag
done_testing
