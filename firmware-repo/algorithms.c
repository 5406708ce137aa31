/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "algorithms.h"

int algorithms_from_args(const struct opt_list *names, bool ret[SIGN_ALGORITHM_LAST + 1],
			 struct err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		enum sign_algorithm algorithm = sign_algorithm_from_name(names->items[i]);

		if (!algorithm)
			return err_set(err, ERR_USAGE, "--algorithm: \"%.40s\" is not known",
				       names->items[i]);
		ret[algorithm] = true;
	}
	for (size_t a = 1; names->count == 0 && a <= SIGN_ALGORITHM_LAST; a++)
		ret[a] = true;
	return 0;
}
