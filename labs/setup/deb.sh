#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh - build the Debian packages (make deb)
#
#   deb.sh BUILD VERSION [FOLDER]    run by GNUmakefile; FOLDER is BUILD/deb by default
#
# Copies the source to FOLDER/umlab-VERSION and runs dpkg-buildpackage there, as any user and
# without network. The programs are compiled again, with dpkg's flags. The kernel in BUILD is used
# as it is, because building it again takes many minutes and gives the same bytes. FRESH=1 builds
# the kernel from the package linux-source-6.12, as a build daemon does. If the newest entry of the
# changelog is for another version, the copy gets an entry for VERSION.
set -euo pipefail
umask 022
# dpkg-buildpackage starts a make of its own, which uses all processors.
unset MAKEFLAGS MFLAGS MAKELEVEL
build=$(realpath "$1") version=$2
out=$(realpath -m "${3:-$build/deb}")
cd "$(dirname "$0")/../.."
tree=$out/umlab-$version

rm -rf "$tree" "$out"/umlab*_"$version"_* && mkdir -p "$tree"
if git rev-parse --git-dir >/dev/null 2>&1; then
	git ls-files -z -co --exclude-standard
else
	find . \( -path ./build -o -path ./debian/tmp \) -prune -o ! -type d -print0
fi | while IFS= read -r -d '' file; do
	[[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"
done | tar --null -T - -cf - | tar -C "$tree" -xpf -

if [[ -z ${FRESH-} ]]; then
	# Make the copied source older than the kernel, so that make does not build the kernel.
	mkdir "$tree/build"
	for name in linux kernel modules src headers.tar; do
		ln -s "$build/$name" "$tree/build/$name"
	done
	find "$tree" ! -path "$tree/build*" -exec touch -h -d '2020-01-01' {} +
fi

cd "$tree"
if [[ $(dpkg-parsechangelog -S Version) != "$version" ]]; then
	{
		printf 'umlab (%s) UNRELEASED; urgency=medium\n\n' "$version"
		printf '  * Built from the tree.\n\n'
		printf ' -- %s  %s\n\n' "$(dpkg-parsechangelog -S Maintainer)" "$(date -R)"
		cat debian/changelog
	} >debian/changelog.new
	mv debian/changelog.new debian/changelog
fi
dpkg-buildpackage -b -nc -us -uc >"$out/build.log" 2>&1 </dev/null ||
	{ tail -n 40 "$out/build.log" >&2; exit 1; }
as_root=()
[[ $(id -u) != 0 ]] || as_root=(--allow-root)
lintian "${as_root[@]}" --fail-on error,warning "$out"/*.changes
echo "deb       $out: $(cd "$out" && echo *.deb)"
