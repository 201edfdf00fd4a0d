#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t9495-debug.sh - test umlab debug and umlab module: gdb on a machine and its modules
# time limit: 900
#
# Needs gdb and a kernel with debug data (make kernel).
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
batch pc -- -batch; is $? 1 "debug exits with status 1 for a stopped machine"
seen "not running; --wait starts it" "debug says how to start a stopped machine"
batch --wait pc -- -batch -ex 'tbreak start_kernel' -ex continue -ex 'info symbol $pc'
seen 'start_kernel in section' "debug --wait: gdb can stop the machine in start_kernel"
ready() { umlab list --json | grep -q '"ready"'; }
wait_for 90 ready; ok $? "debug --wait: the machine becomes ready when gdb has detached"
batch --wait pc -- -batch; is $? 1 "debug --wait refuses a machine that runs"

batch pc -- -batch -ex 'um-ps systemd' -ex 'um-task 1' -ex bt -ex 'um-user 1' -ex um-disks
seen '^ +1 +0 sleeps .* systemd' "debug attaches gdb to a running machine"
seen '^#[0-9]+ .* ep_poll' "bt shows where a sleeping task of the machine is"
seen '^#0 .* epoll_wait' "um-user shows the stack of a program with functions of its libraries"
seen '^ubda: ' "um-disks shows the disk of the machine"
is "$(umlab exec pc echo alive)" alive "the machine goes on when gdb has detached"

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
is "$(umlab exec pc cat /proc/hello)" "hello 1" "the loaded module works"
sed -i 's/, 1);/, 2);/' hello/hello.c
claim "umlab module builds a changed module again and reloads it" umlab module pc hello
is "$(umlab exec pc cat /proc/hello)" "hello 2" "the reloaded module has the change"
# The exec that gdb starts in the background waits until gdb lets the machine continue.
batch pc -- -batch -ex "um-module-path $PWD/hello" -ex 'break hello_show' \
	-ex "shell $UMLAB exec pc cat /proc/hello > out &" -ex continue -ex 'p nr_reads' \
	-ex 'p $lx_current().comm' -ex um-modules
seen 'Breakpoint 1, hello_show .*hello\.c:[0-9]+' "gdb stops at a breakpoint in a module"
seen '^\$1 = 1' "gdb prints a variable of the module"
seen '^\$2 = "cat' "gdb shows which program called the module"
seen '^hello +0x.*/hello/hello\.ko' "um-modules shows the file of a module's symbols"
wait_for 30 grep -q . out
is "$(cat out)" "hello 2" "the program gets its data from the module when gdb has detached"
UMLAB_MODULES=$PWD/hello batch pc -- -batch -ex 'break hello_init' -ex 'tbreak hello_exit' \
	-ex "shell $UMLAB exec pc -- sh -c 'rmmod hello; insmod /run/hello.ko' &" -ex continue \
	-ex bt -ex continue -ex 'bt'
seen '^#0 .*hello_exit' "gdb stops in the exit function of a module"
seen '^#0 .*hello_init .*hello\.c' \
	"gdb stops in the init function of a module that is loaded while gdb is attached"
echo 'syntax error' >> hello/hello.c
umlab module pc hello > out 2>&1; 
is $? 1 "umlab module exits with status 1 for a module that does not compile"
umlab kill pc

# gdb holds a machine for more than a minute. Network and clock must work afterwards.
port=$((20000 + $$ % 10000))
cat > echo.py << 'END'
import socket, sys
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
c = s.accept()[0]
while data := c.recv(100): c.sendall(data)
END
setpriv --pdeathsig KILL python3 echo.py $port &
claim "create makes a machine with an uplink" \
	umlab create -n "slirp,allow=tcp:127.0.0.1:$port" held
claim "the machine with an uplink starts" umlab start held
wait_for 30 umlab exec held -- ping -qc 1 -W 1 10.0.2.2
talk="exec 3<> /dev/tcp/10.0.2.2/$port; echo one >&3; read a <&3; touch /run/one
	until [ -e /run/go ]; do sleep 0.2; done
	echo two >&3; read -t 20 b <&3; echo \$a \$b"
(umlab exec held -- bash -c "$talk" > out) & talk=$!
wait_for 30 umlab exec held -- test -e /run/one
batch held -- -batch -ex 'shell sleep 75'
umlab exec held touch /run/go; wait $talk
is "$(cat out)" "one two" \
	"held for 75 s: a connection and a command from before go on"
complaints='sleep 5; dmesg | grep -iE "lockup|stall|blocked for|BUG:|unstable"'
is "$(umlab exec held -- sh -c "$complaints")" "" \
	"held for 75 s: the kernel reports no stall or bug"
is "$(umlab exec held -- systemctl --failed --no-legend)" "" \
	"held for 75 s: no service fails"
offset=$(($(umlab exec held date +%s) - $(date +%s)))
[ ${offset#-} -le 2 ]
ok $? "held for 75 s: the guest's date is the host's date" || diag <<< "$offset s"
umlab kill held

# Test `make gdb`, then launch.json in the way that VS Code's cpptools use it.
gdb_out=$(printf '%s\n' 'tbreak start_kernel' continue 'info symbol $pc' kill |
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS TERM=dumb make -C "$TOP" gdb 2>&1)
seen 'start_kernel in section' "make gdb starts gdb with a machine that stops in start_kernel"
cat > front_end.py << 'END'
import json, subprocess, sys
top, number, pid, build = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
def put(value):
    value = value.replace("${workspaceFolder}/build", build)
    return value.replace("${workspaceFolder}", top).replace("${command:pickProcess}", pid)
entry = json.load(open(top + "/labs/gdb/launch.json"))["configurations"][number]
interpreter = "--interpreter=" + entry["MIMode"].replace("gdb", "mi2")
gdb = subprocess.Popen(["gdb", "-nx", interpreter], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                       text=True)
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
if entry["request"] == "attach":
    command("-interpreter-exec console um-ps")
    command("-target-detach")
else:
    command("-interpreter-exec console kill")
command("-gdb-exit")
END
front_end() { # front_end NUMBER PID: run this configuration of launch.json
	gdb_out=$( (as_user env PYTHONDONTWRITEBYTECODE=1 timeout 120 \
		python3 -c "$(cat front_end.py)" "$TOP" "$1" "$2" "$SCRATCH/vscode") \
		2>&1 < /dev/null)
}
# The user of the tests cannot write to the build folder, so a folder with links stands in for it.
mkdir -m 777 "$SCRATCH/vscode"
ln -s "$BUILD"/{kernel,images,umlab-net} "$SCRATCH/vscode/"
guest_start mem=96M
guest_sees 60 'guest up'
front_end 0 "$guest_pid"
seen '^\*stopped|level="0"' "launch.json: gdb attaches to a running machine"
seen '^~" +1 +0 .*init' "launch.json: gdb has the commands of umlab.py"
guest_type echo after; guest_sees 20 '@echo after'
ok $? "launch.json: the machine goes on when the front end has detached"
guest_type poweroff; guest_ends 30
front_end 1 0
seen 'stopped,.*func="start_kernel"' \
	"launch.json: gdb boots the Debian image and stops in start_kernel"
done_testing
