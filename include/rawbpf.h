/* SPDX-License-Identifier: MIT */
/*
 * rawbpf.h - load, attach and read BPF tracing programs with raw system calls.
 *
 * One context (struct rawbpf) owns programs, maps and links.  Functions return 0 or a positive
 * number, or a negative errno; what happened is kept in the context: rawbpf_errmsg() is one line,
 * rawbpf_error() is the same as data.  A NULL context is legal everywhere, so rawbpf_new() needs
 * no check.  A context belongs to one thread at a time; there are no globals.
 *
 * Options are structs whose first member is their size and whose zero value is the default.  In C
 * the macros below make keyword arguments of them:
 *
 *	rawbpf_attach_uprobe(b, .name = "c", .sym = "strlen", .fn_name = "count");
 *
 * C++ and bindings call the function behind the macro, rawbpf_attach_uprobe_opts().
 */
#ifndef RAWBPF_H
#define RAWBPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(RAWBPF_API)
#define RAWBPF_API __attribute__((visibility("default")))
#elif !defined(RAWBPF_API)
#define RAWBPF_API
#endif

struct rawbpf;
struct rawbpf_table;
struct rawbpf_usdt;

/* ---- errors ------------------------------------------------------------------------------ */

/*
 * What went wrong.  The strings live as long as the object that holds the error (a context, or
 * the caller's own struct, whose buf they then point into) and until its next failing call.
 */
struct rawbpf_error {
	int err;	   /* -errno */
	int insn;	   /* instruction the verifier stopped at, -1: none */
	unsigned line;	   /* 1-based line of src_file, 0: unknown */
	const char *stage; /* "open", "assemble", "map", "load", "attach", "trace", "print" ... */
	const char *prog;  /* program's name, or NULL */
	const char *src_file; /* source file, or NULL */
	const char *msg;      /* what was wrong; ends in the errno's name */
	const char *hint;     /* what to do about it, or NULL */
	/* the verifier's log (of one above 16 MiB the start, "...", the end) or all diagnostics, or NULL */
	const char *log;
	char buf[512];
};

/*
 * rawbpf_errmsg() - one line: the message, the hint, the errno's name.  Never NULL; "" when no
 * call has failed, "out of memory" for a NULL context.  Valid until the context's next failure.
 */
RAWBPF_API const char *rawbpf_errmsg(const struct rawbpf *b);

/* rawbpf_error() - the last failure as data.  Never NULL; .err is 0 when no call has failed. */
RAWBPF_API const struct rawbpf_error *rawbpf_error(const struct rawbpf *b);

/* rawbpf_errno_name() - "ENOENT" for ENOENT or -ENOENT; "unknown errno" for what has no name. */
RAWBPF_API const char *rawbpf_errno_name(int err);

/* ---- a context and its programs ---------------------------------------------------------- */

/* rawbpf_new() - an empty context; NULL when out of memory, which every call below accepts. */
RAWBPF_API struct rawbpf *rawbpf_new(void);

/* rawbpf_free() - detaches everything in reverse order, closes every fd.  Accepts NULL. */
RAWBPF_API void rawbpf_free(struct rawbpf *b);

enum rawbpf_log_level { RAWBPF_LOG_WARN, RAWBPF_LOG_INFO, RAWBPF_LOG_DEBUG };

/* rawbpf_set_log() - report decisions (which road, which symbol) to fn.  Default: silent. */
RAWBPF_API void rawbpf_set_log(struct rawbpf *b,
	void (*fn)(void *arg, enum rawbpf_log_level level, const char *msg), void *arg);

/* What to load: exactly one of text, src_file and image. */
struct rawbpf_load_opts {
	size_t sz;
	const char *text;     /* assembler source, see bpfasm(5) */
	const char *src_file; /* a file: assembler source, or a BPF ELF object (\177ELF) */
	const void *image;    /* a BPF ELF object in memory */
	size_t image_len;     /* bytes of image */
	const char *name;     /* how messages call text or image; default "<text>", "<image>" */
	const char *const *include_dirs; /* searched after the file's own directory */
	size_t n_include_dirs;
	bool no_rlimit; /* never raise RLIMIT_MEMLOCK (kernels before 5.11 need it raised) */
	bool each;	/* go on after a refusal; rawbpf_each_prog() tells what came of each */
	/* every probe that is enabled in these is attached; they are borrowed for the call */
	struct rawbpf_usdt *const *usdt_contexts;
	size_t n_usdt_contexts;
};

