/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verbs_image.h - declare the table entries of umlab image ...
 */
#ifndef VERBS_IMAGE_H
#define VERBS_IMAGE_H

#include "base/verb.h"

extern const struct verb image_build_verb, image_update_verb, image_list_verb, image_info_verb,
	image_import_verb, image_layer_verb, image_remove_verb;

#endif
