// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-verb.c - test the option parser of umlab, umlab-disk and umlab-net (labs/base/verb.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/program.h"

static enum status run(const struct verb_args *args)
{
	return args->words.nr == 1 ? STATUS_OK : STATUS_FAILED;
}

static const struct verb_option options[] = {
	{ .letter = 'j', .name = "jobs", .value = "N", .min = 1, .max = 10, .help = "Run N jobs" },
	{ .letter = 'f', .name = "force", .help = "Do not ask" },
	{ .letter = 'p', .name = "parallel", .value = "[N]", .help = "Run in parallel" },
	{ .name = "net", .value = "NET", .kind = "=up|=down", .help = "Add a network" },
	{ 0 }
};

static const struct verb start_verb = {
	.name = "start", .group = 1, .usage = "NAME...", .summary = "Start things",
	.options = options, .words = "=one|=two...", .min_words = 1, .max_words = 2, .run = run,
};

static const struct verb exec_verb = {
	.name = "exec", .group = 1, .usage = "NAME COMMAND...", .summary = "Run a command",
	.options = options, .min_words = 1, .max_words = 1,
	.command = VERB_COMMAND_WORD, .run = run,
};

static const struct verb image_list_verb = {
	.name = "image list", .group = 1, .usage = "", .summary = "List images", .run = run,
};

static const struct verb *const verbs[] = {
	&start_verb, &exec_verb, &image_list_verb, &program_help_verb, NULL
};
static const char *const groups[] = { "", "Things", NULL };
static const struct program program = {
	.name = "thing", .version = "1", .purpose = "Do things", .groups = groups, .verbs = verbs,
};

static struct verb_args args;

/* Parses the words, which end with NULL, as arguments of @verb. */
#define PARSE(verb, ...) parse(verb, (char *[]){ __VA_ARGS__, NULL })
static enum verb_outcome parse(const struct verb *verb, char **words)
{
	int nr = 0;

	while (words[nr])
		nr++;
	return verb_parse(&program, verb, nr, words, &args);
}

/* Runs a whole command line; drops its output, because TAP uses standard output. */
#define RUN(...) run_words((char *[]){ "thing", __VA_ARGS__, NULL })
static enum status run_words(char **words)
{
	int nr = 0, kept = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
	enum status status;

	while (words[nr])
		nr++;
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	status = program_run(&program, nr, words);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(null);
	return status;
}

static void forms(void)
{
	ok(PARSE(&start_verb, "a", "--jobs=3", "--force") == VERB_READY &&
	   verb_number(&args, "jobs", 0) == 3 && verb_flag(&args, "force"),
	   "long options are accepted after words");
	ok(PARSE(&start_verb, "--jobs", "4", "a") == VERB_READY &&
	   verb_number(&args, "jobs", 0) == 4, "the value of an option can be the next word");
	ok(PARSE(&start_verb, "-fj5", "a") == VERB_READY && verb_flag(&args, "force") &&
	   verb_number(&args, "jobs", 0) == 5, "option letters can be combined");
	ok(PARSE(&start_verb, "--parallel", "a") == VERB_READY && args.words.nr == 1 &&
	   !*verb_value(&args, "parallel"), "an optional value is not taken from the next word");
	ok(PARSE(&start_verb, "--net=a", "--net=b", "x") == VERB_READY &&
	   verb_values(&args, "net")->nr == 2 && !strcmp(verb_value(&args, "net"), "b"),
	   "all values of a repeated option are kept");
	ok(PARSE(&exec_verb, "pc", "ls", "-l") == VERB_READY && args.command.nr == 2 &&
	   args.words.nr == 1, "the words after the first one are a command");
	ok(PARSE(&exec_verb, "-f", "pc", "--", "-l") == VERB_READY && args.command.nr == 1,
	   "everything after -- is a command");
	ok(!verb_flag(&args, "no-such") && !verb_value(&args, "no-such"),
	   "an option that the verb does not have counts as not given");
}

static void faults(void)
{
	ok(PARSE(&start_verb, "a", "--job=3") == VERB_WRONG, "an unknown option is rejected");
	ok(PARSE(&start_verb, "a", "-x") == VERB_WRONG, "an unknown option letter is rejected");
	ok(PARSE(&start_verb, "a", "--force=1") == VERB_WRONG, "a value for a flag is rejected");
	ok(PARSE(&start_verb, "a", "--net") == VERB_WRONG, "a missing value is rejected");
	ok(PARSE(&start_verb, "a", "--jobs=0") == VERB_WRONG,
	   "a number below the range is rejected");
	ok(PARSE(&start_verb, "a", "--jobs=11") == VERB_WRONG,
	   "a number above the range is rejected");
	ok(PARSE(&start_verb, "a", "--jobs=3x") == VERB_WRONG, "a number with letters is rejected");
	ok(PARSE(&start_verb, "--force") == VERB_WRONG, "too few words are rejected");
	ok(PARSE(&start_verb, "a", "b", "c") == VERB_WRONG, "too many words are rejected");
	ok(PARSE(&start_verb, "a", "--", "b") == VERB_WRONG, "an unexpected command is rejected");
	ok(PARSE(&start_verb, "--help", "--no-such") == VERB_HELP,
	   "--help takes precedence over errors");
}

static void programs(void)
{
	ok(verb_find(&program, "image", "list") == &image_list_verb &&
	   verb_find(&program, "start", "list") == &start_verb &&
	   !verb_find(&program, "image", NULL) && !verb_find(&program, "star", NULL),
	   "verbs are found by one or two whole words");
	ok(RUN("start", "a") == STATUS_OK && RUN("start", "a", "b") == STATUS_FAILED,
	   "the exit status is the status of the verb");
	ok(RUN("stat") == STATUS_USAGE && RUN("image") == STATUS_USAGE && RUN("-x") == STATUS_USAGE,
	   "an unknown verb, a group alone and an unknown option are usage errors");
	ok(RUN("help", "start") == STATUS_OK && RUN("help", "--man") == STATUS_OK &&
	   RUN("--version") == STATUS_OK && RUN("complete", "start", "o") == STATUS_OK,
	   "help, man pages, versions and candidates are printed");
}

/*
 * In a build with AddressSanitizer, its runtime calls this function before main(). Do not report
 * leaks: the parser keeps its words until the program ends.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	forms();
	faults();
	programs();
	return tap_done();
}
