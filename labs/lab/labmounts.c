// SPDX-License-Identifier: GPL-2.0-only
/*
 * labmounts.c - decide which folders of the host a lab's machines may reach
 *
 * Called by labmake.c when a lab starts, and by the verb check.
 *
 * Theory of operation
 *
 * A guest is hostile, and so may be a lab that somebody wrote or that a guest has changed. Three
 * rules keep a lab from gaining anything on the host by what it says about folders:
 * - No guest can change the description of a lab. /hostlab is read-only; what guests want to leave
 *   for the user goes to /shared and to /hostlab/.out/MACHINE. So lab.conf, the startup scripts and
 *   the checks stay as the user wrote them.
 * - A lab mounts folders inside itself without a question. A folder elsewhere needs the user's
 *   consent: an answer at the terminal, or --volumes. The answer is kept in the state folder, for
 *   this lab, machine, folder and access. If a link leads elsewhere later, it is another folder.
 * - A folder that guests can write contains no other folder that is mounted, no lab, and nothing of
 *   umlab itself. Otherwise a guest could replace a part of the other path by a link before the
 *   next start. The kernel checks this too (host/hostfs/hostfs_roots.c), but only for one machine.
 *
 * All paths in mount= are real paths: the kernel refuses a path that contains a link.
 */
#include "lab/labmounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/where.h"
#include "machine/labdir.h"

/* ---- paths ------------------------------------------------------------------------- */

/* Is @path the folder @folder, or below it? Both are real paths. */
static bool lies_in(const char *path, const char *folder)
{
	size_t size = strcmp(folder, "/") ? strlen(folder) : 0;

	return !strncmp(path, folder, size) && (!path[size] || path[size] == '/');
}

/* Returns the real path of @path as a new string; of a missing object the path itself. */
static char *real_path(const char *path)
{
	char *real = realpath(path, NULL);

	return real ? real : txt_copy(path);
}

/* A line end would add lines of its own to machine.conf and to the file of answers. */
static int path_check(const char *path, const struct lab_machine *from, char **reason)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f) {
			*reason = txt_printf(_("a folder of %s has a control character in its "
					       "path"), from->name);
			return -EINVAL;
		}
	return 0;
}

static bool is_link(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISLNK(st.st_mode);
}

static void mount_add(struct conf *conf, bool writable, const char *guest, const char *host)
{
	conf_add(conf, "mount", txt_printf("%s:%s:%s", writable ? "rw" : "ro", guest, host));
}

/* ---- consent ----------------------------------------------------------------------- */

/* The file of all answers, with lines allow=LAB ID:MACHINE:ro|rw:FOLDER. */
static char *consents_path(void)
{
	return txt_printf("%s/allowed.conf", where_state());
}

static bool consent_known(const char *wish)
{
	struct conf consents = { 0 };
	const char *value;

	conf_read(&consents, consents_path());
	for (int at = -1; (value = conf_next(&consents, "allow", &at));)
		if (!strcmp(value, wish))
			return true;
	return false;
}

static void consent_keep(const char *wish)
{
	struct conf consents = { 0 };

	conf_read(&consents, consents_path());
	conf_add(&consents, "allow", wish);
	if (dir_make(where_state(), 0700) || conf_write(&consents, consents_path()))
		tell_warning(_("cannot write below %s: %s"), where_state(), strerror(errno));
}

/* May the lab have a folder outside of itself? */
static int consent_get(const struct lab *lab, const struct lab_machine *from,
		       const struct labmounts_options *options, bool writable, const char *host,
		       char **reason)
{
	char *wish = txt_printf("%s:%s:%s:%s", lab_id(lab->dir), from->name,
				writable ? "rw" : "ro", host);

	if (consent_known(wish))
		return 0;
	if (!options->volumes &&
	    !tell_confirm(writable ?
			  _("The lab wants %s to write the folder %s of this host. Allow it?") :
			  _("The lab wants %s to read the folder %s of this host. Allow it?"),
			  from->name, host)) {
		*reason = txt_printf(writable ?
			_("lab.conf lets %s write %s, which is outside the lab; lstart --volumes "
			  "allows it") :
			_("lab.conf lets %s read %s, which is outside the lab; lstart --volumes "
			  "allows it"), from->name, host);
		return -EPERM;
	}
	consent_keep(wish);
	return 0;
}

