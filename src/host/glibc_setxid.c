// SPDX-License-Identifier: MIT
// glibc_setxid.c - setuid and its like for all threads of a glibc program.
// Read before: everyone.c.
//
// To the kernel, user and group ids are a thread's; to POSIX, the process's. glibc's
// setuid(), setgid(), setgroups() and the others hand the system call to
// __nptl_setxid, for all threads to make it.
#include "arch.h"
#include "everyone.h"
#include "glibc.h"
#include "signal.h"
#include "syscall.h"
#include "thread.h"

// As those functions fill it in.
struct glibc_command {
    int nr;
    long id[3];
    int count; // glibc's own
    int error; // the same
};

struct call {
    const struct glibc_command *command;
    int begun;
    long result; // the caller's, who is the first
};

int __nptl_setxid(const struct glibc_command *command);
int *__errno_location(void);

static void make(void *argument)
{
    struct call *call = argument;
    const struct glibc_command *command = call->command;
    if (call->begun && call->result < 0) {
        return; // refused to the first, so not asked for the others
    }
    long result = arch_syscall3(command->nr, command->id[0], command->id[1],
                                command->id[2]);
    if (!call->begun) {
        call->begun = 1;
        call->result = result;
    } else if (result < 0) {
        // A process must not run on with two identities. It ends as by abort().
        weft__signal_unblock(SIGABRT);
        sys_tkill(sys_gettid(), SIGABRT);
        arch_trap(); // its handler came back
    }
}

void weft__glibc_signals_init(void)
{
    // Whoever started the program may have had them blocked.
    weft__signal_unblock(GLIBC_SIGNAL_CANCEL);
    weft__signal_unblock(GLIBC_SIGNAL_SETXID);
}

int __nptl_setxid(const struct glibc_command *command)
{
    struct call call = {command, 0, 0};
    // The child of a vfork runs on the caller's TCB and is a process of its own.
    if ((long)*weft__glibc_self->record->tid_word != sys_gettid()) {
        make(&call);
    } else {
        weft__everyone_calls(GLIBC_SIGNAL_SETXID, make, &call);
    }
    if (call.result < 0) {
        *__errno_location() = (int)-call.result;
        return -1;
    }
    return (int)call.result;
}
