// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch_serve.c - the sockets in the switch's folder, and who comes to them
 *
 *   FOLDER/umlab   SOCK_SEQPACKET, our own protocol (um/wire.h): a hello, a welcome, then
 *                  frames on the same connection
 *   FOLDER/ctl     SOCK_STREAM, the classic protocol, version 3, of uml_switch and
 *                  vde_switch: a request that names the peer's datagram socket, an answer
 *                  that names ours; frames go between these two, and the connection stands
 *                  for the peer: when it ends, the peer has gone
 *   FOLDER/mgmt    commands (mgmt.c)
 *
 * A newcomer waits in struct newcomer until it has said what it wants, or HELLO_TIME is
 * over. Classic request, as clients of either kind send it:
 *   offset 0   0xfeedface, 4 bytes     offset 4  version 3, 4 bytes
 *   offset 8   type, 4 bytes: 0, or 1 for port 0; a wanted port number in the bits from 8 on
 *   offset 12  struct sockaddr_un of the peer, 110 bytes; then maybe a description
 */
#include "switch/switch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "common/mgmt.h"
#include "common/say.h"

#define CLASSIC_MAGIC 0xfeedfaceU
#define HELLO_TIME (5 * 1000000000ULL)

enum {
	CLASSIC_VERSION = 3,
	CLASSIC_REQUEST_MIN = 12 + sizeof(struct sockaddr_un),
	NEWCOMERS_MAX = 64,
};

static const struct port_kind own_kind = { .name = "umlab", .heads = true };
static const struct port_kind classic_kind = { .name = "classic" };

struct newcomer {
	struct loop_source source;
	struct loop_timer timer;
	bool classic;
};

static char folder_path[sizeof(((struct sockaddr_un *)0)->sun_path)];
static struct loop_source own_listener = { .fd = -1 }, classic_listener = { .fd = -1 };
static int nr_newcomers;
static unsigned int socket_mode;

/* The newcomer is done with; its descriptor stays open unless @close_it. */
static void newcomer_end(struct newcomer *newcomer, bool close_it)
{
	loop_timer_set(&newcomer->timer, 0);
	loop_remove(&newcomer->source);
	if (close_it)
		close(newcomer->source.fd);
	free(newcomer);
	nr_newcomers--;
}

static void newcomer_late(struct loop_timer *timer)
{
	newcomer_end(container_of(timer, struct newcomer, timer), true);
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
	/* The same machine that starts again may be faster than the end of its old connection. */
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
		newcomer_end(newcomer, true);
		return;
	}
	newcomer_end(newcomer, false);
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
	port_note(port, WIRE_LINK, &up, sizeof(up));
}

static void own_ready(struct newcomer *newcomer)
{
	struct wire_hello hello;
	ssize_t size = recv(newcomer->source.fd, &hello, sizeof(hello), MSG_DONTWAIT);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size != sizeof(hello) || hello.head.kind != WIRE_HELLO || hello.magic != WIRE_MAGIC) {
		newcomer_end(newcomer, true);
		return;
	}
	hello.name[sizeof(hello.name) - 1] = '\0';
	/* Names go to terminals and are words of the commands. */
	for (char *c = hello.name; *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '_';
	own_hello(newcomer, &hello);
}

/* ---- the classic protocol ------------------------------------------------- */

/* Our datagram socket for one peer; *@address gets its name. */
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
		close(fd);
		return -errno;
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
	int fd;

	memcpy(&type, request + 8, 4);
	memcpy(&peer, request + 12, sizeof(peer));
	port = peer.sun_family == AF_UNIX ? classic_port(type) : NULL;
	fd = port ? classic_socket(port->number, &ours) : -1;
	if (fd < 0) {
		newcomer_end(newcomer, true);
		return;
	}
	/* A name that begins with a zero is abstract, and all its bytes count. */
	if (connect(fd, (struct sockaddr *)&peer, sizeof(peer)) ||
	    send(newcomer->source.fd, &ours, sizeof(ours), MSG_NOSIGNAL) < 0) {
		close(fd);
		unlink(ours.sun_path);
		newcomer_end(newcomer, true);
		return;
	}
	int control_fd = newcomer->source.fd;

	newcomer_end(newcomer, false);
	snprintf(port->name, sizeof(port->name), "%s", "");
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
		newcomer_end(newcomer, true);
	} else if (size >= CLASSIC_REQUEST_MIN) {
		/* One write on the other side: all of it is here. */
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
		newcomer_end(newcomer, true);
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
	loop_remove(listener);
	close(listener->fd);
	listener->fd = -1;
	snprintf(path, sizeof(path), "%s/%s", folder_path, name);
	unlink(path);
}

/* @mode is that of the sockets; the folder gets the bits to search it besides. */
int serve_start(const char *folder, unsigned int mode)
{
	char path[sizeof(folder_path) + 8];
	int error;

	if (strlen(folder) > 80)
		return -ENAMETOOLONG;
	strcpy(folder_path, folder);
	socket_mode = mode;
	if (mkdir(folder, 0700) && errno != EEXIST)
		return -errno;
	if (chmod(folder, 0700 | (mode & 0066) | (mode & 0066) >> 1))
		return -errno;
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
