# SPDX-License-Identifier: GPL-2.0-only
# gdb.sh - run gdb on the kernel of a test guest, as the user who runs the guest
#
# Sourced after guest.sh by the tests about gdb, such as t9490-gdb.sh. UMLAB_VMLINUX names the
# kernel with debug data (default build/kernel/vmlinux).

VMLINUX=${UMLAB_VMLINUX:-$BUILD/kernel/vmlinux}

need_gdb() {
	need_kernel
	command -v gdb > /dev/null || skip_all "no gdb"
	[ -r "$VMLINUX" ] || skip_all "no kernel with debug data at $VMLINUX (make kernel)"
	# A copy does not help here: gdb looks for scripts and modules next to vmlinux.
	(as_user test -r "$VMLINUX") 2>/dev/null || skip_all "the guest's user cannot read $VMLINUX"
	export PYTHONDONTWRITEBYTECODE=1
}

# gdb_run COMMAND...: run gdb commands in batch mode; the output is in $gdb_out.
# gdb_attached COMMAND...: first attach to the kernel that guest_start started, then do as gdb_run.
gdb_commands() { local line; for line; do printf '%s\0%s\0' -ex "$line"; done; }
gdb_run() {
	local words=()
	mapfile -d '' -t words < <(gdb_commands "$@")
	gdb_out=$( (as_user timeout "${GDB_LIMIT:-60}" gdb -nx -q -batch \
		-iex 'set auto-load python-scripts off' -ex 'set pagination off' -ex 'set width 0' \
		-x "$TOP/labs/gdb/umlab.py" "${words[@]}" "$VMLINUX") 2>&1 < /dev/null)
}
gdb_attached() { gdb_run "attach $guest_pid" "$@"; }
