// SPDX-License-Identifier: MIT
// libc.c - the host of a program with a libc, as far as all libcs are alike.
// Read before: host.h, libc.h.  Read after: choice.c, musl.c, glibc.c.
//
// A libc has set the thread pointer of main long before this code runs, and keeps
// a TCB there that it knows and this code does not own. So nothing is changed
// before everything that is relied upon was looked at: what is found otherwise is
// another version, and the program ends, before main, with a line that says what.
//
// Code of the program may run before: a malloc of its own, called by the libc's
// start-up, and what stands in .preinit_array. So main becomes a thread in two
// steps:
//
//     weft__libc_first    memory alone: main has a record, a handle, keys,
//                         cleanup handlers and a tid. Beside glibc this is the
//                         very first code of the program (glibc_first.c); musl
//                         calls nobody before the second step.
//     weft__host_adopt    the look at the libc, and all that changes it: before the
//                         first constructor, and before the first thread or fork
//                         if that comes earlier.
#include "everyone.h"
#include "fork.h"
#include "libc.h"
#include "signal.h"
#include "stack.h"
#include "syscall.h"
#include "thread.h"

// What every libc has.
_Noreturn void exit(int status);
int fork(void);
int *__errno_location(void);
unsigned long getauxval(unsigned long type);

ptrdiff_t weft__self_slot;
static const struct weft__libc *libc;

static void say(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    sys_write(2, text, length);
}

_Noreturn static void refuse(const char *name, const char *what)
{
    say("weft: this libc is not a ");
    say(name);
    say(" that Weft knows: ");
    say(what);
    say("\n");
    sys_exit_group(127);
}

static void read_stack_of_program(void)
{
    weft__default_stack = libc->default_stack;
    const struct elf_phdr *phdr = (const struct elf_phdr *)getauxval(AT_PHDR);
    for (size_t i = getauxval(AT_PHNUM); i > 0; i--) {
        if (phdr[i - 1].type == PT_GNU_STACK) {
            weft__stack_as_linked(&phdr[i - 1]);
        }
    }
}

// The kernel's store and wake at the end of the calling thread.
static void register_exit_word(uint32_t *exit_word)
{
    sys_set_tid_address(exit_word);
    *exit_word = (uint32_t)sys_gettid();
}

void weft__libc_first(const struct weft__libc *host)
{
    libc = host;
    weft__libc_hooks = &libc->hooks;
    weft__signals_lower = 33 - libc->cancel_signal; // the last one is the next
    *weft__thread_adopt_main() = (uint32_t)sys_gettid();
}

void weft__host_adopt(void)
{
    static int done; // written while there is one thread
    if (done) {
        return;
    }
    done = 1;
    const struct weft__libc *chosen = weft__libc_choose();
    if (chosen == NULL) {
        refuse("libc", "neither static musl nor static glibc, and weft-crt0.o "
                       "is not linked");
    }
    const char *what = chosen->mismatch();
    if (what != NULL) {
        refuse(chosen->name, what);
    }
    if (libc == NULL) {
        weft__libc_first(chosen);
    }
    weft__page_size = getauxval(AT_PAGESZ);
    size_t frame = getauxval(AT_MINSIGSTKSZ);
    weft__signal_frame = frame ? frame : WEFT__DEFAULT_SIGNAL_FRAME;
    read_stack_of_program();
    libc->adopt(&weft__main_thread);
    register_exit_word(&weft__main_thread.record->exit_word);
}

// Before all constructors: those that programs may number begin with 101.
__attribute__((section(".init_array.00000"),
               used)) static void (*const adopt_main)(void) = weft__host_adopt;

size_t weft__host_tls_size(void)
{
    weft__host_adopt();
    return libc->tls_size();
}

void *weft__host_tls_build(void *memory, struct weft__thread *self)
{
    return libc->tls_build(memory, self);
}

void weft__host_exit(int status)
{
    exit(status);
}

// Functions of musl and of glibc call it by one name, and mean two things.
// Weak: the drop-ins have their own, and so has musl's pthread_setcancelstate.
__attribute__((weak)) int __pthread_setcancelstate(int state, int *old);

int __pthread_setcancelstate(int state, int *old)
{
    return libc != NULL ? libc->set_cancel_state(state, old) : 0;
}

long weft__libc_fork(void)
{
    weft__host_adopt(); // so that the libc's fork calls what it has to
    long pid = fork();
    return pid < 0 ? -*__errno_location() : pid;
}

void weft__libc_before_fork(void)
{
    weft__fork_begin();
}

void weft__libc_after_fork(int in_child)
{
    if (in_child) {
        weft__everyone_alone();
        // A fork forgets it.
        register_exit_word(&weft__thread_self()->record->exit_word);
    }
    weft__fork_end(in_child);
}
