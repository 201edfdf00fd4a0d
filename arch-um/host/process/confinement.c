// SPDX-License-Identifier: GPL-2.0-only
/*
 * confinement.c - give up the rights on the host that the kernel process does not need
 *
 * Called by kernel code (kernel/boot/) on the machine's thread while the machine starts.
 *
 * Theory of operation
 *
 * Root in the guest can take over the guest's kernel, and with it this process. So this process
 * gives up most of its user's rights in two steps, before the first guest instruction runs:
 *
 *   host_confine_files()   before any child process exists: set no_new_privs. Where the host has
 *                          Landlock, forbid TCP, and allow executing only this program. Allow
 *                          writing, creating and removing files only where the command line names
 *                          files or folders. Guest processes are created later, so they are in our
 *                          Landlock domain and we may trace them.
 *   host_confine_calls()   when the engine runs: install a filter that allows only the system
 *                          calls that arch-um/host makes (lx/); others fail with EPERM. Nearly all
 *                          rules test only the call's number, so the host can decide by a bitmap.
 *
 * Helpers need more rights. So the kernel process forks the starter, whose only task is to start
 * helpers, before it confines itself (helper_host.c).
 *
 * A restart executes the program again in the same process, which stays confined. So the filter
 * also allows execve and the calls that the program makes at its start. The next run learns from
 * CONFINED_VARIABLE that it is confined, and does not confine itself again.
 *
 * Limits: the process may still connect to unix sockets and send signals to the user's other
 * processes. It may read every file that its user may read, because the files below an overlay are
 * named in the overlay, not on the command line. Without Landlock it may execute any program, which
 * then runs under the same filter.
 */
#include "process/confinement.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <um/host.h>
#include "libk.h"
#include "lx/lx_confine.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"
#include "lx/lx_socket.h"
#include "process/environment.h"
#include "process/helper_host.h"

/*
 * Environment variable that tells a restarted program that it is confined. The value is the
 * descriptor of the starter's socket, or 0.
 */
#define CONFINED_VARIABLE "UMLAB_CONFINED"

#define CLONE_NEW_ANY	0x7e020000	/* namespaces */
#define PATHS_MAX	64
#define ANY		-1

struct rule {
	int nr;
	int argument;		/* number of the argument that is tested, or ANY */
	uint32_t mask, value;	/* the call is allowed if (argument & mask) == value */
};

#define CALL(name) { __NR_##name, ANY, 0, 0 }

