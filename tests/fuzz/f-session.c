// SPDX-License-Identifier: GPL-2.0-only
/*
 * f-session.c - fuzz the command's sessions by a hostile keeper (labs/machine/session.c)
 *
 * The input is what the keeper sends before it closes the connection. The first byte chooses
 * between a session that keeps its output and one that writes the output to a file.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "fuzz.h"
#include "link/agentwire.h"
#include "machine/session.h"

static int null_fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	/* Reasons are printed to standard error. */
	fuzz_hush();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct words command = { 0 };
	struct session_request request = { .command = &command, .in_fd = -1 };
	struct machine machine = { .id = "pc", .name = "pc", .dir = "/nowhere",
				   .run_dir = "/nowhere" };
	struct fuzz_input input = { data, size };
	bool keeps = fuzz_byte(&input) % 2;
	char *output = NULL;
	size_t kept_size;
	FILE *kept = keeps ? open_memstream(&output, &kept_size) : NULL;
	int fds[2], status;

	request.out_fd = request.err_fd = keeps ? -1 : null_fd;
	fuzz_check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
	fd_set_nonblock(fds[0], true);
	fd_set_nonblock(fds[1], true);
	words_add(&command, "true");
	fuzz_check(write(fds[1], input.data, input.size) == (ssize_t)input.size);
	shutdown(fds[1], SHUT_WR);
	status = session_serve(&machine, &request, fds[0], -1, kept);
	fuzz_check(status >= 0 && status <= 255);
	if (kept) {
		fclose(kept);
		fuzz_check(strlen(output) == kept_size && kept_size < 4 << 20);
		free(output);
	}
	close(fds[1]);
	words_release(&command);
	return 0;
}
