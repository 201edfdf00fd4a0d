// SPDX-License-Identifier: GPL-2.0-only
/*
 * image_rewrite.c - rewrite an ext4 file system, so that the same files give the same bytes
 *
 * This is a separate program, which build.sh runs: image-rewrite FROM TO EPOCH. The program only
 * reads the file system FROM, which must be clean, and writes TO.
 *
 * Theory of operation
 *   A file system that a guest wrote shows its history: block positions, inode numbers, the order
 *   of names, times of access and change, generation numbers. None of these belongs to the
 *   content. build.sh makes the empty file system TO with a fixed identity, and this program fills
 *   it: names in byte order, and the files of a folder before the folders in it. So libext2fs
 *   always allocates the same inodes and blocks. All times of an inode become the time of its last
 *   modification, but at most EPOCH. So files that the installation itself wrote are as new as the
 *   newest file of any package. Blocks of zeros become holes; hard links, devices and extended
 *   attributes are kept. build.sh also sets E2FSPROGS_FAKE_TIME, from which libext2fs takes the
 *   times in the superblock.
 */
#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_SIZE = 1 << 20 };

static ext2_filsys from, to;
static uint32_t epoch;
static ext2_ino_t *copied;	/* for inodes of FROM with several names: the inode in TO, or 0 */
static char *buffer;

/* Ends the program with a message if @error is set. */
static void check(errcode_t error, const char *what, const char *name)
{
	if (!error)
		return;
	fprintf(stderr, "image-rewrite: %s %s: %s\n", what, name, error_message(error));
	exit(1);
}

static struct ext2_inode *small(struct ext2_inode_large *inode)
{
	return (struct ext2_inode *)inode;
}

static void inode_read(ext2_filsys fs, ext2_ino_t ino, struct ext2_inode_large *inode,
		       const char *name)
{
	memset(inode, 0, sizeof(*inode));
	check(ext2fs_read_inode_full(fs, ino, small(inode), sizeof(*inode)), "inode of", name);
}

/* ---- what belongs to an inode ------------------------------------------------------ */

static int attribute_copy(char *name, char *value, size_t size, void *handle)
{
	check(ext2fs_xattr_set(handle, name, value, size), "attribute", name);
	return 0;
}

static void attributes_copy(ext2_ino_t source, ext2_ino_t target, const char *name)
{
	struct ext2_xattr_handle *in, *out;
	unsigned int raw = XATTR_HANDLE_FLAG_RAW;
	size_t nr;

	check(ext2fs_xattrs_open(from, source, &in), "attributes of", name);
	check(ext2fs_xattrs_flags(in, &raw, NULL), "attributes of", name);
	check(ext2fs_xattrs_read(in), "attributes of", name);
	check(ext2fs_xattrs_count(in, &nr), "attributes of", name);
	if (nr) {
		check(ext2fs_xattrs_open(to, target, &out), "attributes of", name);
		check(ext2fs_xattrs_flags(out, &raw, NULL), "attributes of", name);
		check(ext2fs_xattrs_iterate(in, attribute_copy, out), "attributes of", name);
		check(ext2fs_xattrs_close(&out), "attributes of", name);
	}
	check(ext2fs_xattrs_close(&in), "attributes of", name);
}

/* Sets owner, rights and times. Called last, because all other changes set times too. */
static void inode_finish(const struct ext2_inode_large *source, ext2_ino_t source_ino,
			 ext2_ino_t ino, const char *name)
{
	struct ext2_inode_large inode;
	uint32_t when = source->i_mtime < epoch ? source->i_mtime : epoch;

	attributes_copy(source_ino, ino, name);
	inode_read(to, ino, &inode, name);
	inode.i_mode = source->i_mode;
	inode.i_uid = source->i_uid;
	inode.i_gid = source->i_gid;
	inode.osd2.linux2.l_i_uid_high = source->osd2.linux2.l_i_uid_high;
	inode.osd2.linux2.l_i_gid_high = source->osd2.linux2.l_i_gid_high;
	inode.i_atime = inode.i_mtime = inode.i_ctime = inode.i_crtime = when;
	inode.i_atime_extra = inode.i_mtime_extra = inode.i_ctime_extra = inode.i_crtime_extra = 0;
	check(ext2fs_write_inode_full(to, ino, small(&inode), sizeof(inode)), "inode of", name);
}

static bool is_zero(const char *data, unsigned int size)
{
	return !size || (!data[0] && !memcmp(data, data + 1, size - 1));
}

