/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * labfile.h - read the description of a lab: lab.conf, lab.dep and the files next to them
 */
#ifndef LABFILE_H
#define LABFILE_H

#include "base/txt.h"

enum { LAB_NIC_MAX = 16 };	/* the kernel has eth0 to eth15 */

/* Whose rules apply where the two families of tools differ; see lab.conf(5). */
enum lab_dialect { LAB_KATHARA, LAB_NETKIT };

enum lab_severity {
	LAB_ERROR,	/* the line is ignored, and the lab cannot start */
	LAB_WARNING,	/* the line has less effect than its author expects */
	LAB_STRICT,	/* umlab accepts the line, but the tool named by --strict refuses it */
};

struct lab_remark {
	enum lab_severity severity;
	const char *file;
	int line, column;	/* from 1; 0: the file as a whole */
	char *text;
};

struct lab_nic {
	int index;		/* eth number */
	char *domain;		/* collision domain */
	char *mac;		/* NULL: derived from lab and machine */
	char *tap;		/* the GUEST address of Netkit's "tap,HOST,GUEST", or NULL */
	char *tap_host;		/* the HOST address */
	int line;
};

struct lab_option {
	char *key;		/* the name in the table of options, not an alias */
	char *value;
	int line;
};

struct lab_machine {
	char *name;
	struct lab_nic *nics;	/* by index */
	int nr_nics;
	struct lab_option *options;
	int nr_options;
	struct words needs;	/* machines that lab.dep starts before this machine */
	bool implied;		/* found by its folder; lab.conf does not name the machine */
};

struct lab {
	char *dir;		/* absolute */
	enum lab_dialect dialect;
	bool dialect_known;	/* something in the lab shows the dialect */
	char *name, *description, *version, *author, *email, *web;
	struct lab_machine *machines;
	int nr_machines;
	struct words chosen;	/* machines="..." */
	bool has_chosen;
	bool has_deps;
	struct lab_remark *remarks;
	int nr_remarks;
};

/*
 * Reads the lab in @dir into @lab, which must be zeroed. Mistakes in the lab become remarks.
 * @folders: without lab.conf every folder is a machine (Kathará's -F).
 * Returns the number of remarks that are errors, or -errno when @dir is not a folder.
 */
int lab_read(struct lab *lab, const char *dir, bool folders);

/* Parse the text of lab.conf, or of lab.dep. */
void lab_parse_conf(struct lab *lab, const char *text, size_t size);
void lab_parse_dep(struct lab *lab, const char *text, size_t size);
void lab_release(struct lab *lab);

struct lab_machine *lab_machine_find(const struct lab *lab, const char *name);
/* Returns the last value of an option, or NULL. */
const char *lab_option_get(const struct lab_machine *machine, const char *key);
/* Is the last value of an option true? */
bool lab_option_true(const struct lab_machine *machine, const char *key);
/* Adds the names of all collision domains, sorted. */
void lab_domains(const struct lab *lab, struct words *domains);

/* Adds a remark to @lab. lablint.c calls this too. */
void lab_remark(struct lab *lab, enum lab_severity severity, const char *file, int line,
		int column, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif
