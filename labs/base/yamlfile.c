// SPDX-License-Identifier: GPL-2.0-only
/*
 * yamlfile.c - read YAML and JSON files as JSON values
 *
 * Called by `umlab check` for check files. Plain scalars that look like numbers, true, false or
 * null become values of these types; quoted scalars stay text. Anchors work, merge keys do not,
 * and a duplicate key is an error.
 */
#include "base/yamlfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/files.h"
#include "base/jsontext.h"
#include "base/tell.h"
#include "base/txt.h"

enum { DEPTH_MAX = 50 };

static json_t *scalar(const yaml_node_t *node)
{
	const char *text = (const char *)node->data.scalar.value;
	char *end;
	long long number;
	double real;

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return jsontext_value(text);
	if (!*text || !strcmp(text, "null") || !strcmp(text, "~"))
		return json_null();
	if (!strcmp(text, "true") || !strcmp(text, "True"))
		return json_true();
	if (!strcmp(text, "false") || !strcmp(text, "False"))
		return json_false();
	number = strtoll(text, &end, 10);
	if (!*end)
		return json_integer(number);
	real = strtod(text, &end);
	/* strtod() also accepts "inf", "nan" and hexadecimal numbers. */
	if (!*end && strspn(text, "+-.0123456789eE") == strlen(text))
		return json_real(real);
	return jsontext_value(text);
}

static json_t *value_of(yaml_document_t *document, int id, int depth, char **reason);

/* Adds a pair to @value. Sets *reason for the first key that occurs twice. */
static void member_add(yaml_document_t *document, const yaml_node_pair_t *pair, int depth,
		       json_t *value, char **reason)
{
	yaml_node_t *key = yaml_document_get_node(document, pair->key);
	const char *name;

	if (!key || key->type != YAML_SCALAR_NODE)
		return;
	name = (const char *)key->data.scalar.value;
	if (json_object_get(value, name) && !*reason)
		*reason = txt_printf("%zu: %s is given twice", key->start_mark.line + 1, name);
	json_object_set_new(value, name, value_of(document, pair->value, depth + 1, reason));
}

static json_t *value_of(yaml_document_t *document, int id, int depth, char **reason)
{
	yaml_node_t *node = yaml_document_get_node(document, id);
	json_t *value;

	/* An anchor may contain itself. */
	if (!node || depth > DEPTH_MAX)
		return json_null();
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return scalar(node);
	case YAML_SEQUENCE_NODE:
		value = json_array();
		for (yaml_node_item_t *item = node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			json_array_append_new(value, value_of(document, *item, depth + 1, reason));
		return value;
	case YAML_MAPPING_NODE:
		value = json_object();
		for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
		     pair < node->data.mapping.pairs.top; pair++)
			member_add(document, pair, depth, value, reason);
		return value;
	default:
		return json_null();
	}
}

static json_t *yaml_parse(const char *path, const char *text, size_t size, char **reason)
{
	yaml_document_t document;
	yaml_parser_t parser;
	json_t *value = NULL;
	char *wrong = NULL;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
	if (!yaml_parser_load(&parser, &document)) {
		*reason = txt_printf("%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
				     parser.problem_mark.column + 1, parser.problem);
	} else {
		value = yaml_document_get_root_node(&document) ?
			value_of(&document, 1, 0, &wrong) : json_object();
		yaml_document_delete(&document);
		if (wrong) {
			*reason = txt_printf("%s:%s", path, wrong);
			json_decref(value);
			value = NULL;
		}
	}
	yaml_parser_delete(&parser);
	return value;
}

json_t *yamlfile_load(const char *path, char **reason)
{
	json_error_t error;
	json_t *value;
	char *text;
	size_t size;
	int failed = file_read(path, &text, &size);

	if (failed) {
		*reason = txt_printf(_("cannot read %s: %s"), path, strerror(-failed));
		return NULL;
	}
	if (!txt_ends(path, ".json")) {
		value = yaml_parse(path, text, size, reason);
	} else {
		value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
		if (!value)
			*reason = txt_printf("%s:%d:%d: %s", path, error.line, error.column,
					     error.text);
	}
	free(text);
	return value;
}
