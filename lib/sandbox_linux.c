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
 * The sandbox of Linux: Landlock for files where the kernel has it, then
 * seccomp.  A profile is a table of what one program needs; what all need is
 * in the table "common".  A call in no table kills the process; a few that
 * libraries try for no good reason fail with EACCES instead.
 */
#include "sandbox.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#ifdef EDD_SANITIZE
#define SANDBOX_REFUSED SCMP_ACT_TRAP
#else
#define SANDBOX_REFUSED SCMP_ACT_KILL_PROCESS
#endif

/* All file rights of Landlock's ABI 3; Debian 12's header knows ABI 2. */
#define SANDBOX_FS_ALL	  ((UINT64_C(1) << 15) - 1)
#define SANDBOX_FS_ABI1	  ((UINT64_C(1) << 13) - 1)
#define SANDBOX_FS_ABI2	  ((UINT64_C(1) << 14) - 1)
#define SANDBOX_FS_NO_RUN (SANDBOX_FS_ALL & ~(uint64_t)1)

#define CALL(name) SCMP_SYS(name)
#define CALLS_END  INT32_MIN

/* What libc, libevent and the channels of every program need. */
static const int common[] = {
	/* descriptors that are open */
	CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(close),
	CALL(sendmsg), CALL(recvmsg), CALL(fcntl), CALL(lseek), CALL(fstat),
	CALL(newfstatat), CALL(poll), CALL(ppoll), CALL(shutdown),
	/* the event loop */
	CALL(epoll_wait), CALL(epoll_pwait), CALL(epoll_ctl),
	CALL(timerfd_settime), CALL(eventfd2),
	/* syslog over the socket opened at start */
	CALL(sendto),
	/* time */
	CALL(clock_gettime), CALL(gettimeofday), CALL(time),
	CALL(clock_nanosleep), CALL(nanosleep), CALL(restart_syscall),
	/* memory */
	CALL(brk), CALL(munmap), CALL(mremap), CALL(madvise), CALL(futex),
	CALL(sched_yield), CALL(mlock), CALL(sysinfo),
	/* the process itself */
	CALL(getpid), CALL(gettid), CALL(getuid), CALL(geteuid), CALL(getppid),
	CALL(getrandom), CALL(rt_sigaction), CALL(rt_sigprocmask),
	CALL(rt_sigreturn), CALL(exit), CALL(exit_group), CALL(getrusage),
	CALL(sched_getaffinity), CALL(uname),
#ifdef EDD_SANITIZE
	/* the sanitizers' run-time, and its reports */
	CALL(sigaltstack), CALL(readlink), CALL(getrlimit), CALL(prlimit64),
	CALL(pipe2), CALL(dup), CALL(process_vm_readv), CALL(prctl),
	CALL(set_robust_list), CALL(rseq),
#endif
	CALLS_END
};

/* Tried by libraries out of habit; the answer is EACCES. */
static const int denied[] = { CALL(open), CALL(openat), CALL(access),
	CALL(faccessat), CALL(faccessat2), CALL(stat), CALL(socket),
	CALL(connect), CALL(prctl), CALL(setsockopt), CALL(getcwd), CALLS_END };

/* edctl: prints what the socket says. */
static const int calls_edctl[] = { CALLS_END };

/* edctl backup: a file that is open gets its name, or goes. */
static const int calls_backup[] = { CALL(fsync), CALL(rename), CALL(renameat),
	CALL(renameat2), CALL(unlink), CALL(unlinkat), CALLS_END };

/* edctl restore: makes files out of a backup in a folder. */
static const int calls_restore[] = { CALL(open), CALL(openat), CALL(fsync),
	CALLS_END };

/* signer: computes. */
static const int calls_signer[] = { CALLS_END };

/* smtpd and httpd: accept and serve connections. */
static const int calls_front[] = { CALL(accept4), CALL(getsockname),
	CALL(getpeername), CALL(setsockopt), CALL(getsockopt), CALL(recvfrom),
	CALLS_END };

