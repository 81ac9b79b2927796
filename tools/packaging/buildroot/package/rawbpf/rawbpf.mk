################################################################################
#
# rawbpf
#
################################################################################

RAWBPF_VERSION = 0.1.0
RAWBPF_SITE = $(realpath $(BR2_EXTERNAL_RAWBPF_PATH)/../../..)
RAWBPF_SITE_METHOD = local
# what this machine's own make left
RAWBPF_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude /build
RAWBPF_LICENSE = MIT
RAWBPF_LICENSE_FILES = LICENSE
RAWBPF_INSTALL_STAGING = YES
RAWBPF_DEPENDENCIES = elfutils

RAWBPF_MAKE = $(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D) PREFIX=/usr

define RAWBPF_BUILD_CMDS
	$(RAWBPF_MAKE) all shared
endef

define RAWBPF_INSTALL_STAGING_CMDS
	$(RAWBPF_MAKE) DESTDIR="$(STAGING_DIR)" install
endef

define RAWBPF_INSTALL_TARGET_CMDS
	$(RAWBPF_MAKE) DESTDIR="$(TARGET_DIR)" install
endef

# what every program asks for; tracefs and uprobes are what most are attached with
define RAWBPF_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_BPF_SYSCALL)
	$(call KCONFIG_ENABLE_OPT,CONFIG_BPF_JIT)
	$(call KCONFIG_ENABLE_OPT,CONFIG_PERF_EVENTS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_FTRACE)
	$(call KCONFIG_ENABLE_OPT,CONFIG_KPROBES)
	$(call KCONFIG_ENABLE_OPT,CONFIG_KPROBE_EVENTS)
	$(call KCONFIG_ENABLE_OPT,CONFIG_UPROBE_EVENTS)
endef

$(eval $(generic-package))
