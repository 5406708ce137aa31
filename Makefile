# SPDX-License-Identifier: GPL-3.0-or-later
#
# The two programs and their tests, from the libraries in build/sysroot/$(FLAVOUR). FLAVOUR=musl is
# what ships: static, no interpreter. FLAVOUR=glibc is the host's compiler with ASan and UBSan, for
# the unit tests and fuzzers.

FLAVOUR ?= musl
V       ?= 0
Q_0     := @
Q       := $(Q_$(V))
say_0    = @printf '  %-7s %s\n' $(1) $(2)
say      = $(say_$(V))

BUILD   ?= build
SYSROOT := $(BUILD)/sysroot/$(FLAVOUR)
OBJ     := $(BUILD)/obj/$(FLAVOUR)
BIN_musl  := $(BUILD)
BIN_glibc := $(BUILD)/sanitized
BIN     := $(BIN_$(FLAVOUR))

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -Wnull-dereference -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef \
	-Wimplicit-fallthrough -Werror -Wno-format-truncation
# Texts of fixed size are cut on purpose: hence no -Wformat-truncation.
# Assertions stay on: they are for programming errors, and a release that runs on without them
# would flash with them.
CFLAGS_musl  := -Os -flto=auto -ffunction-sections -fdata-sections
CFLAGS_glibc := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LDFLAGS_musl  := -static -s -flto=auto -Wl,--gc-sections -Wl,--build-id=none
LDFLAGS_glibc := -fsanitize=address,undefined
CC_musl  := $(SYSROOT)/bin/musl-gcc
CC_glibc := gcc

CC      := $(CC_$(FLAVOUR))
VERSION := $(shell cat VERSION)
CFLAGS  := -std=c17 -D_GNU_SOURCE -Iupdater -Ifirmware-repo -isystem $(SYSROOT)/include \
	-DDRYDOCK_VERSION='"$(VERSION)"' -ffile-prefix-map=$(CURDIR)=. \
	$(WARN) $(CFLAGS_$(FLAVOUR)) -MMD -MP
LDFLAGS := $(LDFLAGS_$(FLAVOUR))
LIBS    := -L$(SYSROOT)/lib -lpci -lefivar -lyyjson -lcurl -lssl -lcrypto -lpthread
# Vendors' formats never reach the server: drydock is not linked with what unpacks them.
UNPACK  := -larchive -lexpat -lz -lbz2 -llzma -lzstd

