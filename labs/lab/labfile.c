// SPDX-License-Identifier: GPL-2.0-only
/*
 * labfile.c - read the description of a lab: lab.conf, lab.dep and the files next to them
 *
 * Called by every verb that reads a lab. The lab may be written for Netkit or for Kathará: one
 * permissive grammar accepts what either tool accepts (lab.conf(5) is the reference):
 *
 *   NAME[ARG]=VALUE    a number as ARG is an interface, anything else an option
 *   LAB_...=VALUE      about the lab
 *   machines="A B"     the machines to start; also LAB_MACHINES
 *   # ...              a comment; also after a value and a blank
 *
 * Each part may have blanks around it, quotes may be ' or " or missing, lines may end in CRLF, and
 * the file may start with a byte order mark. The parser never fails: each mistake becomes a remark
 * with its line and column. lablint.c knows what the original tools would refuse.
 *
 * This file is longer than 500 lines because both files have the same parser of lines.
 */
#include "lab/labfile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/name.h"
#include "lab/labkeys.h"

static const char conf_name[] = "lab.conf", dep_name[] = "lab.dep";

void lab_remark(struct lab *lab, enum lab_severity severity, const char *file, int line,
		int column, const char *fmt, ...)
{
	struct lab_remark *remark;
	va_list args;

	lab->remarks = txt_grow(lab->remarks, lab->nr_remarks, sizeof(*lab->remarks));
	remark = &lab->remarks[lab->nr_remarks++];
	*remark = (struct lab_remark){
		.severity = severity, .file = file, .line = line, .column = column,
	};
	va_start(args, fmt);
	if (vasprintf(&remark->text, fmt, args) < 0)
		remark->text = NULL;
	va_end(args);
}

/* Is @name a special folder of labs, which is not a machine? */
static bool name_reserved(const char *name)
{
	return !strcmp(name, "shared") || !strcmp(name, "_test");
}

struct lab_machine *lab_machine_find(const struct lab *lab, const char *name)
{
	for (int i = 0; i < lab->nr_machines; i++)
		if (!strcmp(lab->machines[i].name, name))
			return &lab->machines[i];
	return NULL;
}

static struct lab_machine *machine_add(struct lab *lab, const char *name)
{
	struct lab_machine *machine = lab_machine_find(lab, name);

	if (machine)
		return machine;
	lab->machines = txt_grow(lab->machines, lab->nr_machines, sizeof(*lab->machines));
	machine = &lab->machines[lab->nr_machines++];
	*machine = (struct lab_machine){ .name = txt_copy(name) };
	return machine;
}

const char *lab_option_get(const struct lab_machine *machine, const char *key)
{
	for (int i = machine->nr_options; i-- > 0;)
		if (!strcmp(machine->options[i].key, key))
			return machine->options[i].value;
	return NULL;
}

bool lab_option_true(const struct lab_machine *machine, const char *key)
{
	const char *value = lab_option_get(machine, key);
	bool truth;

	return value && (!*value || (txt_bool_parse(value, &truth) && truth));
}

void lab_domains(const struct lab *lab, struct words *domains)
{
	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < lab->machines[i].nr_nics; j++) {
			const char *domain = lab->machines[i].nics[j].domain;

			if (domain && !words_have(domains, domain))
				words_add(domains, domain);
		}
	words_sort(domains);
}

/* ---- values ------------------------------------------------------------------------ */

/* The line that is being parsed. Positions in its text give the columns of remarks. */
struct line {
	struct lab *lab;
	const char *text;
	int number;
};

#define REMARK(line, severity, at, ...) \
	lab_remark((line)->lab, severity, conf_name, (line)->number, \
		   (at) - (line)->text + 1, __VA_ARGS__)

static const char *skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

/*
 * Returns the value at @at without quotes and comment, as a new string. If the closing quote is
 * missing, the rest of the line is the value. Adds a remark about a missing quote, or about text
 * after a quoted value.
 */
