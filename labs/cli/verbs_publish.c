// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_publish.c - umlab image export and publish: pass images to other users and hosts
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. A published image does
 * not depend on other images. The file's name contains a hash of its content, and the content never
 * changes, so machines based on the image always find it unchanged.
 */
#include "cli/verbs_publish.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "image/image.h"
#include "machine/disk.h"

/* Writes the disk of an image, with all layers below it, to one file. */
static void image_copy(const struct image *image, const char *to)
{
	char *reason;
	int error;

	if (conf_get(&image->info, "from")) {
		if (disk_flatten(image->path, to, &reason))
			die(STATUS_FAILED, _("%s: cannot write: %s"), to, reason);
		return;
	}
	error = file_copy(image->path, to, image_copy_progress);
	if (error)
		die(STATUS_FAILED, _("%s: cannot write: %s"), to, strerror(-error));
}

/*
 * Returns at least 12 hexadecimal digits that identify the content: the id of a sealed layer, the
 * recorded hash of a sealed image, or the hash of the whole file.
 */
static char *content_id(const struct image *image)
{
	char *recorded = txt_printf("%s.umlab-id", image->path), *sum;
	const char *info[] = { where_tool("umlab-disk"), "info", "--json", image->path, NULL };
	const char *hash[] = { "sha256sum", file_exists(recorded) ? recorded : image->path, NULL };
	const char *id = NULL;
	json_t *layers = NULL;

	if (info[0] && (sum = spawn_output(info)))
		layers = json_loads(sum, 0, NULL);
	id = json_string_value(json_object_get(json_array_get(json_object_get(layers, "layers"), 0),
					       "uuid"));
	if (id)
		return txt_printf("%.8s%.4s", id, id + 9);
	tell_note(_("%s: reading the whole file"), hash[1]);
	sum = spawn_output(hash);
	if (!sum || strlen(sum) < 64)
		die(STATUS_FAILED, _("%s: cannot read"), hash[1]);
	return sum;
}

static enum status verb_image_export(const struct verb_args *args)
{
	struct image image;

	find_image(args->words.at[0], &image);
	if (file_exists(args->words.at[1]) && !verb_flag(args, "force"))
		die(STATUS_FAILED, _("%s: already exists; --force replaces it"), args->words.at[1]);
	unlink(args->words.at[1]);
	image_copy(&image, args->words.at[1]);
	return STATUS_OK;
}

/* Writes NAME@HASH.img, whose content never changes, and links NAME.img to it. */
static enum status verb_image_publish(const struct verb_args *args)
{
	const char *dir;
	int error;

	dir = args->words.at[0];
	error = dir_make(dir, 0755);
	if (error)
		die(STATUS_FAILED, _("%s: cannot create this folder: %s"), dir, strerror(-error));
	for (int i = 1; i < (args->words.nr > 1 ? args->words.nr : 2); i++) {
		struct image image;
		char *sum, *file, *link, *reason;

		find_image(args->words.nr > 1 ? args->words.at[i] : image_default(), &image);
		sum = content_id(&image);
		file = txt_printf("%s@%.12s.img", image.name, sum);
		if (!file_exists(txt_printf("%s/%s", dir, file))) {
			char *part = txt_printf("%s/.%s-%d", dir, file, getpid());

			image_copy(&image, part);
			if (rename(part, txt_printf("%s/%s", dir, file)))
				die(STATUS_FAILED, _("%s/%s: cannot write: %s"), dir, file,
				    strerror(errno));
			if (disk_seal(txt_printf("%s/%s", dir, file), &reason))
				tell_warning("%s", reason);
			chmod(txt_printf("%s/%s", dir, file), 0444);
		}
		if (image.info.keys.nr)
			conf_write(&image.info, txt_printf("%s/%s.info", dir, image.name));
		chmod(txt_printf("%s/%s.info", dir, image.name), 0644);
		link = txt_printf("%s/.%s-%d", dir, image.name, getpid());
		if (symlink(file, link) || rename(link, txt_printf("%s/%s.img", dir, image.name)))
			die(STATUS_FAILED, _("%s/%s.img: cannot write: %s"), dir, image.name,
			    strerror(errno));
		printf("%s/%s\n", dir, file);
	}
	tell_note(_("students find the images if UMLAB_IMAGES=%s is set, or images=%s in "
		    "/etc/umlab/umlab.conf"), dir, dir);
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option image_export_options[] = {
	OPTION_FORCE(N_("Replace an existing file")),
	{ 0 }
};

const struct verb image_export_verb = {
	.name = "image export",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]... IMAGE FILE",
	.summary = N_("Write an image as a raw disk"),
	.options = image_export_options,
	.words = "image file",
	.min_words = 2,
	.max_words = 2,
	.run = verb_image_export,
};

const struct verb image_publish_verb = {
	.name = "image publish",
	.group = GROUP_IMAGES,
	.usage = "DIR [IMAGE]...",
	.summary = N_("Put images into a folder that a class reads"),
	.help = N_("Writes each image as NAME@HASH.img, whose content never changes, and links "
		   "NAME.img to it. Machines keep the version they were created from."),
	.words = "dir image...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_image_publish,
};
