/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * file.h - tell which descriptors have flags that other processes share
 *
 * The host_file_*() calls for kernel code are declared in um/host.h.
 */
#ifndef UM_HOST_FILE_H
#define UM_HOST_FILE_H

#include <um/types.h>

/*
 * host_file_shared - do other processes share the flags of @fd? See host_file_inherit().
 * Any thread.
 */
bool host_file_shared(int fd);

#endif /* UM_HOST_FILE_H */
