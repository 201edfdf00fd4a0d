// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_calls.c - carry out the requests of the kernel process on host folders
 *
 * Runs in the hostfs server (hostfs_server.c). This file is longer than 500 lines because it is the
 * whole list of what a guest can make the host do with files.
 *
 * Theory of operation
 *
 * The kernel process may be hostile, and so may each field of a request. What it gains is bounded
 * by these rules:
 * - An object is named by a node and one component. Nodes are directories below a root that this
 *   process itself has opened (hostfs_nodes.c). A component contains no slash and is not "..", and
 *   the host is told not to follow symbolic links. HOSTFS_WALK takes several components, and the
 *   host refuses every path out of the node (RESOLVE_BENEATH).
 * - A root with ",ro" and all nodes below it are read-only: every call that changes something fails
 *   with EROFS, also the calls that Landlock does not know.
 * - Only regular files are opened, and only their descriptors are handed out. The type is tested
 *   before the open, because opening a device may have effects, and again afterwards.
 * - Mode bits 06000 never reach a file (mode_refused()). A file that has such bits, or file
 *   capabilities, loses them before a descriptor for writing is handed out. Otherwise the guest
 *   could replace the contents through a mapping, for which no host removes these bits. Such a file
 *   gets no further name either.
 * - Directories, regular files, links and dead sockets are the only objects made. A FIFO would
 *   block host programs that open it, and a device node is never needed.
 * - Kernel interfaces that look like files, such as /proc below the root "/", are closed: they give
 *   access to processes, not to files (odd_file_system()).
 *
 * chmod, chown, utimes and link first open the object itself (pin()), so that the object that is
 * tested is the one that is changed, whatever happens to its name meanwhile.
 */
#include "hostfs/hostfs_calls.h"
#include "hostfs/hostfs_nodes.h"
#include "hostfs/hostfs_path.h"
#include "hostfs/hostfs_roots.h"
#include "libk.h"
#include "lx/lx_file.h"

/* O_NONBLOCK: if a FIFO has replaced the file, do not wait for its writer. */
#define OPEN_FLAGS (O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_LARGEFILE)
#define PIN_FLAGS (O_PATH | O_NOFOLLOW | O_CLOEXEC)
#define SET_ID 06000
#define MODE_BITS 07777

_Static_assert(HOST_TIME_NOW == (1L << 30) - 1 && HOST_TIME_KEEP == (1L << 30) - 2,
	       "values of utimensat(2)");
_Static_assert(offsetof(struct host_dirent, next) == offsetof(struct lx_dirent64, off) &&
	       offsetof(struct host_dirent, size) == offsetof(struct lx_dirent64, reclen) &&
	       offsetof(struct host_dirent, type) == offsetof(struct lx_dirent64, type) &&
	       offsetof(struct host_dirent, name) == offsetof(struct lx_dirent64, name),
	       "records go to the kernel as getdents64 wrote them");

/* ---- requests ---- */

static bool is_terminated(const char *name)
{
	unsigned int i;

	for (i = 0; i < HOSTFS_NAME_SIZE; i++)
		if (!name[i])
			return true;
	return false;
}

bool hostfs_request_good(const struct hostfs_request *request, size_t size)
{
	return size >= sizeof(*request) && size - sizeof(*request) == request->data_size &&
	       request->data_size <= HOSTFS_DATA_SIZE && request->size <= HOSTFS_DATA_SIZE &&
	       request->nr_closes <= HOSTFS_CLOSES && is_terminated(request->name) &&
	       is_terminated(request->to_name);
}

/* Is this one component that stays in its directory? "." is allowed. */
static bool name_ok(const char *name)
{
	const char *s;

	for (s = name; *s; s++)
		if (*s == '/')
			return false;
	return *name && strcmp(name, "..") != 0;
}

/* Is the data one string without zeros inside? */
static bool data_is_text(const struct hostfs_call *call, size_t most)
{
	return strlen(call->data) == call->request->data_size &&
	       call->request->data_size < most;
}

