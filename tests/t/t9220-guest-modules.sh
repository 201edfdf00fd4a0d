#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9220-guest-modules.sh - in the image dev a kernel module is built and loaded inside the machine
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

claim "a machine of the image dev" umlab create -i dev --mem 256M dev
claim "starts" umlab start dev
is "$(umlab exec dev -- sh -c 'readlink -f /lib/modules/$(uname -r)/build')" \
	"/usr/src/linux-headers-$(cat "$BUILD/kernel/include/config/kernel.release")" \
		"the kernel's headers are there"
diag < <(umlab exec dev -- sh -c 'du -sh /usr/src/linux-headers-*; df -h / | tail -n 1')
tar -C "$TOP/labs/examples/kernel-module" -cf - exercise | umlab exec dev -- tar -C /root -xf -
UMLAB_LIMIT=300 umlab exec dev -- sh -c 'cd /root/exercise && make -C /lib/modules/$(uname -r)/build M=$PWD modules' > make.log 2>&1
ok $? "a module builds inside" || diag < make.log >&2
! grep -iE 'warning|error' make.log > warnings; ok $? "without a warning" || diag < warnings >&2
claim "is loaded" umlab exec dev -- insmod /root/exercise/rot13.ko
claim "and runs" umlab exec dev -- sh -c 'echo Hello > /dev/rot13'
claim "is unloaded" umlab exec dev -- rmmod rot13
# A name that the kernel does not export is found by modpost inside, not only by insmod.
umlab exec dev -- sh -c 'mkdir /root/bad; cd /root/bad; echo "obj-m := bad.o" > Makefile
	printf "#include <linux/module.h>\nextern void not_there(void);\nstatic int __init bad(void) { not_there(); return 0; }\nmodule_init(bad);\nMODULE_LICENSE(\"GPL\");\n" > bad.c
	make -C /lib/modules/$(uname -r)/build M=$PWD modules' > make.log 2>&1
like "$(cat make.log)" 'not_there.*undefined' \
	"a name that the kernel does not export is an error of the build"
claim "wipe" umlab wipe -f
done_testing
