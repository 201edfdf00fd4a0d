// SPDX-License-Identifier: GPL-2.0-only
/*
 * text.c - format messages without a C library
 *
 * The kernel's printf functions use kernel state, which the driver's host threads must not touch.
 * So the library has its own small formatter. Called by all modules of cow/ and by the disk
 * driver's jobs (ubd_job.c), on any thread.
 */
#include "text.h"

struct text {
	char *at, *end;			/* end: the last byte of the buffer, for the terminator */
	size_t length;
};

static void put(struct text *text, char c)
{
	if (text->at < text->end)
		*text->at++ = c;
	text->length++;
}

static void put_string(struct text *text, const char *s)
{
	while (*s)
		put(text, *s++);
}

static void put_number(struct text *text, uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int nr = 0;

	do {
		digits[nr++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (nr)
		put(text, digits[--nr]);
}

static void put_uuid(struct text *text, const uint8_t *uuid)
{
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			put(text, '-');
		put(text, "0123456789abcdef"[uuid[i] >> 4]);
		put(text, "0123456789abcdef"[uuid[i] & 15]);
	}
}

static void put_signed(struct text *text, int value)
{
	if (value < 0)
		put(text, '-');
	put_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

size_t cow_text_args(char *to, size_t size, const char *format, va_list args)
{
	struct text text = { to, to + size - 1, 0 };

	for (; *format; format++) {
		if (*format != '%') {
			put(&text, *format);
			continue;
		}
		switch (*++format) {
		case 's':
			put_string(&text, va_arg(args, const char *));
			break;
		case 'u':
			put_number(&text, va_arg(args, unsigned int), 10);
			break;
		case 'd':
			put_signed(&text, va_arg(args, int));
			break;
		case 'U':
			put_number(&text, va_arg(args, uint64_t), 10);
			break;
		case 'X':
			put_string(&text, "0x");
			put_number(&text, va_arg(args, uint64_t), 16);
			break;
		case 'I':
			put_uuid(&text, va_arg(args, const uint8_t *));
			break;
		default:
			put(&text, *format);
		}
	}
	*text.at = 0;
	return text.length;
}

size_t cow_text(char *to, size_t size, const char *format, ...)
{
	size_t length;
	va_list args;

	va_start(args, format);
	length = cow_text_args(to, size, format, args);
	va_end(args);
	return length;
}

int cow_fail(struct cow_error *error, int code, const char *format, ...)
{
	va_list args;

	if (error) {
		va_start(args, format);
		cow_text_args(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return code;
}

const char *cow_reason(int code)
{
	switch (-code) {
	case ENOENT:
		return "no such file";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EEXIST:
		return "exists already";
	case EISDIR:
		return "is a folder";
	case ENOTDIR:
		return "part of the path is not a folder";
	case EINVAL:
		return "not a regular file or block device";
	case ELOOP:
		return "too many symbolic links";
	case EROFS:
		return "the file system is read-only";
	case ENOSPC:
	case EDQUOT:
		return "no space left on the host";
	case EFBIG:
		return "too large for the host's file system or a limit";
	case ENOMEM:
		return "out of memory";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	case EIO:
		return "input/output error";
	case EAGAIN:
		return "in use";
	case EOPNOTSUPP:
		return "not supported here";
	case ESTALE:
		return "stale file handle: the file server no longer has the file";
	default:
		return "cannot be used";
	}
}