/*
 * queue: reads and writes below its own folder; Berkeley DB does too.  Of the
 * calls that newer machines do not have any more, as chmod, the one that took
 * their place is there as well.
 */
static const int calls_queue[] = { CALL(open), CALL(openat), CALL(pread64),
	CALL(pwrite64), CALL(preadv), CALL(pwritev), CALL(fdatasync),
	CALL(fsync), CALL(ftruncate), CALL(fallocate), CALL(unlink),
	CALL(unlinkat), CALL(rename), CALL(renameat), CALL(renameat2),
	CALL(mkdir), CALL(mkdirat), CALL(getdents64), CALL(stat), CALL(lstat),
	CALL(statfs), CALL(fstatfs), CALL(getcwd), CALL(chmod), CALL(fchmod),
	CALL(fchmodat), CALL(access), CALL(faccessat), CALL(faccessat2),
	CALL(pselect6), CALL(select), CALL(fadvise64), CALL(umask),
	CALL(getrlimit),
	/* what a thread does first */
	CALL(set_robust_list), CALL(rseq), CALLS_END };

/* control: its store like queue's files, and the control socket. */
static const int calls_control[] = { CALL(open), CALL(openat), CALL(pread64),
	CALL(pwrite64), CALL(fdatasync), CALL(fsync), CALL(ftruncate),
	CALL(fallocate), CALL(unlink), CALL(unlinkat), CALL(rename),
	CALL(renameat), CALL(renameat2), CALL(mkdir), CALL(mkdirat),
	CALL(getdents64), CALL(stat), CALL(lstat), CALL(statfs), CALL(getcwd),
	CALL(chmod), CALL(fchmod), CALL(fchmodat), CALL(access),
	CALL(faccessat), CALL(faccessat2), CALL(pselect6), CALL(select),
	CALL(umask), CALL(getrlimit),
	/* edctl's connections and who they are */
	CALL(accept4), CALL(getsockopt), CALL(setsockopt), CALL(getsockname),
	/* a thread that looks at the store: its pipe, and what it does first */
	CALL(pipe2), CALL(set_robust_list), CALL(rseq), CALLS_END };

/* deliver: connects out, asks the DNS, reads bodies. */
static const int calls_deliver[] = { CALL(connect), CALL(bind),
	CALL(getsockname), CALL(getpeername), CALL(setsockopt),
	CALL(getsockopt), CALL(recvfrom), CALL(pread64), CALL(preadv),
	CALL(select), CALL(pselect6), CALL(sendmmsg), CALL(getrlimit),
	CALLS_END };

enum sandbox_files {
	FILES_NONE, /* no file can be opened any more */
	FILES_BELOW /* all but execution below the working directory */
};

struct sandbox_profile {
	const char *name;
	enum sandbox_files files;
	bool internet; /* may make sockets of the internet families */
	bool threads;
	bool terminal; /* may ask its size and set how it reads keys */
	const int *calls;
};

static const struct sandbox_profile profiles[] = {
	{ "control", FILES_BELOW, false, true, false, calls_control },
	{ "deliver", FILES_NONE, true, false, false, calls_deliver },
	{ "edctl", FILES_NONE, false, false, false, calls_edctl },
	{ "edctl backup", FILES_BELOW, false, false, false, calls_backup },
	{ "edctl restore", FILES_BELOW, false, false, false, calls_restore },
	{ "edctl top", FILES_NONE, false, false, true, calls_edctl },
	{ "httpd", FILES_NONE, false, false, false, calls_front },
	{ "queue", FILES_BELOW, false, true, false, calls_queue },
	{ "signer", FILES_NONE, false, false, false, calls_signer },
	{ "smtpd", FILES_NONE, false, false, false, calls_front },
};

