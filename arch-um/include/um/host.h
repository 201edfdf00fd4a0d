/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - declare the contract: every call that the kernel makes to the host
 *
 * Implemented in arch-um/host/, called by kernel code and by the disk driver's workers
 * (drivers-ubd/worker/); upcall.h declares the calls in the other direction. Calls return >= 0 or
 * -errno unless their text says otherwise, and leave outputs untouched on failure.
 * Sizes and offsets are in bytes, times in nanoseconds. Only a call whose text says "any thread"
 * may be used from a worker thread (host_worker_start()). "Blocks" means that the host may put the
 * whole machine to sleep during the call.
 *
 * This file is longer than 500 lines because the contract is one list, with a section for each
 * topic.
 */
#ifndef UM_HOST_H
#define UM_HOST_H

#include <um/types.h>

enum host_prot {
	HOST_READ = 1,
	HOST_WRITE = 2,
	HOST_EXEC = 4,
};

/* ---- memory ------------------------------------------------------------- */

/*
 * host_ram_create - create guest RAM: one sparse shared memory file of @size bytes, mapped
 * readable and writable at @at, which must be free. Called once, at the start.
 * -ENOMEM: address space limit. -EFBIG: file size limit.
 */
int host_ram_create(void *at, uint64_t size);

/*
 * host_ram_map - map @size bytes of RAM, from @offset, a second time at the address @at of this
 * process, replacing any mapping there. All arguments are page-aligned. Used for vmalloc. Never
 * blocks.
 */
int host_ram_map(void *at, uint64_t offset, size_t size, int prot);

/*
 * host_mem_alloc - allocate zeroed memory outside guest RAM, for data that belongs to the host side
 * (the maps of disk layers). Untouched pages cost nothing. NULL: the host has no memory. Any
 * thread.
 * host_mem_free - free memory from host_mem_alloc(); takes the same size, and ignores NULL. Any
 * thread.
 */
void *host_mem_alloc(size_t size);
void host_mem_free(void *at, size_t size);

/* host_text_put - change one byte of the kernel's code. -errno: the host forbids it. */
int host_text_put(void *at, uint8_t byte);

/* host_mem_unmap - make [@at, @at+@size) of this process inaccessible. */
int host_mem_unmap(void *at, size_t size);

/*
 * host_ram_is_zero - does the host know, without reading the range of RAM, that all of it is zero?
 * True if the range has never been touched, or not since it was last discarded.
 */
bool host_ram_is_zero(uint64_t offset, uint64_t size);

/* host_ram_discard - return the range of RAM to the host; it reads as zero afterwards. */
int host_ram_discard(uint64_t offset, uint64_t size);

/* ---- guest processes ---------------------------------------------------- */

/* A space: one host process that holds one guest address space. Opaque to the kernel. */
struct host_space;

/*
 * Guest registers. They have the same order as in the host's user_regs_struct and the kernel's
 * struct pt_regs, so they are passed on without a conversion.
 */
struct host_regs {
	uint64_t r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	uint64_t orig_ax, ip, cs, flags, sp, ss, fs_base, gs_base, ds, es, fs, gs;
};
_Static_assert(sizeof(struct host_regs) == 27 * 8, "size of user_regs_struct");
_Static_assert(offsetof(struct host_regs, orig_ax) == 15 * 8, "layout of user_regs_struct");

/* Why guest code stopped. */
enum guest_stop {
	GUEST_SYSCALL,		/* system call: number in orig_ax, ip after the instruction */
	GUEST_FAULT,		/* page fault: address in addr, kind of access in access */
	GUEST_TRAP,		/* another exception: signo, code, addr as the host reports them */
	GUEST_INTERRUPT,	/* host event pending, or nothing happened; registers are valid */
	GUEST_GONE,		/* the host process died: registers are lost, space is unusable */
};

enum guest_access {
	GUEST_ACCESS_UNKNOWN,	/* the page was not mapped; the access may have been of any kind */
	GUEST_ACCESS_DENIED,	/* the page was mapped, but forbids the access */
	GUEST_ACCESS_READ,
	GUEST_ACCESS_WRITE,
	GUEST_ACCESS_EXEC,
};

