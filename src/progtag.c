// SPDX-License-Identifier: MIT
/*
 * progtag.c - the kernel's tag of a program, computed from what is loaded.
 *
 * The tag is a hash of the instructions as they are passed, but for the numbers of file
 * descriptors: two processes get one tag for one program.  The kernel hashed with SHA-1 until
 * Linux 6.17, then with SHA-256; of either the first eight bytes are kept.
 */
#include "progtag.h"

#include <string.h>

enum {
	PROGTAG_BLOCK = 64,
	PROGTAG_LD_IMM64 = 0x18,
};

/* One of the two hashes, fed eight bytes at a time. */
struct progtag_hash {
	uint32_t h[8];
	unsigned char block[PROGTAG_BLOCK];
	size_t used;
	uint64_t total; /* bytes */
	bool sha256;
};

static const uint32_t progtag_k256[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
	0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e,
	0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3,
	0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static const uint32_t progtag_start1[8] = {
	0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
static const uint32_t progtag_start256[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t progtag_rol(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static uint32_t progtag_ror(uint32_t v, unsigned n)
{
	return progtag_rol(v, 32 - n);
}

static uint32_t progtag_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* One block of SHA-1 (FIPS 180-4, 6.1.2). */
static void progtag_block1(uint32_t *h, const unsigned char *block)
{
	uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f, k, t;
	unsigned i;

	for (i = 0; i < 16; i++)
		w[i] = progtag_be32(block + 4 * i);
	for (; i < 80; i++)
		w[i] = progtag_rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (i = 0; i < 80; i++) {
		if (i < 20) {
			f = (b & c) | (~b & d);
			k = 0x5a827999;
		} else if (i < 40 || i >= 60) {
			f = b ^ c ^ d;
			k = i < 40 ? 0x6ed9eba1 : 0xca62c1d6;
		} else {
			f = (b & c) | (b & d) | (c & d);
			k = 0x8f1bbcdc;
		}
		t = progtag_rol(a, 5) + f + e + k + w[i];
		e = d;
		d = c;
		c = progtag_rol(b, 30);
		b = a;
		a = t;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

/* One block of SHA-256 (FIPS 180-4, 6.2.2). */
static void progtag_block256(uint32_t *h, const unsigned char *block)
{
	uint32_t w[64], v[8], s0, s1, t1, t2;
	unsigned i;

	for (i = 0; i < 16; i++)
		w[i] = progtag_be32(block + 4 * i);
	for (; i < 64; i++) {
		s0 = progtag_ror(w[i - 15], 7) ^ progtag_ror(w[i - 15], 18) ^ w[i - 15] >> 3;
		s1 = progtag_ror(w[i - 2], 17) ^ progtag_ror(w[i - 2], 19) ^ w[i - 2] >> 10;
		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
	memcpy(v, h, sizeof(v));
	for (i = 0; i < 64; i++) {
		s1 = progtag_ror(v[4], 6) ^ progtag_ror(v[4], 11) ^ progtag_ror(v[4], 25);
		t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + progtag_k256[i] + w[i];
		s0 = progtag_ror(v[0], 2) ^ progtag_ror(v[0], 13) ^ progtag_ror(v[0], 22);
		t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		h[i] += v[i];
}

static void progtag_add(struct progtag_hash *s, const void *p, size_t n)
{
	const unsigned char *from = p;

	s->total += n;
	for (; n--; from++) {
		s->block[s->used++] = *from;
		if (s->used < PROGTAG_BLOCK)
			continue;
		if (s->sha256)
			progtag_block256(s->h, s->block);
		else
			progtag_block1(s->h, s->block);
		s->used = 0;
	}
}

static void progtag_end(struct progtag_hash *s, uint8_t tag[PROGTAG_LEN])
{
	uint64_t bits = s->total * 8;
	unsigned char c = 0x80;
	unsigned i;

	progtag_add(s, &c, 1);
	for (c = 0; s->used != PROGTAG_BLOCK - 8;)
		progtag_add(s, &c, 1);
	for (i = 0; i < 8; i++) {
		c = (unsigned char)(bits >> (56 - 8 * i));
		progtag_add(s, &c, 1);
	}
	for (i = 0; i < PROGTAG_LEN; i++)
		tag[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

/* The first half of a load of a map's fd, or of an address in a map. */
static bool progtag_is_map(const struct rawbpf_insn *i)
{
	const uint16_t one = 1;
	unsigned src = *(const unsigned char *)&one ? i->regs >> 4 : i->regs & 15;

	return i->code == PROGTAG_LD_IMM64 &&
	       (src == RAWBPF_PSEUDO_MAP_FD || src == RAWBPF_PSEUDO_MAP_VALUE);
}

void progtag(const struct rawbpf_insn *insns, size_t n, bool sha256, uint8_t tag[PROGTAG_LEN])
{
	struct progtag_hash s = {.sha256 = sha256};
	struct rawbpf_insn i;
	bool second = false;

	memcpy(s.h, sha256 ? progtag_start256 : progtag_start1, sizeof(s.h));
	for (; n--; insns++) {
		i = *insns;
		if (second && !i.code && !i.regs && !i.off)
			i.imm = 0;
		second = progtag_is_map(insns);
		if (second)
			i.imm = 0;
		progtag_add(&s, &i, sizeof(i));
	}
	progtag_end(&s, tag);
}
