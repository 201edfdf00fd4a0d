/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stub.h - define the contract between the kernel process and the stub: memory that both see
 *
 *   constants   one read-only page, the same for all spaces: descriptors, signal masks and filters
 *   data        mapping work and settings, written by the kernel process
 *               (host/guest/spaces.c). Guest code can read the data but not write it.
 *   mailbox     registers of the guest thread, and whose turn it is; written by both sides. Guest
 *               code can write it at any time. So the kernel process trusts nothing in the mailbox
 *               that could give a space more rights than its page tables do (engine_seccomp.c).
 *
 * The macros are offsets and values for assembler code (stub/stub_*.S). Assertions at the end check
 * that they match the structs.
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

/* BOX_TURN: who runs now */
#define STUB_TURN_KERNEL	0
#define STUB_TURN_GUEST		1
#define STUB_TURN_RESET		2	/* nobody, until the reset signal arrives */
#define STUB_TURN_MAPPER	3	/* the mapper; see STUB_THEN_GUEST */

/* BOX_STOP: why guest code stopped, and where its registers are */
#define STUB_STOP_SIGNAL	1	/* BOX_SIGNO; registers in signal frame BOX_FRAME */
#define STUB_STOP_CALL		2	/* system call; registers in BOX_REGS, FP in the CPU */
#define STUB_STOP_AGAIN		3	/* nothing ran: the state before the resume is unchanged */
#define STUB_STOP_UNUSED	4	/* nothing ran: resume from BOX_FRAME, which is new */
#define STUB_STOP_FP_SAVED	5	/* STUB_RESUME_SAVE_FP is done */
#define STUB_STOP_RESET		6	/* the reset signal was handled */
#define STUB_STOP_MAP_FAILED	7	/* nothing ran: see BOX_MAP_ERROR */

/* BOX_RESUME: what the guest thread does with its turn */
#define STUB_RESUME_FRAME	1	/* load the signal frame; otherwise BOX_REGS */
#define STUB_RESUME_LOAD_FP	2	/* load BOX_FP first */
#define STUB_RESUME_SAVE_FP	4	/* only fill BOX_FP */
#define STUB_RESUME_STEP	8	/* the trap flag is set in the flags */

/* Signals that the kernel process sends to a guest thread: SIGUSR1, SIGUSR2. */
#define STUB_SIGNAL_KICK	10
#define STUB_SIGNAL_RESET	12

#ifndef __ASSEMBLY__
#include <um/types.h>

/*
 * The acknowledgement descriptor is a counter (eventfd); reads return sums of these values. The
 * zygote adds the process id of a new space; the space adds STUB_ACK_READY when it is ready.
 */
#define STUB_ACK_DONE_VALUE	(1ULL << 23)	/* mapper: the batch is done */
#define STUB_ACK_FAILED_VALUE	(1ULL << 24)	/* mapper: a command failed */
#define STUB_ACK_READY		(1ULL << 25)
#define STUB_ACK_CHILD_ENDED	(1ULL << 26)	/* kernel process: SIGCHLD; may add up */
#define STUB_ACK_ERROR		(1ULL << 48)	/* multiplied by an errno */

/* The stub file: constants, the window of the sites, then one slot for each space. */
#define STUB_FILE_SITES		UM_STUB_CONSTS_SIZE
#define STUB_FILE_SLOTS		(STUB_FILE_SITES + UM_SITES_SIZE)
#define STUB_SLOT_SIZE		(UM_STUB_DATA_SIZE + UM_STUB_MAILBOX_SIZE)

/* One mmap, munmap or mprotect, with the arguments that vary. */
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
	uint32_t seq;			/* counts batches; the mapper sleeps on this word */
	uint32_t spin;			/* polls by a stopped guest thread before it sleeps */
	uint64_t ack_done, ack_failed;	/* values for the acknowledgement descriptor */
	uint32_t then_guest;		/* mapper: pass the turn to the guest thread instead of
					   sending an acknowledgement */
	uint32_t save_fp;		/* a patched call also saves the FP state in the mailbox */
	uint32_t reserved[6];
	struct stub_command commands[STUB_NR_COMMANDS];
	uint64_t pad[(STUB_RETURNS - STUB_COMMANDS - STUB_NR_COMMANDS * STUB_COMMAND_SIZE) / 8];
	uint64_t returns[STUB_NR_SITES];	/* return address of each site; 0: not used */
};

