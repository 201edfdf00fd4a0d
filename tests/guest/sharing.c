// SPDX-License-Identifier: GPL-2.0-only
/*
 * sharing.c - test memory that processes share: anonymous, files, memfd, System V
 *
 * A file must have the same content through mmap and through read. t4010-memory.sh runs this
 * program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tap.h"

enum { PAGE = 4096 };

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void anonymous(void)
{
	enum { PAGES = 256 };
	volatile int *area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int bad = 0;
	pid_t pid = fork();

	if (pid == 0) {
		for (int i = 0; i < PAGES; i++)
			area[i * 1024 + 1] = i + 1;
		_exit(0);
	}
	status_of(pid);
	for (int i = 0; i < PAGES; i++)
		bad += area[i * 1024 + 1] != i + 1;
	is(bad, 0, "the parent sees the pages that the child touched first");

	/* Both processes change each word at the same time. */
	area[0] = 0;
	pid = fork();
	for (int i = 0; i < 100000; i++)
		__atomic_add_fetch(&area[i % 16 * 1024], 1, __ATOMIC_SEQ_CST);
	if (pid == 0)
		_exit(0);
	status_of(pid);
	long sum = 0;

	for (int i = 0; i < 16; i++)
		sum += area[i * 1024];
	is(sum, 200000, "two processes that add to shared words lose no update");

	pid = fork();
	if (pid == 0) {
		munmap((void *)area, PAGES * PAGE);
		_exit(0);
	}
	status_of(pid);
	area[5 * 1024] = 99;
	is(area[5 * 1024], 99,
	   "the parent keeps shared pages that a child unmaps");
	pid = fork();
	if (pid == 0) {
		mprotect((void *)area, PAGE, PROT_READ);
		_exit(0);
	}
	status_of(pid);
	area[0] = 1;
	is(area[0], 1, "the parent can still write shared pages that a child makes read-only");
	munmap((void *)area, PAGES * PAGE);
}

static void files(void)
{
	char path[64], buffer[PAGE * 4], *shared, *private, *late;
	int fd, bad = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/tmp/sharing.%d", getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	memset(buffer, 'a', sizeof(buffer));
	write(fd, buffer, sizeof(buffer));
	shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ok(shared[0] == 'a' && private[PAGE] == 'a', "a mapping shows the file's content");
	shared[0] = 'S';
	pread(fd, buffer, 1, 0);
	ok(buffer[0] == 'S', "read() returns what was written through a shared mapping");
	pwrite(fd, "W", 1, PAGE);
	ok(shared[PAGE] == 'W', "a shared mapping shows what was written to the file");
	private[2 * PAGE] = 'P';
	pread(fd, buffer, 1, 2 * PAGE);
	ok(buffer[0] == 'a' && shared[2 * PAGE] == 'a',
	   "a write to a private mapping stays private");
	shared[2 * PAGE] = 'x';
	ok(private[2 * PAGE] == 'P',
	   "a write to the file does not change a private page that was written");
	shared[3 * PAGE] = 'y';
	ok(private[3 * PAGE] == 'y',
	   "a private page that was not written yet shows a write to the file");
	pid = fork();
	if (pid == 0) {
		shared[PAGE + 1] = 'C';
		private[1] = 'D';
		_exit(0);
	}
	status_of(pid);
	ok(shared[PAGE + 1] == 'C' && private[1] == 'a',
	   "the parent sees a child's write to a shared mapping, but not to a private one");
	late = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	ok(late[1] == 'C' && late[0] == 'W', "a later mapping at an offset shows the same content");
	is(msync(shared, 4 * PAGE, MS_SYNC), 0, "msync succeeds");
	for (int i = 0; i < 500; i++) {
		char mark = i, seen;

		shared[17] = mark;
		pread(fd, &seen, 1, 17);
		bad += seen != mark;
		mark++;
		pwrite(fd, &mark, 1, PAGE + 17);
		bad += shared[PAGE + 17] != mark || late[17] != mark;
	}
	is(bad, 0, "the mapping and the file agree in 500 rounds of writes");
	munmap(shared, 4 * PAGE), munmap(private, 4 * PAGE), munmap(late, PAGE);
	close(fd);
	unlink(path);
}

