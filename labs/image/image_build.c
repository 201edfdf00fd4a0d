// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_build.c - build images from recipes
 *
 * Called by `umlab image build`, and by image_find() when an image is first used. The work is
 * done by image/build.sh, which needs no root.
 *
 * An ordinary user's images are in where_images(); downloads and unfinished steps are in
 * where_cache(). Root builds images for all users, in /var/cache/umlab/images, where each user's
 * umlab looks for them (where.c). Root's downloads are in /var/cache/umlab too.
 */
#include "image/image_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/tell.h"
#include "base/where.h"

static const char recipe_ending[] = ".packages";

char *image_recipe(const char *name)
{
	char *path;

	if (strchr(name, '/') || txt_ends(name, recipe_ending))
		return file_exists(name) ? txt_copy(name) : NULL;
	path = where_lib(txt_printf("profiles/%s%s", name, recipe_ending));
	return file_exists(path) ? path : NULL;
}

char *image_build_name(const char *recipe, const char *suite)
{
	const char *slash = strrchr(recipe, '/'), *base = slash ? slash + 1 : recipe;
	size_t size = strlen(base);

	if (txt_ends(base, recipe_ending))
		size -= strlen(recipe_ending);
	return suite ? txt_printf("%.*s-%s", (int)size, base, suite) : txt_copy_part(base, size);
}

char *image_build_path(const char *name, const char *ending)
{
	return txt_printf("%s/%s.%s", where_shared() ? where_shared() : where_images(), name,
			  ending);
}

static char *work_folder(const char *name)
{
	return txt_printf("%s/build/%s", where_cache(), name);
}

void image_build_forget(const char *name)
{
	tree_remove(work_folder(name));
}

/* Finds a file that is installed with the command; in a checkout it is next to the kernel. */
static char *kernel_part(const char *name)
{
	const char *kernel = where_kernel();
	char *installed = where_lib(name);

	if (file_exists(installed))
		return installed;
	free(installed);
	return txt_printf("%.*s/%s", (int)(strrchr(kernel, '/') - kernel), kernel, name);
}

/* Returns DIR for the kernel's modules, which build.sh expects in DIR/lib/modules. */
static char *modules_folder(const char *work)
{
	char *modules = kernel_part("modules"), *link;

	if (!file_exists(modules) || file_exists(txt_printf("%s/lib/modules", modules)))
		return modules;
	link = txt_printf("%s/modules/lib/modules", work);
	dir_make(txt_printf("%s/modules/lib", work), 0700);
	unlink(link);
	return symlink(modules, link) ? modules : txt_printf("%s/modules", work);
}

int image_build(const char *recipe, const char *name, const char *suite, char **reason)
{
	const char *disk_tool = where_tool("umlab-disk");
	char *work = work_folder(name), *image = image_build_path(name, "img"), *modules;
	int status, error = dir_make(work, 0700);

	if (!error && where_shared())
		error = dir_make(where_shared(), 0755);
	if (error) {
		*reason = txt_printf(_("%s: cannot create this folder: %s"), work,
				     strerror(-error));
		return error;
	}
	modules = modules_folder(work);

	/* Show progress on standard error, because a program may read standard output. */
	const char *const command[] = {
		"/bin/sh", "-c", "exec \"$@\" >&2", "sh",
		where_lib("image/build.sh"), "--packages", recipe, "--output", image,
		"--work", work, "--kernel", where_kernel(), "--headers", kernel_part("headers.tar"),
		"--rewrite", where_lib("image-rewrite"), "--suite", suite ? suite : "bookworm",
		file_exists(modules) ? "--modules" : NULL, modules, NULL
	};
	const char *const seal[] = { disk_tool, "seal", image, NULL };

	status = spawn_here(command);
	if (status) {
		*reason = txt_printf(_("%s: the image could not be built (status %d); "
				       "build it again to continue"), name, status);
		return -EIO;
	}
	/* Seal the image, so that a new machine need not read all of the image to identify it. */
	return disk_tool ? spawn_quietly(seal, reason) : 0;
}
