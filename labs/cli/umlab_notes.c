// SPDX-License-Identifier: GPL-2.0-only
/*
 * umlab_notes.c - hold the sections of umlab(1) that are not made from the table of verbs
 *
 * base/verb_help.c prints these sections for `umlab help --man`.
 */
#include "cli/umlab_notes.h"

const char umlab_description[] =
	"umlab gives a user Linux machines, each with its own kernel, and networks of such "
	"machines. It needs no root, no daemon and no administrator. Labs are folders of text "
	"in the format of Netkit and Kathará, see lab.conf(5).\n"
	"\n"
	"umlab help lists the verbs, and umlab help VERB explains one, as umlab-VERB(1) does.";

const struct verb_note umlab_notes[] = {
	{
		.title = "MACHINES",
		.text =
		"MACHINE is the name of a single machine, the name of a machine of the lab in "
		"the current folder, or LAB/NAME as umlab list -a shows it. Machines survive "
		"the terminal that started them. Whether a machine runs is decided by a lock "
		"that its kernel holds, so the state shown is true even after a crash.\n"
		"\n"
		"A small agent, started in each machine at boot, runs programs and carries "
		"files for exec, connect, ssh, cp and check. It needs neither a network nor "
		"anything from the image.\n"
		"\n"
		"A machine created by run or create has internet access through eth0, with the "
		"address 10.0.2.15. The host appears as 10.0.2.2; its services cannot be "
		"reached unless --net=slirp,allow=... names them, see umlab-net(1). --net none "
		"leaves the network out."
	},
	{
		.title = "EXAMS",
		.text =
		"With lstart --exam the keeper of each machine, a process of the host, records "
		"what is typed at consoles and in shells, what they show, which programs umlab "
		"runs, and each change of state; umlab log --record shows the record. Nothing "
		"in a guest can see or change it. The record is kept in "
		"~/.local/state/umlab/state/records when the machine is removed."
	},
	{
		.title = "EXIT STATUS",
		.text =
		"  0    success\n"
		"  1    failure or refusal; a message says why\n"
		"  2    wrong usage\n"
		"  3    no such machine, lab or image\n"
		"  124  a time limit was reached\n"
		"\n"
		"exec and ssh return the status of the command in the guest; exec returns 125 if "
		"the machine could not be reached."
	},
	{
		.title = "ENVIRONMENT",
		.text =
		"  UMLAB_HOME    one folder for machines, images and settings\n"
		"                (default: the XDG folders below)\n"
		"  UMLAB_IMAGES  further folders with images, separated by colons\n"
		"  UMLAB_IMAGE   image of machines that name none\n"
		"  UMLAB_LINUX   kernel to run\n"
		"  NO_COLOR      if set, print no colours"
	},
	{
		.title = "FILES",
		.text =
		"  ~/.local/state/umlab/state    machines, labs and classes\n"
		"  ~/.local/share/umlab/images   images of the user\n"
		"  ~/.cache/umlab/cache          packages and unfinished steps of image builds\n"
		"  /var/cache/umlab/images       images that root built for all users\n"
		"  $XDG_RUNTIME_DIR/umlab        sockets of running machines and networks\n"
		"  ~/.config/umlab/umlab.conf    settings of the user, see umlab.conf(5)\n"
		"  /etc/umlab/umlab.conf         settings of the site"
	},
	{ 0 }
};
