// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine.c - machines of this user: what they are made of, whether they run
 *
 * Theory of operation
 *   A machine is a folder below the state folder: machines/NAME or labs/ID/NAME.
 *     machine.conf   what it is made of: image, base, mem, nic=..., lab lines
 *     disk.*         its overlay (disk.c)
 *     lock           flock()ed by the running kernel itself, so it tells the truth
 *                    whatever was killed; the kernel inherits the descriptor
 *     keeper.lock    the same for the keeper (keeper.c)
 *     console.log    what the console showed; startup.log; boot.log; last
 *   While it runs there is also a folder below the runtime folder, named by a hash: short
 *   enough for sockets.
 *     ctl            the keeper's socket
 *     kernel         "PID START": the process, with its start time against recycled numbers
 *     status         what the keeper knows: phase, scripts, since
 *     guest/         what the guest may read of us (hostfs): params, scripts
 *   Nothing else remembers whether a machine runs, so nothing can be out of step. A keeper
 *   that died is replaced by the next command that needs one; the machine goes on.
 */
#include "machine/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "lab/labdir.h"
#include "lab/labfile.h"
#include "machine/record.h"
#include "base/where.h"
#include "base/tell.h"
#include "link/wirelink.h"

static const char *const state_names[] = {
	N_("stopped"), N_("booting"), N_("starting"), N_("ready"), N_("script errors"), N_("stopping"),
};
static const char *const state_words[] = {
	"stopped", "booting", "starting", "ready", "trouble", "stopping",
};
_Static_assert(sizeof(state_names) / sizeof(*state_names) == MACHINE_NR_STATES, "each state has a name");
_Static_assert(sizeof(state_words) / sizeof(*state_words) == MACHINE_NR_STATES, "each state has a word");

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
	machine->run_dir = txt_printf("%s/%016lx", where_runtime(), (unsigned long)txt_hash(machine->dir));
}

int machine_open(struct machine *machine, const char *id)
{
	machine_describe(machine, id);
	return conf_read(&machine->conf, txt_printf("%s/machine.conf", machine->dir));
}

int machine_save(const struct machine *machine)
{
	int error = dir_make(machine->dir, 0700);

	return error ? error : conf_write(&machine->conf, txt_printf("%s/machine.conf", machine->dir));
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

static void find_failed(const char *word, const struct machines *all)
{
	struct words known = { 0 };
	const char *nearest;

	for (int i = 0; i < all->nr; i++)
		words_add(&known, all->at[i].name);
	nearest = words_nearest(&known, word);
	if (nearest)
		die(STATUS_ABSENT, _("there is no machine %s; did you mean %s?"), word, nearest);
	die(STATUS_ABSENT, _("there is no machine %s; `umlab list -a` shows all"), word);
}

void machine_find(struct machine *machine, const char *word, const char *lab_dir)
{
	struct machines all;
	int found = -1;

	if (strchr(word, '/')) {
		if (lab_name_valid(strchr(word, '/') + 1) && !machine_open(machine, word))
			return;
	} else if (!lab_name_valid(word)) {
		die(STATUS_ABSENT, _("\"%s\" is no name of a machine"), word);
	}
	if (lab_dir || file_exists("lab.conf")) {
		if (!machine_open(machine, txt_printf("%s/%s", lab_id(lab_dir ? lab_dir : "."), word)))
			return;
		if (lab_dir)
			die(STATUS_ABSENT, _("the lab %s has no machine %s, or was never started"), lab_dir, word);
	}
	if (!machine_open(machine, word))
		return;
	machine_list(&all, NULL);
	for (int i = 0; i < all.nr; i++) {
		if (strcmp(all.at[i].name, word))
			continue;
		if (found >= 0)
			die(STATUS_ABSENT, _("more than one lab has a machine %s: say %s or %s"), word, all.at[found].id, all.at[i].id);
		found = i;
	}
	if (found < 0)
		find_failed(word, &all);
	*machine = all.at[found];
}

/* ---- state ------------------------------------------------------------------------- */

int pid_file_write(const char *path, pid_t pid)
{
	char *stat, *at;
	int error = proc_stat_read(pid, &stat, &at);

	if (error)
		return error;
	for (int field = 3; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EINVAL;
	at = txt_printf("%d %lld\n", pid, atoll(at + 1));
	return file_write(path, at, strlen(at), 0600);
}

int pid_file_open(const char *path, pid_t *pid)
{
	char *text, *again = NULL;
	int fd, error, recorded;
	size_t size;

	error = file_read(path, &text, &size);
	if (error)
		return -ESRCH;
	if (sscanf(text, "%d", &recorded) != 1 || recorded < 2)
		return -ESRCH;
	fd = pidfd_open(recorded, 0);
	if (fd < 0)
		return -ESRCH;
	/* Now the number cannot be given to another process; is it still ours? */
	char *probe = txt_printf("%s/pid-%d", where_runtime(), getpid());

	if (!pid_file_write(probe, recorded) && !file_read(probe, &again, &size) && !strcmp(again, text)) {
		unlink(probe);
		*pid = recorded;
		return fd;
	}
	unlink(probe);
	close(fd);
	return -ESRCH;
}

bool machine_runs(const struct machine *machine)
{
	int fd = open(txt_printf("%s/lock", machine->dir), O_RDONLY | O_CLOEXEC);
	bool runs = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	return runs;
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
	for (int i = 0; phase && i < MACHINE_NR_STATES; i++)
		if (i != MACHINE_STOPPED && !strcmp(phase, state_words[i]))
			return i;
	return MACHINE_BOOTING;
}

bool machine_wait(const struct machine *machine, bool (*done)(enum machine_state), double seconds)
{
	struct timespec now, start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!done(machine_state(machine, NULL))) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (seconds >= 0 && now.tv_sec - start.tv_sec + (now.tv_nsec - start.tv_nsec) * 1e-9 > seconds)
			return false;
		usleep(20000);
	}
	return true;
}

