/* SPDX-License-Identifier: MIT */
/*
 * rawbpf_usdt.h - the static probes of programs: their notes, and contexts that attach to them.
 *
 * It is a part of rawbpf.h, which includes it.
 */
#ifndef RAWBPF_USDT_H
#define RAWBPF_USDT_H

#include "rawbpf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- notes and operands: no context, no kernel -------------------------------------------- */

struct rawbpf_usdt_probe {
	const char *path; /* NULL when parsed from memory */
	const char *provider, *name, *args;
	uint64_t addr, base, semaphore; /* as the note has them */
	uint64_t offset,
		sem_offset; /* file offsets, after moving by .stapsdt.base - base; 0: none */
	unsigned machine;   /* EM_* of the file */
	uint64_t moved;	    /* addr, after moving: the address in the file as it is */
};

enum rawbpf_arg_kind { RAWBPF_ARG_CONST, RAWBPF_ARG_REG, RAWBPF_ARG_MEM, RAWBPF_ARG_ADDR };

/* One operand of a probe: where its value is when the probe fires. */
struct rawbpf_usdt_arg {
	const char *reg, *base, *index, *sym, *seg; /* point into buf; NULL: none */
	int64_t off, val;
	int size, scale; /* bytes; 1, 2, 4, 8 */
	bool is_signed, is_float;
	enum rawbpf_arg_kind kind;
	char buf[256];
	bool index_signed; /* arm64: [x0, w1, sxtw 2] */
};

/*
 * rawbpf_usdt_parse_notes() - every probe in the notes of an ELF file in memory, of any class, byte
 * order and machine: .note.stapsdt, sections of notes of other names, and, where no section has
 * notes, the segments (PT_NOTE).  fn non-zero stops and is returned.
 */
