// SPDX-License-Identifier: MIT
/* test_gnu.c - GNU's mnemonics: each form, the sample of instructions, bpf-as itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "insn.h"
#include "ir.h"
#include "t.h"
#include "tasm.h"

Suite *suite_gnu(void);

START_TEST(arithmetic)
{
	tasm_is("add %r1, %r2\nadd32 %r1,7\nsub %r3,-1\nsub32 %r1,%r2",
		"0f21000000000000 0401000007000000 17030000ffffffff 1c21000000000000");
	tasm_is("mul %r1,2\nmul32 %r1,%r9\ndiv %r1,%r2\ndiv32 %r1,3",
		"2701000002000000 2c91000000000000 3f21000000000000 3401000003000000");
	tasm_is("sdiv %r1,%r2\nsdiv32 %r1,3\nsmod %r1,5\nsmod32 %r1,%r2",
		"3f21010000000000 3401010003000000 9701010005000000 9c21010000000000");
	tasm_is("or %r1,%r2\nor32 %r1,1\nand %r1,1\nand32 %r1,%r2",
		"4f21000000000000 4401000001000000 5701000001000000 5c21000000000000");
	tasm_is("lsh %r1,1\nlsh32 %r1,%r2\nrsh %r1,%r2\nrsh32 %r1,1",
		"6701000001000000 6c21000000000000 7f21000000000000 7401000001000000");
	tasm_is("arsh %r1,63\narsh32 %r1,%r2\nmod %r1,%r2\nmod32 %r1,1",
		"c70100003f000000 cc21000000000000 9f21000000000000 9401000001000000");
	tasm_is("xor %r1,1\nxor32 %r1,%r2\nmov %r1,%r10\nmov32 %r1,-1",
		"a701000001000000 ac21000000000000 bfa1000000000000 b4010000ffffffff");
	tasm_is("neg %r1\nneg32 %r9\nneg %r2,%r2",
		"8701000000000000 8409000000000000 8702000000000000");
	tasm_is("movs %r1,%r2,8\nmovs %r1,%r2,16\nmovs %r1,%r2,32\nmovs32 %r1,%r2,8",
		"bf21080000000000 bf21100000000000 bf21200000000000 bc21080000000000");
	tasm_is("mov32s %r1,%r2,16\nbswap %r1,16\nendbe %r1,32\nendle %r1,64",
		"bc21100000000000 d701000010000000 dc01000020000000 d401000040000000");
	tasm_is("lddw %r1,0x1122334455667788\nlddw %r2,-1",
		"1801000088776655 0000000044332211 18020000ffffffff 00000000ffffffff");
}
END_TEST

START_TEST(memory)
{
	tasm_is("ldxb %r1,[%r2+8]\nldxh %r1,[%r2-8]\nldxw %r1,[%r2 + -8]\nldxdw %r1,[%r2]",
		"7121080000000000 6921f8ff00000000 6121f8ff00000000 7921000000000000");
	tasm_is("ldxsb %r1,[%r2+8]\nldxsh %r1,[%r2+0x7fff]\nldxsw %r1,[%r2-32768]",
		"9121080000000000 8921ff7f00000000 8121008000000000");
	tasm_is("stxb [%r1+8],%r2\nstxh [%r1-8],%r2\nstxw [%r1],%r2\nstxdw [%fp-8],%r1",
		"7321080000000000 6b21f8ff00000000 6321000000000000 7b1af8ff00000000");
	tasm_is("stb [%r1+8],255\nsth [%r1-8],-1\nstw [%r1],0xffffffff\nstdw [%fp-8],-1",
		"72010800ff000000 6a01f8ffffffffff 62010000ffffffff 7a0af8ffffffffff");
	tasm_is("ldabsb 1\nldabsh 2\nldabsw 3",
		"3000000001000000 2800000002000000 2000000003000000");
	tasm_is("ldindb %r1,1\nldindh %r2,2\nldindw %r3,-3",
		"5010000001000000 4820000002000000 40300000fdffffff");
}
END_TEST

START_TEST(atomics)
{
	tasm_is("aadd [%r1+2],%r3\naor [%r1+2],%r3\naand [%r1+2],%r3\naxor [%r1+2],%r3",
		"db31020000000000 db31020040000000 db31020050000000 db310200a0000000");
	tasm_is("aadd32 [%r1+2],%r3\naor32 [%r1],%r3\naand32 [%r1],%r3\naxor32 [%r1],%r3",
		"c331020000000000 c331000040000000 c331000050000000 c3310000a0000000");
	tasm_is("afadd [%r1],%r3\nafor [%r1],%r3\nafand [%r1],%r3\nafxor [%r1],%r3",
		"db31000001000000 db31000041000000 db31000051000000 db310000a1000000");
	tasm_is("afadd32 [%r1],%r3\nafor32 [%r1],%r3\nafand32 [%r1],%r3\nafxor32 [%r1],%r3",
		"c331000001000000 c331000041000000 c331000051000000 c3310000a1000000");
	tasm_is("axchg [%r1],%r3\nacmp [%r1],%r3\naxchg32 [%r1],%r3\nacmp32 [%r1],%r3",
		"db310000e1000000 db310000f1000000 c3310000e1000000 c3310000f1000000");
	tasm_is("xadddw [%r1+2],%r3\nxaddw [%r1+2],%r3", "db31020000000000 c331020000000000");
}
END_TEST

START_TEST(jumps)
{
	static const struct {
		const char *name;
		unsigned code;
	} cond[] = {{"jeq", 0x10}, {"jgt", 0x20}, {"jge", 0x30}, {"jset", 0x40}, {"jne", 0x50},
		{"jsgt", 0x60}, {"jsge", 0x70}, {"jlt", 0xa0}, {"jle", 0xb0}, {"jslt", 0xc0},
		{"jsle", 0xd0}};
	char text[128], hex[96];
	size_t i;

	for (i = 0; i < sizeof(cond) / sizeof(cond[0]); i++) {
		snprintf(text, sizeof(text),
			"%s %%r1,%%r2,5\n%s32 %%r1,%%r2,-1\n%s %%r1,3,+1\n%s32 %%w1,-3,+1",
			cond[i].name, cond[i].name, cond[i].name, cond[i].name);
		snprintf(hex, sizeof(hex),
			"%02x21050000000000 %02x21ffff00000000 %02x01010003000000 "
			"%02x010100fdffffff",
			cond[i].code | 0x0d, cond[i].code | 0x0e, cond[i].code | 0x05,
			cond[i].code | 0x06);
		tasm_is(text, hex);
	}
	tasm_is("ja 3\nja -1\njal 70000\nja pc+2\nexit",
		"0500030000000000 0500ffff00000000 0600000070110100 0500020000000000 "
		"9500000000000000");
	tasm_is("x: jeq %r1,%r2,x\njal y\nmov %r0,0\ny: exit",
		"1d21ffff00000000 0600000001000000 b700000000000000 9500000000000000");
	tasm_is("call 5\ncall bpf_ktime_get_ns\ncall -1",
		"8500000005000000 8500000005000000 85000000ffffffff");
}
END_TEST

/* In one text with the other dialect, its macros, maps and functions. */
START_TEST(mixed)
{
	static const char head[] = ".map m array(u64, 1)\n.prog p \"socket\"\n",
			  *const same[][2] = {
				  {"lddw %r1, m", "r1 = &m"},
				  {"lddw %r1, &m", "r1 = &m"},
				  {"lddw %r2, &f", "r2 = &f"},
				  {"call f", "call f"},
				  {".var v: u64\nmov %r1,sizeof(v)\nadd %r1,task_struct.tgid",
					  ".var v: u64\nr1 = 8\nr1 += 1000"},
				  {".macro two a\nmov \\a,2\n.endm\ntwo %r3", "r3 = 2"},
				  {".var mov: u64\nmov = 5\nmov: mov %r1,2\nja mov",
					  ".var mov: u64\nmov = 5\nmov: r1 = 2\ngoto mov"},
				  {"mov r1,r2\nldxb w1,[r10-8]\nstxw [%r10-8],%w1",
					  "r1 = r2\nr1 = *(u8 *)(r10 -8)\n*(u32 *)(r10 -8) = r1"},
				  {"mov %ctx,%a\nmov %r1,%fp", "r6 = r0\nr1 = r10"},
			  };
	static const char tail[] = "\nr0 = 0\nexit\n.func f\nr0 = 0\nexit\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out a, b;
	char text[2][512];
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		snprintf(text[0], sizeof(text[0]), "%s%s%s", head, same[i][0], tail);
		snprintf(text[1], sizeof(text[1]), "%s%s%s", head, same[i][1], tail);
		bpfasm_assemble(text[0], strlen(text[0]), &o, &a);
		bpfasm_assemble(text[1], strlen(text[1]), &o, &b);
		ck_assert_msg(a.data && b.data, "%s: %s%s", same[i][0], a.diag ? a.diag : "",
			b.diag ? b.diag : "");
		ck_assert_uint_eq(a.len, b.len);
		ck_assert_msg(!memcmp(a.data, b.data, a.len), "%s", same[i][0]);
		bpfasm_free(&a);
		bpfasm_free(&b);
	}
}
END_TEST

