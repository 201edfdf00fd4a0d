// SPDX-License-Identifier: GPL-2.0-only
/*
 * hello.c - the smallest topic: run a program that examines its machine and exits
 *
 * t3000-initramfs.sh runs this program in a guest.
 */
#include <sys/utsname.h>

#include "tap.h"

int main(int argc, char **argv)
{
	struct utsname name;

	(void)argc;
	ok(argv[0] != NULL, "a program gets its name");
	ok(uname(&name) == 0 && !strcmp(name.machine, "x86_64"), "uname reports x86_64");
	diag("%s %s %s", name.sysname, name.release, name.version);
	ok(sysconf(_SC_PAGESIZE) == 4096, "pages have 4096 bytes");
	return tap_done();
}
