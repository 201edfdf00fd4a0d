#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8210-copies.sh - whatever a tar in the guest says, cp out of a guest takes only what was asked
# for; the same for a machine that is imported. As an ordinary user, and as root.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab

# The guest's tar writes the archive that has the name of the current folder.
machine_prepare() {
	umlab create -i debian-12 pc || return 1
	umlab start pc && tar -cf - evil | umlab exec pc -- tar -C /root -xf - &&
		umlab exec pc -- sh -c 'mv /bin/tar /bin/tar.real
		printf "#!/bin/sh\nexec cat /root/evil/\${PWD##*/}\n" > /bin/tar
		for kind in /root/evil/*; do mkdir -p "/root/${kind##*/}/wanted"; done
		chmod 755 /bin/tar'
}

copy() { # copy KIND: copy the folder "wanted" out of the guest to in/; `out` gets the messages
	rm -rf in; mkdir in; [ "$(id -u)" -ne 0 ] || chown --reference=. in
	umlab cp "pc:/root/$1/wanted" in > out 2>&1
}

# The files of the folder, except for the machine's own ones.
everything() {
	find . \( -path ./state -o -path ./in/wanted \) -prune -o ! -path ./out ! -path ./before \
		-printf '%p %y %m %s\n' | sort
}

attacks() { # attacks WHO
	local kind bad=
	echo mine > victim; chmod 644 victim
	mkdir -p in; everything > before
	for kind in absolute up neighbour hard-link hard-link-absolute escapes \
		huge truncated empty noise through-link through-absolute through-folder; do
		copy $kind && [ "$kind" = "${kind#through}" ] && bad="$bad, $kind succeeds"
		everything | cmp -s - before ||
			bad="$bad, $kind leaves $(everything | diff - before)"
		[ ! -e /tmp/umlab-evil ] || bad="$bad, $kind writes to /tmp"
		LC_ALL=C grep -q "$(printf '\033')" out && bad="$bad, $kind prints an escape"
		[ "$kind" != "${kind#through}" ] || ! grep -qr evil in || bad="$bad, $kind gets in"
	done
	is "$bad" "" "$1: cp refuses an archive with more or other entries, and leaves nothing"
	is "$(cat victim; stat -c %h victim)" "mine
1" "$1: a file of the user is not changed or linked"
	copy links
	is "$(cd in/wanted && ls | xargs; readlink in)" "file in
file" "$1: cp leaves out links that lead out of the folder" || diag < out
	like "$(cat out)" "2 links were left out" "$1: cp says so"
	copy special
	is "$(cd in/wanted && ls | xargs)" "file suid" "$1: cp leaves out devices and FIFOs" ||
		diag < out
	is "$(stat -c %a in/wanted/suid)" 755 "$1: cp clears set-user-ID bits"
	[ "$(id -u)" -ne 0 ] || is "$(stat -c %U in/wanted/suid)" "$(stat -c %U in)" \
		"$1: the files belong to the user"
	umlab cp pc:/root/special/wanted in > out 2>&1
	is $? 1 "$1: cp does not merge into a folder that exists"
	umlab exec pc -- sh -c 'mv /bin/tar.real /bin/tar; echo new > /root/victim
		ln -s victim /root/link; mkdir -p /root/wanted/a/b; cd /root/wanted
		dd if=/dev/zero bs=1M count=3 of=big; ln -s ../big a/up; echo x > a/b/x' \
		2> /dev/null
	claim "$1: an honest folder is copied" umlab cp pc:/root/wanted copied
	is "$(cat copied/a/b/x; stat -c %s copied/a/up copied/big | xargs)" "x
$(readlink copied/a/up | wc -c | xargs -I{} expr {} - 1) 3145728" "$1: with its files and links"
	claim "$1: a file that exists is replaced" umlab cp pc:/root/victim victim
	is "$(cat victim)" new "$1: by the guest's file"
	umlab cp pc:/root/link lonely > out 2>&1
	is $? 1 "$1: a symbolic link alone is not copied"
	like "$(cat out)" "copy the file that it stands for" "$1: the message says what to do"
	mkfifo fifo; umlab cp pc:/root/victim fifo > out 2>&1; is $? 1 "$1: cp replaces no FIFO"
	rm -rf copied fifo
}

