#include "query/jobs.h"

#include <stdlib.h>

struct job {
	uv_work_t work;
	struct list link; /* while it waits */
	struct jobs *jobs;
	struct validation *validation; /* borrowed, or owned if cancelled */
	void (*done)(void *data);      /* NULL: cancelled */
	void *data;
	bool running;
};

void jobs_init(struct jobs *jobs, uv_loop_t *loop)
{
	*jobs = (struct jobs){ .loop = loop };
	list_init(&jobs->waiting);
}

static void on_work(uv_work_t *work)
{
	struct job *job = work->data;

	validation_work(job->validation);
}

static void run_more(struct jobs *jobs);

static void on_worked(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct jobs *jobs = job->jobs;
	void (*done)(void *data) = job->done;
	void *data = job->data;

	(void)status; /* never cancelled: what runs is few */
	if (done == NULL)
		validation_free(job->validation);
	free(job);
	jobs->running--;
	run_more(jobs);
	if (done != NULL)
		done(data);
	else if (jobs->idle != NULL)
		jobs->idle(jobs);
}

static void run_more(struct jobs *jobs)
{
	while (jobs->running < JOBS_RUNNING_MAX && !list_empty(&jobs->waiting)) {
		struct job *job = list_entry(jobs->waiting.next, struct job, link);

		list_remove(&job->link);
		job->running = true;
		jobs->running++;
		/* Fails without a function only. */
		(void)uv_queue_work(jobs->loop, &job->work, on_work, on_worked);
	}
}

struct job *job_start(struct jobs *jobs, struct validation *validation,
	void (*done)(void *data), void *data)
{
	struct job *job = calloc(1, sizeof *job);

	if (job == NULL)
		return NULL;
	job->work.data = job;
	job->jobs = jobs;
	job->validation = validation;
	job->done = done;
	job->data = data;
	list_append(&jobs->waiting, &job->link);
	run_more(jobs);
	return job;
}

void job_cancel(struct job *job)
{
	job->done = NULL;
	if (job->running)
		return;
	list_remove(&job->link);
	validation_free(job->validation);
	free(job);
}
