// SPDX-License-Identifier: GPL-2.0-only
/*
 * serve.c - serve the sockets in the switch's folder, and connect peers to ports
 *
 *   FOLDER/umlab   SOCK_SEQPACKET, our own protocol (um/wire.h): a hello, a welcome, then
 *                  frames on the same connection
 *   FOLDER/ctl     SOCK_STREAM, version 3 of the classic protocol of uml_switch and
 *                  vde_switch: a request names the datagram socket of the peer and the answer
 *                  names ours. Frames travel between these two. The connection on ctl stays
 *                  open; when it ends, the peer has gone.
 *   FOLDER/mgmt    commands (mgmt.c, switch_commands.c)
 *
 * A peer that has connected is a struct newcomer until it has sent its hello or request, for
 * at most HELLO_TIME. Then its descriptor goes to a port. run_switch.c starts and stops the
 * server; everything else runs in the switch's event loop.
 *
 * A request of the classic protocol:
 *   offset 0   0xfeedface, 4 bytes
 *   offset 4   version 3, 4 bytes
 *   offset 8   type, 4 bytes: the wanted port number in the bits from 8 on, 0 for any; the
 *              bits below are ignored
 *   offset 12  struct sockaddr_un of the peer, 110 bytes; a description may follow
 */
#include "switch/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "common/loop.h"
#include "common/mgmt.h"
#include "common/socket.h"
#include "switch/port.h"
#include "switch/switch_commands.h"
#include "switch/vlan.h"

#define CLASSIC_MAGIC 0xfeedfaceU
#define HELLO_TIME (5 * SECOND_NS)

enum {
	CLASSIC_VERSION = 3,
	CLASSIC_REQUEST_MIN = 12 + sizeof(struct sockaddr_un),
	NEWCOMERS_MAX = 64,
};

static const struct port_kind own_kind = { .name = "umlab", .has_heads = true };
static const struct port_kind classic_kind = { .name = "classic" };

/* A peer that has connected and has not said what it wants yet. */
struct newcomer {
	struct loop_source source;
	struct loop_timer timer;
	bool classic;
};

static char folder_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
static struct loop_source own_listener = { .fd = -1 }, classic_listener = { .fd = -1 };
static int nr_newcomers;
static unsigned int socket_mode;

/* Frees the newcomer and returns its descriptor, which stays open. */
static int newcomer_take(struct newcomer *newcomer)
{
	int fd = newcomer->source.fd;

	loop_timer_set(&newcomer->timer, 0);
	loop_remove(&newcomer->source);
	free(newcomer);
	nr_newcomers--;
	return fd;
}

static void newcomer_refuse(struct newcomer *newcomer)
{
	close(newcomer_take(newcomer));
}

static void newcomer_late(struct loop_timer *timer)
{
	newcomer_refuse(container_of(timer, struct newcomer, timer));
}

/* ---- our own protocol ----------------------------------------------------- */

static int hello_port(const struct wire_hello *hello, struct port **found, const char **why)
{
	struct port *port = hello->port ? port_get(hello->port) : port_find_free(hello->name);

	*why = "";
	if (!port) {
		*why = hello->port ? "no such port" : "all ports are taken";
		return EINVAL;
	}
	/* A machine that restarts may connect before the end of its old connection is noticed. */
	if (port->kind && *hello->name && !strcmp(port->name, hello->name))
		port_disconnect(port);
	if (port->kind) {
		*why = "this port is taken";
		return EBUSY;
	}
	if (hello->vlan > VLAN_MAX) {
		*why = "VLANs are 1 to 4094";
		return EINVAL;
	}
	*found = port;
	return 0;
}

static void own_hello(struct newcomer *newcomer, const struct wire_hello *hello)
{
	struct wire_welcome welcome = {
		.head.kind = WIRE_WELCOME, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD | WIRE_BUNDLES,
	};
	struct port *port = NULL;
	const char *why = "";
	int fd = newcomer->source.fd;
	uint32_t up;

	if (hello->version != WIRE_VERSION) {
		why = "another version of the protocol";
		welcome.error = EPROTO;
	} else {
		welcome.error = hello_port(hello, &port, &why);
	}
	snprintf(welcome.text, sizeof(welcome.text), "%s", why);
	if (!welcome.error)
		welcome.port = port->number;
	if (send(fd, &welcome, sizeof(welcome), MSG_NOSIGNAL) < 0 || welcome.error) {
		newcomer_refuse(newcomer);
		return;
	}
	newcomer_take(newcomer);
	if (hello->vlan) {
		port->access = true;
		port->vlan = hello->vlan;
	}
	memcpy(port->name, hello->name, sizeof(port->name));
	if (port_connect(port, &own_kind, fd, -1, NULL, hello->features)) {
		close(fd);
		return;
	}
	up = port->up;
	port_notify(port, WIRE_LINK, &up, sizeof(up));
}

static void own_ready(struct newcomer *newcomer)
{
	struct wire_hello hello;
	ssize_t size = recv(newcomer->source.fd, &hello, sizeof(hello), MSG_DONTWAIT);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size != sizeof(hello) || hello.head.kind != WIRE_HELLO || hello.magic != WIRE_MAGIC) {
		newcomer_refuse(newcomer);
		return;
	}
	hello.name[sizeof(hello.name) - 1] = '\0';
	/*
	 * Names are printed on terminals and used as words of commands: replace other characters.
	 */
	for (char *c = hello.name; *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '_';
	own_hello(newcomer, &hello);
}

/* ---- the classic protocol ------------------------------------------------- */

