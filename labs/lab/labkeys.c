// SPDX-License-Identifier: GPL-2.0-only
/*
 * labkeys.c - the options that lab.conf knows, and what their values may be
 *
 * One table for the parser (labfile.c), lint (lablint.c), lab.conf(5) and completion.
 * Netkit takes any option of its vstart, so its long and short names are all here, also
 * those that mean nothing to a machine of ours: they are accepted without effect.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/labfile.h"

static const char *check_memory(const char *value)
{
	uint64_t size;

	if (!txt_size_parse(value, 1 << 20, &size))
		return "is no amount of memory, like 128 or 128m or 1g";
	return size < (4 << 20) ? "is less than 4m" : NULL;
}

static const char *check_cpus(const char *value)
{
	char *end;
	double cpus = strtod(value, &end);

	return end == value || *end || !(cpus > 0 && cpus <= 1024) ? "is no number of processors, like 0.5 or 2" : NULL;
}

static const char *check_bool(const char *value)
{
	bool truth;

	/* Netkit's flags have no value. */
	return *value && !txt_bool_parse(value, &truth) ? "is neither true nor false" : NULL;
}

static const char *check_count(const char *value)
{
	long count;

	return txt_int_parse(value, 0, 64, &count) ? NULL : "is no number from 0 to 64";
}

/* [HOST:]GUEST[/tcp|udp|sctp] */
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
		return "is no port, like 8080:80/tcp";
	value += end;
	if (*value == '/') {
		end = 0;
		if (sscanf(value, "/%7[a-z]%n", protocol, &end) != 1)
			return "names no protocol behind the slash";
		value += end;
	}
	if (*value || !txt_int_parse(host, 1, 65535, &port) || !txt_int_parse(guest, 1, 65535, &port))
		return "is no port, like 8080:80/tcp";
	if (strcmp(protocol, "tcp") && strcmp(protocol, "udp"))
		return strcmp(protocol, "sctp") ? "names a protocol other than tcp, udp, sctp" : NULL;
	return NULL;
}

static const char *check_sysctl(const char *value)
{
	const char *equal = strchr(value, '=');

	if (!equal || equal == value || !equal[1])
		return "is no setting, like net.ipv4.ip_forward=1";
	if (!txt_starts(value, "net."))
		return "is outside net., the only part that a lab may set";
	for (; value < equal; value++)
		if (!isalnum((unsigned char)*value) && !strchr("._-/", *value))
			return "has a strange letter in its name";
	return NULL;
}

static const char *check_env(const char *value)
{
	const char *at = value;

	if (!isalpha((unsigned char)*at) && *at != '_')
		return "is no variable, like NAME=value";
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return *at == '=' ? NULL : "is no variable, like NAME=value";
}

static const char *check_path(const char *value)
{
	return *value == '/' ? NULL : "is no path that starts with /";
}

/* name=soft[:hard]; -1 means no limit. */
static const char *check_ulimit(const char *value)
{
	const char *equal = strchr(value, '=');
	long soft, hard;
	int end = 0;

	if (!equal || equal == value)
		return "is no limit, like nofile=1024:2048";
	if (sscanf(equal + 1, "%ld%n", &soft, &end) != 1 || soft < -1)
		return "is no limit, like nofile=1024:2048";
	equal += 1 + end;
	if (!*equal)
		return NULL;
	end = 0;
	if (sscanf(equal, ":%ld%n", &hard, &end) != 1 || equal[end] || hard < -1)
		return "is no limit, like nofile=1024:2048";
	return hard != -1 && (soft == -1 || soft > hard) ? "has a soft limit above the hard one" : NULL;
}

/* HOST|GUEST[|ro|rw|rx] */
static const char *check_volume(const char *value)
{
	char mode[4] = "ro";
	int end = 0;

	if (sscanf(value, "%*[^|]|%*[^|]%n", &end) == EOF || !end)
		return "is no volume, like data|/mnt/data|ro";
	if (!value[end])
		return NULL;
	value += end;
	end = 0;
	if (sscanf(value, "|%3[a-z]%n", mode, &end) != 1 || value[end] || (strcmp(mode, "ro") && strcmp(mode, "rw") && strcmp(mode, "rx")))
		return "has a mode other than ro, rw, rx";
	return NULL;
}

static const char *check_rate(const char *value)
{
	uint64_t rate;

	return txt_size_parse(value, 1, &rate) && rate ? NULL : "is no rate in bits a second, like 10m";
}

