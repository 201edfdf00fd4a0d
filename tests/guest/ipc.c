// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipc.c - test pipes, sockets, epoll, eventfd, inotify, message queues, semaphores
 *
 * t4020-files.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tap.h"

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* Sends a stream of numbered words. Reader and writer use different odd sizes. */
static void send_stream(int fd, long nr_words)
{
	static long block[1021];
	long next = 0;

	while (next < nr_words) {
		long count = next % 1000 + 1;
		char *at = (void *)block;
		size_t left;

		if (count > nr_words - next)
			count = nr_words - next;
		for (long i = 0; i < count; i++)
			block[i] = next + i;
		for (left = count * 8; left; ) {
			ssize_t size = write(fd, at, left);

			if (size <= 0)
				_exit(3);
			at += size;
			left -= size;
		}
		next += count;
	}
}

static long receive_stream(int fd)
{
	static char buffer[30011];
	long next = 0, bad = 0;
	size_t used = 0;
	ssize_t size;

	while ((size = read(fd, buffer + used, sizeof(buffer) - used)) > 0) {
		size_t at = 0;

		used += size;
		for (; at + 8 <= used; at += 8) {
			long word;

			memcpy(&word, buffer + at, 8);
			bad += word != next++;
		}
		memmove(buffer, buffer + at, used - at);
		used -= at;
	}
	return bad || used ? -1 : next;
}

static void pipes(void)
{
	int pipe_fd[2];
	char byte;
	pid_t pid;

	pipe(pipe_fd);
	pid = fork();
	if (pid == 0) {
		close(pipe_fd[0]);
		send_stream(pipe_fd[1], 1000000);
		_exit(0);
	}
	close(pipe_fd[1]);
	is(receive_stream(pipe_fd[0]), 1000000, "eight megabytes pass through a pipe unchanged");
	is(status_of(pid), 0, "the writer of a pipe exits normally");
	is(read(pipe_fd[0], &byte, 1), 0, "a pipe without a writer is at its end");
	close(pipe_fd[0]);
	pipe2(pipe_fd, O_NONBLOCK);
	ok(read(pipe_fd[0], &byte, 1) == -1 && errno == EAGAIN,
	   "a read from an empty pipe gives EAGAIN");
	long filled = 0;

	while (write(pipe_fd[1], "x", 1) == 1)
		filled++;
	is(filled, 65536, "a pipe holds 64 KiB");
	close(pipe_fd[0]), close(pipe_fd[1]);

	int there[2], back_fd[2], bad = 0;

	pipe(there), pipe(back_fd);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 3000; i++) {
			read(there[0], &byte, 1);
			byte++;
			write(back_fd[1], &byte, 1);
		}
		_exit(0);
	}
	for (int i = 0; i < 3000; i++) {
		char sent = i, got;

		write(there[1], &sent, 1);
		read(back_fd[0], &got, 1);
		bad += got != (char)(i + 1);
	}
	is(bad + status_of(pid), 0, "two processes make 3000 round trips over two pipes");
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	if (fd >= 0) {
		pwrite(there[1] >= 0 ? fd : fd, "spliced", 7, 0);
		loff_t offset = 0;
		char got[8] = { 0 };

		ok(splice(fd, &offset, there[1], NULL, 7, 0) == 7 && read(there[0], got, 7) == 7 &&
		   !strcmp(got, "spliced"),
		   "splice moves bytes from a file to a pipe");
		close(fd);
	}
	close(there[0]), close(there[1]), close(back_fd[0]), close(back_fd[1]);
}

