// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot.c - entry, hand-over to the kernel, and the end of the process
 */
#include <linux/auxvec.h>
#include <um/host.h>
#include <um/upcall.h>
#include "boot.h"
#include "confinement.h"
#include "engine.h"
#include "host_internal.h"
#include "libk.h"
#include "lx.h"

#define AUXV_HWCAP	16
#define AUXV_VDSO	33
#define AUXV_MINSIGSTKSZ 51
#define MINSIGSTKSZ_DEFAULT 2048

static struct um_boot boot;
static unsigned long cpus_at_start[16];
static int cpus_at_start_size;

extern char _end[];

void host_fail(const char *reason)
{
	host_print("linux: ", 7);
	host_print(reason, strlen(reason));
	host_print("\n", 1);
	host_exit(1);
}

uint64_t host_hwcap2(void)
{
	return boot.host_hwcap2;
}

static uint64_t auxv_read(const uint64_t *auxv)
{
	uint64_t vdso = 0;

	boot.minsigstksz = MINSIGSTKSZ_DEFAULT;
	for (; auxv[0] != AT_NULL; auxv += 2) {
		switch (auxv[0]) {
		case AUXV_HWCAP:
			boot.host_hwcap = auxv[1];
			break;
		case AT_HWCAP2:
			boot.host_hwcap2 = auxv[1];
			break;
		case AUXV_VDSO:
			vdso = auxv[1];
			break;
		case AUXV_MINSIGSTKSZ:
			boot.minsigstksz = auxv[1];
			break;
		case AT_RANDOM:
			memcpy(boot.random, (void *)auxv[1], sizeof(boot.random));
			break;
		}
	}
	return vdso;
}

/* Whatever is opened next must not become the standard error of host_print(). */
static void descriptors_fill(void)
{
	int fd;

	do
		fd = lx_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		lx_close(fd);
}

/* First C code: @stack is what the host left, argc first. On the boot task's stack. */
/* Init text, as um_start() is: the pages are of no use later. */
__attribute__((section(".init.text"))) void host_boot(uint64_t *stack)
{
	const uint64_t *auxv;
	struct sysinfo info;
	uint64_t vdso;

	boot.argc = stack[0];
	boot.argv = (char **)&stack[1];
	boot.envp = boot.argv + boot.argc + 1;
	for (auxv = (uint64_t *)boot.envp; *auxv; auxv++)
		;
	vdso = auxv_read(auxv + 1);
	boot.image_end = (uint64_t)_end;
	if (!lx_sysinfo(&info))
		boot.host_memory_size = (uint64_t)info.totalram * info.mem_unit;

	descriptors_fill();
	cpus_at_start_size = lx_sched_getaffinity(0, sizeof(cpus_at_start), cpus_at_start);
	host_handlers_init();
	host_timer_init(vdso);
	um_start(&boot);
}

char **host_environment(void)
{
	return boot.envp;
}

void host_processors_restore(void)
{
	if (cpus_at_start_size > 0)
		lx_sched_setaffinity(0, cpus_at_start_size, cpus_at_start);
}

static void process_clean(void)
{
	host_guest_shutdown();
	host_term_restore_all();
}

void host_exit(int status)
{
	process_clean();
	lx_exit_group(status);
}

void host_restart(void)
{
	const lx_sigset none = 0;

	process_clean();
	host_processors_restore();
	lx_rt_sigprocmask(SIG_SETMASK, &none, NULL);
	lx_execve("/proc/self/exe", boot.argv, host_confined_environment(boot.envp));
	host_fail("restart: cannot run the program again");
}
