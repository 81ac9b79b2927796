// SPDX-License-Identifier: MIT
/* helper.c - helper functions by name and by number. */
#include <string.h>

#include "ir.h"

enum { HELPER_ANY = 0, HELPER_GPL = 1, HELPER_PRINTK = 6 };

/* which programs: one kind of them, and sets that belong together */
#define BY(kind)  (UINT64_C(1) << HELPER_##kind)
#define SET(name) HELPER_SET_##name

#define HELPER_SET_EVERY  ((UINT64_C(1) << HELPER_KINDS) - 1)
#define HELPER_SET_PROBES (BY(KPROBE) | BY(UPROBE) | BY(TRACEPOINT) | BY(PERF) | BY(RAW))
/* whose arguments have types */
#define HELPER_SET_WITH_TYPES                                                                      \
	(BY(FENTRY) | BY(FEXIT) | BY(TP_BTF) | BY(ITER) | BY(LSM) | BY(LSM_CGROUP) | BY(SYSCALL) | \
		BY(STRUCT_OPS))
#define HELPER_SET_TRACING (HELPER_SET_PROBES | HELPER_SET_WITH_TYPES)
#define HELPER_SET_LWT	   (BY(LWT_IN) | BY(LWT_OUT) | BY(LWT_XMIT) | BY(LWT_SEG6))
#define HELPER_SET_CG_ADDR (BY(CG_BIND) | BY(CG_CONNECT) | BY(CG_NAME))
#define HELPER_SET_SOCKOPT (BY(GETSOCKOPT) | BY(SETSOCKOPT))
#define HELPER_SET_CGROUP                                                                  \
	(HELPER_SET_CG_ADDR | HELPER_SET_SOCKOPT | BY(CG_SKB) | BY(CG_SOCK) | BY(CG_DEV) | \
		BY(CG_SYSCTL))
#define HELPER_SET_SKB \
	(HELPER_SET_LWT | BY(SOCKET) | BY(TC) | BY(CG_SKB) | BY(SK_SKB) | BY(REUSEPORT) | BY(FLOW))
#define HELPER_SET_NET                                                                      \
	(HELPER_SET_LWT | HELPER_SET_CG_ADDR | BY(CG_SKB) | BY(SOCKET) | BY(TC) | BY(XDP) | \
		BY(SOCKOPS) | BY(SK_SKB) | BY(SK_MSG) | BY(SK_LOOKUP) | BY(FLOW))

/* ordered by number from 1 without gaps, so that the number is the index */
static const struct helper helper_table[] = {
#define HELPER(id, name, args, licence, major, minor, users)                     \
	{"bpf_" #name, id, args, HELPER_##licence, (major) << 16 | (minor) << 8, \
		(id) == HELPER_PRINTK ? 2 : (args), users},
#include "helper.def"
};

#undef BY
#undef SET

enum { HELPER_COUNT = sizeof(helper_table) / sizeof(helper_table[0]) };

/* numbers in the order of their names, for a binary search; the test knows how to remake it */
static const uint8_t helper_sorted[HELPER_COUNT] = {
	64,
	159,
	167,
	211,
	210,
	163,
	13,
	148,
	191,
	28,
	135,
	40,
	37,
	147,
	203,
	197,
	201,
	202,
	69,
	180,
	164,
	174,
	176,
	17,
	123,
	80,
	16,
	14,
	35,
	158,
	15,
	183,
	185,
	173,
	184,
	34,
	98,
	81,
	122,
	120,
	42,
	7,
	186,
	24,
	8,
	46,
	47,
	67,
	27,
	141,
	57,
	193,
	161,
	146,
	145,
	118,
	179,
	194,
	125,
	160,
	5,
	208,
	10,
	11,
	142,
	181,
	73,
	76,
	75,
	74,
	3,
	1,
	195,
	89,
	88,
	87,
	2,
	61,
	62,
	91,
	63,
	90,
	71,
	60,
	58,
	153,
	25,
	22,
	55,
	56,
	4,
	113,
	115,
	45,
	112,
	114,
	36,
	78,
	92,
	77,
	119,
	23,
	51,
	152,
	155,
	144,
	133,
	200,
	130,
	134,
	131,
	198,
	132,
	199,
	109,
	117,
	126,
	150,
	127,
	48,
	41,
	187,
	49,
	129,
	124,
	128,
	95,
	84,
	85,
	72,
	52,
	86,
	82,
	108,
	107,
	50,
	83,
	151,
	79,
	43,
	31,
	38,
	32,
	97,
	20,
	29,
	66,
	26,
	68,
	111,
	39,
	192,
	21,
	30,
	9,
	33,
	19,
	18,
	99,
	196,
	136,
	139,
	137,
	138,
	140,
	178,
	165,
	149,
	162,
	70,
	53,
	59,
	93,
	94,
	143,
	182,
	105,
	106,
	166,
	168,
	102,
	101,
	103,
	104,
	12,
	175,
	157,
	156,
	100,
	110,
	206,
	207,
	204,
	205,
	116,
	96,
	154,
	172,
	169,
	170,
	171,
	6,
	177,
	209,
	44,
	54,
	65,
	188,
	189,
	121,
	190,
};

/* strcmp() of name, which has a length, with another that ends in NUL */
static int helper_cmp(const char *name, size_t len, const char *other)
{
	int c = strncmp(name, other, len);

	return c ? c : -(other[len] != '\0');
}

const struct helper *helper_find(const char *name, size_t len)
{
	size_t lo = 0, hi = HELPER_COUNT;

	if (memchr(name, '\0', len))
		return NULL;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		const struct helper *h = &helper_table[helper_sorted[mid] - 1];
		int c = helper_cmp(name, len, h->name);

		if (!c)
			return h;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct helper *helper_by_id(uint32_t id)
{
	if (!id || id > HELPER_COUNT)
		return NULL;
	return &helper_table[id - 1];
}

void helper_suggest(struct suggest *s)
{
	size_t i;

	for (i = 0; i < HELPER_COUNT; i++)
		suggest_offer(s, helper_table[i].name, strlen(helper_table[i].name));
}
