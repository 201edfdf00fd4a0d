// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-conf.c - test "key=value", YAML and JSON files (labs/base/conf.c, yamlfile.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "base/conf.h"
#include "base/yamlfile.h"
#include "scratch.h"

static bool value_is(const struct conf *conf, const char *key, const char *want)
{
	const char *value = conf_get(conf, key);

	return want ? value && !strcmp(value, want) : !value;
}

static void parsing(void)
{
	struct conf conf = { 0 };

	conf_parse(&conf,
		   "# remark=1\n\n a = b c \nno equal sign\n=empty key\nd==e\nf=\nlast=no newline");
	ok(value_is(&conf, "a", "b c"), "blanks around key and value are cut");
	ok(value_is(&conf, "d", "=e") && value_is(&conf, "f", ""),
	   "a value may hold = or be empty");
	ok(value_is(&conf, "last", "no newline"), "the last line needs no newline");
	ok(value_is(&conf, "# remark", NULL) && value_is(&conf, "no equal sign", NULL),
	   "comments and lines without = are skipped");
}

static void changing(void)
{
	struct conf conf = { 0 }, again = { 0 };
	const char *value;
	int nr = 0;

	conf_add(&conf, "nic", "one");
	conf_add(&conf, "nic", "two");
	conf_add(&conf, "evil", "first\nimage=/etc/passwd");
	for (int at = -1; (value = conf_next(&conf, "nic", &at));)
		nr++;
	ok(nr == 2 && value_is(&conf, "nic", "two"),
	   "a key can have several values, of which the last one counts");
	conf_parse(&again, conf_format(&conf));
	ok(again.keys.nr == conf.keys.nr && value_is(&again, "image", NULL),
	   "a newline in a value does not make another key");
	conf_set(&conf, "nic", "three");
	ok(conf.keys.nr == 2 && value_is(&conf, "nic", "three"), "conf_set() replaces all values");
	conf_set(&conf, "nic", NULL);
	conf_set(&conf, "nic", NULL);
	ok(value_is(&conf, "nic", NULL) && conf.keys.nr == 1,
	   "conf_set() with NULL removes all values");
	conf_setf(&conf, "n", "%d", 12);
	ok(conf_get_int(&conf, "n", 5) == 12 && conf_get_int(&conf, "none", 5) == 5,
	   "a missing number gives the caller's default");
	conf_set(&conf, "flag", "maybe");
	ok(!conf_get_bool(&conf, "flag") && !conf_get_bool(&conf, "none"),
	   "a missing or invalid flag is false");
}

static void files(void)
{
	static const char nul[] = "a=b\0c\nd=e\n";
	struct conf conf = { 0 };
	char *giant = malloc(1 << 20);

	ok(conf_read(&conf, "missing") == -ENOENT && !conf.keys.nr,
	   "reading a missing file gives -ENOENT and no keys");
	ok(conf_read(&conf, ".") == -EISDIR, "reading a folder gives -EISDIR");
	scratch_write("nul", nul, sizeof(nul) - 1);
	ok(!conf_read(&conf, "nul") && value_is(&conf, "a", "b"), "a NUL byte ends the file");
	memset(giant, 'x', 1 << 20);
	memcpy(giant, "big=", 4);
	scratch_write("giant", giant, 1 << 20);
	ok(!conf_read(&conf, "giant") && strlen(conf_get(&conf, "big")) == (1 << 20) - 4,
	   "a line of 1 MiB can be read");
	ok(!conf_write(&conf, "copy") && !conf_read(&conf, "copy") && conf.keys.nr == 1,
	   "a written file can be read again");
	free(giant);
}

static json_t *yaml(const char *text, char **reason)
{
	*reason = NULL;
	scratch_write_text("t.yaml", text);
	return yamlfile_load("t.yaml", reason);
}

static void yaml_values(void)
{
	char *reason;
	json_t *value = yaml("a: 1\nb: 1.5\nc: true\nd: '1'\ne: 10.0.0.1\nf: ~\ng: [x, {y: z}]\n",
			     &reason);

	ok(json_is_integer(json_object_get(value, "a")) &&
	   json_is_real(json_object_get(value, "b")) &&
	   json_is_true(json_object_get(value, "c")) && json_is_null(json_object_get(value, "f")),
	   "plain scalars become numbers, booleans and null");
	ok(json_is_string(json_object_get(value, "d")) &&
	   json_is_string(json_object_get(value, "e")),
	   "quoted numbers and addresses stay strings");
	ok(json_array_size(json_object_get(value, "g")) == 2, "lists and mappings can be nested");
	value = yaml("", &reason);
	ok(json_is_object(value) && !json_object_size(value), "an empty file is an empty mapping");
}

static void yaml_bad(void)
{
	static char deep[20001], bomb[1000];
	char *reason;

	ok(!yaml("a: [1\n", &reason) && strstr(reason, "t.yaml:"),
	   "a truncated file is rejected with its name");
	ok(!yaml("a: 1\nb: 2\na: 3\n", &reason) && strstr(reason, "3: a"),
	   "a duplicate key is rejected");
	ok(!yaml("\tb: 1\n", &reason) && reason, "a tab as indentation is rejected");
	memset(deep, '[', 9000);
	yaml(deep, &reason);
	ok(true, "ten thousand open brackets are read without a fault");
	/* Each alias doubles the size of the previous one. */
	strcpy(bomb, "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n");
	ok(json_array_size(json_object_get(yaml(bomb, &reason), "d")) == 2,
	   "anchors and aliases are expanded");
	yaml("a: &a [*a]\n", &reason);
	ok(true, "an anchor that contains itself does not recurse for ever");
	scratch_write("t.yaml", "a: b\0c\n", 7);
	yamlfile_load("t.yaml", &reason);
	ok(true, "a NUL byte in YAML is read without a fault");
	ok(!yamlfile_load("missing.yaml", &reason) && strstr(reason, "missing.yaml"),
	   "a missing file is rejected with its name");
}

static void json(void)
{
	char *reason;

	scratch_write_text("t.json", "{\"a\": 1}");
	ok(json_object_size(yamlfile_load("t.json", &reason)) == 1,
	   "a file whose name ends in .json is read as JSON");
	scratch_write_text("t.json", "{\"a\": 1, \"a\": 2}");
	ok(!yamlfile_load("t.json", &reason), "a duplicate key is rejected in JSON");
	scratch_write_text("t.json", "{\"a\": 1");
	ok(!yamlfile_load("t.json", &reason) && strstr(reason, "t.json:1:"),
	   "a JSON error is reported with the file's name and line");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	scratch_make();
	parsing();
	changing();
	files();
	yaml_values();
	yaml_bad();
	json();
	return tap_done();
}
