#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0200-image.sh - the Debian image was made without root and is a complete, healthy system
# time limit: 300
#
# debugfs reads the file system without a guest; then a guest checks the running system.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
PATH=$PATH:/usr/sbin:/sbin
[ -r "$IMAGE" ] || skip_all "no Debian image at $IMAGE (make image)"
command -v debugfs > /dev/null || skip_all "no debugfs (package e2fsprogs)"

inside() { debugfs -R "$1" "$IMAGE" 2>/dev/null; }
# owner PATH: print mode, user and group as numbers.
owner() {
	inside "stat $1" | sed -n 's/.*Mode: *\([0-7]*\).*/\1/p
		s/^User: *\([0-9]*\) *Group: *\([0-9]*\).*/\1 \2/p' | paste -sd' '
}
group_id() { inside 'cat /etc/group' | sed -n "s/^$1:[^:]*:\\([0-9]*\\):.*/\\1/p"; }

claim "the file system is clean" e2fsck -fn "$IMAGE"
[ "$(stat -c %b "$IMAGE")" -lt "$(($(stat -c %s "$IMAGE") / 512 / 4))" ]
ok $? "the image file is sparse"

is "$(owner /etc/shadow)" "0640 0 $(group_id shadow)" \
	"the shadow file is root's and the group shadow's"
is "$(owner /usr/bin/passwd)" "04755 0 0" "passwd is set-user-id root"
is "$(owner /usr/bin/chage)" "02755 0 $(group_id shadow)" "chage is set-group-id shadow"
is "$(owner /usr/bin/crontab)" "02755 0 $(group_id crontab)" \
	"a group made by a package's script owns its program"
is "$(owner /var/cache/man)" "0755 6 12" "the cache of man pages belongs to user man"
is "$(owner /root)" "0700 0 0" "root's home is closed to other users"
is "$(owner /tmp)" "01777 0 0" "everybody may write to /tmp"
# Debian 13 lets every group ping through a sysctl instead.
{ inside 'ea_list /usr/bin/ping'; inside 'cat /usr/lib/sysctl.d/50-default.conf'; } |
	grep -q 'security\.capability\|^-net\.ipv4\.ping_group_range'
ok $? "ordinary users can ping: ping has its capability, or a sysctl allows it"

is "$(inside 'cat /etc/machine-id' | wc -c)" 0 \
	"the machine id is empty, so that each machine makes its own"
like "$(inside 'ls -p /etc/ssh' | cut -d/ -f6 | grep host_ || echo none)" '^none$' \
	"no host key is in the image"
like "$(inside 'cat /etc/shadow' | grep '^root:')" '^root::' "root needs no password on the console"
! inside 'cat /var/lib/dpkg/status' | grep '^Status:' | grep -qv 'install ok installed$'
ok $? "every package is installed"
like "$(inside 'ls -p /' | cut -d/ -f6 | grep -x umlab || echo none)" '^none$' \
	"nothing of the set-up is left"

# The remaining claims need a guest, and therefore a kernel.
if [ ! -x "$LINUX" ]; then
	skip "the image boots" "no kernel at $LINUX (make kernel)"
	done_testing
fi
LINUX=$(reachable "$LINUX")
export TMPDIR=$SCRATCH HOME=$SCRATCH
cd "$SCRATCH" || exit 1
private_image "$SCRATCH/disk"
guest_at_console mem=512M ubd0="$SCRATCH/disk" root=/dev/ubda rw umlab.autologin TERM=xterm << 'END'
expect 120 root@umlab:~#
ok umlab.autologin leads to a shell
send echo term=$TERM
expect 10 term=xterm
ok the kernel's command line sets the type of the terminal
send dpkg --audit && test -z "$(dpkg --audit)" && echo audit=$((1 + 1))
expect 60 audit=2
ok dpkg --audit finds nothing
send failed() { systemctl --failed --no-legend --plain | wc -l | sed 's/^/failed=/'; }
send systemctl is-system-running --wait; failed
expect 90 failed=0
ok no unit has failed
send systemctl list-jobs --no-legend | wc -l | sed 's/^/jobs=/'
expect 20 jobs=0
ok no job of systemd is pending
send apt-get check > /dev/null && apt-get -s install hello > /dev/null 2>&1
send test $? = 100 && echo apt=$((1 + 1))
expect 60 apt=2
ok apt finds its dependencies satisfied and no package lists yet
send cd /etc/ssl/certs
send echo hashes=$(ls *.0 | wc -l) $(openssl verify -CApath . ISRG_Root_X1.pem)
expect 20 hashes=1[0-9][0-9] .*: OK
ok openssl finds certificates by their hash
send systemctl start ssh && ls /etc/ssh/ssh_host_*_key | wc -l | sed 's/^/keys=/'
expect 60 keys=1
ok sshd makes its own key and starts
send poweroff
status 60 0
ok poweroff ends the machine
END
done_testing
