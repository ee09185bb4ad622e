/* A function of the same name for each of getdns that is called here: its prototype is
 * that of getdns' own header, so the compiler holds the two together. */
#include <getdns/getdns_extra.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "late/late.h"

#define WHY_MAX 256

/* name, parameters, arguments; by what is returned */
#define RESULTS(X)                                                                       \
	X(getdns_address_sync,                                                           \
		(getdns_context * c, const char *name, const getdns_dict *extensions,    \
			getdns_dict **response),                                         \
		(c, name, extensions, response))                                         \
	X(getdns_context_create, (getdns_context * *c, int from_os), (c, from_os))       \
	X(getdns_context_set_append_name,                                                \
		(getdns_context * c, getdns_append_name_t value), (c, value))            \
	X(getdns_context_set_dns_transport_list,                                         \
		(getdns_context * c, size_t n, getdns_transport_list_t * transports),    \
		(c, n, transports))                                                      \
	X(getdns_context_set_namespaces,                                                 \
		(getdns_context * c, size_t n, const getdns_namespace_t *namespaces),    \
		(c, n, namespaces))                                                      \
	X(getdns_context_set_resolution_type,                                            \
		(getdns_context * c, getdns_resolution_t value), (c, value))             \
	X(getdns_context_set_timeout, (getdns_context * c, uint64_t value), (c, value))  \
	X(getdns_context_set_upstream_recursive_servers,                                 \
		(getdns_context * c, getdns_list * servers), (c, servers))               \
	X(getdns_dict_get_bindata,                                                       \
		(const getdns_dict *d, const char *name, getdns_bindata **out),          \
		(d, name, out))                                                          \
	X(getdns_dict_get_int, (const getdns_dict *d, const char *name, uint32_t *out),  \
		(d, name, out))                                                          \
	X(getdns_dict_get_list,                                                          \
		(const getdns_dict *d, const char *name, getdns_list **out),             \
		(d, name, out))                                                          \
	X(getdns_dict_set_bindata,                                                       \
		(getdns_dict * d, const char *name, const getdns_bindata *value),        \
		(d, name, value))                                                        \
	X(getdns_dict_set_dict,                                                          \
		(getdns_dict * d, const char *name, const getdns_dict *value),           \
		(d, name, value))                                                        \
	X(getdns_dict_set_int, (getdns_dict * d, const char *name, uint32_t value),      \
		(d, name, value))                                                        \
	X(getdns_list_get_dict, (const getdns_list *l, size_t at, getdns_dict **out),    \
		(l, at, out))                                                            \
	X(getdns_list_get_length, (const getdns_list *l, size_t *out), (l, out))         \
	X(getdns_list_set_dict, (getdns_list * l, size_t at, const getdns_dict *value),  \
		(l, at, value))                                                          \
	X(getdns_rr_dict2wire, (const getdns_dict *rr, uint8_t **wire, size_t *n),       \
		(rr, wire, n))                                                           \
	X(getdns_str2rr_dict,                                                            \
		(const char *text, getdns_dict **out, const char *origin, uint32_t ttl), \
		(text, out, origin, ttl))                                                \
	X(getdns_validate_dnssec2,                                                       \
		(const getdns_list *what, const getdns_list *support,                    \
			const getdns_list *anchors, time_t at, uint32_t skew),           \
		(what, support, anchors, at, skew))                                      \
	X(getdns_wire2rr_dict, (const uint8_t *wire, size_t n, getdns_dict **out),       \
		(wire, n, out))
#define NEW_THINGS(X)                                    \
	X(getdns_dict *, getdns_dict_create, (void), ()) \
	X(getdns_list *, getdns_list_create, (void), ())
#define ENDS(X)                                                          \
	X(getdns_context_destroy, (getdns_context * context), (context)) \
	X(getdns_dict_destroy, (getdns_dict * dict), (dict))             \
	X(getdns_list_destroy, (getdns_list * list), (list))

/* Where they are. */
static struct {
#define X(name, parameters, arguments) __typeof__(name) *name;
	RESULTS(X)
	ENDS(X)
#undef X
#define X(type, name, parameters, arguments) __typeof__(name) *name;
	NEW_THINGS(X)
#undef X
} real;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool is_loaded;
static char why[WHY_MAX];

/* POSIX lets a pointer to data become one to a function; ISO C does not know it. */
static bool find(void *library, const char *name, void *to, size_t n)
{
	void *found = dlsym(library, name);

	memcpy(to, &found, n);
	return found != NULL;
}

static bool find_all(void *library)
{
	bool found = true;

#define X(name, parameters, arguments) \
	found = found && find(library, #name, &real.name, sizeof real.name);
	RESULTS(X)
	ENDS(X)
#undef X
#define X(type, name, parameters, arguments) \
	found = found && find(library, #name, &real.name, sizeof real.name);
	NEW_THINGS(X)
#undef X
	return found;
}

static void load(void)
{
	void *library = dlopen(GETDNS_SONAME, RTLD_NOW | RTLD_LOCAL);
	const char *problem;

	is_loaded = library != NULL && find_all(library);
	if (is_loaded)
		return;
	problem = dlerror();
	snprintf(why, sizeof why, "%s", problem != NULL ? problem : GETDNS_SONAME);
	log_error("a library cannot be loaded: %s", why);
}

static bool is_there(void)
{
	pthread_once(&once, load);
	return is_loaded;
}

enum status late_getdns(struct text *error)
{
	if (is_there())
		return STATUS_OK;
	text_add(error, "a library cannot be loaded: %s", why);
	return STATUS_IO;
}

#define X(name, parameters, arguments)                                                 \
	getdns_return_t name parameters                                                \
	{                                                                              \
		return is_there() ? real.name arguments : GETDNS_RETURN_GENERIC_ERROR; \
	}
RESULTS(X)
#undef X
/* In the header they have no prototype, only a declaration of before C89. */
#define X(type, name, parameters, arguments)                    \
	type name parameters;                                   \
	type name parameters                                    \
	{                                                       \
		return is_there() ? real.name arguments : NULL; \
	}
NEW_THINGS(X)
#undef X
/* What was never made is not there to be ended. */
#define X(name, parameters, arguments)       \
	void name parameters                 \
	{                                    \
		if (is_loaded)               \
			real.name arguments; \
	}
ENDS(X)
#undef X
