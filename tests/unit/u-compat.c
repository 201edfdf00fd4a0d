// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-compat.c - test the translation of the commands of Netkit and Kathará (labs/cli/compat.c)
 */
#include "tap.h"

#include <sys/wait.h>

#include "base/files.h"
#include "base/txt.h"
#include "cli/compat.h"
#include "scratch.h"

/* Translates the blank-separated words of a call. NULL: it is not a command of the others. */
static char *translated(const char *call)
{
	struct words words = { 0 }, to = { 0 };
	int argc;

	words_split(&words, call, " ");
	to.at = compat_arguments(words.nr, words.at, &argc);
	to.nr = to.at ? argc : 0;
	return to.at ? words_join(&to, " ") : NULL;
}

static bool becomes(const char *call, const char *want)
{
	char *got = translated(call);
	bool same = want ? got && !strcmp(got, want) : !got;

	if (!same)
		diag("%s: %s", call, got ? got : "(not translated)");
	return same;
}

/* Does the call end the program with status 2, after a message that contains @why? */
static bool rejected(const char *call, const char *why)
{
	char *text;
	size_t size;
	pid_t pid = fork();
	int status;

	if (!pid) {
		/* The end of this process must not remove the folder. */
		*scratch_path = '\0';
		if (freopen("message", "w", stderr))
			translated(call);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2 && !file_read("message", &text, &size) &&
	    strstr(text, why))
		return true;
	diag("%s: status %#x", call, status);
	return false;
}

static void netkit(void)
{
	ok(becomes("lstart", "umlab lstart") && becomes("/usr/bin/lhalt pc1", "umlab lhalt pc1") &&
	   becomes("lcrash -d x", "umlab lcrash -d x") && becomes("lclean", "umlab lclean") &&
	   becomes("lrestart", "umlab lrestart") && becomes("linfo", "umlab linfo"),
	   "the commands for labs become verbs of the same name");
	ok(becomes("ltest --sign", "umlab check --netkit --sign"),
	   "ltest becomes a check with signatures");
	ok(becomes("vlist", "umlab list -a") && becomes("vhalt a b", "umlab stop a b") &&
	   becomes("vcrash a", "umlab kill a") && becomes("vclean a", "umlab remove --force a") &&
	   becomes("vdump A", "umlab capture A") && becomes("vcommand a ls", "umlab exec a ls") &&
	   becomes("vconnect a", "umlab connect a"),
	   "the commands for machines become their verbs");
	ok(becomes("vconfig a --eth1=B", "umlab lconfig a --add=1:B"), "vconfig adds an interface");
	ok(becomes("lstart -d --eth0=A --x", "umlab lstart -d --eth0=A --x"),
	   "options of labs pass unchanged");
}

static void vstart(void)
{
	char *call;

	call = translated("vstart pc1 --eth0=A --mem=64");
	ok(call && txt_starts(call, "umlab vstart --net=switch:") &&
	   strstr(call, " --mem=64") && txt_ends(call, " pc1"),
	   "vstart names the machine last, its network and its memory (%s)", call);
	call = translated("vstart pc1 --eth0=A/02:00:00:00:00:01");
	ok(call && strstr(call, ",mac=02:00:00:00:00:01 "), "an address is passed on");
	ok(becomes("vstart pc1 --eth0=tap,10.0.0.1,10.0.0.2", "umlab vstart --net=slirp pc1") &&
	   becomes("vstart --eth0=slirp pc1", "umlab vstart --net=slirp pc1"),
	   "a tap becomes access to the internet");
	ok(becomes("vstart pc1 -M 64", "umlab vstart --mem=64 pc1") &&
	   becomes("vstart pc1 --mem 64", "umlab vstart --mem=64 pc1"),
	   "memory may be a separate word, and have its short name");
	ok(becomes("vstart -q pc1 --noterminals", "umlab vstart pc1"),
	   "options about terminals have no effect");
	ok(rejected("vstart", "name of the machine is missing"), "a missing name is rejected");
	ok(rejected("vstart pc1 --nonsense=1", "nonsense"), "an unknown option is rejected");
	ok(rejected("vstart pc1 --eth99=A", "eth99"), "an interface out of range is rejected");
}

static void kathara(void)
{
	char *call;

	ok(becomes("kathara", "umlab help") && becomes("umlab kathara", "umlab help"),
	   "kathara alone shows the help");
	ok(becomes("kathara lstart -d x", "umlab lstart -d x") &&
	   becomes("umlab kathara lclean", "umlab lclean") &&
	   becomes("kathara list", "umlab list"), "most subcommands are verbs of the same name");
	ok(becomes("kathara check", "umlab doctor") && becomes("kathara settings", "umlab doctor"),
	   "check and settings show what umlab needs");
	ok(becomes("kathara vclean -n pc1", "umlab remove --force pc1") &&
	   becomes("kathara vconfig -n pc1 --add A", "umlab lconfig pc1 --add A") &&
	   becomes("kathara lconfig --name pc1 --add A", "umlab lconfig pc1 --add A"),
	   "the name of a machine becomes a word");
	call = translated("kathara vstart -n pc1 --eth 0:A --image x");
	ok(call && strstr(call, "--net=switch:") && strstr(call, "--image=x") &&
	   txt_ends(call, " pc1"), "vstart of Kathar\xc3\xa1 becomes vstart (%s)", call);
	ok(rejected("kathara vstart --eth 0:A", "missing"), "a vstart without a name is rejected");
}

static void others(void)
{
	ok(becomes("umlab list", NULL) && becomes("umlab", NULL),
	   "calls of umlab itself are not translated");
	ok(becomes("umlab-linux x", NULL) && becomes("lstar", NULL) && becomes("xlstart", NULL) &&
	   becomes("./", NULL), "calls with other names are not translated");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	netkit();
	vstart();
	kathara();
	others();
	return tap_done();
}
