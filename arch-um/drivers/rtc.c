// SPDX-License-Identifier: GPL-2.0-only
/*
 * rtc.c - provide a real-time clock: the host's clock plus an offset that the guest sets
 *
 * An unprivileged process cannot set the host's clock. So hwclock --systohc in the guest sets
 * the offset, which is kept until the machine shuts down. Alarms are kernel timers. The generic
 * RTC class calls this driver in task context.
 */
#include <linux/init.h>
#include <linux/platform_device.h>
#include <linux/rtc.h>
#include <linux/timekeeping.h>
#include <linux/timer.h>
#include <um/host.h>

struct um_rtc {
	struct rtc_device *rtc;
	struct timer_list timer;
	time64_t offset;		/* seconds that the guest's clock is ahead of the host's */
	time64_t alarm;
	bool alarm_enabled;
};

static time64_t um_rtc_now(const struct um_rtc *um_rtc)
{
	return (time64_t)(host_time_real() / NSEC_PER_SEC) + um_rtc->offset;
}

static int um_rtc_read_time(struct device *dev, struct rtc_time *tm)
{
	rtc_time64_to_tm(um_rtc_now(dev_get_drvdata(dev)), tm);
	return 0;
}

static int um_rtc_set_time(struct device *dev, struct rtc_time *tm)
{
	struct um_rtc *um_rtc = dev_get_drvdata(dev);

	um_rtc->offset += rtc_tm_to_time64(tm) - um_rtc_now(um_rtc);
	return 0;
}

static void um_rtc_fire(struct timer_list *timer)
{
	struct um_rtc *um_rtc = from_timer(um_rtc, timer, timer);

	rtc_update_irq(um_rtc->rtc, 1, RTC_AF | RTC_IRQF);
}

static void um_rtc_arm(struct um_rtc *um_rtc)
{
	u64 now_ns = host_time_real() + um_rtc->offset * NSEC_PER_SEC;
	u64 when_ns = um_rtc->alarm * NSEC_PER_SEC;
	u64 delay = when_ns > now_ns ? when_ns - now_ns : 0;

	if (um_rtc->alarm_enabled)
		mod_timer(&um_rtc->timer, jiffies + nsecs_to_jiffies(delay) + 1);
	else
		timer_delete(&um_rtc->timer);
}

static int um_rtc_read_alarm(struct device *dev, struct rtc_wkalrm *alarm)
{
	struct um_rtc *um_rtc = dev_get_drvdata(dev);

	rtc_time64_to_tm(um_rtc->alarm, &alarm->time);
	alarm->enabled = um_rtc->alarm_enabled;
	return 0;
}

static int um_rtc_set_alarm(struct device *dev, struct rtc_wkalrm *alarm)
{
	struct um_rtc *um_rtc = dev_get_drvdata(dev);

	um_rtc->alarm = rtc_tm_to_time64(&alarm->time);
	um_rtc->alarm_enabled = alarm->enabled;
	um_rtc_arm(um_rtc);
	return 0;
}

static int um_rtc_alarm_enable(struct device *dev, unsigned int enabled)
{
	struct um_rtc *um_rtc = dev_get_drvdata(dev);

	um_rtc->alarm_enabled = enabled;
	um_rtc_arm(um_rtc);
	return 0;
}

static const struct rtc_class_ops um_rtc_ops = {
	.read_time = um_rtc_read_time,
	.set_time = um_rtc_set_time,
	.read_alarm = um_rtc_read_alarm,
	.set_alarm = um_rtc_set_alarm,
	.alarm_irq_enable = um_rtc_alarm_enable,
};

static int um_rtc_probe(struct platform_device *pdev)
{
	struct um_rtc *um_rtc = devm_kzalloc(&pdev->dev, sizeof(*um_rtc), GFP_KERNEL);

	if (!um_rtc)
		return -ENOMEM;
	timer_setup(&um_rtc->timer, um_rtc_fire, 0);
	platform_set_drvdata(pdev, um_rtc);
	device_init_wakeup(&pdev->dev, true);
	um_rtc->rtc = devm_rtc_allocate_device(&pdev->dev);
	if (IS_ERR(um_rtc->rtc))
		return PTR_ERR(um_rtc->rtc);
	um_rtc->rtc->ops = &um_rtc_ops;
	um_rtc->rtc->range_max = U32_MAX;
	return devm_rtc_register_device(um_rtc->rtc);
}

static struct platform_driver um_rtc_driver = {
	.probe = um_rtc_probe,
	.driver = { .name = "um-rtc" },
};

static int __init um_rtc_init(void)
{
	struct platform_device *pdev;
	int error = platform_driver_register(&um_rtc_driver);

	if (error)
		return error;
	pdev = platform_device_register_simple("um-rtc", -1, NULL, 0);
	return PTR_ERR_OR_ZERO(pdev);
}
device_initcall(um_rtc_init);
