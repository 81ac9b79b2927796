# sites.mk - the programs of tests/sites, each for a way of building probes; part of the Makefile.
# Without <sys/sdt.h> they are not made, those of 32 bits neither by compilers that cannot, and their
# tests are skipped.
SITES_DIR := $(BUILD)/sites
SITES_64  := $(addprefix $(SITES_DIR)/,plain pie nopie static stripped linked)
SITES_32  := $(addprefix $(SITES_DIR)/,i386 i386-pie)
SITES     := $(SITES_64) $(SITES_32) $(addprefix $(SITES_DIR)/,library.so http)

SITES_SEM := -D_SDT_HAS_SEMAPHORES
$(SITES_DIR)/plain: SITES_FLAGS = -O2 -fPIE -pie
$(SITES_DIR)/pie: SITES_FLAGS = -O2 -fPIE -pie $(SITES_SEM)
$(SITES_DIR)/nopie: SITES_FLAGS = -O0 -fno-pie -no-pie $(SITES_SEM)
$(SITES_DIR)/static: SITES_FLAGS = -O2 -fno-pie -static -DSITES_STATIC $(SITES_SEM)
$(SITES_DIR)/stripped: SITES_FLAGS = -O1 -s -fPIE -pie $(SITES_SEM)
$(SITES_DIR)/http: SITES_FLAGS = -O2 -fPIE -pie
$(SITES_DIR)/library.so: SITES_FLAGS = -O2 -fPIC -shared -Wl,-soname,library.so $(SITES_SEM)
$(SITES_DIR)/linked: SITES_FLAGS = -O2 -fPIE -pie -DSITES_LINKED
$(SITES_DIR)/linked: private SITES_MORE = $(SITES_DIR)/library.so -Wl,-rpath,'$$ORIGIN'
# no C library of 32 bits is needed; the header is where Debian keeps that of 64
SITES_FREE := -m32 -idirafter /usr/include/x86_64-linux-gnu -nostdlib -ffreestanding \
	-fno-stack-protector $(SITES_SEM)
$(SITES_DIR)/i386: SITES_FLAGS = $(SITES_FREE) -O2 -fno-pie -static
$(SITES_DIR)/i386-pie: SITES_FLAGS = $(SITES_FREE) -O1 -fPIE -static-pie -Wl,--no-dynamic-linker

$(SITES_64): SITES_LIBS = -pthread -ldl
$(SITES_64): tests/sites/sites.c
$(SITES_32): tests/sites/sites32.c
$(SITES_DIR)/library.so: tests/sites/library.c
$(SITES_DIR)/http: tests/sites/http.c
$(SITES_DIR)/linked: $(SITES_DIR)/library.so

SITES_CAN = $(CC) $(CPPFLAGS) -include sys/sdt.h -E -x c /dev/null >/dev/null 2>&1
$(SITES_32): SITES_CAN += && echo 'void _start(void) {}' | \
	$(CC) -m32 -nostdlib -static -o $@ -x c - >/dev/null 2>&1
$(SITES): tests/sites/sites.h tests/sites/sites.mk
	@mkdir -p $(@D)
	$(Q)if $(SITES_CAN); then \
		$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -g0 $(CPPFLAGS) $(SITES_FLAGS) -o $@ \
			$(filter %.c,$^) $(SITES_MORE) $(SITES_LIBS); \
	else \
		rm -f $@; \
		echo "$@: not made, for lack of <sys/sdt.h> or 32 bits"; \
	fi