struct guest_event {
	enum guest_stop stop;
	enum guest_access access;
	bool trapped;		/* GUEST_SYSCALL: it trapped, so patching the site would help */
	bool gate_unknown;	/* GUEST_SYSCALL: may be int 0x80 or sysenter instead */
	int signo;		/* signal number, of host and guest alike; for GUEST_GONE the
				   signal that ended the process, or 0 */
	int code;		/* si_code */
	uint64_t addr;		/* si_addr */
};

/* Flags of host_guest_run(). */
enum guest_run_flags {
	GUEST_RUN_STEP = 1,	/* stop with GUEST_TRAP/SIGTRAP after one instruction */
	GUEST_RUN_SHARED = 2,	/* other tasks share the space, so the FP state will soon be read */
};

/*
 * host_guest_init - choose the engine ("auto", "seccomp", "ptrace") and start it. @why gets a
 * line for the boot log: which engine runs, and why a faster one does not.
 * -EINVAL: no such engine. Another -errno: the host does not allow it; @why says what to change.
 */
int host_guest_init(const char *engine, char *why, size_t why_size);

/*
 * host_confine_allow - allow the machine to write the host file @path or, with @below, everything
 * in the folder @path.
 * host_confine_allow_any - allow the machine to write all files, because it will open some that
 * cannot be named yet.
 * host_confine_files - give up the right to write all other files or, if not @wanted, keep it.
 * @text gets a few words for the boot log. Called before host_guest_init().
 * host_confine_calls - give up the system calls that this process does not need. Called after
 * host_guest_init(). -errno: the host has no seccomp filters.
 * Confinement cannot be undone, not even by a restart.
 */
void host_confine_allow(const char *path, bool below);
void host_confine_allow_any(void);
void host_confine_files(bool wanted, char *text, size_t size);
int host_confine_calls(void);

/*
 * host_spaces_limit - allow this machine @wanted spaces, or a share of what the host allows if
 * @wanted is 0, and leave a reserve of processes to the user. Returns the number. Called once,
 * before host_confine_files().
 */
unsigned int host_spaces_limit(unsigned int wanted);

/*
 * host_space_create - create a space without guest mappings, or reuse a destroyed one.
 * -EAGAIN: the machine has as many spaces as it may have. -EAGAIN, -ENOMEM: the host refuses
 * another process.
 */
int host_space_create(struct host_space **space);

/* host_space_destroy - end @space, with its mappings and registers; ignores NULL. */
void host_space_destroy(struct host_space *space);

/*
 * host_space_map - map RAM [@offset, @offset+@size) at @gaddr in the space, with the rights @prot.
 * host_space_unmap - remove every mapping in [@gaddr, @gaddr+@size).
 * Both calls only queue the work, which is done in order before the space runs again. If the host
 * has no room for a mapping (vm.max_map_count), all mappings of the space are dropped. Page faults
 * of the guest bring them back.
 */
void host_space_map(struct host_space *space, uint64_t gaddr, uint64_t offset,
		    uint64_t size, int prot);
void host_space_unmap(struct host_space *space, uint64_t gaddr, uint64_t size);

/* host_space_is_empty - has nothing been mapped in the space since all of it was unmapped? */
bool host_space_is_empty(const struct host_space *space);

/*
 * host_space_sync - wait until guest code cannot reach the unmapped ranges, even if a guest thread
 * only pretends to have stopped. Must be called before the pages are used for something else,
 * while no guest code of any space runs. If the engine knows that the guest thread of the space
 * sleeps, the mappings may stay until the space runs. Nothing can use them before that.
 */
void host_space_sync(struct host_space *space);

/*
 * host_guest_run - run guest code in @space with @regs until it stops; *@event gets the reason.
 * Must be called with um_irqs_on 0: a host event then ends the run as GUEST_INTERRUPT and stays
 * pending. If an event is pending already, the call returns at once. The run starts with *@regs and
 * stores the new registers there, except after GUEST_GONE. The FP state stays in the space; see
 * host_space_fp_get().
 */
void host_guest_run(struct host_space *space, struct host_regs *regs,
		    unsigned int flags, struct guest_event *event);