/* ---- objects ---- */

/*
 * Kernel interfaces: proc, sysfs, cgroup, cgroup2, debugfs, tracefs, bpf, securityfs, configfs,
 * selinuxfs, smackfs, devpts, efivarfs, pstore, nsfs, binfmt_misc, mqueue, rpc_pipefs, fusectl.
 */
static bool odd_file_system(int fd)
{
	static const uint32_t types[] = {
		0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x64626720, 0x74726163, 0xcafe4a11,
		0x73636673, 0x62656570, 0xf97cff8c, 0x43415d53, 0x1cd1, 0xde5e81e4, 0x6165676c,
		0x6e736673, 0x42494e4d, 0x19800202, 0x67596969, 0x65735543,
	};
	struct statfs st;
	unsigned int i;

	if (lx_fstatfs(fd, &st))
		return true;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((uint32_t)st.f_type == types[i])
			return true;
	return false;
}

/* Has a call left the file system of the folder @dir for one that is closed? -EXDEV: yes. */
static int crossing_check(int fd, const struct host_stat *st, const struct hostfs_node *dir)
{
	return st->dev != dir->dev && odd_file_system(fd) ? -EXDEV : 0;
}

/* Open the directory @name in @dir_fd so that it can be read. */
static int listing_open(int dir_fd, const char *name)
{
	return lx_openat(dir_fd, name, O_RDONLY | O_DIRECTORY | OPEN_FLAGS, 0);
}

static struct host_timestamp timestamp(const struct statx_timestamp *time)
{
	return (struct host_timestamp) { .sec = time->tv_sec, .nsec = time->tv_nsec };
}

static int stat_at(int fd, const char *name, struct host_stat *st)
{
	struct statx stx;
	int error = lx_statx(fd, name, (*name ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH) |
			     AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &stx);

	if (error)
		return error;
	*st = (struct host_stat) {
		.dev = hostfs_dev(&stx),
		.ino = stx.stx_ino,
		.atime = timestamp(&stx.stx_atime),
		.mtime = timestamp(&stx.stx_mtime),
		.ctime = timestamp(&stx.stx_ctime),
		.mode = stx.stx_mode,
		.nlink = stx.stx_nlink,
		.uid = stx.stx_uid,
		.gid = stx.stx_gid,
		.rdev_major = stx.stx_rdev_major,
		.rdev_minor = stx.stx_rdev_minor,
		.size = stx.stx_size,
		.blocks = stx.stx_blocks,
		.block_size = stx.stx_blksize,
	};
	if (stx.stx_mask & STATX_BTIME)
		st->btime = timestamp(&stx.stx_btime);
	return 0;
}

static bool is_regular(const struct host_stat *st)
{
	return (st->mode & S_IFMT) == S_IFREG;
}

/* The directory node of the request and its name, or of to_node and to_name. */
static int dir_of(const struct hostfs_call *call, bool to, struct hostfs_node **node)
{
	const struct hostfs_request *request = call->request;

	*node = hostfs_node_find(to ? request->to_node : request->node, HOSTFS_NODE_DIR);
	if (!*node)
		return -EBADF;
	return name_ok(to ? request->to_name : request->name) ? 0 : -EINVAL;
}

/* The same for a call that changes the directory. */
static int dir_to_change(const struct hostfs_call *call, bool to, struct hostfs_node **node)
{
	int error = dir_of(call, to, node);

	return !error && (*node)->read_only ? -EROFS : error;
}

/* What a request is about: an open file, or an object that has just been opened by name. */
struct object {
	int fd;				/* of a pinned object: O_PATH */
	bool pinned;
	bool read_only;
	struct host_stat st;
};

static void unpin(struct object *object)
{
	if (object->pinned)
		lx_close(object->fd);
}

