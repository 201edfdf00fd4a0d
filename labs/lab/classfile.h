/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * classfile.h - find a class and its students, and make each student's copy of a lab
 */
#ifndef CLASSFILE_H
#define CLASSFILE_H

#include "base/txt.h"

/* Returns the folder of a class in the state folder. */
char *class_dir(const char *name);
/* Returns the folder of a student's lab, students/LOGIN in the folder of the class. */
char *class_lab_dir(const char *name, const char *login);
/* Adds the logins of all students, sorted. 0, or -ENOENT if there is no such class. */
int class_students(const char *name, struct words *logins);

/*
 * Copies a lab and replaces a student's parameters in its text files:
 *   {{login}}                     the student's login
 *   {{number}}                    the student's number in the class, from 1
 *   {{range NAME 10-99}}          a number in this range, always the same for a login and NAME
 *   {{word NAME red green blue}}  one of the words, always the same for a login and NAME
 * 0, or -errno with a reason.
 */
int class_lab_copy(const char *from, const char *to, const char *login, int number, char **reason);
/* Returns @text with its parameters replaced, or NULL if it has none. */
char *class_parameters_apply(const char *text, const char *login, int number);

#endif
