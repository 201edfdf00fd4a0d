// SPDX-License-Identifier: GPL-2.0-only
/*
 * cow_tool.c - umlab-disk: the command line, and what its verbs share
 *
 * A verb is an entry in the table below and a function in one of tool_*.c.
 */
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tool.h"

static const struct tool_verb verbs[] = {
	{ "create", "FILE", "bscrt", 1, 1, tool_create, "a new layer over --base, or an empty disk of --size" },
	{ "info", "FILE", "bjrK", 1, 1, tool_info, "what FILE is and what it stands on; --break-lock ends a lease" },
	{ "map", "FILE", "bjr", 1, 1, tool_map, "which file holds which part of the disk" },
	{ "check", "FILE", "bRDr", 1, 1, tool_check, "look for damage; --repair mends maps and headers, --data reads everything" },
	{ "commit", "FILE", "b", 1, 1, tool_commit, "put the content of FILE into the layer below; FILE is empty then" },
	{ "flatten", "FILE", "bor", 1, 1, tool_flatten, "make FILE (or --output) independent of what lies below" },
	{ "rebase", "FILE NEWBASE", "bur", 2, 2, tool_rebase, "put FILE on another base; same content, or -u: same changes" },
	{ "diff", "OLD NEW", "or", 2, 2, tool_diff, "where two disks differ; --output makes a layer of that, over OLD" },
	{ "compare", "ONE OTHER", "r", 2, 2, tool_compare, "do two disks hold the same? status 0 yes, 1 no" },
	{ "convert", "IN OUT", "btcrf", 2, 2, tool_convert, "into another format: --to raw, layer, cow3, qcow2" },
	{ "pack", "FILE PACK", "", 2, 2, tool_pack, "what one layer holds, compressed, to send it ('-': standard output)" },
	{ "unpack", "PACK FILE", "b", 2, 2, tool_unpack, "the layer out of PACK ('-': standard input)" },
	{ "seal", "FILE", "", 1, 1, tool_seal, "no more writes to a layer, its content hashed; raw: note its hash beside it" },
	{ "snapshot", "FILE NAME", "", 2, 2, tool_snapshot, "keep the present state as a layer below FILE" },
	{ "rollback", "FILE NAME", "", 2, 2, tool_rollback, "back to that state; what was since is kept as FILE~" },
	{ "resize", "FILE SIZE", "br", 2, 2, tool_resize, "grow the disk" },
	{ "nbd", "FILE", "bSrO", 1, 1, tool_nbd, "serve the disk to NBD clients (qemu, fio, nbdcopy) at --socket" },
	{ "machine", "SOCKET COMMAND...", "", 2, 8, tool_machine, "disks of a running machine: list, add ubdN=..., remove ubdN, grow ubdN [SIZE]" },
};

