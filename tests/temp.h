/* SPDX-License-Identifier: MIT */
/* temp.h - temporary files go, whatever becomes of the test that made them. */
#ifndef TEMP_H
#define TEMP_H

/* Removes what the tests made and left, by the list whose name T_TEMPS was. */
void temp_remove_all(const char *list);

#endif
