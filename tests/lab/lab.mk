# SPDX-License-Identifier: GPL-3.0-or-later
# Sources of the emulated devices, for the top Makefile.

# The NVMe drive as a pure model: also linked into the unit tests, behind the ioctl seam.
LAB_NVME_MODEL_SRCS := $(addprefix tests/lab/,nvme_model.c nvme_identify.c nvme_firmware.c \
	nvme_settings.c fwimage.c)
LAB_MODEL_SRCS := $(LAB_NVME_MODEL_SRCS)
LAB_VFIO_SRCS  := $(addprefix tests/lab/,vfio_user.c vfio_memory.c)
LAB_PCI_SRCS   := $(addprefix tests/lab/,nvme_pci.c nvme_regs.c nvme_queue.c nvme_exec.c \
	nvme_file.c) $(LAB_VFIO_SRCS) $(LAB_MODEL_SRCS)
LAB_NVME_SRCS  := tests/lab/lab_nvme.c $(LAB_PCI_SRCS)
LAB_PCI_ONLY_SRCS := tests/lab/lab_pci.c $(LAB_VFIO_SRCS)
LAB_HPILO_SRCS := $(addprefix tests/lab/ilo/,hpilo_pci.c hpilo_queue.c) $(LAB_VFIO_SRCS)
LAB_MKFW_SRCS  := $(addprefix tests/lab/,mkfw.c fwimage.c)

# The simulated firmware: a UEFI runtime driver as an option ROM, by the host's compiler. The model
# in it is also linked into its unit test.
LAB_FWSIM_MODEL_SRCS := $(addprefix tests/lab/fwsim/,capsule.c state.c settings.c hash.c)
LAB_FWSIM_SRCS	     := $(addprefix tests/lab/fwsim/,driver.c disk.c ports.c) $(LAB_FWSIM_MODEL_SRCS)
# Devices at the level of SG_IO: for the unit tests only.
LAB_MODEL_SRCS += $(addprefix tests/lab/,sg_request.c ata_model.c ata_identify.c \
	ses_model.c ses_pages.c)
LAB_MODEL_SRCS += tests/lab/scsi_model.c
# What reads uploads has a fuzzer of its own.
LAB_ILO_MULTIPART := tests/lab/ilo/multipart.c
LAB_MODEL_SRCS += $(LAB_ILO_MULTIPART)
# The iLO as a pure model.
LAB_ILO_MODEL_SRCS := $(addprefix tests/lab/ilo/,model.c generations.c http.c tree.c inventory.c \
	accounts.c update.c flash.c repository.c tasks.c chif_side.c ribcl_side.c standard_side.c)
LAB_MODEL_SRCS += $(LAB_ILO_MODEL_SRCS)
# And as a process: HTTPS and the PCI function around it.
LAB_ILO_SRCS := $(wildcard tests/lab/lab_ilo*.c) $(LAB_ILO_MODEL_SRCS) $(LAB_ILO_MULTIPART) \
	$(LAB_HPILO_SRCS)
