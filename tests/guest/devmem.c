// SPDX-License-Identifier: GPL-2.0-only
/*
 * devmem.c - test that /dev/mem maps RAM, and that other accesses through it fail
 *
 * A guest address space can hold only pages of RAM (arch-um/include/um/layout.h). Other accesses
 * through a mapping of /dev/mem raise SIGBUS; system calls fail with EFAULT. t4010-memory.sh
 * runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "tap.h"

#define PAGE 4096

static sigjmp_buf back;
static siginfo_t seen;

static void leave(int number, siginfo_t *info, void *context)
{
	(void)context;
	seen = *info;
	seen.si_signo = number;
	siglongjmp(back, 1);
}

/* Touches the page at @at and returns the number of the signal that this raised, or 0. */
static int touch(volatile char *at, int write)
{
	seen = (siginfo_t){ 0 };
	if (sigsetjmp(back, 1) == 0) {
		if (write)
			*at = 1;
		else
			(void)*at;
	}
	return seen.si_signo;
}

/* Reads the addresses of the first and last byte of RAM from /proc/iomem. */
static int ram(uint64_t *first, uint64_t *last)
{
	FILE *file = fopen("/proc/iomem", "re");
	char line[256];
	int found = 0;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, "System RAM") && sscanf(line, " %lx-%lx", first, last) == 2;
	if (file)
		fclose(file);
	return found;
}

static void unreachable(int fd, uint64_t at, const char *what)
{
	char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at);
	struct iovec local = { page, 8 }, remote = { &(char[8]){ 0 }, 8 };
	int pipe_fd[2];

	if (!ok(page != MAP_FAILED, "%s can be mapped", what))
		return;
	ok(touch(page, 0) == SIGBUS, "%s: a read raises SIGBUS", what);
	ok(seen.si_code == BUS_ADRERR && seen.si_addr == page, "%s: SIGBUS reports the address",
	   what);
	ok(touch(page + PAGE, 1) == SIGBUS, "%s: a write raises SIGBUS", what);
	pipe2(pipe_fd, O_CLOEXEC);
	ok(write(pipe_fd[1], page, 8) == -1 && errno == EFAULT, "%s: write() from it gives EFAULT",
	   what);
	write(pipe_fd[1], "12345678", 8);
	ok(read(pipe_fd[0], page, 8) == -1 && errno == EFAULT, "%s: read() to it gives EFAULT",
	   what);
	ok(open(page, O_RDONLY) == -1 && errno == EFAULT, "%s: open() of a name in it gives EFAULT",
	   what);
	ok(process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == -1 && errno == EFAULT,
	   "%s: process_vm_readv() to it gives EFAULT", what);
	close(pipe_fd[0]), close(pipe_fd[1]);
	munmap(page, 2 * PAGE);
}

/* Maps a page of this process by its physical address. */
static void own_page(int fd)
{
	int map_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0, *mine, *again;

	mine = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*mine = 0x1234567890abcdef;
	pread(map_fd, &entry, sizeof(entry), (uintptr_t)mine / PAGE * sizeof(entry));
	close(map_fd);
	again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		     (entry & ((1UL << 55) - 1)) * PAGE);
	if (!ok(entry >> 63 && again != MAP_FAILED,
		"a page of RAM can be mapped by its physical address"))
		return;
	ok(*again == *mine, "the mapping shows the content of that page");
	*again = 42;
	ok(*(volatile uint64_t *)mine == 42, "writes through the mapping reach that page");
	munmap(again, PAGE);
	munmap(mine, PAGE);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = leave, .sa_flags = SA_SIGINFO };
	uint64_t first, last;
	int fd;

	if (!in_guest()) {
		skip("/dev/mem reaches only RAM", "not in a guest");
		return tap_done();
	}
	fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0 || !ram(&first, &last))
		bail("no /dev/mem or no RAM in /proc/iomem");
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	own_page(fd);
	unreachable(fd, 0, "the kernel's image");
	unreachable(fd, last + 1, "the page after RAM");
	unreachable(fd, 1UL << 46, "a page far beyond RAM");
	return tap_done();
}
