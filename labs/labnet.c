// SPDX-License-Identifier: GPL-2.0-only
/*
 * labnet.c - the networks of machines and labs
 */
#include "labnet.h"

#include <string.h>

void labnet_settings_apply(const struct verb_args *args, struct conf *conf)
{
	const struct words *nets = verb_values(args, "net");

	if (!nets->nr)
		return;
	conf_set(conf, "nic", NULL);
	for (int i = 0; i < nets->nr; i++)
		if (strcmp(nets->at[i], "none"))
			conf_add(conf, "nic", txt_printf("eth%d=%s", i, nets->at[i]));
}

int labnet_machine_start(struct machine *machine, char **reason)
{
	(void)machine;
	(void)reason;
	return 0;
}
