/* A draft of an entry that somebody else changed meanwhile (RULE CONTRIBUTE-8). */
#include "domain/contribution/contribution_int.h"

/* Whether who goes on with a draft is shown its entry whole. */
static err sees_whole(struct db_conn *conn, const struct contribution_world *world,
                      const struct actor *actor, const struct contribution_draft *draft,
                      struct arena *arena, bool *whole) {
    struct contribution own;
    *whole = false;
    if (draft->contribution) {
        TRY(contribution_get(conn, draft->contribution, arena, &own));
        *whole = own.entry.v == draft->entry.v && own.person.v == 0;
    }
    return *whole ? OK : contribution_sees_whole(conn, world, actor, draft->entry, whole);
}

err contribution_compare(struct db_conn *conn, const struct contribution_world *world,
                         const struct actor *actor, const struct contribution_draft *draft,
                         struct arena *arena, struct contribution_overtaken *overtaken) {
    bool whole;
    struct entry theirs;
    if (draft->entry.v == 0) {
        return ERR_NOT_FOUND;
    }
    TRY(sees_whole(conn, world, actor, draft, arena, &whole));
    TRY(whole ? entry_load(conn, draft->entry, arena, &theirs)
              : contribution_entry_shown(conn, world, draft->entry, arena, &theirs));
    *overtaken = (struct contribution_overtaken){.theirs = theirs};
    TRY(draft->base_json.n ? entry_from_json(draft->base_json, arena, &overtaken->base, NULL)
                           : contribution_entry_at(conn, draft->entry, draft->base_revision, arena,
                                                   &overtaken->base));
    contribution_merge(&overtaken->base, &overtaken->theirs, &draft->content, arena,
                       &overtaken->merge);
    return OK;
}

static err settle(enum history_field field, const struct contribution_choice *choice,
                  const struct entry *mine, struct entry *merged, struct arena *arena,
                  struct problem *problem) {
    bool fits = true;
    switch (choice->choose) {
    case CONTRIBUTION_THEIRS:
        break;
    case CONTRIBUTION_MINE:
        contribution_field_copy(field, mine, merged, arena);
        break;
    case CONTRIBUTION_BOTH:
        fits = contribution_field_is_list(field);
        if (fits) {
            contribution_field_join(field, mine, merged, arena);
        }
        break;
    case CONTRIBUTION_WRITTEN:
        fits = contribution_field_is_text(field);
        if (fits) {
            contribution_field_write(field, arena_copy(arena, slice_trim(choice->text)), merged);
        }
        break;
    case CONTRIBUTION_UNDECIDED:
        fits = false;
        break;
    }
    return fits ? OK : problem_set(problem, ERR_INPUT, "choice", "a field is not decided");
}

static err store(struct db_conn *conn, slice secret, const struct entry *content,
                 const struct entry *base, int64_t now_ms, struct problem *problem) {
    BUF_CLEANUP struct buf json = buf_new(ENTRY_JSON_MAX);
    BUF_CLEANUP struct buf base_json = buf_new(ENTRY_JSON_MAX);
    TRY(contribution_content_write(content, &json, problem));
    TRY(contribution_content_write(base, &base_json, problem));
    struct db_query *query = contribution_draft_query(conn, DRAFT_REBASE, secret);
    db_bind_text_borrowed(query, 2, buf_slice(&json));
    db_bind_text_borrowed(query, 3, buf_slice(&base_json));
    db_bind_i64(query, 4, base->revision);
    db_bind_i64(query, 5, now_ms);
    return db_run(query);
}

err contribution_settle(struct db_conn *conn, const struct contribution_world *world,
                        const struct actor *actor, slice secret,
                        const struct contribution_choice *choices, int64_t revision, int64_t now_ms,
                        struct arena *arena, struct problem *problem) {
    struct contribution_draft draft;
    struct contribution_overtaken overtaken;
    TRY(contribution_draft_load(conn, actor, secret, now_ms, arena, &draft));
    TRY(contribution_compare(conn, world, actor, &draft, arena, &overtaken));
    if (overtaken.theirs.revision != revision) {
        return problem_set(problem, ERR_CONFLICT, "revision", "the entry has changed once more");
    }
    struct contribution_merge *merge = &overtaken.merge;
    for (size_t i = 0; i < merge->collision_count; i++) {
        enum history_field field = merge->collisions[i];
        TRY(settle(field, &choices[field], &draft.content, &merge->merged, arena, problem));
    }
    return store(conn, secret, &merge->merged, &overtaken.theirs, now_ms, problem);
}
