/* Logs that are retired at check time: at 1000 here; SCTs are of 500 unless they say. */
#include "tests/unit/ct/policy_row.h"

static const struct policy_row rows[] = {
	/* One log in good standing today. */
	{ "strict: one retired, one good", CHROME_EMBEDDED, "strict", SHORT_S, "eA1r eB2",
		"++", "satisfied embedded 2/2 1/1 2/2" },
	{ "chrome: one retired, one good", CHROME_EMBEDDED, "chrome", SHORT_S, "eA1r eB2",
		"++", "satisfied embedded 2/2 1/1 2/2" },
	{ "mozilla: one retired, one good", MOZILLA_EMBEDDED, "mozilla", SHORT_S,
		"eA1r eB2", "++", "satisfied embedded 2/2 1/1 2/2" },
	{ "apple: one retired, one good", APPLE_PAGE, "apple", SHORT_S, "eA1r eB2", "++",
		"satisfied embedded 2/2 1/1 2/2" },
	{ "strict: two retired, one good", CHROME_EMBEDDED, "strict", LONG_S,
		"eA1r eB2r eB3", "+++", "satisfied embedded 3/3 1/1 2/2" },
	{ "apple: two retired, one good", APPLE_PAGE, "apple", LONG_S, "eA1r eB2r eB3",
		"+++", "satisfied embedded 3/3 1/1 2/2" },

	/* Nothing but them: nobody else has seen the certificate. */
	{ "strict: retired alone", CHROME_EMBEDDED, "strict", SHORT_S, "eA1r eB2r", "rr",
		"too few embedded 0/2 0/1 0/2" },
	{ "chrome: retired alone", CHROME_EMBEDDED, "chrome", SHORT_S, "eA1r eB2r", "rr",
		"too few embedded 0/2 0/1 0/2" },
	{ "mozilla: retired alone", MOZILLA_RETIRED, "mozilla", SHORT_S, "eA1r eB2r",
		"rr", "too few embedded 0/2 0/1 0/2" },
	{ "apple: retired alone", APPLE_PAGE, "apple", SHORT_S, "eA1r eB2r", "rr",
		"too few embedded 0/2 0/1 0/2 static" },

	/* Its own time. */
	{ "strict: signed a millisecond before", CHROME_RETIRED, "strict", SHORT_S,
		"eA1r@999 eB2", "++", "satisfied embedded 2/2 1/1 2/2" },
	{ "strict: signed in that millisecond", CHROME_RETIRED, "strict", SHORT_S,
		"eA1r@1000 eB2", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "chrome: signed in that millisecond", CHROME_SOURCE, "chrome", SHORT_S,
		"eA1r@1000 eB2", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "mozilla: signed in that millisecond", MOZILLA_RETIRED, "mozilla", SHORT_S,
		"eA1r@1000 eB2", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "apple: signed in that millisecond", APPLE_PAGE, "apple", SHORT_S,
		"eA1r@1000 eB2", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "a time beyond all others", OURS, "strict", SHORT_S,
		"eA1r@18446744073709551615 eB2", "r+", "too few embedded 1/2 1/1 1/2" },

	/* The earliest of the others. */
	{ "strict: seen a millisecond before", CHROME_RETIRED, "strict", SHORT_S,
		"eA1r eB2@999", "++", "satisfied embedded 2/2 1/1 2/2" },
	{ "strict: seen in that millisecond", CHROME_RETIRED, "strict", SHORT_S,
		"eA1r eB2@1000", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "chrome: seen in that millisecond", CHROME_SOURCE, "chrome", SHORT_S,
		"eA1r eB2@1000", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "mozilla: seen in that millisecond", MOZILLA_RETIRED, "mozilla", SHORT_S,
		"eA1r eB2@1000", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "apple: seen in that millisecond", APPLE_PAGE, "apple", SHORT_S,
		"eA1r eB2@1000", "r+", "too few embedded 1/2 1/1 1/2" },
	{ "the earliest counts, not the first", CHROME_SOURCE, "strict", LONG_S,
		"eA1r eB2@5000 eC3@999", "+++", "satisfied embedded 3/3 2/1 3/2" },
	{ "the earliest counts, not the last", CHROME_SOURCE, "strict", LONG_S,
		"eA1r eC3@999 eB2@5000", "+++", "satisfied embedded 3/3 2/1 3/2" },
	{ "another retired log has seen nothing", MOZILLA_RETIRED, "strict", LONG_S,
		"eA1r@400 eB2r@400 eC3@1000", "rr+", "too few embedded 1/3 1/1 1/2" },
	{ "a bad SCT has seen nothing", OURS, "strict", SHORT_S, "eA1r eB2@1000 eC3!@400",
		"r+!", "too few embedded 1/2 1/1 1/2" },
	{ "one without leaf_index has seen nothing", OURS, "strict", SHORT_S,
		"eA1r eB2@1000 eC3x@400", "r+m", "too few embedded 1/2 1/1 1/2" },
	{ "a duplicate has seen what it has seen", CHROME_SOURCE, "strict", SHORT_S,
		"eA1r eB2@1000 eB2@400", "++d", "satisfied embedded 2/2 1/1 2/2" },

	/* Seen by another way. */
	{ "strict: an SCT by TLS has seen it", CHROME_SOURCE, "strict", SHORT_S,
		"eA1r eB2@1000 tC3@999", "+++", "satisfied embedded 2/2 1/1 2/2" },
	{ "mozilla: an SCT by OCSP has seen it", MOZILLA_RETIRED, "mozilla", SHORT_S,
		"eA1r eB2@1000 oC3@999", "+++", "satisfied embedded 2/2 1/1 2/2" },
	/* Chrome takes none by OCSP, and would refuse. */
	{ "strict: an SCT by OCSP shows nothing", OURS, "strict", SHORT_S,
		"eA1r eB2@1000 oC3@999", "r+.", "too few embedded 1/2 1/1 1/2" },
	{ "chrome: an SCT by OCSP shows nothing", OURS, "chrome", SHORT_S,
		"eA1r eB2@1000 oC3@999", "r+.", "too few embedded 1/2 1/1 1/2" },

	/* Retired logs do not count where the server can send another SCT any time. */
	{ "strict: retired, by TLS", CHROME_DELIVERED, "strict", SHORT_S, "tA1r tB2",
		"r+", "too few tls 1/2 1/2 1/2" },
	{ "chrome: retired, by TLS", CHROME_DELIVERED, "chrome", SHORT_S, "tA1r tB2",
		"r+", "too few tls 1/2 1/2 1/2" },
	{ "mozilla: retired, by TLS", MOZILLA_DELIVERED, "mozilla", SHORT_S, "tA1r tB2",
		"r+", "too few tls+ocsp 1/2 1/2 1/2" },
	{ "mozilla: retired, by OCSP", MOZILLA_DELIVERED, "mozilla", SHORT_S, "oA1r oB2",
		"r+", "too few tls+ocsp 1/2 1/2 1/2" },
	{ "apple: retired, by TLS", APPLE_PAGE, "apple", SHORT_S, "tA1r tB2", "r+",
		"too few tls 1/2 1/2 1/1" },
	{ "apple: retired, by OCSP", APPLE_PAGE, "apple", SHORT_S, "oA1r oB2", "r+",
		"too few ocsp 1/2 1/2 1/1" },
	{ "strict: retired, by OCSP", OURS, "strict", SHORT_S, "oA1r oB2", "r.",
		"none embedded 0/2 0/1 0/2" },

	/* With the other rules. */
	{ "a late one of a retired log makes no duplicate", OURS, "strict", SHORT_S,
		"eA1r@2000 eA1r@500 eB2", "r++", "satisfied embedded 2/2 1/1 2/2" },
	{ "an operator that has only a late one", OURS, "strict", SHORT_S,
		"eA1r@2000 eB2 eB3", "r++", "operators embedded 2/2 2/1 1/2" },
	{ "apple: a late one does not use up its operator", APPLE_PAGE, "apple", SHORT_S,
		"eA1r@2000 eA2 eB3", "r++", "satisfied embedded 2/2 2/1 2/2" },
	{ "apple: the good one is one too many, and good", APPLE_PAGE, "apple", SHORT_S,
		"eA1r eA2 eB3r", "+.+", "satisfied embedded 2/2 1/1 2/2" },
	{ "a bad SCT of a retired log stays bad", OURS, "strict", SHORT_S,
		"eA1r!@2000 eB2", "!+", "too few embedded 1/2 1/1 1/2" },
	{ "a static log retired, without leaf_index", OURS, "strict", SHORT_S,
		"eA1xr@2000 eB2", "m+", "too few embedded 1/2 1/1 1/2" },
};

int main(void)
{
	return run_rows(
		"policy, retired", rows, sizeof *rows, ROWS(rows), policy_row_judge);
}
