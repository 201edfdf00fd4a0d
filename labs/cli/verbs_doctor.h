/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_doctor.h - declare the table entry of umlab doctor
 */
#ifndef VERBS_DOCTOR_H
#define VERBS_DOCTOR_H

#include "base/verb.h"

extern const struct verb doctor_verb;

#endif
