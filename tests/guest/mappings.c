// SPDX-License-Identifier: GPL-2.0-only
/*
 * mappings.c - test mmap, mprotect, mremap, munmap, brk, madvise, and what pages hold afterwards
 *
 * t4010-memory.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tap.h"

enum { PAGE = 4096 };

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

static char *map(size_t size, int protection)
{
	char *area = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		bail("mmap of %zu bytes", size);
	return area;
}

static void basics(void)
{
	char *area = map(16 * PAGE, PROT_READ | PROT_WRITE), *fixed;
	int bad = 0;

	for (int i = 0; i < 16 * PAGE; i++)
		bad += area[i] != 0;
	is(bad, 0, "fresh memory is zero");
	memset(area, 0x11, 16 * PAGE);
	munmap(area + 4 * PAGE, 2 * PAGE);
	ok(!can_read(area + 4 * PAGE) && !can_read(area + 5 * PAGE),
	   "pages unmapped in the middle are gone at once");
	ok(area[4 * PAGE - 1] == 0x11 && area[6 * PAGE] == 0x11,
	   "the neighbours of unmapped pages stay");
	fixed = mmap(area + 4 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(fixed == area + 4 * PAGE && fixed[0] == 0 && fixed[PAGE] == 0,
	   "MAP_FIXED fills the hole with zeros");
	fixed = mmap(area, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
	ok(fixed == area && fixed[0] == 0 && area[PAGE] == 0x11, "MAP_FIXED replaces a page");
	ok(mmap(area, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		0) == MAP_FAILED && errno == EEXIST,
	   "MAP_FIXED_NOREPLACE does not replace a page");
	mprotect(area + PAGE, PAGE, PROT_READ);
	ok(can_read(area + PAGE) && !can_write(area + PAGE),
	   "a page made read-only is read-only at once");
	mprotect(area + PAGE, PAGE, PROT_NONE);
	ok(!can_read(area + PAGE), "a page made PROT_NONE cannot be read");
	mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE);
	ok(can_write(area + PAGE) && area[PAGE] == 0x11, "a page made PROT_NONE keeps its content");
	munmap(area, 16 * PAGE);
	ok(!can_read(area) && !can_read(area + 15 * PAGE), "munmap removes all pages");
	ok(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	   errno == EINVAL, "a mapping of size 0 gives EINVAL");
	ok(mmap((void *)(1ul << 47), PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		0) == MAP_FAILED &&
	   errno == ENOMEM, "an address beyond the user's half gives ENOMEM");
}

static void again_and_again(void)
{
	int bad = 0;

	for (int i = 0; i < 3000; i++) {
		char *area = map(8 * PAGE, PROT_READ | PROT_WRITE);

		for (int page = 0; page < 8; page++) {
			bad += area[page * PAGE + 5] != 0;
			area[page * PAGE + 5] = i + page;
		}
		munmap(area, 8 * PAGE);
	}
	is(bad, 0, "3000 rounds of mmap, touch and munmap never show old data");
	char *area = map(64 * PAGE, PROT_READ | PROT_WRITE);

	memset(area, 1, 64 * PAGE);
	for (int i = 0; i < 2000; i++) {
		int page = i * 7 % 64;

		mprotect(area + page * PAGE, PAGE, PROT_READ);
		bad += can_write(area + page * PAGE);
		mprotect(area + page * PAGE, PAGE, PROT_READ | PROT_WRITE);
		bad += !can_write(area + page * PAGE);
	}
	is(bad, 0, "each of 2000 rounds of mprotect takes effect");
	munmap(area, 64 * PAGE);
}

static void moving(void)
{
	char *area = map(8 * PAGE, PROT_READ | PROT_WRITE), *room, *moved;
	int bad = 0;

	for (int i = 0; i < 8; i++)
		memset(area + i * PAGE, i + 1, PAGE);
	moved = mremap(area, 8 * PAGE, 4 * PAGE, 0);
	ok(moved == area && !can_read(area + 4 * PAGE), "mremap shrinks in place");
	room = map(64 * PAGE, PROT_NONE);
	moved = mremap(area, 4 * PAGE, 32 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room);
	ok(moved == room && !can_read(area), "mremap moves a mapping");
	for (int i = 0; i < 4; i++)
		bad += moved[i * PAGE] != i + 1 || moved[i * PAGE + PAGE - 1] != i + 1;
	ok(!bad && moved[4 * PAGE] == 0,
	   "a moved mapping keeps its content, and the new part is zero");
	moved[31 * PAGE] = 9;
	munmap(room, 64 * PAGE);
	/* 4 MiB, so that whole page tables move; each page is marked. */
	size_t size = 4 << 20;

	area = map(size, PROT_READ | PROT_WRITE);
	for (size_t at = 0; at < size; at += PAGE)
		*(size_t *)(area + at) = at + 1;
	room = map(size + (2 << 20), PROT_NONE);
	moved = mremap(area, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
		       (char *)(((unsigned long)room + (2 << 20) - 1) & ~((2ul << 20) - 1)));
	bad = moved == MAP_FAILED;
	for (size_t at = 0; at < size && !bad; at += PAGE)
		bad += *(size_t *)(moved + at) != at + 1;
	is(bad, 0, "mremap moves 1024 pages");
	ok(!can_read(area) && !can_read(area + size - PAGE),
	   "moved pages are gone from their old address");
	munmap(room, size + (2 << 20));
}

