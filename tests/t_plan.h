/* SPDX-License-Identifier: MIT */
/* t_plan.h - the audit of a run beside that of a kernel that has everything. */
#ifndef T_PLAN_H
#define T_PLAN_H

/*
 * Both are stable audit logs: what differs and is not told by a mark, "" for nothing; free() it.
 * A run may have lines more that are marked fallback(ERRNO), another result where such a mark that
 * follows names its errno, and may lack lines of the plan where it took another road.
 */
char *t_plan_differs(const char *plan, const char *run);

#endif
