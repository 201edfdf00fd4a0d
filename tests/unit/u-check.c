// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-check.c - test the checks of labs: both kinds of check file, and the reports
 * (labs/check/check.c, check_native.c, check_kathara.c, check_report.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <jansson.h>

#include "base/txt.h"
#include "check/check_kathara.h"
#include "check/check_native.h"
#include "check/check_report.h"

static char *reason;

static struct checks native(const char *json, bool *good)
{
	struct checks checks = { 0 };
	json_t *file = json_loads(json, JSON_DECODE_ANY, NULL);

	reason = NULL;
	*good = check_native_read(&checks, file, &reason);
	return checks;
}

static bool refused(const char *json, const char *why)
{
	bool good;

	native(json, &good);
	if (!good && reason && strstr(reason, why))
		return true;
	diag("%s: %s", json, reason ? reason : "taken");
	return false;
}

static void native_files(void)
{
	bool good;
	struct checks checks = native("{\"wait\": 9, \"checks\": ["
		"{\"on\": \"pc1\", \"command\": \"ls\", \"exit\": 3, \"points\": 2.5},"
		"{\"on\": \"pc1\", \"command\": \"ls\", \"contains\": 7, \"title\": \"t\"},"
		"{\"on\": \"pc1\", \"reachable\": [\"10.0.0.1\", \"a b\"],"
		" \"not_reachable\": \"c\"}]}", &good);

	ok(good && checks.nr == 5, "each entry and each target becomes a check");
	ok(checks.at[0].want_status && checks.at[0].status == 3 && checks.at[0].points == 2.5 &&
	   checks.at[0].wait == 9 && checks.at[0].timeout == 30,
	   "an entry's values are read and the missing ones get defaults");
	ok(!strcmp(checks.at[1].contains, "7") && !strcmp(checks.at[1].title, "t") &&
	   !checks.at[1].want_status,
	   "\"contains\" accepts a number and replaces the check of the exit status");
	ok(strstr(checks.at[3].command, "'a b'"), "addresses are quoted for the shell");
	ok(checks.at[4].fails && checks.at[4].wait == 0,
	   "a check of \"not_reachable\" does not wait");
}

static void native_bad(void)
{
	ok(refused("{}", "checks") && refused("{\"checks\": 1}", "checks") &&
	   refused("[]", "checks"),
	   "a file without a list of checks is rejected");
	ok(refused("{\"checks\": [1]}", "check 1") && refused("{\"checks\": [null]}", "check 1"),
	   "an entry that is not a mapping is rejected");
	ok(refused("{\"checks\": [{\"command\": \"ls\"}]}", "machine"),
	   "an entry without a machine is rejected");
	ok(refused("{\"checks\": [{\"on\": \"a\"}]}", "none of"),
	   "an entry without a command or condition is rejected");
	ok(refused("{\"checks\": [{\"on\": \"a\", \"comand\": \"ls\"}]}", "command"),
	   "a misspelt key is rejected with a suggestion");
	ok(refused("{\"checks\": [{\"on\": \"a\", \"command\": \"x\", \"capture\": \"A\"}]}",
		   "capture") &&
	   refused("{\"checks\": [{\"on\": \"a\", \"command\": \"x\", \"packets\": \"A\"}]}",
		   "capture"),
	   "capture and packets require each other");
	ok(refused("{\"checks\": [{\"on\": \"a\", \"command\": \"x\", \"snapshot\": \"now\"}]}",
		   "snapshot") &&
	   refused("{\"checks\": [{\"on\": \"a\", \"command\": \"x\", \"snapshot\": 1}]}",
		   "snapshot"),
	   "a snapshot other than before, after or both is rejected");
	ok(refused("{\"checks\": [{\"on\": [], \"command\": {}}]}", "machine"),
	   "an entry with values of wrong types is rejected");
}

static struct checks kathara(const char *json, bool *good)
{
	struct lab lab = { .dir = "/nowhere" };
	struct checks checks = { 0 };
	json_t *file = json_loads(json, JSON_DECODE_ANY, NULL);

	reason = NULL;
	*good = check_kathara_read(&checks, &lab, file, &reason);
	return checks;
}

static void kathara_files(void)
{
	bool good;
	struct checks checks = kathara("{\"convergence_time\": 4, \"test\": {"
		"\"requiring_startup\": [\"pc1\"],"
		"\"ip_mapping\": {\"pc1\": {\"0\": \"10.0.0.1/24\"}},"
		"\"daemons\": {\"r1\": [\"bgpd\", \"!ospfd\"]},"
		"\"kernel_routes\": {\"r1\": [\"0.0.0.0/0\","
		" [\"10.0.0.0/8\", [\"10.1.1.1\", \"eth0\"]]]},"
		"\"protocols\": {\"bgpd\": {\"neighbors\": {\"r1\":"
		" [{\"peer\": \"10.0.0.2\", \"asn\": 2}]}}},"
		"\"reachability\": {\"pc1\": [\"10.0.0.2\"]},"
		"\"custom_commands\": {\"pc1\": [{\"command\": \"x\", \"exit_code\": 1,"
		" \"output\": \"o\"}]},"
		"\"news\": {}}}", &good);

	ok(good && checks.nr == 10 && checks.wait == 4,
	   "each value of a Kathará test becomes a check (%d of 10)", checks.nr);
	ok(!checks.at[0].command && checks.at[0].verdict == CHECK_FAIL,
	   "the check of a missing startup file fails");
	ok(strstr(checks.at[1].command, "eth0") && strstr(checks.at[1].command, "10.0.0.1/24"),
	   "a number in ip_mapping means the interface of that number");
	ok(*checks.at[3].command == '!', "a ! before a daemon negates the check");
	ok(strstr(checks.at[4].command, "default"), "0.0.0.0/0 is checked as the default route");
	ok(checks.at[9].verdict == CHECK_SKIP && checks.at[9].found,
	   "an unknown key is skipped and named");
}

static void kathara_bad(void)
{
	static const char *const keys[] = { "requiring_startup", "ip_mapping", "ipv6_enabled",
					    "sysctls",
		"daemons", "kernel_routes", "protocols", "applications", "reachability",
		"custom_commands", "bridges", "other" };
	static const char *const values[] = { "null", "1", "\"x\"", "[]", "[1, null, []]", "{}",
		"{\"a\": null}", "{\"a\": [null, 1, {}, [], [[]]]}",
		"{\"a\": {\"b\": [1, null, {}]}}",
		"{\"a\": {\"b\": {\"c\": [null, [1, [2]]]}}}" };
	bool good;

	kathara("{}", &good);
	ok(!good && reason, "a Kathará file without a test is rejected");
	kathara("{\"test\": []}", &good);
	ok(!good, "a Kathará test that is not a mapping is rejected");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++)
			kathara(txt_printf("{\"test\": {\"%s\": %s}}", keys[i], values[j]), &good);
	ok(true, "values of any wrong type are read without a fault");
}

