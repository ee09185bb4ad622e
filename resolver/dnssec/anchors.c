#include "dnssec/anchors.h"

#include <stdlib.h>

#include "dnssec/names.h"

size_t dnssec_anchors_count(const struct dnssec_anchors *anchors)
{
	return anchors->n;
}

bool anchors_zone(
	const struct dnssec_anchors *anchors, const struct name *name, struct name *out)
{
	const struct anchor *best = NULL;

	for (size_t i = 0; i < anchors->n; i++) {
		const struct anchor *anchor = &anchors->anchors[i];

		if (name_within(name, &anchor->zone) &&
			(best == NULL || anchor->zone.n > best->zone.n))
			best = anchor;
	}
	if (best == NULL)
		return false;
	*out = best->zone;
	return true;
}

/* IANA's root-anchors.xml (https://data.iana.org/root-anchors/): KSK-2017 and KSK-2024,
 * as in Debian's /usr/share/dns/root.ds. RFC 9718 says how they are published. */
enum status dnssec_anchors_builtin(struct dnssec_anchors **out)
{
	static const char root[] =
		". IN DS 20326 8 2 "
		"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
		". IN DS 38696 8 2 "
		"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16\n";
	char buffer[256];
	struct text error = text_in(buffer, sizeof buffer);

	return dnssec_anchors_read(bytes_of_text(root), "builtin", &error, out);
}

void dnssec_anchors_free(struct dnssec_anchors *anchors)
{
	if (anchors == NULL)
		return;
	free(anchors->anchors);
	free(anchors->rdata);
	free(anchors);
}
