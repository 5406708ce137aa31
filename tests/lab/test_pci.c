/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PCI function, by a driver that does by hand what nvme.ko does, and what it never does. */
#include "nvme_pci.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "le.h"
#include "tap.h"

/* Guest memory: pages by number, from GUEST on. */
enum { PAGE = 4096, GUEST = 0x100000, PAGES = 64 };
enum { ASQ, ACQ, IO_SQ, IO_CQ, LIST, LIST2, DATA = 16 };
enum { CAP = 0, VS = 8, CC = 0x14, CSTS = 0x1c, NSSR = 0x20, AQA = 0x24, ASQ_REG = 0x28 };
enum { ENTRIES = 4, DNR = 0x4000 };

static struct nvme_model model;
static struct nvme_file file;
static struct nvme_pci pci;
static uint8_t *guest;
static char folder[] = "/tmp/lab-pci-XXXXXX";
static uint32_t sq_tail, cq_head;
static int phase, interrupt;

static uint64_t at(size_t page)
{
	return GUEST + page * PAGE;
}

static uint32_t reg(uint64_t offset)
{
	uint8_t value[4];

	pci.server.ops->read(&pci, VFIO_PCI_BAR0_REGION_INDEX, offset, value, 4);
	return get_le32(value);
}

static void set_reg(uint64_t offset, uint32_t value)
{
	uint8_t bytes[4];

	put_le32(bytes, value);
	pci.server.ops->write(&pci, VFIO_PCI_BAR0_REGION_INDEX, offset, bytes, 4);
}

static uint16_t config16(uint64_t offset)
{
	uint8_t value[2];

	pci.server.ops->read(&pci, VFIO_PCI_CONFIG_REGION_INDEX, offset, value, 2);
	return get_le16(value);
}

static void set_config16(uint64_t offset, uint16_t value)
{
	uint8_t bytes[2];

	put_le16(bytes, value);
	pci.server.ops->write(&pci, VFIO_PCI_CONFIG_REGION_INDEX, offset, bytes, 2);
}

static void enable(void)
{
	memset(guest, 0, 2 * PAGE);
	sq_tail = cq_head = 0;
	phase = 1;
	set_reg(AQA, (ENTRIES - 1) << 16 | (ENTRIES - 1));
	set_reg(ASQ_REG, (uint32_t)at(ASQ));
	set_reg(ASQ_REG + 4, 0);
	set_reg(ASQ_REG + 8, (uint32_t)at(ACQ));
	set_reg(ASQ_REG + 12, 0);
	set_reg(CC, 1);
}

static void remove_state(void)
{
	static const char *const names[] = { "state", "received.bin", "commands.log" };
	char path[64];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
}

static void power_off(void)
{
	if (!guest)
		return;
	vfio_memory_clear(&pci.server.memory);
	nvme_pci_free(&pci);
	nvme_model_free(&model);
	(void)munmap(guest, PAGES * PAGE);
	(void)close(file.dir);
	(void)close(file.log);
	(void)close(file.received);
	(void)close(interrupt);
	guest = NULL;
}

static void power_on(const char *settings)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	power_off();
	CHECK_INT(ftruncate(fd, PAGES * PAGE), 0);
	guest = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	nvme_model_init(&model);
	CHECK(!nvme_model_set(&model, settings));
	CHECK_INT(nvme_file_open(&file, &model, folder), 0);
	CHECK_INT(nvme_pci_init(&pci, &file), 0);
	CHECK_INT(vfio_memory_add(&pci.server.memory, fd, 0, GUEST, PAGES * PAGE, true), 0);
	(void)close(fd);
	interrupt = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pci.server.irq_fd[VFIO_PCI_MSIX_IRQ_INDEX][0] = interrupt;
	nvme_pci_power_on(&pci);
}

static void new_drive(const char *settings)
{
	remove_state();
	power_on(settings);
	enable();
}

/* Puts a command into the admin queue, without ringing. */
static void queue(uint16_t cid, const struct nvme_entry *entry)
{
	uint8_t *sqe = guest + ASQ * PAGE + 64 * (size_t)sq_tail;

	memset(sqe, 0, 64);
	sqe[0] = entry->cmd.opcode;
	sqe[1] = (uint8_t)(entry->psdt << 6);
	put_le16(sqe + 2, cid);
	put_le32(sqe + 4, entry->cmd.nsid);
	put_le64(sqe + 24, entry->prp1);
	put_le64(sqe + 32, entry->prp2);
	put_le32(sqe + 40, entry->cmd.cdw10);
	put_le32(sqe + 44, entry->cmd.cdw11);
	sq_tail = (sq_tail + 1) % ENTRIES;
}

