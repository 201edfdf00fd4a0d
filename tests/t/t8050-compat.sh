#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8050-compat.sh - the commands of Netkit and Kathará, completion, help and man pages
# time limit: 300
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
mkdir bin lab; for name in lstart linfo vlist vstart vclean vcommand vhalt vconfig kathara; do ln -s "$UMLAB" bin/$name; done
run() { (as_user timeout 120 "$SCRATCH/home/bin/$1" "${@:2}"); }
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
printf 'pc1[0]=A\n' > lab/lab.conf

like "$(run lstart -d lab --print)" "eth0 +in A" "lstart -d DIR --print"
like "$(run linfo -d lab -q)" "pc1 +not created" "linfo"
like "$(run kathara linfo -d lab -q)" "pc1 +not created" "kathara linfo"
like "$(umlab kathara linfo -d lab -q)" "pc1 +not created" "umlab kathara linfo"
run vstart pc7 --mem=128 --colour=red 2> err; is $? 2 "vstart with an unknown option"
claim "vstart NAME --mem" run vstart pc7 --mem=128
is "$(umlab list --json | jq -r '.[0].memory')" 128M "with that memory"
is "$(run vcommand pc7 hostname)" pc7 "vcommand"
is "$(run kathara exec pc7 -- sh -c 'exit 9'; echo $?)" 9 "kathara exec: the status"
is "$(run kathara exec --no-stdout pc7 -- sh -c 'echo a; echo b >&2' 2>&1)" b "kathara exec --no-stdout"
is "$(run kathara vconfig -n pc7 --add B)" eth0 "kathara vconfig --add"
is "$(run vconfig pc7 --eth3=C)" eth3 "vconfig --eth3"
eth3_is_up() { [ "$(run vcommand pc7 cat /sys/class/net/eth3/operstate)" = up ]; }
wait_for 20 eth3_is_up; ok $? "the interface is there, and comes up"
claim "kathara vconfig --rm" run kathara vconfig -n pc7 --rm B
like "$(run vlist)" "pc7 +(booting|starting|ready)" "vlist"
claim "vhalt" run vhalt pc7
claim "vclean" run vclean pc7

like "$(umlab complete s)" "^start" "completion: verbs"
is "$(umlab complete snapshot re)" restore "of a group"
like "$(umlab complete create --m)" "^--mem=" "options"
umlab create zzz > /dev/null; is "$(umlab complete start z)" zzz "machines"
is "$(cd lab && umlab complete capture A)" A "collision domains"
is "$(as_user bash -c '. "$0"; COMP_WORDS=("$1" start z) COMP_CWORD=2 COMP_LINE="$1 start z" COMP_POINT=${#COMP_LINE}; compopt() { :; }; _umlab; echo "${COMPREPLY[*]}"' \
	"$TOP/labs/completion/umlab" "$UMLAB")" zzz "by bash"

# zsh completes at its prompt only. (\x15 is Ctrl-U: the line goes.)
if command -v zsh > /dev/null; then
	mkdir fpath; cp "$TOP/labs/completion/_umlab" fpath/; ln -s "$UMLAB" fpath/umlab; chmod -R a+rX fpath
	at_console "${USER_PREFIX[@]}" zsh -f -i <<- END
	expect 10 [%#\$]
	send PATH=$PWD/fpath:\$PATH fpath=($PWD/fpath \$fpath) PS1='> '; autoload -Uz compinit; compinit -u -D; echo is-\$((6*7))
	expect 20 is-42
	type umlab start z\t
	expect 10 start zzz
	ok by zsh: machines
	type \x15umlab create --m\t
	expect 10 --mem=
	ok options that want a value
	type \x15umlab snapshot re\t
	expect 10 snapshot restore
	ok verbs of a group
	END
else
	skip "by zsh" "no zsh here"
fi

for verb in $(umlab help --names | tr ' ' _); do
	# shellcheck disable=SC2086  # two words
	umlab help ${verb//_/ } > help 2>&1 && umlab help --man ${verb//_/ } > man && grep -q '^\.SH SYNOPSIS' man || echo "$verb" >> bad
done
[ ! -e bad ]; ok $? "each verb has help and a man page" || diag < bad
if command -v man > /dev/null; then
	for page in "$TOP"/labs/doc/*; do man -l --warnings "$page" 2>&1 > /dev/null | sed "s,^,${page##*/}: ,"; done > bad
	[ ! -s bad ]; ok $? "man finds nothing wrong with the pages" || diag < bad
else
	skip "man finds nothing wrong with the pages" "no man"
fi
umlab startt 2> err; is $? 2 "a wrong verb is status 2"
like "$(cat err)" "did you mean start" "with the one that was meant"
umlab start --no-wai x 2> err; like "$(cat err)" "did you mean --no-wait" "so is a wrong option"
umlab snapshot 2> err; is $? 2 "a group alone tells its verbs"
like "$(umlab doctor)" "^good +kernel" "doctor looks at the kernel"
claim "wipe" umlab wipe -f
done_testing
