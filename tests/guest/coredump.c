// SPDX-License-Identifier: GPL-2.0-only
/*
 * coredump.c - test that a crash leaves a core file with registers, memory and notes
 *
 * core_pattern must name a plain file. The program sets it inside a guest, and skips its claims on
 * a host with another pattern. With an argument the program only crashes; t5030 runs debuggers on
 * it. t5020-ptrace.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tap.h"

#ifndef NT_SIGINFO
#define NT_SIGINFO 0x53494749
#endif
#ifndef NT_FILE
#define NT_FILE 0x46494c45
#endif

static char folder[64];
static volatile long marker = 0x11223344;
static long *block;

static void *wait_here(void *argument)
{
	asm volatile("mov %0, %%r14\n\tmov %1, %%eax\n\tsyscall" : : "i"(0x14141414), "i"(SYS_pause)
		     : "rax", "rcx", "r11", "r14", "memory");
	return argument;
}

/* Crashes with known values in registers and memory. */
static void crash(void)
{
	static const double fp = 3.5;
	pthread_t thread;

	pthread_create(&thread, NULL, wait_here, NULL);
	usleep(50000);
	marker = 0x55667788;
	block[0] = 0x0123456789abcdef;
	block[8192] = 42;
	asm volatile("movsd %0, %%xmm9\n\tmov %1, %%rbx\n\tmov %2, %%r12\n\t"
		     "mov $0x1313, %%r13\n\tmovl $1, (%3)"
		     : : "m"(fp), "r"(block), "i"(0x1212), "r"(0x10l)
		     : "rbx", "r12", "r13", "xmm9", "memory");
}

static unsigned char *core;
static size_t core_size;

