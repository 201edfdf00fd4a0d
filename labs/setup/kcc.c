// SPDX-License-Identifier: GPL-2.0-only
/*
 * kcc.c - compile kernel files with precompiled headers
 *
 * kernel.sh puts this program in front of the compiler on the host (CC="kcc gcc") if precompiled
 * headers are enabled (KCC=1). A first build then takes half the processor time, because most of
 * the 2700 files are small and include the same 1000 headers.
 *
 * Theory of operation
 *
 * A compilation can use a precompiled header if the source is a C file of the generic tree in one
 * of the folders that `sets` lists. The options of the compilation form a key, except for the
 * names of the object, search paths and warnings. Each key has a folder below .pch in kbuild's O=
 * folder, which is our working directory. Some files have options that no other file has, so the
 * first RARE files of each key are compiled as text; only then is the header precompiled.
 *
 * Three things would differ from a compilation as text:
 *  - KBUILD_MODNAME and similar macros differ for each object, and gcc rejects a precompiled
 *    header that was made with other values. So the precompiled header undefines these macros at
 *    its end, and a second included file defines them in place of -D options. Inline functions in
 *    headers keep the values of the precompiled header, which appear in messages only.
 *  - A file may define pr_fmt before it includes anything. So the precompiled header undefines
 *    pr_fmt at its end, and the second file defines it, unless the source does.
 *  - Any other macro or condition before the first #include may change what a header does, so
 *    such a file is compiled as text. A file is also compiled as text if the compilation with the
 *    precompiled header prints anything, so all warnings come from a compilation as text.
 *
 * The object's dependencies are gcc's list without our own files, so kbuild rebuilds as usual. The
 * precompiled header is made again if one of its sources is newer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RARE = 12, PATH_SIZE = 512 };

// Headers that most files of a folder include, directly or through other headers.
static const char common_headers[] =
	"#include <linux/module.h>\n#include <linux/kernel.h>\n#include <linux/init.h>\n"
	"#include <linux/slab.h>\n#include <linux/sched.h>\n#include <linux/mm.h>\n"
	"#include <linux/fs.h>\n#include <linux/seq_file.h>\n#include <linux/uaccess.h>\n";
static const char block_headers[] =
	"#include <linux/pagemap.h>\n#include <linux/blkdev.h>\n#include <linux/bio.h>\n"
	"#include <linux/swap.h>\n#include <linux/syscalls.h>\n#include <linux/security.h>\n"
	"#include <linux/fs_context.h>\n";
static const char net_headers[] =
	"#include <linux/skbuff.h>\n#include <linux/netdevice.h>\n"
	"#include <linux/rtnetlink.h>\n#include <net/net_namespace.h>\n"
	"#include <net/sock.h>\n#include <net/tcp.h>\n#include <net/pkt_cls.h>\n"
	"#include <linux/netfilter/x_tables.h>\n#include <net/netfilter/nf_conntrack.h>\n"
	"#include <net/netfilter/nf_tables.h>\n";

static const struct set {
	const char *folder, *headers;
} sets[] = {
	{ "net/", net_headers },
	{ "drivers/net/", net_headers },
	{ "fs/nfs", net_headers },
	{ "fs/lockd/", net_headers },
	{ "fs/smb/", net_headers },
	{ "kernel/bpf/", net_headers },
	{ "fs/", block_headers },
	{ "block/", block_headers },
	{ "security/", block_headers },
	{ "crypto/", block_headers },
	{ "io_uring/", block_headers },
	{ "ipc/", block_headers },
	{ "kernel/", block_headers },
	{ "mm/", block_headers },
	{ "lib/", block_headers },
	{ "drivers/", block_headers },
};

struct compilation {
	char **argv;                     // the compiler's arguments, argv[0] is its name
	int argc;
	const char *source, *object, *deps;
	const struct set *set;
	uint64_t key;
	bool own_pr_fmt;
};

static uint64_t hash(uint64_t sum, const char *text)
{
	do
		sum = (sum ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++);
	return sum;
}

static bool starts(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

// Does this option only name the object, and not change how the file is compiled?
static bool is_name(const char *option)
{
	return starts(option, "-DKBUILD_") || starts(option, "-D__KBUILD_MODNAME");
}

/* Finds the set by the object's path below O=, which is also the source's path below the tree. */
static const struct set *set_find(const char *object)
{
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
		if (starts(object, sets[i].folder))
			return &sets[i];
	return NULL;
}

