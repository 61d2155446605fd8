// SPDX-License-Identifier: MIT
// errors.c - the words for the kernel's error numbers.
#include "output.h"

// Those that opening, reading or closing a file may give. The words are
// strerror(3)'s, because sha256sum's messages end with them. One string for all,
// each entry with its end mark: pointers would take as much room again.
static const char errors[] = "1 Operation not permitted\0"
                             "2 No such file or directory\0"
                             "5 Input/output error\0"
                             "6 No such device or address\0"
                             "9 Bad file descriptor\0"
                             "11 Resource temporarily unavailable\0"
                             "12 Cannot allocate memory\0"
                             "13 Permission denied\0"
                             "16 Device or resource busy\0"
                             "19 No such device\0"
                             "20 Not a directory\0"
                             "21 Is a directory\0"
                             "22 Invalid argument\0"
                             "23 Too many open files in system\0"
                             "24 Too many open files\0"
                             "28 No space left on device\0"
                             "36 File name too long\0"
                             "40 Too many levels of symbolic links\0"
                             "61 No data available\0"
                             "74 Bad message\0"
                             "95 Operation not supported\0"
                             "116 Stale file handle\0"
                             "117 Structure needs cleaning\0"
                             "122 Disk quota exceeded\0"
                             "123 No medium found\0"
                             "126 Required key not available\0";

void say_error(int error)
{
    for (const char *at = errors; *at != '\0'; at++) {
        int number = 0;
        for (; *at != ' '; at++) {
            number = number * 10 + (*at - '0');
        }
        if (number == error) {
            say(at + 1);
            return;
        }
        while (*at != '\0') {
            at++;
        }
    }
    say("Unknown error ");
    put_number(&messages, (uint64_t)error);
}
