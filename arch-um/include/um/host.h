/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * host.h - the contract: every call that the kernel makes to the host
 *
 * Implemented in arch-um/host/, called by kernel code. Calls return >= 0 or
 * -errno unless they say otherwise; outputs stay untouched on failure. Sizes and
 * offsets are in bytes, times in nanoseconds. No call may be used from a worker
 * thread (host_worker_start()) unless its text says "any thread".
 * "Blocks" means that the host may put the whole machine to sleep for the call.
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
 * host_ram_create - make guest RAM: one sparse shared memory file of @size bytes,
 * mapped readable and writable at @at, which must be free. Once, at start.
 * Fails with -ENOMEM (address space limit), -EFBIG (file size limit).
 */
int host_ram_create(void *at, uint64_t size);

/*
 * host_ram_map - show @size bytes of RAM from @offset also at @at in this process,
 * replacing what is there. Page-aligned. Used for vmalloc. Never blocks.
 */
int host_ram_map(void *at, uint64_t offset, size_t size, int prot);

/*
 * host_mem_alloc - zeroed memory beside guest RAM, for what is the host side's own (maps of
 * disks); untouched pages cost nothing. NULL: none. host_mem_free takes the same size; NULL
 * is fine. Any thread.
 */
void *host_mem_alloc(size_t size);
void host_mem_free(void *at, size_t size);

/* host_text_put - change one byte of the kernel's own code; -errno: the host forbids it. */
int host_text_put(void *at, uint8_t byte);

/* host_mem_unmap - make [@at, @at+@size) of this process inaccessible. */
int host_mem_unmap(void *at, size_t size);

/*
 * host_ram_is_zero - does the host know, without looking, that the range of RAM is zero? It does for
 * what was never touched, or discarded since.
 */
bool host_ram_is_zero(uint64_t offset, uint64_t size);

/* host_ram_discard - give the host back the pages of RAM in the range; they read as zero afterwards. */
int host_ram_discard(uint64_t offset, uint64_t size);

/* ---- guest processes ---------------------------------------------------- */

/* A space: one host process that holds one guest address space. Opaque here. */
struct host_space;

/*
 * Guest registers, in the order of the host's user_regs_struct, which is also the
 * kernel's struct pt_regs: one block goes through unchanged.
 */
struct host_regs {
	uint64_t r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	uint64_t orig_ax, ip, cs, flags, sp, ss, fs_base, gs_base, ds, es, fs, gs;
};

/* Why guest code stopped. */
enum guest_stop {
	GUEST_SYSCALL,		/* a system call: number in orig_ax, ip behind the instruction */
	GUEST_FAULT,		/* page fault: addr, and what is known of the access */
	GUEST_TRAP,		/* any other exception: signo, code, addr as the host reports them */
	GUEST_INTERRUPT,	/* host event pending, or nothing at all: registers are valid */
	GUEST_GONE,		/* the host process died; registers are lost, the space is unusable */
};

enum guest_access {
	GUEST_ACCESS_UNKNOWN,	/* page was not mapped: could be any access */
	GUEST_ACCESS_DENIED,	/* page was mapped: the access was one that the mapping forbids */
	GUEST_ACCESS_READ,
	GUEST_ACCESS_WRITE,
	GUEST_ACCESS_EXEC,
};

struct guest_event {
	enum guest_stop stop;
	enum guest_access access;
	bool trapped;		/* of GUEST_SYSCALL: by a trap, which a patched site saves */
	bool gate_unknown;	/* of GUEST_SYSCALL: int 0x80 and the like look the same */
	int signo;		/* host signal number, equal to the guest's; of GUEST_GONE: what ended it, or 0 */
	int code;		/* si_code */
	uint64_t addr;		/* si_addr */
};

/* What host_guest_run() is to do besides running. */
enum guest_run_flags {
	GUEST_RUN_STEP = 1,	/* stop with GUEST_TRAP/SIGTRAP after one instruction */
	GUEST_RUN_SHARED = 2,	/* other tasks use the space too: its FP state is soon asked for */
};

/*
 * host_guest_init - choose the engine ("auto", "seccomp", "ptrace") and make the first space.
 * @why gets a line for the boot log (which engine, and why not a faster one).
 * -EINVAL: no such engine. -EPERM: the host forbids it; @why says what to change.
 */
int host_guest_init(const char *engine, char *why, size_t why_size);

