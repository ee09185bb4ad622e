#include "ct/loglist_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/file.h"
#include "ct/horizon.h"

#define SIGNATURE_LINE (BASE64_TEXT_MAX(LIST_SIGNATURE_BYTES) - 1)
#define STORE_MODE     0644
#define STORE_WHY_MAX  512
/* How far ahead of this clock the publisher's may be. */
#define AHEAD_MAX_S 86400
/* Another update reads and writes a file meanwhile; whoever may read the directory could
 * keep it locked for ever. */
#define LOCK_WAIT_MS   2000
#define LOCK_PAUSE_MS  20
#define FILE_BYTES_MAX (SIGNATURE_LINE + 1 + LOGLIST_BYTES_MAX)

enum status loglist_store_split(
	struct bytes file, struct bytes *signature, struct bytes *list)
{
	uint8_t raw[LIST_SIGNATURE_BYTES];
	struct bytes line;

	if (file.n <= SIGNATURE_LINE || file.p[SIGNATURE_LINE] != '\n')
		return STATUS_MALFORMED;
	line = bytes_of(file.p, SIGNATURE_LINE);
	if (!list_signature_decode(line, raw))
		return STATUS_MALFORMED;
	*signature = line;
	*list = bytes_of(file.p + SIGNATURE_LINE + 1, file.n - SIGNATURE_LINE - 1);
	return STATUS_OK;
}

enum status loglist_read(const char *path, struct text *error, struct loglist **out)
{
	struct bytes file, signature, list;
	enum status status = file_read(path, FILE_BYTES_MAX, error, &file);

	*out = NULL;
	if (status != STATUS_OK)
		return status;
	if (loglist_store_split(file, &signature, &list) != STATUS_OK)
		list = file;
	text_add(error, "%s: ", path);
	status = loglist_parse(list, error, out);
	free((void *)file.p);
	return status;
}

/* `*good`: the bytes are signed by the key. */
static enum status check_signature(const uint8_t raw[LIST_KEY_BYTES], struct bytes list,
	struct bytes signature, bool *good)
{
	struct list_key *key;
	enum status status = list_key_new(raw, &key);

	*good = false;
	/* Bytes that are no key have signed nothing. */
	if (status == STATUS_CRYPTO)
		return STATUS_OK;
	if (status == STATUS_OK)
		status = list_key_check(key, list, signature, good);
	list_key_free(key);
	return status;
}

static bool is_newer(const struct loglist *a, const struct loglist *b)
{
	return a->has_timestamp &&
	       (!b->has_timestamp || a->timestamp_ms > b->timestamp_ms);
}

/* `*good`: the stored file is a signature by the key and the list that it signs;
 * otherwise `why` not. */
static enum status check_stored(const uint8_t *key, struct bytes file, struct bytes *list,
	bool *good, struct text *why)
{
	struct bytes signature;

	*good = false;
	if (key == NULL) {
		text_add(why, "no key to check it with is configured");
		return STATUS_OK;
	}
	if (loglist_store_split(file, &signature, list) != STATUS_OK) {
		text_add(why, "it does not begin with a signature");
		return STATUS_OK;
	}
	if (check_signature(key, *list, signature, good) != STATUS_OK)
		return STATUS_NOMEM;
	if (!*good)
		text_add(why, "its signature is not by the configured key");
	return STATUS_OK;
}

/* The stored file's list, if it may be used; NULL, and `why` not, otherwise. */
static enum status parse_stored(
	const uint8_t *key, struct bytes file, struct loglist **out, struct text *why)
{
	struct bytes list;
	bool good;
	enum status status = check_stored(key, file, &list, &good, why);

	*out = NULL;
	if (status != STATUS_OK || !good)
		return status;
	return loglist_parse(list, why, out) == STATUS_NOMEM ? STATUS_NOMEM : STATUS_OK;
}