static void data_copy(ext2_ino_t source, ext2_ino_t target, uint64_t size, const char *name)
{
	unsigned int block = to->blocksize, got, wrote;
	ext2_file_t in, out;
	uint64_t at = 0;

	check(ext2fs_file_open(from, source, 0, &in), "open", name);
	check(ext2fs_file_open(to, target, EXT2_FILE_WRITE | EXT2_FILE_CREATE, &out), "open", name);
	while (at < size) {
		check(ext2fs_file_read(in, buffer, COPY_SIZE, &got), "read", name);
		for (unsigned int offset = 0, part; offset < got; offset += part) {
			part = got - offset < block ? got - offset : block;
			if (is_zero(buffer + offset, part))
				continue;
			check(ext2fs_file_llseek(out, at + offset, EXT2_SEEK_SET, NULL), "seek in",
			      name);
			check(ext2fs_file_write(out, buffer + offset, part, &wrote), "write", name);
		}
		at += got;
		if (!got)
			break;
	}
	check(ext2fs_file_close(in), "close", name);
	check(ext2fs_file_set_size2(out, size), "size of", name);
	check(ext2fs_file_close(out), "close", name);
}

/* ---- names ------------------------------------------------------------------------- */

struct entry {
	char *name;
	ext2_ino_t ino;
};

struct folder {
	struct entry *at;
	int nr;
};

