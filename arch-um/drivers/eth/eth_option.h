/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * eth_option.h - parse the options eth<n>=... and umid=
 */
#ifndef ETH_OPTION_H
#define ETH_OPTION_H

#include <linux/if_ether.h>
#include <linux/types.h>

enum {
	ETH_DEVICES = 16,
	ETH_TEXT_SIZE = 256,
	ETH_PATH_SIZE = 108,		/* fits into the address of a unix socket */
};

enum eth_kind {
	ETH_SLIRP,
	ETH_SWITCH,
	ETH_VDE,
	ETH_FD,
	ETH_UNIX,
	ETH_NULL,
};

struct eth_option {
	enum eth_kind kind;
	char target[ETH_TEXT_SIZE];	/* path, URL or descriptor */
	char rest[ETH_TEXT_SIZE];	/* words for the helper, separated by commas */
	int fd;
	unsigned int port, vlan, mtu;	/* 0: not given */
	bool has_mac;
	u8 mac[ETH_ALEN];
};

/*
 * eth_option_parse - parse @value into @option. Returns 0, or -EINVAL with the reason in *@why.
 * Allocates nothing.
 */
int eth_option_parse(const char *value, struct eth_option *option, const char **why);

/* eth_kind_name - return the name of @kind, as the option spells it. */
const char *eth_kind_name(enum eth_kind kind);

/* eth_kind_has_heads - return whether messages of this kind begin with struct wire_head. */
bool eth_kind_has_heads(enum eth_kind kind);

/* The value of umid= on the command line, which is the name of this machine; NULL: none. */
extern const char *eth_machine_name;

#endif /* ETH_OPTION_H */
