// SPDX-License-Identifier: GPL-2.0-only
/*
 * umlab.c - the command: its table of verbs, and main()
 *
 * A new verb is a function (verbs_*.c), a line in verbs.h and an entry here; its help, man
 * page and completion follow from the entry.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/compat.h"
#include "cli/complete.h"
#include "base/files.h"
#include "machine/keeper.h"
#include "cli/verbs.h"
#include "base/where.h"

static const char machines_group[] = N_("Machines:");
static const char labs_group[] = N_("Labs:");
static const char other_group[] = N_("Other:");

#define DIRECTORY { 'd', "directory", "DIR", N_("the lab's folder, if not the current one") }
#define SETTINGS \
	{ 'm', "mem", "SIZE", N_("memory, in MB without a letter") }, \
	{ 0, "cpus", "N", N_("share of a processor, as a weight") }, \
	{ 0, "disk", "SIZE", N_("size of the disk, if larger than the image") }, \
	{ 0, "rate", "BITS", N_("limit of each interface, either way, in bits a second") }, \
	{ 'n', "net", "NET", N_("a network interface: slirp, switch:PATH, vde:URL, none; more than once for more") }
#define IMAGE { 'i', "image", "IMAGE", N_("what it is made from") }
#define DETACH_KEY { 0, "detach-key", "KEY", N_("leaves the console; Ctrl-] if not said") }
#define TIMEOUT { 't', "timeout", "SECONDS", N_("how long to wait") }
#define JSON { 0, "json", NULL, N_("as JSON") }

static const struct verb_option no_options[] = { { 0 } };
static const struct verb_option create_options[] = { IMAGE, SETTINGS, { 0 } };
static const struct verb_option run_options[] = { IMAGE, SETTINGS, DETACH_KEY,
	{ 0, "remove", NULL, N_("remove it when it has ended") }, { 0 } };
static const struct verb_option start_options[] = { { 0, "no-wait", NULL, N_("do not wait until it is ready") }, TIMEOUT, { 0 } };
static const struct verb_option stop_options[] = { { 'f', "force", NULL, N_("end it when it takes too long") }, TIMEOUT, { 0 } };
static const struct verb_option restart_options[] = { { 'f', "force", NULL, N_("end it when it takes too long") },
	{ 0, "no-wait", NULL, N_("do not wait until it is ready") }, TIMEOUT, { 0 } };
static const struct verb_option remove_options[] = { { 'f', "force", NULL, N_("also when it runs, also its snapshots") }, { 0 } };
static const struct verb_option list_options[] = { { 'a', "all", NULL, N_("of all labs, also inside a lab's folder") },
	{ 'r', "running", NULL, N_("only those that run") }, DIRECTORY, JSON, { 0, "names", NULL, N_("only names, one a line") }, { 0 } };
static const struct verb_option info_options[] = { DIRECTORY, JSON, { 0 } };
static const struct verb_option directory_options[] = { DIRECTORY, { 0 } };
static const struct verb_option console_options[] = { DIRECTORY, DETACH_KEY, { 0 } };
static const struct verb_option exec_options[] = { DIRECTORY, { 't', "tty", NULL, N_("with a terminal of its own") },
	{ 'u', "user", "USER", N_("as this user of the guest, not root") }, { 'w', "workdir", "DIR", N_("in this folder of the guest") },
	{ 'e', "env", "NAME=VALUE", N_("with this variable") }, { 0, "no-stdin", NULL, N_("without input") },
	{ 0, "wait", NULL, N_("no effect: a machine that boots is waited for (Kathará)") },
	{ 0, "no-stdout", NULL, N_("drop its output") }, { 0, "no-stderr", NULL, N_("drop its error output") }, { 0 } };
static const struct verb_option connect_options[] = { DIRECTORY, { 'u', "user", "USER", N_("as this user of the guest, not root") },
	{ 'w', "workdir", "DIR", N_("in this folder of the guest") }, { 'e', "env", "NAME=VALUE", N_("with this variable") }, { 0 } };
static const struct verb_option log_options[] = { DIRECTORY, { 'f', "follow", NULL, N_("go on until the machine ends") },
	{ 0, "startup", NULL, N_("of the startup files") }, { 0, "boot", NULL, N_("of the kernel as a process of the host") },
	{ 0, "shutdown", NULL, N_("of the shutdown files") }, { 0, "keeper", NULL, N_("of the keeper") },
	{ 0, "record", NULL, N_("all that was typed, run and shown, of an exam") }, { 0 } };
static const struct verb_option top_options[] = { { 'a', "all", NULL, N_("of all labs, also inside a lab's folder") }, DIRECTORY,
	{ 0, "once", NULL, N_("show it once") }, { 0 } };
static const struct verb_option lint_options[] = { DIRECTORY, { 0, "strict", "TOOL", N_("also what kathara or netkit would refuse") },
	{ 0, "print", NULL, N_("what a start would do") }, { 'F', "force-lab", NULL, N_("without lab.conf every folder is a machine") }, JSON, { 0 } };

static const struct verb run_verb = { "run", machines_group, "[OPTION]... [NAME]", N_("create a machine if there is none, start it, show its console"),
	N_("The console is left with Ctrl-] and the machine goes on; `poweroff` inside ends it."), run_options, "machine", false, verb_run };
static const struct verb create_verb = { "create", machines_group, "[OPTION]... [NAME]", N_("make a machine, without starting it"), NULL,
	create_options, "", false, verb_create };
static const struct verb start_verb = { "start", machines_group, "[OPTION]... MACHINE...", N_("start machines and wait until they are ready"), NULL,
	start_options, "machine", false, verb_start };
static const struct verb stop_verb = { "stop", machines_group, "[OPTION]... MACHINE...", N_("end machines in order"), NULL, stop_options, "machine",
	false, verb_stop };
static const struct verb restart_verb = { "restart", machines_group, "[OPTION]... MACHINE...", N_("stop, then start"), NULL, restart_options,
	"machine", false, verb_restart };
static const struct verb kill_verb = { "kill", machines_group, "MACHINE...", N_("end machines at once, like pulling the plug"), NULL, no_options,
	"machine", false, verb_kill };
static const struct verb remove_verb = { "remove", machines_group, "[OPTION]... MACHINE...", N_("remove machines with all their files"), NULL,
	remove_options, "machine", false, verb_remove };
static const struct verb list_verb = { "list", machines_group, "[OPTION]...", N_("show the machines and their states"),
	N_("In a lab's folder those of the lab, elsewhere all."), list_options, "", false, verb_list };
static const struct verb info_verb = { "info", machines_group, "[OPTION]... MACHINE", N_("show all about a machine"), NULL, info_options, "machine",
	false, verb_info };
static const struct verb console_verb = { "console", machines_group, "[OPTION]... MACHINE", N_("show the console of a machine"),
	N_("Several may look at once. The detach key leaves it; the machine goes on."), console_options, "machine", false, verb_console };
static const struct verb connect_verb = { "connect", machines_group, "[OPTION]... MACHINE", N_("open a shell in a machine"),
	N_("A shell of its own on each call, independent of the console and of the guest's network."), connect_options, "machine", false, verb_connect };
static const struct verb exec_verb = { "exec", machines_group, "[OPTION]... MACHINE [--] COMMAND...", N_("run a command in a machine"),
	N_("Input, output and error output are separate and may hold any bytes; the exit status is\n"
	   "the command's own, 128 and the signal's number if it was killed, 127 if there is no\n"
	   "such command, 125 if the machine could not be reached. The guest needs no network."),
	exec_options, "machine", true, verb_exec };
static const struct verb cp_verb = { "cp", machines_group, "[OPTION]... FROM... TO", N_("copy files and folders into a machine or out of it"),
	N_("MACHINE:PATH is a path in a machine. The guest needs no network."), directory_options, "machine file", false, verb_cp };
static const struct verb reset_verb = { "reset", machines_group, "[OPTION]... MACHINE...", N_("give a machine its pristine disk back"),
	N_("A machine that runs is ended and started again. Snapshots stay."), directory_options, "machine", false, verb_reset };
static const struct verb_option set_options[] = { SETTINGS, { 0 } };
static const struct verb_option ssh_options[] = { DIRECTORY, { 'u', "user", "USER", N_("as this user of the guest, not root") },
	{ 0, "config", NULL, N_("print what ssh, scp and rsync -e need to know") }, { 0 } };
static const struct verb ssh_verb = { "ssh", machines_group, "[OPTION]... MACHINE [COMMAND...]", N_("log in to a machine by ssh"),
	N_("With a key of this user's own, over the agent: the guest needs no network, only sshd.\n"
	   "`umlab ssh --config MACHINE >>~/.ssh/config` lets ssh, scp and rsync find the machine."), ssh_options, "machine", true, verb_ssh };
static const struct verb set_verb = { "set", machines_group, "OPTION... MACHINE", N_("change memory, processors, disk or networks"),
	NULL, set_options, "machine", false, verb_set };
static const struct verb log_verb = { "log", machines_group, "[OPTION]... MACHINE", N_("show what a machine printed"), NULL, log_options, "machine",
	false, verb_log };
static const struct verb top_verb = { "top", machines_group, "[OPTION]...", N_("show what machines take of the host"), NULL, top_options, "",
	false, verb_top };
static const struct verb lint_verb = { "lint", labs_group, "[OPTION]... [DIR]", N_("tell what is wrong with a lab"),
	N_("Nothing is started. Each remark has file, line and column."), lint_options, "file", false, verb_lint };

#define TERMINALS \
	{ 0, "terminals", "[PROGRAM]", N_("open one for each machine: tmux, xterm, gnome-terminal, kitty, ...") }, \
	{ 0, "noterminals", NULL, N_("open none, whatever umlab.conf says") }
#define LSTART \
	DIRECTORY, { 'F', "force-lab", NULL, N_("without lab.conf every folder is a machine") }, \
	{ 'j', "jobs", "N", N_("so many boot at the same time") }, { 'p', "parallel", "[N]", N_("no effect: starts are parallel (Netkit)") }, \
	{ 0, "sequential", NULL, N_("one after the other") }, \
	{ 'o', "pass", "OPTION", N_("an option for every machine, as in lab.conf: mem=128") }, \
	{ 0, "exclude", "MACHINE", N_("all but this one") }, { 0, "print", NULL, N_("show what would be done") }, \
	{ 0, "hosthome", NULL, N_("the home folder as /hosthome") }, { 'H', "no-hosthome", NULL, N_("no /hosthome (it is so anyway)") }, \
	{ 'S', "no-shared", NULL, N_("no /shared") }, { 'f', "force", NULL, N_("also when memory will not suffice") }, \
	{ 0, "no-wait", NULL, N_("do not wait until they are ready") }, { 'l', "list", NULL, N_("no effect: the states are shown anyway") }, \
	{ 0, "exam", NULL, N_("keep a record of all that is typed, run and shown") }, \
	{ 0, "lab-mem", "SIZE", N_("what all machines together may take") }, { 0, "lab-cpus", "N", N_("processors that all share") }, \
	TERMINALS, TIMEOUT

static const struct verb_option lstart_options[] = { LSTART, { 0 } };
static const struct verb_option lrestart_options[] = { LSTART, { 'k', "keep", NULL, N_("keep the disks as they are") }, { 0 } };
static const struct verb_option lclean_options[] = { DIRECTORY, { 'f', "force", NULL, N_("snapshots too, without a question") },
	{ 0, "orderly", NULL, N_("let the machines shut down first") }, TIMEOUT, { 0 } };
static const struct verb_option lhalt_options[] = { DIRECTORY, { 'q', "quick", NULL, N_("at once") },
	{ 'r', "remove", NULL, N_("and remove the machines") }, TIMEOUT, { 0 } };
static const struct verb_option lcrash_options[] = { DIRECTORY, { 'k', "keep", NULL, N_("keep the disks") }, TIMEOUT, { 0 } };
static const struct verb_option linfo_options[] = { DIRECTORY, { 'F', "force-lab", NULL, N_("without lab.conf every folder is a machine") },
	{ 't', "topology", NULL, N_("as a map for the terminal") }, { 0, "svg", NULL, N_("as a map in SVG") }, { 'w', "watch", NULL, N_("again each second") },
	{ 'c', "conf", NULL, N_("no effect: this is read from the lab's files anyway") }, JSON, { 0 } };
static const struct verb_option wipe_options[] = { { 'f', "force", NULL, N_("without a question") }, { 'a', "all", NULL, N_("no effect: only one's own can be removed") }, { 0 } };

static const struct verb lstart_verb = { "lstart", labs_group, "[OPTION]... [MACHINE]...", N_("start a lab"),
	N_("Reads lab.conf in the current folder, as written for Netkit or Kathará. Returns when all\n"
	   "startup files have ended, and tells which of their commands failed. Machines that run\n"
	   "already stay as they are."), lstart_options, "machine", false, verb_lstart };
static const struct verb lrestart_verb = { "lrestart", labs_group, "[OPTION]... [MACHINE]...", N_("end a lab and start it anew"), NULL,
	lrestart_options, "machine", false, verb_lrestart };
static const struct verb lhalt_verb = { "lhalt", labs_group, "[OPTION]... [MACHINE]...", N_("end the machines of a lab in order, keep their disks"), NULL,
	lhalt_options, "machine", false, verb_lhalt };
static const struct verb lcrash_verb = { "lcrash", labs_group, "[OPTION]... [MACHINE]...", N_("end the machines of a lab at once, and remove them"), NULL,
	lcrash_options, "machine", false, verb_lcrash };
static const struct verb lclean_verb = { "lclean", labs_group, "[OPTION]... [MACHINE]...", N_("end a lab and remove its machines"), NULL,
	lclean_options, "machine", false, verb_lclean };
static const struct verb linfo_verb = { "linfo", labs_group, "[OPTION]...", N_("show a lab: its machines, or a map"), NULL, linfo_options, "", false, verb_linfo };
static const struct verb wipe_verb = { "wipe", labs_group, "[OPTION]...", N_("remove all machines of this user"), NULL, wipe_options, "", false, verb_wipe };

static const char images_group[] = N_("Images:");
static const char snapshots_group[] = N_("Snapshots:");

#define FORCE { 'f', "force", NULL, N_("replace what is there") }
static const struct verb_option image_list_options[] = { JSON, { 0, "names", NULL, N_("only names, one a line") }, { 0 } };
static const struct verb_option image_build_options[] = { { 0, "name", "NAME", N_("its name, if not the recipe's") }, { 0 } };
static const struct verb_option image_import_options[] = { FORCE, { 0, "size", "SIZE", N_("of its disk; 4G if not said") }, { 0 } };
static const struct verb_option image_layer_options[] = { FORCE, { 0, "from", "IMAGE", N_("what it starts as") }, { 0 } };
static const struct verb_option image_update_options[] = { TIMEOUT, { 0 } };
static const struct verb_option force_options[] = { FORCE, { 0 } };
static const struct verb_option snapshot_save_options[] = { DIRECTORY, { 'm', "message", "TEXT", N_("what it is") },
	{ 0, "live", NULL, N_("freeze the disk of a machine that runs, and do not stop it") }, { 0 } };
static const struct verb_option snapshot_list_options[] = { DIRECTORY, { 0, "names", NULL, N_("only names, one a line") }, { 0 } };
static const struct verb_option snapshot_pop_options[] = { DIRECTORY, { 0, "delete", NULL, N_("and delete the snapshot") }, { 0 } };

static const struct verb image_list_verb = { "image list", images_group, "[OPTION]...", N_("show the images"), NULL, image_list_options, "", false, verb_image_list };
static const struct verb image_build_verb = { "image build", images_group, "[OPTION]... RECIPE", N_("make an image from packages: minimal, base, dev, extra, or a file"),
	N_("Needs no root. An interrupted build goes on where it stopped; a second one does nothing."), image_build_options, "", false, verb_image_build };
static const struct verb image_info_verb = { "image info", images_group, "IMAGE", N_("show all about an image"), NULL, no_options, "image", false, verb_image_info };
static const struct verb image_import_verb = { "image import", images_group, "[OPTION]... FILE|DIR NAME", N_("make an image of a tar, folder, container image or disk"),
	N_("A tar (of OpenVZ, LXC, ...) or folder holds a root file system; a folder with index.json\n"
	   "is an OCI layout; a disk is qcow2 or raw with an ext4 file system."), image_import_options, "file", false, verb_image_import };
static const struct verb image_layer_verb = { "image layer", images_group, "[OPTION]... NAME [-- COMMAND...]", N_("make an image by changing another in a shell"),
	NULL, image_layer_options, "", true, verb_image_layer };
static const struct verb image_update_verb = { "image update", images_group, "[OPTION]... IMAGE [-- COMMAND...]", N_("bring the packages of an image up to date"),
	N_("In a machine with the internet, by apt-get, or by a command of your own. The new image\n"
	   "replaces the old one when all went well; one that machines are made from is not touched."), image_update_options, "image", true, verb_image_update };
static const struct verb image_export_verb = { "image export", images_group, "[OPTION]... IMAGE FILE", N_("write an image as a raw disk"), NULL, force_options, "image file", false, verb_image_export };
static const struct verb image_publish_verb = { "image publish", images_group, "DIR [IMAGE]...", N_("put images where a class finds them"),
	N_("Under names that never change content: NAME@HASH.img, and NAME.img as a link to it.\nMachines keep the one they were made from."), no_options, "file image", false, verb_image_publish };
static const struct verb image_remove_verb = { "image remove", images_group, "IMAGE...", N_("remove images of this user"), NULL, no_options, "image", false, verb_image_remove };
static const struct verb snapshot_save_verb = { "snapshot save", snapshots_group, "[OPTION]... MACHINE NAME", N_("keep the disk as it is, under a name"),
	N_("A machine that runs is stopped for it and started again, but for --live: then its disk stands still meanwhile."), snapshot_save_options, "machine", false, verb_snapshot_save };
static const struct verb snapshot_list_verb = { "snapshot list", snapshots_group, "[OPTION]... MACHINE", N_("show the snapshots as a tree; * is where the disk stands"),
	NULL, snapshot_list_options, "machine", false, verb_snapshot_list };
static const struct verb snapshot_restore_verb = { "snapshot restore", snapshots_group, "[OPTION]... MACHINE NAME", N_("put the disk back to a snapshot"),
	N_("What was written since is lost; the snapshot stays."), directory_options, "machine snapshot", false, verb_snapshot_restore };
static const struct verb snapshot_delete_verb = { "snapshot delete", snapshots_group, "[OPTION]... MACHINE NAME", N_("forget a snapshot"), NULL, directory_options,
	"machine snapshot", false, verb_snapshot_delete };
static const struct verb snapshot_pop_verb = { "snapshot pop", snapshots_group, "[OPTION]... MACHINE", N_("put the disk back to the last snapshot"),
	NULL, snapshot_pop_options, "machine", false, verb_snapshot_pop };
static const struct verb export_verb = { "export", machines_group, "[OPTION]... MACHINE FILE", N_("write a machine as one file"),
	N_("Its settings, its disk and its snapshots; not its image."), force_options, "machine file", false, verb_export };
static const struct verb import_verb = { "import", machines_group, "FILE NAME", N_("make a machine of such a file"), NULL, no_options, "file", false, verb_import };

static const char networks_group[] = N_("Networks of labs:");
static const struct verb_option capture_options[] = { DIRECTORY, { 'w', "write", "FILE", N_("to this file") },
	{ 0, "wireshark", NULL, N_("live in Wireshark") }, { 0 } };
static const struct verb capture_verb = { "capture", networks_group, "[OPTION]... DOMAIN|MACHINE:ethN", N_("record what passes a collision domain or an interface"),
	N_("As pcap, to a file or to standard output, until interrupted."), capture_options, "domain machine", false, verb_capture };
static const struct verb link_set_verb = { "link set", networks_group, "[OPTION]... MACHINE:ethN SETTING...", N_("delay, loss, rate, or a cut cable"),
	N_("Settings: up, down, delay=10ms, jitter=1ms, loss=1%, dup=1%, reorder=1%, rate=10mbit,\nof what goes to the machine; in-rate=10mbit, of what it sends. 0 or off ends one."), directory_options, "machine", false, verb_link_set };
static const struct verb link_show_verb = { "link show", networks_group, "[OPTION]...", N_("show the ports of a lab's collision domains"), NULL, directory_options, "", false, verb_link_show };

static const struct verb_option lconfig_options[] = { DIRECTORY, { 'n', "name", "MACHINE", N_("the machine") },
	{ 0, "add", "DOMAIN", N_("one more interface, in this collision domain; N:DOMAIN/MAC says which; slirp: with the internet") },
	{ 0, "rm", "DOMAIN", N_("away with the interface in this domain, or with ethN") }, { 0 } };
static const struct verb lconfig_verb = { "lconfig", networks_group, "[OPTION]... MACHINE", N_("add and remove interfaces, also while a machine runs"),
	N_("Prints the names of new interfaces. What is added here is gone when the lab is made anew."), lconfig_options, "machine", false, verb_lconfig };
static const struct verb forward_list_verb = { "forward list", networks_group, "[OPTION]... MACHINE", N_("show the ports of the host that lead into a machine"),
	NULL, directory_options, "machine", false, verb_forward_list };
static const struct verb forward_add_verb = { "forward add", networks_group, "[OPTION]... MACHINE HOST:GUEST[/udp]", N_("let a port of the host lead into a machine"),
	N_("Also as umlab-net(1) writes it: tcp:ADDRESS:PORT-ADDRESS:PORT, unix:PATH-PORT. Works at once\n"
	   "and for later starts."), directory_options, "machine", false, verb_forward_add };
static const struct verb forward_remove_verb = { "forward remove", networks_group, "[OPTION]... MACHINE HOST:GUEST[/udp]", N_("end such a forward"), NULL,
	directory_options, "machine", false, verb_forward_remove };

static const struct verb vstart_verb = { "vstart", NULL, "[OPTION]... NAME", N_("create a machine if there is none, and start it, as in Netkit"), NULL,
	create_options, "machine", false, verb_vstart };

static const struct verb_option check_options[] = { DIRECTORY, { 0, "config", "FILE", N_("what to check, if not beside the lab") },
	{ 0, "all", "DIR", N_("all labs in this folder") }, { 0, "live", NULL, N_("as it is: start nothing") },
	{ 0, "keep", NULL, N_("keep a lab that was started for this") }, { 0, "solve", NULL, N_("type each check's steps first") },
	{ 0, "self-test", NULL, N_("see whether the checks notice when the lab is broken") },
	{ 0, "tap", NULL, N_("as TAP") }, JSON, { 0, "junit", NULL, N_("as JUnit XML") }, { 0, "csv", NULL, N_("as CSV") },
	{ 0, "netkit", NULL, N_("by the folder _test") }, { 0, "sign", NULL, N_("make the signatures of _test") }, { 0 } };
static const struct verb check_verb = { "check", labs_group, "[OPTION]... [DIR]", N_("tell whether a lab does what it should"),
	N_("Reads check.yaml, or correction.json and correction.yaml of kathara-lab-checker, or the\n"
	   "folder _test of Netkit. A lab that does not run is started for it and removed afterwards.\n"
	   "Exit status: 0 all holds, 1 something does not, 2 the check itself is wrong."), check_options, "file", false, verb_check };
static const struct verb doctor_verb = { "doctor", other_group, "", N_("tell what on this host helps or hinders"), NULL, no_options, "", false, verb_doctor };

static const char kernel_group[] = N_("Kernels:");
static const struct verb_option debug_options[] = { DIRECTORY, { 0, "wait", NULL, N_("start it and stop at the kernel's first instruction") },
	{ 0, "attach", NULL, N_("no effect: a machine that runs is joined anyway") }, { 0, "mi", NULL, N_("gdb's machine interface, for front ends") },
	{ 0, "core", "FILE", N_("read a core file that a panic left (kernel option core=FILE)") }, { 0 } };
static const struct verb debug_verb = { "debug", kernel_group, "[OPTION]... [MACHINE] [-- GDB ARGUMENT...]", N_("open gdb on the kernel of a machine"),
	N_("The machine stands still while gdb holds it and goes on when gdb leaves; its clock does\n"
	   "not run meanwhile. `um-help` in gdb lists the commands for guest tasks, page tables,\n"
	   "spaces, disks and system calls; lx-* are those of the generic kernel. Symbols of\n"
	   "modules load by themselves. UMLAB_GDB and UMLAB_VMLINUX name another gdb and kernel."), debug_options, "machine", true, verb_debug };
static const struct verb module_verb = { "module", kernel_group, "MACHINE DIR [PARAMETER]...", N_("build a kernel module and load it into a machine that runs"),
	N_("DIR holds its source and a Makefile with obj-m. One that is loaded is replaced."), no_options, "machine file", false, verb_module };

static const char class_group[] = N_("Classes:");
static const struct verb_option class_create_options[] = { { 0, "students", "FILE", N_("a login on each line, or first in each") },
	{ 0, "lab", "DIR", N_("the lab that each gets a copy of") }, { 0 } };
static const struct verb_option class_status_options[] = { JSON, { 0 } };
static const struct verb_option class_reset_options[] = { { 'a', "all", NULL, N_("of all students") }, { 0 } };
static const struct verb_option class_collect_options[] = { { 0, "to", "DIR", N_("where the packs go") }, { 0 } };
static const struct verb_option class_exec_options[] = { { 'm', "machine", "NAME", N_("only on machines of this name") }, { 0 } };
static const struct verb_option class_remove_options[] = { { 'f', "force", NULL, N_("without a question") }, { 0 } };
static const struct verb class_create_verb = { "class create", class_group, "--students FILE --lab DIR CLASS", N_("give each student a lab"),
	N_("In the files of the lab {{login}} and {{number}} stand for the student, {{range NAME 10-99}}\n"
	   "for a number and {{word NAME red green}} for a word that are drawn by login and NAME.\n"
	   "Students that are there already keep what they have."), class_create_options, "file", false, verb_class_create };
static const struct verb class_start_verb = { "class start", class_group, "CLASS [LOGIN]...", N_("start the labs"), NULL, no_options, "", false, verb_class_start };
static const struct verb class_stop_verb = { "class stop", class_group, "CLASS [LOGIN]...", N_("end the labs in order"), NULL, no_options, "", false, verb_class_stop };
static const struct verb class_status_verb = { "class status", class_group, "[OPTION]... CLASS [LOGIN]...", N_("show how far they are"), NULL, class_status_options, "", false, verb_class_status };
static const struct verb class_reset_verb = { "class reset", class_group, "[OPTION]... CLASS [LOGIN]...", N_("give students pristine disks"), NULL, class_reset_options, "", false, verb_class_reset };
static const struct verb class_collect_verb = { "class collect", class_group, "--to DIR CLASS [LOGIN]...", N_("pack what the students did"), NULL, class_collect_options, "", false, verb_class_collect };
static const struct verb class_exec_verb = { "class exec", class_group, "[OPTION]... CLASS [LOGIN]... -- COMMAND...", N_("run a command in all machines"), NULL, class_exec_options, "", true, verb_class_exec };
static const struct verb class_remove_verb = { "class remove", class_group, "[OPTION]... CLASS [LOGIN]...", N_("remove the labs of a class"), NULL, class_remove_options, "", false, verb_class_remove };

static enum status verb_help_run(struct verb_args *args)
{
	const struct verb *verb;

	verb_want_words(args, 0, 2);
	if (verb_flag(args, "names")) {
		for (int i = 0; verbs[i]; i++)
			puts(verbs[i]->name);
		return STATUS_OK;
	}
	if (!args->words.nr) {
		verb_help_all();
		return STATUS_OK;
	}
	verb = verb_find(args->words.at[0], args->words.nr > 1 ? args->words.at[1] : NULL);
	if (!verb)
		die(STATUS_USAGE, _("there is no verb %s; `umlab help` lists them"), args->words.at[0]);
	if (verb_flag(args, "man"))
		verb_man(verb);
	else
		verb_help(verb);
	return STATUS_OK;
}

static const struct verb_option help_options[] = { { 0, "man", NULL, N_("as a man page's source") },
	{ 0, "names", NULL, N_("only the names of all verbs") }, { 0 } };
static const struct verb help_verb = { "help", other_group, "[VERB]", N_("explain a verb"), NULL, help_options, "verb", false, verb_help_run };

const struct verb *const verbs[] = {
	&run_verb, &create_verb, &start_verb, &stop_verb, &restart_verb, &kill_verb, &remove_verb, &list_verb, &info_verb, &console_verb,
	&connect_verb, &exec_verb, &cp_verb, &reset_verb, &ssh_verb, &set_verb, &log_verb, &top_verb, &export_verb, &import_verb,
	&lstart_verb, &lrestart_verb, &lhalt_verb, &lcrash_verb, &lclean_verb, &linfo_verb, &lint_verb, &check_verb, &wipe_verb,
	&capture_verb, &link_set_verb, &link_show_verb, &lconfig_verb, &forward_list_verb, &forward_add_verb, &forward_remove_verb,
	&snapshot_save_verb, &snapshot_list_verb, &snapshot_restore_verb, &snapshot_pop_verb, &snapshot_delete_verb,
	&image_build_verb, &image_update_verb, &image_list_verb, &image_info_verb, &image_import_verb, &image_layer_verb, &image_export_verb, &image_publish_verb,
	&image_remove_verb,
	&class_create_verb, &class_start_verb, &class_stop_verb, &class_status_verb, &class_exec_verb, &class_reset_verb, &class_collect_verb,
	&class_remove_verb,
	&debug_verb, &module_verb,
	&doctor_verb, &vstart_verb, &help_verb, NULL
};

static const struct verb *verb_or_die(int argc, char **argv, int *taken)
{
	const struct verb *verb = verb_find(argv[1], argc > 2 ? argv[2] : NULL);
	struct words names = { 0 };
	const char *nearest;

	if (verb) {
		*taken = strchr(verb->name, ' ') ? 3 : 2;
		return verb;
	}
	for (int i = 0; verbs[i]; i++) {
		size_t size = strcspn(verbs[i]->name, " ");

		if (size == strlen(argv[1]) && !strncmp(verbs[i]->name, argv[1], size)) {
			fprintf(stderr, _("umlab: %s what? One of:\n"), argv[1]);
			for (; verbs[i] && !strncmp(verbs[i]->name, argv[1], size) && verbs[i]->name[size] == ' '; i++)
				fprintf(stderr, "  umlab %s %s\n", verbs[i]->name, verbs[i]->usage);
			exit(STATUS_USAGE);
		}
		words_add(&names, verbs[i]->name);
	}
	nearest = words_nearest(&names, argv[1]);
	if (nearest)
		die(STATUS_USAGE, _("there is no verb %s; did you mean %s?"), argv[1], nearest);
	die(STATUS_USAGE, _("there is no verb %s; `umlab help` lists them"), argv[1]);
}

int main(int argc, char **argv)
{
	struct verb_args args;
	const struct verb *verb;
	enum status status;
	char **other;
	int taken, other_argc;

	fd_standard();
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	bindtextdomain("umlab", where_lib("locale"));
	textdomain("umlab");
	other = compat_arguments(argc, argv, &other_argc);
	if (other) {
		argv = other;
		argc = other_argc;
	}
	if (argc == 3 && !strcmp(argv[1], "keeper"))
		return keeper_main(argv[2]);
	if (argc > 1 && !strcmp(argv[1], "complete")) {
		complete_print(argc - 2, argv + 2);
		return STATUS_OK;
	}
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		verb_help_all();
		return argc < 2 ? STATUS_USAGE : STATUS_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("umlab 0.1");
		return STATUS_OK;
	}
	verb = verb_or_die(argc, argv, &taken);
	verb_parse(verb, argc - taken, argv + taken, &args);
	status = verb->run(&args);
	if (fflush(stdout) || ferror(stdout))
		die(STATUS_FAILED, _("the output could not be written"));
	return status;
}