/*
 * host_confine_allow - the machine may write the file @path of the host, or with @below all in
 * that folder. host_confine_allow_any - it opens files that nobody can name now.
 * host_confine_files - give up the rights to others, before host_guest_init(); not @wanted: keep
 * them. @text gets words for the boot log. host_confine_calls - give up system calls, after it;
 * -errno: the host has no filters. All of it is for good, and holds over a restart.
 */
void host_confine_allow(const char *path, bool below);
void host_confine_allow_any(void);
void host_confine_files(bool wanted, char *text, size_t size);
int host_confine_calls(void);

/*
 * host_space_create - a space with no guest mapping. May reuse a destroyed one.
 * -EAGAIN or -ENOMEM when the host refuses another process.
 */
int host_space_create(struct host_space **space);

/* host_space_destroy - ends the space; NULL is fine. Its mappings and registers are lost. */
void host_space_destroy(struct host_space *space);

/*
 * host_space_map - map RAM [@offset, @offset+@size) at @gaddr in the space with @prot.
 * host_space_unmap - remove every mapping in [@gaddr, @gaddr+@size).
 * Both are queued, in order, and take effect before the space runs again; a host that
 * cannot carry out a map (-ENOMEM: vm.max_map_count) drops all mappings of the space
 * and goes on: the guest faults them back.
 */
void host_space_map(struct host_space *space, uint64_t gaddr, uint64_t offset,
		    uint64_t size, int prot);
void host_space_unmap(struct host_space *space, uint64_t gaddr, uint64_t size);

/* host_space_is_empty - nothing was mapped in the space since all of it was unmapped. */
bool host_space_is_empty(const struct host_space *space);

/*
 * host_space_sync - when it returns, guest code cannot reach what was unmapped before, even
 * if it goes on running where the contract says that it stands still. To be called before
 * the pages can get another use. No guest code of any space may run meanwhile. Of a space that
 * the engine knows to sleep the mappings may stay until it runs: they reach nothing.
 */
void host_space_sync(struct host_space *space);

/*
 * host_guest_run - let guest code run in @space with @regs until it stops.
 * - call with um_irqs_on false; host events then end the run as GUEST_INTERRUPT
 *   and stay pending. It returns at once when one is pending already.
 * - @regs is loaded before and valid after, except after GUEST_GONE.
 * The FP state of the space is kept; see host_space_fp_get().
 */
void host_guest_run(struct host_space *space, struct host_regs *regs,
		    unsigned int flags, struct guest_event *event);

/*
 * host_fp_size - bytes of an FP state (XSAVE standard format), fixed after host_guest_init().
 * host_fp_features - XSAVE feature bits that it holds.
 * host_fp_default - fill @fp with the state of a new program.
 * host_space_fp_get/set - copy the FP state out of / into the space.
 * set: -EINVAL for a state that the processor refuses; the old one stays.
 */
size_t host_fp_size(void);
uint64_t host_fp_features(void);
void host_fp_default(void *fp);
int host_space_fp_get(struct host_space *space, void *fp);
int host_space_fp_set(struct host_space *space, const void *fp);

/*
 * System call sites. A site is a place in guest code with an instruction of
 * HOST_SITE_HEAD bytes and `syscall` behind it, in one page. Where it is often passed, the
 * kernel shows the guest another page instead, in which the first bytes are a jump and
 * `syscall` is left as it is; the call then stops guest code without a trap.
 * host_sites_supported - the engine can do that.
 * host_site_define - site @site (below HOST_SITES_MAX) has the instruction @head, which must work
 * at any address; @jump gets what to put in its place.
 * host_space_site_return - calls of @site come from the instruction before @addr in
 * this space. False, and nothing done, where the site is in use at another place.
 * host_space_site_forget - undo that; returns the address, 0 when there was none. The page must be
 * unmapped, and that synced, before guest code runs.
 * host_space_sites_disable - no site is good for the space from now on; false: as it was before.
 */
enum {
	HOST_SITES_MAX = 511,
	HOST_SITE_HEAD = 5,
};
bool host_sites_supported(void);
void host_site_define(unsigned int site, const uint8_t head[HOST_SITE_HEAD],
		      uint8_t jump[HOST_SITE_HEAD]);
bool host_space_site_return(struct host_space *space, unsigned int site, uint64_t addr);
uint64_t host_space_site_forget(struct host_space *space, unsigned int site);
bool host_space_sites_disable(struct host_space *space);

/*
 * Debug registers of the processor. addr: what is watched; control: DR7. The stop is GUEST_TRAP
 * with SIGTRAP. host_space_debug_set - load them for the next runs; -EINVAL or -EIO for what
 * the host refuses, the old ones stay then. host_space_debug_status - DR6 of the last stop.
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
	HOST_O_UNNAMED = 256,		/* host_fs_open() only */
};

