# SPDX-License-Identifier: GPL-2.0-only
# net.sh - run small machines with network programs, switches and uplinks
#
# Sourced after guest.sh by the tests t7* and others. Machines boot net.cpio (pack-net-cpio) and
# take commands at their console:
#   net_guest NAME OPTION...      boots one and waits until it takes commands
#   net_uml NAME OPTION...        does the same with Debian's user-mode-linux
#   net_do NAME COMMAND...        prints what the command printed in the machine; fails if the
#                                 command does not end within $NET_LIMIT seconds
#   net_run NAME WORD...          runs umlab-net run ... in the background; waits until it answers
#   net_listens NAME PORT         waits for a server in the machine
#   net WORD...                   runs umlab-net as the guests' user
# These machines and programs end with the script. $UMLAB_KERNEL_ARGS holds further options for
# each kernel. Sockets are in $SCRATCH.

NET=$BUILD/umlab-net
NET_CPIO=$BUILD/tests/net.cpio
NET_LIMIT=20
declare -A net_pids

need_net() {
	need_kernel
	[ -x "$NET" ] || skip_all "no umlab-net (make net)"
	[ -r "$NET_CPIO" ] || skip_all "no $NET_CPIO (make tests-build)"
	NET=$(reachable "$NET") NET_CPIO=$(reachable "$NET_CPIO")
	export UMLAB_NET=$NET XDG_RUNTIME_DIR=$SCRATCH/run
	mkdir -m 700 "$XDG_RUNTIME_DIR"
	[ "$(id -u)" -ne 0 ] || chown "$TEST_UID:$TEST_UID" "$XDG_RUNTIME_DIR"
}

need_programs() { # need_programs PROGRAM...: skips the script if one is missing
	local program
	for program; do command -v "$program" >/dev/null || skip_all "no $program here"; done
}

net() { (as_user "$NET" "$@") 2>&1; }

# background NAME COMMAND...: runs the command as the guests' user, until the script ends. The
# output goes to $SCRATCH/NAME.log.
background() {
	local name=$1; shift
	as_user setpriv --pdeathsig KILL "$@" < /dev/null > "$SCRATCH/$name.log" 2>&1 &
	net_pids[$name]=$!
}

net_end() { # net_end NAME [SIGNAL]
	local pid=${net_pids[$1]-}
	[ -n "$pid" ] || return 0
	unset "net_pids[$1]"
	# A guest of user-mode-linux leaves processes in its group behind.
	{ kill "-${2:-KILL}" "$pid"; wait "$pid"; [ ! -d "$SCRATCH/uml/$1" ] ||
		kill -KILL -- "-$pid"; } 2>/dev/null
	return 0
}

cleanup() {
	local name
	for name in "${!net_pids[@]}"; do net_end "$name"; done
}

net_run() {
	local name=$1; shift
	background "$name" "$NET" run "$@"
	wait_for 10 net_answers "$2" || { diag < "$SCRATCH/$name.log"; return 1; }
}
net_answers() { (as_user "$NET" show "$1") > /dev/null 2>&1; }

net_guest() {
	local name=$1 input=$SCRATCH/$1.in; shift
	rm -f "$input"; mkfifo -m 666 "$input"
	# Keep the pipe open, so that the console's input does not end between two commands.
	eval "exec {net_fd_$name}<> '$input'"
	# shellcheck disable=SC2086
	as_user setpriv --pdeathsig KILL setsid \
		"${NET_LINUX:-$LINUX}" mem="${NET_MEM:-192M}" ${NET_CPIO:+initrd="$NET_CPIO"} \
			panic=-1 \
		umid="$name" ${UMLAB_KERNEL_ARGS:-} "$@" < "$input" > "$SCRATCH/$name.log" 2>&1 &
	net_pids[$name]=$!
	wait_for 60 grep -q '^@ready' "$SCRATCH/$name.log" && return
	# Without the machine, later claims would mean nothing.
	tail -n 20 "$SCRATCH/$name.log" | diag
	echo "Bail out! the machine $name does not boot"
	exit 1
}

# user-mode-linux keeps its memory in a file in TMPDIR, where programs must be executable.
net_uml() {
	local name=$1; shift
	mkdir -p -m 777 "$SCRATCH/uml"
	UMLAB_KERNEL_ARGS='' TMPDIR=/dev/shm NET_LINUX=$(command -v linux.uml) net_guest \
		"$name" uml_dir="$SCRATCH/uml" \
		con=null con0=fd:0,fd:1 "$@"
}

net_do() {
	local name=$1 log=$SCRATCH/$1.log from mark=$RANDOM$RANDOM; shift
	from=$(($(stat -c %s "$log") + 1))
	# The shell joins the two parts of the mark, so an echo of the command does not match it.
	printf '%s; echo "@end""-%s"\n' "$*" "$mark" > "$SCRATCH/$name.in"
	wait_for "$NET_LIMIT" sh -c "tail -c +$from '$log' | grep -aq '@end-$mark'" ||
		{ tail -c "+$from" "$log"; echo "no end of: $*"; return 1; }
	tail -c "+$from" "$log" | tr -d '\r' | sed "s/@end-$mark.*//; /^\$/d"
}

# net_until NAME SECONDS ERE COMMAND...: repeats the command in the machine until its output
# matches.
net_until() {
	local name=$1 end=$(($(date +%s) + $2)) pattern=$3; shift 3
	until net_do "$name" "$@" | grep -Eq -- "$pattern"; do
		[ "$(date +%s)" -lt "$end" ] || return 1
		sleep 0.3
	done
}

# net_listens NAME PORT: waits until a program in the machine listens at the port, by TCP or UDP.
net_listens() { net_until "$1" 20 ":$(printf %04X "$2") 0+:0000 " \
	'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2> /dev/null'; }

net_up() { # net_up NAME ADDRESS/BITS [INTERFACE]
	net_do "$1" "ip link set ${3:-eth0} up; ip addr add $2 dev ${3:-eth0}" > /dev/null
	net_until "$1" 10 '^1$' "cat /sys/class/net/${3:-eth0}/carrier"
}
pings() { net_do "$1" "ping -c ${3:-2} -i 0.2 -W 3 $2" |
	grep -q ' 0% packet loss'; } # pings NAME ADDRESS [COUNT]

# vde_start NAME FOLDER: starts Debian's vde_switch, not as a daemon, which would outlive the
# script. vde_switch ends at the end of its input. So its input is a pipe that vde_switch itself
# holds open.
vde_start() {
	mkfifo -m 666 "$SCRATCH/$1.console"
	as_user setpriv --pdeathsig KILL vde_switch -s "$2" -n 128 <> "$SCRATCH/$1.console" > \
		"$SCRATCH/$1.log" 2>&1 &
	net_pids[$1]=$!
	wait_for 5 test -S "$2/ctl"
}
vde_end() { # vde_end NAME FOLDER
	net_end "$1"
	rm -rf "$2" "$SCRATCH/$1.console"
}
