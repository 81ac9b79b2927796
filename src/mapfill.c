// SPDX-License-Identifier: MIT
/* mapfill.c - programs in arrays for tail calls. */
#include "mapfill.h"

#include "map.h"
#include "prog.h"

int mapfill_programs(struct rawbpf *b)
{
	size_t i, k;
	int err = 0;

	for (i = 0; i < b->n_maps; i++) {
		const struct object_map *d = b->maps[i].def;

		for (k = 0; !err && d->type == RAWBPF_MAP_PROG_ARRAY && k < d->n_values; k++) {
			const struct prog *p = &b->progs[d->values[k].target];

			/* one that was refused, or is loaded when it is attached: stays empty */
			if (p->fd >= 0)
				err = map_put_fd(
					&b->maps[i], d->values[k].index, p->fd, NULL, p->name);
		}
	}
	return err;
}
