# SPDX-License-Identifier: GPL-2.0-only
# t9500-gdb-soak.sh - gdb comes, stops, steps and goes a thousand times while disk and network work
# time limit: 1800
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
. "$(dirname "$0")/lib-labs.sh"
. "$(dirname "$0")/lib-gdb.sh"
need_umlab
need_gdb
ROUNDS=${UMLAB_ROUNDS:-1000}
claim "create" umlab create -n slirp pc
claim "start" umlab start pc
pid=$(umlab list --json | jq -r '.[0].pid')
# A disk that is written and verified, and a stream that is summed, without an end.
(umlab exec pc -- sh -c 'while [ ! -e /tmp/stop ]; do head -c 20000000 /dev/urandom > /root/a; sync; md5sum < /root/a > /root/s; cp /root/a /root/b; echo 3 > /proc/sys/vm/drop_caches; md5sum < /root/b | cmp - /root/s || echo differs; done' > disk.out 2>&1) &
(umlab exec pc -- sh -c 'n=0; while [ ! -e /tmp/stop ]; do head -c 5000000 /dev/zero | md5sum; n=$((n + 1)); done; echo rounds=$n' > cpu.out 2>&1) &
done=0 failed=0
while [ $done -lt "$ROUNDS" ]; do
	# Fifty to a gdb: what takes long is to read the symbols.
	commands=()
	for i in $(seq 50); do commands+=("attach $pid" 'tbreak syscall_handle' continue next stepi stepi detach); done
	GDB_LIMIT=300 gdb_run "${commands[@]}"
	[ "$(grep -c 'Temporary breakpoint .*, ' <<< "$gdb_out")" -ge 50 ] && [ "$(grep -c 'detached' <<< "$gdb_out")" -ge 50 ] || failed=$((failed + 1))
	done=$((done + 50))
done
is $failed 0 "$done times: attach, stop, step, leave"
umlab exec pc touch /tmp/stop; wait
is "$(cat disk.out)" "" "what was written to disk is what is read"
is "$(grep -v rounds= cpu.out | sort -u | wc -l)" 1 "all sums are the same"
is "$(umlab exec pc -- sh -c 'dmesg | grep -ciE "oops|BUG:|lockup|stall|WARNING:"')" 0 "the kernel has no complaint"
is "$(umlab exec pc -- systemctl is-system-running)" running "no service of it failed"
claim "it stops in order" umlab stop pc
done_testing