/* Frequent calls first, because hosts before Linux 5.11 search the list. */
static const struct rule rules[] = {
	CALL(futex), CALL(tgkill), CALL(timer_settime), CALL(ppoll), CALL(rt_sigprocmask),
	CALL(rt_sigreturn), CALL(read), CALL(write), CALL(epoll_pwait), CALL(clock_gettime),
	CALL(sched_setaffinity), CALL(getcpu), CALL(ptrace), CALL(wait4), CALL(waitid),
	CALL(mmap), CALL(munmap), CALL(mprotect), CALL(fallocate), CALL(pread64), CALL(pwrite64),
	CALL(preadv), CALL(pwritev), CALL(preadv2), CALL(readv), CALL(writev),
	CALL(sendmmsg), CALL(recvmmsg), CALL(sendmsg), CALL(recvmsg), CALL(fdatasync),
	CALL(fsync), CALL(lseek), CALL(rt_tgsigqueueinfo), CALL(getrandom),
	CALL(restart_syscall), CALL(rt_sigtimedwait), CALL(kill), CALL(madvise),
	/* files */
	CALL(openat), CALL(close), CALL(close_range), CALL(fstat), CALL(fstatfs), CALL(fcntl),
	CALL(flock), CALL(ftruncate), CALL(readlinkat), CALL(faccessat), CALL(unlinkat),
	CALL(linkat), CALL(renameat2),
	{ __NR_fchmod, 1, 0xffffffff, 0600 },	/* of sockets; hostfs has its own process */
	CALL(dup3), CALL(pipe2), CALL(eventfd2), CALL(epoll_create1), CALL(epoll_ctl),
	/* no TIOCSTI, which would insert input at the user's terminal */
	{ __NR_ioctl, 1, 0xffffffff, TCGETS }, { __NR_ioctl, 1, 0xffffffff, TCSETS },
	{ __NR_ioctl, 1, 0xffffffff, TIOCGPGRP }, { __NR_ioctl, 1, 0xffffffff, TIOCGWINSZ },
	{ __NR_ioctl, 1, 0xffffffff, TIOCGPTN }, { __NR_ioctl, 1, 0xffffffff, TIOCSPTLCK },
	{ __NR_ioctl, 1, 0xffffffff, TIOCGPTPEER }, { __NR_ioctl, 1, 0xffffffff, TCFLSH },
	{ __NR_ioctl, 1, 0xffffffff, BLKGETSIZE64 },
	/* unix sockets only */
	{ __NR_socket, 0, 0xffffffff, LX_AF_UNIX }, { __NR_socketpair, 0, 0xffffffff, LX_AF_UNIX },
	CALL(bind), CALL(listen), CALL(accept4), CALL(connect), CALL(setsockopt), CALL(getsockopt),
	/* threads and processes, in the current namespaces */
	{ __NR_clone, 0, CLONE_NEW_ANY, 0 }, CALL(execve), CALL(exit), CALL(exit_group),
	CALL(getpid), CALL(getppid), CALL(gettid), CALL(geteuid), CALL(getegid), CALL(getpgid),
	CALL(setpgid), CALL(sched_getaffinity), CALL(prlimit64), CALL(getrusage), CALL(uname),
	{ __NR_prctl, 0, 0xffffffff, PR_SET_PDEATHSIG }, { __NR_prctl, 0, 0xffffffff, PR_SET_NAME },
	{ __NR_prctl, 0, 0xffffffff, PR_SET_NO_NEW_PRIVS },
	/* the start of the program after a restart */
	CALL(sysinfo), CALL(rt_sigaction), CALL(sigaltstack), CALL(timer_create),
	CALL(memfd_create), CALL(seccomp), CALL(brk), CALL(arch_prctl),
};
#define NR_RULES (sizeof(rules) / sizeof(rules[0]))

static struct sock_filter program[5 * NR_RULES + 8];
static struct { int fd; bool folder; } paths[PATHS_MAX];
static unsigned int nr_paths;
static bool paths_lost;
static bool confined;
static bool inherited;			/* confined by the run before a restart */

/* ---- files ---- */

void host_confine_allow(const char *path, bool below)
{
	int fd;

	if (nr_paths == PATHS_MAX) {
		paths_lost = true;
		return;
	}
	fd = lx_openat(AT_FDCWD, path, O_PATH | O_CLOEXEC, 0);
	if (fd < 0)
		return;			/* the code that opens the file reports the error */
	paths[nr_paths].fd = fd;
	paths[nr_paths++].folder = below;
}

void host_confine_allow_any(void)
{
	paths_lost = true;
}

/*
 * Returns the rights that are denied outside the allowed paths. If the machine may open any file
 * (@any_file), these are only the rights that a machine never needs.
 */
static uint64_t rights_of(int abi, bool any_file)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
			  LANDLOCK_ACCESS_FS_MAKE_BLOCK |
			  /* Unless this is handled, Landlock denies all renames between folders. */
			  LANDLOCK_ACCESS_FS_REFER;

	if (any_file)
		return rights;
	rights |= LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
		  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
		  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
		  LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM;
	if (abi >= 3)
		rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return rights;
}

static void path_add(int ruleset, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr path = { .allowed_access = rights, .parent_fd = fd };

	if (fd >= 0)
		lx_landlock_add_rule(ruleset, LANDLOCK_RULE_PATH_BENEATH, &path);
}

static void path_add_named(int ruleset, const char *name, uint64_t rights)
{
	int fd = lx_openat(AT_FDCWD, name, O_PATH | O_CLOEXEC, 0);

	path_add(ruleset, fd, rights);
	if (fd >= 0)
		lx_close(fd);
}

