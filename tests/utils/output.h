// SPDX-License-Identifier: MIT
// output.h - what fwsum prints: results on standard output, messages on standard
// error, each in whole lines where they fit the buffer.
//
// Only the main thread prints.
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdint.h>
#include <stddef.h>

struct output {
    int fd;
    int error; // the first error number that a write met, or 0
    size_t used;
    size_t size;
    char *buffer;
};

extern struct output results;  // standard output
extern struct output messages; // standard error

void put_char(struct output *to, char c);
void put_text(struct output *to, const char *text);
void put_number(struct output *to, uint64_t number);
void print(const char *text); // to results
void say(const char *text);   // to messages

// The end of a line of results: '\n' or, with --zero, '\0'.
void end_result(char end);

// Writes out what is buffered.
void flush(struct output *to);

// A message begins "fwsum: ", after all results printed so far are written: so
// that both together read in the right order where they go to the same place.
void begin_message(void);
void end_message(void);

// "fwsum: name: what the error number means", the name quoted.
void complain(const char *name, int error);

// Says what an error number means, as strerror(3) does in the C locale.
void say_error(int error);

// Descriptors 0 to 2 that are closed would be given to the first files opened,
// and results be written into them. Occupies them so that reading and writing
// fail with EBADF, as if they were closed still.
void occupy_closed_descriptors(void);

// Notes that standard input is read. If it was closed, finish_output complains.
void use_input(void);

// Writes what is left, and reports what went wrong with the standard
// descriptors. Returns 0 or 1, the exit status.
int finish_output(void);

#endif
