// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-snapshot.c - test the tree of a machine's snapshots (labs/machine/snapshot.c)
 *
 * Disks are small files. The test runs without umlab-disk, so an overlay is a plain copy.
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "base/files.h"
#include "base/where.h"
#include "machine/disk.h"
#include "machine/snapshot.h"
#include "scratch.h"

static struct machine machine;

static const struct snapshot *find(const char *name)
{
	static struct snapshot *all;
	int nr = snapshot_list(&machine, &all);

	for (int i = 0; i < nr; i++)
		if (!strcmp(all[i].name, name))
			return &all[i];
	return NULL;
}

static bool parent_is(const char *name, const char *parent)
{
	const struct snapshot *one = find(name);

	return one && (parent ? one->parent && !strcmp(one->parent, parent) : !one->parent);
}

static bool current_is(const char *name)
{
	const char *current = snapshot_current(&machine);

	return name ? current && !strcmp(current, name) : !current;
}

static bool save(const char *name, const char *about)
{
	char *reason = NULL;

	return !snapshot_save(&machine, name, about, &reason);
}

static void tree(void)
{
	struct snapshot *all;

	ok(!snapshot_list(&machine, &all) && current_is(NULL), "a new machine has no snapshots");
	ok(save("a", NULL) && parent_is("a", NULL) && current_is("a"),
	   "the first snapshot has no parent and becomes the current one");
	ok(save("b", "two\nlines") && parent_is("b", "a"),
	   "the next snapshot has the first one as its parent");
	ok(!strcmp(find("b")->about, "two lines") && find("b")->when > 0,
	   "a snapshot has its text on one line and its time");
	ok(!snapshot_current_set(&machine, "a") && save("c", NULL) && parent_is("c", "a"),
	   "saving after going back makes a branch");
	ok(!snapshot_current_set(&machine, "b") && save("d", NULL) && parent_is("d", "b"),
	   "a branch can start at each snapshot");
	ok(!snapshot_delete(&machine, "b") && parent_is("d", "a") && !find("b"),
	   "children of a deleted snapshot become children of its parent");
	ok(!file_exists(snapshot_path(&machine, "b", "disk")),
	   "deleting a snapshot removes its disk");
	ok(!snapshot_delete(&machine, "d") && current_is("a"),
	   "after the current snapshot is deleted its parent becomes current");
	ok(!snapshot_delete(&machine, "a") && parent_is("c", NULL) && current_is(NULL),
	   "children of a deleted first snapshot have no parent");
	ok(!snapshot_delete(&machine, "missing") && find("c"),
	   "deleting a missing snapshot succeeds");
}

static void bad_files(void)
{
	char *path = snapshot_path(&machine, "odd", "conf"), *reason = NULL;
	struct snapshot *all;

	scratch_write(path, "parent=odd\nwhen=99999999999999999999\0x", 38);
	ok(parent_is("odd", "odd"), "a snapshot that is its own parent is listed");
	ok(!snapshot_delete(&machine, "odd") && !find("odd"),
	   "a snapshot that is its own parent can be deleted");
	scratch_write(path, "\0\0\0", 3);
	ok(find("odd") && !find("odd")->parent && !find("odd")->when,
	   "a snapshot with an empty description is listed");
	unlink(path);
	ok(snapshot_list(&machine, &all) == 1, "other files are not listed as snapshots");
	unlink(disk_path(&machine));
	conf_set(&machine.conf, "base", "/nowhere");
	ok(snapshot_save(&machine, "none", NULL, &reason) == -ENOENT &&
	   strstr(reason, "/nowhere") && !find("none"),
	   "saving without a disk fails with a reason and leaves no snapshot");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	char *reason;

	scratch_make();
	if (where_folders_make(&reason))
		return 125;
	scratch_write_text("base.img", "content");
	machine_describe(&machine, "m1");
	conf_set(&machine.conf, "base", txt_printf("%s/base.img", scratch_path));
	machine_save(&machine);
	tree();
	bad_files();
	return tap_done();
}
