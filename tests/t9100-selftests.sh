# SPDX-License-Identifier: GPL-2.0-only
# t9100-selftests.sh - the generic kernel's own selftests inside a guest, with a table
# time limit: 2400
. "$(dirname "$0")/lib-tap.sh"
. "$(dirname "$0")/lib-guest.sh"
. "$(dirname "$0")/lib-console.sh"
SELFTESTS=$BUILD/tests/selftests.img
LIST=$TOP/tests/selftests.list KNOWN=$TOP/tests/selftests.known
need_image
if [ ! -e "$SELFTESTS" ] || [ -n "$(find "$TOP/tests/build-selftests" "$LIST" -newer "$SELFTESTS")" ]; then
	[ -d "$BUILD/src/linux/tools/testing/selftests" ] || skip_all "no kernel source in $BUILD/src/linux (make source)"
	"$TOP/tests/build-selftests" "$BUILD/src/linux" "${SELFTESTS%.img}" 2>&1 | diag
fi
[ -e "$SELFTESTS" ] || { tail -n 20 "${SELFTESTS%.img}.log" | diag; skip_all "the selftests do not build"; }
cp --sparse=always --reflink=auto "$SELFTESTS" "$SCRATCH/work.img" && chmod 666 "$SCRATCH/work.img"
IMAGE=$(reachable "$IMAGE")
grep -v '^#' "$LIST" > "$SCRATCH/list"
total=$(wc -l < "$SCRATCH/list")

# One boot runs all; when the machine dies in a test, another boot goes on behind it.
from=1 boots=0
: > "$SCRATCH/lines"
while [ "$from" -le "$total" ] && [ $boots -lt 12 ]; do
	boots=$((boots + 1))
	boot 2000 "$SCRATCH/log" mem=4G panic=-1 initrd="$GUEST_CPIO" topic=chrooted limit=1900 ubd0="$IMAGE",ro ubd1="$SCRATCH/work.img" from=$from
	status=$?
	tr -d '\r' < "$SCRATCH/log" | sed -n 's/^.*@chrooted //p' >> "$SCRATCH/lines"
	last=$(sed -n 's/^start \([0-9]*\)$/\1/p' "$SCRATCH/lines" | tail -n 1)
	grep -q '^all done' "$SCRATCH/lines" && break
	[ -n "$last" ] || { tail -n 30 "$SCRATCH/log" | diag; break; }
	echo "died $last $status" >> "$SCRATCH/lines"
	tail -n 25 "$SCRATCH/log" | sed "s/^/why $last /" >> "$SCRATCH/lines"
	from=$((last + 1))
done

printf '%-45s %-8s %6s %6s %7s\n' program result passed failed skipped > "$SCRATCH/table"
number=0
while read -r folder program limit arguments; do
	number=$((number + 1))
	name=$folder/$program${arguments:+ $arguments}
	reason=$(sed -n "s,^$folder/$program *\t,,p; s,^$folder/$program  *,,p" "$KNOWN" | head -n 1)
	result=$(sed -n "s/^result $number //p" "$SCRATCH/lines" | head -n 1)
	read -r status passed failed skipped <<< "${result:-died 0 0 0}"
	case $status in
	0) word=passed ;;
	4) word=skipped ;;
	124 | 137) word=timeout ;;
	died) word=died ;;
	*) word=failed ;;
	esac
	printf '%-45s %-8s %6s %6s %7s\n' "$name" $word "$passed" "$failed" "$skipped" >> "$SCRATCH/table"
	why() { sed -n "s/^why $number //p" "$SCRATCH/lines" | head -n 15 | diag; }
	case $word in
	passed) ok 0 "$name"; [ -z "$reason" ] || echo "# listed in selftests.known, but it passes" ;;
	skipped) skip "$name" "$(sed -n "s/^why $number //p" "$SCRATCH/lines" | tail -n 1 | cut -c1-100)" ;;
	*) if [ -n "$reason" ]; then todo "$name" "$reason"; else ok 1 "$name ($word, status $status)"; fi; why ;;
	esac
done < "$SCRATCH/list"
diag < "$SCRATCH/table"
cp "$SCRATCH/table" "$BUILD/tests/selftests.table"
echo "# $(awk 'NR > 1 { n[$(NF-3)]++ } END { for (w in n) printf "%s %d  ", w, n[w] }' "$SCRATCH/table"), in $boots boots"
done_testing