START_TEST(messages)
{
	static const char *const bad[][2] = {
		{"movx %r1,5", "no instruction or macro 'movx'; did you mean 'mov'?"},
		{"ldxdv %r1,[%r2]", "no instruction or macro 'ldxdv'; did you mean 'ldxdw'?"},
		{"afad32 [%r1],%r2", "did you mean 'afadd32'?"},
		{"jeq33 %r1,%r2,1", "did you mean 'jeq32'?"},
		{"lddw32 %r1,5", "no instruction or macro 'lddw32'"},
		{"mov %r11,5", "no register 'r11'; did you mean 'r10'?"},
		{"mov %fq,5", "no register '%fq'; did you mean 'fp'?"},
		{"mov %,5", "no register '%,'"},
		{"mov %w1,5", "'mov' is 64 bits wide; write %r1"},
		{"jeq %r1,%w2,1", "'jeq' is 64 bits wide; write %r2"},
		{"ldxb %r1,[%w2]", "'ldxb' is 64 bits wide; write %r2"},
		{"mov", "a register is missing here: 'mov REG, REG or VALUE'"},
		{"mov %r1", "',' is missing here: 'mov REG, REG or VALUE'"},
		{"mov %r1,", "a value is missing here: 'mov REG, REG or VALUE'"},
		{"mov %r1,5,6", "',' is too much here"},
		{"mov %r1,0x100000000",
			"does not fit in 32 bits; load it into a register with 'lddw"},
		{"ldxb %r1,%r2", "'[' is missing here: 'ldxb REG, [REG + OFFSET]'"},
		{"ldxb %r1,[%r2+8", "']' is missing"},
		{"ldxb %r1,[%r2+32768]", "offset 32768 does not fit in 16 bits"},
		{"ldxb %r1,[8]", "a register is missing here: 'ldxb REG, [REG + OFFSET]'"},
		{"stxb [%r1],5", "a register is missing here: 'stxb [REG + OFFSET], REG'"},
		{"neg %r1,%r2", "only 'neg %r1' is an instruction"},
		{"endle %r1,8", "this is the number of bits: 'endle REG, 16 or 32 or 64'"},
		{"movs %r1,%r2,64", "this is the number of bits: 'movs REG, REG, 8 or 16 or 32'"},
		{"jeq %r1,5", "',' is missing here: 'jeq REG, REG or VALUE, LABEL or DISTANCE'"},
		{"jeq %r1,5,nowhere", "no label 'nowhere'"},
		{"jeq %r1,5,32768", "a jump by 32768 is too far"},
		{"ja 400", "this jumps out of 'p'"},
		{"lddw %r1,nothing", "unknown name 'nothing'"},
		{".var v: u64\nlddw %r1,&v", "of a variable it is 'rN = &NAME'"},
	};
	static const char *const warned[][2] = {
		{"mov %r1,0xffffffff", "as 64 bits this is 0xffffffffffffffff"},
		{"stdw [%fp-8],0xffffffff", "as 64 bits this is 0xffffffffffffffff"},
		{"stb [%fp-8],256", "only the low 8 bits of 256 are stored"},
		{"ldabsdw 3", "no kernel takes this"},
		{"ldinddw %r1,3", "no kernel takes this"},
		{"ldxsdw %r1,[%fp-8]", "no kernel takes this"},
		{"movs32 %r1,%r2,32", "no kernel takes this"},
		{"call %r1", "no kernel takes this"},
	};
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), ".prog p \"socket\"\n%s\nexit", bad[i][0]);
		tasm_fails(text, bad[i][1]);
	}
	for (i = 0; i < sizeof(warned) / sizeof(warned[0]); i++) {
		snprintf(text, sizeof(text), ".prog p \"socket\"\n%s\nexit", warned[i][0]);
		tasm_warns(text, warned[i][1]);
	}
	tasm_fails("mov %r1,5", "an instruction before any program");
}
END_TEST

