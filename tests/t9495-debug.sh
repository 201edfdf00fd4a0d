# SPDX-License-Identifier: GPL-2.0-only
# t9495-debug.sh - umlab debug and umlab module: gdb on a machine of a user, modules built, loaded and stopped in
# time limit: 400
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
. "$(dirname "$0")/lib-labs.sh"
. "$(dirname "$0")/lib-gdb.sh"
need_umlab
need_gdb
export UMLAB_VMLINUX=$VMLINUX
batch() { gdb_out=$(umlab debug "$@" 2>&1 < /dev/null); }
seen() { like "$gdb_out" "$1" "$2"; }

claim "create makes a machine" umlab create pc
batch pc -- -batch; is $? 1 "a machine that does not run cannot be joined"
seen "does not run; --wait starts it" "and the advice is how"
batch --wait pc -- -batch -ex 'tbreak start_kernel' -ex continue -ex 'info symbol $pc'
seen 'start_kernel in section' "--wait: gdb has it before the kernel's first step"
ready() { umlab list --json | grep -q '"ready"'; }
wait_for 90 ready; ok $? "and it becomes ready when gdb leaves"
batch --wait pc -- -batch; is $? 1 "--wait: one that runs is refused"

batch pc -- -batch -ex 'um-ps systemd' -ex 'um-task 1' -ex bt -ex 'um-user 1' -ex um-disks
seen '^ +1 +0 sleeps .* systemd' "a running machine is joined"
seen '^#[0-9]+ .* ep_poll' "its tasks are where they sleep"
seen '^#0 .* epoll_wait' "a user backtrace with the libraries of the image"
seen '^ubda: ' "its disk"
is "$(umlab exec pc echo alive)" alive "and it goes on"

mkdir hello && cat > hello/hello.c << 'END'
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
static int nr_reads;
static int hello_show(struct seq_file *file, void *data)
{
	nr_reads++;
	seq_printf(file, "hello %d\n", 1);
	return 0;
}
static int __init hello_init(void)
{
	return proc_create_single("hello", 0, NULL, hello_show) ? 0 : -ENOMEM;
}
static void __exit hello_exit(void)
{
	remove_proc_entry("hello", NULL);
}
module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
END
echo 'obj-m := hello.o' > hello/Makefile
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" hello
claim "umlab module builds a module and loads it" umlab module pc hello
is "$(umlab exec pc cat /proc/hello)" "hello 1" "it works"
sed -i 's/, 1);/, 2);/' hello/hello.c
claim "changed, it is built and loaded anew" umlab module pc hello
is "$(umlab exec pc cat /proc/hello)" "hello 2" "and the new one works"
# What gdb starts in the background waits for the machine, which gdb lets run next.
batch pc -- -batch -ex "um-module-path $PWD/hello" -ex 'break hello_show' -ex "shell $UMLAB exec pc cat /proc/hello > out &" -ex continue -ex 'p nr_reads' -ex 'p $lx_current().comm' -ex um-modules
seen 'Breakpoint 1, hello_show .*hello\.c:[0-9]+' "gdb stops in the module"
seen '^\$1 = 1' "and knows its variables"
seen '^\$2 = "cat' "and who called"
seen '^hello +0x.*/hello/hello\.ko' "um-modules tells where symbols come from"
wait_for 30 grep -q . out
is "$(cat out)" "hello 2" "the reader got its answer when gdb let go"
UMLAB_MODULES=$PWD/hello batch pc -- -batch -ex 'break hello_init' -ex 'tbreak hello_exit' \
	-ex "shell $UMLAB exec pc -- sh -c 'rmmod hello; insmod /run/hello.ko' &" -ex continue -ex bt -ex continue -ex 'bt'
seen '^#0 .*hello_exit' "a module's exit function is stopped in"
seen '^#0 .*hello_init .*hello\.c' "and its init function, in one that comes while gdb is there"
echo 'syntax error' >> hello/hello.c
umlab module pc hello > out 2>&1; is $? 1 "one that does not compile is status 1"
umlab kill pc
done_testing