const struct lab_key lab_keys[] = {
	{ "image", NULL, 'k', false, NULL, "image or profile; Kathará's names are known" },
	{ "mem", NULL, 'b', false, check_memory, "memory, in MB without a letter" },
	{ "cpus", NULL, 'k', false, check_cpus, "share of the host's processors" },
	{ "port", NULL, 'k', true, check_port, "[HOST:]GUEST[/tcp|udp]: a port of the host that leads into the machine" },
	{ "bridged", NULL, 'k', false, check_bool, "one more interface, with the way to the internet" },
	{ "ipv6", NULL, 'k', false, check_bool, "IPv6 on or off" },
	{ "exec", NULL, 'b', true, NULL, "a command to run after the startup files" },
	{ "sysctl", NULL, 'k', true, check_sysctl, "a setting below net." },
	{ "env", NULL, 'k', true, check_env, "a variable for startup files and shells" },
	{ "shell", NULL, 'k', false, check_path, "the shell of connect and of the startup files" },
	{ "num_terms", NULL, 'k', false, check_count, "terminals to open" },
	{ "ulimit", NULL, 'k', true, check_ulimit, "name=soft[:hard], for startup files and shells" },
	{ "volume", NULL, 'k', true, check_volume, "HOST|GUEST[|ro|rw]: a folder of the host" },
	{ "privileged", NULL, 'k', false, check_bool, "no effect: root is root here" },
	{ "entrypoint", NULL, 'k', false, NULL, "no effect: machines boot" },
	{ "args", NULL, 'k', false, NULL, "no effect: machines boot" },
	{ "disk", NULL, 'u', false, check_memory, "size of the disk" },
	{ "rate", NULL, 'u', false, check_rate, "limit of each interface, either way, in bits a second" },
	{ "M", "mem", 'n', false, check_memory, NULL },
	{ "memory", "mem", 'n', false, check_memory, NULL },
	{ "e", "exec", 'n', true, NULL, NULL },
	{ "con0", NULL, 'n', false, NULL, "Netkit: what the console is shown in (none: no terminal)" },
	{ "con1", NULL, 'n', false, NULL, "Netkit: the same for a second one" },
	{ "xterm", NULL, 'n', false, NULL, "Netkit: which terminal program" },
	{ "kernel", NULL, 'n', false, NULL, "Netkit: no effect, the kernel is ours" },
	{ "k", "kernel", 'n', false, NULL, NULL },
	{ "modules", NULL, 'n', false, NULL, "Netkit: no effect" },
	{ "append", NULL, 'n', true, NULL, "Netkit: a word for the kernel's command line" },
	{ "a", "append", 'n', true, NULL, NULL },
	{ "model-fs", NULL, 'n', false, NULL, "Netkit: the image" },
	{ "m", "model-fs", 'n', false, NULL, NULL },
	{ "filesystem", NULL, 'n', false, NULL, "Netkit: no effect, overlays have a place of their own" },
	{ "f", "filesystem", 'n', false, NULL, NULL },
	{ "no-cow", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "W", "no-cow", 'n', false, check_bool, NULL },
	{ "hide-cow", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "D", "hide-cow", 'n', false, check_bool, NULL },
	{ "no-hosthome", NULL, 'n', false, check_bool, "Netkit: no /hosthome" },
	{ "H", "no-hosthome", 'n', false, check_bool, NULL },
	{ "hosthome", NULL, 'n', false, NULL, "Netkit: another folder as /hosthome" },
	{ "hostlab", NULL, 'n', false, NULL, "Netkit: no effect, /hostlab is the lab" },
	{ "hostwd", NULL, 'n', false, NULL, "Netkit: no effect" },
	{ "quiet", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "q", "quiet", 'n', false, check_bool, NULL },
	{ "verbose", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "v", "verbose", 'n', false, check_bool, NULL },
	{ "foreground", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "F", "foreground", 'n', false, check_bool, NULL },
	{ "p", NULL, 'n', false, check_bool, "Netkit: no effect" },
	{ "l", "hostlab", 'n', false, NULL, NULL },
	{ "w", "hostwd", 'n', false, NULL, NULL },
	{ "h", "hosthome", 'n', false, NULL, NULL },
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

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &byte[0], &byte[1], &byte[2], &byte[3], &byte[4], &byte[5], &end) != 6 ||
	    text[end] || strlen(text) != 17 || strspn(text, "0123456789abcdefABCDEF:") != 17)
		return NULL;
	return txt_printf("%02x:%02x:%02x:%02x:%02x:%02x", byte[0], byte[1], byte[2], byte[3], byte[4], byte[5]);
}
