// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_native.c - read check.yaml, umlab's own description of what must hold in a lab
 *
 * Called by `umlab check`. umlab-check(5) describes the keys. Each entry of `checks` is a claim.
 * `reachable` and `not_reachable` may be lists, in which each target is a claim.
 */
#include "check/check_native.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "base/txt.h"

static const double NUMBER_MAX = 1e6;	/* of points and seconds */

static const char *const known[] = {
	"title", "on", "command", "exit", "fails", "output", "matches", "contains", "lacks",
	"reachable", "not_reachable", "points", "hint", "wait", "timeout", "requires", "steps",
	"file", "capture", "packets", "no_packets", "snapshot", NULL
};

/* Returns the value of a key as text. A number is accepted too. */
static char *text_of(const json_t *entry, const char *key)
{
	const json_t *value = json_object_get(entry, key);

	if (json_is_integer(value))
		return txt_printf("%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return txt_printf("%g", json_real_value(value));
	return json_is_string(value) ? txt_copy(json_string_value(value)) : NULL;
}

static bool keys_known(const json_t *entry, int number, char **reason)
{
	struct words names = { 0 };
	const char *key, *nearest;
	json_t *value;

	for (int i = 0; known[i]; i++)
		words_add(&names, known[i]);
	json_object_foreach((json_t *)entry, key, value) {
		if (words_have(&names, key))
			continue;
		nearest = words_nearest(&names, key);
		if (nearest)
			*reason = txt_printf(_("check %d: unknown key %s; did you mean %s?"),
					     number, key, nearest);
		else
			*reason = txt_printf(_("check %d: unknown key %s"), number, key);
		return false;
	}
	return true;
}

static bool snapshot_valid(const json_t *entry)
{
	const json_t *value = json_object_get(entry, "snapshot");
	const char *when = json_string_value(value);

	return !value || (when && (!strcmp(when, "before") || !strcmp(when, "after") ||
				   !strcmp(when, "both")));
}

static void number_read(const json_t *entry, const char *key, double *number)
{
	const json_t *value = json_object_get(entry, key);

	/* Larger values have no meaning, and their sum must stay a number. */
	if (json_is_number(value))
		*number = fmax(-NUMBER_MAX, fmin(NUMBER_MAX, json_number_value(value)));
}

/* Reads the keys that claims with `command` and claims with `reachable` share. */
static void common_read(struct check *check, const json_t *entry)
{
	const char *snapshot = json_string_value(json_object_get(entry, "snapshot"));
	char *title = text_of(entry, "title");

	check->snapshot_before = snapshot && strcmp(snapshot, "after");
	check->snapshot_after = snapshot && strcmp(snapshot, "before");
	number_read(entry, "points", &check->points);
	number_read(entry, "wait", &check->wait);
	number_read(entry, "timeout", &check->timeout);
	check->hint = text_of(entry, "hint");
	check->requires_command = text_of(entry, "requires");
	check->steps = text_of(entry, "steps");
	check->output = text_of(entry, "output");
	check->matches = text_of(entry, "matches");
	check->contains = text_of(entry, "contains");
	check->lacks = text_of(entry, "lacks");
	check->capture = text_of(entry, "capture");
	check->packets = text_of(entry, "packets");
	check->no_packets = text_of(entry, "no_packets");
	if (title) {
		free(check->title);
		check->title = title;
	}
}

static void reach_add(struct checks *checks, const json_t *entry, const char *machine,
		      const json_t *target, bool reachable)
{
	const char *address = json_string_value(target);
	struct check *check;

	if (!address)
		return;
	check = check_add(checks, machine,
			  txt_printf("ping -c 1 -W 2 %s", txt_shell_quote(address)),
			  reachable ? _("%s reaches %s") : _("%s does not reach %s"), machine,
			  address);
	common_read(check, entry);
	check->want_status = reachable;
	check->fails = !reachable;
	/* Do not try again: the claim would pass if the address later became unreachable. */
	if (!reachable)
		check->wait = 0;
}

/* Returns what is wrong with an entry, or NULL. */
static char *entry_wrong(const json_t *entry, int number)
{
	bool has_capture = json_object_get(entry, "capture");
	bool has_packets = json_object_get(entry, "packets") ||
			   json_object_get(entry, "no_packets");
	char *reason = NULL;

	if (!json_is_object(entry))
		return txt_printf(_("check %d is not a mapping"), number);
	if (!keys_known(entry, number, &reason))
		return reason;
	if (!text_of(entry, "on"))
		return txt_printf(_("check %d does not say on which machine: 'on: NAME'"), number);
	if (has_capture != has_packets)
		return txt_printf(_("check %d: capture and packets (or no_packets) go together"),
				  number);
	if (!snapshot_valid(entry))
		return txt_printf(_("check %d: snapshot must be before, after or both"), number);
	return NULL;
}

/* Adds a claim for each target of `reachable` and `not_reachable`. False: neither key exists. */
static bool reaches_read(struct checks *checks, const json_t *entry, const char *machine)
{
	static const char *const keys[] = { "reachable", "not_reachable" };
	bool any = false;

	for (int i = 0; i < 2; i++) {
		const json_t *targets = json_object_get(entry, keys[i]);
		json_t *one;
		size_t at;

		if (json_is_string(targets))
			reach_add(checks, entry, machine, targets, !i);
		json_array_foreach((json_t *)targets, at, one)
			reach_add(checks, entry, machine, one, !i);
		any |= targets != NULL;
	}
	return any;
}

static bool entry_read(struct checks *checks, const json_t *entry, int number, char **reason)
{
	char *machine = text_of(entry, "on"), *command = text_of(entry, "command");
	char *file = text_of(entry, "file");
	struct check *check;

	*reason = entry_wrong(entry, number);
	if (*reason)
		return false;
	if (reaches_read(checks, entry, machine))
		return true;
	if (file && !command)
		command = txt_printf("cat %s", txt_shell_quote(file));
	if (!command) {
		*reason = txt_printf(_("check %d has none of command, file, reachable, "
				       "not_reachable"), number);
		return false;
	}
	check = check_add(checks, machine, command, "%s: %s", machine, command);
	common_read(check, entry);
	check->fails = json_is_true(json_object_get(entry, "fails"));
	check->want_status = !check->fails;
	if (json_is_integer(json_object_get(entry, "exit")))
		check->status = json_integer_value(json_object_get(entry, "exit"));
	else if (check->output || check->matches || check->contains || check->lacks ||
		 check->capture)
		check->want_status = false;
	return true;
}

bool check_native_read(struct checks *checks, const json_t *file, char **reason)
{
	const json_t *list = json_object_get(file, "checks");
	json_t *entry;
	size_t at;

	if (!json_is_array(list)) {
		*reason = txt_copy(_("there is no list 'checks'"));
		return false;
	}
	number_read(file, "wait", &checks->wait);
	json_array_foreach((json_t *)list, at, entry)
		if (!entry_read(checks, entry, at + 1, reason))
			return false;
	return true;
}
