// SPDX-License-Identifier: GPL-2.0-only
/*
 * stub_filter.c - make the filters for the system calls of a guest process
 *
 * seccomp_zygote.c calls host_stub_filters() once in the kernel process, before it forks the
 * zygote. A rule names one instruction of the stub, the call that it makes, and the arguments that
 * never vary. If guest code jumps to the instruction with other registers, the filter treats that
 * like a system call from guest code. These calls are allowed:
 *
 *   guest thread   wait for its turn and wake the kernel process, each on its own word. Any other
 *                  call raises SIGSYS, and the guest's kernel carries it out.
 *   mapper         wait for work, map guest RAM, acknowledge, wake the guest thread or the kernel
 *                  process. The stub makes no other call; if one is made, the process is killed.
 */
#include "guest/stub_filter.h"
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include "lx/lx_memory.h"
#include "lx/lx_thread.h"

extern const char um_stub_start[], stub_wake_call[], stub_wait_call[];
extern const char stub_mapper_strip_call[], stub_mapper_wait_call[], stub_mapper_map_call[],
	stub_mapper_ack_call[], stub_mapper_wake_call[];

struct argument {
	int index;		/* -1: end of the list */
	uint64_t value;
};

struct rule {
	const char *call;	/* end of the instruction, in the kernel image's copy of the stub */
	uint32_t nr;
	struct argument arguments[3];
};

struct program {
	struct sock_filter *code;
	unsigned int length;
};

#define NO_ARGUMENT { -1, 0 }
#define LOW(field)	(offsetof(struct seccomp_data, field))

static void add(struct program *program, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	program->code[program->length++] = (struct sock_filter) { code, jt, jf, k };
}

/*
 * Continue the rule only if the word at @offset is @value. rule_end() sets the jump target for
 * other values.
 */
static void require(struct program *program, uint32_t offset, uint32_t value)
{
	add(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0xff);
}

static void require_wide(struct program *program, uint32_t offset, uint64_t value)
{
	require(program, offset, value);
	require(program, offset + 4, value >> 32);
}

/* Allow the call if all conditions since @start are met; otherwise jump past this rule. */
static void rule_end(struct program *program, unsigned int start)
{
	unsigned int i;

	add(program, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	for (i = start; i < program->length; i++)
		if (program->code[i].jf == 0xff)
			program->code[i].jf = program->length - i - 1;
}

static void rule_add(struct program *program, const struct rule *rule)
{
	unsigned int start = program->length, i;

	require(program, LOW(nr), rule->nr);
	require_wide(program, LOW(instruction_pointer),
		     UM_STUB_CODE + (rule->call - um_stub_start));
	for (i = 0; i < 3 && rule->arguments[i].index >= 0; i++)
		require_wide(program, LOW(args[0]) + 8 * rule->arguments[i].index,
			     rule->arguments[i].value);
	rule_end(program, start);
}

static unsigned int program_make(struct sock_filter *code, const struct rule *rules,
				 unsigned int nr_rules, uint32_t otherwise)
{
	struct program program = { code, 0 };
	unsigned int i;

	add(&program, BPF_LD | BPF_W | BPF_ABS, LOW(arch), 0, 0);
	add(&program, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
	add(&program, BPF_RET | BPF_K, otherwise, 0, 0);
	for (i = 0; i < nr_rules; i++)
		rule_add(&program, &rules[i]);
	add(&program, BPF_RET | BPF_K, otherwise, 0, 0);
	return program.length;
}

void host_stub_filters(struct stub_consts *consts)
{
	const uint64_t guest_word = UM_STUB_MAILBOX + offsetof(struct stub_mailbox, guest_sleeps);
	const uint64_t kernel_word = UM_STUB_MAILBOX + offsetof(struct stub_mailbox, kernel_sleeps);
	const uint64_t seq = UM_STUB_DATA + offsetof(struct stub_data, seq);
	const struct rule guest[] = {
		{ .call = stub_wait_call, .nr = __NR_futex,
		  .arguments = { { 0, guest_word }, { 1, FUTEX_WAIT }, { 3, 0 } } },
		{ .call = stub_wake_call, .nr = __NR_futex,
		  .arguments = { { 0, kernel_word }, { 1, FUTEX_WAKE }, NO_ARGUMENT } },
	};
	const struct rule mapper[] = {
		{ .call = stub_mapper_wait_call, .nr = __NR_futex,
		  .arguments = { { 0, seq }, { 1, FUTEX_WAIT }, { 3, 0 } } },
		{ .call = stub_mapper_map_call, .nr = __NR_mmap,
		  .arguments = { { 3, MAP_SHARED | MAP_FIXED | MAP_POPULATE },
				 { 4, consts->ram_fd }, NO_ARGUMENT } },
		{ .call = stub_mapper_map_call, .nr = __NR_munmap, .arguments = { NO_ARGUMENT } },
		{ .call = stub_mapper_map_call, .nr = __NR_mprotect, .arguments = { NO_ARGUMENT } },
		{ .call = stub_mapper_ack_call, .nr = __NR_write,
		  .arguments = { { 0, consts->ack_fd }, { 2, 8 }, NO_ARGUMENT } },
		{ .call = stub_mapper_wake_call, .nr = __NR_futex,
		  .arguments = { { 1, FUTEX_WAKE }, NO_ARGUMENT } },
		{ .call = stub_mapper_strip_call, .nr = __NR_munmap,
		  .arguments = { { 0, UM_STUB_STACK }, { 1, UM_STUB_STACK_SIZE }, NO_ARGUMENT } },
	};
	struct sock_filter *code = (struct sock_filter *)consts->filters;
	const uint64_t seen = UM_STUB_CONSTS + offsetof(struct stub_consts, filters);
	unsigned int length;

	length = program_make(code, guest, sizeof(guest) / sizeof(guest[0]), SECCOMP_RET_TRAP);
	consts->guest_filter = (struct stub_filter) { length, seen };
	code += length;
	consts->mapper_filter = (struct stub_filter) {
		program_make(code, mapper, sizeof(mapper) / sizeof(mapper[0]),
			     SECCOMP_RET_KILL_PROCESS),
		seen + length * sizeof(*code),
	};
}
