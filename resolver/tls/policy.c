#include "tls/policy.h"

#include <arpa/inet.h>
#include <string.h>

/* RFC 1035 §2.3.4. */
#define LABEL_BYTES_MAX 63
#define NAME_BYTES_MAX  253

/* RFC 1123 §2.1, and the underscore that some private names have. Not isalnum():
 * a locale must not widen it. */
static const char name_characters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";

static bool is_address(const char *name)
{
	struct in6_addr any;

	return inet_pton(AF_INET, name, &any) == 1 ||
	       inet_pton(AF_INET6, name, &any) == 1;
}

/* Before `end`, the dot or the end of the name. */
static const char *label_problem(const char *label, const char *end)
{
	if (end == label)
		return "has two dots in a row";
	if (end - label > LABEL_BYTES_MAX)
		return "has a label longer than 63 characters";
	if (label[0] == '-' || end[-1] == '-')
		return "has a label that begins or ends with a hyphen";
	return NULL;
}

const char *auth_name_problem(const char *name)
{
	size_t n = strlen(name);
	const char *label = name, *problem = NULL;

	if (n == 0)
		return "is empty";
	if (n > NAME_BYTES_MAX)
		return "is longer than 253 characters";
	if (is_address(name))
		return "is an address, not a name";
	if (name[0] == '.' || name[n - 1] == '.')
		return "begins or ends with a dot";
	if (strspn(name, name_characters) != n)
		return "has a character that host names do not have";
	for (; problem == NULL; label = strchr(label, '.') + 1) {
		const char *end = label + strcspn(label, ".");

		problem = label_problem(label, end);
		if (*end == '\0')
			break;
	}
	/* RFC 1123 §2.1: the last label is never a number, so that 1.2.3 or 127.1
	 * can only be meant as an address. */
	if (problem == NULL && label[strspn(label, "0123456789")] == '\0')
		return "ends in a number, as addresses do";
	return problem;
}