/*
 * rawbpf_load() - assemble if need be, create the maps, load every program; attaches nothing but
 * the probes of .usdt_contexts, which see rawbpf_attach_usdt().
 *
 * Returns 0, or -EINVAL (not one source given, bad text or object), -ENOENT (no such file),
 * -EPERM (no right to use bpf(2)), -EACCES or -EINVAL (a program was refused: the error has its
 * name, line and log), -EBUSY (something is loaded already), -ESTALE (a file of a USDT context was
 * replaced since), or what rawbpf_attach_usdt() says.  After a failure nothing is left behind and
 * the context can load again.  With .each a refused program is no failure, and those whose section
 * begins with '?' are loaded too; those that read operands of a USDT probe are loaded as for the
 * first location of the one that their section names.  Linux 4.9; BTF and line info from 5.0 on.
 *
 *	err = rawbpf_load(b, .src_file = "strlen_hist.bpf");
 */
RAWBPF_API int rawbpf_load_opts(struct rawbpf *b, const struct rawbpf_load_opts *o);

/* rawbpf_prog_fd() - fd of a loaded program (borrowed), or -ENOENT. */
RAWBPF_API int rawbpf_prog_fd(struct rawbpf *b, const char *fn_name);

/* What is known of a program; see rawbpf_each_prog(). */
struct rawbpf_prog_info {
	const char *name;    /* function name in the object */
	const char *section; /* ELF section, "uretprobe/c:strlen" */
	const char *type;    /* "kprobe", "tracepoint", ... as bpftool spells it */
	uint32_t n_insns;    /* instructions passed to the kernel */
	int fd;		     /* borrowed; -1: not loaded */
	int err;	     /* 0, or the -errno of its own load */
	/*
	 * why, after a load with .each; NULL: none.  With err 0 and fd -1: it reads operands of a
	 * USDT probe, and the one that its section names is not here
	 */
	const char *error;
	const char *hint;  /* what to do about it; NULL: none */
	bool trace_printk; /* it, or a subprogram of it, writes trace lines */
};

/*
 * rawbpf_each_prog() - call fn for every program of the loaded object, in the object's order; fn
 * returns non-zero to stop, which is then returned.
 */
RAWBPF_API int rawbpf_each_prog(
	struct rawbpf *b, int (*fn)(void *arg, const struct rawbpf_prog_info *p), void *arg);

/*
 * rawbpf_resolver() - answers to the assembler's questions (see bpfasm.h) from the running kernel,
 * for the CPU named arch (NULL: this one).  Fills *r, which is valid as long as the context is.
 * Returns 0, -EINVAL (unknown arch), -ENOMEM.
 */
struct bpfasm_resolver;
RAWBPF_API int rawbpf_resolver(struct rawbpf *b, const char *arch, struct bpfasm_resolver *r);

/*
 * rawbpf_resolver_btf() - where the context's resolvers, and rawbpf_load() of a text, look up
 * records of the kernel ("task_struct.tgid"), and by which CO-RE relocations of an object are
 * answered: a file with BTF, or an ELF file with a section .BTF; NULL: the running kernel's, which
 * is read when the first such name is met.
 */
RAWBPF_API int rawbpf_resolver_btf(struct rawbpf *b, const char *path);

/* ---- events ------------------------------------------------------------------------------ */

/* Where a user-level probe goes: one of sym, addr, offset. */
struct rawbpf_uprobe_opts {
	size_t sz;
	const char *name;    /* "c", "libssl.so.3", "bash" or a path */
	const char *sym;     /* function; "f@VERSION" picks one version */
	const char *sym_re;  /* POSIX extended expression, matched from the name's start */
	const char *fn_name; /* the program */
	uint64_t addr;	     /* virtual address as nm(1) prints it */
	uint64_t offset;     /* file offset */
	uint64_t sym_off;    /* bytes into sym; entry probes only */
	pid_t pid;	     /* only this process, all its threads; 0 and -1: every process */
};

/*
 * rawbpf_attach_uprobe(), rawbpf_attach_uretprobe() - run a program when a function of a binary or
 * library is entered, or returns.
 *
 * "c" finds the libc in use through the dynamic linker's own lists; with .pid, in that process's
 * own view of the file system.  An IFUNC symbol (glibc's strlen) is probed at the implementation
 * that processes call.  On x86-64 a probe goes behind ENDBR64 where a push follows, unless .addr,
 * .offset or .sym_off says where (0.2 us an event instead of 2.5).  What .sym_re matches is probed
 * by one uprobe_multi link where the kernel has it (Linux 6.6, with .pid 6.10), else by a perf
 * event each.  A program is at a place once: a single one where it is already is -EEXIST, a
 * pattern leaves those out (-EEXIST if none is left).  With .pid a path whose file was removed or
 * replaced is the file that the process has mapped.  Returns 0, or -ENOENT (no such library,
 * symbol, program), -EINVAL, -EEXIST, -ESRCH (no such process), -EPERM/-EACCES.  Linux 4.1; before
 * 4.17 by events of tracefs, which stay when a process is killed.
 *
 *	err = rawbpf_attach_uretprobe(b, .name = "c", .sym = "strlen", .fn_name = "count");
 */
RAWBPF_API int rawbpf_attach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o);
RAWBPF_API int rawbpf_attach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o);
/*
 * rawbpf_detach_uprobe(), rawbpf_detach_uretprobe() - the place named as when it was attached;
 * .fn_name NULL: every program there.  .sym_re takes what was attached by that very pattern.  A file
 * that is gone or was replaced since is known by its name.  -ENOENT: none is.
 */
RAWBPF_API int rawbpf_detach_uprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o);
RAWBPF_API int rawbpf_detach_uretprobe_opts(struct rawbpf *b, const struct rawbpf_uprobe_opts *o);

/* Where a probe of the kernel goes. */
struct rawbpf_kprobe_opts {
	size_t sz;
	const char *event;   /* "vfs_read", "module:function", a system call, "0xADDRESS" */
	const char *fn_name; /* the program */
	uint64_t event_off;  /* bytes into event; entry probes only */
	unsigned maxactive; /* return probes: calls in flight at one time; 0: the kernel's choice */
	const char *event_re; /* every function whose whole name it matches (POSIX extended) */
};

/*
 * rawbpf_attach_kprobe(), rawbpf_attach_kretprobe() - run a program when a function of the kernel
 * is entered, or returns.
 *
 * A system call may be named as "openat" or "sys_openat", whatever its function is called here.
 * An offset must be inside of the function: the kernel would take any.  .maxactive (Linux 4.12)
 * takes the slower way through tracefs.  .event_re takes those functions that the kernel lists as
 * traceable and whose names are unique, by one kprobe_multi link where the kernel has it (Linux
 * 5.18 with CONFIG_FPROBE): one fd, and 2,000 are attached in a fraction of a second.  Without it
 * more than 8 share one event of tracefs (Linux 5.4), which takes the kernel milliseconds each.
 * Any that the kernel refuses is left out (the log says which), unless all are.  One program is at
 * one function at most once: -EEXIST where it is there already, by whatever name or pattern, and a
 * pattern leaves such functions out (-EEXIST: all of them).  A program of
 * section kprobe.session (Linux 6.10) runs at the entry and at the return.  Returns 0, or -ENOENT
 * (no such function: what it became, or near names, are told), -EINVAL (an offset outside, a
 * function that is never probed), -EADDRNOTAVAIL (several functions of the name), -EILSEQ (no
 * instruction begins there), -EEXIST, -EOPNOTSUPP (a session, where there are none), -ENODEV (a
 * kernel without kprobes), -EBUSY (they are switched off in debugfs' kprobes/enabled, where that
 * is mounted), -EPERM/-EACCES.  Linux 4.1; from 4.17 on nothing is left behind when a process is
 * killed.
 *
 *	err = rawbpf_attach_kretprobe(b, .event = "vfs_read", .fn_name = "on_return");
 */
RAWBPF_API int rawbpf_attach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o);
RAWBPF_API int rawbpf_attach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o);
/*
 * rawbpf_detach_kprobe(), rawbpf_detach_kretprobe() - the event named as when it was attached:
 * .event takes no function that a pattern attached, and .event_re only what that very pattern did;
 * .fn_name NULL: every program there.  -ENOENT: none is.
 */
RAWBPF_API int rawbpf_detach_kprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o);
RAWBPF_API int rawbpf_detach_kretprobe_opts(struct rawbpf *b, const struct rawbpf_kprobe_opts *o);

struct rawbpf_tracepoint_opts {
	size_t sz;
	const char *tp;	     /* "category:event" */
	const char *fn_name; /* the program */
	const char *tp_re;   /* POSIX extended expression, matched from "category:event"'s start */
};

/*
 * rawbpf_attach_tracepoint() - run a program at a kernel tracepoint.
 *
 * tracefs need not be mounted (Linux 5.2; before that it must be).  .tp_re takes every tracepoint
 * that it matches, each with a perf event of its own, and leaves out those that the kernel refuses,
 * unless it refuses all, and those where the program is already, unless it is at all.  To detach it
 * takes what was attached by that very pattern.  Returns 0, or -ENOENT (no such tracepoint: near
 * names are in the hint), -EEXIST (it is there already), -EACCES, -EPERM.  Linux 4.7.
 *
 *	err = rawbpf_attach_tracepoint(b, .tp = "sched:sched_switch", .fn_name = "on_switch");
 */
RAWBPF_API int rawbpf_attach_tracepoint_opts(
	struct rawbpf *b, const struct rawbpf_tracepoint_opts *o);
/*
 * rawbpf_detach_tracepoint() - the event or pattern as when it was attached; .fn_name NULL: every
 * program there.  -ENOENT: none is.
 */
RAWBPF_API int rawbpf_detach_tracepoint_opts(
	struct rawbpf *b, const struct rawbpf_tracepoint_opts *o);

struct rawbpf_raw_tracepoint_opts {
	size_t sz;
	const char *tp;	     /* the event alone: "sched_switch" */
	const char *fn_name; /* the program */
};