static void memory_files(void)
{
	int fd = memfd_create("shared", MFD_ALLOW_SEALING);
	char *one, *two;

	ftruncate(fd, 1 << 20);
	one = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	two = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, fd, 0);
	int bad = 0;

	for (int at = 0; at < 1 << 20; at += PAGE) {
		one[at] = at / PAGE;
		bad += two[at] != one[at];
	}
	is(bad, 0, "two mappings of one memfd agree in each page");
	fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 16 * PAGE, 16 * PAGE);
	for (int page = 0; page < 256; page++)
		bad += two[page * PAGE] != (page >= 16 && page < 32 ? 0 : (char)page);
	is(bad, 0, "a hole punched into a memfd reads as zeros in both mappings");
	munmap(one, 1 << 20);
	munmap(two, 1 << 20);
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 && write(fd, "x", 1) == -1 && errno == EPERM,
	   "a sealed memfd rejects writes");
	close(fd);

	int id = shmget(IPC_PRIVATE, 64 * PAGE, IPC_CREAT | 0600);
	char *attached = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	if (!ok(attached != (void *)-1, "a System V segment can be attached"))
		return;
	pid_t pid = fork();

	if (pid == 0) {
		char *again = shmat(id, NULL, 0);

		again[63 * PAGE] = 'v';
		shmdt(again);
		_exit(attached[63 * PAGE] != 'v');
	}
	is(status_of(pid), 0, "a child can attach a System V segment a second time");
	ok(attached[63 * PAGE] == 'v',
	   "the parent sees what the child wrote to the System V segment");
	shmctl(id, IPC_RMID, NULL);
	attached[1] = 1;
	shmdt(attached);
	id = shm_open("/sharing-test", O_RDWR | O_CREAT, 0600);
	ok(id >= 0 && ftruncate(id, PAGE) == 0, "shm_open creates an object in /dev/shm");
	shm_unlink("/sharing-test");
	close(id);
}

/* Each generation of children changes one page of its copy and checks the others. */
static int generation(unsigned char *area, int depth)
{
	int bad = 0;
	pid_t pid;

	area[depth * PAGE] = 100 + depth;
	if (depth == 12)
		pid = 0;
	else
		pid = fork();
	if (depth < 12 && pid == 0)
		_exit(generation(area, depth + 1));
	for (int i = 0; i <= 12; i++)
		bad += area[i * PAGE] != (i <= depth ? 100 + i : i);
	if (pid > 0)
		bad += status_of(pid) != 0;
	return bad != 0;
}

static void copies_of_copies(void)
{
	unsigned char *area = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 16; i++)
		area[i * PAGE] = i;
	is(generation(area, 0), 0,
	   "each of twelve generations of children sees only its own copies");
	munmap(area, 16 * PAGE);
}

/* read() into a page shared since fork must copy the page, as a store would. */
static void kernel_writes(void)
{
	char *area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	int pipe_fd[2], bad = 0;
	pid_t pid;

	pipe(pipe_fd);
	memset(area, 'o', 4 * PAGE);
	pid = fork();
	if (pid == 0) {
		read(pipe_fd[0], area + PAGE - 4, 8);
		_exit(memcmp(area + PAGE - 4, "12345678", 8) != 0 || area[PAGE + 4] != 'o');
	}
	write(pipe_fd[1], "12345678", 8);
	is(status_of(pid), 0, "read() across a page boundary reaches pages shared since fork");
	for (int i = 0; i < 4 * PAGE; i++)
		bad += area[i] != 'o';
	is(bad, 0, "read() in the child leaves the parent's page unchanged");
	munmap(area, 4 * PAGE);
	close(pipe_fd[0]), close(pipe_fd[1]);
}

int main(void)
{
	anonymous();
	files();
	memory_files();
	copies_of_copies();
	kernel_writes();
	return tap_done();
}
