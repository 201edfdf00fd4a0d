// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_debug.c - umlab debug and module: run gdb on a machine's kernel, load a kernel module
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. The kernel is a process
 * of this user, so gdb attaches to it as to any other process. labs/gdb/umlab.py adds commands for
 * the guest. The command replaces itself with gdb (exec), so that gdb owns the terminal and
 * receives the terminal's signals.
 */
#include "cli/verbs_debug.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/pidfile.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "machine/disk.h"
#include "machine/machine.h"
#include "machine/machine_start.h"
#include "machine/session.h"

/*
 * Returns the path of the kernel with debug information: build/kernel-FLAVOR/vmlinux for
 * build/linux-FLAVOR, or the installed vmlinux.
 */
static char *vmlinux_find(void)
{
	const char *given = getenv("UMLAB_VMLINUX");
	const char *kernel = where_kernel(), *slash = strrchr(kernel, '/');
	const char *name = slash ? slash + 1 : kernel;
	char *path;

	if (given && *given)
		return txt_copy(given);
	if (txt_starts(name, "linux")) {
		path = txt_printf("%.*skernel%s/vmlinux", (int)(name - kernel), kernel,
				  name + strlen("linux"));
		if (file_exists(path))
			return path;
	}
	path = where_lib("kernel/vmlinux");
	if (!file_exists(path))
		die(STATUS_ABSENT,
		    _("%s: no kernel with debug data found; run 'make kernel' or set "
		      "UMLAB_VMLINUX"), kernel);
	return path;
}

static char *script_find(void)
{
	char *path = where_lib("gdb/umlab.py");

	if (!file_exists(path))
		die(STATUS_ABSENT, _("%s: not found; run 'make labs'"), path);
	return path;
}

static pid_t kernel_pid(const struct machine *machine)
{
	pid_t pid;
	int fd = pidfile_open(txt_printf("%s/kernel", machine->run_dir), &pid);

	if (fd < 0)
		die(STATUS_FAILED, _("%s: not running; --wait starts it under gdb"), machine->name);
	close(fd);
	return pid;
}

/* Starts a machine whose kernel waits for gdb. The keeper reads UMLAB_GDB_WAIT. */
static void start_held(struct machine *machine)
{
	char *reason = NULL;
	int error;

	if (machine_runs(machine))
		die(STATUS_FAILED,
		    _("%s: already running; attach without --wait, or run 'umlab stop %s' first"),
		    machine->name, machine->name);
	setenv("UMLAB_GDB_WAIT", "1", 1);
	error = machine_start(machine, &reason);
	if (error < 0)
		die(STATUS_FAILED, _("%s: cannot start: %s"), machine->name,
		    reason ? reason : strerror(-error));
	unsetenv("UMLAB_GDB_WAIT");
}

static enum status verb_debug(const struct verb_args *args)
{
	const char *core = verb_value(args, "core"), *gdb = getenv("UMLAB_GDB");
	struct words words = { 0 };
	struct machine machine;
	const char *base;

	if (!core && !args->words.nr)
		die_usage(args, _("name a machine, or a core file with --core FILE"));
	if (core && verb_flag(args, "wait"))
		die_usage(args, _("--core and --wait exclude each other"));
	gdb = gdb && *gdb ? gdb : "gdb";
	words_add(&words, gdb);
	words_add(&words, "-q");
	if (verb_flag(args, "mi"))
		words_add(&words, "--interpreter=mi2");
	/* Do not load the vmlinux-gdb.py next to vmlinux: umlab.py loads what is needed. */
	words_add(&words, "-iex");
	words_add(&words, "set auto-load python-scripts off");
	words_add(&words, "-x");
	words_add(&words, script_find());
	if (args->words.nr) {
		find_machine(&machine, args->words.at[0], verb_value(args, "directory"));
		base = conf_get(&machine.conf, "base");
		if (base)
			setenv("UMLAB_IMAGE", base, 0);
	}
	words_add(&words, "-ex");
	if (core) {
		words_addf(&words, "core-file %s", core);
	} else {
		if (verb_flag(args, "wait"))
			start_held(&machine);
		words_addf(&words, "attach %d", (int)kernel_pid(&machine));
	}
	for (int i = 0; i < args->command.nr; i++)
		words_add(&words, args->command.at[i]);
	words_add(&words, vmlinux_find());
	fflush(NULL);
	execvp(gdb, (char *const *)words.at);
	die(STATUS_ABSENT, _("%s: cannot run it: %s; install the package gdb, or set UMLAB_GDB"),
	    gdb, strerror(errno));
}

