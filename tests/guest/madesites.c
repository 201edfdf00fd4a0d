// SPDX-License-Identifier: GPL-2.0-only
/*
 * madesites.c - make up system call sites inside other instructions of a shared file
 *
 * The seccomp engine replaces frequent call sites by jumps (arch-um/mm/sites.c). An attacker jumps
 * into the middle of instructions whose bytes look like a call site. Every other process that maps
 * the same file must execute, and see, the original instructions, while real call sites of the same
 * page keep working for all. t5040-isolation.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>

#include "attack.h"

enum { PAGE = 4096, HOT = 300, NR_PLACES = 40, STEP = 64, REAL = 3072 };

typedef long (*code_fn)(long);

/*
 * Instructions that end in a value of eight bytes. The attacker jumps to the value. `ret` follows,
 * so that both the attacker's call and the real instruction return.
 */
static const struct place {
	unsigned char head[8];
	int head_size;
} heads[] = {
	{ { 0x48, 0xb8 }, 2 },			/* movabs $value, %rax */
	{ { 0x49, 0xb8 }, 2 },			/* movabs $value, %r8; read back through rax */
	{ { 0x90, 0x48, 0xb8 }, 3 },
	{ { 0x66, 0x90, 0x48, 0xb8 }, 4 },
};

/* What the values look like: mov $getppid, %eax; syscall; ret, and an argument from the stack. */
static const unsigned char values[][8] = {
	{ 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3 },
	{ 0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3 },
};

/* The file: NR_PLACES functions that return a value, and one real call site at REAL. */
static unsigned char content[PAGE], expected[NR_PLACES][8];

static unsigned char *at_place(unsigned char *code, int nr)
{
	return code + nr * STEP;
}

static int head_of(int nr)
{
	return nr % (sizeof(heads) / sizeof(heads[0]));
}

static void content_make(void)
{
	static const unsigned char real[] = { 0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	static const unsigned char r8_to_rax[] = { 0x4c, 0x89, 0xc0 };

	memset(content, 0xcc, sizeof(content));
	for (int i = 0; i < NR_PLACES; i++) {
		const struct place *place = &heads[head_of(i)];
		unsigned char *at = at_place(content, i);

		memcpy(at, place->head, place->head_size);
		at += place->head_size;
		memcpy(at, values[i % 2], 8);
		memcpy(expected[i], values[i % 2], 8);
		at += 8;
		if (head_of(i) == 1) {
			memcpy(at, r8_to_rax, 3);
			at += 3;
		}
		*at = 0xc3;
	}
	memcpy(content + REAL, real, sizeof(real));
}

static int file_fd;

static unsigned char *code_map(void)
{
	unsigned char *code = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, file_fd, 0);

	if (code == MAP_FAILED)
		bail("mmap");
	return code;
}

static int real_works(unsigned char *code)
{
	for (int i = 0; i < HOT; i++)
		if (((code_fn)(code + REAL))(0) != getppid())
			return 0;
	return 1;
}

/* Jumps into each value often, with the call's number in rax as a real program would have it. */
static void attacker(unsigned char *code)
{
	for (int i = 0; i < NR_PLACES; i++) {
		unsigned char *at = at_place(code, i) + heads[head_of(i)].head_size;

		for (int n = 0; n < HOT; n++)
			asm volatile("call *%1" : : "a"(SYS_getppid), "r"(at)
				     : "rcx", "r9", "r11", "memory");
	}
}

/* Returns how many places do not return or do not show their value. */
static int spoiled(unsigned char *code)
{
	int wrong = 0;

	for (int i = 0; i < NR_PLACES; i++) {
		long want, got = ((code_fn)at_place(code, i))(0);

		memcpy(&want, expected[i], 8);
		wrong += got != want;
	}
	return wrong + (memcmp(code, content, PAGE - (PAGE - NR_PLACES * STEP)) != 0);
}

static pid_t start(int pipe_fd[2], int (*work)(int fd))
{
	pid_t pid;

	if (pipe(pipe_fd))
		bail("pipe");
	pid = fork();
	if (pid == 0)
		_exit(work(pipe_fd[0]));
	return pid;
}

static int result(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + (status & 0x7f);
}

static void await(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(99);
}

/* Maps and uses the code before the attack and again after it. */
static int victim_before(int fd)
{
	unsigned char *code = code_map();
	int before = spoiled(code) + !real_works(code);

	await(fd);
	return before + spoiled(code) + !real_works(code) + spoiled(code);
}

/* Maps the code only after the attack. */
static int victim_after(int fd)
{
	unsigned char *code;

	await(fd);
	code = code_map();
	return spoiled(code) + !real_works(code) + spoiled(code);
}

/* Forks: the child has the sites of this process, but not those of the attacker. */
static int victim_forks(int fd)
{
	unsigned char *code = code_map();
	int wrong = !real_works(code);
	pid_t pid;

	await(fd);
	pid = fork();
	if (pid == 0)
		_exit(spoiled(code) + !real_works(code) + spoiled(code));
	return wrong + result(pid) + spoiled(code);
}

/* A second attacker uses half of the places: its copy of the page differs from the first one's. */
static int victim_between(int fd)
{
	unsigned char *code = code_map();
	int wrong;

	await(fd);
	wrong = spoiled(code);
	for (int round = 0; round < 20; round++) {
		pid_t pid = fork();

		if (pid == 0) {
			unsigned char *at = at_place(code, round);

			at += heads[head_of(round)].head_size;
			for (int n = 0; n < HOT; n++)
				asm volatile("call *%1" : : "a"(SYS_getppid), "r"(at)
					     : "rcx", "r9", "r11", "memory");
			_exit(0);
		}
		result(pid);
		wrong += spoiled(code) + !real_works(code);
	}
	return wrong;
}

int main(void)
{
	static const struct {
		const char *name;
		int (*work)(int fd);
	} victims[] = {
		{ "that used the file before", victim_before },
		{ "that maps the file afterwards", victim_after },
		{ "that forks", victim_forks },
		{ "between several attackers", victim_between },
	};
	enum { NR = sizeof(victims) / sizeof(victims[0]) };
	char name[] = "/tmp/madesites.XXXXXX";
	int pipes[NR][2], own;
	pid_t pids[NR], pid;

	content_make();
	file_fd = mkstemp(name);
	if (file_fd < 0 || write(file_fd, content, PAGE) != PAGE)
		bail("file");
	own = open(name, O_RDONLY);
	close(file_fd);
	file_fd = own;
	unlink(name);
	for (int i = 0; i < NR; i++)
		pids[i] = start(pipes[i], victims[i].work);

	pid = fork();
	if (pid == 0) {
		unsigned char *code = code_map();

		attacker(code);
		_exit(!real_works(code));
	}
	is(result(pid), 0, "a real call site works for the attacker, too");
	for (int i = 0; i < NR; i++) {
		if (write(pipes[i][1], "", 1) != 1)
			bail("write");
		ok(result(pids[i]) == 0,
		   "a process %s executes the original instructions", victims[i].name);
	}
	ok(attack_machine_lives(), "the machine survives made-up call sites");
	return tap_done();
}
