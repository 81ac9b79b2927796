// SPDX-License-Identifier: MIT
/*
 * run.c - rawbpf run: load a file, attach every program by its section, print trace lines as they
 * come and, at the end, every histogram map.
 *
 * Everything that can end a run is a file descriptor or a deadline in one poll(2): signals through
 * a signalfd (blocked from the start, so none is lost before the wait), a reader of stdout that
 * has gone, and the trace lines.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tool_audit.h"

#define RUN_BATCH 1000	 /* lines between two looks at the signals */
#define RUN_DRAIN 100000 /* lines read at most when the end has come */

static const char run_usage[] =
	"[-p PID] [-d SECS] [-I DIR] [--btf FILE] [--json] [--audit FILE] [--dry-run] [--drop] "
	"[-v] FILE\n\n"
	"Loads FILE (assembler text or a BPF object), attaches every program by its section,\n"
	"prints trace lines as they come until Ctrl-C, then every histogram map.\n\n"
	"  -p PID      user-level probes: only this process\n"
	"  -d SECS     end after so many seconds (0.5 too)\n"
	"  -I DIR      search DIR for .include; may be given several times\n"
	"  --btf FILE  what the kernel's types are: BTF, or ELF with .BTF; default: this kernel's\n"
	"  --json      one object a line\n"
	"  -v          tell decisions on stderr\n"
	"  --drop      once attached give up every capability and, by a filter, every system call\n"
	"              that is not needed any more\n"
	"  --dry-run   change nothing, needs no rights: print what the audit of a run would be on "
	"a\n"
	"              kernel that has everything, ? for what may not be read\n" TOOL_AUDIT_USAGE;

struct run {
	const char *file, *btf;
	const char **dirs;
	size_t n_dirs;
	double seconds; /* < 0: no limit */
	pid_t pid;
	bool json, verbose, dry, drop;
	struct tool_audit audit;

	struct rawbpf *b;
	int signals;   /* signalfd */
	int trace;     /* fd of trace lines, -1: no program writes any */
	bool pipe_end; /* nobody reads stdout any more */
};

static bool number(const char *s, double *v)
{
	char *end;

	errno = 0;
	*v = strtod(s, &end);
	return !errno && end != s && !*end && *v >= 0 && *v < 1e9;
}

/* An option's value; false: it is wrong. */
static bool option(struct run *r, int opt, const char *value)
{
	double v;

	if (!number(value, &v))
		return false;
	if (opt == 'd')
		r->seconds = v;
	else
		r->pid = (pid_t)v;
	return opt == 'd' || (v >= 1 && v == (double)r->pid);
}

/* false: it is over, with *status */
static bool arguments(struct run *r, int argc, char **argv, int *status)
{
	static const struct option options[] = {
		{"btf", required_argument, NULL, 'b'},
		{"json", no_argument, NULL, 'j'},
		{"dry-run", no_argument, NULL, 'n'},
		{"drop", no_argument, NULL, 'D'},
		{"help", no_argument, NULL, 'h'},
		TOOL_AUDIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	int c;

	*status = TOOL_USAGE;
	while ((c = tool_getopt("run", run_usage, argc, argv, ":p:d:I:vh", options)) != -1) {
		switch (c) {
		case 'I': r->dirs[r->n_dirs++] = optarg; break;
		case 'b': r->btf = optarg; break;
		case 'j': r->json = true; break;
		case 'n': r->dry = true; break;
		case 'D': r->drop = true; break;
		case 'v': r->verbose = true; break;
		case 'h': *status = tool_usage("run", run_usage); return false;
		case 'p':
		case 'd':
			if (option(r, c, optarg))
				break;
			tool_wrong("run", run_usage, "'%s' is no value for -%c", optarg, c);
			return false;
		default:
			if (!tool_audit_option(&r->audit, c, optarg))
				return false;
		}
	}
	*status = tool_operands("run", run_usage, argc, argv, "FILE", 1, 1);
	r->file = argv[optind];
	return *status == TOOL_OK;
}

static void tell(void *arg, enum rawbpf_log_level level, const char *msg)
{
	const struct run *r = arg;

	if (level == RAWBPF_LOG_WARN || r->verbose)
		tool_warn("run", msg);
}

/*
 * These come through the fd from here on.  SIGPIPE too: as it is blocked, a write that nobody reads
 * is an error and no death, which would leave the trace instance behind.
 */
static int take_signals(struct run *r)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (r->signals < 0)
		return tool_fail("run", "no signalfd(2), by which Ctrl-C ends a run: %s",
			rawbpf_errno_name(errno));
	return TOOL_OK;
}