// Is everything before the first #include harmless to headers? Sets own_pr_fmt.
static bool head_is_plain(struct compilation *c)
{
	static const char *const harmless[] = { "pr_fmt(", "dev_fmt", "KMSG_COMPONENT", "DRV_" };
	char line[1024], word[16], name[64];
	FILE *file = fopen(c->source, "re");
	bool plain = false;

	while (file && fgets(line, sizeof line, file)) {
		if (sscanf(line, " # %15[a-z] %63s", word, name) < 1)
			continue;
		if (!strcmp(word, "include")) {
			plain = true;
			break;
		}
		if (strcmp(word, "define"))
			break;
		bool known = false;
		for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
			known |= starts(name, harmless[i]);
		if (!known)
			break;
		c->own_pr_fmt |= starts(name, "pr_fmt(");
		if (starts(name, "dev_fmt"))
			break;
	}
	if (file)
		fclose(file);
	return plain;
}

static bool compilation_parse(struct compilation *c)
{
	bool compile = false, kernel = false;

	c->key = 0xcbf29ce484222325;
	for (int i = 1; i < c->argc; i++) {
		const char *a = c->argv[i];
		size_t length = strlen(a);

		if (!strcmp(a, "-o") && i + 1 < c->argc) {
			c->object = c->argv[++i];
		} else if (!strcmp(a, "-c")) {
			compile = true;
		} else if (starts(a, "-Wp,-MMD,")) {
			c->deps = a + strlen("-Wp,-MMD,");
		} else if (*a != '-' && length > 2 && !strcmp(a + length - 2, ".c")) {
			c->source = a;
		} else if (!strcmp(a, "-I")) {
			i++;
		} else if (!is_name(a) && !starts(a, "-I") && !starts(a, "-W")) {
			kernel |= !strcmp(a, "-D__KERNEL__");
			c->key = hash(c->key, a);
		}
	}
	if (!compile || !kernel || !c->object || !c->deps || !c->source)
		return false;
	c->set = set_find(c->object);
	if (!c->set)
		return false;
	c->key = hash(hash(c->key, common_headers), c->set->headers);
	return head_is_plain(c);
}

static int run(char **argv, int error_fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		dup2(error_fd, STDERR_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	return file && (fputs(text, file) >= 0) + !fclose(file) == 2;
}

static char *read_file(const char *path)
{
	char *text = NULL;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && !fstat(fd, &st) && (text = calloc(1, st.st_size + 1)) &&
	    read(fd, text, st.st_size) != st.st_size) {
		free(text);
		text = NULL;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec != b->st_mtim.tv_sec ?
	       a->st_mtim.tv_sec > b->st_mtim.tv_sec :
	       a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

// Does the precompiled header exist, and is it newer than all files in its list?
static bool header_is_fresh(const char *header, const char *list)
{
	struct stat st, made;
	bool fresh = true;
	char *text, *rest;

	if (stat(header, &made) || !(text = read_file(list)))
		return false;
	strtok_r(text, " \\\n", &rest);            // skip the target
	for (char *word; fresh && (word = strtok_r(NULL, " \\\n", &rest));)
		fresh = !stat(word, &st) && !is_newer(&st, &made);
	free(text);
	return fresh;
}

static int header_make(const struct compilation *c, const char *folder, const char *header,
		       const char *list)
{
	char source[PATH_SIZE], part[PATH_SIZE], option[PATH_SIZE + 16], text[4096];
	char **argv = calloc(c->argc + 8, sizeof *argv);
	int n = 0, status, quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	snprintf(source, sizeof source, "%s/source.h", folder);
	snprintf(part, sizeof part, "%s/part", folder);
	snprintf(option, sizeof option, "-Wp,-MMD,%s", list);
	snprintf(text, sizeof text,
		 "#define KBUILD_MODFILE \"kernel\"\n#define KBUILD_BASENAME \"kernel\"\n"
		 "#define KBUILD_MODNAME \"kernel\"\n#define __KBUILD_MODNAME kmod_kernel\n%s%s"
		 "#undef KBUILD_MODFILE\n#undef KBUILD_BASENAME\n#undef KBUILD_MODNAME\n"
		 "#undef __KBUILD_MODNAME\n#undef pr_fmt\n", common_headers, c->set->headers);
	if (!argv || !write_file(source, text))
		return 1;
	for (int i = 0; i < c->argc; i++) {
		const char *a = c->argv[i];

		if (!strcmp(a, "-o"))
			i++;
		else if (strcmp(a, "-c") && a != c->source && !is_name(a) &&
			 !starts(a, "-Wp,-MMD,"))
			argv[n++] = c->argv[i];
	}
	argv[n++] = option;
	argv[n++] = "-x";
	argv[n++] = "c-header";
	argv[n++] = "-o";
	argv[n++] = part;
	argv[n++] = source;
	status = run(argv, quiet);
	free(argv);
	close(quiet);
	return status ? status : rename(part, header);
}

/* Finds or makes the precompiled header for the key; @path gets its name without .gch. */
static bool header_get(const struct compilation *c, char *path)
{
	char folder[64], header[PATH_SIZE + 8], list[PATH_SIZE], count[PATH_SIZE];
	struct stat st;
	bool have;

	snprintf(folder, sizeof folder, ".pch/%016llx", (unsigned long long)c->key);
	snprintf(path, PATH_SIZE, "%s/k.h", folder);
	snprintf(header, sizeof header, "%s.gch", path);
	snprintf(list, sizeof list, "%s/list", folder);
	snprintf(count, sizeof count, "%s/count", folder);
	if (header_is_fresh(header, list))
		return true;
	mkdir(".pch", 0777);
	mkdir(folder, 0777);
	int fd = open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, "x", 1) != 1 || fstat(fd, &st) || st.st_size < RARE) {
		close(fd);
		return false;
	}
	flock(fd, LOCK_EX);                        // one process makes the header, others wait
	have = header_is_fresh(header, list) || header_make(c, folder, header, list) == 0;
	if (!have && ftruncate(fd, 0))             // try again after RARE more files
		perror(count);
	close(fd);
	return have;
}

