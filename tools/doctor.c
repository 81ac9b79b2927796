// SPDX-License-Identifier: MIT
/*
 * doctor.c - rawbpf doctor: what this kernel and this user can do.
 *
 * Every line is a trial, not a version: the call is made, with arguments that leave nothing behind,
 * and what the kernel answers is the result.  Where success would change something (a probe on a
 * function), the trial names a thing that does not exist: a kernel that can says so with ENOENT.
 */
#include <getopt.h>

#include "doctor.h"

static const char doctor_usage[] =
	"[--json | --reap] [--audit FILE]\n\n"
	"Tries what rawbpf needs of this kernel and this user, and tells for what is missing the\n"
	"reason and the remedy.  Exit status 0: programs can be loaded and attached; 1: something\n"
	"that every program needs is missing or denied (the lines marked !).\n\n"
	"  --json  one object a line\n"
	"  --reap  try nothing; remove what killed processes of rawbpf left in "
	"tracefs\n" TOOL_AUDIT_USAGE;

static const char *const status_names[] = {"ok", "missing", "denied", "unknown"};

struct check {
	const char *name;
	bool needed; /* by every program */
	enum need need;
	doctor_check *run;
	int arg;
};

static const struct check checks[] = {
	{"kernel", false, NEED_NONE, doctor_check_kernel, 0},
	{"bpf", true, NEED_BPF, doctor_check_bpf, 0},
	{"map", true, NEED_BPF, doctor_check_map, RAWBPF_MAP_ARRAY},
	{"memlock", false, NEED_BPF, doctor_check_memlock, 0},
	{"prog_kprobe", true, NEED_BPF, doctor_check_prog, RAWBPF_PROG_KPROBE},
	{"prog_tracepoint", true, NEED_BPF, doctor_check_prog, RAWBPF_PROG_TRACEPOINT},
	{"prog_perf_event", false, NEED_BPF, doctor_check_prog, RAWBPF_PROG_PERF_EVENT},
	{"prog_raw_tracepoint", false, NEED_BPF, doctor_check_prog, RAWBPF_PROG_RAW_TRACEPOINT},
	{"uprobe", true, NEED_PROBE, doctor_check_uprobe, 0},
	{"kprobe", false, NEED_PROBE, doctor_check_kprobe, 0},
	{"tracefs", true, NEED_NONE, doctor_check_tracefs, 0},
	{"syscall_tracepoints", false, NEED_NONE, doctor_check_event, 1},
	{"trace_instance", false, NEED_NONE, doctor_check_event, 0},
	{"perf_hardware", false, NEED_EVENT, doctor_check_hardware, 0},
	{"perf_link", false, NEED_EVENT, doctor_check_link, 0},
	{"uprobe_multi", false, NEED_BPF, doctor_check_multi, RAWBPF_TRACE_UPROBE_MULTI},
	{"kprobe_multi", false, NEED_BPF, doctor_check_multi, RAWBPF_TRACE_KPROBE_MULTI},
	{"kprobe_session", false, NEED_BPF, doctor_check_multi, RAWBPF_TRACE_KPROBE_SESSION},
	{"fentry", false, NEED_BPF, doctor_check_typed, 0},
	{"tp_btf", false, NEED_BPF, doctor_check_typed, 1},
	{"btf_kernel", false, NEED_NONE, doctor_check_btf_kernel, 0},
	{"btf_load", false, NEED_BPF, doctor_check_btf_load, 0},
	{"perf_buffer", false, NEED_BPF, doctor_check_map, RAWBPF_MAP_PERF_EVENT_ARRAY},
	{"ring_buffer", false, NEED_BPF, doctor_check_map, RAWBPF_MAP_RINGBUF},
	{"stack_trace", false, NEED_BPF, doctor_check_map, RAWBPF_MAP_STACK_TRACE},
	{"batch", false, NEED_BPF, doctor_check_batch, 0},
	{"jit", false, NEED_NONE, doctor_check_jit, 0},
	{"capabilities", false, NEED_NONE, doctor_check_caps, 0},
	{"user_namespace", false, NEED_NONE, doctor_check_user_ns, 0},
	{"seccomp", false, NEED_NONE, doctor_check_seccomp, 0},
	{"unprivileged_bpf_disabled", false, NEED_BPF, doctor_check_sysctl, 0},
	{"perf_event_paranoid", false, NEED_EVENT, doctor_check_sysctl, 1},
	{"kptr_restrict", false, NEED_ADDRESSES, doctor_check_sysctl, 2},
	{"lockdown", false, NEED_NONE, doctor_check_lockdown, 0},
	{"security_module", false, NEED_NONE, doctor_check_module, 0},
	{"bpf_fs", false, NEED_NONE, doctor_check_bpf_fs, 0},
	{"nofile", false, NEED_NONE, doctor_check_nofile, 0},
};

static void print_finding(const struct check *c, const struct finding *f, bool json)
{
	bool bad = c->needed && f->status != STATUS_OK;
	struct json j;

	if (json) {
		json_open(&j, stdout);
		json_str(&j, "check", c->name);
		json_str(&j, "status", status_names[f->status]);
		json_str(&j, "reason", *f->reason ? f->reason : NULL);
		json_str(&j, "remedy", *f->remedy ? f->remedy : NULL);
		json_close(&j);
		return;
	}
	printf("%c %-26s %-8s ", bad ? '!' : ' ', c->name, status_names[f->status]);
	tool_puts_safe(stdout, f->reason);
	putchar('\n');
	if (!*f->remedy)
		return;
	printf("  %-26s %-8s -> ", "", "");
	tool_puts_safe(stdout, f->remedy);
	putchar('\n');
}

static int doctor_try(struct patient *p, bool json)
{
	int status = TOOL_OK;
	struct finding f;
	size_t k;

	caps_read(&p->caps);
	doctor_try_memlock(p);
	for (k = 0; k < sizeof(checks) / sizeof(*checks); k++) {
		f = (struct finding){.need = checks[k].need,
			.caps = &p->caps,
			.memlock = p->memlock == MEMLOCK_SHORT};
		checks[k].run(p, &f, checks[k].arg);
		print_finding(&checks[k], &f, json);
		if (checks[k].needed && f.status != STATUS_OK)
			status = TOOL_FAILED;
	}
	doctor_close(p, p->tracefs);
	return status;
}

int doctor_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"reap", no_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		TOOL_AUDIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	struct patient p = {.tracefs = -1};
	int c, status;
	bool json = false, old = false;

	while ((c = tool_getopt("doctor", doctor_usage, argc, argv, ":h", options)) != -1) {
		switch (c) {
		case 'j': json = true; break;
		case 'r': old = true; break;
		case 'h': return tool_usage("doctor", doctor_usage);
		default:
			if (!tool_audit_option(&p.audit, c, optarg))
				return TOOL_USAGE;
		}
	}
	if (tool_operands("doctor", doctor_usage, argc, argv, "", 0, 0))
		return TOOL_USAGE;
	if (old && json)
		return tool_wrong("doctor", doctor_usage, "--json or --reap, not both");
	p.b = rawbpf_new();
	status = tool_audit_begin(&p.audit, "doctor", p.b);
	if (!status)
		status = old ? doctor_reap(p.b) : doctor_try(&p, json);
	rawbpf_free(p.b);
	status = tool_audit_end(&p.audit, "doctor", status);
	return tool_finish("doctor", status);
}
