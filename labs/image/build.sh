#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh - make a bootable Debian image without being root
#
# Called by the GNUmakefile and by labs/image/image_build.c; --help describes the options.
# This file is longer than 500 lines because its steps share their stamps and work folder.
#
# Theory of operation
#   A Debian package is installed in two halves. Unpacking puts files in place and only needs a
#   folder to write to, so that half runs on the host. Configuring runs the packages' own scripts
#   as root inside the new system, so that half runs in a guest of our kernel, whose root has no
#   rights on the host. An ordinary user cannot set owners on the host. So mke2fs copies the folder
#   as it is, and debugfs then writes the owners, which unpack.sh collects, into the inodes.
#
#   Each step has its result in the work folder, and a stamp <step>.done:
#     index      apt/lists        package lists, in a private apt state
#     select     select.list      the .deb files that belong to the image
#     download   cache/*.deb
#     unpack     tree/            files, and a dpkg database saying "unpacked"
#     format     unpacked.img     ext4 of tree/, owners set
#     configure  configured.img   configured by guest-setup in a guest, then rewritten
#     finish     --output         copied, kernel modules (and headers) added, renamed into place
#   A stamp holds the hash of everything that the step depends on. The stamp is written last, so an
#   interrupted step runs again. If an input changes, all later steps run again. A file gets its
#   name only when it is complete.
#
#   The same packages and recipe give the same bytes. Where the guest places a file on the disk
#   depends on timing, so image-rewrite copies all files into an empty file system in a fixed
#   order. The identity of the new file system comes from the inputs, and its times from the newest
#   file in any package; the packages' scripts get this time as SOURCE_DATE_EPOCH.
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022

here=$(cd "$(dirname "$0")" && pwd)
# mke2fs and debugfs are in these folders, which are not in an ordinary user's PATH.
PATH=$PATH:/usr/sbin:/sbin

usage() {
	cat <<-END
	usage: build.sh --output FILE --kernel FILE --work DIR --rewrite FILE [--prepare]
	                [--suite bookworm] [--packages FILE] [--modules DIR]
	                [--headers FILE] [--size 4G]

	Makes the root image FILE with the kernel FILE. Keeps downloads and
	unfinished steps in DIR, and continues from there when called again.
	--suite NAME takes the packages of this Debian release (default: bookworm).
	--packages FILE is the recipe (default: debian-12.packages).
	--prepare runs the steps that need no kernel, and stops.
	--rewrite FILE is the program image-rewrite of this version.
	--modules DIR copies DIR/lib/modules into the image, if it exists.
	--headers FILE is the output of headers.sh, for recipes with a line "headers".
	--size SIZE is the size of the file system (default: 4G).
	UMLAB_MIRROR and UMLAB_SECURITY_MIRROR replace the Debian mirrors
	of the host's apt sources.
	END
}

die() {
	[ -z "${terminal-}" ] || echo
	printf 'build.sh: %s\n' "$*" >&2
	exit 1
}

suite=bookworm output= kernel= work= packages= modules= headers= rewrite= size=4G prepare=
while [ $# -gt 0 ]; do
	case $1 in
	--help) usage; exit 0 ;;
	--prepare) prepare=yes; shift ;;
	--suite|--output|--kernel|--work|--packages|--modules|--headers|--rewrite|--size)
		[ $# -ge 2 ] || die "$1 needs a value"
		printf -v "${1#--}" %s "$2"; shift 2 ;;
	*) usage >&2; exit 2 ;;
	esac
done
[ -n "$output" ] && [ -n "$kernel" ] && [ -n "$work" ] || { usage >&2; exit 2; }
[ -n "$prepare" ] || [ -x "$rewrite" ] || die "--rewrite: not a program: ${rewrite:-nothing}"
packages=$(realpath "${packages:-$here/debian-12.packages}")
for tool in apt-get dpkg-deb mke2fs debugfs e2fsck fallocate flock sha256sum; do
	command -v "$tool" >/dev/null || die "$tool is missing"
done

