#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# unpack.sh - put packages into a tree as dpkg --unpack would, but not as root
#
# Called by build.sh:  unpack.sh begin TREE META      the frame of the tree
#                      unpack.sh deb TREE META FILE   one package; several may run at once
#                      unpack.sh end TREE META        the dpkg database, META/owners, META/epoch
#
# Per package META keeps NAME.status, its paragraph of dpkg's status file, and
# NAME.odd, the files that are not root's.  What dpkg must find in its database:
#   status            "install ok unpacked", each conffile listed as new
#   info/NAME.*       the package's control files and the list of its paths
#   triggers/File     paths that some package wants to hear about
#   triggers/TRIGGER  packages interested in a trigger by its name
# Conffiles wait as FILE.dpkg-new until dpkg configures their package.
set -eu
export LC_ALL=C.UTF-8 TZ=UTC0
umask 022

verb=$1 tree=$2 meta=$3
db=$tree/var/lib/dpkg

begin() {
	# Bookworm has /usr merged; packages still carry files in /bin and /lib.
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

	# A package that several architectures may share carries its own in its name.
	name=$(awk '
		/^Package: / { package = $2 }
		/^Architecture: / { arch = $2 }
		/^Multi-Arch: same/ { same = 1 }
		END { print package (same ? ":" arch : "") }' "$control/control")

	dpkg-deb --fsys-tarfile "$file" |
		tar -C "$tree" -xvvpf - --no-same-owner --keep-directory-symlink \
			--quoting-style=literal --delay-directory-restore >"$meta/$id.files"

	# mode owner/group size date time ./path[ -> target| link to target]
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

	# A line like "remove-on-upgrade PATH" names no file of this version.
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
		awk -v name="$name" '$1 ~ /^interest/ { print $2, name ($1 ~ /-noawait$/ ? "/noawait" : "") }' \
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

	# A link to each certificate (guest-sbin/update-ca-certificates does the rest).
	if [ -d "$tree/usr/share/ca-certificates" ]; then
		(cd "$tree/usr/share/ca-certificates" && find . -name '*.crt') |
			while read -r path; do
			name=${path##*/}
			ln -s "/usr/share/ca-certificates/${path#./}" \
				"$tree/etc/ssl/certs/${name%.crt}.pem"
		done
	fi

	# The newest file of any package (mode owner size date time ...).
	date -d "$(cat "$meta"/*.files | awk '$4 " " $5 > newest { newest = $4 " " $5 } END { print newest }')" +%s >"$meta/epoch"
	# A folder of several packages has the time of whichever was unpacked last.
	find "$tree" -type d -exec touch -d "@$(cat "$meta/epoch")" {} +

	# Names become numbers by base-passwd's tables, which fill the guest's
	# /etc/passwd later.  A conffile is still called .dpkg-new.
	cat "$meta"/*.odd 2>/dev/null | awk -v base="$tree/usr/share/base-passwd" -v tree="$tree" '
		BEGIN {
			FS = ":"
			while ((getline <(base "/passwd.master")) > 0) uid[$1] = $3
			while ((getline <(base "/group.master")) > 0) gid[$1] = $3
			FS = " "
		}
		!($1 in uid) || !($2 in gid) { print "unpack.sh: no such owner: " $0 >"/dev/stderr"; exit 1 }
		{
			path = $0
			sub(/^[^ ]+ [^ ]+ /, "", path)
			printf "set_inode_field \"%s\" uid %d\nset_inode_field \"%s\" gid %d\n", path, uid[$1], path, gid[$2]
		}' >"$meta/owners"
}

case $verb in
begin) begin ;;
deb) deb "$4" ;;
end) end ;;
esac
