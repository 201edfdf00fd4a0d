// SPDX-License-Identifier: GPL-2.0-only
/*
 * ubd_control.c - add, remove and grow disks while the machine runs
 *
 *   linux ... diskctl=PATH      a socket; `umlab-disk machine PATH COMMAND` connects to it
 *
 * Commands are `add ubd1=FILE,flags`, `remove ubd1`, `grow ubd0 [BYTES]` and `list`.
 * The control module of asm/um_control.h reads the lines and calls the functions below in task
 * context.
 */
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/um_control.h>
#include "kernel/ubd_disk.h"
#include "kernel/ubd_disks.h"

static char *control_path;

static int __init control_setup(char *path)
{
	control_path = path;
	return 1;
}
__setup("diskctl=", control_setup);

/* Returns the number that "ubd3" or "ubdd" stands for, or -EINVAL. */
static int parse_disk(const char *word)
{
	unsigned int index;

	if (!word || strncmp(word, "ubd", 3))
		return -EINVAL;
	word += 3;
	if (islower(word[0]) && !word[1])
		index = word[0] - 'a';
	else if (kstrtouint(word, 10, &index))
		return -EINVAL;
	return index < UBD_DISKS ? index : -EINVAL;
}

static void command_list(struct um_control *control, char *word, char *rest)
{
	unsigned int i;

	for (i = 0; i < UBD_DISKS; i++) {
		const struct ubd_disk *ubd = ubd_disks_get(i);

		if (ubd)
			um_control_answer(control, "ubd%u %s %llu %s %s\n", i, ubd->name,
					  ubd->store.size,
					  ubd->option.read_only ? "ro" : "rw", ubd->path);
	}
	um_control_answer(control, "ok\n");
}

static void command_add(struct um_control *control, char *setting, char *rest)
{
	int error;

	if (!setting || strncmp(setting, "ubd", 3)) {
		um_control_answer(control, "error: add ubdN=FILE[,BASE][,flag]...\n");
		return;
	}
	error = ubd_disks_add(setting + 3);
	if (error == -EBUSY)
		um_control_answer(control, "error: there is such a disk already\n");
	else if (error)
		um_control_answer(control,
				  "error: no disk (error %d); the machine's log says why\n",
				  -error);
	else
		um_control_answer(control, "ok\n");
}

static void command_remove(struct um_control *control, char *word, char *rest)
{
	int index = parse_disk(word), error;

	error = index < 0 ? index : ubd_disks_remove(index);
	if (error == -EBUSY)
		um_control_answer(control,
				  "error: the guest has it open (mounted, swap, a program)\n");
	else if (error)
		um_control_answer(control, "error: no such disk\n");
	else
		um_control_answer(control, "ok\n");
}

static void command_grow(struct um_control *control, char *word, char *size_word)
{
	char why[UBD_WHY_SIZE] = "no such disk";
	int index = parse_disk(word);
	u64 size = 0;

	if (size_word) {
		char *end;

		size = memparse(size_word, &end);
		if (*end || !size) {
			um_control_answer(control, "error: '%s' is not a size\n", size_word);
			return;
		}
	}
	if (index < 0 || ubd_disks_grow(index, size, why))
		um_control_answer(control, "error: %s\n", why);
	else
		um_control_answer(control, "ok\n");
}

static const struct um_control_verb verbs[] = {
	{ .name = "list", .carry_out = command_list },
	{ .name = "add", .carry_out = command_add },
	{ .name = "remove", .carry_out = command_remove },
	{ .name = "grow", .carry_out = command_grow },
	{}
};

static struct um_control control = { .name = "diskctl", .verbs = verbs };

static int __init control_init(void)
{
	return control_path ? um_control_start(&control, control_path) : 0;
}
late_initcall(control_init);