static char *value_parse(struct line *line, const char *at)
{
	const char *end;
	char quote = *at, *value;

	if (quote == '"' || quote == '\'') {
		end = strchr(at + 1, quote);
		if (end) {
			const char *rest = skip_blanks(end + 1);

			if (*rest && *rest != '#')
				REMARK(line, LAB_WARNING, rest,
				       "text after the closing quote is ignored: %s", rest);
			return txt_copy_part(at + 1, end - at - 1);
		}
		REMARK(line, LAB_WARNING, at, "this quote is never closed");
		at++;
	}
	for (end = at; *end; end++)
		if (*end == '#' && (end == at || isblank((unsigned char)end[-1])))
			break;
	value = txt_copy_part(at, end - at);
	for (end = value + strlen(value); end > value && isblank((unsigned char)end[-1]); end--)
		value[end - value - 1] = '\0';
	return value;
}

/* ---- interfaces -------------------------------------------------------------------- */

/* Returns the name of a domain without invalid characters, which Netkit drops too. */
static char *domain_clean(struct line *line, const char *value, const char *at)
{
	char *domain = txt_copy(value), *to = domain;
	bool odd = false;

	for (; *value; value++) {
		if (isalnum((unsigned char)*value) || *value == '_' || *value == '-' ||
		    *value == '.')
			*to++ = *value;
		else if (!isblank((unsigned char)*value))
			odd = true;
	}
	*to = '\0';
	if (odd)
		REMARK(line, LAB_WARNING, at, "characters other than A-Z a-z 0-9 _ . - are dropped "
		       "from the collision domain: %s", domain);
	return domain;
}

/* Finds or inserts an interface; the array is sorted by number. */
static struct lab_nic *nic_place(struct lab_machine *machine, int index)
{
	int at = 0;

	while (at < machine->nr_nics && machine->nics[at].index < index)
		at++;
	if (at == machine->nr_nics || machine->nics[at].index != index) {
		machine->nics = txt_grow(machine->nics, machine->nr_nics, sizeof(*machine->nics));
		memmove(&machine->nics[at + 1], &machine->nics[at],
			(machine->nr_nics - at) * sizeof(*machine->nics));
		machine->nr_nics++;
		machine->nics[at] = (struct lab_nic){ .index = index };
	}
	return &machine->nics[at];
}

static void nic_clear(struct lab_nic *nic)
{
	free(nic->domain);
	free(nic->mac);
	free(nic->tap);
	free(nic->tap_host);
	*nic = (struct lab_nic){ .index = nic->index };
}

/* Is @value NAME,1.2.3.4,1.2.3.5? Netkit-JH allows taps to have other names. */
static bool addresses_follow(const char *value)
{
	unsigned int b[8];
	int end = 0;

	return sscanf(value, "%*[^,],%u.%u.%u.%u,%u.%u.%u.%u%n", &b[0], &b[1], &b[2], &b[3],
		      &b[4], &b[5], &b[6], &b[7], &end) == 8 && !value[end];
}

/* Returns the word for the value that counts: Netkit keeps the first of two, Kathará the last. */
static const char *which_counts(const struct lab *lab)
{
	return lab->dialect == LAB_NETKIT ? "the first" : "this";
}

/* Parses tap,HOST,GUEST, where HOST and GUEST are addresses. */
static void tap_parse(struct line *line, struct lab_nic *nic, const char *value, const char *at)
{
	char *comma;

	nic->tap_host = txt_copy(strchr(value, ',') + 1);
	comma = strchr(nic->tap_host, ',');
	if (comma) {
		*comma = '\0';
		nic->tap = txt_copy(txt_trim(comma + 1));
	} else {
		REMARK(line, LAB_ERROR, at, "a tap needs two addresses: tap,HOST,GUEST");
	}
}