/* Find the object of a request: "" names the file that is the node itself. */
static int pin(const struct hostfs_call *call, struct object *object)
{
	const struct hostfs_request *request = call->request;
	struct hostfs_node *node;
	int error;

	if (!*request->name) {
		node = hostfs_node_find(request->node, HOSTFS_NODE_FILE);
		if (!node)
			return -EBADF;
		*object = (struct object) { .fd = node->fd, .read_only = node->read_only };
	} else {
		error = dir_of(call, false, &node);
		if (error)
			return error;
		*object = (struct object) {
			.fd = lx_openat(node->fd, request->name, PIN_FLAGS, 0),
			.pinned = true, .read_only = node->read_only,
		};
		if (object->fd < 0)
			return object->fd;
	}
	error = stat_at(object->fd, "", &object->st);
	if (!error && object->pinned)
		error = crossing_check(object->fd, &object->st, node);
	if (error)
		unpin(object);
	return error;
}

/* The path by which the host finds an open file again. */
static const char *fd_path(int fd, char path[32])
{
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return path;
}

/* ---- set-user-ID and set-group-ID ---- */

/*
 * May the guest not give an object this mode? @st: the object; NULL: a new directory or file of
 * type S_IFMT & @mode. A directory keeps a set-group-ID bit that it has.
 */
static bool mode_refused(uint32_t mode, const struct host_stat *st)
{
	bool directory = ((st ? st->mode : mode) & S_IFMT) == S_IFDIR;
	uint32_t allowed = directory ? 01777 : 0777;

	if (directory && st)
		allowed |= st->mode & S_ISGID;
	return mode & MODE_BITS & ~allowed;
}

/* Before the guest may write the file @fd: remove what makes its contents count for more. */
static int rights_remove(int fd, const struct host_stat *st)
{
	int error;

	if (st->mode & SET_ID) {
		error = lx_fchmod(fd, st->mode & MODE_BITS & ~SET_ID);
		if (error)
			return error;
	}
	/* Only a privileged user could remove this attribute. */
	if (lx_fgetxattr(fd, "security.capability", NULL, 0) >= 0)
		return -EPERM;
	return 0;
}

/* ---- opening ---- */

static int64_t root_call(struct hostfs_call *call)
{
	unsigned int i;

	if (!data_is_text(call, HOSTFS_PATH_SIZE))
		return -EINVAL;
	for (i = 0; i < hostfs_nr_roots_open; i++) {
		if (strcmp(hostfs_roots_open[i].name, call->data))
			continue;
		call->reply->flags = hostfs_roots_open[i].read_only ? HOSTFS_ROOT_READ_ONLY : 0;
		return i;
	}
	return -ENOENT;
}

static int64_t walk_call(struct hostfs_call *call)
{
	/* The host opens what is below the node, whatever happens to its parts meanwhile. */
	static const struct open_how how = {
		.flags = HOSTFS_FOLDER_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_DIR);
	int fd, error;

	if (!node)
		return -EBADF;
	if (!data_is_text(call, HOSTFS_PATH_SIZE))
		return -EINVAL;
	fd = hostfs_folder_open(node->fd, *call->data ? call->data : ".", &how);
	if (fd < 0)
		return fd;
	error = stat_at(fd, "", &call->reply->stat);
	if (!error)
		error = crossing_check(fd, &call->reply->stat, node);
	if (error) {
		lx_close(fd);
		return error;
	}
	return hostfs_node_add(HOSTFS_NODE_DIR, fd, call->reply->stat.dev, node->read_only);
}

static int flags_of(uint32_t flags)
{
	if (!(flags & HOST_O_WRITE))
		return OPEN_FLAGS | O_RDONLY;
	return OPEN_FLAGS | (flags & HOST_O_READ ? O_RDWR : O_WRONLY);
}

/* Get the attributes of the file @fd that was just made; returns @fd, or -errno and closes it. */
static int made_stat(int fd, struct host_stat *st)
{
	if (fd < 0 || !stat_at(fd, "", st))
		return fd;
	lx_close(fd);
	return -EIO;
}