static int entry_add(struct ext2_dir_entry *dirent, int offset, int block_size, char *block,
		     void *data)
{
	struct folder *folder = data;
	int size = ext2fs_dirent_name_len(dirent);

	(void)offset, (void)block_size, (void)block;
	if ((size == 1 && dirent->name[0] == '.') || (size == 2 && !memcmp(dirent->name, "..", 2)))
		return 0;
	/* There is room for 0, 1, 3, 7, ... entries; make room for the next such number. */
	if (!(folder->nr & (folder->nr + 1))) {
		folder->at = realloc(folder->at, 2 * (folder->nr + 1) * sizeof(*folder->at));
		if (!folder->at)
			check(EXT2_ET_NO_MEMORY, "names of", "a folder");
	}
	folder->at[folder->nr++] = (struct entry){ strndup(dirent->name, size), dirent->inode };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int type_of(int mode)
{
	return LINUX_S_ISREG(mode) ? EXT2_FT_REG_FILE :
	       LINUX_S_ISCHR(mode) ? EXT2_FT_CHRDEV :
	       LINUX_S_ISBLK(mode) ? EXT2_FT_BLKDEV :
	       LINUX_S_ISFIFO(mode) ? EXT2_FT_FIFO :
	       LINUX_S_ISSOCK(mode) ? EXT2_FT_SOCK :
	       LINUX_S_ISLNK(mode) ? EXT2_FT_SYMLINK : EXT2_FT_UNKNOWN;
}

/* Checks the result of adding @name. True: the folder was full and is larger now; try again. */
static bool folder_grew(errcode_t error, ext2_ino_t parent, const char *name)
{
	if (error == EXT2_ET_DIR_NO_SPACE) {
		check(ext2fs_expand_dir(to, parent), "folder of", name);
		return true;
	}
	check(error, "name", name);
	return false;
}

static void name_add(ext2_ino_t parent, const char *name, ext2_ino_t ino, int mode)
{
	while (folder_grew(ext2fs_link(to, parent, name, ino, type_of(mode)), parent, name))
		;
}

/* ---- one entry --------------------------------------------------------------------- */

static char *target_of(ext2_ino_t ino, struct ext2_inode_large *inode, const char *name)
{
	char *target = calloc(1, inode->i_size + 1);
	unsigned int got;
	ext2_file_t file;

	if (ext2fs_is_fast_symlink(small(inode)))
		return memcpy(target, inode->i_block, inode->i_size);
	check(ext2fs_file_open(from, ino, 0, &file), "open", name);
	check(ext2fs_file_read(file, target, inode->i_size, &got), "read", name);
	check(ext2fs_file_close(file), "close", name);
	return target;
}

/* Makes an empty file, device, pipe or socket. */
static ext2_ino_t inode_make(ext2_ino_t parent, const struct ext2_inode_large *source,
			     const char *name)
{
	struct ext2_inode inode = { .i_mode = source->i_mode, .i_links_count = 1 };
	ext2_extent_handle_t extents;
	ext2_ino_t ino;

	check(ext2fs_new_inode(to, parent, source->i_mode, NULL, &ino), "inode for", name);
	if (LINUX_S_ISREG(inode.i_mode)) {
		inode.i_flags = EXT4_EXTENTS_FL;
		check(ext2fs_extent_open2(to, ino, &inode, &extents), "extents of", name);
		ext2fs_extent_free(extents);
	} else {
		/* These words hold the number of a device. */
		memcpy(inode.i_block, source->i_block, 2 * sizeof(inode.i_block[0]));
	}
	ext2fs_inode_alloc_stats2(to, ino, 1, 0);
	check(ext2fs_write_new_inode(to, ino, &inode), "inode of", name);
	name_add(parent, name, ino, inode.i_mode);
	return ino;
}

/* Adds a hard link to the inode @ino. */
static void another_name(ext2_ino_t parent, const char *name, ext2_ino_t ino, int mode)
{
	struct ext2_inode_large inode;

	name_add(parent, name, ino, mode);
	inode_read(to, ino, &inode, name);
	inode.i_links_count++;
	check(ext2fs_write_inode_full(to, ino, small(&inode), sizeof(inode)), "inode of", name);
}

static void inode_copy(ext2_ino_t parent, const struct entry *entry,
		       struct ext2_inode_large *source)
{
	ext2_ino_t ino;

	if (copied[entry->ino]) {
		another_name(parent, entry->name, copied[entry->ino], source->i_mode);
		return;
	}
	if (LINUX_S_ISLNK(source->i_mode)) {
		char *target = target_of(entry->ino, source, entry->name);

		check(ext2fs_new_inode(to, parent, source->i_mode, NULL, &ino), "inode for",
		      entry->name);
		while (folder_grew(ext2fs_symlink(to, parent, ino, entry->name, target), parent,
				   entry->name))
			;
		free(target);
	} else {
		ino = inode_make(parent, source, entry->name);
		if (LINUX_S_ISREG(source->i_mode))
			data_copy(entry->ino, ino, EXT2_I_SIZE(source), entry->name);
	}
	inode_finish(source, entry->ino, ino, entry->name);
	if (source->i_links_count > 1)
		copied[entry->ino] = ino;
}

static ext2_ino_t folder_make(ext2_ino_t parent, const char *name)
{
	ext2_ino_t ino;

	check(ext2fs_new_inode(to, parent, LINUX_S_IFDIR, NULL, &ino), "inode for", name);
	while (folder_grew(ext2fs_mkdir(to, parent, ino, name), parent, name))
		;
	return ino;
}

static void folder_copy(ext2_ino_t source_ino, ext2_ino_t ino, const struct ext2_inode_large *inode,
			const char *name)
{
	struct ext2_inode_large one;
	struct folder folder = { 0 };

	check(ext2fs_dir_iterate(from, source_ino, 0, NULL, entry_add, &folder), "read", name);
	qsort(folder.at, folder.nr, sizeof(*folder.at), by_name);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < folder.nr; i++) {
			struct entry *entry = &folder.at[i];

			/* mke2fs has already made this folder. */
			if (ino == EXT2_ROOT_INO && !strcmp(entry->name, "lost+found"))
				continue;
			inode_read(from, entry->ino, &one, entry->name);
			if (pass == 0 && !LINUX_S_ISDIR(one.i_mode))
				inode_copy(ino, entry, &one);
			else if (pass == 1 && LINUX_S_ISDIR(one.i_mode))
				folder_copy(entry->ino, folder_make(ino, entry->name), &one,
					    entry->name);
		}
	for (int i = 0; i < folder.nr; i++)
		free(folder.at[i].name);
	free(folder.at);
	inode_finish(inode, source_ino, ino, name);
}

int main(int argc, char **argv)
{
	struct ext2_inode_large root;

	if (argc != 4) {
		fprintf(stderr, "usage: image-rewrite FROM TO EPOCH\n");
		return 2;
	}
	initialize_ext2_error_table();
	epoch = strtoul(argv[3], NULL, 10);
	check(ext2fs_open(argv[1], EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &from), "open",
	      argv[1]);
	check(ext2fs_read_bitmaps(from), "read", argv[1]);
	check(ext2fs_open(argv[2], EXT2_FLAG_64BITS | EXT2_FLAG_RW, 0, 0, unix_io_manager, &to),
	      "open", argv[2]);
	check(ext2fs_read_bitmaps(to), "read", argv[2]);
	copied = calloc(from->super->s_inodes_count + 1, sizeof(*copied));
	buffer = malloc(COPY_SIZE);
	if (!copied || !buffer) {
		fprintf(stderr, "image-rewrite: no memory\n");
		return 1;
	}
	inode_read(from, EXT2_ROOT_INO, &root, "/");
	folder_copy(EXT2_ROOT_INO, EXT2_ROOT_INO, &root, "/");
	check(ext2fs_close(to), "write", argv[2]);
	check(ext2fs_close(from), "close", argv[1]);
	return 0;
}
