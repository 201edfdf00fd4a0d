// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth_link.c - connect an interface on the host, and connect again when the other end has gone
 *
 * eth.c starts and stops the link. eth_frames.c and eth_stream.c report messages from the other end
 * and the loss of the connection.
 *
 * Theory of operation
 *
 * While the interface is up, eth->work (workqueue) maintains a connection. States:
 *   none      fd is -1. The work tries to connect, first at once, then every RETRY_TIME. The work
 *             reports the first of several failures in a row.
 *   waiting   fd is open and a hello has been sent (kinds with heads only). A welcome in
 *             eth_link_message() leads to `welcome`, a refusal to `lost`.
 *   welcome   the carrier is on and frames flow.
 *   lost      the other end has gone: eth_link_lost() was called in softirq context and
 *             turned the carrier off. The work closes the descriptor and ends the helper,
 *             which leads to `none`.
 * eth_link_stop() leads from any state to `none` and stops the work.
 *
 * link_open() sets up the whole host side and link_close() releases it, so that suspending a
 * machine needs only these two calls.
 *
 * The kernel has one processor, so local_bh_disable() is enough to exclude the NAPI side.
 */
#include "eth_link.h"

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <asm/um_irq.h>
#include <um/wire.h>
#include "eth_device.h"

enum {
	RETRY_TIME = HZ,
};

/* The carrier is on if the other end is up and nobody has cut the cable here. */
static void carrier_set(struct eth_device *eth, bool peer_up)
{
	eth->peer_up = peer_up;
	if (peer_up && !eth->cut)
		netif_carrier_on(eth->dev);
	else
		netif_carrier_off(eth->dev);
}

static void link_up(struct eth_device *eth)
{
	eth->welcome = true;
	eth->complained = false;
	eth->counters.connections++;
	carrier_set(eth, true);
	netif_wake_queue(eth->dev);
}

/* ---- connecting ----------------------------------------------------------- */

static int hello_send(struct eth_device *eth)
{
	struct wire_hello hello = {
		.head.kind = WIRE_HELLO, .magic = WIRE_MAGIC, .version = WIRE_VERSION,
		.features = WIRE_OFFLOAD | WIRE_BUNDLES, .port = eth->option.port,
		.vlan = eth->option.vlan, .mtu = eth->dev->mtu,
	};
	ssize_t size;

	memcpy(hello.mac, eth->dev->dev_addr, ETH_ALEN);
	if (eth_machine_name)
		scnprintf(hello.name, sizeof(hello.name), "%.20s-%s", eth_machine_name,
			  eth->dev->name);
	size = host_file_write(eth->fd, &hello, sizeof(hello));
	return size < 0 ? size : 0;
}