/* Makes our datagram socket for one peer; *@address gets its name. Returns the socket or -errno. */
static int classic_socket(uint16_t number, struct sockaddr_un *address)
{
	static unsigned int serial;
	int fd;

	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (snprintf(address->sun_path, sizeof(address->sun_path), "%.80s/port%u.%u", folder_path,
		     number, ++serial) >= (int)sizeof(address->sun_path))
		return -ENAMETOOLONG;
	unlink(address->sun_path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, socket_mode) || bind(fd, (struct sockaddr *)address, sizeof(*address))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

static struct port *classic_port(uint32_t type)
{
	struct port *port;

	if (type >> 8 == 0)
		return port_find_free("");
	port = type >> 8 <= PORTS_MAX ? port_get(type >> 8) : NULL;
	return port && !port->kind ? port : NULL;
}

static void classic_request(struct newcomer *newcomer, const uint8_t *request)
{
	struct sockaddr_un peer, ours;
	struct port *port;
	uint32_t type;
	int fd, control_fd;

	memcpy(&type, request + 8, 4);
	memcpy(&peer, request + 12, sizeof(peer));
	port = peer.sun_family == AF_UNIX ? classic_port(type) : NULL;
	fd = port ? classic_socket(port->number, &ours) : -1;
	if (fd < 0) {
		newcomer_refuse(newcomer);
		return;
	}
	/* The whole address counts: a name that begins with a zero byte is abstract. */
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) ||
	    send(newcomer->source.fd, &ours, sizeof(ours), MSG_NOSIGNAL) < 0) {
		close(fd);
		unlink(ours.sun_path);
		newcomer_refuse(newcomer);
		return;
	}
	control_fd = newcomer_take(newcomer);
	*port->name = '\0';
	if (port_connect(port, &classic_kind, fd, control_fd, strdup(ours.sun_path), 0)) {
		close(fd);
		close(control_fd);
		unlink(ours.sun_path);
	}
}

static void classic_ready(struct newcomer *newcomer)
{
	uint8_t request[512];
	uint32_t magic, version;
	ssize_t size = recv(newcomer->source.fd, request, sizeof(request),
			    MSG_PEEK | MSG_DONTWAIT);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size >= 8) {
		memcpy(&magic, request, 4);
		memcpy(&version, request + 4, 4);
		if (magic != CLASSIC_MAGIC || version != CLASSIC_VERSION)
			size = 0;
	}
	if (size <= 0) {
		newcomer_refuse(newcomer);
	} else if (size >= CLASSIC_REQUEST_MIN) {
		/* The peer sends the request with one write, so it has arrived completely. */
		size = recv(newcomer->source.fd, request, size, 0);
		classic_request(newcomer, request);
	}
}

/* ---- both ----------------------------------------------------------------- */

static void newcomer_ready(struct loop_source *source, uint32_t events)
{
	struct newcomer *newcomer = container_of(source, struct newcomer, source);

	if (newcomer->classic)
		classic_ready(newcomer);
	else
		own_ready(newcomer);
}

static void newcomer_accept(struct loop_source *source, uint32_t events)
{
	int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct newcomer *newcomer;

	if (fd < 0)
		return;
	newcomer = nr_newcomers < NEWCOMERS_MAX ? calloc(1, sizeof(*newcomer)) : NULL;
	if (!newcomer) {
		close(fd);
		return;
	}
	nr_newcomers++;
	newcomer->source = (struct loop_source) { .fd = fd, .ready = newcomer_ready };
	newcomer->timer.fire = newcomer_late;
	newcomer->classic = source == &classic_listener;
	loop_timer_set(&newcomer->timer, loop_now() + HELLO_TIME);
	if (loop_add(&newcomer->source, EPOLLIN))
		newcomer_refuse(newcomer);
}

static int listener_start(struct loop_source *listener, const char *name, int type)
{
	char path[sizeof(folder_path) + 8];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder_path, name);
	fd = socket_listen(path, type, socket_mode);
	if (fd < 0)
		return fd;
	*listener = (struct loop_source) { .fd = fd, .ready = newcomer_accept };
	return loop_add(listener, EPOLLIN);
}

static void listener_stop(struct loop_source *listener, const char *name)
{
	char path[sizeof(folder_path) + 8];

	if (listener->fd < 0)
		return;
	loop_close(listener);
	snprintf(path, sizeof(path), "%s/%s", folder_path, name);
	unlink(path);
}

/*
 * Makes the folder, or takes one of this user. In a folder such as /tmp, another user may have
 * made the folder, or a link to one of our folders, which must keep its mode.
 */
static int folder_prepare(const char *folder, unsigned int mode)
{
	struct stat status;
	int fd, error = 0;

	if (mkdir(folder, 0700) && errno != EEXIST)
		return -errno;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* Users who may use the sockets must be able to search the folder. */
	if (fstat(fd, &status) || status.st_uid != geteuid())
		error = -EPERM;
	else if (fchmod(fd, 0700 | (mode & 0066) | (mode & 0066) >> 1))
		error = -errno;
	close(fd);
	return error;
}

int serve_start(const char *folder, unsigned int mode)
{
	char path[sizeof(folder_path) + 8];
	int error;

	if (strlen(folder) > 80)
		return -ENAMETOOLONG;
	strcpy(folder_path, folder);
	socket_mode = mode;
	error = folder_prepare(folder, mode);
	if (error)
		return error;
	error = listener_start(&own_listener, "umlab", SOCK_SEQPACKET);
	if (!error)
		error = listener_start(&classic_listener, "ctl", SOCK_STREAM);
	snprintf(path, sizeof(path), "%s/mgmt", folder);
	if (!error)
		error = mgmt_start(path, switch_commands);
	return error;
}

void serve_stop(void)
{
	listener_stop(&own_listener, "umlab");
	listener_stop(&classic_listener, "ctl");
	mgmt_stop();
	rmdir(folder_path);
}
