// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - record on the host what happens in a machine during an exam
 *
 * Called by the keeper with everything that passes through the machine's console and through
 * programs that the command runs in it. record.log is in the machine's folder, which the guest
 * cannot see, so nobody in the guest can change a line. The guest's output is limited
 * (OUTPUT_MAX), because it could fill the host's disk. So are states and ends of programs
 * (EVENTS_MAX), which a hostile guest can cause. Commands and typed text are not limited.
 * When the machine is removed, machine_end.c moves the record to state/records.
 */
#include "machine/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/where.h"

enum { OUTPUT_MAX = 64 << 20, EVENTS_MAX = 8 << 20 };

static int record_fd = -1;
static size_t written;		/* bytes of the whole record */
static size_t events;		/* bytes of record_event() */

static char *record_path(const struct machine *machine)
{
	return txt_printf("%s/record.log", machine->dir);
}

void record_open(const struct machine *machine)
{
	struct stat status;

	if (!conf_get_bool(&machine->conf, "exam"))
		return;
	record_fd = open(record_path(machine),
			 O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (record_fd >= 0 && !fstat(record_fd, &status))
		written = status.st_size;
}

bool record_wanted(void)
{
	return record_fd >= 0;
}

static void escape(FILE *out, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = data[i];

		if (byte == '\n')
			fputs("\\n", out);
		else if (byte == '\r')
			fputs("\\r", out);
		else if (byte == '\t')
			fputs("\\t", out);
		else if (byte == '\033')
			fputs("\\e", out);
		else if (byte == '\\')
			fputs("\\\\", out);
		else if (byte < ' ' || byte == 0x7f)
			fprintf(out, "\\x%02x", byte);
		else
			fputc(byte, out);	/* also the bytes of UTF-8 */
	}
}

void record_bytes(const char *kind, const char *data, size_t size)
{
	struct timespec now;
	char when[32], *text = NULL;
	size_t text_size;
	struct tm local;
	FILE *out;

	if (record_fd < 0)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	strftime(when, sizeof(when), "%FT%T", localtime_r(&now.tv_sec, &local));
	out = open_memstream(&text, &text_size);
	if (!out)
		return;
	fprintf(out, "%s.%03ld %s ", when, now.tv_nsec / 1000000, kind);
	escape(out, data, size);
	fputc('\n', out);
	fclose(out);
	/* Write each line with one call, so that lines stay whole if a new keeper takes over. */
	if (!fd_write_all(record_fd, text, text_size))
		written += text_size;
	free(text);
}

void recordf(const char *kind, const char *fmt, ...)
{
	char *text;
	va_list args;
	int size;

	if (record_fd < 0)
		return;
	va_start(args, fmt);
	size = vasprintf(&text, fmt, args);
	va_end(args);
	if (size < 0)
		return;
	record_bytes(kind, text, size);
	free(text);
}

void record_event(const char *kind, const char *text)
{
	if (events >= EVENTS_MAX)
		return;
	recordf(kind, "%s", text);
	events += strlen(kind) + strlen(text) + sizeof("2026-01-31T10:00:00.123  \n");
	if (events >= EVENTS_MAX)
		recordf("record", "%d MB: states and ends of programs are not recorded any more",
			EVENTS_MAX >> 20);
}

void record_output(const char *kind, const char *data, size_t size)
{
	static bool told;

	if (written < OUTPUT_MAX) {
		record_bytes(kind, data, size);
	} else if (!told) {
		told = true;
		recordf("record", "%d MB: output is not recorded any more", OUTPUT_MAX >> 20);
	}
}

void record_keep(const struct machine *machine)
{
	char *dir = txt_printf("%s/records", where_state()), *name = txt_copy(machine->id);
	char when[32];
	time_t now = time(NULL);
	struct tm local;

	if (!file_exists(record_path(machine)) || dir_make(dir, 0700))
		return;
	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '.';
	strftime(when, sizeof(when), "%Y%m%d-%H%M%S", localtime_r(&now, &local));
	rename(record_path(machine), txt_printf("%s/%s-%s.log", dir, name, when));
}
