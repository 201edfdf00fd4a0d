// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-labfile.c - test the parser of lab.conf and lab.dep: each rule of both dialects, and noise
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "lab/labfile.h"
#include "lab/labkeys.h"
#include "lab/lablint.h"
#include "base/name.h"
#include "base/tell.h"

static struct lab lab;

static void parse(const char *text)
{
	lab_release(&lab);
	lab_parse_conf(&lab, text, strlen(text));
}

static const char *domain(const char *name, int index)
{
	struct lab_machine *machine = lab_machine_find(&lab, name);

	for (int i = 0; machine && i < machine->nr_nics; i++)
		if (machine->nics[i].index == index)
			return machine->nics[i].domain;
	return "(none)";
}

static const char *mac(const char *name, int index)
{
	struct lab_machine *machine = lab_machine_find(&lab, name);

	for (int i = 0; machine && i < machine->nr_nics; i++)
		if (machine->nics[i].index == index)
			return machine->nics[i].mac ? machine->nics[i].mac : "(none)";
	return "(none)";
}

static const char *option(const char *name, const char *key)
{
	struct lab_machine *machine = lab_machine_find(&lab, name);
	const char *value = machine ? lab_option_get(machine, key) : NULL;

	return value ? value : "(none)";
}

static int nr_of(enum lab_severity severity)
{
	int nr = 0;

	for (int i = 0; i < lab.nr_remarks; i++)
		nr += lab.remarks[i].severity == severity;
	return nr;
}

static void same(const char *got, const char *want, const char *title)
{
	if (!ok(got && !strcmp(got, want), "%s", title))
		diag("got \"%s\", wanted \"%s\"", got ? got : "(null)", want);
}

/* Claims that @line gives one interface in the domain @want, without a warning. */
static void one_domain(const char *line, const char *want)
{
	parse(line);
	if (!ok(!strcmp(domain("pc1", 0), want) && !lab.nr_remarks,
		"the line '%s' connects eth0 to %s", line, want))
		diag("got \"%s\", %d remarks, first: %s", domain("pc1", 0), lab.nr_remarks,
		     lab.nr_remarks ? lab.remarks[0].text : "");
}

/* Claims that @line sets the option @key to @want, without an error. */
static void one_option(const char *line, const char *key, const char *want)
{
	parse(line);
	if (!ok(!strcmp(option("pc1", key), want) && !nr_of(LAB_ERROR),
		"the line '%s' sets %s", line, key))
		diag("got \"%s\", first remark: %s", option("pc1", key),
		     lab.nr_remarks ? lab.remarks[0].text : "");
}

static void one_error(const char *line, int column, const char *part)
{
	parse(line);
	if (!ok(nr_of(LAB_ERROR) == 1 && strstr(lab.remarks[0].text, part) &&
		lab.remarks[0].column == column, "the line '%s' is rejected", line))
		diag("%d errors, first at column %d: %s", nr_of(LAB_ERROR),
		     lab.nr_remarks ? lab.remarks[0].column : 0,
		     lab.nr_remarks ? lab.remarks[0].text : "(no remark)");
}

static void one_warning(const char *text, const char *part)
{
	bool found = false;

	parse(text);
	for (int i = 0; i < lab.nr_remarks; i++)
		found |= lab.remarks[i].severity == LAB_WARNING &&
			 strstr(lab.remarks[i].text, part);
	if (!ok(found && !nr_of(LAB_ERROR), "'%s' gives a warning with \"%s\"", text, part))
		diag("%d remarks, first: %s", lab.nr_remarks,
		     lab.nr_remarks ? lab.remarks[0].text : "");
}