static void nic_parse(struct line *line, struct lab_machine *machine, long index, char *value,
		      const char *at)
{
	struct lab_nic *nic;
	char *slash;

	if (index >= LAB_NIC_MAX) {
		REMARK(line, LAB_ERROR, at, "%s has eth0 to eth%d; there is no eth%ld",
		       machine->name,
		       LAB_NIC_MAX - 1, index);
		return;
	}
	if (!*value) {
		REMARK(line, LAB_ERROR, at, "%s[%ld] names no collision domain", machine->name,
		       index);
		return;
	}
	nic = nic_place(machine, index);
	if (nic->line) {
		REMARK(line, LAB_WARNING, at, "%s[%ld] was already given in line %d; %s one counts",
		       machine->name, index, nic->line, which_counts(line->lab));
		if (line->lab->dialect == LAB_NETKIT)
			return;
		nic_clear(nic);
	}
	nic->line = line->number;

	if (txt_starts(value, "tap,") || addresses_follow(value)) {
		tap_parse(line, nic, value, at);
		return;
	}
	slash = strchr(value, '/');
	if (slash) {
		*slash = '\0';
		nic->mac = lab_mac_normalize(txt_trim(slash + 1));
		if (!nic->mac)
			REMARK(line, LAB_ERROR, at,
			       "%s is not a MAC address, like 02:42:ac:11:00:02",
			       slash + 1);
		else if (strchr("13579bdf", nic->mac[1]))
			REMARK(line, LAB_ERROR, at,
			       "%s is a group address; the second digit must be even",
			       nic->mac);
	}
	nic->domain = domain_clean(line, txt_trim(value), at);
	if (!*nic->domain)
		REMARK(line, LAB_ERROR, at, "%s[%ld] names no collision domain", machine->name,
		       index);
}

/* ---- options ----------------------------------------------------------------------- */

static void option_unknown(struct line *line, const char *name, const char *at)
{
	struct words known = { 0 };
	const char *nearest;

	for (const struct lab_key *key = lab_keys; key->name; key++)
		if (strlen(key->name) > 2)
			words_add(&known, key->name);
	nearest = words_nearest(&known, name);
	if (nearest)
		REMARK(line, LAB_WARNING, at, "unknown option %s has no effect; did you mean %s?",
		       name, nearest);
	else
		REMARK(line, LAB_WARNING, at, "unknown option %s has no effect", name);
	words_release(&known);
}

/* Learns whose rules apply to this lab from an option that only one family of tools has. */
static void dialect_learn(struct lab *lab, enum lab_family family)
{
	if (lab->dialect_known || (family != LAB_FAMILY_KATHARA && family != LAB_FAMILY_NETKIT))
		return;
	lab->dialect = family == LAB_FAMILY_KATHARA ? LAB_KATHARA : LAB_NETKIT;
	lab->dialect_known = true;
}

static struct lab_option *option_find(const struct lab_machine *machine, const char *name)
{
	for (int i = 0; i < machine->nr_options; i++)
		if (!strcmp(machine->options[i].key, name))
			return &machine->options[i];
	return NULL;
}

static void option_parse(struct line *line, struct lab_machine *machine, const char *name,
			 const char *value, const char *at)
{
	const struct lab_key *key = lab_key_find(name);
	struct lab_option *option;
	const char *wrong;

	if (!key) {
		option_unknown(line, name, at);
		return;
	}
	dialect_learn(line->lab, key->family);
	if (key->alias_of)
		name = key->alias_of;
	wrong = key->check ? key->check(value) : NULL;
	if (wrong) {
		REMARK(line, LAB_ERROR, at, "%s[%s]: \"%s\" %s", machine->name, name, value, wrong);
		return;
	}
	option = key->repeats ? NULL : option_find(machine, name);
	if (option) {
		REMARK(line, LAB_WARNING, at, "%s[%s] was already given in line %d; %s one counts",
		       machine->name, name, option->line, which_counts(line->lab));
		if (line->lab->dialect != LAB_NETKIT) {
			free(option->value);
			option->value = txt_copy(value);
		}
		return;
	}
	machine->options = txt_grow(machine->options, machine->nr_options,
				    sizeof(*machine->options));
	machine->options[machine->nr_options++] = (struct lab_option){
		.key = txt_copy(name), .value = txt_copy(value), .line = line->number,
	};
}

