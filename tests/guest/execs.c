// SPDX-License-Identifier: GPL-2.0-only
/*
 * execs.c - test execve: arguments, environment, scripts, errors, the auxiliary vector, the vDSO
 *
 * t4000-processes.sh runs this program in a guest.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tap.h"
#include "vdso_symbol.h"

static char folder[64], self[256], path[128];

static int run(const char *program, char *const argv[], char *const envp[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 2);
		execve(program, argv, envp);
		_exit(200 + (errno == ENOEXEC) + 2 * (errno == E2BIG) + 3 * (errno == EACCES) +
		      4 * (errno == ENOENT) + 5 * (errno == ELOOP) + 6 * (errno == ETXTBSY));
	}
	waitpid(pid, &status, 0);
	return status;
}

enum {
	IS_ENOEXEC = 201 << 8,
	IS_E2BIG = 202 << 8,
	IS_EACCES = 203 << 8,
	IS_ENOENT = 204 << 8,
	IS_ETXTBSY = 206 << 8,
};

static const char *make_file(const char *name, const void *bytes, size_t size, mode_t mode)
{
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		bail("cannot write %s", path);
	fchmod(fd, mode);
	close(fd);
	return path;
}

/* Runs in the executed program: argv[1] names the check. Returns 0 if the check passes. */
static int look(int argc, char **argv, char **envp)
{
	if (!strcmp(argv[1], "--arguments")) {
		int nr_env = 0;

		while (envp[nr_env])
			nr_env++;
		return !(argc == 5 && !strcmp(argv[0], "odd name") && !strcmp(argv[2], "") &&
			 !strcmp(argv[3],
				 "a b\n\xff") && strlen(argv[4]) == 100000 && nr_env == 2 &&
			 !strcmp(getenv("ONE"), "1") && !strcmp(getenv("EMPTY"), ""));
	}
	if (!strcmp(argv[1], "--many"))
		return argc != 20002;
	if (!strcmp(argv[1], "--state")) {
		struct sigaction usr1, usr2;
		stack_t stack;
		sigset_t blocked;

		sigaction(SIGUSR1, NULL, &usr1);
		sigaction(SIGUSR2, NULL, &usr2);
		sigaltstack(NULL, &stack);
		sigprocmask(SIG_BLOCK, NULL, &blocked);
		if (usr1.sa_handler != SIG_DFL || usr2.sa_handler != SIG_IGN)
			return 1;
		if (!sigismember(&blocked, SIGHUP) || sigismember(&blocked, SIGINT))
			return 2;
		if (stack.ss_flags != SS_DISABLE)
			return 3;
		return fcntl(100, F_GETFD) != -1 || fcntl(101, F_GETFD) == -1 ? 4 : 0;
	}
	if (!strcmp(argv[1], "script"))
		return !(argc == 5 && !strcmp(argv[3], "first") && !strcmp(argv[4], "second") &&
			 strstr(argv[2], "/script"));
	if (!strcmp(argv[1], "--registers"))
		return 0;
	return 99;
}

static void arguments(void)
{
	static char big[100001], *many[20004], huge[140000];
	char *env[] = { "ONE=1", "EMPTY=", NULL };

	memset(big, 'x', sizeof(big) - 1);
	is(run(self, (char *[]){ "odd name", "--arguments", "", "a b\n\xff", big, NULL }, env), 0,
	   "arguments and environment arrive byte for byte");
	many[0] = "execs";
	many[1] = "--many";
	for (int i = 2; i < 20002; i++)
		many[i] = "argument";
	is(run(self, many, env), 0, "20000 arguments arrive");
	memset(huge, 'y', sizeof(huge) - 1);
	is(run(self, (char *[]){ "execs", huge, NULL }, env), IS_E2BIG,
	   "an argument above 128 KiB gives E2BIG");
	is(run("/nowhere/program", (char *[]){ "x", NULL }, env), IS_ENOENT,
	   "a missing program gives ENOENT");
	is(run("/tmp", (char *[]){ "x", NULL }, env), IS_EACCES, "a folder gives EACCES");
}

