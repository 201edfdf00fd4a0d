// SPDX-License-Identifier: GPL-2.0-only
/*
 * space_limit.c - limit the host processes of this machine
 *
 * Each address space of the guest is a process of the host user. Without a limit, a fork bomb in a
 * guest takes all processes that the user may have, and then the user cannot run `umlab kill`.
 *
 * Theory of operation
 *
 * There are two limits. The first is for guests: spaces.c counts the spaces and refuses another
 * one beyond spaces=, so fork() fails in the guest with ENOMEM. By default the number is a quarter
 * of what the host allows the user, so the user's other machines get their share.
 *
 * The second limit also holds against a hostile kernel, and for all machines of the user together.
 * When the host creates a process, it compares the number of all processes of the user with the
 * limit of the process that asks. So this process lowers its own RLIMIT_NPROC, which its children
 * inherit, by a reserve. Processes beyond that are left to the user's shell and commands. The
 * hard limit is lowered too, so it cannot be raised again. A soft limit that is one lower than
 * the hard limit marks this; a restart of the machine must not lower the limit again.
 *
 * The host does not apply RLIMIT_NPROC to root. Limits of the control group are shared with the
 * user's shell and cannot be lowered for this process alone, so for them only spaces= counts.
 *
 * spaces.c and setup.c call this file on the machine's thread.
 */
#include "guest/space_limit.h"
#include "guest/spaces.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"

enum {
	RESERVE_MIN = 32,		/* processes that are left to the user */
	RESERVE_MAX = 256,
	SHARE = 4,			/* of what remains, a machine gets one part of this many */
	SPACE_TASKS = 2,		/* what a space takes of it: see seccomp_process.c */
	SPACES_MIN = 16,		/* less than that, and a guest does not boot */
};

static unsigned int nr_spaces, spaces_max = -1U;

bool host_space_limit_take(void)
{
	if (nr_spaces >= spaces_max)
		return false;
	nr_spaces++;
	return true;
}

void host_space_limit_put(void)
{
	nr_spaces--;
}

/* ---- what the host allows ---- */

/* Reads the start of a file; returns the length of the text, or 0. */
static int text_read(const char *path, char *text, int size)
{
	int fd = lx_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0), length;

	if (fd < 0)
		return 0;
	length = lx_read(fd, text, size - 1);
	lx_close(fd);
	if (length < 0)
		length = 0;
	text[length] = 0;
	return length;
}

static uint64_t number_parse(const char *text)
{
	uint64_t number = 0;

	while (*text >= '0' && *text <= '9' && number < UINT64_MAX / 20)
		number = number * 10 + (*text++ - '0');
	return number;
}

/* Lowers *@most to the number in the file @path. "max", or no number, changes nothing. */
static void file_apply(const char *path, uint64_t *most)
{
	char text[32];
	uint64_t number = text_read(path, text, sizeof(text)) ? number_parse(text) : 0;

	if (number && number < *most)
		*most = number;
}

/* Applies pids.max of our control group and of all groups above it. */
static void groups_apply(uint64_t *most)
{
	static const char root[] = "/sys/fs/cgroup", file[] = "/pids.max";
	char text[600], path[sizeof(root) + sizeof(text) + sizeof(file)];
	int from = 0, length = text_read("/proc/self/cgroup", text, sizeof(text)), end;

	/* The line of version 2 is "0::/user.slice/...". */
	while (from < length && strncmp(text + from, "0::/", 4)) {
		while (from < length && text[from] != '\n')
			from++;
		from++;
	}
	if (from >= length)
		return;
	from += 3;
	for (end = from; end < length && text[end] != '\n'; end++)
		;
	for (; end > from; end--) {
		if (end < length && text[end] != '/' && text[end] != '\n')
			continue;
		memcpy(path, root, sizeof(root) - 1);
		memcpy(path + sizeof(root) - 1, text + from, end - from);
		memcpy(path + sizeof(root) - 1 + end - from, file, sizeof(file));
		file_apply(path, most);
	}
}

static uint64_t reserve_of(uint64_t most)
{
	uint64_t reserve = most / 8;

	if (reserve < RESERVE_MIN)
		reserve = RESERVE_MIN;
	if (reserve > RESERVE_MAX)
		reserve = RESERVE_MAX;
	return reserve < most ? reserve : most / 2;
}

/* Leaves a reserve to the user's other processes; returns how many the user may have without it. */
static uint64_t reserve_leave(void)
{
	struct rlimit64 limit;
	bool done;

	if (lx_prlimit64(0, RLIMIT_NPROC, NULL, &limit) || limit.rlim_cur == RLIM64_INFINITY)
		return UINT64_MAX;
	done = limit.rlim_max - limit.rlim_cur == 1;
	if (done)
		return limit.rlim_cur;
	limit.rlim_max = limit.rlim_cur - reserve_of(limit.rlim_cur);
	limit.rlim_cur = limit.rlim_max ? limit.rlim_max - 1 : 0;
	lx_prlimit64(0, RLIMIT_NPROC, &limit, NULL);
	return limit.rlim_cur;
}

unsigned int host_spaces_limit(unsigned int wanted)
{
	uint64_t most = UINT64_MAX, own = reserve_leave();

	file_apply("/proc/sys/kernel/pid_max", &most);
	file_apply("/proc/sys/kernel/threads-max", &most);
	groups_apply(&most);
	most -= most == UINT64_MAX ? 0 : reserve_of(most);
	if (own < most)
		most = own;
	most /= SHARE * SPACE_TASKS;
	if (most < SPACES_MIN)
		most = SPACES_MIN;
	if (wanted)
		most = wanted;
	spaces_max = most < UINT32_MAX ? most : UINT32_MAX;
	return spaces_max;
}