/* what no kernel takes has the bytes of bpf-as all the same */
START_TEST(warned_bytes)
{
	static const char text[] = "ldabsdw 3\nldinddw %r1,3\nldxsdw %r1,[%r2+8]\n"
				   "movs32 %r1,%r2,32\ncall %r6\nmov %r1,0xfffffffe\n";
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	char *hex;

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	hex = tasm_hex(out.data, out.len);
	ck_assert_str_eq(hex, "3800000003000000 5810000003000000 9921080000000000 "
			      "bc21200000000000 8d06000000000000 b7010000feffffff");
	free(hex);
	bpfasm_free(&out);
}
END_TEST

/* ---- the sample of instructions ---------------------------------------------------------- */

static const char *const alu_names[] = {
	"add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor", "mov", "arsh"};
static const char *const jmp_names[] = {"ja", "jeq", "jgt", "jge", "jset", "jne", "jsgt", "jsge",
	"call", "exit", "jlt", "jle", "jslt", "jsle"};
static const char *const size_names[] = {"w", "h", "b", "dw"};

/* What binutils 2.40 has no name for. */
static bool is_new(const struct ir_insn *i)
{
	unsigned class = i->code & INSN_CLASS;

	if (class == INSN_ALU || class == INSN_ALU64)
		return i->off || i->code == (INSN_ALU64 | INSN_END);
	if (class == INSN_LDX)
		return (i->code & INSN_MODE) == INSN_MEMSX;
	if (class == INSN_STX && (i->code & INSN_MODE) == INSN_ATOMIC)
		return i->imm != INSN_A_ADD;
	return i->code == INSN_GOTOL;
}

