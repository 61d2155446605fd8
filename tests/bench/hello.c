// SPDX-License-Identifier: MIT
// hello.c - four threads say hello: the program whose size is compared.
#include "os.h"
#include API

enum { THREADS = 4 };

static void *speak(void *text)
{
    os_write(1, text);
    return NULL;
}

API_MAIN
{
    static const char *const texts[THREADS] = {
        "hello from thread 1\n", "hello from thread 2\n",
        "hello from thread 3\n", "hello from thread 4\n"};
    api_thread threads[THREADS];
    (void)argc;
    (void)argv;
    for (int i = 0; i < THREADS; i++) {
        if (api_create(&threads[i], speak, (void *)(uintptr_t)texts[i]) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < THREADS; i++) {
        api_join(threads[i]);
    }
    return 0;
}