static void interfaces(void)
{
	one_domain("pc1[0]=A", "A");
	one_domain("pc1[0]=\"A\"", "A");
	one_domain("pc1[0]='A'", "A");
	one_domain("  pc1[0]=A", "A");
	one_domain("pc1 [0] = A  ", "A");
	one_domain("pc1[ 0 ]=A", "A");
	one_domain("pc1[0]=A # a remark", "A");
	one_domain("pc1[0]=\"A\" # a remark", "A");
	one_domain("pc1[0]=\"A\"# a remark", "A");
	one_domain("pc1[0]=A\r", "A");
	one_domain("\xef\xbb\xbfpc1[0]=A\r\n", "A");
	one_domain("pc1[0]=my lan", "mylan");
	one_domain("pc1[0]=a_b-c.d", "a_b-c.d");
	parse("pc1[0]=A\npc1[3]=B");
	ok(!strcmp(domain("pc1", 3), "B") && !lab.nr_remarks,
	   "the numbers of interfaces can have gaps");
	parse("pc1[1]=B\npc1[0]=A");
	ok(lab.machines[0].nics[0].index == 0, "interfaces are sorted by their numbers");
	parse("pc1[0]=A\npc1[1]=A");
	ok(lab.machines[0].nr_nics == 2 && !lab.nr_remarks, "two interfaces can be in one domain");
	parse("r1[1]=\"B/02:42:ac:11:00:02\"");
	same(domain("r1", 1), "B", "the domain is read before a MAC address");
	same(mac("r1", 1), "02:42:ac:11:00:02", "the MAC address is read after the slash");
	parse("r1[1]=B/02:42:AC:11:00:02");
	same(mac("r1", 1), "02:42:ac:11:00:02", "a MAC address is converted to lower case");
	parse("pc1[0]=tap,10.0.0.1,10.0.0.2");
	ok(lab.machines[0].nr_nics == 1 && lab.machines[0].nics[0].tap &&
	   !strcmp(lab.machines[0].nics[0].tap, "10.0.0.2") &&
	   !strcmp(lab.machines[0].nics[0].tap_host,
		   "10.0.0.1"), "Netkit's tap is read with both addresses");
	parse("pc1[0]=WAN,10.0.0.1,10.0.0.2");
	ok(lab.machines[0].nics[0].tap != NULL, "Netkit-JH's tap can have another name");
	one_error("pc1[16]=A", 9, "no eth16");
	one_error("pc1[0]=", 8, "no collision domain");
	one_error("pc1[0]=A/xx:42:ac:11:00:02", 8, "not a MAC address");
	one_error("pc1[0]=A/02:42:ac:11:00", 8, "not a MAC address");
	one_error("pc1[0]=A/03:42:ac:11:00:02", 8, "group address");
	one_error("pc1[0]=tap,10.0.0.1", 8, "two addresses");
	one_warning("pc1[0]=A\npc1[0]=B", "line 1");
	same(domain("pc1", 0), "B", "in Kathará's dialect the last of two lines counts");
	one_warning("pc1[M]=64\npc1[0]=A\npc1[0]=B", "line 2");
	same(domain("pc1", 0), "A", "in Netkit's dialect the first of two lines counts");
	one_warning("pc1[0]=a,b", "dropped");
}

