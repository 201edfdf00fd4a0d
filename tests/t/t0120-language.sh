#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# t0120-language.sh - find banned phrases, citations of absent files and untrue facts
. "$(dirname "$0")/../lib/tap.sh" || exit 1
cd "$TOP" || exit 1

git ls-files -co --exclude-standard > "$SCRATCH/files"
offences() { # offences FILE TITLE: claim that FILE is empty
	[ ! -s "$1" ]; ok $? "$2" || head -n 60 "$1" | diag
}

# Look in comments, strings, manuals and labs. The list of phrases (tests/lib/phrases), this test,
# licences and translations are exempt.
grep -vE '^(tests/lib/phrases|tests/t/t0120-language\.sh|COPYING|labs/po/|debian/copyright)' \
	"$SCRATCH/files" |
	grep -E -e '\.(c|h|S|sh|py|md|mk|[1-8]|conf|yaml|startup|awk|js|html|packages|config)$' \
		-e 'akefile$|/(run|packages|control)$' > "$SCRATCH/prose"
claim "a list of phrases is there" test -s tests/lib/phrases
grep -v '^#' tests/lib/phrases | grep '^--' | sed 's/^--//; s/\t.*//' > "$SCRATCH/spared"
grep -v '^#' tests/lib/phrases | grep -v '^--' | cut -f1 > "$SCRATCH/banned"
xargs grep -HnIiE -f "$SCRATCH/banned" < "$SCRATCH/prose" |
	grep -viE -f "$SCRATCH/spared" > "$SCRATCH/hits"
offences "$SCRATCH/hits" "no sentence has a phrase that tests/lib/phrases lists"

# Test the check itself with a planted sentence, because finding nothing proves nothing.
echo "Such an end is none, and the disk is mended anew." | grep -qiE -f "$SCRATCH/banned"
ok $? "a planted sentence is found"

# Find the files that documents and comments cite: `folder/name.ext` below a top-level folder.
folders='(arch-um|drivers-ubd|cow|slirp-glue|labs|tests|debian)'
grep -E '\.(md|[1-8]|c|h|S|sh|py|mk)$|akefile$' "$SCRATCH/prose" | xargs grep -HnoE \
	"(^|[^A-Za-z0-9_/.\$-])$folders/[A-Za-z0-9_./-]+\.(c|h|S|sh|py|md|mk|[1-8]|known|list)\b" |
	while IFS=: read -r file line cited; do
		path=${cited#[^a-z]}
		[ -e "$path" ] || echo "$file:$line cites $path"
	done > "$SCRATCH/absent"
offences "$SCRATCH/absent" "each file that a comment or a document cites exists"

# Markdown: links and `code` that look like paths, relative to the document or to the top.
grep '\.md$' "$SCRATCH/files" | while read -r page; do
	[ -e "$page" ] || continue
	grep -oE '\]\([^)#:]+\)|`[A-Za-z0-9_./-]+/[A-Za-z0-9_.-]+\.(c|h|S|sh|py|md|mk|[1-8])`' \
		"$page" | tr -d '][()`' | while read -r path; do
		[ -e "${page%/*}/$path" ] || [ -e "$path" ] || [ -e "arch-um/$path" ] ||
			[ -e "arch-um/include/$path" ] ||
			[ -e "$BUILD/src/linux/${path#build/src/linux/}" ] ||
				echo "$page cites $path"
	done
done > "$SCRATCH/dead"
offences "$SCRATCH/dead" "each path in a Markdown page leads to a file"
git grep -nE '\.\./shared' -- . ':!tests/t/t0120-language.sh' > "$SCRATCH/outside"
offences "$SCRATCH/outside" "no document cites what is outside the repository"

# Compare what the README says about the kernel with its configuration and the sources.
config=$BUILD/kernel/.config
if [ -e "$config" ]; then
	for fact in 'kprobes KPROBES' 'ftrace FUNCTION_TRACER' 'BPF BPF_JIT' 'SMP SMP' \
		'modules MODULES' 'namespaces NAMESPACES'; do
		set -- $fact
		! grep -q "^CONFIG_$2=y" "$config" || ! grep -i 'limits' -A12 README.md |
			grep -iqE "\bno\b[^.;]*\b$1\b" ||
			echo "README denies $1, but CONFIG_$2 is on"
	done > "$SCRATCH/facts"
	offences "$SCRATCH/facts" "README denies nothing that the kernel has"
else
	skip "README denies nothing that the kernel has" "no kernel configuration (make kernel)"
fi
awk '/^\| folder/ { on = 1; next } on && /^\| `/ {
		n = split($0, column, "|"); n = split(column[2], cell, "`")
		for (i = 2; i <= n; i += 2) if (cell[i] ~ /\/$/) print cell[i] }
	on && !/^\|/ { exit }' README.md | while read -r folder; do
	[ -d "$folder" ] || echo "$folder"
done > "$SCRATCH/map"
offences "$SCRATCH/map" "each folder of README's map exists"
make -pn help 2>/dev/null | awk -F: '/^[a-z-]+:([^=]|$)/ { print $1 }' | sort -u > "$SCRATCH/goals"
grep -oE '^ +make [a-z-]+|`make [a-z-]+' README.md | awk '{ print $NF }' | tr -d '`' | sort -u |
	comm -23 - "$SCRATCH/goals" > "$SCRATCH/nogoal"
offences "$SCRATCH/nogoal" "each make goal that README names exists"
done_testing
