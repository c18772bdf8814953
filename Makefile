# edd: build, test, install.  GNU make.
#
#	make			build everything into build/
#	make try		install what is missing, build, start, send a message
#	make check		install what is missing, build every way, all tests
#	make unit system san style crash fuzz bench	single parts of it
#	make nightly		check, and for longer what chance decides
#	make install		DESTDIR= PREFIX=/usr/local
#
# CC=clang, WERROR=1 (warnings are errors), SAN=1 (address and undefined
# behaviour sanitizers, in build-san/), CRASH=1 (with points to crash at and a
# date that can be set, for tests only, in build-crash/), BUILD=DIR,
# SANDBOX=linux|pledge|none, V=1 (show commands).

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.SECONDEXPANSION:
.DELETE_ON_ERROR:
.SECONDARY:

PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec/edd
MANDIR = $(PREFIX)/share/man
EXAMPLEDIR = $(PREFIX)/share/examples/edd
BASHDIR = $(PREFIX)/share/bash-completion/completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
SYSTEMDDIR = $(PREFIX)/lib
CONFDIR = /etc/edd
STATEDIR = /var/lib/edd
RUNDIR = /run/edd

CC = gcc
YACC = byacc
INSTALL = install
BUILD = build
FUZZ_SECONDS = 10

# One file per mechanism; the build picks one.
SANDBOX_Linux = linux
SANDBOX_OpenBSD = pledge
SANDBOX := $(or $(SANDBOX),$(SANDBOX_$(shell uname -s)),none)

# Compiler

WARNINGS = -Wall -Wextra -Wformat=2 -Wshadow -Wundef -Wvla -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wsign-compare -Wstrict-prototypes \
	-Wmissing-prototypes -Wmissing-declarations -Wold-style-definition \
	-Wredundant-decls -Wimplicit-fallthrough -Wno-unused-parameter \
	-fno-common
ifdef WERROR
WARNINGS += -Werror
endif

ifdef FUZZ
BUILD = build-fuzz
CFLAGS = -O1 -g
MODE = -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -DEDD_SANITIZE
else ifdef SAN
BUILD = build-san
CFLAGS = -O1 -g
MODE = -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -DEDD_SANITIZE
else ifdef CRASH
BUILD = build-crash
CFLAGS = -O2 -g
MODE = -D_FORTIFY_SOURCE=2 -DEDD_CRASH
else
CFLAGS = -O2 -g
MODE = -D_FORTIFY_SOURCE=2
endif

PATHS = -DEDD_LIBEXECDIR='"$(LIBEXECDIR)"' -DEDD_CONFDIR='"$(CONFDIR)"' \
	-DEDD_STATEDIR='"$(STATEDIR)"' -DEDD_RUNDIR='"$(RUNDIR)"'
COMPILE = $(CC) -std=gnu11 -D_GNU_SOURCE $(CFLAGS) $(MODE) $(WARNINGS) \
	-fstack-protector-strong -fPIE $(PATHS) $(CPPFLAGS)
LINK = $(CC) $(CFLAGS) $(MODE) $(LDFLAGS) -pie \
	-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed

# Programs: a folder each, its own libraries and no others.  A folder
# without main.c is passed over.

LIBS_edd = -levent -lcrypto -lseccomp
LIBS_smtpd = -levent -ltls -lssl -lcrypto -lidn2 -lseccomp
LIBS_httpd = -levent -ltls -lssl -lcrypto -ljson-c -lidn2 -lseccomp
LIBS_queue = -levent -ldb-5.3 -ljson-c -lidn2 -lseccomp -lpthread
LIBS_deliver = -levent -ltls -lssl -lcrypto -lunbound -lidn2 -lseccomp
LIBS_signer = -levent -lcrypto -lseccomp
LIBS_control = -levent -ldb-5.3 -lcrypto -ljson-c -lidn2 -lseccomp -lpthread
LIBS_ctl = -levent -ltls -lssl -lcrypto -lresolv -ljson-c -lseccomp

