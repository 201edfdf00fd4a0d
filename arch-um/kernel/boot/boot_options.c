// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot_options.c - check the program's own options and make the kernel command line
 *
 * Called once by um_start() (setup.c), before there is memory to allocate and before the program
 * changes any file. The table below has a check for each option of the port. A malformed value, or
 * a word that starts with '-' and is not in the table, ends the program with one line and status 2.
 * All other words are passed on to the kernel and to init.
 */
#include "boot_options.h"

#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ctype.h>
#include <linux/string.h>
#include <generated/utsrelease.h>
#include <asm/um_option.h>
#include <asm/um_panic_core.h>
#include <um/host.h>
#include <um/layout.h>
#include <um/upcall.h>
#include "confined_paths.h"

#define EXIT_STATUS_NO_START	1
#define EXIT_STATUS_USAGE	2
#define RAM_MIN_SIZE		(16ULL << 20)
#define SPACES_MIN		16
#define SPACES_MAX		30000

struct option {
	const char *name;	/* without digits and '=' */
	int nr;			/* the name takes a number from 0 to nr - 1; -1: no number */
	bool (*check)(const char *value);	/* is the value well-formed? */
	int (*probe)(const char *value);	/* can the object be opened? -errno; may be NULL */
	const char *form;
	const char *help;
};

static char message[600] __initdata;

static void __init __printf(1, 2) say(const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(message, sizeof(message), format, args);
	va_end(args);
	host_file_write(1, message, length);
}

/* Print one line to standard error and end the program with @status. */
static void __init __noreturn __printf(2, 3) fail(int status, const char *format, ...)
{
	va_list args;
	int length;

	length = scnprintf(message, sizeof(message), "linux: ");
	va_start(args, format);
	length += vscnprintf(message + length, sizeof(message) - length, format, args);
	va_end(args);
	length += scnprintf(message + length, sizeof(message) - length, "%s\n",
			    status == EXIT_STATUS_USAGE ? " (see linux --help)" : "");
	host_print(message, length);
	host_exit(status);
}

#define usage_fail(...) fail(EXIT_STATUS_USAGE, __VA_ARGS__)

static bool __init check_size(const char *value)
{
	char *end;
	u64 size = memparse(value, &end);

	return end != value && !*end && size >= RAM_MIN_SIZE && size <= UM_RAM_MAX;
}

static bool __init check_path(const char *value)
{
	return *value;
}

static bool __init check_engine(const char *value)
{
	return !strcmp(value, "auto") || !strcmp(value, "seccomp") || !strcmp(value, "ptrace");
}

static bool __init check_spaces(const char *value)
{
	unsigned int number;

	return !kstrtouint(value, 10, &number) && number >= SPACES_MIN && number <= SPACES_MAX;
}

static bool __init check_clock(const char *value)
{
	return !strcmp(value, "auto") || !strcmp(value, "tsc") || !strcmp(value, "host");
}

static bool __init check_confine(const char *value)
{
	return !strcmp(value, "auto") || !strcmp(value, "off");
}

static bool __init check_gdb(const char *value)
{
	return !strcmp(value, "wait") || !strcmp(value, "done");
}

static bool __init check_core(const char *value)
{
	return !panic_core_check_option(value);
}

static bool __init check_disk(const char *value)
{
	return ubd_check_option("ubd0", value) != -EINVAL;
}

static bool __init check_folders(const char *value)
{
	return !hostfs_check_option(value);
}

static bool __init check_interface(const char *value)
{
	return !eth_check_option(value);
}

static bool __init check_console(const char *value)
{
	return !console_check_option(value);
}

/* Open, as a test, the file whose path is the part of @value before any character of @ends. */
static int __init probe_path(const char *value, const char *ends, unsigned int flags)
{
	char path[512];
	size_t length = strcspn(value, ends);
	int fd;

	if (length >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, value, length);
	path[length] = '\0';
	fd = host_file_open(path, HOST_O_READ | HOST_O_NONBLOCK | flags, 0);
	if (fd < 0)
		return fd;
	host_file_close(fd);
	return 0;
}

static int __init probe_file(const char *value)
{
	return probe_path(value, "", 0);
}

/* Accept a missing overlay if its base exists: the disk driver will create the overlay. */
static int __init probe_disk(const char *value)
{
	int error = probe_path(value, ",", 0);

	if (error == -ENOENT && ubd_option_has_base(value))
		return probe_path(strchr(value, ',') + 1, ",", 0);
	return error;
}

/* The folders stay open: their paths may lead elsewhere later. */
static int __init probe_folders(const char *value)
{
	return hostfs_open_option(value);
}

/* Descriptors that the command line names must be open. Other backends are opened later. */
static int __init probe_console(const char *value)
{
	const char *fd;
	u64 size;

	for (fd = strstr(value, "fd:"); fd; fd = strstr(fd + 1, "fd:"))
		if (host_file_size(simple_strtoul(fd + 3, NULL, 10), &size) == -EBADF)
			return -EBADF;
	return 0;
}

