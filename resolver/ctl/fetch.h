/* A file over HTTPS; the only user of libcurl. */
#ifndef CTL_FETCH_H
#define CTL_FETCH_H

#include "base/bytes.h"
#include "base/endpoint.h"
#include "base/text.h"

#define FETCH_TIMEOUT_S 60

struct fetch_from {
	const struct endpoint *address; /* NULL: as the system resolves the name */
	const char *ca_file, *ca_path;  /* the roots: one of them, the other is NULL */
};

/* What `url` names, at most `bytes_max` bytes of it; `out->p` is owned: free(). No
 * redirect is followed, no proxy used, nothing but status 200 taken. `error` begins with
 * the URL. IO: the network; LIMIT: it is longer; UNSUPPORTED: another status; CRYPTO:
 * the server's certificate; TIMEOUT; NOMEM. */
MUST_CHECK enum status fetch(const char *url, const struct fetch_from *from,
	size_t bytes_max, struct text *error, struct bytes *out);

#endif
