// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostchanges.c - test hostfs while the host changes the same folder
 *
 * The host's part is host_side() in t6010-hostfs.sh. Both take turns: the guest makes the file
 * guest-N, the host carries out step N and makes host-N. The claims state what the guest sees of
 * step N at once, and what it sees within a second.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "tap.h"

static char buf[1 << 16];

static void step(int n)
{
	char name[32];

	sprintf(name, "guest-%d", n);
	close(open(name, O_CREAT | O_WRONLY, 0666));
	sprintf(name, "host-%d", n);
	for (int i = 0; i < 1000 && access(name, F_OK); i++)
		usleep(10000);
	if (access(name, F_OK))
		bail("the host does not answer at step %d", n);
}

static int has(int fd, const char *text)
{
	int size = pread(fd, buf, sizeof(buf) - 1, 0);

	buf[size < 0 ? 0 : size] = 0;
	return !strcmp(buf, text);
}

static int file_has(const char *path, const char *text)
{
	int fd = open(path, O_RDONLY), good = has(fd, text);

	close(fd);
	return good;
}

int main(void)
{
	const char *dir = boot_option("hostdir");
	struct stat st;
	char *map;
	int fd;

	if (!dir) {
		skip("a guest can mount a folder of the host", "no hostdir= on the command line");
		return tap_done();
	}
	mkdir("/tmp/host", 0700);
	if (mount("none", "/tmp/host", "hostfs", 0, dir) || chdir("/tmp/host"))
		bail("mount %s", dir);
	umask(0);

	ok(access("new", F_OK) < 0, "a file does not exist before the host makes it");
	step(1);
	ok(file_has("new", "one\n"), "a file that the host makes appears at once");
	fd = open("new", O_RDONLY);
	has(fd, "");
	step(2);
	ok(file_has("new", "two, longer\n"),
	   "opening a file shows what the host wrote");
	ok(has(fd, "two, longer\n"), "an open file shows what the host wrote");
	step(3);
	ok(file_has("new", "three\n"), "opening a file that the host replaced shows the new one");
	ok(has(fd, "two, longer\n"), "an open descriptor keeps the old file");
	close(fd);
	fd = open("new", O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(!memcmp(map, "three", 5), "the new file can be mapped");
	step(4);
	sleep(2);
	stat("new", &st);
	is(st.st_size, 5, "fstat shows the new size");
	ok(!memcmp(map, "four\n", 5), "a mapping shows what the host wrote");
	munmap(map, 4096);
	close(fd);

	fd = open("new", O_WRONLY | O_APPEND);
	step(5);
	write(fd, "guest\n", 6);
	close(fd);
	ok(file_has("new", "four\nhost\nguest\n"), "host and guest can append to one file");

	step(6);
	sleep(2);
	ok(stat("new", &st) < 0 && errno == ENOENT, "a file that the host removes disappears");
	ok(stat("moved/deep/file", &st) == 0 && access("tree", F_OK) < 0,
	   "a folder that the host renames appears under its new name");
	for (int i = 0; i < 300; i++) {
		sprintf(buf, "reused-%d", i);
		fd = open(buf, O_CREAT | O_RDWR, 0666);
		write(fd, "guest", 5);
		close(fd);
	}
	step(7);
	sleep(2);
	int wrong = 0;
	for (int i = 0; i < 300; i++) {
		char name[32];

		sprintf(name, "reused-%d", i);
		sprintf(buf + 1000, "host %d\n", i);
		fd = open(name, O_RDONLY);
		wrong += read(fd, buf, 100) != (ssize_t)strlen(buf + 1000) ||
			 memcmp(buf, buf + 1000, strlen(buf + 1000));
		close(fd);
	}
	is(wrong, 0, "files with reused inode numbers show the new content");

	fd = open("guest-made", O_CREAT | O_RDWR, 0644);
	ftruncate(fd, 8192);
	write(fd, "written\n", 8);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memcpy(map + 4096, "mapped\n", 7);
	munmap(map, 8192);
	close(fd);
	step(8);
	ok(file_has("verdict", "good\n"),
	   "the host sees what the guest wrote, also through a mapping");

	mkdir("cwd", 0700);
	chdir("cwd");
	ok(!close(open("../guest-9a", O_CREAT | O_WRONLY, 0666)),
	   "a relative path in the current folder works");
	chdir("..");
	step(9);
	sleep(2);
	ok(open("cwd/secret", O_RDONLY) < 0,
	   "a folder that the host replaces by a link out does not lead out");
	ok(open("swap/secret", O_RDONLY) < 0,
	   "a folder that the host swaps all the time does not lead out");
	int leaks = 0;
	for (int i = 0; i < 20000; i++) {
		fd = open("swap/secret", O_RDONLY);
		if (fd >= 0) {
			leaks += read(fd, buf, 100) > 0 && !memcmp(buf, "secret", 6);
			close(fd);
		}
	}
	is(leaks, 0, "20000 tries never lead out of the folder");
	step(10);
	return tap_done();
}
