// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_ssh.c - umlab ssh: log in to a machine by ssh, even without a network
 *
 * Called by the option parser (base/program.c) through the list in umlab.c. ssh reaches the guest
 * through its ProxyCommand, `umlab exec MACHINE sshd -i`. A key pair in state/ssh serves all
 * machines of the user. First, a script in the guest installs the public key and prints the guest's
 * host key. So ssh asks no questions, and the user's known_hosts file is not touched.
 */
#include "cli/verbs_ssh.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/files.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "cli/options.h"
#include "cli/verb_groups.h"
#include "machine/machine.h"
#include "machine/session.h"

/* Runs in the guest. Installs the public key $2 for the user $1, and prints the host key. */
static const char prepare_script[] =
	"[ -x /usr/sbin/sshd ] || { echo 'the image has no sshd (package openssh-server)'; exit "
	"1; }; "
	"home=$(getent passwd \"$1\" | cut -d: -f6); [ -n \"$home\" ] || { echo \"no user $1\"; "
	"exit 1; }; "
	"mkdir -p \"$home/.ssh\" /run/sshd && chmod 700 \"$home/.ssh\" && touch "
	"\"$home/.ssh/authorized_keys\" && "
	"{ grep -qxF \"$2\" \"$home/.ssh/authorized_keys\" || echo \"$2\" "
	">>\"$home/.ssh/authorized_keys\"; } && "
	"chown -R \"$1:\" \"$home/.ssh\" && chmod 600 \"$home/.ssh/authorized_keys\" || exit 1; "
	"[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f "
	"/etc/ssh/ssh_host_ed25519_key || exit 1; "
	"cat /etc/ssh/ssh_host_ed25519_key.pub";

/* Returns the path of the private key, which is created on first use. */
static char *own_key(void)
{
	char *dir = txt_printf("%s/ssh", where_state()), *path = txt_printf("%s/id_ed25519",
									    dir), *reason;
	const char *command[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "umlab",
				  "-f", path, NULL };

	if (file_exists(path))
		return path;
	if (dir_make(dir, 0700) || spawn_quietly(command, &reason))
		die(STATUS_FAILED,
		    _("%s: cannot create a key; is ssh-keygen (package openssh-client) installed?"),
		    dir);
	return path;
}

/* Exchanges the keys with the guest. Returns a known_hosts file with the guest's host key. */
static char *introduce(const struct machine *machine, const char *user, const char *key)
{
	char *public, *script, *output, *line;
	char *known = txt_printf("%s/known_hosts", machine->run_dir);
	size_t size;
	int status;

	if (file_read(txt_printf("%s.pub", key), &public, &size))
		die(STATUS_FAILED, _("%s.pub: cannot read; remove %s to create both again"), key,
		    key);
	script = txt_printf("set -- %s %s; %s", txt_shell_quote(user),
			    txt_shell_quote(txt_trim(public)), prepare_script);
	status = session_capture(machine, script, 60, &output);
	if (status == 125 && !machine_runs(machine))
		die(STATUS_FAILED, _("%s: not running; 'umlab start %s' starts it"), machine->name,
		    machine->id);
	if (status || !txt_starts(output, "ssh-"))
		die(STATUS_FAILED, _("%s: ssh is not possible: %s"), machine->name,
		    output && *output ? txt_trim(output) : _("the agent does not answer"));
	/* The guest prints one key. A second line would be another entry of the file. */
	output[strcspn(output, "\n")] = '\0';
	line = txt_printf("umlab-%s %s\n", machine->name, txt_trim(output));
	if (file_write(known, line, strlen(line), 0600))
		die(STATUS_FAILED, _("%s: cannot write: %s"), known, strerror(errno));
	return known;
}

static enum status verb_ssh(const struct verb_args *args)
{
	const char *name, *user = verb_value(args, "user") ? : "root", *at;
	struct words settings = { 0 }, command = { 0 };
	struct machine machine;
	char *key;

	name = args->words.at[0];
	at = strchr(name, '@');
	if (at) {
		user = txt_copy_part(name, at - name);
		name = at + 1;
	}
	find_machine(&machine, name, verb_value(args, "directory"));
	key = own_key();
	words_addf(&settings, "UserKnownHostsFile=\"%s\"", introduce(&machine, user, key));
	words_addf(&settings, "ProxyCommand=%s exec %s -- /usr/sbin/sshd -i -o "
		   "PermitRootLogin=prohibit-password", txt_shell_quote(where_self()),
		   txt_shell_quote(machine.id));
	words_addf(&settings, "HostKeyAlias=umlab-%s", machine.name);
	words_addf(&settings, "IdentityFile=\"%s\"", key);
	words_add(&settings, "IdentitiesOnly=yes");
	/* Root in the guest must not use the user's agent, whatever ~/.ssh/config says. */
	words_add(&settings, "ForwardAgent=no");
	words_addf(&settings, "User=%s", user);
	if (verb_flag(args, "config")) {
		printf("Host %s\n", machine.name);
		for (int i = 0; i < settings.nr; i++)
			clean_printf(stdout, "  %.*s %s\n", (int)strcspn(settings.at[i], "="),
				     settings.at[i], strchr(settings.at[i], '=') + 1);
		return STATUS_OK;
	}
	words_add(&command, "ssh");
	for (int i = 0; i < settings.nr; i++) {
		words_add(&command, "-o");
		words_add(&command, settings.at[i]);
	}
	words_add(&command, machine.name);
	for (int i = 0; i < args->command.nr; i++)
		words_add(&command, args->command.at[i]);
	execvp("ssh", command.at);
	die(STATUS_FAILED, _("ssh: cannot run it: %s; is the package openssh-client installed?"),
	    strerror(errno));
}

/* ---- entries for the table of verbs ----------------------------------------------------- */

static const struct verb_option ssh_options[] = {
	OPTION_DIRECTORY,
	OPTION_USER,
	{ .name = "config",
	  .help = N_("Print an entry for ~/.ssh/config and connect to nothing") },
	{ 0 }
};

const struct verb ssh_verb = {
	.name = "ssh",
	.group = GROUP_MACHINES,
	.usage = "[OPTION]... MACHINE [COMMAND...]",
	.summary = N_("Log in to a machine by ssh"),
	.help = N_("Uses a key pair made for this purpose, and the agent as the connection: the "
		   "guest needs sshd, but no network. With the output of --config in "
		   "~/.ssh/config, ssh, scp and rsync find the machine by its name."),
	.examples = "  umlab ssh pc1\n  umlab ssh --config pc1 >>~/.ssh/config",
	.options = ssh_options,
	.words = "machine",
	.min_words = 1,
	.max_words = 1,
	.command = VERB_COMMAND_WORD,
	.run = verb_ssh,
};
