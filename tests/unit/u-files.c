// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-files.c - files, folders and programs of the host (labs/base/files.c, spawn.c)
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/txt.h"
#include "scratch.h"

static void content(void)
{
	char *text, *big = calloc(1, 100000);
	size_t size;

	ok(file_read("missing", &text, &size) == -ENOENT, "a missing file is -ENOENT");
	ok(!file_write("f", "a\0b", 3, 0640) && !file_read("f", &text, &size) && size == 3 &&
	   !memcmp(text, "a\0b", 4), "bytes are kept, with a NUL behind them");
	ok(!file_write("f", big, 100000, 0640) && !file_read("f", &text, &size) && size == 100000,
	   "large files too");
	ok(!file_write("f", "", 0, 0640) && !file_read("f", &text, &size) && !size,
	   "and empty ones");
	ok(file_write("no/f", "x", 1, 0600) == -ENOENT && !file_exists("no"), "no folder is made");
	ok(!symlink("/nowhere", "link") && !file_write("link", "x", 1, 0600) &&
	   !file_exists("/nowhere"), "a link is replaced, not followed");
	free(big);
}

static void folders(void)
{
	char *deep = txt_copy("d");

	ok(!dir_make("a/b/c", 0700) && !dir_make("a/b/c", 0700),
	   "folders are made with those above");
	scratch_write_text("a/b/f", "x");
	ok(dir_make("a/b/f", 0700) != -ENOENT && dir_make("a/b/f/g", 0700) < 0,
	   "a file in the way is an error below it");
	ok(!mkdir("keep", 0700) && !symlink("../keep", "a/link"), "a link to another folder");
	scratch_write_text("keep/f", "x");
	ok(!tree_remove("a") && !file_exists("a") && file_exists("keep/f"),
	   "removing a tree does not follow links");
	ok(!tree_remove("missing"), "removing what is not there is fine");
	for (int i = 0; i < 200; i++)
		deep = txt_printf("%s/d", deep);
	ok(!dir_make(deep, 0700) && !tree_remove("d") && !file_exists("d"),
	   "a deep tree is removed");
}

static void copies(void)
{
	int fd = open("sparse", O_RDWR | O_CREAT, 0600);
	char *text;
	size_t size;

	(void)!pwrite(fd, "x", 1, 8 << 20);
	(void)!ftruncate(fd, 64 << 20);
	close(fd);
	ok(!file_copy("sparse", "copy", NULL) && file_allocated("copy") < 4 << 20,
	   "holes stay holes");
	ok(!file_read("copy", &text, &size) && size == 64 << 20 && text[8 << 20] == 'x' && !text[0],
	   "and the content is the same");
	ok(file_copy("missing", "copy", NULL) == -ENOENT && file_exists("copy"),
	   "a failed copy leaves the target alone");
	ok(file_copy("sparse", "no/copy", NULL) < 0, "a target without a folder is an error");
	ok(!file_allocated("missing"), "a missing file takes nothing");
}

static void descriptors(void)
{
	char path[300];
	int ends[2];

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ok(fd_connect(path, false) == -ENAMETOOLONG, "a socket's path has a limit");
	ok(fd_connect("missing", false) == -ENOENT, "a missing socket is -ENOENT");
	ok(!pipe(ends) && !fd_set_nonblock(ends[0], true) && fd_read(ends[0], path, 1) == -EAGAIN,
	   "an empty pipe that does not block is -EAGAIN");
	close(ends[1]);
	ok(fd_read(ends[0], path, 1) == 0, "a closed one is the end of file");
	ok(fd_write_all(-1, "x", 1) == -EBADF, "a bad descriptor is an error");
}

static void process_stat(void)
{
	char *text, *fields;

	ok(!proc_stat_read(getpid(), &text, &fields) && strchr("RSDT", *fields),
	   "our own state is read");
	ok(proc_stat_read(0x7ffffffe, &text, &fields) == -ENOENT,
	   "a process that is not there is -ENOENT");
}

static void programs(void)
{
	const char *good[] = { "echo", "hello", NULL }, *absent[] = { "/no/such/program", NULL };
	const char *bad[] = { "sh", "-c", "echo one; echo two >&2; exit 3", NULL };
	const char *quiet[] = { "sh", "-c", "exit 1", NULL };
	const char *killed[] = { "sh", "-c", "kill -9 $$", NULL };
	char *reason = NULL;

	ok(!strcmp(spawn_output(good), "hello\n"), "output is returned");
	ok(!spawn_output(bad) && !spawn_output(absent), "a failed program has none");
	ok(spawn_quietly(bad, &reason) == -EIO && !strcmp(reason, "two"),
	   "the last line is the reason");
	ok(spawn_quietly(quiet, &reason) == -EIO && strstr(reason, "sh"),
	   "a silent failure has one too");
	ok(spawn_quietly(absent, &reason) == -EIO && strstr(reason, "/no/such"),
	   "a missing program is named");
	ok(spawn_here(killed) == 128 + 9 && spawn_here(good) == 0,
	   "a signal is 128 and its number");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	content();
	folders();
	copies();
	descriptors();
	process_stat();
	programs();
	return tap_done();
}