/* ---- lines ------------------------------------------------------------------------- */

static void about_parse(struct line *line, const char *key, char *value)
{
	struct lab *lab = line->lab;
	const struct { const char *key; char **to; } about[] = {
		{ .key = "LAB_NAME", .to = &lab->name },
		{ .key = "LAB_DESCRIPTION", .to = &lab->description },
		{ .key = "LAB_VERSION", .to = &lab->version },
		{ .key = "LAB_AUTHOR", .to = &lab->author },
		{ .key = "LAB_EMAIL", .to = &lab->email },
		{ .key = "LAB_WEB", .to = &lab->web },
	};

	for (size_t i = 0; i < sizeof(about) / sizeof(*about); i++)
		if (!strcmp(key, about[i].key)) {
			free(*about[i].to);
			*about[i].to = txt_copy(value);
			return;
		}
	if (!strcmp(key, "machines") || !strcmp(key, "LAB_MACHINES")) {
		lab->has_chosen = true;
		dialect_learn(lab, LAB_FAMILY_NETKIT);
		words_split(&lab->chosen, value, " \t,");
		return;
	}
	REMARK(line, LAB_WARNING, line->text, "%s is unknown and has no effect", key);
}

/* Parses NAME[ARG]=VALUE; @at points to the end of NAME. */
static void machine_parse(struct line *line, const char *name, const char *at)
{
	const char *start = line->text + strspn(line->text,
						" \t"), *bracket = at, *end = strchr(at, ']');
	char *arg, *value, *trimmed;
	struct lab_machine *machine;
	long index;

	if (!end) {
		REMARK(line, LAB_WARNING, bracket, "ignored: this [ is never closed");
		return;
	}
	if (!name_valid(name)) {
		REMARK(line, LAB_ERROR, start, "\"%s\" is not a valid name: up to %d of "
		       "A-Z a-z 0-9 _ . -", name, NAME_LENGTH_MAX);
		return;
	}
	if (name_reserved(name)) {
		REMARK(line, LAB_ERROR, start, "\"%s\" is reserved for a folder of the lab", name);
		return;
	}
	arg = txt_copy_part(at + 1, end - at - 1);
	trimmed = txt_trim(arg);
	at = skip_blanks(end + 1);
	if (*at != '=') {
		REMARK(line, LAB_WARNING, at, "ignored: = is missing after the ]");
		goto out_arg;
	}
	at = skip_blanks(at + 1);
	value = value_parse(line, at);
	machine = machine_add(line->lab, name);
	if (!*trimmed)
		REMARK(line, LAB_ERROR, bracket, "[] is empty: a number names an interface, "
		       "a word an option");
	else if (txt_int_parse(trimmed, 0, 9999, &index))
		nic_parse(line, machine, index, value, at);
	else
		option_parse(line, machine, trimmed, value, bracket + 1);
	free(value);
out_arg:
	free(arg);
}

static void line_parse(struct line *line)
{
	const char *start = skip_blanks(line->text), *at = start;
	char *name, *value;

	if (!*start || *start == '#')
		return;
	at += strcspn(at, "[= \t");
	name = txt_copy_part(start, at - start);
	at = skip_blanks(at);
	if (*at == '[' && *name) {
		machine_parse(line, name, at);
	} else if (*at == '=' && (txt_starts(name, "LAB_") || !strcmp(name, "machines"))) {
		at = skip_blanks(at + 1);
		value = value_parse(line, at);
		about_parse(line, name, value);
		free(value);
	} else {
		REMARK(line, LAB_WARNING, start,
		       "ignored: neither NAME[ARG]=VALUE nor LAB_...=VALUE");
	}
	free(name);
}