/*
 * rawbpf_attach_raw_tracepoint() - run a program at a kernel tracepoint with its raw arguments.
 *
 * Cheaper than rawbpf_attach_tracepoint(), and detached at once; tracefs is not needed.  Returns 0,
 * or -ENOENT (no such tracepoint), -EINVAL (not a program for it), -EEXIST (it is there already).
 * A program of section "tp_btf" (Linux 5.5) knows its arguments' types from the kernel's BTF.
 * Linux 4.17.
 *
 *	err = rawbpf_attach_raw_tracepoint(b, .tp = "sched_switch", .fn_name = "on_switch");
 */
RAWBPF_API int rawbpf_attach_raw_tracepoint_opts(
	struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o);
/* rawbpf_detach_raw_tracepoint() - .fn_name NULL: every program there.  -ENOENT: none is. */
RAWBPF_API int rawbpf_detach_raw_tracepoint_opts(
	struct rawbpf *b, const struct rawbpf_raw_tracepoint_opts *o);

/* A function of the kernel that runs programs by itself. */
struct rawbpf_kfunc_opts {
	size_t sz;
	const char *fn_name; /* the program; bcc's "kfunc__NAME" may be called "NAME" */
	const char *event;   /* "vfs_read", "module:function"; NULL: what its section names */
};

/*
 * rawbpf_attach_kfunc(), rawbpf_attach_kretfunc() - run a program when a function of the kernel is
 * entered, or returns, by the function's trampoline: no trap, no perf event.
 *
 * A program of section "fentry" runs at the entry, one of "fmod_ret" there too, and what it returns
 * may replace the call; one of "fexit" runs at the return and has arguments and return value.
 * attach_kfunc takes all of them, attach_kretfunc "fexit" only.  A program is loaded for one
 * function: for another than its section's it is loaded once more.  Returns 0, or -ENOENT (no such
 * function in the kernel's BTF: near names are in the hint; or no BTF), -EINVAL (not a program for
 * it), -EEXIST (it is there already), -524 (no trampolines on this CPU: use a kprobe), -ENOMEM (no
 * JIT compiler), -EBUSY, -E2BIG (38 programs are there), -EPERM.  Linux 5.5, arm64 6.4; functions
 * of modules 5.11.
 *
 *	err = rawbpf_attach_kretfunc(b, .event = "vfs_read", .fn_name = "on_return");
 */
RAWBPF_API int rawbpf_attach_kfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o);
RAWBPF_API int rawbpf_attach_kretfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o);
/*
 * rawbpf_detach_kfunc(), rawbpf_detach_kretfunc() - by .event, .fn_name or both: all that was
 * attached so; detach_kretfunc leaves what runs at the entry.  -ENOENT: nothing was.
 */
RAWBPF_API int rawbpf_detach_kfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o);
RAWBPF_API int rawbpf_detach_kretfunc_opts(struct rawbpf *b, const struct rawbpf_kfunc_opts *o);

/* What is counted: PERF_TYPE_* and PERF_COUNT_* of linux/perf_event.h. */
struct rawbpf_perf_event_opts {
	size_t sz;
	uint32_t ev_type;	/* 0 hardware, 1 software, 3 cache, 4 raw, 6 and up a PMU's own */
	uint64_t ev_config;	/* software: 0 cpu-clock, 2 page-faults, 3 context-switches ... */
	const char *fn_name;	/* the program */
	uint64_t sample_period; /* run it every so many events (clocks: ns); or ... */
	uint64_t sample_freq;	/* ... so many times a second */
	pid_t pid;		/* this process, all its threads; 0 and -1: every process */
	const char *cpus;	/* "0-3,8"; NULL: all that are online */
};

/*
 * rawbpf_attach_perf_event() - run a program every so many events of a CPU's counter or of the
 * kernel's own, on each CPU.
 *
 * Returns 0, or -EINVAL, -ENOENT and -EOPNOTSUPP (no such counter: virtual machines often have
 * none), -ENODEV (no such CPU), -ESRCH, -EACCES, -EPERM.  Linux 4.9.
 *
 *	err = rawbpf_attach_perf_event(b, .ev_type = 1, .ev_config = 0, .sample_freq = 99,
 *		.fn_name = "on_sample");
 */
RAWBPF_API int rawbpf_attach_perf_event_opts(
	struct rawbpf *b, const struct rawbpf_perf_event_opts *o);
/* rawbpf_detach_perf_event() - by .ev_type and .ev_config; .fn_name NULL: every program. */
RAWBPF_API int rawbpf_detach_perf_event_opts(
	struct rawbpf *b, const struct rawbpf_perf_event_opts *o);

struct rawbpf_attach_all_opts {
	size_t sz;
	pid_t pid; /* user-level probes: only this process; 0 and -1: every process */
};

