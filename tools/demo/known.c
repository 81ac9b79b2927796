// SPDX-License-Identifier: MIT
/*
 * known.c - calls strlen() a known number of times on known lengths, and nothing else that could.
 *
 * Prints its pid and then what a log2 histogram of the results must hold ("LOW HIGH COUNT"), waits
 * for a line on stdin, makes the calls, and ends without a further library call.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 5000, ROUNDS = 20 };

static char text[LONGEST + 1];
/* volatile: the compiler must neither fold strlen() nor call its own form of it */
static size_t (*volatile call)(const char *) = strlen;

static unsigned slot_of(size_t len)
{
	unsigned slot = 0;

	for (; len; len >>= 1)
		slot++;
	return slot ? slot : 1; /* bcc's log2l puts 0 and 1 into one slot */
}

int main(void)
{
	unsigned long counts[65] = {0};
	size_t len, round;
	unsigned slot;
	char go;

	memset(text, 'x', LONGEST);
	for (len = 0; len <= LONGEST; len += 7)
		counts[slot_of(len)] += ROUNDS;
	printf("%d\n", (int)getpid());
	for (slot = 1; slot < 65; slot++)
		if (counts[slot])
			printf("%llu %llu %lu\n", slot == 1 ? 0ULL : 1ULL << (slot - 1),
				(1ULL << slot) - 1, counts[slot]);
	fflush(stdout);
	if (read(STDIN_FILENO, &go, 1) != 1)
		_exit(1);

	for (round = 0; round < ROUNDS; round++) {
		for (len = 0; len <= LONGEST; len += 7) {
			if (call(text + LONGEST - len) != len)
				_exit(1);
		}
	}
	_exit(0);
}