/* host_file_open - returns a descriptor that no child process inherits. Blocks. */
int host_file_open(const char *path, unsigned int flags, unsigned int mode);
void host_file_close(int fd);

/*
 * host_file_inherit - a new, non-blocking descriptor for what @fd, given to us by whoever
 * started the process, refers to; for writing or for reading. Flags of @fd, which other
 * processes may share, stay as they are. -EBADF: not open, or not in that direction.
 */
int host_file_inherit(int fd, bool write);

/*
 * host_file_read/write - one transfer at the descriptor's own position; may be short.
 * -EAGAIN when the descriptor is non-blocking and not ready.
 */
ssize_t host_file_read(int fd, void *buf, size_t size);
ssize_t host_file_write(int fd, const void *buf, size_t size);

/* host_file_pread/pwrite - transfer all of @size at @offset; short only at end of file. */
ssize_t host_file_pread(int fd, void *buf, size_t size, uint64_t offset);
ssize_t host_file_pwrite(int fd, const void *buf, size_t size, uint64_t offset);

/* A piece of memory; the host's struct iovec. */
struct host_iovec {
	void *base;
	size_t size;
};

enum host_io {
	HOST_IO_NOWAIT = 1,
};

/*
 * host_file_preadv/pwritev - transfer all of @vec (at most 1024 pieces) at @offset and
 * return the bytes; less only at end of file. -errno even if a part was transferred.
 * @vec is used up: its contents are undefined afterwards.
 * HOST_IO_NOWAIT: -EAGAIN unless all of it can be had without waiting for a disk;
 * -EOPNOTSUPP if the host can never tell for this file.
 */
ssize_t host_file_preadv(int fd, struct host_iovec *vec, unsigned int count,
			 uint64_t offset, unsigned int flags);
ssize_t host_file_pwritev(int fd, struct host_iovec *vec, unsigned int count,
			  uint64_t offset);

/* host_file_unlink - remove the name @path. host_file_rename replaces @to; host_file_link does not (-EEXIST). */
int host_file_unlink(const char *path);
int host_file_rename(const char *from, const char *to);
int host_file_link(const char *from, const char *to);

/* host_file_next_data - the first run of possible data at or behind *@start; *@end its end. -ENXIO: none. */
int host_file_next_data(int fd, uint64_t *start, uint64_t *end);

/* host_file_is_remote - other hosts may have the file open and not see our locks. */
bool host_file_is_remote(int fd);

/* host_file_size - size of a regular file or block device. */
int host_file_size(int fd, uint64_t *size);

/*
 * host_file_end - the same of a file that is known to be one, cheap enough to ask before each
 * write: dates are not looked at, so the host need not keep exact ones for the next change.
 */
int host_file_end(int fd, uint64_t *end);

/* host_file_sync - data (and, unless @data_only, metadata) is on stable storage. Blocks. */
int host_file_sync(int fd, bool data_only);

/* host_file_punch - the range reads as zero and uses no space; -EOPNOTSUPP where the host cannot. */
int host_file_punch(int fd, uint64_t offset, uint64_t size);

/* host_file_lock - whole-file lock, shared or exclusive, held until close; -EAGAIN if another holds it. */
int host_file_lock(int fd, bool exclusive);

/*
 * host_file_wait - sleep until a read (or write) of @fd would not say -EAGAIN, or for
 * @timeout; -EAGAIN then. Blocks.
 */
int host_file_wait(int fd, bool write, uint64_t timeout);

/* host_socket_listen - a listening unix stream socket at @path; host_socket_accept takes a peer or -EAGAIN. */
int host_socket_listen(const char *path);
int host_socket_accept(int fd);

/*
 * host_pty_open - a new pseudo terminal in raw mode; @name gets the path of its other end.
 * While nobody has that open, reads say -EIO, writes that or nothing special.
 * host_pty_forget - throw away what was written and nobody has read; -EBUSY when
 * somebody has the other end open.
 */
int host_pty_open(char *name, size_t name_size);
int host_pty_forget(int fd);

/* ---- network (drivers/eth*.c) ---------------------------------------------- */

/* One message of a socket. */
struct host_frame {
	struct host_iovec *vec;
	unsigned int nr_vec;
	size_t size;		/* received bytes */
	bool truncated;		/* it was longer than @vec */
};

/* How frames go through a descriptor. */
enum host_net {
	HOST_NET_MESSAGES,	/* a socket that keeps messages apart */
	HOST_NET_DEVICE,	/* a tap device: one read or write each */
};

