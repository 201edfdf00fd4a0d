/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_worker.h - disk requests, carried out by host threads
 *
 * ubd.c fills a struct ubd_io and submits it; a worker thread carries it out through
 * the operations of the disk's store; ubd.c collects it again in an interrupt. Between
 * submit and collect the request and its memory belong to the worker.
 */
#ifndef UBD_WORKER_H
#define UBD_WORKER_H

#include <um/host.h>

enum {
	UBD_DEPTH = 64,			/* requests in flight for each disk */
	UBD_SEGMENTS = 64,		/* pieces of memory in one request */
};

enum ubd_op {
	UBD_READ,
	UBD_WRITE,
	UBD_ZERO,
	UBD_DISCARD,
	UBD_FLUSH,
	UBD_CALL,			/* a function of the driver's: open, close, grow ... */
};

struct cow_chain;
struct ubd_store;

struct ubd_io {
	struct ubd_io *next;		/* list of finished requests */
	struct ubd_store *store;
	enum ubd_op op;
	int (*call)(void *arg);		/* UBD_CALL; runs under the rules of ubd_worker.c */
	void *arg;
	bool durable;			/* write, zero: on stable storage before it is done */
	int error;			/* result: 0 or -errno */
	uint64_t offset;
	uint64_t size;
	unsigned int nr_vec;
	struct host_iovec vec[UBD_SEGMENTS];	/* may be used up by the store */
};

/*
 * Where the sectors of a disk are kept: ubd_chain.c, or the store of a test. Each call
 * transfers all or returns -errno. They run on any worker, several at a time, in code
 * that must not touch the kernel (ubd_worker.c). read_now and write_now run on the
 * machine's thread and return -EAGAIN rather than wait; the request then goes to a worker.
 * After zero and discard the range reads as zero; discard may return -EOPNOTSUPP.
 * sync: all that was written before the call is on stable storage. One at a time.
 * -ENOSPC and -EDQUOT: not yet, nothing is lost; any other error: something may be.
 */
struct ubd_store_ops {
	int (*read)(struct ubd_store *store, struct ubd_io *io);
	int (*read_now)(struct ubd_store *store, struct ubd_io *io);
	int (*write)(struct ubd_store *store, struct ubd_io *io);
	int (*write_now)(struct ubd_store *store, struct ubd_io *io);
	int (*zero)(struct ubd_store *store, uint64_t offset, uint64_t size);
	int (*discard)(struct ubd_store *store, uint64_t offset, uint64_t size);
	int (*sync)(struct ubd_store *store);
};

struct ubd_store {
	const struct ubd_store_ops *ops;
	struct cow_chain *chain;
	bool never_now;			/* read_now is not worth the attempt */
	uint64_t slow_until;		/* no write_now before; host_time_now() */
	uint64_t hold_off;		/* how long that lasted the last time; 0: it is forgotten */
	uint64_t size;			/* of the disk, whole sectors */

	/* Private to ubd_worker.c. */
	uint32_t sync_lock;
	uint32_t sync_begun;		/* how many syncs have begun; changes under sync_lock */
	int sync_error;			/* of the first sync that lost something, for good */
};

/* ubd_chain.c: @store keeps its sectors in @chain. */
void ubd_chain_init(struct ubd_store *store, struct cow_chain *chain);

/*
 * ubd_now - on the machine's thread: carry @io out if that takes one copy and no waiting;
 * its result is in ->error. false: it is as before, but a read's pieces may be used up.
 */
bool ubd_now(struct ubd_io *io);

/* ubd_worker_start - start the threads; later calls do nothing. */
int ubd_worker_start(void);

/*
 * ubd_worker_submit - hand @io over; interrupts off. At most UBD_DISKS * UBD_DEPTH
 * requests and UBD_DISKS calls may be out. ubd_worker_kick - after one or more submits: somebody looks at them now.
 */
void ubd_worker_submit(struct ubd_io *io);
void ubd_worker_kick(void);

/* ubd_worker_collect - the finished requests, oldest first, linked by ->next; or NULL. */
struct ubd_io *ubd_worker_collect(void);

#endif /* UBD_WORKER_H */
