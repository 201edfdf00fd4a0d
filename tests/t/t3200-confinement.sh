# SPDX-License-Identifier: GPL-2.0-only
# t3200-confinement.sh - what is left to whoever takes over the kernel process: asked in its name, by ptrace
. "$(dirname "$0")/../lib/tap.sh"
. "$(dirname "$0")/../lib/guest.sh"
need_kernel
inject=$BUILD/tests/inject
forbidden=$SCRATCH/forbidden
mkdir "$SCRATCH/given" && touch "$forbidden" && chmod 777 "$SCRATCH/given" && chmod 666 "$forbidden"

# asks TITLE: what the running machine may do, against the list above.
asks() {
	local name result want got
	"$inject" "$guest_pid" "$forbidden" > "$SCRATCH/asked"
	case $? in
	0) ;;
	2) skip "$1: forbidden calls fail" "this host lets nobody trace"; return ;;
	*) ok 1 "$1: calls can be made in the machine's name"; return ;;
	esac
	is "$(sed -n 's/^getpid //p' "$SCRATCH/asked")" "$guest_pid" "$1: calls can be made in the machine's name"
	got=$(grep -Ev '^(getpid|write|create|execve|read|close) ' "$SCRATCH/asked" | grep -v ' EPERM$')
	is "$got" "" "$1: system calls that no machine makes fail with EPERM"
	like "$(sed -n 's/^read //p' "$SCRATCH/asked")" '^[0-9]+$' "$1: a file can be read"
	if grep -q 'confinement:.*Landlock)' "$SCRATCH/first.log"; then
		is "$(grep -E '^(write|create|execve) ' "$SCRATCH/asked" | tr '\n' ' ')" "write EACCES create EACCES execve EACCES " \
			"$1: no file but those of the options is written, no other program run"
	else
		skip "$1: no file but those of the options is written, no other program run" "this host has no Landlock"
	fi
	like "$(tr '\n\t' '  ' < "/proc/$guest_pid/status")" 'NoNewPrivs: +1 .*Seccomp: +2 ' "$1: the host says so too"
}

guest_start mem=128M "hostfs=$SCRATCH/given"
claim "a machine starts confined" guest_sees 60 'confinement: .*filtered system calls'
cp "$guest_log" "$SCRATCH/first.log"
guest_sees 60 '@guest up' > /dev/null
asks "confined"
guest_type echo still here
claim "and goes on" guest_sees 30 '@echo still here'
guest_type reboot
claim "a restart keeps the confinement" guest_sees 90 'confinement: as before the restart'
cat "$guest_log" > "$SCRATCH/first.log"
guest_sees 60 '@guest up' > /dev/null
asks "after a restart"
guest_type poweroff
guest_ends 60
is $guest_status 0 "and the machine ends as it should"

guest_start mem=128M confine=off
claim "confine=off says so" guest_sees 60 'confinement: off'
guest_type poweroff
guest_ends 60
like "$(boot 20 "$SCRATCH/wrong" mem=128M confine=maybe; cat "$SCRATCH/wrong")" "'confine=maybe' is not of the form" "another value is refused"
done_testing
