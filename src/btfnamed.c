// SPDX-License-Identifier: MIT
/* btfnamed.c - the BTF that a context was told to use instead of the running kernel's. */
#include "btfnamed.h"

#include <errno.h>
#include <stdlib.h>

#include "btffile.h"

const struct btf *btfnamed(const struct rawbpf *b)
{
	return b->btfnamed ? b->btfnamed->btf : NULL;
}

void btfnamed_free(struct rawbpf *b)
{
	if (!b->btfnamed)
		return;
	btffile_close(&b->sys, b->btfnamed);
	free(b->btfnamed);
	b->btfnamed = NULL;
}

int rawbpf_resolver_btf(struct rawbpf *b, const char *path)
{
	struct btffile *f = NULL;
	int err = 0;

	if (!b)
		return -ENOMEM;
	if (path) {
		f = calloc(1, sizeof(*f));
		if (!f)
			return err_set(&b->error, "assemble", -ENOMEM, "out of memory");
		err = btffile_open(&b->sys, path, f, &b->error);
	}
	if (err) {
		free(f);
		return err;
	}
	btfnamed_free(b);
	b->btfnamed = f;
	return 0;
}
