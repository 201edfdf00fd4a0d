// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent_account.c - find a user account of the guest
 *
 * Called by agent_child.c in the child process that becomes the program. This file reads
 * /etc/passwd itself, because getpwnam() in a static binary would load libraries of the image.
 */
#include "guest/agent_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool account_find(const char *name, struct account *account)
{
	char line[1024], *field[7], *at;
	FILE *file = fopen("/etc/passwd", "re");
	bool found = false;

	*account = (struct account){ 0, 0, "/root", "/bin/sh" };
	while (file && !found && fgets(line, sizeof(line), file)) {
		int nr = 0;

		line[strcspn(line, "\n")] = '\0';
		for (at = line; at && nr < 7; nr++)
			field[nr] = strsep(&at, ":");
		if (nr < 7 || (strcmp(field[0], name) && strcmp(field[2], name)))
			continue;
		found = true;
		account->uid = atoi(field[2]);
		account->gid = atoi(field[3]);
		snprintf(account->home, sizeof(account->home), "%s", field[5]);
		snprintf(account->shell, sizeof(account->shell), "%s",
			 *field[6] ? field[6] : "/bin/sh");
	}
	if (file)
		fclose(file);
	return found || !strcmp(name, "root");
}