static void scripts(void)
{
	char text[512];
	char *argv[] = { "ignored", "first", "second", NULL }, *env[] = { NULL };

	snprintf(text, sizeof(text), "#! %s script\nnot read\n", self);
	is(run(make_file("script", text, strlen(text), 0700), argv, env), 0,
	   "the interpreter of a script gets its argument, the path and the caller's arguments");
	is(run(make_file("noexec", text, strlen(text), 0600), argv, env), IS_EACCES,
	   "a script without execute permission gives EACCES");
	is(run(make_file("lost", "#!/nowhere/sh\n", 14, 0700), argv, env), IS_ENOENT,
	   "a missing interpreter gives ENOENT");
	is(run(make_file("text", "hello\n", 6, 0700), argv, env), IS_ENOEXEC,
	   "plain text gives ENOEXEC");
	is(run(make_file("empty", "", 0, 0700), argv, env), IS_ENOEXEC,
	   "an empty file gives ENOEXEC");
}

static void foreign_binaries(void)
{
	Elf32_Ehdr elf32 = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
		.e_ehsize = sizeof(elf32), .e_phoff = sizeof(elf32),
		.e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1, .e_entry = 0x8048054,
	};
	struct { Elf32_Ehdr head; Elf32_Phdr load; unsigned char code[16]; } program = {
		.head = elf32,
		.load = { .p_type = PT_LOAD, .p_vaddr = 0x8048000, .p_filesz = sizeof(program),
			  .p_memsz = sizeof(program), .p_flags = PF_R | PF_X, .p_align = 4096 },
		/* mov $1,%eax; mov $42,%ebx; int $0x80 */
		.code = { 0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80 } };
	Elf64_Ehdr arm = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			   .e_type = ET_EXEC, .e_machine = EM_AARCH64, .e_version = EV_CURRENT };
	char *argv[] = { "x", NULL }, *env[] = { NULL };
	int status = run(make_file("elf32", &program, sizeof(program), 0700), argv, env);

	if (in_guest())
		is(status, IS_ENOEXEC, "a 32-bit binary gives ENOEXEC");
	else
		skip("a 32-bit binary gives ENOEXEC", "the host may run it");
	is(run(make_file("arm", &arm, sizeof(arm), 0700), argv, env), IS_ENOEXEC,
	   "a binary for another processor gives ENOEXEC");
}

