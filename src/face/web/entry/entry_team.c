#include "face/web/entry/entry_int.h"

/* Beyond it they are counted: a box at the side, not a list. */
#define NAMES_SHOWN_MAX 12

static size_t names_shown(const struct team_shown *team) {
    return team->count < NAMES_SHOWN_MAX ? team->count : NAMES_SHOWN_MAX;
}

slice sheet_team_key(const struct sheet *sheet) {
    const struct team_shown *team = &sheet->team;
    BUF_CLEANUP struct buf key = buf_new(64u << 10);
    if (team->id.v == 0) {
        return SLICE_EMPTY;
    }
    buf_addf(&key, "team %.*s %zu", SLICE_ARG(team->name), team->count + team->unnamed);
    for (size_t i = 0; i < names_shown(team); i++) {
        buf_addf(&key, " %lld %.*s", (long long)team->members[i].person.v,
                 SLICE_ARG(team->members[i].name));
    }
    return arena_copy(sheet->page->arena, buf_slice(&key));
}

static void write_names(struct sheet *sheet) {
    const struct team_shown *team = &sheet->team;
    struct html *html = &sheet->page->html;
    size_t others = team->unnamed + team->count - names_shown(team);
    html_raw(html, "<ul>");
    for (size_t i = 0; i < names_shown(team); i++) {
        html_raw(html, "<li>");
        team_person_name(sheet->page, team->members[i].person, team->members[i].name);
        html_raw(html, "</li>");
    }
    if (others > 0) {
        html_raw(html, "<li>");
        if (team->count == 0) {
            html_tn(html, "%n personne", "%n personnes", (int64_t)others);
        } else {
            html_tn(html, "et une autre personne", "et %n autres personnes", (int64_t)others);
        }
        html_raw(html, "</li>");
    }
    html_raw(html, "</ul>\n");
}

/* RULE TEAM-4: nobody runs it yet. */
static void write_claim(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    html_raw(html, "<p><a class=\"button button--line button--wide\" rel=\"nofollow\"");
    html_attr(html, "href", link_entry_under(sheet->of->id, "/claim", sheet->page->arena));
    html_raw(html, ">");
    html_t(html, "C’est notre collectif");
    html_raw(html, "</a></p>\n");
}

void sheet_team(struct sheet *sheet) {
    const struct team_shown *team = &sheet->team;
    struct html *html = &sheet->page->html;
    if (team->id.v == 0) {
        write_claim(sheet);
        return;
    }
    html_raw(html, "<section class=\"panel\" id=\"team\" aria-labelledby=\"team-title\">"
                   "<h2 id=\"team-title\">");
    if (team->name.n > 0) {
        html_text(html, team->name);
    } else {
        html_t(html, "Équipe");
    }
    html_raw(html, "</h2>\n");
    write_names(sheet);
    html_raw(html, "<p><a class=\"button button--line button--wide\"");
    html_attr(html, "href", link_entry_under(sheet->of->id, "/write", sheet->page->arena));
    html_raw(html, ">");
    html_t(html, "Écrire à l’équipe");
    html_raw(html, "</a></p>\n");
    if (team->role != TEAM_NONE) {
        html_raw(html, "<p><a class=\"button button--line button--wide\"");
        html_attr(html, "href", link_entry_under(sheet->of->id, "/team", sheet->page->arena));
        html_raw(html, ">");
        html_t(html, "Gérer l’équipe");
        html_raw(html, "</a></p>\n");
    }
    html_raw(html, "</section>\n");
}
