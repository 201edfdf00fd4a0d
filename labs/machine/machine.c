// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - find this user's machines, their settings and their state
 *
 * This is the lowest module of the folder. The folder's other files call it, in the command and in
 * the keeper, and so do the verbs.
 *
 * Theory of operation
 *   A machine is a folder below the state folder: machines/NAME or labs/ID/NAME.
 *     machine.conf   settings: image, base, mem, nic=..., lines of the lab
 *     disk.*         its overlay (disk.c)
 *     lock           the running kernel holds flock() on this file through an inherited
 *                    descriptor; so the lock is right whichever process was killed
 *     keeper.lock    the keeper holds flock() on this file (keeper.c)
 *     console.log    the console's output; also startup.log, boot.log and last
 *   While a machine runs it also has a folder below the runtime folder, whose name is a hash
 *   because addresses of sockets are short.
 *     ctl            the keeper's socket
 *     kernel         the kernel's process (pidfile.c)
 *     status         what the keeper knows: phase, since, pid, started, scripts
 *     guest/         the folder that the guest can read: params, scripts
 *   Nothing else remembers whether a machine runs, so nothing can contradict the locks. A
 *   keeper that died is replaced by the next command that needs a keeper; the machine goes on.
 */
#include "machine/machine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "base/name.h"
#include "base/tell.h"
#include "base/where.h"
#include "machine/labdir.h"

static const char *const state_names[] = {
	[MACHINE_STOPPED] = N_("stopped"),
	[MACHINE_BOOTING] = N_("booting"),
	[MACHINE_STARTING] = N_("starting"),
	[MACHINE_READY] = N_("ready"),
	[MACHINE_TROUBLE] = N_("script errors"),
	[MACHINE_STOPPING] = N_("stopping"),
};

static const char *const state_words[] = {
	[MACHINE_STOPPED] = "stopped",
	[MACHINE_BOOTING] = "booting",
	[MACHINE_STARTING] = "starting",
	[MACHINE_READY] = "ready",
	[MACHINE_TROUBLE] = "trouble",
	[MACHINE_STOPPING] = "stopping",
};

_Static_assert(sizeof(state_names) / sizeof(*state_names) == MACHINE_NR_STATES,
	       "each state has a name");
_Static_assert(sizeof(state_words) / sizeof(*state_words) == MACHINE_NR_STATES,
	       "each state has a word");

const char *machine_state_name(enum machine_state state)
{
	return _(state_names[state]);
}

const char *machine_state_word(enum machine_state state)
{
	return state_words[state];
}

/* ---- finding ----------------------------------------------------------------------- */

void machine_describe(struct machine *machine, const char *id)
{
	const char *slash = strchr(id, '/');

	*machine = (struct machine){ .id = txt_copy(id), .name = txt_copy(slash ? slash + 1 : id) };
	if (slash)
		machine->lab = txt_copy_part(id, slash - id);
	machine->dir = txt_printf(slash ? "%s/labs/%s" : "%s/machines/%s", where_state(), id);
	machine->run_dir = txt_printf("%s/%016lx", where_runtime(),
				      (unsigned long)txt_hash(machine->dir));
}

int machine_open(struct machine *machine, const char *id)
{
	machine_describe(machine, id);
	return conf_read(&machine->conf, txt_printf("%s/machine.conf", machine->dir));
}

int machine_save(const struct machine *machine)
{
	int error = dir_make(machine->dir, 0700);

	return error ? error : conf_write(&machine->conf,
					  txt_printf("%s/machine.conf", machine->dir));
}

static void folder_names(const char *dir, struct words *names)
{
	DIR *open = opendir(dir);
	struct dirent *entry;

	while (open && (entry = readdir(open)))
		if (*entry->d_name != '.')
			words_add(names, entry->d_name);
	if (open)
		closedir(open);
	words_sort(names);
}

static void list_add(struct machines *machines, const char *id)
{
	struct machine machine;

	if (machine_open(&machine, id))
		return;
	machines->at = txt_grow(machines->at, machines->nr, sizeof(machine));
	machines->at[machines->nr++] = machine;
}

