#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-gdb.sh - measure gdb on a machine's kernel, and gdb on QEMU (TCG) through its gdbstub
#
#   bench-gdb.sh [--rounds N]
#
# The rows are the time to attach to a running machine with symbols and commands, breakpoint hits
# per second (which gdb counts without showing them), and single steps per second. The median of N
# rounds counts. QEMU runs Debian's kernel of the same version (qemu-kernel.sh).
set -eu
here=$(realpath "${BASH_SOURCE[0]%/*}")
. "$here/bench-options.sh"
top=$(realpath "$here/../..")
build=$top/build
rounds=3
options_read "rounds" "$@"
hits=1000 steps=1000
work=$(mktemp -d)
chmod 755 "$work"
pid=
trap '[[ ! $pid ]] || kill -KILL $pid 2>/dev/null || true; rm -rf "$work"' EXIT

gdb=(gdb -nx -q -batch -iex 'set auto-load python-scripts off')
unprivileged() { exec "$top/labs/setup/unprivileged.sh" "$@"; }
now() { date +%s%N; }
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

# ready LOG: wait until the guest is ready, and print the address of its system call.
ready() {
	local i
	for ((i = 0; i < 600; i++)); do
		! grep -q '^ready' "$1" ||
			{ sed -n 's/^.*getppid is at \(0x[0-9a-f]*\).*/\1/p' "$1"; return; }
		sleep 0.1
	done
	echo "bench-gdb.sh: the guest does not start" >&2
	tail "$1" >&2
	exit 1
}

# stops OUTPUT ADDRESS CONNECT...: append hits and steps per second to OUTPUT.
stops() {
	local output=$1 address=$2
	shift 2
	cat > "$work/measure.py" <<END
import time
def rate(count, *commands):
    start = time.monotonic()
    for command in commands:
        gdb.execute(command, to_string=True)
    return count / (time.monotonic() - start)
gdb.execute("break *$address", to_string=True)
number = gdb.breakpoints()[-1].number
gdb.execute("continue", to_string=True)
gdb.execute("ignore %d $hits" % number, to_string=True)
hits = rate($hits, "continue")
gdb.execute("delete %d" % number)
print("RATES %.0f %.0f" % (hits, rate($steps, "stepi $steps")))
END
	(unprivileged "${gdb[@]}" -iex 'set pagination off' "$@" -x "$work/measure.py") 2>&1 |
		sed -n 's/^RATES //p' >> "$output"
}

umlab() {
	local start i
	(unprivileged "$build/linux" initrd="$build/bench/stops.cpio" mem=128M \
		con0=fd:0,fd:1 quiet) < /dev/null > "$work/log" 2>&1 &
	pid=$!
	ready "$work/log" > "$work/address"
	for ((i = 0; i < rounds; i++)); do
		start=$(now)
		(unprivileged "${gdb[@]}" -x "$top/labs/gdb/umlab.py" \
			-ex "attach $pid" "$build/kernel/vmlinux") > /dev/null 2>&1
		echo $((($(now) - start) / 1000000)) >> "$work/attach"
		stops "$work/umlab" "$(cat "$work/address")" -x "$top/labs/gdb/umlab.py" -ex \
			"attach $pid" "$build/kernel/vmlinux"
	done
	kill -KILL $pid
	wait $pid 2>/dev/null || true
	pid=
}

qemu() {
	local i kernel
	kernel=$("$here/../peers/qemu-kernel.sh") ||
		{ echo "bench-gdb.sh: no package of a kernel 6.12 for QEMU: without it" >&2; \
			return; }
	(exec qemu-system-x86_64 -accel tcg -m 256 -nographic -no-reboot -kernel "$kernel" \
		-initrd "$build/bench/stops.cpio" -append 'console=ttyS0 nokaslr quiet' \
		-chardev "socket,path=$work/gdb,server=on,wait=off,id=gdb" -gdb chardev:gdb) \
		< /dev/null > "$work/qemu.log" 2>&1 &
	pid=$!
	touch "$work/qemu.log"
	for ((i = 0; i < 900; i++)); do
		tr -d '\r' < "$work/qemu.log" > "$work/log"
		! grep -q '^ready' "$work/log" || break
		sleep 0.1
	done
	ready "$work/log" > "$work/address"
	chmod 777 "$work/gdb"
	for ((i = 0; i < rounds; i++)); do
		stops "$work/qemu" "$(cat "$work/address")" -ex 'set architecture i386:x86-64' \
			-ex "target remote $work/gdb"
	done
	kill -KILL $pid
	wait $pid 2>/dev/null || true
	pid=
}

of() { [[ ! -s $1 ]] && echo - || cut -d' ' -f"$2" "$1" | median; }

umlab
qemu
echo "| gdb | umlab | QEMU, TCG |"
echo "| --- | --- | --- |"
echo "| join a running machine, ms | $(of "$work/attach" 1) | - |"
echo "| breakpoint hits a second | $(of "$work/umlab" 1) | $(of "$work/qemu" 1) |"
echo "| single steps a second | $(of "$work/umlab" 2) | $(of "$work/qemu" 2) |"
