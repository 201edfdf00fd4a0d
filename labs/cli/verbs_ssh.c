// SPDX-License-Identifier: GPL-2.0-only
/*
 * verbs_ssh.c - umlab ssh: log in to a machine by ssh, whatever its network does
 *
 * The connection is a program that the agent runs: `sshd -i`, whose input and output are
 * ssh's ProxyCommand. The user gets a key of its own (state/ssh), which is put into the
 * guest by the same way; the guest's host key comes back by it, so there is nothing to
 * confirm and no known_hosts of the user to spoil.
 */
#include "cli/options.h"
#include "cli/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/spawn.h"
#include "base/where.h"
#include "cli/die.h"
#include "cli/find.h"
#include "machine/machine.h"
#include "machine/session.h"

/* $1 user, $2 public key. Prints the host's key. */
static const char prepare_script[] =
	"[ -x /usr/sbin/sshd ] || { echo 'no sshd (package openssh-server) in this image'; exit 1; }; "
	"home=$(getent passwd \"$1\" | cut -d: -f6); [ -n \"$home\" ] || { echo \"no user $1\"; exit 1; }; "
	"mkdir -p \"$home/.ssh\" /run/sshd && chmod 700 \"$home/.ssh\" && touch \"$home/.ssh/authorized_keys\" && "
	"{ grep -qxF \"$2\" \"$home/.ssh/authorized_keys\" || echo \"$2\" >>\"$home/.ssh/authorized_keys\"; } && "
	"chown -R \"$1:\" \"$home/.ssh\" && chmod 600 \"$home/.ssh/authorized_keys\" || exit 1; "
	"[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key || exit 1; "
	"cat /etc/ssh/ssh_host_ed25519_key.pub";

/* Made at the first use. Returns the path of the private half. */
static char *own_key(void)
{
	char *dir = txt_printf("%s/ssh", where_state()), *path = txt_printf("%s/id_ed25519", dir), *reason;
	const char *command[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "umlab", "-f", path, NULL };

	if (file_exists(path))
		return path;
	if (dir_make(dir, 0700) || spawn_quietly(command, &reason))
		die(STATUS_FAILED, _("no key could be made in %s; is ssh-keygen (package openssh-client) installed?"), dir);
	return path;
}

/* Puts the key in, and the guest's own into a file for ssh. Returns that file. */
static char *introduce(const struct machine *machine, const char *user, const char *key)
{
	char *public, *output, *known = txt_printf("%s/known_hosts", machine->run_dir), *line;
	size_t size;
	int status;

	if (file_read(txt_printf("%s.pub", key), &public, &size))
		die(STATUS_FAILED, _("cannot read %s.pub; remove %s, it is made anew"), key, key);
	status = session_capture(machine, txt_printf("set -- %s %s; %s", txt_shell_quote(user), txt_shell_quote(txt_trim(public)), prepare_script),
				 60, &output);
	if (status == 125 && !machine_runs(machine))
		die(STATUS_FAILED, _("%s does not run; `umlab start %s` starts it"), machine->name, machine->id);
	if (status || !txt_starts(output, "ssh-"))
		die(STATUS_FAILED, _("%s takes no ssh: %s"), machine->name, output && *output ? txt_trim(output) : _("its agent does not answer"));
	line = txt_printf("umlab-%s %s\n", machine->name, txt_trim(output));
	if (file_write(known, line, strlen(line), 0600))
		die(STATUS_FAILED, _("cannot write %s: %s"), known, strerror(errno));
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
	words_addf(&settings, "ProxyCommand=%s exec %s -- /usr/sbin/sshd -i -o PermitRootLogin=prohibit-password", txt_shell_quote(where_self()),
		   txt_shell_quote(machine.id));
	words_addf(&settings, "HostKeyAlias=umlab-%s", machine.name);
	words_addf(&settings, "IdentityFile=\"%s\"", key);
	words_add(&settings, "IdentitiesOnly=yes");
	words_addf(&settings, "User=%s", user);
	if (verb_flag(args, "config")) {
		printf("Host %s\n", machine.name);
		for (int i = 0; i < settings.nr; i++)
			printf("  %.*s %s\n", (int)strcspn(settings.at[i], "="), settings.at[i], strchr(settings.at[i], '=') + 1);
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
	die(STATUS_FAILED, _("ssh: %s; is the package openssh-client installed?"), strerror(errno));
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