/*
 * host_fp_size - return the size of an FP state (XSAVE standard format), which does not change
 * after host_guest_init().
 * host_fp_features - return the XSAVE feature bits that an FP state holds.
 * host_fp_default - fill @fp with the state of a new program.
 * host_space_fp_get/set - copy the FP state out of / into the space. -EINVAL: the processor refuses
 * the state, and the old state stays.
 */
size_t host_fp_size(void);
uint64_t host_fp_features(void);
void host_fp_default(void *fp);
int host_space_fp_get(struct host_space *space, void *fp);
int host_space_fp_set(struct host_space *space, const void *fp);

/*
 * System call sites. A site is a place in guest code where an instruction of HOST_SITE_HEAD bytes
 * is followed by `syscall`, both in one page. If a site is used often, the kernel maps a copy of
 * the page in which a jump replaces the first instruction and `syscall` stays. A call then
 * stops guest code without a trap (site_jumps.c).
 * host_sites_supported - can sites be patched with the engine that runs?
 * host_site_define - define site number @site, below HOST_SITES_MAX, with the instruction @head,
 * which must work at any address; @jump gets the bytes that replace it.
 * host_space_site_allow - let this space see the jump of @site, because its own code has trapped
 * there. A space that has not done so must see the page without this jump.
 * host_space_site_allowed - has host_space_site_allow() been called?
 * host_space_sites_inherit - allow a forked space the sites of @parent, which may be NULL.
 * host_site_revoke - undo host_space_site_allow() in all spaces.
 * host_space_site_return - let calls of @site in this space return to @addr. False: nothing
 * changed, because they return to another address already, or the space uses no sites.
 * host_space_site_forget - undo host_space_site_return(); returns the address, or 0 if there was
 * none. The patched page must be unmapped and the space synced before guest code runs.
 * host_space_sites_disable - use no sites in this space from now on. False: they were disabled
 * already.
 */
enum {
	HOST_SITES_MAX = 511,
	HOST_SITE_HEAD = 5,
};
bool host_sites_supported(void);
void host_site_define(unsigned int site, const uint8_t head[HOST_SITE_HEAD],
		      uint8_t jump[HOST_SITE_HEAD]);
void host_space_site_allow(struct host_space *space, unsigned int site);
bool host_space_site_allowed(const struct host_space *space, unsigned int site);
void host_space_sites_inherit(struct host_space *space, const struct host_space *parent);
void host_site_revoke(unsigned int site);
bool host_space_site_return(struct host_space *space, unsigned int site, uint64_t addr);
uint64_t host_space_site_forget(struct host_space *space, unsigned int site);
bool host_space_sites_disable(struct host_space *space);

/*
 * Debug registers of the processor: watched addresses, and DR7 as control. A hit stops guest code
 * with GUEST_TRAP and SIGTRAP.
 * host_space_debug_set - load @debug for the next runs. -EINVAL, -EIO: the host refuses a value,
 * and the old values stay.
 * host_space_debug_status - return DR6 as of the last stop.
 */
struct host_debug {
	uint64_t addr[4];
	uint64_t control;
};
int host_space_debug_set(struct host_space *space, const struct host_debug *debug);
uint64_t host_space_debug_status(struct host_space *space);

/* ---- files (any thread) ------------------------------------------------- */

enum host_open {
	HOST_O_READ = 1,
	HOST_O_WRITE = 2,
	HOST_O_CREATE = 4,
	HOST_O_TRUNC = 8,
	HOST_O_DIRECTORY = 16,
	HOST_O_APPEND = 32,
	HOST_O_EXCL = 64,
	HOST_O_NONBLOCK = 128,
};

/* host_file_open - open a file; no child process inherits the descriptor. Blocks. */
int host_file_open(const char *path, unsigned int flags, unsigned int mode);
void host_file_close(int fd);

/*
 * host_file_inherit - return a new non-blocking descriptor, for reading or (@write) writing, for
 * the file of @fd, which this process inherited. The flags of @fd do not change, because other
 * processes may share them. -EBADF: @fd was not inherited, or is not open in that direction.
 */
int host_file_inherit(int fd, bool write);