static int alu_text(const struct ir_insn *i, char *s, size_t size)
{
	bool wide = (i->code & INSN_CLASS) == INSN_ALU64;
	unsigned op = i->code >> 4;
	const char *w = wide ? "" : "32";

	if (op == INSN_END >> 4)
		return snprintf(s, size, "%s %%r%d,%d",
			wide		   ? "bswap"
			: i->code & INSN_X ? "endbe"
					   : "endle",
			i->dst, i->imm);
	if (op > 12 || (op == INSN_MOV >> 4 && i->off == INSN_OFF_ADDR_CAST))
		return 0;
	if (op == INSN_NEG >> 4)
		return snprintf(s, size, "neg%s %%r%d", w, i->dst);
	if (op == INSN_MOV >> 4 && i->off)
		return snprintf(s, size, "movs%s %%r%d,%%r%d,%d", w, i->dst, i->src, i->off);
	if (i->code & INSN_X)
		return snprintf(s, size, "%s%s%s %%r%d,%%r%d", i->off ? "s" : "", alu_names[op], w,
			i->dst, i->src);
	return snprintf(
		s, size, "%s%s%s %%r%d,%d", i->off ? "s" : "", alu_names[op], w, i->dst, i->imm);
}

static int jmp_text(const struct ir_insn *i, char *s, size_t size)
{
	unsigned op = i->code >> 4;
	const char *w = (i->code & INSN_CLASS) == INSN_JMP ? "" : "32";

	if (i->code == INSN_GOTO)
		return snprintf(s, size, "ja %d", i->off);
	if (i->code == INSN_GOTOL)
		return snprintf(s, size, "jal %d", i->imm);
	if (i->code == INSN_EXIT_K)
		return snprintf(s, size, "exit");
	if (i->code == INSN_CALL_K && !i->src)
		return snprintf(s, size, "call %d", i->imm);
	if (op == 0 || op == 8 || op == 9 || op > 13)
		return 0;
	if (i->code & INSN_X)
		return snprintf(
			s, size, "%s%s %%r%d,%%r%d,%d", jmp_names[op], w, i->dst, i->src, i->off);
	return snprintf(s, size, "%s%s %%r%d,%d,%d", jmp_names[op], w, i->dst, i->imm, i->off);
}

