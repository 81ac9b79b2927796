// SPDX-License-Identifier: MIT
/*
 * kmulti.c - functions of the kernel probed by one kprobe_multi link, however many they are.
 *
 * The link (Linux 5.18, CONFIG_FPROBE) takes names or addresses.  It is given names: these are had
 * from one list of tracefs, and the kernel looks up thousands of them in one pass; the list with
 * addresses (Linux 6.5) takes longer to read than that.
 *
 * The link is made for all or for none, and its answer names no function.  The names come from the
 * kernel's own list, so that a refusal is rare (a module that was just unloaded): then the culprits
 * are found by halves and left out.
 */
#include "kmulti.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kern.h"

#define KMULTI_RETURN 1	  /* kprobe_multi.flags */
#define KMULTI_TRIES  256 /* links made to find out whom the kernel refuses */

bool kmulti_is_session(const struct prog *prog)
{
	return prog->attach_type == RAWBPF_TRACE_KPROBE_SESSION;
}

int kmulti_no_session(struct rawbpf *b, const struct prog *prog)
{
	struct rawbpf_error *e = &b->error;

	err_set(e, "attach", -EOPNOTSUPP,
		"program '%s' (section '%s') is a session's, and this kernel has none for kprobes",
		prog->name, prog->section);
	err_hint(e, "Linux 6.10 with CONFIG_FPROBE has them; a kprobe and a kretprobe do the same");
	err_prog(e, prog->name);
	return -EOPNOTSUPP;
}

/* A link's fd or -errno; syms are pointers of 64 bits, whatever those of this process have. */
static int kmulti_create(const struct kmulti *m, int prog_fd, const uint64_t *syms, size_t n)
{
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.link.prog_fd = (uint32_t)prog_fd;
	a.link.attach_type = kmulti_is_session(m->prog) ? RAWBPF_TRACE_KPROBE_SESSION
							: RAWBPF_TRACE_KPROBE_MULTI;
	a.link.u.kprobe_multi.flags = m->ret ? KMULTI_RETURN : 0;
	a.link.u.kprobe_multi.cnt = (uint32_t)n;
	a.link.u.kprobe_multi.syms = (uintptr_t)syms;
	return sys_bpf(&m->b->sys, RAWBPF_LINK_CREATE, &a, sizeof(a.link), m->what);
}

/* About a name, as far as the answer tells. */
static bool kmulti_is_refusal(int err)
{
	return err == -ESRCH || err == -ENOENT || err == -EINVAL;
}

/* EINVAL is also what a kernel says that knows no such links: it says so of any name. */
static bool kmulti_is_known(const struct kmulti *m, int prog_fd)
{
	const uint64_t none = (uintptr_t) "rawbpf_no_such_function";
	int fd = kmulti_create(m, prog_fd, &none, 1);

	if (fd >= 0)
		sys_close(&m->b->sys, fd);
	return fd != -EINVAL && fd != -EOPNOTSUPP;
}

/* Moves those of syms that the kernel takes to the front: how many, or -errno. */
static int kmulti_sift(
	const struct kmulti *m, int prog_fd, uint64_t *syms, size_t n, unsigned *tries)
{
	size_t half = n / 2;
	int fd, some, more;

	if (!*tries)
		return -EOPNOTSUPP; /* there is something else about these links */
	--*tries;
	fd = kmulti_create(m, prog_fd, syms, n);
	if (fd >= 0) {
		sys_close(&m->b->sys, fd);
		return (int)n;
	}
	if (!kmulti_is_refusal(fd))
		return fd;
	if (n == 1) {
		ctx_log(m->b, RAWBPF_LOG_WARN, "kernel function '%s' takes no probe (%s): left out",
			(const char *)(uintptr_t)syms[0], err_name(fd));
		return 0;
	}
	some = kmulti_sift(m, prog_fd, syms, half, tries);
	if (some < 0)
		return some;
	more = kmulti_sift(m, prog_fd, syms + half, n - half, tries);
	if (more < 0)
		return more;
	memmove(syms + some, syms + half, (size_t)more * sizeof(*syms));
	return some + more;
}

static int kmulti_without_some(struct kmulti *m, int prog_fd, uint64_t *syms)
{
	unsigned tries = KMULTI_TRIES;
	int n;

	if (m->n == 1)
		return -ENOENT;
	n = kmulti_sift(m, prog_fd, syms, m->n, &tries);
	if (n <= 0)
		return n ? n : -ENOENT;
	m->n = (size_t)n;
	n = kmulti_create(m, prog_fd, syms, m->n);
	return kmulti_is_refusal(n) ? -ENOENT : n;
}

static int kmulti_try(struct kmulti *m, int prog_fd)
{
	uint64_t *syms = calloc(m->n, sizeof(*syms));
	size_t i;
	int fd, was;

	if (!syms)
		return -ENOMEM;
	for (i = 0; i < m->n; i++)
		syms[i] = (uintptr_t)m->names[i];
	m->refused = fd = kmulti_create(m, prog_fd, syms, m->n);
	was = sys_fallback(&m->b->sys, fd < 0 ? fd : 0);
	if (fd == -ENOSYS || (fd == -EINVAL && !kmulti_is_known(m, prog_fd)))
		fd = -EOPNOTSUPP;
	else if (kmulti_is_refusal(fd))
		fd = kmulti_without_some(m, prog_fd, syms);
	sys_fallback_end(&m->b->sys, was);
	for (i = 0; fd >= 0 && i < m->n; i++)
		m->names[i] = (const char *)(uintptr_t)syms[i];
	free(syms);
	return fd;
}

int kmulti_open(struct kmulti *m)
{
	bool session = kmulti_is_session(m->prog);
	struct kern *k = kern_get(m->b);
	int fd;

	if (!k)
		return -ENOMEM;
	if (k->no_kprobe_multi) {
		m->refused = k->no_kprobe_multi;
		return -EOPNOTSUPP;
	}
	fd = session ? m->prog->fd : prog_as(m->b, m->prog, RAWBPF_TRACE_KPROBE_MULTI);
	if (fd < 0) {
		ctx_log(m->b, RAWBPF_LOG_DEBUG, "no kprobe_multi link: %s",
			m->b->error.msg ? m->b->error.msg : err_name(fd));
		m->refused = fd;
		err_clear(&m->b->error);
		return -EOPNOTSUPP;
	}
	fd = kmulti_try(m, fd);
	if (fd == -EOPNOTSUPP && !session)
		k->no_kprobe_multi = m->refused;
	return fd;
}