/*
 * host_file_read/write - make one transfer, which may be short, at the descriptor's position.
 * -EAGAIN: the descriptor is non-blocking and not ready.
 */
ssize_t host_file_read(int fd, void *buf, size_t size);
ssize_t host_file_write(int fd, const void *buf, size_t size);

/* host_file_pread/pwrite - transfer all @size bytes at @offset; fewer only at end of file. */
ssize_t host_file_pread(int fd, void *buf, size_t size, uint64_t offset);
ssize_t host_file_pwrite(int fd, const void *buf, size_t size, uint64_t offset);

/* A piece of memory, laid out like the host's struct iovec. */
struct host_iovec {
	void *base;
	size_t size;
};

enum host_io {
	HOST_IO_NOWAIT = 1,
};

/*
 * host_file_preadv/pwritev - transfer all of @vec (at most 1024 pieces) at @offset. Returns the
 * number of bytes, which is smaller only at end of file, or -errno even if a part has been
 * transferred. The contents of @vec are undefined afterwards.
 * HOST_IO_NOWAIT: -EAGAIN unless all data is available without waiting for a disk;
 * -EOPNOTSUPP if the host cannot tell for this file.
 */
ssize_t host_file_preadv(int fd, struct host_iovec *vec, unsigned int count,
			 uint64_t offset, unsigned int flags);
ssize_t host_file_pwritev(int fd, struct host_iovec *vec, unsigned int count,
			  uint64_t offset);

/*
 * host_file_unlink - remove the name @path.
 * host_file_rename - rename @from to @to, replacing an existing file @to.
 * host_file_link - give the file @from the further name @to. -EEXIST: @to exists already.
 */
int host_file_unlink(const char *path);
int host_file_rename(const char *from, const char *to);
int host_file_link(const char *from, const char *to);

/*
 * host_file_next_data - find the first run of data at or after *@start, and set *@start and *@end
 * to it. If the host cannot tell where data is, returns 0 and changes neither: all may be data.
 * -ENXIO: no data follows.
 */
int host_file_next_data(int fd, uint64_t *start, uint64_t *end);

/* host_file_is_remote - can other hosts that do not see our locks open the file? */
bool host_file_is_remote(int fd);

/* host_file_size - get the size of a regular file or block device. */
int host_file_size(int fd, uint64_t *size);

/*
 * host_file_end - get the size of a regular file. Cheap enough to call before each write, because
 * it does not read the time stamps: after such a read, the host stores an exact new time stamp at
 * the next change.
 */
int host_file_end(int fd, uint64_t *end);

/* host_file_sync - put data on stable storage, and metadata unless @data_only. Blocks. */
int host_file_sync(int fd, bool data_only);

/* host_file_punch - make the range read as zero and use no space. -EOPNOTSUPP: not possible. */
int host_file_punch(int fd, uint64_t offset, uint64_t size);

/*
 * host_file_lock - lock the whole file, shared or exclusive, until @fd is closed. -EAGAIN: another
 * descriptor holds a conflicting lock.
 */
int host_file_lock(int fd, bool exclusive);

/*
 * host_file_wait - sleep until @fd is readable (or writable, if @write), but at most @timeout.
 * -EAGAIN: @fd is still not ready. Blocks.
 */
int host_file_wait(int fd, bool write, uint64_t timeout);

/*
 * host_socket_listen - create a listening unix stream socket at @path.
 * host_socket_accept - accept a connection on the socket @fd. -EAGAIN: there is none. Both calls
 * return a new descriptor.
 */
int host_socket_listen(const char *path);
int host_socket_accept(int fd);

/*
 * host_pty_open - create a pseudo terminal in raw mode and return its descriptor; @name gets the
 * path of its other end. While nobody has the other end open, reads fail with -EIO, and writes may
 * fail.
 * host_pty_forget - discard data that was written but not read. -EBUSY: the other end is open.
 */
int host_pty_open(char *name, size_t name_size);
int host_pty_forget(int fd);

/* ---- network (drivers/eth*.c) ---------------------------------------------- */

