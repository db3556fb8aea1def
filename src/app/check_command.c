#include <stdio.h>

#include "app/command.h"
#include "app/house.h"
#include "atlas/atlas.h"
#include "domain/media/media.h"

/* The store is sound, every entry, picture and document is what was written, and the index made
 * from it counts what the store counts. */
static err check(struct house *house, struct problem *problem) {
    TRY(db_integrity(house->store, problem));
    int64_t published = 0;
    int64_t all = 0;
    int64_t verified = 0;
    TRY(entry_count(house->store, &published, &all));
    TRY(entry_verify(house->store, &verified, problem));
    struct media_figures media;
    TRY(media_verify(house->store, arena_printf(&house->arena, "%s/media", house->folder).p, &media,
                     problem));
    struct atlas *atlas = NULL;
    TRY(atlas_open(&(struct atlas_options){.store_path = house->store_path,
                                           .territories = house->territories,
                                           .themes = house->themes,
                                           .clock = house->clock,
                                           .log = &house->log},
                   &atlas, problem));
    const struct atlas_view *view = atlas_pin(atlas);
    int64_t indexed = (int64_t)atlas_view_documents(view);
    atlas_unpin(atlas, view);
    atlas_close(atlas);
    printf("entries: %lld, published: %lld, in the index: %lld\n", (long long)all,
           (long long)published, (long long)indexed);
    printf("pictures: %lld, documents: %lld, in %lld files of %llu bytes\n",
           (long long)media.pictures, (long long)media.documents, (long long)media.files,
           (unsigned long long)media.bytes);
    printf("territories: %u, themes: %u, commune outlines: %s\n", house->territories->count,
           house->themes->count, house->territories->areas != NULL ? "yes" : "no");
    return indexed == published ? OK
                                : problem_set(problem, ERR_CORRUPT, "",
                                              "the index holds %lld entries, the store %lld",
                                              (long long)indexed, (long long)published);
}

static int check_run(const struct command_words *words) {
    struct house house;
    struct problem problem = {0};
    err failed = house_open(&house, command_value(&command_check, words, "--data"),
                            command_value(&command_check, words, "--config"), HOUSE_LOOK, &problem);
    if (failed == OK) {
        failed = check(&house, &problem);
    }
    house_close(&house);
    if (failed != OK) {
        return command_fail(&command_check, failed, &problem);
    }
    puts("sound");
    return 0;
}

static const struct command_option options[] = {COMMAND_OPTION_DATA_THERE, COMMAND_OPTION_CONFIG};
const struct command command_check = {
    .name = "check",
    .rest = "",
    .help = "Checks the store, its pictures and documents, and the index made from it; says what "
            "is there.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .run = check_run,
};
