// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_image.c - umlab image ...: build, list, info, import, layer, update, remove
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. Work that needs root
 * runs in a guest, whose root has no rights on the host. labs/image/build.sh builds images from
 * packages. Import unpacks a tar file, a folder or the layers of a container image onto a new disk,
 * inside a machine that is created for this purpose only.
 *
 * This file is longer than 500 lines because it contains the help of its verbs too.
 */
#include "cli/verbs_image.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/jsontext.h"
#include "base/name.h"
#include "base/progress.h"
#include "base/spawn.h"
#include "base/table.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/json_print.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "image/image.h"
#include "image/image_build.h"
#include "machine/disk.h"
#include "machine/machine.h"
#include "machine/machine_end.h"
#include "machine/machine_start.h"
#include "machine/machine_wait.h"
#include "machine/session.h"

static char *own_path(const char *name, const char *ending)
{
	return txt_printf("%s/%s.%s", where_images(), name, ending);
}

static void want_name(const struct verb_args *args, const char *name)
{
	if (!name_valid(name))
		die_usage(args,
			  _("'%s' is not a valid image name; use up to %d of A-Z a-z 0-9 _ . -"),
			  name, NAME_LENGTH_MAX);
}

static void want_new(const struct verb_args *args, const char *name)
{
	want_name(args, name);
	if (file_exists(own_path(name, "img")) && !verb_flag(args, "force"))
		die(STATUS_FAILED, _("%s: the image already exists; --force replaces it"), name);
}

/* Ends the command if a machine uses the image: the machine's overlay needs the image unchanged. */
static void want_unused(const char *path)
{
	struct machines machines;

	machine_list(&machines, NULL);
	for (int i = 0; i < machines.nr; i++) {
		const char *base = conf_get(&machines.at[i].conf, "base");

		if (base && !strcmp(base, path))
			die(STATUS_FAILED,
			    _("%s: machine %s is based on this image; remove the machine first"),
			    path, machines.at[i].id);
	}
}

static enum status verb_image_list(const struct verb_args *args)
{
	static const char *const columns[] = { "IMAGE", ">SIZE", "MEMORY", "ABOUT", "FILE", NULL };
	struct table *table;
	struct image *images;
	int nr = image_list(&images);
	json_t *array = json_array();

	table = table_create(columns);
	for (int i = 0; i < nr; i++) {
		const char *about = conf_get(&images[i].info, "about");
		uint64_t size = file_allocated(images[i].path);
		const char *cells[] = {
			images[i].name, txt_size(size), image_memory(&images[i]), about,
			images[i].path
		};

		table_add(table, cells);
		json_array_append_new(array, json_pack("{s:o, s:o, s:o, s:o, s:I}",
			"name", jsontext_value(images[i].name),
			"file", jsontext_value(images[i].path),
			"memory", jsontext_value(image_memory(&images[i])),
			"about", jsontext_value(about),
			"size", (json_int_t)size));
	}
	if (verb_flag(args, "names"))
		for (int i = 0; i < nr; i++)
			clean_printf(stdout, "%s\n", images[i].name);
	else if (verb_flag(args, "json"))
		json_print(json_incref(array));
	else
		table_print(table);
	table_destroy(table);
	json_decref(array);
	return STATUS_OK;
}

static enum status verb_image_info(const struct verb_args *args)
{
	struct image image;

	find_image(args->words.at[0], &image);
	clean_printf(stdout, "%-10s %s\n%-10s %s\n%-10s %s\n", _("image"), image.name, _("file"),
		     image.path, _("size"), txt_size(file_allocated(image.path)));
	for (int i = 0; i < image.info.keys.nr; i++)
		clean_printf(stdout, "%-10s %s\n", image.info.keys.at[i], image.info.values.at[i]);
	return STATUS_OK;
}

/* ---- build ------------------------------------------------------------------------- */

static enum status verb_image_build(const struct verb_args *args)
{
	const char *suite = verb_value(args, "suite"), *name = verb_value(args, "name");
	char *recipe = image_recipe(args->words.at[0]), *reason;

	if (!recipe)
		die(STATUS_ABSENT,
		    _("%s: no such recipe; use minimal, base, dev, extra, or a file"),
		    args->words.at[0]);
	if (!name)
		name = image_build_name(recipe, suite);
	want_name(args, name);
	if (image_build(recipe, name, suite, &reason))
		die(STATUS_FAILED, "%s", reason);
	return STATUS_OK;
}

/* ---- the machine in which images are changed ---------------------------------------- */