/* A message on a socket. */
struct host_frame {
	struct host_iovec *vec;
	unsigned int nr_vec;
	size_t size;		/* received bytes */
	bool truncated;		/* the message was longer than vec */
};

/* How a descriptor transfers frames. */
enum host_net {
	HOST_NET_MESSAGES,	/* a socket that keeps message boundaries: many per call */
	HOST_NET_DEVICE,	/* a tap device: one read or write for each frame */
};

/*
 * host_net_connect - connect to the unix socket at @path (SOCK_SEQPACKET, or SOCK_STREAM if
 * @stream) without blocking, and return the descriptor. -ENOENT, -ECONNREFUSED: nobody listens
 * there.
 * host_net_inherit - return a non-blocking duplicate of @fd, which this process inherited and
 * nobody else uses; *@transport says how it transfers frames. -EPROTOTYPE: @fd is a stream socket.
 * -EINVAL: @fd is neither a socket nor a tap device.
 */
int host_net_connect(const char *path, bool stream);
int host_net_inherit(int fd, enum host_net *transport);

/*
 * host_net_send - send up to 32 frames. Returns how many were sent, at least one. -EAGAIN: none can
 * be sent now. Another -errno: the first frame cannot be sent.
 * host_net_receive - receive up to @nr frames and set the size and truncated of each. Returns how
 * many were received, or 0 at the end of the connection. -EAGAIN: none has arrived.
 */
int host_net_send(int fd, enum host_net transport, const struct host_frame *frames,
		  unsigned int nr);
int host_net_receive(int fd, enum host_net transport, struct host_frame *frames,
		     unsigned int nr);

/*
 * host_helper_probe - look for the program @name in the folder of this program and in the PATH.
 * -ENOENT: not found.
 * host_helper_start - run the program words[0] in a new process. The new process inherits only
 * standard error, gets one end of a new SOCK_SEQPACKET pair as descriptor 3, and receives SIGTERM
 * when this process ends. Returns the process id, and our end of the pair in *@fd.
 * host_helper_end - kill the helper @pid if it still runs. Blocks until the helper has ended.
 */
int host_helper_probe(const char *name);
int host_helper_start(const char *const *words, unsigned int nr_words, int *fd);
void host_helper_end(int pid);

/*
 * host_identity - fill @text with a string that differs between hosts, users and, if @folder,
 * working folders.
 */
int host_identity(char *text, size_t size, bool folder);

/* ---- host file system (drivers/hostfs/) ---------------------------------- */

/*
 * The hostfs server, a process of its own, carries out these calls (host/hostfs/). A file is named
 * by a node and a name of one component. A node is a number that stands for a directory, or for a
 * file without a name, that the server holds open. A name contains no slash and is not "..", so it
 * does not lead out of the directory, and no call follows symbolic links. "." is the directory
 * itself, "" is the file that the node stands for. All calls may block.
 * Numbers (modes, RENAME_*, DT_*) are those of the guest, because host and guest share one ABI.
 */
struct host_timestamp {
	int64_t sec;
	uint32_t nsec;
};

/* Special values of nsec for struct host_change. */
enum {
	HOST_TIME_NOW = 0x3fffffff,
	HOST_TIME_KEEP = 0x3ffffffe,
};

struct host_stat {
	uint64_t dev, ino;
	struct host_timestamp btime;	/* creation; zero if the file system keeps none */
	struct host_timestamp atime, mtime, ctime;
	uint32_t mode, nlink, uid, gid;
	uint32_t rdev_major, rdev_minor;
	uint64_t size;
	uint64_t blocks;		/* of 512 bytes */
	uint32_t block_size;
};

struct host_statfs {
	uint64_t block_size, fragment_size;
	uint64_t blocks, free, available, files, files_free;
	uint32_t name_size;
};

/* One record of host_fs_readdir(); size includes the name and the padding after it. */
struct host_dirent {
	uint64_t ino;
	int64_t next;			/* position after this entry, for the next call */
	uint16_t size;
	uint8_t type;			/* DT_* */
	char name[];
};
_Static_assert(offsetof(struct host_dirent, name) == 19, "layout that getdents64 writes");