/* Calls @parse for each line of @text, without trailing blanks. A NUL also ends a line. */
static void each_line(struct lab *lab, const char *text, size_t size,
		      void (*parse)(struct line *))
{
	const char *end = text + size;
	int number = 0;

	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (text < end) {
		const char *stop = text;
		struct line line = { .lab = lab, .number = ++number };
		char *copy;
		size_t length;

		while (stop < end && *stop != '\n' && *stop)
			stop++;
		copy = txt_copy_part(text, stop - text);
		length = strlen(copy);
		while (length &&
		       (copy[length - 1] == '\r' || isspace((unsigned char)copy[length - 1])))
			copy[--length] = '\0';
		line.text = copy;
		parse(&line);
		free(copy);
		text = stop + 1;
	}
}

void lab_parse_conf(struct lab *lab, const char *text, size_t size)
{
	each_line(lab, text, size, line_parse);
}

/* ---- lab.dep ----------------------------------------------------------------------- */

#define DEP_REMARK(line, severity, at, ...) \
	lab_remark((line)->lab, severity, dep_name, (line)->number, \
		   (at) - (line)->text + 1, __VA_ARGS__)

/* Parses "pc2: router pc1": pc2 needs router and pc1, which are started first. */
static void dep_parse(struct line *line)
{
	const char *start = skip_blanks(line->text), *colon = strchr(start, ':');
	struct lab_machine *machine;
	struct words needs = { 0 };
	char *rest;

	if (!*start || *start == '#')
		return;
	if (!colon) {
		DEP_REMARK(line, LAB_ERROR, start,
			   "the colon is missing: a line is MACHINE: MACHINE...");
		return;
	}
	rest = txt_copy_part(start, colon - start);
	machine = lab_machine_find(line->lab, txt_trim(rest));
	if (!machine)
		DEP_REMARK(line, LAB_ERROR, start, "there is no machine %s in this lab",
			   txt_trim(rest));
	free(rest);
	rest = txt_copy_part(colon + 1, strcspn(colon + 1, "#"));
	words_split(&needs, rest, " \t");
	free(rest);
	for (int i = 0; i < needs.nr; i++) {
		if (!lab_machine_find(line->lab, needs.at[i]))
			DEP_REMARK(line, LAB_ERROR, colon + 1, "there is no machine %s in this lab",
				   needs.at[i]);
		else if (machine && !words_have(&machine->needs, needs.at[i]))
			words_add(&machine->needs, needs.at[i]);
	}
	words_release(&needs);
	line->lab->has_deps = true;
}

/*
 * Finds machines that would wait for each other for ever. Repeatedly removes the machines that wait
 * for no other machine. The machines that remain are in a loop or depend on a loop.
 */
static void dep_check_loops(struct lab *lab)
{
	bool *done = txt_alloc(lab->nr_machines, sizeof(*done)), again = true;

	while (again) {
		again = false;
		for (int i = 0; i < lab->nr_machines; i++) {
			const struct words *needs = &lab->machines[i].needs;
			bool waits = false;

			for (int j = 0; j < needs->nr; j++)
				waits |= !done[lab_machine_find(lab, needs->at[j]) - lab->machines];
			if (!done[i] && !waits)
				done[i] = again = true;
		}
	}
	for (int i = 0; i < lab->nr_machines; i++)
		if (!done[i])
			lab_remark(lab, LAB_ERROR, dep_name, 0, 0,
				   "%s waits for itself, through %s",
				   lab->machines[i].name, lab->machines[i].needs.at[0]);
	free(done);
}

void lab_parse_dep(struct lab *lab, const char *text, size_t size)
{
	each_line(lab, text, size, dep_parse);
	dep_check_loops(lab);
}

/* ---- the folder -------------------------------------------------------------------- */

static bool is_folder(const char *dir, const char *name)
{
	struct stat status;
	char *path = txt_printf("%s/%s", dir, name);
	bool folder = !stat(path, &status) && S_ISDIR(status.st_mode);

	free(path);
	return folder;
}

