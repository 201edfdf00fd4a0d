#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9495-debug.sh - umlab debug and umlab module: gdb on a machine of a user, modules built, loaded and stopped in
# time limit: 900
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
. "$(dirname "$0")/../lib/gdb.sh" || exit 1
need_umlab
need_gdb
export UMLAB_VMLINUX=$VMLINUX
batch() { gdb_out=$(umlab debug "$@" 2>&1 < /dev/null); }
seen() { like "$gdb_out" "$1" "$2"; }

claim "create makes a machine" umlab create pc
batch pc -- -batch; is $? 1 "a machine that does not run cannot be joined"
seen "not running; --wait starts it" "and the advice is how"
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
batch pc -- -batch -ex "um-module-path $PWD/hello" -ex 'break hello_show' -ex \
	"shell $UMLAB exec pc cat /proc/hello > out &" -ex continue -ex 'p nr_reads' -ex \
		'p $lx_current().comm' -ex um-modules
seen 'Breakpoint 1, hello_show .*hello\.c:[0-9]+' "gdb stops in the module"
seen '^\$1 = 1' "and knows its variables"
seen '^\$2 = "cat' "and who called"
seen '^hello +0x.*/hello/hello\.ko' "um-modules tells where symbols come from"
wait_for 30 grep -q . out
is "$(cat out)" "hello 2" "the reader got its answer when gdb let go"
UMLAB_MODULES=$PWD/hello batch pc -- -batch -ex 'break hello_init' -ex 'tbreak hello_exit' \
	-ex "shell $UMLAB exec pc -- sh -c 'rmmod hello; insmod /run/hello.ko' &" -ex continue \
		-ex bt -ex continue -ex 'bt'
seen '^#0 .*hello_exit' "a module's exit function is stopped in"
seen '^#0 .*hello_init .*hello\.c' "and its init function, in one that comes while gdb is there"
echo 'syntax error' >> hello/hello.c
umlab module pc hello > out 2>&1; is $? 1 "one that does not compile is status 1"
umlab kill pc

# Held for more than a minute: console, network and clock are as before.
port=$((20000 + $$ % 10000))
setpriv --pdeathsig KILL python3 -c 'import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
c = s.accept()[0]
while data := c.recv(100): c.sendall(data)' $port &
claim "held: a machine with a network" umlab create -n "slirp,allow=tcp:127.0.0.1:$port" held
claim "held: starts" umlab start held
wait_for 30 umlab exec held -- ping -qc 1 -W 1 10.0.2.2
(umlab exec held -- bash -c "exec 3<> /dev/tcp/10.0.2.2/$port; echo one >&3; read a <&3; touch /run/one; until [ -e /run/go ]; do sleep 0.2; done
	echo two >&3; read -t 20 b <&3; echo \$a \$b" > out) & talk=$!
wait_for 30 umlab exec held -- test -e /run/one
batch held -- -batch -ex 'shell sleep 75'
umlab exec held touch /run/go; wait $talk
is "$(cat out)" "one two" "held for 75 s: a connection and a command that were there before go on"
is "$(umlab exec held -- sh -c 'sleep 5; dmesg | grep -iE "lockup|stall|blocked for|BUG:|unstable"')" "" "the kernel has no complaint"
is "$(umlab exec held -- systemctl --failed --no-legend)" "" "and no service either"
offset=$(($(umlab exec held date +%s) - $(date +%s)))
[ ${offset#-} -le 2 ]; ok $? "the date is the host's" || diag <<< "$offset s"
umlab kill held

# make gdb, and what a front end does with launch.json (the order is that of VS Code's cpptools).
gdb_out=$(printf '%s\n' 'tbreak start_kernel' continue 'info symbol $pc' kill | env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS TERM=dumb make -C "$TOP" gdb 2>&1)
seen 'start_kernel in section' "make gdb"
front_end() { # front_end NUMBER PID: the configuration of launch.json
	gdb_out=$( (as_user env PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 -c 'import json, re, subprocess, sys
top, number, pid, build = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
def put(value):
    return value.replace("${workspaceFolder}/build", build).replace("${workspaceFolder}", top).replace("${command:pickProcess}", pid)
entry = json.load(open(top + "/labs/gdb/launch.json"))["configurations"][number]
gdb = subprocess.Popen(["gdb", "-nx", "--interpreter=" + entry["MIMode"].replace("gdb", "mi2")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
def command(line, until="^"):
    gdb.stdin.write(line + "\n"); gdb.stdin.flush()
    for answer in gdb.stdout:
        print(answer, end="")
        if answer.startswith("^error"): sys.exit(1)
        if answer.startswith(until): return
for setup in entry["setupCommands"]:
    command("-interpreter-exec console " + json.dumps(put(setup["text"])))
command("-file-exec-and-symbols " + put(entry["program"]))
if entry["request"] == "attach":
    command("-target-attach " + put(entry["processId"]), "*stopped")
else:
    command("-environment-cd " + put(entry["cwd"]))
    command("-exec-arguments " + " ".join(map(put, entry["args"])))
    command("-exec-run", "*stopped")
command("-stack-list-frames")
command("-interpreter-exec console um-ps") if entry["request"] == "attach" else command("-interpreter-exec console kill")
command("-target-detach") if entry["request"] == "attach" else None
command("-gdb-exit")' "$TOP" "$1" "$2" "$SCRATCH/vscode") 2>&1 < /dev/null)
}
# The folder build of whoever tries this; the user of tests cannot write into ours.
mkdir -m 777 "$SCRATCH/vscode"
ln -s "$BUILD"/{kernel,images,umlab-net} "$SCRATCH/vscode/"
guest_start mem=96M
guest_sees 60 'guest up'
front_end 0 "$guest_pid"
seen '^\*stopped|level="0"' "launch.json: a machine is joined"
seen '^~" +1 +0 .*init' "with our commands"
guest_type echo after; guest_sees 20 '@echo after'; ok $? "and goes on when the front end leaves"
guest_type poweroff; guest_ends 30
front_end 1 0
seen 'stopped,.*func="start_kernel"' "launch.json: the Debian image is booted up to the kernel's first function"
done_testing
