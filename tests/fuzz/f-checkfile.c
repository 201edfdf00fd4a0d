// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-checkfile.c - fuzz the readers of check files (labs/check/check_native.c, check_kathara.c)
 *
 * The input is a file that somebody wrote, as YAML or JSON (labs/base/yamlfile.c). It is read or
 * refused with a reason.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/txt.h"
#include "base/yamlfile.h"
#include "check/check_kathara.h"
#include "check/check_native.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lab lab = { .dir = "/nowhere" };
	int fd = memfd_create("check", MFD_CLOEXEC);
	char path[64], *reason = NULL;
	json_t *file;

	fuzz_check(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	file = yamlfile_load(path, &reason);
	close(fd);
	fuzz_check(file || reason);
	for (int i = 0; file && i < 2; i++) {
		struct checks checks = { 0 };
		bool good;

		reason = NULL;
		good = i ? check_kathara_read(&checks, &lab, file, &reason) :
			   check_native_read(&checks, file, &reason);
		fuzz_check(good || reason);
		for (int at = 0; good && at < checks.nr; at++)
			fuzz_check(checks.at[at].title && checks.at[at].points < 1e9);
	}
	json_decref(file);
	return 0;
}

/* The readers free little, because the command ends soon. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}
