/* A log list to be taken apart: two logs, with everything that a log can have. */
#ifndef TESTS_UNIT_CT_LIST_TEXT_H
#define TESTS_UNIT_CT_LIST_TEXT_H

#include <stddef.h>

#define LIST_TEXT_MAX 8192

/* SHA-256 of the keys; `operators[0].logs[0]` and `operators[0].tiled_logs[0]`. */
#define LIST_ID_1 "gtaw7DRo2INVqF9FtXJ6QMkJH5E92hf51Yn0a8ubUgU="
#define LIST_ID_2 "xmPIE8WUmEadukiNaFcffjuqw9hN6PbZlnRIrM1wpko="
#define LIST_KEY_1                                                          \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElDK6xGtjSRZlGU/JTM4L7mlKUbsdm" \
	"SoZU7jefAyQ7i+pyc2woPSLSSb7NRBUtth8Z9GHzQhcCbdQDOMkSsgp5g=="
/* RSA, 2048 bits; in no log of the list. */
#define LIST_RSA_ID "1Mtd7pQJCNCa7VzsibOgRuRNy8E/sv34sK2cbFQjlsw="
#define LIST_RSA_KEY                                                             \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm3neEpzcGXIqIQrx/D3/uOWLtK" \
	"R8dotkYbKBNMGqdx2sMkYC+XKNvkwtieMPAtcxj6Uf4q9cNwmhszAJZAykKQFN1SZ7/mvT" \
	"Iq6xxMxcFh+6drhzQWDdynGht0GrpvrNeBx3vLE4WTzd82cJDuUNeCLuDnxdqsw0r6l9e0" \
	"ze/VQjUaURNg3qFOhG1WKTcza7fdmp0q3Hls4V/slplEUfTIOh1GXeaqqmj7xImAnyjJuU" \
	"dKRBJ3MvGYJzxf/9A39Ow9lBklW/Zf+G7nK8DcHySMzq6oQBz4wtfyCEFaKUKCOP0fpfsU" \
	"rNh3U+NFq7L6oafiCrQzy1cLPjgEUDSZilfQIDAQAB"

extern const char list_text[];

/* `list_text` with `to` in place of `from`, which must be there once. NULL as
 * `from` changes nothing. */
void list_edit(const char *from, const char *to, char out[LIST_TEXT_MAX]);

#endif
