# rawbpf - see README.md.  Variables a user may set: CC, CFLAGS, LDFLAGS, SAN=1 (ASan and UBSan),
# WERROR=1, BUILD (where everything goes); of make fuzz FUZZ_SECONDS (all fuzzers together), FUZZ_RUNS
# (of each, in place of the seconds) and FUZZERS='notes usdtarg' (only these).
# CROSS_COMPILE=aarch64-linux-gnu-: for another CPU, in build/aarch64-linux-gnu, with a libelf of its own
ifdef CROSS_COMPILE
BUILD   ?= build/$(patsubst %-,%,$(CROSS_COMPILE))
ifeq ($(origin CC),default)
CC      := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR      := $(CROSS_COMPILE)ar
endif
OWN_LIBELF ?= 1
endif
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
AR      ?= ar
PKG_CONFIG ?= pkg-config

WARN    := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
ifdef WERROR
WARN    += -Werror
endif
ifdef SAN
CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DPOOL_GUARD
LDFLAGS += -fsanitize=address,undefined
endif
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -fvisibility=hidden -ffunction-sections -fdata-sections \
	$(WARN) $(CFLAGS) $(CPPFLAGS) -MMD -MP
# V=1 shows each command
Q       := $(if $(V),,@)
QUIET   := $(if $(V),,-s)
GC      := -Wl,--gc-sections
# libelf: the machine's, or (OWN_LIBELF=1) one made by this very compiler
ifdef OWN_LIBELF
LIBELF  := $(BUILD)/libelf/libelf.a
STATIC_LIBS := $(LIBELF)
ALL_CFLAGS += -I$(BUILD)/libelf/include
endif
LIBELF  ?= -lelf