static void unix_sockets(void)
{
	int pair[2], fd = -1;
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 'b';
	struct iovec vector = { &byte, 1 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct ucred peer;
	socklen_t size = sizeof(peer);
	pid_t pid;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		send_stream(pair[1], 300000);
		_exit(0);
	}
	close(pair[1]);
	is(receive_stream(pair[0]), 300000, "a unix socket carries a stream");
	status_of(pid);
	close(pair[0]);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	fd = memfd_create("passed", 0);
	write(fd, "hello", 5);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	sendmsg(pair[0], &message, 0);
	close(fd);
	recvmsg(pair[1], &message, 0);
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	char text[6] = { 0 };

	ok(pread(fd, text, 5, 0) == 5 && !strcmp(text, "hello"),
	   "a unix socket carries an open file");
	is(getsockopt(pair[0], SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid == getpid(),
	   1, "SO_PEERCRED names the peer");
	close(fd), close(pair[0]), close(pair[1]);
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (in_guest() && fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0) {
		request.ifr_flags |= IFF_UP;
		ioctl(fd, SIOCSIFFLAGS, &request);
	}
	close(fd);
}

static void internet_sockets(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	pid_t pid;

	loopback_up();
	if (listener < 0 || bind(listener, (void *)&address, sizeof(address)) < 0 ||
	    listen(listener, 5) < 0)
		return skip("TCP carries eight megabytes over the loopback", strerror(errno));
	getsockname(listener, (void *)&address, &size);
	pid = fork();
	if (pid == 0) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fd, (void *)&address, sizeof(address)) < 0)
			_exit(2);
		send_stream(fd, 1000000);
		_exit(0);
	}
	fd = accept(listener, NULL, NULL);
	is(receive_stream(fd), 1000000, "TCP carries eight megabytes over the loopback");
	is(status_of(pid), 0, "the sender of a TCP stream exits normally");
	close(fd), close(listener);
	listener = socket(AF_INET, SOCK_DGRAM, 0);
	address.sin_port = 0;
	bind(listener, (void *)&address, sizeof(address));
	getsockname(listener, (void *)&address, &size);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	char big[60000], got[60001];

	memset(big, 0x3c, sizeof(big));
	sendto(fd, big, sizeof(big), 0, (void *)&address, sizeof(address));
	ok(recv(listener, got, sizeof(got), 0) == 60000 && !memcmp(big, got, 60000),
	   "a datagram of 60000 bytes arrives whole");
	close(fd), close(listener);
	listener = socket(AF_INET6, SOCK_STREAM, 0);
	ok(listener >= 0, "IPv6 sockets exist");
	close(listener);
}

static void waiting_for_many(void)
{
	int poll_fd = epoll_create1(0), event_fd = eventfd(0, EFD_NONBLOCK), pipe_fd[2], ready;
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 1 }, got[4];
	unsigned long value = 0;
	fd_set set;
	struct timeval soon = { 0, 20000 };
	pid_t pid;

	pipe(pipe_fd);
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, event_fd, &event);
	event.data.u64 = 2;
	event.events = EPOLLIN | EPOLLET;
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, pipe_fd[0], &event);
	is(epoll_wait(poll_fd, got, 4, 0), 0, "epoll finds nothing ready");
	pid = fork();
	if (pid == 0) {
		usleep(30000);
		value = 5;
		write(event_fd, &value, 8);
		value = 6;
		write(event_fd, &value, 8);
		_exit(0);
	}
	ready = epoll_wait(poll_fd, got, 4, 5000);
	ok(ready == 1 && got[0].data.u64 == 1,
	   "epoll wakes for an eventfd that another process writes");
	status_of(pid);
	read(event_fd, &value, 8);
	is(value, 11, "an eventfd adds the values written to it");
	write(pipe_fd[1], "x", 1);
	ok(epoll_wait(poll_fd, got, 4, 1000) == 1 && got[0].data.u64 == 2,
	   "an edge-triggered epoll reports an edge");
	is(epoll_wait(poll_fd, got, 4, 20), 0, "an edge-triggered epoll reports an edge only once");
	FD_ZERO(&set);
	FD_SET(pipe_fd[0], &set);
	is(select(pipe_fd[0] + 1, &set, NULL, NULL, &soon), 1, "select sees the byte");
	struct pollfd one = { .fd = pipe_fd[1], .events = POLLOUT };

	close(pipe_fd[0]);
	ok(poll(&one, 1, 100) == 1 && (one.revents & POLLERR),
	   "poll reports POLLERR when the reader has closed a pipe");
	close(pipe_fd[1]), close(event_fd), close(poll_fd);
}

