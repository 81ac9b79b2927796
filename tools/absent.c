// SPDX-License-Identifier: MIT
/* absent.c - the subcommands that a tool for a device has not (make musl SMALL=1); else empty. */
#include "tool.h"

#if defined(RAWBPF_NO_ASM) || defined(RAWBPF_NO_ADVICE) || defined(RAWBPF_NO_USDT)
static int absent(const char *name, const char *macro)
{
	fprintf(stderr, "rawbpf %s: not in this build (%s)\n", name, macro);
	return TOOL_USAGE;
}
#endif

#ifdef RAWBPF_NO_ASM
int asm_main(int argc, char **argv)
{
	(void)argc;
	return absent(argv[0], "RAWBPF_NO_ASM");
}

int dis_main(int argc, char **argv)
{
	(void)argc;
	return absent(argv[0], "RAWBPF_NO_ASM");
}
#endif

#ifdef RAWBPF_NO_ADVICE
int explain_main(int argc, char **argv)
{
	(void)argc;
	return absent(argv[0], "RAWBPF_NO_ADVICE");
}
#endif

#ifdef RAWBPF_NO_USDT
int usdt_main(int argc, char **argv)
{
	(void)argc;
	return absent(argv[0], "RAWBPF_NO_USDT");
}
#endif
