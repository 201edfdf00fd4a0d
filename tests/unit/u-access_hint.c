// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-access_hint.c - test the decoder that guesses whether an instruction writes memory
 *
 * The decoder is checked in two ways. A table states the right answer for interesting encodings:
 * prefixes, operand forms, string instructions, atomics, truncated and meaningless bytes. Then the
 * decoder is compared with the processor: each opcode runs with each prefix in a child process
 * whose registers all point to inaccessible memory. The error code of the page fault tells whether
 * the opcode writes. Opcodes that this processor lacks, or that do not fault, are not compared.
 * `make check-unit` runs this program on the host.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <ucontext.h>
#include "mm/access_hint.h"
#include "tap.h"

enum {
	NO_ACCESS_SIZE = 0x60000000,	/* holds any register + 8 * register + displacement */
	POINTER = 0x08000000,		/* in every register while an opcode runs */
	STACK_POINTER = POINTER + 0x2000,	/* in rsp */
	CODE_SIZE = 4096,
	TRAP_PAGE_FAULT = 14,
	ERROR_WRITE = 2,
	DIFFERENCES_MAX = 200,
};

/* ---- the table ---------------------------------------------------------------------- */

#define BYTES(...) .code = { __VA_ARGS__ }, .size = sizeof((uint8_t[]){ __VA_ARGS__ })