# The lines of a recipe:
#   PACKAGE          a package, with all packages that it depends on
#   -PACKAGE         leave out this package, although a priority selects it
#   priority NAME    every package of this priority
#   include FILE     the lines of another recipe
#   overlay DIR      files that are added to those of the packages or replace them
#   setup FILE       a script that runs in the guest at the end
#   headers          the kernel's headers in /usr/src
#   about TEXT, mem SIZE, mem_min SIZE    the description of the image, NAME.info
# Paths are relative to the recipe. read_recipe() fills:
overlays=() setups=() recipe= info= want_headers=
read_recipe() {
	local dir line
	dir=$(dirname "$1")
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line%%#*}
		# shellcheck disable=SC2086 # words of a line
		set -- $line
		case ${1-} in
		include) read_recipe "$dir/$2" ;;
		overlay) overlays+=("$dir/$2") ;;
		setup) setups+=("$dir/$2") ;;
		headers) want_headers=yes ;;
		about|mem|mem_min) info+="$1=${line#*"$1" }"$'\n' ;;
		*) recipe+=$line$'\n' ;;
		esac
	done <"$1" || die "cannot read the recipe $1"
}
read_recipe "$packages"
[ -n "$want_headers" ] || headers=
[ -z "$want_headers" ] || [ -n "$prepare" ] || [ -e "$headers" ] ||
	die "$packages needs the kernel's headers: --headers FILE"

mkdir -p "$work" "$(dirname "$output")"
work=$(realpath "$work") output=$(realpath "$output") kernel=$(realpath "$kernel")

# ---- what the steps share -------------------------------------------------

steps=7 step=0 child= began=0
terminal=; [ -t 1 ] && terminal=yes

# show TEXT: prints the line of the running step, which is overwritten on a terminal.
show() { [ -z "$terminal" ] || printf '\r\033[K[%d/%d] %s' "$step" "$steps" "$*"; }

# settle TEXT: prints the last line of a step.
settle() {
	[ -z "$terminal" ] || printf '\r\033[K'
	printf '[%d/%d] %s\n' "$step" "$steps" "$*"
}

# count TEXT TOTAL: shows how many lines it has read from standard input.
count() {
	local n=0
	while read -r _; do n=$((n + 1)); show "$1 $n/$2"; done
}

stop() {
	trap - EXIT INT TERM HUP
	[ -z "$child" ] || { kill -TERM -- "-$child" || true; sleep 0.3; kill -KILL -- "-$child" ||
		true; } 2>/dev/null
	[ -z "$terminal" ] || echo
	exit "$1"
}
trap 'stop $?' EXIT
trap 'stop 130' INT
trap 'stop 143' TERM HUP

# run CMD...: runs CMD in its own process group, so that stop() reaches all its processes.
run() {
	set -m; "$@" </dev/null & child=$!; set +m
	wait "$child"
	child=
}

# hash [FILE...]: prints one hash of these files together, or of standard input.
hash() { if [ $# -gt 0 ]; then cat -- "$@"; else cat; fi | sha256sum | cut -d' ' -f1; }

# files_hash FOLDER [TEST...]: prints one hash of the names and contents of the folder's files.
files_hash() { find "$1" -type f "${@:2}" -print0 | sort -z | xargs -0 sha256sum | hash; }

fresh() { [ "$(cat "$work/$1.done" 2>/dev/null)" = "$2" ]; }

# stage NAME TITLE KEY: runs do_NAME unless the stamp of the step holds KEY.
stage() {
	local name=$1 title=$2 key=$3 start=$SECONDS
	step=$((step + 1))
	if fresh "$name" "$key"; then return; fi
	rm -f "$work/$name.done"
	if [ -n "$terminal" ]; then show "$title"; else settle "$title ..."; fi
	run "do_$name"
	printf '%s\n' "$key" >"$work/$name.done.new"
	mv "$work/$name.done.new" "$work/$name.done"
	settle "$title: done, $((SECONDS - start)) s"
}

# ---- index and select -----------------------------------------------------

# mirrors PATTERN: prints the base addresses of the host's apt sources whose suite matches.
# Debian's own addresses come first: other archives with the same suite names have no
# "-updates" suites.
mirrors() {
	apt-get update --print-uris 2>/dev/null |
		sed -n "s#^'\\(.*\\)/dists/\\(.*\\)/\\(In\\)\\{0,1\\}Release'.*#\\1 \\2#p" |
	awk -v want="$1" '
		$2 ~ /-updates$/ { debian[$1] = 1 }
		$2 ~ want { all[++n] = $1 }
		END {
			for (i = 1; i <= n; i++) if (all[i] in debian) print all[i]
			for (i = 1; i <= n; i++) if (!(all[i] in debian)) print all[i]
		}' | while read -r base; do
			# The guest does not have this list of mirrors, so use its first entry.
			case $base in
			mirror+file:*) sed -n 's/^\([a-z][^ \t]*\).*/\1/p' "${base#mirror+file:}" |
				sed 's#/*$##;q' ;;
			*) printf '%s\n' "$base" ;;
			esac
		done
}