static int any_trace(void *arg, const struct rawbpf_prog_info *p)
{
	(void)arg;
	return p->trace_printk;
}

/* Load and attach. */
static int start(struct run *r)
{
	int err, places;

	rawbpf_set_log(r->b, tell, r);
	err = r->btf ? rawbpf_resolver_btf(r->b, r->btf) : 0;
	if (!err)
		err = rawbpf_load(r->b, .src_file = r->file, .include_dirs = r->dirs,
			.n_include_dirs = r->n_dirs);
	/* the reader first: no line of the first event is lost */
	if (!err && rawbpf_each_prog(r->b, any_trace, NULL) > 0) {
		r->trace = rawbpf_trace_fd(r->b, false);
		err = r->trace < 0 ? r->trace : 0;
	}
	tool_shed(); /* of the assembler */
	if (!err)
		err = rawbpf_attach_all(r->b, .pid = r->pid);
	if (err)
		return tool_error("run", rawbpf_error(r->b));
	tool_shed(); /* of what attaches: for hours it waits and prints */
	places = rawbpf_num_open_probes(r->b);
	if (!places) {
		tool_fail("run", "no program of '%s' has a section that names a place", r->file);
		fputs("  hint: name it in the source: .prog NAME \"usdt/FILE:PROVIDER:NAME\"\n",
			stderr);
		return TOOL_FAILED;
	}
	if (r->drop && rawbpf_drop(r->b))
		return tool_error("run", rawbpf_error(r->b));
	if (places < 0)
		fputs("rawbpf run: would attach at ? places; nothing was changed\n", stderr);
	else
		fprintf(stderr, "rawbpf run: %s at %d place%s%s\n",
			r->dry ? "would attach" : "attached", places, places == 1 ? "" : "s",
			r->dry ? "; nothing was changed" : ", Ctrl-C ends");
	return TOOL_OK;
}

/* ---- trace lines ------------------------------------------------------------------------- */

static void print_lost(const struct run *r, const struct rawbpf_trace_fields *f)
{
	struct json j;

	if (!r->json) {
		printf("CPU:%d [LOST %llu EVENTS]\n", f->cpu, (unsigned long long)f->lost);
		return;
	}
	json_open(&j, stdout);
	json_uint(&j, "lost", f->lost);
	json_int(&j, "cpu", f->cpu);
	json_close(&j);
}

static void print_line_json(const struct rawbpf_trace_fields *f)
{
	struct json j;

	json_open(&j, stdout);
	json_trace(&j, f);
	json_close(&j);
}

static void print_line(const struct run *r, const struct rawbpf_trace_fields *f)
{
	if (f->lost)
		print_lost(r, f);
	if (f->lost && !*f->symbol)
		return;
	if (r->json) {
		print_line_json(f);
		return;
	}
	printf("%*s", 16 - (int)strnlen(f->task, 16), "");
	tool_puts_safe(stdout, f->task);
	printf("-%-7d [%03d] %s %12s: %s: ", f->pid, f->cpu, f->flags, f->ts, f->symbol);
	rawbpf_fprint_text(stdout, f->msg, f->msg_len, true);
	putchar('\n');
}

/* Prints at most max lines.  1: there may be more, 0: none, or a negative errno. */
static int print_lines(struct run *r, int max)
{
	struct rawbpf_trace_fields f;
	int got = 1;

	while (r->trace >= 0 && max-- > 0) {
		got = rawbpf_trace_fields(r->b, &f, .nonblocking = true);
		if (got <= 0)
			break;
		print_line(r, &f);
	}
	if (fflush(stdout)) {
		r->pipe_end = errno == EPIPE;
		return -EIO;
	}
	return r->trace >= 0 ? got : 0;
}

/* Milliseconds until the deadline, rounded up; -1: none. */
static int time_left(const struct run *r, const struct timespec *begin)
{
	struct timespec now;
	double left;

	if (r->seconds < 0)
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &now);
	left = r->seconds - (double)(now.tv_sec - begin->tv_sec) -
	       (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
	if (left <= 0)
		return 0;
	return left > 1e6 ? 1000000000 : (int)(left * 1e3) + 1;
}

