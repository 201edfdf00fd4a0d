// SPDX-License-Identifier: GPL-2.0-only
/*
 * setup.c - run the first kernel code up to start_kernel(), and implement setup_arch()
 *
 * The host side calls um_start() on the boot stack (host/process/boot.c); start_kernel() calls
 * setup_arch(). Both run once, with interrupts off, before there is an allocator.
 */
#include <linux/cpu.h>
#include <linux/elf.h>
#include <linux/init.h>
#include <linux/initrd.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/panic.h>
#include <linux/random.h>
#include <linux/start_kernel.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <asm/elf.h>
#include <asm/kasan.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/um_clock.h>
#include <asm/um_paging.h>
#include <asm/um_physmem.h>
#include <um/host.h>
#include <um/upcall.h>
#include "boot_options.h"

unsigned long um_hwcap, um_hwcap2, um_minsigstksz;

static struct um_boot *boot_info __initdata;
static char command_line[COMMAND_LINE_SIZE] __initdata;
static u64 ram_size __initdata;
static char initrd_path[256] __initdata;
static char engine[16] __initdata = "auto";

void __noreturn __init um_start(struct um_boot *boot)
{
	clock_setup();
	boot_info = boot;
	um_hwcap = boot->host_hwcap;
	um_hwcap2 = boot->host_hwcap2;
	um_minsigstksz = boot->minsigstksz;
	boot_options_parse(boot, boot_command_line, COMMAND_LINE_SIZE);
	start_kernel();
	unreachable();
}

static int __init mem_setup(char *value)
{
	ram_size = memparse(value, &value);
	return 0;
}
early_param("mem", mem_setup);

static int __init initrd_setup(char *value)
{
	strscpy(initrd_path, value);
	return 0;
}
early_param("initrd", initrd_setup);

static int __init engine_setup(char *value)
{
	strscpy(engine, value);
	return 0;
}
early_param("engine", engine_setup);

/* Print a line to standard error and end the program: the machine cannot start. */
static void __init __printf(1, 2) setup_fail(const char *format, ...)
{
	char line[400];
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(line, sizeof(line), format, args);
	va_end(args);
	host_print(line, length);
	host_exit(1);
}

#ifdef CONFIG_BLK_DEV_INITRD
static void __init initrd_load(void)
{
	u64 size;
	void *at;
	int fd;

	if (!initrd_path[0])
		return;
	fd = host_file_open(initrd_path, HOST_O_READ, 0);
	if (fd < 0 || host_file_size(fd, &size) < 0)
		setup_fail("linux: initrd=%s: cannot open it (error %d)\n", initrd_path, -fd);
	at = size < um_ram_end - PAGE_OFFSET ? memblock_alloc(size, PAGE_SIZE) : NULL;
	if (!at)
		setup_fail("linux: initrd=%s: file of %llu bytes is too large; use a larger mem=\n",
			   initrd_path, size);
	if (host_file_pread(fd, at, size, 0) != size)
		setup_fail("linux: initrd=%s: cannot read it\n", initrd_path);
	host_file_close(fd);
	initrd_start = (unsigned long)at;
	initrd_end = initrd_start + size;
	phys_initrd_start = __pa(at);
	phys_initrd_size = size;
}

#else
static void __init initrd_load(void)
{
	if (initrd_path[0])
		setup_fail("linux: initrd=: this kernel was built without support for it\n");
}
#endif

static unsigned int spaces __initdata;

static int __init spaces_setup(char *value)
{
	return kstrtouint(value, 10, &spaces);
}
early_param("spaces", spaces_setup);

static bool confine __initdata = true;

static int __init confine_setup(char *value)
{
	confine = strcmp(value, "off") != 0;
	return 0;
}
early_param("confine", confine_setup);

static void __init engine_start(void)
{
	char why[200] = "", confinement[100], folders[100];
	int error;

	error = host_fs_start(folders, sizeof(folders));
	if (error)
		setup_fail("linux: cannot start the process for hostfs= (error %d)\n", -error);
	pr_info("spaces: at most %u host processes\n", host_spaces_limit(spaces));
	host_confine_files(confine, confinement, sizeof(confinement));
	error = host_guest_init(engine, why, sizeof(why));
	if (error)
		setup_fail("linux: cannot run guest processes: %s\n", why);
	pr_info("engine: %s\n", why);
	error = host_confine_calls();
	pr_info("confinement: %s%s\n", confinement, !confine ? "" :
		error ? "; no system call filter on this host" : "; filtered system calls");
	if (*folders)
		pr_info("hostfs: a process of its own; %s\n", folders);
}

/* Give the random generator the entropy it needs, so that no guest program waits for it. */
static void __init random_setup(void)
{
	u8 seed[32];

	add_bootloader_randomness(boot_info->random, sizeof(boot_info->random));
	if (host_random(seed, sizeof(seed)) == sizeof(seed))
		add_bootloader_randomness(seed, sizeof(seed));
	memzero_explicit(seed, sizeof(seed));
}

void __init setup_arch(char **command_line_out)
{
	setup_initial_init_mm(_stext, _etext, _edata, _end);
	strscpy(command_line, boot_command_line);
	*command_line_out = command_line;
	parse_early_param();
	/* End the process after a panic. panic=0 keeps the process for a debugger. */
	set_arch_panic_timeout(-1, CONFIG_PANIC_TIMEOUT);

	physmem_setup(ram_size, boot_info);
	paging_setup();
	kasan_init();
	initrd_load();
	random_setup();
	engine_start();
}

/* Make uname -m print what it prints on hardware. */
static int __init machine_name_setup(void)
{
	strscpy(init_uts_ns.name.machine, "x86_64");
	return 0;
}
pure_initcall(machine_name_setup);

/* Called by start_kernel() late in boot; nothing is left to do for the one processor. */
void __init arch_cpu_finalize_init(void)
{
}