static void watching_files(void)
{
	char folder[64], path[128], buffer[4096];
	int fd = inotify_init1(IN_NONBLOCK);
	struct inotify_event *event = (void *)buffer;

	snprintf(folder, sizeof(folder), "/tmp/ipc.%d", getpid());
	snprintf(path, sizeof(path), "%s/made", folder);
	mkdir(folder, 0700);
	if (fd < 0)
		return skip("inotify reports a new file", strerror(errno));
	inotify_add_watch(fd, folder, IN_CREATE | IN_DELETE);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	ok(read(fd, buffer, sizeof(buffer)) > 0 && event->mask == IN_CREATE &&
	   !strcmp(event->name, "made"), "inotify tells of a new file");
	unlink(path);
	ok(read(fd, buffer, sizeof(buffer)) > 0 && event->mask == IN_DELETE,
	   "inotify reports the removal of a file");
	close(fd);
	rmdir(folder);
}

static void queues_and_semaphores(void)
{
	struct { long type; char text[16]; } message = { 7, "queued" }, got = { 0 };
	int id = msgget(IPC_PRIVATE, 0600 | IPC_CREAT), set = semget(IPC_PRIVATE, 1,
								     0600 | IPC_CREAT), bad = 0;
	struct sembuf down = { 0, -1, SEM_UNDO }, up = { 0, 1, 0 };
	pid_t pid;

	if (id >= 0) {
		msgsnd(id, &message, sizeof(message.text), 0);
		ok(msgrcv(id, &got, sizeof(got.text), 7, 0) == sizeof(got.text) &&
		   !strcmp(got.text, "queued"), "a System V message arrives");
		msgctl(id, IPC_RMID, NULL);
	} else {
		skip("a System V message arrives", strerror(errno));
	}
	if (set >= 0) {
		semop(set, &up, 1);
		pid = fork();
		if (pid == 0)
			_exit(semop(set, &down, 1) != 0);
		bad = status_of(pid);
		is(bad == 0 && semctl(set, 0, GETVAL) == 1, 1,
		   "SEM_UNDO releases what a dead process held");
		semctl(set, 0, IPC_RMID);
	}
	struct mq_attr attribute = { .mq_maxmsg = 4, .mq_msgsize = 32 };
	mqd_t queue = mq_open("/ipc-test", O_CREAT | O_RDWR, 0600, &attribute);

	if (queue < 0) {
		skip("a POSIX message queue sorts by priority", strerror(errno));
	} else {
		char text[32];
		unsigned int priority;

		mq_send(queue, "low", 4, 1);
		mq_send(queue, "high", 5, 9);
		ok(mq_receive(queue, text, sizeof(text), &priority) == 5 && priority == 9,
		   "a POSIX message queue sorts by priority");
		mq_close(queue);
		mq_unlink("/ipc-test");
	}
	sem_t *semaphore = mmap(NULL, sizeof(*semaphore), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	sem_init(semaphore, 1, 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 1000; i++)
			sem_post(semaphore);
		_exit(0);
	}
	for (int i = 0; i < 1000; i++)
		sem_wait(semaphore);
	is(status_of(pid), 0, "a POSIX semaphore works between processes");
}

static void terminals(void)
{
	char byte[8] = { 0 };
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave, size = 0;

	if (master < 0 || grantpt(master) || unlockpt(master))
		return skip("a pseudo terminal echoes a typed line", strerror(errno));
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (!ok(slave >= 0, "a pseudo terminal opens"))
		return;
	write(master, "ab\n", 3);
	is(read(slave, byte, sizeof(byte)), 3, "a program reads a typed line");
	for (int more = 1; size < 4 && more > 0; size += more)
		more = read(master, byte + size, sizeof(byte) - size);
	ok(size == 4 && !memcmp(byte, "ab\r\n", 4), "a pseudo terminal echoes a typed line");
	close(slave), close(master);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	pipes();
	unix_sockets();
	internet_sockets();
	waiting_for_many();
	watching_files();
	queues_and_semaphores();
	terminals();
	return tap_done();
}
