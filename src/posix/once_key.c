// SPDX-License-Identifier: MIT
// once_key.c - pthread_once and pthread_key_t, with once_flag and tss_t of C11.
//
//   libc's object          here
//   pthread_once_t, int    weft_once_flag  4
//   pthread_key_t, 32 bit  weft_key        4
#include <threads.h>
#include <weft/key.h>
#include <weft/once.h>
#include "posix.h"

_Static_assert(sizeof(weft_once_flag) == sizeof(pthread_once_t), "overlay");
_Static_assert(sizeof(weft_key) == sizeof(pthread_key_t), "overlay");

int pthread_once(pthread_once_t *flag, void (*function)(void))
{
    return weft_once((weft_once_flag *)(void *)flag, function);
}
TWIN(pthread_once, __pthread_once);

void call_once(once_flag *flag, void (*function)(void))
{
    weft_once((weft_once_flag *)(void *)flag, function);
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    return weft_key_create(key, destructor);
}
TWIN(pthread_key_create, __pthread_key_create);

int pthread_key_delete(pthread_key_t key)
{
    return weft_key_delete(key);
}
TWIN(pthread_key_delete, __pthread_key_delete);

void *pthread_getspecific(pthread_key_t key)
{
    return weft_key_get(key);
}
TWIN(pthread_getspecific, __pthread_getspecific);

int pthread_setspecific(pthread_key_t key, const void *value)
{
    return weft_key_set(key, (void *)(uintptr_t)value);
}
TWIN(pthread_setspecific, __pthread_setspecific);

int tss_create(tss_t *key, tss_dtor_t destructor)
{
    return weft_key_create(key, destructor) == 0 ? thrd_success : thrd_error;
}

void tss_delete(tss_t key)
{
    weft_key_delete(key);
}

void *tss_get(tss_t key)
{
    return weft_key_get(key);
}

int tss_set(tss_t key, void *value)
{
    return weft_key_set(key, value) == 0 ? thrd_success : thrd_error;
}