static void options(void)
{
	one_option("pc1[image]=\"kathara/frr\"", "image", "kathara/frr");
	one_option("pc1[mem]=64", "mem", "64");
	one_option("pc1[mem]=128m", "mem", "128m");
	one_option("pc1[mem]=\"1G\"", "mem", "1G");
	one_option("pc1[M]=64", "mem", "64");
	one_option("pc1[cpus]=0.5", "cpus", "0.5");
	one_option("pc1[port]=\"8080:80/tcp\"", "port", "8080:80/tcp");
	one_option("pc1[port]=80", "port", "80");
	one_option("pc1[port]=53:53/udp", "port", "53:53/udp");
	one_option("pc1[port]=7:7/sctp", "port", "7:7/sctp");
	one_option("pc1[bridged]=true", "bridged", "true");
	one_option("pc1[bridged]=Yes", "bridged", "Yes");
	one_option("pc1[ipv6]=0", "ipv6", "0");
	one_option("pc1[exec]=\"ip route add default via 10.0.0.1\"", "exec",
		   "ip route add default via 10.0.0.1");
	one_option("pc1[exec]=echo a#b", "exec", "echo a#b");
	one_option("pc1[sysctl]=\"net.ipv4.ip_forward=1\"", "sysctl", "net.ipv4.ip_forward=1");
	one_option("pc1[sysctl]=net.ipv4.conf.eth0.rp_filter=0", "sysctl",
		   "net.ipv4.conf.eth0.rp_filter=0");
	one_option("pc1[env]=\"A=b=c\"", "env", "A=b=c");
	one_option("pc1[shell]=\"/bin/sh\"", "shell", "/bin/sh");
	one_option("pc1[num_terms]=0", "num_terms", "0");
	one_option("pc1[ulimit]=nofile=1024:2048", "ulimit", "nofile=1024:2048");
	one_option("pc1[ulimit]=core=-1", "ulimit", "core=-1");
	one_option("pc1[volume]=\"data|/mnt|rw\"", "volume", "data|/mnt|rw");
	one_option("pc1[volume]=data|/mnt", "volume", "data|/mnt");
	one_option("pc1[privileged]=true", "privileged", "true");
	one_option("pc1[entrypoint]=\"/bin/x\"", "entrypoint", "/bin/x");
	one_option("pc1[args]=\"a b\"", "args", "a b");
	one_option("pc1[con0]=none", "con0", "none");
	one_option("pc1[append]=ro", "append", "ro");
	one_option("pc1[a]=ro", "append", "ro");
	one_option("pc1[model-fs]=/x", "model-fs", "/x");
	one_option("pc1[H]=", "no-hosthome", "");
	one_option("pc1[W]", "no-cow", "(none)");
	one_error("pc1[mem]=lots", 5, "not an amount of memory");
	one_error("pc1[mem]=1", 5, "less than 4m");
	one_error("pc1[cpus]=0", 5, "not a number of processors");
	one_error("pc1[port]=99999:80", 5, "not a port");
	one_error("pc1[port]=80/icmp", 5, "protocol");
	one_error("pc1[bridged]=maybe", 5, "neither");
	one_error("pc1[sysctl]=kernel.panic=1", 5, "does not begin with net.");
	one_error("pc1[sysctl]=net.ipv4.ip_forward", 5, "not a setting");
	one_error("pc1[env]=novalue", 5, "not a variable");
	one_error("pc1[ulimit]=nofile=9:3", 5, "soft limit above");
	one_error("pc1[volume]=data", 5, "not a volume");
	one_option("pc1[append]=net.ifnames=0", "append", "net.ifnames=0");
	one_error("pc1[append]=hostfs=/", 5, "may not set");
	one_error("pc1[append]=ubd1r=/etc/passwd", 5, "may not set");
	one_error("pc1[a]=confine=off", 5, "may not set");
	one_error("pc1[append]=umlab.host=/", 5, "may not set");
	one_error("pc1[append]=ro hostfs=/", 5, "a blank");
	one_error("pc1[num_terms]=-1", 5, "not a number");
	one_error("pc1[]=A", 4, "is empty");
	one_warning("pc1[images]=x", "did you mean image?");
	one_warning("pc1[folder]=x", "no effect");
	one_warning("pc1[mem]=64\npc1[mem]=128", "line 1");
	parse("pc1[exec]=a\npc1[exec]=b");
	ok(lab.machines[0].nr_options == 2 && !lab.nr_remarks, "exec can be repeated");
}