static void ring(void)
{
	set_reg(NVME_PCI_DOORBELLS, sq_tail);
}

/* The next completion: cid << 16 | status field; -1 when there is none. */
static int64_t completion(void)
{
	const uint8_t *cqe = guest + ACQ * PAGE + 16 * (size_t)cq_head;
	int64_t answer;

	if ((cqe[14] & 1) != phase)
		return -1;
	answer = (int64_t)get_le16(cqe + 12) << 16 | get_le16(cqe + 14) >> 1;
	cq_head = (cq_head + 1) % ENTRIES;
	phase ^= cq_head == 0;
	return answer;
}

static void acknowledge(void)
{
	set_reg(NVME_PCI_DOORBELLS + 4, cq_head);
}

static int admin(const struct nvme_entry *entry)
{
	static uint16_t cid;
	int64_t answer;

	queue(++cid, entry);
	ring();
	answer = completion();
	acknowledge();
	CHECK_INT(answer >> 16, cid);
	return (int)(answer & 0x7fff);
}

static int identify(uint64_t prp1, uint64_t prp2)
{
	struct nvme_entry entry = { .cmd = { .opcode = NVME_ADMIN_IDENTIFY, .cdw10 = 1 },
				    .prp1 = prp1,
				    .prp2 = prp2 };

	return admin(&entry);
}

static int download(uint64_t prp1, uint64_t prp2, uint32_t offset, uint32_t len)
{
	struct nvme_entry entry = { .cmd = { .opcode = NVME_ADMIN_FW_DOWNLOAD,
					     .cdw10 = len / 4 - 1,
					     .cdw11 = offset / 4 },
				    .prp1 = prp1,
				    .prp2 = prp2 };

	return admin(&entry);
}

static int create(uint8_t opcode, uint32_t qid, uint32_t entries, uint32_t cdw11, uint64_t addr)
{
	struct nvme_entry entry = {
		.cmd = { .opcode = opcode, .cdw10 = (entries - 1) << 16 | qid, .cdw11 = cdw11 },
		.prp1 = addr
	};

	return admin(&entry);
}

static int delete (uint8_t opcode, uint32_t qid)
{
	struct nvme_entry entry = { .cmd = { .opcode = opcode, .cdw10 = qid } };

	return admin(&entry);
}

static void put_prp(size_t page, size_t index, uint64_t addr)
{
	put_le64(guest + page * PAGE + index * 8, addr);
}

static bool received(const uint8_t *want, size_t len)
{
	static uint8_t got[64 * PAGE];
	char path[64];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/received.bin", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, got, sizeof(got));
	(void)close(fd);
	return n == (ssize_t)len && memcmp(got, want, len) == 0;
}

static void the_controller_starts_and_stops(void)
{
	new_drive("");
	CHECK_INT(reg(CAP) & 0xffff, NVME_PCI_MAX_ENTRIES - 1);
	CHECK_INT(reg(CAP + 4), 1 << 4 | 1 << 5); /* NSSRS, NVM command set; MPSMIN 0 */
	CHECK_INT(reg(VS), 0x20000);
	CHECK_INT(reg(CSTS), 1);
	CHECK_INT(identify(at(DATA), 0), 0);
	set_reg(CC, 1 << 14 | 1); /* normal shutdown */
	CHECK_INT(reg(CSTS), 1 | 2 << 2);
	set_reg(CC, 0);
	CHECK_INT(reg(CSTS), 0);
	CHECK_INT(reg(ASQ_REG), at(ASQ)); /* which a controller reset keeps */
	ring();
	CHECK_INT(completion(), -1);
	enable();
	CHECK_INT(identify(at(DATA), 0), 0);
	set_reg(NSSR, 1);
	CHECK_INT(reg(CSTS), 1);
	set_reg(NSSR, 0x4e564d65);
	CHECK_INT(reg(CSTS), 1 << 4);
	set_reg(CSTS, 1 << 4);
	CHECK_INT(reg(CSTS), 0);
	set_reg(CC, 1 << 7 | 1); /* 8 KiB pages are not offered */
	CHECK_INT(reg(CSTS), 2);
}

