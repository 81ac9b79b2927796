// SPDX-License-Identifier: MIT
/* trace.c - rawbpf trace: the lines that BPF programs print, live or saved. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tool_audit.h"

static const char trace_usage[] =
	"[-f FMT] [--json] [--shared] [--symbol EVENT] [--drop] [--audit FILE] [FILE | -]\n"
	"\n"
	"What programs print with bpf_trace_printk(), from now on and until Ctrl-C, through a "
	"trace\n"
	"instance of its own; or the saved lines of a file.\n"
	"\n"
	"  -f, --format FMT  python's format of {0} task, {1} pid, {2} cpu, {3} flags, {4} time,\n"
	"                    {5} message: \"{1:>7} {5}\"\n"
	"  --json            one object a line\n"
	"  --shared          read trace_pipe itself: other events too, but one reader only\n"
	"  --drop            give up every capability and, by a filter, every system call that is\n"
	"                    not needed to read lines\n"
	"  --symbol EVENT    only lines of this event, such as bpf_trace_printk\n" TOOL_AUDIT_USAGE;

struct trace_cmd {
	const char *fmt, *symbol, *file;
	bool json, shared, drop;
	uint64_t unknown; /* lines of a file without a record */
	struct tool_audit audit;
};

static volatile int trace_stop;

/*
 * A signal between a look at the flag and the wait is caught up with by the alarm.  SIGPIPE too
 * only ends the loop: dying of it would leave the trace instance behind.
 */
static void on_stop(int sig)
{
	(void)sig;
	trace_stop = 1;
	alarm(1);
}

static void catch_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGPIPE};
	const struct sigaction sa = {.sa_handler = on_stop};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		sigaction(ends[i], &sa, NULL);
}

static void json_record(const struct rawbpf_trace_fields *f)
{
	struct json j;

	json_open(&j, stdout);
	if (!*f->ts) { /* a notice */
		json_uint(&j, "lost", f->lost);
		json_int(&j, "cpu", f->cpu);
		json_close(&j);
		return;
	}
	json_trace(&j, f);
	json_close(&j);
}

static int print_json(struct rawbpf *b, struct trace_cmd *c)
{
	struct rawbpf_trace_fields f;
	int ret = 0;

	while (!trace_stop && (ret = rawbpf_trace_fields(b, &f, .shared = c->shared,
				       .symbol = c->symbol, .file = c->file, .notices = true,
				       .unknown = &c->unknown, .stop = &trace_stop)) > 0) {
		json_record(&f);
		if (ferror(stdout) || (!c->file && fflush(stdout)))
			break; /* tool_finish() tells */
	}
	return ret;
}

static int print_lines(struct rawbpf *b, struct trace_cmd *c)
{
	return rawbpf_trace_print(b, .fmt = c->fmt, .shared = c->shared, .symbol = c->symbol,
		.file = c->file, .escape = isatty(STDOUT_FILENO) == 1, .unknown = &c->unknown,
		.stop = &trace_stop);
}

static int trace_failed(const struct rawbpf_error *e)
{
	int status = tool_error("trace", e);

	if (e->log)
		tool_puts_lines(stderr, e->log);
	return status;
}

/* Of saved lines only: the live pipe carries other events too. */
static void tell_unknown(const struct trace_cmd *c)
{
	const char *name = c->file && !strcmp(c->file, "-") ? "stdin" : c->file;

	if (c->file && c->unknown)
		tool_fail("trace", "%" PRIu64 " line%s of '%s' held no record", c->unknown,
			c->unknown == 1 ? "" : "s", name);
}

/* What could be written has been: a reader of stdout that has gone is an end like Ctrl-C. */
static int trace_end(void)
{
	errno = 0;
	if (trace_stop && (fflush(stdout) || ferror(stdout)) && (!errno || errno == EPIPE))
		return TOOL_OK;
	return tool_finish("trace", TOOL_OK);
}

/* Such as an instance that stays. */
static void trace_tell(void *arg, enum rawbpf_log_level level, const char *msg)
{
	(void)arg;
	if (level == RAWBPF_LOG_WARN)
		tool_warn("trace", msg);
}

static int trace_run(struct trace_cmd *c)
{
	int ret, status = tool_stdout("trace");
	struct rawbpf *b;

	if (status)
		return status;
	b = rawbpf_new();
	rawbpf_set_log(b, trace_tell, NULL);
	status = tool_audit_begin(&c->audit, "trace", b);
	if (status) {
		rawbpf_free(b);
		return tool_audit_end(&c->audit, "trace", status);
	}
	catch_signals();
	ret = c->file ? 0 : rawbpf_trace_fd(b, c->shared);
	if (ret >= 0 && c->drop)
		ret = rawbpf_drop(b);
	if (ret >= 0 && !c->file)
		fputs("rawbpf trace: reading, Ctrl-C ends\n", stderr);
	if (ret >= 0)
		ret = c->json ? print_json(b, c) : print_lines(b, c);
	if (ret < 0 && !(trace_stop && (ret == -EINTR || ret == -EPIPE)))
		status = trace_failed(rawbpf_error(b));
	rawbpf_free(b);
	status = tool_audit_end(&c->audit, "trace", status);
	tell_unknown(c);
	return status ? status : trace_end();
}

int trace_main(int argc, char **argv)
{
	static const struct option longs[] = {{"format", required_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'}, {"shared", no_argument, NULL, 's'},
		{"symbol", required_argument, NULL, 'y'}, {"drop", no_argument, NULL, 'D'},
		{"help", no_argument, NULL, 'h'}, TOOL_AUDIT_OPTIONS, {0}};
	struct trace_cmd c = {0};
	int opt;

	while ((opt = tool_getopt("trace", trace_usage, argc, argv, ":f:h", longs)) != -1) {
		switch (opt) {
		case 'f': c.fmt = optarg; break;
		case 'j': c.json = true; break;
		case 's': c.shared = true; break;
		case 'D': c.drop = true; break;
		case 'y': c.symbol = optarg; break;
		case 'h': return tool_usage("trace", trace_usage);
		default:
			if (!tool_audit_option(&c.audit, opt, optarg))
				return TOOL_USAGE;
		}
	}
	if (tool_operands("trace", trace_usage, argc, argv, "FILE", 0, 1))
		return TOOL_USAGE;
	c.file = argv[optind];
	if (c.json && c.fmt)
		return tool_wrong("trace", trace_usage, "--json or -f, not both");
	if (c.file && c.shared)
		return tool_wrong(
			"trace", trace_usage, "--shared is for live lines, not '%s'", c.file);
	if (c.file && c.drop)
		return tool_wrong(
			"trace", trace_usage, "--drop is for live lines, not '%s'", c.file);
	return trace_run(&c);
}
