// SPDX-License-Identifier: GPL-2.0-only
/*
 * labkeys.c - list the options of lab.conf, and check their values
 *
 * The parser (labfile.c), lint (lablint.c) and the options of verbs use the table in this file.
 * Netkit accepts any option of vstart, so the table has the long and short names of all these
 * options. Options that mean nothing to our machines are accepted without effect. The check
 * functions return the end of a sentence that says what is wrong with a value, or NULL.
 */
#include "lab/labkeys.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/txt.h"

static const char *check_memory(const char *value)
{
	uint64_t size;

	if (!txt_size_parse(value, 1 << 20, &size))
		return "is not an amount of memory, like 128 or 128m or 1g";
	return size < (4 << 20) ? "is less than 4m" : NULL;
}

static const char *check_cpus(const char *value)
{
	char *end;
	double cpus = strtod(value, &end);

	return end == value || *end || !(cpus > 0 && cpus <= 1024) ?
	       "is not a number of processors, like 0.5 or 2" : NULL;
}

static const char *check_bool(const char *value)
{
	bool truth;

	/* The value may be missing, because Netkit's flags have none. */
	return *value && !txt_bool_parse(value, &truth) ? "is neither true nor false" : NULL;
}

static const char *check_count(const char *value)
{
	long count;

	return txt_int_parse(value, 0, 64, &count) ? NULL : "is not a number from 0 to 64";
}

/* Checks [HOST:]GUEST[/tcp|udp|sctp]. */
static const char *check_port(const char *value)
{
	char host[8], guest[8], protocol[8] = "tcp";
	long port;
	int end = 0;

	if (sscanf(value, "%7[0-9]:%7[0-9]%n", host, guest, &end) == 2 && end)
		;
	else if (end = 0, sscanf(value, "%7[0-9]%n", guest, &end) == 1)
		strcpy(host, "3000");
	else
		return "is not a port, like 8080:80/tcp";
	value += end;
	if (*value == '/') {
		end = 0;
		if (sscanf(value, "/%7[a-z]%n", protocol, &end) != 1)
			return "names no protocol after the slash";
		value += end;
	}
	if (*value || !txt_int_parse(host, 1, 65535, &port) ||
	    !txt_int_parse(guest, 1, 65535, &port))
		return "is not a port, like 8080:80/tcp";
	if (strcmp(protocol, "tcp") && strcmp(protocol, "udp"))
		return strcmp(protocol,
			      "sctp") ? "names a protocol other than tcp, udp and sctp" : NULL;
	return NULL;
}

static const char *check_sysctl(const char *value)
{
	const char *equal = strchr(value, '=');

	if (!equal || equal == value || !equal[1])
		return "is not a setting, like net.ipv4.ip_forward=1";
	if (!txt_starts(value, "net."))
		return "does not begin with net., and a lab may set nothing else";
	for (; value < equal; value++)
		if (!isalnum((unsigned char)*value) && !strchr("._-/", *value))
			return "has an invalid character in its name";
	return NULL;
}

static const char *check_env(const char *value)
{
	const char *at = value;

	if (!isalpha((unsigned char)*at) && *at != '_')
		return "is not a variable, like NAME=value";
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return *at == '=' ? NULL : "is not a variable, like NAME=value";
}

static const char *check_path(const char *value)
{
	return *value == '/' ? NULL : "is not a path that starts with /";
}

/* Checks name=soft[:hard], where -1 means no limit. */
static const char *check_ulimit(const char *value)
{
	const char *equal = strchr(value, '=');
	long soft, hard;
	int end = 0;

	if (!equal || equal == value)
		return "is not a limit, like nofile=1024:2048";
	if (sscanf(equal + 1, "%ld%n", &soft, &end) != 1 || soft < -1)
		return "is not a limit, like nofile=1024:2048";
	equal += 1 + end;
	if (!*equal)
		return NULL;
	end = 0;
	if (sscanf(equal, ":%ld%n", &hard, &end) != 1 || equal[end] || hard < -1)
		return "is not a limit, like nofile=1024:2048";
	return hard != -1 && (soft == -1 ||
			      soft > hard) ? "has a soft limit above the hard one" : NULL;
}