static const struct {
	const char *name;
	bool writes;
	unsigned int size;
	struct access_hint hint;
	uint8_t code[20];
} encodings[] = {
	{ "mov %eax,(%rdi)", true, BYTES(0x89, 0x07) },
	{ "mov (%rdi),%eax", false, BYTES(0x8b, 0x07) },
	{ "movb $1,(%rdi)", true, BYTES(0xc6, 0x07, 1) },
	{ "movw $1,(%rdi), prefix 66", true, BYTES(0x66, 0xc7, 0x07, 1, 0) },
	{ "mov %rax,(%r12), REX and SIB", true, BYTES(0x49, 0x89, 0x04, 0x24) },
	{ "mov (%r12,%r9,8),%rax, REX and SIB", false, BYTES(0x4b, 0x8b, 0x04, 0xcc) },
	{ "mov %eax,0x10(%rip)", true, BYTES(0x89, 0x05, 0x10, 0, 0, 0) },
	{ "mov %eax,%fs:0", true, BYTES(0x64, 0x89, 0x04, 0x25, 0, 0, 0, 0) },
	{ "mov %gs:0,%eax", false, BYTES(0x65, 0x8b, 0x04, 0x25, 0, 0, 0, 0) },
	{ "movabs %eax,address", true, BYTES(0xa3, 0, 0, 0, 0, 1, 0, 0, 0) },
	{ "movabs address,%eax", false, BYTES(0xa1, 0, 0, 0, 0, 1, 0, 0, 0) },
	{ "movzbl (%rdi),%eax", false, BYTES(0x0f, 0xb6, 0x07) },
	{ "movslq (%rdi),%rax", false, BYTES(0x48, 0x63, 0x07) },

	{ "add %eax,(%rdi)", true, BYTES(0x01, 0x07) },
	{ "add (%rdi),%eax", false, BYTES(0x03, 0x07) },
	{ "cmp %eax,(%rdi)", false, BYTES(0x39, 0x07) },
	{ "cmpl $1,(%rdi)", false, BYTES(0x83, 0x3f, 1) },
	{ "addl $1,(%rdi)", true, BYTES(0x83, 0x07, 1) },
	{ "testl $1,(%rdi)", false, BYTES(0xf7, 0x07, 1, 0, 0, 0) },
	{ "notl (%rdi)", true, BYTES(0xf7, 0x17) },
	{ "negl (%rdi)", true, BYTES(0xf7, 0x1f) },
	{ "mull (%rdi)", false, BYTES(0xf7, 0x27) },
	{ "incl (%rdi)", true, BYTES(0xff, 0x07) },
	{ "shll (%rdi)", true, BYTES(0xd1, 0x27) },
	{ "sete (%rdi)", true, BYTES(0x0f, 0x94, 0x07) },
	{ "bt %eax,(%rdi)", false, BYTES(0x0f, 0xa3, 0x07) },
	{ "bts %eax,(%rdi)", true, BYTES(0x0f, 0xab, 0x07) },
	{ "btl $1,(%rdi)", false, BYTES(0x0f, 0xba, 0x27, 1) },
	{ "btcl $1,(%rdi)", true, BYTES(0x0f, 0xba, 0x3f, 1) },

	{ "xchg %eax,(%rdi)", true, BYTES(0x87, 0x07) },
	{ "lock cmpxchg %ecx,(%rdi)", true, BYTES(0xf0, 0x0f, 0xb1, 0x0f) },
	{ "lock xadd %eax,(%rdi)", true, BYTES(0xf0, 0x0f, 0xc1, 0x07) },
	{ "lock cmpxchg16b (%rdi)", true, BYTES(0xf0, 0x48, 0x0f, 0xc7, 0x0f) },
	{ "lock incl (%rdi)", true, BYTES(0xf0, 0xff, 0x07) },

	{ "push %rax", true, BYTES(0x50) },
	{ "push $1", true, BYTES(0x6a, 1) },
	{ "call", true, BYTES(0xe8, 0, 0, 0, 0) },
	{ "ret", false, BYTES(0xc3) },
	{ "pop %rax", false, BYTES(0x58) },
	{ "pop (%rdi), fault at the operand", true, BYTES(0x8f, 0x07), { 0x1000, 0x2000 } },
	{ "pop (%rdi), fault at the stack", false, BYTES(0x8f, 0x07), { 0x2000, 0x2000 } },
	{ "call *(%rdi), fault at the operand", false, BYTES(0xff, 0x17), { 0x1000, 0x2000 } },
	{ "call *(%rdi), fault at the stack", true, BYTES(0xff, 0x17), { 0x1ff8, 0x2000 } },
	{ "push (%rdi), fault at the operand", false, BYTES(0xff, 0x37), { 0x1000, 0x2000 } },
	{ "push (%rdi), fault at the stack", true, BYTES(0xff, 0x37), { 0x1ff8, 0x2000 } },
	{ "jmp *(%rdi)", false, BYTES(0xff, 0x27) },
	{ "push %fs", true, BYTES(0x0f, 0xa0) },
	{ "mov %eax,(%edi), prefix 67", true, BYTES(0x67, 0x89, 0x07) },
	{ "leave", false, BYTES(0xc9) },

	{ "rep stosb", true, BYTES(0xf3, 0xaa) },
	{ "lodsb", false, BYTES(0xac) },
	{ "scasb", false, BYTES(0xae) },
	{ "repe cmpsb", false, BYTES(0xf3, 0xa6) },
	{ "rep movsb, fault at its destination", true, BYTES(0xf3, 0xa4), { 0x1000, 0, 0x1000 } },
	{ "rep movsq, fault below its destination", true, BYTES(0xf3, 0x48, 0xa5),
	  { 0x0ff8, 0, 0x1000 } },
	{ "rep movsb, fault at its source", false, BYTES(0xf3, 0xa4), { 0x2000, 0, 0x1000 } },

	{ "movups %xmm0,(%rdi)", true, BYTES(0x0f, 0x11, 0x07) },
	{ "movups (%rdi),%xmm0", false, BYTES(0x0f, 0x10, 0x07) },
	{ "movdqa %xmm0,(%rdi)", true, BYTES(0x66, 0x0f, 0x7f, 0x07) },
	{ "movd %xmm0,(%rdi)", true, BYTES(0x66, 0x0f, 0x7e, 0x07) },
	{ "movq (%rdi),%xmm0", false, BYTES(0xf3, 0x0f, 0x7e, 0x07) },
	{ "pextrd $0,%xmm0,(%rdi)", true, BYTES(0x66, 0x0f, 0x3a, 0x16, 0x07, 0) },
	{ "movbe %eax,(%rdi)", true, BYTES(0x0f, 0x38, 0xf1, 0x07) },
	{ "movbe (%rdi),%eax", false, BYTES(0x0f, 0x38, 0xf0, 0x07) },
	{ "crc32l (%rdi),%eax", false, BYTES(0xf2, 0x0f, 0x38, 0xf1, 0x07) },
	{ "vmovups %ymm0,(%rdi), two-byte VEX", true, BYTES(0xc5, 0xfc, 0x11, 0x07) },
	{ "vmovups (%rdi),%ymm0, two-byte VEX", false, BYTES(0xc5, 0xfc, 0x10, 0x07) },
	{ "vmovq (%rdi),%xmm0, two-byte VEX", false, BYTES(0xc5, 0xfa, 0x7e, 0x07) },
	{ "kmovw %k1,(%rdi)", true, BYTES(0xc5, 0xf8, 0x91, 0x0f) },
	{ "kmovw (%rdi),%k1", false, BYTES(0xc5, 0xf8, 0x90, 0x0f) },
	{ "vmovups %ymm0,(%r8), three-byte VEX", true, BYTES(0xc4, 0xc1, 0x7c, 0x11, 0x00) },
	{ "vextracti128 $1,%ymm0,(%rdi)", true, BYTES(0xc4, 0xe3, 0x7d, 0x39, 0x07, 1) },
	{ "vinserti128 $1,(%rdi),%ymm0,%ymm0", false, BYTES(0xc4, 0xe3, 0x7d, 0x38, 0x07, 1) },
	{ "vmovdqu64 %zmm0,(%rdi), EVEX", true, BYTES(0x62, 0xf1, 0xfe, 0x48, 0x7f, 0x07) },
	{ "vmovdqu64 (%rdi),%zmm0, EVEX", false, BYTES(0x62, 0xf1, 0xfe, 0x48, 0x6f, 0x07) },
	{ "vpmovqb %zmm0,(%rdi), EVEX", true, BYTES(0x62, 0xf2, 0x7e, 0x48, 0x32, 0x07) },
	{ "vextractf32x8 $1,%zmm0,(%rdi), EVEX", true,
	  BYTES(0x62, 0xf3, 0x7d, 0x48, 0x1b, 0x07, 1) },
	{ "vmovw %xmm0,(%rdi), EVEX map 5", true, BYTES(0x62, 0xf5, 0x7d, 0x08, 0x7e, 0x07) },
	{ "vpmovzxbq (%rdi),%zmm0, EVEX", false, BYTES(0x62, 0xf2, 0x7d, 0x48, 0x32, 0x07) },

	{ "fstl (%rdi)", true, BYTES(0xd9, 0x17) },
	{ "flds (%rdi)", false, BYTES(0xd9, 0x07) },
	{ "fistpll (%rdi)", true, BYTES(0xdf, 0x3f) },
	{ "fxsave (%rdi)", true, BYTES(0x0f, 0xae, 0x07) },
	{ "fxrstor (%rdi)", false, BYTES(0x0f, 0xae, 0x0f) },
	{ "xsave (%rdi)", true, BYTES(0x0f, 0xae, 0x27) },
	{ "xsaveopt (%rdi)", true, BYTES(0x0f, 0xae, 0x37) },
	{ "clwb (%rdi)", false, BYTES(0x66, 0x0f, 0xae, 0x37) },
	{ "ptwritel (%rdi)", false, BYTES(0xf3, 0x0f, 0xae, 0x27) },
	{ "sidt (%rdi)", true, BYTES(0x0f, 0x01, 0x0f) },
	{ "lidt (%rdi)", false, BYTES(0x0f, 0x01, 0x1f) },
	{ "maskmovdqu %xmm1,%xmm0", true, BYTES(0x66, 0x0f, 0xf7, 0xc1) },

	{ "every prefix at once", true, BYTES(0x66, 0xf0, 0xf3, 0x2e, 0x64, 0x48, 0x89, 0x07) },
	{ "fifteen prefixes and nothing else", false,
	  BYTES(0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		0x66) },
	{ "a write after fifteen prefixes", false,
	  BYTES(0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		0x66, 0x89, 0x07) },
	{ "0f alone", false, BYTES(0x0f) },
	{ "0f 38 alone", false, BYTES(0x0f, 0x38) },
	{ "two-byte VEX alone", false, BYTES(0xc5) },
	{ "three-byte VEX alone", false, BYTES(0xc4, 0xe3) },
	{ "EVEX alone", false, BYTES(0x62, 0xf1) },
	{ "a group opcode without its ModRM byte", false, BYTES(0xff) },
	{ "an invalid opcode", false, BYTES(0x0f, 0x0b) },
};

