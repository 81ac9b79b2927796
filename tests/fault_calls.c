// SPDX-License-Identifier: MIT
/*
 * fault_calls.c - the errnos of each call.
 *
 * Those of its manual page and of the kernel's sources that what it is used for here can give, on
 * kernels that are in use.  close(2) and munmap(2) are not there: the file is closed whatever the
 * call says.  Nor is uname(2), which cannot fail.
 */
#include <errno.h>

#include "fault.h"

#define FAULT_ENOTSUPP 524 /* the kernel's own, in answers of bpf(2) */
#define BPF_CALL(cmd)  "bpf " #cmd, RAWBPF_CALL_BPF, RAWBPF_##cmd
#define PRCTL(option)  "prctl " #option, RAWBPF_CALL_PRCTL, RAWBPF_PR_##option

static const struct fault_call fault_calls[] = {
	{BPF_CALL(MAP_CREATE), {EPERM, ENOMEM, EINVAL, E2BIG, EMFILE, ENOSPC, EOPNOTSUPP}, {0}},
	{BPF_CALL(PROG_LOAD),
		{EPERM, EACCES, EAGAIN, EINTR, ENOMEM, EINVAL, E2BIG, ENOSPC, EMFILE,
			FAULT_ENOTSUPP},
		{EAGAIN, EINTR}},
	{BPF_CALL(BTF_LOAD), {EPERM, ENOMEM, EINVAL, E2BIG, ENOSPC, EMFILE}, {0}},
	{BPF_CALL(MAP_LOOKUP_ELEM), {ENOENT, EPERM, ENOMEM, EFAULT, EOPNOTSUPP}, {0}},
	{BPF_CALL(MAP_UPDATE_ELEM), {EPERM, ENOMEM, E2BIG, EBUSY, EINVAL}, {0}},
	{BPF_CALL(MAP_DELETE_ELEM), {ENOENT, EPERM, EBUSY, EINVAL}, {0}},
	{BPF_CALL(MAP_GET_NEXT_KEY), {ENOENT, EPERM, ENOMEM, EINVAL, EFAULT}, {0}},
	{BPF_CALL(MAP_LOOKUP_BATCH),
		{ENOENT, EPERM, ENOMEM, ENOSPC, EINVAL, EINTR, EFAULT, FAULT_ENOTSUPP}, {EINTR}},
	{BPF_CALL(MAP_DELETE_BATCH), {ENOENT, EPERM, ENOMEM, EINVAL, EINTR, FAULT_ENOTSUPP},
		{EINTR}},
	{BPF_CALL(MAP_FREEZE), {EPERM, EBUSY, EINVAL, FAULT_ENOTSUPP}, {0}},
	{BPF_CALL(OBJ_GET_INFO_BY_FD), {EPERM, EINVAL, EFAULT}, {0}},
	{BPF_CALL(RAW_TRACEPOINT_OPEN),
		{EPERM, ENOMEM, EINVAL, EMFILE, ENOENT, EBUSY, EEXIST, E2BIG}, {0}},
	{BPF_CALL(LINK_CREATE),
		{EPERM, ENOMEM, EINVAL, EBUSY, EEXIST, E2BIG, EMFILE, EINTR, EOPNOTSUPP}, {EINTR}},
	{"bpf", RAWBPF_CALL_BPF, -1, {EPERM, ENOMEM, EINVAL, E2BIG, EBUSY, ENOSPC}, {0}},
	{"perf_event_open", RAWBPF_CALL_PERF_EVENT_OPEN, -1,
		{EACCES, EBUSY, E2BIG, EINTR, EINVAL, EMFILE, ENODEV, ENOENT, ENOMEM, EOPNOTSUPP,
			EPERM},
		{EINTR}},
	{"ioctl SET_BPF", RAWBPF_CALL_IOCTL, (int)RAWBPF_PERF_IOC_SET_BPF,
		{EEXIST, EINVAL, EPERM, ENOMEM, E2BIG, EBUSY}, {0}},
	{"ioctl", RAWBPF_CALL_IOCTL, -1, {EINVAL, EPERM, ENOMEM}, {0}},
	{"openat", RAWBPF_CALL_OPENAT, -1,
		{EACCES, EMFILE, ENFILE, ENOMEM, ENOENT, EPERM, EBUSY, EIO}, {0}},
	{"read", RAWBPF_CALL_READ, -1, {EINTR, EIO, ENOMEM, EAGAIN, EACCES}, {EINTR}},
	{"pread64", RAWBPF_CALL_PREAD, -1, {EINTR, EIO, ENOMEM}, {EINTR}},
	{"write", RAWBPF_CALL_WRITE, -1, {EINTR, ENOMEM, EBUSY, EPERM, EINVAL, ENOSPC, E2BIG, EIO},
		{EINTR}},
	{"pwrite64", RAWBPF_CALL_PWRITE, -1, {EINTR, EIO, EPERM, ENOMEM}, {EINTR}},
	{"fstat", RAWBPF_CALL_FSTAT, -1, {ENOMEM, EOVERFLOW, EIO}, {0}},
	{"stat", RAWBPF_CALL_STAT, -1, {EACCES, ENOENT, ENOMEM, ELOOP}, {0}},
	{"statfs", RAWBPF_CALL_STATFS, -1, {EACCES, ENOENT, ENOMEM, ENOSYS}, {0}},
	{"readlinkat", RAWBPF_CALL_READLINKAT, -1, {EACCES, ENOENT, ENOMEM, EIO}, {0}},
	{"getdents64", RAWBPF_CALL_GETDENTS, -1, {EINVAL, ENOENT, ENOMEM, EIO}, {0}},
	{"mkdirat", RAWBPF_CALL_MKDIRAT, -1, {EACCES, EEXIST, ENOMEM, ENOSPC, EPERM, EBUSY}, {0}},
	{"unlinkat", RAWBPF_CALL_UNLINKAT, -1, {EACCES, EBUSY, ENOMEM, EPERM, EIO}, {0}},
	{"fsopen", RAWBPF_CALL_FSOPEN, -1, {EPERM, ENODEV, ENOMEM, EMFILE, ENOSYS}, {0}},
	{"fsconfig", RAWBPF_CALL_FSCONFIG, -1, {EPERM, EBUSY, ENOMEM, EINVAL}, {0}},
	{"fsmount", RAWBPF_CALL_FSMOUNT, -1, {EPERM, EMFILE, ENOMEM, EINVAL}, {0}},
	{"poll", RAWBPF_CALL_POLL, -1, {EINTR, ENOMEM, EINVAL}, {0}},
	{"mmap", RAWBPF_CALL_MMAP, -1, {EAGAIN, ENOMEM, EPERM, EACCES, ENODEV, EINVAL}, {0}},
	{"prlimit64", RAWBPF_CALL_PRLIMIT, -1, {EPERM, EINVAL}, {0}},
	{"capget", RAWBPF_CALL_CAPGET, -1, {EPERM, EINVAL, ESRCH}, {0}},
	{"capset", RAWBPF_CALL_CAPSET, -1, {EPERM, EINVAL}, {0}},
	{PRCTL(CAPBSET_READ), {EINVAL}, {0}},
	{PRCTL(CAPBSET_DROP), {EPERM, EINVAL}, {0}},
	{PRCTL(CAP_AMBIENT), {EINVAL, EPERM}, {0}},
	{PRCTL(SET_SECUREBITS), {EPERM, EINVAL}, {0}},
	{PRCTL(SET_NO_NEW_PRIVS), {EINVAL}, {0}},
	{PRCTL(SET_SECCOMP), {EINVAL, EACCES, ENOMEM, EFAULT}, {0}},
	{"flock", RAWBPF_CALL_FLOCK, -1, {EWOULDBLOCK, ENOLCK, EINTR}, {0}},
};

const struct fault_call *fault_call_of(const struct rawbpf_call *c)
{
	size_t i, which = c->kind == RAWBPF_CALL_IOCTL ? 1 : 0;

	for (i = 0; i < sizeof(fault_calls) / sizeof(*fault_calls); i++)
		if (fault_calls[i].kind == c->kind &&
			(fault_calls[i].which < 0 ||
				(uintptr_t)fault_calls[i].which == c->arg[which]))
			return &fault_calls[i];
	return NULL;
}