// Writes the second included file: the names of this object and the default of pr_fmt.
static bool names_write(const struct compilation *c, const char *path)
{
	char text[4096] = "";
	size_t used = 0;

	for (int i = 1; i < c->argc; i++) {
		if (!is_name(c->argv[i]))
			continue;
		const char *name = c->argv[i] + 2, *equals = strchr(name, '=');
		if (!equals)
			return false;
		used += snprintf(text + used, sizeof text - used, "#define %.*s %s\n",
				 (int)(equals - name), name, equals + 1);
		if (used >= sizeof text)
			return false;
	}
	if (!c->own_pr_fmt)
		used += snprintf(text + used, sizeof text - used, "#define pr_fmt(fmt) fmt\n");
	return used < sizeof text && write_file(path, text);
}

// Writes the words of a dependency list, except for targets and our own files.
static void deps_add(FILE *file, char *text)
{
	char *rest, *word;

	for (word = strtok_r(text, " \\\n", &rest); word; word = strtok_r(NULL, " \\\n", &rest))
		if (!strstr(word, ".pch/") && word[strlen(word) - 1] != ':')
			fprintf(file, " \\\n %s", word);
}

// Adds the sources of the precompiled header to the dependencies that gcc wrote.
static bool deps_complete(const struct compilation *c, const char *header)
{
	char list[PATH_SIZE + 8], *own, *shared = NULL;
	FILE *file = NULL;
	bool done = false;

	snprintf(list, sizeof list, "%.*slist", (int)(strrchr(header, '/') + 1 - header), header);
	own = read_file(c->deps);
	shared = read_file(list);
	if (own && shared && (file = fopen(c->deps, "we"))) {
		fprintf(file, "%s:", c->object);
		deps_add(file, own);
		deps_add(file, shared);
		fputs("\n", file);
		done = !fclose(file);
	}
	free(own);
	free(shared);
	return done;
}

static int compile_with(const struct compilation *c, const char *header)
{
	char names[PATH_SIZE];
	char **argv = calloc(c->argc + 8, sizeof *argv);
	int n = 1, status, errors = memfd_create("errors", MFD_CLOEXEC);
	struct stat said;

	snprintf(names, sizeof names, ".pch/%d.h", (int)getpid());
	if (!argv || errors < 0 || !names_write(c, names))
		return 1;
	argv[0] = c->argv[0];
	argv[n++] = "-include";
	argv[n++] = (char *)header;
	argv[n++] = "-include";
	argv[n++] = names;
	for (int i = 1; i < c->argc; i++) {
		if (!strcmp(c->argv[i], "-include"))
			i++;
		else if (!is_name(c->argv[i]))
			argv[n++] = c->argv[i];
	}
	status = run(argv, errors);
	unlink(names);
	if (status == 0 && (fstat(errors, &said) || said.st_size || !deps_complete(c, header)))
		status = 1;
	if (status && getenv("KCC_DEBUG"))
		fprintf(stderr, "kcc: as text: %s\n", c->source);
	close(errors);
	free(argv);
	return status;
}

int main(int argc, char **argv)
{
	struct compilation c = { .argv = argv + 1, .argc = argc - 1 };
	char header[PATH_SIZE];

	if (argc < 2) {
		fprintf(stderr, "usage: kcc COMPILER OPTION...\n");
		return 2;
	}
	if (compilation_parse(&c) && header_get(&c, header) && compile_with(&c, header) == 0)
		return 0;
	execvp(c.argv[0], c.argv);
	perror(c.argv[0]);
	return 127;
}
