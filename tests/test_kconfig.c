// SPDX-License-Identifier: MIT
/* test_kconfig.c - values of externs, of every type; names that are not there. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "context.h"
#include "kconfig.h"
#include "kern.h"
#include "object.h"
#include "old.h"
#include "rawbpf.h"
#include "t.h"

/* A machine with one configuration file. */
struct configured {
	const char *path, *text;
	size_t at;
	unsigned opens;
};

static long configured_read(struct configured *k, const struct rawbpf_call *c)
{
	size_t n = strlen(k->text) - k->at;

	if (n > c->arg[2])
		n = c->arg[2];
	memcpy((void *)c->arg[1], k->text + k->at, n);
	k->at += n;
	return (long)n;
}

static long configured_call(void *arg, const struct rawbpf_call *c)
{
	struct configured *k = arg;
	struct utsname *u;

	switch (c->kind) {
	case RAWBPF_CALL_UNAME:
		u = (struct utsname *)c->arg[0];
		strcpy(u->release, "6.1.9-test");
		strcpy(u->version, "");
		return 0;
	case RAWBPF_CALL_OPENAT:
		if (!k->path || strcmp((const char *)c->arg[1], k->path) != 0)
			return -ENOENT;
		k->at = 0;
		k->opens++;
		return 1000;
	case RAWBPF_CALL_READ: return configured_read(k, c);
	case RAWBPF_CALL_CLOSE: return 0;
	default: return -ENOSYS;
	}
}

/* ... and then of its only program. */
static int fill(struct rawbpf *b)
{
	struct object_code c;
	int err = kconfig_fill(b);

	if (err)
		return err;
	ck_assert_int_eq(b->error.err, 0);
	ck_assert_int_eq(object_link(b->object, 0, &c, &b->error), 0);
	err = kconfig_check(b, &c);
	object_code_free(&c);
	return err;
}

/* The object of clang, each text from replaced by to, on that machine. */
static struct rawbpf *configured_open(struct configured *k, const char *from, const char *to)
{
	struct rawbpf *b = rawbpf_new();
	size_t len, n = strlen(from);
	char *p = t_data("object/extern.bpf.o", &len), *at = p;

	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq(strlen(to), n);
	for (; n && (at = memmem(at, len - (size_t)(at - p), from, n)); at++)
		memcpy(at, to, n);
	rawbpf_set_hook(b, configured_call, k);
	ck_assert_int_eq(object_open(p, len, "x.o", &b->object, &b->error), 0);
	free(p);
	return b;
}

/* The value of an extern, as an unsigned number of its size. */
static uint64_t value_of(const struct rawbpf *b, const char *name)
{
	const struct object_extern *x = object_extern(b->object, name);
	const unsigned char *p = b->object->maps[x->map].data + x->offset;
	uint16_t v2;
	uint32_t v4;
	uint64_t v8;

	memcpy(&v2, p, sizeof(v2));
	memcpy(&v4, p, sizeof(v4));
	switch (x->size) {
	case 1: return *p;
	case 2: return v2;
	case 4: return v4;
	default: memcpy(&v8, p, sizeof(v8)); return v8;
	}
}

static const char config_text[] = "# Automatically generated\n"
				  "CONFIG_YES=y\n"
				  "# CONFIG_ABSENT is not set\n"
				  "CONFIG_HZ_OF=7\n"
				  "CONFIG_MODULE=m\n"
				  "CONFIG_LETTER=m\n"
				  "CONFIG_LESS=-300\n"
				  "CONFIG_HEX=0xffffffff81000000\n"
				  "CONFIG_TEXT=\"abcdefgh\"\n"
				  "CONFIG_HZ=250\n";

