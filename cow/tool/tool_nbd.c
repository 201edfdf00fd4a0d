// SPDX-License-Identifier: GPL-2.0-only
/*
 * tool_nbd.c - umlab-disk nbd: serve a disk to NBD clients on a Unix socket
 *
 * Implements the fixed newstyle handshake and simple replies of the NBD protocol (the document
 * proto.md of the NBD project). There is one export, which answers to every name. Each client is
 * served by its own thread, one request after another. Several connections may share the disk;
 * a flush on one of them covers the writes of all.
 *
 * Called by the option parser through the table in umlab_disk.c, on the main thread.
 */
#include "tool_nbd.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common_options.h"
#include "disk_io.h"
#include "report.h"

enum {
	OPT_EXPORT_NAME = 1, OPT_ABORT = 2, OPT_LIST = 3, OPT_INFO = 6, OPT_GO = 7,
	REP_ACK = 1, REP_SERVER = 2, REP_INFO = 3,
	INFO_EXPORT = 0, INFO_BLOCK_SIZE = 3,
	FLAG_FIXED = 1, FLAG_NO_ZEROES = 2,
	HAS_FLAGS = 1, READ_ONLY = 2, SEND_FLUSH = 4, SEND_FUA = 8, SEND_TRIM = 32,
	SEND_ZEROES = 64, MULTI_CONN = 256,
	CMD_READ = 0, CMD_WRITE = 1, CMD_DISC = 2, CMD_FLUSH = 3, CMD_TRIM = 4, CMD_ZEROES = 6,
	CMD_FUA = 1,
	OPTION_MAX = 8192, REQUEST_MAX = 32 << 20,
};

#define MAGIC_INIT	0x4e42444d41474943ULL
#define MAGIC_OPTION	0x49484156454f5054ULL
#define MAGIC_REPLY	0x0003e889045565a9ULL
#define MAGIC_REQUEST	0x25609513U
#define MAGIC_ANSWER	0x67446698U
#define REP_UNSUPPORTED	0x80000001U
#define REP_INVALID	0x80000003U

static struct cow_chain *disk;
static bool read_only;

static bool receive(int fd, void *data, size_t size)
{
	while (size) {
		ssize_t got = recv(fd, data, size, MSG_WAITALL);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		data = (char *)data + got;
		size -= got;
	}
	return true;
}

static bool transmit(int fd, const void *data, size_t size)
{
	while (size) {
		ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		data = (const char *)data + sent;
		size -= sent;
	}
	return true;
}

static uint16_t export_flags(void)
{
	return HAS_FLAGS | SEND_FLUSH | SEND_FUA | MULTI_CONN |
	       (read_only ? READ_ONLY : SEND_TRIM | SEND_ZEROES);
}

static uint64_t export_size(void)
{
	return disk->size / 512 * 512;
}

static bool reply(int fd, uint32_t option, uint32_t type, const void *data, uint32_t size)
{
	struct { uint64_t magic; uint32_t option, type, size; } __attribute__((packed)) head = {
		htobe64(MAGIC_REPLY), htobe32(option), htobe32(type), htobe32(size),
	};

	return transmit(fd, &head, sizeof(head)) && transmit(fd, data, size);
}

static bool reply_info(int fd, uint32_t option)
{
	struct { uint16_t type; uint64_t size; uint16_t flags; } __attribute__((packed)) export = {
		htobe16(INFO_EXPORT), htobe64(export_size()), htobe16(export_flags()),
	};
	struct { uint16_t type; uint32_t least, preferred, most; } __attribute__((packed)) block = {
		htobe16(INFO_BLOCK_SIZE), htobe32(512), htobe32(4096), htobe32(REQUEST_MAX),
	};

	return reply(fd, option, REP_INFO, &export, sizeof(export)) &&
	       reply(fd, option, REP_INFO, &block, sizeof(block)) &&
	       reply(fd, option, REP_ACK, NULL, 0);
}

/* Answer NBD_OPT_EXPORT_NAME, with which old clients end the handshake. */
static bool export_name(int fd, bool no_zeroes)
{
	struct {
		uint64_t size;
		uint16_t flags;
		char zeroes[124];
	} __attribute__((packed)) export = {
		.size = htobe64(export_size()),
		.flags = htobe16(export_flags()),
	};

	return transmit(fd, &export, no_zeroes ? 10 : sizeof(export));
}

