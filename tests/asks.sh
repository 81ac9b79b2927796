#!/bin/sh
# asks.sh: include/rawbpf.3 with what each call asks of the kernel as tests/data/audit has it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
page=$root/include/rawbpf.3
cd "$root/tests/data/audit"
sed '/^\.\\" begin: made by make man/q' "$page"
awk -f "$root/tests/asks.awk" features.txt quiet.txt maps.txt clear.txt object.txt memlock.txt kprobe_load.txt \
	kernel_names.txt tracepoint.txt tracepoint_re.txt raw_tracepoint.txt tp_btf.txt kprobe.txt kprobe_address.txt maxactive.txt kprobe_re.txt \
	kfunc.txt module.txt perf_event.txt uprobe.txt uprobe_re.txt ifunc.txt usdt.txt usdt_args.txt usdt_specs.txt \
	usdt_pid.txt usdt_context.txt attach_all.txt trace.txt trace_shared.txt debugfs.txt trace_attach.txt reap.txt drop.txt drop_all.txt files.txt audit.txt call.txt
sed -n '/^\.\\" end: made by make man/,$p' "$page"
