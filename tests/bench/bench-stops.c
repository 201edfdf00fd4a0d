// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-stops.c - process 1 of a guest for bench-gdb.sh: repeat one system call forever
 *
 * First prints the kernel address of that call, so that a debugger without symbols can stop there.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	char line[512], name[256];
	unsigned long address;
	FILE *symbols;

	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	symbols = fopen("/proc/kallsyms", "r");
	while (symbols && fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%lx %*c %255s", &address, name) == 2 &&
		    (!strcmp(name, "__x64_sys_getppid") || !strcmp(name, "sys_getppid")))
			printf("getppid is at %#lx\n", address);
	printf("ready\n");
	fflush(stdout);
	for (;;)
		getppid();
}
