// SPDX-License-Identifier: GPL-2.0-only
/*
 * switch_main.c - `umlab-net run switch`: start, options, end
 */
#include "cli/net.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "common/place.h"
#include "common/sandbox.h"
#include "common/say.h"
#include "switch/stp.h"
#include "switch/switch.h"

static struct loop_source signals;

static void signal_ready(struct loop_source *source, uint32_t events)
{
	struct signalfd_siginfo info;

	if (read(source->fd, &info, sizeof(info)) == sizeof(info))
		loop_stop(0);
}

static int signals_start(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals.ready = signal_ready;
	return signals.fd < 0 ? -errno : loop_add(&signals, EPOLLIN);
}

/* 1024 ports need more descriptors than most sessions start with. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

struct options {
	const char *name;
	unsigned int mode;
	unsigned int table;
	bool hub, stp;
	char **ports;		/* those words that begin with port= */
	int nr_ports;
};

static unsigned int number_read(const char *text, int base, unsigned long max, const char *word)
{
	char *end;
	unsigned long number = strtoul(text, &end, base);

	if (*text < '0' || *text > '9' || *end || number > max)
		die(STATUS_USAGE, "run switch: '%s': not a number up to %lu", word, max);
	return number;
}

static void options_read(struct options *options, char **words, int nr)
{
	*options = (struct options) { .mode = 0600, .table = FDB_MAX, .ports = words };
	for (int i = 0; i < nr; i++) {
		char *word = words[i];

		if (!strcmp(word, "hub"))
			options->hub = true;
		else if (!strcmp(word, "stp"))
			options->stp = true;
		else if (!strncmp(word, "mode=", 5))
			options->mode = number_read(word + 5, 8, 0777, word);
		else if (!strncmp(word, "table=", 6))
			options->table = number_read(word + 6, 10, 1000000, word);
		else if (!strncmp(word, "port=", 5))
			words[options->nr_ports++] = word;
		else if (!options->name && !strchr(word, '=') && *word != '-')
			options->name = word;
		else
			die(STATUS_USAGE, "run switch: '%s' is not understood (see umlab-net --help)",
			    word);
	}
	if (!options->name)
		die(STATUS_USAGE, "run switch: the name is missing");
}

/* "port=3:vlan=10,loss=1%": the same settings as those of `link set`. */
static void port_preset(char *word)
{
	char *colon = strchr(word, ':'), *rest = NULL, *words[MGMT_WORDS] = { "link" };
	char error[200];
	int nr = 2;

	if (!colon)
		die(STATUS_USAGE, "run switch: '%s' is not of the form port=N:SETTING,...", word);
	*colon = '\0';
	words[1] = word + 5;
	for (char *part = strtok_r(colon + 1, ",", &rest); part && nr < MGMT_WORDS - 1;
	     part = strtok_r(NULL, ",", &rest))
		words[nr++] = part;
	if (switch_link_set(words, nr, error, sizeof(error)))
		die(STATUS_USAGE, "run switch: port %s: %s", words[1], error);
}

/* Whoever starts a switch may name a pipe to learn from when its sockets accept connections. */
static void ready_report(void)
{
	const char *number = getenv("UMLAB_READY_FD");
	int fd = number ? atoi(number) : -1;

	if (fd <= STDERR_FILENO)
		return;
	(void)!write(fd, "+", 1);
	close(fd);
}

int net_run_switch(char **words, int nr_words)
{
	struct options options;
	char folder[PLACE_SIZE];
	int error, status;

	options_read(&options, words, nr_words);
	error = place_find(options.name, folder, sizeof(folder), 1);
	if (error)
		die(STATUS_FAILED, "%s: %s", options.name, strerror(-error));
	descriptors_raise();
	error = loop_init();
	if (!error)
		error = switch_init(options.table);
	if (!error)
		error = signals_start();
	if (error)
		die(STATUS_FAILED, "cannot start: %s", strerror(-error));
	the_switch.hub = options.hub;
	stp_set(options.stp);
	for (int i = 0; i < options.nr_ports; i++)
		port_preset(options.ports[i]);
	error = serve_start(folder, options.mode);
	if (error == -EADDRINUSE)
		die(STATUS_FAILED, "%s: a switch runs there already", folder);
	if (error)
		die(STATUS_FAILED, "%s: %s", folder, strerror(-error));
	ready_report();
	error = sandbox_enter(SANDBOX_SWITCH);
	if (error)
		die(STATUS_FAILED, "cannot confine itself: %s", strerror(-error));

	status = loop_run();
	serve_stop();
	switch_release();
	return status;
}