/* A change of attributes, made in this order. */
enum {
	HOST_CHANGE_OWNER = 1,
	HOST_CHANGE_MODE = 2,
	HOST_CHANGE_TIMES = 4,
};

struct host_change {
	uint32_t what;			/* HOST_CHANGE_* */
	uint32_t uid, gid;		/* -1: no change */
	uint32_t mode;
	struct host_timestamp atime, mtime;
	uint64_t dev, ino;		/* the object must still be this one; ino 0: any */
};

/*
 * host_fs_root_add - open the folder @path of the host, which the guest will call @name. Called
 * while the options are checked. -ELOOP: a part of the path is a symbolic link. -EXDEV: the folder
 * lies inside another one that the guest can write, or around one.
 * host_fs_start - start the server if there are folders, or find the one that ran before a
 * restart: it still has the folders of the first start. Called before host_confine_files(). @text
 * gets a few words for the boot log, "" without a server.
 * host_fs_root - return the node of the folder that the guest calls @name.
 */
int host_fs_root_add(const char *path, const char *name, bool read_only);
int host_fs_start(char *text, size_t size);
int host_fs_root(const char *name, bool *read_only);

/*
 * host_fs_walk - open a folder below @node and return its node. @path may have several components,
 * but no symbolic link and no "..". "" is the folder itself.
 * host_fs_open - open (HOST_O_*) or create a regular file and return its descriptor. -ELOOP,
 * -ENXIO: the object is a link, or of another type.
 * host_fs_open_unnamed - create a file without a name in the directory @node (O_TMPFILE), and a
 * node for it.
 * host_fs_hold - return a node for a regular file, which stays valid when the name is removed.
 * host_fs_close - forget a node. Never blocks.
 */
int host_fs_walk(int node, const char *path, struct host_stat *st);
int host_fs_open(int node, const char *name, unsigned int flags, unsigned int mode,
		 struct host_stat *st);
int host_fs_open_unnamed(int node, unsigned int mode, struct host_stat *st, int *file_node);
int host_fs_hold(int node, const char *name, struct host_stat *st);
void host_fs_close(int node);

/*
 * host_fs_list - open the directory @node for host_fs_readdir() and return the node of the list.
 * host_fs_readdir - read records from @position (-1: where the last call ended). Returns the bytes
 * read, or 0 at the end.
 */
int host_fs_list(int node);
ssize_t host_fs_readdir(int list, int64_t position, void *buf, size_t size);

int host_fs_stat(int node, const char *name, struct host_stat *st);
int host_fs_statfs(int node, struct host_statfs *st);

/* host_fs_sync - put the directory @node or, if @all, its file system on stable storage. */
int host_fs_sync(int node, bool all);

/* host_fs_make - create a directory or socket, as the type in @mode says. */
int host_fs_make(int node, const char *name, unsigned int mode);
int host_fs_symlink(int node, const char *name, const char *target);
int host_fs_link(int from, const char *from_name, int to, const char *to_name);
int host_fs_remove(int node, const char *name, bool directory);
int host_fs_rename(int from, const char *from_name, int to, const char *to_name,
		   unsigned int flags);

/* host_fs_readlink - copy at most @size bytes of the target, without a zero; return how many. */
ssize_t host_fs_readlink(int node, const char *name, char *buf, size_t size);

/*
 * host_fs_change - change attributes. -EPERM also if the mode would set the set-user-ID or
 * set-group-ID bit. -ESTALE: another file has the name now.
 */
int host_fs_change(int node, const char *name, const struct host_change *change);

/*
 * Extended attributes user.* by their full names. get and list return the size, even if @size is 0.
 * set removes the attribute if @value is NULL.
 */
ssize_t host_fs_xattr_get(int node, const char *name, const char *attribute, void *value,
			  size_t size);
ssize_t host_fs_xattr_list(int node, const char *name, char *list, size_t size);
int host_fs_xattr_set(int node, const char *name, const char *attribute, const void *value,
		      size_t size, int flags);

/* host_fs_owner - get the user and group of this process on the host. */
void host_fs_owner(uint32_t *uid, uint32_t *gid);

/* host_fs_max_descriptors - raise the limit of descriptors as far as allowed, and return it. */
unsigned int host_fs_max_descriptors(void);

