# SPDX-License-Identifier: GPL-2.0-only
# t3000-initramfs.sh - a guest boots from an initramfs and runs a program
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
guest_topics hello
done_testing
