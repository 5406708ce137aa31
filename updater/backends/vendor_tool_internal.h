/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files vendor_tool*.c. */
#ifndef DRYDOCK_BACKENDS_VENDOR_TOOL_INTERNAL_H
#define DRYDOCK_BACKENDS_VENDOR_TOOL_INTERNAL_H

#include "backends/backend.h"

/* The backend that knows the device otherwise; NULL = none does. */
const struct backend *vendor_tool_own_backend(const struct device *dev);

/* The device again, by its own backend or by the prober that found it. ERR_UNSUPPORTED ... */
int vendor_tool_refresh(struct hwio *hw, struct device *dev, struct err *err);

int vendor_tool_write(struct backend_io *io, enum backend_result *ret, struct err *err);

#endif
