// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-class.c - classes: parameters of students, copies of labs (labs/lab/classfile.c)
 */
#include "tap.h"

#include <limits.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/where.h"
#include "lab/classfile.h"
#include "scratch.h"

static bool gives(const char *text, const char *want)
{
	char *result = class_parameters_apply(text, "ada", 7);

	return want ? result && !strcmp(result, want) : !result;
}

static void parameters(void)
{
	long number;
	char *range = class_parameters_apply("{{range net 10-99}}", "ada", 1);
	char *again = class_parameters_apply("{{range net 10-99}}", "ada", 2);
	int differ = 0;

	ok(gives("{{login}}-{{ number }}", "ada-7"), "login and number");
	ok(txt_int_parse(range, 10, 99, &number) && !strcmp(range, again),
	   "a number of a range depends on the login only");
	for (int i = 0; i < 50; i++)
		differ += strcmp(range, class_parameters_apply("{{range net 10-99}}",
							       txt_printf("s%d", i), 1)) != 0;
	ok(differ > 40, "students get different numbers: %d of 50", differ);
	ok(gives("{{word color red}}", "red"), "a word of a list");
	ok(gives("{{range x 5-5}}", "5"), "a range of one");
	ok(gives("no parameter", NULL) && gives("", NULL),
	   "text without parameters is not changed");
	ok(gives("{{unknown}} {{login}}", "{{unknown}} ada"), "unknown ones stay");
}

static void bad_parameters(void)
{
	char *giant = txt_alloc(1, 300000);

	ok(gives("{{login", NULL) && gives("}}{{", NULL) && gives("{{}}", NULL),
	   "unfinished ones stay");
	ok(gives("{{range x 9-1}}", NULL) && gives("{{range x a-b}}", NULL) &&
	   gives("{{range x}}", NULL),
	   "ranges that are none stay");
	ok(class_parameters_apply("{{range x -9223372036854775808-9223372036854775807}}", "a", 1) ||
	   true,
	   "the widest range does no harm");
	for (int i = 0; i < 299998; i += 2)
		memcpy(giant + i, "{{", 2);
	ok(gives(giant, NULL), "a hundred thousand open braces do no harm");
	free(giant);
}

static void copies(void)
{
	char *reason = NULL, *text, link[64];
	struct stat status;
	size_t size;

	mkdir("lab", 0755);
	mkdir("lab/sub", 0755);
	mkdir("lab/.git", 0755);
	scratch_write_text("lab/sub/f", "I am {{login}}\n");
	scratch_write("lab/binary", "\0{{login}}", 10);
	chmod("lab/sub/f", 0755);
	(void)!symlink("/etc/passwd", "lab/link");
	mkfifo("lab/pipe", 0600);
	ok(!class_lab_copy("lab", "copy", "ada", 1, &reason), "a lab is copied");
	ok(!file_read("copy/sub/f", &text, &size) && !strcmp(text, "I am ada\n"),
	   "with parameters");
	ok(!stat("copy/sub/f", &status) && (status.st_mode & 0777) == 0755, "and rights");
	ok(!file_read("copy/binary", &text, &size) && size == 10, "binary files are left alone");
	ok(readlink("copy/link", link, sizeof(link)) == 11, "links stay links");
	ok(!file_exists("copy/.git") && !file_exists("copy/pipe"), "pipes and .git are left out");
	ok(class_lab_copy("missing", "copy2", "ada", 1, &reason) == -ENOENT &&
	   strstr(reason, "missing"),
	   "a missing lab is named");
	reason = NULL;
	ok(class_lab_copy("lab", "copy/sub/f", "ada", 1, &reason) < 0 && reason,
	   "so is a bad target");
}

static void students(void)
{
	struct words logins = { 0 };

	ok(class_students("none", &logins) == -ENOENT, "a class that is not there");
	dir_make(class_lab_dir("c", "zoe"), 0700);
	dir_make(class_lab_dir("c", "ada"), 0700);
	ok(!class_students("c", &logins) && logins.nr == 2 && !strcmp(logins.at[0], "ada"),
	   "in order");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	parameters();
	bad_parameters();
	copies();
	students();
	return tap_done();
}
