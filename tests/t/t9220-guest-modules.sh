#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9220-guest-modules.sh - a kernel module is built and loaded inside a machine of the image dev
# time limit: 1800
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
if [ ! -e "$BUILD/images/dev.img" ]; then
	make -C "$TOP" BUILD="$BUILD" "$BUILD/images/dev.img" > "$SCRATCH/image.log" 2>&1
	ok $? "the image dev is built" ||
		{ tail -n 20 "$SCRATCH/image.log" | diag >&2; done_testing; }
fi

claim "create makes a machine of the image dev" umlab create -i dev --mem 256M dev
claim "a machine of the image dev starts" umlab start dev
# shellcheck disable=SC2016  # for the guest's shell
is "$(umlab exec dev -- sh -c 'readlink -f /lib/modules/$(uname -r)/build')" \
	"/usr/src/linux-headers-$(cat "$BUILD/kernel/include/config/kernel.release")" \
	"/lib/modules/VERSION/build leads to the headers of the kernel"
diag < <(umlab exec dev -- sh -c 'du -sh /usr/src/linux-headers-*; df -h / | tail -n 1')
tar -C "$TOP/labs/examples/kernel-module" -cf - exercise | umlab exec dev -- tar -C /root -xf -
# build FOLDER: build the modules of a folder in the machine; the output is in make.log.
build() {
	# shellcheck disable=SC2016  # for the guest's shell
	UMLAB_LIMIT=300 umlab exec dev -- sh -c \
		'cd $0 && make -C /lib/modules/$(uname -r)/build M=$PWD modules' "$1" \
		> make.log 2>&1
}
build /root/exercise; ok $? "a module builds inside the machine" || diag < make.log >&2
! grep -iE 'warning|error' make.log > warnings
ok $? "the build of a module prints no warning" || diag < warnings >&2
claim "insmod loads a module that was built inside the machine" \
	umlab exec dev -- insmod /root/exercise/rot13.ko
claim "the device of the loaded module accepts a write" \
	umlab exec dev -- sh -c 'echo Hello > /dev/rot13'
claim "rmmod unloads the module" umlab exec dev -- rmmod rot13
# modpost must report a symbol that the kernel does not export, so that insmod is not reached.
mkdir bad
echo 'obj-m := bad.o' > bad/Makefile
cat > bad/bad.c << 'END'
#include <linux/module.h>
extern void not_there(void);
static int __init bad(void) { not_there(); return 0; }
module_init(bad);
MODULE_LICENSE("GPL");
END
tar -cf - bad | umlab exec dev -- tar -C /root -xf -
build /root/bad
like "$(cat make.log)" 'not_there.*undefined' \
	"the build fails for a symbol that the kernel does not export"
claim "wipe removes the machine" umlab wipe -f
done_testing
