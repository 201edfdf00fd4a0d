// SPDX-License-Identifier: GPL-2.0-only
/*
 * guestfiles.c - prepare the scripts that run inside a guest, and their parameters
 *
 * Called by the keeper at each start of a machine. The scripts of labs/guest/ are the same for
 * all machines. They read params.sh in the same folder: variables in shell syntax, which this file
 * makes from machine.conf.
 */
#include "machine/guestfiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/where.h"

static const char *const scripts[] = { "early.sh", "startup.sh", "shutdown.sh" };

static void variable(FILE *out, const char *name, const char *value)
{
	char *quoted = txt_shell_quote(value ? value : "");

	fprintf(out, "%s=%s\n", name, quoted);
	free(quoted);
}

/* Writes a variable that has one line for each of @words; frees the list. */
static void variable_words(FILE *out, const char *name, struct words *words)
{
	char *text = words_join(words, "\n");

	variable(out, name, text);
	free(text);
	words_release(words);
}

/* Writes a variable that has one line for each value of @key. */
static void variable_lines(FILE *out, const char *name, const struct conf *conf, const char *key)
{
	struct words lines = { 0 };
	const char *value;

	for (int at = -1; (value = conf_next(conf, key, &at));)
		words_add(&lines, value);
	variable_words(out, name, &lines);
}

/* Returns the network of the uplink @nic, by default "10.0.2". NULL: @nic is not an uplink. */
static char *uplink_prefix(const char *nic)
{
	const char *option = strchr(nic, '='), *net = strstr(nic, ",net=");
	char *prefix;

	if (!option || !txt_starts(option + 1, "slirp") ||
	    strcspn(option + 1, ",") != strlen("slirp"))
		return NULL;
	if (!net)
		return txt_copy("10.0.2");
	prefix = txt_copy_part(net + 5, strcspn(net + 5, "/,"));
	if (strrchr(prefix, '.'))
		*strrchr(prefix, '.') = '\0';
	return prefix;
}

/*
 * Writes the addresses of a lab's machine, or the address of a single machine's uplink. An uplink
 * always gives its machine the same address, so startup.sh sets the address without a DHCP client.
 */
static void addresses(FILE *out, const struct machine *machine)
{
	const char *nic, *value;
	struct words lines = { 0 };
	char *prefix;

	for (int at = -1; (value = conf_next(&machine->conf, "address", &at));)
		words_add(&lines, value);
	for (int at = -1; !machine->lab && (nic = conf_next(&machine->conf, "nic", &at));) {
		prefix = txt_starts(nic, "eth0=") ? uplink_prefix(nic) : NULL;
		if (prefix)
			words_addf(&lines, "eth0 %s.15/24 %s.2 %s.3", prefix, prefix, prefix);
	}
	variable_words(out, "address", &lines);
}

/* Writes nofile=1024:2048 as the shell's "ulimit -H -n 2048" and "ulimit -S -n 1024". */
static void limits(FILE *out, const struct conf *conf)
{
	static const char *const letters[] = {
		"core=c", "data=d", "nice=e", "fsize=f", "sigpending=i", "memlock=l", "rss=m",
		"nofile=n", "msgqueue=q", "rtprio=r", "stack=s", "cpu=t", "nproc=u", "as=v",
		"locks=x",
	};
	const char *value;

	fputs("limits() {\n\t:\n", out);
	for (int at = -1; (value = conf_next(conf, "ulimit", &at));)
		for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
			const char *equal = strchr(letters[i], '='), *colon = strchr(value, ':');
			long soft, hard;

			if (strncmp(value, letters[i], equal - letters[i] + 1))
				continue;
			soft = atol(value + (equal - letters[i]) + 1);
			hard = colon ? atol(colon + 1) : soft;
			if (hard >= 0)
				fprintf(out, "\tulimit -H -%c %ld\n", equal[1], hard);
			if (soft >= 0)
				fprintf(out, "\tulimit -S -%c %ld\n", equal[1], soft);
		}
	fputs("}\n", out);
}

static int params_write(const struct machine *machine, const char *dir)
{
	static const char *const copied[] = { "lab", "dialect", "shell", "ipv6", "bridged",
					      "shared" };
	const struct conf *conf = &machine->conf;
	char *text = NULL, *path = txt_printf("%s/params.sh", dir);
	size_t size;
	FILE *out = txt_checked(open_memstream(&text, &size));
	int error;

	variable(out, "name", machine->name);
	for (size_t i = 0; i < sizeof(copied) / sizeof(*copied); i++)
		variable(out, copied[i], conf_get(conf, copied[i]));
	variable_lines(out, "env", conf, "env");
	variable_lines(out, "sysctl", conf, "sysctl");
	variable_lines(out, "exec", conf, "exec");
	addresses(out, machine);
	limits(out, conf);
	fclose(out);
	error = file_write(path, text, size, 0644);
	free(text);
	free(path);
	return error;
}

static int script_copy(const char *name, const char *dir)
{
	char *from = where_lib(txt_printf("guest/%s", name)), *to = txt_printf("%s/%s", dir, name);
	char *text;
	size_t size;
	int error = file_read(from, &text, &size);

	if (!error) {
		error = file_write(to, text, size, 0755);
		free(text);
	}
	free(from);
	free(to);
	return error;
}

int guestfiles_write(const struct machine *machine, const char *dir)
{
	int error = params_write(machine, dir);

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts) && !error; i++)
		error = script_copy(scripts[i], dir);
	return error;
}
