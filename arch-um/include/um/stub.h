/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub.h - the memory shared with a guest process: constants, commands, mailbox
 *
 *   constants   the same page for every space: what the stub needs while it starts
 *   data        written by the kernel process (host/guest/spaces.c): mapping work to carry out.
 *               Guest code can read it but not write it.
 *   mailbox     registers and turn-taking of the seccomp engine, written by both sides.
 *               Guest code can write all of it at any time: the kernel believes nothing in it
 *               that would give a space more than its page tables do (engine_seccomp.c).
 *
 * The numbers are for the assembler (stub/stub_*.S) and asserted below.
 */
#ifndef UM_STUB_H
#define UM_STUB_H

#include <um/layout.h>

/* struct stub_data */
#define STUB_NR			0
#define STUB_SEQ		8
#define STUB_SPIN		12
#define STUB_ACK_DONE		16
#define STUB_ACK_FAILED		24
#define STUB_THEN_GUEST		32
#define STUB_SAVE_FP		36
#define STUB_COMMANDS		64
#define STUB_COMMAND_SIZE	40
#define STUB_RETURNS		0x2000
#define STUB_NR_SITES		512

/* struct stub_consts */
#define STUB_ACK_FD		0

/* struct stub_mailbox */
#define BOX_TURN		0
#define BOX_KERNEL_SLEEPS	4
#define BOX_GUEST_SLEEPS	8
#define BOX_KICK		12
#define BOX_STOP		16
#define BOX_SIGNO		20
#define BOX_RESUME		24
#define BOX_MAP_ERROR		28
#define BOX_MAP_INDEX		32
#define BOX_FRAME		40
#define BOX_INFO		48
#define BOX_RESET_EPOCH		56
#define BOX_WOKEN_TICKS		64
#define BOX_STOPPED_TICKS	72
#define BOX_REGS		80	/* struct host_regs */
#define BOX_STACK_TOP		0x1000	/* small stack: the rest of the first page */
#define BOX_FP			0x1000	/* FP state, where it is not in a signal frame */
#define BOX_SIGNAL_STACK	0x2000
#define BOX_SIGNAL_STACK_SIZE	0x4000

/* BOX_TURN: who goes on */
#define STUB_TURN_KERNEL	0
#define STUB_TURN_GUEST		1
#define STUB_TURN_RESET		2	/* nobody: a signal is to come */
#define STUB_TURN_MAPPER	3	/* see STUB_THEN_GUEST */

/* BOX_STOP: why guest code stopped, and where its registers are */
#define STUB_STOP_SIGNAL	1	/* BOX_SIGNO; registers in the signal frame BOX_FRAME */
#define STUB_STOP_CALL		2	/* system call; registers in BOX_REGS, FP state in the processor */
#define STUB_STOP_AGAIN		3	/* nothing ran: all is as it was before the resume */
#define STUB_STOP_UNUSED	4	/* nothing ran, FP state and resumption by the new BOX_FRAME */
#define STUB_STOP_FP_SAVED	5	/* as asked */
#define STUB_STOP_RESET		6
#define STUB_STOP_MAP_FAILED	7	/* nothing ran: see BOX_MAP_ERROR */

/* BOX_RESUME: what to do when the turn comes */
#define STUB_RESUME_FRAME	1	/* load the signal frame, else BOX_REGS */
#define STUB_RESUME_LOAD_FP	2	/* BOX_FP first */
#define STUB_RESUME_SAVE_FP	4	/* do nothing but fill BOX_FP */
#define STUB_RESUME_STEP	8	/* flags have the trap flag set */

/* Signals that the kernel process sends to a guest thread: SIGUSR1, SIGUSR2. */
#define STUB_SIGNAL_KICK	10
#define STUB_SIGNAL_RESET	12

#ifndef __ASSEMBLY__
#include <um/types.h>

/*
 * What comes through the acknowledgement descriptor, a counter: sums of these. A new space
 * is reported by the zygote, with its process id, and by itself, when it is ready.
 */
#define STUB_ACK_DONE_VALUE	(1ULL << 23)	/* mapper: the batch is carried out */
#define STUB_ACK_FAILED_VALUE	(1ULL << 24)	/* mapper: a command failed */
#define STUB_ACK_READY		(1ULL << 25)
#define STUB_ACK_CHILD_ENDED	(1ULL << 26)	/* our own signal handler; any number of times */
#define STUB_ACK_ERROR		(1ULL << 48)	/* times an errno */

