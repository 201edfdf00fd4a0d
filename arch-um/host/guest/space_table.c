// SPDX-License-Identifier: GPL-2.0-only
/*
 * space_table.c - keep the table of all spaces, and the file with their stub data
 *
 * The stub data of all spaces is in one shared memory file (um/stub.h): first the constants and the
 * window of the sites, then one slot for each space. The file grows by blocks of slots, which are
 * mapped here as they are needed. The structs of the spaces are in blocks of private memory and
 * never move. Called by spaces.c and the engines on the machine's thread in the kernel process.
 */
#include "guest/space_table.h"
#include "libk.h"
#include "lx/lx_file.h"
#include "lx/lx_memory.h"

#define SLOTS_PER_BLOCK	64
#define SLOT_BLOCK_SIZE	(SLOTS_PER_BLOCK * STUB_SLOT_SIZE)
#define BLOCKS_MAX	512

static struct {
	int fd;
	size_t space_size;		/* of the engine's struct, which begins with host_space */
	unsigned int nr_blocks;
	struct host_space *free;
	void *spaces[BLOCKS_MAX];
	void *data[BLOCKS_MAX];
} table = { .fd = -1 };

int host_stub_fd(void)
{
	return table.fd;
}

uint64_t host_stub_offset(const struct host_space *space)
{
	return STUB_FILE_SLOTS + (uint64_t)space->slot * STUB_SLOT_SIZE;
}

static struct host_space *space_at(unsigned int block, unsigned int index)
{
	return table.spaces[block] + index * table.space_size;
}

static int block_add(void)
{
	const uint64_t offset = STUB_FILE_SLOTS + (uint64_t)table.nr_blocks * SLOT_BLOCK_SIZE;
	unsigned int block = table.nr_blocks, i;
	struct host_space *space;
	void *data, *spaces;
	int error;

	if (block == BLOCKS_MAX)
		return -EAGAIN;
	error = lx_ftruncate(table.fd, offset + SLOT_BLOCK_SIZE);
	if (error < 0)
		return error;
	data = lx_mmap(NULL, SLOT_BLOCK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, table.fd, offset);
	if (lx_is_error(data))
		return (long)data;
	spaces = lx_mmap(NULL, SLOTS_PER_BLOCK * table.space_size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (lx_is_error(spaces)) {
		lx_munmap(data, SLOT_BLOCK_SIZE);
		return (long)spaces;
	}
	table.data[block] = data;
	table.spaces[block] = spaces;
	table.nr_blocks++;
	for (i = 0; i < SLOTS_PER_BLOCK; i++) {
		space = space_at(block, i);
		space->slot = block * SLOTS_PER_BLOCK + i;
		space->data = data + (size_t)i * STUB_SLOT_SIZE;
		host_space_slot_free(space);
	}
	return 0;
}

int host_space_table_init(size_t space_size)
{
	int fd = lx_memfd_create("umlab-stub", MFD_CLOEXEC);

	if (fd < 0)
		return fd;
	table.fd = fd;
	table.space_size = space_size;
	return 0;
}

void host_space_table_release(void)
{
	unsigned int block;

	for (block = 0; block < table.nr_blocks; block++) {
		lx_munmap(table.data[block], SLOT_BLOCK_SIZE);
		lx_munmap(table.spaces[block], SLOTS_PER_BLOCK * table.space_size);
	}
	lx_close(table.fd);
	table.fd = -1;
	table.nr_blocks = 0;
	table.free = NULL;
}

struct host_space *host_space_slot_take(void)
{
	struct host_space *space;

	if (!table.free && block_add())
		return NULL;
	space = table.free;
	table.free = space->next_free;
	space->nr_queued = 0;
	space->empty = true;
	space->sites_lost = space->sites_off = false;
	memset(space->sites, 0, sizeof(space->sites));
	space->debug = (struct host_debug) {};
	return space;
}

void host_space_slot_free(struct host_space *space)
{
	space->next_free = table.free;
	table.free = space;
}

void host_spaces_visit(void (*fn)(struct host_space *space))
{
	unsigned int block, i;

	for (block = 0; block < table.nr_blocks; block++)
		for (i = 0; i < SLOTS_PER_BLOCK; i++)
			if (space_at(block, i)->pid)
				fn(space_at(block, i));
}
