// SPDX-License-Identifier: GPL-2.0-only
/*
 * largepages.c - test pages of 64 KB and 2 MB: split, cut, protected, shared, moved, collapsed
 *
 * The claims are the same for each way to get large pages: a change to one part takes effect at
 * once and leaves the rest intact. This file is longer than 500 lines because every claim runs
 * for each kind of memory. t4010-memory.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tap.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define THP "/sys/kernel/mm/transparent_hugepage/"

enum { PAGE = 4096, HUGE = 2 << 20, AREA = 4 * HUGE, NR_PAGES = AREA / PAGE };

static const char *kind;
static sigjmp_buf back;

static void leave(int number)
{
	(void)number;
	siglongjmp(back, 1);
}

static int can_read(volatile const char *address)
{
	if (sigsetjmp(back, 1))
		return 0;
	(void)*address;
	return 1;
}

static int can_write(volatile char *address)
{
	if (sigsetjmp(back, 1))
		return 0;
	*address = *address;
	return 1;
}

static uint64_t *word(char *area, long page)
{
	/* Avoid the start of the page, so that offsets within a large page matter. */
	return (uint64_t *)(area + page * PAGE + page % 500 * 8);
}

static void fill(char *area, long first, long count, uint64_t mark)
{
	for (long page = first; page < first + count; page++)
		*word(area, page) = page ^ mark;
}

static long wrong(char *area, long first, long count, uint64_t mark)
{
	long bad = 0;

	for (long page = first; page < first + count; page++)
		bad += *word(area, page) != (page ^ mark);
	return bad;
}

static long not_zero(char *area, long first, long count)
{
	long bad = 0;

	for (long i = first * PAGE / 8; i < (first + count) * PAGE / 8; i++)
		bad += ((uint64_t *)area)[i] != 0;
	return bad;
}

static int text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text));
	close(fd);
	return ret == (int)strlen(text) ? 0 : -1;
}

static long number_read(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return -1;
	read(fd, text, sizeof(text) - 1);
	close(fd);
	return atol(text);
}

/* Reads from /proc/self/smaps how many KB of huge pages the mapping around @address has. */
static long huge_kb(const char *address, const char *field)
{
	FILE *smaps = fopen("/proc/self/smaps", "r");
	unsigned long start, end;
	int inside = 0;
	char line[512];
	long kb = 0, value;

	while (smaps && fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 &&
		    strchr(line, '-') < strchr(line, ' '))
			inside = (unsigned long)address < end &&
				 (unsigned long)address + AREA > start;
		else if (inside && !strncmp(line, field, strlen(field)) &&
			 sscanf(line + strlen(field), ": %ld", &value) == 1)
			kb += value;
	}
	if (smaps)
		fclose(smaps);
	return kb;
}

/* Maps AREA bytes at a multiple of HUGE. */
static char *area_map(int fd, int flags)
{
	char *wide = mmap(NULL, AREA + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			  -1, 0), *area, *map;

	area = (char *)(((unsigned long)wide + HUGE - 1) & -(unsigned long)HUGE);
	munmap(wide, area - wide);
	munmap(area + AREA, wide + HUGE - area);
	map = mmap(area, AREA, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd, 0);
	if (map == MAP_FAILED)
		bail("%s: %d bytes", kind, AREA);
	return map;
}

static char *area_new(void);	/* makes memory of the kind under test */

static void claim(long bad, const char *title)
{
	if (!ok(!bad, "%s: %s", kind, title))
		diag("%ld pages are wrong", bad);
}

static void zero_and_hold(void)
{
	char *area = area_new();
	long bad = 0;

	for (long page = NR_PAGES - 1; page >= 0; page -= 7)
		bad += *word(area, page) != 0;
	claim(bad, "each page is zero at first");
	fill(area, 0, NR_PAGES, 1);
	claim(wrong(area, 0, NR_PAGES, 1), "each page holds its value");
	munmap(area, AREA);
	area = area_new();
	claim(not_zero(area, 0, NR_PAGES),
	      "memory that is mapped again holds nothing of its former content");
	munmap(area, AREA);
}

