/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One item of an FMP capsule: UEFI 2.10, 23.3.2; EDK2 FmpDevicePkg/FmpPayloadHeaderLib. */
#include <string.h>

#include "format/capsule.h"
#include "format/le.h"

/* A bit of ImageCapsuleSupport, UEFI 2.10 23.3.2. */
#define SUPPORT_AUTHENTICATION 0x1u

#define AUTH_BYTES	 32u /* count, WIN_CERTIFICATE_UEFI_GUID without its data */
#define PAYLOAD_BYTES	 16u /* of EDK2's payload header, at least */
#define DEPENDENCIES_MAX 4096u

/* EFI_CERT_TYPE_PKCS7_GUID 4aafd29d-68df-49ee-8aa9-347d375665a7 */
static const uint8_t pkcs7_guid[GUID_BYTES] = {
	0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
	0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7,
};

/* EFI_FIRMWARE_IMAGE_AUTHENTICATION, UEFI 2.10 23.1: 0 when there is none. */
static uint32_t auth_size_of(const uint8_t *image, size_t len)
{
	/* MonotonicCount u64; then dwLength u32, wRevision 2.0, WIN_CERT_TYPE_EFI_GUID. */
	if (len < AUTH_BYTES || le16_at(image + 12) != 0x0200 || le16_at(image + 14) != 0x0ef1 ||
	    memcmp(image + 16, pkcs7_guid, GUID_BYTES) != 0)
		return 0;
	return le32_at(image + 8) > UINT32_MAX - 8 ? UINT32_MAX : le32_at(image + 8) + 8;
}

/*
 * The length of a dependency expression (UEFI 2.10, 23.2.1) at the beginning of len bytes, 0 when
 * there is none that ends there.
 */
static size_t dependencies_len(const uint8_t *at, size_t len)
{
	enum { PUSH_GUID, PUSH_VERSION, VERSION_STRING, END = 0x0d, DECLARE_LENGTH };
	size_t pos = 0;

	if (len > DEPENDENCIES_MAX)
		len = DEPENDENCIES_MAX;
	while (pos < len) {
		uint8_t op = at[pos++];
		const uint8_t *nul;

		if (op == END)
			return pos;
		if (op > DECLARE_LENGTH)
			return 0;
		if (op == PUSH_GUID)
			pos += GUID_BYTES;
		else if (op == PUSH_VERSION || op == DECLARE_LENGTH)
			pos += 4;
		else if (op == VERSION_STRING) {
			nul = memchr(at + pos, '\0', len - pos);
			if (!nul)
				return 0;
			pos = (size_t)(nul - at) + 1;
		}
	}
	return 0;
}

static bool is_payload_header(const uint8_t *at, size_t len)
{
	return len >= PAYLOAD_BYTES && memcmp(at, "MSS1", 4) == 0 &&
	       le32_at(at + 4) >= PAYLOAD_BYTES;
}

static void parse_payload(const uint8_t *at, size_t len, struct capsule_item *ret)
{
	size_t skip = is_payload_header(at, len) ? 0 : dependencies_len(at, len);

	if (!is_payload_header(at + skip, len - skip) || le32_at(at + skip + 4) > ret->image_size)
		return;
	ret->has_version = true;
	ret->version = le32_at(at + skip + 8);
	ret->lowest_version = le32_at(at + skip + 12);
}

static int parse_image(const uint8_t *image, size_t len, struct capsule_item *ret, struct err *err)
{
	uint32_t auth = auth_size_of(image, len);

	if (auth && (auth > ret->image_size || auth < AUTH_BYTES))
		return err_set(err, ERR_FORMAT,
			       "capsule: a signature that is longer than its image");
	if (!auth && ret->support & SUPPORT_AUTHENTICATION)
		return err_set(err, ERR_FORMAT, "capsule: an item without the signature it names");
	ret->is_signed = auth != 0;
	ret->auth_size = auth;
	if (len >= auth)
		parse_payload(image + auth, len - auth, ret);
	return 0;
}

int capsule_item_parse(const uint8_t *buf, size_t len, uint64_t size, struct capsule_item *ret,
		       struct err *err)
{
	static const size_t header_sizes[] = { 0, 32, 40, 48 }; /* by version */
	size_t head;

	*ret = (struct capsule_item){ 0 };
	ret->header_version = len >= 4 ? le32_at(buf) : 0;
	if (ret->header_version < 1 || ret->header_version > 3)
		return err_set(err, ERR_FORMAT, "capsule: item header version %u",
			       ret->header_version);
	head = header_sizes[ret->header_version];
	if (len < head || size < head)
		return err_set(err, ERR_FORMAT, "capsule: an item is cut off");
	memcpy(ret->type_id, buf + 4, GUID_BYTES);
	ret->image_index = buf[20];
	ret->image_size = le32_at(buf + 24);
	ret->vendor_code_size = le32_at(buf + 28);
	ret->hardware_instance = ret->header_version >= 2 ? le64_at(buf + 32) : 0;
	ret->support = ret->header_version >= 3 ? le64_at(buf + 40) : 0;
	if (!ret->image_size || (uint64_t)ret->image_size + ret->vendor_code_size > size - head)
		return err_set(err, ERR_FORMAT,
			       "capsule: an item of %u and %u bytes does not fit its place",
			       ret->image_size, ret->vendor_code_size);
	len -= head;
	return parse_image(buf + head, len < ret->image_size ? len : ret->image_size, ret, err);
}