CORE_SRCS    := $(filter-out updater/main.c,$(wildcard updater/*.c updater/*/*.c))
FWREPO_SRCS  := $(filter-out firmware-repo/main.c,$(wildcard firmware-repo/*.c firmware-repo/*/*.c))
-include tests/lab/lab.mk
TEST_SRCS    := $(wildcard tests/unit/test_*.c)
TEST_SUPPORT := $(filter-out $(TEST_SRCS),$(wildcard tests/unit/*.c)) $(LAB_MODEL_SRCS)
# Whole runs in child processes, what they make durable counted before the C library does it.
FAULT_SRCS   := $(wildcard tests/unit/fault/*.c)
FAULT_TESTS  := test_fault_loop test_fault_seeds test_session_efi
FAULT_WRAPS  := write pwrite fsync fdatasync rename pci_load_name_list pthread_cond_timedwait
FUZZ_SRCS    := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_SRCS   := tests/bench/bench_write.c tests/unit/hwio_nvme.c $(LAB_MODEL_SRCS)

objs = $(patsubst %.c,$(OBJ)/%.o,$(1))
CORE   := $(OBJ)/libdrydock.a
FWREPO := $(OBJ)/libfwrepo.a
TESTS  := $(patsubst tests/unit/%.c,$(BIN)/tests/%,$(TEST_SRCS))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BIN)/fuzz/%,$(FUZZ_SRCS))
BENCH   := $(addprefix $(BIN)/bench/,bench_write bench_makespan bench_journal bench_copy make_many peak)

all: $(BIN)/drydock $(BIN)/fwrepo man
man: $(BIN)/man/drydock.8 $(BIN)/man/fwrepo.8
tests: $(TESTS)
fuzzers: $(FUZZERS)
bench: $(BENCH)

$(BIN)/drydock: $(call objs,updater/main.c) $(CORE)
$(BIN)/drydock: UNPACK :=
$(BIN)/fwrepo: $(call objs,firmware-repo/main.c) $(FWREPO) $(CORE)
$(FAULT_TESTS:%=$(BIN)/tests/%): LDFLAGS += $(FAULT_WRAPS:%=-Wl,--wrap=%)
$(FAULT_TESTS:%=$(BIN)/tests/%): $(call objs,$(FAULT_SRCS))
# Where the linker's names are defined.
$(call objs,$(addprefix tests/unit/fault/,durable.c haste.c)): CFLAGS += -fno-lto
$(TESTS): $(BIN)/tests/%: $(OBJ)/tests/unit/%.o $(call objs,$(TEST_SUPPORT)) $(FWREPO) $(CORE)
# Without libFuzzer the driver feeds the seeds and their mutations itself: the same code runs in
# every test. The soak builds them with clang's libFuzzer, which has a main of its own: FUZZ_MAIN= .
FUZZ_MAIN = $(OBJ)/tests/fuzz/driver.o
$(FUZZERS): $(BIN)/fuzz/%: $(OBJ)/tests/fuzz/%.o $(FUZZ_MAIN) $(FWREPO) $(CORE)
$(BIN)/fuzz/fuzz_multipart: $(call objs,$(LAB_ILO_MULTIPART))
$(BIN)/bench/bench_write: $(call objs,$(BENCH_SRCS)) $(CORE)
$(BIN)/bench/bench_makespan $(BIN)/bench/bench_journal $(BIN)/bench/bench_copy: $(BIN)/bench/%: $(OBJ)/tests/bench/%.o $(CORE)
$(BIN)/bench/make_many: $(call objs,tests/bench/make_many.c) $(FWREPO) $(CORE)
$(BIN)/bench/peak: $(call objs,tests/bench/peak.c)

# The key of a sysroot changes with what is in it; packages that the cache has are not built again.
$(SYSROOT)/.key: rootfs/sources.lock rootfs/recipe.sh $(wildcard rootfs/packages/*)
	$(Q)DRYDOCK_BUILD=$(abspath $(BUILD)) rootfs/build-package.sh $(FLAVOUR) sysroot
	@touch $@
$(BIN)/drydock $(BIN)/fwrepo $(TESTS) $(FUZZERS) $(BENCH): $(SYSROOT)/.key
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(UNPACK) $(LIBS)

# One page for the program and one for each of its commands.
$(BIN)/man/%.8: $(BIN)/%
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)for command in $$($< --commands); do $< $$command --man >$(@D)/$*-$$command.8 || exit 1; done
	$(Q)$< --man >$@

$(CORE): $(call objs,$(CORE_SRCS))
$(FWREPO): $(call objs,$(FWREPO_SRCS))
$(CORE) $(FWREPO):
	$(call say,AR,$@)
	@rm -f $@
	$(Q)gcc-ar rcsD $@ $^

$(OBJ)/tests/%.o: CFLAGS += -Itests/unit -Itests/lab -Itests/fuzz
$(OBJ)/%.o: %.c Makefile VERSION $(SYSROOT)/.key
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CFLAGS) -c -o $@ $<

# The emulated devices: host programs, never part of an image.
LAB_CC := gcc -std=c17 -D_GNU_SOURCE -O1 -g $(WARN) -Itests/lab
lab: $(BUILD)/lab/lab_nvme $(BUILD)/lab/lab_pci $(BUILD)/lab/mkfw
$(BUILD)/lab/lab_nvme: $(LAB_NVME_SRCS)
$(BUILD)/lab/lab_pci: $(LAB_PCI_ONLY_SRCS)
$(BUILD)/lab/mkfw: $(LAB_MKFW_SRCS)
$(BUILD)/lab/lab_nvme $(BUILD)/lab/lab_pci $(BUILD)/lab/mkfw: $(wildcard tests/lab/*.h)
	@mkdir -p $(@D)
	$(call say,LAB,$@)
	$(Q)$(LAB_CC) -o $@ $(filter %.c,$^) -lpthread

lab: $(BUILD)/lab/bmc
$(BUILD)/lab/bmc: tests/lab/bmc.c
	@mkdir -p $(@D)
	$(call say,LAB,$@)
	$(Q)$(LAB_CC) -o $@ $<

# HTTPS by the libraries that the image has: they are there whenever an image is. The macros for
# control messages in the headers of musl mix signs.
LAB_MUSL := $(BUILD)/sysroot/musl
lab: $(BUILD)/lab/lab_ilo
$(BUILD)/lab/lab_ilo: $(LAB_ILO_SRCS) $(wildcard tests/lab/*.h tests/lab/ilo/*.h)
	@mkdir -p $(@D)
	$(call say,LAB,$@)
	$(Q)$(patsubst gcc,$(LAB_MUSL)/bin/musl-gcc,$(LAB_CC)) -static -Wno-sign-conversion \
		-isystem $(LAB_MUSL)/include -Iupdater -o $@ \
		$(filter %.c,$^) -L$(LAB_MUSL)/lib -lssl -lcrypto -lyyjson -lpthread

# A freestanding image without addresses (tests/lab/fwsim/fwsim.lds); the card is QEMU's "edu".
lab: $(BUILD)/lab/fwsim.rom
FWSIM_CC := gcc -std=c17 -Os $(WARN) -ffreestanding -fpie -fvisibility=hidden -mgeneral-regs-only \
	-mno-red-zone -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables
$(BUILD)/lab/fwsim.rom: $(LAB_FWSIM_SRCS) $(wildcard tests/lab/fwsim/*.h) tests/lab/fwsim/fwsim.lds \
		$(BUILD)/lab/mkrom
	$(call say,LAB,$@)
	$(Q)$(FWSIM_CC) -nostdlib -Wl,-pie,--no-dynamic-linker,-znorelro,-znoexecstack,--build-id=none \
		-Wl,-T,tests/lab/fwsim/fwsim.lds -o $@.elf $(filter %.c,$^)
	$(Q)objcopy -S -j .text -j .data -j .reloc --target=efi-rtdrv-x86_64 $@.elf $@.efi
	$(Q)$(BUILD)/lab/mkrom $@.efi $@ 1234 11e8
$(BUILD)/lab/mkrom: tests/lab/fwsim/mkrom.c
	@mkdir -p $(@D)
	$(call say,LAB,$@)
	$(Q)$(LAB_CC) -o $@ $<

.PHONY: all man tests fuzzers bench lab
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(call objs,$(CORE_SRCS) $(FWREPO_SRCS) updater/main.c \
	firmware-repo/main.c $(TEST_SRCS) $(TEST_SUPPORT) $(FAULT_SRCS) $(FUZZ_SRCS) \
	$(BENCH_SRCS) $(wildcard tests/bench/*.c)))