CHILDREN = smtpd httpd queue deliver signer control
PROGRAMS = $(patsubst edd/main.c,$(BUILD)/bin/edd,$(wildcard edd/main.c)) \
	$(patsubst ctl/main.c,$(BUILD)/bin/edctl,$(wildcard ctl/main.c)) \
	$(patsubst %/main.c,$(BUILD)/libexec/edd/%,\
	$(wildcard $(CHILDREN:%=%/main.c)))

LIB_SOURCES = $(filter-out lib/sandbox_%,$(wildcard lib/*.c)) \
	$(wildcard lib/sandbox_$(SANDBOX).c)

# Short output, or with V=1 the commands.
ifdef V
say = @:
Q =
else
say = @printf '%-5s %s\n'
Q = @
endif

# objects FILES: of .c and .y files, or patterns of them
# folder DIR: of a process folder
# listed WORD,FILE: what the comment "WORD: ..." in a test names
objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(wildcard $(1))))
folder = $(call objects,$(wildcard $(1)/*.c $(1)/*.y))
listed = $(shell sed -n \
	-e 's, \*/$$,,' -e 's,^[/ ]\*  *$(1): *\(.*\),\1,p' $(2))

all: $(BUILD)/lib.a $(PROGRAMS)

$(BUILD)/bin/edd: $$(call folder,edd) $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS_edd)

$(BUILD)/bin/edctl: $$(call folder,ctl) $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS_ctl)

$(BUILD)/libexec/edd/%: $$(call folder,$$*) $(BUILD)/lib.a
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ $(LIBS_$*)

$(BUILD)/lib.a: $(call objects,$(LIB_SOURCES))
	@mkdir -p $(@D)
	$(say) AR $@
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -MMD -MP -iquote $(<D) -iquote lib \
	    -iquote $(BUILD)/obj/$(<D) -c -o $@ $<

# Made by byacc, which declares yylex() once more.
$(BUILD)/obj/%.o: $(BUILD)/obj/%.c $(BUILD)/flags
	$(say) CC $<
	$(Q)$(COMPILE) -MMD -MP -iquote $(*D) -iquote lib \
	    -Wno-redundant-decls -c -o $@ $<

$(BUILD)/obj/%.c: %.y
	@mkdir -p $(@D)
	$(say) YACC $<
	$(Q)$(YACC) -d -o $@ $<

$(BUILD)/obj/edd/words.o: $(BUILD)/obj/edd/parse.c

# What was compiled with other flags is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo "$(subst ",,$(COMPILE))" | cmp -s - $@ || \
	    echo "$(subst ",,$(COMPILE))" >$@

-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/regress/*/*.d)

# Tests.  regress/FOLDER/t_NAME.c and regress/fuzz/f_NAME.c name in a comment
# the sources ("sources: lib/a.c ...") and libraries ("libs: -lcrypto") that
# they are made of.

UNIT = $(patsubst %.c,$(BUILD)/%,$(wildcard regress/*/t_*.c))
BENCH = $(addprefix $(BUILD)/regress/bench/,gen journal sink)
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(wildcard regress/fuzz/f_*.c))

$(BUILD)/obj/regress/%.o: regress/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(COMPILE) -MMD -MP $(addprefix -iquote ,$(<D) $(<D:regress/%=%) \
	    $(patsubst %/,%,$(sort $(dir $(call listed,sources,$<)))) lib) \
	    -c -o $@ $<

$(BUILD)/regress/fuzz/f_%: $(BUILD)/obj/regress/fuzz/f_%.o \
	$$(call objects,$$(call listed,sources,regress/fuzz/f_$$*.c))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $^ \
	    $(call listed,libs,regress/fuzz/f_$*.c)

$(BUILD)/regress/%: $(BUILD)/obj/regress/%.o \
	$$(call objects,$$(call listed,sources,regress/$$*.c))
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $^ -lcmocka $(call listed,libs,regress/$*.c)

unit-build: $(UNIT)
fuzz-build: $(FUZZERS)
bench-build: $(BENCH)

deps:
	@sh etc/deps/install.sh build

deps-test:
	@sh etc/deps/install.sh build test

