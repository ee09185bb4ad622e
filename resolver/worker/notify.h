/* What the service manager is told (sd_notify(3)): one datagram each to the socket that
 * NOTIFY_SOCKET names. Without one nothing is told. The main thread's. */
#ifndef WORKER_NOTIFY_H
#define WORKER_NOTIFY_H

#include <stdint.h>

#include "base/status.h"

/* Opens the socket and takes the variables out of the environment. A socket that cannot
 * be reached is a line in the log. */
void notify_open(void);
void notify_close(void);

/* How often the manager wants to hear of it (WATCHDOG_USEC); 0: it does not. */
uint64_t notify_watchdog_ms(void);

/* `status` is a line for people. */
void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);

#endif
