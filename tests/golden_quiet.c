// SPDX-License-Identifier: MIT
/*
 * golden_quiet.c - public functions that ask nothing of the kernel, or do no more than read files:
 * each is called where seccomp(2) ends a process that does more.
 *
 * What the C library needs for memory is let through, and for those of files what opens and reads.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bpfasm.h"
#include "golden.h"
#include "rawbpf_sys.h"
#include "rawbpf_usdt.h"
#include "t.h"

/* ---- the calls: they return whether they did what they are for -------------------------------- */

static char elf_path[] = TEST_DATA "/object/all.bpf.o";

struct quiet {
	struct rawbpf *b;
	struct rawbpf_error e;
	char *elf;
	size_t elf_len;
	FILE *out;
};

static bool call_new(struct quiet *q)
{
	struct rawbpf *b = rawbpf_new();

	(void)q;
	rawbpf_free(b);
	return b;
}

static bool call_errmsg(struct quiet *q)
{
	return !*rawbpf_errmsg(q->b);
}

static bool call_error(struct quiet *q)
{
	return !rawbpf_error(q->b)->err;
}

static bool call_errno_name(struct quiet *q)
{
	(void)q;
	return !strcmp(rawbpf_errno_name(-ENOENT), "ENOENT");
}

static bool call_set_log(struct quiet *q)
{
	rawbpf_set_log(q->b, NULL, NULL);
	return true;
}

static bool call_set_hook(struct quiet *q)
{
	rawbpf_set_hook(q->b, NULL, NULL);
	return true;
}

static bool call_set_audit_form(struct quiet *q)
{
	rawbpf_set_audit_form(q->b, RAWBPF_AUDIT_STABLE);
	return true;
}

static bool call_set_dry_run(struct quiet *q)
{
	return !rawbpf_set_dry_run(q->b);
}

static bool call_parse_trace_line(struct quiet *q)
{
	char line[] = "   plain-94        0d... 291326us : bpf_trace_printk: hello";
	struct rawbpf_trace_fields f;

	(void)q;
	return rawbpf_parse_trace_line(line, strlen(line), &f) == 1;
}

static const uint64_t slots[] = {0, 3, 5};

static bool call_log2_hist(struct quiet *q)
{
	return !rawbpf_fprint_log2_hist(q->out, slots, 3, .val_type = "bytes");
}

static bool call_linear_hist(struct quiet *q)
{
	return !rawbpf_fprint_linear_hist(q->out, slots, 3, .val_type = "bytes");
}

static const struct rawbpf_hist_entry entries[] = {{"a", 2, 1, 3}, {"b", 2, 2, 5}};

static bool call_log2_sections(struct quiet *q)
{
	return !rawbpf_fprint_log2_sections(q->out, entries, 2, .section_header = "name");
}

static bool call_linear_sections(struct quiet *q)
{
	return !rawbpf_fprint_linear_sections(q->out, entries, 2, .section_header = "name");
}

static bool call_text(struct quiet *q)
{
	return !rawbpf_fprint_text(q->out, "a\033[1m", 6, false);
}

static bool call_explain_log(struct quiet *q)
{
	static const char log[] = "R1 invalid mem access 'scalar'\n";

	return !rawbpf_explain_log(log, sizeof(log) - 1, -EACCES, &q->e);
}

static bool call_list_object(struct quiet *q)
{
	return !rawbpf_list_object(q->elf, q->elf_len, q->out, &q->e);
}

static int on_probe(void *arg, const struct rawbpf_usdt_probe *p)
{
	(void)arg;
	return !p;
}

static bool call_parse_notes(struct quiet *q)
{
	return rawbpf_usdt_parse_notes(q->elf, q->elf_len, on_probe, NULL, &q->e) <= 0;
}

static bool call_next_arg(struct quiet *q)
{
	const char *args = "-4@%edi 8@%rsi";
	char operand[64];

	(void)q;
	return rawbpf_usdt_next_arg(&args, operand, sizeof(operand)) == 1;
}

static bool call_parse_arg(struct quiet *q)
{
	struct rawbpf_usdt_arg a;

	return !rawbpf_usdt_parse_arg(62, "-4@%edi", &a, &q->e);
}

static int on_any_sym(void *arg, const struct rawbpf_sym *s)
{
	(void)arg;
	return !s;
}

static int on_found(void *arg, size_t i, const struct rawbpf_sym *s)
{
	(void)arg;
	return i || !s;
}

static int on_any_why(void *arg, const struct rawbpf_why *w)
{
	(void)arg;
	return !w;
}

static int on_info(void *arg, const struct rawbpf_usdt_info *p)
{
	(void)arg;
	return !p;
}

#define APP TEST_BUILD "/child"

static bool call_each_sym(struct quiet *q)
{
	return !rawbpf_each_sym(APP, "work", on_any_sym, NULL, &q->e);
}

static bool call_find_syms(struct quiet *q)
{
	const char *const names[] = {"work"};

	return !rawbpf_find_syms(APP, names, 1, on_found, NULL, &q->e);
}

