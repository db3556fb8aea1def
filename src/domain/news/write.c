/* Writing news: by the team of an entry, in its name. */
#include "domain/news/news_int.h"

#include "text/text.h"

static const char *const sorts[NEWS_SORT__COUNT] = {
    [NEWS_STEP] = "step",         [NEWS_SUCCESS] = "success",
    [NEWS_QUESTION] = "question", [NEWS_DIFFICULTY] = "difficulty",
    [NEWS_FAILURE] = "failure",
};

slice news_sort_slug(enum news_sort sort) {
    return slice_from_cstr(sorts[sort]);
}

bool news_sort_from_slug(slice slug, enum news_sort *sort) {
    for (unsigned i = NEWS_STEP; i < NEWS_SORT__COUNT; i++) {
        if (slice_equal(slug, slice_from_cstr(sorts[i]))) {
            *sort = (enum news_sort)i;
            return true;
        }
    }
    return false;
}

/* What is written, checked. */
struct content {
    slice title, text;
    struct date happened;
    char edtf[32];
    slice happened_text;
    int64_t happened_ms;
};

/* One line of plain text: no control bytes, no marks that turn it around. */
static err check_title(slice typed, struct arena *arena, slice *title, struct problem *problem) {
    BUF_CLEANUP struct buf line = buf_new(16u << 10);
    if (typed.n > NEWS_TITLE_MAX) {
        return problem_set(problem, ERR_LIMIT, "title", "the title is too long");
    }
    *title = typed;
    if (text_one_line(typed, &line)) {
        TRY(line.failed);
        *title = arena_copy(arena, buf_slice(&line));
    }
    *title = slice_trim(*title);
    for (size_t i = 0; i < title->n; i++) {
        if ((unsigned char)title->p[i] < ' ' || title->p[i] == 0x7f) {
            return problem_set(problem, ERR_INPUT, "title", "the title is one line of text");
        }
    }
    return title->n > 0 ? OK : problem_set(problem, ERR_INPUT, "title", "a title is needed");
}

static err check_text(slice typed, slice *text, struct problem *problem) {
    *text = slice_trim(typed);
    if (text->n > NEWS_TEXT_MAX) {
        return problem_set(problem, ERR_LIMIT, "text", "the text is too long");
    }
    for (size_t i = 0; i < text->n; i++) {
        unsigned char byte = (unsigned char)text->p[i];
        if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f) {
            return problem_set(problem, ERR_INPUT, "text", "the text holds control characters");
        }
    }
    return OK;
}

/* News are of what has been: what is to come is a date of the entry. */
static err check_day(slice typed, int64_t now_ms, struct content *content,
                     struct problem *problem) {
    int64_t last = 0;
    BUF_CLEANUP struct buf edtf = buf_new(sizeof content->edtf);
    if (date_parse(slice_trim(typed), &content->happened) != OK ||
        content->happened.precision == DATE_UNKNOWN ||
        date_range_ms(&content->happened, SLICE_EMPTY, &content->happened_ms, &last) != OK) {
        return problem_set(problem, ERR_INPUT, "happened", "not a date");
    }
    if (content->happened_ms > now_ms) {
        return problem_set(problem, ERR_INPUT, "happened", "it is still to come");
    }
    date_format(&content->happened, &edtf);
    TRY(edtf.failed);
    slice written = buf_slice(&edtf);
    for (size_t i = 0; i < written.n && i < sizeof content->edtf; i++) {
        content->edtf[i] = written.p[i];
    }
    content->happened_text = slice_of(content->edtf, written.n);
    return OK;
}

static err check(const struct news_write *write, int64_t now_ms, struct arena *arena,
                 struct content *content, struct problem *problem) {
    if (write->sort < NEWS_STEP || write->sort >= NEWS_SORT__COUNT) {
        return problem_set(problem, ERR_INPUT, "sort", "what happened is not said");
    }
    TRY(check_day(write->happened, now_ms, content, problem));
    TRY(check_title(write->title, arena, &content->title, problem));
    return check_text(write->text, &content->text, problem);
}

err news_check_member(struct db_conn *conn, const struct actor *actor, struct entry_id entry,
                      const struct contribution_world *world, struct arena *arena) {
    struct team_of_entry of;
    struct entry_public *shown = arena_new(arena, struct entry_public, 1);
    if (actor->person.v == 0) {
        return ERR_DENIED;
    }
    TRY(entry_public_load(conn, world->territories, entry, arena, shown));
    TRY(team_of_entry(conn, entry, actor->person, &of));
    return of.role == TEAM_NONE ? ERR_DENIED : OK;
}