/*
 * rawbpf_attach_all() - attach every program by its section or by bcc's function name.
 *
 * Sections: "uprobe/c:malloc", "uretprobe/FILE:FUNCTION", "usdt/FILE:PROVIDER:NAME", where FILE is
 * a path or a name as of rawbpf_attach_uprobe(), "kprobe/FUNCTION+OFFSET",
 * "kretprobe/FUNCTION", "ksyscall/openat", "kretsyscall/openat", "tracepoint/CATEGORY/EVENT",
 * "tp/...", "raw_tp/EVENT", "tp_btf/EVENT", "fentry/FUNCTION", "fexit/FUNCTION",
 * "fmod_ret/FUNCTION", with ".s" behind the kind for programs that may sleep; with * and ? in the
 * name "uprobe.multi/FILE:PATTERN", "uretprobe.multi/...", "kprobe.multi/PATTERN",
 * "kretprobe.multi/..." and "kprobe.session/...".  Names: "tracepoint__sched__sched_switch",
 * "raw_tracepoint__X", "kprobe__X", "kretprobe__X", "kfunc__X", "kretfunc__X".  A section without a
 * place ("uprobe") is left to be attached by name; any other kind is -EOPNOTSUPP.  All or none:
 * after a failure nothing that this call attached stays.
 */
RAWBPF_API int rawbpf_attach_all(struct rawbpf *b);
RAWBPF_API int rawbpf_attach_all_opts(struct rawbpf *b, const struct rawbpf_attach_all_opts *o);

/*
 * rawbpf_num_open_probes() - places probed now; in a dry run that may not read which functions a
 * pattern matches, -EACCES.
 */
RAWBPF_API int rawbpf_num_open_probes(struct rawbpf *b);
/*
 * rawbpf_num_missed() - calls of kernel functions probed now that no program was run for, because
 * a program was running there already, or more calls were in flight than returns are kept for
 * (.maxactive).  The kernel tells for events of tracefs, and of others from Linux 6.7 on; the log
 * has it for each probe that is detached.
 */
RAWBPF_API uint64_t rawbpf_num_missed(struct rawbpf *b);

/* ---- debug output ------------------------------------------------------------------------ */

/* One record of trace_pipe.  Strings point into the line and are never NULL. */
struct rawbpf_trace_fields {
	const char *task;   /* comm, at most 15 bytes; "<...>" when the kernel has it not,
				and at times that of who had the pid before */
	const char *flags;  /* "...21"; "" when the line has none */
	const char *ts;	    /* the time as printed; "" when the line has none */
	const char *symbol; /* "bpf_trace_printk", or the event's name; "" when the line has none */
	const char *msg;
	size_t msg_len;
	uint64_t ts_ns; /* nanoseconds, 0: no time on the line */
	uint64_t lost;	/* events the kernel dropped before this record */
	int pid, tgid;	/* tgid -1: not on the line */
	int cpu;
};

/*
 * rawbpf_parse_trace_line() - take one line of trace_pipe apart, in place (it writes NULs).
 * Returns 1 for a record, 0 for a line that holds none.  Kernel-free.
 */
RAWBPF_API int rawbpf_parse_trace_line(char *line, size_t len, struct rawbpf_trace_fields *f);

/*
 * rawbpf_fprint_text() - text of traced programs as any terminal may show it.  A process chooses
 * its own name, and control bytes in it would tell the terminal what to do: what is no visible
 * character in UTF-8 becomes \n, \t, \r or \xNN, and so do characters that join, hide or turn text
 * around, such as U+202E; with lines newlines and tabs stay.  Prints all of len.  Returns 0, or what the write failed with.  Kernel-free.
 */
RAWBPF_API int rawbpf_fprint_text(FILE *out, const char *text, size_t len, bool lines);

struct rawbpf_trace_fields_opts {
	size_t sz;
	bool nonblocking;   /* return 0 at once when nothing is there */
	bool shared;	    /* read the shared trace_pipe, not a private instance */
	int timeout_ms;	    /* > 0: wait at most so long, then return 0 */
	const char *symbol; /* only records of this event */
	const char *file;   /* saved lines: this file, or "-" for stdin */
	bool notices;	    /* a notice of lost events is a record too: only lost and cpu are set */
	uint64_t *unknown;  /* counts lines left out that hold no record, empty ones and # apart */
	/* what a signal's handler sets to end it though lines never do: non-zero is -EINTR */
	const volatile int *stop;
};

/*
 * rawbpf_trace_fields() - read one record: 1 and *f, 0 when there is none (or no more), or a
 * negative errno.
 *
 * Lines come from a trace instance of our own where the kernel has the bpf_trace_printk event
 * (5.9), else from the shared trace_pipe; -EBUSY when another reader has that.  The instance sees
 * what is printed from its making on: it is made when a program that prints is attached, or else
 * by the first call of a rawbpf_trace_*() function.  Lines that continue a message are part of its
 * msg.  Strings are valid until the next read.  Returns -EINTR when a signal ends the wait.
 */
