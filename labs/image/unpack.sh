#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# unpack.sh - put packages into a folder as dpkg --unpack would, but without root
#
# Called by build.sh:
#   unpack.sh begin TREE META       creates the folders that packages expect in TREE
#   unpack.sh deb TREE META FILE    unpacks one package; several calls may run at once
#   unpack.sh end TREE META         writes the dpkg database, META/owners and META/epoch
#
# For each package META holds NAME.status, a paragraph for dpkg's status file, and NAME.odd, the
# list of the files that do not belong to root. dpkg needs this database:
#   status            "install ok unpacked", each conffile listed as new
#   info/NAME.*       the package's control files and the list of its paths
#   triggers/File     paths that trigger some package when they change
#   triggers/TRIGGER  packages that are interested in the trigger with this name
# Conffiles keep the name FILE.dpkg-new until dpkg configures their package.
set -eu
export LC_ALL=C.UTF-8 TZ=UTC0
umask 022

verb=$1 tree=$2 meta=$3
db=$tree/var/lib/dpkg

begin() {
	# /usr is merged, but packages of Debian 12 still have files in /bin and /lib.
	for dir in bin sbin lib lib64; do
		mkdir -p "$tree/usr/$dir"
		ln -s "usr/$dir" "$tree/$dir"
	done
	mkdir -p "$tree/usr/lib/modules" "$db/info" "$db/triggers" "$db/updates"
	echo 1 >"$db/info/format"
	: >"$db/diversions"
	: >"$db/statoverride"
	: >"$db/available"
}

deb() {
	file=$1
	id=$(basename "$file" .deb)
	control=$meta/$id.control
	dpkg-deb --control "$file" "$control"

	# If a package may be installed for several architectures, its id includes its architecture.
	name=$(awk '
		/^Package: / { package = $2 }
		/^Architecture: / { arch = $2 }
		/^Multi-Arch: same/ { same = 1 }
		END { print package (same ? ":" arch : "") }' "$control/control")

	dpkg-deb --fsys-tarfile "$file" |
		tar -C "$tree" -xvvpf - --no-same-owner --keep-directory-symlink \
			--quoting-style=literal --delay-directory-restore >"$meta/$id.files"

	# Each line is: mode owner/group size date time ./path[ -> target| link to target]
	awk -v odd="$meta/$id.odd" '{
		type = substr($1, 1, 1)
		path = $0
		sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ \./, "", path)
		if (type == "l") sub(/ -> .*/, "", path)
		if (type == "h") sub(/ link to .*/, "", path)
		sub(/\/$/, "", path)
		print path == "" ? "/." : path
		if ($2 != "root/root" && type != "h") {
			split($2, owner, "/")
			print owner[1], owner[2], path >odd
		}
	}' "$meta/$id.files" >"$db/info/$name.list"

	# Skip lines like "remove-on-upgrade PATH": this version of the package has no such file.
	conffiles=
	[ ! -e "$control/conffiles" ] || conffiles=$(grep '^/' "$control/conffiles" || true)
	awk -v conffiles="$conffiles" '
		{ print }
		/^Package: / { print "Status: install ok unpacked" }
		END {
			nr = split(conffiles, path, "\n")
			if (nr) print "Conffiles:"
			for (i = 1; i <= nr; i++) print " " path[i] " newconffile"
			print ""
		}' "$control/control" >"$meta/$id.status"
	[ -z "$conffiles" ] || printf '%s\n' "$conffiles" | while read -r path; do
		mv "$tree$path" "$tree$path.dpkg-new"
	done
	if [ -e "$control/triggers" ]; then
		awk -v name="$name" '
			$1 ~ /^interest/ { print $2, name ($1 ~ /-noawait$/ ? "/noawait" : "") }' \
			"$control/triggers" >"$meta/$id.triggers"
	fi
	rm "$control/control"
	for path in "$control"/*; do
		[ ! -e "$path" ] || mv "$path" "$db/info/$name.${path##*/}"
	done
	rmdir "$control"
	echo "$name"
}

end() {
	cat "$meta"/*.status >"$db/status"
	cat "$meta"/*.triggers | while read -r trigger who; do
		case $trigger in
		/*) echo "$trigger $who" >>"$db/triggers/File" ;;
		*) echo "$who" >>"$db/triggers/$trigger" ;;
		esac
	done

	# Link each certificate here; guest-setup writes the bundle and the hashes.
	if [ -d "$tree/usr/share/ca-certificates" ]; then
		(cd "$tree/usr/share/ca-certificates" && find . -name '*.crt') |
			while read -r path; do
			name=${path##*/}
			ln -s "/usr/share/ca-certificates/${path#./}" \
				"$tree/etc/ssl/certs/${name%.crt}.pem"
		done
	fi

	# Find the newest file of any package; the columns are mode owner size date time.
	newest=$(cat "$meta"/*.files | awk '
		$4 " " $5 > newest { newest = $4 " " $5 }
		END { print newest }')
	date -d "$newest" +%s >"$meta/epoch"
	# The time of a folder depends on the order of unpacking, so give all folders the same time.
	find "$tree" -type d -exec touch -d "@$(cat "$meta/epoch")" {} +

	# Translate names to numbers with the tables of base-passwd, from which the guest makes its
	# /etc/passwd. Conffiles still have the ending .dpkg-new.
	cat "$meta"/*.odd 2>/dev/null | awk -v base="$tree/usr/share/base-passwd" -v tree="$tree" '
		BEGIN {
			FS = ":"
			while ((getline <(base "/passwd.master")) > 0) uid[$1] = $3
			while ((getline <(base "/group.master")) > 0) gid[$1] = $3
			FS = " "
		}
		!($1 in uid) || !($2 in gid) {
			print "unpack.sh: unknown owner: " $0 >"/dev/stderr"
			exit 1
		}
		{
			path = $0
			sub(/^[^ ]+ [^ ]+ /, "", path)
			printf "set_inode_field \"%s\" uid %d\n", path, uid[$1]
			printf "set_inode_field \"%s\" gid %d\n", path, gid[$2]
		}' >"$meta/owners"
}

case $verb in
begin) begin ;;
deb) deb "$4" ;;
end) end ;;
esac
