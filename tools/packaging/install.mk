# install.mk - shared libraries, what pkg-config reads, make install and make uninstall; part of the
# Makefile.  A user may set PREFIX, BINDIR, LIBDIR, INCLUDEDIR, DATADIR, MANDIR, DOCDIR, ZSHDIR, DESTDIR (stands
# before all of them while a package is made), SHARED= (no shared libraries) and INSTALL.
VERSION    := 0.1.0
# the first number of the soname: raised when a program that is linked would no longer run
SOVERSION  := 0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/rawbpf
ZSHDIR     ?= $(DATADIR)/zsh/site-functions
INSTALL    ?= install
# a libelf of our own is a static one
SHARED     ?= $(if $(OWN_LIBELF),,1)

PKG        := tools/packaging
PKG_DIR    := $(BUILD)/packaging
PKG_SO     := $(if $(SHARED),$(PKG_DIR)/librawbpf.so $(PKG_DIR)/libbpfasm.so)
PKG_LINK    = $(CC) $(ALL_CFLAGS) -fPIC $(LDFLAGS) -shared $(GC) -Wl,--as-needed \
	-Wl,-soname,$(@F).$(SOVERSION) -Wl,--version-script=$(PKG)/$(basename $(@F)).map -o $@

.PHONY: shared install uninstall pkg-config completion deb

# ---- shared libraries: each compiled as one unit --------------------------------------------

shared: $(PKG_DIR)/librawbpf.so $(PKG_DIR)/libbpfasm.so
$(PKG_DIR)/librawbpf.so: $(PKG_DIR)/rawbpf.o $(PKG_DIR)/libbpfasm.so $(PKG)/librawbpf.map
	$(Q)$(PKG_LINK) $(filter %.o %.so,$^) $(LIBELF)
$(PKG_DIR)/libbpfasm.so: $(PKG_DIR)/bpfasm.o $(PKG)/libbpfasm.map
	$(Q)$(PKG_LINK) $(filter %.o,$^)

$(PKG_DIR)/rawbpf.c: $(SRC)
$(PKG_DIR)/bpfasm.c: $(ASM) $(BUILD)/gen/lib_inc.c
$(PKG_DIR)/rawbpf.c $(PKG_DIR)/bpfasm.c:
	@mkdir -p $(@D)
	@for f in $^; do echo "#include \"$$f\""; done >$@
$(PKG_DIR)/%.o: $(PKG_DIR)/%.c
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -I. -Iinclude -iquote $(if $(filter rawbpf,$*),src,bpfasm) -c -o $@ $<
ifdef OWN_LIBELF
$(PKG_DIR)/rawbpf.o: | $(LIBELF)
endif
-include $(PKG_DIR)/rawbpf.d $(PKG_DIR)/bpfasm.d

# ---- what pkg-config reads: of the folders that are given now -------------------------------

pkg-config: $(PKG_DIR)/rawbpf.pc $(PKG_DIR)/bpfasm.pc
$(PKG_DIR)/%.pc: $(PKG)/%.pc.in pkg-config-now
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@LIBDIR@|$(LIBDIR:$(PREFIX)/%=$${prefix}/%)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR:$(PREFIX)/%=$${prefix}/%)|' $< >$@
.PHONY: pkg-config-now

# ---- what shells complete -------------------------------------------------------------------

completion: $(PKG_DIR)/completion/rawbpf $(PKG_DIR)/completion/_rawbpf $(PKG_DIR)/completion/rawbpf.fish
$(PKG_DIR)/completion/rawbpf: PKG_SHELL := bash
$(PKG_DIR)/completion/_rawbpf: PKG_SHELL := zsh
$(PKG_DIR)/completion/rawbpf.fish: PKG_SHELL := fish
$(PKG_DIR)/completion/rawbpf $(PKG_DIR)/completion/_rawbpf $(PKG_DIR)/completion/rawbpf.fish: \
		tools/main.c $(PKG)/completion/options $(PKG)/completion/make.awk
	@mkdir -p $(@D)
	@awk -v shell=$(PKG_SHELL) -f $(PKG)/completion/make.awk tools/main.c $(PKG)/completion/options >$@

# ---- make install ---------------------------------------------------------------------------

# MODE:SOURCE:TARGET, of a link its text in place of the source
pkg_files = $(foreach f,$(2),$(1):$(f):$(3)/$(notdir $(f)))
pkg_so = 644:$(PKG_DIR)/$(1).so:$(LIBDIR)/$(1).so.$(VERSION) \
	link:$(1).so.$(VERSION):$(LIBDIR)/$(1).so.$(SOVERSION) link:$(1).so.$(SOVERSION):$(LIBDIR)/$(1).so
INSTALLED := $(call pkg_files,755,$(BUILD)/rawbpf,$(BINDIR)) \
	$(call pkg_files,644,$(BUILD)/librawbpf.a $(BUILD)/libbpfasm.a,$(LIBDIR)) \
	$(if $(SHARED),$(call pkg_so,librawbpf) $(call pkg_so,libbpfasm)) \
	$(call pkg_files,644,$(PKG_DIR)/rawbpf.pc $(PKG_DIR)/bpfasm.pc,$(LIBDIR)/pkgconfig) \
	$(call pkg_files,644,$(wildcard include/*.h),$(INCLUDEDIR)) \
	$(call pkg_files,644,tools/rawbpf.1,$(MANDIR)/man1) \
	$(call pkg_files,644,$(wildcard include/*.3),$(MANDIR)/man3) \
	$(call pkg_files,644,$(wildcard bpfasm/*.5),$(MANDIR)/man5) \
	$(call pkg_files,644,$(PKG_DIR)/completion/rawbpf,$(DATADIR)/bash-completion/completions) \
	$(call pkg_files,644,$(PKG_DIR)/completion/_rawbpf,$(ZSHDIR)) \
	$(call pkg_files,644,$(PKG_DIR)/completion/rawbpf.fish,$(DATADIR)/fish/vendor_completions.d) \
	$(call pkg_files,644,$(wildcard bpfasm/examples/*.bpf tools/examples/*.[ch]),$(DOCDIR)/examples)

install: all $(PKG_SO) pkg-config completion
	@set -e; for row in $(INSTALLED); do \
		mode=$${row%%:*}; row=$${row#*:}; from=$${row%%:*}; to='$(DESTDIR)'$${row#*:}; \
		case $$mode in \
		link) ln -sf "$$from" "$$to" ;; \
		*) $(INSTALL) -d "$${to%/*}"; $(INSTALL) -m "$$mode" "$$from" "$$to" ;; \
		esac; \
	done

# what it installed, and its own folders if nothing else is in them
uninstall:
	@set -e; for row in $(INSTALLED); do row=$${row#*:}; rm -f '$(DESTDIR)'"$${row#*:}"; done; \
	for d in $(DOCDIR)/examples $(DOCDIR); do rmdir '$(DESTDIR)'"$$d" 2>/dev/null || :; done

# ---- packages: Debian's here, the recipes of other systems stand beside it -------------------

deb:
	@$(PKG)/deb.sh '$(BUILD)' $(VERSION)
