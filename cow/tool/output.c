// SPDX-License-Identifier: GPL-2.0-only
/*
 * output.c - make a result file appear under its name only when it is complete
 *
 * A verb writes NAME.new and publishes it as its last step. If the verb fails or is interrupted,
 * main() removes NAME.new. There is one such file at a time. Called by the verbs of umlab-disk
 * that write files, on the main thread.
 */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "io_posix.h"
#include "report.h"

static char unfinished[COW_PATH + 8];

const char *output_begin(const char *path)
{
	snprintf(unfinished, sizeof(unfinished), "%s.new", path);
	unlink(unfinished);
	return unfinished;
}

void output_drop(void)
{
	if (unfinished[0])
		unlink(unfinished);
	unfinished[0] = 0;
}

enum status output_publish(const char *path, bool replace)
{
	const struct cow_io *io = &cow_io_posix;
	int ret = replace ? io->rename(io, unfinished, path) : io->link(io, unfinished, path);

	/* Some file systems have no hard links. */
	if (!replace && (ret == -EPERM || ret == -EOPNOTSUPP) && access(path, F_OK))
		ret = io->rename(io, unfinished, path);
	if (!ret)
		ret = io->sync_folder(io, path);
	if (ret)
		report_error("%s: %s", path, cow_reason(ret));
	output_drop();
	return ret ? STATUS_FAILED : STATUS_OK;
}

bool output_is_free(const char *path)
{
	if (access(path, F_OK))
		return true;
	report_error("%s: exists already; remove it or choose another name", path);
	return false;
}