static void program_break(void)
{
	char *start = sbrk(0), *top;
	int bad = 0;

	ok(sbrk(300 * PAGE) == start, "brk grows the heap");
	for (int i = 0; i < 300; i++) {
		bad += start[i * PAGE] != 0;
		start[i * PAGE] = i;
	}
	is(bad, 0, "new pages of the heap are zero");
	top = (char *)(((unsigned long)start + PAGE) & ~(PAGE - 1ul)) + 8 * PAGE;
	brk(top);
	ok(!can_read(top + PAGE) && can_read(top - 1), "brk shrinks the heap");
	brk(start);
}

static void stack(void)
{
	volatile char *here = __builtin_frame_address(0);
	int bad = 0;
	struct rlimit limit;

	getrlimit(RLIMIT_STACK, &limit);
	for (long down = 0; down < 4 << 20 && down < (long)limit.rlim_cur / 2; down += PAGE)
		bad += !can_write((char *)here - down - 4 * PAGE);
	is(bad, 0, "the stack grows on access (4 MiB)");
}

static void advice(void)
{
	char *area = map(32 * PAGE, PROT_READ | PROT_WRITE);
	unsigned char in_core[32];
	int bad = 0;

	memset(area, 7, 32 * PAGE);
	madvise(area + 8 * PAGE, 8 * PAGE, MADV_DONTNEED);
	for (int i = 0; i < 32; i++)
		bad += area[i * PAGE] != (i >= 8 && i < 16 ? 0 : 7);
	is(bad, 0, "MADV_DONTNEED zeroes pages, and the others stay");
	madvise(area, 8 * PAGE, MADV_FREE);
	for (int i = 0; i < 8; i++)
		bad += area[i * PAGE] != 0 && area[i * PAGE] != 7;
	is(bad, 0, "after MADV_FREE pages hold old data or zeros");
	/* Map each page separately, without huge pages. */
	madvise(area, 32 * PAGE, MADV_NOHUGEPAGE);
	madvise(area + 16 * PAGE, 16 * PAGE, MADV_DONTNEED);
	area[20 * PAGE] = 1;
	mincore(area, 32 * PAGE, in_core);
	ok((in_core[20] & 1) && !(in_core[24] & 1),
	   "mincore distinguishes touched pages from others");
	struct rlimit limit;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur < 16 * PAGE)
		skip("mlock makes pages resident", "RLIMIT_MEMLOCK");
	else if (ok(mlock(area + 16 * PAGE, 16 * PAGE) == 0, "mlock succeeds")) {
		mincore(area, 32 * PAGE, in_core);
		ok((in_core[31] & 1) && (in_core[16] & 1), "mlock makes pages resident");
		munlock(area + 16 * PAGE, 16 * PAGE);
	}
	/* A read of an untouched page maps the zero page; a later write must not reach it. */
	madvise(area, 32 * PAGE, MADV_DONTNEED);
	for (int i = 0; i < 32; i++)
		bad += area[i * PAGE] != 0;
	for (int i = 0; i < 32; i += 2)
		area[i * PAGE] = 5;
	for (int i = 0; i < 32; i++)
		bad += area[i * PAGE] != (i % 2 ? 0 : 5);
	is(bad, 0, "pages that are first read, then written, are separate");
	munmap(area, 32 * PAGE);
}

static void sparse(void)
{
	size_t size = 64ul << 30, step = 511ul << 20;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int bad = 0;

	if (area == MAP_FAILED)
		return skip("single pages of 64 GiB reserved memory can be used", strerror(errno));
	for (size_t at = 0; at < size; at += step)
		*(size_t *)(area + at) = at + 1;
	for (size_t at = 0; at < size; at += step)
		bad += *(size_t *)(area + at) != at + 1 || area[at + PAGE] != 0;
	is(bad, 0, "single pages of 64 GiB reserved memory can be used");
	munmap(area, size);
	ok(!can_read(area) && !can_read(area + step), "munmap removes all 64 GiB");
}