/*
 * host_net_connect - a non-blocking connection to the unix socket at @path; SOCK_SEQPACKET,
 * or SOCK_STREAM if @stream. -ENOENT, -ECONNREFUSED: nobody listens there.
 * host_net_inherit - a descriptor of our own for @fd, given to us by whoever started the
 * process, who has no further use for it; it becomes non-blocking. -EPROTOTYPE: a stream
 * socket; -EINVAL: neither a socket nor a tap device.
 */
int host_net_connect(const char *path, bool stream);
int host_net_inherit(int fd, enum host_net *transport);

/*
 * host_net_send - hand over up to 32 frames; how many were taken, at least one, or -EAGAIN, or
 * what is wrong with the first. host_net_receive - take up to @nr frames and set size and
 * truncated; how many, 0 at the end of the connection, -EAGAIN if there are none.
 */
int host_net_send(int fd, enum host_net transport, const struct host_frame *frames,
		  unsigned int nr);
int host_net_receive(int fd, enum host_net transport, struct host_frame *frames,
		     unsigned int nr);

/*
 * host_helper_probe - is the program @name beside this one, or in the PATH? -ENOENT.
 * host_helper_start - run it (words[0]) in a process of its own, with one end of a new
 * SOCK_SEQPACKET pair as its descriptor 3, and of ours only standard error; returns its
 * process id, and our end in *@fd. It gets SIGTERM when this process ends.
 * host_helper_end - end it if it still runs. Blocks for that long.
 */
int host_helper_probe(const char *name);
int host_helper_start(const char *const *words, unsigned int nr_words, int *fd);
void host_helper_end(int pid);

/* host_identity - a text that differs between hosts and users, and folders if @folder. */
int host_identity(char *text, size_t size, bool folder);

/* ---- host file system (drivers/hostfs*.c) -------------------------------- */

/*
 * A file is named by a descriptor and a name of one component: no slash, not "..", so
 * no name leads out of the directory. "." is the directory itself, "" the object that
 * the descriptor stands for. Nothing here ever follows a symbolic link, but for
 * host_fs_open_root(). All calls may block. Numbers (modes, RENAME_*, DT_*) are the
 * guest's own, since host and guest share one ABI.
 */
struct host_timestamp {
	int64_t sec;
	uint32_t nsec;
};

/* Special values of nsec for host_fs_utimes(). */
enum {
	HOST_TIME_NOW = 0x3fffffff,
	HOST_TIME_KEEP = 0x3ffffffe,
};

