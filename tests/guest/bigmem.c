// SPDX-License-Identifier: GPL-2.0-only
/*
 * bigmem.c - test large amounts of memory, touched in all orders by one process and by several
 *
 * t4010-memory.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"

enum { PAGE = 4096 };

static uint64_t seed = 88172645463325252ull;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Counts the pages that do not hold their own number. */
static long check(char *area, size_t pages, uint64_t mark)
{
	long bad = 0;

	for (size_t i = 0; i < pages; i++)
		bad += *(uint64_t *)(area + i * PAGE) != (i ^ mark);
	return bad;
}

static void orders(size_t size)
{
	size_t pages = size / PAGE;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long bad = 0;

	if (area == MAP_FAILED)
		bail("%zu bytes", size);
	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(area + i * PAGE) = i ^ 1;
	is(check(area, pages, 1), 0, "pages touched upwards hold their values");
	madvise(area, size, MADV_DONTNEED);
	for (size_t i = pages; i-- > 0; )
		*(uint64_t *)(area + i * PAGE) = i ^ 2;
	is(check(area, pages, 2), 0, "pages touched downwards hold their values");
	madvise(area, size, MADV_DONTNEED);
	for (size_t i = 0; i < pages * 2; i++) {
		size_t page = random_number() % pages;
		uint64_t *word = (void *)(area + page * PAGE);

		bad += *word != 0 && *word != (page ^ 3);
		*word = page ^ 3;
	}
	is(bad, 0, "pages touched in random order hold zero, then their values");
	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(area + i * PAGE) = i ^ 3;
	for (int round = 0; round < 200; round++) {
		size_t first = random_number() % pages, count = random_number() % 64 + 1;

		if (first + count > pages)
			count = pages - first;
		munmap(area + first * PAGE, count * PAGE);
		mmap(area + first * PAGE, count * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		for (size_t i = first; i < first + count; i++) {
			bad += *(uint64_t *)(area + i * PAGE) != 0;
			*(uint64_t *)(area + i * PAGE) = i ^ 3;
		}
	}
	is(bad + check(area, pages, 3), 0,
	   "cutting and filling 200 holes of random size leaves the pages around them intact");
	munmap(area, size);
}

static void processes(size_t size)
{
	size_t pages = size / PAGE;
	pid_t pid[4];
	int bad = 0, status;

	for (int n = 0; n < 4; n++) {
		pid[n] = fork();
		if (pid[n] == 0) {
			char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			long wrong = 0;

			seed += n * 7919;
			for (size_t i = 0; i < pages; i++)
				*(uint64_t *)(area + i * PAGE) = i ^ (n + 10);
			for (size_t i = 0; i < pages; i++) {
				size_t page = random_number() % pages;

				wrong += *(uint64_t *)(area + page * PAGE) != (page ^ (n + 10));
			}
			_exit(wrong || check(area, pages, n + 10));
		}
	}
	for (int n = 0; n < 4; n++) {
		waitpid(pid[n], &status, 0);
		bad += status != 0;
	}
	is(bad, 0, "four processes with large memories keep their own content");
}

static void fork_big(size_t size)
{
	size_t pages = size / PAGE;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(area + i * PAGE) = i ^ 5;
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < pages; i += 3)
			*(uint64_t *)(area + i * PAGE) = 0;
		_exit(0);
	}
	for (size_t i = 1; i < pages; i += 3)
		*(uint64_t *)(area + i * PAGE) = i ^ 5;
	waitpid(pid, &status, 0);
	is(status, 0, "a large process forks");
	is(check(area, pages, 5), 0, "a parent keeps its memory while parent and child write");
	munmap(area, size);
}

int main(void)
{
	struct sysinfo info;
	size_t size = 256ul << 20;

	sysinfo(&info);
	while (size > info.freeram * info.mem_unit / 2)
		size /= 2;
	diag("working with %zu MiB of %lu MiB", size >> 20, info.totalram * info.mem_unit >> 20);
	orders(size);
	processes(size / 8);
	fork_big(size / 4);
	return tap_done();
}