/* Open a regular file that exists. */
static int file_open(const struct hostfs_node *dir, const char *name, uint32_t flags,
		     struct host_stat *st)
{
	int error = stat_at(dir->fd, name, st), fd;

	if (error)
		return error;
	if (!is_regular(st))
		return (st->mode & S_IFMT) == S_IFLNK ? -ELOOP : -ENXIO;
	fd = lx_openat(dir->fd, name, flags_of(flags), 0);
	if (fd < 0)
		return fd;
	error = stat_at(fd, "", st);
	if (!error && !is_regular(st))
		error = -ENXIO;
	if (!error)
		error = crossing_check(fd, st, dir);
	if (!error && (flags & HOST_O_WRITE)) {
		error = rights_remove(fd, st);
		st->mode &= ~SET_ID;
	}
	if (error)
		lx_close(fd);
	return error ? error : fd;
}

static int64_t open_call(struct hostfs_call *call)
{
	const struct hostfs_request *request = call->request;
	struct hostfs_node *node;
	int error = dir_of(call, false, &node), fd;

	if (error)
		return error;
	if ((request->flags & (HOST_O_WRITE | HOST_O_CREATE)) && node->read_only)
		return -EROFS;
	if (!(request->flags & HOST_O_CREATE)) {
		fd = file_open(node, request->name, request->flags, &call->reply->stat);
	} else {
		if (mode_refused(S_IFREG | (request->mode & MODE_BITS), NULL))
			return -EPERM;
		fd = lx_openat(node->fd, request->name,
			       flags_of(request->flags) | O_CREAT | O_EXCL,
			       request->mode & 0777);
		fd = made_stat(fd, &call->reply->stat);
	}
	if (fd < 0)
		return fd;
	call->fd = fd;
	return 0;
}

/* The kernel process names the new file by its node until the file has a name. */
static int64_t unnamed_call(struct hostfs_call *call)
{
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_DIR);
	int fd, kept;

	if (!node)
		return -EBADF;
	if (node->read_only)
		return -EROFS;
	if (mode_refused(S_IFREG | (call->request->mode & MODE_BITS), NULL))
		return -EPERM;
	fd = lx_openat(node->fd, ".", O_RDWR | O_TMPFILE | O_CLOEXEC | O_LARGEFILE,
		       call->request->mode & 0777);
	fd = made_stat(fd, &call->reply->stat);
	if (fd < 0)
		return fd;
	kept = lx_fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (kept < 0) {
		lx_close(fd);
		return kept;
	}
	call->fd = fd;
	return hostfs_node_add(HOSTFS_NODE_FILE, kept, call->reply->stat.dev, false);
}

/* Keep a file that is about to lose its name. */
static int64_t hold_call(struct hostfs_call *call)
{
	struct hostfs_node *node;
	int error = dir_of(call, false, &node), fd;

	if (error)
		return error;
	fd = file_open(node, call->request->name, HOST_O_READ, &call->reply->stat);
	if (fd == -EACCES)
		fd = lx_openat(node->fd, call->request->name, PIN_FLAGS, 0);
	if (fd < 0)
		return fd;
	error = stat_at(fd, "", &call->reply->stat);
	if (!error && !is_regular(&call->reply->stat))
		error = -ENXIO;
	if (error) {
		lx_close(fd);
		return error;
	}
	return hostfs_node_add(HOSTFS_NODE_FILE, fd, call->reply->stat.dev, node->read_only);
}

/* ---- directories ---- */

static int64_t list_call(struct hostfs_call *call)
{
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_DIR);
	int fd;

	if (!node)
		return -EBADF;
	fd = listing_open(node->fd, ".");
	return fd < 0 ? fd : hostfs_node_add(HOSTFS_NODE_LIST, fd, node->dev, true);
}