/* Adds folders that lab.conf does not name as machines. @all: also without a startup script. */
static void folders_add(struct lab *lab, bool all)
{
	struct words names = { 0 };
	struct dirent *entry;
	DIR *dir = opendir(lab->dir);

	while (dir && (entry = readdir(dir))) {
		char *startup = txt_printf("%s/%s.startup", lab->dir, entry->d_name);

		if (name_valid(entry->d_name) && !name_reserved(entry->d_name) &&
		    strcmp(entry->d_name, "CVS") && is_folder(lab->dir, entry->d_name) &&
		    (all || file_exists(startup)))
			words_add(&names, entry->d_name);
		free(startup);
	}
	if (dir)
		closedir(dir);
	words_sort(&names);
	for (int i = 0; i < names.nr; i++)
		if (!lab_machine_find(lab, names.at[i]))
			machine_add(lab, names.at[i])->implied = true;
}

/* Keeps only the machines that machines="..." names. Adds those that no line describes. */
static void chosen_apply(struct lab *lab)
{
	int kept = 0;

	for (int i = 0; i < lab->chosen.nr; i++) {
		if (name_valid(lab->chosen.at[i]) && !name_reserved(lab->chosen.at[i]))
			machine_add(lab, lab->chosen.at[i]);
		else
			lab_remark(lab, LAB_ERROR, conf_name, 0, 0,
				   "machines= names \"%s\", which is not a valid name",
				   lab->chosen.at[i]);
	}
	for (int i = 0; i < lab->nr_machines; i++) {
		if (words_have(&lab->chosen, lab->machines[i].name))
			lab->machines[kept++] = lab->machines[i];
		else if (!lab->machines[i].implied)
			lab_remark(lab, LAB_WARNING, conf_name, 0, 0,
				   "%s is described, but machines= leaves it out",
				   lab->machines[i].name);
	}
	lab->nr_machines = kept;
}

int lab_read(struct lab *lab, const char *dir, bool folders)
{
	char *path, *text;
	size_t size;
	int nr_errors = 0, error;

	lab->dir = realpath(dir, NULL);
	if (!lab->dir)
		return -errno;
	if (!is_folder(lab->dir, "."))
		return -ENOTDIR;
	path = txt_printf("%s/%s", lab->dir, conf_name);
	error = file_read(path, &text, &size);
	free(path);
	if (error && error != -ENOENT)
		return error;
	if (!error) {
		lab_parse_conf(lab, text, size);
		free(text);
	}
	folders_add(lab, error == -ENOENT && folders);
	if (lab->has_chosen)
		chosen_apply(lab);
	if (!lab->nr_machines)
		lab_remark(lab, LAB_ERROR, conf_name, 0, 0, error ?
			   "this file is missing, and no folder has a startup file" :
			   "this file describes no machine");

	path = txt_printf("%s/%s", lab->dir, dep_name);
	if (!file_read(path, &text, &size)) {
		lab_parse_dep(lab, text, size);
		free(text);
	}
	free(path);
	for (int i = 0; i < lab->nr_remarks; i++)
		nr_errors += lab->remarks[i].severity == LAB_ERROR;
	return nr_errors;
}

void lab_release(struct lab *lab)
{
	for (int i = 0; i < lab->nr_machines; i++) {
		struct lab_machine *machine = &lab->machines[i];

		for (int j = 0; j < machine->nr_nics; j++)
			nic_clear(&machine->nics[j]);
		for (int j = 0; j < machine->nr_options; j++) {
			free(machine->options[j].key);
			free(machine->options[j].value);
		}
		words_release(&machine->needs);
		free(machine->nics);
		free(machine->options);
		free(machine->name);
	}
	for (int i = 0; i < lab->nr_remarks; i++)
		free(lab->remarks[i].text);
	words_release(&lab->chosen);
	free(lab->machines);
	free(lab->remarks);
	free(lab->dir);
	free(lab->name);
	free(lab->description);
	free(lab->version);
	free(lab->author);
	free(lab->email);
	free(lab->web);
	*lab = (struct lab){ 0 };
}
