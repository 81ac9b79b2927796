// SPDX-License-Identifier: MIT
/* test_noteview.c - probes in sections of other names and in segments, of all forms of files. */
#include "noteview.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"
#include "t_note.h"

static const struct {
	unsigned bits;
	bool big;
	uint16_t machine;
} forms[] = {{64, false, 62}, {32, false, 3}, {64, true, 22}, {32, true, 8}};

struct found {
	char text[1 << 15]; /* a line for each probe */
	size_t len, n, kept;
	void *bytes[8];
	int stop;
};

static int collect(void *arg, const struct rawbpf_usdt_probe *p)
{
	struct found *f = arg;

	f->n++;
	if (f->len < sizeof(f->text) / 2)
		f->len += (size_t)snprintf(f->text + f->len, sizeof(f->text) - f->len,
			"%.99s 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 "|%.99s\n", p->name, p->addr,
			p->offset, p->sem_offset, p->args);
	return f->stop && (int)f->n == f->stop ? 42 : 0;
}

static int keep(void *arg, void *bytes, size_t n)
{
	struct found *f = arg;

	ck_assert_uint_gt(n, 0);
	ck_assert_uint_lt(f->kept, 8);
	f->bytes[f->kept++] = bytes;
	return 0;
}

/* Two probes in .note.stapsdt, two in the other section. */
static struct t_note *made(int form)
{
	struct t_note *m = t_note_new(forms[form].bits, forms[form].big, forms[form].machine, 3);

	m->base_section = 0x400800;
	m->mixed = true;
	t_note_add(m, 0, (const uint64_t[]){0x400010, 0x400800, 0x600002}, "p", "one", "8@$1");
	t_note_add(m, 0, (const uint64_t[]){0x400020, 0x400800, 0}, "p", "two", "");
	t_note_add(m, 1, (const uint64_t[]){0x400030, 0x400700, 0x600104}, "p", "three", "8@$3");
	t_note_add(m, 1, (const uint64_t[]){0x400040, 0x400800, 0}, "q", "four", NULL);
	t_note_make(m);
	return m;
}

#define FIRST  "one 0x400010 0x1010 0x12002|8@$1\ntwo 0x400020 0x1020 0x0|\n"
#define SECOND "three 0x400030 0x1130 0x12204|8@$3\nfour 0x400040 0x1040 0x0|\n"

static void finds(const struct t_note *m, int want, const char *text)
{
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e = {0};
	int r = rawbpf_usdt_parse_notes(m->file, m->len, collect, f, &e);

	ck_assert_msg(r == want, "%d, not %d: %s", r, want, e.msg);
	ck_assert_str_eq(f->text, text);
	free(f);
}

/* In the order of the sections, moved by .stapsdt.base; a section without probes is none. */
START_TEST(beside)
{
	struct t_note *m = made(_i);

	finds(m, 0, FIRST SECOND);
	memcpy(m->notes[1] + 12, "systemd", 8);
	t_note_make(m);
	finds(m, 0, FIRST "four 0x400040 0x1040 0x0|\n");
	m->note_len[1] = 0;
	t_note_make(m);
	finds(m, 0, FIRST);
	free(m);
}
END_TEST

/* Damage in a section is told, and hides nothing in those before it. */
START_TEST(damaged)
{
	struct t_note *m = made(_i);

	t_note_put(m, m->notes[0] + 4, 0xfffffff0, 4);
	t_note_make(m);
	finds(m, -ENOEXEC, "");
	free(m);
	m = made(_i);
	t_note_put(m, m->notes[1] + 4, 0xfffffff0, 4);
	t_note_make(m);
	finds(m, -ENOEXEC, FIRST);
	free(m);
}
END_TEST

/* Takes the section headers away; segment 1 is the notes of the second section. */
static void without_sections(struct t_note *m)
{
	size_t w = m->bits / 8, eh = w == 8 ? 64 : 52, ph = w == 8 ? 56 : 32, sh = w == 8 ? 64 : 40;
	unsigned char *f = m->file, *p = f + eh + ph;
	uint64_t at = m->len - 3 * sh;

	t_note_put(m, p, 4, 4);
	memcpy(p + (w == 8 ? 8 : 4), f + at + 8 + 2 * w, w);
	memcpy(p + (w == 8 ? 32 : 16), f + at + 8 + 3 * w, w);
	t_note_put(m, f + 24 + 2 * w, 0, w);
	t_note_put(m, f + 36 + 3 * w, 0, 2);
	t_note_put(m, f + 38 + 3 * w, 0, 2);
	m->len -= 5 * sh;
}

#define LOADED "three 0x400030 0x1030 0x0|8@$3\nfour 0x400040 0x1040 0x0|\n"

START_TEST(segments)
{
	struct t_note *m = made(_i);

	without_sections(m);
	finds(m, 0, LOADED);
	/* a segment that is not in the file has nothing */
	t_note_put(m, m->file + (m->bits == 64 ? 64 + 56 + 8 : 52 + 32 + 4), 0xfffffff0, 4);
	finds(m, 0, "");
	free(m);
}
END_TEST

