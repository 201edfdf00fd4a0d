// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_option.c - parse ubd<n>[letters]=FILE[,BASE][,flag]...
 *
 * The letters after the number are the classic short spellings of the flags. A second word
 * that is not a flag names the base; the driver then creates FILE if FILE does not exist.
 *
 * This parser reads strings and fills a struct. kernel/boot/boot_options.c calls it
 * (asm/um_option.h) before memory can be allocated. ubd_disks.c parses the option again when it
 * adds the disk.
 */
#include "kernel/ubd_option.h"

#include <linux/build_bug.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <asm/um_option.h>
#include "worker/ubd_worker.h"

static const struct ubd_flag {
	char letter;
	const char *word;
	size_t offset;
	bool value;
} ubd_flags[] = {
	{ .letter = 'r', .word = "ro", .value = true,
	  .offset = offsetof(struct ubd_option, read_only) },
	{ .word = "rw", .value = false, .offset = offsetof(struct ubd_option, read_only) },
	{ .letter = 's', .word = "sync", .value = true,
	  .offset = offsetof(struct ubd_option, sync) },
	{ .letter = 'c', .word = "shared", .value = true,
	  .offset = offsetof(struct ubd_option, shared) },
	{ .letter = 'd', .word = "nocow", .value = true,
	  .offset = offsetof(struct ubd_option, raw) },
	{ .letter = 't', .word = "nodiscard", .value = true,
	  .offset = offsetof(struct ubd_option, no_discard) },
};

static void flag_apply(const struct ubd_flag *flag, struct ubd_option *option)
{
	*(bool *)((char *)option + flag->offset) = flag->value;
}

/* Parse "0", "15", "a" or "p" and advance *@name past it. */
static int parse_index(const char **name, unsigned int *index)
{
	const char *s = *name;

	if (isdigit(*s)) {
		for (*index = 0; isdigit(*s) && *index < UBD_DISKS; s++)
			*index = *index * 10 + (*s - '0');
	} else if (islower(*s)) {
		*index = *s++ - 'a';
	} else {
		return -ENOENT;
	}
	if (*index >= UBD_DISKS)
		return -EINVAL;
	*name = s;
	return 0;
}

static int parse_letter(char letter, struct ubd_option *option)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ubd_flags); i++) {
		if (ubd_flags[i].letter == letter) {
			flag_apply(&ubd_flags[i], option);
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_serial(const char *text, size_t size, struct ubd_option *option)
{
	size_t i;

	if (!size || size >= UBD_SERIAL_SIZE)
		return -EINVAL;
	for (i = 0; i < size; i++)
		if (!isgraph(text[i]) || text[i] == '/')
			return -EINVAL;
	memcpy(option->serial, text, size);
	option->serial[size] = 0;
	return 0;
}

static int parse_word(const char *word, size_t size, struct ubd_option *option)
{
	static const char serial[] = "serial=";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ubd_flags); i++) {
		if (strlen(ubd_flags[i].word) == size &&
		    !strncmp(ubd_flags[i].word, word, size)) {
			flag_apply(&ubd_flags[i], option);
			return 0;
		}
	}
	if (size > strlen(serial) && !strncmp(word, serial, strlen(serial)))
		return parse_serial(word + strlen(serial), size - strlen(serial), option);
	return -EINVAL;
}

/* A base has a dot or a slash in its name, so that a misspelt flag is never taken for one. */
static bool is_path(const char *word, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (word[i] == '.' || word[i] == '/')
			return true;
	return false;
}

int ubd_option_parse(const char *name, const char *value, struct ubd_option *result,
		     const char **why)
{
	struct ubd_option option = { };
	int error;

	if (strncmp(name, "ubd", 3))
		return -ENOENT;
	name += 3;
	error = parse_index(&name, &option.index);
	if (error) {
		*why = "disks are ubd0 to ubd15";
		return error;
	}
	for (; *name; name++) {
		if (parse_letter(*name, &option)) {
			*why = "letters after the number are r, s, c, d, t";
			return -EINVAL;
		}
	}

	option.path = value;
	option.path_size = value ? strcspn(value, ",") : 0;
	if (!option.path_size) {
		*why = "the name of the file is missing";
		return -EINVAL;
	}
	value += option.path_size;
	while (*value) {
		size_t size = strcspn(++value, ",");

		if (parse_word(value, size, &option)) {
			if (value == option.path + option.path_size + 1 && is_path(value, size)) {
				option.base = value;
				option.base_size = size;
				value += size;
				continue;
			}
			*why = "flags are ro, rw, sync, nocow, shared, nodiscard, serial=TEXT; "
			       "a base has a dot or a slash in its name";
			return -EINVAL;
		}
		value += size;
	}
	*result = option;
	return 0;
}

const char *ubd_option_error(const char *name, const char *value)
{
	struct ubd_option option;
	const char *why = NULL;

	return ubd_option_parse(name, value, &option, &why) == -EINVAL ? why : NULL;
}

int ubd_check_option(const char *name, const char *value)
{
	struct ubd_option option;
	const char *why;

	return ubd_option_parse(name, value, &option, &why);
}

bool ubd_option_has_base(const char *value)
{
	struct ubd_option option;
	const char *why;

	return !ubd_option_parse("ubd0", value, &option, &why) && option.base;
}