static void state(void)
{
	static char stack_memory[65536];
	stack_t stack = { .ss_sp = stack_memory, .ss_size = sizeof(stack_memory) };
	sigset_t blocked;
	char *env[] = { NULL };

	signal(SIGUSR1, (void (*)(int))state);
	signal(SIGUSR2, SIG_IGN);
	sigaltstack(&stack, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	dup3(0, 100, O_CLOEXEC);
	dup2(0, 101);
	is(run(self, (char *[]){ "execs", "--state", NULL }, env), 0,
	   "exec resets handlers and signal stack, keeps ignored and blocked signals");
	close(100);
	close(101);
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
}

static void in_use(void)
{
	char copy[160], *env[] = { NULL };
	char buffer[65536];
	int in = open(self, O_RDONLY), out, status;
	ssize_t size;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s/copy", folder);
	out = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	while ((size = read(in, buffer, sizeof(buffer))) > 0)
		write(out, buffer, size);
	close(in);
	is(run(copy, (char *[]){ "execs", "--registers", NULL }, env), IS_ETXTBSY,
	   "a file that is open for writing gives ETXTBSY");
	close(out);
	is(run(copy, (char *[]){ "execs", "--registers", NULL }, env), 0,
	   "the file runs after it was closed");
	in = open(copy, O_RDONLY | O_CLOEXEC);
	pid = fork();
	if (pid == 0) {
		syscall(SYS_execveat, in, "", (char *[]){ "execs", "--registers", NULL }, env,
			AT_EMPTY_PATH);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	is(status, 0, "execveat runs an open descriptor");
	close(in);
}

static void *exec_in_thread(void *argument)
{
	execve(self, (char *[]){ "execs", "--registers", NULL }, (char *[]){ NULL });
	return argument;
}

static void from_thread(void)
{
	int status;
	pid_t pid = fork();
	pthread_t thread;

	if (pid == 0) {
		pthread_create(&thread, NULL, exec_in_thread, NULL);
		for (;;)
			pause();
	}
	waitpid(pid, &status, 0);
	is(status, 0, "exec in a thread takes over the process id");
}

static void auxiliary_vector(void)
{
	Elf64_Ehdr *vdso = (void *)getauxval(AT_SYSINFO_EHDR);
	Elf64_Phdr *program = (void *)getauxval(AT_PHDR);
	unsigned char *random = (void *)getauxval(AT_RANDOM);
	const char *platform = (void *)getauxval(AT_PLATFORM);

	is(getauxval(AT_PAGESZ), 4096, "AT_PAGESZ is 4096");
	is(getauxval(AT_CLKTCK), 100, "AT_CLKTCK is 100");
	ok(getauxval(AT_UID) == getuid() && getauxval(AT_EUID) == geteuid() &&
	   getauxval(AT_GID) == getgid() && getauxval(AT_EGID) == getegid() &&
	   getauxval(AT_SECURE) == 0, "AT_UID, AT_EUID, AT_GID and AT_EGID match the process");
	ok(program && getauxval(AT_PHENT) == sizeof(*program) && getauxval(AT_PHNUM) > 2,
	   "AT_PHDR, AT_PHENT and AT_PHNUM describe the program headers");
	ok(random && (random[0] | random[5] | random[9] | random[15]),
	   "AT_RANDOM points at 16 bytes");
	ok(platform && !strcmp(platform, "x86_64"), "AT_PLATFORM is x86_64");
	ok(strstr((char *)getauxval(AT_EXECFN), "execs") != NULL,
	   "AT_EXECFN is the program's path");
	ok(getauxval(AT_HWCAP) != 0, "AT_HWCAP has the processor's feature word");
	ok(getauxval(AT_MINSIGSTKSZ) >= 1024, "AT_MINSIGSTKSZ leaves room for a signal frame (%lu)",
	   getauxval(AT_MINSIGSTKSZ));
	unsigned int a = 7, b, c = 0, d;

	asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	is(!!(getauxval(AT_HWCAP2) & 2), b & 1, "AT_HWCAP2 reports FSGSBASE like the processor");

	if (!ok(vdso && !memcmp(vdso->e_ident, ELFMAG, SELFMAG),
		"AT_SYSINFO_EHDR points at an ELF image"))
		return;
	ok(vdso->e_type == ET_DYN && vdso->e_machine == EM_X86_64,
	   "the vDSO is a 64-bit shared object");
}

static void vdso(void)
{
	int (*get_time)(clockid_t, struct timespec *) = vdso_symbol("__vdso_clock_gettime");
	int (*get_cpu)(unsigned *, unsigned *, void *) = vdso_symbol("__vdso_getcpu");
	time_t (*get_seconds)(time_t *) = vdso_symbol("__vdso_time");
	struct timespec by_vdso = { 0 }, by_call = { 0 };
	unsigned cpu = ~0u;

	if (!getauxval(AT_SYSINFO_EHDR))
		return skip("the vDSO has __vdso_clock_gettime", "no vDSO");
	if (ok(get_time != NULL, "the vDSO has __vdso_clock_gettime")) {
		is(get_time(CLOCK_MONOTONIC, &by_vdso), 0, "__vdso_clock_gettime succeeds");
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &by_call);
		ok(by_vdso.tv_sec == by_call.tv_sec || by_vdso.tv_sec + 1 == by_call.tv_sec,
		   "__vdso_clock_gettime returns the kernel's time");
		is(get_time(9999, &by_vdso), -EINVAL,
		   "__vdso_clock_gettime rejects an unknown clock");
	}
	ok(get_cpu && get_cpu(&cpu, NULL, NULL) == 0 && cpu < 4096, "the vDSO has __vdso_getcpu");
	ok(get_seconds && labs(get_seconds(NULL) - time(NULL)) <= 1, "the vDSO has __vdso_time");
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1)
		return look(argc, argv, envp);
	snprintf(folder, sizeof(folder), "/tmp/execs.%d", getpid());
	if (mkdir(folder, 0700) < 0 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		bail("%s", folder);
	arguments();
	scripts();
	foreign_binaries();
	state();
	in_use();
	from_thread();
	auxiliary_vector();
	vdso();
	static const char *const made[] = { "script", "noexec", "lost", "text", "empty", "elf32",
					    "arm", "copy" };

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
		unlink(path);
	}
	rmdir(folder);
	return tap_done();
}