struct host_stat {
	uint64_t dev, ino;
	struct host_timestamp btime;	/* of birth; zero where the file system keeps none */
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

/* One record of host_fs_readdir(); size includes the name and what follows it. */
struct host_dirent {
	uint64_t ino;
	int64_t next;			/* position behind this entry, good for seeking */
	uint16_t size;
	uint8_t type;			/* DT_* */
	char name[];
};

/*
 * host_fs_open_root - a directory handle for a folder that the command line names.
 * host_fs_open_beneath - the same for a folder below @root_fd; @path is relative, may have
 * several components, but no symbolic link and no "..".
 * host_fs_open - open (HOST_O_*) or create a regular file, or "." for host_fs_readdir(); with
 * HOST_O_UNNAMED a new file of that directory that has no name (O_TMPFILE).
 * Whether it really is such a file is for the caller to see (host_fs_stat()).
 */
int host_fs_open_root(const char *path);
int host_fs_open_beneath(int root_fd, const char *path);
int host_fs_open(int fd, const char *name, unsigned int flags, unsigned int mode);

int host_fs_stat(int fd, const char *name, struct host_stat *st);
int host_fs_statfs(int fd, struct host_statfs *st);

/* host_fs_make - a directory, FIFO or socket, as the type in @mode says. */
int host_fs_make(int fd, const char *name, unsigned int mode);
int host_fs_symlink(int fd, const char *name, const char *target);
/* host_fs_link - with @from "" the file behind @from_fd, which need have no name. */
int host_fs_link(int from_fd, const char *from, int to_fd, const char *to);
int host_fs_remove(int fd, const char *name, bool directory);
int host_fs_rename(int from_fd, const char *from, int to_fd, const char *to,
		   unsigned int flags);

/* host_fs_readlink - bytes of the target, at most @size; no zero at the end. */
ssize_t host_fs_readlink(int fd, const char *name, char *buf, size_t size);

/*
 * host_fs_readdir - records from @position (-1: where the last call ended); 0 at the end.
 */
ssize_t host_fs_readdir(int fd, int64_t position, void *buf, size_t size);

int host_fs_chmod(int fd, const char *name, unsigned int mode);
int host_fs_chown(int fd, const char *name, uint32_t uid, uint32_t gid);
int host_fs_utimes(int fd, const char *name, const struct host_timestamp *atime,
		   const struct host_timestamp *mtime);
int host_fs_truncate(int fd, uint64_t size);

/* host_fs_allocate - fallocate() with its modes. */
int host_fs_allocate(int fd, int mode, uint64_t offset, uint64_t size);

/* host_fs_sync - all of the host file system that directory handle @fd lies on is on stable storage. */
int host_fs_sync(int fd);

/*
 * Extended attributes of a file or directory that is open for reading or writing, by their
 * full names. get and list return the size, also when @size is 0; set with @value NULL removes.
 */
ssize_t host_fs_xattr_get(int fd, const char *name, void *value, size_t size);
ssize_t host_fs_xattr_list(int fd, char *list, size_t size);
int host_fs_xattr_set(int fd, const char *name, const void *value, size_t size, int flags);

/* host_fs_owner - the user and group that this process acts as on the host. */
void host_fs_owner(uint32_t *uid, uint32_t *gid);

/* host_fs_max_descriptors - raise the limit as far as the host lets us; returns it. */
unsigned int host_fs_max_descriptors(void);

/* ---- readiness ---------------------------------------------------------- */

/*
 * host_poll_add - from now on report @fd to um_poll_ready() with @cookie each time that it
 * becomes readable (or writable, when @write). Edge-triggered: drain until -EAGAIN.
 * A descriptor that cannot be polled (regular file, /dev/null) is reported once, at
 * once, and reads never block. host_poll_remove - before the descriptor is closed.
 * host_poll_watch - report @fd, added before, for these reasons from now on; once
 * immediately if one of them holds. Watch for writability only while it is missed:
 * readers at the other end make it come true again with every byte they take.
 */
int host_poll_add(int fd, bool write, uint64_t cookie);
void host_poll_watch(int fd, bool read, bool write);
void host_poll_remove(int fd);

/* host_poll_collect - call um_poll_ready() for everything that became ready. Interrupts off. */
void host_poll_collect(void);

/* ---- worker threads ----------------------------------------------------- */

/*
 * host_worker_start - run @fn(@arg) on a host thread of its own that shares memory and
 * descriptors, takes no signals and may make only calls marked "any thread" and
 * the three below. It must never touch kernel functions or locks.
 * host_worker_wait - sleep until *@word differs from @seen. host_worker_wake - after
 * changing *@word, wakes sleepers (any thread). host_worker_notify - raise a host
 * event: what um_irq_register_worker() named is called in the machine's
 * thread soon (any worker).
 */
int host_worker_start(int (*fn)(void *arg), void *arg);
void host_worker_wait(uint32_t *word, uint32_t seen);
void host_worker_wake(uint32_t *word);
void host_worker_notify(void);

/* ---- time --------------------------------------------------------------- */

/* host_time_now - monotonic; host_time_real - since 1970, UTC. Any thread. */
uint64_t host_time_now(void);
uint64_t host_time_real(void);

/* host_time_held - how long debuggers held the machine; host_time_now() leaves it out. */
uint64_t host_time_held(void);

/* host_timer_set - raise the timer event at monotonic time @when (once); 0 disarms. */
void host_timer_set(uint64_t when);

/*
 * host_idle - sleep until a host event is pending. Interrupts off; returns at once if one
 * is pending already. Uses no processor time while it sleeps.
 */
void host_idle(void);

/* ---- terminal ----------------------------------------------------------- */

/*
 * host_term_raw - if @fd is a terminal, remember its settings and switch to raw mode;
 * whatever ends the process puts them back. -ENOTTY otherwise.
 * host_term_size - rows and columns; -ENOTTY if not a terminal.
 */
int host_term_raw(int fd);
int host_term_size(int fd, unsigned short *rows, unsigned short *cols);

/* ---- message and end ---------------------------------------------------- */

/* host_print - write to standard error, all of it, before any console works. Any thread. */
void host_print(const char *text, size_t size);

/* host_exit - restore the terminal, end all spaces and the process with @status. */
void host_exit(int status) __attribute__((noreturn));

/* host_restart - the same, then run this program again with the same arguments. */
void host_restart(void) __attribute__((noreturn));

/* host_random - fill from the host's random source; bytes or -errno. Any thread. */
ssize_t host_random(void *buf, size_t size);

#endif /* UM_HOST_H */