/* The file that holds all this: constants, the window of the sites, a slot a space. */
#define STUB_FILE_SITES		UM_STUB_CONSTS_SIZE
#define STUB_FILE_SLOTS		(STUB_FILE_SITES + UM_SITES_SIZE)
#define STUB_SLOT_SIZE		(UM_STUB_DATA_SIZE + UM_STUB_MAILBOX_SIZE)

/* One host call, mmap, munmap or mprotect, with the arguments that vary. */
struct stub_command {
	uint64_t call;		/* host system call number */
	uint64_t addr;
	uint64_t size;
	uint32_t prot, fd;
	uint64_t offset;
};

enum { STUB_NR_COMMANDS = (STUB_RETURNS - STUB_COMMANDS) / STUB_COMMAND_SIZE };

struct stub_data {
	uint64_t nr_commands;
	uint32_t seq;			/* counts batches; the mapper sleeps on it */
	uint32_t spin;			/* how often a stopped guest thread looks before it sleeps */
	uint64_t ack_done, ack_failed;	/* what the mapper writes to the acknowledgement descriptor */
	uint32_t then_guest;		/* the mapper gives the turn to the guest thread, no acknowledgement */
	uint32_t save_fp;		/* a patched system call leaves the FP state in the mailbox, too */
	uint32_t reserved[6];
	struct stub_command commands[STUB_NR_COMMANDS];
	uint64_t pad[(STUB_RETURNS - STUB_COMMANDS - STUB_NR_COMMANDS * STUB_COMMAND_SIZE) / 8];
	uint64_t returns[STUB_NR_SITES];	/* where a patched system call goes on; 0: not used here */
};

struct stub_mailbox {
	uint32_t turn;
	uint32_t kernel_sleeps;			/* 1: wake it, on this word */
	uint32_t guest_sleeps;			/* the same */
	uint32_t kick;				/* stop before the first instruction */
	uint32_t stop;
	uint32_t signo;
	uint32_t resume;
	int32_t map_error;			/* of the command map_index, which failed */
	uint64_t map_index;
	uint64_t frame, info;			/* addresses of struct ucontext and siginfo */
	uint64_t reset_epoch;
	uint64_t woken_ticks;			/* of the processor, when the guest thread awoke */
	uint64_t stopped_ticks;			/* before it woke the kernel process */
	uint64_t regs[27];			/* struct host_regs */
	uint32_t tid;				/* guest thread; written before guest code runs */
	uint8_t small_stack[BOX_STACK_TOP - BOX_REGS - 27 * 8 - 4];
	uint8_t fp[BOX_SIGNAL_STACK - BOX_FP];
	uint8_t signal_stack[BOX_SIGNAL_STACK_SIZE];
};

/* Program of a filter, as seccomp(2) takes it. */
struct stub_filter {
	uint16_t length;
	uint64_t program;
};

struct stub_consts {
	uint32_t ack_fd, stub_fd, ram_fd;
	uint32_t parent_pid;
	uint64_t no_signals;		/* an empty signal mask */
	uint64_t all_signals;
	uint64_t signal_stack[3];	/* stack_t */
	struct stub_filter guest_filter, mapper_filter;
	uint64_t filters[];
};

_Static_assert(sizeof(struct stub_command) == STUB_COMMAND_SIZE, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, seq) == STUB_SEQ, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, spin) == STUB_SPIN, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, ack_done) == STUB_ACK_DONE, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, ack_failed) == STUB_ACK_FAILED, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, then_guest) == STUB_THEN_GUEST, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, commands) == STUB_COMMANDS, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, save_fp) == STUB_SAVE_FP, "the assembler knows this");
_Static_assert(offsetof(struct stub_data, returns) == STUB_RETURNS, "thunks know this");
_Static_assert(sizeof(struct stub_data) == UM_STUB_DATA_SIZE, "fills its pages");
_Static_assert(offsetof(struct stub_consts, ack_fd) == STUB_ACK_FD, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, kick) == BOX_KICK, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, resume) == BOX_RESUME, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, map_error) == BOX_MAP_ERROR, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, map_index) == BOX_MAP_INDEX, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, frame) == BOX_FRAME, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, reset_epoch) == BOX_RESET_EPOCH, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, woken_ticks) == BOX_WOKEN_TICKS, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, stopped_ticks) == BOX_STOPPED_TICKS, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, regs) == BOX_REGS, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, fp) == BOX_FP, "the assembler knows this");
_Static_assert(offsetof(struct stub_mailbox, signal_stack) == BOX_SIGNAL_STACK, "the assembler knows this");
_Static_assert(sizeof(struct stub_mailbox) == UM_STUB_MAILBOX_SIZE, "fills its pages");
#endif

#endif /* UM_STUB_H */
