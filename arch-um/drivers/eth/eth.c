// SPDX-License-Identifier: GPL-2.0-only
/*
 * eth.c - drive the network interfaces eth0 to eth15: the functions that the network core calls
 *
 * eth<n>=KIND... on the command line (eth_option.c) makes an interface; eth_control.c adds and
 * removes interfaces later. An interface uses one host descriptor: a socket to the switch or to a
 * helper, or a descriptor that the process was started with. eth_link.c maintains the connection.
 * eth_frames.c moves frames in messages, eth_stream.c in a byte stream (eth->stream is set). The
 * core opens and closes interfaces in task context, and sends and polls with softirqs off.
 *
 *   ip link set eth0 up   -> eth_open()   -> eth_link_start(): connects, carrier on
 *   the other end dies    -> carrier off; eth_link.c tries to connect until it succeeds
 *   ip link set eth0 down -> eth_stop()   -> eth_link_stop()
 *
 * Receiving: the descriptor becomes readable (hard interrupt) -> NAPI -> eth_poll() until the
 * host has no more frames. Sending: frames are collected while the core says that more are coming,
 * then go to the host in one call. A full socket stops the queue until the host has room.
 */
#include "eth.h"

#include <linux/ctype.h>
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/init.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <asm/um_option.h>
#include <um/wire.h>
#include "eth_device.h"
#include "eth_frames.h"
#include "eth_link.h"
#include "eth_stream.h"

static const char *eth_settings[ETH_DEVICES];

/* ---- calls of the network core -------------------------------------------- */

static void unsent_flush(struct eth_device *eth)
{
	if (eth->stream)
		eth_stream_flush(eth);
	else
		eth_frames_flush(eth);
}

static void unsent_drop(struct eth_device *eth)
{
	if (eth->stream)
		eth_stream_drop(eth);
	else
		eth_frames_drop(eth);
}

static int eth_poll(struct napi_struct *napi, int budget)
{
	struct eth_device *eth = container_of(napi, struct eth_device, napi);
	int done;

	if (eth->tx_blocked)
		unsent_flush(eth);
	eth_frames_gather(true);
	done = eth->stream ? eth_stream_receive(eth, budget) : eth_frames_receive(eth, budget);
	if (done < budget)
		napi_complete_done(napi, done);
	eth_frames_gather(false);
	return done;
}

static int eth_open(struct net_device *dev)
{
	struct eth_device *eth = netdev_priv(dev);
	int error = eth->option.kind == ETH_UNIX ? eth_stream_init(eth) : eth_frames_init(eth);

	if (error)
		return error;
	napi_enable(&eth->napi);
	netif_start_queue(dev);
	eth_link_start(eth);
	return 0;
}

static int eth_stop(struct net_device *dev)
{
	struct eth_device *eth = netdev_priv(dev);

	netif_stop_queue(dev);
	eth_link_stop(eth);
	napi_disable(&eth->napi);
	eth_frames_release(eth);
	eth_stream_release(eth);
	return 0;
}

/* Without a connection a frame is lost, as on a cable that leads nowhere. */
static void frame_lose(struct eth_device *eth, struct sk_buff *skb)
{
	if (eth->option.kind == ETH_NULL) {
		eth->counters.tx_packets++;
		eth->counters.tx_bytes += skb->len;
	} else {
		eth->counters.tx_dropped++;
	}
	dev_kfree_skb_any(skb);
}

static netdev_tx_t eth_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct eth_device *eth = netdev_priv(dev);

	if (eth->fd < 0 || !eth->welcome)
		frame_lose(eth, skb);
	else if (eth->stream)
		eth_stream_send(eth, skb);
	else
		eth_frames_send(eth, skb, netdev_xmit_more());
	return NETDEV_TX_OK;
}

static void eth_get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	const struct eth_counters *counters = &((struct eth_device *)netdev_priv(dev))->counters;

	stats->rx_packets = counters->rx_packets;
	stats->rx_bytes = counters->rx_bytes;
	stats->rx_dropped = counters->rx_dropped;
	stats->rx_errors = counters->rx_errors;
	stats->tx_packets = counters->tx_packets;
	stats->tx_bytes = counters->tx_bytes;
	stats->tx_dropped = counters->tx_dropped;
}

static const struct net_device_ops eth_ops = {
	.ndo_open = eth_open,
	.ndo_stop = eth_stop,
	.ndo_start_xmit = eth_start_xmit,
	.ndo_get_stats64 = eth_get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* ---- ethtool -------------------------------------------------------------- */

static const struct {
	char name[ETH_GSTRING_LEN];
	size_t offset;
} statistics[] = {
#define STATISTIC(field) { #field, offsetof(struct eth_counters, field) }
	STATISTIC(rx_packets), STATISTIC(rx_bytes), STATISTIC(rx_dropped), STATISTIC(rx_errors),
	STATISTIC(rx_batches), STATISTIC(rx_offloaded), STATISTIC(tx_packets),
	STATISTIC(tx_bytes), STATISTIC(tx_dropped), STATISTIC(tx_batches),
	STATISTIC(tx_offloaded), STATISTIC(tx_full), STATISTIC(link_losses),
	STATISTIC(connections),
};

static void eth_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct eth_device *eth = netdev_priv(dev);

	strscpy(info->driver, "umlab-eth", sizeof(info->driver));
	snprintf(info->bus_info, sizeof(info->bus_info), "%s%s%.20s",
		 eth_kind_name(eth->option.kind), *eth->option.target ? ":" : "",
		 eth->option.target);
}

static int eth_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(statistics) : -EOPNOTSUPP;
}