/* Returns true if the client goes on to send requests. */
static bool handshake(int fd)
{
	struct { uint64_t init, option; uint16_t flags; } __attribute__((packed)) hello = {
		htobe64(MAGIC_INIT), htobe64(MAGIC_OPTION), htobe16(FLAG_FIXED | FLAG_NO_ZEROES),
	};
	struct { uint64_t magic; uint32_t option, size; } __attribute__((packed)) head;
	uint32_t client_flags, option, size;
	char data[OPTION_MAX];

	if (!transmit(fd, &hello, sizeof(hello)) || !receive(fd, &client_flags, 4))
		return false;
	client_flags = be32toh(client_flags);
	for (;;) {
		if (!receive(fd, &head, sizeof(head)) || be64toh(head.magic) != MAGIC_OPTION)
			return false;
		option = be32toh(head.option);
		size = be32toh(head.size);
		if (size > sizeof(data) || !receive(fd, data, size))
			return false;
		switch (option) {
		case OPT_EXPORT_NAME:
			return export_name(fd, client_flags & FLAG_NO_ZEROES);
		case OPT_ABORT:
			reply(fd, option, REP_ACK, NULL, 0);
			return false;
		case OPT_LIST:
			if (!reply(fd, option, REP_SERVER, "\0\0\0\0", 4) ||
			    !reply(fd, option, REP_ACK, NULL, 0))
				return false;
			break;
		case OPT_INFO:
		case OPT_GO:
			if (size < 6) {
				if (!reply(fd, option, REP_INVALID, NULL, 0))
					return false;
				break;
			}
			if (!reply_info(fd, option))
				return false;
			if (option == OPT_GO)
				return true;
			break;
		default:
			if (!reply(fd, option, REP_UNSUPPORTED, NULL, 0))
				return false;
		}
	}
}

/* Returns the protocol's number for the error @ret. The protocol defines only a few. */
static uint32_t nbd_error(int ret)
{
	switch (-ret) {
	case 0:
		return 0;
	case EPERM:
	case EROFS:
		return 1;
	case ENOMEM:
		return 12;
	case EINVAL:
		return 22;
	case ENOSPC:
	case EDQUOT:
		return 28;
	case EOPNOTSUPP:
		return 95;
	default:
		return 5;
	}
}

static int execute(uint16_t type, void *data, uint64_t offset, uint32_t size)
{
	if (offset > export_size() || size > export_size() - offset)
		return type == CMD_WRITE || type == CMD_ZEROES ? -ENOSPC : -EINVAL;
	switch (type) {
	case CMD_READ:
		return disk_read(disk, data, offset, size);
	case CMD_WRITE:
		return disk_write(disk, data, offset, size);
	case CMD_FLUSH:
		return cow_chain_flush(disk);
	case CMD_TRIM: {
		int ret = cow_chain_discard(disk, offset, size);

		return ret == -EOPNOTSUPP ? 0 : ret;	/* a trim is only advice */
	}
	case CMD_ZEROES:
		return cow_chain_zero(disk, offset, size);
	default:
		return -EINVAL;
	}
}

static void serve(int fd)
{
	struct {
		uint32_t magic;
		uint16_t flags, type;
		uint64_t handle, offset;
		uint32_t size;
	} __attribute__((packed)) request;
	struct { uint32_t magic, error; uint64_t handle; } __attribute__((packed)) answer = {
		.magic = htobe32(MAGIC_ANSWER),
	};
	uint8_t *data = malloc(REQUEST_MAX);

	while (data && receive(fd, &request, sizeof(request)) &&
	       be32toh(request.magic) == MAGIC_REQUEST) {
		uint16_t type = be16toh(request.type), flags = be16toh(request.flags);
		uint32_t size = be32toh(request.size);
		int ret;

		if (type == CMD_DISC)
			break;
		if ((type == CMD_READ || type == CMD_WRITE) && size > REQUEST_MAX)
			break;
		if (type == CMD_WRITE && !receive(fd, data, size))
			break;
		ret = execute(type, data, be64toh(request.offset), size);
		if (!ret && flags & CMD_FUA && type != CMD_READ)
			ret = cow_chain_flush(disk);
		answer.error = htobe32(nbd_error(ret));
		answer.handle = request.handle;
		if (!transmit(fd, &answer, sizeof(answer)))
			break;
		if (type == CMD_READ && !ret && !transmit(fd, data, size))
			break;
	}
	free(data);
}

