#include "ctl/paths.h"

#include <errno.h>
#include <unistd.h>

#include "config/config.h"

/* A usual one that is there and cannot be read is told of, not passed over. */
enum exit_code paths_read_config(const struct args *args, struct config **out)
{
	const char *path = args->config != NULL ? args->config : PATHS_CONFIG;
	struct config_error error;

	*out = NULL;
	if (args->config == NULL && access(path, F_OK) != 0 && errno == ENOENT)
		return CTL_OK;
	if (config_load(path, out, &error) == STATUS_OK)
		return CTL_OK;
	*out = NULL;
	return complain(CTL_CONFIG, "%s", error.text);
}

const char *paths_state_dir(const struct args *args, const struct config *config)
{
	if (args->state_dir != NULL)
		return args->state_dir;
	return config != NULL ? config->state_dir : PATHS_STATE_DIR;
}
