/* A DNS message for people and scripts; the only user of getdns here. */
#ifndef CTL_MESSAGE_H
#define CTL_MESSAGE_H

#include <jansson.h>

#include "base/bytes.h"
#include "base/status.h"

/* Presentation format, as dig prints it; owned (free()). MALFORMED, NOMEM. */
MUST_CHECK enum status message_to_text(struct bytes wire, char **out);

/* Header fields, and an object per record with its data in presentation
 * format; owned. MALFORMED, NOMEM. */
MUST_CHECK enum status message_json(struct bytes wire, json_t **out);

#endif
