// SPDX-License-Identifier: MIT
/* asm.c - rawbpf asm: a text program to an object, a C header, hexadecimal, or expanded text. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bpfasm.h"
#include "tool_audit.h"

static const char asm_usage[] =
	"FILE [-o OUT] [-f elf|c|hex] [-E] [--annotate] [-I DIR] [--arch CPU]\n"
	"     [--kernel X.Y] [--btf FILE] [--core] [--audit LOG]\n"
	"  FILE           the program's text; - is stdin\n"
	"  -o OUT         default: FILE with .o, .h or .hex; with -E, --annotate and for stdin, "
	"stdout (-)\n"
	"  -f elf|c|hex   object, C header with its instructions and maps, one instruction a line\n"
	"  -E             the text with macros expanded\n"
	"  --annotate     each instruction's bytes beside the line that it comes from\n"
	"  -I DIR         where .include looks, too\n"
	"  -EB, -EL       byte order of the output; default: that of the CPU\n"
	"  --arch CPU     whose registers retval and arg1 are; default: this machine's\n"
	"  --kernel X.Y   the value of KERNEL; default: the running one\n"
	"  --btf FILE     the kernel it is for, where records as task_struct are: BTF, or ELF "
	"with\n"
	"                 .BTF; default: an object for any kernel, other forms for the running "
	"one\n"
	"  --core         an object for any kernel, although --btf is there\n" TOOL_AUDIT_USAGE;

struct asm_job {
	const char *file, *out, *format, *btf;
	bool expand, annotate, order_given, core;
	struct bpfasm_opts o;
	const char **dirs;
	struct tool_audit audit;
};

/* "5.10", "6.1.3-rc4+" as the kernel's own KERNEL_VERSION(); 0: neither */
static unsigned asm_version(const char *s)
{
	unsigned long v[3] = {0, 0, 0};
	char *end;
	int i;

	for (i = 0; i < 3 && isdigit((unsigned char)*s); i++, s = end) {
		v[i] = strtoul(s, &end, 10);
		end += *end == '.';
	}
	if (i < 2 || v[0] > 255 || v[1] > 255)
		return 0;
	return (unsigned)(v[0] << 16 | v[1] << 8 | (v[2] > 255 ? 255 : v[2]));
}

/* FILE with another suffix; malloc'ed */
static char *asm_default_name(const char *file, const char *suffix)
{
	const char *slash = strrchr(file, '/'), *dot = strrchr(slash ? slash : file, '.');
	size_t len = dot && dot != file && dot[-1] != '/' ? (size_t)(dot - file) : strlen(file);
	char *name = malloc(len + strlen(suffix) + 1);

	if (name) {
		memcpy(name, file, len);
		strcpy(name + len, suffix);
	}
	return name;
}

/* ---- forms of the output ----------------------------------------------------------------- */

/* One instruction a line; ld_imm64's two slots are one instruction. */
static void asm_put_hex(FILE *f, const unsigned char *p, size_t len)
{
	size_t i, n;

	while (len) {
		n = *p == 0x18 && len >= 16 ? 16 : 8;
		for (i = 0; i < n; i++)
			fprintf(f, "%02x", p[i]);
		fputc('\n', f);
		p += n;
		len -= n;
	}
}

/* ---- the work ---------------------------------------------------------------------------- */

static unsigned asm_format(const struct asm_job *job)
{
	if (job->expand)
		return BPFASM_TEXT;
	if (job->annotate)
		return BPFASM_LISTING;
	if (!strcmp(job->format, "hex"))
		return BPFASM_RAW;
	return !strcmp(job->format, "c") ? BPFASM_C : BPFASM_ELF;
}

static int asm_text(struct asm_job *job, const char *text, size_t len, struct bpfasm_out *out)
{
	int err;

	job->o.format = asm_format(job);
	err = bpfasm_assemble(text, len, &job->o, out);
	if (out->diag)
		tool_puts_lines(stderr, out->diag);
	if (err && !out->n_errors)
		tool_fail("asm", "'%s' cannot be assembled: %s", job->file, rawbpf_errno_name(err));
	return err ? TOOL_FAILED : TOOL_OK;
}

static void asm_write(const struct asm_job *job, FILE *f, const struct bpfasm_out *out)
{
	if (job->o.format == BPFASM_RAW)
		asm_put_hex(f, out->data, out->len);
	else
		fwrite(out->data, 1, out->len, f);
}

/* Half a file is taken away again, but never a device or a pipe. */
static bool asm_is_file(FILE *f)
{
	struct stat st;

	return !fstat(fileno(f), &st) && S_ISREG(st.st_mode);
}

static int asm_save(const struct asm_job *job, const char *path, const struct bpfasm_out *out)
{
	bool is_stdout = !strcmp(path, "-");
	FILE *f = is_stdout ? stdout : fopen(path, "we");
	int status = TOOL_OK;
	bool is_file;

	if (!f)
		return tool_fail(
			"asm", "'%s' cannot be written: %s", path, rawbpf_errno_name(errno));
	is_file = asm_is_file(f);
	asm_write(job, f, out);
	if (is_stdout)
		return tool_finish("asm", status);
	errno = 0;
	if (ferror(f) | fclose(f))
		status = tool_fail("asm", "'%s' cannot be written: %s", path,
			rawbpf_errno_name(errno ? errno : EIO));
	if (status != TOOL_OK && is_file)
		remove(path);
	return status;
}

