// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-class.c - test classes: parameters of students, copies of labs (labs/lab/classfile.c)
 *
 * `make check-unit` runs this program on the host.
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

	ok(gives("{{login}}-{{ number }}", "ada-7"), "login and number are replaced");
	ok(txt_int_parse(range, 10, 99, &number) && !strcmp(range, again),
	   "a number in a range depends only on the login");
	for (int i = 0; i < 50; i++)
		differ += strcmp(range, class_parameters_apply("{{range net 10-99}}",
							       txt_printf("s%d", i), 1)) != 0;
	ok(differ > 40, "students get different numbers (%d of 50)", differ);
	ok(gives("{{word color red}}", "red"), "a word is chosen from a list");
	ok(gives("{{range x 5-5}}", "5"), "a range of one number gives that number");
	ok(gives("no parameter", NULL) && gives("", NULL),
	   "text without parameters stays unchanged");
	ok(gives("{{unknown}} {{login}}", "{{unknown}} ada"), "unknown parameters stay unchanged");
}

static void bad_parameters(void)
{
	char *giant = txt_alloc(1, 300000);

	ok(gives("{{login", NULL) && gives("}}{{", NULL) && gives("{{}}", NULL),
	   "unfinished parameters stay unchanged");
	ok(gives("{{range x 9-1}}", NULL) && gives("{{range x a-b}}", NULL) &&
	   gives("{{range x}}", NULL),
	   "invalid ranges stay unchanged");
	ok(class_parameters_apply("{{range x -9223372036854775808-9223372036854775807}}", "a", 1) ||
	   true,
	   "the widest range is replaced without a fault");
	for (int i = 0; i < 299998; i += 2)
		memcpy(giant + i, "{{", 2);
	ok(gives(giant, NULL), "a hundred thousand open braces stay unchanged");
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
	ok(!class_lab_copy("lab", "copy", "ada", 1, &reason), "a lab can be copied");
	ok(!file_read("copy/sub/f", &text, &size) && !strcmp(text, "I am ada\n"),
	   "parameters are replaced in the copy");
	ok(!stat("copy/sub/f", &status) && (status.st_mode & 0777) == 0755,
	   "the copy keeps the file mode");
	ok(!file_read("copy/binary", &text, &size) && size == 10,
	   "binary files are copied unchanged");
	ok(readlink("copy/link", link, sizeof(link)) == 11, "symbolic links are copied as links");
	ok(!file_exists("copy/.git") && !file_exists("copy/pipe"), "pipes and .git are not copied");
	ok(class_lab_copy("missing", "copy2", "ada", 1, &reason) == -ENOENT &&
	   strstr(reason, "missing"),
	   "copying a missing lab fails with a reason");
	reason = NULL;
	ok(class_lab_copy("lab", "copy/sub/f", "ada", 1, &reason) < 0 && reason,
	   "copying to an invalid target fails with a reason");
}

static void students(void)
{
	struct words logins = { 0 };

	ok(class_students("none", &logins) == -ENOENT,
	   "listing the students of a missing class gives -ENOENT");
	dir_make(class_lab_dir("c", "zoe"), 0700);
	dir_make(class_lab_dir("c", "ada"), 0700);
	ok(!class_students("c", &logins) && logins.nr == 2 && !strcmp(logins.at[0], "ada"),
	   "students are listed in alphabetical order");
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
