#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8025-lab-walls.sh - neither a hostile lab nor root in its machines gains anything on the host
# time limit: 240
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
lab=$SCRATCH/home/lab private=$SCRATCH/home/private
mkdir -p "$lab/shared" "$lab/data/inner" "$lab/_test" "$private"
cd "$lab" || exit 1
echo secret > "$private/key"
echo 'checks: []' > shared/check.yaml
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home" "$lab"

# conf LINE...: write lab.conf
conf() { { echo 'pc1[0]=A'; printf '%s\n' "$@"; } > lab.conf; }

# refused TITLE ERE LINE...: claim that a lab with these lines does not start, and says why
refused() {
	local title=$1 pattern=$2; shift 2
	conf "$@"
	umlab lstart > out 2>&1 < /dev/null; [ $? -ne 0 ]
	ok $? "$title is refused" && like "$(cat out)" "$pattern" "$title: the message names it"
	is "$(umlab list --json | jq length)" 0 "$title: no machine runs"
}
refused "a volume outside the lab" "$private, which is outside the lab" \
	"pc1[volume]=$private|/mnt"
refused "a writable volume outside the lab" "write $private, which is outside the lab" \
	"pc1[volume]=$private|/mnt|rw"
refused "a volume that dots lead out of the lab" "outside the lab" "pc1[volume]=../private|/mnt"
ln -s "$private" link
refused "a volume that a link leads out of the lab" "outside the lab" "pc1[volume]=link|/mnt"
odd=$lab/data/$'x\nmount=rw:/home:'$SCRATCH/home
mkdir -p "$odd" && ln -s "$odd" odd
refused "a path with a line end" "control character" "pc1[volume]=odd|/mnt"
rm -r odd data/x*
refused "the lab itself as a writable volume" "must not write" "pc1[volume]=.|/mnt|rw"
refused "the checks as a writable volume" "must not write" "pc1[volume]=_test|/mnt|rw"
refused "a folder inside a writable folder" "lies inside" \
	"pc1[volume]=data|/mnt|rw" "pc1[volume]=data/inner|/inner"
refused "the same for another machine" "lies inside" \
	"pc1[volume]=data|/mnt|rw" "pc2[0]=A" "pc2[volume]=data/inner|/inner"
refused "a folder inside /shared" "lies inside" "pc1[volume]=shared|/mnt"
taken=
for word in "hostfs=$private" ubd1=/etc/passwd con1=file:/tmp/x confine=off eth1=vde:cmd://id \
	diskctl=/tmp/x core=/tmp/x initrd=/etc/passwd umlab.host=/x ubd1r=/x --help mem=1G \
	'a="b'; do
	conf "pc1[append]=$word"
	umlab lstart > out 2>&1 < /dev/null && taken="$taken $word"
	grep -q 'append' out || taken="$taken $word(no message)"
done
is "$taken" "" "a lab cannot give the kernel's program any of its own options"
conf 'pc1[append]=net.ifnames=0' 'pc1[append]=single' 'pc1[append]=loglevel=3'
claim "parameters of the guest's kernel are accepted" umlab lint

# ln -s .. /hostlab/shared, as a guest could do when /hostlab was writable
conf; mv shared kept; ln -s .. shared
umlab lstart > out 2>&1; is $? 1 "a folder shared that is a link is refused"
like "$(cat out)" 'shared: is a link' "the message says so"
rm shared; mv kept shared
rm -rf .out; ln -s "$private" .out
umlab lstart > out 2>&1; is $? 1 "a folder .out that is a link is refused"
like "$(cat out)" '/.out: is not a folder' "the message says so"
rm .out; mkdir -p .out; ln -s "$private" .out/pc1
umlab lstart > out 2>&1; is $? 1 "a link below .out is refused"
like "$(cat out)" '/.out/pc1: is a link' "the message says so"
rm -r .out
umlab check --config shared/check.yaml > out 2>&1
is $? 1 "checks in a folder that machines can write are refused"
like "$(cat out)" 'machines can write' "the message says so"

# Root in a machine.
conf "pc1[volume]=$private|/mnt/private" 'pc1[volume]=data|/mnt/data|rw'
sha256sum lab.conf > before
claim "with --volumes the lab starts" umlab lstart --volumes
is "$(umlab exec pc1 cat /mnt/private/key)" secret "and has the folder"
umlab exec pc1 -- sh -c '
	mount -o remount,rw /hostlab; echo "pc1[volume]=/|/x|rw" >> /hostlab/lab.conf
	rm -rf /hostlab/shared; ln -s .. /hostlab/shared; touch /hostlab/new
	mount -o bind /hostlab /mnt; echo x >> /mnt/lab.conf
	mkdir /again; mount -t hostfs none /again -o /host0; echo x >> /again/lab.conf
	mount -t hostfs none /again -o "$(grep -o "hostfs=[^,]*" /proc/cmdline | cut -d= -f2)"
	echo x > /mnt/private/key; chmod 777 /mnt/private/key
	cd /shared; ln -s / root; ln -s ../lab.conf conf; echo x >> conf; echo x >> ../lab.conf
	mkdir deep; mv deep ../deep; touch suid; chmod 4755 suid; mkfifo fifo; mknod dev c 1 3
	echo result > /hostlab/.out/pc1/result; ln -s / /hostlab/.out/pc1/root
	rm -rf /hostlab/.out/pc1; mv /hostlab/.out/pc1 /hostlab/.out/pc2' > attack 2>&1 < /dev/null
claim "root in a machine does not change lab.conf" sha256sum -c --quiet before
{ [ -d shared ] && [ ! -L shared ] && [ ! -e new ] && [ ! -e deep ]; }
ok $? "nor replace or add a name in the lab's folder"
is "$(cat "$private/key"):$(stat -c %a "$private/key")" "secret:644" \
	"nor change a file of a read-only volume"
is "$(find "$lab" -perm /6000 -o -type p -o -type c)" "" \
	"nor leave a set-user-ID file, a FIFO or a device node"
{ [ -d .out/pc1 ] && [ ! -L .out/pc1 ] && [ ! -e .out/pc2 ]; }
ok $? "nor replace its own folder in .out"
umlab exec pc1 -- sh -c 'echo result > /hostlab/.out/pc1/result'
is "$(cat .out/pc1/result)" result "a machine can leave results in /hostlab/.out"
umlab lclean > /dev/null 2>&1
claim "the lab starts again without a question, as the user has allowed the folder" \
	umlab lstart < /dev/null
umlab lclean > /dev/null 2>&1
rm -rf "$private" && ln -s / "$private"
umlab lstart > out 2>&1 < /dev/null; is $? 1 "not if the folder has become a link to another"
claim "wipe removes the lab" umlab wipe -f
done_testing