SRC     := $(wildcard src/*.c)
ASM     := $(wildcard bpfasm/*.c)
INC     := $(wildcard bpfasm/lib/*.inc)
TOOL    := $(wildcard tools/*.c)
TEST    := $(wildcard tests/*.c)
SUITES  := $(patsubst tests/test_%.c,%,$(wildcard tests/test_*.c))

SRC_O   := $(SRC:%.c=$(BUILD)/%.o)
ASM_O   := $(ASM:%.c=$(BUILD)/%.o) $(BUILD)/gen/lib_inc.o
TOOL_O  := $(TOOL:%.c=$(BUILD)/%.o)
TEST_O  := $(TEST:%.c=$(BUILD)/%.o)
EXAMPLES := $(filter-out assemble,$(patsubst tools/examples/%.c,%,$(wildcard tools/examples/*.c)))
EXAMPLE := $(EXAMPLES:%=$(BUILD)/examples/%) $(BUILD)/examples/assemble
VM_EXAMPLE := $(EXAMPLES:%=$(BUILD)/static/examples/%)
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_O  := $(FUZZERS:%=$(BUILD)/tests/fuzz/fuzz_%.o)
WRAP_O  := $(BUILD)/tests/fuzz/wrap.o

.PHONY: all static musl order amalgam size examples check check-built check-old check-fault check-vm check-cross check-alone check-packages vm-built test clean deps demo man golden format format-check fuzz fuzz-built
.DELETE_ON_ERROR:

all: $(BUILD)/rawbpf $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a

$(BUILD)/librawbpf.a: $(SRC_O)
$(BUILD)/libbpfasm.a: $(ASM_O)
$(BUILD)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# what the shortest subcommand runs stands together: a page fault maps 64 KiB, and all of them count
FIRST_O := $(patsubst %,$(BUILD)/%.o,tools/main tools/tool tools/usdt \
	$(addprefix src/,elf elfhdr elfread elfver note noteview usdtfile usdtarg usdtcpu proc sys err buf rows \
	libname soname rootpath ldcache hwcaps interp listing pattern))
# ... of a tool for a device, with SMALL=1: what it runs was assembled elsewhere, and is explained there
ifdef SMALL
LESS    := -DRAWBPF_NO_ASM -DRAWBPF_NO_ADVICE -DRAWBPF_NO_USDT -DRAWBPF_NO_PATTERN
ALL_CFLAGS += $(LESS)
TOOL_O  := $(filter-out $(addprefix $(BUILD)/tools/,asm.o dis.o explain.o usdt.o),$(TOOL_O))
FIRST_O := $(addprefix $(BUILD)/tools/,main.o tool.o run.o tool_audit.o caps.o) $(BUILD)/amalgam/rawbpf.o
REST    :=
$(BUILD)/amalgam/rawbpf.o: $(BUILD)/amalgam/rawbpf.c
	$(Q)$(CC) $(ALL_CFLAGS) -I$(@D) -c -o $@ $<
else
REST    := $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
endif
$(BUILD)/rawbpf: $(TOOL_O) $(FIRST_O) $(REST) $(wildcard $(BUILD)/order.ld) | $(BUILD)/relr
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $$(cat $(BUILD)/relr) $(GC) -o $@ $(FIRST_O) \
		$(filter-out $(FIRST_O) %.ld,$^) $(LIBELF)
# the tables' relocations as bits, 80 KiB less that a start reads: what linker and C library both know is found by trying
$(BUILD)/relr:
	@mkdir -p $(@D)
	$(Q)printf 'static int a, *b = &a;\nint main(void) { return *b; }\n' >$@.c
	$(Q)f=-Wl,-z,pack-relative-relocs; w=$$($(CC) $(CFLAGS) $(LDFLAGS) $$f -o $@.out $@.c 2>&1) && [ -z "$$w" ] && \
		$@.out || f=; echo $$f >$@

ifdef OWN_LIBELF
$(BUILD)/src/elf.o $(BUILD)/amalgam/rawbpf.o $(BUILD)/rawbpf $(BUILD)/static/rawbpf: | $(LIBELF)
endif
$(BUILD)/libelf/libelf.a: tools/vendor/libelf.sh
	$(Q)CC='$(CC)' AR='$(AR)' CFLAGS='$(LEAN)' tools/vendor/libelf.sh $(@D)

# ---- for others: two files, or one --------------------------------------------------------------

amalgam: $(BUILD)/amalgam/rawbpf.c
$(BUILD)/amalgam/rawbpf.c: $(SRC) $(ASM) $(wildcard */*.h bpfasm/*.def) $(BUILD)/gen/lib_inc.c \
		README.md LICENSE $(wildcard tools/vendor/amalgam.*)
	$(Q)tools/vendor/amalgam.sh $(BUILD)

# the tool with musl and its own libelf, one file that needs nothing
MUSL_CC ?= musl-gcc
# no tables for unwinding, no page between code and constants, one address for each
LEAN    := -Os -fno-asynchronous-unwind-tables -fno-unwind-tables
MUSL    := $(BUILD)/musl$(if $(SMALL),-small)
musl:
	@tools/demo/deps.sh musl
	@mkdir -p $(MUSL)
	@CC='$(MUSL_CC)' tools/vendor/order.sh script >$(MUSL)/order.new || [ $$? = 77 ]
	@cmp -s $(MUSL)/order.new $(MUSL)/order.ld || mv $(MUSL)/order.new $(MUSL)/order.ld
	+@$(MAKE) --no-print-directory BUILD=$(MUSL) CC='$(MUSL_CC)' \
		CFLAGS='$(if $(filter file,$(origin CFLAGS)),$(LEAN) $(if $(SMALL),-Oz) -fno-pie -DTOOL_SHEDS,$(CFLAGS))' \
		LDFLAGS="-static -no-pie -s -Wl,-z,noseparate-code,--build-id=none$$(test ! -s $(MUSL)/order.ld || \
			echo ,-T,$(MUSL)/order.ld)" OWN_LIBELF=1 SMALL=$(SMALL) $(MUSL)/rawbpf

# tools/vendor/order.txt anew: what a run calls, by calling it
order:
	@tools/demo/deps.sh musl
	@CC='$(MUSL_CC)' tools/vendor/order.sh make $(BUILD)

# bytes and peak memory beside what they may be
size: all amalgam static musl
	+@$(MAKE) --no-print-directory musl SMALL=1
	@tools/vendor/size.sh '$(abspath $(BUILD))'

# the guide's examples
examples: $(EXAMPLE)
$(EXAMPLES:%=$(BUILD)/examples/%): $(BUILD)/examples/%: $(BUILD)/tools/examples/%.o $(BUILD)/librawbpf.a \
		$(BUILD)/libbpfasm.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(GC) -o $@ $^ $(LIBELF)
# ... but this one, which needs the assembler alone
$(BUILD)/examples/assemble: $(BUILD)/tools/examples/assemble.o $(BUILD)/libbpfasm.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(GC) -o $@ $^

$(BUILD)/src/%.o: src/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Iinclude -c -o $@ $<
$(BUILD)/bpfasm/%.o: bpfasm/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Iinclude -Ibpfasm -c -o $@ $<
$(BUILD)/tools/%.o: tools/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Iinclude -Itools -c -o $@ $<
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -DTEST_DATA='"$(CURDIR)/tests/data"' -DTEST_BUILD='"$(abspath $(BUILD))"' \
		-DTEST_ROOT='"$(CURDIR)"' -Iinclude -iquote src -iquote bpfasm -Itests -I$(BUILD)/gen -c -o $@ $<
$(BUILD)/tests/main.o: $(BUILD)/gen/suites.h
$(BUILD)/tests/test_corpus.o: $(BUILD)/gen/fuzzers.h
# in build/check each fuzzer's entry has a name of its own; libFuzzer wants the usual one
$(BUILD)/tests/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(if $(FUZZ),,-DLLVMFuzzerTestOneInput=$*) \
		-Iinclude -iquote src -iquote bpfasm -c -o $@ $<

# the standard macros, inside the library
$(BUILD)/gen/lib_inc.c: $(INC) Makefile
	@mkdir -p $(@D)
	@{ echo '/* made from bpfasm/lib by the Makefile */'; echo '#include "lib_inc.h"'; \
	for f in $(INC); do \
		n=$$(basename $$f .inc); printf 'static const char inc_%s[] = {' $$n; \
		od -An -v -tu1 $$f | sed 's/[0-9][0-9]*/&,/g'; echo '0};'; \
	done; \
	echo 'static const struct lib_inc lib_inc_rows[] = {'; \
	for f in $(INC); do \
		n=$$(basename $$f .inc); echo "	{\"$$n.inc\", inc_$$n, sizeof(inc_$$n) - 1},"; \
	done; echo '	{0, 0, 0},'; echo '};'; \
	echo 'const struct lib_inc *lib_incs(void) { return lib_inc_rows; }'; } >$@