static void many_areas(void)
{
	enum { AREAS = 20000 };
	char *area = map((size_t)AREAS * 2 * PAGE, PROT_READ | PROT_WRITE);
	int bad = 0;

	/* Change the protection of every second page: 40000 areas of one page. */
	for (int i = 0; i < AREAS && !bad; i++)
		bad += mprotect(area + (size_t)i * 2 * PAGE, PAGE, PROT_READ) != 0;
	is(bad, 0, "mprotect separates 20000 read-only pages between 20000 writable ones");
	for (int i = 0; i < AREAS; i++)
		*(int *)(area + (size_t)i * 2 * PAGE + PAGE) = i;
	for (int i = 0; i < AREAS; i++)
		bad += *(int *)(area + (size_t)i * 2 * PAGE + PAGE) != i ||
		       *(int *)(area + (size_t)i * 2 * PAGE) != 0;
	is(bad, 0, "each of 40000 areas holds its own content");
	bad += can_write(area) || can_write(area + (size_t)(AREAS - 1) * 2 * PAGE);
	is(bad, 0, "each of 40000 areas has its own protection");
	munmap(area, (size_t)AREAS * 2 * PAGE);
}

static void code(void)
{
	/* mov $imm32,%eax; ret */
	unsigned char text[] = { 0xb8, 0, 0, 0, 0, 0xc3 };
	unsigned char *area = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int (*function)(void) = (void *)area, bad = 0;

	for (int i = 0; i < 5000; i++) {
		memcpy(text + 1, &i, 4);
		memcpy(area, text, sizeof(text));
		bad += function() != i;
	}
	is(bad, 0, "code that is rewritten 5000 times always runs as written");
	bad = 0;
	for (int i = 0; i < 500; i++) {
		mprotect(area, PAGE, PROT_READ | PROT_WRITE);
		memcpy(text + 1, &i, 4);
		memcpy(area, text, sizeof(text));
		mprotect(area, PAGE, PROT_READ | PROT_EXEC);
		bad += function() != i;
	}
	is(bad, 0, "code that alternates between writable and executable runs as written");
	munmap(area, 2 * PAGE);
	/* Map one file twice, writable and executable, as JIT compilers do. */
	int fd = memfd_create("jit", 0);

	ftruncate(fd, PAGE);
	area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	function = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	bad = 0;
	for (int i = 0; i < 1000; i++) {
		memcpy(text + 1, &i, 4);
		memcpy(area, text, sizeof(text));
		bad += function() != i;
	}
	is(bad, 0, "code written through another mapping of its file runs as written");
	munmap(area, PAGE);
	munmap((void *)function, PAGE);
	close(fd);
}

static volatile long race_errors, race_stop;
static char *race_area;

static void *race_reader(void *argument)
{
	(void)argument;
	while (!race_stop)
		for (int i = 0; i < 16; i++) {
			char byte = ((volatile char *)race_area)[i * PAGE];

			race_errors += byte != 0 && byte != 3;
		}
	return NULL;
}

/* One thread reads while the other discards the pages and fills them again. */
static void other_thread_looks(void)
{
	pthread_t thread;

	race_area = map(16 * PAGE, PROT_READ | PROT_WRITE);
	pthread_create(&thread, NULL, race_reader, NULL);
	for (int i = 0; i < 1000; i++) {
		madvise(race_area, 16 * PAGE, MADV_DONTNEED);
		for (int page = 0; page < 16; page++)
			race_area[page * PAGE] = 3;
	}
	race_stop = 1;
	pthread_join(thread, NULL);
	is(race_errors, 0,
	   "a thread sees only old or new data while another discards and fills its pages");
	munmap(race_area, 16 * PAGE);
}

/* Once munmap has returned in one thread, no other thread can write to the page any more. */
static volatile char *victim;
static volatile long wrote;

static void *keep_writing(void *argument)
{
	(void)argument;
	while (!race_stop) {
		volatile char *at = victim;

		if (at && sigsetjmp(back, 1) == 0)
			*at = 1, wrote++;
	}
	return NULL;
}

