// SPDX-License-Identifier: GPL-2.0-only
/*
 * planted.c - a kernel module that makes one mistake of each kind, for kernels that detect them
 *
 * The parameter what= names the mistake to make. Loading then fails with EAGAIN, so that the module
 * can be loaded again. t9340 uses this module.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *what = "";
module_param(what, charp, 0);

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);
static char global[16];
static volatile int place = 16, sink;

static void use_after_free(void)
{
	volatile char *text = kmalloc(64, GFP_KERNEL);

	kfree((void *)text);
	sink = text[8];
}

static void out_of_bounds(void)
{
	volatile char *text = kmalloc(60, GFP_KERNEL);

	text[60 + place - 16] = 1;
	kfree((void *)text);
}

static void vmalloc_bounds(void)
{
	volatile char *text = vmalloc(5000);

	sink = text[5000 + place - 16];
	vfree((void *)text);
}

static void stack_bounds(void)
{
	volatile char text[16] = "", *at = text;

	/* Hide the array's size from UBSAN, which would report before KASAN. */
	OPTIMIZER_HIDE_VAR(at);
	sink = at[place];
}

static void global_bounds(void)
{
	volatile char *at = global;

	OPTIMIZER_HIDE_VAR(at);
	sink = at[place];
}

static void lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	msleep(1);
	spin_unlock(&spin);
}

static void leak(void)
{
	int i;

	for (i = 0; i < 10; i++)
		sink = kmalloc(1000, GFP_KERNEL) != NULL;
}

static void list_twice(void)
{
	static LIST_HEAD(head);
	static struct list_head node;

	list_add(&node, &head);
	list_del(&node);
	list_del(&node);
}

static void array_index(void)
{
	volatile char text[16] = "";

	sink = text[place];
}

static noinline int deeper(int depth)
{
	volatile char text[512];

	memset((void *)text, depth, sizeof(text));
	return depth ? deeper(depth - 1) + text[5] : 0;
}

static void stack_overflow(void)
{
	sink = deeper(1000);
}

static int shared;

static void shared_add(struct timer_list *timer)
{
	shared++;
	mod_timer(timer, jiffies + 1);
}

/* Race with a timer interrupt. KCSAN reports it when the interrupt hits a watched access. */
static void race(void)
{
	unsigned long end = jiffies + 10 * HZ;
	struct timer_list timer;

	timer_setup_on_stack(&timer, shared_add, 0);
	mod_timer(&timer, jiffies + 1);
	while (time_before(jiffies, end)) {
		shared++;
		barrier();	/* access memory each time */
	}
	timer_delete_sync(&timer);
	destroy_timer_on_stack(&timer);
}

static const struct { const char *name; void (*make)(void); } mistakes[] = {
	{ "use_after_free", use_after_free }, { "out_of_bounds", out_of_bounds },
	{ "vmalloc_bounds", vmalloc_bounds }, { "stack_bounds", stack_bounds },
	{ "global_bounds", global_bounds }, { "lock_order", lock_order },
	{ "sleep_in_atomic", sleep_in_atomic }, { "leak", leak }, { "list_twice", list_twice },
	{ "array_index", array_index }, { "stack_overflow", stack_overflow }, { "race", race },
};

static int __init planted_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++)
		if (!strcmp(what, mistakes[i].name))
			mistakes[i].make();
	return -EAGAIN;
}

module_init(planted_init);
MODULE_LICENSE("GPL");
