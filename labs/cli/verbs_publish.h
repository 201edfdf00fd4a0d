/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_publish.h - declare the table entries of umlab image export and publish
 */
#ifndef VERBS_PUBLISH_H
#define VERBS_PUBLISH_H

#include "base/verb.h"

extern const struct verb image_export_verb, image_publish_verb;

#endif
