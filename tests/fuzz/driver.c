// SPDX-License-Identifier: GPL-2.0-only
/*
 * driver.c - run a fuzz target: mutate inputs, and keep those that reach new code
 *
 * Linked with each tests/fuzz/f-<target>.c, because a host may have neither clang nor AFL. It needs
 * only -fsanitize-coverage=trace-pc, which gcc has.
 *
 *     f-link                        run and mutate the kept inputs for 8 seconds, as a TAP test
 *     f-link -t 3600 -k DIR DIR     for an hour, with the inputs of DIR too, and keep inputs that
 *                                   reach new code there
 *     f-link -s 7                   with another seed (1)
 *     f-link -r FILE                run this input once, to reproduce a fault
 *
 * Theory of operation
 *   The compiler calls __sanitizer_cov_trace_pc() at each edge of the target's code. We count the
 *   edges by the hash of the caller's address. An input that reaches an edge for the first time, or
 *   more often than before (in steps of powers of two), joins the pool. Each round takes an input
 *   from the pool, changes it in a few places or joins it with another one, and runs it. All random
 *   numbers come from the seed, so a slow host runs the same inputs, only fewer of them.
 *   This file is compiled without sanitizers, because the runtime of ASan calls the target before
 *   it is ready.
 *   The input that runs is in a file that is mapped as shared, so it survives any end of the
 *   process. After a fault, f-<target>.fault beside the program holds it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

enum { EDGES = 1 << 16, INPUT_MAX = 16384, POOL_MAX = 20000 };

struct input {
	uint8_t *data;
	size_t size;
};

static uint8_t counts[EDGES], seen[EDGES];
static struct input pool[POOL_MAX];
static int nr_pool;
static uint64_t random_state = 1;
static const char *kept_dir;
static char *program, *own_corpus;	/* full paths */
/* The input that runs: its size, then its bytes. */
static struct current { size_t size; uint8_t data[INPUT_MAX]; } *current;

void __sanitizer_cov_trace_pc(void);
__attribute__((no_sanitize_coverage))
void __sanitizer_cov_trace_pc(void)
{
	/* The difference does not depend on where the program is loaded. */
	uintptr_t caller = (uintptr_t)__builtin_return_address(0) - (uintptr_t)&nr_pool;
	uint8_t *count = &counts[(caller ^ caller >> 16) % EDGES];

	if (*count < 255)
		++*count;
}

__attribute__((weak))
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

/* xorshift64*, which is enough for mutations. */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dull) >> 32) % (limit ? limit : 1);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

/* Maps the file of the current input beside the program. */
static void current_map(const char *program)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s.fault", program);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, sizeof(*current)))
		exit(125);
	current = mmap(NULL, sizeof(*current), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (current == MAP_FAILED)
		exit(125);
	close(fd);
}

static void pool_add(const uint8_t *data, size_t size)
{
	struct input *input = &pool[nr_pool < POOL_MAX ? nr_pool++ : (int)random_below(POOL_MAX)];

	free(input->data);
	input->data = malloc(size + 1);
	if (!input->data)
		exit(125);
	memcpy(input->data, data, size);
	input->size = size;
}

/* Did the last run reach an edge for the first time, or much more often than before? */
static bool reached_new(void)
{
	bool found = false;

	for (int i = 0; i < EDGES; i++) {
		uint8_t step = 0;

		if (!counts[i])
			continue;
		while (step < 7 && counts[i] >> (step + 1))
			step++;
		if (seen[i] & 1 << step)
			continue;
		seen[i] |= 1 << step;
		found = true;
	}
	return found;
}

static void run(void)
{
	memset(counts, 0, sizeof(counts));
	/* A copy of exactly this size, so that the sanitizer sees accesses beyond its end. */
	uint8_t *copy = malloc(current->size ? current->size : 1);

	if (!copy)
		exit(125);
	memcpy(copy, current->data, current->size);
	LLVMFuzzerTestOneInput(copy, current->size);
	free(copy);
}

static void input_keep(void)
{
	char path[4096];
	uint64_t hash = 0xcbf29ce484222325ull;
	int fd;

	if (!kept_dir)
		return;
	for (size_t i = 0; i < current->size; i++)
		hash = (hash ^ current->data[i]) * 0x100000001b3ull;
	snprintf(path, sizeof(path), "%s/%016lx", kept_dir, (unsigned long)hash);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, current->data, current->size) != (ssize_t)current->size)
		fprintf(stderr, "# cannot write %s\n", path);
	if (fd >= 0)
		close(fd);
}

