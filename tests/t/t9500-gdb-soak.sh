#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9500-gdb-soak.sh - gdb comes, stops, steps and goes a thousand times while fio and iperf3 work
# time limit: 3600
#
# UMLAB_ROUNDS=N: how often with each engine (1000).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_net
need_hostroot fio iperf3
need_gdb

# Both write a line each time they got to their end, and stop when $SCRATCH/stop is there.
work_start() {
	cat > work.sh <<-END
		again() { # again NAME COMMAND...
			local name=\$1; shift
			while [ ! -e $SCRATCH/stop ]; do
				"\$@" > \$name.out 2>&1 || grep -q 'server is busy' \$name.out || { echo failed; cat \$name.out; }
				echo round
			done > \$name.rounds
		}
		cd /run/tmp
		again fio fio --name=soak --filename=/dev/ubda --size=8M --rw=randwrite --bsrange=512-64k --bs_unaligned=0 --direct=1 --ioengine=libaio \
			--iodepth=16 --verify=crc32c --verify_interval=512 --verify_fatal=1 &
		again iperf3 iperf3 -c 10.0.2.2 -p $port -t 2 -R --connect-timeout 5000 &
		wait
		cp *.rounds $SCRATCH/
		sync
		echo @over
	END
	echo "chroot /h /bin/bash -c 'PATH=/usr/sbin:/usr/bin:/sbin:/bin bash $SCRATCH/work.sh' &" > m.in
}
port=$((20000 + $$ % 10000))
iperf3 -s -B 127.0.0.1 -p $port > server.log 2>&1 & net_pids[server]=$!

soak() { # soak ENGINE ROUNDS
	local engine=$1 rounds=$2 done failed=0 commands i
	rm -f stop ./*.rounds
	truncate -s 64M disk; chmod 666 disk
	hostroot_guest m ubd0="$SCRATCH/disk" eth0=slirp,allow=tcp:127.0.0.1:$port engine="$engine"
	net_do m 'ip link set eth0 up; udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 1' > /dev/null
	guest_pid=${net_pids[m]}
	work_start
	sleep 3
	for ((done = 0; done < rounds; done += 50)); do
		# Fifty to a gdb: what takes long is to read the symbols.
		commands=()
		for i in {1..50}; do commands+=("attach $guest_pid" 'tbreak syscall_handle' continue next stepi stepi detach); done
		GDB_LIMIT=300 gdb_run "${commands[@]}"
		[ "$(grep -c 'Temporary breakpoint .*, ' <<< "$gdb_out")" -ge 50 ] &&
			[ "$(grep -c detached <<< "$gdb_out")" -ge 50 ] ||
			{ failed=$((failed + 1)); tail -n 20 <<< "$gdb_out" | diag; }
	done
	is $failed 0 "$engine: $done times: attach, stop, step, leave"
	touch stop
	wait_for 120 grep -q '^@over' m.log; ok $? "$engine: fio and iperf3 come to their ends"
	for i in fio iperf3; do
		is "$(grep -v '^round' $i.rounds)" "" "$engine: $i has nothing to complain of"
		[ "$(grep -c round $i.rounds)" -ge 2 ]
		ok $? "$engine: and worked ($(grep -c round $i.rounds) rounds)"
	done
	is "$(net_do m 'dmesg | grep -iE "oops|BUG:|lockup|stall|WARNING:|I/O error"')" "" \
		"$engine: the kernel has no complaint"
	net_do m 'ip -s link show eth0' | grep -A1 errors | diag
	net_end m
}
soak seccomp "${UMLAB_ROUNDS:-1000}"
soak ptrace "${UMLAB_ROUNDS:-1000}"
done_testing