/* Until a signal, the deadline or the end of stdout's reader. */
static int follow(struct run *r)
{
	struct pollfd fds[3] = {
		{r->signals, POLLIN, 0}, {STDOUT_FILENO, 0, 0}, {r->trace, POLLIN, 0}};
	struct timespec begin;
	int left, more = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		left = time_left(r, &begin);
		if (!left)
			return TOOL_OK;
		if (poll(fds, 3, more ? 0 : left) < 0 && errno != EINTR)
			return tool_fail("run", "poll(2) failed: %s", rawbpf_errno_name(errno));
		if (fds[0].revents)
			return TOOL_OK;
		if (fds[1].revents & POLLERR) {
			r->pipe_end = true;
			return TOOL_OK;
		}
		if (!more && !fds[2].revents)
			continue;
		more = print_lines(r, RUN_BATCH);
		if (r->pipe_end)
			return TOOL_OK;
		if (more == -EIO && ferror(stdout))
			return tool_finish("run", TOOL_OK);
		if (more < 0 && more != -EINTR)
			return tool_error("run", rawbpf_error(r->b));
		more = more > 0;
	}
}

/* ---- histograms -------------------------------------------------------------------------- */

/* What print_hist_json() is called with. */
struct run_hist {
	const char *map;
	bool linear;
};

/* slot i of log2 covers [2^(i-1), 2^i - 1]; 0 and 1 share the first row, as printed */
static void json_bucket(struct json *j, const struct run_hist *m, size_t i, uint64_t count)
{
	json_begin(j, NULL, '{');
	json_uint(j, "low", m->linear ? i : i == 1 ? 0 : UINT64_C(1) << (i - 1));
	json_uint(j, "high", m->linear ? i : UINT64_MAX >> (64 - i));
	json_uint(j, "count", count);
	json_end(j, '}');
}

static int print_hist_json(void *arg, const struct rawbpf_hist *h)
{
	const struct run_hist *m = arg;
	size_t i;
	struct json j;

	json_open(&j, stdout);
	json_str(&j, "map", m->map);
	json_str(&j, "section", h->section);
	json_str(&j, "val_type", m->map);
	json_begin(&j, "buckets", '[');
	for (i = m->linear ? 0 : 1; i < h->n; i++)
		json_bucket(&j, m, i, h->slots[i]);
	json_end(&j, ']');
	json_close(&j);
	return 0;
}

static int no_hist(void *arg, const struct rawbpf_hist *h)
{
	(void)arg;
	(void)h;
	return 0;
}

static int print_hist(void *arg, struct rawbpf_table *t, const char *hist)
{
	const struct run *r = arg;
	struct rawbpf_table_info info;
	struct run_hist m;
	int err;

	if (!hist)
		return 0;
	err = rawbpf_table_info(t, &info);
	if (err)
		return err;
	m.map = info.name;
	m.linear = !strcmp(hist, "linear");
	if (r->json || r->dry)
		return rawbpf_each_hist(t, m.linear, NULL, r->dry ? no_hist : print_hist_json, &m);
	return m.linear ? rawbpf_print_linear_hist(t, .val_type = info.name)
			: rawbpf_print_log2_hist(t, .val_type = info.name);
}

/* What is left to print when the run is over. */
static int finish(struct run *r)
{
	if (r->pipe_end)
		return TOOL_OK; /* nobody reads it */
	if (!r->dry)
		print_lines(r, RUN_DRAIN);
	if (rawbpf_each_table(r->b, print_hist, r) < 0 && !ferror(stdout))
		return tool_error("run", rawbpf_error(r->b));
	if (r->pipe_end)
		return TOOL_OK;
	return tool_finish("run", TOOL_OK);
}

static int run(struct run *r)
{
	int status = tool_stdout("run");

	if (!status)
		status = take_signals(r);
	if (!status && r->dry)
		status = tool_audit_plan(&r->audit, "run", r->b);
	else if (!status)
		status = tool_audit_begin(&r->audit, "run", r->b);
	if (!status)
		status = start(r);
	if (!status && !r->dry)
		status = follow(r);
	return status ? status : finish(r);
}

int run_main(int argc, char **argv)
{
	struct run r = {.seconds = -1, .signals = -1, .trace = -1};
	int status;

	r.dirs = calloc((size_t)argc + 1, sizeof(*r.dirs));
	if (!r.dirs)
		return tool_fail("run", "out of memory");
	if (arguments(&r, argc, argv, &status)) {
		r.b = rawbpf_new();
		status = run(&r);
		rawbpf_free(r.b);
		status = tool_audit_end(&r.audit, "run", status);
	}
	if (r.signals >= 0)
		close(r.signals);
	free(r.dirs);
	return status;
}
