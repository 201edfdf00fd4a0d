// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench-net.c - measure the request/response rate and datagrams per second between two machines
 *
 *   bench-net serve                   serve the other two commands
 *   bench-net rr ADDRESS SECONDS      exchanges of one byte over TCP per second
 *   bench-net udp ADDRESS SECONDS     datagrams of 64 bytes that arrive per second
 *
 * Prints lines "@net NAME FIGURE". The program is static, so bench-net.sh can run the same binary
 * in the guests of every system that it compares.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "bench-tool.h"

enum { RR_PORT = 7001, UDP_PORT = 7002, COUNT_PORT = 7003, SIZE = 64, BATCH = 32 };

static int socket_open(int type, int port, const char *address)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int one = 1, fd = socket(AF_INET, type, 0);

	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (address) {
		inet_aton(address, &at.sin_addr);
		if (connect(fd, (struct sockaddr *)&at, sizeof(at)))
			fail("connect");
	} else if (bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		fail("bind");
	}
	if (type == SOCK_STREAM)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* Echoes the bytes of each connection to RR_PORT. */
static _Noreturn void serve_rr(void)
{
	int one = 1, listener = socket_open(SOCK_STREAM, RR_PORT, NULL);
	char byte;

	if (listen(listener, 4))
		fail("listen");
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
			;
		close(fd);
	}
}

/* Counts datagrams, and answers each datagram to COUNT_PORT with the count. */
static _Noreturn void serve_udp(void)
{
	int fd = socket_open(SOCK_DGRAM, UDP_PORT, NULL), size = 4 << 20;
	int count_fd = socket_open(SOCK_DGRAM, COUNT_PORT, NULL);
	static char data[BATCH][2048];
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec iov[BATCH];
	struct timeval second = { .tv_usec = 100000 };
	uint64_t count = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec) { data[i], sizeof(data[i]) };
		messages[i].msg_hdr = (struct msghdr) { .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	for (;;) {
		struct sockaddr_in peer;
		socklen_t length = sizeof(peer);
		int got = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);

		if (got > 0) {
			count += got;
			continue;
		}
		if (recvfrom(count_fd, data[0], 1, MSG_DONTWAIT, (struct sockaddr *)&peer,
			     &length) == 1) {
			sendto(count_fd, &count, sizeof(count), 0, (struct sockaddr *)&peer,
			       length);
			count = 0;
		}
	}
}

static uint64_t count_ask(const char *address)
{
	int fd = socket_open(SOCK_DGRAM, COUNT_PORT, address);
	struct timeval wait = { .tv_sec = 1 };
	uint64_t count;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (int i = 0; i < 10; i++)
		if (write(fd, "", 1) == 1 && read(fd, &count, sizeof(count)) == sizeof(count))
			return close(fd), count;
	fail("no answer");
}

static void run_rr(const char *address, double seconds)
{
	int fd = socket_open(SOCK_STREAM, RR_PORT, address);
	double start = now(), end = start + seconds;
	uint64_t nr = 0;
	char byte = 0;

	for (; now() < end; nr++)
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			fail("exchange");
	printf("@net tcp_rr %.0f\n", nr / (now() - start));
}

static void run_udp(const char *address, double seconds)
{
	int fd = socket_open(SOCK_DGRAM, UDP_PORT, address);
	char data[SIZE] = { 0 };
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec iov = { data, sizeof(data) };
	double start, took;

	for (int i = 0; i < BATCH; i++)
		messages[i].msg_hdr = (struct msghdr) { .msg_iov = &iov, .msg_iovlen = 1 };
	count_ask(address);
	for (start = now(); (took = now() - start) < seconds; )
		sendmmsg(fd, messages, BATCH, 0);
	usleep(500000);
	printf("@net udp_64 %.0f\n", count_ask(address) / took);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 2 && !strcmp(argv[1], "serve")) {
		if (!fork())
			serve_rr();
		serve_udp();
	}
	if (argc == 4 && !strcmp(argv[1], "rr"))
		run_rr(argv[2], atof(argv[3]));
	else if (argc == 4 && !strcmp(argv[1], "udp"))
		run_udp(argv[2], atof(argv[3]));
	else
		return fputs("usage: bench-net serve | rr ADDRESS SECONDS | udp ADDRESS SECONDS\n",
			     stderr), 2;
	return 0;
}