RAWBPF_API int rawbpf_usdt_parse_notes(const void *elf, size_t len,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

/*
 * rawbpf_usdt_each() - every probe of the file path (or of a library or program by its name), or,
 * when path is NULL, of every executable mapping of the process pid (each file once, as
 * /proc/PID/root has it); with both, of that file as the process sees it.  Only headers and notes
 * are read.  fn non-zero stops and is returned.  Returns 0, or -ENOENT, -ENOEXEC (not an ELF
 * file), -ESRCH (no such process, or it runs no program), -EACCES, -EISDIR (a directory), -EINVAL
 * (neither path nor pid, a path that leads to a device, fn NULL).  A process's file that is damaged
 * or cannot be opened is left out: after all others the error of the first such is returned.
 */
RAWBPF_API int rawbpf_usdt_each(const char *path, pid_t pid,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg, struct rawbpf_error *e);

/*
 * rawbpf_usdt_next_arg() - copy the next operand of a probe's args to operand and move *args behind
 * it.  Returns 1, 0 at the end, or -ENAMETOOLONG (it was cut).
 */
RAWBPF_API int rawbpf_usdt_next_arg(const char **args, char *operand, size_t size);

/*
 * rawbpf_usdt_parse_arg() - one operand ("-4@8(%rsp)") of a machine (EM_X86_64 ...).  Returns 0,
 * or -EINVAL, -ERANGE, -ENAMETOOLONG with the place in *e (its log shows a caret), -EOPNOTSUPP
 * (a machine that is not known).
 */
RAWBPF_API int rawbpf_usdt_parse_arg(
	unsigned e_machine, const char *operand, struct rawbpf_usdt_arg *a, struct rawbpf_error *e);

/* ---- USDT contexts ------------------------------------------------------------------------ */

/* Whose probes: a pid, a path, or both: that file as the process sees it, in that process only. */
struct rawbpf_usdt_opts {
	size_t sz;
	pid_t pid;	  /* every file that it has mapped as code; 0 and -1: every process */
	const char *path; /* absolute, or a name as rawbpf_attach_uprobe() takes it ("c") */
};

/*
 * rawbpf_usdt_new() - the static probes of a file, or of a process.
 *
 * NULL only when out of memory, which every call below accepts.  Any other failure is kept in the
 * context: rawbpf_usdt_errmsg() tells it, and rawbpf_usdt_enable_probe() returns it: -EINVAL
 * (neither pid nor path, a path that is not absolute or leads to a device), -EISDIR (a directory),
 * -ENOENT (no such file), -ENOEXEC (not an ELF file), -ESRCH (no such process, one that runs no
 * program, or a thread), -EACCES, -EPERM.  A process's file that is damaged or cannot be opened is left out, and
 * that is an error only when no other has probes; it is the hint when a probe is not found.
 *
 *	u = rawbpf_usdt_new(.path = "/usr/lib/postgresql/15/bin/postgres");
 *	err = rawbpf_usdt_enable_probe(u, .probe = "query__start", .fn_name = "on_query");
 */
RAWBPF_API struct rawbpf_usdt *rawbpf_usdt_new_opts(const struct rawbpf_usdt_opts *o);

/* rawbpf_usdt_free() - accepts NULL. */
RAWBPF_API void rawbpf_usdt_free(struct rawbpf_usdt *u);

/* As rawbpf_errmsg() and rawbpf_error(): the last failure of this context. */
RAWBPF_API const char *rawbpf_usdt_errmsg(const struct rawbpf_usdt *u);
RAWBPF_API const struct rawbpf_error *rawbpf_usdt_error(const struct rawbpf_usdt *u);

struct rawbpf_usdt_enable_opts {
	size_t sz;
	const char *probe;   /* "name" or "provider:name" */
	const char *fn_name; /* the program */
	uint64_t cookie;     /* what libbpf's bpf_usdt_cookie() gives in it */
};

/*
 * rawbpf_usdt_enable_probe() - have every location of a probe run a program, once the context is
 * given to rawbpf_load().  Returns 0, or -ENOENT (no such probe: near names are in the hint; no
 * probes at all), -EINVAL (.probe or .fn_name is missing; the name is there under several
 * providers), -EEXIST (the probe is enabled already), or why the context could not be made.
 */
RAWBPF_API int rawbpf_usdt_enable_probe_opts(
	struct rawbpf_usdt *u, const struct rawbpf_usdt_enable_opts *o);

/* Which probe, and what runs there; also of rawbpf_detach_usdt(). */
struct rawbpf_usdt_attach_opts {
	size_t sz;
	const char *path;    /* a file, or ... */
	pid_t pid;	     /* a process; with both that file as the process sees it */
	const char *probe;   /* "name" or "provider:name" */
	const char *fn_name; /* the program */
	uint64_t cookie;     /* what libbpf's bpf_usdt_cookie() gives in it */
};

/*
 * rawbpf_attach_usdt() - run a program at every location of a probe: what enable_probe() and
 * rawbpf_load(.usdt_contexts) do, for a program that is loaded.
 *
 * Of a path the locations are probed in every process, with .pid in that one alone.  A program
 * that reads operands (usdt_arg(N)) has a copy of its code for each set of operands that the
 * locations have, so nothing is looked up when it runs; one of them that cannot be read is an error
 * only if the program reads it.  The locations in a file are one uprobe_multi link where the kernel
 * has it (Linux 6.6, with .pid 6.10), those of all probes that a context enables for one program
 * together; the copies then are one program, which runs the one that the link's cookie names.
 * Where there is no such link, or the kernel refuses the copies as one (they are too long for its
 * verifier, say) or the program asks for a cookie itself, each copy is a program and a link, or
 * takes events.  A program that was compiled with libbpf's usdt.bpf.h finds the operands in its
 * object's map instead; what cannot be told there is -EINVAL to its bpf_usdt_arg(), and logged.  Semaphores are counted by the kernel (Linux 4.20); an
 * older one needs .pid, and is undone when the program is detached.  A program is at a location
 * once, where it is for every process also for one of them; but one that is there for a process
 * runs twice in it when it is attached for all: detach it first.
 *
 * Returns 0, or -ENOENT (no such program, file, probe: near names are in the hint), -EINVAL
 * (neither .path nor .pid; .probe or .fn_name is missing; a path that is not absolute; several
 * providers; not a program for probes; a probe outside of the file's code), -EEXIST (it is at all
 * locations already), -ESRCH (no such process), -ENOEXEC (not an ELF file, or one for another
 * CPU), -ESTALE (the file was replaced after its probes were read), -EOPNOTSUPP (a semaphore on
 * an old kernel without .pid), -E2BIG (the map of an object for usdt.bpf.h is full), -ENOMEM,
 * -EPERM, -EACCES.  Of an operand that the program reads, with a caret in the error's log:
 * -EOPNOTSUPP (no program can read it), -ENOENT (there are not so many; a symbol that the file
 * does not have), -EADDRNOTAVAIL (several static variables of that name), -ENODATA (a thread's
 * variable, without the kernel's BTF), or an error of rawbpf_usdt_parse_arg().  Linux 4.1.
 *
 *	err = rawbpf_attach_usdt(b, .path = "/usr/sbin/httpd", .probe = "request", .fn_name = "f");
 */
RAWBPF_API int rawbpf_attach_usdt_opts(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o);
/*
 * rawbpf_detach_usdt() - named as when it was attached, by a context too; .fn_name NULL: every
 * program there.  A file that was replaced since is known by its name.  Of a link of several probes
 * the others get one of their own first, so for a moment both count.  After a failure nothing of that
 * link is detached.  Returns 0, or -ENOENT (no program is there), -ESTALE (others share the link, and
 * its file was replaced and could not be kept open), or what rawbpf_attach_usdt() says.
 */
RAWBPF_API int rawbpf_detach_usdt_opts(struct rawbpf *b, const struct rawbpf_usdt_attach_opts *o);

/* A probe: all locations of one provider and name. */
struct rawbpf_usdt_info {
	const char *provider, *name;
	const char *path;     /* file of its first location */
	const char *fn_name;  /* the program it is enabled for; NULL: it is not */
	unsigned n_locations; /* places in the code */
	unsigned n_args;      /* operands; of the location that has most */
	bool has_semaphore;   /* at one location at least */
};

/*
 * rawbpf_usdt_each_probe(), rawbpf_usdt_each_location() - call fn for every probe, and for every
 * location of the probe named as above; fn non-zero stops and is returned.  Strings are valid as
 * long as the context is.  No kernel is asked.  Returns 0, or why the context could not be made,
 * -ENOMEM (u is NULL, or out of memory); each_location also -EINVAL (probe is NULL or "", the name
 * is there under several providers) and -ENOENT (no such probe, near names are in the hint; no
 * probes at all).
 *
 *	static int show(void *arg, const struct rawbpf_usdt_probe *p)
 *	{
 *		return fprintf(arg, "0x%llx %s\n", (unsigned long long)p->addr, p->args) < 0;
 *	}
 *	...
 *	err = rawbpf_usdt_each_location(u, "query__start", show, stdout);
 */
RAWBPF_API int rawbpf_usdt_each_probe(
	struct rawbpf_usdt *u, int (*fn)(void *arg, const struct rawbpf_usdt_info *p), void *arg);
RAWBPF_API int rawbpf_usdt_each_location(struct rawbpf_usdt *u, const char *probe,
	int (*fn)(void *arg, const struct rawbpf_usdt_probe *p), void *arg);

#ifdef __cplusplus
}
#endif
#endif