static void config_space(void)
{
	new_drive("vid=0x1234");
	CHECK_INT(config16(PCI_VENDOR_ID), 0x1234);
	CHECK_INT(config16(PCI_CLASS_DEVICE), 0x0108);
	set_config16(PCI_VENDOR_ID, 0xffff);
	CHECK_INT(config16(PCI_VENDOR_ID), 0x1234);
	set_config16(PCI_COMMAND, 0xffff);
	CHECK_INT(config16(PCI_COMMAND), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
						 PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
						 PCI_COMMAND_INTX_DISABLE);
	set_config16(0x50 + PCI_EXP_DEVCTL, 0);
	CHECK_INT(reg(CSTS), 1);
	set_config16(0x50 + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
	CHECK_INT(reg(CSTS), 0);
	CHECK_INT(config16(PCI_COMMAND), 0);
	CHECK_INT(config16(0x50 + PCI_EXP_DEVCTL), 0);
}

/* PCI 3.0 Appendix I, as a host reads it: the address, the flag, four bytes. */
static void vital_product_data(void)
{
	enum { VPD = 0x90 };
	static const uint8_t vpd[] =
		"\x82\x03\x00"
		"Nic"
		"\x90\x00\x00\x78";

	new_drive("");
	CHECK_INT(config16(0x50) >> 8, 0); /* the last capability */
	CHECK(!nvme_pci_set_vpd(&pci, guest, NVME_PCI_VPD_BYTES + 1));
	CHECK(nvme_pci_set_vpd(&pci, vpd, sizeof(vpd) - 1));
	nvme_pci_power_on(&pci);
	CHECK_INT(config16(0x50) >> 8, VPD);
	CHECK_INT(config16(VPD), PCI_CAP_ID_VPD);
	for (uint16_t offset = 0; offset < 16; offset = (uint16_t)(offset + 4)) {
		set_config16(VPD + PCI_VPD_ADDR, offset);
		CHECK_INT(config16(VPD + PCI_VPD_ADDR), offset | PCI_VPD_ADDR_F);
		for (uint16_t i = 0; i < 4; i = (uint16_t)(i + 2)) {
			uint16_t want = 0;

			if (offset + i < (int)sizeof(vpd) - 1)
				want = (uint16_t)(vpd[offset + i] | vpd[offset + i + 1] << 8);
			CHECK_INT(config16((uint64_t)VPD + PCI_VPD_DATA + i), want);
		}
	}
	new_drive("vpd_silent=1");
	CHECK(nvme_pci_set_vpd(&pci, vpd, sizeof(vpd) - 1));
	nvme_pci_power_on(&pci);
	set_config16(VPD + PCI_VPD_ADDR, 4);
	CHECK_INT(config16(VPD + PCI_VPD_ADDR), 4);
}

static void a_reset_of_the_machine_is_a_conventional_reset(void)
{
	new_drive("");
	model.firmware.next = 1;
	model.firmware.next_reset = NVME_RESET_CONVENTIONAL;
	set_config16(PCI_COMMAND, PCI_COMMAND_MEMORY);
	set_reg(CC, 0);
	CHECK_INT(model.firmware.next, 1);
	enable();
	pci.server.ops->reset(&pci);
	CHECK_INT(reg(CSTS), 0);
	CHECK_INT(reg(ASQ_REG), 0);
	CHECK_INT(config16(PCI_COMMAND), 0);
	CHECK_INT(model.firmware.next, 0);
}

static void data_over_two_pages(void)
{
	uint64_t value;

	new_drive("serial=S1");
	memset(guest + (DATA + 3) * PAGE, 0xee, PAGE);
	CHECK_INT(identify(at(DATA) + 0x800, at(DATA + 3)), 0);
	CHECK(!memcmp(guest + DATA * PAGE + 0x800 + 4, "S1  ", 4));
	CHECK_INT(guest[DATA * PAGE + 0x800 + 512], 0x66); /* SQES, in the first page */
	for (size_t i = 0; i < PAGE / 2; i++) /* vendor specific, in the second: zero */
		CHECK_INT(guest[(DATA + 3) * PAGE + i], 0);
	CHECK_INT(guest[(DATA + 3) * PAGE + PAGE / 2], 0xee);
	CHECK_INT(read(interrupt, &value, 8), 8);
	CHECK_INT(identify(at(PAGES), 0), NVME_TRANSFER_ERROR | DNR);
	CHECK_INT(identify(at(DATA) + 4, at(PAGES)), NVME_TRANSFER_ERROR | DNR);
}

/* Six pages: the first half used, four whole ones in reverse order, and half a one. */
static void data_by_a_list(void)
{
	static uint8_t want[5 * PAGE];

	new_drive("fwug=0,mdts=5");
	for (size_t i = 0; i < sizeof(want); i++)
		want[i] = (uint8_t)(i * 31 + i / PAGE);
	memcpy(guest + DATA * PAGE + PAGE / 2, want, PAGE / 2);
	for (size_t i = 0; i < 4; i++) {
		size_t page = DATA + 10 - i;

		memcpy(guest + page * PAGE, want + PAGE / 2 + i * PAGE, PAGE);
		put_prp(LIST, i, at(page));
	}
	memcpy(guest + (DATA + 1) * PAGE, want + PAGE / 2 + 4 * PAGE, PAGE / 2);
	put_prp(LIST, 4, at(DATA + 1));
	CHECK_INT(download(at(DATA) + PAGE / 2, at(LIST), 0, sizeof(want)), 0);
	CHECK(received(want, sizeof(want)));

	/* The same list, but it begins at the end of a page and goes on in another. */
	put_prp(LIST2, 510, at(DATA + 10));
	put_prp(LIST2, 511, at(LIST) + 8);
	CHECK_INT(download(at(DATA) + PAGE / 2, at(LIST2) + 510 * 8, 5 * PAGE, sizeof(want)),
		  NVME_INVALID_FIELD | DNR); /* the next list page has to be a page */
	memmove(guest + LIST * PAGE, guest + LIST * PAGE + 8, 4 * 8);
	put_prp(LIST2, 511, at(LIST));
	set_reg(CC, 0); /* forgets the download, so that it begins at 0 again */
	enable();
	CHECK_INT(download(at(DATA) + PAGE / 2, at(LIST2) + 510 * 8, 0, sizeof(want)), 0);
	CHECK(received(want, sizeof(want)));
	set_reg(CC, 0);
	enable();
	CHECK_INT(download(at(DATA) + PAGE / 2, 0, 0, 4), 0);
	CHECK(received(want, 4)); /* nothing of the longer one is left */
}

static void no_scatter_gather_lists(void)
{
	struct nvme_entry entry = { .psdt = 1, .cmd = { .opcode = NVME_ADMIN_IDENTIFY } };

	new_drive("");
	CHECK_INT(admin(&entry), NVME_INVALID_FIELD | DNR);
}

static void a_late_answer_does_not_stop_others(void)
{
	struct nvme_entry late = { .cmd = { .opcode = NVME_ADMIN_FW_COMMIT, .cdw10 = 3 << 3 | 1 } };
	struct nvme_entry event = { .cmd = { .opcode = NVME_ADMIN_ASYNC_EVENT } };
	int wait_ms;

	new_drive("commit_delay_ms=50");
	queue(100, &event); /* is never answered */
	queue(101, &late);
	ring();
	CHECK_INT(completion(), -1);
	CHECK_INT(identify(at(DATA), 0), 0);
	wait_ms = nvme_queue_tick(&pci);
	CHECK(wait_ms > 0 && wait_ms <= 50);
	CHECK_INT(completion(), -1);
	(void)usleep((useconds_t)wait_ms * 1000);
	CHECK_INT(nvme_queue_tick(&pci), -1);
	CHECK_INT(nvme_queue_tick(&pci), -1);
	CHECK_INT(completion(), 101 << 16);
	CHECK_INT(completion(), -1);
	acknowledge();
}

static void a_reset_drops_late_answers(void)
{
	struct nvme_entry late = { .cmd = { .opcode = NVME_ADMIN_FW_COMMIT, .cdw10 = 3 << 3 | 1 } };

	new_drive("commit_delay_ms=10");
	queue(101, &late);
	ring();
	set_reg(CC, 0);
	enable();
	(void)usleep(20000);
	CHECK_INT(nvme_queue_tick(&pci), -1);
	CHECK_INT(completion(), -1);
}

/* Four entries hold three completions; the fourth command waits until the host has read. */
static void a_full_completion_queue_waits(void)
{
	struct nvme_entry entry = { .cmd = { .opcode = NVME_ADMIN_ABORT } };

	new_drive("");
	for (uint16_t cid = 1; cid <= 3; cid++)
		queue(cid, &entry);
	ring();
	queue(4, &entry);
	ring();
	CHECK_INT(completion(), 1 << 16);
	CHECK_INT(completion(), 2 << 16);
	CHECK_INT(completion(), 3 << 16);
	CHECK_INT(completion(), -1);
	acknowledge();
	CHECK_INT(completion(), 4 << 16);
	acknowledge();
	for (int i = 0; i < 9; i++) /* the phase turns with each round */
		CHECK_INT(admin(&entry), 0);
	set_reg(NVME_PCI_DOORBELLS, ENTRIES); /* beyond the queue: ignored */
	set_reg(NVME_PCI_DOORBELLS + 4 * 100, 1);
	CHECK_INT(admin(&entry), 0);
}

static void io_queues_are_checked(void)
{
	enum { SQ = NVME_ADMIN_CREATE_SQ, CQ = NVME_ADMIN_CREATE_CQ };

	new_drive("io_queues=2");
	CHECK_INT(create(CQ, 0, 8, 1, at(IO_CQ)), NVME_INVALID_QID | DNR);
	CHECK_INT(create(CQ, 3, 8, 1, at(IO_CQ)), NVME_INVALID_QID | DNR);
	CHECK_INT(create(CQ, 1, 1, 1, at(IO_CQ)), NVME_INVALID_QUEUE_SIZE | DNR);
	CHECK_INT(create(CQ, 1, 1025, 1, at(IO_CQ)), NVME_INVALID_QUEUE_SIZE | DNR);
	CHECK_INT(create(CQ, 1, 8, 8 << 16 | 1, at(IO_CQ)), NVME_INVALID_VECTOR | DNR);
	CHECK_INT(create(CQ, 1, 8, 0, at(IO_CQ)), NVME_INVALID_FIELD | DNR);
	CHECK_INT(create(SQ, 1, 8, 1 << 16 | 1, at(IO_SQ)), NVME_INVALID_CQ | DNR);
	CHECK_INT(create(CQ, 1, 8, 1, at(IO_CQ)), 0);
	CHECK_INT(create(CQ, 1, 8, 1, at(IO_CQ)), NVME_INVALID_QID | DNR);
	CHECK_INT(create(SQ, 1, 8, 1 << 16 | 1, at(IO_SQ) + 8), NVME_INVALID_FIELD | DNR);
	CHECK_INT(create(SQ, 1, 8, 1 << 16 | 1, at(IO_SQ)), 0);
	CHECK_INT(delete (NVME_ADMIN_DELETE_CQ, 1), NVME_INVALID_QUEUE_DELETION | DNR);
	CHECK_INT(delete (NVME_ADMIN_DELETE_SQ, 1), 0);
	CHECK_INT(delete (NVME_ADMIN_DELETE_SQ, 1), NVME_INVALID_QID | DNR);
	CHECK_INT(delete (NVME_ADMIN_DELETE_CQ, 1), 0);
	CHECK_INT(delete (NVME_ADMIN_DELETE_CQ, 0), NVME_INVALID_QID | DNR);
}

static int io(uint8_t opcode, uint32_t nsid, uint64_t lba, uint32_t blocks)
{
	struct nvme_entry entry = { .cmd = { .opcode = opcode,
					     .nsid = nsid,
					     .cdw10 = (uint32_t)lba,
					     .cdw11 = (uint32_t)(lba >> 32),
					     .cdw12 = blocks - 1 },
				    .prp1 = at(DATA) };

	return nvme_exec_io(&pci, &entry);
}

static void reads_and_writes(void)
{
	enum { FLUSH, WRITE, READ, LAST = 2047 };

	new_drive("ns_mb=1");
	memset(guest + DATA * PAGE, 0x5a, PAGE);
	CHECK_INT(io(WRITE, 1, LAST, 1), 0);
	CHECK_INT(io(READ, 1, LAST - 1, 2), 0);
	CHECK_INT(guest[DATA * PAGE + 511], 0);
	CHECK_INT(guest[DATA * PAGE + 512], 0x5a);
	CHECK_INT(io(READ, 1, LAST, 2), NVME_LBA_OUT_OF_RANGE);
	CHECK_INT(io(WRITE, 1, UINT64_MAX, 1), NVME_LBA_OUT_OF_RANGE);
	CHECK_INT(io(READ, 2, 0, 1), NVME_INVALID_NAMESPACE);
	CHECK_INT(io(READ, 1, 0, 1024), NVME_INVALID_FIELD); /* beyond MDTS */
	CHECK_INT(io(FLUSH, 0xffffffff, 0, 1), 0);
	CHECK_INT(io(9, 1, 0, 1), NVME_INVALID_OPCODE);
}

static void a_drive_that_is_gone_reads_as_ones(void)
{
	new_drive("gone_at_offset=0");
	queue(1, &(struct nvme_entry){ .cmd = { .opcode = NVME_ADMIN_FW_DOWNLOAD },
				       .prp1 = at(DATA) });
	ring();
	CHECK_INT(completion(), -1);
	CHECK_INT(reg(CSTS), 0xffffffff);
	CHECK_INT(config16(PCI_VENDOR_ID), 0xffff);
	set_reg(CC, 0);
	pci.server.ops->reset(&pci);
	CHECK_INT(config16(PCI_VENDOR_ID), 0xffff);
	nvme_pci_power_on(&pci);
	CHECK_INT(reg(CSTS), 0);
	enable();
	CHECK_INT(identify(at(DATA), 0), 0);
}

static void write_state(const char *text)
{
	char path[64];
	FILE *state;

	(void)snprintf(path, sizeof(path), "%s/state", folder);
	state = fopen(path, "w");
	CHECK(state && fputs(text, state) >= 0 && fclose(state) == 0);
}

static void the_state_is_kept_and_checked(void)
{
	static const char *const bad[] = {
		"",
		"active 1\nrunning 1", /* cut */
		"active 1\nrunning 1\nslot1 1",
		"active 1\n",		 /* no revision */
		"active 8\nrunning 1\n", /* no such slot */
		"active 0\nrunning 1\n",
		"active 1\nrunning 123456789\n", /* too long */
		"active 1\nrunning 1\nslot8 1\n",
		"active 1\nrunning 1\nnext_reset 4\n",
		"active 1\nrunning 1\nwhat 1\n",
	};
	struct nvme_file other;

	new_drive("revision=7");
	memcpy(model.firmware.slot[3], "A B", 4);
	model.firmware.next = 3;
	model.firmware.next_reset = NVME_RESET_CONVENTIONAL;
	nvme_file_reset(&file, NVME_RESET_CONTROLLER);
	CHECK_STR(model.firmware.running, "7");
	power_on("revision=9"); /* the state counts, and power is what it waited for */
	CHECK_STR(model.firmware.running, "A B");
	CHECK_INT(model.firmware.active, 3);
	CHECK_STR(model.firmware.slot[1], "7");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct nvme_model_firmware before = model.firmware;

		write_state(bad[i]);
		CHECK_INT(nvme_file_open(&other, &model, folder), -EBADMSG);
		CHECK(!memcmp(&before, &model.firmware, sizeof(before)));
		(void)close(other.dir);
		(void)close(other.log);
		(void)close(other.received);
	}
}

int main(void)
{
	CHECK(mkdtemp(folder));
	TAP_RUN(the_controller_starts_and_stops);
	TAP_RUN(config_space);
	TAP_RUN(vital_product_data);
	TAP_RUN(a_reset_of_the_machine_is_a_conventional_reset);
	TAP_RUN(data_over_two_pages);
	TAP_RUN(data_by_a_list);
	TAP_RUN(no_scatter_gather_lists);
	TAP_RUN(a_late_answer_does_not_stop_others);
	TAP_RUN(a_reset_drops_late_answers);
	TAP_RUN(a_full_completion_queue_waits);
	TAP_RUN(io_queues_are_checked);
	TAP_RUN(reads_and_writes);
	TAP_RUN(a_drive_that_is_gone_reads_as_ones);
	TAP_RUN(the_state_is_kept_and_checked);
	power_off();
	remove_state();
	(void)rmdir(folder);
	return TAP_END();
}
