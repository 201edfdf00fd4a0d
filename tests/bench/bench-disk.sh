#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bench-disk.sh - measure disks of this kernel, of user-mode-linux and of the host, and umlab-disk
#
#   bench-disk.sh [--rounds N]
#
# `make bench` runs this script. The same program (bench-disk.c) runs
# - on a file on the host, through system calls and io_uring, with fio for seq_*,
# - in guests of this kernel on /dev/ubda: a raw file, one layer, eight layers,
# - in guests of user-mode-linux: a raw file, COW V3.
# The systems take turns, and the median of the rounds counts. Then the script measures umlab-disk:
# flatten and commit against cp, and NBD against qemu-nbd on qcow2 where that is installed. The
# table goes to build/bench/disk.txt, the figures to disk.tsv.
set -eu
umask 022
export LC_ALL=C
here=$(realpath "${BASH_SOURCE[0]%/*}")
. "$here/bench-options.sh"
cd "$here/../../build"
unprivileged=$here/../../labs/setup/unprivileged.sh
linux=${UMLAB_LINUX:-./linux} upstream=${UMLAB_UPSTREAM:-linux.uml} disk=$PWD/umlab-disk rounds=3
options_read "rounds" "$@"
mkdir -p run bench
work=$(mktemp -d run/bench-disk.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
chmod 777 "$work"

sample() { printf '%s\t%s\t%s\n' "$@" >>bench/disk.tsv; }

# fresh: make a base with content, and the disks over it.
fresh() {
	rm -rf "${work:?}"/*
	# Write in large pieces, because the host's page cache keeps the size of these pieces.
	dd if=/dev/urandom of="$work/base" bs=1M count=256 iflag=fullblock status=none
	cp "$work/base" "$work/raw"
	"$disk" seal "$work/base"
	"$disk" create --base "$work/base" "$work/depth1"
	local below=base
	for i in 1 2 3 4 5 6 7; do
		"$disk" create --base "$work/$below" "$work/l$i"
		below=l$i
	done
	"$disk" create --base "$work/l7" "$work/depth8"
	"$disk" create --to cow3 --base "$work/base" "$work/v3"
	"$unprivileged" --own "$work"/*
	sync -f "$work"
}

# run SYSTEM COMMAND...: turn the command's lines into samples.
run() {
	local system=$1 word row figure; shift
	while read -r word row figure; do
		[[ $word != @disk ]] || sample "$system" "$row" "${figure%$'\r'}"
		[[ $word != @error ]] || echo "bench     $system: $row $figure" >&2
	done < <(timeout -k 5 120 "$@" 2>&1 </dev/null)
}

ours() { run "$1" "$unprivileged" "$linux" mem=256M panic=-1 quiet initrd=bench/disk.cpio \
	con0=fd:0,fd:1 ubd0="$work/$2"; }
theirs() {
	mkfifo "$work/input"; exec 8<>"$work/input"
	run "$1" "$unprivileged" env HOME="$work" TMPDIR=/dev/shm \
		"$upstream" uml_dir="$work" con=null con0=fd:8,fd:1 \
		mem=256M panic=-1 quiet initrd=bench/disk.cpio ubd0="$PWD/$work/$2"
	exec 8>&-; rm -f "$work/input"
}

# fio_figure iops|bw_bytes DIRECTION OPTION...: print fio's figure per second.
fio_figure() {
	fio --name=x --rw="$2" "${@:3}" --time_based --output-format=json \
		--output="$work/fio.json" >/dev/null
	python3 -c 'import json, sys
job = json.load(open(sys.argv[1]))["jobs"][0]
print("%.0f" % max(job["read"][sys.argv[2]], job["write"][sys.argv[2]]))' "$work/fio.json" "$1"
}

: >bench/disk.tsv
for (( round = 1; round <= rounds; round++ )); do
	echo "bench     round $round of $rounds: disks"
	fresh
	run host_raw bench/bench-disk "$work/raw"
	if command -v fio >/dev/null; then
		for row in read write; do
			sample host_fio seq_$row \
				"$(fio_figure bw_bytes $row --ioengine=psync --invalidate=0 \
					--bs=1M --filename="$work/raw" --size=256M --runtime=1 |
					awk '{ print int($1 / 1000000) }')"
		done
	fi
	run host_uring bench/bench-disk "$work/raw" uring
	ours umlab_raw raw
	ours umlab_depth1 depth1
	ours umlab_depth8 depth8
	if command -v "$upstream" >/dev/null; then
		theirs uml_raw raw
		theirs uml_cow3 v3
	fi
done

# seconds COMMAND...: print how long the command takes.
seconds() {
	local start=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1
	awk -v us=$(( ${EPOCHREALTIME/./} - start )) 'BEGIN { printf "%.3f", us / 1e6 }'
}
for (( round = 1; round <= rounds; round++ )); do
	echo "bench     round $round of $rounds: tool"
	fresh
	head -c 256M /dev/urandom >"$work/other"
	"$disk" diff --output "$work/full" "$work/base" "$work/other" || true
	sync -f "$work"
	cp_synced() { cp --sparse=always "$work/other" "$work/copy" && sync "$work/copy"; }
	sample tool cp_sparse "$(seconds cp_synced)"
	sample tool flatten "$(seconds "$disk" flatten --output "$work/flat" "$work/full")"
	sample tool commit "$(seconds "$disk" commit "$work/full")"
	if command -v qemu-nbd >/dev/null && command -v qemu-img >/dev/null; then
		# Use a separate base, because the locks of qemu and of umlab-disk conflict.
		cp "$work/other" "$work/other2"
		qemu-img create -q -f qcow2 -F raw -b "$PWD/$work/other2" "$work/peer.qcow2"
		"$disk" create --base "$work/other" "$work/peer.cow"
		qemu-nbd -f qcow2 -k "$PWD/$work/q" -t "$work/peer.qcow2" & peer=$!
		"$disk" nbd --socket "$work/u" "$work/peer.cow" 2>/dev/null & server=$!
		until [[ -S $work/q && -S $work/u ]]; do sleep 0.05; done
		for row in randread randwrite read write; do
			for pair in "qemu_nbd q" "umlab_nbd u"; do
				read -r system socket <<<"$pair"
				size=4k; [[ $row == rand* ]] || size=1M
				sample $system "nbd_$row" \
					"$(fio_figure iops $row --ioengine=nbd \
					--uri="nbd+unix:///?socket=$PWD/$work/$socket" \
					--bs=$size --iodepth=16 --size=128M --runtime=2)"
			done
		done
		kill $peer $server; wait $peer $server 2>/dev/null || true
	fi
done

{
	echo "disks: MB/s for seq_*, operations per second for rand_*, fsync, nbd_*, else seconds"
	awk -F '\t' -f "$here/medians.awk" bench/disk.tsv
} | tee bench/disk.txt
