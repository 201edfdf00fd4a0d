// SPDX-License-Identifier: GPL-2.0-only
/*
 * spaces.c - choose the engine, keep a pool of guest processes, queue their mapping work
 *
 * Implements host_guest_*() and host_space_*() of um/host.h for kernel code, on the machine's
 * thread in the kernel process, and calls the engine. host_guest_kick() and
 * host_guest_child_ended() run in signal handlers.
 *
 * Theory of operation
 *
 * A space is a host process that holds only guest mappings, the stub and the stub's data.
 * Creating a process costs the host about 100 us, so a destroyed space goes to a pool, with "unmap
 * everything" as its first queued command.
 *
 * host_space_map() and host_space_unmap() only queue commands. The stub carries them out in order,
 * many per hand-over, before the space runs. An unmap of the whole space replaces all commands
 * that were queued before.
 *
 * If the host has no memory or no room for a mapping (vm.max_map_count), all mappings of the space
 * are dropped. Page faults bring back the pages that the guest uses. If the host refuses the
 * address (below vm.mmap_min_addr), the guest gets a bus error.
 */
#include "guest/spaces.h"
#include "guest/engine_ptrace.h"
#include "guest/engine_seccomp.h"
#include "guest/fp_state.h"
#include "guest/space_limit.h"
#include "libk.h"
#include "lx/lx_memory.h"
#include "lx/lx_signal.h"
#include "process/memory.h"

#define POOL_MAX	16

/* In order of preference. */
static const struct engine_ops *const engines[] = { &engine_seccomp, &engine_ptrace };
static const struct engine_ops *engine;

static struct host_space *pool;
static unsigned int nr_pool;

static bool commands_flush(struct host_space *space, struct guest_event *event);

static int engine_try(const struct engine_ops *candidate, char *why, size_t why_size)
{
	int error = host_space_table_init(candidate->space_size);

	if (error) {
		snprintf(why, why_size, "memfd_create: error %d", -error);
		return error;
	}
	/* Set this before init(): child_ended() must reach the engine while init() waits. */
	engine = candidate;
	error = candidate->init(why, why_size);
	if (error) {
		engine = NULL;
		host_space_table_release();
	}
	return error;
}

int host_guest_init(const char *name, char *why, size_t why_size)
{
	size_t used = 0;
	unsigned int i;
	int error = -EINVAL;

	host_fp_init();
	for (i = 0; i < sizeof(engines) / sizeof(engines[0]); i++) {
		if (strcmp(name, "auto") && strcmp(name, engines[i]->name))
			continue;
		error = engine_try(engines[i], why + used, why_size - used);
		if (!error)
			return 0;
		/* Report why this engine failed before trying the next one. */
		used = strlen(why);
		used += snprintf(why + used, why_size - used, " (no %s engine); ",
				 engines[i]->name);
	}
	return error;
}

static void space_end(struct host_space *space)
{
	engine->space_destroy(space);
	host_space_slot_free(space);
	host_space_limit_put();
}

/*
 * Guest code can read the commands in its data page. Those of the former user tell where that user
 * had its mappings, so only the queued ones stay.
 */
static void commands_clear(struct host_space *space)
{
	struct stub_command *from = &space->data->commands[space->nr_queued];

	memset(from, 0, (STUB_NR_COMMANDS - space->nr_queued) * sizeof(*from));
}

/* Take a space without mappings from the pool; NULL: the pool is empty. */
static struct host_space *pool_take(void)
{
	struct host_space *space;

	while ((space = pool)) {
		pool = space->next_free;
		nr_pool--;
		space->sites_off = false;
		memset(space->sites, 0, sizeof(space->sites));
		host_space_sync(space);
		if (!host_space_debug_set(space, &(struct host_debug){}) &&
		    !(engine->space_reuse && engine->space_reuse(space))) {
			commands_clear(space);
			return space;
		}
		space_end(space);
	}
	return NULL;
}

int host_space_create(struct host_space **result)
{
	struct host_space *space = pool_take();
	int error;

	if (space) {
		*result = space;
		return 0;
	}
	if (!host_space_limit_take())
		return -EAGAIN;
	space = host_space_slot_take();
	error = -ENOMEM;
	if (space) {
		commands_clear(space);
		error = engine->space_create(space);
	}
	if (error) {
		if (space)
			host_space_slot_free(space);
		host_space_limit_put();
		return error;
	}
	*result = space;
	return 0;
}

void host_space_destroy(struct host_space *space)
{
	if (!space)
		return;
	if (space->pid && nr_pool < POOL_MAX && !space->sites_lost) {
		host_space_unmap(space, 0, UM_TASK_SIZE);
		host_space_sync(space);
		space->next_free = pool;
		pool = space;
		nr_pool++;
		return;
	}
	space_end(space);
}

/* ---- mapping work ---- */

static struct stub_command *command_add(struct host_space *space)
{
	struct guest_event event;

	/* If this fails, the mappings are dropped, or the space fails again when it runs. */
	if (space->nr_queued == STUB_NR_COMMANDS)
		commands_flush(space, &event);
	return &space->data->commands[space->nr_queued++];
}