static int __init probe_interface(const char *value)
{
	return eth_probe_option(value);
}

/* An interface added later may need the helper, and the host side can find the helper only now. */
static int __init probe_netctl(const char *value)
{
	host_helper_probe("umlab-net");
	return 0;
}

static const char *__init error_text(int error)
{
	switch (error) {
	case -ENOENT:
		return "no such file";
	case -EACCES:
	case -EPERM:
		return "permission denied";
	case -ENOTDIR:
		return "not a directory";
	case -ELOOP:
		return "a part of its path is a symbolic link; use the path that realpath prints";
	case -EXDEV:
		return "one of the folders lies inside another that the guest can write; leave one "
		       "out, or make the outer one ro";
	case -EBADF:
		return "descriptor is not open";
	case -ENAMETOOLONG:
		return "name too long";
	case -ENOPKG:
		return "its helper umlab-net is neither beside this program nor in PATH";
	}
	return "cannot open it";
}

static const struct option options[] __initconst = {
	{
		.name = "mem", .nr = -1, .check = check_size,
		.form = "mem=SIZE[K|M|G|T]",
		.help = "set the size of memory, 16M to 4T; default: a quarter of the host's,\n"
			"256M to 2G. The host provides pages when the guest touches them",
	}, {
		.name = "ubd", .nr = 16, .check = check_disk, .probe = probe_disk,
		.form = "ubdN=FILE[,BASE][,ro][,sync][,shared][,serial=TEXT]",
		.help = "attach disk N (0 to 15), /dev/ubda for 0: a raw file or an overlay;\n"
			"create the overlay over BASE if FILE does not exist",
	}, {
		.name = "diskctl", .nr = -1, .check = check_path,
		.form = "diskctl=PATH",
		.help = "listen at this socket for commands that add, remove and grow disks\n"
			"(umlab-disk machine); default: none",
	}, {
		.name = "con", .nr = 16, .check = check_console, .probe = probe_console,
		.form = "conN=fd:IN,fd:OUT|pts|unix:PATH|file:PATH|null",
		.help = "connect console N (0 to 15), /dev/hvcN; con= connects all others.\n"
			"Default: con0=fd:0,fd:1 and no other",
	}, {
		.name = "initrd", .nr = -1, .check = check_path, .probe = probe_file,
		.form = "initrd=FILE",
		.help = "load this initial RAM file system; default: none",
	}, {
		.name = "hostfs", .nr = -1, .check = check_folders, .probe = probe_folders,
		.form = "hostfs=/DIR[,ro][,as=/NAME][:/DIR...]",
		.help = "let the guest mount these host folders as type hostfs, as NAME if given;\n"
			"%XX stands for a special character. Default: none",
	}, {
		.name = "eth", .nr = 16, .check = check_interface, .probe = probe_interface,
		.form = "ethN=slirp|switch:FOLDER|vde:URL|fd:N|unix:PATH|null[,mac=MAC][,mtu=N]...",
		.help = "add network interface N (0 to 15); slirp gives internet access without\n"
			"root. The MTU is 1500 by default, 65520 at most",
	}, {
		.name = "netctl", .nr = -1, .check = check_path, .probe = probe_netctl,
		.form = "netctl=PATH",
		.help = "listen at this socket for commands that add, remove and disconnect\n"
			"interfaces (umlab-net machine); default: none",
	}, {
		.name = "umid", .nr = -1, .check = check_path,
		.form = "umid=NAME",
		.help = "name the machine; its MAC addresses derive from the name.\n"
			"Default: the name of the first disk",
	}, {
		.name = "engine", .nr = -1, .check = check_engine,
		.form = "engine=auto|seccomp|ptrace",
		.help = "choose how guest code runs; default auto: the fastest engine that works",
	}, {
		.name = "spaces", .nr = -1, .check = check_spaces,
		.form = "spaces=N",
		.help = "run at most N guest address spaces, each a process of the host, 16 to\n"
			"30000; beyond that, fork() fails in the guest. Default: a quarter of the\n"
			"processes that the host allows this user",
	}, {
		.name = "clock", .nr = -1, .check = check_clock,
		.form = "clock=auto|tsc|host",
		.help = "read time from the cycle counter (tsc) or by host calls (host);\n"
			"default auto: as the host itself does",
	}, {
		.name = "confine", .nr = -1, .check = check_confine,
		.form = "confine=auto|off",
		.help = "give up all rights on the host that the machine does not need (default);\n"
			"off: keep them, to debug this program",
	}, {
		.name = "gdb", .nr = -1, .check = check_gdb,
		.form = "gdb=wait",
		.help = "wait at the first instruction until a debugger attaches\n"
			"(umlab debug --wait); default: do not wait",
	}, {
		.name = "core", .nr = -1, .check = check_core, .probe = panic_core_probe_option,
		.form = "core=FILE[,all]",
		.help = "write the kernel's memory to FILE after a panic, for gdb;\n"
			"all: also that of programs. Default: write nothing",
	},
};