struct stub_mailbox {
	uint32_t turn;
	uint32_t kernel_sleeps;			/* 1: the kernel process sleeps on this word */
	uint32_t guest_sleeps;			/* 1: the guest thread sleeps on this word */
	uint32_t kick;				/* 1: stop before the first instruction */
	uint32_t stop;
	uint32_t signo;
	uint32_t resume;
	int32_t map_error;			/* -errno of command map_index, which failed */
	uint64_t map_index;
	uint64_t frame, info;			/* addresses of struct ucontext and siginfo */
	uint64_t reset_epoch;
	uint64_t woken_ticks;			/* TSC when the guest thread woke up */
	uint64_t stopped_ticks;			/* TSC before the wake-up of the kernel process */
	uint64_t regs[27];			/* struct host_regs */
	uint32_t tid;				/* guest thread; set before guest code runs */
	uint8_t small_stack[BOX_STACK_TOP - BOX_REGS - 27 * 8 - 4];
	uint8_t fp[BOX_SIGNAL_STACK - BOX_FP];
	uint8_t signal_stack[BOX_SIGNAL_STACK_SIZE];
};

/* A filter program, laid out as seccomp(2) expects it. */
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

/* Assembler code relies on these offsets and sizes, thunks (site_jumps.c) on STUB_RETURNS. */
#define STUB_ASSERT(type, field, offset) \
	_Static_assert(offsetof(struct type, field) == (offset), #field " is where assembler looks")
_Static_assert(sizeof(struct stub_command) == STUB_COMMAND_SIZE, "size that assembler steps by");
STUB_ASSERT(stub_data, nr_commands, STUB_NR);
STUB_ASSERT(stub_data, seq, STUB_SEQ);
STUB_ASSERT(stub_data, spin, STUB_SPIN);
STUB_ASSERT(stub_data, ack_done, STUB_ACK_DONE);
STUB_ASSERT(stub_data, ack_failed, STUB_ACK_FAILED);
STUB_ASSERT(stub_data, then_guest, STUB_THEN_GUEST);
STUB_ASSERT(stub_data, save_fp, STUB_SAVE_FP);
STUB_ASSERT(stub_data, commands, STUB_COMMANDS);
STUB_ASSERT(stub_data, returns, STUB_RETURNS);
_Static_assert(sizeof(struct stub_data) == UM_STUB_DATA_SIZE, "fills its pages");
STUB_ASSERT(stub_consts, ack_fd, STUB_ACK_FD);
STUB_ASSERT(stub_mailbox, turn, BOX_TURN);
STUB_ASSERT(stub_mailbox, kernel_sleeps, BOX_KERNEL_SLEEPS);
STUB_ASSERT(stub_mailbox, guest_sleeps, BOX_GUEST_SLEEPS);
STUB_ASSERT(stub_mailbox, kick, BOX_KICK);
STUB_ASSERT(stub_mailbox, stop, BOX_STOP);
STUB_ASSERT(stub_mailbox, signo, BOX_SIGNO);
STUB_ASSERT(stub_mailbox, resume, BOX_RESUME);
STUB_ASSERT(stub_mailbox, map_error, BOX_MAP_ERROR);
STUB_ASSERT(stub_mailbox, map_index, BOX_MAP_INDEX);
STUB_ASSERT(stub_mailbox, frame, BOX_FRAME);
STUB_ASSERT(stub_mailbox, info, BOX_INFO);
STUB_ASSERT(stub_mailbox, reset_epoch, BOX_RESET_EPOCH);
STUB_ASSERT(stub_mailbox, woken_ticks, BOX_WOKEN_TICKS);
STUB_ASSERT(stub_mailbox, stopped_ticks, BOX_STOPPED_TICKS);
STUB_ASSERT(stub_mailbox, regs, BOX_REGS);
STUB_ASSERT(stub_mailbox, fp, BOX_FP);
STUB_ASSERT(stub_mailbox, signal_stack, BOX_SIGNAL_STACK);
_Static_assert(sizeof(struct stub_mailbox) == UM_STUB_MAILBOX_SIZE, "fills its pages");
#undef STUB_ASSERT
#endif

#endif /* UM_STUB_H */
