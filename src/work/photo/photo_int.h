/* What the two processes share: a piece of memory, and how it is read. */
#ifndef AGORA_WORK_PHOTO_INT_H
#define AGORA_WORK_PHOTO_INT_H

#include "work/photo/photo.h"

#include <sys/types.h>

/* In memory that both see. What to decode is the server's; the answer is whatever the process that
 * decoded left there, and is believed in nothing. */
struct photo_answer {
    uint32_t verdict;
    uint32_t width, height;
    uint32_t bytes[ENTRY_PICTURE_SIDES][ENTRY_PICTURE_FORMAT__COUNT];
};
struct photo_tray {
    uint32_t source_bytes;
    struct photo_answer answer;
    char source[PHOTO_BYTES_MAX];
    char prints[ENTRY_PICTURE_SIDES][ENTRY_PICTURE_FORMAT__COUNT][PHOTO_PRINT_BYTES_MAX];
};

/* answer.c: the verdict of a tray; for PHOTO_DEVELOPED the prints are copied into the arena when
 * all of them can be what they should be, else it is PHOTO_DAMAGED. */
enum photo_verdict photo_answer_read(const struct photo_tray *tray, struct arena *arena,
                                     struct photo *photo);

/* process.c: what the copied process does, until the other end of the socket closes. */
_Noreturn void photo_process_keep(const struct photo_lab_options *options, int fd, pid_t server,
                                  struct photo_tray *tray);
/* What it says of each picture: what the one that decoded ended with. */
enum photo_end { PHOTO_END_WELL = 'w', PHOTO_END_KILLED = 'k', PHOTO_END_NO_LIBRARY = 'n' };

/* develop.c: in the process that decodes. Loads the library; false without it. */
bool photo_library_load(void);
/* The order in the tray into its answer. */
void photo_develop(struct photo_tray *tray);

#endif