write_sources() {
	local names='^(bookworm|trixie|forky|sid|stable|oldstable|testing|unstable)'
	local main security keyring
	main=${UMLAB_MIRROR:-$(mirrors "$names\$" | head -n 1)}
	[ -n "$main" ] || die "no Debian mirror in this host's apt sources; set UMLAB_MIRROR"
	security=${UMLAB_SECURITY_MIRROR:-$(mirrors "$names(-security|/updates)\$" | head -n 1)}
	security=${security:-${main%/}-security}
	for keyring in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp} ''; do
		[ -e "$keyring" ] && break
	done
	[ -n "$keyring" ] || die "the package debian-archive-keyring is missing"
	cat >"$work/sources.new" <<-END
	deb [signed-by=$keyring] $main $suite main
	deb [signed-by=$keyring] $main $suite-updates main
	deb [signed-by=$keyring] $security $suite-security main
	END
	cmp -s "$work/sources.new" "$work/sources.list" ||
		mv "$work/sources.new" "$work/sources.list"
	rm -f "$work/sources.new"
}

# Configure an apt with its own state. Take only the settings about downloads (such as proxies)
# from the host, but no hooks and no pins.
write_apt_conf() {
	local arch; arch=$(dpkg --print-architecture)
	mkdir -p "$work"/apt/{lists/partial,empty} "$work/cache/partial"
	: >"$work/apt/status"
	{
		apt-config dump Acquire |
			grep -vE '^Acquire::(IndexTargets|Changelogs|Languages|GzipIndexes)'
		cat <<-END
		Acquire::Languages "none";
		Acquire::GzipIndexes "false";
		Acquire::Retries "3";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Install-Recommends "false";
		APT::Sandbox::User "root";
		Dir::State "$work/apt";
		Dir::State::lists "$work/apt/lists";
		Dir::State::status "$work/apt/status";
		Dir::Cache "$work/apt";
		Dir::Cache::archives "$work/cache";
		Dir::Etc::sourcelist "$work/sources.list";
		Dir::Etc::sourceparts "$work/apt/empty";
		Dir::Etc::main "$work/apt/empty/none";
		Dir::Etc::parts "$work/apt/empty";
		Dir::Etc::preferences "$work/apt/empty/none";
		Dir::Etc::preferencesparts "$work/apt/empty";
		Dir::Etc::trusted "$work/apt/empty/none";
		Dir::Etc::trustedparts "$work/apt/empty";
		END
	} >"$work/apt.conf"
}

apt() { APT_CONFIG=$work/apt.conf "$@"; }

do_index() {
	apt apt-get -q update >"$work/apt.log" 2>&1 ||
		{ cat "$work/apt.log" >&2; die "apt-get update failed"; }
	! grep -q '^[WE]:' "$work/apt.log" ||
		{ cat "$work/apt.log" >&2; die "the package lists are incomplete"; }
}

