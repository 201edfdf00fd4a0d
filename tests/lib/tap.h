// SPDX-License-Identifier: GPL-2.0-only
/*
 * tap.h - report the results of a test program in the Test Anything Protocol
 *
 * A program calls ok() once for each claim and ends with `return tap_done();`. Lines carry no
 * number, so that forked children may report too. The plan at the end shows whether a dying program
 * lost a line. Each line is one write() without a buffer, because test programs fork, crash and
 * longjmp.
 */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct tap_count {
	int nr_claims;
	int nr_failed;
};

static struct tap_count *tap_count;

/*
 * Runs before main(). The count lies in shared memory, so that forked children can increment it.
 * Mapping the memory here means that no mapping appears while a test examines its address space.
 */
__attribute__((constructor))
static void tap_init(void)
{
	tap_count = mmap(NULL, sizeof(*tap_count), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tap_count == MAP_FAILED)
		_exit(125);
}

static inline void tap_line(const char *head, const char *fmt, va_list args, const char *tail)
{
	char line[1024];
	int size = snprintf(line, sizeof(line), "%s", head);

	size += vsnprintf(line + size, sizeof(line) - size - 1, fmt, args);
	if (size > (int)sizeof(line) - 2)
		size = sizeof(line) - 2;
	size += snprintf(line + size, sizeof(line) - size - 1, "%s", tail);
	if (size > (int)sizeof(line) - 2)
		size = sizeof(line) - 2;
	for (int i = 0; i < size; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[size++] = '\n';
	if (write(STDOUT_FILENO, line, size) != size)
		_exit(125);
}

/* Report one claim. Returns the condition, so that later claims can depend on it. */
__attribute__((format(printf, 2, 3)))
static inline int ok(bool condition, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tap_line(condition ? "ok - " : "not ok - ", fmt, args, "");
	va_end(args);
	__atomic_add_fetch(&tap_count->nr_claims, 1, __ATOMIC_SEQ_CST);
	if (!condition)
		__atomic_add_fetch(&tap_count->nr_failed, 1, __ATOMIC_SEQ_CST);
	return condition;
}

/* Print a remark that helps to explain a failure. */
__attribute__((format(printf, 1, 2)))
static inline void diag(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tap_line("# ", fmt, args, "");
	va_end(args);
}

/* Claim that two numbers are equal; print both if they are not. */
static inline int is(long got, long want, const char *title)
{
	int equal = ok(got == want, "%s", title);

	if (!equal)
		diag("got %ld (%#lx), wanted %ld (%#lx)", got, got, want, want);
	return equal;
}

/* Report a claim that cannot be tested here. */
static inline void skip(const char *title, const char *reason)
{
	char tail[256];
	va_list none;

	memset(&none, 0, sizeof(none));
	snprintf(tail, sizeof(tail), "%s # SKIP %s", title, reason);
	tap_line("ok - ", "", none, tail);
	__atomic_add_fetch(&tap_count->nr_claims, 1, __ATOMIC_SEQ_CST);
}

/* End the program because its set-up failed, so that further claims would mean nothing. */
__attribute__((format(printf, 1, 2), noreturn))
static inline void bail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tap_line("not ok - set-up: ", fmt, args, "");
	va_end(args);
	diag("errno %d (%s)", errno, strerror(errno));
	exit(125);
}

/* Tell whether the program runs inside a guest, where it is root. */
static inline int in_guest(void)
{
	return getenv("UMLAB_GUEST") != NULL;
}

/* Return the value of the option @name= on the kernel's command line, or NULL. */
static inline const char *boot_option(const char *name)
{
	static char line[8192];
	size_t name_size = strlen(name);
	FILE *file = fopen("/proc/cmdline", "re");
	const char *value = NULL;

	if (!file)
		return NULL;
	line[fread(line, 1, sizeof(line) - 1, file)] = 0;
	fclose(file);
	for (char *word = strtok(line, " \n"); word && !value; word = strtok(NULL, " \n"))
		if (!strncmp(word, name, name_size) && word[name_size] == '=')
			value = strdup(word + name_size + 1);
	return value;
}

/* Write the plan and return the exit status of the program. */
static inline int tap_done(void)
{
	char plan[32];
	int size = snprintf(plan, sizeof(plan), "1..%d\n", tap_count->nr_claims);

	if (write(STDOUT_FILENO, plan, size) != size)
		return 125;
	return tap_count->nr_failed ? 1 : 0;
}

#endif
