// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-record.c - test the record of a machine in an exam (labs/machine/record.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "base/files.h"
#include "base/where.h"
#include "machine/record.h"
#include "scratch.h"

static char *last_line(const struct machine *machine)
{
	char *text, *end;
	size_t size;

	if (file_read(txt_printf("%s/record.log", machine->dir), &text, &size) || !size)
		return "";
	end = text + size - 1;
	if (*end != '\n' || strlen(text) != size)
		return "";
	*end = '\0';
	return strrchr(text, '\n') ? strrchr(text, '\n') + 1 : text;
}

static void lines(const struct machine *machine)
{
	static char every[256];
	bool printable = true;
	char *line;

	record_bytes("typed", "ls\n\t\033[A\\\0\x7f", 10);
	line = last_line(machine);
	ok(strstr(line, " typed ls\\n\\t\\e[A\\\\\\x00\\x7f"),
	   "control characters are written as escapes");
	ok(line[4] == '-' && line[10] == 'T' && line[19] == '.', "a line starts with the time");
	for (int i = 0; i < 256; i++)
		every[i] = i;
	record_bytes("typed", every, sizeof(every));
	for (line = last_line(machine); *line; line++)
		printable &= (unsigned char)*line >= ' ' && *line != 0x7f;
	ok(printable, "no byte is recorded as a control character");
	recordf("program", "%u %s", 7, "sh -c 'x'");
	ok(txt_ends(last_line(machine), " program 7 sh -c 'x'"),
	   "recordf() writes formatted lines");
	record_bytes("typed", "", 0);
	ok(txt_ends(last_line(machine), " typed "), "empty data gives a line");
}

static void limit(const struct machine *machine)
{
	static char chunk[1 << 20];

	memset(chunk, 'x', sizeof(chunk));
	for (int i = 0; i < 70; i++)
		record_output("output", chunk, sizeof(chunk));
	ok(strstr(last_line(machine), "output is not recorded any more"),
	   "the record says when the limit of output is reached");
	ok(file_allocated(txt_printf("%s/record.log", machine->dir)) < 70ull << 20,
	   "the record does not grow beyond the limit of output");
	record_output("output", "late", 4);
	ok(!strstr(last_line(machine), "late"), "output beyond the limit is not recorded");
	record_bytes("typed", "late", 4);
	ok(txt_ends(last_line(machine), " typed late"), "input is recorded beyond the limit");
}

static void events(const struct machine *machine)
{
	char *path = txt_printf("%s/record.log", machine->dir);
	uint64_t before = file_allocated(path);
	static char text[4000];

	memset(text, 'x', sizeof(text) - 1);
	for (int i = 0; i < 4000; i++)
		record_event("state", text);
	ok(strstr(last_line(machine), "not recorded any more"),
	   "the record says when the limit of states is reached");
	ok(file_allocated(path) - before < 10 << 20,
	   "states that a guest causes do not fill the disk");
	recordf("program", "1 ls");
	ok(txt_ends(last_line(machine), " program 1 ls"),
	   "programs of the user are recorded beyond the limit of states");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	struct machine machine;
	char *reason;

	scratch_make();
	if (where_folders_make(&reason))
		return 125;
	machine_describe(&machine, "lab-1/pc1");
	machine_save(&machine);
	record_open(&machine);
	recordf("x", "y");
	ok(!record_wanted() && !strcmp(last_line(&machine), ""),
	   "a machine outside an exam has no record");
	conf_set(&machine.conf, "exam", "true");
	record_open(&machine);
	ok(record_wanted(), "a machine in an exam has a record");
	lines(&machine);
	limit(&machine);
	events(&machine);
	record_keep(&machine);
	ok(!file_exists(txt_printf("%s/record.log", machine.dir)) &&
	   file_exists(txt_printf("%s/records", where_state())),
	   "the record is kept when the machine is removed");
	record_keep(&machine);
	ok(true, "a missing record can be kept without a fault");
	return tap_done();
}
