/* /duplicates/merged: what was merged, to be parted again. */
#include "face/actor.h"
#include "face/web/page/world.h"
#include "face/web/trust/duplicates_int.h"
#include "face/web/trust/trust.h"
#include "face/write.h"

#define MERGES_SHOWN 100

static void merge_row(struct page *page, const struct duplicate_merged *merged) {
    struct html *html = &page->html;
    html_raw(html, "<li><a");
    html_attr(html, "href",
              arena_printf(page->arena, "/duplicates/merged/%lld", (long long)merged->id));
    html_raw(html, ">");
    html_text(html, merged->kept_title);
    html_raw(html, " / ");
    html_text(html, merged->merged_title);
    html_raw(html, "</a><span class=\"state\">");
    day_write(page, merged->at_ms);
    html_raw(html, "</span><small>");
    html_text(html, merged->reason);
    html_raw(html, "</small></li>\n");
}

static err merges_page(struct form *form, const struct duplicate_merged *list, size_t count) {
    struct page *page = form->page;
    form_page_begin(form, N_("Ce qui a été réuni"), SLICE("/duplicates/merged"), NULL);
    html_raw(&page->html, "<ul class=\"form-rows\">");
    for (size_t i = 0; i < count; i++) {
        merge_row(page, &list[i]);
    }
    html_raw(&page->html, "</ul>\n");
    if (count == 0) {
        html_raw(&page->html, "<p>");
        html_t(&page->html, "Rien n’a été réuni.");
        html_raw(&page->html, "</p>\n");
    }
    if (count == MERGES_SHOWN) {
        duplicates_way_write(page,
                             arena_printf(page->arena, "/duplicates/merged?before=%lld",
                                          (long long)list[count - 1].id),
                             N_("Plus anciens"));
    }
    duplicates_way_write(page, SLICE("/duplicates"), N_("Peut-être les mêmes"));
    form_page_end(form);
    return page->html.out->failed;
}

static err merge_page(struct form *form, const struct duplicate_merged *merged, slice reason) {
    struct page *page = form->page;
    slice path = arena_printf(page->arena, "/duplicates/merged/%lld", (long long)merged->id);
    form_page_begin(
        form, N_("Séparer de nouveau"), path,
        N_("Les deux fiches redeviennent ce qu’elles étaient. Ce qui a été écrit depuis "
           "reste à celle qui est restée."));
    html_raw(&page->html, "<ul class=\"form-rows\">");
    merge_row(page, merged);
    html_raw(&page->html, "</ul>\n");
    form_begin(form, path, false);
    form_field(form,
               &(struct form_field){.name = "reason",
                                    .label = N_("La raison"),
                                    .help = N_("Les personnes qui ont écrit ces fiches la liront."),
                                    .value = reason,
                                    .rows = 3,
                                    .max_bytes = DUPLICATE_REASON_MAX,
                                    .is_needed = true});
    form_submit(form, N_("Séparer de nouveau"));
    form_end(form);
    form_page_end(form);
    return page->html.out->failed;
}

/* ERR_NOT_FOUND: none that holds, or not theirs to undo. */
static err merge_find(const struct http_request *request, const struct face *face,
                      struct duplicate_merged *found, struct problem *problem) {
    const struct contribution_world world = web_world(face);
    int64_t id = 0;
    TRY(duplicates_role_check(request, problem));
    err failed = slice_to_i64(request->captures[0], &id)
                     ? duplicate_merge_find(face_reader(request), &world, face_actor(request), id,
                                            request->arena, found)
                     : ERR_NOT_FOUND;
    if (failed != ERR_NOT_FOUND && failed != ERR_DENIED) {
        return failed;
    }
    return problem_set(problem, ERR_NOT_FOUND, "", "nothing with this number was merged");
}

err web_merge(void *app, const struct http_request *request, struct http_response *response,
              struct problem *problem) {
    struct duplicate_merged merged;
    TRY(merge_find(request, app, &merged, problem));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return merge_page(&form, &merged, SLICE_EMPTY);
}

err web_merged(void *app, const struct http_request *request, struct http_response *response,
               struct problem *problem) {
    const struct contribution_world world = web_world(app);
    struct duplicate_merged *list;
    size_t count;
    slice text;
    int64_t before = 0;
    TRY(duplicates_role_check(request, problem));
    if (query_raw_value(request->query, SLICE("before"), request->arena, &text) &&
        !slice_to_i64(text, &before)) {
        before = 0;
    }
    TRY(duplicate_merges(face_reader(request), &world, face_actor(request), before, MERGES_SHOWN,
                         request->arena, &list, &count));
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return merges_page(&form, list, count);
}

/* ---- undoing ---- */

struct parting {
    const struct face *face;
    const struct actor *actor;
    struct duplicate_merged merged;
    slice reason;
    struct arena *arena;
    struct problem problem;
};

static err part_job(struct db_conn *conn, void *self) {
    struct parting *parting = self;
    const struct contribution_world world = web_world(parting->face);
    int64_t now_ms = clock_now_ms(parting->face->clock);
    struct duplicate_told told;
    TRY(duplicate_unmerge(conn, &world, parting->actor, parting->merged.id, parting->reason, now_ms,
                          parting->arena, &told, &parting->problem));
    return duplicates_tell(conn, parting->face, &told, MAIL_DECISION_PARTED, parting->reason,
                           now_ms, parting->arena, &parting->problem);
}

static err answer_part(void *app, const struct http_request *request, void *self, err result,
                       struct http_response *response, struct problem *problem) {
    struct parting *parting = self;
    const char *message =
        duplicates_fault(result, &parting->problem,
                         N_("Ce qui a été écrit depuis empêche de les séparer. Modifiez "
                            "d’abord la fiche qui est restée."));
    if (result == OK) {
        http_redirect(response, SLICE("/duplicates/merged"));
        return OK;
    }
    if (!message) {
        *problem = parting->problem;
        return result;
    }
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    form_fault(&form, "reason", message);
    return merge_page(&form, &parting->merged, parting->reason);
}

err web_merge_post(void *app, const struct http_request *request, struct http_response *response,
                   struct problem *problem) {
    (void)response;
    struct http_form sent;
    struct parting *parting = arena_new(request->arena, struct parting, 1);
    *parting = (struct parting){.face = app, .actor = face_actor(request), .arena = request->arena};
    TRY(http_form_read(request, &sent, problem));
    TRY(merge_find(request, app, &parting->merged, problem));
    parting->reason = http_form_value(&sent, "reason");
    return face_write(app, request, part_job, answer_part, parting);
}
