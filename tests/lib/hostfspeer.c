// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfspeer.c - speak to the hostfs server of a running machine as a hostile kernel process would
 *
 * usage: hostfspeer PID RW RO OUTSIDE REAL
 *
 * Takes the socket to the server out of the kernel process PID (pidfd_getfd) and sends requests of
 * its own: each attack that we know, names that change meanwhile, and random requests. RW and RO
 * are folders of hostfs=, and OUTSIDE is a folder that no request may reach. RW was REAL when the
 * machine first started; its path may lead elsewhere now. REAL contains
 *   file, suid (mode 4755), sub/, link-out -> OUTSIDE, link-secret -> OUTSIDE/secret
 * and RO contains file. Prints TAP. t3210-hostfs-walls.sh prepares the folders and checks OUTSIDE.
 * This file is longer than 500 lines because all attacks share the speaking of the protocol.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "hostfs/hostfs_wire.h"
#include "tap.h"

enum { FUZZ_ROUNDS = 20000, RACE_ROUNDS = 4000 };

static int server;
static struct hostfs_reply reply;
static char answer[HOSTFS_DATA_SIZE];
static const char *rw, *ro, *outside, *real;

/* ---- requests ---- */

static int message_send(const void *request, size_t size, int pass_fd)
{
	union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec iov = { (void *)request, size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (pass_fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header = (struct cmsghdr) { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), &pass_fd, sizeof(int));
	}
	return sendmsg(server, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Receive an answer; returns its result, and in *@fd its descriptor or -1. */
static long answer_receive(int *fd)
{
	union { struct cmsghdr header; char space[CMSG_SPACE(sizeof(int))]; } control;
	struct iovec iov[2] = { { &reply, sizeof(reply) }, { answer, sizeof(answer) } };
	struct msghdr message = { .msg_iov = iov, .msg_iovlen = 2, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct pollfd wait = { .fd = server, .events = POLLIN };

	*fd = -1;
	if (poll(&wait, 1, 5000) != 1)
		bail("the server does not answer");
	if (recvmsg(server, &message, MSG_CMSG_CLOEXEC) < (ssize_t)sizeof(reply))
		bail("the server has ended");
	if (message.msg_controllen >= CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(&control.header), sizeof(int));
	return reply.result;
}

static struct {
	struct hostfs_request head;
	char data[HOSTFS_DATA_SIZE + 100];
} out;

static void request_new(int op, int node, const char *name)
{
	memset(&out.head, 0, sizeof(out.head));
	out.head.op = op;
	out.head.node = node;
	snprintf(out.head.name, sizeof(out.head.name), "%s", name);
}

static void data_set(const char *text)
{
	out.head.data_size = strlen(text);
	memcpy(out.data, text, out.head.data_size);
}

static long ask_fd(int *fd)
{
	message_send(&out, sizeof(out.head) + out.head.data_size, -1);
	return answer_receive(fd);
}

static long ask(void)
{
	int fd;
	long result = ask_fd(&fd);

	if (fd >= 0)
		close(fd);
	return result;
}

static long root(const char *name)
{
	request_new(HOSTFS_ROOT, 0, "");
	data_set(name);
	return ask();
}

static long walk(int node, const char *path)
{
	request_new(HOSTFS_WALK, node, "");
	data_set(path);
	return ask();
}

static long call(int op, int node, const char *name, unsigned int flags, unsigned int mode)
{
	request_new(op, node, name);
	out.head.flags = flags;
	out.head.mode = mode;
	return ask();
}

static long call_two(int op, int node, const char *name, int to_node, const char *to_name)
{
	request_new(op, node, name);
	out.head.to_node = to_node;
	snprintf(out.head.to_name, sizeof(out.head.to_name), "%s", to_name);
	return ask();
}

static long change(int node, const char *name, unsigned int what, unsigned int mode)
{
	request_new(HOSTFS_CHANGE, node, name);
	out.head.change = (struct host_change) { .what = what, .mode = mode, .uid = -1, .gid = -1 };
	return ask();
}

static mode_t mode_of(const char *folder, const char *name)
{
	char path[4096];
	struct stat st = { 0 };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	lstat(path, &st);
	return st.st_mode;
}

/* ---- finding the server ---- */

static void server_find(int pid)
{
	int pidfd = pidfd_open(pid, 0), fd, type;
	struct pollfd wait = { .events = POLLIN };
	socklen_t size;

	if (pidfd < 0)
		bail("no process %d", pid);
	for (fd = 3; fd < 256; fd++) {
		wait.fd = pidfd_getfd(pidfd, fd, 0);
		if (wait.fd < 0 && errno == EPERM)
			exit(2);
		size = sizeof(type);
		if (wait.fd < 0)
			continue;
		if (!getsockopt(wait.fd, SOL_SOCKET, SO_TYPE, &type, &size) &&
		    type == SOCK_SEQPACKET) {
			server = wait.fd;
			request_new(HOSTFS_STAT, 0, ".");
			if (!message_send(&out, sizeof(out.head), -1) && poll(&wait, 1, 300) == 1 &&
			    recv(server, &reply, sizeof(reply), MSG_TRUNC) == sizeof(reply))
				return;
		}
		close(wait.fd);
	}
	bail("no socket to a hostfs server in process %d", pid);
}

/* ---- attacks ---- */

static void ways_out(int node, int ro_node)
{
	static const char *const paths[] = {
		"..", "../..", "sub/../..", "sub/../../", "/", "/etc", "./..", "link-out",
		"link-out/deep", "sub/../link-out", "//", "link-secret", "file", "sub/./../..",
		"proc/self/root", "sub/..",
	};
	static const char *const names[] = {
		"..", "../x", "sub/..", "/", "/etc/passwd", "a/b", "link-secret", "link-out", "",
		"./..", "sub/../../x",
	};
	unsigned int held = 0, i;
	char path[4096];

	held += root("/") == -ENOENT;
	held += root("") == -ENOENT;
	held += root(outside) == -ENOENT;
	snprintf(path, sizeof(path), "%s/sub", rw);
	held += root(path) == -ENOENT;
	is(held, 4, "only the folders of the start are roots");

	for (held = i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		long found = walk(node, paths[i]);

		/* "sub/.." may be allowed: it is the root itself. */
		held += found < 0 || reply.stat.ino == (walk(node, ""), reply.stat.ino);
	}
	snprintf(path, sizeof(path), "%s", outside);
	held += walk(node, path) < 0;
	is(held, sizeof(paths) / sizeof(paths[0]) + 1, "no path leads out of a folder");

	for (held = i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		held += call(HOSTFS_OPEN, node, names[i], HOST_O_READ, 0) < 0;
		held += call(HOSTFS_OPEN, node, names[i], HOST_O_READ | HOST_O_WRITE, 0) < 0;
		held += call(HOSTFS_HOLD, node, names[i], 0, 0) < 0;
		held += call(HOSTFS_READDIR, node, names[i], 0, 0) < 0;
	}
	is(held, 4 * sizeof(names) / sizeof(names[0]), "no name and no link opens a file outside");
	for (held = i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strncmp(names[i], "link", 4))
			continue;
		held += change(node, names[i], HOST_CHANGE_TIMES, 0) < 0;
		held += call(HOSTFS_STAT, node, names[i], 0, 0) < 0;
		held += call(HOSTFS_REMOVE, node, names[i], 0, 0) < 0;
		held += call_two(HOSTFS_LINK, node, "file", node, names[i]) < 0;
		held += call_two(HOSTFS_RENAME, node, names[i], node, "got") < 0;
		held += call(HOSTFS_MAKE, node, names[i], 0, S_IFDIR | 0700) < 0;
	}
	is(held, 6 * 9, "no name changes anything outside");
	is(change(node, "link-secret", HOST_CHANGE_MODE, 0777), -EOPNOTSUPP,
	   "chmod does not follow a link");
	is(mode_of(outside, "secret") & 07777, 0600, "the file outside has its mode");
	(void)ro_node;
}

static void set_ids(int node)
{
	static const unsigned int modes[] = {
		04755, 02755, 06755, 04000, 02000, 07777, 0xfffff9ff,
	};
	unsigned int held = 0, i, nr = sizeof(modes) / sizeof(modes[0]);
	long held_file, list;
	int fd;

	request_new(HOSTFS_UNNAMED, node, ".");
	out.head.mode = 0600;
	held_file = ask();
	for (i = 0; i < nr; i++) {
		held += change(node, "file", HOST_CHANGE_MODE, modes[i]) == -EPERM;
		held += change(node, "sub", HOST_CHANGE_MODE, modes[i]) == -EPERM ||
			!(modes[i] & 06000);
		if (held_file >= 0)
			held += change(held_file, "", HOST_CHANGE_MODE, modes[i]) == -EPERM;
		else
			held++;
		held += call(HOSTFS_OPEN, node, "made",
			     HOST_O_CREATE | HOST_O_READ | HOST_O_WRITE, modes[i]) == -EPERM;
		held += call(HOSTFS_UNNAMED, node, ".", 0, modes[i]) == -EPERM;
		held += call(HOSTFS_MAKE, node, "made", 0, S_IFREG | (modes[i] & 07777)) == -EPERM;
		held += call(HOSTFS_MAKE, node, "made", 0, S_IFSOCK | (modes[i] & 07777)) == -EPERM;
	}
	is(held, 7 * nr, "no request sets a set-user-ID or set-group-ID bit");
	is(call_two(HOSTFS_LINK, node, "suid", node, "second"), -EPERM,
	   "a set-user-ID file gets no further name");
	request_new(HOSTFS_OPEN, node, "suid");
	out.head.flags = HOST_O_READ | HOST_O_WRITE;
	ok(!ask_fd(&fd) && fd >= 0 && !(mode_of(real, "suid") & 06000),
	   "a descriptor for writing a set-user-ID file comes without the bit");
	if (fd >= 0) {
		ok(fchmod(fd, 0711) == 0, "(the test itself may change the file)");
		close(fd);
	}
	held = call(HOSTFS_MAKE, node, "dev", 0, S_IFCHR | 0666) == -EPERM;
	held += call(HOSTFS_MAKE, node, "dev", 0, S_IFBLK | 0666) == -EPERM;
	held += call(HOSTFS_MAKE, node, "dev", 0, S_IFIFO | 0666) == -EPERM;
	held += call(HOSTFS_MAKE, node, "dev", 0, 0666) == -EPERM;
	is(held, 4, "no device node and no FIFO is made");
	list = call(HOSTFS_LIST, node, "", 0, 0);
	ok(list >= 0 && call(HOSTFS_STAT, list, ".", 0, 0) == -EBADF &&
	   call(HOSTFS_OPEN, list, "file", HOST_O_READ, 0) == -EBADF &&
	   call(HOSTFS_READDIR, node, "", 0, 0) == -EBADF,
	   "a node of one kind is not taken for one of another kind");
}

static void read_only(int node, int ro_node)
{
	unsigned int held = 0;

	held += call(HOSTFS_OPEN, ro_node, "file", HOST_O_READ | HOST_O_WRITE, 0) == -EROFS;
	held += call(HOSTFS_OPEN, ro_node, "new", HOST_O_CREATE | HOST_O_READ, 0600) == -EROFS;
	held += call(HOSTFS_UNNAMED, ro_node, ".", 0, 0600) == -EROFS;
	held += change(ro_node, "file", HOST_CHANGE_MODE, 0777) == -EROFS;
	held += change(ro_node, "file", HOST_CHANGE_TIMES, 0) == -EROFS;
	held += change(ro_node, "file", HOST_CHANGE_OWNER, 0) == -EROFS;
	held += change(ro_node, ".", HOST_CHANGE_MODE, 0777) == -EROFS;
	held += call(HOSTFS_REMOVE, ro_node, "file", 0, 0) == -EROFS;
	held += call(HOSTFS_MAKE, ro_node, "new", 0, S_IFDIR | 0700) == -EROFS;
	held += call_two(HOSTFS_LINK, ro_node, "file", node, "stolen") == -EROFS;
	held += call_two(HOSTFS_LINK, node, "file", ro_node, "put") == -EROFS;
	held += call_two(HOSTFS_RENAME, ro_node, "file", node, "stolen") == -EROFS;
	held += call_two(HOSTFS_RENAME, node, "file", ro_node, "put") == -EROFS;
	request_new(HOSTFS_SYMLINK, ro_node, "new");
	data_set("x");
	held += ask() == -EROFS;
	request_new(HOSTFS_XATTR_SET, ro_node, "file");
	strcpy(out.head.to_name, "user.x");
	held += ask() == -EROFS;
	is(held, 15, "nothing in a folder marked ro can be changed");
}

static void attributes(int node)
{
	static const char *const names[] = { "security.capability", "security.x", "trusted.x",
		"system.posix_acl_access", "", "user", "USER.x" };
	unsigned int held = 0, i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		held += call_two(HOSTFS_XATTR_SET, node, "file", 0, names[i]) == -EOPNOTSUPP;
		held += call_two(HOSTFS_XATTR_REMOVE, node, "file", 0, names[i]) == -EOPNOTSUPP;
		held += call_two(HOSTFS_XATTR_GET, node, "file", 0, names[i]) == -EOPNOTSUPP;
	}
	is(held, 3 * i, "only the attributes user.* are used");
}

static void malformed(int node)
{
	static const int numbers[] = { -1, 1 << 20, 16384, 16383, -2147483647 - 1, 2147483647 };
	int secret = open("/dev/null", O_RDWR), pair[2], fd;
	unsigned int held = 0, i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		held += call(HOSTFS_STAT, numbers[i], ".", 0, 0) == -EBADF;
		held += walk(numbers[i], "") == -EBADF;
		request_new(HOSTFS_STAT, node, ".");
		out.head.nr_closes = 1;
		out.head.closes[0] = numbers[i];
		held += ask() == 0;
	}
	is(held, 3 * i, "invented numbers stand for nothing");
	request_new(HOSTFS_STAT, node, ".");
	out.head.nr_closes = 2;
	out.head.closes[0] = node;
	ok(ask() == 0 && call(HOSTFS_STAT, node, ".", 0, 0) == 0, "a root cannot be closed");

	held = 0;
	for (i = 1; i < sizeof(out.head); i += 97) {
		request_new(HOSTFS_STAT, node, ".");
		message_send(&out, i, -1);
		held += answer_receive(&fd) == -EINVAL;
	}
	is(held, (sizeof(out.head) + 95) / 97, "a request that is too short is refused");
	request_new(HOSTFS_WALK, node, "");
	out.head.data_size = 1 << 30;
	message_send(&out, sizeof(out.head), -1);
	held = answer_receive(&fd) == -EINVAL;
	out.head.data_size = HOSTFS_DATA_SIZE + 1;
	message_send(&out, sizeof(out.head) + HOSTFS_DATA_SIZE + 1, -1);
	held += answer_receive(&fd) == -EINVAL;
	request_new(HOSTFS_READDIR, node, "");
	out.head.size = ~0u;
	held += ask() == -EINVAL;
	request_new(HOSTFS_STAT, node, ".");
	out.head.nr_closes = ~0u;
	held += ask() == -EINVAL;
	request_new(HOSTFS_STAT, node, ".");
	memset(out.head.name, 'x', sizeof(out.head.name));
	held += ask() == -EINVAL;
	request_new(~0u, node, ".");
	held += ask() == -ENOSYS;
	is(held, 6, "sizes and names that do not fit are refused");

	/* Descriptors that come with requests must not fill the server's table. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		bail("no socket pair");
	for (i = 0; i < 3000; i++) {
		request_new(HOSTFS_STAT, node, ".");
		message_send(&out, sizeof(out.head), pair[1]);
		answer_receive(&fd);
	}
	close(pair[1]);
	ok(read(pair[0], answer, 1) == 0, "the server keeps no descriptor that it is given");
	close(secret);
}

static void fuzz(int node, int ro_node)
{
	static const char *const words[] = {
		"", ".", "..", "file", "sub", "suid", "link-out", "link-secret", "a", "b", "c",
		"sub/file", "../outside", "/", "user.x", "security.capability",
	};
	unsigned int seed = 14, i;
	int fd;

	for (i = 0; i < FUZZ_ROUNDS; i++) {
		struct hostfs_request *head = &out.head;
		size_t cut = sizeof(*head);

		request_new(rand_r(&seed) % (HOSTFS_NR_OPS - 1) + (rand_r(&seed) % 100 == 0),
			    rand_r(&seed) % 4 ? (rand_r(&seed) & 1 ? node : ro_node) :
						(int)(rand_r(&seed) % 64),
			    words[rand_r(&seed) % 16]);
		if (head->op == HOSTFS_CLOSE || head->op == HOSTFS_SYNC)
			continue;
		strcpy(head->to_name, words[rand_r(&seed) % 16]);
		head->to_node = rand_r(&seed) & 1 ? node : (int)(rand_r(&seed) % 64);
		head->flags = rand_r(&seed) % 512;
		head->mode = rand_r(&seed);
		head->size = rand_r(&seed) % 2 ? rand_r(&seed) % (HOSTFS_DATA_SIZE + 10) : 0;
		head->nr_closes = rand_r(&seed) % 16 ? 1 : rand_r(&seed) % 20;
		for (int j = 0; j < HOSTFS_CLOSES; j++)
			head->closes[j] = rand_r(&seed) % 64;
		head->change.what = rand_r(&seed) % 16;
		head->change.mode = rand_r(&seed) | 0700;
		head->change.uid = head->change.gid = rand_r(&seed) & 1 ? -1 : rand_r(&seed);
		head->change.ino = rand_r(&seed) % 8 ? 0 : rand_r(&seed);
		if (rand_r(&seed) & 1)
			data_set(words[rand_r(&seed) % 16]);
		if (rand_r(&seed) % 50 == 0)
			cut = 1 + rand_r(&seed) % (sizeof(*head) + 200);
		else
			cut += head->data_size;
		message_send(&out, cut, -1);
		answer_receive(&fd);
		if (fd >= 0)
			close(fd);
	}
	ok(call(HOSTFS_STAT, node, ".", 0, 0) == 0, "the server survives %d random requests",
	   FUZZ_ROUNDS);
}

/* The host side replaces `swap`, a folder with a file, by a link to OUTSIDE and back. */
static void races(int node)
{
	char swap[4096], a[4096], b[4096], inside[64];
	unsigned int outside_seen = 0, found = 0, i;
	struct stat st;
	pid_t swapper;
	int fd;

	snprintf(swap, sizeof(swap), "%s/swap", real);
	snprintf(a, sizeof(a), "%s/swap-a", real);
	snprintf(b, sizeof(b), "%s/swap-b", real);
	stat(outside, &st);
	mkdir(swap, 0700);
	symlink(outside, b);
	swapper = fork();
	if (!swapper) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			rename(swap, a);
			rename(b, swap);
			rename(swap, b);
			rename(a, swap);
		}
	}
	for (i = 0; i < RACE_ROUNDS; i++) {
		long below = walk(node, i & 1 ? "swap" : "swap/.");

		if (below >= 0) {
			found++;
			outside_seen += reply.stat.ino == st.st_ino;
			request_new(HOSTFS_OPEN, below, "secret");
			out.head.flags = HOST_O_READ;
			outside_seen += !ask_fd(&fd);
			if (fd >= 0)
				close(fd);
		}
		outside_seen += call(HOSTFS_OPEN, node, "swap", HOST_O_READ, 0) == 0;
		outside_seen += change(node, "swap", HOST_CHANGE_MODE, 0700) == 0 &&
				(stat(outside, &st), st.st_mode & 0777) != 0711;
		request_new(HOSTFS_STAT, node, ".");
		out.head.nr_closes = 1;
		out.head.closes[0] = below < 0 ? -1 : (int)below;
		ask();
	}
	kill(swapper, SIGKILL);
	waitpid(swapper, NULL, 0);
	snprintf(inside, sizeof(inside), "%u of %u walks found the folder", found, i);
	ok(found > 0, "the folder is found while its name changes (%s)", inside);
	is(outside_seen, 0, "no walk, open or chmod leads to what a link names");
}

int main(int argc, char **argv)
{
	int node, ro_node;
	struct stat st = { 0 };

	if (argc != 6)
		bail("usage: hostfspeer PID RW RO OUTSIDE REAL");
	rw = argv[2];
	ro = argv[3];
	outside = argv[4];
	real = argv[5];
	server_find(atoi(argv[1]));
	node = root(rw);
	ro_node = root(ro);
	if (!ok(node >= 0 && ro_node >= 0, "the server knows the folders of the options"))
		return tap_done();
	stat(real, &st);
	walk(node, "");
	is(reply.stat.ino, st.st_ino, "the folder is the one of the first start");
	ways_out(node, ro_node);
	set_ids(node);
	read_only(node, ro_node);
	attributes(node);
	malformed(node);
	races(node);
	fuzz(node, ro_node);
	return tap_done();
}