RAWBPF_API int rawbpf_trace_fields_opts(
	struct rawbpf *b, struct rawbpf_trace_fields *f, const struct rawbpf_trace_fields_opts *o);

struct rawbpf_trace_print_opts {
	size_t sz;
	FILE *out;	    /* NULL: stdout */
	const char *fmt;    /* "{1} {5}": python's format of the six fields; NULL: the raw line */
	bool shared;	    /* read the shared trace_pipe */
	int timeout_ms;	    /* > 0: return 0 after so long */
	const char *symbol; /* only records of this event */
	const char *file;   /* saved lines: this file, or "-" for stdin */
	bool escape;	    /* as rawbpf_fprint_text() does: for terminals */
	uint64_t *unknown;  /* counts lines left out that hold no record, empty ones and # apart */
	/* what a signal's handler sets to end it though lines never do: non-zero is -EINTR */
	const volatile int *stop;
};

/*
 * rawbpf_trace_print() - print records until a signal ends it (-EINTR), out cannot be written
 * (its errno, -EIO when that is not known), or timeout_ms or the file is over (0).  A bad fmt is
 * -EINVAL before the first line; the error's log then shows the place.
 *
 * fmt takes task, pid, cpu, flags, ts and msg as {0} to {5} or {} in that order, with python's
 * format after a colon: [[fill]align][0][width][.precision][d x X f e g s].
 */
RAWBPF_API int rawbpf_trace_print_opts(struct rawbpf *b, const struct rawbpf_trace_print_opts *o);

/*
 * rawbpf_trace_fd() - the fd to poll for trace lines, opened if need be as rawbpf_trace_fields()
 * would (borrowed), or a negative errno.
 */
RAWBPF_API int rawbpf_trace_fd(struct rawbpf *b, bool shared);

/*
 * rawbpf_reap() - remove what killed processes of rawbpf left in tracefs: probe events and trace
 * instances (each named rawbpf_PID_STARTTIME_N) whose maker no process of the machine can be, pid
 * namespaces or not; nothing, where /proc does not show all processes.  fn, if any, is called for
 * each with its path below tracefs and 0 or why it stays (-EBUSY: still used); non-zero stops and
 * is returned.  Making an instance removes left instances first; events go by this call alone.
 * Returns how many were removed, or a negative errno.
 */
RAWBPF_API int rawbpf_reap(
	struct rawbpf *b, int (*fn)(void *arg, const char *path, int err), void *arg);

/* ---- rights ------------------------------------------------------------------------------ */

struct rawbpf_drop_opts {
	size_t sz;
	bool write;	/* maps will be written to: update, delete, clear */
	bool files;	/* files will be opened, for reading only: names of stacks, /proc */
	bool no_filter; /* capabilities alone: no filter of system calls */
	uint64_t keep;	/* capabilities that shall stay, if they are there: bit n for number n */
};

/*
 * rawbpf_drop() - give up what is not needed once b is attached: every capability in all sets (without CAP_SETPCAP the bounding set
 * stays, of which nothing can be had any more), and
 * by a seccomp filter every system call but those to wait, to read and write what is open, for
 * memory, to look at b's maps (bpf(2) by command: lookup, next, batch, info) and to end.  No other
 * call is made any more: it fails with EPERM.  What removes b's objects from tracefs is opened
 * before, so rawbpf_free() leaves nothing behind.
 *
 * Where bpf(2) as a whole needs a right (kernel.unprivileged_bpf_disabled is set and the kernel
 * older than 5.19) CAP_BPF stays, CAP_SYS_ADMIN before 5.8; and CAP_DAC_OVERRIDE, for who is not
 * the owner of tracefs and has a trace instance there.  Both are found by trying.
 *
 * Call it last: attach, rawbpf_trace_fd() and files to write come before.  It is for the calling
 * thread and those that it makes, and for good.  After an error some rights may be gone.
 * Linux 3.5; returns 0 or a negative errno (-EINVAL: no CONFIG_SECCOMP_FILTER).
 */
RAWBPF_API int rawbpf_drop_opts(struct rawbpf *b, const struct rawbpf_drop_opts *o);

/* ---- maps -------------------------------------------------------------------------------- */

/* rawbpf_table() - a map by name (borrowed); NULL, with the context's error set, if none. */
RAWBPF_API struct rawbpf_table *rawbpf_table(struct rawbpf *b, const char *name);

/*
 * The functions below take a NULL table (-EINVAL) and return 0 or a negative errno.  Per-CPU
 * values are n_cpus slots of round_up(value_size, 8) bytes, one for each possible CPU.
 */
RAWBPF_API int rawbpf_table_lookup(struct rawbpf_table *t, const void *key, void *value);
RAWBPF_API int rawbpf_table_update(
	struct rawbpf_table *t, const void *key, const void *value, uint64_t flags);