static void lines(void)
{
	parse("# a remark\n\n   \nLAB_DESCRIPTION=\"a = b\"\nLAB_NAME=x\nLAB_VERSION=1.0\n"
	      "LAB_AUTHOR=\"T. U.\"\nLAB_EMAIL=a@b\nLAB_WEB=http://c/?d=e\n");
	ok(!lab.nr_remarks, "the description of a lab is read without a remark");
	same(lab.description, "a = b", "the value of LAB_DESCRIPTION can contain =");
	same(lab.web, "http://c/?d=e", "the value of LAB_WEB can contain =");
	one_warning("LAB_COLOUR=red", "has no effect");
	one_warning("hello world", "neither");
	one_warning("pc1[0", "never closed");
	one_warning("pc1[0]A", "= is missing");
	one_warning("pc1[0]=\"A", "never closed");
	one_warning("pc1[0]=\"A\" junk", "after the closing quote");
	one_warning("a b[0]=A", "neither");
	one_error("-x[0]=A", 1, "valid name");
	one_error("shared[0]=A", 1, "reserved");
	one_error("_test[0]=A", 1, "reserved");
	parse("PC-1.lan[0]=A");
	ok(lab.nr_machines == 1 && !lab.nr_remarks,
	   "machine names can have upper case, dash and dot");
	parse("machines=\"pc1 pc2\"\npc1[0]=A");
	ok(lab.has_chosen && lab.chosen.nr == 2 && lab.dialect == LAB_NETKIT,
	   "machines= chooses the machines and means Netkit's dialect");
	parse("LAB_MACHINES=\"pc1, pc2\"");
	ok(lab.chosen.nr == 2, "LAB_MACHINES chooses the machines");
	parse("pc1[image]=x\n");
	ok(lab.dialect_known && lab.dialect == LAB_KATHARA,
	   "the option image means Kathará's dialect");
}

static void dependencies(void)
{
	parse("pc1[0]=A\npc2[0]=A\nr1[0]=A");
	lab_parse_dep(&lab, "pc1: r1 pc2\n# x\npc2:  r1\n", 24);
	ok(!lab.nr_remarks && lab.has_deps && lab.machines[0].needs.nr == 2,
	   "lab.dep is read, even with two blanks after the colon");
	parse("pc1[0]=A\npc2[0]=A");
	lab_parse_dep(&lab, "pc1: pc2\npc2: pc1\n", 18);
	ok(nr_of(LAB_ERROR) == 2 && strstr(lab.remarks[0].text, "waits for itself"),
	   "a loop in lab.dep is rejected");
	parse("pc1[0]=A");
	lab_parse_dep(&lab, "pc1: gone\n", 10);
	ok(nr_of(LAB_ERROR) == 1, "a missing machine in lab.dep is rejected");
	parse("pc1[0]=A");
	lab_parse_dep(&lab, "pc1 pc2\n", 8);
	ok(nr_of(LAB_ERROR) == 1, "a line without a colon in lab.dep is rejected");
}

/* Parses random mixtures of pieces of real files. The parser must survive them. */
static void noise(void)
{
	static const char *const pieces[] = {
		"pc1", "[", "]", "=", "0", "99", "\"", "'", "#", " ", "\n", "\r\n", "A",
		"/02:42:ac:11:00:02", "tap,1.2.3.4,5.6.7.8", "mem", "64m", "machines", "LAB_NAME",
		":", ",", "\xef\xbb\xbf", "\xff\xfe", "\t", "r1[exec]=x", "pc1[0]=A\n", "port",
		"1:2/tcp", "|", "-1", "ulimit", "\\",
	};
	char text[600];
	size_t size;

	srand(getenv("SEED") ? atoi(getenv("SEED")) : 7);
	for (int round = 0; round < 20000; round++) {
		size = 0;
		for (int i = rand() % 40; i > 0; i--) {
			const char *piece = pieces[rand() % (sizeof(pieces) / sizeof(*pieces))];

			memcpy(text + size, piece, strlen(piece));
			size += strlen(piece);
		}
		if (size)
			text[rand() % size] ^= rand() % 16 ? 0 : 1 << rand() % 8;
		lab_release(&lab);
		lab_parse_conf(&lab, text, size);
		lab_parse_dep(&lab, text, size);
		for (int i = 0; i < lab.nr_machines; i++)
			if (!name_valid(lab.machines[i].name))
				bail("a machine has the name \"%s\"", lab.machines[i].name);
	}
	ok(true, "20000 random mixtures of pieces are read without a fault");
}

int main(void)
{
	interfaces();
	options();
	lines();
	dependencies();
	noise();
	lab_release(&lab);
	return tap_done();
}