/*
 * Calls on the descriptor of an open file, which do not pass the server.
 * host_file_stat - get the attributes; btime stays zero. Any thread.
 * host_file_readlink - read the link @name in the folder @fd, as host_fs_readlink() does. Any
 * thread.
 * host_fs_truncate - set the size. Any thread.
 * host_fs_allocate - allocate, zero or punch a range, as fallocate() does with @mode.
 */
int host_file_stat(int fd, struct host_stat *st);
ssize_t host_file_readlink(int fd, const char *name, char *buf, size_t size);
int host_fs_truncate(int fd, uint64_t size);
int host_fs_allocate(int fd, int mode, uint64_t offset, uint64_t size);

/* ---- readiness ---------------------------------------------------------- */

/*
 * host_poll_add - report @fd to um_poll_ready() with @cookie each time that it becomes readable
 * (or writable, if @write). Edge-triggered: the caller must read until -EAGAIN. A descriptor that
 * cannot be polled (regular file, /dev/null) is reported once, immediately.
 * host_poll_watch - choose whether @fd is reported when it becomes readable, writable or both. If
 * @fd is ready already, it is reported immediately. Watch for writability only while it is needed,
 * because each read at the other end causes another report.
 * host_poll_remove - stop reporting @fd. Must be called before the descriptor is closed.
 */
int host_poll_add(int fd, bool write, uint64_t cookie);
void host_poll_watch(int fd, bool read, bool write);
void host_poll_remove(int fd);

/* host_poll_collect - call um_poll_ready() for each ready descriptor. Interrupts off. */
void host_poll_collect(void);

/* ---- worker threads ----------------------------------------------------- */

/*
 * host_worker_start - run @fn(@arg) on a new host thread. The thread shares memory and descriptors
 * with the machine's thread, receives no signals, and may make only calls marked "any thread" and
 * the three below. It must never call kernel functions or take kernel locks.
 * host_worker_wait - sleep until *@word differs from @seen. Any thread.
 * host_worker_wake - wake sleepers after *@word has changed. Any thread.
 * host_worker_notify - raise a host event; the machine's thread soon calls the functions that were
 * registered by um_irq_register_worker(). Any worker.
 */
int host_worker_start(int (*fn)(void *arg), void *arg);
void host_worker_wait(uint32_t *word, uint32_t seen);
void host_worker_wake(uint32_t *word);
void host_worker_notify(void);

/* ---- time --------------------------------------------------------------- */

/*
 * host_time_now - return the monotonic time. Any thread.
 * host_time_real - return the time since 1970, UTC. Any thread.
 */
uint64_t host_time_now(void);
uint64_t host_time_real(void);

/* host_time_held - return how much time host_time_now() leaves out because of debuggers. */
uint64_t host_time_held(void);

/* host_timer_set - raise the timer event once, at monotonic time @when; 0 disarms the timer. */
void host_timer_set(uint64_t when);

/*
 * host_idle - sleep until a host event is pending; returns at once if one is pending already.
 * Interrupts off. Uses no processor time while it sleeps.
 */
void host_idle(void);

/* ---- terminal ----------------------------------------------------------- */

/*
 * host_term_raw - if @fd is a terminal, save its settings and switch it to raw mode; the settings
 * are restored when the process ends. -ENOTTY: not a terminal.
 * host_term_size - get the rows and columns of @fd. -ENOTTY: not a terminal.
 */
int host_term_raw(int fd);
int host_term_size(int fd, unsigned short *rows, unsigned short *cols);

/* ---- message and end ---------------------------------------------------- */

/* host_print - write all of @text to standard error; works before any console. Any thread. */
void host_print(const char *text, size_t size);

/* host_exit - restore terminals, end all spaces, and exit with @status. */
void host_exit(int status) __attribute__((noreturn));

/* host_restart - clean up as host_exit() does, then run this program again with its arguments. */
void host_restart(void) __attribute__((noreturn));

/* host_random - fill @buf from the host's random source; returns how many bytes. Any thread. */
ssize_t host_random(void *buf, size_t size);

#endif /* UM_HOST_H */
