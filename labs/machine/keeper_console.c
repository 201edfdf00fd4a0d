// SPDX-License-Identifier: GPL-2.0-only
/*
 * keeper_console.c - serve a machine's console: its log and its input
 *
 * Called by the keeper's poll loop (keeper_loop.c) and by keeper_clients.c, which brings what is
 * typed. The guest decides how much it prints and whether it reads, so the log is limited, and
 * input waits in a queue of limited size, never in a write that could block the keeper.
 */
#include "machine/keeper_console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "machine/record.h"

enum { CONSOLE_LOG_MAX = 4 << 20 };	/* bytes of console.log; as many are in console.log.1 */

void keeper_console_log_open(struct keeper *keeper)
{
	char *path = txt_printf("%s/console.log", keeper->machine.dir);
	struct stat status;

	keeper->console_log_fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
				      0600);
	keeper->console_log_size = 0;
	if (keeper->console_log_fd >= 0 && !fstat(keeper->console_log_fd, &status))
		keeper->console_log_size = status.st_size;
	free(path);
}

static void log_rotate(struct keeper *keeper)
{
	char *now = txt_printf("%s/console.log", keeper->machine.dir);
	char *old = txt_printf("%s.1", now);

	/* If the log cannot be renamed, drop it, because it must not grow further. */
	if (keeper->console_log_fd >= 0) {
		if (rename(now, old))
			(void)!ftruncate(keeper->console_log_fd, 0);
		close(keeper->console_log_fd);
	}
	free(now);
	free(old);
	keeper_console_log_open(keeper);
}

static void log_write(struct keeper *keeper, const char *data, size_t size)
{
	if (keeper->console_log_size > CONSOLE_LOG_MAX)
		log_rotate(keeper);
	if (keeper->console_log_fd < 0)
		return;
	/* If the host's disk is full, output is missing in the log, but the machine goes on. */
	fd_write_all(keeper->console_log_fd, data, size);
	keeper->console_log_size = lseek(keeper->console_log_fd, 0, SEEK_CUR);
}

static void console_close(struct keeper *keeper)
{
	close(keeper->console_fd);
	keeper->console_fd = -1;
	keeper->typed_size = 0;
}

size_t keeper_console_read(struct keeper *keeper, char *data, size_t room)
{
	ssize_t size = fd_read(keeper->console_fd, data, room);

	if (size == -EAGAIN)
		return 0;
	if (size <= 0) {
		console_close(keeper);
		return 0;
	}
	log_write(keeper, data, size);
	record_output("console", data, size);
	return size;
}

bool keeper_console_has_room(const struct keeper *keeper)
{
	return sizeof(keeper->typed) - keeper->typed_size >= AGENT_PAYLOAD_MAX;
}

void keeper_console_type(struct keeper *keeper, const char *data, size_t size)
{
	if (keeper->console_fd < 0 || size > sizeof(keeper->typed) - keeper->typed_size)
		return;
	memcpy(keeper->typed + keeper->typed_size, data, size);
	keeper->typed_size += size;
}

void keeper_console_flush(struct keeper *keeper)
{
	size_t done = 0;

	while (keeper->console_fd >= 0 && done < keeper->typed_size) {
		ssize_t size = send(keeper->console_fd, keeper->typed + done,
				    keeper->typed_size - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0 && errno == EAGAIN)
			break;
		/* The console is gone, and with it who would have read this. */
		done = size < 0 ? keeper->typed_size : done + size;
	}
	memmove(keeper->typed, keeper->typed + done, keeper->typed_size - done);
	keeper->typed_size -= done;
}
