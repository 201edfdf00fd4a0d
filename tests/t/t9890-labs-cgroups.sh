#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9890-labs-cgroups.sh - a machine's limits become properties of a scope of systemd --user
# time limit: 600
#
# The host of this test is a machine of the Debian image, where systemd is the init and an ordinary
# user has a service manager. The kernel that umlab starts there is a shell script that burns
# processor time, because only the limits matter.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
umlab create -i debian-12 --mem=512M host > /dev/null; umlab start host
is $? 0 "a machine that serves as a host with systemd starts"

# Copy the command with its libraries, and use an empty file as the image.
mkdir -p put/lib put/bin/labs put/bin/images; cp "$UMLAB" put/bin/
ldd "$UMLAB" | awk '$3 ~ /^\// && $3 !~ /\/(libc|libm)\.so/ { print $3 }' |
	xargs -I{} cp -L {} put/lib/
cp -r "$BUILD/labs/agent.cpio" "$BUILD/labs/guest" put/bin/labs/
truncate -s 1M put/bin/images/none.img
printf '#!/bin/sh\necho $$ > /tmp/kernel.pid\nwhile :; do :; done\n' > put/bin/linux
chmod 755 put/bin/linux
tar -C put -cf - . | umlab exec host -- sh -c 'mkdir -p /opt/u &&
	tar -C /opt/u --no-same-owner -xf - && chmod -R a+rX /opt/u && useradd -m stu'
umlab exec host -- sh -c 'run=/run/user/1000; mkdir -p $run; chown stu $run; chmod 700 $run
	systemd-run -q --unit=manager --uid=stu --property=Delegate=yes \
		--setenv=XDG_RUNTIME_DIR=$run /lib/systemd/systemd --user' > out 2>&1
as_stu() {
	umlab exec host -- setpriv --reuid=stu --regid=stu --clear-groups env HOME=/home/stu \
		XDG_RUNTIME_DIR=/run/user/1000 LD_LIBRARY_PATH=/opt/u/lib \
		PATH=/opt/u/bin:/usr/bin:/bin "$@"
}
wait_for 30 umlab exec host -- test -S /run/user/1000/systemd/private
ok $? "an ordinary user has a service manager on the host" || diag < out >&2

as_stu umlab create -i none --cpus=0.5 --mem=64M m > out 2>&1
is $? 0 "an ordinary user creates a machine on the host" || diag < out >&2
as_stu umlab start --no-wait m > out 2>&1
wait_for 20 umlab exec host -- test -s /tmp/kernel.pid
ok $? "an ordinary user starts a machine on the host" || diag < out >&2
like "$(as_stu systemctl --user list-units --no-legend --type=scope)" "scope +loaded active" \
	"the machine runs in a scope of the user's service manager"
# in_group FILE: print this file from the machine's cgroup.
in_group() {
	# shellcheck disable=SC2016  # for the guest's shell
	umlab exec host -- sh -c \
		'cat "/sys/fs/cgroup$(cut -d: -f3 "/proc/$(cat /tmp/kernel.pid)/cgroup")/$0"' "$1"
}
is "$(in_group cpu.max)" "50000 100000" "--cpus=0.5 limits the machine's cgroup to half a processor"
is "$(in_group memory.max)" $(((64 + 16 + 64) << 20)) \
	"--mem=64M limits the memory of the machine's cgroup to 144 MB"
used() { in_group cpu.stat | sed -n 's/^usage_usec //p'; }
now() { umlab exec host cut -d' ' -f1 /proc/uptime; }
before=$(used) began=$(now); sleep 4; after=$(used) ended=$(now)
awk -v used="$((after - before))" -v took="$ended" -v began="$began" 'BEGIN {
	took -= began
	print used / 1e6, "seconds of processor in", took
	if (used > 0 && used / 1e6 < 0.65 * took + 0.2) print "bounded"
}' > out
like "$(cat out)" "^bounded" "a kernel that never sleeps gets no more than half a processor"
claim "kill ends the machine on the host" as_stu umlab kill m
kernel_gone() { ! umlab exec host -- sh -c 'kill -0 $(cat /tmp/kernel.pid)' 2> /dev/null; }
wait_for 20 kernel_gone; ok $? "the machine's kernel process ends"
is "$(as_stu systemctl --user list-units --no-legend --type=scope | grep -c umlab)" 0 \
	"the scope of the machine ends"
claim "wipe removes the machine that served as a host" umlab wipe -f
done_testing