/* ---- folders ----------------------------------------------------------------------- */

/* Adds HOST|GUEST[|ro|rw], where HOST is relative to the lab, whose real path is @dir. */
static int volume_add(const struct lab *lab, const struct lab_machine *from, const char *dir,
		      const char *value, const struct labmounts_options *options,
		      struct conf *conf, char **reason)
{
	struct words parts = { 0 };
	char *named, *host;
	bool writable;
	int error;

	words_split(&parts, value, "|");
	if (parts.nr < 2)
		return 0;
	named = *parts.at[0] == '/' ? parts.at[0] : txt_printf("%s/%s", dir, parts.at[0]);
	writable = parts.nr > 2 && !strcmp(parts.at[2], "rw");
	host = realpath(named, NULL);
	if (!host) {
		tell_warning(_("the volume %s is not there"), named);
		return 0;
	}
	error = path_check(host, from, reason);
	if (error)
		return error;
	if (!lies_in(host, dir)) {
		error = consent_get(lab, from, options, writable, host, reason);
		if (error)
			return error;
	}
	mount_add(conf, writable, parts.at[1], host);
	return 0;
}

/* Makes LAB/.out/MACHINE, which the guest may write. Does nothing where the lab is read-only. */
static int out_add(const struct lab_machine *from, const char *dir, struct conf *conf,
		   char **reason)
{
	const char *const path = txt_printf("%s/.out/%s", dir, from->name);
	int lab = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC), out = -1, error = 0;

	if (mkdirat(lab, ".out", 0755) && errno != EEXIST)
		goto out_close;
	out = openat(lab, ".out", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0) {
		*reason = txt_printf(_("%s/.out: is not a folder; remove it"), dir);
		error = -ENOTDIR;
		goto out_close;
	}
	if (mkdirat(out, from->name, 0755) && errno != EEXIST)
		goto out_close;
	if (is_link(path)) {
		*reason = txt_printf(_("%s: is a link; remove it"), path);
		error = -ELOOP;
	} else if (!access(path, W_OK)) {
		mount_add(conf, true, txt_printf("/hostlab/.out/%s", from->name), path);
	}
out_close:
	if (out >= 0)
		close(out);
	if (lab >= 0)
		close(lab);
	return error;
}

static int shared_add(const struct lab *lab, const char *dir, struct conf *conf, char **reason)
{
	char *shared = txt_printf("%s/shared", dir);

	if (is_link(shared)) {
		*reason = txt_printf(_("%s: is a link; the machines would get what it leads to, so "
				       "replace it by a folder"), shared);
		return -ELOOP;
	}
	if (!file_exists(shared))
		return 0;
	conf_set(conf, "shared", lab->dialect == LAB_NETKIT ? "copy" : "mount");
	if (lab->dialect != LAB_NETKIT)
		mount_add(conf, !access(shared, W_OK), "/shared", shared);
	return 0;
}

/* The folder is the user's choice, but a lab of Netkit may name another one. It is read-only. */
static int hosthome_add(const struct lab *lab, const struct lab_machine *from,
			const struct labmounts_options *options, struct conf *conf, char **reason)
{
	const char *named = lab_option_get(from, "hosthome");
	char *host = real_path(named ? named : getenv("HOME") ? : "/nonexistent");
	int error = named ? consent_get(lab, from, options, false, host, reason) : 0;

	if (!error && file_exists(host))
		mount_add(conf, false, "/hosthome", host);
	return error;
}