static void helper_create(struct machine *machine, const char *purpose, const char *from)
{
	struct image image;

	machine_describe(machine, txt_printf("%s-%d", purpose, getpid()));
	find_image(from, &image);
	image_apply(&image, &machine->conf);
}

static void helper_start(struct machine *machine)
{
	char *reason = NULL;

	if (machine_save(machine) || machine_start(machine, &reason) < 0 ||
	    !machine_wait(machine, machine_has_started, 120) || !machine_runs(machine)) {
		machine_remove(machine);
		die(STATUS_FAILED, _("cannot start the machine that prepares the image: %s"),
		    reason ? reason : _("it ended or did not become ready"));
	}
}

static void helper_stop(const struct machine *machine)
{
	if (machine_stop(machine) || !machine_wait(machine, machine_has_stopped, 60))
		machine_kill(machine);
}

/* Moves a finished disk into the user's folder of images and seals it. */
static void disk_to_image(const char *disk, const char *name, const struct conf *info)
{
	char *path = own_path(name, "img"), *reason;
	int error;

	if (disk_seal(disk, &reason))
		die(STATUS_FAILED, _("%s: cannot seal the disk: %s"), disk, reason);
	if (rename(disk, path)) {
		error = file_copy(disk, path, image_copy_progress);
		if (error)
			die(STATUS_FAILED, _("%s: cannot write: %s"), path, strerror(-error));
	}
	chmod(path, 0444);
	conf_write(info, own_path(name, "info"));
	chmod(own_path(name, "info"), 0644);
}

/* ---- import ------------------------------------------------------------------------ */

/* Returns the path of a blob below the layout, or NULL unless @digest is one. */
static char *oci_blob(const char *digest)
{
	enum { DIGITS = 64 };

	if (!digest || !txt_starts(digest, "sha256:") || strlen(digest + 7) != DIGITS ||
	    strspn(digest + 7, "0123456789abcdef") != DIGITS)
		return NULL;
	return txt_printf("blobs/sha256/%s", digest + 7);
}

/* Adds the layers of the first image in an OCI layout, lowest first. */
static void oci_layers(const char *dir, struct words *layers)
{
	json_error_t error;
	json_t *index = json_load_file(txt_printf("%s/index.json", dir), 0, &error);
	json_t *first, *manifest, *list, *layer;
	const char *blob;
	size_t at;

	first = json_array_get(json_object_get(index, "manifests"), 0);
	blob = oci_blob(json_string_value(json_object_get(first, "digest")));
	if (!blob)
		die(STATUS_FAILED, _("%s/index.json: does not name an image"), dir);
	manifest = json_load_file(txt_printf("%s/%s", dir, blob), 0, &error);
	list = json_object_get(manifest, "layers");
	if (!json_array_size(list))
		die(STATUS_FAILED, _("%s: the image has no layers"), dir);
	json_array_foreach(list, at, layer) {
		blob = oci_blob(json_string_value(json_object_get(layer, "digest")));
		if (!blob)
			die(STATUS_FAILED, _("%s: the image has an invalid layer"), dir);
		words_add(layers, blob);
	}
}

/* Runs in the guest. Unpacks the archives $@ below /import; without archives, copies /import. */
static const char unpack_script[] =
	"set -e; mkfs.ext4 -q -F -L umlab-root /dev/ubdb; mount /dev/ubdb /mnt; cd /import; "
	"[ $# -gt 0 ] || tar -cf - . | tar -C /mnt --numeric-owner -xpf -; "
	"for layer; do tar -tf \"$layer\" | grep -E '(^|/)\\.wh\\.' | while IFS= read -r gone; do "
	"case $gone in */.wh..wh..opq|.wh..wh..opq) find \"/mnt/$(dirname \"$gone\")\" -mindepth "
	"1 -delete ;; "
	"*) rm -rf \"/mnt/$(dirname \"$gone\")/${gone##*.wh.}\" ;; esac; done; "
	"tar -C /mnt --numeric-owner --exclude='.wh.*' -xpf \"$layer\"; done; "
	"mkdir -p /mnt/proc /mnt/sys /mnt/dev /mnt/run /mnt/tmp; chmod 1777 /mnt/tmp; "
	"[ -x /mnt/bin/sh ] || [ -L /mnt/bin ] || { echo 'not a root file system: there is no "
	"/bin/sh' >&2; exit 1; }; "
	"[ -e /mnt/sbin/init ] || echo 'umlab: the system has no init; umlab provides one'; "
	"rm -f /mnt/etc/resolv.conf.umlab; [ ! -e /mnt/etc/fstab ] || sed -i 's/^[^#]/#&/' "
	"/mnt/etc/fstab; "
	"umount /mnt; sync";

