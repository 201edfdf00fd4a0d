/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * agent_account.h - find a user account of the guest
 */
#ifndef AGENT_ACCOUNT_H
#define AGENT_ACCOUNT_H

#include <stdbool.h>

struct account {
	unsigned int uid, gid;
	char home[256], shell[256];
};

/* Finds an account by name or number. Without /etc/passwd, finds root only. */
bool account_find(const char *name, struct account *account);

#endif
