/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of hwio_ilo.h is HTTP: does as libcurl would, without a socket. */
#ifndef DRYDOCK_TESTS_HWIO_ILO_HTTP_H
#define DRYDOCK_TESTS_HWIO_ILO_HTTP_H

#include "hwio_ilo.h"

/* As http_ask(); down: nobody is there at the moment. The lock is not held. */
int hwio_ilo_http(struct hwio_ilo *t, bool down, const struct http_request *request,
		  struct http_answer *ret);

#endif
