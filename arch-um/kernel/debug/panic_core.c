// SPDX-License-Identifier: GPL-2.0-only
/*
 * panic_core.c - write the kernel's memory to a file for gdb after a panic (core=FILE)
 *
 * The file is an ELF core of the thread that panicked. Its segments are:
 *
 *   data               the image after its read-only part, which gdb finds in vmlinux
 *   RAM                all of RAM, with holes in the file for free pages, for pages of zeros and,
 *                      without core=FILE,all, for pages of programs and of the page cache
 *   vmalloc, modules   further headers for bytes of the RAM segment, at their virtual addresses
 *
 * So the file is as long as RAM but takes disk space only for pages that the kernel used.
 * core_notify() is the last of the panic notifiers. It runs with interrupts off, takes no lock and
 * allocates nothing.
 */
#include <asm/um_panic_core.h>

#include <linux/elf.h>
#include <linux/elfcore.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/panic_notifier.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <asm/sections.h>
#include <asm/um_physmem.h>
#include <asm/um_walk.h>
#include <um/host.h>

#define SEGMENTS_MAX	60000
#define BATCH_PAGES	256

enum { PATH_SIZE = 512 };

static char path[PATH_SIZE] __ro_after_init;
static bool with_programs __ro_after_init;

static struct {
	int fd;
	bool failed;
	u64 header_at, ram_at;		/* file offsets of the next program header and of RAM */
	unsigned int nr_segments;
} core;

int __init panic_core_check_option(const char *value)
{
	size_t length = strcspn(value, ",");

	if (!length || length >= PATH_SIZE || (value[length] && strcmp(value + length, ",all")))
		return -EINVAL;
	return 0;
}

