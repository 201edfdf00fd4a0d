# SPDX-License-Identifier: GPL-2.0-only
# selftests.sh - run the generic kernel's own selftests in a guest and make a table of the results
#
# Sourced after console.sh by t5900-selftests.sh and t9100-selftests-long.sh. selftests LIST runs
# the programs that the file LIST names, in the Debian image. Each line of LIST gives folder,
# program, time limit in seconds, and arguments. The table goes to build/tests/<LIST>.table. A
# failure that selftests.known lists with its reason counts as TODO.
SELFTESTS=$BUILD/tests/selftests.img
KNOWN=$TOP/tests/known/selftests.known

# Build the programs of all lists into one disk image, unless that is up to date.
selftests_build() {
	local builder=$TOP/tests/lib/build-selftests source=$BUILD/src/linux
	local lists=("$TOP"/tests/known/selftests*.list)
	if [ ! -e "$SELFTESTS" ] ||
		[ -n "$(find "$builder" "${lists[@]}" -newer "$SELFTESTS")" ]; then
		[ -d "$source/tools/testing/selftests" ] ||
			skip_all "no kernel source in $source (make source)"
		"$builder" "$source" "${SELFTESTS%.img}" 2>&1 | diag
	fi
	[ -e "$SELFTESTS" ]; ok $? "the selftests build" ||
		{ tail -n 20 "${SELFTESTS%.img}.log" | diag; done_testing; }
}

# selftests_run LIST: write "start", "result", "why" and "died" lines to $SCRATCH/lines. One boot
# runs all programs. When the machine dies in one of them, another boot continues with the next.
selftests_run() {
	local total from=1 boots=0 last status
	total=$(wc -l < "$1")
	: > "$SCRATCH/lines"
	while [ "$from" -le "$total" ] && [ $boots -lt 12 ]; do
		boots=$((boots + 1))
		boot 2000 "$SCRATCH/log" mem=4G panic=-1 initrd="$GUEST_CPIO" topic=chrooted \
			limit=1900 ubd0="$IMAGE",ro ubd1="$SCRATCH/work.img" \
			list="$(basename "$1")" from=$from
		status=$?
		tr -d '\r' < "$SCRATCH/log" | sed -n 's/^.*@chrooted //p' >> "$SCRATCH/lines"
		last=$(sed -n 's/^start \([0-9]*\)$/\1/p' "$SCRATCH/lines" | tail -n 1)
		! grep -q '^all done' "$SCRATCH/lines" || break
		[ -n "$last" ] || { tail -n 30 "$SCRATCH/log" | diag; break; }
		echo "died $last $status" >> "$SCRATCH/lines"
		tail -n 25 "$SCRATCH/log" | sed "s/^/why $last /" >> "$SCRATCH/lines"
		from=$((last + 1))
	done
	echo "# $boots boots"
}

# selftest_claim NUMBER NAME REASON: claim that one program passed, and add its line to the table.
# Sets the caller's $word to the result. REASON is what selftests.known says, or empty.
selftest_claim() {
	local result status passed failed skipped seconds
	result=$(sed -n "s/^result $1 //p" "$SCRATCH/lines" | head -n 1)
	read -r status passed failed skipped seconds <<< "${result:-died 0 0 0 0}"
	case $status in
	0) word=passed ;;
	4) word=skipped ;;
	124 | 137) word=timeout ;;
	died) word=died ;;
	*) word=failed ;;
	esac
	printf '%-48s %-8s %6s %6s %7s %7s\n' "$2" $word "$passed" "$failed" "$skipped" "$seconds" \
		>> "$SCRATCH/table"
	case $word in
	passed)
		ok 0 "$2"
		[ -z "$3" ] || echo "# listed in selftests.known, but it passes"
		return ;;
	skipped)
		skip "$2" "$(sed -n "s/^why $1 //p" "$SCRATCH/lines" | tail -n 1 | cut -c1-100)"
		return ;;
	esac
	if [ -n "$3" ]; then todo "$2" "$3"; else ok 1 "$2 ($word, status $status)"; fi
	sed -n "s/^why $1 //p" "$SCRATCH/lines" | head -n 15 | diag
}

selftests() {
	local list=$SCRATCH/$1 folder program limit arguments number=0 reason word
	need_image
	selftests_build
	cp --sparse=always --reflink=auto "$SELFTESTS" "$SCRATCH/work.img" &&
		chmod 666 "$SCRATCH/work.img"
	IMAGE=$(reachable "$IMAGE")
	grep -v '^#' "$TOP/tests/known/$1" > "$list"
	selftests_run "$list"
	printf '%-48s %-8s %6s %6s %7s %7s\n' program result passed failed skipped seconds \
		> "$SCRATCH/table"
	while read -r folder program limit arguments; do
		number=$((number + 1))
		reason=$(sed -n "s,^$folder/$program  *,,p" "$KNOWN" | head -n 1)
		selftest_claim $number "$folder/$program${arguments:+ $arguments}" "$reason"
	done < "$list"
	diag < "$SCRATCH/table"
	cp "$SCRATCH/table" "$BUILD/tests/${1%.list}.table"
	awk 'NR > 1 { n[$(NF - 4)]++ } END { for (w in n) printf "%s %d  ", w, n[w]; print "" }' \
		"$SCRATCH/table" | diag
}