do_select() {
	local names
	names=$(apt apt-cache dumpavail | awk '
		FNR == NR {
			sub(/#.*/, "")
			if ($1 == "priority") wanted[$2] = 1
			else if ($1 ~ /^-/) left_out[substr($1, 2)] = 1
			else if (NF) names[$1] = 1
			next
		}
		/^Package: / { package = $2 }
		/^Priority: / && ($2 in wanted) { names[package] = 1 }
		END { for (name in names) if (!(name in left_out)) print name }
	' <(printf %s "$recipe") - | sort)
	# shellcheck disable=SC2086 # a list of names
	apt apt-get -o Dir::Cache::archives="$work/apt/empty" --print-uris -y install \
		$names >"$work/select.new" 2>"$work/apt.log" ||
		{ cat "$work/apt.log" "$work/select.new" >&2; die "apt cannot resolve $packages"; }
	# The download needs the same names in the same order, because apt's choice between
	# alternatives depends on the order.
	printf '%s\n' $names >"$work/select.names"
	awk -F"' " '/^'\''/ { split($2, field, " "); print field[1], field[2], field[3] }' \
		"$work/select.new" |
		sort >"$work/select.list"
	[ -s "$work/select.list" ] || die "apt selected nothing"
}

# ---- download, unpack, format ---------------------------------------------

missing_debs() {
	local name size
	while read -r name size _; do
		[ "$(stat -c %s "$work/cache/$name" 2>/dev/null)" = "$size" ] || echo "$name"
	done <"$work/select.list"
}

do_download() {
	local total; total=$(wc -l <"$work/select.list")
	# shellcheck disable=SC2046 # a list of names
	apt apt-get -y -q --download-only -o APT::Status-Fd=3 install $(cat "$work/select.names") \
		3>&1 >"$work/apt.log" 2>&1 | while IFS=: read -r kind _ percent _; do
			[ "$kind" != dlstatus ] || show "download $total packages ${percent%%.*}%"
		done || { cat "$work/apt.log" >&2; die \
			"the download failed; call again to go on from here"; }
	[ -z "$(missing_debs)" ] ||
		{ cat "$work/apt.log" >&2; die \
			"still missing: $(missing_debs | head -n 3 | tr '\n' ' ')"; }
}

do_unpack() {
	local total; total=$(wc -l <"$work/select.list")
	rm -rf "$work/tree" "$work/meta"
	mkdir -p "$work/tree" "$work/meta"
	"$here/unpack.sh" begin "$work/tree" "$work/meta"
	cut -d' ' -f1 "$work/select.list" |
		xargs -P "$(nproc)" -I {} "$here/unpack.sh" deb "$work/tree" "$work/meta" \
			"$work/cache/{}" |
		count "unpack packages" "$total"
	"$here/unpack.sh" end "$work/tree" "$work/meta"
	mv "$work/meta/epoch" "$work/epoch"
	# Set the modes, which otherwise depend on the umask of the checkout.
	tar -C "$here/overlay" --mode=u=rwX,go=rX -cf - . |
		tar -C "$work/tree" -xpf - --no-same-owner --keep-directory-symlink
	sed 's/\[signed-by=[^]]*\] //' "$work/sources.list" >"$work/tree/etc/apt/sources.list"
	mkdir -p "$work/tree/umlab/setup.d"
	cp -R "$here/guest-setup" "$here/guest-sbin" "$work/tree/umlab/"
	local from nr=10
	for from in "${overlays[@]}"; do
		tar -C "$from" --mode=u=rwX,go=rX -cf - . |
			tar -C "$work/tree" -xpf - --no-same-owner --keep-directory-symlink
	done
	for from in "${setups[@]}"; do
		cp "$from" "$work/tree/umlab/setup.d/$nr-$(basename "$(dirname "$from")")"
		nr=$((nr + 1))
	done
	# Mark all packages except those in the recipe as automatically installed, so that apt may
	# remove them.
	local arch; arch=$(dpkg --print-architecture)
	awk '/^Package: /{ print $2 }' "$work/tree/var/lib/dpkg/status" |
		grep -vxFf "$work/select.names" |
		sed "s/.*/Package: &\nArchitecture: $arch\nAuto-Installed: 1\n/" \
		>"$work/tree/var/lib/apt/extended_states"
}

# Prints debugfs commands that give everything to root, except for the files that unpack.sh listed.
owner_commands() {
	(cd "$work/tree" && find . -printf '/%P\n') |
		sed 's/.*/set_inode_field "&" uid 0\nset_inode_field "&" gid 0/'
	cat "$work/meta/owners"
}

# empty_image FILE: makes an empty ext4 file system; the same inputs give the same bytes.
empty_image() {
	local id=$unpacked features layout
	features=none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg
	features+=,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum
	layout=lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0
	layout+=,hash_seed=00000000-0000-4000-8000-756d6c616200
	rm -f "$1"
	# Use a small journal and no lazy initialisation: every block that the kernel rewrites would
	# become part of each machine's overlay.
	MKE2FS_CONFIG=/dev/null mke2fs -q -F -t ext4 -b 4096 -I 256 -m 1 -L umlab-root \
		-U "${id:0:8}-${id:8:4}-4${id:13:3}-8${id:17:3}-${id:20:12}" \
		-O "$features" -J size=32 -E "$layout" \
		"${@:2}" "$1" "$size" >"$work/format.log" 2>&1 ||
			{ cat "$work/format.log" >&2; die "mke2fs failed"; }
}

do_format() {
	local img=$work/unpacked.img
	empty_image "$img" -d "$work/tree"
	owner_commands >"$work/owners.debugfs"
	debugfs -w -f "$work/owners.debugfs" "$img" >"$work/format.log" 2>&1
	if grep -v '^debugfs' "$work/format.log" >&2; then die \
		"debugfs could not set the owners"; fi
	rm -rf "$work/tree" "$work/meta"
}

# ---- configure and finish -------------------------------------------------

# guest IMAGE: boots IMAGE with guest-setup as init, as an ordinary user even if root calls. The
# folders above the kernel and the image may be closed to that user, so both are passed as open
# files. The rules of confinement name paths, which open files do not have, hence confine=off.
guest() {
	"$here/../setup/unprivileged.sh" --own "$1"
	exec 8<"$kernel" 9<>"$1" {lock}>&-
	cd /
	exec timeout --foreground -k 5 900 "$here/../setup/unprivileged.sh" \
		/proc/self/fd/8 mem=512M confine=off ubd0=/proc/self/fd/9 root=/dev/ubda rw \
		rootflags=barrier=0 rootfstype=ext4 init=/umlab/guest-setup \
			SOURCE_DATE_EPOCH="$(cat "$work/epoch")" \
		con0=fd:0,fd:1 panic=-1 quiet 2>&1
}

do_configure() {
	local img=$work/configure.img log=$work/configure.log line n=0 status=0 total
	total=$(wc -l <"$work/select.list")
	rm -f "$img"
	cp --sparse=always --reflink=auto "$work/unpacked.img" "$img"
	guest "$img" | tee "$log" | while IFS= read -r line; do
		case $line in
		'Setting up '*) n=$((n + 1)); show "configure in the guest $n/$total" ;;
		esac
	done || status=$?
	grep -q '^umlab-setup: complete' "$log" && [ "$status" = 0 ] ||
		{ tail -n 40 "$log" >&2; die \
			"the guest ended with status $status before it was done; see $log"; }
	[ "$(id -u)" != 0 ] || chown 0:0 "$img"
	e2fsck -fp "$img" >"$work/fsck.log" 2>&1 || [ $? = 1 ] ||
		{ cat "$work/fsck.log" >&2; die "the file system of the guest is damaged"; }
	# image-rewrite copies files only, so blocks that the guest freed are not in the result.
	export E2FSPROGS_FAKE_TIME; E2FSPROGS_FAKE_TIME=$(cat "$work/epoch")
	empty_image "$work/configured.new"
	"$rewrite" "$img" "$work/configured.new" "$E2FSPROGS_FAKE_TIME" ||
		die "image-rewrite could not copy the file system"
	fallocate --dig-holes "$work/configured.new"
	mv "$work/configured.new" "$work/configured.img"
	rm -f "$img" "$work/unpacked.img"
}

# Compare names, sizes and times of modules: reading all of them takes longer than the step.
modules_state() {
	[ -z "$modules" ] || [ ! -d "$modules/lib/modules" ] ||
		find "$modules/lib/modules" ! -type d -printf '%P %s %T@\n' | sort
}

# tree_commands FROM TO: prints debugfs commands that copy the files below FROM to the folder TO.
tree_commands() {
	cd "$1"
	find . -mindepth 1 -type d -printf '%P\n' | sort |
		sed "s,.*,\"$2/&\"," |
		sed 's,.*,mkdir &\nset_inode_field & uid 0\nset_inode_field & gid 0,'
	find . -type f -printf '%h\t%f\t%P\n' | sort | awk -F'\t' -v top="$PWD" -v to="$2" '{
		sub(/^\.\/?/, "", $1)
		print "cd \"" to "/" $1 "\""
		print "write \"" top "/" $3 "\" \"" $2 "\""
		print "set_inode_field \"" $2 "\" uid 0"
		print "set_inode_field \"" $2 "\" gid 0"
	}'
}

