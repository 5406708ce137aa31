/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How components name the devices they fit: "<type>:<value>". One table for both programs.
 *
 *   pci:8086:1593                vendor and device id, four lower-case hex digits each
 *   guid:<GUID>                  an ESRT fw_class (UEFI 2.10 23.4), or the GUID of an instance id
 *                                (format/guid.h), which need not tell more than vendor and device
 *   pci:8086:1593:103c:1234      and subsystem vendor and subsystem device
 *   pldm-uuid:<GUID>             a UUID descriptor of a PLDM package (DSP0267)
 *   ilo:5                        the HPE iLO of that generation
 *   hpe-target:<GUID>            as HPE's packages and an iLO's firmware inventory name a device
 *   hpe-rom:U30                  the family of an HPE system ROM
 *   redfish:ACME/Server 100/BMC  firmware by what its BMC calls it: maker and model of the server,
 *                                SoftwareId (else BMC, BIOS, or its Id), '/' in them as '_'
 *   drive-model:MO001600KYLEC    the model number of a drive, whatever it is connected by
 *   enclosure-model:D3710        INQUIRY product identification of an enclosure (SES)
 *   devlink:ice                  a network device by its driver's name
 *   devlink:mlx5_core:fw.psid=MT_0000000008    ... and a version of its "fixed" group
 *   nvme-model:LAB NVME X100     Identify Controller MN, trailing blanks removed, NVMe 2.0 5.17.2.1
 *
 * The rank grows in this order, in four steps: pci:2, guid, what names one product, a model number.
 */
#ifndef DRYDOCK_TARGET_H
#define DRYDOCK_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* 0 when the text is a target of a known type and well formed, else ERR_FORMAT. */
int target_check(const char *text);

/* How specific a target is: larger wins. 0 for what target_check() refuses. */
unsigned int target_rank(const char *text);

/*
 * The names of the properties that may prove a result ("nvme.fr" ...), NULL-terminated: a
 * component that names another one is not understood.
 */
extern const char *const proof_fields[];

/*
 * May components carry this flag? A flag changes how a component is to be applied, so one that is
 * not known makes the component unusable (catalog.h, not_understood). Some have a value
 * ("devlink-component=fw.mgmt"): what it may be is its backend's business.
 */
bool component_flag_known(const char *flag);

/*
 * The names of the backends that there are or will be (DESIGN 9), NULL-terminated. Another word in
 * a component is no error: no device is written by it.
 */
extern const char *const backend_words[];

/*
 * Does this backend's every write travel through the server's management controller, whatever the
 * device is? Then it needs the BMC for itself, and the BMC may restart.
 */
bool backend_is_by_bmc(const char *backend);

#endif