/* ---- start, stop ------------------------------------------------------------------- */

/*
 * Runs `umlab keeper DIR` away from this terminal: a session of its own, and a child of
 * init by a second fork. It writes one line into the pipe: "up", or what is wrong.
 */
static int keeper_spawn(const struct machine *machine, char **reason)
{
	int report[2], status;
	char answer[512];
	ssize_t size, used = 0;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR), log = open(txt_printf("%s/keeper.log", machine->dir), O_WRONLY | O_CREAT | O_TRUNC, 0600);

		setsid();
		if (fork())
			_exit(0);
		dup2(null, 0);
		dup2(report[1], 1);
		dup2(log >= 0 ? log : null, 2);
		/* Nothing of the caller stays open: a pipe that it reads must see its end. */
		close_range(3, ~0u, 0);
		execl(where_self(), "umlab", "keeper", machine->id, NULL);
		_exit(127);
	}
	close(report[1]);
	if (pid > 0)
		waitpid(pid, &status, 0);
	while (pid > 0 && used < (ssize_t)sizeof(answer) - 1 && (size = fd_read(report[0], answer + used, sizeof(answer) - 1 - used)) > 0)
		used += size;
	close(report[0]);
	answer[used] = '\0';
	if (pid > 0 && txt_starts(answer, "up"))
		return 0;
	*reason = txt_copy(used ? txt_trim(answer) : _("its keeper could not be started"));
	return -EIO;
}

/* Held by the keeper a moment longer than the machine: it still writes down how it ended. */
static void keeper_wait(const struct machine *machine)
{
	int fd = open(txt_printf("%s/keeper.lock", machine->dir), O_RDONLY | O_CLOEXEC);

	for (int tries = 0; fd >= 0 && tries < 200 && flock(fd, LOCK_SH | LOCK_NB); tries++)
		usleep(10000);
	if (fd >= 0)
		close(fd);
}

int machine_start(struct machine *machine, char **reason)
{
	int fd;

	if (machine_runs(machine)) {
		/* Its keeper may have died while it booted: then nobody would see it become ready. */
		fd = machine_connect(machine);
		if (fd >= 0)
			close(fd);
		return 1;
	}
	/* The keeper of the last run may still be at its end, and would take the new one for a second. */
	keeper_wait(machine);
	return keeper_spawn(machine, reason);
}

static int connect_once(const struct machine *machine)
{
	return fd_connect(txt_printf("%s/ctl", machine->run_dir));
}

int machine_connect(const struct machine *machine)
{
	char *reason;
	int fd;

	if (!machine_runs(machine))
		return -ENOTCONN;
	fd = connect_once(machine);
	if (fd >= 0)
		return fd;
	/* The keeper died, or was about to open its socket: a second one ends by itself. */
	keeper_spawn(machine, &reason);
	for (int tries = 0; tries < 50 && fd < 0; tries++) {
		fd = connect_once(machine);
		if (fd < 0)
			usleep(20000);
	}
	return fd;
}

int machine_call(const struct machine *machine, const char *request, char **reply)
{
	struct wire_header header;
	struct wire_link link;
	const char *payload;
	int fd = machine_connect(machine), error = -EPIPE;

	*reply = NULL;
	if (fd < 0)
		return fd;
	wirelink_init(&link, fd);
	wirelink_send(&link, WIRE_CALL, 0, request, strlen(request));
	wirelink_flush(&link);
	while (error == -EPIPE && wirelink_receive(&link) > 0)
		while (error == -EPIPE && wirelink_next(&link, &header, &payload))
			if (header.type == WIRE_REPLY) {
				*reply = txt_copy_part(payload, header.size);
				error = txt_starts(*reply, "ok") ? 0 : -EIO;
			}
	wirelink_release(&link);
	return error;
}

int machine_stop(const struct machine *machine)
{
	char *reply;
	int error = machine_call(machine, "stop", &reply);

	return error == -ENOTCONN ? 0 : error;
}

int machine_kill(const struct machine *machine)
{
	pid_t pid;
	int fd;

	for (int tries = 0; tries < 500 && machine_runs(machine); tries++) {
		fd = pid_file_open(txt_printf("%s/kernel", machine->run_dir), &pid);
		if (fd >= 0) {
			pidfd_send_signal(fd, SIGKILL, NULL, 0);
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 2000);
			close(fd);
		}
		usleep(10000);
	}
	return machine_runs(machine) ? -EBUSY : 0;
}

int machine_remove(struct machine *machine)
{
	int error = machine_kill(machine);

	if (error)
		return error;
	keeper_wait(machine);
	record_keep(machine);
	error = tree_remove(machine->dir);
	tree_remove(machine->run_dir);
	if (machine->lab)
		lab_state_prune(machine->lab);
	return error;
}