static int read_core(void)
{
	char path[128];
	struct stat stat_data;
	int fd;

	snprintf(path, sizeof(path), "%s/core", folder);
	fd = open(path, O_RDONLY);
	if (fd < 0 || fstat(fd, &stat_data) < 0 || !stat_data.st_size)
		return 0;
	core_size = stat_data.st_size;
	core = mmap(NULL, core_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	return core != MAP_FAILED;
}

/* Returns the content of the @n-th note of @type and sets *size, or returns NULL. */
static void *note(unsigned int type, int n, size_t *size)
{
	Elf64_Ehdr *head = (void *)core;
	Elf64_Phdr *segment = (void *)(core + head->e_phoff);

	for (int i = 0; i < head->e_phnum; i++) {
		unsigned char *at = core + segment[i].p_offset, *end = at + segment[i].p_filesz;

		while (segment[i].p_type == PT_NOTE && at < end) {
			Elf64_Nhdr *entry = (void *)at;
			unsigned char *bytes = at + sizeof(*entry) + ((entry->n_namesz + 3) & ~3u);

			if (entry->n_type == type && n-- == 0) {
				*size = entry->n_descsz;
				return bytes;
			}
			at = bytes + ((entry->n_descsz + 3) & ~3u);
		}
	}
	return NULL;
}

static void *memory(unsigned long address)
{
	Elf64_Ehdr *head = (void *)core;
	Elf64_Phdr *segment = (void *)(core + head->e_phoff);

	for (int i = 0; i < head->e_phnum; i++)
		if (segment[i].p_type == PT_LOAD && address >= segment[i].p_vaddr &&
		    address + 8 <= segment[i].p_vaddr + segment[i].p_filesz)
			return core + segment[i].p_offset + (address - segment[i].p_vaddr);
	return NULL;
}

static void look(pid_t pid)
{
	Elf64_Ehdr *head = (void *)core;
	struct elf_prstatus *status, *other;
	struct elf_prpsinfo *info;
	struct user_regs_struct *regs;
	siginfo_t *signal_info;
	Elf64_auxv_t *aux;
	unsigned char *fp, *xstate;
	size_t size;
	double value;
	long *word;

	ok(!memcmp(head->e_ident, ELFMAG, SELFMAG) && head->e_type == ET_CORE &&
	   head->e_machine == EM_X86_64, "the core is an ELF core file for x86-64");
	status = note(NT_PRSTATUS, 0, &size);
	if (!ok(status && size == sizeof(*status), "the core has a note NT_PRSTATUS"))
		return;
	regs = (void *)status->pr_reg;
	is(status->pr_cursig, SIGSEGV, "NT_PRSTATUS holds the signal");
	is(status->pr_pid, pid, "NT_PRSTATUS holds the process id");
	ok(regs->rbx == (unsigned long)block && regs->r12 == 0x1212 && regs->r13 == 0x1313,
	   "NT_PRSTATUS holds the registers at the crash");
	word = memory(regs->rip & ~7ul);
	ok(regs->rip > (unsigned long)crash - 1000 && regs->rip < (unsigned long)crash + 1000,
	   "NT_PRSTATUS holds the address of the crash");
	ok(memory(regs->rsp) != NULL, "the core holds the stack");
	other = note(NT_PRSTATUS, 1, &size);
	ok(other && ((struct user_regs_struct *)other->pr_reg)->r14 == 0x14141414,
	   "the second thread has its own registers");
	info = note(NT_PRPSINFO, 0, &size);
	ok(info && !strncmp(info->pr_fname, "coredump", 8), "NT_PRPSINFO names the program");
	signal_info = note(NT_SIGINFO, 0, &size);
	ok(signal_info && signal_info->si_addr == (void *)0x10 &&
	   signal_info->si_code == SEGV_MAPERR,
	   "NT_SIGINFO holds the address of the fault");
	aux = note(NT_AUXV, 0, &size);
	int found = 0;

	for (; aux && aux->a_type; aux++)
		found += aux->a_type == AT_PAGESZ && aux->a_un.a_val == 4096;
	is(found, 1, "NT_AUXV holds the auxiliary vector");
	ok(note(NT_FILE, 0, &size) != NULL, "NT_FILE lists the mapped files");
	fp = note(NT_FPREGSET, 0, &size);
	memcpy(&value, fp ? fp + 160 + 9 * 16 : (void *)&marker, 8);
	ok(fp && size == 512 && value == 3.5, "NT_FPREGSET holds xmm9");
	xstate = note(NT_X86_XSTATE, 0, &size);
	memcpy(&value, xstate ? xstate + 160 + 9 * 16 : (void *)&marker, 8);
	ok(xstate && size >= 576 && value == 3.5, "NT_X86_XSTATE holds xmm9 (%zu bytes)", size);
	word = memory((unsigned long)&marker);
	ok(word && *word == 0x55667788, "the core holds the last value of a variable");
	word = memory((unsigned long)block);
	ok(word && *word == 0x0123456789abcdef,
	   "the core holds the first page of anonymous memory");
	word = memory((unsigned long)(block + 8192));
	ok(word && *word == 42, "the core holds a later page of anonymous memory");
	word = memory((unsigned long)(block + 4096));
	ok(word && *word == 0, "an untouched page reads as zeros in the core");
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	char pattern[128] = "";
	int fd, status;
	pid_t pid;

	(void)argv;
	if (argc > 1) {
		block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		crash();
	}
	snprintf(folder, sizeof(folder), "/tmp/coredump.%d", getpid());
	mkdir(folder, 0700);
	fd = open("/proc/sys/kernel/core_pattern", in_guest() ? O_RDWR : O_RDONLY);
	if (in_guest())
		write(fd, "core", 4);
	lseek(fd, 0, SEEK_SET);
	read(fd, pattern, sizeof(pattern) - 1);
	close(fd);
	fd = open("/proc/sys/kernel/core_uses_pid", O_RDONLY);
	char uses_pid = '0';

	read(fd, &uses_pid, 1);
	close(fd);
	if (strcmp(pattern, "core\n") || uses_pid != '0') {
		skip("a crash leaves a core file", "this host has another core_pattern");
		rmdir(folder);
		return tap_done();
	}
	block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (pid == 0) {
		chdir(folder);
		setrlimit(RLIMIT_CORE, &unlimited);
		crash();
	}
	waitpid(pid, &status, 0);
	is(status, SIGSEGV | 0x80, "a crash is reported as SIGSEGV with a core");
	if (ok(read_core(), "a crash leaves a core file"))
		look(pid);
	snprintf(pattern, sizeof(pattern), "%s/core", folder);
	unlink(pattern);
	/* Crash under a limit that forbids core files. */
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		chdir(folder);
		setrlimit(RLIMIT_CORE, &none);
		crash();
	}
	waitpid(pid, &status, 0);
	is(status, SIGSEGV, "with an RLIMIT_CORE of 0 a crash leaves no core file");
	rmdir(folder);
	return tap_done();
}
