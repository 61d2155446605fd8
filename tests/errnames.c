// SPDX-License-Identifier: MIT
// errnames.c - holds weft_errname against the kernel's header: each error has its
// name, and what is no error has none.
//
// check_build.c makes kernels_errors.h from the header, a line KERNELS(name, number)
// for each, and wefts_errors.h from weft/error.h: WEFTS(name, number).
#include "programs/support.h"

enum { MANY = 4096 };

static const char *expected[MANY];
static int count;

static void expect(const char *name, int number)
{
    CHECK(number > 0 && number < MANY);
    expected[number] = name;
    count++;
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
#define KERNELS(name, number) expect(#name, number);
#include "kernels_errors.h"
#define WEFTS(name, number) expect(#name, number);
#include "wefts_errors.h"
    CHECK(count > 130);
    CHECK(same_text(weft_errname(0), "0"));
    for (int i = -MANY; i < MANY; i++) {
        const char *name = i > 0 ? expected[i] : NULL;
        if (i != 0 &&
            !same_text(weft_errname(i), name ? name : "unknown error")) {
            print(2, weft_errname(i));
            CHECK(!"this is not its name");
        }
    }
    return 0;
}
