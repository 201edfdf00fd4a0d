/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz.h - define the entry of a fuzz target, for driver.c and for clang's libFuzzer
 *
 * A target is tests/fuzz/f-<target>.c, with inputs that are kept in corpus/<target>/. To add a
 * target, write the file, add some inputs, and name its sources in tests.mk. A target judges its
 * input by fuzz_check(); the sanitizers find the rest.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Runs one input. Must not depend on earlier inputs. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Called once, before the first input. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

void __sanitizer_set_report_fd(void *fd);

/* Where faults are reported. */
static int fuzz_report_fd = STDERR_FILENO;

/* Drops what the code under test prints to standard error. For libFuzzer: -close_fd_mask=2. */
__attribute__((unused))
static void fuzz_hush(void)
{
#ifdef LIBFUZZER
	return;
#endif
	fuzz_report_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	__sanitizer_set_report_fd((void *)(intptr_t)fuzz_report_fd);
	if (!freopen("/dev/null", "w", stderr))
		exit(125);
}

/* Ends the run, like a fault that a sanitizer found, unless @holds. */
#define fuzz_check(holds) do { \
	if (!(holds)) { \
		dprintf(fuzz_report_fd, "%s:%d: not true: %s\n", __FILE__, __LINE__, #holds); \
		abort(); \
	} \
} while (0)

/* Takes a byte, or up to @most bytes, from the front of the input. */
struct fuzz_input { const uint8_t *data; size_t size; };

__attribute__((unused))
static uint8_t fuzz_byte(struct fuzz_input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

__attribute__((unused))
static const uint8_t *fuzz_bytes(struct fuzz_input *input, size_t most, size_t *size)
{
	const uint8_t *data = input->data;

	*size = most < input->size ? most : input->size;
	input->data += *size;
	input->size -= *size;
	return data;
}

#endif