static void parts(int unmaps)
{
	char *area = area_new();
	long bad = 0;

	fill(area, 0, NR_PAGES, 2);
	mprotect(area + 100 * PAGE, 3 * PAGE, PROT_READ);
	for (long page = 98; page < 106; page++)
		bad += can_write(area + page * PAGE) != (page < 100 || page > 102);
	claim(bad, "a part made read-only is read-only at once, and its neighbours stay writable");
	mprotect(area + 101 * PAGE, PAGE, PROT_NONE);
	claim(can_read(area + 101 * PAGE) || !can_read(area + 100 * PAGE),
	      "a page made inaccessible is inaccessible at once");
	mprotect(area + 100 * PAGE, 3 * PAGE, PROT_READ | PROT_WRITE);
	claim(wrong(area, 0, NR_PAGES, 2), "the data is intact when the access rights return");
	mprotect(area, AREA, PROT_READ);
	bad = can_write(area) + can_write(area + HUGE + 5 * PAGE) + can_write(area + AREA - PAGE);
	claim(bad, "the whole area can be made read-only");
	mprotect(area, AREA, PROT_READ | PROT_WRITE);
	fill(area, 0, NR_PAGES, 3);
	claim(wrong(area, 0, NR_PAGES, 3), "the whole area can be made writable again");

	if (unmaps) {
		munmap(area + 600 * PAGE, 5 * PAGE);
		for (bad = 0; bad < 5 && !can_read(area + (600 + bad) * PAGE); bad++)
			;
		claim(5 - bad, "a part that is unmapped is gone at once");
		claim(wrong(area, 512, 88, 3) + wrong(area, 605, NR_PAGES - 605, 3),
		      "the pages around an unmapped part stay");
		fill(area, 0, 600, 4), fill(area, 605, NR_PAGES - 605, 4);
		claim(wrong(area, 0, 600, 4) + wrong(area, 605, NR_PAGES - 605, 4),
		      "the pages around an unmapped part can be written");
	}
	munmap(area, AREA);
}

static void dropped(void)
{
	char *area = area_new();

	fill(area, 0, NR_PAGES, 5);
	madvise(area + 1024 * PAGE, 40 * PAGE, MADV_DONTNEED);
	claim(not_zero(area, 1024, 40), "a discarded part reads as zeros");
	claim(wrong(area, 0, 1024, 5) + wrong(area, 1064, NR_PAGES - 1064, 5),
	      "the pages around a discarded part stay");
	fill(area, 1024, 40, 5);
	claim(wrong(area, 0, NR_PAGES, 5), "a discarded part can be filled again");
	madvise(area + HUGE, HUGE, MADV_DONTNEED);
	claim(not_zero(area, 512, 512), "a discarded huge page reads as zeros");
	munmap(area, AREA);
}

/* Parent and child each write into every other piece of the memory after fork. */
static void forks(int private)
{
	char *area = area_new();
	int to_child[2], to_parent[2], status;
	char byte = 0;
	pid_t pid;

	pipe(to_child), pipe(to_parent);
	fill(area, 0, NR_PAGES, 6);
	pid = fork();
	if (pid == 0) {
		long bad = wrong(area, 0, NR_PAGES, 6);

		for (long page = 0; page < NR_PAGES; page += 3)
			*word(area, page) = 7;
		write(to_parent[1], &byte, 1);
		read(to_child[0], &byte, 1);
		for (long page = 1; page < NR_PAGES; page += 3)
			bad += *word(area, page) != (private ? (uint64_t)page ^ 6 : 8);
		munmap(area, HUGE);
		_exit(bad != 0);
	}
	read(to_parent[0], &byte, 1);
	long bad = 0;

	for (long page = 0; page < NR_PAGES; page += 3)
		bad += *word(area, page) != (private ? (uint64_t)page ^ 6 : 7);
	for (long page = 1; page < NR_PAGES; page += 3)
		*word(area, page) = 8;
	write(to_child[1], &byte, 1);
	waitpid(pid, &status, 0);
	claim(status, private ? "a child keeps the memory that it got by fork"
			      : "a child sees what its parent writes");
	claim(bad,
	      private ? "the parent keeps its memory" : "the parent sees what its child writes");
	bad = 0;
	for (long page = 2; page < NR_PAGES; page += 3)
		bad += *word(area, page) != ((uint64_t)page ^ 6);
	claim(bad, "pages that neither wrote are the same in both");
	close(to_child[0]), close(to_child[1]), close(to_parent[0]), close(to_parent[1]);
	munmap(area, AREA);
}

static void moved(void)
{
	char *area = area_new(), *target = area_new(), *part;

	fill(area, 0, NR_PAGES, 9);
	munmap(target, AREA);
	area = mremap(area, AREA, AREA, MREMAP_MAYMOVE | MREMAP_FIXED, target);
	claim(area != target || wrong(target, 0, NR_PAGES, 9),
	      "the whole area moves with its content");
	if (area != target)
		return;
	part = mremap(area + 700 * PAGE, 30 * PAGE, 60 * PAGE, MREMAP_MAYMOVE);
	long bad = part == MAP_FAILED;

	for (long page = 0; !bad && page < 30; page++)
		bad += *(uint64_t *)(part + page * PAGE + (page + 700) % 500 * 8) !=
		       ((page + 700ul) ^ 9);
	claim(bad, "a part moves with its content");
	claim(can_read(area + 700 * PAGE) && part != area + 700 * PAGE,
	      "a moved part is gone from its old address");
	claim(wrong(area, 512, 188, 9) + wrong(area, 730, NR_PAGES - 730, 9),
	      "the pages around a moved part stay");
	munmap(part, 60 * PAGE);
	munmap(area, AREA);
}

