#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# pack-job.sh - pack an initramfs with a compiler and a C program to unpack, configure and build
#
#   pack-job.sh BENCH-GUEST FOLDER     make FOLDER/job.cpio, and FOLDER/job/ for the host
#
# The tools come from this host: each program with its libraries, the folder of the compiler, and
# the headers. So guest and host run the same tools: the guest from its initramfs, the host from its
# own disk, normally out of the page cache. Both build in memory (bench-guest.c). The script
# generates the program to build: 50 files with one header, and a configure script that makes 24
# tests. `make bench` runs this script on the host.
set -eu
umask 022
export LC_ALL=C
guest=$1 out=$2
tools=(bash cat chmod cp date expr gcc as ld grep gzip ln ls make mkdir mv rm sed sort tar tr)
files=50 questions=24

##### the program

rm -rf "$out/job" && mkdir -p "$out/job/source/src"
source=$out/job/source
for (( i = 0; i < files; i++ )); do
	cat >"$source/src/part$i.c" <<-END
	#include <stdio.h>
	#include <stdlib.h>
	#include <string.h>
	#include <errno.h>
	#include "parts.h"

	static int compare$i(const void *one, const void *two)
	{
		const struct item *a = one, *b = two;

		return a->key < b->key ? -1 : a->key > b->key;
	}

	int part$i(struct item *items, unsigned int nr, char *text, size_t size)
	{
		unsigned long sum = $i;
		unsigned int at;

		for (at = 0; at < nr; at++) {
			items[at].key = (items[at].key * 1103515245 + 12345 + $i) % 65521;
			sum = (sum << 5 | sum >> 59) ^ items[at].key;
		}
		qsort(items, nr, sizeof(*items), compare$i);
		if (snprintf(text, size, "%s %lu %u", "part$i", sum, items[0].key) >= (int)size)
			return -ENOSPC;
		return strlen(text);
	}
	END
done
{
	echo '#include <stddef.h>'
	echo 'struct item { unsigned int key, value; };'
	for (( i = 0; i < files; i++ )); do
		echo "int part$i(struct item *items, unsigned int nr, char *text, size_t size);"
	done
} >"$source/src/parts.h"
{
	echo '#include "parts.h"'
	echo '#include "config.h"'
	echo 'int main(void) { static struct item items[64]; char text[64]; int n = 0;'
	for (( i = 0; i < files; i++ )); do echo "n += part$i(items, 64, text, sizeof(text));"; done
	echo 'return n > 0 ? 0 : 1; }'
} >"$source/src/main.c"
cat >"$source/Makefile" <<'END'
objects := $(patsubst src/%.c,%.o,$(wildcard src/*.c))
program: $(objects)
	gcc -o $@ $(objects)
%.o: src/%.c src/parts.h config.h
	gcc -O2 -Wall -I. -c -o $@ $<
END
cat >"$source/configure" <<END
#!/bin/bash
# Test for functions and headers, with one program each.
: >config.h
for name in printf qsort strlen memcpy open read write close fork execve waitpid kill \\
		stdio stdlib string errno unistd fcntl signal time limits stdint ctype math; do
	if (( \${asked:=0} < $questions / 2 )); then
		echo "char \$name(); int main(void) { return \$name != 0; }" >conftest.c
	else
		echo "#include <\$name.h>" >conftest.c
		echo "int main(void) { return 0; }" >>conftest.c
	fi
	asked=\$(expr \$asked + 1)
	if gcc -w -fno-builtin -o conftest conftest.c 2>conftest.log; then
		echo "#define HAVE_\$(echo "\$name" | tr a-z A-Z) 1" >>config.h
	fi
	rm -f conftest conftest.c conftest.log
done
sort config.h | sed 's/HAVE/WITH/' | grep -c WITH >answers
END
chmod 755 "$source/configure"
tar -C "$out/job" -czf "$out/job/source.tar.gz" source
rm -rf "$source"
cat >"$out/job/run" <<'END'
#!/bin/bash
# run FOLDER: run the job in an empty folder below FOLDER
set -e
here=${BASH_SOURCE[0]%/*}
[[ $here == /* ]] || here=$PWD/$here
work=$1/umlab-job-$$
mkdir "$work"
cd "$work"
tar xzf "$here/source.tar.gz"
cd source
./configure
make -s
./program
cd /
rm -rf "$work"
END
chmod 755 "$out/job/run"

##### the guest's files

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{dev,proc,tmp,usr/bin,usr/lib,usr/lib64,usr/sbin}
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$tree/$folder"; done

# put FILE...: copy files to the same names in the tree, with /bin and the like below /usr.
put() {
	local file name
	for file; do
		name=$(realpath -s "$file")
		[[ $name == /usr/* ]] || name=/usr$name
		mkdir -p "$tree${name%/*}"
		cp -L "$file" "$tree$name"
	done
}
# libraries PROGRAM...: print the libraries that these programs need, directly or indirectly.
libraries() {
	ldd "$@" 2>/dev/null | sed -n 's/^[[:blank:]]*\([^ ]* => \)\?\(\/[^ ]*\) (0x.*/\2/p' |
		sort -u
}
programs=()
for tool in "${tools[@]}"; do programs+=("$(command -v "$tool")"); done
folder=$(dirname "$(gcc -print-file-name=libgcc.a)")
parts=("$(gcc -print-prog-name=cc1)" "$(gcc -print-prog-name=collect2)"
	"$(gcc -print-file-name=liblto_plugin.so)")
put "${programs[@]}" "${parts[@]}" $(libraries "${programs[@]}" "${parts[@]}")
for file in crt1.o Scrt1.o crti.o crtn.o libc.so libc_nonshared.a libgcc_s.so.1 libc.so.6; do
	put "$(gcc -print-file-name=$file)"
done
put "$folder"/crt{begin,end}*.o "$folder"/libgcc{,_s,_eh}.{a,so}  2>/dev/null || true
mkdir -p "$tree/usr/include" "$tree$folder"
cp -r "$folder/include" "$tree$folder/"
cp -r /usr/include/*.h /usr/include/{asm-generic,linux} "$tree/usr/include/"
cp -r "/usr/include/$(gcc -print-multiarch)" "$tree/usr/include/"
ln -sf bash "$tree/usr/bin/sh"
cp "$guest" "$tree/init"
cp -r "$out/job" "$tree/bench-job"
(cd "$tree" && find . | sort | cpio --quiet -o -H newc -R 0:0) >"$out/job.cpio.part"
mv "$out/job.cpio.part" "$out/job.cpio"
