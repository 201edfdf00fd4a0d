// SPDX-License-Identifier: GPL-2.0-only
/*
 * run_uplink.c - `umlab-net run slirp` and `run vde`: read the options, run an uplink
 *
 * Users start uplinks of switches (switch=TARGET). The eth driver in the kernel of a machine starts
 * its own uplinks: it hands over a socket (fd=N) and passes on the options that the user wrote
 * after eth0=slirp. So options are separated by commas as well as by blanks. The option parser
 * calls the verbs through the list in umlab_net.c. The process of the command then is the uplink,
 * whose only thread runs the event loop.
 */
#include "cli/run_uplink.h"

#include <stdlib.h>
#include <string.h>

#include "base/tell.h"
#include "cli/net_groups.h"
#include "common/loop.h"
#include "common/place.h"
#include "common/say.h"
#include "common/words.h"
#include "switch/port.h"
#include "switch/vlan.h"
#include "uplink/uplink.h"
#include "uplink/uplink_slirp.h"
#include "uplink/uplink_vde.h"

enum { FD_MAX = 1 << 20 };

/* Reads one option; prints an error message on failure. */
static enum status option_read(const struct verb_args *args, const struct uplink_backend *backend,
			       struct uplink_settings *settings, const char *word)
{
	char error[300] = "";
	unsigned long number;
	const char *value;
	int result;

	if ((value = word_value(word, "fd="))) {
		result = word_read_number(value, FD_MAX, &number);
		settings->fd = result ? -1 : (int)number;
	} else if ((value = word_value(word, "switch="))) {
		result = place_find(value, settings->switch_path, sizeof(settings->switch_path),
				    false);
		if (result) {
			tell_error("%s: %s", value, strerror(-result));
			return STATUS_FAILED;
		}
	} else if ((value = word_value(word, "port="))) {
		result = word_read_number(value, PORTS_MAX, &number);
		settings->port = number;
	} else if ((value = word_value(word, "vlan="))) {
		result = word_read_number(value, VLAN_MAX, &number);
		settings->vlan = number;
	} else {
		result = cable_parse(&settings->cable, word);
		if (result)
			result = backend->option(word, error, sizeof(error));
	}
	if (!result)
		return STATUS_OK;
	return verb_usage(args, "'%s': %s", word,
			  *error ? error : "not an option, or a wrong value");
}

static enum status options_read(const struct verb_args *args,
				const struct uplink_backend *backend,
				struct uplink_settings *settings)
{
	struct words options = { 0 };
	enum status status = STATUS_OK;

	settings->name = args->words.at[0];
	for (int i = 1; i < args->words.nr; i++)
		words_split(&options, args->words.at[i], ",");
	for (int i = 0; !status && i < options.nr; i++)
		status = option_read(args, backend, settings, options.at[i]);
	if (!status && (settings->fd < 0) == !*settings->switch_path)
		return verb_usage(args, "give either switch=TARGET or fd=N");
	return status;
}

static enum status uplink_run(const struct verb_args *args, const struct uplink_backend *backend)
{
	struct uplink_settings settings = { .fd = -1 };
	enum status status = options_read(args, backend, &settings);
	char why[600];
	int error;

	if (status)
		return status;
	error = loop_init();
	if (!error)
		error = loop_catch_signals();
	if (error) {
		tell_error("the uplink cannot be started: %s", strerror(-error));
		return STATUS_FAILED;
	}
	error = uplink_start(backend, &settings, why, sizeof(why));
	if (error) {
		/* Do not use tell_error(): the line may have to go to the machine's log. */
		say("%s", why);
		return STATUS_FAILED;
	}
	error = loop_run();
	uplink_stop();
	return error ? STATUS_FAILED : STATUS_OK;
}

static enum status slirp_run(const struct verb_args *args)
{
	return uplink_run(args, &uplink_slirp);
}

static enum status vde_run(const struct verb_args *args)
{
	return uplink_run(args, &uplink_vde);
}

const struct verb run_slirp_verb = {
	.name = "run slirp",
	.group = GROUP_RUN,
	.usage = "NAME switch=TARGET[,port=N][,vlan=N] [OPTION]...",
	.summary = "Run an uplink to the internet at a port of a switch",
	.help = "The uplink stays in the foreground until SIGTERM or 'umlab-net stop'. It plays "
		"a network with a DHCP server and a router at 10.0.2.2 and a name server at "
		"10.0.2.3. Options, which eth0=slirp, of a machine takes too, are:\n"
		"  forward=SPEC        let a port of the host lead into the network; SPEC as for\n"
		"                      'forward add'\n"
		"  allow=tcp:ADDRESS:PORT, allow=udp:ADDRESS:PORT\n"
		"                      let the machine use this service of the host. 127.0.0.1 is\n"
		"                      10.0.2.2 to the machine. By default the machine reaches no\n"
		"                      address of the host. UDP port 69 (TFTP) cannot be allowed:\n"
		"                      libslirp keeps it for itself.\n"
		"  restrict            allow only forwards and allowed services; no name server\n"
		"  net=A.B.C.0/24      use another network than 10.0.2.0/24\n"
		"  ipv6=on|off         fec0::/64 (on if the host has IPv6)\n"
		"  hostname=NAME       the name that DHCP tells the machine\n"
		"  rate=BITS, in-rate=BITS, delay=TIME, loss=P%, ...\n"
		"                      the cable, with the settings of 'link set'; what leaves\n"
		"                      the uplink goes to the machine\n"
		"\n"
		"libslirp sends at most 64 KB of a TCP connection before the machine acknowledges "
		"them. The uplink lets it run 256 KB ahead: it acknowledges data in the machine's "
		"place, keeps the data until the machine has acknowledged it too, and repeats what "
		"is lost in between. 'show' counts both. A cable with settings turns this off, "
		"because it would hide their effect.",
	.examples = "  umlab-net run slirp world switch=lan forward=tcp:2222-22 &",
	.words = "name =switch=|=port=|=vlan=|=forward=|=allow=|=restrict|=net=|=ipv6=on|=ipv6=off|"
		 "=hostname=|=rate=|=in-rate=|=delay=|=jitter=|=loss=|=dup=|=reorder=...",
	.min_words = 1,
	.max_words = -1,
	.run = slirp_run,
};

const struct verb run_vde_verb = {
	.name = "run vde",
	.group = GROUP_RUN,
	.usage = "NAME switch=TARGET[,port=N][,vlan=N] [OPTION]... URL",
	.summary = "Run an uplink to a network of libvdeplug at a port of a switch",
	.help = "The uplink stays in the foreground until SIGTERM or 'umlab-net stop'. URLs are "
		"those of libvdeplug: vde:///run/vde.ctl, udp://5000->otherhost:5000, "
		"vxvde://239.1.2.3 and more. Options are the settings of the cable in 'link set'.\n"
		"\n"
		"In version 4.0.1 of libvdeplug, vxlan:// loses the frames to peers that it knows, "
		"so only broadcasts arrive. Use vxvde:// instead, which does the same work.",
	.words = "name =switch=|=port=|=vlan=|=vde://|=udp://|=vxvde://...",
	.min_words = 1,
	.max_words = -1,
	.run = vde_run,
};