/* Strings that outlive the file, and a function that stops, and what it returned. */
START_TEST(kept_and_stopped)
{
	struct t_note *m = made(_i % 4);
	struct found *f = calloc(1, sizeof(*f));
	struct elf_file *elf;
	struct rawbpf_error e;

	if (_i >= 4)
		without_sections(m);
	ck_assert_int_eq(elf_open_memory(m->file, m->len, "m", &elf, &e), 0);
	ck_assert_int_eq(noteview_each(elf, "/m", keep, collect, f, &e), 0);
	ck_assert_uint_eq(f->kept, _i < 4 ? 2 : 1);
	ck_assert_str_eq(f->text, _i < 4 ? FIRST SECOND : LOADED);
	elf_close(elf);
	while (f->kept)
		free(f->bytes[--f->kept]);
	f->n = 0;
	f->stop = _i < 4 ? 3 : 1;
	ck_assert_int_eq(rawbpf_usdt_parse_notes(m->file, m->len, collect, f, &e), 42);
	ck_assert_int_eq((int)f->n, f->stop);
	free(f);
	free(m);
}
END_TEST

/* A file, by rawbpf_usdt_each() and by a context. */
START_TEST(from_a_file)
{
	struct t_note *m = made(_i % 4);
	char path[] = "/tmp/rawbpf-note-XXXXXX";
	struct found *f = calloc(1, sizeof(*f));
	int fd = mkstemp(path), fds;
	struct rawbpf_usdt *u;
	struct rawbpf_error e;

	if (_i >= 4)
		without_sections(m);
	ck_assert_int_eq(write(fd, m->file, m->len), (ssize_t)m->len);
	close(fd);
	fds = t_count_fds();
	ck_assert_int_eq(rawbpf_usdt_each(path, 0, collect, f, &e), 0);
	ck_assert_str_eq(f->text, _i < 4 ? FIRST SECOND : LOADED);
	u = rawbpf_usdt_new(.path = path);
	ck_assert_msg(!rawbpf_usdt_error(u)->err, "%s", rawbpf_usdt_error(u)->msg);
	memset(f, 0, sizeof(*f));
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "p:three", collect, f), 0);
	ck_assert_int_eq(rawbpf_usdt_each_location(u, "four", collect, f), 0);
	ck_assert_str_eq(f->text, _i < 4 ? SECOND : LOADED);
	rawbpf_usdt_free(u);
	ck_assert_int_eq(t_count_fds(), fds);
	unlink(path);
	free(f);
	free(m);
}
END_TEST

START_TEST(no_memory)
{
	struct t_note *m = made(0);
	struct found *f = calloc(1, sizeof(*f));
	struct rawbpf_error e;
	unsigned n = 0;
	bool refused;
	int err;

	if (_i)
		without_sections(m);
	do {
		memset(f, 0, sizeof(*f));
		memset(&e, 0, sizeof(e));
		t_fail_alloc_at(++n);
		err = rawbpf_usdt_parse_notes(m->file, m->len, collect, f, &e);
		refused = t_alloc_failed();
		ck_assert_int_eq(err, refused ? -ENOMEM : 0);
		ck_assert_int_eq(e.err, err);
	} while (refused);
	ck_assert_uint_gt(n, 4);
	ck_assert_str_eq(f->text, _i ? LOADED : FIRST SECOND);
	free(f);
	free(m);
}
END_TEST

/* Any byte may be anything: no fault, no end of memory, and each number of the headers at its ends. */
START_TEST(hostile)
{
	struct t_note *m = made(_i % 4);
	struct found *f = calloc(1, sizeof(*f));
	static const unsigned char values[] = {0, 1, 7, 0x7f, 0xff};
	size_t i, k;
	unsigned char was;

	if (_i >= 4)
		without_sections(m);
	for (i = 0; i < m->len; i++)
		for (k = 0; k < sizeof(values); k++) {
			was = m->file[i];
			m->file[i] = values[k];
			f->len = 0;
			rawbpf_usdt_parse_notes(m->file, m->len, collect, f, NULL);
			m->file[i] = was;
		}
	for (i = 0; i < m->len; i++)
		rawbpf_usdt_parse_notes(m->file, i, collect, f, NULL);
	ck_assert_uint_gt(f->n, 1000);
	free(f);
	free(m);
}
END_TEST

Suite *suite_noteview(void);
Suite *suite_noteview(void)
{
	Suite *s = suite_create("noteview");
	TCase *t = tcase_create("unit");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, beside, 0, 4);
	tcase_add_loop_test(t, damaged, 0, 4);
	tcase_add_loop_test(t, segments, 0, 4);
	tcase_add_loop_test(t, kept_and_stopped, 0, 8);
	tcase_add_loop_test(t, from_a_file, 0, 8);
	tcase_add_loop_test(t, no_memory, 0, 2);
	tcase_add_loop_test(t, hostile, 0, 8);
	suite_add_tcase(s, t);
	return s;
}