void host_space_map(struct host_space *space, uint64_t gaddr, uint64_t offset, uint64_t size,
		    int prot)
{
	struct stub_command *last = space->nr_queued ?
		&space->data->commands[space->nr_queued - 1] : NULL;

	space->empty = false;
	if (gaddr < UM_SITES + UM_SITES_SIZE && gaddr + size > UM_SITES)
		space->sites_lost = true;
	/* A replaced page: the new mapping overwrites the old one, so drop the unmap. */
	if (last && last->call == __NR_munmap && last->addr == gaddr && last->size == size)
		space->nr_queued--;
	*command_add(space) = (struct stub_command) {
		.call = __NR_mmap,
		.addr = gaddr,
		.size = size,
		.prot = (prot & HOST_READ ? PROT_READ : 0) | (prot & HOST_WRITE ? PROT_WRITE : 0) |
			(prot & HOST_EXEC ? PROT_EXEC : 0),
		.fd = host_ram_fd(),
		.offset = offset,
	};
}

static void unmap_add(struct host_space *space, uint64_t gaddr, uint64_t size)
{
	struct stub_command *last = space->nr_queued ?
		&space->data->commands[space->nr_queued - 1] : NULL;

	/* Merge ranges that touch or overlap. */
	if (last && last->call == __NR_munmap && gaddr <= last->addr + last->size &&
	    last->addr <= gaddr + size) {
		uint64_t end = last->addr + last->size;

		if (gaddr + size > end)
			end = gaddr + size;
		if (gaddr < last->addr)
			last->addr = gaddr;
		last->size = end - last->addr;
		return;
	}
	*command_add(space) = (struct stub_command) {
		.call = __NR_munmap, .addr = gaddr, .size = size,
	};
}

void host_space_unmap(struct host_space *space, uint64_t gaddr, uint64_t size)
{
	uint64_t end = gaddr + size;

	if (gaddr == 0 && size >= UM_TASK_SIZE) {
		if (space->empty)
			return;
		space->empty = true;
		space->nr_queued = 0;
	}
	/* Keep the window of the sites, unless the guest has mapped something else there. */
	if (!engine->sites || space->sites_lost || end <= UM_SITES ||
	    gaddr >= UM_SITES + UM_SITES_SIZE) {
		unmap_add(space, gaddr, size);
		return;
	}
	if (gaddr < UM_SITES)
		unmap_add(space, gaddr, UM_SITES - gaddr);
	if (end > UM_SITES + UM_SITES_SIZE)
		unmap_add(space, UM_SITES + UM_SITES_SIZE, end - UM_SITES - UM_SITES_SIZE);
}

/*
 * Handles @error of command number @failed. Returns false, with the reason in *@event, if the guest
 * cannot continue.
 */
static bool command_failed(struct host_space *space, int error, unsigned int failed,
			   struct guest_event *event)
{
	uint64_t addr = space->data->commands[failed].addr;

	if (!space->pid) {
		event->stop = GUEST_GONE;
		event->signo = 0;
		return false;
	}
	host_space_unmap(space, 0, UM_TASK_SIZE);
	if (error == -ENOMEM)
		return true;
	*event = (struct guest_event) {
		.stop = GUEST_TRAP, .signo = SIGBUS, .code = BUS_ADRERR, .addr = addr,
	};
	return false;
}

static bool commands_flush(struct host_space *space, struct guest_event *event)
{
	unsigned int done = 0;
	int error;

	space->data->nr_commands = space->nr_queued;
	error = engine->flush(space, &done);
	space->nr_queued = 0;
	return !error || command_failed(space, error, done, event);
}

bool host_space_is_empty(const struct host_space *space)
{
	return space->empty;
}

void host_space_sync(struct host_space *space)
{
	struct guest_event event;

	if (!engine->stopped_for_sure)
		return;
	/* After a failure, an unmap of everything is queued, so flush again. */
	while (space->pid && space->nr_queued && !engine->stopped_for_sure(space))
		commands_flush(space, &event);
}

void host_guest_run(struct host_space *space, struct host_regs *regs, unsigned int flags,
		    struct guest_event *event)
{
	event->gate_unknown = event->trapped = false;
	for (;;) {
		while (space->nr_queued && !engine->run_maps)
			if (!commands_flush(space, event))
				return;
		space->data->nr_commands = space->nr_queued;
		space->map_error = 0;
		engine->run(space, regs, flags, event);
		if (!space->map_error ||
		    !command_failed(space, space->map_error, space->map_failed, event))
			return;
	}
}

bool host_sites_supported(void)
{
	return engine->sites;
}

int host_space_fp_get(struct host_space *space, void *fp)
{
	return engine->fp_get(space, fp, host_fp_size());
}

int host_space_fp_set(struct host_space *space, const void *fp)
{
	return engine->fp_set(space, fp, host_fp_size());
}

int host_space_debug_set(struct host_space *space, const struct host_debug *debug)
{
	int error;

	if (!memcmp(&space->debug, debug, sizeof(*debug)))
		return 0;
	error = engine->debug_set(space, debug);
	if (!error)
		space->debug = *debug;
	return error;
}

uint64_t host_space_debug_status(struct host_space *space)
{
	return engine->debug_status(space);
}

void host_guest_kick(void)
{
	if (engine)
		engine->kick();
}

void host_guest_child_ended(void)
{
	if (engine && engine->child_ended)
		engine->child_ended();
}

bool host_guest_idle(void)
{
	return engine && engine->idle && engine->idle();
}

void host_guest_shutdown(void)
{
	if (!engine)
		return;
	engine->shutdown();
	host_spaces_visit(engine->space_destroy);
}
