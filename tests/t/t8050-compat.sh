#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t8050-compat.sh - the commands of Netkit and Kathará, completion, help and man pages
# time limit: 300
. "$(dirname "$0")/../lib/tap.sh" || exit 1
. "$(dirname "$0")/../lib/guest.sh" || exit 1
. "$(dirname "$0")/../lib/console.sh" || exit 1
. "$(dirname "$0")/../lib/labs.sh" || exit 1
need_umlab
mkdir bin lab
for name in lstart linfo vlist vstart vclean vcommand vhalt vconfig kathara; do
	ln -s "$UMLAB" bin/$name
done
run() { (as_user timeout 120 "$SCRATCH/home/bin/$1" "${@:2}"); }
[ "$(id -u)" -ne 0 ] || chown -R "$TEST_UID:$TEST_UID" "$SCRATCH/home"
printf 'pc1[0]=A\n' > lab/lab.conf

like "$(run lstart -d lab --print)" "eth0 +in A" \
	"lstart -d DIR --print shows interfaces and domains"
like "$(run linfo -d lab -q)" "pc1 +not created" "linfo -d DIR shows a machine that was not created"
like "$(run kathara linfo -d lab -q)" "pc1 +not created" "kathara linfo works like linfo"
like "$(umlab kathara linfo -d lab -q)" "pc1 +not created" "umlab kathara linfo works like linfo"
run vstart pc7 --mem=128 --colour=red 2> err
is $? 2 "vstart with an unknown option is a usage error"
claim "vstart NAME --mem starts a machine" run vstart pc7 --mem=128
is "$(umlab list --json | jq -r '.[0].memory')" 128M "vstart --mem sets the machine's memory"
is "$(run vcommand pc7 hostname)" pc7 "vcommand runs a command in a machine"
is "$(run kathara exec pc7 -- sh -c 'exit 9'; echo $?)" 9 \
	"kathara exec returns the command's status"
is "$(run kathara exec --no-stdout pc7 -- sh -c 'echo a; echo b >&2' 2>&1)" b \
	"kathara exec --no-stdout drops standard output only"
is "$(run kathara vconfig -n pc7 --add B)" eth0 "kathara vconfig --add adds an interface"
is "$(run vconfig pc7 --eth3=C)" eth3 "vconfig --eth3=C adds interface eth3"
eth3_is_up() { [ "$(run vcommand pc7 cat /sys/class/net/eth3/operstate)" = up ]; }
wait_for 20 eth3_is_up; ok $? "the interface that vconfig added comes up"
claim "kathara vconfig --rm removes an interface" run kathara vconfig -n pc7 --rm B
like "$(run vlist)" "pc7 +(booting|starting|ready)" "vlist shows a machine with its state"
claim "vhalt stops a machine" run vhalt pc7
claim "vclean removes a machine" run vclean pc7

like "$(umlab complete s)" "^start" "completion offers verbs"
is "$(umlab complete snapshot re)" restore "completion offers the verbs of a group"
like "$(umlab complete create --m)" "^--mem=" "completion offers options"
umlab create zzz > /dev/null
is "$(umlab complete start z)" zzz "completion offers machines"
is "$(cd lab && umlab complete capture A)" A "completion offers collision domains"
cat > complete.bash << 'END'
source "$0"
COMP_WORDS=("$1" start z) COMP_CWORD=2 COMP_LINE="$1 start z" COMP_POINT=${#COMP_LINE}
compopt() { :; }
_umlab
echo "${COMPREPLY[*]}"
END
is "$(as_user bash -c "$(cat complete.bash)" "$TOP/labs/completion/umlab" "$UMLAB")" zzz \
	"bash completes the name of a machine"

# zsh completes at its prompt only. (\x15 is Ctrl-U, which clears the line.)
if command -v zsh > /dev/null; then
	mkdir fpath; cp "$TOP/labs/completion/_umlab" fpath/
	ln -s "$UMLAB" fpath/umlab; chmod -R a+rX fpath
	at_console "${USER_PREFIX[@]}" zsh -f -i <<- END
	expect 10 [%#\$]
	send PATH=$PWD/fpath:\$PATH fpath=($PWD/fpath \$fpath) PS1='> '
	send autoload -Uz compinit; compinit -u -D; echo is-\$((6*7))
	expect 20 is-42
	type umlab start z\t
	expect 10 start zzz
	ok zsh completes the name of a machine
	type \x15umlab create --m\t
	expect 10 --mem=
	ok zsh completes an option that takes a value
	type \x15umlab snapshot re\t
	expect 10 snapshot restore
	ok zsh completes a verb of a group
	END
else
	skip "zsh completes the name of a machine" "no zsh here"
fi

has_help() { # has_help VERB...: the verb has a help text and a man page
	umlab help "$@" > help.out 2>&1 && umlab help --man "$@" > man.out &&
		grep -q '^\.SH SYNOPSIS' man.out
}
for verb in $(umlab help --names | tr ' ' _); do
	# shellcheck disable=SC2086  # two words
	has_help ${verb//_/ } || echo "$verb" >> bad
done
[ ! -e bad ]; ok $? "each verb has a help text and a man page" || diag < bad
if command -v man > /dev/null; then
	for page in "$TOP"/labs/doc/*; do
		man -l --warnings "$page" 2>&1 > /dev/null | sed "s,^,${page##*/}: ,"
	done > bad
	[ ! -s bad ]; ok $? "man formats the pages of labs/doc without warnings" || diag < bad
else
	skip "man formats the pages of labs/doc without warnings" "no man"
fi
umlab startt 2> err; is $? 2 "an unknown verb is a usage error"
like "$(cat err)" "did you mean start" "an unknown verb gets a suggestion"
umlab start --no-wai x 2> err
like "$(cat err)" "did you mean --no-wait" "an unknown option gets a suggestion"
umlab snapshot 2> err; is $? 2 "a group without a verb is a usage error"
like "$(umlab doctor)" "^good +kernel" "doctor reports that the kernel is good"
claim "wipe removes the machines of this test" umlab wipe -f
done_testing