static int atomic_text(const struct ir_insn *i, char *s, size_t size)
{
	static const struct {
		const char *name;
		int imm;
	} ops[] = {{"xadd", 0}, {"aor", 0x40}, {"aand", 0x50}, {"axor", 0xa0}, {"afadd", 1},
		{"afor", 0x41}, {"afand", 0x51}, {"afxor", 0xa1}, {"axchg", 0xe1}, {"acmp", 0xf1}};
	bool wide = (i->code & INSN_SIZE) == INSN_DW;
	size_t k;

	for (k = 0; k < sizeof(ops) / sizeof(ops[0]); k++)
		if (ops[k].imm == i->imm)
			return snprintf(s, size, "%s%s [%%r%d+%d],%%r%d", ops[k].name,
				k      ? wide ? "" : "32"
				: wide ? "dw"
				       : "w",
				i->dst, i->off, i->src);
	return 0;
}

/* In GNU's words; 0: it has none. */
static int gnu_text(const struct ir_insn *i, const struct ir_insn *next, char *s, size_t size)
{
	const char *z = size_names[i->code >> 3 & 3];

	switch (i->code & INSN_CLASS) {
	case INSN_LD:
		if (i->code == INSN_LD_IMM64)
			return i->src ? 0
				      : snprintf(s, size, "lddw %%r%d,%lld", i->dst,
						(long long)((uint64_t)(uint32_t)next->imm << 32 |
							    (uint32_t)i->imm));
		if ((i->code & INSN_MODE) == INSN_ABS)
			return snprintf(s, size, "ldabs%s %d", z, i->imm);
		return snprintf(s, size, "ldind%s %%r%d,%d", z, i->src, i->imm);
	case INSN_LDX:
		return snprintf(s, size, "ldx%s%s %%r%d,[%%r%d+%d]",
			(i->code & INSN_MODE) == INSN_MEMSX ? "s" : "", z, i->dst, i->src, i->off);
	case INSN_ST: return snprintf(s, size, "st%s [%%r%d+%d],%d", z, i->dst, i->off, i->imm);
	case INSN_STX:
		if ((i->code & INSN_MODE) == INSN_ATOMIC)
			return atomic_text(i, s, size);
		return snprintf(s, size, "stx%s [%%r%d+%d],%%r%d", z, i->dst, i->off, i->src);
	case INSN_JMP:
	case INSN_JMP32: return jmp_text(i, s, size);
	default: return alu_text(i, s, size);
	}
}

/* The whole sample as GNU's text (malloc'ed), and its bytes in both orders. */
struct sample {
	char *text;
	unsigned char *bytes[2];
	size_t len, rows, others;
};