static enum status import_tree(const char *source, const char *name, const char *size_text)
{
	struct machine machine;
	struct words layers = { 0 }, command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1,
					   .out_fd = STDERR_FILENO, .err_fd = STDERR_FILENO };
	struct conf info = { 0 };
	struct stat status;
	uint64_t size = 4ull << 30;
	char *path = realpath(source, NULL), *disk;
	const char *slash;
	int fd, result;

	if (size_text && !txt_size_parse(size_text, 1 << 20, &size))
		die(STATUS_USAGE, _("--size: '%s' is not a size"), size_text);
	stat(path, &status);
	helper_create(&machine, "import", "minimal");
	if (!S_ISDIR(status.st_mode)) {
		words_add(&layers, strrchr(path, '/') + 1);
		*strrchr(path, '/') = '\0';
	} else if (file_exists(txt_printf("%s/index.json", path)) &&
		   file_exists(txt_printf("%s/oci-layout", path))) {
		oci_layers(path, &layers);
	}
	conf_add(&machine.conf, "mount", txt_printf("ro:/import:%s", *path ? path : "/"));
	conf_add(&machine.conf, "append", "ubd1=new.img");
	disk = txt_printf("%s/new.img", machine.dir);
	dir_make(machine.dir, 0700);
	fd = open(disk, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, size))
		die(STATUS_FAILED, _("%s: cannot create: %s"), disk, strerror(errno));
	close(fd);
	tell_note(_("%s: unpacking in a machine"), source);
	helper_start(&machine);
	words_add(&command, "/bin/sh");
	words_add(&command, "-c");
	words_add(&command, unpack_script);
	words_add(&command, "sh");
	for (int i = 0; i < layers.nr; i++)
		words_add(&command, layers.at[i]);
	result = session_run(&machine, &request);
	helper_stop(&machine);
	if (!result) {
		slash = strrchr(source, '/');
		conf_add(&info, "about",
			 txt_printf("imported from %s", slash ? slash + 1 : source));
		disk_to_image(disk, name, &info);
	}
	machine_remove(&machine);
	if (result)
		die(STATUS_FAILED, _("%s: cannot be unpacked; no image was made"), source);
	return STATUS_OK;
}