int labmounts_describe(const struct lab *lab, const struct lab_machine *from,
		       const struct labmounts_options *options, struct conf *conf, char **reason)
{
	char *dir = real_path(lab->dir);
	int error = path_check(dir, from, reason);

	mount_add(conf, false, "/hostlab", dir);
	if (!error && !options->no_shared)
		error = shared_add(lab, dir, conf, reason);
	if (!error && options->hosthome && !lab_option_true(from, "no-hosthome"))
		error = hosthome_add(lab, from, options, conf, reason);
	for (int i = 0; i < from->nr_options && !error; i++)
		if (!strcmp(from->options[i].key, "volume"))
			error = volume_add(lab, from, dir, from->options[i].value, options, conf,
					   reason);
	return error ? error : out_add(from, dir, conf, reason);
}

/* ---- all folders of a lab ---------------------------------------------------------- */

/* Splits "rw:/guest:/host". Returns the host's path. */
static const char *mount_host(const char *value, bool *writable)
{
	const char *host = strchr(value + 3, ':');

	*writable = txt_starts(value, "rw:");
	return host ? host + 1 : "";
}

/* Does the folder @host, which guests can write, contain something that they must not change? */
static int writable_check(const struct machine *machine, const char *host, char **reason)
{
	const char *named = conf_get(&machine->conf, "lab");
	char *lab = real_path(named ? named : "/");
	char *const checks = txt_printf("%s/_test", lab);
	char *const precious[] = {
		lab, checks, real_path(getenv("HOME") ? : "/"), real_path(where_state()),
		real_path(where_runtime()), real_path(where_images()),
	};
	bool bad = lies_in(host, checks);

	for (size_t i = 0; i < sizeof(precious) / sizeof(*precious) && !*reason; i++) {
		/* The labs of a class, but nothing else in the state folder, have such folders. */
		bool own = i >= 3 && lies_in(host, precious[i]) && !lies_in(host, lab);

		if (bad || own || lies_in(precious[i], host))
			*reason = txt_printf(_("%s must not write %s, because %s is there"),
					     machine->name, host, bad ? checks : precious[i]);
	}
	return *reason ? -EXDEV : 0;
}

/* Does the folder @host of @machine contain a folder of the lab's machines? */
static int nesting_check(const struct machine *machines, int nr, const struct machine *machine,
			 const char *host, const char *own, char **reason)
{
	for (int i = 0; i < nr; i++) {
		const char *value;

		for (int at = -1; (value = conf_next(&machines[i].conf, "mount", &at));) {
			bool writable;
			const char *other = mount_host(value, &writable);

			/* Several machines may write the same folder. */
			if (value == own || !lies_in(other, host) ||
			    (&machines[i] != machine && !strcmp(other, host)))
				continue;
			*reason = txt_printf(_("%s mounts %s, which lies inside %s, where %s can "
					       "replace it; mount one of them only"),
					     machines[i].name, other, host, machine->name);
			return -EXDEV;
		}
	}
	return 0;
}

int labmounts_check(const struct machine *machines, int nr, char **reason)
{
	int error = 0;

	*reason = NULL;
	for (int i = 0; i < nr && !error; i++) {
		const char *value;

		for (int at = -1; !error &&
		     (value = conf_next(&machines[i].conf, "mount", &at));) {
			bool writable;
			const char *host = mount_host(value, &writable);

			if (!writable)
				continue;
			error = writable_check(&machines[i], host, reason);
			if (!error)
				error = nesting_check(machines, nr, &machines[i], host, value,
						      reason);
		}
	}
	return error;
}

bool labmounts_guest_writes(const struct lab *lab, const char *path)
{
	char *real = real_path(path), *dir = real_path(lab->dir);

	return lies_in(real, txt_printf("%s/shared", dir)) ||
	       lies_in(real, txt_printf("%s/.out", dir));
}
