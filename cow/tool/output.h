/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - a result file that appears under its name when it is complete
 */
#ifndef TOOL_OUTPUT_H
#define TOOL_OUTPUT_H

#include <stdbool.h>

#include "base/status.h"

/*
 * output_begin - the name under which the file that will become @path is written. A leftover file
 * of that name is removed. The name is valid until the next call.
 */
const char *output_begin(const char *path);

/* output_publish - rename the file to @path. Without @replace an existing @path is an error. */
enum status output_publish(const char *path, bool replace);

/* output_drop - remove an unfinished file; main() calls this at the end. */
void output_drop(void);

/* output_is_free - report an error and return false if @path exists. */
bool output_is_free(const char *path);

#endif /* TOOL_OUTPUT_H */
