// SPDX-License-Identifier: GPL-2.0-only
/*
 * signal.c - deliver signals to guest tasks: build frames, return from handlers
 *
 * The frame on the guest's stack has the layout that x86-64 user space expects: return address (the
 * restorer), ucontext, siginfo, and above them, aligned to 64 bytes, the FP state in XSAVE format
 * with its two magic words. Called by the generic exit code in task context.
 */
#include <linux/audit.h>
#include <linux/entry-common.h>
#include <linux/resume_user_mode.h>
#include <linux/sched/signal.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <asm/um_fp.h>
#include <um/host.h>

struct signal_frame {
	void __user *restorer;
	struct ucontext uc;
	struct siginfo info;
};

#define RED_ZONE_SIZE	128
#define FXSAVE_SIZE	512
#define XSAVE_HEADER	512	/* offset of xstate_bv */
#define SW_BYTES	464	/* offset of struct _fpx_sw_bytes in the FXSAVE area */
#define FEATURES_FP_SSE	3

#define FLAGS_RESTORED (X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | X86_EFLAGS_TF | \
			X86_EFLAGS_SF | X86_EFLAGS_ZF | X86_EFLAGS_AF | X86_EFLAGS_PF | \
			X86_EFLAGS_CF | X86_EFLAGS_RF)

static size_t fp_frame_size(void)
{
	return host_fp_size() + sizeof(u32);
}

static int fp_frame_write(void __user *to)
{
	u32 magic2 = FP_XSTATE_MAGIC2;
	struct _fpx_sw_bytes sw = {
		.magic1 = FP_XSTATE_MAGIC1,
		.extended_size = fp_frame_size(),
		.xfeatures = host_fp_features(),
		.xstate_size = host_fp_size(),
	};
	u64 *header = current->thread.fp + XSAVE_HEADER;

	fp_sync(current);
	header[0] &= host_fp_features();
	/* A program that knows only FXSAVE edits the FXSAVE part without updating the header. */
	*header |= FEATURES_FP_SSE;
	if (copy_to_user(to, current->thread.fp, host_fp_size()) ||
	    copy_to_user(to + SW_BYTES, &sw, sizeof(sw)) ||
	    copy_to_user(to + host_fp_size(), &magic2, sizeof(magic2)))
		return -EFAULT;
	return 0;
}

/* Is @from a complete XSAVE frame? Otherwise it is treated as an FXSAVE frame. */
static bool fp_frame_extended(const struct _fpx_sw_bytes *sw, const void __user *from)
{
	u32 magic2;

	return sw->magic1 == FP_XSTATE_MAGIC1 &&
	       sw->xstate_size >= FXSAVE_SIZE + 64 && sw->xstate_size <= host_fp_size() &&
	       sw->extended_size >= sw->xstate_size + sizeof(magic2) &&
	       !get_user(magic2, (u32 __user *)(from + sw->xstate_size)) &&
	       magic2 == FP_XSTATE_MAGIC2;
}

static int fp_frame_read(const void __user *from)
{
	struct _fpx_sw_bytes sw;
	void *fp = current->thread.fp;
	u64 *header = fp + XSAVE_HEADER;

	if (!from) {
		fp_reset(current);
		return 0;
	}
	if (!IS_ALIGNED((unsigned long)from, 64) ||
	    copy_from_user(&sw, from + SW_BYTES, sizeof(sw)))
		return -EFAULT;
	fp_reset(current);
	if (fp_frame_extended(&sw, from)) {
		if (copy_from_user(fp, from, sw.xstate_size))
			goto out_reset;
		header[0] &= sw.xfeatures;
	} else {
		if (copy_from_user(fp, from, FXSAVE_SIZE))
			goto out_reset;
		header[0] = FEATURES_FP_SSE;
	}
	if (fp_sanitize(fp))
		goto out_reset;
	return 0;

out_reset:
	fp_reset(current);
	return -EFAULT;
}

static void context_save(struct sigcontext *sc, const struct pt_regs *regs, u64 oldmask)
{
	const struct thread_struct *thread = &current->thread;

	*sc = (struct sigcontext) {
		.r8 = regs->r8, .r9 = regs->r9, .r10 = regs->r10, .r11 = regs->r11,
		.r12 = regs->r12, .r13 = regs->r13, .r14 = regs->r14, .r15 = regs->r15,
		.di = regs->di, .si = regs->si, .bp = regs->bp, .bx = regs->bx,
		.dx = regs->dx, .ax = regs->ax, .cx = regs->cx, .sp = regs->sp,
		.ip = regs->ip, .flags = regs->flags, .cs = regs->cs, .ss = regs->ss,
		.err = thread->error_code, .trapno = thread->trap_nr,
		.cr2 = thread->cr2, .oldmask = oldmask,
	};
}

