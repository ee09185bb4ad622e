/* What `status` says of Certificate Transparency and of learned pins. */
#ifndef CTL_STATUS_CT_H
#define CTL_STATUS_CT_H

#include <jansson.h>

/* A line for the log list, then one for each upstream whose SCTs were looked at, and
 * what is to be known of its issuer. Members that are not there are passed over. */
void print_status_ct(const json_t *answer);

#endif