static enum status read_stored(
	const char *path, const uint8_t *key, struct loglist **out, struct text *warning)
{
	char reason[STORE_WHY_MAX];
	struct text why = text_in(reason, sizeof reason);
	struct bytes file;
	enum status status = file_read_state(path, FILE_BYTES_MAX, &why, &file);

	*out = NULL;
	if (status == STATUS_NOTFOUND) /* none was ever fetched */
		return STATUS_OK;
	if (status == STATUS_OK) {
		status = parse_stored(key, file, out, &why);
		free((void *)file.p);
		if (status == STATUS_OK && *out == NULL)
			text_add(warning, "%s: not used: %s", path, reason);
	} else if (status != STATUS_NOMEM) {
		text_add(warning, "not used: %s", reason);
	}
	return status == STATUS_NOMEM ? status : STATUS_OK;
}

/* Owned; NULL: no memory. */
static char *path_in(const char *directory, const char *name)
{
	size_t size = strlen(directory) + 1 + strlen(name) + 1;
	char *path = malloc(size);

	if (path != NULL)
		snprintf(path, size, "%s/%s", directory, name);
	return path;
}

static enum status prefer_stored(const char *state_dir, const uint8_t *key,
	struct list_choice *choice, struct text *warning)
{
	char *path = path_in(state_dir, LOGLIST_STORE_NAME);
	struct loglist *stored = NULL;
	enum status status = STATUS_NOMEM;

	if (path != NULL)
		status = read_stored(path, key, &stored, warning);
	if (stored != NULL && is_newer(stored, choice->list)) {
		loglist_free(choice->list);
		*choice = (struct list_choice){ stored, true };
		stored = NULL;
	}
	if (stored != NULL)
		loglist_free(stored);
	free(path);
	return status;
}

enum status loglist_choose(const char *state_dir, const uint8_t key[LIST_KEY_BYTES],
	struct list_choice *out, struct text *warning)
{
	char reason[STORE_WHY_MAX];
	struct text why = text_in(reason, sizeof reason);
	enum status status;

	*out = (struct list_choice){ NULL, false };
	status = loglist_builtin(&why, &out->list);
	if (status != STATUS_OK)
		text_add(warning, "%s", reason);
	else if (state_dir != NULL)
		status = prefer_stored(state_dir, key, out, warning);
	if (status != STATUS_OK && out->list != NULL) {
		loglist_free(out->list);
		out->list = NULL;
	}
	if (status != STATUS_OK && warning->n == 0)
		text_add(warning, "%s", status_text(status));
	return status;
}

enum status loglist_in_force(
	const struct list_source *source, struct list_choice *out, struct text *why)
{
	enum status status;

	if (source->file == NULL)
		return loglist_choose(source->state_dir, source->key, out, why);
	*out = (struct list_choice){ NULL, false };
	status = loglist_read(source->file, why, &out->list);
	if (status == STATUS_OK) /* the file's name alone is no warning */
		*why = text_in(why->p, why->cap);
	return status;
}

/* What was stored before, under its other name: these bytes, which the signature is
 * good for, whatever stands in the directory by now. Nothing else is kept: whoever owns
 * the directory could have a copy made of what he may not read. */
static enum status keep_old(const char *path, const char *old_path,
	const uint8_t key[LIST_KEY_BYTES], struct text *why)
{
	char reason[STORE_WHY_MAX];
	struct text ignored = text_in(reason, sizeof reason);
	struct bytes file, list;
	bool good = false;
	enum status status = file_read_state(path, FILE_BYTES_MAX, &ignored, &file);

	if (status != STATUS_OK)
		return status == STATUS_NOMEM ? status : STATUS_OK;
	status = check_stored(key, file, &list, &good, &ignored);
	if (status == STATUS_OK && good)
		status = file_replace(old_path, file, STORE_MODE, why);
	free((void *)file.p);
	return status;
}

static enum status store(const char *state_dir, const uint8_t key[LIST_KEY_BYTES],
	struct bytes list, const uint8_t signature[LIST_SIGNATURE_BYTES],
	struct text *why)
{
	char *path = path_in(state_dir, LOGLIST_STORE_NAME);
	char *old_path = path_in(state_dir, LOGLIST_STORE_OLD_NAME);
	char *content = malloc(SIGNATURE_LINE + 1 + list.n);
	enum status status = STATUS_NOMEM;

