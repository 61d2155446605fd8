// SPDX-License-Identifier: MIT
// fwsum.c - sha256sum(1) for firmware trees: no libc, and all CPUs.
//
//     fwsum [-j THREADS] [FILE...]     as sha256sum [FILE...]
//     fwsum -c [--quiet] [MANIFEST...] as sha256sum -c
//
// What it prints and its exit status are sha256sum's (coreutils 9.1, C locale),
// byte for byte.
//
// The files are digested by several threads, the largest first, so that no long
// one is left for the end; the results come out in the order of the arguments.
// The main thread asks for the sizes, queues the files, and reports; when there
// is nothing to report yet, it digests as well. Standard input is its business
// alone, since several arguments "-" read it one after the other.
//
// Memory is bounded, however many files there are, and all of it is static but
// for the threads' stacks: 2048 queued files (240 KiB), 256 KiB for their names
// when they come from a manifest, 64 KiB for its lines; and 64 KiB a thread for
// reading. A manifest's line over 64 KiB counts as improperly formatted: it
// could not name a file.
//
// Read along: this file, workers.c, queue.c; for -c, check.c and manifest.c.
#include "check.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "sha256.h"
#include "sys.h"
#include "workers.h"

static bool failed;

static void put_digest(const uint8_t digest[SHA256_SIZE])
{
    for (int i = 0; i < SHA256_SIZE; i++) {
        put_char(&results, "0123456789abcdef"[digest[i] >> 4]);
        put_char(&results, "0123456789abcdef"[digest[i] & 15]);
    }
}

static void report_digest(struct job *job)
{
    bool escape = !(options & OPTION_ZERO) && needs_escape(job->name);

    if (job->error != 0) {
        complain(job->name, job->error);
        failed = true;
        return;
    }
    print(escape ? "\\" : "");
    if (options & OPTION_TAG) {
        print("SHA256 (");
    } else {
        put_digest(job->digest);
        print(options & OPTION_BINARY ? " *" : "  ");
    }
    if (escape) {
        print_escaped(job->name);
    } else {
        print(job->name);
    }
    if (options & OPTION_TAG) {
        print(") = ");
        put_digest(job->digest);
    }
    end_result(options & OPTION_ZERO ? '\0' : '\n');
}

// The CPUs that this process may run on.
static int count_cpus(void)
{
    unsigned char mask[8192 / 8]; // more CPUs than a kernel can have
    long bytes = sys_affinity(mask, sizeof mask);
    int count = 0;

    for (long bit = 0; bit < 8 * bytes; bit++) {
        count += mask[bit / 8] >> bit % 8 & 1;
    }
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : count;
}

static void do_files(char **names, int count)
{
    start_progress(options & OPTION_CHECK ? 0 : (uint64_t)count);
    use_workers(threads_wanted != 0 ? threads_wanted : count_cpus(),
                options & OPTION_CHECK ? report_checked : report_digest);
    for (int i = 0; i < count; i++) {
        if (options & OPTION_CHECK) {
            failed |= !check_manifest(names[i]);
        } else {
            struct job *job = new_job();
            job->name = names[i];
            job->is_input = text_equal(names[i], "-");
            if (job->is_input) {
                use_input();
            }
            add_job(job);
        }
    }
    report_all();
    dismiss_workers();
    clear_progress();
}

int weft_main(int argc, char **argv, char **envp)
{
    static char dash[] = "-", *only_input[] = {dash};
    int status, count;
    char **names = argv;

    (void)envp;
    occupy_closed_descriptors();
    sha256_by_instructions = sha256_has_instructions();
    count = read_options(argc, argv, &status);
    if (status < 0) {
        if (count == 0) {
            names = only_input;
            count = 1;
        }
        do_files(names, count);
        status = failed;
    }
    return finish_output() != 0 ? 1 : status;
}
