/* A DoH connection of ours, and the server that it is to. */
#ifndef TESTS_UNIT_TRANSPORT_DOH_SCENE_H
#define TESTS_UNIT_TRANSPORT_DOH_SCENE_H

#include "dns/query.h"
#include "tests/unit/transport/bench.h"
#include "tests/unit/transport/doh_server.h"
#include "transport/transport.h"

struct doh_asked {
	struct transport_query query;
	struct question question;
	struct doh_scene *scene;
	unsigned answers, failures;
	bool again;
	struct failure why;
	unsigned rcode, id;
	uint32_t ttl_s; /* of the first record */
	size_t size;
};

struct doh_scene {
	struct bench bench;
	struct doh_server server;
	struct tls_policy policy;
	struct tls_context context;
	struct doh_template template;
	struct transport *doh; /* NULL once it is over */

	unsigned opened, draining, closed, answers, failures;
	struct failure why;
	/* What a callback does beside counting; NULL: nothing. */
	void (*in_open)(struct doh_scene *scene);
	void (*in_draining)(struct doh_scene *scene);
	void (*in_answer)(struct doh_scene *scene);
	void (*in_failed)(struct doh_scene *scene);
	void (*in_closed)(struct doh_scene *scene);
	struct doh_asked more; /* for questions asked in callbacks */
};

/* A path template: GET or POST. Connecting; doh_scene_open() goes on. */
struct doh_scene *doh_scene_new(const char *path);
void doh_scene_free(struct doh_scene *scene);
/* Until both have told their settings. */
void doh_scene_open(struct doh_scene *scene);
/* Connects anew. */
void doh_scene_connect(struct doh_scene *scene);
void doh_scene_close(struct doh_scene *scene);

enum status doh_try_ask(
	struct doh_scene *scene, struct doh_asked *asked, const char *name);
void doh_ask(struct doh_scene *scene, struct doh_asked *asked, const char *name);
/* Until it is answered, has failed or the connection is over. */
void doh_wait(struct doh_asked *asked);

/* For doh_server.on_request: */
void doh_say_nothing(struct doh_client *client, const struct doh_request *request);

#endif
