#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9240-deb.sh - the Debian packages are built, and the tutorial works where they are installed
# time limit: 7200
#
# Builds the packages here (`make deb`) and installs them in a clean Debian 12 and a clean Debian 13
# made by mmdebstrap. Runs the README's tutorial there as an ordinary user. The same source is also
# built in that Debian 13. Needs root for chroot, and access to the Debian archive.
. "$(dirname "$0")/../lib/tap.sh" || exit 1
[ "$(id -u)" -eq 0 ] || skip_all "needs root, to enter a clean Debian"
for program in mmdebstrap dpkg-buildpackage dh lintian; do
	command -v "$program" > /dev/null || skip_all "no $program (make deps FOR=deb)"
done
[ -x "$BUILD/linux" ] && [ -e "$BUILD/headers.tar" ] || skip_all "no kernel (make all install)"
mirror=$(apt-get update --print-uris 2> /dev/null |
	sed -n "s,^'\(.*/debian\)/dists/[a-z]*/.*,\1,p" | head -n 1)
[ -n "$mirror" ] || skip_all "no Debian mirror in the apt sources of this host"
version=$(sed -n 's/^VERSION := //p' "$TOP/GNUmakefile")

# enter SUITE COMMAND...: run a command in the root folder of this suite, in separate mount and
# process namespaces.
enter() {
	local root=$SCRATCH/$1; shift
	unshare -m -p -f --propagation private bash -c 'root=$1; shift
		mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
		cp -L /etc/resolv.conf "$root/etc/" && exec chroot "$root" "$@"' - "$root" "$@"
}

# as_student SUITE COMMAND...: run a command there as an ordinary user without capabilities.
as_student() {
	local suite=$1; shift
	enter "$suite" setpriv --reuid=1000 --regid=1000 --clear-groups --bounding-set=-all \
		--inh-caps=-all --no-new-privs env -i HOME=/home/student LANG=C.UTF-8 \
		PATH=/usr/local/bin:/usr/bin:/bin "$@" < /dev/null
}

# root_make SUITE: make a clean Debian with apt and an ordinary user.
root_make() {
	mmdebstrap --variant=important --include=ca-certificates "$1" "$SCRATCH/$1" "$mirror" \
		> "$SCRATCH/$1.log" 2>&1 || { tail -n 5 "$SCRATCH/$1.log" | diag; return 1; }
	echo 'student:x:1000:1000::/home/student:/bin/bash' >> "$SCRATCH/$1/etc/passwd"
	echo 'student:x:1000:' >> "$SCRATCH/$1/etc/group"
	install -d -o 1000 -g 1000 "$SCRATCH/$1/home/student"
	mkdir "$SCRATCH/$1/debs"
}

# install_and_try SUITE: install the packages in /debs and run the tutorial.
install_and_try() {
	local suite=$1
	claim "$suite: the packages can be installed" enter "$suite" sh -c \
		'export DEBIAN_FRONTEND=noninteractive
		apt-get update -q && apt-get install -y -q --no-install-recommends \
		/debs/umlab_*.deb /debs/umlab-linux_*.deb /debs/umlab-images_*.deb'
	for program in umlab umlab-disk umlab-net umlab-linux; do
		like "$(as_student "$suite" "$program" --version 2>&1)" "^$program $version" \
			"$suite: $program prints the version of the packages"
	done
	cp "$SCRATCH/tutorial" "$SCRATCH/$suite/tutorial"
	as_student "$suite" bash -ex /tutorial > "$SCRATCH/$suite.out" 2>&1
	ok $? "$suite: the tutorial works for an ordinary user" ||
		tail -n 30 "$SCRATCH/$suite.out" | diag
	like "$(cat "$SCRATCH/$suite.out")" "6 passed, 0 failed" \
		"$suite: the lab of the tutorial passes its check"
	is "$(as_student "$suite" umlab list -a --json)" "[]" \
		"$suite: the tutorial leaves no machine behind"
}

# Collect the commands of the README, except those that build from a checkout. The small image is
# enough, because it serves until the default image has been built.
{
	echo 'cd; umlab image build minimal'
	sed -n '/^<!-- tutorial/,/^Labs are/s/^    //p' "$TOP/README.md" |
		sed '/^make /d; /^export PATH/d; s,labs/examples,/usr/share/umlab/examples,'
} > "$SCRATCH/tutorial"

debs=$SCRATCH/debs
claim "make deb builds the packages, and lintian accepts them" \
	"$TOP/labs/setup/deb.sh" "$BUILD" "$version" "$debs"
is "$(cd "$debs" && echo *.deb | sed "s/_${version}_[a-z0-9]*\.deb//g")" \
	"umlab-dbg umlab-images umlab-linux umlab" "make deb makes four packages"
for package in umlab umlab-linux umlab-dbg umlab-images; do
	is "$(dpkg-deb -f "$debs"/"$package"_*.deb Version)" "$version" \
		"$package has the version of the GNUmakefile"
done

if root_make bookworm; then
	cp "$debs"/*.deb "$SCRATCH/bookworm/debs/"
	install_and_try bookworm
else
	skip "bookworm: the packages can be installed" "no Debian archive"
fi

# Debian 13 builds all packages from source, including the kernel, as a build daemon does.
if root_make trixie; then
	cp -a "$SCRATCH/trixie" "$SCRATCH/builder"
	cp -a "$debs/umlab-$version" "$SCRATCH/builder/source"
	rm -rf "$SCRATCH/builder/source/build"
	claim "trixie: the packages build from the same source" enter builder sh -c \
		'export DEBIAN_FRONTEND=noninteractive; cd /source && apt-get update -q &&
		apt-get install -y -q --no-install-recommends build-essential &&
		apt-get build-dep -y -q --no-install-recommends ./ &&
		chown -R 1000:1000 /source && chmod 777 / &&
		setpriv --reuid=1000 --regid=1000 --clear-groups dpkg-buildpackage -b -us -uc'
	cp "$SCRATCH"/builder/*.deb "$SCRATCH/trixie/debs/" && install_and_try trixie
else
	skip "trixie: the packages can be installed" "no Debian archive"
fi
done_testing
