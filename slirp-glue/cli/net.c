// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.c - the command umlab-net: verbs and their words
 *
 * Here is only what reads the command line. The programs that run are in switch_main.c and
 * uplink.c, talking to them is in net_client.c.
 */
#include "cli/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "common/say.h"

static const char help[] =
"usage: umlab-net VERB [WORD]...\n"
"Switches and uplinks for machines, without root.\n"
"\n"
"  run switch NAME [hub] [stp] [port=N:SETTINGS]... [table=N] [mode=OCTAL]\n"
"  run slirp NAME [switch=TARGET[,port=N][,vlan=N]] [OPTION[,OPTION]...]\n"
"  run vde NAME switch=TARGET[,port=N][,vlan=N] URL\n"
"        in the foreground, until SIGTERM or `stop`; add & or a unit of systemd\n"
"  list [--json]                      what runs\n"
"  show TARGET                        its state\n"
"  ports TARGET                       ports of a switch and their settings\n"
"  counters TARGET [PORT]             frames, bytes, losses\n"
"  table TARGET                       addresses that a switch has learned\n"
"  link set TARGET PORT SETTING...    up, down, delay=10ms, jitter=1ms, loss=1%, dup=1%,\n"
"                                     reorder=1%, rate=10mbit, in-rate=10mbit, vlan=N,\n"
"                                     native=N, trunk=LIST|all|none, isolated=on|off\n"
"  set TARGET SETTING...              hub=, stp=, priority=, forward-delay=, age=\n"
"  capture TARGET [PORT] [-w FILE]    pcap to FILE or standard output, until Ctrl-C\n"
"  forward list TARGET\n"
"  forward add|remove TARGET SPEC     tcp:HOSTPORT-GUESTPORT, udp:..., unix:PATH-GUESTPORT\n"
"  machine SOCKET list                interfaces of a running machine (netctl=SOCKET)\n"
"  machine SOCKET add ethN=KIND...    as on its command line; remove ethN; link ethN up|down\n"
"  stop TARGET                        ends it\n"
"\n"
"A TARGET is a name from `list`, or the path of a folder (with a slash).\n"
"Exit status: 0 done, 1 could not be done, 2 wrong usage. More in umlab-net(1).\n";

static void __attribute__((noreturn)) usage_die(const char *what)
{
	die(STATUS_USAGE, "%s (see umlab-net --help)", what);
}

/* `run KIND ...` */
static int run(char **words, int nr)
{
	if (nr < 1)
		usage_die("run: what? switch, slirp or vde");
	if (!strcmp(words[0], "switch"))
		return net_run_switch(words + 1, nr - 1);
	if (!strcmp(words[0], "slirp") || !strcmp(words[0], "vde"))
		return net_run_uplink(words[0], words + 1, nr - 1);
	die(STATUS_USAGE, "run: unknown kind '%s'; there are switch, slirp and vde", words[0]);
}

static int list(char **words, int nr)
{
	if (nr > 1 || (nr == 1 && strcmp(words[0], "--json")))
		usage_die("list takes --json and nothing else");
	return net_list(nr == 1);
}

/* Verbs that go to the target as they are: VERB TARGET WORD... */
static int pass_on(char **words, int nr)
{
	char *line[40];
	int i;

	if (nr < 2 || nr > 30)
		usage_die(nr < 2 ? "the target is missing" : "too many words");
	line[0] = words[0];
	for (i = 2; i < nr; i++)
		line[i - 1] = words[i];
	return net_client(words[1], line, nr - 1, -1);
}

static int link_set(char **words, int nr)
{
	if (nr < 4 || strcmp(words[0], "set"))
		usage_die("the form is: link set TARGET PORT SETTING...");
	words[0] = "link";
	return pass_on(words, nr);
}

static int forward(char **words, int nr)
{
	char verb[32];

	if (nr < 2 || (strcmp(words[0], "add") && strcmp(words[0], "remove") &&
		       strcmp(words[0], "list")))
		usage_die("the form is: forward add|remove|list TARGET [SPEC]");
	snprintf(verb, sizeof(verb), "forward-%s", words[0]);
	words[0] = verb;
	return pass_on(words, nr);
}

static int machine(char **words, int nr)
{
	if (nr < 2)
		usage_die("the form is: machine SOCKET list|add|remove|link [WORD]...");
	return net_machine(words[0], words + 1, nr - 1);
}

static int capture(char **words, int nr)
{
	const char *file = NULL;
	char *line[3] = { "capture" };
	int nr_line = 1, fd = STDOUT_FILENO, status, i;

	for (i = 1; i < nr; i++) {
		if (!strcmp(words[i], "-w") && i + 1 < nr)
			file = words[++i];
		else if (*words[i] != '-' && nr_line == 1)
			line[nr_line++] = words[i];
		else
			die(STATUS_USAGE, "capture: '%s' is too much; TARGET [PORT] [-w FILE]",
			    words[i]);
	}
	if (nr < 1)
		usage_die("capture: the target is missing");
	if (file && strcmp(file, "-")) {
		fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd < 0)
			die(STATUS_FAILED, "capture: %s: %s", file, strerror(errno));
	} else if (isatty(STDOUT_FILENO)) {
		usage_die("capture: this is binary; name a file with -w, or pipe it: | wireshark -k -i -");
	}
	status = net_client(words[0], line, nr_line, fd);
	if (close(fd))
		die(STATUS_FAILED, "capture: %s: %s", file ? file : "output", strerror(errno));
	return status;
}

static const struct verb {
	const char *name;
	int (*fn)(char **words, int nr);
	int keeps_name;		/* the verb itself is the first word */
} verbs[] = {
	{ "run", run, 0 },
	{ "list", list, 0 },
	{ "show", pass_on, 1 },
	{ "ports", pass_on, 1 },
	{ "counters", pass_on, 1 },
	{ "table", pass_on, 1 },
	{ "forget", pass_on, 1 },
	{ "link", link_set, 0 },
	{ "set", pass_on, 1 },
	{ "capture", capture, 0 },
	{ "forward", forward, 0 },
	{ "machine", machine, 0 },
	{ "stop", pass_on, 1 },
};

int main(int argc, char **argv)
{
	int null;

	/* A closed standard descriptor would be the number of the next file opened. */
	while ((null = open("/dev/null", O_RDWR)) >= 0 && null <= STDERR_FILENO)
		;
	close(null);
	if (argc < 2)
		usage_die("what to do?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		fputs(help, stdout);
		return fflush(stdout) ? STATUS_FAILED : STATUS_OK;
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].fn(argv + 2 - verbs[i].keeps_name,
					   argc - 2 + verbs[i].keeps_name);
	die(STATUS_USAGE, "unknown verb '%s' (see umlab-net --help)", argv[1]);
}
