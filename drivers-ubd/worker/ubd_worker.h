/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ubd_worker.h - the contract between the disk driver and the host threads that work for it
 *
 * kernel/ is kernel code. The driver fills a struct ubd_io and submits the request; a worker thread
 * carries the request out; the driver collects it in an interrupt. worker/ is host-world code: it
 * includes no kernel header and calls only host_* and cow_* functions. The two sides share only
 * this header, so it may use nothing but fixed-width types.
 *
 * Ownership: from ubd_worker_submit() until ubd_worker_collect() returns it, a request and the
 * memory that it points at belong to the worker.
 */
#ifndef UBD_WORKER_H
#define UBD_WORKER_H

#include <um/host.h>

enum {
	UBD_DISKS = 16,
	UBD_DEPTH = 64,			/* requests in flight for each disk */
	UBD_SEGMENTS = 64,		/* pieces of memory in one request */
};

enum ubd_op {
	UBD_READ,
	UBD_WRITE,
	UBD_ZERO,
	UBD_DISCARD,
	UBD_FLUSH,
	UBD_CALL,			/* run one of the jobs below: open, close, grow ... */
};

struct cow_chain;
struct ubd_store;

struct ubd_io {
	struct ubd_io *next;		/* list of finished requests */
	struct ubd_store *store;
	enum ubd_op op;
	int (*call)(void *arg);		/* UBD_CALL: a ubd_job_*() function */
	void *arg;
	bool durable;			/* write, zero: reach stable storage before completion */
	int error;			/* result: 0 or -errno */
	uint64_t offset;
	uint64_t size;
	unsigned int nr_vec;
	struct host_iovec vec[UBD_SEGMENTS];	/* the store may change the entries */
};

/*
 * The operations of a store, which keeps the sectors of a disk: ubd_chain.c, or the store of a
 * test. Each call transfers everything or returns -errno. Calls run on any worker, several at a
 * time.
 * read_now, write_now - read or write on the machine's own thread. Return -EAGAIN instead of
 *	waiting; the request then goes to a worker.
 * zero, discard - make the range read as zero. discard may return -EOPNOTSUPP.
 * sync - move everything written before the call to stable storage. One call at a time. -ENOSPC
 *	and -EDQUOT: no data has been lost, and a later sync may succeed. Any other error means that
 *	data may have been lost.
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
	struct cow_chain *chain;	/* of ubd_chain.c; opaque to kernel/ */

	/* Set by ubd_job_open() and ubd_job_grow(). */
	uint64_t size;			/* of the disk in bytes, whole sectors */
	uint32_t discard_granularity;	/* bytes; 0: the store cannot discard */
	bool leased;			/* needs ubd_job_beat() every UBD_BEAT_SECONDS */

	/* Used on the machine's thread only. */
	bool never_now;			/* read_now cannot succeed on this file */
	uint64_t slow_until;		/* no write_now before this host_time_now() */
	uint64_t hold_off;		/* length of the last such pause in ns; 0: none recently */

	/* Private to ubd_worker.c. */
	uint32_t sync_lock;
	uint32_t sync_begun;		/* number of syncs begun; changes under sync_lock */
	int sync_error;			/* of the last sync; stays once data may have been lost */
};

/* ---- ubd_worker.c: requests; called on the machine's thread --------------------- */

/* ubd_worker_start - start the threads; later calls do nothing. 0 or -errno. */
int ubd_worker_start(void);

/*
 * ubd_worker_submit - hand @io to the workers. Called with interrupts off. At most UBD_DISKS *
 *	UBD_DEPTH requests and UBD_DISKS calls may be outstanding.
 * ubd_worker_kick - make sure that a worker looks at the submitted requests. Called after one or
 *	more ubd_worker_submit().
 */
void ubd_worker_submit(struct ubd_io *io);
void ubd_worker_kick(void);

/* ubd_worker_collect - return the finished requests, oldest first, linked by ->next, or NULL. */
struct ubd_io *ubd_worker_collect(void);

/* ---- ubd_job.c: functions for ubd_io.call; each runs on a worker thread ------------ */

enum {
	UBD_TEXT_SIZE = 1200,		/* one message */
	UBD_NOTES_SIZE = 2048,		/* several lines */
	UBD_BEAT_SECONDS = 30,		/* between two ubd_job_beat() */
};

struct ubd_open_job {
	/* In. */
	struct ubd_store *store;
	const char *path;
	const char *base;		/* file below the overlay; NULL: none was named */
	bool read_only;
	bool shared;			/* other machines may have the file open: take no lock */
	bool raw;			/* a raw disk even if the file looks like an overlay */

	/* Out. */
	bool created;			/* the file did not exist: an overlay has been created */
	bool fell_back;			/* opened read-only, because writing is not allowed */
	uint64_t file_size;		/* bytes, before rounding down to whole sectors */
	char error[UBD_TEXT_SIZE];	/* why the job failed */
	char why_fell_back[UBD_TEXT_SIZE];
	char notes[UBD_NOTES_SIZE];	/* lines that the user should see */
};

struct ubd_grow_job {
	struct ubd_store *store;
	uint64_t size;			/* bytes; 0: the current size of the raw file */
	char error[UBD_TEXT_SIZE];	/* out: why the job failed */
};

/*
 * ubd_job_open - open, or create, the file and fill the store. @arg: struct ubd_open_job.
 * ubd_job_close - close the store, and mark a layer clean. @arg: struct ubd_store.
 * ubd_job_beat - renew the lease. @arg: struct ubd_store. -ESTALE: another process broke the
 *	lease and may be writing; from here on the store refuses to write.
 * ubd_job_grow - grow the disk. @arg: struct ubd_grow_job. No request may be under way.
 */
int ubd_job_open(void *arg);
int ubd_job_close(void *arg);
int ubd_job_beat(void *arg);
int ubd_job_grow(void *arg);

#endif /* UBD_WORKER_H */