static const struct option long_options[] = {
	{ "base", required_argument, NULL, 'b' },
	{ "size", required_argument, NULL, 's' },
	{ "cluster", required_argument, NULL, 'c' },
	{ "to", required_argument, NULL, 't' },
	{ "output", required_argument, NULL, 'o' },
	{ "socket", required_argument, NULL, 'S' },
	{ "json", no_argument, NULL, 'j' },
	{ "repair", no_argument, NULL, 'R' },
	{ "data", no_argument, NULL, 'D' },
	{ "unsafe", no_argument, NULL, 'u' },
	{ "raw", no_argument, NULL, 'r' },
	{ "force", no_argument, NULL, 'f' },
	{ "read-only", no_argument, NULL, 'O' },
	{ "break-lock", no_argument, NULL, 'K' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* ---- messages -------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;
static bool bar_shown;

static void clear_bar(void)
{
	if (bar_shown)
		fputs("\r\033[K", stderr);
	bar_shown = false;
}

void tool_warn(const char *format, ...)
{
	va_list args;

	clear_bar();
	va_start(args, format);
	fputs("umlab-disk: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

void tool_die(const char *format, ...)
{
	va_list args;

	clear_bar();
	va_start(args, format);
	fputs("umlab-disk: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	tool_part_drop();
	exit(TOOL_NO);
}

int tool_fail(const struct cow_error *error)
{
	if (interrupted)
		tool_warn("interrupted; nothing was changed under its name");
	else
		tool_warn("%s", error->text);
	return TOOL_NO;
}

const char *tool_size_text(uint64_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB" };
	static char text[4][32];
	static int which;
	double value = size;
	unsigned int unit = 0;

	while (value >= 1024 && unit < 5) {
		value /= 1024;
		unit++;
	}
	which = (which + 1) % 4;
	snprintf(text[which], sizeof(text[which]), unit && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
	return text[which];
}

/* ---- progress and interruption ----------------------------------------------------- */

static void on_signal(int number)
{
	interrupted = number;
}

bool tool_interrupted(void)
{
	return interrupted;
}

bool tool_step(const char *what, uint64_t done, uint64_t total)
{
	static int shown = -1;
	int percent = total ? done * 100.0 / total : 100;

	if (isatty(STDERR_FILENO) && percent != shown) {
		fprintf(stderr, "\r%-10s %3d%% [%-40.*s]", what, percent, percent * 40 / 100, "########################################");
		fflush(stderr);
		bar_shown = true;
		shown = percent;
	}
	return interrupted;
}

static bool step(struct cow_progress *progress, const char *what, uint64_t done, uint64_t total)
{
	return tool_step(what, done, total);
}

struct cow_progress tool_progress = { step };

/* ---- chains ------------------------------------------------------------------------- */

static void note(void *data, const char *text)
{
	tool_warn("%s", text);
}

struct cow_chain *tool_open(const char *path, unsigned int flags, const struct tool_options *options)
{
	const struct cow_options open = {
		.flags = flags | (options->raw ? COW_LAYER_RAW : 0),
		.base = options->base,
		.note = note,
		.progress = &tool_progress,
	};
	struct cow_error error = { "" };
	struct cow_chain *chain;

	if (cow_chain_open(&cow_io_posix, path, &open, &chain, &error)) {
		tool_fail(&error);
		return NULL;
	}
	return chain;
}

int tool_close(struct cow_chain *chain)
{
	char path[COW_PATH];
	int ret;

	if (!chain)
		return TOOL_OK;
	snprintf(path, sizeof(path), "%s", chain->layers[0]->path);
	ret = cow_chain_close(chain);
	if (ret) {
		tool_warn("%s: cannot be closed in order: %s", path, cow_reason(ret));
		return TOOL_NO;
	}
	return TOOL_OK;
}

int tool_read(struct cow_chain *chain, void *to, uint64_t offset, uint64_t size)
{
	struct cow_iovec vec = { to, size };

	return cow_chain_read(chain, &vec, 1, offset, size, 0);
}

int tool_write(struct cow_chain *chain, void *from, uint64_t offset, uint64_t size)
{
	struct cow_iovec vec = { from, size };

	return cow_chain_write(chain, &vec, 1, offset, size);
}

/* ---- output that appears when it is complete ------------------------------------------- */

static char part_name[COW_PATH + 8];

const char *tool_part(const char *path)
{
	snprintf(part_name, sizeof(part_name), "%s.new", path);
	unlink(part_name);
	return part_name;
}

void tool_part_drop(void)
{
	if (part_name[0])
		unlink(part_name);
	part_name[0] = 0;
}

int tool_publish(const char *path, bool replace)
{
	int ret = replace ? cow_io_posix.rename(&cow_io_posix, part_name, path) :
			    cow_io_posix.link(&cow_io_posix, part_name, path);

	if (!replace && (ret == -EPERM || ret == -EOPNOTSUPP) && access(path, F_OK))
		ret = cow_io_posix.rename(&cow_io_posix, part_name, path);
	if (!ret)
		ret = cow_io_posix.sync_folder(&cow_io_posix, path);
	if (ret)
		tool_warn("%s: %s", path, cow_reason(ret));
	tool_part_drop();
	return ret ? TOOL_NO : TOOL_OK;
}

int tool_command(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		execvp(argv[0], (char *const *)argv);
		fprintf(stderr, "umlab-disk: %s: not found; it comes with a Debian package, see README\n", argv[0]);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		tool_die("%s: cannot be started", argv[0]);
	return status ? TOOL_NO : TOOL_OK;
}

/* ---- the command line --------------------------------------------------------------------- */

static void help(FILE *to)
{
	fputs("usage: umlab-disk VERB [OPTION]... ARGUMENT...\n"
	      "Disks of umlab machines: raw files, COW V3 files, and layers of any number.\n\n", to);
	for (unsigned int i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		char head[64];

		snprintf(head, sizeof(head), "%s %s", verbs[i].name, verbs[i].arguments);
		fprintf(to, "  %-26s %s\n", head, verbs[i].help);
	}
	fputs("\nOptions:\n"
	      "  -b, --base FILE     the layer below, instead of the one that FILE names\n"
	      "  -s, --size SIZE     of a new disk: bytes, or with K, M, G, T\n"
	      "  -c, --cluster SIZE  of a new layer: 4K (default) to 64K\n"
	      "  -t, --to FORMAT     raw, layer, cow3, qcow2\n"
	      "  -o, --output FILE   where the result goes\n"
	      "  -S, --socket PATH   unix socket of nbd\n"
	      "  -j, --json          machine-readable\n"
	      "  -R, --repair        mend what can be mended\n"
	      "  -D, --data          check contents, not only maps\n"
	      "  -u, --unsafe        rebase: change the name of the base, not the content\n"
	      "  -r, --raw           FILE is raw, whatever it looks like\n"
	      "  -O, --read-only     serve without writing\n"
	      "  -f, --force         replace OUT\n"
	      "      --break-lock    forget a lease whose holder is certainly gone\n"
	      "  -h, --help          this; --version\n\n"
	      "Exit status: 0 good, 1 no (different, damaged, did not work), 2 wrong usage.\n"
	      "umlab-disk(1) tells more, umlab-disk(5) the formats.\n", to);
}

static uint64_t parse_size(const char *text)
{
	static const char units[] = "KMGT";
	char *end;
	uint64_t value;
	const char *unit;

	errno = 0;
	value = strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end >= 'a' ? *end - 32 : *end) : NULL;
	if (unit) {
		int bits = 10 * (unit - units + 1);

		if (value > UINT64_MAX >> bits)
			errno = ERANGE;
		value <<= bits;
		end++;
		if (!strcmp(end, "iB") || !strcmp(end, "B"))
			end = "";
	}
	if (errno || end == text || *end || !value || text[0] == '-') {
		tool_warn("'%s' is no size (bytes, or a number with K, M, G, T)", text);
		exit(TOOL_USAGE);
	}
	return value;
}

uint64_t tool_parse_size(const char *text)
{
	return parse_size(text);
}

static unsigned int parse_cluster(const char *text)
{
	uint64_t size = parse_size(text);

	for (unsigned int bits = COW_CLUSTER_BITS_MIN; bits <= COW_CLUSTER_BITS_MAX; bits++)
		if (size == 1ULL << bits)
			return bits;
	tool_warn("clusters have 4K, 8K, 16K, 32K or 64K, not %s", text);
	exit(TOOL_USAGE);
}

static void take_option(int letter, struct tool_options *options)
{
	switch (letter) {
	case 'b': options->base = optarg; break;
	case 's': options->size = parse_size(optarg); break;
	case 'c': options->cluster_bits = parse_cluster(optarg); break;
	case 't': options->to = optarg; break;
	case 'o': options->output = optarg; break;
	case 'S': options->socket = optarg; break;
	case 'j': options->json = true; break;
	case 'R': options->repair = true; break;
	case 'D': options->data = true; break;
	case 'u': options->unsafe = true; break;
	case 'r': options->raw = true; break;
	case 'f': options->force = true; break;
	case 'O': options->read_only = true; break;
	case 'K': options->break_lock = true; break;
	}
}

static const struct tool_verb *find_verb(const char *name)
{
	for (unsigned int i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct tool_options options = { 0 };
	const struct tool_verb *verb;
	int letter, ret;

	/* A closed standard descriptor would be the number of the next file opened. */
	while ((ret = open("/dev/null", O_RDWR)) >= 0 && ret <= STDERR_FILENO)
		;
	close(ret);
	if (argc < 2) {
		help(stderr);
		return TOOL_USAGE;
	}
	verb = find_verb(argv[1]);
	if (verb) {
		argv++;
		argc--;
	}
	while ((letter = getopt_long(argc, argv, "b:s:c:t:o:S:jRDurfOhV", long_options, NULL)) != -1) {
		if (letter == 'h') {
			help(stdout);
			return TOOL_OK;
		}
		if (letter == 'V') {
			puts("umlab-disk " UMLAB_VERSION);
			return TOOL_OK;
		}
		if (letter == '?' || !verb || !strchr(verb->options, letter)) {
			if (letter != '?' && verb)
				tool_warn("%s takes no option -%c", verb->name, letter);
			fputs("umlab-disk --help tells what there is\n", stderr);
			return TOOL_USAGE;
		}
		take_option(letter, &options);
	}
	if (!verb) {
		tool_warn("no verb '%s'; umlab-disk --help lists them", argv[1]);
		return TOOL_USAGE;
	}
	argc -= optind;
	argv += optind;
	if (argc < verb->min || argc > verb->max) {
		tool_warn("usage: umlab-disk %s [OPTION]... %s", verb->name, verb->arguments);
		return TOOL_USAGE;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	ret = verb->run(argc, argv, &options);
	clear_bar();
	tool_part_drop();
	if (fflush(stdout) || ferror(stdout))
		tool_die("standard output: cannot be written");
	return interrupted && ret ? 128 + interrupted : ret;
}