static int asm_output(const struct asm_job *job, const struct bpfasm_out *out)
{
	const char *suffix = !strcmp(job->format, "c") ? ".h" : ".o";
	char *path;
	int status;

	if (job->out)
		return asm_save(job, job->out, out);
	if (job->expand || job->annotate || !strcmp(job->file, "-"))
		return asm_save(job, "-", out);
	path = asm_default_name(job->file, !strcmp(job->format, "hex") ? ".hex" : suffix);
	if (!path)
		return tool_fail("asm", "out of memory");
	if (!strcmp(path, job->file))
		status = tool_fail("asm", "'%s' is the input; name the output with -o", path);
	else
		status = asm_save(job, path, out);
	free(path);
	return status;
}

static int asm_file(struct asm_job *job)
{
	struct bpfasm_out out = {0};
	size_t len = 0;
	char *text = tool_read("asm", job->file, &len);
	int status;

	if (!text)
		return TOOL_FAILED;
	status = asm_text(job, text, len, &out);
	if (status == TOOL_OK)
		status = asm_output(job, &out);
	bpfasm_free(&out);
	free(text);
	return status;
}

/* The answers of the target, without a connection to this machine where --arch names another. */
static int asm_with_target(struct asm_job *job)
{
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_resolver target;
	int status = tool_audit_begin(&job->audit, "asm", b);

	if (status) {
		/* told */
	} else if (rawbpf_resolver(b, job->o.arch, &target)) {
		tool_error("asm", rawbpf_error(b));
		status = TOOL_USAGE;
	} else if (job->btf && rawbpf_resolver_btf(b, job->btf)) {
		status = tool_error("asm", rawbpf_error(b));
	} else {
		job->o.resolver = &target;
		job->o.core = !job->btf || job->core;
		if (!job->order_given)
			job->o.big_endian = target.big_endian;
		status = asm_file(job);
	}
	rawbpf_free(b);
	return tool_audit_end(&job->audit, "asm", status);
}

static int asm_option(struct asm_job *job, int c, const char *arg)
{
	switch (c) {
	case 'o': job->out = arg; return 0;
	case 'f': job->format = arg; return 0;
	case 'I': job->dirs[job->o.n_include_dirs++] = arg; return 0;
	case 'A': job->annotate = true; return 0;
	case 'a': job->o.arch = arg; return 0;
	case 'b': job->btf = arg; return 0;
	case 'c': job->core = true; return 0;
	case 'k':
		job->o.kernel = asm_version(arg);
		if (job->o.kernel)
			return 0;
		return tool_wrong(
			"asm", asm_usage, "'%s' is no kernel version; they look like 5.10", arg);
	case 'E':
		if (arg && strcmp(arg, "B") != 0 && strcmp(arg, "L") != 0)
			return tool_wrong("asm", asm_usage, "no option '-E%s'", arg);
		job->expand |= !arg;
		job->order_given |= arg != NULL;
		job->o.big_endian = arg ? *arg == 'B' : job->o.big_endian;
		return 0;
	default: return tool_audit_option(&job->audit, c, arg) ? 0 : TOOL_USAGE;
	}
}

static int asm_run_job(struct asm_job *job, int argc, char **argv)
{
	static const struct option options[] = {
		{"annotate", no_argument, NULL, 'A'},
		{"arch", required_argument, NULL, 'a'},
		{"btf", required_argument, NULL, 'b'},
		{"core", no_argument, NULL, 'c'},
		{"kernel", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		TOOL_AUDIT_OPTIONS,
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = tool_getopt("asm", asm_usage, argc, argv, ":o:f:E::I:h", options)) != -1) {
		if (c == 'h')
			return tool_usage("asm", asm_usage);
		if (asm_option(job, c, optarg))
			return TOOL_USAGE;
	}
	if (tool_operands("asm", asm_usage, argc, argv, "FILE", 1, 1))
		return TOOL_USAGE;
	if (strcmp(job->format, "elf") != 0 && strcmp(job->format, "c") != 0 &&
		strcmp(job->format, "hex") != 0) {
		return tool_wrong(
			"asm", asm_usage, "no format '%s'; elf, c and hex are there", job->format);
	}
	job->file = argv[optind];
	job->o.name = strcmp(job->file, "-") != 0 ? job->file : "<stdin>";
	return asm_with_target(job);
}

int asm_main(int argc, char **argv)
{
	struct asm_job job = {.format = "elf", .o = {.sz = sizeof(job.o)}};
	int status;

	job.dirs = calloc((size_t)argc + 1, sizeof(*job.dirs));
	if (!job.dirs)
		return tool_fail("asm", "out of memory");
	job.o.include_dirs = job.dirs;
	status = asm_run_job(&job, argc, argv);
	free(job.dirs);
	return status;
}
