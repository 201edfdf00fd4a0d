#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# t0010-make.sh - test the GNUmakefile: what it builds, what it leaves alone, interruptions
#
# A made-up kernel source stands in for Debian's, so that a build takes a second.
. "$(dirname "$0")/../lib/tap.sh" || exit 1

tree=$SCRATCH/clone
build=$tree/build
mkdir -p "$tree"/{arch-um/configs,arch-um/kernel,drivers-ubd,labs,tests} "$SCRATCH/closed"
cp "$TOP/GNUmakefile" "$tree/"
cp -R "$TOP/labs/setup" "$tree/labs/"
cp -R "$TOP/tests/bench" "$tree/tests/"
(cd "$TOP" && find . -path ./build -prune -o -name '*.mk' -exec cp --parents {} "$tree/" \;)
touch "$tree"/arch-um/{configs/umlab_defconfig,kernel/setup.c,kernel/extra.c}

# The stand-in has 120 steps of 10 ms, skips each step whose product exists, and counts its runs.
# HOLD=compiling makes step 30 wait, HOLD=unpacking makes tar wait. So the build cannot finish
# before the test kills it half-way.
source=$SCRATCH/linux-source
mkdir -p "$source"/arch/{um/kernel,x86/um} "$source/init"
touch "$source"/{arch/um/kernel/upstream.c,arch/x86/um/upstream.c,init/main.c}
cat > "$source/Makefile" <<'END'
O ?= .
%_defconfig:
	@mkdir -p $(O)/include/config
	@printf 'CONFIG_MODULES=y\n' > $(O)/.config
	@echo 6.12.0-fake > $(O)/include/config/kernel.release
olddefconfig: ;
steps := $(foreach tens,0 1 2 3 4 5 6 7 8 9 a b,\
	$(foreach ones,0 1 2 3 4 5 6 7 8 9,$(O)/step-$(tens)$(ones).o))
$(O)/step-%.o:
	@echo '  CC      step-$*.o'
	@sleep $(if $(filter compiling/30,$(HOLD)/$*),60,0.01)
	@touch $@
all: $(steps)
	@echo run >> $(O)/runs
	@echo 'a warning of the compiler'
	@cp /bin/true $(O)/vmlinux
modules_install:
	@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/6.12.0-fake
	@echo module > $(INSTALL_MOD_PATH)/lib/modules/6.12.0-fake/some.ko
END
tar -C "$SCRATCH" -cJf "$SCRATCH/source.tar.xz" linux-source
mkdir "$SCRATCH/held"
cat > "$SCRATCH/held/tar" <<END
#!/bin/sh
$(command -v tar) "\$@" || exit
[ "\$HOLD" != unpacking ] || sleep 60
END
chmod 755 "$SCRATCH/held/tar"

# make_ TARGET...: run the makefile in the copy, without a check of packages: their stamp exists.
make_() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$tree" -j2 \
		TARBALL="$SCRATCH/source.tar.xz" "$@"
}
kernel_runs() { wc -l < "$build/kernel/runs"; }
mkdir -p "$build"
touch -d tomorrow "$build/.packages-build"

# interrupted NAME PATTERN: hold a build at NAME. Kill its processes when a file matches PATTERN.
interrupted() {
	local end=$((SECONDS + 20)) found=1
	set -m; PATH=$SCRATCH/held:$PATH HOLD=$1 make_ kernel > "$SCRATCH/$1.log" 2>&1 & set +m
	while [ "$SECONDS" -lt "$end" ]; do
		# shellcheck disable=SC2086  # a pattern, on purpose
		if ls -d $2 > /dev/null 2>&1; then found=0; break; fi
		sleep 0.01
	done
	kill -KILL -- "-$!"
	wait $! 2>/dev/null
	return $found
}

make_ -n kernel > "$SCRATCH/dry.log" 2>&1
[ ! -e "$build/src" ] && [ ! -e "$build/kernel" ]
ok $? "make -n builds nothing"

interrupted unpacking "$build/src/linux.part"
ok $? "unpacking can be killed"
[ ! -e "$build/linux" ]
ok $? "a killed unpacking leaves no kernel"

interrupted compiling "$build/kernel/step-2*.o"
ok $? "compiling can be killed"
[ ! -e "$build/linux" ]
ok $? "a killed compilation leaves no kernel"
steps_before=$(find "$build/kernel" -name 'step-*' | wc -l)

claim "the next make goes on to a kernel" make_ kernel
steps_after=$(grep -c '  CC ' "$build/kernel.log")
[ $((steps_before + steps_after)) -le 122 ]
ok $? "the next make does not repeat finished steps" || echo "$steps_before + $steps_after" | diag
[ -x "$build/linux" ] && [ -e "$build/modules/lib/modules/6.12.0-fake/some.ko" ]
ok $? "kernel and modules are where the README promises them"
is "$(cat "$build/src/linux/arch/um/kernel/upstream.c" 2>&1 | grep -c 'No such file')" 1 \
	"upstream's port is not in the source"
is "$(readlink "$build/src/linux/arch/um")" ../../../../arch-um \
	"our port is linked into the source, by a relative name"
[ ! -e "$build/src/linux/arch/x86/um" ] && [ -e "$build/src/linux/drivers-ubd" ]
ok $? "the source has no arch/x86/um, but drivers-ubd"

make_ kernel > "$SCRATCH/second.log" 2>&1
is "$(kernel_runs)" 1 "a second make does nothing"
is "$(grep -v '^make' "$SCRATCH/second.log")" "" "a second make prints nothing"

