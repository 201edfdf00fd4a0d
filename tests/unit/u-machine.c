// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-machine.c - test files of machines, descriptions of interfaces, recorded processes
 * (labs/machine/machine.c, nic.c, labdir.c; labs/base/pidfile.c, where.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include <sys/stat.h>

#include "base/files.h"
#include "base/where.h"
#include "machine/labdir.h"
#include "machine/machine.h"
#include "machine/nic.h"
#include "base/pidfile.h"
#include "scratch.h"

static void machine_make(const char *id)
{
	struct machine machine;

	machine_describe(&machine, id);
	conf_set(&machine.conf, "image", "base");
	if (machine_save(&machine))
		exit(125);
}

static void states(void)
{
	bool all = true;

	for (enum machine_state i = 0; i < MACHINE_NR_STATES; i++)
		all &= machine_state_parse(machine_state_word(i),
					   strlen(machine_state_word(i))) == i;
	ok(all, "the word for each state is parsed as that state");
	ok(machine_state_parse("readyx", 6) == MACHINE_BOOTING &&
	   machine_state_parse("read", 4) == MACHINE_BOOTING &&
	   machine_state_parse("", 0) == MACHINE_BOOTING,
	   "an unknown word means that the machine is booting");
}

static void finding(void)
{
	struct machine machine;
	char *reason = NULL, *id = txt_printf("%s/pc1", lab_id("."));

	machine_make("alone");
	machine_make("lab-1/pc1");
	ok(!machine_find(&machine, "alone", NULL, &reason),
	   "a single machine is found by its name");
	ok(!machine_find(&machine, "pc1", NULL, &reason) && !strcmp(machine.lab, "lab-1"),
	   "a machine of a lab is found by its name if the name is unique");
	machine_make("lab-2/pc1");
	ok(machine_find(&machine, "pc1", NULL, &reason) == -ENOTUNIQ && strstr(reason, "lab-2/pc1"),
	   "an ambiguous name is rejected and the candidates are named");
	ok(!machine_find(&machine, "lab-2/pc1", NULL, &reason), "the id of a machine is unique");
	ok(machine_find(&machine, "alnoe", NULL, &reason) == -ENOENT && strstr(reason, "alone"),
	   "a misspelt name is rejected with a suggestion");
	ok(machine_find(&machine, "../../etc", NULL, &reason) < 0 &&
	   machine_find(&machine, "lab-1/../x", NULL, &reason) < 0 &&
	   machine_find(&machine, "", NULL,
			&reason) == -EINVAL, "a name cannot lead out of the machines' folder");
	ok(machine_find(&machine, "pc1", "lab", &reason) == -ENOENT && strstr(reason, "lab"),
	   "no machine is found in a lab that was never started");
	machine_make(id);
	scratch_write_text("lab.conf", "");
	ok(!machine_find(&machine, "pc1", NULL, &reason) && !strcmp(machine.id, id),
	   "a name is looked up first in the lab of the current folder");
	unlink("lab.conf");
}

static void listing(void)
{
	struct machines machines;
	struct machine machine;

	machine_list(&machines, "lab-1");
	ok(machines.nr == 1 && !strcmp(machines.at[0].name, "pc1"),
	   "the machines of a lab are listed");
	machine_list(&machines, "missing");
	ok(!machines.nr, "an unknown lab has no machines");
	machine_list(&machines, NULL);
	ok(machines.nr == 4 && !strcmp(machines.at[0].id, "alone"),
	   "all machines are listed, sorted");
	machine_describe(&machine, "alone");
	ok(!machine_runs(&machine) && machine_state(&machine, NULL) == MACHINE_STOPPED,
	   "a machine without a kernel process is stopped");
}

static void lab_folders(void)
{
	char *id;
	struct conf info;

	mkdir("My  Lab!!", 0700);
	id = lab_id("My  Lab!!");
	ok(!strncmp(id, "My-Lab-", 7) && !strcmp(id, lab_id("./My  Lab!!")),
	   "the id of a lab does not depend on how its path is written (%s)",
	   id);
	ok(*lab_id("/") && *lab_id("missing") && *lab_id("\xff\xfe"), "each path has an id");
	ok(!lab_state_write("gone", "/nowhere", NULL) && !lab_state_read("gone", &info) &&
	   !strcmp(conf_get(&info, "dir"), "/nowhere") && !conf_get(&info, "name"),
	   "the state of a lab is kept");
	lab_state_prune("gone");
	lab_state_prune("lab-1");
	ok(lab_state_read("gone", &info) == -ENOENT && file_exists(lab_state_dir("lab-1")),
	   "lab_state_prune() removes only labs without machines");
}

static void interfaces(void)
{
	struct conf conf = { 0 };
	int port;

	conf_add(&conf, "nic", "eth0=switch:/run/a,port=3,mac=02:00:00:00:00:01");
	conf_add(&conf, "nic", "eth1=slirp,forward=tcp:80-80");
	conf_add(&conf, "nic", "eth10=switch:/run/b");
	ok(strstr(nic_find(&conf, 1), "slirp") && strstr(nic_find(&conf, 10), "/run/b") &&
	   !nic_find(&conf, 2), "eth1 is not mistaken for eth10");
	ok(!strcmp(nic_switch(nic_find(&conf, 0), &port), "/run/a") && port == 3,
	   "switch and port of an interface are read");
	ok(!strcmp(nic_switch(nic_find(&conf, 10), &port), "/run/b") && !port,
	   "the port of the switch can be missing");
	ok(!nic_switch(nic_find(&conf, 1), &port) && !nic_switch(NULL, &port),
	   "an uplink has no switch");
	ok(!strcmp(nic_switch("=switch:", &port), ""),
	   "an empty path of a switch is returned as such");
	conf_set(&conf, "rate", "8M");
	ok(strstr(nic_kernel_option(&conf, nic_find(&conf, 1)), ",rate=8mbit,in-rate=8mbit"),
	   "the machine's rate is added to an uplink");
	conf_set(&conf, "rate", "800");
	ok(strstr(nic_kernel_option(&conf, "eth0=slirp"), "rate=800,") &&
	   !strcmp(nic_kernel_option(&conf, "eth0=switch:x"), "eth0=switch:x") &&
	   !strcmp(nic_kernel_option(&conf, "rubbish"), "rubbish"),
	   "lines that are not uplinks stay unchanged");
}

static void processes(void)
{
	pid_t pid = 0;
	int fd;

	ok(!pidfile_write("pid", getpid()), "a process can be recorded");
	fd = pidfile_open("pid", &pid);
	ok(fd >= 0 && pid == getpid(), "a recorded process is found");
	scratch_write_text("pid", txt_printf("%d 12345\n", getpid()));
	ok(pidfile_open("pid", &pid) == -ESRCH, "a process with another start time is not found");
	scratch_write_text("pid", "99999999999999999999\n");
	ok(pidfile_open("pid", &pid) == -ESRCH, "an absurd process number is rejected");
	scratch_write_text("pid", "-1 0\n");
	ok(pidfile_open("pid", &pid) == -ESRCH, "a negative process number is rejected");
	scratch_write("pid", "\0\0", 2);
	ok(pidfile_open("pid", &pid) == -ESRCH && pidfile_open("missing", &pid) == -ESRCH,
	   "an invalid or missing record is rejected");
	ok(pidfile_write("pid", 0x7ffffffe) < 0, "a missing process cannot be recorded");
}

static void places(void)
{
	char *reason = NULL;

	chmod(where_runtime(), 0755);
	ok(where_folders_make(&reason) == -EPERM && strstr(reason, where_runtime()),
	   "a runtime folder that others can enter is rejected");
	chmod(where_runtime(), 0700);
	ok(!where_folders_make(&reason), "a private runtime folder is accepted");
	setenv("UMLAB_TERMINALS", "xterm", 1);
	ok(!strcmp(where_setting("terminals"), "xterm") && !where_setting("no_such_setting"),
	   "a setting is read from the environment");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	char *reason;

	scratch_make();
	if (where_folders_make(&reason))
		return 125;
	states();
	finding();
	listing();
	lab_folders();
	interfaces();
	processes();
	places();
	return tap_done();
}
