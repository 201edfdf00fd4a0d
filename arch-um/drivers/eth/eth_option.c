// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_option.c - parse eth<n>=KIND[:TARGET][,WORD]..., and umid=
 *
 *   slirp[,OPTION]...                     the internet, through a helper (slirp-glue)
 *   switch:FOLDER[,port=N][,vlan=N]       a port of a switch (umlab-net run switch)
 *   vde:URL                               anything that libvdeplug opens, through a helper
 *   fd:N                                  a socket or tap that the process was started with
 *   unix:PATH                             a stream socket; each frame is preceded by its length
 *   null                                  a link to nowhere
 * All kinds take mac=XX:XX:XX:XX:XX:XX and mtu=N.
 *
 * This parser reads strings and fills a struct. kernel/boot/boot_options.c calls the parser
 * (asm/um_option.h) before memory can be allocated. eth.c parses the option again when it adds the
 * interface.
 */
#include "eth_option.h"

#include <linux/build_bug.h>
#include <linux/ctype.h>
#include <linux/etherdevice.h>
#include <linux/init.h>
#include <linux/string.h>
#include <asm/um_option.h>
#include <um/host.h>
#include <um/wire.h>

enum target { TARGET_NONE, TARGET_PATH, TARGET_TEXT, TARGET_NUMBER };

static const struct eth_kind_syntax {
	const char *name;
	enum target target;
	bool helper;			/* unknown words are for the helper umlab-net */
	bool heads;			/* messages begin with struct wire_head */
} kinds[] = {
	[ETH_SLIRP] = { .name = "slirp", .target = TARGET_NONE, .helper = true, .heads = true },
	[ETH_SWITCH] = { .name = "switch", .target = TARGET_PATH, .heads = true },
	[ETH_VDE] = { .name = "vde", .target = TARGET_TEXT, .helper = true, .heads = true },
	[ETH_FD] = { .name = "fd", .target = TARGET_NUMBER },
	[ETH_UNIX] = { .name = "unix", .target = TARGET_PATH },
	[ETH_NULL] = { .name = "null", .target = TARGET_NONE },
};

const char *eth_kind_name(enum eth_kind kind)
{
	return kinds[kind].name;
}

bool eth_kind_has_heads(enum eth_kind kind)
{
	return kinds[kind].heads;
}

/* ---- the machine's name ----------------------------------------------------- */

const char *eth_machine_name;

static int __init machine_name_setup(char *name)
{
	eth_machine_name = name;
	return 1;
}
__setup("umid=", machine_name_setup);

/* ---- parsing ------------------------------------------------------------------ */

/* Returns the number in the @size bytes at @text, or -1 if it exceeds @max or is malformed. */
static int parse_number(const char *text, size_t size, int max)
{
	int number = 0;

	if (!size)
		return -1;
	for (; size; size--, text++) {
		if (!isdigit(*text))
			return -1;
		number = number * 10 + *text - '0';
		if (number > max)
			return -1;
	}
	return number;
}

static int parse_kind(const char *value, size_t size, struct eth_option *option)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i].name) == size && !strncmp(kinds[i].name, value, size)) {
			option->kind = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_target(const char *text, size_t size, struct eth_option *option)
{
	enum target target = kinds[option->kind].target;

	if ((target == TARGET_NONE) != !size || size >= sizeof(option->target))
		return -EINVAL;
	if (target == TARGET_PATH && size >= ETH_PATH_SIZE - sizeof("/umlab"))
		return -EINVAL;
	memcpy(option->target, text, size);
	option->target[size] = '\0';
	if (target == TARGET_NUMBER)
		option->fd = parse_number(text, size, 1 << 20);
	return target == TARGET_NUMBER && option->fd < 0 ? -EINVAL : 0;
}

static int parse_mac(const char *text, size_t size, struct eth_option *option)
{
	char copy[3 * ETH_ALEN];

	if (size != sizeof(copy) - 1)
		return -EINVAL;
	memcpy(copy, text, size);
	copy[size] = '\0';
	option->has_mac = true;
	return mac_pton(copy, option->mac) && is_valid_ether_addr(option->mac) ? 0 : -EINVAL;
}

/* Does @word begin with @name ("name=")? If so, sets *@value and *@value_size to the rest. */
static bool word_is(const char *word, size_t size, const char *name, const char **value,
		    size_t *value_size)
{
	size_t length = strlen(name);

	if (size < length || strncmp(word, name, length))
		return false;
	*value = word + length;
	*value_size = size - length;
	return true;
}

static int parse_word(const char *word, size_t size, struct eth_option *option,
		      const char **why)
{
	size_t value_size, used = strlen(option->rest);
	const char *value;
	int number;

	if (word_is(word, size, "mac=", &value, &value_size)) {
		*why = "mac= takes six bytes, 02:00:00:00:00:01, not a group address";
		return parse_mac(value, value_size, option);
	}
	if (word_is(word, size, "mtu=", &value, &value_size)) {
		*why = "mtu= takes 68 to 65520";
		number = parse_number(value, value_size, WIRE_MTU_MAX);
		option->mtu = number;
		return number < ETH_MIN_MTU ? -EINVAL : 0;
	}
	if (option->kind == ETH_SWITCH && word_is(word, size, "port=", &value, &value_size)) {
		*why = "port= takes 1 to 1024";
		number = parse_number(value, value_size, 1024);
		option->port = number;
		return number < 1 ? -EINVAL : 0;
	}
	if (option->kind == ETH_SWITCH && word_is(word, size, "vlan=", &value, &value_size)) {
		*why = "vlan= takes 1 to 4094";
		number = parse_number(value, value_size, 4094);
		option->vlan = number;
		return number < 1 ? -EINVAL : 0;
	}
	*why = "this kind does not know one of the words";
	if (!kinds[option->kind].helper || !size || used + size + 2 > sizeof(option->rest))
		return -EINVAL;
	if (used)
		option->rest[used++] = ',';
	memcpy(option->rest + used, word, size);
	option->rest[used + size] = '\0';
	return 0;
}

int eth_option_parse(const char *value, struct eth_option *option, const char **why)
{
	size_t size = strcspn(value, ":,"), target_size = 0;

	memset(option, 0, sizeof(*option));
	*why = "kinds are slirp, switch:FOLDER, vde:URL, fd:N, unix:PATH, null";
	if (parse_kind(value, size, option))
		return -EINVAL;
	value += size;
	if (*value == ':') {
		value++;
		target_size = strcspn(value, ",");
		if (!target_size)
			return -EINVAL;
	}
	if (parse_target(value, target_size, option))
		return -EINVAL;
	for (value += target_size; *value; value += size) {
		size = strcspn(++value, ",");
		if (parse_word(value, size, option, why))
			return -EINVAL;
	}
	return 0;
}

/* ---- early checks -------------------------------------------------------------- */

/* Static: memory cannot be allocated yet, and the boot stack is small. One check runs at a time. */
static struct eth_option checked;

int eth_check_option(const char *value)
{
	const char *why;

	return eth_option_parse(value, &checked, &why);
}

int eth_probe_option(const char *value)
{
	const char *why;
	u64 size;
	int error = eth_option_parse(value, &checked, &why);

	if (!error && kinds[checked.kind].helper && host_helper_probe("umlab-net"))
		error = -ENOPKG;
	/* A socket has no size, but -EBADF means that the descriptor is not open. */
	if (!error && checked.kind == ETH_FD && host_file_size(checked.fd, &size) == -EBADF)
		error = -EBADF;
	return error;
}
