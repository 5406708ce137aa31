/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel with network devices behind the seam: generic netlink with "nlctrl" and "devlink", the
 * firmware loader's folder, /sys/class/net and SIOCETHTOOL. Messages are put together by hand, not
 * with the code that is tested, and what it receives is checked to the byte. An image begins with
 * "NSIM-FW <version>" and an end of line, as for tests/lab/netdevsim.sh.
 */
#ifndef DRYDOCK_TESTS_HWIO_NET_H
#define DRYDOCK_TESTS_HWIO_NET_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/hwio.h"

#define HWIO_NET_DEVICES  6
#define HWIO_NET_FDS	  64
#define HWIO_NET_QUEUE	  64
#define HWIO_NET_DATAGRAM 2048
#define HWIO_NET_FAMILY	  0x1c
#define HWIO_NET_GROUP	  7u

/* What becomes of the answer to a request of the family "devlink". */
enum hwio_net_answer {
	ANSWER_RIGHT = 0,
	ANSWER_CUT,	    /* its last bytes are missing */
	ANSWER_LIE_MESSAGE, /* the message says that it is longer than the datagram */
	ANSWER_LIE_ATTR,    /* so does an attribute */
	ANSWER_SHORT,	    /* an NLMSG_ERROR without a number */
	ANSWER_WRONG_SEQ,   /* for another request */
	ANSWER_LATE_SEQ,    /* another one's first, then the right one */
	ANSWER_ENOBUFS,	    /* lost by the kernel, which says so */
	ANSWER_SILENCE,
	ANSWER_OTHER_DEVICE
};

struct hwio_net_device {
	const char *bus, *name; /* "pci", "0000:03:00.0"; bus NULL = devlink does not know it */
	const char *link;	/* what /sys/bus/<bus>/devices/<name> leads to; NULL = nothing */
	const char *driver, *serial, *board_serial; /* NULL = not told */
	const char *key;			    /* of the version that changes: "fw.mgmt" */
	const char *fixed_key, *fixed_value;
	char running[32], stored[32];
	bool tells_stored, tells_nothing; /* nothing: INFO_GET is EOPNOTSUPP */
	bool fw_activate;
	int info_errnum;
	/* of the interface; NULL = it has none */
	const char *interface, *ethtool_bus;
	const char *ethtool_fw; /* NULL = what runs */
	bool up, wants_up;
	/* A flash */
	int refuse_errnum;	  /* 0 = it is taken */
	const char *refuse_text;  /* extack; NULL = none */
	bool now, silent;	  /* runs at once; success without a deed */
	bool gone_after;	  /* never seen again after it */
	const char *component;	  /* the one that is known besides none */
	uint32_t overwrite_known; /* bits of the mask that are understood */
	uint64_t flash_ms;
	unsigned int activate_silent; /* answers that are missing after an activation */
	int activate_errnum;
	/* What it received. */
	unsigned int flashes, activations, infos;
	uint8_t *image;
	size_t image_len;
	char file[160], component_asked[32];
	uint32_t mask_asked, region_asked;
};

struct hwio_net {
	struct hwio hw;
	pthread_mutex_t lock;
	struct hwio_net_device device[HWIO_NET_DEVICES];
	size_t n_devices;
	uint64_t now_ms;
	int n_open;
	char firmware_path[256];
	unsigned int path_writes;
	int path_errnum; /* writing the folder fails */
	bool no_sockets, no_family, no_group;
	int open_errnum;
	enum hwio_net_answer flash_answer, info_answer, list_answer;
	unsigned int flags_lost;  /* times that an interface was to lose other flags than IFF_UP */
	unsigned int events_lost; /* ENOBUFS on the group, so often */
	unsigned int dumps_interrupted;
	char notes[512]; /* of hwio_note() */
	struct hwio_net_fd {
		bool used;
		int kind;
		uint32_t group;
		size_t offset;
		size_t head, count;
		struct {
			int errnum;
			size_t len;
			uint8_t bytes[HWIO_NET_DATAGRAM];
		} queue[HWIO_NET_QUEUE];
	} fd[HWIO_NET_FDS];
};

struct hwio_net *hwio_net_new(void);
void hwio_net_free(struct hwio_net *net);

/* Adds a device that stores and runs 1.0.0 of fw.mgmt, "netdevsim"; the caller changes the rest. */
struct hwio_net_device *hwio_net_add(struct hwio_net *net, const char *bus, const char *name);

/* The restart of the machine: what is stored runs. */
void hwio_net_restart(struct hwio_net *net);

#endif