static bool call_each_why(struct quiet *q)
{
	return !rawbpf_each_why(APP, "work", 0, on_any_why, NULL, &q->e);
}

static bool call_usdt_each(struct quiet *q)
{
	return rawbpf_usdt_each(APP, 0, on_probe, NULL, &q->e) <= 0;
}

static bool call_usdt_new(struct quiet *q)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = APP);

	(void)q;
	rawbpf_usdt_free(u);
	return u;
}

static bool call_usdt_errmsg(struct quiet *q)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = "a/b");
	bool told = *rawbpf_usdt_errmsg(u) && rawbpf_usdt_error(u)->err;

	(void)q;
	rawbpf_usdt_free(u);
	return told;
}

static bool call_usdt_probes(struct quiet *q)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = APP);
	int err = rawbpf_usdt_each_probe(u, on_info, NULL);

	(void)q;
	rawbpf_usdt_each_location(u, "none", on_probe, NULL);
	rawbpf_usdt_enable_probe(u, .probe = "none", .fn_name = "f");
	rawbpf_usdt_free(u);
	return err <= 0;
}

static const struct {
	const char *names;
	bool files;
	bool (*call)(struct quiet *q);
} rows[] = {
	{"rawbpf_new", false, call_new},
	{"rawbpf_errmsg", false, call_errmsg},
	{"rawbpf_error", false, call_error},
	{"rawbpf_errno_name", false, call_errno_name},
	{"rawbpf_set_log", false, call_set_log},
	{"rawbpf_set_hook", false, call_set_hook},
	{"rawbpf_set_audit_form", false, call_set_audit_form},
	{"rawbpf_set_dry_run", false, call_set_dry_run},
	{"rawbpf_parse_trace_line", false, call_parse_trace_line},
	{"rawbpf_fprint_log2_hist", false, call_log2_hist},
	{"rawbpf_fprint_linear_hist", false, call_linear_hist},
	{"rawbpf_fprint_log2_sections", false, call_log2_sections},
	{"rawbpf_fprint_linear_sections", false, call_linear_sections},
	{"rawbpf_fprint_text", false, call_text},
	{"rawbpf_explain_log", false, call_explain_log},
	{"rawbpf_list_object", false, call_list_object},
	{"rawbpf_usdt_parse_notes", false, call_parse_notes},
	{"rawbpf_usdt_next_arg", false, call_next_arg},
	{"rawbpf_usdt_parse_arg", false, call_parse_arg},
	{"rawbpf_each_sym", true, call_each_sym},
	{"rawbpf_find_syms", true, call_find_syms},
	{"rawbpf_each_why", true, call_each_why},
	{"rawbpf_usdt_each", true, call_usdt_each},
	{"rawbpf_usdt_new", true, call_usdt_new},
	{"rawbpf_usdt_errmsg rawbpf_usdt_error rawbpf_usdt_free", false, call_usdt_errmsg},
	{"rawbpf_usdt_each_probe rawbpf_usdt_each_location rawbpf_usdt_enable_probe", true,
		call_usdt_probes},
};
const size_t golden_n_quiet = sizeof(rows) / sizeof(*rows);

/* ---- where more is the end ------------------------------------------------------------------- */

static const int for_memory[] = {SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise,
	SYS_mprotect, SYS_futex, SYS_getrandom, SYS_clock_gettime, SYS_exit_group};
static const int for_files[] = {SYS_openat, SYS_close, SYS_read, SYS_pread64, SYS_lseek, SYS_fstat,
	SYS_newfstatat, SYS_statx, SYS_readlinkat, SYS_getdents64, SYS_faccessat, SYS_fcntl,
#ifdef SYS_open
	SYS_open, SYS_stat, SYS_lstat, SYS_readlink, SYS_access,
#endif
	SYS_uname};

static void allow(struct sock_filter *f, size_t *n, const int *calls, size_t n_calls)
{
	size_t i;

	for (i = 0; i < n_calls; i++) {
		f[(*n)++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], 0, 1);
		f[(*n)++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
}

static bool confine(bool files)
{
	struct sock_filter f[80] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
	struct sock_fprog p = {.filter = f};
	size_t n = 1;

	allow(f, &n, for_memory, sizeof(for_memory) / sizeof(*for_memory));
	if (files)
		allow(f, &n, for_files, sizeof(for_files) / sizeof(*for_files));
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL);
	p.len = (unsigned short)n;
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p);
}

bool golden_quiet_call(size_t i, const char **name, bool *files, int *status)
{
	struct quiet q = {.b = rawbpf_new()};
	char *text = NULL;
	size_t len;
	pid_t pid;

	*name = rows[i].names;
	*files = rows[i].files;
	q.elf = t_read_file(elf_path, &q.elf_len);
	q.out = open_memstream(&text, &len);
	ck_assert(q.b && q.elf && q.out);
	pid = fork();
	if (!pid)
		_exit(!confine(*files) ? 2 : rows[i].call(&q) ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, status, 0), pid);
	rawbpf_free(q.b);
	free(q.elf);
	fclose(q.out);
	free(text);
	return WIFEXITED(*status) && !WEXITSTATUS(*status);
}
