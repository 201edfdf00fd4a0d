/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - make a result file appear under its name only when it is complete
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdbool.h>

#include "base/status.h"

/*
 * output_begin - return the name under which to write the file that will become @path, and remove
 * a leftover file of this name. The name is valid until the next call.
 */
const char *output_begin(const char *path);

/* output_publish - rename the file to @path. Without @replace an existing @path is an error. */
enum status output_publish(const char *path, bool replace);

/* output_drop - remove an unfinished file; main() calls this at the end. */
void output_drop(void);

/* output_is_free - report an error and return false if @path exists. */
bool output_is_free(const char *path);

#endif /* TOOL_OUTPUT_H */