/* ---- clients ------------------------------------------------------------------ */

enum { MAX_CLIENTS = 64 };

static int clients[MAX_CLIENTS];	/* descriptor + 1; 0: free */
static pthread_mutex_t clients_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t client_gone = PTHREAD_COND_INITIALIZER;

static void *client(void *arg)
{
	int *slot = arg;

	if (handshake(*slot - 1))
		serve(*slot - 1);
	pthread_mutex_lock(&clients_lock);
	close(*slot - 1);
	*slot = 0;
	pthread_cond_signal(&client_gone);
	pthread_mutex_unlock(&clients_lock);
	return NULL;
}

static void client_start(int peer)
{
	pthread_t thread;
	int *slot = clients;

	pthread_mutex_lock(&clients_lock);
	while (slot < clients + MAX_CLIENTS && *slot)
		slot++;
	if (slot == clients + MAX_CLIENTS) {
		close(peer);
	} else {
		*slot = peer + 1;
		if (pthread_create(&thread, NULL, client, slot)) {
			close(peer);
			*slot = 0;
		} else {
			pthread_detach(thread);
		}
	}
	pthread_mutex_unlock(&clients_lock);
}

/* End all connections when the requests in progress are complete. */
static void clients_end(void)
{
	pthread_mutex_lock(&clients_lock);
	for (int i = 0; i < MAX_CLIENTS; i++) {
		if (clients[i])
			shutdown(clients[i] - 1, SHUT_RD);
		while (clients[i])
			pthread_cond_wait(&client_gone, &clients_lock);
	}
	pthread_mutex_unlock(&clients_lock);
}

/* Returns a socket that listens at @path, or -1 after printing an error message. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	/* The mode becomes that of the new file, whatever the umask: only this user may connect. */
	if (fd >= 0 && !fchmod(fd, 0600) &&
	    !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, 16))
		return fd;
	report_error("%s: %s", path, errno == EADDRINUSE ? "exists already" : cow_reason(-errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void accept_clients(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int peer;

	while (!report_interrupted()) {
		/* The timeout is for a signal that arrives between the check and poll(). */
		if (poll(&ready, 1, 200) != 1)
			continue;
		peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
		if (peer >= 0)
			client_start(peer);
	}
}

static enum status nbd_run(const struct verb_args *args)
{
	const char *path = args->words.at[0], *socket_path = verb_value(args, "socket");
	const size_t longest = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	int fd;

	if (!socket_path || strlen(socket_path) > longest)
		return verb_usage(args, "--socket PATH is required, at most %zu bytes long",
				  longest);
	read_only = verb_flag(args, "read-only");
	disk = disk_open(path, (read_only ? 0 : COW_LAYER_WRITE) | disk_flags(args),
			 verb_value(args, "base"));
	if (!disk)
		return STATUS_FAILED;
	fd = listen_at(socket_path);
	if (fd < 0) {
		cow_chain_close(disk);
		return STATUS_FAILED;
	}
	fprintf(stderr, "umlab-disk: serving %s at nbd+unix:///?socket=%s until Ctrl-C\n", path,
		socket_path);
	accept_clients(fd);
	unlink(socket_path);
	clients_end();
	return disk_close(disk);
}

static const struct verb_option nbd_options[] = {
	{ .letter = 'S', .name = "socket", .value = "PATH", .kind = "file",
	  .help = "Listen at the Unix socket PATH (required)" },
	{ .letter = 'O', .name = "read-only", .help = "Serve the disk without writing to it" },
	OPTION_BASE,
	OPTION_RAW,
	{ 0 }
};

const struct verb nbd_verb = {
	.name = "nbd",
	.group = GROUP_TRANSFER,
	.usage = "--socket PATH [OPTION]... FILE",
	.summary = "Serve a disk to NBD clients",
	.help = "Works with qemu, nbdcopy, qemu-io, fio, nbdfuse and others, until Ctrl-C. Up "
		"to 64 clients may be connected at once.",
	.options = nbd_options,
	.words = "file",
	.min_words = 1,
	.max_words = 1,
	.run = nbd_run,
};