$(BUILD)/gen/lib_inc.o: $(BUILD)/gen/lib_inc.c
	$(Q)$(CC) $(ALL_CFLAGS) -Iinclude -Ibpfasm -c -o $@ $<

# every tests/test_X.c has a suite_X()
$(BUILD)/gen/suites.h: $(wildcard tests/test_*.c) Makefile
	@mkdir -p $(@D)
	@for s in $(SUITES); do echo "SUITE($$s)"; done >$@

# ... and every tests/fuzz/fuzz_X.c a fuzz_X()
$(BUILD)/gen/fuzzers.h: $(wildcard tests/fuzz/fuzz_*.c) Makefile
	@mkdir -p $(@D)
	@for f in $(FUZZERS); do echo "FUZZER($$f)"; done >$@

# what live tests probe; not sanitized, since it must call libc's functions
CHILDREN := $(BUILD)/child $(BUILD)/child-stripped $(BUILD)/child-pointers
$(BUILD)/child $(BUILD)/child-stripped: tests/child/child.c
$(BUILD)/child-pointers: tests/child/pointers.c
$(CHILDREN):
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) -O1 -g0 -fno-builtin $(if $(filter %-stripped,$@),-s) \
		-fPIE -pie -pthread -o $@ $< -ldl

# ... and programs with USDT probes of every kind: SITES
include tests/sites/sites.mk

