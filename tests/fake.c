// SPDX-License-Identifier: MIT
/* fake.c - a kernel for tests without root: bpf(2) and friends answered by a hook. */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "t.h"

static long fake_fd(struct fake *f)
{
	FAKE_MUST(f->n_fds < FAKE_FDS);
	f->open[f->n_fds] = true;
	f->n_open++;
	return FAKE_FD + (long)f->n_fds++;
}

static long fake_close(struct fake *f, const struct rawbpf_call *c)
{
	unsigned i = (unsigned)c->arg[0] - FAKE_FD;

	if ((int)c->arg[0] < FAKE_FD)
		return rawbpf_call_kernel(c);
	FAKE_MUST(i < f->n_fds && f->open[i]);
	f->open[i] = false;
	f->n_open--;
	return 0;
}

static long fake_map(struct fake *f, const union rawbpf_attr *a)
{
	f->last_map = *a;
	if (f->no_memlock && !f->memlock_raised)
		return -EPERM;
	if (f->no_names && a->map.map_name[0])
		return -E2BIG;
	if (f->no_map_btf && a->map.btf_fd)
		return -EINVAL;
	if (f->refuse_map)
		return f->refuse_map;
	return fake_fd(f);
}

/* As much of the log as there is room for. */
static long fake_rotate(const struct fake *f, union rawbpf_attr *a)
{
	size_t n = strlen(f->log), room = a->prog.log_size - 1, from;
	char *log = (char *)(uintptr_t)a->prog.log_buf;

	a->prog.log_true_size = (uint32_t)n + 1;
	from = n > room && !(a->prog.log_level & 8) ? n - room : 0;
	snprintf(log, room + 1, "%s", f->log + from);
	return n > room ? -ENOSPC : f->refuse_prog;
}

static long fake_verify(struct fake *f, union rawbpf_attr *a)
{
	char *log = (char *)(uintptr_t)a->prog.log_buf;

	if (!f->refuse_prog)
		return fake_fd(f);
	if (!a->prog.log_level || !f->log)
		return f->refuse_prog;
	if (f->log_rotates)
		return fake_rotate(f, a);
	if (a->prog.log_size < f->log_needs)
		return -ENOSPC;
	ck_assert_uint_gt(a->prog.log_size, strlen(f->log));
	strcpy(log, f->log);
	return f->refuse_prog;
}

static long fake_prog(struct fake *f, union rawbpf_attr *a)
{
	f->last_prog = *a;
	if (f->prog_again && f->prog_again--)
		return -EAGAIN;
	if (f->no_names && a->prog.prog_name[0])
		return -E2BIG;
	if (f->no_line_info && a->prog.line_info_cnt)
		return -E2BIG;
	if (f->want_version && a->prog.prog_type == RAWBPF_PROG_KPROBE && !a->prog.kern_version)
		return -EINVAL;
	return fake_verify(f, a);
}

static long fake_bpf(struct fake *f, const struct rawbpf_call *c)
{
	union rawbpf_attr *a = (union rawbpf_attr *)c->arg[1];

	FAKE_MUST(c->arg[0] < 40);
	f->n_bpf[c->arg[0]]++;
	if (f->n_bpf_calls < FAKE_CALLS)
		f->bpf_calls[f->n_bpf_calls++] = (int)c->arg[0];
	switch (c->arg[0]) {
	case RAWBPF_MAP_CREATE: return fake_map(f, a);
	case RAWBPF_PROG_LOAD: return fake_prog(f, a);
	case RAWBPF_MAP_UPDATE_ELEM: return f->refuse_update;
	case RAWBPF_BTF_LOAD: return f->no_btf ? -EINVAL : fake_fd(f);
	case RAWBPF_LINK_CREATE: return f->no_perf_link ? -EINVAL : fake_fd(f);
	default: return 0;
	}
}

long fake_call(void *arg, const struct rawbpf_call *c)
{
	struct fake *f = arg;

	if (c->kind == RAWBPF_CALL_CLOSE)
		return fake_close(f, c); /* close always closes */
	if (++f->n_calls == f->fail_at)
		return f->fail_err;
	switch (c->kind) {
	case RAWBPF_CALL_BPF: return fake_bpf(f, c);
	case RAWBPF_CALL_IOCTL: return 0;
	case RAWBPF_CALL_PERF_EVENT_OPEN: return fake_fd(f);
	case RAWBPF_CALL_PRLIMIT:
		if (c->arg[2])
			f->memlock_raised = true;
		if (c->arg[3])
			*(struct rlimit *)c->arg[3] = (struct rlimit){65536, 65536};
		return 0;
	default: return rawbpf_call_kernel(c);
	}
}

struct rawbpf *fake_context(struct fake *f)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_ptr_nonnull(b);
	rawbpf_set_hook(b, fake_call, f);
	return b;
}

int fake_load(struct rawbpf *b, const char *file)
{
	size_t len;
	char *p = t_data(file, &len);
	int err = rawbpf_load(b, .image = p, .image_len = len, .name = file);

	free(p);
	return err;
}

const char fake_refusal[] = "0: R1=ctx() R10=fp0\n"
			    "0: (79) r1 = *(u64 *)(r1 +112)        ; R1=scalar()\n"
			    "1: (79) r0 = *(u64 *)(r1 +0)\n"
			    "R1 invalid mem access 'scalar'\n"
			    "processed 2 insns (limit 1000000) max_states_per_insn 0\n";