START_TEST(values)
{
	struct configured k = {.path = "/boot/config-6.1.9-test", .text = config_text};
	struct rawbpf *b = configured_open(&k, "", "");
	const struct object_extern *x = object_extern(b->object, "CONFIG_TEXT");

	ck_assert_msg(!fill(b), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(k.opens, 1);
	ck_assert_uint_eq(value_of(b, "LINUX_KERNEL_VERSION"), 0x060109);
	ck_assert_uint_eq(value_of(b, "LINUX_HAS_BPF_COOKIE"), 1);
	ck_assert_uint_eq(value_of(b, "CONFIG_YES"), 1);
	ck_assert_uint_eq(value_of(b, "CONFIG_ABSENT"), 0);
	ck_assert_uint_eq(value_of(b, "CONFIG_MODULE"), 2);
	ck_assert_uint_eq(value_of(b, "CONFIG_LETTER"), 'm');
	ck_assert_uint_eq(value_of(b, "CONFIG_LESS"), (uint16_t)-300);
	ck_assert_uint_eq(value_of(b, "CONFIG_HEX"), 0xffffffff81000000);
	ck_assert_uint_eq(value_of(b, "CONFIG_HZ"), 250);
	/* cut, with its NUL */
	ck_assert_mem_eq(b->object->maps[x->map].data + x->offset, "abcde", 6);
	rawbpf_free(b);
}
END_TEST

START_TEST(other_places)
{
	struct configured k = {.path = "/proc/config", .text = "CONFIG_HZ=100"};
	struct rawbpf *b = configured_open(&k, "", "");

	ck_assert_msg(!fill(b), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(value_of(b, "CONFIG_HZ"), 100);
	ck_assert_uint_eq(value_of(b, "CONFIG_YES"), 0);
	rawbpf_free(b);
}
END_TEST

/* The first line of a name, wherever it stands; no other that begins or ends so. */
START_TEST(lines)
{
	static const char *const texts[] = {
		"CONFIG_HZ=25\nCONFIG_HZ=26\nCONFIG_HZ_OF=7\n",
		"CONFIG_H=1\nCONFIG_HZZ=2\nXCONFIG_HZ=3\n\n=4\nCONFIG_HZ=25\nCONFIG_A=1\n",
		"ZZ\nCONFIG_HZ\n#CONFIG_HZ=9\n CONFIG_HZ=8\nCONFIG_HZ=25",
		"CONFIG_HZ=25\nA=1\nCONFIG_HZ=99",
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct configured k = {.path = "/proc/config", .text = texts[i]};
		struct rawbpf *b = configured_open(&k, "", "");

		ck_assert_int_eq(kconfig_fill(b), 0);
		ck_assert_uint_eq(value_of(b, "CONFIG_HZ"), 25);
		ck_assert_uint_eq(value_of(b, "CONFIG_YES"), 0);
		rawbpf_free(b);
	}
}
END_TEST

/* What a type does not take. */
START_TEST(no_fit)
{
	static const struct {
		const char *line, *msg;
	} cases[] = {
		{"CONFIG_YES=m", "extern 'CONFIG_YES' is 'm' here, and its type takes y or n"},
		{"CONFIG_YES=3", "extern 'CONFIG_YES' is '3' here, and its type takes no number"},
		{"CONFIG_HZ=y", "extern 'CONFIG_HZ' is 'y' here, and its type takes no y, m or n"},
		{"CONFIG_HZ=0x80000000",
			"extern 'CONFIG_HZ' is '0x80000000' here, and its type takes smaller "
			"numbers"},
		{"CONFIG_LESS=-32769",
			"extern 'CONFIG_LESS' is '-32769' here, and its type takes smaller "
			"numbers"},
		{"CONFIG_HEX=-1",
			"extern 'CONFIG_HEX' is '-1' here, and its type takes smaller numbers"},
		{"CONFIG_HZ=\"x\"",
			"extern 'CONFIG_HZ' is '\"x\"' here, and its type takes no text"},
		{"CONFIG_TEXT=\"x",
			"extern 'CONFIG_TEXT' is '\"x' here, and its type takes whole lines"},
		{"CONFIG_TEXT=12",
			"extern 'CONFIG_TEXT' is '12' here, and its type takes no number"},
		{"CONFIG_HZ=12x",
			"extern 'CONFIG_HZ' is '12x' here, and its type takes nothing of that "
			"form"},
		{"CONFIG_HZ=", "extern 'CONFIG_HZ' is '' here, and its type takes nothing of that "
			       "form"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct configured k = {.path = "/proc/config", .text = cases[i].line};
		struct rawbpf *b = configured_open(&k, "", "");

		ck_assert_int_eq(fill(b), -EINVAL);
		ck_assert_msg(!strncmp(b->error.msg, cases[i].msg, strlen(cases[i].msg)), "%s",
			b->error.msg);
		rawbpf_free(b);
	}
}
END_TEST

START_TEST(absent)
{
	struct configured k = {0}, other = {.path = "/proc/config", .text = "CONFIG_HZ1=1\n"};
	struct rawbpf *b = configured_open(&k, "", "");

	ck_assert_int_eq(fill(b), -ENOENT);
	ck_assert_str_eq(b->error.msg,
		"extern 'CONFIG_HZ': the kernel's configuration is not readable: ENOENT");
	/* no library of ours reads what is compressed */
	ck_assert_ptr_nonnull(
		strstr(b->error.hint, "'zcat /proc/config.gz >/boot/config-$(uname -r)'"));
	rawbpf_free(b);
	b = configured_open(&other, "", "");
	ck_assert_int_eq(fill(b), -ENOENT);
	ck_assert_str_eq(b->error.msg, "extern 'CONFIG_HZ' has no value here: ENOENT");
	ck_assert_str_eq(b->error.hint, "make it weak, and it is 0");
	rawbpf_free(b);
	b = configured_open(&other, "LINUX_HAS_BPF_COOKIE", "LINUX_HAS_BPF_COOKIX");
	ck_assert_int_eq(fill(b), -ENOENT);
	ck_assert_str_eq(b->error.msg, "extern 'LINUX_HAS_BPF_COOKIX' has no value here: ENOENT");
	ck_assert_str_eq(b->error.hint, "did you mean 'LINUX_HAS_BPF_COOKIE'?");
	rawbpf_free(b);
}
END_TEST

START_TEST(no_memory)
{
	struct configured k = {.path = "/proc/config", .text = config_text};
	bool failed = true;
	struct rawbpf *b;
	unsigned n;
	int err;

	for (n = 1; failed; n++) {
		b = configured_open(&k, "", "");
		t_fail_alloc_at(n);
		err = kconfig_fill(b);
		failed = t_alloc_failed();
		/* a configuration that there is no memory for is one that cannot be read */
		ck_assert_msg(!err || (failed && err < 0), "%u: %d", n, err);
		rawbpf_free(b);
	}
	ck_assert_uint_gt(n, 2);
}
END_TEST

/* ---- this kernel --------------------------------------------------------------------------- */

/* This kernel, but a configuration of our own. */
static long live_call(void *arg, const struct rawbpf_call *c)
{
	struct rawbpf_call to = *c;

	if (c->kind == RAWBPF_CALL_OPENAT &&
		!strncmp((const char *)c->arg[1], "/boot/config-", 13)) {
		to.arg[1] = (uintptr_t)arg;
		return rawbpf_call_kernel(&to);
	}
	return rawbpf_call_kernel(c);
}

/* clang's object, or the text that it is listed as */
static int load_externs(struct rawbpf *b, bool as_text)
{
	struct rawbpf_error e;
	size_t len, size;
	char *p = t_data("object/extern.bpf.o", &len), *text = NULL;
	FILE *f = open_memstream(&text, &size);
	int err;

	ck_assert_int_eq(rawbpf_list_object(p, len, f, &e), 0);
	fclose(f);
	if (as_text)
		err = rawbpf_load(b, .text = text);
	else
		err = rawbpf_load(b, .image = p, .image_len = len);
	free(text);
	free(p);
	return err;
}

static void read_them(bool as_text)
{
	char file[] = "/tmp/rawbpf-config-XXXXXX";
	static const uint64_t want[] = {
		0, 0, 0, 1, 0, 2, 'm', (uint64_t)-300, 0xffffffff81000000, 'b', 250, 1};
	struct rawbpf *b;
	uint64_t v;
	uint32_t i;
	char *p;
	int fd, err;

	fd = mkstemp(file);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
		write(fd, config_text, sizeof(config_text) - 1), (int)sizeof(config_text) - 1);
	close(fd);
	b = rawbpf_new();
	rawbpf_set_hook(b, live_call, file);
	err = load_externs(b, as_text);
	unlink(file);
	ck_assert_msg(
		!err, "%s\n%s", rawbpf_errmsg(b), rawbpf_error(b)->log ? rawbpf_error(b)->log : "");
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	getppid();
	for (i = 0; i < sizeof(want) / sizeof(*want); i++) {
		ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &i, &v), 0);
		if (i == 1)
			ck_assert_uint_eq(v, kern_version(b));
		else if (i != 2)
			ck_assert_msg(v == want[i], "%u: %#llx", i, (unsigned long long)v);
		else
			ck_assert_uint_le(v, 1);
	}
	/* and nobody changes them */
	i = 0;
	p = calloc(1, 64);
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(rawbpf_table_update(rawbpf_table(b, ".kconfig"), &i, p, 0), -EPERM);
	free(p);
	rawbpf_free(b);
}

START_TEST(programs_read_them)
{
	T_NEED_ROOT();
	OLD_NEED("insn address of a map's value");
	read_them(false);
	read_them(true);
}
END_TEST

Suite *suite_kconfig(void);
Suite *suite_kconfig(void)
{
	Suite *s = suite_create("kconfig");
	TCase *t = tcase_create("unit"), *live = tcase_create("live");

	tcase_add_test(t, values);
	tcase_add_test(t, other_places);
	tcase_add_test(t, lines);
	tcase_add_test(t, no_fit);
	tcase_add_test(t, absent);
	tcase_add_test(t, no_memory);
	suite_add_tcase(s, t);
	tcase_add_test(live, programs_read_them);
	suite_add_tcase(s, live);
	return s;
}
