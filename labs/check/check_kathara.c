// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_kathara.c - read the files correction.json and correction.yaml of kathara-lab-checker
 *
 * Called by `umlab check`. Every value below `test` becomes a claim: a shell command that looks
 * for what kathara-lab-checker would look for. convergence_time, the checker's pause before all
 * tests, becomes the time during which a claim is tried. Unknown keys become skipped claims, which
 * name the key. Values of a wrong type are ignored.
 */
#include "check/check_kathara.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/tell.h"
#include "base/txt.h"

/* Adds the claim that a command succeeds. Frees @command and @title. */
static struct check *shell(struct checks *checks, const char *machine, char *command, char *title)
{
	struct check *check = check_add(checks, machine, command, "%s", title);

	check->want_status = true;
	free(command);
	free(title);
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

static const char *member_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/*
 * "!NAME" asks for the opposite of "NAME". Returns the name without the mark, and sets *not to
 * the shell's prefix for the command: "! " or "".
 */
static const char *negation_parse(const char *text, const char **not)
{
	*not = *text == '!' ? "! " : "";
	return text + (*text == '!');
}

/* Returns the value at position @at in a list. A member that is not a list counts as one value. */
static json_t *value_at(json_t *member, size_t at)
{
	if (json_is_array(member))
		return json_array_get(member, at);
	return at ? NULL : member;
}

/* Loops over an object of lists or of single values: {"r1": ["a", "b"], "r2": "c"}. */
#define EACH_OF(object, name, member, value) \
	json_object_foreach((json_t *)(object), name, member) \
		for (size_t at_##name = 0; (value = value_at(member, at_##name)); at_##name++)

static void startup(struct checks *checks, const struct lab *lab, const json_t *list)
{
	struct check *check;
	json_t *name;
	size_t at;

	json_array_foreach((json_t *)list, at, name) {
		const char *machine = json_string_value(name);
		bool exists;

		if (!machine)
			continue;
		exists = file_exists(txt_printf("%s/%s.startup", lab->dir, machine));
		check = check_add(checks, machine, NULL, _("%s has a startup file"), machine);
		check->verdict = exists ? CHECK_PASS : CHECK_FAIL;
		check->found = txt_copy(exists ? "" : _("there is none"));
	}
}

static void addresses(struct checks *checks, const json_t *object)
{
	const char *machine, *nic;
	json_t *nics, *address;

	json_object_foreach((json_t *)object, machine, nics)
		json_object_foreach(nics, nic, address) {
			const char *text = json_string_value(address), *device = interface(nic);

			if (!text)
				continue;
			shell(checks, machine,
			      txt_printf("ip -o addr show dev %s | grep -qF ' %s '", device, text),
			      txt_printf(_("%s has %s on %s"), machine, text, device));
		}
}

static void ipv6(struct checks *checks, const json_t *list)
{
	json_t *name;
	size_t at;

	json_array_foreach((json_t *)list, at, name)
		if (json_is_string(name))
			shell(checks, json_string_value(name),
			      txt_copy("[ \"$(cat /proc/sys/net/ipv6/conf/all/disable_ipv6)\" "
				       "= 0 ]"),
			      txt_printf(_("%s has IPv6"), json_string_value(name)));
}

static void setting(struct checks *checks, const char *machine, const char *key, const char *value)
{
	shell(checks, machine, txt_printf("[ \"$(sysctl -n %s)\" = '%s' ]", key, value),
	      txt_printf("%s: %s = %s", machine, key, value));
}

/* Adds claims for {"r1": {"net.x": 1}} or {"r1": ["net.x = 1"]}. */
static void settings(struct checks *checks, const json_t *object)
{
	const char *machine, *key;
	json_t *member, *value;

	json_object_foreach((json_t *)object, machine, member) {
		json_object_foreach(member, key, value)
			setting(checks, machine, key, value_text(value));
		for (size_t at = 0; (value = json_array_get(member, at)); at++) {
			struct words parts = { 0 };

			words_split(&parts, value_text(value), "= ");
			if (parts.nr >= 2)
				setting(checks, machine, parts.at[0], parts.at[1]);
			words_release(&parts);
		}
	}
}

static void daemons(struct checks *checks, const json_t *object)
{
	const char *machine, *not, *name;
	json_t *member, *value;

	EACH_OF(object, machine, member, value) {
		if (!json_is_string(value))
			continue;
		name = negation_parse(json_string_value(value), &not);
		shell(checks, machine,
		      txt_printf("%spgrep -x %s >/dev/null", not, txt_shell_quote(name)),
		      txt_printf(*not ? _("%s does not run on %s") : _("%s runs on %s"), name,
				 machine));
	}
}

/* Returns a route's destination as the kernel and the routing daemons print it. */
static const char *route_shown(const char *route)
{
	return !strcmp(route, "0.0.0.0/0") || !strcmp(route, "::/0") ? "default" : route;
}

/* Adds claims for a route, "10.0.0.0/8" or ["10.0.0.0/8", ["10.1.1.1", "eth0"]]. */
static void route(struct checks *checks, const char *machine, const json_t *entry,
		  const char *table, const char *what)
{
	const json_t *first = json_is_array(entry) ? json_array_get(entry, 0) : entry;
	const json_t *hops = json_is_array(entry) ? json_array_get(entry, 1) : NULL;
	const char *target = json_string_value(first);
	char *command, *title, *part;
	json_t *hop;
	size_t at;

	if (!target)
		return;
	command = txt_printf("r=$({ %s; } | grep -A8 -F -- '%s') && [ -n \"$r\" ]", table,
			     route_shown(target));
	title = txt_printf(_("%s has the %s route %s"), machine, what, target);
	json_array_foreach((json_t *)hops, at, hop) {
		part = value_text(hop);
		command = txt_printf("%s && printf '%%s\\n' \"$r\" | grep -qwF -- '%s'", command,
				     part);
		title = txt_printf(_("%s by %s"), title, part);
	}
	shell(checks, machine, command, title);
}

/* Adds claims for routes of the kind @what. @table: a command that prints all routes. */
static void routes(struct checks *checks, const json_t *object, const char *table, const char *what)
{
	const char *machine;
	json_t *list, *entry;
	size_t at;

	json_object_foreach((json_t *)object, machine, list)
		json_array_foreach(list, at, entry)
			route(checks, machine, entry, table, what);
}

/* Returns the peer in an entry of neighbours(), and sets *asn to the AS number, or NULL. */
static const json_t *peer_of(const json_t *entry, const json_t **asn)
{
	const json_t *peer;

	if (json_is_array(entry)) {
		*asn = json_array_get(entry, 1);
		return json_array_get(entry, 0);
	}
	*asn = json_object_get(entry, "asn");
	if (!json_is_object(entry))
		return entry;
	peer = json_object_get(entry, "peer");
	return peer ? peer : json_object_get(entry, "router_id");
}

/*
 * Adds claims for {"r1": ["10.0.0.2", ["10.0.0.3", 65001]]} or
 * {"r1": [{"peer": ..., "asn": ...}]}. @show is the vtysh command that lists the neighbours, one a
 * line. @state is a regular expression that matches the line of a neighbour that is up.
 */
static void neighbours(struct checks *checks, const json_t *object, const char *show,
		       const char *state)
{
	const char *machine;
	json_t *list, *entry;
	size_t at;

	json_object_foreach((json_t *)object, machine, list)
		json_array_foreach(list, at, entry) {
			const json_t *asn, *peer = peer_of(entry, &asn);
			char *number = json_is_integer(asn) ?
				txt_printf("%lld.*",
					   (long long)json_integer_value(asn)) : txt_copy("");
			char *name = value_text(peer);

			if (!name)
				continue;
			shell(checks, machine,
			      txt_printf("vtysh -c '%s' | grep -wF -- '%s' | grep -qE '%s%s'", show,
					 name,
					 number, state),
			      txt_printf(_("%s has the neighbour %s"), machine, name));
		}
}

static void injections(struct checks *checks, const json_t *object, const char *daemon)
{
	const char *machine, *not, *name;
	json_t *member, *value;

	EACH_OF(object, machine, member, value) {
		if (!json_is_string(value))
			continue;
		name = negation_parse(json_string_value(value), &not);
		shell(checks, machine,
		      txt_printf("%svtysh -c 'show running-config %s' | "
				 "grep -qE '^ *redistribute %s( |$)'", not, daemon, name),
		      txt_printf(*not ? _("%s: %s does not redistribute %s") :
				 _("%s: %s redistributes %s"), machine, daemon, name));
	}
}

static void networks(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *member, *value;

	EACH_OF(object, machine, member, value)
		if (json_is_string(value))
			shell(checks, machine,
			      txt_printf("vtysh -c 'show running-config bgpd' | "
					 "grep -qE '^ *network %s( |$)'", json_string_value(value)),
			      txt_printf(_("%s announces %s"), machine, json_string_value(value)));
}

static void unknown(struct checks *checks, const char *machine, const char *title)
{
	check_skip(check_add(checks, machine, NULL, "%s", title), _("this key is not known here"));
}

static void protocol(struct checks *checks, const char *daemon, const char *key,
		     const json_t *value)
{
	bool bgp = !strcmp(daemon, "bgpd"), ospf = !strcmp(daemon, "ospfd");

	if (!strcmp(key, "injections"))
		injections(checks, value, daemon);
	else if (bgp && !strcmp(key, "neighbors"))
		/* The last column is a number of routes only while the session is up. */
		neighbours(checks, value, "show bgp summary", "[0-9]+ +[0-9]+ *[^ ]*$");
	else if (ospf && !strcmp(key, "neighbors"))
		neighbours(checks, value, "show ip ospf neighbor", "Full");
	else if (!strcmp(key, "routes"))
		routes(checks, value, bgp ? "vtysh -c 'show ip bgp'" :
		       "vtysh -c 'show ip ospf route'", daemon);
	else if (bgp && !strcmp(key, "networks"))
		networks(checks, value);
	else
		unknown(checks, NULL, txt_printf("protocols.%s.%s", daemon, key));
}

static void protocols(struct checks *checks, const json_t *object)
{
	const char *daemon, *key;
	json_t *part, *value;

	json_object_foreach((json_t *)object, daemon, part)
		json_object_foreach(part, key, value)
			protocol(checks, daemon, key, value);
}

static void dns(struct checks *checks, const json_t *object)
{
	const char *zone, *server, *type, *name, *asker = NULL;
	json_t *member, *value, *names;

	EACH_OF(json_object_get(object, "local_ns"), server, member, value) {
		if (!json_is_string(value))
			continue;
		/* Any machine that uses a name server can send the queries below. */
		asker = json_string_value(value);
		shell(checks, asker,
		      txt_printf("grep -qwF 'nameserver %s' /etc/resolv.conf", server),
		      txt_printf(_("%s asks the name server %s"), asker, server));
	}
	if (!asker)
		return;
	EACH_OF(json_object_get(object, "authoritative"), zone, member, value)
		if (json_is_string(value))
			shell(checks, asker,
			      txt_printf("dig +norecurse +short SOA %s @%s | grep -q .", zone,
					 json_string_value(value)),
			      txt_printf(_("%s answers for %s"), json_string_value(value), zone));
	json_object_foreach(json_object_get(object, "records"), type, names)
		EACH_OF(names, name, member, value)
			if (json_is_string(value))
				shell(checks, asker,
				      txt_printf("dig +short %s %s | grep -qxF '%s'", type, name,
						 json_string_value(value)),
				      txt_printf("%s %s %s", name, type, json_string_value(value)));
}

static void http_request(struct checks *checks, const char *machine, const json_t *request)
{
	const char *url = member_text(request, "url"), *method = member_text(request, "method");
	const char *part = member_text(request, "body_contains");
	const char *expression = member_text(request, "regex_body");
	const json_t *code = json_object_get(request, "status_code");
	struct check *check;

	if (!url)
		return;
	check = check_add(checks, machine,
			  txt_printf("curl -s -m 10 -X %s -w '\\nhttp-status=%%{http_code}\\n' %s",
				     method ? method : "GET", txt_shell_quote(url)),
			  _("%s gets %s"), machine, url);
	check->want_status = true;
	if (json_is_integer(code))
		check->contains = txt_printf("http-status=%lld",
					     (long long)json_integer_value(code));
	else if (part)
		check->contains = txt_copy(part);
	if (expression)
		check->matches = txt_copy(expression);
	else if (part && json_is_integer(code))
		check->matches = txt_copy(part);
}

static void http(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *member, *value;

	EACH_OF(object, machine, member, value)
		http_request(checks, machine, value);
}

static void reachability(struct checks *checks, const json_t *object)
{
	const char *machine, *not, *name;
	json_t *member, *value;

	EACH_OF(object, machine, member, value) {
		if (!json_is_string(value))
			continue;
		name = negation_parse(json_string_value(value), &not);
		shell(checks, machine,
		      txt_printf("%sping -c 1 -W 3 -q %s", not, txt_shell_quote(name)),
		      txt_printf(*not ? _("%s does not reach %s") : _("%s reaches %s"), machine,
				 name));
	}
}

static void custom(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *member, *value;

	EACH_OF(object, machine, member, value) {
		const char *command = member_text(value, "command");
		const char *output = member_text(value, "output");
		const char *expression = member_text(value, "regex_match");
		const json_t *code = json_object_get(value, "exit_code");
		struct check *check;

		if (!command)
			continue;
		check = check_add(checks, machine, command, "%s: %s", machine, command);
		if (json_is_integer(code)) {
			check->want_status = true;
			check->status = json_integer_value(code);
		}
		if (output)
			check->output = txt_copy(output);
		if (expression)
			check->matches = txt_copy(expression);
	}
}

static void bridges(struct checks *checks, const json_t *object)
{
	const char *machine;
	json_t *member;

	json_object_foreach((json_t *)object, machine, member)
		unknown(checks, machine, txt_printf(_("bridges of %s"), machine));
}

static void kernel_routes(struct checks *checks, const json_t *object)
{
	routes(checks, object, "ip route show; ip -6 route show", "kernel's");
}

static void applications(struct checks *checks, const json_t *object)
{
	dns(checks, json_object_get(object, "dns"));
	http(checks, json_object_get(object, "http"));
}

/* The keys below `test`, except for requiring_startup, which needs the lab's folder. */
static const struct test_key {
	const char *name;
	void (*read)(struct checks *checks, const json_t *value);
} test_keys[] = {
	{ .name = "ip_mapping", .read = addresses },
	{ .name = "ipv6_enabled", .read = ipv6 },
	{ .name = "sysctls", .read = settings },
	{ .name = "daemons", .read = daemons },
	{ .name = "kernel_routes", .read = kernel_routes },
	{ .name = "protocols", .read = protocols },
	{ .name = "applications", .read = applications },
	{ .name = "reachability", .read = reachability },
	{ .name = "custom_commands", .read = custom },
	{ .name = "bridges", .read = bridges },
	{ 0 }
};

bool check_kathara_read(struct checks *checks, const struct lab *lab, const json_t *file,
			char **reason)
{
	const json_t *test = json_object_get(file, "test");
	const char *name;
	json_t *value;

	if (!json_is_object(test)) {
		*reason = txt_copy(_("there is no mapping 'test'"));
		return false;
	}
	checks->wait = json_number_value(json_object_get(file, "convergence_time"));
	json_object_foreach((json_t *)test, name, value) {
		const struct test_key *key = test_keys;

		while (key->name && strcmp(key->name, name))
			key++;
		if (key->name)
			key->read(checks, value);
		else if (!strcmp(name, "requiring_startup"))
			startup(checks, lab, value);
		else
			unknown(checks, NULL, name);
	}
	return true;
}
