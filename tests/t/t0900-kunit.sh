#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0900-kunit.sh - kunit.py of the generic kernel builds this port, and its default suites pass
# time limit: 3600
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
SOURCE=$BUILD/src/linux
KNOWN=$TOP/tests/known/kunit.known
[ -d "$SOURCE/tools/testing/kunit" ] || skip_all "no kernel source in $SOURCE (make source)"
[ -e "$SOURCE/arch/um/include/um/host.h" ] ||
	skip_all "the source has no arch/um of ours (make kernel)"
command -v python3 > /dev/null || skip_all "no python3"

# Options that kunit.py's fixed configuration demands but this port lacks.
lacks="CONFIG_VIRTIO_UML CONFIG_UML_PCI_OVER_VIRTIO CONFIG_FORTIFY_SOURCE"
options=()
for symbol in $lacks; do options+=(--kconfig_add "$symbol=n"); done
# Compile through kcc (labs/setup/kcc.c) where it has been built, which takes half the time.
compiler=gcc
[ ! -x "$BUILD/kcc" ] || compiler="$BUILD/kcc gcc"
export PYTHONDONTWRITEBYTECODE=1
mkdir -p "$BUILD/kunit"
# Run at low priority: other work shares the host.
(cd "$SOURCE" && nice -n 10 python3 tools/testing/kunit/kunit.py run \
	--build_dir "$BUILD/kunit" --jobs "$(nproc)" --timeout 600 \
	--make_options "CC=$compiler" --raw_output=all "${options[@]}") > "$SCRATCH/kunit.log" 2>&1
status=$?
cp "$SCRATCH/kunit.log" "$BUILD/tests/kunit.log"
[ -x "$BUILD/kunit/linux" ]
ok $? "kunit.py configures and builds a kernel" || {
	tail -n 40 "$SCRATCH/kunit.log" | diag
	done_testing
}

# The log is nested TAP: suites are not indented, cases are indented by four spaces.
tr -d '\r' < "$SCRATCH/kunit.log" | sed -n '/^KTAP version\|^TAP version/,$p' > "$SCRATCH/ktap"
suites=0
while IFS= read -r line; do
	case $line in
	"ok "*"# SKIP"*) suites=$((suites + 1)); skip "suite ${line#ok * }" "by itself" ;;
	"ok "*) suites=$((suites + 1)); ok 0 "suite $(echo "$line" | sed 's/^ok [0-9]* -* *//')" ;;
	"not ok "*)
		suites=$((suites + 1))
		name=$(echo "$line" | sed 's/^not ok [0-9]* -* *//; s/ .*//')
		reason=$(sed -n "s/^$name[[:space:]][[:space:]]*//p" "$KNOWN" 2>/dev/null |
			head -n 1)
		if [ -n "$reason" ]; then todo "suite $name" "$reason"; else ok 1 "suite $name"; fi
		grep -E '^    not ok|^        not ok' "$SCRATCH/ktap" | head -n 20 | diag ;;
	esac
done < "$SCRATCH/ktap"
[ $suites -gt 20 ]
ok $? "all suites reported ($suites), kunit.py ended with status $status" ||
	tail -n 40 "$SCRATCH/kunit.log" | diag
done_testing