# tests/t_alloc.c stands between our code and the allocator (t_fail_alloc_at())
WRAPPED := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup,--wrap=free
# tests/t.c is told of each test
WRAPPED += -Wl,--wrap=tcase_fn_start
# and tests/temp.c between the tests and their temporary files
WRAPPED += -Wl,--wrap=mkdtemp,--wrap=mkstemp,--wrap=mkstemps,--wrap=mkstemp64,--wrap=mkstemps64
# tests/old.c between the tests and the kernel
WRAPPED += -Wl,--wrap=rawbpf_new,--wrap=rawbpf_call_kernel

$(BUILD)/check: | $(CHILDREN) $(EXAMPLE) $(SITES) $(BUILD)/amalgam/rawbpf.c
# the subcommands are called by tests/fault_command.c, too
CALLED_O := $(filter-out $(BUILD)/tools/main.o,$(TOOL_O))
$(BUILD)/check: $(TEST_O) $(FUZZ_O) $(WRAP_O) $(CALLED_O) $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(WRAPPED) -o $@ $^ $(LIBELF) $$($(PKG_CONFIG) --libs check)

# one file for a machine with nothing else; libelf.a brings zlib and perhaps zstd with it
STATIC_LIBS ?= -lelf $$(for l in z zstd lzma bz2; do \
	$(CC) -static -nostartfiles -Wl,--unresolved-symbols=ignore-all -o $(BUILD)/probe -l$$l 2>/dev/null && \
	echo -l$$l; done)
static: $(BUILD)/static/rawbpf
$(BUILD)/static/rawbpf: $(TOOL_O) $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -static $(GC) -o $@ $^ $(STATIC_LIBS)

$(VM_EXAMPLE): $(BUILD)/static/examples/%: $(BUILD)/tools/examples/%.o \
		$(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -static $(GC) -s -o $@ $^ $(STATIC_LIBS)

# the tests as one file too, for a virtual machine that has nothing but it
$(BUILD)/vm/check: $(TEST_O) $(FUZZ_O) $(WRAP_O) $(CALLED_O) $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -static $(GC) $(WRAPPED) -o $@ $^ \
		$$($(PKG_CONFIG) --static --libs check) $(STATIC_LIBS)

# ---- for packagers: make shared, install, uninstall; the version -------------------------------

include tools/packaging/install.mk

# ---- what README tells first ----------------------------------------------------------------

# installs what is missing, saying so; as root, with or without sudo
deps:
	@tools/demo/deps.sh build test

check:
	@tools/demo/deps.sh build test
	@$(MAKE) --no-print-directory $(QUIET) check-built
check-built: all $(BUILD)/check
	@tools/demo/rights.sh check || true
	$(BUILD)/check
	@$(MAKE) --no-print-directory $(QUIET) check-old

# the live tests again, on this kernel made to look like older ones; see tests/old.h
OLD     := 4.9 4.14 4.19 5.4
check-old: $(BUILD)/check
	@for k in $(OLD); do \
		RAWBPF_OLD=$$k $(BUILD)/check >$(BUILD)/old-$$k.log 2>&1; s=$$?; \
		case $$s in \
		0) echo "as Linux $$k: $$(tail -n 2 $(BUILD)/old-$$k.log | paste -sd '\t')" ;; \
		77) echo "as Linux $$k: skipped, $$(cat $(BUILD)/old-$$k.log)" ;; \
		*) cat $(BUILD)/old-$$k.log; echo "as Linux $$k: failed"; exit 1 ;; \
		esac; \
	done

# what each call asks of the kernel, in rawbpf.3, from tests/data/audit
man:
	@tests/asks.sh >include/rawbpf.3.new && mv include/rawbpf.3.new include/rawbpf.3
# ... and these from what this kernel does, or from what the machines of check-vm said: FROM='build/vm-logs/*.out'
golden: $(BUILD)/check
	$(if $(FROM),,@$(BUILD)/check golden >$(BUILD)/golden.log || true)
	@awk -v dir=tests/data/audit -f tests/golden.awk $(or $(FROM),$(BUILD)/golden.log)
	@$(MAKE) --no-print-directory man