static void try_table(void)
{
	for (unsigned int i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		/* A copy of exactly this size, so that the sanitizer reports a read beyond it. */
		uint8_t *copy = malloc(encodings[i].size);

		memcpy(copy, encodings[i].code, encodings[i].size);
		is(access_hint_writes(copy, encodings[i].size, &encodings[i].hint),
		   encodings[i].writes, encodings[i].name);
		free(copy);
	}
	is(access_hint_writes(NULL, 0, &(struct access_hint){ 0 }), false,
	   "an instruction of no bytes does not write");
}

/* The decoder must not read beyond the given bytes, whatever they are. */
static void try_garbage(void)
{
	uint32_t state = 1;

	for (int round = 0; round < 300000; round++) {
		unsigned int size = round % 16;
		uint8_t *copy = malloc(size ? size : 1);

		for (unsigned int i = 0; i < size; i++) {
			state = state * 1664525 + 1013904223;
			copy[i] = state >> 24;
		}
		access_hint_writes(copy, size, &(struct access_hint){ state, state, state });
		free(copy);
	}
	ok(true, "decoding 300,000 random instructions reads only inside their bounds");
}

/* ---- the processor ------------------------------------------------------------------ */

/* Shared with the child that runs the opcodes. */
static struct result {
	unsigned int nr_judged, nr_writes, nr_differences;
	uint8_t running[16];
	struct {
		uint8_t code[16];
		bool writes;
	} differences[DIFFERENCES_MAX];
} *result;

