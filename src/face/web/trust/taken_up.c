/* Telling the team of an entry that somebody took it up. */
#include "face/web/trust/taken_up.h"

#include "domain/team/team.h"
#include "mail/mail.h"

static err tell_team(struct db_conn *conn, const struct face *face, const struct entry *origin,
                     const struct entry *entry, int64_t now_ms, struct arena *arena,
                     struct problem *problem) {
    struct team_of_entry of;
    slice *addresses;
    size_t count;
    TRY(team_of_entry(conn, origin->id, (struct person_id){0}, &of));
    if (of.id.v == 0) {
        return OK;
    }
    TRY(team_addresses(conn, of.id, arena, &addresses, &count));
    for (size_t i = 0; i < count; i++) {
        const struct mail_message message = {
            .to = addresses[i],
            .language = origin->language,
            .letter = MAIL_TAKEN_UP,
            .taken_up = {.title = origin->title,
                         .other = entry->title,
                         .path = face_entry_path(entry->id, entry->title, arena)}};
        TRY(mail_send(conn, face->ids, &message, now_ms, problem));
    }
    return OK;
}

err taken_up_tell(struct db_conn *conn, const struct face *face, struct entry_id id, int64_t now_ms,
                  struct arena *arena, struct problem *problem) {
    struct entry entry;
    TRY(entry_load(conn, id, arena, &entry));
    for (uint32_t i = 0; entry.status == ENTRY_PUBLISHED && i < entry.link_count; i++) {
        struct entry_public origin;
        struct entry_id number = entry_link_inspired(&entry.links[i]);
        if (number.v == 0) {
            continue;
        }
        err found = entry_public_load(conn, face->territories, number, arena, &origin);
        if (found == OK) {
            found = tell_team(conn, face, &origin.entry, &entry, now_ms, arena, problem);
        }
        if (found != OK && found != ERR_NOT_FOUND) {
            return found;
        }
    }
    return OK;
}
