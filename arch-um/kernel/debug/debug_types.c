// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug_types.c - provide complete type descriptions for debuggers
 *
 * The default kernel is built with CONFIG_DEBUG_INFO_REDUCED: each object describes only the types
 * of its own headers. vmlinux then has a quarter of its full size, and gdb starts at once. This
 * file has no code. Its object describes all types of the headers that the file includes
 * (Makefile). gdb completes the incomplete types of other objects from here.
 */
#include <linux/backing-dev.h>
#include <linux/blk-mq.h>
#include <linux/cdev.h>
#include <linux/cgroup.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/ext2_fs.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hrtimer.h>
#include <linux/inet.h>
#include <linux/interrupt.h>
#include <linux/ipc_namespace.h>
#include <linux/irqdesc.h>
#include <linux/jbd2.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/pipe_fs_i.h>
#include <linux/pm_domain.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/radix-tree.h>
#include <linux/rmap.h>
#include <linux/sbitmap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/swap.h>
#include <linux/syscalls.h>
#include <linux/timekeeper_internal.h>
#include <linux/timerqueue.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/user_namespace.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xattr.h>
#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ip_fib.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <fs/mount.h>
#include <fs/proc/internal.h>
#include <kernel/sched/sched.h>
#include <kernel/time/tick-internal.h>
#include <kernel/printk/printk_ringbuffer.h>
#include <mm/slab.h>
#include <drivers-ubd/kernel/ubd_disk.h>
