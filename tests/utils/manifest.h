// SPDX-License-Identifier: MIT
// manifest.h - manifests: what sha256sum wrote, and -c reads.
#ifndef MANIFEST_H
#define MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "sha256.h"

// A line is one of
//   "DIGEST  NAME"           or with '*' for the second space: the usual form
//   "DIGEST NAME"            what some other programs write
//   "SHA256 (NAME) = DIGEST"
// The first line of the first or second kind decides for all that follow, in
// later manifests too: were they mixed, a name that begins with a space or '*'
// could pass for another.
enum manifest_kind { UNDECIDED, WITH_MARK, WITHOUT_MARK };

struct manifest_entry {
    const char *name; // inside the line, unescaped
    uint8_t digest[SHA256_SIZE];
};

// Takes apart a line of length characters with a '\0' after them, and changes
// it. Returns false if it is not properly formatted.
bool parse_line(char *line, size_t length, enum manifest_kind *kind,
                struct manifest_entry *entry);

#define LINE_SIZE 65536 // more than any name that can be opened needs

// Reads a manifest line by line. Its owner sets fd and before_read, and zeroes
// the rest up to the buffer.
struct line_reader {
    int fd;
    void (*before_read)(void); // called before each read, which may block
    int error;                 // what read met, or 0
    bool at_end;
    uint64_t number;   // of the line given out last
    char cut[2];       // what is given out of a line that is too long
    size_t start, end; // what was read and not given out yet
    char buffer[LINE_SIZE + 1];
};

// The next line, with '\0' for its end ("\n" or "\r\n"); NULL after the last, or
// when reading failed. Of a line that does not fit the buffer, the first
// character: that is no properly formatted line either.
char *next_line(struct line_reader *reader, size_t *length);

#endif
