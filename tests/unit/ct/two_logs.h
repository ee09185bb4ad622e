/* Lists that can be told apart by their time alone: with logs enough for every policy,
 * two of conf/ct-logs.json, and without any. */
#ifndef TESTS_UNIT_CT_TWO_LOGS_H
#define TESTS_UNIT_CT_TWO_LOGS_H

#define LOGS                                                                      \
	"{\"name\": \"A\", \"email\": [], \"logs\": [{\"log_id\": "               \
	"\"yzj3FYl8hKFEX1vB3fvJbvKaWc1HCmkFhbDLFMMUWOc=\", \"mmd\": 1, "          \
	"\"key\": \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2FxhT6xq0iCATopC9gStS9Sx" \
	"HHmOKTLeaVNZ661488Aq8tARXQV+6+jB0983v5FkRm4OJxPqu29GJ1iG70Ah"            \
	"ow==\", "                                                                \
	"\"url\": \"https://a.example/\", \"state\": {\"usable\": "               \
	"{\"timestamp\": \"2019-01-01T00:00:00Z\"}}}]}, "                         \
	"{\"name\": \"B\", \"email\": [], \"logs\": [{\"log_id\": "               \
	"\"SZybad4dfOz8Nt7Nh2SmuFuvCoeAGdFVUvvp6ynd+MM=\", \"mmd\": 1, "          \
	"\"key\": \"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEq4S++DyHokIlmmacritS51r5" \
	"IRsZA6UH4kYLH4pefGyu/xl3huh7/O5rNk/yvMOeBQKaCAG1SSM1xNNQK1Hp"            \
	"9A==\", "                                                                \
	"\"url\": \"https://a.example/\", \"state\": {\"usable\": "               \
	"{\"timestamp\": \"2019-01-01T00:00:00Z\"}}}]}"
#define BARREN_OF(time) "{\"log_list_timestamp\": \"" time "\", \"operators\": []}"
#define LIST_OF(time)   "{\"log_list_timestamp\": \"" time "\", \"operators\": [" LOGS "]}"

#endif
