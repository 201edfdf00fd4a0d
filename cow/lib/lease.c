// SPDX-License-Identifier: GPL-2.0-only
/*
 * lease.c - take leases: files that name a disk's writer where locks do not reach other hosts
 *
 * Theory of operation
 *
 * On NFS without lockd and on FUSE file systems a lock is seen only on the host that took it. There
 * a writer makes the lease FILE.umlab-lease, which only one process can make. The writer stores its
 * name in the lease and renews the lease every COW_LEASE_BEAT seconds. A process that finds a lease
 *   - of its own host takes the lease over if the holder has ended or the host has been rebooted;
 *   - of another host takes the lease over if the last renewal was more than COW_LEASE_STALE
 *     seconds ago. Both times are those of the file server: the current time is that of a probe
 *     file. So the clocks of the hosts do not matter.
 *
 * To take over a lease, a process first renames the file; if two processes try, only one rename
 * succeeds. If the renamed file turns out to be a newer lease, the process links the file back.
 *
 * Called by layer.c when a layer is opened and closed, and by the driver on a host thread for
 * renewals.
 */
#include "lease.h"

#include "crc32c.h"

struct lease_record {
	struct cow_disk_owner owner;
	uint8_t id[16];			/* random; distinguishes this lease from a later one */
	uint64_t beats;
	uint32_t reserved;
	uint32_t crc;
};

struct cow_lease {
	const struct cow_io *io;
	struct lease_record record;
	size_t path_size;
	char path[];
};

static uint32_t record_crc(const struct lease_record *record)
{
	return cow_crc32c(0, record, offsetof(struct lease_record, crc));
}

/*
 * Write seconds since 1970 as a date. Days are counted in 400-year cycles from 1 March of year 0.
 */
static void date_text(int64_t seconds, char *text, size_t size)
{
	int64_t days = seconds / 86400 + 719468, rest = seconds % 86400;
	int64_t cycle = days / 146097, day = days % 146097;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * day_of_year + 2) / 153;
	unsigned int day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
	unsigned int hour = rest / 3600, minute = rest / 60 % 60;

	month = month < 10 ? month + 3 : month - 9;
	year += cycle * 400 + (month <= 2);
	cow_text(text, size, "%U-%s%u-%s%u %s%u:%s%u UTC", (uint64_t)year,
		 month < 10 ? "0" : "", month, day_of_month < 10 ? "0" : "", day_of_month,
		 hour < 10 ? "0" : "", hour, minute < 10 ? "0" : "", minute);
}

void cow_owner_text(const struct cow_disk_owner *owner, char *text, size_t size)
{
	char date[32];

	date_text(owner->since < 0 ? 0 : owner->since, date, sizeof(date));
	cow_text(text, size, "process %U on host %s since %s", owner->pid, owner->host, date);
}

static int lease_write(const struct cow_io *io, int file, struct lease_record *record)
{
	int ret;

	record->crc = record_crc(record);
	ret = cow_io_write(io, file, record, sizeof(*record), 0);
	return ret ? ret : io->sync(io, file);
}

/*
 * Read a lease and its modification time. A record with a wrong CRC reads as zeros: the process
 * that wrote it died meanwhile.
 */
static int lease_read(const struct cow_io *io, const char *path, struct lease_record *record,
		      int64_t *mtime)
{
	struct cow_stat stat;
	int file = io->open(io, path, 0), ret;

	if (file < 0)
		return file;
	ret = cow_io_read_padded(io, file, record, sizeof(*record), 0);
	if (!ret)
		ret = io->stat(io, file, &stat);
	io->close(io, file);
	if (ret)
		return ret;
	*mtime = stat.mtime;
	if (record->crc != record_crc(record))
		memset(record, 0, sizeof(*record));
	record->owner.host[COW_HOST_SIZE - 1] = 0;
	record->owner.boot_id[COW_BOOT_ID_SIZE - 1] = 0;
	return 0;
}

/* Get the current time of the file server from a probe file that we make there. */
static int server_time(const struct cow_io *io, const char *path, int64_t *now)
{
	struct cow_stat stat;
	char probe[COW_PATH];
	uint64_t word;
	int file, ret;

	ret = io->random(io, &word, sizeof(word));
	if (ret < 0)
		return ret;
	if (cow_text(probe, sizeof(probe), "%s.%X", path, word) >= sizeof(probe))
		return -ENAMETOOLONG;
	file = io->open(io, probe, COW_O_WRITE | COW_O_CREATE);
	if (file < 0)
		return file;
	ret = cow_io_write(io, file, &word, sizeof(word), 0);
	if (!ret)
		ret = io->sync(io, file);
	if (!ret)
		ret = io->stat(io, file, &stat);
	io->close(io, file);
	io->unlink(io, probe);
	if (!ret)
		*now = stat.mtime;
	return ret;
}

