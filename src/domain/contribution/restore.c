/* An entry as one of its versions was (RULE CONTRIBUTE-9). */
#include "domain/contribution/contribution_int.h"
#include "domain/media/media.h"
#include "domain/person/help.h"

/* Everything that a history tells of. */
static struct entry content_of(const struct entry *then, const struct entry *stands,
                               struct arena *arena) {
    struct entry entry = *stands;
    for (unsigned i = 0; i < HISTORY_FIELD__COUNT; i++) {
        contribution_field_copy((enum history_field)i, then, &entry, arena);
    }
    entry.language = then->language;
    return entry;
}

/* Without what lies here no more. */
static err drop_gone(struct db_conn *conn, struct entry *entry, struct arena *arena,
                     size_t *gone_count) {
    struct entry_media *list = arena_new(arena, struct entry_media, (size_t)entry->media_count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < entry->media_count; i++) {
        bool is_kept;
        TRY(media_is_kept(conn, &entry->media[i], &is_kept));
        if (is_kept) {
            list[count++] = entry->media[i];
        }
    }
    *gone_count = entry->media_count - count;
    entry->media = list;
    entry->media_count = count;
    return OK;
}

err contribution_restored(struct db_conn *conn, const struct contribution_world *world,
                          const struct actor *actor, struct entry_id id, int64_t revision,
                          struct arena *arena, struct contribution_restored *restored) {
    struct entry_public shown;
    struct entry then;
    TRY(contribution_may(conn, world, actor, id, &restored->may));
    if (restored->may == CONTRIBUTION_MAY_NOTHING) {
        return ERR_DENIED;
    }
    TRY(entry_revision_public(conn, world->territories, id, revision, arena, &shown));
    TRY(contribution_sees_whole(conn, world, actor, id, &restored->whole));
    TRY(restored->whole ? entry_load(conn, id, arena, &restored->stands)
                        : contribution_entry_shown(conn, world, id, arena, &restored->stands));
    TRY(contribution_entry_at(conn, id, revision, arena, &then));
    TRY(drop_gone(conn, &then, arena, &restored->gone_count));
    restored->entry = content_of(&then, &restored->stands, arena);
    if (!restored->whole) { /* RULE HISTORY-1 */
        restored->entry.place = shown.entry.place;
        contribution_field_copy(HISTORY_CONTACTS, &shown.entry, &restored->entry, arena);
    }
    return OK;
}

err contribution_restore(struct db_conn *conn, const struct contribution_world *world,
                         const struct contribution_restore *asked, int64_t now_ms,
                         struct arena *arena, struct contribution_sent *sent,
                         struct problem *problem) {
    struct contribution_restored restored;
    struct entry stands;
    const struct actor *actor = asked->actor;
    *sent = (struct contribution_sent){.entry = asked->entry, .outcome = CONTRIBUTION_PUBLISHED};
    TRY(contribution_restored(conn, world, actor, asked->entry, asked->revision, arena, &restored));
    TRY(entry_load(conn, asked->entry, arena, &stands));
    struct entry whole = content_of(&restored.entry, &stands, arena);
    struct entry *entry = &whole;
    sent->title = entry->title;
    if (stands.revision != asked->stands) {
        return problem_set(problem, ERR_CONFLICT, "revision", "the entry has changed meanwhile");
    }
    if (asked->reason.n > ENTRY_TEXT_MAX) {
        return problem_set(problem, ERR_LIMIT, "reason", "more than %d bytes", ENTRY_TEXT_MAX);
    }
    if (!restored.whole) {
        TRY(contribution_keep_hidden(conn, world, &stands, entry, arena));
    }
    TRY(entry_check(entry, world->territories, world->themes, arena, problem));
    bool waits = restored.may == CONTRIBUTION_MAY_SUGGEST; /* RULE TEAM-2 */
    if (!waits && !contribution_has_links(&stands)) {      /* RULE CONTRIBUTE-2 */
        TRY(contribution_is_held(conn, actor, SLICE_EMPTY, entry, now_ms, &waits));
    }
    slice author = contribution_author(actor, 0, arena);
    slice reason = slice_trim(asked->reason);
    if (waits) {
        sent->outcome = CONTRIBUTION_SUGGESTED;
        return suggestion_add(conn, world->ids, actor, entry, author, reason, now_ms);
    }
    TRY(entry_edit(conn, world->ids, entry, author, reason, now_ms, problem));
    return help_note(conn, actor->help, entry->id.v, entry->revision);
}