static void eth_get_strings(struct net_device *dev, u32 set, u8 *to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statistics); i++)
		memcpy(to + i * ETH_GSTRING_LEN, statistics[i].name, ETH_GSTRING_LEN);
}

static void eth_get_statistics(struct net_device *dev, struct ethtool_stats *stats, u64 *to)
{
	struct eth_device *eth = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statistics); i++)
		to[i] = *(u64 *)((char *)&eth->counters + statistics[i].offset);
}

static int eth_get_link_settings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
	ethtool_link_ksettings_zero_link_mode(settings, supported);
	settings->base.speed = SPEED_10000;
	settings->base.duplex = DUPLEX_FULL;
	settings->base.port = PORT_OTHER;
	return 0;
}

static const struct ethtool_ops eth_ethtool_ops = {
	.get_drvinfo = eth_get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = eth_get_sset_count,
	.get_strings = eth_get_strings,
	.get_ethtool_stats = eth_get_statistics,
	.get_link_ksettings = eth_get_link_settings,
};

/* ---- interfaces ----------------------------------------------------------- */

/* Uses FNV-1a, so that the same text gives the same address everywhere. */
static u64 hash_text(u64 hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (u8)*text) * 0x100000001b3ULL;
	return (hash ^ 0xff) * 0x100000001b3ULL;
}

/*
 * Choose the address so that a machine gets the same address at each start. The address is a hash
 * of the host, its user, the interface, and umid=. Without umid= the first disk and the current
 * folder take its place. A machine with neither umid= nor a disk gets a random address at each
 * start.
 */
static void address_choose(struct eth_device *eth)
{
	static char host[512];
	char interface[4];
	u8 mac[ETH_ALEN] = { 0x02 };
	u64 hash = 0xcbf29ce484222325ULL;
	const char *disk = strstr(saved_command_line, "ubd0=");

	if (eth->option.has_mac) {
		eth_hw_addr_set(eth->dev, eth->option.mac);
		return;
	}
	if (host_identity(host, sizeof(host), !eth_machine_name) < 0 ||
	    (!eth_machine_name && !disk)) {
		eth_hw_addr_random(eth->dev);
		return;
	}
	hash = hash_text(hash, host);
	if (eth_machine_name) {
		hash = hash_text(hash, eth_machine_name);
	} else {
		strscpy(host, disk, sizeof(host));
		host[strcspn(host, " ")] = '\0';
		hash = hash_text(hash, host);
	}
	snprintf(interface, sizeof(interface), "%u", eth->index);
	hash = hash_text(hash, interface);
	hash ^= hash >> 40;
	memcpy(mac + 1, &hash, ETH_ALEN - 1);
	eth_hw_addr_set(eth->dev, mac);
}

static struct eth_device *devices[ETH_DEVICES];

struct eth_device *eth_get(unsigned int index)
{
	return devices[index];
}

static void features_set(struct net_device *dev, enum eth_kind kind)
{
	if (eth_kind_has_heads(kind)) {
		dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
				   NETIF_F_TSO_ECN | NETIF_F_RXCSUM;
		dev->vlan_features = dev->hw_features;
	}
	dev->hw_features |= NETIF_F_GRO;
	if (kind != ETH_UNIX)
		dev->hw_features |= NETIF_F_SG;
	dev->features |= dev->hw_features;
}

int eth_add(unsigned int index, const char *value, const char **why)
{
	struct net_device *dev;
	struct eth_device *eth;
	int error;

	*why = "there is such an interface already";
	if (devices[index])
		return -EBUSY;
	*why = "no memory";
	dev = alloc_etherdev(sizeof(struct eth_device));
	if (!dev)
		return -ENOMEM;
	eth = netdev_priv(dev);
	eth->dev = dev;
	eth->index = index;
	error = eth_option_parse(value, &eth->option, why);
	if (error)
		goto out_free;
	*why = "its helper umlab-net is missing, or its descriptor is not open";
	error = eth_probe_option(value);
	if (error)
		goto out_free;
	eth_link_init(eth, unsent_drop);

	snprintf(dev->name, sizeof(dev->name), "eth%u", index);
	dev->netdev_ops = &eth_ops;
	dev->ethtool_ops = &eth_ethtool_ops;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = WIRE_MTU_MAX;
	if (eth->option.mtu)
		dev->mtu = eth->option.mtu;
	features_set(dev, eth->option.kind);
	netif_napi_add(dev, &eth->napi, eth_poll);
	address_choose(eth);
	netif_carrier_off(dev);
	*why = "the guest has another interface of this name";
	error = register_netdev(dev);
	if (error)
		goto out_napi;
	devices[index] = eth;
	return 0;

out_napi:
	netif_napi_del(&eth->napi);
out_free:
	free_netdev(dev);
	return error;
}

void eth_remove(struct eth_device *eth)
{
	devices[eth->index] = NULL;
	unregister_netdev(eth->dev);
	free_netdev(eth->dev);
}

static int __init eth_setup(char *setting)
{
	unsigned long index;
	char *value;

	if (!isdigit(*setting))
		return 0;
	index = simple_strtoul(setting, &value, 10);
	if (index >= ETH_DEVICES || *value != '=')
		return 0;
	eth_settings[index] = value + 1;
	return 1;
}
__setup("eth", eth_setup);

static int __init eth_init(void)
{
	const char *why;
	unsigned int i;

	for (i = 0; i < ETH_DEVICES; i++) {
		int error = eth_settings[i] ? eth_add(i, eth_settings[i], &why) : 0;

		if (error)
			pr_err("eth%u: cannot add the interface: %s (error %d)\n", i, why, -error);
	}
	return 0;
}
device_initcall(eth_init);