RAWBPF_API int rawbpf_table_delete(struct rawbpf_table *t, const void *key);
/* key NULL: the first.  1 and *next, or 0 at the end. */
RAWBPF_API int rawbpf_table_next(struct rawbpf_table *t, const void *key, void *next);
/* deletes every key; an array's values become zero */
RAWBPF_API int rawbpf_table_clear(struct rawbpf_table *t);
/* every element, each once even while others are deleted; fn non-zero stops and is returned */
RAWBPF_API int rawbpf_table_each(struct rawbpf_table *t,
	int (*fn)(void *arg, const void *key, const void *value), void *arg);

struct rawbpf_table_info {
	const char *name;
	uint32_t type, key_size, value_size, max_entries, flags, id, n_cpus;
	int fd;
};
RAWBPF_API int rawbpf_table_info(struct rawbpf_table *t, struct rawbpf_table_info *info);

/*
 * rawbpf_each_table() - call fn for every map of the loaded object, in the object's order, with
 * hist "log2", "linear" or NULL, whether it is declared as a histogram.
 */
RAWBPF_API int rawbpf_each_table(struct rawbpf *b,
	int (*fn)(void *arg, struct rawbpf_table *t, const char *hist), void *arg);

/* ---- histograms -------------------------------------------------------------------------- */

struct rawbpf_hist_opts {
	size_t sz;
	FILE *out;		    /* NULL: stdout */
	const char *val_type;	    /* column header; default "value" */
	const char *section_header; /* default "Bucket ptr"; records then stand without a header */
	/*
	 * prints a bucket's name after "HEADER = "; default: its number, its text up to NUL or its
	 * fields, "user = 0, cpu = 1"; hex where BTF says no type and it is no text
	 */
	void (*section_print_fn)(FILE *out, const void *bucket, size_t size, void *arg);
	void (*bucket_fn)(void *bucket, size_t size, void *arg); /* changes it in place */
	int (*bucket_sort_fn)(const void *a, const void *b, void *arg);
	void *arg;
	bool strip_leading_zero;
	struct rawbpf_error *error; /* where kernel-free calls say what was wrong; may be NULL */
};

/* One slot's count in one section. */
struct rawbpf_hist_entry {
	const void *bucket;
	size_t size; /* bytes of bucket */
	int64_t slot, count;
};

/*
 * rawbpf_print_log2_hist(), rawbpf_print_linear_hist() - print a table as bcc does: key a slot, or
 * a struct of a bucket and a slot (then one histogram for each bucket).
 *
 * log2 expects slots made by bpf_log2l (the log2l macro): slot i covers [2^(i-1), 2^i - 1].
 * Returns 0, or -EINVAL (NULL table, not a histogram's key), -ERANGE (a slot past 64, or past
 * 1024 for linear).
 *
 *	err = rawbpf_print_log2_hist(rawbpf_table(b, "dist"), .val_type = "strlen return");
 */
RAWBPF_API int rawbpf_print_log2_hist_opts(
	struct rawbpf_table *t, const struct rawbpf_hist_opts *o);
RAWBPF_API int rawbpf_print_linear_hist_opts(
	struct rawbpf_table *t, const struct rawbpf_hist_opts *o);

/* One histogram of a table, as data. */
struct rawbpf_hist {
	const char *section; /* its bucket's name as it is printed; NULL: the key is a slot alone */
	const void *bucket;
	size_t size;	       /* bytes of bucket */
	const uint64_t *slots; /* counts */
	size_t n;	       /* up to the last slot that has one */
};

/*
 * rawbpf_each_hist() - call fn for each histogram that rawbpf_print_log2_hist() (linear: that
 * rawbpf_print_linear_hist()) would print; fn non-zero stops and is returned.  o may be NULL.
 */
RAWBPF_API int rawbpf_each_hist(struct rawbpf_table *t, bool linear,
	const struct rawbpf_hist_opts *o, int (*fn)(void *arg, const struct rawbpf_hist *h),
	void *arg);

/* The same from memory, kernel-free: slots[i] is the count of slot i. */
RAWBPF_API int rawbpf_fprint_log2_hist_opts(
	FILE *out, const uint64_t *slots, size_t n, const struct rawbpf_hist_opts *o);
RAWBPF_API int rawbpf_fprint_linear_hist_opts(
	FILE *out, const uint64_t *slots, size_t n, const struct rawbpf_hist_opts *o);

/* ... and by section; sections come in the order of their first entry. */
RAWBPF_API int rawbpf_fprint_log2_sections_opts(
	FILE *out, const struct rawbpf_hist_entry *e, size_t n, const struct rawbpf_hist_opts *o);
RAWBPF_API int rawbpf_fprint_linear_sections_opts(
	FILE *out, const struct rawbpf_hist_entry *e, size_t n, const struct rawbpf_hist_opts *o);