/* Returns 0 if the lease is void, -EAGAIN with a message if its holder may still be alive. */
static int lease_check_stale(const struct cow_io *io, const char *path, struct lease_record *record,
			     struct cow_error *error)
{
	struct cow_disk_owner me;
	char who[160];
	int64_t mtime, now;
	int ret = lease_read(io, path, record, &mtime);

	if (ret < 0)
		return ret;
	io->owner(io, &me);
	if (record->owner.pid && !strcmp(me.host, record->owner.host)) {
		if (!io->owner_alive(io, &record->owner))
			return 0;
	} else {
		ret = server_time(io, path, &now);
		if (ret)
			return cow_fail(error, ret,
					"%s: cannot find out whether this lease is still valid: %s",
					path, cow_reason(ret));
		if (now - mtime > COW_LEASE_STALE * 1000000000LL)
			return 0;
	}
	cow_owner_text(&record->owner, who, sizeof(who));
	return cow_fail(error, -EAGAIN,
			"in use by %s (%s; if it has certainly ended, run umlab-disk info "
			"--break-lock)",
			record->owner.pid ? who : "an unknown process", path);
}

static int lease_remove_stale(const struct cow_io *io, const char *path,
			      const struct lease_record *stale)
{
	struct lease_record found;
	char aside[COW_PATH];
	size_t length = cow_text(aside, sizeof(aside), "%s.%U.%U", path, stale->owner.pid,
				 stale->beats);
	int64_t mtime;
	int ret;

	if (length >= sizeof(aside))
		return -ENAMETOOLONG;
	ret = io->rename(io, path, aside);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	/* If another process was faster, this is that process's lease: put the file back. */
	ret = lease_read(io, aside, &found, &mtime);
	if (!ret && memcmp(found.id, stale->id, sizeof(found.id)))
		io->link(io, aside, path);
	io->unlink(io, aside);
	return ret;
}

int cow_lease_take(const struct cow_io *io, const char *path, struct cow_lease **result,
		   struct cow_error *error)
{
	size_t size = sizeof(struct cow_lease) + strlen(path) + sizeof(COW_LEASE_SUFFIX);
	struct cow_lease *lease = io->alloc(io, size);
	struct lease_record stale;
	int ret, file, tries;

	if (!lease)
		return -ENOMEM;
	lease->io = io;
	lease->path_size = size;
	cow_text(lease->path, size - sizeof(*lease), "%s%s", path, COW_LEASE_SUFFIX);
	io->owner(io, &lease->record.owner);
	ret = io->random(io, lease->record.id, sizeof(lease->record.id));
	for (tries = 0; ret >= 0 && tries < 3; tries++) {
		file = io->open(io, lease->path, COW_O_WRITE | COW_O_CREATE);
		if (file >= 0) {
			ret = lease_write(io, file, &lease->record);
			io->close(io, file);
			if (ret) {
				io->unlink(io, lease->path);
				break;
			}
			*result = lease;
			return 0;
		}
		ret = file;
		if (ret != -EEXIST) {
			cow_fail(error, ret,
				 "%s: cannot be made: %s; it is needed because locks do not reach "
				 "other hosts here", lease->path, cow_reason(ret));
			break;
		}
		ret = lease_check_stale(io, lease->path, &stale, error);
		if (!ret)
			ret = lease_remove_stale(io, lease->path, &stale);
		else if (ret == -ENOENT)
			ret = 0;
	}
	if (ret >= 0)
		ret = cow_fail(error, -EAGAIN,
			       "%s: other processes are taking the lease: try again", path);
	io->free(io, lease, size);
	return ret;
}

int cow_lease_beat(struct cow_lease *lease)
{
	const struct cow_io *io = lease->io;
	struct lease_record found;
	int64_t mtime;
	int ret, file;

	ret = lease_read(io, lease->path, &found, &mtime);
	if (ret == -ENOENT || (!ret && memcmp(found.id, lease->record.id, sizeof(found.id))))
		return -ESTALE;
	if (ret)
		return ret;
	file = io->open(io, lease->path, COW_O_WRITE);
	if (file < 0)
		return file;
	lease->record.beats++;
	ret = lease_write(io, file, &lease->record);
	io->close(io, file);
	return ret;
}

void cow_lease_release(struct cow_lease *lease)
{
	const struct cow_io *io;
	struct lease_record found;
	int64_t mtime;

	if (!lease)
		return;
	io = lease->io;
	if (!lease_read(io, lease->path, &found, &mtime) &&
	    !memcmp(found.id, lease->record.id, sizeof(found.id)))
		io->unlink(io, lease->path);
	io->free(io, lease, lease->path_size);
}

int cow_lease_break(const struct cow_io *io, const char *path)
{
	char lease[COW_PATH];

	if (cow_text(lease, sizeof(lease), "%s%s", path, COW_LEASE_SUFFIX) >= sizeof(lease))
		return -ENAMETOOLONG;
	return io->unlink(io, lease);
}
