/* A path template: accepted ones lead to a path that HTTP may carry. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "transport/doh_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t query[40];
	char text[2 * DOH_PATH_MAX], path[DOH_REQUEST_PATH_MAX];
	struct doh_template template;

	if (size >= sizeof text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	(void)!doh_template_init(&template, text, 443, "/dns-query");
	if (doh_template_init(&template, "dns.lab", 443, text) != STATUS_OK)
		return 0;
	if (doh_template_path(&template, bytes_of(query, sizeof query), path) !=
		STATUS_OK)
		abort();
	if (path[0] != '/' || strpbrk(path, " \t\r\n#{}\"<>\\^`|\x7f") != NULL)
		abort();
	return 0;
}