static void context_restore(struct pt_regs *regs, const struct sigcontext *sc)
{
	regs->r8 = sc->r8, regs->r9 = sc->r9, regs->r10 = sc->r10, regs->r11 = sc->r11;
	regs->r12 = sc->r12, regs->r13 = sc->r13, regs->r14 = sc->r14, regs->r15 = sc->r15;
	regs->di = sc->di, regs->si = sc->si, regs->bp = sc->bp, regs->bx = sc->bx;
	regs->dx = sc->dx, regs->ax = sc->ax, regs->cx = sc->cx, regs->sp = sc->sp;
	regs->ip = sc->ip;
	regs->flags = (regs->flags & ~FLAGS_RESTORED) | (sc->flags & FLAGS_RESTORED);
	/* Keep call_finish() from restarting a system call. */
	regs->orig_ax = -1;
}

static int frame_setup(struct ksignal *ksig, struct pt_regs *regs)
{
	struct signal_frame __user *frame;
	sigset_t *mask = sigmask_to_save();
	struct ucontext uc = {};
	unsigned long sp;
	void __user *fp;

	if (!(ksig->ka.sa.sa_flags & SA_RESTORER))
		return -EFAULT;
	sp = sigsp(regs->sp - RED_ZONE_SIZE, ksig);
	fp = (void __user *)round_down(sp - fp_frame_size(), 64);
	frame = (void __user *)(round_down((unsigned long)fp - sizeof(*frame), 16) - 8);
	/* Do not overrun an alternate stack that is too small. */
	if (on_sig_stack(sp) && !on_sig_stack((unsigned long)frame))
		return -EFAULT;
	if (!access_ok(frame, sp - (unsigned long)frame))
		return -EFAULT;

	uc.uc_flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS;
	context_save(&uc.uc_mcontext, regs, mask->sig[0]);
	uc.uc_mcontext.fpstate = (u64)fp;
	uc.uc_sigmask = *mask;

	if (put_user(ksig->ka.sa.sa_restorer, &frame->restorer) ||
	    copy_siginfo_to_user(&frame->info, &ksig->info) ||
	    copy_to_user(&frame->uc, &uc, sizeof(uc)) ||
	    __save_altstack(&frame->uc.uc_stack, regs->sp) || fp_frame_write(fp))
		return -EFAULT;

	/*
	 * Call handler(number, siginfo, ucontext). If the handler is variadic, it expects the
	 * number of vector arguments in ax.
	 */
	regs->sp = (unsigned long)frame;
	regs->ip = (unsigned long)ksig->ka.sa.sa_handler;
	regs->di = ksig->sig, regs->ax = 0;
	regs->si = (unsigned long)&frame->info;
	regs->dx = (unsigned long)&frame->uc;
	regs->cs = UM_USER_CS, regs->ss = UM_USER_SS;
	regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	regs->orig_ax = -1;
	return 0;
}

/* Must a system call with this result be restarted? @ksig is NULL if no handler runs. */
static bool call_again(long result, const struct ksignal *ksig)
{
	switch (result) {
	case -ERESTARTNOINTR:
		return true;
	case -ERESTARTSYS:
		return !ksig || ksig->ka.sa.sa_flags & SA_RESTART;
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return !ksig;
	}
	return false;
}

static bool restart_code(long result)
{
	return result == -ERESTARTNOINTR || result == -ERESTARTSYS ||
	       result == -ERESTARTNOHAND || result == -ERESTART_RESTARTBLOCK;
}

static void call_finish(struct pt_regs *regs, const struct ksignal *ksig)
{
	long result = regs->ax;

	if ((long)regs->orig_ax < 0 || !restart_code(result))
		return;
	if (!call_again(result, ksig)) {
		regs->ax = -EINTR;
		return;
	}
	regs->ax = result == -ERESTART_RESTARTBLOCK ? __NR_restart_syscall : regs->orig_ax;
	regs->ip -= 2;		/* size of the syscall instruction */
	regs->orig_ax = -1;
}

void arch_do_signal_or_restart(struct pt_regs *regs)
{
	struct ksignal ksig;
	int error;

	if (!get_signal(&ksig)) {
		call_finish(regs, NULL);
		restore_saved_sigmask();
		return;
	}
	call_finish(regs, &ksig);
	rseq_signal_deliver(&ksig, regs);
	error = frame_setup(&ksig, regs);
	signal_setup_done(error, &ksig, test_thread_flag(TIF_SINGLESTEP));
}

SYSCALL_DEFINE0(rt_sigreturn)
{
	struct pt_regs *regs = current_pt_regs();
	/* The handler's return to the restorer has popped the first word. */
	struct signal_frame __user *frame = (void __user *)(regs->sp - sizeof(long));
	struct ucontext uc;

	current->restart_block.fn = do_no_restart_syscall;
	if (!access_ok(frame, sizeof(*frame)) || copy_from_user(&uc, &frame->uc, sizeof(uc)))
		goto out_bad;
	if (uc.uc_mcontext.cs != UM_USER_CS)
		goto out_bad;
	set_current_blocked(&uc.uc_sigmask);
	/* Do this first: if the FP state is bad, SIGSEGV must hit the interrupted context. */
	context_restore(regs, &uc.uc_mcontext);
	if (fp_frame_read((void __user *)uc.uc_mcontext.fpstate))
		goto out_bad;
	if (restore_altstack(&frame->uc.uc_stack))
		goto out_bad;
	return regs->ax;

out_bad:
	force_sig(SIGSEGV);
	return 0;
}
