#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# t0300-config.sh - the configured kernel offers what sysadmin courses need
#
# config.required lists the features, one per line. This script compares the list with the .config
# of the last build, and starts no machine.

. "$(dirname "$0")/../lib/tap.sh" || exit 1

config=${UMLAB_CONFIG:-$BUILD/kernel/.config}
[ -r "$config" ] || skip_all "no $config (make kernel)"

# missing SYMBOL...: print the symbols that are neither built in nor a module.
missing() {
	local symbol
	for symbol; do grep -qx "CONFIG_$symbol=[ym]" "$config" || echo "$symbol"; done
}

# feature LINE: make one claim for a line of the table.
feature() {
	local name=${1%%:*} lacking title
	# shellcheck disable=SC2086  # a list of words
	lacking=$(missing ${1#*:})
	title="the kernel offers ${name#"? "}"
	case $name in
	"? "*)	[ -z "$lacking" ] ||
			{ todo "$title" "the port lacks ${lacking//$'\n'/ }"; return; } ;;
	esac
	is "$lacking" "" "$title"
}

line=
while IFS= read -r next; do
	case $next in
	"#"* | "") ;;
	[[:blank:]]*) line="$line $next" ;;
	*) [ -z "$line" ] || feature "$line"; line=$next ;;
	esac
done < "$TOP/tests/known/config.required"
[ -z "$line" ] || feature "$line"

# What the kernel needs before it can load modules must be built in.
for symbol in EXT4_FS BLK_DEV_UBD UNIX DEVTMPFS TMPFS BINFMT_ELF; do
	grep -qx "CONFIG_$symbol=y" "$config"; ok $? "$symbol is built in"
done

done_testing
