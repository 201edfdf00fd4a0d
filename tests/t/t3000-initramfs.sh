#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3000-initramfs.sh - a guest boots from an initramfs, runs a program and powers off
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
guest_topics hello

boot 30 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello
is $? 0 "a guest that powers off ends with status 0"
like "$(cat "$SCRATCH/log")" '^(\[[ 0-9.]*\] )?Linux version 6\.12' "the kernel is Linux 6.12"
[ "$(grep -c '@guest up' "$SCRATCH/log")" -eq 1 ]; ok $? "the guest boots once"
gone() { ! ps -o pid= -u "$TEST_UID" -o args= | grep -q "$SCRATCH"; }
wait_for 5 gone; ok $? "no process of the machine remains"
boot 30 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello quiet
! grep -q 'Linux version' "$SCRATCH/log"; ok $? "quiet keeps kernel messages off the console"
done_testing
