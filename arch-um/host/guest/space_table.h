/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * space_table.h - keep the table of all spaces, and the file with their stub data
 *
 * For spaces.c and the engines. A space has a generic part, struct host_space, and a part that
 * belongs to its engine: the engine's own struct begins with the generic one, and the engine
 * tells the table how large its struct is.
 */
#ifndef UM_HOST_SPACE_TABLE_H
#define UM_HOST_SPACE_TABLE_H

#include <um/host.h>
#include <um/stub.h>

struct host_space {
	int pid;			/* host process; 0: none, or it died */
	unsigned int nr_queued;		/* mapping commands in data that wait to be carried out */
	int map_error;			/* of the last run: 0, or -errno of command map_failed */
	unsigned int map_failed;
	bool sites_off;			/* system call sites are not patched in this space */
	bool sites_lost;		/* the guest has mapped something else over UM_SITES */
	bool empty;			/* nothing has been mapped since everything was unmapped */
	unsigned int slot;		/* place of its stub data in the stub file */
	struct stub_data *data;		/* its stub data, writable here */
	uint64_t sites[STUB_NR_SITES / 64];	/* bits of the sites that it may see patched */
	struct host_debug debug;	/* contents of its debug registers */
	struct host_space *next_free;
};

/*
 * host_space_table_init - create the stub file and an empty table for structs of @space_size
 * bytes, which begin with a struct host_space.
 * host_space_table_release - undo host_space_table_init().
 */
int host_space_table_init(size_t space_size);
void host_space_table_release(void);

/*
 * host_space_slot_take - return a space without a process. The engine's part of the space has what
 * its last user left there (zero at first). NULL: no memory.
 * host_space_slot_free - let host_space_slot_take() return @space, which has no process, again.
 */
struct host_space *host_space_slot_take(void);
void host_space_slot_free(struct host_space *space);

/* host_spaces_visit - call @fn for each space that has a process. */
void host_spaces_visit(void (*fn)(struct host_space *space));

/*
 * host_stub_fd - return the descriptor of the stub file.
 * host_stub_offset - return the offset of the slot of @space in the stub file.
 */
int host_stub_fd(void);
uint64_t host_stub_offset(const struct host_space *space);

#endif /* UM_HOST_SPACE_TABLE_H */
