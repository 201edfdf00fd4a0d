// SPDX-License-Identifier: GPL-2.0-only
/*
 * irq.c - turn host events into interrupts
 *
 * The signal handlers of the host side call um_irq_dispatch(); so does the run loop (guest.c).
 * Drivers register the functions to call (asm/um_irq.h). doc/interrupts.md gives the wider picture.
 *
 * Theory of operation
 *
 * Every host event arrives as a signal to the machine's one thread (host/process/handlers.c). While
 * um_irqs_on is clear, the handler only sets a bit of um_irqs_pending. While um_irqs_on is set, the
 * handler calls um_irq_dispatch() on the interrupted stack, as a hardware interrupt would. Pending
 * bits are checked
 *   - whenever interrupts are enabled (um_irqs_catch_up()),
 *   - by the run loop before and after guest code runs,
 *   - by host_idle().
 *
 * Each kind of event has one generic interrupt number. All descriptors share UM_IRQ_POLL, whose
 * handler asks the host which of them are ready and calls the registered functions.
 *
 * Nesting: the dispatch runs with interrupts off. Softirqs at its end enable interrupts and can be
 * interrupted once more; that inner dispatch does not run softirqs.
 */
#include <asm/um_irq.h>

#include <linux/hardirq.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/list.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <asm/irq_regs.h>
#include <um/host.h>
#include <um/upcall.h>

#define SIGNAL_HANDLERS_MAX	4

volatile int um_irqs_on;
EXPORT_SYMBOL(um_irqs_on);
volatile unsigned int um_irqs_pending;
EXPORT_SYMBOL(um_irqs_pending);

struct um_fd {
	int fd;
	void (*ready)(void *data);
	void *data;
};

struct um_worker_handler {
	struct list_head node;
	void (*fn)(void *data);
	void *data;
};

static DEFINE_XARRAY_FLAGS(um_fds, XA_FLAGS_LOCK_IRQ);
static LIST_HEAD(um_worker_handlers);

/* For each host event, its interrupt number. */
static const struct {
	unsigned int events;
	unsigned int irq;
} event_irqs[] = {
	{ UM_EVENT_TIMER, UM_IRQ_TIMER },
	{ UM_EVENT_WORKER, UM_IRQ_WORKER },
	{ UM_EVENT_POLL, UM_IRQ_POLL },
	{ UM_EVENT_WINCH | UM_EVENT_TERMINATE | UM_EVENT_INTERRUPT, UM_IRQ_SIGNAL },
};

static unsigned int signal_events;

static struct {
	unsigned int events;
	void (*fn)(void);
} signal_handlers[SIGNAL_HANDLERS_MAX];

bool irq_lockdep_off(void)
{
	bool on = lockdep_hardirqs_enabled();

	if (on)
		lockdep_hardirqs_off(_THIS_IP_);
	return on;
}

void irq_lockdep_on(bool on)
{
	if (!on)
		return;
	lockdep_hardirqs_on_prepare();
	lockdep_hardirqs_on(_THIS_IP_);
}

void um_irq_dispatch(struct host_regs *regs)
{
	bool on = irq_lockdep_off();
	struct pt_regs *old = set_irq_regs((struct pt_regs *)regs);
	unsigned int events, i;

	irq_enter();
	while ((events = __atomic_exchange_n(&um_irqs_pending, 0, __ATOMIC_SEQ_CST))) {
		for (i = 0; i < ARRAY_SIZE(event_irqs); i++) {
			if (!(events & event_irqs[i].events))
				continue;
			if (event_irqs[i].irq == UM_IRQ_SIGNAL)
				signal_events |= events & event_irqs[i].events;
			generic_handle_irq(event_irqs[i].irq);
		}
	}
	irq_exit();
	set_irq_regs(old);
	irq_lockdep_on(on);
}

/* Called by arch_local_irq_enable() when an event is pending. */
void um_irqs_catch_up(void)
{
	struct host_regs regs = {
		.ip = (u64)__builtin_return_address(0),
		.sp = (u64)__builtin_frame_address(0),
		.bp = (u64)__builtin_frame_address(0),
	};

	um_irqs_on = 0;
	um_irq_dispatch(&regs);
	arch_local_irq_enable();
}
EXPORT_SYMBOL(um_irqs_catch_up);

