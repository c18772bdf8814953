/* sources: lib/sandbox_linux.c lib/log.c lib/logsock.c lib/compat.c */
/* libs: -lseccomp -lpthread */
/*
 * Copyright (c) 2026 The edd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * Each profile refuses at least one thing, and lets a process live: the test
 * forks, enters the profile, tries, and looks at how the child ended.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

/* Exit status of a child whose attempt came back with an error. */
#define REFUSED 42

typedef int (*attempt)(void);

static int
try_nothing(void)
{
	return 0;
}

static int
try_exec(void)
{
	char *argv[] = { NULL, NULL };
	char *envp[] = { NULL };

	argv[0] = strdup("/bin/true");
	(void)execve("/bin/true", argv, envp);
	return REFUSED;
}

static int
try_fork(void)
{
	return fork() == -1 ? REFUSED : 0;
}

static void *
thread_main(void *arg)
{
	return arg;
}

static int
try_thread(void)
{
	pthread_t thread;
	void *result;
	int what;

	if (pthread_create(&thread, NULL, thread_main, &what) != 0)
		return REFUSED;
	if (pthread_join(thread, &result) != 0)
		return REFUSED;
	return result == &what ? 0 : REFUSED;
}

static int
try_open(void)
{
	return open("/etc/passwd", O_RDONLY) == -1 ? REFUSED : 0;
}

static int
try_create(void)
{
	return open("/tmp/edd-sandbox-test", O_RDWR | O_CREAT, 0600) == -1 ?
	    REFUSED :
	    0;
}

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) == -1 ? REFUSED : 0;
}

static int
try_local_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0) == -1 ? REFUSED : 0;
}

static int
try_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) == -1 ? REFUSED : 0;
}

/* A request that every descriptor takes; TIOCSTI would need a terminal. */
static int
try_request(void)
{
	return ioctl(STDERR_FILENO, FIOCLEX) == -1 ? REFUSED : 0;
}

static int
try_signal_parent(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) == -1 ? REFUSED : 0;
}

static int
try_signal_self(void)
{
	return raise(SIGWINCH) == 0 ? 0 : REFUSED;
}

static int
try_ask_limit(void)
{
	struct rlimit rl;

	return getrlimit(RLIMIT_NOFILE, &rl) == -1 ? REFUSED : 0;
}

#ifndef EDD_SANITIZE
static int
try_set_limit(void)
{
	const struct rlimit rl = { 10, 10 };

	return setrlimit(RLIMIT_NOFILE, &rl) == -1 ? REFUSED : 0;
}
#endif

/* How a child ended that entered the profile: exit status or 256+signal. */
static int
run(const char *profile, attempt f)
{
	pid_t pid;
	int status;

	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (sandbox_enter(profile) == -1)
			_exit(99);
		_exit(f());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return 256 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

struct row_case {
	const char *profile;
	attempt f;
	const char *what;
	int status;
};

#define KILLED (256 + SIGSYS)

static const struct row_case cases[] = {
	{ "signer", try_nothing, "live", 0 },
	{ "smtpd", try_nothing, "live", 0 },
	{ "httpd", try_nothing, "live", 0 },
	{ "queue", try_nothing, "live", 0 },
	{ "control", try_nothing, "live", 0 },
	{ "deliver", try_nothing, "live", 0 },
	{ "edctl", try_nothing, "live", 0 },
	{ "signer", try_exec, "exec", KILLED },
	{ "smtpd", try_exec, "exec", KILLED },
	{ "httpd", try_exec, "exec", KILLED },
	{ "queue", try_exec, "exec", KILLED },
	{ "queue", try_thread, "thread", 0 },
	{ "queue", try_fork, "fork", KILLED },
	{ "control", try_thread, "thread", 0 },
	{ "control", try_fork, "fork", KILLED },
	{ "control", try_exec, "exec", KILLED },
	{ "deliver", try_exec, "exec", KILLED },
	{ "edctl", try_exec, "exec", KILLED },
	{ "smtpd", try_fork, "fork", KILLED },
	{ "signer", try_socket, "socket", REFUSED },
	{ "smtpd", try_socket, "socket", REFUSED },
	{ "queue", try_socket, "socket", REFUSED },
	{ "control", try_socket, "socket", REFUSED },
	{ "edctl", try_socket, "socket", REFUSED },
	{ "deliver", try_socket, "socket", 0 },
	{ "deliver", try_local_socket, "local socket", REFUSED },
	{ "deliver", try_netlink, "netlink", KILLED },
	{ "smtpd", try_request, "request", REFUSED },
	{ "edctl", try_request, "request", REFUSED },
	{ "edctl backup", try_nothing, "live", 0 },
	{ "edctl backup", try_exec, "exec", KILLED },
	{ "edctl backup", try_socket, "socket", REFUSED },
	{ "edctl backup", try_open, "open", REFUSED },
	{ "edctl restore", try_nothing, "live", 0 },
	{ "edctl restore", try_exec, "exec", KILLED },
	{ "edctl restore", try_fork, "fork", KILLED },
	{ "edctl restore", try_socket, "socket", REFUSED },
	{ "edctl top", try_request, "request", KILLED },
	{ "edctl top", try_open, "open", REFUSED },
	{ "smtpd", try_signal_parent, "signal another", KILLED },
	{ "smtpd", try_signal_self, "signal itself", 0 },
	{ "queue", try_ask_limit, "ask a limit", 0 },
#ifndef EDD_SANITIZE
	{ "queue", try_set_limit, "set a limit", KILLED },
	{ "deliver", try_set_limit, "set a limit", KILLED },
#endif
	{ "signer", try_open, "open", REFUSED },
	{ "smtpd", try_open, "open", REFUSED },
	{ "httpd", try_open, "open", REFUSED },
	{ "deliver", try_open, "open", REFUSED },
	{ "edctl", try_open, "open", REFUSED },
	{ "smtpd", try_create, "create", REFUSED },
};

static void
test_profiles(void **state)
{
	size_t i;
	int status;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		status = run(cases[i].profile, cases[i].f);
		if (status != cases[i].status)
			fail_msg("%s %s: ended %d, expected %d",
			    cases[i].profile, cases[i].what, status,
			    cases[i].status);
	}
}

static void
test_unknown_profile(void **state)
{
	assert_int_equal(sandbox_enter("nobody"), -1);
	assert_int_equal(errno, EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_unknown_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
