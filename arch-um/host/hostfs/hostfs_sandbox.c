// SPDX-License-Identifier: GPL-2.0-only
/*
 * hostfs_sandbox.c - confine the hostfs server to its folders
 *
 * The server checks each request (hostfs_calls.c). If a request could mislead it all the same, the
 * host still denies what lies outside the folders of hostfs=: Landlock by the descriptors of the
 * roots, and a filter by the list of system calls below. The server calls this once, before its
 * first request.
 */
#include "hostfs/hostfs_sandbox.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <um/host.h>
#include "hostfs/hostfs_roots.h"
#include "libk.h"
#include "lx/lx_confine.h"
#include "lx/lx_file.h"
#include "lx/lx_process.h"

static const uint16_t allowed_calls[] = {
	__NR_recvmsg, __NR_sendmsg, __NR_openat, __NR_openat2, __NR_close, __NR_statx, __NR_fcntl,
	__NR_fstatfs, __NR_lseek, __NR_getdents64, __NR_readlinkat, __NR_mkdirat, __NR_mknodat,
	__NR_symlinkat, __NR_linkat, __NR_unlinkat, __NR_renameat2, __NR_fchmod, __NR_fchmodat,
	__NR_fchmodat2, __NR_fchownat, __NR_utimensat, __NR_fgetxattr, __NR_fsetxattr,
	__NR_fremovexattr, __NR_flistxattr, __NR_fsync, __NR_syncfs, __NR_exit_group,
};
#define NR_ALLOWED (sizeof(allowed_calls) / sizeof(allowed_calls[0]))

static uint64_t handled_rights(int abi)
{
	/* All rights of the version: the numbers are consecutive. */
	static const uint8_t nr_rights[] = { 13, 14, 15, 15, 16 };
	unsigned int at = abi < (int)sizeof(nr_rights) ? abi : (int)sizeof(nr_rights);

	return (1ULL << nr_rights[at - 1]) - 1;
}

static bool landlock_enter(void)
{
	const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	const uint64_t writing = reading | LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_REFER |
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
	int abi = lx_landlock_create_ruleset(NULL, 0, LANDLOCK_CREATE_RULESET_VERSION), fd;
	struct landlock_ruleset_attr attr = {};
	size_t size = sizeof(uint64_t);
	unsigned int i;
	bool done = true;

	/* Landlock version 1 forbids all renames between folders, but hostfs needs them. */
	if (abi < 2)
		return false;
	attr.handled_access_fs = handled_rights(abi);
	if (abi >= 4) {
		attr.handled_access_net = LANDLOCK_ACCESS_NET_BIND_TCP |
					  LANDLOCK_ACCESS_NET_CONNECT_TCP;
		size = offsetof(struct landlock_ruleset_attr, scoped);
	}
	if (abi >= 6) {
		attr.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
		size = sizeof(attr);
	}
	fd = lx_landlock_create_ruleset(&attr, size, 0);
	if (fd < 0)
		return false;
	for (i = 0; i < hostfs_nr_roots_open; i++) {
		struct landlock_path_beneath_attr path = {
			.allowed_access = attr.handled_access_fs &
				(hostfs_roots_open[i].read_only ? reading : writing),
			.parent_fd = hostfs_roots_open[i].fd,
		};

		done &= !lx_landlock_add_rule(fd, LANDLOCK_RULE_PATH_BENEATH, &path);
	}
	done = done && !lx_landlock_restrict_self(fd, 0);
	lx_close(fd);
	return done;
}

static bool filter_enter(void)
{
	static struct sock_filter code[NR_ALLOWED + 6];
	struct { uint16_t length; struct sock_filter *code; } program = { .code = code };
	unsigned int n = 0, i;

#define ADD(code_, k, jt, jf) \
	(code[n++] = (struct sock_filter) { (code_), (jt), (jf), (k) })
	ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	ADD(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, NR_ALLOWED + 1);
	ADD(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	for (i = 0; i < NR_ALLOWED; i++)
		ADD(BPF_JMP | BPF_JEQ | BPF_K, allowed_calls[i], NR_ALLOWED - i, 0);
	ADD(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
	ADD(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
#undef ADD
	program.length = n;
	return !lx_seccomp(SECCOMP_SET_MODE_FILTER, 0, &program);
}

unsigned int hostfs_sandbox_enter(void)
{
	unsigned int walls = 0;

	lx_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* Nobody else may attach to this process or read its memory. */
	lx_prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (landlock_enter())
		walls |= HOSTFS_SANDBOX_FILES;
	if (filter_enter())
		walls |= HOSTFS_SANDBOX_CALLS;
	return walls;
}
