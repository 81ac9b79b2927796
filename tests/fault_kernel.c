// SPDX-License-Identifier: MIT
/* fault_kernel.c - the scenarios of the kernel's own functions: probes, links, trampolines. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"

#define PROBE_TEXT	    ".license \"GPL\"\n.prog on_call \"kprobe\"\n	return 0\n"
#define TYPED_TEXT(section) ".license \"GPL\"\n.prog on_call \"" section "\"\n	return 0\n"

/* Functions for a pattern, instead of the kernel's hundred thousand: each run reads them. */
static const char functions[] =
	"vfs_read\nvfs_write\nvfs_open\nvfs_statfs\nvfs_getattr\nvfs_fsync\n"
	"vfs_mkdir\nvfs_rmdir\nvfs_unlink\nvfs_link\nvfs_symlink\n"
	"vfs_rename\n";

static bool begin_functions(struct fault *f)
{
	f->fds[0] = memfd_create("functions", MFD_CLOEXEC);
	snprintf(f->list, sizeof(f->list), "/proc/self/fd/%d", f->fds[0]);
	return f->fds[0] >= 0 && write(f->fds[0], functions, strlen(functions)) > 0;
}

static void end_functions(struct fault *f)
{
	close(f->fds[0]);
}

static int attach_entry(struct fault *f)
{
	return rawbpf_attach_kprobe(f->b, .event = "vfs_mkdir", .fn_name = "on_call");
}

static int detach_entry(struct fault *f)
{
	return rawbpf_detach_kprobe(f->b, .event = "vfs_mkdir");
}

static int attach_inside(struct fault *f)
{
	return rawbpf_attach_kprobe(f->b, .event = "getpgid", .fn_name = "on_call");
}

static int attach_return(struct fault *f)
{
	return rawbpf_attach_kretprobe(f->b, .event = "vfs_mkdir", .fn_name = "on_call");
}

static int detach_return(struct fault *f)
{
	return rawbpf_detach_kretprobe(f->b, .event = "vfs_mkdir");
}

static int attach_maxactive(struct fault *f)
{
	return rawbpf_attach_kretprobe(
		f->b, .event = "vfs_mkdir", .maxactive = 8, .fn_name = "on_call");
}

static int attach_pattern(struct fault *f)
{
	return rawbpf_attach_kprobe(f->b, .event_re = "vfs_.*", .fn_name = "on_call");
}

static int detach_pattern(struct fault *f)
{
	return rawbpf_detach_kprobe(f->b, .event_re = "vfs_.*");
}

static int attach_few(struct fault *f)
{
	return rawbpf_attach_kprobe(f->b, .event_re = "vfs_(mk|rm)dir", .fn_name = "on_call");
}

static int attach_sections(struct fault *f)
{
	return rawbpf_attach_all(f->b);
}

static void no_words(void *arg, enum rawbpf_log_level level, const char *msg)
{
	(void)arg;
	(void)level;
	(void)msg;
}

/* Who listens is told of missed calls, too: of a file that stays open for it. */
static int hear(struct fault *f)
{
	rawbpf_set_log(f->b, no_words, f);
	return 0;
}

const struct fault_row fault_kernel_rows[] = {
	{.name = "kprobe", .slow = 2, .text = PROBE_TEXT, .step = {attach_entry, detach_entry}},
	{.name = "kprobe of a system call",
		.slow = 2,
		.text = PROBE_TEXT,
		.step = {attach_inside},
		.probes = 1},
	{.name = "kretprobe",
		.slow = 2,
		.text = PROBE_TEXT,
		.step = {attach_return, detach_return}},
	{.name = "kretprobe with maxactive",
		.slow = 2,
		.text = PROBE_TEXT,
		.step = {attach_maxactive, detach_return}},
	{.name = "drop, kretprobe with maxactive",
		.slow = 8,
		.text = PROBE_TEXT,
		.step = {hear, attach_maxactive, fault_drop},
		.apart = true,
		.drops = true,
		.probes = 1},
	{.name = "kprobes by pattern",
		.slow = 2,
		.text = PROBE_TEXT,
		.begin = begin_functions,
		.step = {attach_pattern, detach_pattern},
		.end = end_functions},
	{.name = "kprobes by pattern, one event",
		.slow = 24,
		.text = PROBE_TEXT,
		.begin = begin_functions,
		.step = {attach_pattern, detach_pattern},
		.end = end_functions,
		.no_multi = true},
	{.name = "kprobes by pattern, an event each",
		.slow = 8,
		.text = PROBE_TEXT,
		.begin = begin_functions,
		.step = {attach_few},
		.end = end_functions,
		.no_multi = true,
		.probes = -1},
	{.name = NULL},
};

static int attach_typed(struct fault *f)
{
	return rawbpf_attach_kfunc(f->b, .event = "vfs_rmdir", .fn_name = "on_call");
}

static int detach_typed(struct fault *f)
{
	return rawbpf_detach_kfunc(f->b, .event = "vfs_rmdir");
}

static int attach_typed_return(struct fault *f)
{
	return rawbpf_attach_kretfunc(f->b, .event = "vfs_mkdir", .fn_name = "on_call");
}

const struct fault_row fault_trampoline_rows[] = {
	{.name = "fentry",
		.text = TYPED_TEXT("fentry/vfs_mkdir"),
		.step = {attach_sections},
		.probes = 1},
	{.name = "fentry of another function",
		.text = TYPED_TEXT("fentry/vfs_mkdir"),
		.step = {attach_typed, detach_typed}},
	{.name = "fexit",
		.text = TYPED_TEXT("fexit/vfs_mkdir"),
		.step = {attach_typed_return},
		.probes = 1},
	{.name = NULL},
};
