/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * classfile.h - a class: its students, and each one's copy of a lab
 */
#ifndef CLASSFILE_H
#define CLASSFILE_H

#include "base/txt.h"

/* state/classes/NAME/students/LOGIN is that student's lab folder. */
char *class_dir(const char *name);
char *class_lab_dir(const char *name, const char *login);
/* Logins, in order; -ENOENT: there is no such class. */
int class_students(const char *name, struct words *logins);

/*
 * Copies a lab and puts a student's parameters into its files:
 *   {{login}} {{number}}          who it is, and which one of the class, from 1
 *   {{range NAME 10-99}}          a number of this range, always the same for a login and NAME
 *   {{word NAME red green blue}}  one of the words, likewise
 * 0 or -errno with a reason.
 */
int class_lab_copy(const char *from, const char *to, const char *login, int number, char **reason);
/* The same for a text; NULL: it holds no parameter. */
char *class_parameters_apply(const char *text, const char *login, int number);

#endif
