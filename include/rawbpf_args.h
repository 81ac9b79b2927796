/* SPDX-License-Identifier: MIT */
/* rawbpf_args.h - keyword arguments for C: rawbpf_f(b, .x = 1) for rawbpf_f_opts(b, &o). */
#ifndef RAWBPF_ARGS_H
#define RAWBPF_ARGS_H

#include <stddef.h>

/* The first macro adds .sz, so that the second always has a "..." to take, even without options. */
#define rawbpf_load(...)     rawbpf_load_(__VA_ARGS__, .sz = sizeof(struct rawbpf_load_opts))
#define rawbpf_load_(b, ...) rawbpf_load_opts(b, &(const struct rawbpf_load_opts){__VA_ARGS__})

#define rawbpf_attach_uprobe(...) \
	rawbpf_attach_uprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_uprobe_opts))
#define rawbpf_attach_uprobe_(b, ...) \
	rawbpf_attach_uprobe_opts(b, &(const struct rawbpf_uprobe_opts){__VA_ARGS__})
#define rawbpf_attach_uretprobe(...) \
	rawbpf_attach_uretprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_uprobe_opts))
#define rawbpf_attach_uretprobe_(b, ...) \
	rawbpf_attach_uretprobe_opts(b, &(const struct rawbpf_uprobe_opts){__VA_ARGS__})
#define rawbpf_detach_uprobe(...) \
	rawbpf_detach_uprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_uprobe_opts))
#define rawbpf_detach_uprobe_(b, ...) \
	rawbpf_detach_uprobe_opts(b, &(const struct rawbpf_uprobe_opts){__VA_ARGS__})
#define rawbpf_detach_uretprobe(...) \
	rawbpf_detach_uretprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_uprobe_opts))
#define rawbpf_detach_uretprobe_(b, ...) \
	rawbpf_detach_uretprobe_opts(b, &(const struct rawbpf_uprobe_opts){__VA_ARGS__})
#define rawbpf_attach_kprobe(...) \
	rawbpf_attach_kprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kprobe_opts))
#define rawbpf_attach_kprobe_(b, ...) \
	rawbpf_attach_kprobe_opts(b, &(const struct rawbpf_kprobe_opts){__VA_ARGS__})
#define rawbpf_attach_kretprobe(...) \
	rawbpf_attach_kretprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kprobe_opts))
#define rawbpf_attach_kretprobe_(b, ...) \
	rawbpf_attach_kretprobe_opts(b, &(const struct rawbpf_kprobe_opts){__VA_ARGS__})
#define rawbpf_detach_kprobe(...) \
	rawbpf_detach_kprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kprobe_opts))
#define rawbpf_detach_kprobe_(b, ...) \
	rawbpf_detach_kprobe_opts(b, &(const struct rawbpf_kprobe_opts){__VA_ARGS__})
#define rawbpf_detach_kretprobe(...) \
	rawbpf_detach_kretprobe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kprobe_opts))
#define rawbpf_detach_kretprobe_(b, ...) \
	rawbpf_detach_kretprobe_opts(b, &(const struct rawbpf_kprobe_opts){__VA_ARGS__})
#define rawbpf_attach_tracepoint(...) \
	rawbpf_attach_tracepoint_(__VA_ARGS__, .sz = sizeof(struct rawbpf_tracepoint_opts))
#define rawbpf_attach_tracepoint_(b, ...) \
	rawbpf_attach_tracepoint_opts(b, &(const struct rawbpf_tracepoint_opts){__VA_ARGS__})
#define rawbpf_detach_tracepoint(...) \
	rawbpf_detach_tracepoint_(__VA_ARGS__, .sz = sizeof(struct rawbpf_tracepoint_opts))
#define rawbpf_detach_tracepoint_(b, ...) \
	rawbpf_detach_tracepoint_opts(b, &(const struct rawbpf_tracepoint_opts){__VA_ARGS__})
#define rawbpf_attach_raw_tracepoint(...) \
	rawbpf_attach_raw_tracepoint_(__VA_ARGS__, .sz = sizeof(struct rawbpf_raw_tracepoint_opts))
#define rawbpf_attach_raw_tracepoint_(b, ...) \
	rawbpf_attach_raw_tracepoint_opts(    \
		b, &(const struct rawbpf_raw_tracepoint_opts){__VA_ARGS__})
#define rawbpf_detach_raw_tracepoint(...) \
	rawbpf_detach_raw_tracepoint_(__VA_ARGS__, .sz = sizeof(struct rawbpf_raw_tracepoint_opts))
#define rawbpf_detach_raw_tracepoint_(b, ...) \
	rawbpf_detach_raw_tracepoint_opts(    \
		b, &(const struct rawbpf_raw_tracepoint_opts){__VA_ARGS__})
#define rawbpf_attach_kfunc(...) \
	rawbpf_attach_kfunc_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kfunc_opts))
#define rawbpf_attach_kfunc_(b, ...) \
	rawbpf_attach_kfunc_opts(b, &(const struct rawbpf_kfunc_opts){__VA_ARGS__})
#define rawbpf_attach_kretfunc(...) \
	rawbpf_attach_kretfunc_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kfunc_opts))
#define rawbpf_attach_kretfunc_(b, ...) \
	rawbpf_attach_kretfunc_opts(b, &(const struct rawbpf_kfunc_opts){__VA_ARGS__})
#define rawbpf_detach_kfunc(...) \
	rawbpf_detach_kfunc_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kfunc_opts))
#define rawbpf_detach_kfunc_(b, ...) \
	rawbpf_detach_kfunc_opts(b, &(const struct rawbpf_kfunc_opts){__VA_ARGS__})
