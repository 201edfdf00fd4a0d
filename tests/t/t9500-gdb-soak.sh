#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9500-gdb-soak.sh - gdb attaches, steps and detaches many times while fio and iperf3 run
# time limit: 3600
#
# UMLAB_ROUNDS=N: number of rounds with each engine (default 1000).
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/net.sh" || exit 1
. "$(dirname "$0")/../lib/hostroot.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_net
need_hostroot fio iperf3
need_gdb

# Start fio and iperf3 in the guest. Each runs again and again, writes a line after each run, and
# stops when $SCRATCH/stop exists.
work_start() {
	cat > work.sh <<-END
		again() { # again NAME COMMAND...
			local name=\$1; shift
			while [ ! -e $SCRATCH/stop ]; do
				"\$@" > \$name.out 2>&1 || grep -q 'server is busy' \$name.out ||
					{ echo failed; cat \$name.out; }
				echo round
			done > \$name.rounds
		}
		cd /run/tmp
		again fio fio --name=soak --filename=/dev/ubda --size=8M --rw=randwrite \\
			--bsrange=512-64k --bs_unaligned=0 --direct=1 --ioengine=libaio \\
			--iodepth=16 --verify=crc32c --verify_interval=512 --verify_fatal=1 &
		again iperf3 iperf3 -c 10.0.2.2 -p $port -t 2 -R --connect-timeout 5000 &
		wait
		cp *.rounds $SCRATCH/
		sync
		echo @over
	END
	local path=/usr/sbin:/usr/bin:/sbin:/bin
	echo "chroot /h /bin/bash -c 'PATH=$path bash $SCRATCH/work.sh' &" > m.in
}
port=$((20000 + $$ % 10000))
iperf3 -s -B 127.0.0.1 -p $port > server.log 2>&1 & net_pids[server]=$!

soak() { # soak ENGINE ROUNDS
	local engine=$1 rounds=$2 nr_done failed=0 i
	# Run fifty rounds in each gdb process, because gdb needs a long time to read the symbols.
	local round=("attach PID" 'tbreak syscall_handle' continue next stepi stepi detach) commands
	rm -f stop ./*.rounds
	truncate -s 64M disk; chmod 666 disk
	hostroot_guest m ubd0="$SCRATCH/disk" eth0=slirp,allow=tcp:127.0.0.1:$port engine="$engine"
	net_do m 'ip link set eth0 up; udhcpc -i eth0 -s /etc/udhcpc -n -q -t 10 -T 1' > /dev/null
	guest_pid=${net_pids[m]} round[0]="attach ${net_pids[m]}"
	work_start
	sleep 3
	for ((nr_done = 0; nr_done < rounds; nr_done += 50)); do
		commands=()
		for i in {1..50}; do commands+=("${round[@]}"); done
		GDB_LIMIT=300 gdb_run "${commands[@]}"
		[ "$(grep -c 'Temporary breakpoint .*, ' <<< "$gdb_out")" -ge 50 ] &&
			[ "$(grep -c detached <<< "$gdb_out")" -ge 50 ] ||
			{ failed=$((failed + 1)); tail -n 20 <<< "$gdb_out" | diag; }
	done
	is $failed 0 "$engine: gdb attaches, stops, steps and detaches $nr_done times"
	touch stop
	wait_for 120 grep -q '^@over' m.log; ok $? "$engine: fio and iperf3 run to their ends"
	for i in fio iperf3; do
		is "$(grep -v '^round' $i.rounds)" "" "$engine: $i reports no error"
		[ "$(grep -c round $i.rounds)" -ge 2 ]
		ok $? "$engine: $i ran twice or more ($(grep -c round $i.rounds) times)"
	done
	is "$(net_do m 'dmesg | grep -iE "oops|BUG:|lockup|stall|WARNING:|I/O error"')" "" \
		"$engine: the kernel reports no stall, bug or I/O error"
	net_do m 'ip -s link show eth0' | grep -A1 errors | diag
	net_end m
}
soak seccomp "${UMLAB_ROUNDS:-1000}"
soak ptrace "${UMLAB_ROUNDS:-1000}"
done_testing
