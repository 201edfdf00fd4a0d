/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * classfile.h - a class: its students, and each one's copy of a lab
 */
#ifndef CLASSFILE_H
#define CLASSFILE_H

#include "base/txt.h"

/* The folder of a class in the state folder, and in it each student's lab: students/LOGIN. */
char *class_dir(const char *name);
char *class_lab_dir(const char *name, const char *login);
/* Adds all logins, sorted; -ENOENT: there is no such class. */
int class_students(const char *name, struct words *logins);

/*
 * Copies a lab and replaces a student's parameters in its text files:
 *   {{login}} {{number}}          the student, and the student's number in the class, from 1
 *   {{range NAME 10-99}}          a number in this range, always the same for a login and NAME
 *   {{word NAME red green blue}}  one of the words, likewise
 * 0, or -errno with a reason.
 */
int class_lab_copy(const char *from, const char *to, const char *login, int number, char **reason);
/* The same for one text; NULL: it has no parameter. */
char *class_parameters_apply(const char *text, const char *login, int number);

#endif