#define rawbpf_detach_kretfunc(...) \
	rawbpf_detach_kretfunc_(__VA_ARGS__, .sz = sizeof(struct rawbpf_kfunc_opts))
#define rawbpf_detach_kretfunc_(b, ...) \
	rawbpf_detach_kretfunc_opts(b, &(const struct rawbpf_kfunc_opts){__VA_ARGS__})
#define rawbpf_attach_perf_event(...) \
	rawbpf_attach_perf_event_(__VA_ARGS__, .sz = sizeof(struct rawbpf_perf_event_opts))
#define rawbpf_attach_perf_event_(b, ...) \
	rawbpf_attach_perf_event_opts(b, &(const struct rawbpf_perf_event_opts){__VA_ARGS__})
#define rawbpf_detach_perf_event(...) \
	rawbpf_detach_perf_event_(__VA_ARGS__, .sz = sizeof(struct rawbpf_perf_event_opts))
#define rawbpf_detach_perf_event_(b, ...) \
	rawbpf_detach_perf_event_opts(b, &(const struct rawbpf_perf_event_opts){__VA_ARGS__})

#define rawbpf_attach_all(...) \
	rawbpf_attach_all_(__VA_ARGS__, .sz = sizeof(struct rawbpf_attach_all_opts))
#define rawbpf_attach_all_(b, ...) \
	rawbpf_attach_all_opts(b, &(const struct rawbpf_attach_all_opts){__VA_ARGS__})

#define rawbpf_trace_fields(...) \
	rawbpf_trace_fields_(__VA_ARGS__, .sz = sizeof(struct rawbpf_trace_fields_opts))
#define rawbpf_trace_fields_(b, f, ...) \
	rawbpf_trace_fields_opts(b, f, &(const struct rawbpf_trace_fields_opts){__VA_ARGS__})
#define rawbpf_trace_print(...) \
	rawbpf_trace_print_(__VA_ARGS__, .sz = sizeof(struct rawbpf_trace_print_opts))
#define rawbpf_trace_print_(b, ...) \
	rawbpf_trace_print_opts(b, &(const struct rawbpf_trace_print_opts){__VA_ARGS__})

#define rawbpf_drop(...)     rawbpf_drop_(__VA_ARGS__, .sz = sizeof(struct rawbpf_drop_opts))
#define rawbpf_drop_(b, ...) rawbpf_drop_opts(b, &(const struct rawbpf_drop_opts){__VA_ARGS__})

#define rawbpf_print_log2_hist(...) \
	rawbpf_print_log2_hist_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_print_log2_hist_(t, ...) \
	rawbpf_print_log2_hist_opts(t, &(const struct rawbpf_hist_opts){__VA_ARGS__})
#define rawbpf_print_linear_hist(...) \
	rawbpf_print_linear_hist_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_print_linear_hist_(t, ...) \
	rawbpf_print_linear_hist_opts(t, &(const struct rawbpf_hist_opts){__VA_ARGS__})
#define rawbpf_fprint_log2_hist(...) \
	rawbpf_fprint_log2_hist_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_fprint_log2_hist_(out, slots, n, ...) \
	rawbpf_fprint_log2_hist_opts(out, slots, n, &(const struct rawbpf_hist_opts){__VA_ARGS__})
#define rawbpf_fprint_linear_hist(...) \
	rawbpf_fprint_linear_hist_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_fprint_linear_hist_(out, slots, n, ...) \
	rawbpf_fprint_linear_hist_opts(out, slots, n, &(const struct rawbpf_hist_opts){__VA_ARGS__})
#define rawbpf_fprint_log2_sections(...) \
	rawbpf_fprint_log2_sections_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_fprint_log2_sections_(out, e, n, ...) \
	rawbpf_fprint_log2_sections_opts(out, e, n, &(const struct rawbpf_hist_opts){__VA_ARGS__})
#define rawbpf_fprint_linear_sections(...) \
	rawbpf_fprint_linear_sections_(__VA_ARGS__, .sz = sizeof(struct rawbpf_hist_opts))
#define rawbpf_fprint_linear_sections_(out, e, n, ...) \
	rawbpf_fprint_linear_sections_opts(out, e, n, &(const struct rawbpf_hist_opts){__VA_ARGS__})

/* nothing stands before the options here, so the size comes first */
#define rawbpf_usdt_new(...)                                   \
	rawbpf_usdt_new_opts(&(const struct rawbpf_usdt_opts){ \
		.sz = sizeof(struct rawbpf_usdt_opts), __VA_ARGS__})
#define rawbpf_usdt_enable_probe(...) \
	rawbpf_usdt_enable_probe_(__VA_ARGS__, .sz = sizeof(struct rawbpf_usdt_enable_opts))
#define rawbpf_usdt_enable_probe_(u, ...) \
	rawbpf_usdt_enable_probe_opts(u, &(const struct rawbpf_usdt_enable_opts){__VA_ARGS__})
#define rawbpf_attach_usdt(...) \
	rawbpf_attach_usdt_(__VA_ARGS__, .sz = sizeof(struct rawbpf_usdt_attach_opts))
#define rawbpf_attach_usdt_(b, ...) \
	rawbpf_attach_usdt_opts(b, &(const struct rawbpf_usdt_attach_opts){__VA_ARGS__})
#define rawbpf_detach_usdt(...) \
	rawbpf_detach_usdt_(__VA_ARGS__, .sz = sizeof(struct rawbpf_usdt_attach_opts))
#define rawbpf_detach_usdt_(b, ...) \
	rawbpf_detach_usdt_opts(b, &(const struct rawbpf_usdt_attach_opts){__VA_ARGS__})

#endif
