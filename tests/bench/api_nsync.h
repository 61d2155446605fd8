// SPDX-License-Identifier: MIT
// api_nsync.h - how nsync calls things. It has no threads of its own, so they are
// the libc's, and rows that are about threads are not measured.
#ifndef API_NSYNC_H
#define API_NSYNC_H

#include <nsync.h>
#include <pthread.h>

#define API_MAIN int main(int argc, char **argv)

typedef pthread_t api_thread;
#define api_create(t, start, arg) pthread_create(t, NULL, start, arg)
#define api_join(t)               pthread_join(t, NULL)

#define API_MUTEX
typedef nsync_mu api_mutex;
#define api_mutex_init nsync_mu_init
#define api_lock       nsync_mu_lock
#define api_unlock     nsync_mu_unlock

#define API_COND
typedef nsync_cv api_cond;
#define api_cond_init nsync_cv_init
#define api_signal    nsync_cv_signal
#define api_broadcast nsync_cv_broadcast
#define api_cond_wait nsync_cv_wait

#define API_RWLOCK
typedef nsync_mu api_rwlock;
#define api_rwlock_init  nsync_mu_init
#define api_read_lock    nsync_mu_rlock
#define api_read_unlock  nsync_mu_runlock
#define api_write_lock   nsync_mu_lock
#define api_write_unlock nsync_mu_unlock

#define API_ONCE
typedef nsync_once api_once_flag;
#define API_ONCE_INIT NSYNC_ONCE_INIT
#define api_once      nsync_run_once

#endif
