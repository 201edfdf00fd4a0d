// SPDX-License-Identifier: GPL-2.0-only
/*
 * socket.c - make sockets with a name in the file system, and connect to them
 *
 * Called by the servers in switches and uplinks (mgmt.c, serve.c), and by the verbs of umlab-net
 * that talk to them (client.c). All sockets are non-blocking and closed on exec.
 */
#include "common/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int address_make(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

int socket_connect(const char *path, int type)
{
	struct sockaddr_un address;
	int fd, error = address_make(&address, path);

	if (error)
		return error;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

int socket_listen(const char *path, int type, unsigned int mode)
{
	struct sockaddr_un address;
	int fd, other, error = address_make(&address, path);

	if (error)
		return error;
	other = socket_connect(path, type);
	if (other >= 0) {
		close(other);
		return -EADDRINUSE;
	}
	if (other == -ECONNREFUSED)
		unlink(path);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Before bind(), fchmod() sets the mode of the file that bind() makes. */
	if (fchmod(fd, mode) || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    (type != SOCK_DGRAM && listen(fd, 128))) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}
