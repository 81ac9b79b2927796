// SPDX-License-Identifier: MIT
/* many.c - a hundred functions to be probed, each with its number: many_00 to many_99. */
#include "many.h"

#include <stddef.h>

#ifdef __clang__
#define MANY_FN __attribute__((noinline, used, visibility("default")))
#else
#define MANY_FN __attribute__((noinline, noclone, used, visibility("default")))
#endif

#define MANY_1(n)                                           \
	long many_##n(long x);                              \
	MANY_FN long many_##n(long x)                       \
	{                                                   \
		__asm__ volatile("" : "+r"(x) : "i"(1##n)); \
		return x + 1;                               \
	}
#define MANY_10(X, t) \
	X(t##0) X(t##1) X(t##2) X(t##3) X(t##4) X(t##5) X(t##6) X(t##7) X(t##8) X(t##9)
/* clang-format would move these lines at every run */
/* clang-format off */
#define MANY_ALL(X)                                                                         \
	MANY_10(X, 0)                                                                       \
	MANY_10(X, 1) MANY_10(X, 2) MANY_10(X, 3) MANY_10(X, 4) MANY_10(X, 5) MANY_10(X, 6) \
		MANY_10(X, 7) MANY_10(X, 8) MANY_10(X, 9)
/* clang-format on */
#define MANY_NAME(n) many_##n,

MANY_ALL(MANY_1)

int many_call(int times)
{
	static long (*const volatile all[])(long) = {MANY_ALL(MANY_NAME)};
	int wrong = 0;
	long i;

	for (; times > 0; times--)
		for (i = 0; i < MANY; i++)
			wrong += all[i](i) != i + 1;
	return wrong;
}