static bool starts_with(const char *path, const char *magic, size_t size)
{
	char head[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && read(fd, head, sizeof(head)) > (ssize_t)size &&
		    !memcmp(head, magic, size);

	if (fd >= 0)
		close(fd);
	return same;
}

/* Is @path a disk without partitions, with ext2, ext3 or ext4? Those have 0xef53 at offset 1080. */
static bool is_ext(const char *path)
{
	unsigned char magic[2] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ext = fd >= 0 && pread(fd, magic, 2,
				    1080) == 2 && magic[0] == 0x53 && magic[1] == 0xef;

	if (fd >= 0)
		close(fd);
	return ext;
}

static enum status verb_image_import(const struct verb_args *args)
{
	const char *source, *name;
	struct conf info = { 0 };
	char *part, *reason;
	int error;

	source = args->words.at[0];
	name = args->words.at[1];
	want_new(args, name);
	if (!file_exists(source))
		die(STATUS_ABSENT, _("%s: no such file or folder"), source);
	part = txt_printf("%s/.import-%d", where_images(), getpid());
	if (starts_with(source, "QFI\xfb", 4)) {
		const char *command[] = { where_tool("umlab-disk"), "convert", "--to", "raw",
					  "--force", source, part, NULL };

		if (!command[0])
			die(STATUS_FAILED, _("umlab-disk is not installed"));
		if (spawn_quietly(command, &reason))
			die(STATUS_FAILED,
			    _("%s: qemu-img (package qemu-utils) cannot convert it: %s"),
			    source, reason);
	} else if (is_ext(source)) {
		error = file_copy(source, part, image_copy_progress);
		if (error)
			die(STATUS_FAILED, _("%s: cannot copy: %s"), source, strerror(-error));
	} else {
		return import_tree(source, name, verb_value(args, "size"));
	}
	if (!is_ext(part)) {
		unlink(part);
		die(STATUS_FAILED,
		    _("%s: not an ext4 file system without partitions; import a tar file of its "
		      "files instead"), source);
	}
	conf_add(&info, "about", txt_printf("imported from %s", source));
	disk_to_image(part, name, &info);
	return STATUS_OK;
}

/* Deletes what must differ between machines: SSH host keys, machine-id, the first boot's mark. */
static const char forget_script[] =
	"rm -rf /var/lib/umlab/configured /etc/ssh/ssh_host_* /var/log/umlab-early.log; : "
	">/etc/machine-id; sync";

/* ---- layer ------------------------------------------------------------------------- */

static enum status verb_image_layer(const struct verb_args *args)
{
	const char *from = verb_value(args, "from") ? : image_default(), *name;
	struct session_request request = { .command = &args->command, .in_fd = STDIN_FILENO,
					   .out_fd = STDOUT_FILENO, .err_fd = STDERR_FILENO };
	struct machine machine;
	struct conf info = { 0 };
	const char *mem;
	int result;

	name = args->words.at[0];
	want_new(args, name);
	helper_create(&machine, "layer", from);
	mem = conf_get(&machine.conf, "mem");
	helper_start(&machine);
	request.pty = isatty(STDIN_FILENO) && !args->command.nr;
	if (request.pty)
		tell_note(_("change the system; 'exit' saves it as image %s, 'exit 1' discards it"),
			  name);
	session_env(&machine, &request.env);
	result = session_run(&machine, &request);
	if (!result) {
		char *ignored;

		session_capture(&machine, forget_script, 30, &ignored);
	}
	helper_stop(&machine);
	if (!result) {
		conf_add(&info, "about", txt_printf("made from %s", from));
		conf_add(&info, "from", from);
		conf_add(&info, "mem", mem);
		disk_to_image(disk_path(&machine), name, &info);
	}
	machine_remove(&machine);
	if (result)
		die(STATUS_FAILED, _("the command ended with status %d; no image was made"),
		    result);
	return STATUS_OK;
}

/* ---- update ------------------------------------------------------------------------ */

static const char update_script[] =
	"export DEBIAN_FRONTEND=noninteractive; command -v apt-get >/dev/null || "
	"{ echo 'the image has no apt-get; give a command after --' >&2; exit 1; }; "
	"apt-get -q -o APT::Update::Error-Mode=any update && "
	"apt-get -q -y -o Dpkg::Options::=--force-confold dist-upgrade && "
	"apt-get -q -y autoremove && apt-get clean";

/*
 * Makes an updated image, which does not depend on the old image and replaces it through a rename.
 * An image that belongs to the site or the checkout stays unchanged: the user then gets a private
 * image with the same name, which takes precedence.
 */
static enum status verb_image_update(const struct verb_args *args)
{
	struct words command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1,
					   .out_fd = STDERR_FILENO, .err_fd = STDERR_FILENO };
	struct machine machine;
	struct image image;
	const char *name, *mem;
	char *path, *part, *reason, *ignored;
	int result;

	name = args->words.at[0];
	want_name(args, name);
	find_image(name, &image);
	path = own_path(image.name, "img");
	if (!strcmp(image.path, path))
		want_unused(path);
	helper_create(&machine, "update", image.name);
	mem = txt_copy(conf_get(&machine.conf, "mem"));
	/* Unpacking packages takes more memory than the machines of most images have. */
	conf_set(&machine.conf, "mem", "512M");
	if (where_tool("umlab-net"))
		conf_add(&machine.conf, "nic", "eth0=slirp");
	tell_note(_("%s: updating in a machine"), image.name);
	helper_start(&machine);
	if (args->command.nr) {
		request.command = &args->command;
	} else {
		words_add(&command, "/bin/sh");
		words_add(&command, "-c");
		words_add(&command, update_script);
	}
	result = session_run(&machine, &request);
	if (!result)
		session_capture(&machine, forget_script, 30, &ignored);
	helper_stop(&machine);
	part = txt_printf("%s/.update-%d", where_images(), getpid());
	if (!result && disk_flatten(disk_path(&machine), part, &reason)) {
		tell_error(_("%s: cannot write: %s"), part, reason);
		result = 1;
	}
	machine_remove(&machine);
	if (result) {
		unlink(part);
		die(STATUS_FAILED, _("the command ended with status %d; the image was not changed"),
		    result);
	}
	conf_set(&image.info, "from", NULL);
	conf_set(&image.info, "mem", mem);
	disk_to_image(part, image.name, &image.info);
	return STATUS_OK;
}

/* ---- remove ------------------------------------------------------------------------ */