static int
landlock_allow_here(int ruleset, uint64_t rights)
{
	struct landlock_path_beneath_attr below;
	int fd, r;

	fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	memset(&below, 0, sizeof(below));
	below.allowed_access = rights & SANDBOX_FS_NO_RUN;
	below.parent_fd = fd;
	r = (int)syscall(SYS_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	(void)close(fd);
	return r;
}

/* Restrict files.  A kernel without Landlock is no error: seccomp follows. */
static int
sandbox_landlock(enum sandbox_files files)
{
	struct landlock_ruleset_attr attr;
	long abi;
	int fd, r;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1)
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.handled_access_fs = SANDBOX_FS_ALL;
	if (abi == 1)
		attr.handled_access_fs = SANDBOX_FS_ABI1;
	else if (abi == 2)
		attr.handled_access_fs = SANDBOX_FS_ABI2;
	fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd == -1)
		return -1;
	r = 0;
	if (files == FILES_BELOW)
		r = landlock_allow_here(fd, attr.handled_access_fs);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	(void)close(fd);
	return r;
}

#ifdef EDD_SANITIZE
/* A debug build says which call was refused before it dies. */
static void
sandbox_trap(int sig, siginfo_t *info, void *context)
{
	char *name;

	name = seccomp_syscall_resolve_num_arch(info->si_arch,
	    info->si_syscall);
	log_warnx("sandbox refused %s", name == NULL ? "?" : name);
	(void)signal(SIGSYS, SIG_DFL);
	(void)raise(SIGSYS);
}
#endif

static bool
calls_have(const int *calls, int call)
{
	for (; *calls != CALLS_END; calls++) {
		if (*calls == call)
			return true;
	}
	return false;
}

/* A call that is allowed, or fails, only with some arguments. */
static int
seccomp_add_when(scmp_filter_ctx ctx, uint32_t action, int call,
    const struct scmp_arg_cmp *when, unsigned count)
{
	int r;

	r = seccomp_rule_add_array(ctx, action, call, count, when);
	if (r >= 0)
		return 0;
	errno = -r;
	return -1;
}

/*
 * evbuffer_read asks FIONREAD.  Other requests fail as on what is no terminal:
 * with TIOCSTI a process could type commands into the one that edd -d has.  A
 * program for the terminal may do little more.
 */
static int
seccomp_add_ioctl(scmp_filter_ctx ctx, bool terminal)
{
	static const unsigned requests[] = { TIOCGWINSZ, TCGETS, TCSETSW };
	const struct scmp_arg_cmp is[] = { SCMP_A1(SCMP_CMP_EQ, FIONREAD, 0) };
	const struct scmp_arg_cmp isnt[] = { SCMP_A1(SCMP_CMP_NE, FIONREAD,
	    0) };
	size_t i;

	if (seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(ioctl), is, 1) == -1)
		return -1;
	for (i = 0; terminal && i < sizeof(requests) / sizeof(requests[0]);
	     i++) {
		const struct scmp_arg_cmp a[] = { SCMP_A1(SCMP_CMP_EQ,
		    requests[i], 0) };

		if (seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(ioctl), a, 1) ==
		    -1)
			return -1;
	}
	if (terminal)
		return 0;
	return seccomp_add_when(ctx, SCMP_ACT_ERRNO(ENOTTY), CALL(ioctl), isnt,
	    1);
}

/*
 * abort(3) and raise(3) signal this process; others of its user, as a second
 * worker, are none of its business.  Limits may be asked, not set.
 */
static int
seccomp_add_self(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp own[] = { SCMP_A0(SCMP_CMP_EQ,
	    (scmp_datum_t)getpid(), 0) };
	const struct scmp_arg_cmp ask[] = { SCMP_A0(SCMP_CMP_EQ, 0, 0),
		SCMP_A2(SCMP_CMP_EQ, 0, 0) };

	if (seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(tgkill), own, 1) == -1)
		return -1;
	if (calls_have(common, CALL(prlimit64)))
		return 0;
	return seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(prlimit64), ask, 2);
}

/*
 * A local socket could lead to any program of the machine; a library that tries
 * one is told no.
 */
