/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a session share. */
#ifndef DRYDOCK_SESSION_INTERNAL_H
#define DRYDOCK_SESSION_INTERNAL_H

#include "run/session.h"

/* Saves a file in the log folder; what goes wrong is said, and the code returned. */
int session_save(struct session *s, const char *name, const char *text, size_t len);

/*
 * The BMC: what the options and the policy allow; what earlier runs left open in it is closed; what
 * cannot be reached is barred. All before the plan.
 */
void session_allow_bmc(struct session *s);
int session_look_at_bmc(struct session *s, struct err *err);
/* Opens the way for payloads when steps of the plan need it, and closes it after them. */
bool session_needs_bmc(const struct session *s);
void session_open_bmc(struct session *s);
/* run NULL = no step was begun. Not 0: something is still open, and that was said. */
int session_close_bmc(struct session *s, struct apply_run *run);

/* The inventory of now, saved under that name. */
int session_probe(struct session *s, struct inventory *inv, const char *name, struct err *err);

/* On the consoles as "ATTENTION: ...", and among the events. */
void session_warn(struct session *s, const char *text);

/*
 * The journal of this machine, and what it knows of earlier boots; decides which run this is. After
 * the repository, whose ids it needs.
 * ERR_POLICY: law 4 forbids to go on without it.
 */
int session_open_journal(struct session *s, struct err *err);
/* Asks the devices what earlier boots have left; bars what needs a person. ERR_POLICY. */
int session_settle(struct session *s, struct err *err);
/*
 * The short journal in a UEFI variable: what an earlier run left there comes into the journal, as a
 * run that was cut off; it is saved for a run without a medium (errors as journal_efi_save()), and
 * removed when nothing of it is open any more.
 */
int session_restore_efi(struct session *s, struct err *err);
int session_save_efi(struct session *s, struct err *err);
void session_drop_efi(struct session *s);
/* For resume: nothing but the components that the unfinished run had planned. */
int session_choose_unfinished(struct session *s, struct err *err);
/* Room for the whole run, and its begin with all its steps. ERR_POLICY. */
int session_begin_journal(struct session *s, struct err *err);
/* RUN_END, or RUN_REBOOT when session_arrange_reboot() came before. */
void session_end_journal(struct session *s, enum exit_status status, const char *text);

/*
 * Makes the plan, twice or more when not all of it fits into RAM: what takes the medium away comes
 * last then, and what cannot be held in RAM at all is left out with the figure that is missing.
 */
int session_make_plan(struct session *s, struct err *err);
/* Copies what the plan needs. When all of it is in RAM, the journal is told and the medium let go.
 */
int session_fill_store(struct session *s, struct err *err);

/*
 * Saves the settings that an update of the system ROM may reset; a boot that goes on with a run
 * says what has changed since its first one.
 */
void session_keep_settings(struct session *s);

/* Has somebody asked the run to end? For struct apply and struct store_options. */
bool session_stop_wished(void *ctx);

/* Looks at what is said of the media, not more often than once a second. */
void session_look_at_medium(struct session *s);
/*
 * After a management controller's restart, which takes its virtual media along: waits up to 60 s
 * for the medium, so that the journal can go on with the run after a reboot.
 */
void session_await_medium(struct session *s);
/* At the end: what the journal still owes goes to a medium that is there. */
void session_repay_journal(struct session *s);

/*
 * When steps wait for a reboot and one may follow: makes it come back here. What speaks against it
 * is said.
 */
void session_arrange_reboot(struct session *s, struct apply_run *run);

#endif
