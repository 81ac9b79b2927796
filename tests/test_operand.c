// SPDX-License-Identifier: MIT
/* test_operand.c - values that take several instructions. */
#include "t.h"
#include "tasm.h"

Suite *suite_operand(void);

START_TEST(strings)
{
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);

	tasm_is("r1 = \"ab\"", "7a0af8ff61620000 bfa1000000000000 07010000f8ffffff");
	/* the upper half is not the sign of the lower: two stores */
	tasm_is("r1 = \"abcdefg\"",
		"620af8ff61626364 620afcff65666700 bfa1000000000000 07010000f8ffffff");
	tasm_is("r1 = \"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\"",
		"7a0af0ffffffffff 7a0af8ff00000000 bfa1000000000000 07010000f0ffffff");
	tasm_is("r1 = \"\"", "7a0af8ff00000000 bfa1000000000000 07010000f8ffffff");
	/* two that are kept do not share their bytes, two arguments of two calls do */
	tasm_is("r1 = \"a\"\nr2 = \"b\"",
		"7a0af8ff61000000 bfa1000000000000 07010000f8ffffff 7a0af0ff62000000 "
		"bfa2000000000000 07020000f0ffffff");
	o.big_endian = true;
	tasm_is_opts("r1 = \"abcdefg\"",
		"62a0fff861626364 62a0fffc65666700 bf1a000000000000 07100000fffffff8", &o);
}
END_TEST

START_TEST(maps_and_functions)
{
	tasm_is(".map m histogram\nr1 = &m\nr2 = m ll",
		"1811000000000000 0000000000000000 1812000000000000 0000000000000000");
	tasm_is(".nowarn\n.prog p \"socket\"\nr2 = &f\nexit\n.func f\nexit",
		"1842000002000000 0000000000000000 9500000000000000 9500000000000000");
	/* what follows in the text is known, too */
	tasm_passes(".prog p \"socket\"\nr1 = &m\nr0 = 0\nexit\n.map m histogram");
}
END_TEST

START_TEST(fields_in_memory)
{
	tasm_is(".struct r\na: u32\nb: s8\nname: char[4]\n.end\n"
		"r1 = r0->r.b\nr2 = r0->r.name\nr0->r.a = r3\nr0->r.b = -1",
		"7101040000000000 6701000038000000 c701000038000000 bf02000000000000 "
		"0702000005000000 6330000000000000 72000400ffffffff");
}
END_TEST

/* "&r7->REC.field" is a register and an offset, in assignments and as an argument */
START_TEST(addresses_of_fields)
{
#define REC ".struct in\na: u32\nb: u16\n.end\n.struct r\na: u32\nname: char[8]\nin: in\n.end\n"
	tasm_is(REC "r1 = &r7->r.name\nr1 = &r1->r.in.b\nr2 = &r7->r\nr3 = &r7->r.a",
		"bf71000000000000 0701000004000000 0701000010000000 bf72000000000000 "
		"bf73000000000000");
	tasm_is(REC "r1 = &r7->r.name + 2\nr1 = &r7->r - 8\nr1 = r7->r.name",
		"bf71000000000000 0701000006000000 bf71000000000000 07010000f8ffffff "
		"bf71000000000000 0701000004000000");
	tasm_is(REC "r0 = bpf_get_current_comm(&r7->r.name, sizeof(r7->r.name))",
		"b702000008000000 bf71000000000000 0701000004000000 8500000010000000");
	tasm_is(REC "r1 = sizeof(r7->r) + sizeof(r10->r.in.b)", "b701000016000000");
	tasm_fails(REC ".prog p \"socket\"\nr1 = &r7->r.nam\nexit",
		"struct 'r' has no field 'nam'; did you mean 'name'?");
	tasm_fails(REC ".prog p \"socket\"\nr1 = &w7->r.name\nexit",
		"a field in memory is 'rN->STRUCT.field'");
	tasm_fails(REC ".prog p \"socket\"\nw1 = &r7->r.name\nexit", "64 bits wide; write r1");
	tasm_fails(REC ".prog p \"socket\"\nr1 = &args->x\nexit",
		"an address of a field is '&rN->STRUCT.field'");
	tasm_fails(
		REC ".prog p \"socket\"\nr1 = &r7->r.name + 40000\nexit", "40000 is out of reach");
	tasm_fails(REC ".prog p \"socket\"\nr0 = bpf_get_current_comm(r2, &r2->r.name)\nexit",
		"r2 is overwritten by argument 2 before it is read here");
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[][2] = {
		{"r1 = &", "a name is missing behind '&'"},
		{"r1 = &nothing", "no map or variable 'nothing'"},
		{"r1 = &.x", "no variable '.x'"},
		{"r1 = x->y", "'->' follows 'args' or a register"},
		{"r1 = r2->field", "a field in memory is 'rN->STRUCT.field'"},
		{"w1 = &m", "an address is 64 bits wide; write r1"},
		{"r1 = big", "'big' has 9 bytes; its address is '&big'"},
		{"r1 = n.x", "'n' is no record"},
		{"n = &m", "this needs a register on its way"},
		{"n = w1", "w1 does not hold 64 bits"},
		{"big = 1", "only 0 or a text can be assigned"},
		{"n = 0x100000000", "does not fit in 32 bits"},
		{"n = 0x8000000000000000", "error: 0x8000000000000000 does not fit in 32 bits"},
		{"r1 = &n + 9999", "this is outside of the stack"},
	};

	tasm_lines_fail(".map m histogram\n.prog p \"socket\"\n.var n: u64\n.var big: char[9]\n",
		bad, sizeof(bad) / sizeof(*bad));
}
END_TEST

Suite *suite_operand(void)
{
	Suite *s = suite_create("operand");
	TCase *tc = tcase_create("unit");

	tcase_add_test(tc, strings);
	tcase_add_test(tc, maps_and_functions);
	tcase_add_test(tc, fields_in_memory);
	tcase_add_test(tc, addresses_of_fields);
	tcase_add_test(tc, errors);
	suite_add_tcase(s, tc);
	return s;
}
