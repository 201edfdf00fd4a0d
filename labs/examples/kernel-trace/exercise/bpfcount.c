// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpfcount.c - use a BPF program to count how often an event occurs while a command runs
 *
 *   bpfcount GROUP/EVENT COMMAND...      events are the folders below /sys/kernel/tracing/events
 *
 * Students compile this program on the host and run it in the guest of the lab (README.md).
 */
#include <err.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

/* The program adds one to element 0 of the map. r10: stack, r1 to r5: arguments, r0: result. */
static int program_load(int map, enum bpf_prog_type type)
{
	const struct bpf_insn code[] = {
		/* key = 0, on the stack; r2 = &key */
		INSN(BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, -4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -4),
		/* r1 = map; this instruction has two words */
		INSN(BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_FD, 0, map),
		INSN(0, 0, 0, 0, 0),
		/* r0 = &value, or NULL; the verifier demands a check for NULL */
		INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSN(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0),
		/* *r0 += 1 */
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, 1),
		INSN(BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD),
		/* return 0 */
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(code[0]),
		.license = (uintptr_t)"GPL",
	};

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* Opens the event; *type: tracepoints and probes need different programs. */
static int event_open(const char *name, enum bpf_prog_type *type)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	char path[256], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/id", name);
	file = fopen(path, "r");
	if (!file || !fgets(line, sizeof(line), file))
		err(1, "%s", path);
	fclose(file);
	attr.config = strtoul(line, NULL, 10);
	*type = BPF_PROG_TYPE_TRACEPOINT;
	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/format", name);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (strstr(line, "__probe_"))
			*type = BPF_PROG_TYPE_KPROBE;
	if (file)
		fclose(file);
	return syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

int main(int argc, char **argv)
{
	union bpf_attr make = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
	};
	uint64_t count = 0;
	uint32_t key = 0;
	union bpf_attr look = { .key = (uintptr_t)&key, .value = (uintptr_t)&count };
	enum bpf_prog_type type;
	int map, program, event;

	if (argc < 3)
		errx(2, "usage: bpfcount GROUP/EVENT COMMAND...");
	map = syscall(SYS_bpf, BPF_MAP_CREATE, &make, sizeof(make));
	event = event_open(argv[1], &type);
	program = program_load(map, type);
	if (map < 0 || event < 0 || program < 0)
		err(1, "cannot load the program for %s", argv[1]);
	if (ioctl(event, PERF_EVENT_IOC_SET_BPF, program) || ioctl(event, PERF_EVENT_IOC_ENABLE))
		err(1, "cannot attach the program to %s", argv[1]);
	if (!fork()) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	wait(NULL);
	ioctl(event, PERF_EVENT_IOC_DISABLE);
	look.map_fd = map;
	if (syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &look, sizeof(look)))
		err(1, "cannot read the count");
	fprintf(stderr, "%s: %llu\n", argv[1], (unsigned long long)count);
	return 0;
}