static void sample_read(struct sample *s, bool only_old)
{
	size_t size, n, i, used = 0;
	char *data = t_data("isa/insns.txt", &size), *line, *save = NULL, *hex;
	struct ir_insn in[2];
	int order, k;

	memset(s, 0, sizeof(*s));
	s->text = malloc(size);
	s->bytes[0] = malloc(size);
	s->bytes[1] = malloc(size);
	ck_assert(s->text && s->bytes[0] && s->bytes[1]);
	for (line = strtok_r(data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (*line == '#')
			continue;
		for (hex = line, order = 0; order < 2; order++, hex += 2 * n + 1) {
			n = strcspn(hex, "\t") / 2;
			for (i = 0; i < n; i++)
				ck_assert_int_eq(
					sscanf(hex + 2 * i, "%2hhx", &s->bytes[order][s->len + i]),
					1);
		}
		encode_read(s->bytes[0] + s->len, n / 8, false, in);
		k = gnu_text(&in[0], &in[1], s->text + used, size - used);
		s->others += !k;
		if (!k || (only_old && is_new(&in[0])))
			continue;
		used += (size_t)k;
		s->text[used++] = '\n';
		s->len += n;
		s->rows++;
	}
	s->text[used] = '\0';
	free(data);
}

static void sample_free(struct sample *s)
{
	free(s->text);
	free(s->bytes[0]);
	free(s->bytes[1]);
}

static void same_bytes(const struct sample *s, int order, const void *data, size_t len)
{
	size_t i;

	ck_assert_uint_eq(len, s->len);
	for (i = 0; i < len; i += 8)
		ck_assert_msg(
			!memcmp((const char *)data + i, s->bytes[order] + i, 8), "slot %zu", i / 8);
}

START_TEST(sample_is_the_same)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	struct sample s;
	int order;

	sample_read(&s, false);
	for (order = 0; order < 2; order++) {
		o.big_endian = order;
		ck_assert_int_eq(bpfasm_assemble(s.text, strlen(s.text), &o, &out), 0);
		same_bytes(&s, order, out.data, out.len);
		bpfasm_free(&out);
	}
	ck_assert_uint_gt(s.rows, 300);
	ck_assert_uint_lt(s.others, 40); /* may_goto and its like */
	sample_free(&s);
}
END_TEST

/* ---- letters and labels ------------------------------------------------------------------ */

/* What bpf-as takes besides: capital letters, 'c without a second quote, 1: with 1b and 1f. */
static const char gnu_letters[] =
	"MOV %R1, 1\nMov32 %r2, -1\nAdd %FP, 'a\nLDDW %Fp, 'z'+1\n"
	"1: LDXDW %R3, [%R10+-8]\nSTXB [%R3+1], %R4\nJEQ %R3, ';, 1f\n"
	"Stw [%r3+0], '\"\nJNE %r3, %R0, 1b\nja 2f\n1:2:XADDW [%r1+1],%r2\n"
	"0: JA 0b\n0: ja 0f\n0: CALL 5\njslt %r1, '\\n, 1b\n"
	"endbe %R1, 0X10\nExit\n";

START_TEST(letters)
{
	tasm_is("MOV %R1, 1\nMov32 %W2, -1\nadd %Ctx, 'a", "b701000001000000 b4020000ffffffff "
							   "0706000061000000");
	tasm_is("1: JEQ %R1, 1, 1f\nJA 1b\n1: CALL 5\nEXIT",
		"1501010001000000 0500feff00000000 8500000005000000 9500000000000000");
	tasm_is("CALL bpf_ktime_get_ns\nif r0 == 0 goto 3f\ngoto 3f\n3:exit",
		"8500000005000000 1500010000000000 0500000000000000 9500000000000000");
	tasm_fails(".prog p \"socket\"\nMOVE %r1, 1\nexit", "no instruction or macro 'MOVE'");
	tasm_fails(".prog p \"socket\"\nMOV %R11, 1\nexit", "t:2:6: error: no register");
	tasm_fails(".prog p \"socket\"\nMOV %R1, R2\nexit", "did you mean 'r2'");
	tasm_fails(".prog p \"socket\"\nR1 = 1\nexit", "no variable 'R1'; did you mean 'r1'");
	tasm_fails(".prog p \"socket\"\nmov %r1, 1f\n1: exit",
		"t:2:10: error: '1f' is no number; as a label it is for jumps");
	tasm_fails(".prog p \"socket\"\nja 1f\nexit", "no label '1:' stands below this jump");
}
END_TEST

