// SPDX-License-Identifier: GPL-2.0-only
/*
 * agent_start.c - start the program that umlab puts into each guest: main()
 *
 * The kernel starts the program as /init, with PID 1.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/agent.h"
#include "guest/agent_init.h"

int main(int argc, char **argv)
{
	(void)argc;
	/* agent_main() writes a name into argv[0] that is longer than "/init", so make room. */
	if (getpid() == 1 && strlen(argv[0]) < 16)
		execl("/init", "/umlab-agent-init", NULL);
	if (getpid() != 1) {
		fprintf(stderr, "agent: runs only as the first program of a machine\n");
		return 2;
	}
	init_main(argv[0], agent_main);
	return 1;
}
