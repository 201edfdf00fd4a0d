# SPDX-License-Identifier: GPL-2.0-only
# deb.sh - make an archive for apt with one package, umlab-test
#
# Sourced after tap.sh by t7070-apt.sh and t9895-image-update.sh. deb_archive FOLDER VERSION packs
# the files below $SCRATCH/package into a package of that version and writes the index that apt
# reads. A sources.list refers to the archive as "deb [trusted=yes] http://... ./". Needs dpkg-deb.
deb_archive() {
	mkdir -p "$1" "$SCRATCH/package/DEBIAN"
	printf '%s\n' "Package: umlab-test" "Version: $2" "Architecture: all" \
		"Maintainer: nobody <nobody@example.org>" "Description: a package for tests" \
		> "$SCRATCH/package/DEBIAN/control"
	dpkg-deb -Zxz --root-owner-group -b "$SCRATCH/package" "$1/umlab-test.deb" > /dev/null
	{
		cat "$SCRATCH/package/DEBIAN/control"
		echo "Filename: ./umlab-test.deb"
		echo "Size: $(stat -c %s "$1/umlab-test.deb")"
		echo "SHA256: $(sha256sum < "$1/umlab-test.deb" | cut -d ' ' -f 1)"
	} > "$1/Packages"
	chmod -R a+rX "$1"
}