static int64_t readdir_call(struct hostfs_call *call)
{
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_LIST);
	int64_t position = call->request->position, result;

	if (!node)
		return -EBADF;
	if (position >= 0) {
		result = lx_lseek(node->fd, position, SEEK_SET);
		if (result < 0)
			return result;
	}
	result = lx_getdents64(node->fd, call->answer, call->request->size);
	if (result > 0)
		call->reply->data_size = result;
	return result;
}

static int64_t statfs_call(struct hostfs_call *call)
{
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_DIR);
	struct host_statfs result;
	struct statfs st;
	int error;

	if (!node)
		return -EBADF;
	error = lx_fstatfs(node->fd, &st);
	if (error)
		return error;
	result = (struct host_statfs) {
		.block_size = st.f_bsize,
		.fragment_size = st.f_frsize,
		.blocks = st.f_blocks,
		.free = st.f_bfree,
		.available = st.f_bavail,
		.files = st.f_files,
		.files_free = st.f_ffree,
		.name_size = st.f_namelen,
	};
	memcpy(call->answer, &result, sizeof(result));
	call->reply->data_size = sizeof(result);
	return 0;
}

static int64_t sync_call(struct hostfs_call *call)
{
	struct hostfs_node *node = hostfs_node_find(call->request->node, HOSTFS_NODE_DIR);
	int fd, error;

	if (!node)
		return -EBADF;
	fd = listing_open(node->fd, ".");
	if (fd < 0)
		return fd;
	error = call->request->flags ? lx_syncfs(fd) : lx_fsync(fd);
	lx_close(fd);
	return error;
}

/* ---- names ---- */

static int64_t stat_call(struct hostfs_call *call)
{
	struct hostfs_node *node;
	int error;

	if (!*call->request->name) {
		node = hostfs_node_find(call->request->node, HOSTFS_NODE_FILE);
		return node ? stat_at(node->fd, "", &call->reply->stat) : -EBADF;
	}
	error = dir_of(call, false, &node);
	return error ? error : stat_at(node->fd, call->request->name, &call->reply->stat);
}

static int64_t make_call(struct hostfs_call *call)
{
	uint32_t mode = call->request->mode;
	struct hostfs_node *node;
	int error = dir_to_change(call, false, &node);

	if (error)
		return error;
	if (mode_refused(mode, NULL))
		return -EPERM;
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return lx_mkdirat(node->fd, call->request->name, mode & MODE_BITS);
	case S_IFSOCK:
		return lx_mknodat(node->fd, call->request->name, mode, 0);
	}
	return -EPERM;
}

static int64_t symlink_call(struct hostfs_call *call)
{
	struct hostfs_node *node;
	int error = dir_to_change(call, false, &node);

	if (!error && !data_is_text(call, HOSTFS_PATH_SIZE))
		error = -EINVAL;
	return error ? error : lx_symlinkat(call->data, node->fd, call->request->name);
}

static int64_t link_call(struct hostfs_call *call)
{
	struct hostfs_node *to;
	struct object object;
	char path[32];
	int error = dir_to_change(call, true, &to);

	if (!error)
		error = pin(call, &object);
	if (error)
		return error;
	if (object.read_only)
		error = -EROFS;
	else if ((object.st.mode & S_IFMT) == S_IFDIR || object.st.mode & SET_ID)
		error = -EPERM;
	if (!error) {
		error = lx_linkat(object.fd, "", to->fd, call->request->to_name, AT_EMPTY_PATH);
		/* Before Linux 6.10, AT_EMPTY_PATH needed a capability. */
		if (error == -ENOENT)
			error = lx_linkat(AT_FDCWD, fd_path(object.fd, path), to->fd,
					  call->request->to_name, AT_SYMLINK_FOLLOW);
	}
	unpin(&object);
	return error;
}

static int64_t remove_call(struct hostfs_call *call)
{
	struct hostfs_node *node;
	int error = dir_to_change(call, false, &node);

	return error ? error : lx_unlinkat(node->fd, call->request->name,
					   call->request->flags ? AT_REMOVEDIR : 0);
}

