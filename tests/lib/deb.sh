# SPDX-License-Identifier: GPL-2.0-only
# deb.sh - an archive for apt with one package, umlab-test
#
# Sourced after tap.sh. deb_archive FOLDER VERSION: packs what lies below $SCRATCH/package, and offers it as
# that version. The lists say "deb [trusted=yes] http://... ./"; needs dpkg-deb.
deb_archive() {
	mkdir -p "$1" "$SCRATCH/package/DEBIAN"
	printf '%s\n' "Package: umlab-test" "Version: $2" "Architecture: all" "Maintainer: nobody <nobody@example.org>" \
		"Description: a package for tests" > "$SCRATCH/package/DEBIAN/control"
	dpkg-deb -Zxz --root-owner-group -b "$SCRATCH/package" "$1/umlab-test.deb" > /dev/null
	{ cat "$SCRATCH/package/DEBIAN/control"
		printf '%s\n' "Filename: ./umlab-test.deb" "Size: $(stat -c %s "$1/umlab-test.deb")" \
			"SHA256: $(sha256sum < "$1/umlab-test.deb" | cut -d ' ' -f 1)"; } > "$1/Packages"
	chmod -R a+rX "$1"
}
