// SPDX-License-Identifier: MIT
/* assemble.c - a program as text from stdin, its bytes to stdout; links with libbpfasm.a alone. */
#include <stdio.h>
#include <string.h>

#include "rawbpf.h" /* has bpfasm.h, which is enough */

int main(void)
{
	static char text[1 << 16];
	size_t len = fread(text, 1, sizeof(text), stdin), i;
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "<stdin>", .format = BPFASM_RAW};
	struct bpfasm_out out;
	int err;

	err = bpfasm_assemble(text, len, &o, &out);
	if (out.diag)
		fputs(out.diag, stderr);
	else if (err)
		fprintf(stderr, "assemble: %s\n", strerror(-err));
	for (i = 0; i < out.len; i++)
		printf("%02x%s", out.data[i], i % 8 == 7 ? "\n" : " ");
	bpfasm_free(&out);
	return err ? 1 : 0;
}
