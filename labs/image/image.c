// SPDX-License-Identifier: GPL-2.0-only
/*
 * image.c - root file systems that machines are made from: finding them
 *
 * An image is NAME.img in one of the image folders (where.c), with NAME.info beside it
 * where there is something to say. Making images is image_make.c's matter.
 */
#include "image/image.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/where.h"

/* Other tools' names, without registry and tag. */
static const struct { const char *name, *profile; } aliases[] = {
	{ "kathara/base", "base" }, { "kathara/core", "base" }, { "kathara/quagga", "base" }, { "kathara/frr", "base" },
	{ "kathara/bind", "base" }, { "kathara/apache", "base" }, { "kathara/nginx", "base" }, { "kathara/netkit_base", "base" },
	{ "kathara/netkit_extended", "base" }, { "kathara/sdn", "extra" }, { "kathara/pox", "extra" }, { "kathara/openvswitch", "extra" },
	{ "debian", "base" }, { "default", "base" },
};

/* The first that exists does for a profile that was never built. */
static const struct { const char *profile, *instead[4]; } stand_ins[] = {
	{ "base", { "debian-12", "minimal" } },
	{ "extra", { "base", "debian-12" } },
	{ "dev", { "base", "debian-12" } },
	{ "minimal", { "debian-12" } },
};

const char *image_alias(const char *name)
{
	size_t size = strcspn(name, ":");

	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (strlen(aliases[i].name) == size && !strncmp(name, aliases[i].name, size))
			return aliases[i].profile;
	return strchr(name, '/') ? "base" : NULL;
}

static bool open_in(const char *folder, const char *name, struct image *image)
{
	char *path = txt_printf("%s/%s.img", folder, name);

	*image = (struct image){ 0 };
	if (strchr(name, '/') || !file_exists(path)) {
		free(path);
		return false;
	}
	image->name = txt_copy(name);
	/* The file itself: a published name is a link to what never changes. */
	image->path = realpath(path, NULL);
	conf_read(&image->info, txt_printf("%s/%s.info", folder, name));
	return image->path != NULL;
}

static bool open_anywhere(const char *name, struct image *image)
{
	struct words folders = { 0 };

	where_image_folders(&folders);
	for (int i = 0; i < folders.nr; i++)
		if (open_in(folders.at[i], name, image))
			return true;
	return false;
}

const char *image_default(void)
{
	const char *setting = where_setting("image");

	return setting ? setting : "base";
}

int image_find(const char *name, struct image *image, char **reason)
{
	const char *profile;

	if (open_anywhere(name, image))
		return 0;
	profile = image_alias(name);
	if (profile && open_anywhere(profile, image))
		return 0;
	if (!profile)
		profile = name;
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++) {
		if (strcmp(stand_ins[i].profile, profile))
			continue;
		for (int j = 0; j < 4 && stand_ins[i].instead[j]; j++)
			if (open_anywhere(stand_ins[i].instead[j], image)) {
				tell_detail(_("the image %s is not there; %s stands in for it"), profile, image->name);
				return 0;
			}
	}
	*reason = txt_printf(_("there is no image %s; `umlab image list` shows what there is, `umlab image build %s` makes it"), name, profile);
	return -ENOENT;
}

int image_list(struct image **images)
{
	struct words folders = { 0 }, names = { 0 };
	struct dirent *entry;
	DIR *dir;

	*images = NULL;
	where_image_folders(&folders);
	for (int i = 0; i < folders.nr; i++) {
		dir = opendir(folders.at[i]);
		while (dir && (entry = readdir(dir)))
			if (txt_ends(entry->d_name, ".img") && !strchr(entry->d_name, '@')) {
				char *name = txt_copy_part(entry->d_name, strlen(entry->d_name) - 4);

				if (!words_have(&names, name))
					words_add(&names, name);
			}
		if (dir)
			closedir(dir);
	}
	words_sort(&names);
	for (int i = 0; i < names.nr; i++) {
		*images = txt_grow(*images, i, sizeof(**images));
		open_anywhere(names.at[i], &(*images)[i]);
	}
	return names.nr;
}

const char *image_memory(const struct image *image)
{
	const char *memory = conf_get(&image->info, "mem");

	return memory ? memory : "256M";
}

void image_apply(const struct image *image, struct conf *conf)
{
	conf_set(conf, "image", image->name);
	conf_set(conf, "base", image->path);
	if (conf_get(&image->info, "init"))
		conf_set(conf, "init", conf_get(&image->info, "init"));
	if (!conf_get(conf, "mem"))
		conf_set(conf, "mem", image_memory(image));
}

void image_copy_progress(uint64_t done, uint64_t total)
{
	static int shown = -1;
	int percent = total ? done * 100 / total : 100;

	if (percent == shown || tell_level < TELL_NORMAL || !tell_fancy(STDERR_FILENO))
		return;
	shown = percent;
	fprintf(stderr, "\r%3d %%%s", percent, percent == 100 ? "\r     \r" : "");
}