/* Print the lines of @text, indented. */
static void __init help_print(const char *text)
{
	size_t length;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		say("        %.*s\n", (int)length, text);
	}
}

static void __init help_show(void)
{
	unsigned int i;

	say("usage: linux [OPTION]... [KERNEL PARAMETER]... [-- INIT ARGUMENT...]\n"
	    "Run a Linux machine as one ordinary process of this user.\n\n"
	    "Options of this program:\n");
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		say("  %s\n", options[i].form);
		help_print(options[i].help);
	}
	say("  --help, --version\n        print this text, or the version, and exit\n\n");
	say("All other words are for the kernel (root=/dev/ubda rw panic=-1 quiet ...).\n"
	    "Exit status: 0 powered off, 1 cannot start, 2 wrong option, 134 kernel panic.\n\n"
	    "Example: linux mem=512M ubd0=debian-12.img root=/dev/ubda rw\n");
	host_exit(0);
}

/* Is @word an option with this name? *@value: the text after '=', or NULL. */
static bool __init option_matches(const struct option *option, const char *word,
				  const char **value)
{
	size_t length = strlen(option->name);
	const char *rest = word + length;

	if (strncmp(word, option->name, length))
		return false;
	if (option->nr > 0) {
		unsigned int digits = 0, number = 0;

		for (; isdigit(*rest) && digits < 4; rest++, digits++)
			number = number * 10 + *rest - '0';
		if (digits && number >= option->nr)
			usage_fail("%s: number out of range; use 0 to %d", word, option->nr - 1);
		/* Flag letters in the classic form: ubd0r=, ubd0s= ... */
		if (digits && !strcmp(option->name, "ubd"))
			while (*rest >= 'a' && *rest <= 'z')
				rest++;
	}
	if (*rest && *rest != '=')
		return false;
	*value = *rest ? rest + 1 : NULL;
	return true;
}

static void __init option_check(const char *word)
{
	const char *value;
	unsigned int i;
	int error;

	if (!strcmp(word, "--help") || !strcmp(word, "-h"))
		help_show();
	if (!strcmp(word, "--version")) {
		say("umlab-linux " UMLAB_VERSION " (Linux " UTS_RELEASE ")\n");
		host_exit(0);
	}
	if (word[0] == '-')
		usage_fail("unknown option '%s'", word);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (!option_matches(&options[i], word, &value))
			continue;
		if (!value || !options[i].check(value))
			usage_fail("%s: invalid value; use %s", word, options[i].form);
		error = options[i].probe ? options[i].probe(value) : 0;
		if (error)
			fail(EXIT_STATUS_NO_START, "%s: %s (error %d)", word, error_text(error),
			     -error);
		confined_paths_allow(options[i].name, value);
		return;
	}
}

static bool __init is_word(const char *text, const char *word)
{
	return !strcmp(text, word);
}

/* kunit.py and old scripts use the name that the console has on other ports. */
static const char *__init word_translate(const char *word)
{
	if (is_word(word, "console=tty") || is_word(word, "console=tty0"))
		return "console=hvc0";
	return word;
}

/* Append @word to @line, quoted if it contains blanks. */
static void __init line_append(char *line, size_t size, const char *word)
{
	size_t length = strlen(line);
	const char *equals = strchr(word, '=');
	int added;

	if (!strpbrk(word, " \t"))
		added = snprintf(line + length, size - length, "%s%s", length ? " " : "", word);
	else if (equals)
		added = snprintf(line + length, size - length, "%s%.*s=\"%s\"", length ? " " : "",
				 (int)(equals - word), word, equals + 1);
	else
		added = snprintf(line + length, size - length, "%s\"%s\"", length ? " " : "", word);
	if (added >= size - length)
		usage_fail("command line too long; use at most %zu bytes", size - 1);
}

void __init boot_options_parse(struct um_boot *boot, char *line, size_t size)
{
	bool for_init = false, console = false;
	int i;

	for (i = 1; i < boot->argc; i++) {
		const char *word = boot->argv[i];

		if (is_word(word, "--"))
			for_init = true;
		else if (!for_init)
			option_check(word);
		if (!for_init && !strncmp(word, "console=", 8))
			console = true;
	}
	line[0] = '\0';
	if (!console)
		line_append(line, size, "console=hvc0");
	/* Proactive compaction wakes an idle machine twice a second. Compact on demand only. */
	if (IS_ENABLED(CONFIG_COMPACTION) && IS_ENABLED(CONFIG_PROC_SYSCTL))
		line_append(line, size, "sysctl.vm.compaction_proactiveness=0");
	/* Report all errors, not only the first one. */
	if (IS_ENABLED(CONFIG_KASAN))
		line_append(line, size, "kasan_multi_shot");
	for (i = 1; i < boot->argc; i++)
		line_append(line, size, word_translate(boot->argv[i]));
}
