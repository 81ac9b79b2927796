// SPDX-License-Identifier: MIT
/* context.c - the log function and the error's log of a context. */
#include "context.h"

#include <stdarg.h>
#include <stdlib.h>

#ifndef RAWBPF_NO_TEXT
void ctx_log(struct rawbpf *b, enum rawbpf_log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (!b || !b->log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	b->log(b->log_arg, level, text);
}
#endif

void ctx_take_log(struct rawbpf *b, char *log)
{
	free(b->error_log);
	b->error_log = log;
	b->error.log = log;
}
