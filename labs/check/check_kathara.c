// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_kathara.c - correction.json and correction.yaml of kathara-lab-checker
 *
 * Every key below `test` becomes claims of ours: a shell command each, with what that
 * checker would look for. Its one sleep before everything, convergence_time, becomes the
 * time that a claim may take to hold. Keys that are not known become SKIP, by name.
 */
#include "check/check_kathara.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/txt.h"

static struct check *shell(struct checks *checks, const char *machine, char *command, char *title)
{
	struct check *check = check_add(checks, machine, command, "%s", title);

	check->want_status = true;
	return check;
}

static const char *interface(const char *name)
{
	return isdigit((unsigned char)*name) ? txt_printf("eth%s", name) : name;
}

static char *value_text(const json_t *value)
{
	if (json_is_string(value))
		return txt_copy(json_string_value(value));
	return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

/* Runs through an object of lists, or of one value each: {"r1": ["a", "b"]}. */
#define EACH_OF(object, machine, at, value) \
	json_object_foreach((json_t *)(object), machine, _list_##machine) \
		for (size_t at = 0; (value = json_is_array(_list_##machine) ? json_array_get(_list_##machine, at) : at ? NULL : _list_##machine); at++)

static void startup(struct checks *checks, const struct lab *lab, const json_t *list)
{
	struct check *check;
	json_t *name;
	size_t at;

	json_array_foreach((json_t *)list, at, name) {
		const char *machine = json_string_value(name);

		if (!machine)
			continue;
		check = check_add(checks, machine, NULL, _("%s has a startup file"), machine);
		check->verdict = file_exists(txt_printf("%s/%s.startup", lab->dir, machine)) ? CHECK_PASS : CHECK_FAIL;
		check->found = txt_copy(check->verdict == CHECK_PASS ? "" : _("there is none"));
	}
}

static void addresses(struct checks *checks, const json_t *object)
{
	const char *machine, *nic;
	json_t *nics, *address;

	json_object_foreach((json_t *)object, machine, nics)
		json_object_foreach(nics, nic, address) {
			const char *text = json_string_value(address), *device = interface(nic);

			if (text)
				shell(checks, machine, txt_printf("ip -o addr show dev %s | grep -qF ' %s '", device, text),
				      txt_printf(_("%s has %s on %s"), machine, text, device));
		}
}

static void settings(struct checks *checks, const json_t *object)
{
	const char *machine, *key;
	json_t *_list_machine, *value;

	json_object_foreach((json_t *)object, machine, _list_machine) {
		if (json_is_object(_list_machine)) {
			json_object_foreach(_list_machine, key, value)
				shell(checks, machine, txt_printf("[ \"$(sysctl -n %s)\" = '%s' ]", key, value_text(value)),
				      txt_printf("%s: %s = %s", machine, key, value_text(value)));
			continue;
		}
		for (size_t at = 0; (value = json_array_get(_list_machine, at)); at++) {
			struct words parts = { 0 };

			words_split(&parts, value_text(value), "= ");
			if (parts.nr >= 2)
				shell(checks, machine, txt_printf("[ \"$(sysctl -n %s)\" = '%s' ]", parts.at[0], parts.at[1]),
				      txt_printf("%s: %s = %s", machine, parts.at[0], parts.at[1]));
		}
	}
}

static void daemons(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *_list_machine, *value;

	EACH_OF(object, machine, at, value) {
		const char *name = json_string_value(value);

		if (!name)
			continue;
		shell(checks, machine, txt_printf("%s pgrep -x %s >/dev/null", *name == '!' ? "!" : "", txt_shell_quote(name + (*name == '!'))),
		      txt_printf(*name == '!' ? _("%s does not run on %s") : _("%s runs on %s"), name + (*name == '!'), machine));
	}
}

static char *route_quoted(const char *route)
{
	return !strcmp(route, "0.0.0.0/0") || !strcmp(route, "::/0") ? txt_copy("default") : txt_copy(route);
}

/* "10.0.0.0/8" or ["10.0.0.0/8", ["10.1.1.1", "eth0"]] */
static void routes(struct checks *checks, const json_t *object, const char *table, const char *what)
{
	const char *machine;
	json_t *list, *entry, *hop;
	size_t at, number;

	json_object_foreach((json_t *)object, machine, list)
		json_array_foreach(list, at, entry) {
			const char *route = json_string_value(json_is_array(entry) ? json_array_get(entry, 0) : entry);
			char *command, *title;

			if (!route)
				continue;
			command = txt_printf("r=$({ %s; } | grep -A8 -F -- '%s') && [ -n \"$r\" ]", table, route_quoted(route));
			title = txt_printf(_("%s has the %s route %s"), machine, what, route);
			json_array_foreach(json_array_get(json_is_array(entry) ? entry : NULL, 1), number, hop) {
				char *part = value_text(hop);

				command = txt_printf("%s && printf '%%s\\n' \"$r\" | grep -qwF -- '%s'", command, part);
				title = txt_printf(_("%s by %s"), title, part);
			}
			shell(checks, machine, command, title);
		}
}

/* {"r1": ["10.0.0.2", ["10.0.0.3", 65001]]} or {"r1": [{"peer": ..., "asn": ...}]} */
static void neighbours(struct checks *checks, const json_t *object, const char *show, const char *state)
{
	const char *machine;
	json_t *list, *entry;
	size_t at;

	json_object_foreach((json_t *)object, machine, list)
		json_array_foreach(list, at, entry) {
			const json_t *peer = json_is_array(entry) ? json_array_get(entry, 0) : json_is_object(entry) ?
				(json_object_get(entry, "peer") ? json_object_get(entry, "peer") : json_object_get(entry, "router_id")) : entry;
			const json_t *number = json_is_array(entry) ? json_array_get(entry, 1) : json_object_get(entry, "asn");
			char *name = value_text(peer);

			shell(checks, machine, txt_printf("vtysh -c '%s' | grep -wF -- '%s' | grep -qE '%s%s'", show, name,
							  number && json_is_integer(number) ? txt_printf("%lld.*", (long long)json_integer_value(number)) : "", state),
			      txt_printf(_("%s has the neighbour %s"), machine, name));
		}
}

static void injections(struct checks *checks, const json_t *object, const char *daemon)
{
	const char *machine;
	json_t *_list_machine, *value;

	EACH_OF(object, machine, at, value) {
		const char *name = json_string_value(value);

		if (name)
			shell(checks, machine, txt_printf("%s vtysh -c 'show running-config %s' | grep -qE '^ *redistribute %s( |$)'",
							  *name == '!' ? "!" : "", daemon, name + (*name == '!')),
			      txt_printf(*name == '!' ? _("%s: %s does not take in %s") : _("%s: %s takes in %s"), machine, daemon, name + (*name == '!')));
	}
}

static void protocols(struct checks *checks, const json_t *object)
{
	const char *daemon, *key, *machine;
	json_t *part, *value, *_list_machine, *one;

	json_object_foreach((json_t *)object, daemon, part)
		json_object_foreach(part, key, value) {
			if (!strcmp(key, "injections")) {
				injections(checks, value, daemon);
			} else if (!strcmp(daemon, "bgpd") && !strcmp(key, "neighbors")) {
				/* The last column is a number of routes once the session is up. */
				neighbours(checks, value, "show bgp summary", "[0-9]+ +[0-9]+ *[^ ]*$");
			} else if (!strcmp(daemon, "ospfd") && !strcmp(key, "neighbors")) {
				neighbours(checks, value, "show ip ospf neighbor", "Full");
			} else if (!strcmp(key, "routes")) {
				routes(checks, value, !strcmp(daemon, "bgpd") ? "vtysh -c 'show ip bgp'" : "vtysh -c 'show ip ospf route'", daemon);
			} else if (!strcmp(daemon, "bgpd") && !strcmp(key, "networks")) {
				EACH_OF(value, machine, at, one)
					if (json_is_string(one))
						shell(checks, machine, txt_printf("vtysh -c 'show running-config bgpd' | grep -qE '^ *network %s( |$)'",
										  json_string_value(one)),
						      txt_printf(_("%s announces %s"), machine, json_string_value(one)));
			} else {
				check_skip(check_add(checks, NULL, NULL, "protocols.%s.%s", daemon, key), _("this key is not known here"));
			}
		}
}

static void dns(struct checks *checks, const json_t *object)
{
	const char *zone, *server, *type, *name;
	json_t *_list_zone, *_list_server, *value, *names, *_list_name;

	EACH_OF(json_object_get(object, "local_ns"), server, at, value)
		if (json_is_string(value))
			shell(checks, json_string_value(value), txt_printf("grep -qwF 'nameserver %s' /etc/resolv.conf", server),
			      txt_printf(_("%s asks the name server %s"), json_string_value(value), server));
	/* Who asks does not matter: any machine with a name server configured. */
	const char *asker = NULL;

	EACH_OF(json_object_get(object, "local_ns"), server, at, value)
		asker = json_string_value(value);
	if (!asker)
		return;
	EACH_OF(json_object_get(object, "authoritative"), zone, at, value)
		if (json_is_string(value))
			shell(checks, asker, txt_printf("dig +norecurse +short SOA %s @%s | grep -q .", zone, json_string_value(value)),
			      txt_printf(_("%s answers for %s"), json_string_value(value), zone));
	json_object_foreach(json_object_get(object, "records"), type, names)
		EACH_OF(names, name, at, value)
			if (json_is_string(value))
				shell(checks, asker, txt_printf("dig +short %s %s | grep -qxF '%s'", type, name, json_string_value(value)),
				      txt_printf("%s %s %s", name, type, json_string_value(value)));
}

static void http(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *_list_machine, *value;

	EACH_OF(object, machine, at, value) {
		const char *url = json_string_value(json_object_get(value, "url")), *method = json_string_value(json_object_get(value, "method"));
		const char *part = json_string_value(json_object_get(value, "body_contains"));
		const char *expression = json_string_value(json_object_get(value, "regex_body"));
		const json_t *code = json_object_get(value, "status_code");
		struct check *check;

		if (!url)
			continue;
		check = check_add(checks, machine, txt_printf("curl -s -m 10 -X %s -w '\\nhttp-status=%%{http_code}\\n' %s", method ? method : "GET",
			txt_shell_quote(url)), _("%s gets %s"), machine, url);
		check->want_status = true;
		check->contains = json_is_integer(code) ? txt_printf("http-status=%lld", (long long)json_integer_value(code)) : part ? txt_copy(part) : NULL;
		if (expression)
			check->matches = txt_copy(expression);
		else if (part && json_is_integer(code))
			check->matches = txt_copy(part);
	}
}

static void reachability(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *_list_machine, *value;

	EACH_OF(object, machine, at, value) {
		const char *name = json_string_value(value);

		if (name)
			shell(checks, machine, txt_printf("%s ping -c 1 -W 3 -q %s", *name == '!' ? "!" : "", txt_shell_quote(name + (*name == '!'))),
			      txt_printf(*name == '!' ? _("%s does not reach %s") : _("%s reaches %s"), machine, name + (*name == '!')));
	}
}

static void custom(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *_list_machine, *value;

	EACH_OF(object, machine, at, value) {
		const char *command = json_string_value(json_object_get(value, "command"));
		const json_t *code = json_object_get(value, "exit_code");
		struct check *check;

		if (!command)
			continue;
		check = check_add(checks, machine, command, "%s: %s", machine, command);
		if (json_is_integer(code)) {
			check->want_status = true;
			check->status = json_integer_value(code);
		}
		if (json_is_string(json_object_get(value, "output")))
			check->output = txt_copy(json_string_value(json_object_get(value, "output")));
		if (json_is_string(json_object_get(value, "regex_match")))
			check->matches = txt_copy(json_string_value(json_object_get(value, "regex_match")));
	}
}

bool check_kathara_read(struct checks *checks, const struct lab *lab, const json_t *file, char **reason)
{
	const json_t *test = json_object_get(file, "test");
	const char *key, *machine;
	json_t *value, *_list_machine, *one;
	size_t at;

	if (!json_is_object(test)) {
		*reason = txt_copy(_("there is no mapping `test`"));
		return false;
	}
	checks->wait = json_number_value(json_object_get(file, "convergence_time"));
	json_object_foreach((json_t *)test, key, value) {
		if (!strcmp(key, "requiring_startup")) {
			startup(checks, lab, value);
		} else if (!strcmp(key, "ip_mapping")) {
			addresses(checks, value);
		} else if (!strcmp(key, "ipv6_enabled")) {
			json_array_foreach(value, at, one)
				shell(checks, json_string_value(one), txt_copy("[ \"$(cat /proc/sys/net/ipv6/conf/all/disable_ipv6)\" = 0 ]"),
				      txt_printf(_("%s has IPv6"), json_string_value(one)));
		} else if (!strcmp(key, "sysctls")) {
			settings(checks, value);
		} else if (!strcmp(key, "daemons")) {
			daemons(checks, value);
		} else if (!strcmp(key, "kernel_routes")) {
			routes(checks, value, "ip route show; ip -6 route show", "kernel's");
		} else if (!strcmp(key, "protocols")) {
			protocols(checks, value);
		} else if (!strcmp(key, "applications")) {
			dns(checks, json_object_get(value, "dns"));
			http(checks, json_object_get(value, "http"));
		} else if (!strcmp(key, "reachability")) {
			reachability(checks, value);
		} else if (!strcmp(key, "custom_commands")) {
			custom(checks, value);
		} else if (!strcmp(key, "bridges")) {
			json_object_foreach(value, machine, _list_machine)
				check_skip(check_add(checks, machine, NULL, _("bridges of %s"), machine), _("this key is not known here"));
		} else {
			check_skip(check_add(checks, NULL, NULL, "%s", key), _("this key is not known here"));
		}
	}
	return true;
}