/* Checks HOST|GUEST[|ro|rw|rx]. */
static const char *check_volume(const char *value)
{
	char mode[4] = "ro";
	int end = 0;

	if (sscanf(value, "%*[^|]|%*[^|]%n", &end) == EOF || !end)
		return "is not a volume, like data|/mnt/data|ro";
	if (!value[end])
		return NULL;
	value += end;
	end = 0;
	if (sscanf(value, "|%3[a-z]%n", mode, &end) != 1 || value[end] ||
	    (strcmp(mode, "ro") && strcmp(mode, "rw") && strcmp(mode, "rx")))
		return "has a mode other than ro, rw and rx";
	return NULL;
}

/*
 * Checks a word for the kernel's command line. Most options of the kernel program name files,
 * programs or rights of the host. A lab must not set those, nor options that come later. So only
 * flags, parameters of modules and the parameters below are allowed.
 */
static const char *check_append(const char *value)
{
	static const char *const names[] = {
		"loglevel", "printk", "panic", "init", "rootflags", "rootdelay", "selinux",
		"apparmor", "security", "audit", "elevator", "hostname", "ip", "vga", "fb",
		"devfs", "swapaccount", "cgroup_enable", "mitigations",
	};
	size_t size = strcspn(value, "=");

	for (const char *at = value; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("\"'\\", *at))
			return "contains a blank, a quote or a control character";
	if (!isalpha((unsigned char)*value))
		return "is not a word that begins with a letter";
	if (!value[size])
		return NULL;
	if (memchr(value, '.', size) && strncmp(value, "umlab", 5))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == size && !strncmp(value, names[i], size))
			return NULL;
	return "is an option that a lab may not set";
}

static const char *check_rate(const char *value)
{
	uint64_t rate;

	if (txt_size_parse(value, 1, &rate) && rate)
		return NULL;
	return "is not a rate in bits a second, like 10m";
}