/* ---- reports ----------------------------------------------------------------------- */

static char *report(const struct checks *checks, enum check_form form, size_t *size)
{
	char *text;
	FILE *out = open_memstream(&text, size);

	check_report(checks, "lab \"<&>", form, out);
	fclose(out);
	return text;
}

static struct checks hostile(void)
{
	static char giant[200001];
	struct checks checks = { 0 };
	struct check *check;

	check_add(&checks, "pc1", "true", "good")->verdict = CHECK_PASS;
	check = check_add(&checks, "pc1", "cat", "%s",
			  "a \"title\", <with> & 'all'\nok - forged\033[2J");
	check->verdict = CHECK_FAIL;
	check->found = txt_copy("line\nok - forged\n\033]0;x\a\xff\xfe\x01 ]]> <b>");
	check->hint = txt_copy("\xc3\x28");
	check = check_add(&checks, NULL, NULL, "big");
	memset(giant, 'x', sizeof(giant) - 1);
	check_skip(check, "%s", giant);
	return checks;
}

static void reports(void)
{
	struct checks checks = hostile(), none = { 0 };
	json_error_t error;
	json_t *json;
	size_t size;
	char *text = report(&checks, CHECK_JSON, &size);

	json = json_loadb(text, size, 0, &error);
	ok(json && json_array_size(json_object_get(json, "checks")) == 3,
	   "the JSON report holds each check");
	text = report(&checks, CHECK_TAP, &size);
	ok(!strstr(text, "\nok - forged"), "the output of a command cannot forge a TAP line");
	ok(strstr(text, "\n1..3\n"), "the TAP report ends with its plan");
	text = report(&checks, CHECK_JUNIT, &size);
	ok(!strstr(text, "<with>") && !strstr(text, "<b>") && !strstr(text, "]]>"),
	   "markup is escaped in the XML report");
	ok(!strchr(text, '\033') && !strchr(text, 1), "the XML report has no control characters");
	text = report(&checks, CHECK_CSV, &size);
	ok(strstr(text, "\"a \"\"title\"\", <with>"), "quotes are doubled in the CSV report");
	text = report(&checks, CHECK_TABLE, &size);
	ok(!strchr(text, '\033'), "the table report has no escape sequences");
	ok(strstr(text, "1 passed, 1 failed, 1 skipped; 1 of 2 points"),
	   "the points of skipped checks do not count");
	for (int form = CHECK_TABLE; form <= CHECK_CSV; form++)
		report(&none, form, &size);
	ok(check_count(&none, CHECK_PASS) == 0, "a report without checks can be written");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	native_files();
	native_bad();
	kathara_files();
	kathara_bad();
	reports();
	return tap_done();
}