/* Check that the folder exists. The file is created only after a panic. */
int __init panic_core_probe_option(const char *value)
{
	char folder[PATH_SIZE + 2];
	size_t length = strcspn(value, ",");
	int fd;

	while (length && value[length - 1] != '/')
		length--;
	scnprintf(folder, sizeof(folder), "%.*s.", (int)length, value);
	fd = host_file_open(folder, HOST_O_READ | HOST_O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	host_file_close(fd);
	return 0;
}

static int __init core_setup(char *value)
{
	size_t length = strcspn(value, ",");

	strscpy(path, value, min(length + 1, sizeof(path)));
	with_programs = value[length];
	return 0;
}
early_param("core", core_setup);

static void put(const void *data, size_t size, u64 at)
{
	if (!core.failed && host_file_pwrite(core.fd, data, size, at) != size)
		core.failed = true;
}

static void segment_put(u32 type, unsigned long start, u64 size, u64 at)
{
	const Elf64_Phdr header = {
		.p_type = type, .p_flags = PF_R | PF_W | PF_X, .p_offset = at,
		.p_vaddr = start, .p_filesz = size, .p_memsz = type == PT_LOAD ? size : 0,
	};

	put(&header, sizeof(header), core.header_at);
	core.header_at += sizeof(header);
}

/* ---- RAM --------------------------------------------------------------------------- */

static bool page_wanted(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (!with_programs && !folio_test_slab(folio) &&
	    (folio_test_lru(folio) || folio_test_swapbacked(folio)))
		return false;
	return memchr_inv(page_address(page), 0, PAGE_SIZE);
}

static void ram_put(void)
{
	unsigned long pfn = PHYS_PFN(um_image_size), end = PHYS_PFN(um_ram_end - PAGE_OFFSET);
	unsigned long start = pfn, run = 0;

	while (pfn < end) {
		struct page *page = pfn_to_page(pfn);
		bool free = PageBuddy(page);

		if (!free && run < BATCH_PAGES && page_wanted(page)) {
			run++;
			pfn++;
			continue;
		}
		if (run)
			put(pfn_to_kaddr(pfn - run), run << PAGE_SHIFT,
			    core.ram_at + ((u64)(pfn - run - start) << PAGE_SHIFT));
		if (run < BATCH_PAGES)
			pfn += free ? 1UL << page_private(page) : 1;
		run = 0;
	}
	if (run)
		put(pfn_to_kaddr(end - run), run << PAGE_SHIFT,
		    core.ram_at + ((u64)(end - run - start) << PAGE_SHIFT));
}

/* ---- vmalloc and modules ----------------------------------------------------------- */

static void vmap_run(unsigned long start, unsigned long end, u64 phys, bool emit)
{
	if (start == end || core.nr_segments >= SEGMENTS_MAX)
		return;
	if (emit)
		segment_put(PT_LOAD, start, end - start, core.ram_at + phys - um_image_size);
	else
		core.nr_segments++;
}

/*
 * Called twice for each area: first to count the segments, then (@emit) to write their headers.
 * Nothing else runs, so both calls find the same runs.
 */
static void vmap_put(unsigned long addr, unsigned long end, bool emit)
{
	unsigned long start = addr, next;
	u64 phys = 0;

	for (; addr < end; addr = next) {
		pte_t *pte = walk_pte(&init_mm, addr, &next);
		bool there = pte && pte_present(*pte) && pte_in_ram(*pte);

		if (there && addr > start && phys + (addr - start) == PFN_PHYS(pte_pfn(*pte)))
			continue;
		if (phys)
			vmap_run(start, addr, phys, emit);
		start = addr;
		phys = there ? PFN_PHYS(pte_pfn(*pte)) : 0;
	}
	if (phys)
		vmap_run(start, end, phys, emit);
}

/* ---- the file ---------------------------------------------------------------------- */

/* Write the current registers as those of the one thread, so that a backtrace shows the panic. */
static noinline size_t registers_put(u64 at)
{
	static struct {
		u32 pad;		/* header and name are 20 bytes */
		Elf64_Nhdr header;
		char name[8];
		struct elf_prstatus status;
	} note = { .header = { 5, sizeof(note.status), NT_PRSTATUS }, .name = "CORE" };
	struct pt_regs *regs = (struct pt_regs *)&note.status.pr_reg;

	note.status.common.pr_pid = task_pid_nr(current) ?: 1;
	note.status.common.pr_cursig = SIGABRT;
	asm volatile("movq %%r15, %0\n\tmovq %%r14, %1\n\tmovq %%r13, %2\n\tmovq %%r12, %3\n\t"
		     "movq %%rbp, %4\n\tmovq %%rbx, %5\n\tmovq %%rsp, %6\n\t"
		     "leaq (%%rip), %%rax\n\tmovq %%rax, %7"
		     : "=m" (regs->r15), "=m" (regs->r14), "=m" (regs->r13), "=m" (regs->r12),
		       "=m" (regs->bp), "=m" (regs->bx), "=m" (regs->sp), "=m" (regs->ip)
		     : : "rax");
	regs->orig_ax = -1;
	static_assert(offsetof(typeof(note), status) == offsetof(typeof(note), header) + 20);
	put(&note.header, sizeof(note) - sizeof(note.pad), at);
	return sizeof(note) - sizeof(note.pad);
}

static void core_put(void)
{
	const unsigned long data = PAGE_ALIGN_DOWN((unsigned long)__end_rodata);
	const u64 data_size = (unsigned long)_end - data;
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_CORE, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_phoff = sizeof(header), .e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
	};
	u64 data_at, note_at;
	size_t note_size;

	core.nr_segments = 3;
	vmap_put(MODULES_VADDR, MODULES_END, false);
	vmap_put(VMALLOC_START, VMALLOC_END, false);
	header.e_phnum = core.nr_segments;
	put(&header, sizeof(header), 0);

	note_at = sizeof(header) + core.nr_segments * sizeof(Elf64_Phdr);
	note_size = registers_put(note_at);
	data_at = PAGE_ALIGN(note_at + note_size);
	core.ram_at = PAGE_ALIGN(data_at + data_size);
	core.header_at = sizeof(header);
	segment_put(PT_NOTE, 0, note_size, note_at);
	segment_put(PT_LOAD, data, data_size, data_at);
	segment_put(PT_LOAD, PAGE_OFFSET + um_image_size,
		    um_ram_end - PAGE_OFFSET - um_image_size, core.ram_at);
	core.nr_segments = 3;
	vmap_put(MODULES_VADDR, MODULES_END, true);
	vmap_put(VMALLOC_START, VMALLOC_END, true);
	put((void *)data, data_size, data_at);
	ram_put();
	/* The last page of RAM may be a hole: make the file as long as its headers say. */
	if (host_fs_truncate(core.fd, core.ram_at + um_ram_end - PAGE_OFFSET - um_image_size))
		core.failed = true;
}

static int core_notify(struct notifier_block *block, unsigned long event, void *data)
{
	core.fd = host_file_open(path, HOST_O_WRITE | HOST_O_CREATE | HOST_O_TRUNC, 0600);
	if (core.fd < 0) {
		pr_emerg("core=%s: cannot create it (error %d)\n", path, -core.fd);
		return NOTIFY_DONE;
	}
	core_put();
	host_file_close(core.fd);
	pr_emerg("core=%s: %s\n", path,
		 core.failed ? "incomplete, the host refused to write" : "written");
	return NOTIFY_DONE;
}

static struct notifier_block core_notifier = { .notifier_call = core_notify, .priority = INT_MIN };

static int __init core_init(void)
{
	if (path[0])
		atomic_notifier_chain_register(&panic_notifier_list, &core_notifier);
	return 0;
}
early_initcall(core_init);