static enum status verb_image_remove(const struct verb_args *args)
{
	for (int i = 0; i < args->words.nr; i++) {
		char *path, *info;

		want_name(args, args->words.at[i]);
		path = own_path(args->words.at[i], "img");
		info = own_path(args->words.at[i], "info");
		if (!file_exists(path)) {
			path = image_build_path(args->words.at[i], "img");
			info = image_build_path(args->words.at[i], "info");
		}
		if (!file_exists(path))
			die(STATUS_ABSENT, _("%s: there is no image %s of this user"),
			    where_images(), args->words.at[i]);
		want_unused(path);
		if (unlink(path))
			die(STATUS_FAILED, _("%s: cannot remove: %s"), path, strerror(errno));
		unlink(info);
		image_build_forget(args->words.at[i]);
	}
	return STATUS_OK;
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option image_build_options[] = {
	{ .name = "name", .value = "NAME",
	  .help = N_("Give the image this name"),
	  .preset = N_("the name of the recipe; with --suite, RECIPE-SUITE") },
	{ .name = "suite", .value = "SUITE",
	  .help = N_("Build from this Debian release, such as trixie"),
	  .preset = N_("bookworm, Debian 12") },
	{ 0 }
};

const struct verb image_build_verb = {
	.name = "image build",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]... RECIPE",
	.summary = N_("Build an image from packages"),
	.help = N_("RECIPE is minimal, base, dev, extra, or a file. Building needs no root. An "
		   "interrupted build continues where it stopped; building an image again does "
		   "nothing. Root builds for all users, below /var/cache/umlab. The images of "
		   "the recipes are also built when they are first used."),
	.options = image_build_options,
	.words = "=minimal|=base|=dev|=extra|file",
	.min_words = 1,
	.max_words = 1,
	.run = verb_image_build,
};

const struct verb image_update_verb = {
	.name = "image update",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]... IMAGE [-- COMMAND...]",
	.summary = N_("Bring the packages of an image up to date"),
	.help = N_("Runs apt-get, or COMMAND, in a machine with internet access. The new image "
		   "replaces the old one only if the command succeeds. An image that machines "
		   "are based on is not changed."),
	.words = "image",
	.min_words = 1,
	.max_words = 1,
	.command = VERB_COMMAND_DASHES,
	.run = verb_image_update,
};

static const struct verb_option image_list_options[] = {
	OPTION_JSON,
	OPTION_NAMES,
	{ 0 }
};

const struct verb image_list_verb = {
	.name = "image list",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]...",
	.summary = N_("List the images"),
	.options = image_list_options,
	.run = verb_image_list,
};

const struct verb image_info_verb = {
	.name = "image info",
	.group = GROUP_IMAGES,
	.usage = "IMAGE",
	.summary = N_("Show the properties of an image"),
	.words = "image",
	.min_words = 1,
	.max_words = 1,
	.run = verb_image_info,
};

static const struct verb_option image_import_options[] = {
	OPTION_FORCE(N_("Replace an image of this name")),
	{ .name = "size", .value = "SIZE",
	  .help = N_("Set the size of the disk, in MB or with a unit"), .preset = "4G" },
	{ 0 }
};

const struct verb image_import_verb = {
	.name = "image import",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]... FILE|DIR NAME",
	.summary = N_("Make an image from a tar file, folder, container image or disk"),
	.help = N_("A tar file (from OpenVZ, LXC, ...) or a folder holds a root file system. A "
		   "folder with index.json is an OCI image layout. A disk is a qcow2 or raw file "
		   "with an ext4 file system."),
	.options = image_import_options,
	.words = "file",
	.min_words = 2,
	.max_words = 2,
	.run = verb_image_import,
};

static const struct verb_option image_layer_options[] = {
	OPTION_FORCE(N_("Replace an image of this name")),
	{ .name = "from", .value = "IMAGE", .kind = "image",
	  .help = N_("Start from this image"), .preset = N_("'image' of umlab.conf, else base") },
	{ 0 }
};

const struct verb image_layer_verb = {
	.name = "image layer",
	.group = GROUP_IMAGES,
	.usage = "[OPTION]... NAME [-- COMMAND...]",
	.summary = N_("Make an image by changing another one in a shell"),
	.help = N_("Opens a shell, or runs COMMAND, in a machine of the image. If it ends with "
		   "status 0, the changed disk becomes the image NAME."),
	.options = image_layer_options,
	.min_words = 1,
	.max_words = 1,
	.command = VERB_COMMAND_DASHES,
	.run = verb_image_layer,
};

const struct verb image_remove_verb = {
	.name = "image remove",
	.group = GROUP_IMAGES,
	.usage = "IMAGE...",
	.summary = N_("Remove images of this user"),
	.help = N_("An image that machines are based on is not removed."),
	.words = "image...",
	.min_words = 1,
	.max_words = -1,
	.run = verb_image_remove,
};
