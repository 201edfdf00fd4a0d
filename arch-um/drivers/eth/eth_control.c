// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_control.c - add and remove interfaces and cut cables while the machine runs
 *
 *   linux ... netctl=PATH       a socket; `umlab-net machine PATH COMMAND` connects to it
 *
 * Commands are `add eth1=KIND...` (as on the command line), `remove eth1`, `link eth0 up|down` and
 * `list`. drivers/control.c reads the lines and calls the functions below in task context. A cable
 * that is cut here stays cut, regardless of the other end, until `link ethN up` repairs it.
 */
#include <linux/init.h>
#include <linux/string.h>
#include <asm/um_control.h>
#include "eth.h"
#include "eth_device.h"
#include "eth_link.h"

static char *control_path;

static int __init control_setup(char *path)
{
	control_path = path;
	return 1;
}
__setup("netctl=", control_setup);

static const char *state_text(const struct eth_device *eth)
{
	if (!eth->wanted)
		return "off";
	if (eth->cut)
		return "cut";
	return netif_carrier_ok(eth->dev) ? "up" : "no-link";
}

static void command_list(struct um_control *control, char *word, char *rest)
{
	unsigned int i;

	/* Lines of an answer begin with a blank, as in answers from umlab-net's servers. */
	for (i = 0; i < ETH_DEVICES; i++) {
		const struct eth_device *eth = eth_get(i);

		if (eth)
			um_control_answer(control, " eth%u %s %s%s%s %pM\n", i, state_text(eth),
					  eth_kind_name(eth->option.kind),
					  *eth->option.target ? ":" : "", eth->option.target,
					  eth->dev->dev_addr);
	}
	um_control_answer(control, "ok\n");
}

/* Returns the number in "eth3", or -1. *@rest is the text after the number. */
static int parse_interface(char *word, char **rest)
{
	unsigned long index;

	if (!word || strncmp(word, "eth", 3) || word[3] < '0' || word[3] > '9')
		return -1;
	index = simple_strtoul(word + 3, rest, 10);
	return index < ETH_DEVICES ? index : -1;
}

static void command_add(struct um_control *control, char *setting, char *rest)
{
	char *value;
	int index = parse_interface(setting, &value), error;
	const char *why;

	if (index < 0 || *value != '=') {
		um_control_answer(control, "error: add ethN=KIND..., N is 0 to %d\n",
				  ETH_DEVICES - 1);
		return;
	}
	error = eth_add(index, value + 1, &why);
	if (error)
		um_control_answer(control, "error: %s (error %d)\n", why, -error);
	else
		um_control_answer(control, "ok\n");
}

static struct eth_device *find(struct um_control *control, char *word)
{
	char *rest = "";
	int index = parse_interface(word, &rest);
	struct eth_device *eth = index < 0 || *rest ? NULL : eth_get(index);

	if (!eth)
		um_control_answer(control, "error: there is no interface '%s'\n", word ? word : "");
	return eth;
}

static void command_remove(struct um_control *control, char *word, char *rest)
{
	struct eth_device *eth = find(control, word);

	if (!eth)
		return;
	eth_remove(eth);
	um_control_answer(control, "ok\n");
}

static void command_link(struct um_control *control, char *word, char *state)
{
	struct eth_device *eth;
	bool up = state && !strcmp(state, "up");

	if (!up && (!state || strcmp(state, "down"))) {
		um_control_answer(control, "error: link ethN up|down\n");
		return;
	}
	eth = find(control, word);
	if (!eth)
		return;
	eth_link_cut(eth, !up);
	um_control_answer(control, "ok\n");
}

static const struct um_control_verb verbs[] = {
	{ .name = "list", .carry_out = command_list },
	{ .name = "add", .carry_out = command_add },
	{ .name = "remove", .carry_out = command_remove },
	{ .name = "link", .carry_out = command_link },
	{}
};

static struct um_control control = { .name = "netctl", .verbs = verbs };

static int __init control_init(void)
{
	return control_path ? um_control_start(&control, control_path) : 0;
}
late_initcall(control_init);
