// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuinfo.c - describe the one processor in /proc/cpuinfo, and implement busy waits
 *
 * procfs calls cpuinfo_op in task context. Generic code and drivers call the delays in any context.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/seq_file.h>
#include <asm/processor.h>
#include <um/host.h>

struct cpuinfo_um boot_cpu_data = {
	.loops_per_jiffy = 0,
	.cache_alignment = L1_CACHE_BYTES,
};
EXPORT_SYMBOL(boot_cpu_data);

static void cpuid(u32 leaf, u32 regs[4])
{
	asm volatile("cpuid" : "=a" (regs[0]), "=b" (regs[1]), "=c" (regs[2]), "=d" (regs[3])
		     : "a" (leaf), "c" (0));
}

/* Flags that programs look for in /proc/cpuinfo. Guest code may use all these instructions. */
static const struct {
	u32 leaf;
	u8 reg, bit;
	const char *name;
} cpu_flags[] = {
	{ 1, 3, 0, "fpu" }, { 1, 3, 4, "tsc" }, { 1, 3, 8, "cx8" }, { 1, 3, 15, "cmov" },
	{ 1, 3, 19, "clflush" }, { 1, 3, 23, "mmx" }, { 1, 3, 24, "fxsr" }, { 1, 3, 25, "sse" },
	{ 1, 3, 26, "sse2" }, { 1, 2, 0, "pni" }, { 1, 2, 1, "pclmulqdq" }, { 1, 2, 9, "ssse3" },
	{ 1, 2, 12, "fma" }, { 1, 2, 13, "cx16" }, { 1, 2, 19, "sse4_1" }, { 1, 2, 20, "sse4_2" },
	{ 1, 2, 22, "movbe" }, { 1, 2, 23, "popcnt" }, { 1, 2, 25, "aes" }, { 1, 2, 26, "xsave" },
	{ 1, 2, 28, "avx" }, { 1, 2, 29, "f16c" }, { 1, 2, 30, "rdrand" },
	{ 7, 1, 0, "fsgsbase" }, { 7, 1, 3, "bmi1" }, { 7, 1, 5, "avx2" }, { 7, 1, 8, "bmi2" },
	{ 7, 1, 9, "erms" }, { 7, 1, 16, "avx512f" }, { 7, 1, 17, "avx512dq" },
	{ 7, 1, 18, "rdseed" }, { 7, 1, 19, "adx" }, { 7, 1, 29, "sha_ni" },
	{ 7, 1, 30, "avx512bw" }, { 7, 1, 31, "avx512vl" },
	{ 0x80000001, 3, 11, "syscall" }, { 0x80000001, 3, 20, "nx" },
	{ 0x80000001, 3, 27, "rdtscp" },
	{ 0x80000001, 3, 29, "lm" }, { 0x80000001, 2, 0, "lahf_lm" },
};

static int cpuinfo_show(struct seq_file *m, void *v)
{
	u32 vendor[4], model[13] = {}, regs[4];
	unsigned int i;

	cpuid(0, vendor);
	for (i = 0; i < 3; i++)
		cpuid(0x80000002 + i, model + 4 * i);
	cpuid(1, regs);
	/* systemd-detect-virt and others recognise this kind of machine by the vendor. */
	seq_puts(m, "processor\t: 0\nvendor_id\t: User Mode Linux\n");
	seq_printf(m, "cpu family\t: %u\nmodel\t\t: %u\n",
		   ((regs[0] >> 8) & 15) + ((regs[0] >> 20) & 255),
		   ((regs[0] >> 4) & 15) | ((regs[0] >> 12) & 0xf0));
	seq_printf(m, "model name\t: umlab on %.48s (%.4s%.4s%.4s)\nstepping\t: %u\n",
		   (char *)model, (char *)&vendor[1], (char *)&vendor[3], (char *)&vendor[2],
		   regs[0] & 15);
	seq_puts(m, "flags\t\t:");
	for (i = 0; i < ARRAY_SIZE(cpu_flags); i++) {
		cpuid(cpu_flags[i].leaf, regs);
		if (regs[cpu_flags[i].reg] & BIT(cpu_flags[i].bit))
			seq_printf(m, " %s", cpu_flags[i].name);
	}
	seq_printf(m, "\nbogomips\t: %lu.%02lu\ncache_alignment\t: %d\n\n",
		   loops_per_jiffy / (500000 / HZ), (loops_per_jiffy / (5000 / HZ)) % 100,
		   boot_cpu_data.cache_alignment);
	return 0;
}

static void *cpuinfo_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : &boot_cpu_data;
}

static void *cpuinfo_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void cpuinfo_stop(struct seq_file *m, void *v)
{
}

const struct seq_operations cpuinfo_op = {
	.start = cpuinfo_start,
	.next = cpuinfo_next,
	.stop = cpuinfo_stop,
	.show = cpuinfo_show,
};

void __ndelay(unsigned long nsecs)
{
	u64 end = host_time_now() + nsecs;

	while (host_time_now() < end)
		cpu_relax();
}
EXPORT_SYMBOL(__ndelay);

void __udelay(unsigned long usecs)
{
	__ndelay(usecs * NSEC_PER_USEC);
}
EXPORT_SYMBOL(__udelay);

/* One loop takes a nanosecond (kernel/clock.c sets lpj_fine accordingly). */
void __delay(unsigned long loops)
{
	__ndelay(loops);
}
EXPORT_SYMBOL(__delay);