/* ---- bpf-as ------------------------------------------------------------------------------ */

/* The same text by bpf-as: its bytes, or NULL where it refuses it. */
static unsigned char *by_bpf_as(const char *dir, const char *text, int order, size_t *len)
{
	char path[256];
	FILE *f;
	int status;

	snprintf(path, sizeof(path), "%s/a.s", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	status = t_run(NULL,
		"cd %s && bpf-as -E%c a.s -o a.o 2>/dev/null && "
		"bpf-objcopy -O binary -j .text a.o a.bin",
		dir, order ? 'B' : 'L');
	if (status)
		return NULL;
	snprintf(path, sizeof(path), "%s/a.bin", dir);
	return (unsigned char *)t_read_file(path, len);
}

/* the sample, without what a bpf-as of before 2.41 has no names for */
START_TEST(bpf_as_says_the_same)
{
	char dir[] = "/tmp/rawbpf-gnu-XXXXXX";
	unsigned char *bytes;
	struct sample s;
	int order, status;
	size_t len;

	if (t_run(NULL, "command -v bpf-as >/dev/null && command -v bpf-objcopy >/dev/null"))
		T_SKIP("bpf-as is missing (package binutils-bpf)");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	bytes = by_bpf_as(dir, "movs %r1,%r2,8\n", 0, &len);
	sample_read(&s, !bytes);
	free(bytes);
	for (order = 0; order < 2; order++) {
		bytes = by_bpf_as(dir, s.text, order, &len);
		ck_assert_msg(bytes != NULL, "bpf-as refuses the sample");
		same_bytes(&s, order, bytes, len);
		free(bytes);
	}
	ck_assert_uint_gt(s.rows, 200);
	sample_free(&s);
	status = t_run(NULL, "rm -r %s", dir);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(bpf_as_knows_these_letters_and_labels)
{
	char dir[] = "/tmp/rawbpf-gnu-XXXXXX", *ours, *theirs;
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	struct bpfasm_out out;
	unsigned char *bytes;
	size_t len;
	int order;

	if (t_run(NULL, "command -v bpf-as >/dev/null && command -v bpf-objcopy >/dev/null"))
		T_SKIP("bpf-as is missing (package binutils-bpf)");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	for (order = 0; order < 2; order++) {
		bytes = by_bpf_as(dir, gnu_letters, order, &len);
		ck_assert_msg(bytes != NULL, "bpf-as refuses the text");
		o.big_endian = order;
		ck_assert_msg(!bpfasm_assemble(gnu_letters, strlen(gnu_letters), &o, &out), "%s",
			out.diag);
		ours = tasm_hex(out.data, out.len);
		theirs = tasm_hex(bytes, len);
		ck_assert_str_eq(ours, theirs);
		free(ours);
		free(theirs);
		free(bytes);
		bpfasm_free(&out);
	}
	ck_assert_int_eq(t_run(NULL, "rm -r %s", dir), 0);
}
END_TEST

Suite *suite_gnu(void)
{
	Suite *s = suite_create("gnu");
	TCase *t = tcase_create("unit"), *host = tcase_create("host");

	tcase_add_test(t, arithmetic);
	tcase_add_test(t, memory);
	tcase_add_test(t, atomics);
	tcase_add_test(t, jumps);
	tcase_add_test(t, mixed);
	tcase_add_test(t, messages);
	tcase_add_test(t, warned_bytes);
	tcase_add_test(t, sample_is_the_same);
	tcase_add_test(t, letters);
	suite_add_tcase(s, t);
	tcase_add_test(host, bpf_as_says_the_same);
	tcase_add_test(host, bpf_as_knows_these_letters_and_labels);
	suite_add_tcase(s, host);
	return s;
}