static int64_t rename_call(struct hostfs_call *call)
{
	struct hostfs_node *from, *to;
	int error = dir_to_change(call, false, &from);

	if (!error)
		error = dir_to_change(call, true, &to);
	if (!error && call->request->flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE))
		error = -EINVAL;
	return error ? error : lx_renameat2(from->fd, call->request->name, to->fd,
					    call->request->to_name, call->request->flags);
}

static int64_t readlink_call(struct hostfs_call *call)
{
	struct hostfs_node *node;
	int64_t size = dir_of(call, false, &node);

	if (size)
		return size;
	size = lx_readlinkat(node->fd, call->request->name, call->answer, call->request->size);
	if (size > 0)
		call->reply->data_size = size;
	return size;
}

/* ---- attributes ---- */

static int object_chmod(const struct object *object, uint32_t mode)
{
	char path[32];
	int error;

	if ((object->st.mode & S_IFMT) == S_IFLNK)
		return -EOPNOTSUPP;
	if (mode_refused(mode, &object->st))
		return -EPERM;
	if (!object->pinned)
		return lx_fchmod(object->fd, mode & MODE_BITS);
	error = lx_fchmodat2(object->fd, "", mode & MODE_BITS, AT_EMPTY_PATH);
	/* Linux has this call since 6.6, and fchmod() takes no O_PATH descriptor. */
	if (error == -ENOSYS || error == -EPERM)
		error = lx_fchmodat(AT_FDCWD, fd_path(object->fd, path), mode & MODE_BITS);
	return error;
}

static int object_utimes(const struct object *object, const struct host_change *change)
{
	struct __kernel_timespec times[2] = {
		{ .tv_sec = change->atime.sec, .tv_nsec = change->atime.nsec },
		{ .tv_sec = change->mtime.sec, .tv_nsec = change->mtime.nsec },
	};
	char path[32];
	int error;

	if (!object->pinned)
		return lx_utimensat(object->fd, NULL, times, 0);
	error = lx_utimensat(object->fd, "", times, AT_EMPTY_PATH);
	/* Before Linux 5.8 the call did not know AT_EMPTY_PATH. */
	if (error == -EINVAL && (object->st.mode & S_IFMT) != S_IFLNK)
		error = lx_utimensat(AT_FDCWD, fd_path(object->fd, path), times, 0);
	return error;
}

static int64_t change_call(struct hostfs_call *call)
{
	const struct host_change *change = &call->request->change;
	struct object object;
	int error = pin(call, &object);

	if (error)
		return error;
	if (object.read_only)
		error = -EROFS;
	/* Another file has got the name meanwhile. */
	else if (change->ino && (change->ino != object.st.ino || change->dev != object.st.dev))
		error = -ESTALE;
	if (!error && change->what & HOST_CHANGE_OWNER)
		error = lx_fchownat(object.fd, "", change->uid, change->gid, AT_EMPTY_PATH);
	if (!error && change->what & HOST_CHANGE_MODE)
		error = object_chmod(&object, change->mode);
	if (!error && change->what & HOST_CHANGE_TIMES)
		error = object_utimes(&object, change);
	unpin(&object);
	return error;
}

/* ---- extended attributes ---- */

/*
 * Open the object of a request so that its attributes can be used. They need a real descriptor. A
 * file that may be neither read nor written cannot be opened and so has no attributes.
 */