try:
	@sh etc/deps/install.sh build try
	@$(MAKE) -j2 all
	@sh etc/try.sh

check: deps-test
	@BUILD=$(BUILD) sh regress/run.sh check

nightly: deps-test
	@BUILD=$(BUILD) sh regress/run.sh nightly

unit system san style crash bench:
	@BUILD=$(BUILD) sh regress/run.sh $@

fuzz:
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) sh regress/run.sh fuzz

# Installation

MANUALS = $(wildcard edd/*.[1-9] ctl/*.[1-9] httpd/*.[1-9])
SUBST = sed -e 's,@BINDIR@,$(BINDIR),g' -e 's,@CONFDIR@,$(CONFDIR),g' \
	-e 's,@STATEDIR@,$(STATEDIR),g' -e 's,@RUNDIR@,$(RUNDIR),g'

install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) \
	    $(DESTDIR)$(CONFDIR) $(DESTDIR)$(EXAMPLEDIR)
	for f in $(notdir $(filter $(BUILD)/bin/%,$(PROGRAMS))); do \
		$(INSTALL) -m 755 $(BUILD)/bin/$$f $(DESTDIR)$(BINDIR)/$$f || \
		    exit 1; \
	done
	for f in $(notdir $(filter $(BUILD)/libexec/%,$(PROGRAMS))); do \
		$(INSTALL) -m 755 $(BUILD)/libexec/edd/$$f \
		    $(DESTDIR)$(LIBEXECDIR)/$$f || exit 1; \
	done
	for f in $(MANUALS); do \
		d=$(DESTDIR)$(MANDIR)/man$${f##*.}; \
		$(INSTALL) -d $$d && $(INSTALL) -m 644 $$f $$d/ || exit 1; \
	done
	if [ -f etc/edd.conf ]; then \
		$(INSTALL) -m 644 etc/edd.conf $(DESTDIR)$(EXAMPLEDIR)/ && \
		{ [ -e $(DESTDIR)$(CONFDIR)/edd.conf ] || $(INSTALL) -m 600 \
		    etc/edd.conf $(DESTDIR)$(CONFDIR)/edd.conf; }; \
	fi
	$(INSTALL) -m 644 etc/alerts.yml etc/grafana.json \
	    $(DESTDIR)$(EXAMPLEDIR)/
	$(INSTALL) -m 644 etc/edd-api.json $(DESTDIR)$(EXAMPLEDIR)/
	$(INSTALL) -d $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR)
	$(INSTALL) -m 644 etc/edctl.bash $(DESTDIR)$(BASHDIR)/edctl
	$(INSTALL) -m 644 etc/edctl.zsh $(DESTDIR)$(ZSHDIR)/_edctl
	for f in edd.service:systemd/system/edd.service \
	    edd.sysusers:sysusers.d/edd.conf \
	    edd.tmpfiles:tmpfiles.d/edd.conf; do \
		from=etc/$${f%%:*} to=$(DESTDIR)$(SYSTEMDDIR)/$${f#*:}; \
		[ -f $$from ] || continue; \
		$(INSTALL) -d $${to%/*} && $(SUBST) $$from >$$to && \
		    chmod 644 $$to || exit 1; \
	done

# Leaves the configuration, the spool and the store.
uninstall:
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(EXAMPLEDIR)
	rm -f $(DESTDIR)$(BINDIR)/edd $(DESTDIR)$(BINDIR)/edctl \
	    $(DESTDIR)$(BASHDIR)/edctl $(DESTDIR)$(ZSHDIR)/_edctl
	for f in $(MANUALS); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${f##*.}/$${f##*/}; \
	done
	rm -f $(addprefix $(DESTDIR)$(SYSTEMDDIR)/,systemd/system/edd.service \
	    sysusers.d/edd.conf tmpfiles.d/edd.conf)

clean:
	rm -rf $(BUILD) $(BUILD)-san $(BUILD)-clang $(BUILD)-fuzz \
	    $(BUILD)-crash

FORCE:
.PHONY: all unit-build fuzz-build bench-build deps deps-test try check nightly \
	unit system san style crash bench fuzz install uninstall clean FORCE