header_commands() {
	local name
	rm -rf "$work/headers" && mkdir "$work/headers"
	tar -C "$work/headers" -xf "$headers"
	name=$(ls "$work/headers")
	tree_commands "$work/headers" /usr/src
	printf 'cd /usr/lib/modules/%s\nsymlink build /usr/src/%s\n' "${name#linux-headers-}" \
		"$name"
}

do_finish() {
	local new=$output.new
	cp --sparse=always --reflink=auto "$work/configured.img" "$new"
	{
		[ -z "$(modules_state)" ] || (tree_commands "$modules/lib/modules" /usr/lib/modules)
		[ -z "$headers" ] || (header_commands)
	} >"$work/finish.debugfs"
	export E2FSPROGS_FAKE_TIME; E2FSPROGS_FAKE_TIME=$(cat "$work/epoch")
	debugfs -w -f "$work/finish.debugfs" "$new" >"$work/format.log" 2>&1
	if grep -vE '^(debugfs|Allocated inode)' "$work/format.log" >&2; then die \
		"debugfs could not add modules and headers"; fi
	rm -rf "$work/headers"
	chmod 644 "$new"
	[ -z "$info" ] || printf %s "$info" >"${output%.img}.info"
	mv "$new" "$output"
}

# ---- run the steps --------------------------------------------------------