static int switch_connect(struct eth_device *eth)
{
	char path[ETH_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/umlab", eth->option.target);
	return host_net_connect(path, false);
}

/* The helper gets the other end of a socket pair as its descriptor 3. */
static int helper_connect(struct eth_device *eth)
{
	const char *words[8];
	char name[64];
	unsigned int nr = 0;
	int fd, pid;

	/* umlab-net replaces "@" with our process id. */
	snprintf(name, sizeof(name), "%.40s-%s", eth_machine_name ? eth_machine_name : "@",
		 eth->dev->name);
	words[nr++] = "umlab-net";
	words[nr++] = "run";
	words[nr++] = eth_kind_name(eth->option.kind);
	words[nr++] = name;
	words[nr++] = "fd=3";
	if (*eth->option.rest)
		words[nr++] = eth->option.rest;
	if (eth->option.kind == ETH_VDE)
		words[nr++] = eth->option.target;
	pid = host_helper_start(words, nr, &fd);
	if (pid < 0)
		return pid;
	eth->helper_pid = pid;
	return fd;
}

static int link_connect(struct eth_device *eth)
{
	eth->transport = HOST_NET_MESSAGES;
	switch (eth->option.kind) {
	case ETH_SLIRP:
	case ETH_VDE:
		return helper_connect(eth);
	case ETH_SWITCH:
		return switch_connect(eth);
	case ETH_FD:
		return host_net_inherit(eth->option.fd, &eth->transport);
	case ETH_UNIX:
		return host_net_connect(eth->option.target, true);
	case ETH_NULL:
		break;
	}
	return -ENODEV;
}

static void link_close(struct eth_device *eth)
{
	int fd;

	local_bh_disable();
	fd = eth->fd;
	eth->fd = -1;
	if (eth->welcome)
		eth->counters.link_losses++;
	eth->welcome = false;
	eth->lost = false;
	eth->tx_blocked = false;
	carrier_set(eth, false);
	eth->unsent_drop(eth);
	local_bh_enable();
	if (fd >= 0) {
		um_irq_unregister_fd(fd);
		host_file_close(fd);
	}
	if (eth->helper_pid)
		host_helper_end(eth->helper_pid);
	eth->helper_pid = 0;
}

static void link_ready(void *data)
{
	struct eth_device *eth = data;

	napi_schedule(&eth->napi);
}

static int link_open(struct eth_device *eth)
{
	int error, fd = link_connect(eth);

	if (fd < 0)
		return fd;
	eth->heads = eth_kind_has_heads(eth->option.kind);
	eth->bundles = false;
	eth->fd = fd;
	error = eth->heads ? hello_send(eth) : 0;
	if (!error)
		error = um_irq_register_fd(fd, false, link_ready, eth);
	if (error) {
		eth->fd = -1;
		host_file_close(fd);
		return error;
	}
	if (!eth->heads)
		link_up(eth);
	return 0;
}

static void complain(struct eth_device *eth, int error)
{
	if (eth->complained)
		return;
	eth->complained = true;
	if (eth->option.kind == ETH_SLIRP || eth->option.kind == ETH_VDE)
		netdev_err(eth->dev, "cannot start umlab-net (error %d); trying every second\n",
			   -error);
	else if (eth->option.kind == ETH_FD)
		netdev_err(eth->dev, "cannot use descriptor %d (error %d)\n", eth->option.fd,
			   -error);
	else
		netdev_err(eth->dev, "nothing answers at %s (error %d); trying every second\n",
			   eth->option.target, -error);
}

/* Clean up after a loss; connect if there is no connection. */
static void link_work(struct work_struct *work)
{
	struct eth_device *eth = container_of(to_delayed_work(work), struct eth_device, work);
	int error;

	if (eth->lost) {
		link_close(eth);
		if (eth->option.kind == ETH_FD)
			return;		/* this descriptor cannot be opened again */
		if (eth->wanted)
			schedule_delayed_work(&eth->work, RETRY_TIME);
		return;
	}
	if (!eth->wanted || eth->fd >= 0)
		return;
	error = link_open(eth);
	if (!error)
		return;
	complain(eth, error);
	if (eth->helper_pid)
		host_helper_end(eth->helper_pid);
	eth->helper_pid = 0;
	if (eth->option.kind != ETH_FD)
		schedule_delayed_work(&eth->work, RETRY_TIME);
}

/* ---- calls of eth.c and eth_control.c --------------------------------------- */

void eth_link_init(struct eth_device *eth, void (*unsent_drop)(struct eth_device *eth))
{
	eth->fd = -1;
	eth->unsent_drop = unsent_drop;
	INIT_DELAYED_WORK(&eth->work, link_work);
}

/* Connect before eth_open() returns, so that the interface comes up with its carrier on. */
void eth_link_start(struct eth_device *eth)
{
	eth->wanted = true;
	eth->complained = false;
	if (eth->option.kind == ETH_NULL)
		carrier_set(eth, true);
	else
		link_work(&eth->work.work);
}

void eth_link_stop(struct eth_device *eth)
{
	eth->wanted = false;
	cancel_delayed_work_sync(&eth->work);
	link_close(eth);
}

void eth_link_cut(struct eth_device *eth, bool cut)
{
	local_bh_disable();
	eth->cut = cut;
	carrier_set(eth, eth->peer_up);
	local_bh_enable();
}

/* ---- calls of eth_frames.c and eth_stream.c ---------------------------------- */

void eth_link_lost(struct eth_device *eth)
{
	if (eth->lost || eth->fd < 0)
		return;
	eth->lost = true;
	carrier_set(eth, false);
	if (eth->welcome && net_ratelimit())
		netdev_info(eth->dev, "the other end has gone\n");
	mod_delayed_work(system_wq, &eth->work, 0);
}

void eth_link_block(struct eth_device *eth)
{
	eth->counters.tx_full++;
	eth->tx_blocked = true;
	netif_stop_queue(eth->dev);
	host_poll_watch(eth->fd, true, true);
}

void eth_link_unblock(struct eth_device *eth)
{
	eth->tx_blocked = false;
	host_poll_watch(eth->fd, true, false);
	netif_wake_queue(eth->dev);
}

static void welcome_take(struct eth_device *eth, const struct wire_welcome *welcome)
{
	if (welcome->magic == WIRE_MAGIC && !welcome->error) {
		eth->bundles = welcome->features & WIRE_BUNDLES;
		link_up(eth);
		return;
	}
	if (!eth->complained)
		netdev_err(eth->dev, "%s refused the connection: %.*s (error %u)\n",
			   eth->option.target, (int)sizeof(welcome->text), welcome->text,
			   welcome->error);
	eth->complained = true;
	eth_link_lost(eth);
}

void eth_link_message(struct eth_device *eth, const struct wire_head *head, const void *body,
		      size_t size)
{
	struct wire_welcome welcome;
	u32 up;

	switch (head->kind) {
	case WIRE_WELCOME:
		if (size != sizeof(welcome) - sizeof(*head) || eth->welcome)
			return;
		memcpy((char *)&welcome + sizeof(*head), body, size);
		welcome_take(eth, &welcome);
		break;
	case WIRE_LINK:
		if (size != sizeof(up) || !eth->welcome)
			return;
		memcpy(&up, body, sizeof(up));
		carrier_set(eth, up);
		break;
	case WIRE_NOTE:
		if (net_ratelimit())
			netdev_info(eth->dev, "%*pE\n",
				    (int)min_t(size_t, size, WIRE_NOTE_MAX), body);
		break;
	}
}
