// SPDX-License-Identifier: GPL-2.0-only
/*
 * options.c - check the program's own options and make the kernel command line
 *
 * Called once by um_start() (setup.c), before there is memory to allocate and before anything is
 * touched. The table below has a check for each option of the port. A malformed value, or a word that
 * starts with '-' and is not in the table, ends the program with one line and status 2. All other
 * words are for the kernel and for init.
 */
#include "options.h"

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

struct option {
	const char *name;	/* without digits and '=' */
	int nr;			/* the name takes a number from 0 to nr - 1; -1: no number */
	bool (*check)(const char *value);	/* is the value well-formed? */
	int (*probe)(const char *value);	/* can the named object be opened? -errno; or NULL */
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

/* Can the file be opened whose path @value starts with, up to one of the characters @ends? */
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

/* A missing overlay will be created if its base exists. */
static int __init probe_disk(const char *value)
{
	int error = probe_path(value, ",", 0);
	const char *base = strchr(value, ',');

	return error == -ENOENT && ubd_option_has_base(value) ? probe_path(base + 1, ",", 0) : error;
}

static int __init probe_folders(const char *value)
{
	int error = probe_path(value, ",:", HOST_O_DIRECTORY);
	const char *next = strchr(value, ':');

	return error || !next ? error : probe_folders(next + 1);
}

/* Descriptors of the command line must be open. Other channels are opened later. */
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

/* Interfaces added later may need the helper. The host side can prepare its start only now. */
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
	{ "mem", -1, check_size, NULL, "mem=SIZE[K|M|G]",
	  "memory of the machine, 16M to 4T; taken from the host when touched" },
	{ "ubd", 16, check_disk, probe_disk, "ubdN=FILE[,BASE][,ro][,sync][,shared][,serial=TEXT]",
	  "disk N (0 to 15), /dev/ubda for 0: a raw file or an overlay, which is made over BASE if need be" },
	{ "diskctl", -1, check_path, NULL, "diskctl=PATH",
	  "socket by which disks are added, removed and grown (umlab-disk machine)" },
	{ "con", 16, check_console, probe_console, "conN=fd:IN,fd:OUT|pts|unix:PATH|file:PATH|null",
	  "console N (0 to 15), /dev/hvcN; con= sets all that have none of their own" },
	{ "initrd", -1, check_path, probe_file, "initrd=FILE",
	  "initial RAM file system" },
	{ "hostfs", -1, check_folders, probe_folders, "hostfs=/DIR[,ro][:/DIR...]",
	  "folders of the host that the guest may mount as type hostfs" },
	{ "eth", 16, check_interface, probe_interface,
	  "ethN=slirp|switch:FOLDER|vde:URL|fd:N|unix:PATH|null[,mac=MAC][,mtu=N]...",
	  "network interface N (0 to 15); slirp is the internet, without root" },
	{ "netctl", -1, check_path, probe_netctl, "netctl=PATH",
	  "socket by which interfaces are added, removed and cut off (umlab-net machine)" },
	{ "umid", -1, check_path, NULL, "umid=NAME",
	  "name of the machine; its network addresses (MAC) derive from it" },
	{ "engine", -1, check_engine, NULL, "engine=auto|seccomp|ptrace",
	  "how guest code is run; auto takes the fastest that works here" },
	{ "clock", -1, check_clock, NULL, "clock=auto|tsc|host",
	  "clock of the guest: by cycle counter, by calls; auto does as the host itself" },
	{ "confine", -1, check_confine, NULL, "confine=auto|off",
	  "give up the rights to all else of the host; off: keep them, to debug this program" },
	{ "gdb", -1, check_gdb, NULL, "gdb=wait",
	  "wait at the first instruction until a debugger attaches (umlab debug --wait)" },
	{ "core", -1, check_core, panic_core_probe_option, "core=FILE[,all]",
	  "after a panic write the kernel's memory there, for gdb; all: that of programs too" },
};

static void __init help_show(void)
{
	unsigned int i;

	say("usage: linux [OPTION]... [KERNEL PARAMETER]... [-- INIT ARGUMENT...]\n"
	    "Runs a Linux machine as one ordinary process of this user.\n\n"
	    "Options of this program:\n");
	for (i = 0; i < ARRAY_SIZE(options); i++)
		say("  %s\n        %s\n", options[i].form, options[i].help);
	say("  --help, --version\n        print this, or the kernel version, and end\n\n");
	say("All other words go to the kernel (root=/dev/ubda rw panic=-1 quiet ...).\n"
	    "Exit status: 0 powered off, 1 could not start, 2 wrong option, 134 kernel panic.\n\n"
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
			usage_fail("'%s': the number must be 0 to %d", word, option->nr - 1);
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
			usage_fail("'%s' is not of the form %s", word, options[i].form);
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

/* Append @word, quoted if it contains blanks. */
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
		usage_fail("the command line is longer than %zu bytes", size - 1);
}

void __init options_parse(struct um_boot *boot, char *line, size_t size)
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
	/* Would wake the machine twice a second. Allocations of large pages compact on demand. */
	if (IS_ENABLED(CONFIG_COMPACTION) && IS_ENABLED(CONFIG_PROC_SYSCTL))
		line_append(line, size, "sysctl.vm.compaction_proactiveness=0");
	/* Report all errors, not only the first one. */
	if (IS_ENABLED(CONFIG_KASAN))
		line_append(line, size, "kasan_multi_shot");
	for (i = 1; i < boot->argc; i++)
		line_append(line, size, word_translate(boot->argv[i]));
}