static void list_lab(struct machines *machines, const char *lab)
{
	struct words names = { 0 };

	folder_names(txt_printf("%s/labs/%s", where_state(), lab), &names);
	for (int i = 0; i < names.nr; i++)
		list_add(machines, txt_printf("%s/%s", lab, names.at[i]));
}

void machine_list(struct machines *machines, const char *lab)
{
	struct words names = { 0 };

	*machines = (struct machines){ 0 };
	if (lab) {
		list_lab(machines, lab);
		return;
	}
	folder_names(txt_printf("%s/machines", where_state()), &names);
	for (int i = 0; i < names.nr; i++)
		list_add(machines, names.at[i]);
	names = (struct words){ 0 };
	folder_names(txt_printf("%s/labs", where_state()), &names);
	for (int i = 0; i < names.nr; i++)
		list_lab(machines, names.at[i]);
}

static int find_failed(const char *word, const struct machines *all, char **reason)
{
	struct words known = { 0 };
	const char *nearest;

	for (int i = 0; i < all->nr; i++)
		words_add(&known, all->at[i].name);
	nearest = words_nearest(&known, word);
	if (nearest)
		*reason = txt_printf(_("there is no machine %s; did you mean %s?"), word, nearest);
	else
		*reason = txt_printf(_("there is no machine %s; 'umlab list -a' shows all"), word);
	words_release(&known);
	return -ENOENT;
}

/* Looks for the machine @word among the machines of all labs. */
static int find_anywhere(struct machine *machine, const char *word, char **reason)
{
	struct machines all;
	int found = -1;

	machine_list(&all, NULL);
	for (int i = 0; i < all.nr; i++) {
		if (strcmp(all.at[i].name, word))
			continue;
		if (found >= 0) {
			*reason = txt_printf(_("more than one lab has a machine %s: say %s or %s"),
					     word, all.at[found].id, all.at[i].id);
			return -ENOTUNIQ;
		}
		found = i;
	}
	if (found < 0)
		return find_failed(word, &all, reason);
	*machine = all.at[found];
	return 0;
}

int machine_find(struct machine *machine, const char *word, const char *lab_dir, char **reason)
{
	const char *slash = strchr(word, '/');

	if (slash && name_valid(slash + 1) && !machine_open(machine, word))
		return 0;
	if (!slash && !name_valid(word)) {
		*reason = txt_printf(_("\"%s\" is not a valid name of a machine"), word);
		return -EINVAL;
	}
	if (lab_dir || file_exists("lab.conf")) {
		char *id = txt_printf("%s/%s", lab_id(lab_dir ? lab_dir : "."), word);
		int error = machine_open(machine, id);

		free(id);
		if (!error)
			return 0;
		if (lab_dir) {
			*reason = txt_printf(_("the lab %s has no machine %s, or was never "
					       "started"), lab_dir, word);
			return -ENOENT;
		}
	}
	return machine_open(machine, word) ? find_anywhere(machine, word, reason) : 0;
}

/* ---- state ------------------------------------------------------------------------- */

bool machine_runs(const struct machine *machine)
{
	int fd = open(txt_printf("%s/lock", machine->dir), O_RDONLY | O_CLOEXEC);
	bool runs = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return runs;
}

enum machine_state machine_state_parse(const char *word, size_t size)
{
	for (int i = 0; i < MACHINE_NR_STATES; i++)
		if (strlen(state_words[i]) == size && !memcmp(word, state_words[i], size))
			return i;
	return MACHINE_BOOTING;
}

enum machine_state machine_state(const struct machine *machine, struct conf *status)
{
	struct conf own;
	const char *phase;

	if (!status)
		status = &own;
	*status = (struct conf){ 0 };
	if (!machine_runs(machine))
		return MACHINE_STOPPED;
	conf_read(status, txt_printf("%s/status", machine->run_dir));
	phase = conf_get(status, "phase");
	return phase ? machine_state_parse(phase, strlen(phase)) : MACHINE_BOOTING;
}