static int
seccomp_add_internet(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp inet[] = { SCMP_A0(SCMP_CMP_EQ, AF_INET, 0) };
	const struct scmp_arg_cmp inet6[] = { SCMP_A0(SCMP_CMP_EQ, AF_INET6,
	    0) };
	const struct scmp_arg_cmp local[] = { SCMP_A0(SCMP_CMP_EQ, AF_UNIX,
	    0) };

	if (seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(socket), inet, 1) ==
		-1 ||
	    seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(socket), inet6, 1) == -1)
		return -1;
	return seccomp_add_when(ctx, SCMP_ACT_ERRNO(EACCES), CALL(socket),
	    local, 1);
}

/*
 * A thread of this process, never another process.  What clone3 is asked
 * cannot be looked at; libc falls back to clone when it is not there.
 */
static int
seccomp_add_threads(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp thread[] = { SCMP_A0(SCMP_CMP_MASKED_EQ,
	    CLONE_THREAD, CLONE_THREAD) };
	int r;

	if (seccomp_add_when(ctx, SCMP_ACT_ALLOW, CALL(clone), thread, 1) == -1)
		return -1;
	r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0);
	if (r >= 0)
		return 0;
	errno = -r;
	return -1;
}

static int
seccomp_add_calls(scmp_filter_ctx ctx, uint32_t action, const int *calls)
{
	int r;

	for (; *calls != CALLS_END; calls++) {
		r = seccomp_rule_add(ctx, action, *calls, 0);
		if (r < 0) {
			errno = -r;
			return -1;
		}
	}
	return 0;
}

/* Memory may be mapped and protected, but never made executable. */
static int
seccomp_add_memory(scmp_filter_ctx ctx)
{
	int r;

	r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (r < 0) {
		errno = -r;
		return -1;
	}
	return 0;
}

static int
seccomp_add_denied(scmp_filter_ctx ctx, const struct sandbox_profile *p)
{
	const int *call;
	int r;

	for (call = denied; *call != CALLS_END; call++) {
		if (calls_have(p->calls, *call) || calls_have(common, *call) ||
		    (p->internet && *call == CALL(socket)))
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), *call, 0);
		if (r < 0) {
			errno = -r;
			return -1;
		}
	}
	return 0;
}

static int
sandbox_seccomp(const struct sandbox_profile *p)
{
	scmp_filter_ctx ctx;
	int r;

	ctx = seccomp_init(SANDBOX_REFUSED);
	if (ctx == NULL)
		return -1;
	r = seccomp_add_calls(ctx, SCMP_ACT_ALLOW, common);
	if (r == 0)
		r = seccomp_add_calls(ctx, SCMP_ACT_ALLOW, p->calls);
	if (r == 0)
		r = seccomp_add_memory(ctx);
	if (r == 0)
		r = seccomp_add_ioctl(ctx, p->terminal);
	if (r == 0)
		r = seccomp_add_self(ctx);
	if (r == 0 && p->internet)
		r = seccomp_add_internet(ctx);
	if (r == 0 && p->threads)
		r = seccomp_add_threads(ctx);
	if (r == 0)
		r = seccomp_add_denied(ctx, p);
	if (r == 0) {
		r = seccomp_load(ctx);
		if (r < 0) {
			errno = -r;
			r = -1;
		}
	}
	seccomp_release(ctx);
	return r;
}

static const struct sandbox_profile *
sandbox_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	}
	return NULL;
}

/* Enter the named profile; see sandbox.h. */
int
sandbox_enter(const char *name)
{
	const struct sandbox_profile *p;
#ifdef EDD_SANITIZE
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = sandbox_trap;
	sa.sa_flags = SA_SIGINFO;
	(void)sigaction(SIGSYS, &sa, NULL);
#endif
	p = sandbox_find(name);
	if (p == NULL) {
		errno = EINVAL;
		return -1;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return -1;
	if (sandbox_landlock(p->files) == -1)
		return -1;
	return sandbox_seccomp(p);
}
