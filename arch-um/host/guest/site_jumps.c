// SPDX-License-Identifier: GPL-2.0-only
/*
 * site_jumps.c - let system calls leave guest code by a jump instead of a trap
 *
 * Used by engines that can map the window (seccomp) and call host_sites_init(). Kernel code
 * (mm/sites.c) finds the sites and calls host_site_define() and host_space_site_*() on the
 * machine's thread in the kernel process.
 *
 * Theory of operation
 *
 * A system call site in guest code is an instruction of five bytes followed by `syscall` (0f 05).
 * The kernel replaces the first instruction with a jump:
 *
 *	b8 27 00 00 00  0f 05		mov $39, %eax; syscall
 *	ff 24 25 XX XX  0f 05		jmp *0x050fXXXX
 *
 * The last two bytes of the jump's address are the bytes of `syscall`. So these bytes stay in
 * place, and code that jumps between the two instructions still finds `syscall`. The jump leads
 * through a table in the window UM_SITES to the thunk of the site. The thunk executes the
 * replaced instruction, loads the return address into rcx as `syscall` would, and continues in
 * the stub:
 *
 *	mov  $39, %eax
 *	mov  $&returns[site], %r11	a system call overwrites rcx and r11 anyway
 *	mov  (%r11), %rcx
 *	jmp  *entry
 *
 * The table and the thunks are the same in every space. The return addresses differ between spaces
 * and are in the data page of each space. Thunks do not use the stack, because the guest may keep
 * data below its stack pointer (red zone).
 */
#include "guest/site_jumps.h"
#include "guest/space_table.h"
#include "libk.h"
#include "lx/lx_memory.h"

#define ENTRY_SLOT	HOST_SITES_MAX		/* the slot with the stub's entry */
#define THUNKS		0x1000			/* offset of the thunks in the window */
#define THUNK_SIZE	32

_Static_assert(HOST_SITES_MAX + 1 == STUB_NR_SITES, "one slot is the entry's");
_Static_assert(THUNKS + STUB_NR_SITES * THUNK_SIZE <= UM_SITES_SIZE, "the window holds them");
_Static_assert(UM_SITES >> 16 == 0x050f && UM_SITES_SIZE <= 0x10000, "addresses end in `syscall`");

extern const char um_stub_start[], stub_patched[];

static uint8_t *window;

static uint32_t slot_address(unsigned int slot)
{
	return UM_SITES + slot * 8;
}

static void slot_set(unsigned int slot, uint64_t target)
{
	memcpy(window + slot * 8, &target, sizeof(target));
}

int host_sites_init(void)
{
	window = lx_mmap(NULL, UM_SITES_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 host_stub_fd(), STUB_FILE_SITES);
	if (lx_is_error(window))
		return (long)window;
	memset(window + THUNKS, 0xcc, STUB_NR_SITES * THUNK_SIZE);
	slot_set(ENTRY_SLOT, UM_STUB_CODE + (stub_patched - um_stub_start));
	return 0;
}

void host_site_define(unsigned int site, const uint8_t head[HOST_SITE_HEAD],
		      uint8_t jump[HOST_SITE_HEAD])
{
	const uint64_t returns = UM_STUB_DATA + offsetof(struct stub_data, returns) + site * 8;
	const uint32_t entry = slot_address(ENTRY_SLOT), own = slot_address(site);
	uint8_t *thunk = window + THUNKS + site * THUNK_SIZE;

	memcpy(thunk, head, HOST_SITE_HEAD);
	memcpy(thunk + 5, "\x49\xbb", 2);		/* movabs $returns, %r11 */
	memcpy(thunk + 7, &returns, 8);
	memcpy(thunk + 15, "\x49\x8b\x0b", 3);		/* mov (%r11), %rcx */
	memcpy(thunk + 18, "\xff\x24\x25", 3);		/* jmp *entry */
	memcpy(thunk + 21, &entry, 4);
	slot_set(site, UM_SITES + THUNKS + site * THUNK_SIZE);

	memcpy(jump, "\xff\x24\x25", 3);		/* jmp *own; the rest is `syscall` */
	memcpy(jump + 3, &own, 2);
}

void host_space_site_allow(struct host_space *space, unsigned int site)
{
	space->sites[site / 64] |= 1ULL << site % 64;
}

bool host_space_site_allowed(const struct host_space *space, unsigned int site)
{
	return space->sites[site / 64] & 1ULL << site % 64;
}

void host_space_sites_inherit(struct host_space *space, const struct host_space *parent)
{
	if (parent)
		memcpy(space->sites, parent->sites, sizeof(space->sites));
}

static unsigned int revoked;

static void revoke(struct host_space *space)
{
	space->sites[revoked / 64] &= ~(1ULL << revoked % 64);
}

void host_site_revoke(unsigned int site)
{
	revoked = site;
	host_spaces_visit(revoke);
}

bool host_space_site_return(struct host_space *space, unsigned int site, uint64_t addr)
{
	uint64_t *at = &space->data->returns[site];

	if (space->sites_lost || space->sites_off || (*at && *at != addr))
		return false;
	*at = addr;
	return true;
}

uint64_t host_space_site_forget(struct host_space *space, unsigned int site)
{
	uint64_t addr = space->data->returns[site];

	space->data->returns[site] = 0;
	return addr;
}

bool host_space_sites_disable(struct host_space *space)
{
	bool news = !space->sites_off;

	space->sites_off = true;
	return news;
}