static bool landlock_enter(bool any_file)
{
	const uint64_t of_files = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
	int abi = lx_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), fd;
	struct landlock_ruleset_attr attr = {};
	unsigned int i;
	bool done;

	/* Landlock version 1 forbids all renames between folders, but hostfs needs them. */
	if (abi < 2)
		return false;
	attr.handled_access_fs = rights_of(abi, any_file);
	if (abi >= 4)
		attr.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP |
					  LANDLOCK_ACCESS_NET_CONNECT_TCP;
	fd = lx_landlock_create_ruleset(&attr, abi >= 4 ? sizeof(attr) : sizeof(uint64_t), 0);
	if (fd < 0)
		return false;
	path_add_named(fd, "/proc/self/exe", LANDLOCK_ACCESS_FS_EXECUTE);
	if (any_file) {
		path_add_named(fd, "/", LANDLOCK_ACCESS_FS_REFER);
	} else {
		uint64_t below = attr.handled_access_fs & ~LANDLOCK_ACCESS_FS_EXECUTE;

		for (i = 0; i < nr_paths; i++)
			path_add(fd, paths[i].fd,
				 paths[i].folder ? below : below & of_files);
		path_add_named(fd, "/dev/null", below & of_files);
		path_add_named(fd, "/dev/ptmx", below & of_files);
		path_add_named(fd, "/dev/pts", below & of_files);
		path_add_named(fd, "/dev/tty", below & of_files);
		path_add_named(fd, "/proc/self/fd", below & of_files);
	}
	done = !lx_landlock_restrict_self(fd, 0);
	lx_close(fd);
	return done;
}

void host_confine_files(bool wanted, char *text, size_t size)
{
	const char *before = host_environment_get(CONFINED_VARIABLE);
	bool landlock = false;
	unsigned int i;

	if (*before) {
		inherited = true;
		host_starter_inherit(before);
	} else if (wanted) {
		host_starter_start();
		lx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		landlock = landlock_enter(paths_lost);
	}
	confined = inherited || wanted;
	for (i = 0; i < nr_paths; i++)
		lx_close(paths[i].fd);
	nr_paths = 0;
	if (inherited)
		snprintf(text, size, "as before the restart");
	else if (!wanted)
		snprintf(text, size, "off (confine=off)");
	else
		snprintf(text, size, "%s", !landlock ? "no Landlock on this host" :
			 paths_lost ? "no other program (Landlock)" :
			 "writes only what its options name, no other program (Landlock)");
}

char **host_confined_environment(char **envp)
{
	static char variable[sizeof(CONFINED_VARIABLE) + 12];
	static char *next[512];
	unsigned int i, n = 0;

	if (!confined)
		return envp;
	for (i = 0; envp[i] && n < sizeof(next) / sizeof(next[0]) - 2; i++)
		if (strncmp(envp[i], CONFINED_VARIABLE "=", sizeof(CONFINED_VARIABLE)))
			next[n++] = envp[i];
	if (host_starter_fd())
		lx_fcntl(host_starter_fd(), F_SETFD, 0);
	snprintf(variable, sizeof(variable), CONFINED_VARIABLE "=%d", host_starter_fd());
	next[n] = variable;
	return next;
}

/* ---- system calls ---- */

static unsigned int program_make(void)
{
	unsigned int n = 0, i;

#define ADD(code, k, jt, jf) \
	(program[n++] = (struct sock_filter) { (code), (jt), (jf), (k) })
	ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	ADD(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	ADD(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
	ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (i = 0; i < NR_RULES; i++) {
		const struct rule *rule = &rules[i];

		if (rule->argument == ANY) {
			ADD(BPF_JMP | BPF_JEQ | BPF_K, rule->nr, 0, 1);
			ADD(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
			continue;
		}
		/* The last instruction loads the number again for the next rule. */
		ADD(BPF_JMP | BPF_JEQ | BPF_K, rule->nr, 0, 5);
		ADD(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args) + 8 * rule->argument, 0, 0);
		ADD(BPF_ALU | BPF_AND | BPF_K, rule->mask, 0, 0);
		ADD(BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1);
		ADD(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	}
	ADD(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
#undef ADD
	return n;
}

int host_confine_calls(void)
{
	struct { uint16_t length; struct sock_filter *program; } filter = { .program = program };

	if (inherited || !confined)
		return 0;
	filter.length = program_make();
	return lx_seccomp(SECCOMP_SET_MODE_FILTER, 0, &filter);
}
