// SPDX-License-Identifier: MIT
/*
 * shed.c - a device's tool (make musl) gives back the pages of its own code that it has done with.
 *
 * The assembler is half of the code and runs once.  Its pages are the file's, so nothing is lost:
 * what is asked again is mapped again, sixteen pages by a fault.  Other builds keep them, for a
 * breakpoint in this code is a page of its own, which would be lost.
 */
#include <sys/mman.h>

#include "tool.h"

#ifdef TOOL_SHEDS
/* where the linker puts the code's begin and end */
extern char __executable_start[], __etext[];

void tool_shed(void)
{
	/* whole pages; a kernel that refuses has them mapped for longer, that is all */
	madvise(__executable_start, (size_t)(__etext - __executable_start), MADV_DONTNEED);
}
#else
void tool_shed(void)
{
}
#endif