/* ---- looking at files and logs: no context, no kernel ------------------------------------- */

struct rawbpf_sym {
	const char *name;
	const char *version; /* "GLIBC_2.2.5", or NULL */
	const char *file;    /* the file the symbol was read from (a debug file may be another) */
	const char *table;   /* ".dynsym" or ".symtab" */
	uint64_t value;	     /* virtual address */
	uint64_t size;	     /* bytes */
	uint64_t offset;     /* file offset: what a uprobe needs */
	bool is_default;     /* name@@version */
	bool ifunc;	     /* value is the resolver, not the function */
	const char *type;    /* "FUNC" or "IFUNC" */
	const char *bind;    /* "GLOBAL", "WEAK", "LOCAL", "UNIQUE" */
	uint64_t local;	     /* file offset that local calls reach too; differs on ppc64 only */
	uint64_t target;     /* ifunc: file offset of what running processes call, 0: unknown */
};

/*
 * rawbpf_each_sym() - every function of an ELF file whose name matches pattern (a shell glob;
 * NULL: all); fn non-zero stops and is returned.  0, or a negative errno with *e filled in (e may
 * be NULL): -ENOENT with near names if pattern is a name that none has, -ENOEXEC if the file is cut
 * short.  path may be a name as rawbpf_attach_uprobe() takes it ("c").  .dynsym first, then
 * .symtab, which for a stripped file may come from its debug file; strings are valid inside fn.
 */
RAWBPF_API int rawbpf_each_sym(const char *path, const char *pattern,
	int (*fn)(void *arg, const struct rawbpf_sym *s), void *arg, struct rawbpf_error *e);

/*
 * rawbpf_find_syms() - the function that each of n names ("f", "f@VERSION") means to
 * rawbpf_attach_uprobe(), with one look at each of the file's tables, however many names there are.
 * fn is called for each in turn with its number and the function, NULL: there is none, or it is not
 * clear which of several static ones; fn non-zero stops and is returned.
 */
RAWBPF_API int rawbpf_find_syms(const char *path, const char *const *names, size_t n,
	int (*fn)(void *arg, size_t i, const struct rawbpf_sym *s), void *arg,
	struct rawbpf_error *e);

/* What rawbpf_attach_uprobe() would make of a function's name, and from where. */
struct rawbpf_why {
	const char *name;
	const char *path;	    /* the file, as the process sees it */
	const char *road;	    /* how the file was found, in words */
	const char *debug;	    /* how sym.file was, when that is a debug file; or NULL */
	struct rawbpf_sym sym;	    /* the one chosen; its target is where the IFUNC's callers go */
	const char *table;	    /* that answered: ".gnu.hash", ".dynsym", ".symtab" */
	const char *choice;	    /* this one and no other, in words */
	unsigned passed;	    /* functions of that name elsewhere in the file */
	const char *slot;	    /* whose slot says what an IFUNC became, in words; or NULL */
	uint64_t probe;		    /* file offset of its probe */
	const char *entry;	    /* there, in words */
	struct rawbpf_error *error; /* why it cannot be attached; NULL: it can */
};

/*
 * rawbpf_each_why() - for each name of a function that matches pattern (a shell glob; NULL: all)
 * what would be probed, by order of name; as process pid sees the file (0: as this one does).
 * Strings are valid inside fn, which stops by a value that is not zero; that is returned.  Errors
 * are those of rawbpf_each_sym().
 */
RAWBPF_API int rawbpf_each_why(const char *path, const char *pattern, pid_t pid,
	int (*fn)(void *arg, const struct rawbpf_why *w), void *arg, struct rawbpf_error *e);

/*
 * rawbpf_explain_log() - a verifier log to the instruction, the message and the advice: fills *e
 * (insn, msg, hint; src_file and line where the kernel names them).  err is the errno that the
 * load gave, 0 if unknown.  Returns 0, or -ENOENT when the log holds no refusal and err is 0; with
 * err an empty log is explained by it.
 */
RAWBPF_API int rawbpf_explain_log(const char *log, size_t len, int err, struct rawbpf_error *e);

/*
 * rawbpf_list_object() - a BPF ELF object of either byte order as text of bpfasm(5), which
 * assembles back to the same instructions, maps and CO-RE records.  What the text has no form for
 * is told in comments and, counted, in e->msg, which is NULL otherwise.  Returns 0, -ENOEXEC (no ELF file), -EINVAL (no BPF
 * object, or a malformed one), -ENOMEM, or what writing to out gave.
 */
RAWBPF_API int rawbpf_list_object(const void *elf, size_t len, FILE *out, struct rawbpf_error *e);

#include "bpfasm.h"
#include "rawbpf_usdt.h"

#ifndef __cplusplus
#include "rawbpf_args.h"
#endif

#ifdef __cplusplus
}
#endif
#endif
