/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hostfs_calls.h - carry out one request of the kernel process
 */
#ifndef UM_HOSTFS_CALLS_H
#define UM_HOSTFS_CALLS_H

#include "hostfs/hostfs_wire.h"

/* What a request takes and gives. */
struct hostfs_call {
	const struct hostfs_request *request;
	const char *data;		/* request->data_size bytes; a zero follows them */
	struct hostfs_reply *reply;
	char *answer;			/* room for HOSTFS_DATA_SIZE bytes */
	int fd;				/* to pass on and then close; -1: none */
};

/* hostfs_request_good - is a message of @size bytes a request that can be carried out? */
bool hostfs_request_good(const struct hostfs_request *request, size_t size);

/* hostfs_call_run - carry out call->request, which is good, and fill the rest of @call. */
void hostfs_call_run(struct hostfs_call *call);

#endif /* UM_HOSTFS_CALLS_H */
