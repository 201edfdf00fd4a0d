/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * options.h - define the options that several verbs take, as entries for their tables
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/tell.h"
#include "base/verb.h"

/* ---- what a machine is made of ------------------------------------------------------- */

#define OPTION_IMAGE \
	{ .letter = 'i', .name = "image", .value = "IMAGE", .kind = "image", \
	  .help = N_("Create the machine from this image"), \
	  .preset = N_("'image' of umlab.conf, else base") }

#define OPTION_MEM \
	{ .letter = 'm', .name = "mem", .value = "SIZE", .kind = "=64M|=128M|=256M|=512M|=1G|=2G", \
	  .help = N_("Set the memory, in MB or with a unit: 512, 512M, 2G"), \
	  .range = N_("at least 4M"), .preset = N_("what the image asks for") }

#define OPTION_CPUS \
	{ .name = "cpus", .value = "N", \
	  .help = N_("Limit the processor time to N host processors, such as 0.5 or 2; without " \
		     "systemd --user, values below 1 lower the priority instead"), \
	  .range = N_("above 0, up to 1024"), .preset = N_("no limit") }

#define OPTION_DISK \
	{ .name = "disk", .value = "SIZE", \
	  .help = N_("Enlarge the disk to this size, in MB or with a unit: 20G"), \
	  .preset = N_("the size of the image") }

#define OPTION_RATE \
	{ .name = "rate", .value = "BITS", \
	  .help = N_("Limit each interface to this rate in either direction, in bits per " \
		     "second: 10m"), \
	  .preset = N_("no limit") }

#define OPTION_NET(default_net) \
	{ .letter = 'n', .name = "net", .value = "NET", .kind = "net", \
	  .help = N_("Add a network interface: slirp[,OPTION]... (internet access), " \
		     "switch:PATH, vde:URL, or none; repeat it for eth1, eth2, ..."), \
	  .preset = default_net }

#define OPTIONS_SETTINGS(default_net) \
	OPTION_MEM, OPTION_CPUS, OPTION_DISK, OPTION_RATE, OPTION_NET(default_net)

/* ---- where, whom, how long ------------------------------------------------------------- */

#define OPTION_DIRECTORY \
	{ .letter = 'd', .name = "directory", .value = "DIR", .kind = "dir", \
	  .help = N_("Use the lab in this folder"), .preset = N_("the current folder") }

#define OPTION_FORCE_LAB \
	{ .letter = 'F', .name = "force-lab", \
	  .help = N_("Without lab.conf, take every folder as a machine") }

#define OPTION_ALL \
	{ .letter = 'a', .name = "all", \
	  .help = N_("Show the machines of all labs, also inside the folder of a lab") }

#define OPTION_USER \
	{ .letter = 'u', .name = "user", .value = "USER", \
	  .help = N_("Run as this user of the guest"), .preset = "root" }

#define OPTION_WORKDIR \
	{ .letter = 'w', .name = "workdir", .value = "DIR", \
	  .help = N_("Start in this folder of the guest"), .preset = N_("the user's home") }

#define OPTION_ENV \
	{ .letter = 'e', .name = "env", .value = "NAME=VALUE", \
	  .help = N_("Set an environment variable; can be repeated") }

#define OPTION_DETACH_KEY \
	{ .name = "detach-key", .value = "KEY", \
	  .help = N_("Leave the console with this key, such as ^] or ctrl-a"), \
	  .preset = "^]" }

#define OPTION_TIMEOUT(seconds) \
	{ .letter = 't', .name = "timeout", .value = "SECONDS", .min = 0, .max = 86400, \
	  .help = N_("Give up after this time, in seconds"), .preset = seconds }

#define OPTION_NO_WAIT \
	{ .name = "no-wait", \
	  .help = N_("Return when the kernels run; do not wait until the machines are ready") }

#define OPTION_FORCE(what) { .letter = 'f', .name = "force", .help = what }

/* ---- output ------------------------------------------------------------------------------ */

#define OPTION_JSON { .name = "json", .help = N_("Print JSON") }

#define OPTION_NAMES { .name = "names", .help = N_("Print only names, one per line") }

#endif
