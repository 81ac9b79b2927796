SUMMARY = "Trace with BPF programs that are text, without a compiler"
DESCRIPTION = "Loads BPF programs, which are text or objects, attaches them to functions and \
tracepoints and prints what they find: the command, librawbpf and libbpfasm."
SECTION = "devel"
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=abdb57b84f9d6928a61636da32a854fc"
DEPENDS = "elfutils"

# the source is the tree that this file is in, and stays as it is
inherit externalsrc pkgconfig bash-completion
EXTERNALSRC = "${@os.path.realpath(d.getVar('FILE_DIRNAME') + '/../../../../..')}"
EXTERNALSRC_BUILD = "${WORKDIR}/build"
# no links to this build in that tree
EXTERNALSRC_SYMLINKS = ""

EXTRA_OEMAKE = "-C ${S} BUILD=${B} V=1 PREFIX=${prefix} BINDIR=${bindir} LIBDIR=${libdir} \
    INCLUDEDIR=${includedir} DATADIR=${datadir} MANDIR=${mandir} DOCDIR=${docdir}/${BPN} \
    'CC=${CC}' 'AR=${AR}' 'CFLAGS=${CFLAGS}' 'LDFLAGS=${LDFLAGS}'"

do_compile() {
    oe_runmake all shared
}

do_install() {
    oe_runmake install DESTDIR=${D}
}

PACKAGES =+ "librawbpf libbpfasm ${PN}-zsh-completion ${PN}-fish-completion"
FILES:librawbpf = "${libdir}/librawbpf.so.*"
FILES:libbpfasm = "${libdir}/libbpfasm.so.*"
FILES:${PN}-zsh-completion = "${datadir}/zsh"
FILES:${PN}-fish-completion = "${datadir}/fish"