static uint8_t *code_page;
static volatile struct {
	bool at_start;		/* the fault hit the instruction itself */
	bool write;
	uint64_t addr;
} fault;

extern char probe_end[];
extern uint64_t probe_sp, probe_code;
void probe_run(void);

/* Save the stack pointer, load the registers and jump. The signal handler returns to probe_end. */
asm(".data\n"
    ".globl probe_sp, probe_code\n"
    "probe_sp: .quad 0\n"
    "probe_code: .quad 0\n"
    ".text\n"
    ".globl probe_run, probe_end\n"
    "probe_run:\n"
    "	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "	mov %rsp, probe_sp(%rip)\n"
    "	mov $0x08000000, %eax\n"
    "	mov %rax, %rbx; mov %rax, %rcx; mov %rax, %rdx; mov %rax, %rdi; mov %rax, %rbp\n"
    "	mov %rax, %r8;  mov %rax, %r9;  mov %rax, %r10; mov %rax, %r11\n"
    "	mov %rax, %r12; mov %rax, %r13; mov %rax, %r14; mov %rax, %r15\n"
    "	mov $0x08001000, %esi\n"	/* differs from rdi, so that movs faults at its source */
    "	mov $0x08002000, %esp\n"
    "	jmp *probe_code(%rip)\n"
    "probe_end:\n"
    "	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "	ret\n");

static void stopped(int signo, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)signo, (void)info;
	fault.at_start = regs[REG_RIP] == (greg_t)probe_code && regs[REG_TRAPNO] == TRAP_PAGE_FAULT;
	fault.write = regs[REG_ERR] & ERROR_WRITE;
	fault.addr = regs[REG_CR2];
	regs[REG_RIP] = (greg_t)probe_end;
	regs[REG_RSP] = probe_sp;
	regs[REG_EFL] = 0x202;
}

static void difference_note(const uint8_t *code, bool writes)
{
	if (result->nr_differences < DIFFERENCES_MAX) {
		memcpy(result->differences[result->nr_differences].code, code, 16);
		result->differences[result->nr_differences].writes = writes;
	}
	result->nr_differences++;
}

/* Run @size bytes of code, followed by zeros for an immediate, and compare. */
static void judge(const uint8_t *code, unsigned int size)
{
	struct access_hint hint = { .sp = STACK_POINTER, .di = POINTER };
	uint8_t whole[16] = { 0 };

	memcpy(whole, code, size);
	memcpy(result->running, whole, sizeof(whole));
	memcpy(code_page, whole, sizeof(whole));
	fault.at_start = false;
	probe_run();
	if (!fault.at_start)
		return;
	result->nr_judged++;
	result->nr_writes += fault.write;
	hint.addr = fault.addr;
	if (access_hint_writes(whole, ACCESS_HINT_SIZE_MAX, &hint) != fault.write)
		difference_note(whole, fault.write);
}

/* Tells whether @opcode is left out: a prefix (tested elsewhere), system call or interrupt. */
static bool spared(int map, unsigned int opcode)
{
	static const uint8_t spared_one_byte[] = {
		0x0f, 0x26, 0x2e, 0x36, 0x3e, 0x62, 0x64, 0x65, 0x66, 0x67, 0xc4, 0xc5, 0xcd,
		0xf0, 0xf2, 0xf3,
	};

	if (map == 1)
		return opcode == 0x05 || opcode == 0x34 || opcode == 0x38 || opcode == 0x3a;
	return map == 0 && ((opcode & 0xf0) == 0x40 ||
			    memchr(spared_one_byte, opcode, sizeof(spared_one_byte)));
}

static unsigned int map_bytes(int map, uint8_t *code)
{
	unsigned int size = 0;

	if (map > 0)
		code[size++] = 0x0f;
	if (map > 1)
		code[size++] = map == 2 ? 0x38 : 0x3a;
	return size;
}