# every call and every allocation of each scenario fails, with each errno that it documents
check-fault: $(BUILD)/check
	@tools/demo/rights.sh check-fault
	@tests/fault.sh $(BUILD)

demo:
	@tools/demo/rights.sh demo
	@tools/demo/deps.sh build
	@$(MAKE) --no-print-directory $(QUIET) all $(BUILD)/known
	@tools/demo/demo.sh $(BUILD)
# a program of its own, so that strlen() is the C library's
$(BUILD)/known: tools/demo/known.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -fno-builtin -o $@ $<

# build/check NAME ... runs only these suites
test: check-built

# ---- Debian's kernels, old and new, under QEMU ------------------------------------------------

# VM='6.1-amd64 6.12-arm64': only these of tests/vm/kernels
check-vm:
	+@MAKE='$(MAKE)' tests/vm/run.sh '$(abspath $(BUILD))' $(VM)
# what one of them boots with
vm-built: $(BUILD)/vm/check $(BUILD)/static/rawbpf $(VM_EXAMPLE) | $(CHILDREN) $(SITES)

# the tool with musl, and for other CPUs
check-cross: all
	@tools/demo/deps.sh build musl cross
	@MAKE='$(MAKE)' tests/cross.sh '$(BUILD)'

# ... in machines that have nothing else; ALONE='amd64 riscv64': only these
check-alone: check-cross
	@tests/vm/alone.sh '$(BUILD)' $(ALONE)

# USDT probes in Debian's packages, of every CPU
check-packages: $(BUILD)/check $(BUILD)/rawbpf
	tests/packages.sh '$(abspath $(BUILD))'

# ---- fuzzing: clang and its libFuzzer ---------------------------------------------------------

FUZZ_SECONDS ?= 60
FUZZ_SAN := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DPOOL_GUARD
fuzz:
	@tools/demo/deps.sh build fuzz
	@$(MAKE) --no-print-directory $(QUIET) FUZZ=1 BUILD=$(BUILD)/fuzz CC=clang \
		CFLAGS='-O2 -g -fno-omit-frame-pointer $(FUZZ_SAN)' LDFLAGS= SAN= fuzz-built
	@FUZZ_RUNS=$(FUZZ_RUNS) tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(FUZZERS)
fuzz-built: $(FUZZERS:%=$(BUILD)/%)
ifdef FUZZ
# .include opens nothing: fopen() must not be the fopen64() of large files
$(BUILD)/bpfasm/include.o: ALL_CFLAGS += -U_FILE_OFFSET_BITS -Dfopen=fuzz_fopen
# told of each comparison of a search in the tables, libFuzzer would do nothing else
$(BUILD)/src/vlog_advice.o: ALL_CFLAGS += -fno-sanitize-coverage=trace-cmp
# the language's words come from a dictionary
$(BUILD)/bpfasm/%.o: ALL_CFLAGS += -fno-sanitize-coverage=trace-cmp
$(FUZZERS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/tests/fuzz/fuzz_%.o $(WRAP_O) \
		$(BUILD)/tests/fuzz/nofile.o $(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBELF)
endif

FORMATTED := $(SRC) $(ASM) $(TOOL) $(TEST) \
	$(wildcard */*.h tests/fuzz/*.[ch] tests/child/*.c tests/sites/*.[ch] tools/examples/*.[ch])
format:
	clang-format -i $(FORMATTED)
format-check:
	clang-format --dry-run -Werror $(FORMATTED)

clean:
	rm -rf $(BUILD)

-include $(SRC_O:.o=.d) $(ASM_O:.o=.d) $(TOOL_O:.o=.d) $(EXAMPLES:%=$(BUILD)/tools/examples/%.d) $(BUILD)/tools/examples/assemble.d $(TEST_O:.o=.d) $(FUZZ_O:.o=.d)