static void unmap_is_synchronous(void)
{
	pthread_t thread;
	int fd = memfd_create("victim", 0), bad = 0;
	char byte;

	race_stop = 0;
	ftruncate(fd, PAGE);
	pthread_create(&thread, NULL, keep_writing, NULL);
	for (int i = 0; i < 300; i++) {
		char *area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		victim = area;
		for (long start = wrote, n = 0; wrote == start && n < 100000000; n++)
			;
		mprotect(area, PAGE, PROT_NONE);
		pwrite(fd, "", 1, 0);
		for (volatile int n = 0; n < 2000; n++)
			;
		pread(fd, &byte, 1, 0);
		bad += byte != 0;
		victim = NULL;
		munmap(area, PAGE);
	}
	race_stop = 1;
	pthread_join(thread, NULL);
	is(bad, 0, "after mprotect has returned, no other thread writes the page");
	close(fd);
}

static const char constant[1024] = "in read-only memory";

static void other_ways_in(void)
{
	char *area = map(2 * PAGE, PROT_READ | PROT_WRITE), buffer[64] = { 0 };
	int fd, status;
	struct iovec local = { buffer, 10 }, remote = { area, 10 };
	pid_t pid;

	strcpy(area, "original");
	mprotect(area, PAGE, PROT_READ);
	fd = open("/proc/self/mem", O_RDWR);
	is(pwrite(fd, "changed!", 8, (off_t)(long)area), 8,
	   "/proc/self/mem writes a read-only page");
	ok(!strcmp(area, "changed!"), "the program sees what /proc/self/mem wrote");
	ok(pread(fd, buffer, 8, (off_t)(long)area) == 8 && !strcmp(buffer, "changed!"),
	   "/proc/self/mem reads the page");
	ok(pread(fd, buffer, 8, 0x1000) == -1 && errno == EIO,
	   "an unmapped address in /proc/self/mem gives EIO");
	close(fd);
	pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	mprotect(area, PAGE, PROT_READ | PROT_WRITE);
	strcpy(area, "parent's");
	memset(buffer, 0, sizeof(buffer));
	is(process_vm_readv(pid, &local, 1, &remote, 1, 0), 10, "process_vm_readv succeeds");
	ok(!strcmp(buffer, "changed!"), "process_vm_readv reads the child's page");
	strcpy(buffer, "injected");
	remote.iov_base = area + PAGE;
	is(process_vm_writev(pid, &local, 1, &remote, 1, 0), 10, "process_vm_writev succeeds");
	is(area[PAGE], 0, "process_vm_writev does not write this process's page");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	ok(syscall(SYS_write, 1, (void *)0x1000, 5) == -1 && errno == EFAULT,
	   "a system call with an unmapped buffer gives EFAULT");
	ok(syscall(SYS_uname, (char *)constant) == -1 && errno == EFAULT,
	   "a system call that would write read-only memory gives EFAULT");
	munmap(area, 2 * PAGE);
}

static void user_faults(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register registration;
	char *area, *source;
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY), status;
	pid_t pid;

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) < 0)
		return skip("userfaultfd fills a page on demand", strerror(errno));
	area = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	source = map(PAGE, PROT_READ | PROT_WRITE);
	memset(source, 0x77, PAGE);
	registration = (struct uffdio_register){ .range = { (long)area, 4 * PAGE },
						 .mode = UFFDIO_REGISTER_MODE_MISSING };
	if (ioctl(fd, UFFDIO_REGISTER, &registration) < 0)
		return skip("userfaultfd fills a page on demand", strerror(errno));
	pid = fork();
	if (pid == 0) {
		struct uffd_msg message;
		struct uffdio_copy copy = { .src = (long)source, .len = PAGE };

		if (read(fd, &message, sizeof(message)) != sizeof(message) ||
		    message.event != UFFD_EVENT_PAGEFAULT)
			_exit(1);
		copy.dst = message.arg.pagefault.address & ~(PAGE - 1ul);
		_exit(copy.dst != (unsigned long)area + 2 * PAGE ||
		      ioctl(fd, UFFDIO_COPY, &copy) != 0);
	}
	is(area[2 * PAGE + 100], 0x77, "userfaultfd fills a page on demand");
	waitpid(pid, &status, 0);
	is(status, 0, "the handler of the userfault exits normally");
	close(fd);
	munmap(area, 4 * PAGE);
}

int main(void)
{
	signal(SIGSEGV, leave);
	signal(SIGBUS, leave);
	basics();
	again_and_again();
	moving();
	program_break();
	stack();
	advice();
	sparse();
	many_areas();
	code();
	other_thread_looks();
	unmap_is_synchronous();
	other_ways_in();
	user_faults();
	return tap_done();
}