/* ---- modules ------------------------------------------------------------------------- */

/* Returns the module that kbuild made in @dir, according to modules.order. */
static char *module_built(const char *dir)
{
	char *text, *name;
	size_t size;

	if (file_read(txt_printf("%s/modules.order", dir), &text, &size))
		die(STATUS_FAILED, _("%s: the build made no module (modules.order is missing)"),
		    dir);
	name = txt_trim(text);
	if (!*name || strchr(name, '\n'))
		die(STATUS_USAGE,
		    _("%s: builds no module or more than one; use 'umlab cp' and insmod instead"),
		    dir);
	name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	return txt_printf("%s/%.*s.ko", dir, (int)(strlen(name) - 2), name);
}

static enum status verb_module(const struct verb_args *args)
{
	char dir[PATH_MAX], *vmlinux, *module, *name;
	struct session_request request = { .out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO };
	struct words command = { 0 };
	struct machine machine;
	int status;

	find_machine(&machine, args->words.at[0], NULL);
	if (!realpath(args->words.at[1], dir))
		die(STATUS_ABSENT, "%s: %s", args->words.at[1], strerror(errno));
	vmlinux = vmlinux_find();
	char *build = txt_copy_part(vmlinux, strrchr(vmlinux, '/') - vmlinux);
	const char *const make[] = {
		"make", "-s", "-C", build, "ARCH=um", txt_printf("M=%s", dir), "modules", NULL
	};

	if (spawn_here(make))
		die(STATUS_FAILED, _("%s: the module does not build"), dir);
	module = module_built(dir);
	name = txt_copy(strrchr(module, '/') + 1);
	name[strlen(name) - 3] = '\0';
	request.in_fd = open(module, O_RDONLY | O_CLOEXEC);
	if (request.in_fd < 0)
		die(STATUS_FAILED, "%s: %s", module, strerror(errno));
	words_add(&command, "sh");
	words_add(&command, "-c");
	words_add(&command, "name=$1; shift; cat > /run/$name.ko || exit; "
			    "! grep -q \"^$(echo $name | tr - _) \" /proc/modules || rmmod $name "
			    "|| exit; "
			    "insmod /run/$name.ko \"$@\"");
	words_add(&command, "sh");
	words_add(&command, name);
	for (int i = 2; i < args->words.nr; i++)
		words_add(&command, args->words.at[i]);
	request.command = &command;
	status = session_run(&machine, &request);
	if (status)
		tell_error(_("%s: cannot be loaded in %s; 'umlab exec %s dmesg' shows the reason"),
			   name, machine.name, machine.name);
	return status ? STATUS_FAILED : STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option debug_options[] = {
	OPTION_DIRECTORY,
	{ .name = "wait",
	  .help = N_("Start the machine and stop at the kernel's first instruction") },
	{ .name = "attach",
	  .help = N_("Accepted without effect: gdb always attaches to a running machine") },
	{ .name = "mi",
	  .help = N_("Use gdb's machine interface, for front ends") },
	{ .name = "core", .value = "FILE", .kind = "file",
	  .help = N_("Read the core file of a panic (kernel option core=FILE)") },
	{ 0 }
};

const struct verb debug_verb = {
	.name = "debug",
	.group = GROUP_KERNELS,
	.usage = "[OPTION]... [MACHINE] [-- GDB ARGUMENT...]",
	.summary = N_("Open gdb on the kernel of a machine"),
	.help = N_("While gdb holds the machine, the machine and its clock stand still; they "
		   "continue when gdb detaches. In gdb, um-help lists the commands for guest "
		   "tasks, page tables, spaces, disks and system calls; the lx-* commands are "
		   "those of the generic kernel. Symbols of modules are loaded automatically. "
		   "See umlab-gdb(7).\n"
		   "\n"
		   "UMLAB_GDB names another gdb, UMLAB_VMLINUX another kernel with debug data."),
	.options = debug_options,
	.words = "machine",
	.max_words = 1,
	.command = VERB_COMMAND_WORD,
	.run = verb_debug,
};

const struct verb module_verb = {
	.name = "module",
	.group = GROUP_KERNELS,
	.usage = "MACHINE DIR [PARAMETER]...",
	.summary = N_("Build a kernel module and load it into a running machine"),
	.help = N_("DIR holds the source and a Makefile that sets obj-m. A loaded module of "
		   "the same name is replaced."),
	.words = "machine dir",
	.min_words = 2,
	.max_words = -1,
	.run = verb_module,
};