static void judge_legacy(void)
{
	static const uint8_t prefixes[] = { 0, 0x66, 0x67, 0xf2, 0xf3, 0xf0, 0x48 };

	for (int map = 0; map < 4; map++)
		for (unsigned int p = 0; p < sizeof(prefixes); p++)
			for (unsigned int opcode = 0; opcode < 256; opcode++)
				for (unsigned int digit = 0; digit < 8; digit++) {
					uint8_t code[8];
					unsigned int size = 0;

					if (spared(map, opcode))
						continue;
					if (prefixes[p])
						code[size++] = prefixes[p];
					size += map_bytes(map, code + size);
					code[size++] = opcode;
					code[size++] = digit << 3 | 7;	/* (%rdi) */
					judge(code, size);
				}
}

/* Among the groups, only vldmxcsr (2) and vstmxcsr (3) have a memory operand. */
static void judge_vex(void)
{
	for (int map = 1; map < 4; map++)
		for (unsigned int form = 0; form < 16; form++)	/* W, L, and two bits of prefix */
			for (unsigned int opcode = 0; opcode < 256; opcode++)
				for (unsigned int digit = 2; digit < 4; digit++) {
					const uint8_t code[] = {
						0xc4, 0xe0 | map,
						(form & 8) << 4 | 0x78 | (form & 7), opcode,
						digit << 3 | 7,
					};

					judge(code, sizeof(code));
				}
}

static void judge_evex(void)
{
	static const uint8_t maps[] = { 1, 2, 3, 5, 6 };

	for (unsigned int m = 0; m < sizeof(maps); m++)
		for (unsigned int form = 0; form < 8; form++)
			for (unsigned int length = 0; length < 3; length++)
				for (unsigned int opcode = 0; opcode < 256; opcode++) {
					const uint8_t code[] = {
						0x62, 0xf0 | maps[m],
						(form & 4) << 5 | 0x7c | (form & 3),
						length << 5 | 0x08, opcode, 0x07,
					};

					judge(code, sizeof(code));
				}
}

static void child_prepare(void)
{
	static uint8_t signal_stack[65536];
	const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE };
	stack_t stack = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };
	struct sigaction action = { .sa_sigaction = stopped, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaltstack(&stack, NULL);
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	alarm(120);
	if (mmap((void *)0x01000000, NO_ACCESS_SIZE, PROT_NONE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
		 -1, 0) == MAP_FAILED)
		_exit(2);
	code_page = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code_page == MAP_FAILED)
		_exit(2);
	memset(code_page, 0xcc, CODE_SIZE);
	probe_code = (uint64_t)code_page;
}

/* Tells whether this host reports if a fault was a read or a write. */
static bool faults_are_told(void)
{
	memcpy(code_page, (uint8_t[]){ 0x89, 0x07 }, 2);
	probe_run();
	if (!fault.at_start || !fault.write)
		return false;
	memcpy(code_page, (uint8_t[]){ 0x8b, 0x07 }, 2);
	probe_run();
	return fault.at_start && !fault.write;
}

static void differences_tell(void)
{
	unsigned int shown = result->nr_differences;

	for (unsigned int i = 0; i < (shown < DIFFERENCES_MAX ? shown : DIFFERENCES_MAX); i++) {
		char text[64] = "";

		for (int byte = 0; byte < 8; byte++)
			sprintf(text + strlen(text), " %02x", result->differences[i].code[byte]);
		diag("%s:%s", result->differences[i].writes ? "writes" : "reads ", text);
	}
}

static void try_processor(void)
{
	const char *title = "the decoder and the processor agree on each opcode";
	int status;
	pid_t child;

	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	child = fork();
	if (!child) {
		child_prepare();
		if (!faults_are_told())
			_exit(2);
		judge_legacy();
		judge_vex();
		judge_evex();
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		skip(title, "this host does not distinguish writes from reads, or the probe's "
			    "address range is in use");
		return;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child runs all encodings");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		diag("status %#x at %02x %02x %02x %02x %02x %02x", status, result->running[0],
		     result->running[1], result->running[2], result->running[3], result->running[4],
		     result->running[5]);
	diag("%u encodings fault, %u of them as writes", result->nr_judged, result->nr_writes);
	ok(result->nr_judged > 2000 && result->nr_writes > 500,
	   "the comparison covers reads and writes");
	is(result->nr_differences, 0, title);
	differences_tell();
}

int main(void)
{
	try_table();
	try_garbage();
	try_processor();
	return tap_done();
}
