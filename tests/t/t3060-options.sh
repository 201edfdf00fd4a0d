#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t3060-options.sh - test --help, --version and invalid options
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
need_kernel
try() { output=$(as_user timeout 20 "$LINUX" "$@" < /dev/null 2>&1); status=$?; }
one_line() {
	is "$(echo "$output" | wc -l)" 1 "$1 causes one line" || echo "$output" | head -n 5 | diag
}

try --help
is $status 0 "--help ends with status 0"
for word in mem= ubd con initrd= hostfs= engine= clock=; do
	like "$output" "$word" "--help describes $word"
done
try --version
is $status 0 "--version ends with status 0"
is "$(echo "$output" | wc -l)" 1 "--version prints one line"
like "$output" '6\.12' "--version names the kernel's version"

for option in mem=lots mem=12Q mem=-5M mem=1K mem= ubd0= ubd16=disk con0=bogus con0=fd:x \
	con99=null engine=steam clock=sun hostfs=relative --nonsense; do
	try "$option" initrd="$MINI_CPIO"
	is $status 2 "$option ends with status 2"
	one_line "$option"
	like "$output" "$(printf %s "${option%%=*}" | sed 's/^--//; s/[0-9]*$//')" \
		"the line about $option names the option"
done

# These options are well-formed, but name something that does not exist. The error must be one line
# here too, before any message from the kernel.
for option in ubd0=/nowhere/disk initrd=/nowhere/initrd hostfs=/nowhere/folder con0=fd:77; do
	try "$option" mem=128M panic=-1
	[ $status -eq 1 ] || [ $status -eq 2 ]; ok $? "$option ends with status 1 or 2 ($status)"
	one_line "$option"
	like "$output" "${option#*=}" "the line about $option names what is missing"
done

boot 40 "$SCRATCH/log" mem=128M initrd="$MINI_CPIO" topic=hello somebody.elses.option=1 another
is $? 0 "the port accepts options of the generic kernel and of init"
done_testing