static int xattr_open(struct hostfs_call *call, bool change)
{
	const struct hostfs_request *request = call->request;
	struct hostfs_node *node;
	struct host_stat st;
	int error, fd;

	if (!*request->name) {
		node = hostfs_node_find(request->node, HOSTFS_NODE_FILE);
		if (!node)
			return -EBADF;
		fd = lx_fcntl(node->fd, F_DUPFD_CLOEXEC, 0);
	} else {
		error = dir_of(call, false, &node);
		if (!error)
			error = stat_at(node->fd, request->name, &st);
		if (error)
			return error;
		if ((st.mode & S_IFMT) == S_IFDIR) {
			fd = listing_open(node->fd, request->name);
		} else if (is_regular(&st)) {
			fd = file_open(node, request->name, HOST_O_READ, &st);
			if (fd == -EACCES && !node->read_only)
				fd = file_open(node, request->name, HOST_O_WRITE, &st);
		} else {
			return -EOPNOTSUPP;
		}
	}
	if (fd >= 0 && change && node->read_only) {
		lx_close(fd);
		return -EROFS;
	}
	return fd;
}

/* The namespaces other than "user." have a meaning for the host's kernel. */
static bool xattr_name_ok(const char *name)
{
	return !strncmp(name, "user.", 5);
}

static int64_t xattr_read_call(struct hostfs_call *call)
{
	const struct hostfs_request *request = call->request;
	bool list = request->op == HOSTFS_XATTR_LIST;
	int64_t size;
	int fd;

	if (!list && !xattr_name_ok(request->to_name))
		return -EOPNOTSUPP;
	fd = xattr_open(call, false);
	if (fd < 0)
		return fd;
	size = list ? lx_flistxattr(fd, call->answer, request->size) :
		      lx_fgetxattr(fd, request->to_name, call->answer, request->size);
	lx_close(fd);
	if (size > 0 && request->size)
		call->reply->data_size = size;
	return size;
}

static int64_t xattr_change_call(struct hostfs_call *call)
{
	const struct hostfs_request *request = call->request;
	int fd, error;

	if (!xattr_name_ok(request->to_name))
		return -EOPNOTSUPP;
	fd = xattr_open(call, true);
	if (fd < 0)
		return fd;
	error = request->op == HOSTFS_XATTR_REMOVE ?
		lx_fremovexattr(fd, request->to_name) :
		lx_fsetxattr(fd, request->to_name, call->data, request->data_size,
			     request->flags);
	lx_close(fd);
	return error;
}

/* ---- all of them ---- */

static int64_t hello_call(struct hostfs_call *call)
{
	hostfs_nodes_close();
	return 0;
}

static int64_t close_call(struct hostfs_call *call)
{
	return 0;
}

static int64_t (*const calls[HOSTFS_NR_OPS])(struct hostfs_call *call) = {
	[HOSTFS_HELLO] = hello_call,
	[HOSTFS_ROOT] = root_call,
	[HOSTFS_WALK] = walk_call,
	[HOSTFS_OPEN] = open_call,
	[HOSTFS_UNNAMED] = unnamed_call,
	[HOSTFS_HOLD] = hold_call,
	[HOSTFS_LIST] = list_call,
	[HOSTFS_READDIR] = readdir_call,
	[HOSTFS_STAT] = stat_call,
	[HOSTFS_STATFS] = statfs_call,
	[HOSTFS_SYNC] = sync_call,
	[HOSTFS_MAKE] = make_call,
	[HOSTFS_SYMLINK] = symlink_call,
	[HOSTFS_LINK] = link_call,
	[HOSTFS_REMOVE] = remove_call,
	[HOSTFS_RENAME] = rename_call,
	[HOSTFS_READLINK] = readlink_call,
	[HOSTFS_CHANGE] = change_call,
	[HOSTFS_XATTR_GET] = xattr_read_call,
	[HOSTFS_XATTR_LIST] = xattr_read_call,
	[HOSTFS_XATTR_SET] = xattr_change_call,
	[HOSTFS_XATTR_REMOVE] = xattr_change_call,
	[HOSTFS_CLOSE] = close_call,
};

void hostfs_call_run(struct hostfs_call *call)
{
	const struct hostfs_request *request = call->request;
	unsigned int i;

	for (i = 0; i < request->nr_closes; i++)
		hostfs_node_close(request->closes[i]);
	call->reply->result = request->op < HOSTFS_NR_OPS ? calls[request->op](call) : -ENOSYS;
}