int um_irq_register_fd(int fd, bool write, void (*ready)(void *data), void *data)
{
	struct um_fd *entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	int error;

	if (!entry)
		return -ENOMEM;
	*entry = (struct um_fd) { .fd = fd, .ready = ready, .data = data };
	error = xa_insert_irq(&um_fds, fd, entry, GFP_KERNEL);
	if (error)
		goto out_free;
	error = host_poll_add(fd, write, fd);
	if (error)
		goto out_erase;
	return 0;

out_erase:
	xa_erase_irq(&um_fds, fd);
out_free:
	kfree(entry);
	return error;
}
EXPORT_SYMBOL_GPL(um_irq_register_fd);

void um_irq_unregister_fd(int fd)
{
	host_poll_remove(fd);
	kfree(xa_erase_irq(&um_fds, fd));
}
EXPORT_SYMBOL_GPL(um_irq_unregister_fd);

void um_poll_ready(uint64_t cookie)
{
	/* The host may still report a descriptor that has just been removed. */
	struct um_fd *entry = xa_load(&um_fds, cookie);

	if (entry)
		entry->ready(entry->data);
}

int um_irq_register_worker(void (*fn)(void *data), void *data)
{
	struct um_worker_handler *handler = kmalloc(sizeof(*handler), GFP_KERNEL);
	unsigned long flags;

	if (!handler)
		return -ENOMEM;
	*handler = (struct um_worker_handler) { .fn = fn, .data = data };
	local_irq_save(flags);
	list_add_tail(&handler->node, &um_worker_handlers);
	local_irq_restore(flags);
	return 0;
}
EXPORT_SYMBOL_GPL(um_irq_register_worker);

void __init um_irq_register_signal(unsigned int events, void (*fn)(void))
{
	unsigned int i;

	for (i = 0; i < SIGNAL_HANDLERS_MAX; i++)
		if (!signal_handlers[i].fn) {
			signal_handlers[i].events = events;
			signal_handlers[i].fn = fn;
			return;
		}
	panic("irq: more than %d signal handlers", SIGNAL_HANDLERS_MAX);
}

static irqreturn_t poll_irq(int irq, void *data)
{
	host_poll_collect();
	return IRQ_HANDLED;
}

static irqreturn_t worker_irq(int irq, void *data)
{
	struct um_worker_handler *handler;

	list_for_each_entry(handler, &um_worker_handlers, node)
		handler->fn(handler->data);
	return IRQ_HANDLED;
}

static irqreturn_t signal_irq(int irq, void *data)
{
	unsigned int events = signal_events, i;

	signal_events = 0;
	for (i = 0; i < SIGNAL_HANDLERS_MAX; i++)
		if (events & signal_handlers[i].events)
			signal_handlers[i].fn();
	return IRQ_HANDLED;
}

static void irq_chip_nop(struct irq_data *data)
{
}

static struct irq_chip um_irq_chip = {
	.name = "host",
	.irq_enable = irq_chip_nop,
	.irq_disable = irq_chip_nop,
	.irq_ack = irq_chip_nop,
	.irq_mask = irq_chip_nop,
	.irq_unmask = irq_chip_nop,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

void __init init_IRQ(void)
{
	unsigned int irq;

	for (irq = 0; irq < UM_IRQ_LAST; irq++)
		irq_set_chip_and_handler(irq, &um_irq_chip, handle_simple_irq);
}

static int __init irq_events_init(void)
{
	int error;

	error = request_irq(UM_IRQ_POLL, poll_irq, 0, "descriptors", NULL);
	if (!error)
		error = request_irq(UM_IRQ_WORKER, worker_irq, 0, "workers", NULL);
	if (!error)
		error = request_irq(UM_IRQ_SIGNAL, signal_irq, 0, "signals", NULL);
	return error;
}
core_initcall(irq_events_init);