/* System calls access the memory across page boundaries. */
static void by_calls(void)
{
	char *area = area_new();
	struct iovec local = { area + HUGE, HUGE }, remote = { area, HUGE };
	int fd = memfd_create("largepages", 0);

	fill(area, 0, NR_PAGES, 10);
	claim(pwrite(fd, area, AREA, 0) != AREA, "write() takes the whole area");
	memset(area, 0, AREA);
	claim(pread(fd, area + 8, AREA - 8, 8) != AREA - 8 || pread(fd, area, 8, 0) != 8 ||
	      wrong(area, 0, NR_PAGES, 10),
	      "read() fills the area at odd boundaries");
	claim(process_vm_readv(getpid(), &local, 1, &remote, 1, 0) != HUGE ||
	      memcmp(area, area + HUGE, HUGE),
	      "process_vm_readv() copies a huge page");
	close(fd);
	munmap(area, AREA);
}

static void compacted(void)
{
	char *area = area_new();

	fill(area, 0, NR_PAGES, 11);
	madvise(area + 128 * PAGE, 64 * PAGE, MADV_PAGEOUT);
	madvise(area, AREA, MADV_COLD);
	if (in_guest())
		text_write("/proc/sys/vm/compact_memory", "1");
	claim(wrong(area, 0, NR_PAGES, 11),
	      "the area keeps its values when it is marked cold, paged out and compacted");
	munmap(area, AREA);
}

static volatile int stop;

/* Writes continuously, and counts values that no writer stored. */
static void *write_all_the_time(void *argument)
{
	char *area = argument;
	long bad = 0;

	for (uint64_t round = 1; !stop; round++)
		for (long page = 0; page < 512; page += 5) {
			*word(area, page) = round;
			bad += *word(area, page) != round;
		}
	return (void *)bad;
}