python3 "$TOP/tests/lib/tarforge.py" evil; chmod -R a+rX evil
claim "a machine whose root is hostile is ready" machine_prepare
attacks user

# A machine from a stranger.
umlab stop pc; umlab export pc pc.umlab; rm -rf made; mkdir made
zstd -q -d -c pc.umlab | tar -C made -xf -
mv made/disk.cow kept.cow; cp --sparse=always kept.cow made/disk.cow
{
	echo "mount=rw:/mnt:$SCRATCH"; echo "append=hostfs=/"; echo "append=ubd1=$SCRATCH/secret"
	echo "nic=eth0=slirp,forward=tcp:8080-80"; echo "nic=eth1=vde:cmd://touch $SCRATCH/pwned"
	echo "mem=64M hostfs=/"; echo "rate=1m,forward=tcp:1-2"
	echo "exec=echo $(printf '\033[31m')"; echo "lab=/etc"; echo "nic=eth2=slirp"
	echo "sysctl=net.ipv4.ip_forward=1"
} >> made/machine.conf
forged() { (cd made && tar --format=gnu --sparse -cf ../forged.tar "$@") && chmod 644 forged.tar; }
forged .
umlab import forged.tar strange 2> err; is $? 0 "a machine with dangerous settings is imported"
conf=state/machines/strange/machine.conf
is "$(grep -E '^(mount|append|rate|exec|lab)=|,forward|vde:|hostfs=' $conf)" "" \
	"its dangerous settings are not"
is "$(grep -E '^(nic|sysctl)=' $conf | xargs)" \
	"nic=eth0=slirp nic=eth2=slirp sysctl=net.ipv4.ip_forward=1" "its harmless settings are"
is "$(grep -c "setting not imported" err)" 9 "a warning names each dropped setting" || diag < err
LC_ALL=C grep -q "$(printf '\033')" err $conf
is $? 1 "no escape sequence reaches the terminal or the settings"
umlab remove -f strange
refused() { # refused TITLE: forge the archive of made/ and import it
	forged .; umlab import forged.tar strange 2> err
	[ $? -eq 1 ] && [ ! -e state/machines/strange ]
	ok $? "import refuses $1" || diag < err
	is "$(find state/machines -name '.umlab-*')" "" "and leaves nothing behind"
}
rm made/disk.cow; ln -s "$SCRATCH/secret" made/disk.cow; refused "a disk that is a link"
rm made/disk.cow; mkfifo made/disk.cow; refused "a disk that is a FIFO"
rm made/disk.cow; mkdir made/disk.cow; refused "a disk that is a folder"
rmdir made/disk.cow; cp --sparse=always kept.cow made/disk.cow
mv made/machine.conf made/conf; ln -s "$SCRATCH/secret" made/machine.conf
refused "settings that are a link"
rm made/machine.conf; mv made/conf made/machine.conf
mkdir -p made/snapshots; ln -s "$SCRATCH/secret" made/snapshots/a.disk
refused "a snapshot that is a link"
rm made/snapshots/a.disk; echo x > "made/snapshots/$(printf 'a\033').conf"
refused "a snapshot whose name has an escape"
umlab kill pc 2> /dev/null; umlab remove -f pc

# The same as root, who could set owners, devices and every mode.
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 700 "$SCRATCH/root" "$SCRATCH/rootrun"; cd "$SCRATCH/root" || exit 1
	cp -r "$SCRATCH/home/evil" .
	umlab() { UMLAB_HOME=$SCRATCH/root XDG_RUNTIME_DIR=$SCRATCH/rootrun HOME=$SCRATCH/root \
		timeout -k 5 "$UMLAB_LIMIT" "$UMLAB" "$@"; }
	claim "root has such a machine" machine_prepare
	attacks root
	umlab kill pc; umlab remove -f pc
else
	skip "the same as root" "not run as root"
fi
done_testing