exec {lock}>"$work/lock"
flock -n "$lock" || { echo "waiting for another build in $work"; flock "$lock"; }

# Prints one hash of the recipe and of all files that it names.
recipe_hash() {
	printf %s "$recipe" | hash
	local from
	for from in "${overlays[@]}" "${setups[@]}"; do
		(cd "$(dirname "$from")" && files_hash "$(basename "$from")")
	done
}

# The hash of this folder's scripts. Recipes are left out, because recipe_hash covers them.
own=$(cd "$here" && files_hash . ! -name '*.packages')
inputs=$({
	recipe_hash
	echo "$own $suite $size ${UMLAB_MIRROR-} ${UMLAB_SECURITY_MIRROR-}"
	modules_state
	[ -z "$headers" ] || hash "$headers"
} | hash)
if [ -e "$output" ] && fresh output "$inputs"; then
	trap - EXIT
	exit 0
fi

[ -n "$prepare" ] || [ -x "$kernel" ] || die "no kernel $kernel"
write_sources
write_apt_conf
key=$(hash "$work/sources.list")
stage index "fetch package lists" "$key"
key=$({ echo "$key $own"; recipe_hash; } | hash)
[ -e "$work/select.list" ] || rm -f "$work/select.done"
stage select "select packages" "$key"

unpacked=$({ hash "$work/select.list"; recipe_hash; echo "$own $size"; } | hash)
if [ -e "$work/configured.img" ] && fresh configure "$unpacked"; then
	step=$((step + 4))
else
	if [ -e "$work/unpacked.img" ] && fresh format "$unpacked"; then
		step=$((step + 3))
	else
		[ -z "$(missing_debs)" ] || rm -f "$work/download.done"
		stage download "download packages" "$(hash "$work/select.list")"
		[ -e "$work/tree" ] || rm -f "$work/unpack.done"
		stage unpack "unpack packages" "$unpacked"
		stage format "make the file system" "$unpacked"
	fi
	[ -z "$prepare" ] || { trap - EXIT; exit 0; }
	stage configure "configure in the guest" "$unpacked"
fi
[ -z "$prepare" ] || { trap - EXIT; exit 0; }
rm -f "$work/finish.done"
stage finish "write $(basename "$output")" "$inputs"
mv "$work/finish.done" "$work/output.done"
trap - EXIT