	if (path != NULL && old_path != NULL && content != NULL) {
		base64_encode(bytes_of(signature, LIST_SIGNATURE_BYTES), content);
		content[SIGNATURE_LINE] = '\n';
		memcpy(content + SIGNATURE_LINE + 1, list.p, list.n);
		status = keep_old(path, old_path, key, why);
	}
	if (status == STATUS_OK)
		status = file_replace(path,
			bytes_of(content, SIGNATURE_LINE + 1 + list.n), STORE_MODE, why);
	free(content);
	free(old_path);
	free(path);
	return status;
}

/* Compares what was offered with the list in force. */
static enum list_offer judge(const struct loglist *offered,
	const struct loglist *in_force, const struct ct_policy *policy, int64_t at_s,
	struct text *why)
{
	char theirs[CLOCK_TEXT_MAX], ours[CLOCK_TEXT_MAX];

	if (!offered->has_timestamp) {
		text_add(why, "log_list_timestamp: it has none");
		return OFFER_BROKEN;
	}
	if (memcmp(offered->sha256, in_force->sha256, sizeof offered->sha256) == 0)
		return OFFER_SAME;
	clock_format(offered->timestamp_ms / 1000, theirs);
	if (offered->timestamp_ms / 1000 - AHEAD_MAX_S > at_s) {
		text_add(why, "it is of %s, more than a day in the future", theirs);
		return OFFER_FUTURE;
	}
	if (is_newer(offered, in_force)) {
		if (ct_horizon_s(offered, policy, at_s) != INT64_MIN)
			return OFFER_TAKEN;
		text_add(why, "no certificate could satisfy %s with it", policy->name);
		return OFFER_BARREN;
	}
	clock_format(in_force->timestamp_ms / 1000, ours);
	text_add(why, "it is of %s, the list in force of %s", theirs, ours);
	return OFFER_OLDER;
}

static enum status weigh(const char *state_dir, const uint8_t key[LIST_KEY_BYTES],
	const struct ct_policy *policy, struct bytes list, int64_t at_s,
	enum list_offer *out, struct text *why)
{
	char reason[STORE_WHY_MAX];
	struct text warning = text_in(reason, sizeof reason);
	struct list_choice in_force;
	struct loglist *offered;
	enum status status = loglist_parse(list, why, &offered);

	*out = OFFER_BROKEN;
	if (status != STATUS_OK)
		return status == STATUS_NOMEM ? status : STATUS_OK;
	status = loglist_choose(state_dir, key, &in_force, &warning);
	if (status == STATUS_OK) {
		*out = judge(offered, in_force.list, policy, at_s, why);
		loglist_free(in_force.list);
	} else {
		text_add(why, "%s", reason);
	}
	loglist_free(offered);
	return status;
}

/* Until it is ours, or the wait is over. */
static bool lock_in_time(int fd)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000 };

	for (int waited_ms = 0; flock(fd, LOCK_EX | LOCK_NB) != 0;
		waited_ms += LOCK_PAUSE_MS) {
		if (errno != EWOULDBLOCK || waited_ms >= LOCK_WAIT_MS)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* -1, and `why`: it cannot be opened, or somebody keeps it locked. Closing it unlocks
 * it. */
static int lock(const char *state_dir, struct text *why)
{
	int fd = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && lock_in_time(fd))
		return fd;
	text_add(why, "%s: %s", state_dir,
		fd >= 0 && errno == EWOULDBLOCK ? "it is locked by another update"
						: strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

enum status loglist_store_offer(const char *state_dir, const uint8_t key[LIST_KEY_BYTES],
	const struct ct_policy *policy, struct bytes list, struct bytes signature,
	int64_t at_s, enum list_offer *out, struct text *why)
{
	uint8_t raw[LIST_SIGNATURE_BYTES];
	enum status status;
	bool good;
	int fd;

	*out = OFFER_FORGED;
	status = check_signature(key, list, signature, &good);
	if (status != STATUS_OK)
		return status;
	if (!good || !list_signature_decode(signature, raw)) {
		text_add(why, "the signature is not by the configured key");
		return STATUS_OK;
	}
	fd = lock(state_dir, why);
	if (fd < 0)
		return STATUS_IO;
	status = weigh(state_dir, key, policy, list, at_s, out, why);
	if (status == STATUS_OK && *out == OFFER_TAKEN)
		status = store(state_dir, key, list, raw, why);
	close(fd);
	return status;
}