/* One thread writes while another splits, discards and protects pages around it. */
static void under_use(void)
{
	char *area = area_new();
	pthread_t thread;
	void *bad;

	fill(area, 0, NR_PAGES, 12);
	stop = 0;
	pthread_create(&thread, NULL, write_all_the_time, area);
	for (int round = 0; round < 200; round++) {
		long page = 512 + round * 7 % 500;

		mprotect(area + page * PAGE, PAGE, PROT_READ);
		mprotect(area + (page - 512) * PAGE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
		madvise(area + HUGE, HUGE, MADV_COLLAPSE);
		madvise(area, HUGE, MADV_COLLAPSE);
		mprotect(area + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
	}
	stop = 1;
	pthread_join(thread, &bad);
	claim((long)bad, "a thread loses no write while its pages are split and collapsed");
	claim(wrong(area, 512, NR_PAGES - 512, 12), "pages that the thread does not touch stay");
	munmap(area, AREA);
}

/***** the kinds *****/

static int advice, memory_fd = -1;

static char *area_new(void)
{
	char *area;

	if (memory_fd >= 0) {
		ftruncate(memory_fd, 0);
		ftruncate(memory_fd, AREA);
		return area_map(memory_fd, MAP_SHARED);
	}
	area = area_map(-1, MAP_PRIVATE | MAP_ANONYMOUS);
	if (advice)
		madvise(area, AREA, advice);
	return area;
}

static void all_of(int private)
{
	zero_and_hold();
	parts(1);
	if (private)
		dropped();
	forks(private);
	moved();
	by_calls();
	compacted();
	under_use();
}

static void small_large(void)
{
	static const char stat[] = THP "hugepages-64kB/stats/anon_fault_alloc";
	long before = number_read(stat);
	char *area;

	kind = "64 KB";
	advice = 0;
	if (before < 0)
		return skip("memory comes in pages of 64 KB", "this kernel has no statistics");
	if (in_guest()) {
		area = area_new();
		fill(area, 0, NR_PAGES, 1);
		ok(number_read(stat) - before >= AREA / 65536 / 2,
		   "memory comes in pages of 64 KB");
		munmap(area, AREA);
	}
	all_of(1);
}

static void huge(void)
{
	char *area;

	kind = "2 MB";
	advice = MADV_HUGEPAGE;
	/* Huge pages are off in machines with less than 512 MB. */
	if (in_guest())
		text_write(THP "enabled", "madvise");
	area = area_new();
	fill(area, 0, NR_PAGES, 1);
	if (!huge_kb(area, "AnonHugePages"))
		return skip("madvise() gives pages of 2 MB", "no huge pages here");
	ok(1, "madvise() gives pages of 2 MB");
	munmap(area, AREA);
	all_of(1);

	kind = "collapsed";
	advice = MADV_NOHUGEPAGE;
	area = area_new();
	fill(area, 0, NR_PAGES, 13);
	madvise(area, AREA, MADV_HUGEPAGE);
	if (madvise(area, AREA, MADV_COLLAPSE))
		return skip("small pages collapse into huge ones", strerror(errno));
	claim(huge_kb(area, "AnonHugePages") < AREA / 1024 / 2,
	      "small pages collapse into huge ones");
	claim(wrong(area, 0, NR_PAGES, 13), "collapsed pages keep their content");
	fill(area, 0, NR_PAGES, 14);
	claim(wrong(area, 0, NR_PAGES, 14), "collapsed pages can be written");
	munmap(area + PAGE, 3 * PAGE);
	claim(can_read(area + 2 * PAGE) || wrong(area, 4, NR_PAGES - 4, 14),
	      "collapsed pages can be cut");
	munmap(area, AREA);
}

static void shared_memory(void)
{
	char folder[] = "/tmp/largepages.XXXXXX";

	kind = "tmpfs";
	if (!in_guest())
		return skip("tmpfs with huge= has huge pages", "not in a guest");
	mkdtemp(folder);
	if (mount("tmpfs", folder, "tmpfs", 0, "huge=always,size=64m"))
		return skip("tmpfs with huge= has huge pages", strerror(errno));
	memory_fd = open(folder, O_TMPFILE | O_RDWR, 0600);
	char *area = area_new();

	fill(area, 0, NR_PAGES, 1);
	ok(huge_kb(area, "ShmemPmdMapped") > 0, "tmpfs with huge= has huge pages");
	munmap(area, AREA);
	all_of(0);
	area = area_new();
	fill(area, 0, NR_PAGES, 15);
	fallocate(memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 520 * PAGE, 10 * PAGE);
	claim(not_zero(area, 520, 10), "a punched hole reads as zeros");
	claim(wrong(area, 0, 520, 15) + wrong(area, 530, NR_PAGES - 530, 15),
	      "the pages around a hole stay");
	ftruncate(memory_fd, 1000 * PAGE);
	claim(can_read(area + 1000 * PAGE) || !can_read(area + 999 * PAGE),
	      "pages beyond a shortened file are gone at once");
	munmap(area, AREA);
	close(memory_fd);
	memory_fd = -1;
	umount(folder);
	rmdir(folder);
}

static void reserved(void)
{
	static const char count[] = "/proc/sys/vm/nr_hugepages";
	int status;
	pid_t pid;

	kind = "hugetlb";
	if (!in_guest() || text_write(count, "12") || number_read(count) < 12)
		return skip("reserved huge pages are zero", "no huge pages here");
	char *area = area_map(-1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB);

	claim(not_zero(area, 0, NR_PAGES), "reserved huge pages are zero");
	fill(area, 0, NR_PAGES, 16);
	pid = fork();
	if (pid == 0) {
		long bad = wrong(area, 0, NR_PAGES, 16);

		fill(area, 0, NR_PAGES / 2, 17);
		_exit(bad || wrong(area, 0, NR_PAGES / 2, 17));
	}
	waitpid(pid, &status, 0);
	claim(status, "a child has the reserved huge pages, too");
	claim(wrong(area, 0, NR_PAGES, 16),
	      "the child's writes do not reach the parent's huge pages");
	mprotect(area + HUGE, HUGE, PROT_READ);
	claim(can_write(area + HUGE) || !can_write(area),
	      "a reserved huge page can be made read-only");
	munmap(area + 2 * HUGE, HUGE);
	claim(can_read(area + 2 * HUGE) || !can_read(area + 3 * HUGE),
	      "a reserved huge page can be unmapped");
	munmap(area, AREA);
	area = area_map(-1, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB);
	claim(not_zero(area, 0, NR_PAGES), "reserved huge pages are zero when they are used again");
	munmap(area, AREA);
	text_write(count, "0");
	is(number_read(count), 0, "reserved huge pages can be returned");
}

int main(void)
{
	struct sigaction action = { .sa_handler = leave, .sa_flags = SA_NODEFER };

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
	small_large();
	huge();
	shared_memory();
	reserved();
	return tap_done();
}
