// SPDX-License-Identifier: GPL-2.0-only
/*
 * image.c - find and list images: root file systems from which machines are made
 *
 * Called by the verbs that make machines, by labmake.c and by the verbs about images.
 * image_build.c builds images. An image is NAME.img in one of the image folders (where.c).
 * NAME.info in the same folder holds settings and need not exist.
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
#include "image/image_build.h"

/* The names of images in other tools, without their tags. */
static const struct { const char *name, *profile; } aliases[] = {
	{ .name = "kathara/base", .profile = "base" },
	{ .name = "kathara/core", .profile = "base" },
	{ .name = "kathara/quagga", .profile = "base" },
	{ .name = "kathara/frr", .profile = "base" },
	{ .name = "kathara/bind", .profile = "base" },
	{ .name = "kathara/apache", .profile = "base" },
	{ .name = "kathara/nginx", .profile = "base" },
	{ .name = "kathara/netkit_base", .profile = "base" },
	{ .name = "kathara/netkit_extended", .profile = "base" },
	{ .name = "kathara/sdn", .profile = "extra" },
	{ .name = "kathara/pox", .profile = "extra" },
	{ .name = "kathara/openvswitch", .profile = "extra" },
	{ .name = "debian", .profile = "base" },
	{ .name = "default", .profile = "base" },
};

/* If no image of @profile exists, the first existing image in @instead is used. */
static const struct { const char *profile, *instead[4]; } stand_ins[] = {
	{ .profile = "base", .instead = { "debian-12", "minimal" } },
	{ .profile = "extra", .instead = { "base", "debian-12" } },
	{ .profile = "dev", .instead = { "base", "debian-12" } },
	{ .profile = "minimal", .instead = { "debian-12" } },
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
	/* A published image's name is a link to a file that never changes, as overlays need. */
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

static bool stand_in_open(const char *profile, struct image *image)
{
	for (size_t i = 0; i < sizeof(stand_ins) / sizeof(*stand_ins); i++) {
		if (strcmp(stand_ins[i].profile, profile))
			continue;
		for (int j = 0; j < 4 && stand_ins[i].instead[j]; j++)
			if (open_anywhere(stand_ins[i].instead[j], image))
				return true;
	}
	return false;
}

int image_find(const char *name, struct image *image, char **reason)
{
	const char *profile = image_alias(name);
	char *recipe;

	if (open_anywhere(name, image) || (profile && open_anywhere(profile, image)))
		return 0;
	if (!profile)
		profile = name;
	if (stand_in_open(profile, image)) {
		tell_detail(_("there is no image %s; using %s instead"), profile, image->name);
		return 0;
	}
	recipe = strchr(profile, '/') ? NULL : image_recipe(profile);
	if (recipe) {
		tell_note(_("the image %s does not exist yet; building it, which takes minutes"),
			  profile);
		if (image_build(recipe, profile, NULL, reason))
			return -EIO;
		if (open_anywhere(profile, image))
			return 0;
	}
	*reason = txt_printf(_("there is no image %s; 'umlab image list' shows all images, "
			       "'umlab image build %s' builds it"), name, profile);
	return -ENOENT;
}

/* Adds the names of the images in a folder, but not NAME@HASH, to which published names link. */
static void folder_names(const char *folder, struct words *names)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *name;

		if (!txt_ends(entry->d_name, ".img") || strchr(entry->d_name, '@'))
			continue;
		name = txt_copy_part(entry->d_name, strlen(entry->d_name) - strlen(".img"));
		if (!words_have(names, name))
			words_add(names, name);
		free(name);
	}
	if (dir)
		closedir(dir);
}

int image_list(struct image **images)
{
	struct words folders = { 0 }, names = { 0 };

	*images = NULL;
	where_image_folders(&folders);
	for (int i = 0; i < folders.nr; i++)
		folder_names(folders.at[i], &names);
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
