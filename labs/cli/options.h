/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - options that several verbs take, as entries for their tables
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/tell.h"
#include "base/verb.h"

#define OPTION_IMAGE \
	{ .letter = 'i', .name = "image", .value = "IMAGE", .kind = "image", \
	  .help = N_("what it is made from") }

#define OPTION_MEM \
	{ .letter = 'm', .name = "mem", .value = "SIZE", \
	  .help = N_("memory, in MB without a letter") }

#define OPTION_CPUS \
	{ .name = "cpus", .value = "N", \
	  .help = N_("share of a processor, as a weight") }

#define OPTION_DISK \
	{ .name = "disk", .value = "SIZE", \
	  .help = N_("size of the disk, if larger than the image") }

#define OPTION_RATE \
	{ .name = "rate", .value = "BITS", \
	  .help = N_("limit of each interface, either way, in bits a second") }

#define OPTION_NET \
	{ .letter = 'n', .name = "net", .value = "NET", .kind = "net", \
	  .help = N_("a network interface: slirp, switch:PATH, vde:URL, none; more than " \
			   "once for more") }

#define OPTION_DETACH_KEY \
	{ .name = "detach-key", .value = "KEY", \
	  .help = N_("leaves the console; Ctrl-] if not said") }

#define OPTION_NO_WAIT \
	{ .name = "no-wait", \
	  .help = N_("do not wait until it is ready") }

#define OPTION_TIMEOUT \
	{ .letter = 't', .name = "timeout", .value = "SECONDS", \
	  .help = N_("how long to wait") }

#define OPTION_ALL \
	{ .letter = 'a', .name = "all", \
	  .help = N_("of all labs, also inside a lab's folder") }

#define OPTION_DIRECTORY \
	{ .letter = 'd', .name = "directory", .value = "DIR", .kind = "dir", \
	  .help = N_("the lab's folder, if not the current one") }

#define OPTION_JSON \
	{ .name = "json", \
	  .help = N_("as JSON") }

#define OPTION_NAMES \
	{ .name = "names", \
	  .help = N_("only names, one a line") }

#define OPTION_USER \
	{ .letter = 'u', .name = "user", .value = "USER", \
	  .help = N_("as this user of the guest, not root") }

#define OPTION_WORKDIR \
	{ .letter = 'w', .name = "workdir", .value = "DIR", .kind = "dir", \
	  .help = N_("in this folder of the guest") }

#define OPTION_ENV \
	{ .letter = 'e', .name = "env", .value = "NAME=VALUE", \
	  .help = N_("with this variable") }

#define OPTION_FORCE_LAB \
	{ .letter = 'F', .name = "force-lab", \
	  .help = N_("without lab.conf every folder is a machine") }

#define OPTION_FORCE(what) { .letter = 'f', .name = "force", .help = what }

/* What a machine is made of. */
#define OPTIONS_SETTINGS \
	OPTION_MEM, OPTION_CPUS, OPTION_DISK, OPTION_RATE, OPTION_NET

#endif
