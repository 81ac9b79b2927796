// SPDX-License-Identifier: MIT
/* doctor_reap.c - rawbpf doctor --reap: removes what killed processes of rawbpf left in tracefs. */
#include "doctor.h"

static int print_reaped(void *arg, const char *path, int err)
{
	if (!err)
		printf("%s\n", path);
	else
		*(int *)arg = tool_fail("doctor", "'%s' stays: %s", path, rawbpf_errno_name(err));
	return 0;
}

int doctor_reap(struct rawbpf *b)
{
	int status = TOOL_OK;

	if (rawbpf_reap(b, print_reaped, &status) < 0)
		status = tool_error("doctor", rawbpf_error(b));
	return status;
}