/* A row of the table. By default an option has no alias and takes one value, without a check. */
#define KEY(family_, name_, ...) \
	{ .name = name_, .family = LAB_FAMILY_##family_, __VA_ARGS__ }

const struct lab_key lab_keys[] = {
	KEY(KATHARA, "image", .help = "image or profile; Kathará's names are known"),
	KEY(BOTH, "mem", .check = check_memory, .help = "memory, in MB without a letter"),
	KEY(KATHARA, "cpus", .check = check_cpus, .help = "share of the host's processors"),
	KEY(KATHARA, "port", .repeats = true, .check = check_port,
	    .help = "[HOST:]GUEST[/tcp|udp]: a port of the host that leads into the machine"),
	KEY(KATHARA, "bridged", .check = check_bool,
	    .help = "add an interface with access to the internet"),
	KEY(KATHARA, "ipv6", .check = check_bool, .help = "IPv6 on or off"),
	KEY(BOTH, "exec", .repeats = true, .help = "a command to run after the startup files"),
	KEY(KATHARA, "sysctl", .repeats = true, .check = check_sysctl,
	    .help = "a setting below net."),
	KEY(KATHARA, "env", .repeats = true, .check = check_env,
	    .help = "a variable for startup files and shells"),
	KEY(KATHARA, "shell", .check = check_path,
	    .help = "the shell of connect and of the startup files"),
	KEY(KATHARA, "num_terms", .check = check_count, .help = "terminals to open"),
	KEY(KATHARA, "ulimit", .repeats = true, .check = check_ulimit,
	    .help = "name=soft[:hard], for startup files and shells"),
	KEY(KATHARA, "volume", .repeats = true, .check = check_volume,
	    .help = "HOST|GUEST[|ro|rw]: a folder of the host; outside the lab the user agrees"),
	KEY(KATHARA, "privileged", .check = check_bool,
	    .help = "no effect, because root in a machine has all rights"),
	KEY(KATHARA, "entrypoint", .help = "no effect, because machines boot"),
	KEY(KATHARA, "args", .help = "no effect, because machines boot"),
	KEY(UMLAB, "disk", .check = check_memory,
	    .help = "size of the disk, in MB without a letter"),
	KEY(UMLAB, "rate", .check = check_rate,
	    .help = "limit of each interface, either way, in bits a second"),
	KEY(NETKIT, "M", .alias_of = "mem", .check = check_memory),
	KEY(NETKIT, "memory", .alias_of = "mem", .check = check_memory),
	KEY(NETKIT, "e", .alias_of = "exec", .repeats = true),
	KEY(NETKIT, "con0", .help = "Netkit: the terminal of the console (none: no terminal)"),
	KEY(NETKIT, "con1", .help = "Netkit: the same for a second console"),
	KEY(NETKIT, "xterm", .help = "Netkit: the terminal program"),
	KEY(NETKIT, "kernel", .help = "Netkit: no effect, because the kernel is ours"),
	KEY(NETKIT, "k", .alias_of = "kernel"),
	KEY(NETKIT, "modules", .help = "Netkit: no effect"),
	KEY(NETKIT, "append", .repeats = true, .check = check_append,
	    .help = "Netkit: a word for the kernel's command line"),
	KEY(NETKIT, "a", .alias_of = "append", .repeats = true, .check = check_append),
	KEY(NETKIT, "model-fs", .help = "Netkit: the image"),
	KEY(NETKIT, "m", .alias_of = "model-fs"),
	KEY(NETKIT, "filesystem", .help = "Netkit: no effect, because overlays have a fixed place"),
	KEY(NETKIT, "f", .alias_of = "filesystem"),
	KEY(NETKIT, "no-cow", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "W", .alias_of = "no-cow", .check = check_bool),
	KEY(NETKIT, "hide-cow", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "D", .alias_of = "hide-cow", .check = check_bool),
	KEY(NETKIT, "no-hosthome", .check = check_bool, .help = "Netkit: no /hosthome"),
	KEY(NETKIT, "H", .alias_of = "no-hosthome", .check = check_bool),
	KEY(NETKIT, "hosthome", .help = "Netkit: another folder as /hosthome, read-only"),
	KEY(NETKIT, "hostlab", .help = "Netkit: no effect, because /hostlab is the lab"),
	KEY(NETKIT, "hostwd", .help = "Netkit: no effect"),
	KEY(NETKIT, "quiet", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "q", .alias_of = "quiet", .check = check_bool),
	KEY(NETKIT, "verbose", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "v", .alias_of = "verbose", .check = check_bool),
	KEY(NETKIT, "foreground", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "F", .alias_of = "foreground", .check = check_bool),
	KEY(NETKIT, "p", .check = check_bool, .help = "Netkit: no effect"),
	KEY(NETKIT, "l", .alias_of = "hostlab"),
	KEY(NETKIT, "w", .alias_of = "hostwd"),
	KEY(NETKIT, "h", .alias_of = "hosthome"),
	{ NULL }
};

const struct lab_key *lab_key_find(const char *name)
{
	for (const struct lab_key *key = lab_keys; key->name; key++)
		if (!strcmp(key->name, name))
			return key;
	return NULL;
}

char *lab_mac_normalize(const char *text)
{
	unsigned int byte[6];
	int end = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &byte[0], &byte[1], &byte[2], &byte[3],
		   &byte[4], &byte[5], &end) != 6 || text[end] || strlen(text) != 17 ||
	    strspn(text, "0123456789abcdefABCDEF:") != 17)
		return NULL;
	return txt_printf("%02x:%02x:%02x:%02x:%02x:%02x", byte[0], byte[1], byte[2], byte[3],
			  byte[4], byte[5]);
}