module_date=$(stat -c %y "$build/modules/lib/modules/6.12.0-fake/some.ko")
sleep 0.05
echo change > "$tree/arch-um/kernel/setup.c"
make_ > "$SCRATCH/change.log" 2>&1
is "$(kernel_runs)" 2 "a changed file of the port makes a new kernel"
is "$(stat -c %y "$build/modules/lib/modules/6.12.0-fake/some.ko")" "$module_date" \
	"a module that did not change keeps its date"
rm "$tree/arch-um/kernel/extra.c"
make_ > "$SCRATCH/removed.log" 2>&1
is "$(kernel_runs)" 3 "a removed file of the port makes a new kernel"
sleep 0.05
touch "$build/src/linux/init/main.c"
make_ kernel > "$SCRATCH/edited.log" 2>&1
is "$(kernel_runs)" 4 "a file of the source that was edited makes a new kernel"
touch "$tree/arch-um/README.md"; touch -r "$tree/arch-um/kernel/setup.c" "$tree/arch-um"
make_ > "$SCRATCH/prose.log" 2>&1
is "$(kernel_runs)" 4 "a changed README does not make a new kernel"
like "$(cat "$SCRATCH/change.log")" '^a warning of the compiler' \
	"messages of the compiler are shown"
is "$(grep -c $'\033' "$SCRATCH"/*.log | grep -vc ':0$')" 0 \
	"no colour and no cursor movement without a terminal"

sed -i 's/@cp .*/false/' "$build/src/linux/Makefile"
touch "$tree/arch-um/kernel/setup.c"
! make_ > "$SCRATCH/failed.log" 2>&1
ok $? "a failing kernel build fails make"

like "$(make_ help)" 'make check-long' "make help lists the goals"

# The makefile uses the caller's tools and flags; the flags come last, so they take precedence.
caller=$(env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$TOP" -n BUILD="$SCRATCH/other" \
	CC=their-cc AR=their-ar CPPFLAGS=-Dtheirs CFLAGS=-Otheirs LDFLAGS=-Wl,theirs \
	umlab-disk 2>&1)
like "$caller" '^their-cc .*-Dtheirs .*-O2 .*-Otheirs .*-c ' "CC, CPPFLAGS and CFLAGS are respected"
like "$caller" '^their-cc .*-static-pie .*-Wl,theirs ' "LDFLAGS are respected"
like "$caller" '^their-ar ' "AR is respected"
[ ! -e "$SCRATCH/other" ]
ok $? "a dry run writes nothing"

build_depends() {
	sed -n '/^Build-Depends:/,/^$/p' "$TOP/debian/control" | sed 's/^Build-Depends://' |
		tr -d ' ,' | grep -v '^debhelper' | grep . | sort
}
build_group() {
	sed -n 's/^build  *\([^ ]*\) .*/\1/p' "$TOP/labs/setup/packages" |
		grep -vxE 'gcc|libc6-dev|make' | sort
}
is "$(diff <(build_depends) <(build_group))" "" \
	"debian/control build-depends on the packages of the group build"

# A stand-in for dpkg knows only gcc as installed. A stand-in for sudo fails, so nothing can be
# installed.
mkdir "$SCRATCH/bin"
printf '#!/bin/sh\n[ "$4" = gcc ] && echo installed\n' > "$SCRATCH/bin/dpkg-query"
printf '#!/bin/sh\nexit 1\n' > "$SCRATCH/bin/sudo"
chmod 755 "$SCRATCH/bin" "$SCRATCH"/bin/*
packages() {
	# The unprivileged user may not be able to read the checkout.
	cp -R "$TOP/labs/setup" "$SCRATCH/setup" && chmod -R a+rX "$SCRATCH/setup"
	PATH=$SCRATCH/bin:$PATH "$TOP/labs/setup/unprivileged.sh" "$SCRATCH/setup/packages.sh" \
		"$@" build
}
packages check > "$SCRATCH/missing.log" 2>&1
is "$?-$(wc -l < "$SCRATCH/missing.log")" 1-1 "a build without the packages ends with one line"
like "$(cat "$SCRATCH/missing.log")" "missing packages: linux-source-6.12 .*'make deps'" \
	"that line names the packages and make deps"
packages install > "$SCRATCH/packages.log" 2>&1
is $? 1 "missing packages that nobody here can install end with status 1"
is "$(grep -c 'apt-get install' "$SCRATCH/packages.log")" 1 \
	"the line for the administrator is printed once"
! grep -q ' gcc' "$SCRATCH/packages.log"
ok $? "that line names missing packages only"
rows() { sed -nE 's/^([a-z]+) +([^ ]+) +(.*)$/| `\2` | \1 | \3 |/p' "$TOP/labs/setup/packages"; }
is "$(diff <(rows) <(grep -E '^\| `[^`]*` \| (build|run|test|bench|deb) \|' "$TOP/README.md"))" "" \
	"the table in the README has the same packages, groups and purposes"

# Build in a clone below a folder that only its owner can enter, such as /root.
chmod 700 "$SCRATCH/closed"
mkdir -m 755 "$SCRATCH/closed/build"
cp /bin/cat "$SCRATCH/closed/build/kernel"; echo inside > "$SCRATCH/closed/build/disk"
is "$(cd "$SCRATCH/closed/build" && "$TOP/labs/setup/unprivileged.sh" ./kernel disk 2>&1)" inside \
	"an unprivileged guest finds kernel and disk below a closed folder"
status=$(cd "$SCRATCH/closed/build" && "$TOP/labs/setup/unprivileged.sh" ./kernel /proc/self/status)
is "$(sed -n 's/^Cap\(Prm\|Eff\|Amb\):[[:blank:]]*//p' <<< "$status" | sort -u)" 0000000000000000 \
	"the unprivileged guest has no capability"
! grep -q '^Uid:[[:blank:]]*0' <<< "$status"
ok $? "the unprivileged guest is not root"
done_testing