static err add(struct db_conn *conn, struct id_source *ids, const struct news_write *write,
               const struct content *content, int64_t now_ms, int64_t *id) {
    do { /* another process may have taken the number in the same millisecond */
        *id = id_next(ids);
        struct db_query *query = news_query(conn, NEWS_ADD, *id);
        db_bind_i64(query, 2, write->entry.v);
        db_bind_i64(query, 3, write->actor->person.v);
        db_bind_i64(query, 4, now_ms);
        db_bind_i64(query, 5, write->sort);
        db_bind_text_borrowed(query, 6, content->happened_text);
        db_bind_i64(query, 7, content->happened_ms);
        db_bind_text_borrowed(query, 8, content->title);
        db_bind_text_borrowed(query, 9, content->text);
        TRY(db_run(query));
    } while (db_changed(conn) == 0);
    return OK;
}

static err put(struct db_conn *conn, const struct news_write *write, const struct content *content,
               int64_t now_ms) {
    struct db_query *query = news_query(conn, NEWS_PUT, write->id);
    db_bind_i64(query, 2, write->actor->person.v);
    db_bind_i64(query, 3, now_ms);
    db_bind_i64(query, 4, write->sort);
    db_bind_text_borrowed(query, 5, content->happened_text);
    db_bind_i64(query, 6, content->happened_ms);
    db_bind_text_borrowed(query, 7, content->title);
    db_bind_text_borrowed(query, 8, content->text);
    return db_run(query);
}

/* RULE CONTRIBUTE-2, of a text that is no entry. */
static err check_links(struct db_conn *conn, const struct news_write *write,
                       const struct content *content, int64_t now_ms, struct problem *problem) {
    bool waits = false;
    TRY(contribution_links_wait(conn, write->actor, content->title, now_ms, &waits));
    if (!waits) {
        TRY(contribution_links_wait(conn, write->actor, content->text, now_ms, &waits));
    }
    return waits ? problem_set(problem, ERR_DENIED, "text", "links of newcomers wait") : OK;
}

err news_write(struct db_conn *conn, const struct contribution_world *world,
               const struct news_write *write, int64_t now_ms, struct arena *arena, int64_t *id,
               struct problem *problem) {
    struct content content;
    struct news stands = {.entry = write->entry, .version = write->version};
    if (write->id != 0) {
        TRY(news_load(conn, write->id, arena, &stands));
    }
    TRY(news_check_member(conn, write->actor, stands.entry, world, arena));
    if (stands.version != write->version) {
        return problem_set(problem, ERR_CONFLICT, "version", "another version stands");
    }
    TRY(check(write, now_ms, arena, &content, problem));
    TRY(check_links(conn, write, &content, now_ms, problem));
    const struct person_id *person = &write->actor->person;
    TRY(person_try(conn, PERSON_TRY_NEWS, slice_of((const char *)&person->v, sizeof person->v),
                   now_ms, problem));
    if (write->id == 0) {
        TRY(add(conn, world->ids, write, &content, now_ms, id));
    } else {
        *id = write->id;
        TRY(put(conn, write, &content, now_ms));
    }
    TRY(db_run(news_query(conn, NEWS_VERSION_ADD, *id)));
    TRY(db_run(news_query(conn, NEWS_MEDIA_KEEP, *id)));
    /* RULE FRESH-1: who tells of it says by that that it stands. */
    TRY(entry_confirm(conn, stands.entry, contribution_author(write->actor, 0, arena),
                      ENTRY_CONFIRMED_BY_TEAM, now_ms));
    return db_change_add(conn, DB_CHANGE_ENTRY, stands.entry.v, now_ms);
}

err news_take_back(struct db_conn *conn, const struct actor *actor, int64_t id, bool is_taken,
                   int64_t now_ms) {
    struct arena arena ARENA_CLEANUP = arena_make(0, 0);
    struct team_of_entry of;
    struct news news;
    TRY(news_load(conn, id, &arena, &news));
    TRY(team_of_entry(conn, news.entry, actor->person, &of));
    if (actor->person.v == 0 || of.role == TEAM_NONE) {
        return ERR_DENIED;
    }
    struct db_query *query = news_query(conn, NEWS_STATUS_PUT, id);
    db_bind_i64(query, 2, is_taken ? NEWS_TAKEN_BACK : NEWS_SHOWN);
    TRY(db_run(query));
    return db_change_add(conn, DB_CHANGE_ENTRY, news.entry.v, now_ms);
}