/* Reads an input into @current. False: @path is not a file, or is too large. */
static bool input_read(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && !fstat(fd, &status) && S_ISREG(status.st_mode) &&
		    status.st_size <= INPUT_MAX &&
		    read(fd, current->data, status.st_size) == status.st_size;

	if (good)
		current->size = status.st_size;
	if (fd >= 0)
		close(fd);
	return good;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Runs the inputs of a folder, in the order of their names. Returns how many there are. */
static int corpus_run(const char *dir)
{
	struct dirent **entries;
	int nr = scandir(dir, &entries, NULL, by_name), nr_run = 0;
	char path[4096];

	for (int i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		free(entries[i]);
		if (!input_read(path))
			continue;
		run();
		reached_new();
		pool_add(current->data, current->size);
		nr_run++;
	}
	if (nr >= 0)
		free(entries);
	return nr_run;
}

static void bytes_insert(size_t at, size_t size)
{
	if (current->size + size > INPUT_MAX)
		return;
	memmove(current->data + at + size, current->data + at, current->size - at);
	current->size += size;
}

static void bytes_remove(size_t at, size_t size)
{
	memmove(current->data + at, current->data + at + size, current->size - at - size);
	current->size -= size;
}

static void mutate_once(void)
{
	static const uint8_t nasty[] = { 0, 1, 2, 4, 8, 0x1b, 0x7f, 0x80, 0xa5, 0xc2, 0xff };
	size_t size = current->size, at = random_below(size + 1);
	size_t run = 1 + random_below(random_below(4) ? 8 : 256);
	size_t room = size - at < run ? size - at : run;
	const struct input *other;

	switch (random_below(8)) {
	case 0:
		if (at < size)
			current->data[at] ^= 1 << random_below(8);
		break;
	case 1:
		if (at < size)
			current->data[at] = nasty[random_below(sizeof(nasty))];
		break;
	case 2:
		if (at < size)
			current->data[at] = random_below(256);
		break;
	case 3:
		if (at < size)
			current->data[at] += (uint8_t)(random_below(9) - 4);
		break;
	case 4:
		bytes_remove(at, room);
		break;
	case 5:
		if (room && size + room <= INPUT_MAX) {
			bytes_insert(at, room);
			memcpy(current->data + at, current->data + at + room, room);
		}
		break;
	case 6:
		bytes_insert(at, run);
		for (size_t i = at; i < at + run && i < current->size; i++)
			current->data[i] = random_below(2) ? random_below(256) :
					   nasty[random_below(sizeof(nasty))];
		break;
	case 7:
		/* A part of another input, which replaces what is here or pushes it back. */
		other = &pool[random_below(nr_pool)];
		if (!other->size)
			break;
		size_t from = random_below(other->size);

		run = other->size - from < run ? other->size - from : run;
		if (random_below(2))
			bytes_insert(at, run);
		if (at + run <= INPUT_MAX) {
			memcpy(current->data + at, other->data + from, run);
			if (current->size < at + run)
				current->size = at + run;
		}
		break;
	}
}

static void round_run(void)
{
	/* Half of the rounds take one of the latest inputs, which reached new code. */
	int latest = nr_pool < 32 ? nr_pool : 32;
	int which = random_below(2) ? (int)random_below(nr_pool) :
				      nr_pool - 1 - (int)random_below(latest);
	const struct input *input = &pool[which];

	memcpy(current->data, input->data, input->size);
	current->size = input->size;
	for (unsigned int n = 1 + random_below(6); n; n--)
		mutate_once();
	run();
	if (reached_new()) {
		pool_add(current->data, current->size);
		input_keep();
	}
}

static int nr_edges(void)
{
	int nr = 0;

	for (int i = 0; i < EDGES; i++)
		nr += seen[i] != 0;
	return nr;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	char path[4096];
	double limit = 8, end;
	long rounds = 0;
	int option, nr_corpus = 0, early;
	const char *again = NULL;

	while ((option = getopt(argc, argv, "t:s:k:r:")) >= 0)
		switch (option) {
		case 't': limit = atof(optarg); break;
		case 's': random_state = strtoull(optarg, NULL, 10) * 2 + 1; break;
		case 'k': kept_dir = optarg; break;
		case 'r': again = optarg; break;
		default: return 2;
		}
	current_map(argv[0]);
	/* The target may change to another folder. */
	if (kept_dir)
		kept_dir = realpath(kept_dir, NULL);
	for (int i = optind; i < argc; i++)
		argv[i] = realpath(argv[i], NULL);
	program = realpath(argv[0], NULL);
	own_corpus = realpath(FUZZ_CORPUS, NULL);
	LLVMFuzzerInitialize(&argc, &argv);
	if (again) {
		if (!input_read(again))
			return 125;
		run();
		return 0;
	}
	nr_corpus += own_corpus ? corpus_run(own_corpus) : 0;
	for (int i = optind; i < argc; i++)
		nr_corpus += argv[i] ? corpus_run(argv[i]) : 0;
	if (!nr_pool)
		pool_add((const uint8_t *)"", 0);
	early = nr_edges();
	end = seconds_now() + limit;
	for (; seconds_now() < end; rounds++)
		round_run();
	printf("%sok - %s survives the %d inputs of its corpus\n", nr_corpus ? "" : "not ", name,
	       nr_corpus);
	printf("ok - %s survives mutated inputs\n", name);
	printf("# %ld inputs; %d edges by the corpus, %d by all; %d inputs reached new code\n"
	       "1..2\n", rounds, early, nr_edges(), nr_pool - nr_corpus);
	snprintf(path, sizeof(path), "%s.fault", program);
	unlink(path);
	return nr_corpus ? 0 : 1;
}
