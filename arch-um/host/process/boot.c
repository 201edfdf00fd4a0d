// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot.c - start the process and hand over to the kernel
 *
 * x86/start.S calls host_boot() on the boot task's stack. host_boot() collects what the host says
 * about this process, sets up signal handlers and timer, and calls um_start(), the first kernel
 * code.
 */
#include "process/boot.h"
#include <linux/auxvec.h>
#include <um/layout.h>
#include <um/upcall.h>
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_memory.h"
#include "lx/lx_poll.h"
#include "lx/lx_process.h"
#include "lx/lx_system.h"
#include "process/environment.h"
#include "process/exit.h"
#include "process/handlers.h"
#include "process/timer.h"

#define AUXV_HWCAP	16
#define AUXV_VDSO	33
#define AUXV_MINSIGSTKSZ 51
#define MINSIGSTKSZ_DEFAULT 2048

static struct um_boot boot;

extern char _end[];

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

/* Open missing standard descriptors, so that no file opened later becomes standard error. */
static void descriptors_fill(void)
{
	int fd;

	do
		fd = lx_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		lx_close(fd);
}

static bool debugger_is_there(void)
{
	static const char key[] = "\nTracerPid:\t";
	char status[2048] = "";
	int fd = lx_openat(AT_FDCWD, "/proc/self/status", O_RDONLY, 0), i, length;

	if (fd < 0)
		return true;		/* cannot tell, so do not wait */
	length = lx_read(fd, status, sizeof(status));
	lx_close(fd);
	for (i = 0; i + (int)sizeof(key) <= length; i++)
		if (!memcmp(status + i, key, sizeof(key) - 1))
			return status[i + sizeof(key) - 1] != '0';
	return true;
}

/* gdb=wait: wait until a debugger attaches. A restart does not wait again. */
static void debugger_wait(void)
{
	struct __kernel_timespec pause;
	unsigned int i;

	for (i = 1; i < boot.argc; i++) {
		if (strcmp(boot.argv[i], "gdb=wait"))
			continue;
		memcpy(boot.argv[i], "gdb=done", 8);
		while (!debugger_is_there()) {
			pause = (struct __kernel_timespec) { .tv_nsec = 20000000 };
			lx_ppoll(NULL, 0, &pause, NULL);
		}
	}
}

/* Map the shadow memory of KASAN before code that checks this memory runs. */
static void shadow_map(void)
{
#ifdef CONFIG_KASAN
	void *shadow = lx_mmap((void *)CONFIG_KASAN_SHADOW_OFFSET, UM_HOST_TASK_END >> 3,
			       PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	if (lx_is_error(shadow))
		host_fail("no address space for KASAN (see ulimit -v, vm.overcommit_memory)");
	lx_madvise(shadow, UM_HOST_TASK_END >> 3, MADV_DONTDUMP);
#endif
}

/* The first C code. It is in init text, like um_start(), so its pages are freed after the boot. */
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
	shadow_map();
	vdso = auxv_read(auxv + 1);
	/*
	 * Let the user attach a debugger at any time, even where Yama lets only ancestors trace a
	 * process. Nobody gains rights: a debugger already has all rights of the user, and this
	 * process has fewer.
	 */
	lx_prctl(PR_SET_PTRACER, -1UL, 0, 0, 0);
	debugger_wait();
	boot.image_end = (uint64_t)_end;
	if (!lx_sysinfo(&info))
		boot.host_memory_size = (uint64_t)info.totalram * info.mem_unit;

	descriptors_fill();
	host_environment_init(&boot);
	host_handlers_init();
	if (host_timer_init(vdso))
		host_fail("cannot make a host timer (see ulimit -i)");
	um_start(&boot);
}
