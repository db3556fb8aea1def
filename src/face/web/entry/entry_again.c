/* Where an entry comes from and what came of it: what inspired it, what took it up, where. */
#include "face/web/entry/entry_int.h"

#define SHOWN_MAX  60 /* of what took it up; the rest is counted */
#define MAP_WIDTH  520
#define MAP_HEIGHT 300
#define MAP_ZOOM   11

struct taken {
    struct entry_descendant *list;
    size_t count;                 /* all of them, up to what is asked of the store */
    struct entry_public *entries; /* the first `shown` */
    size_t shown;
};
#define COUNT_MAX 1000 /* beyond it: "more than" */

static bool is_taken_up(const struct entry_link *link) {
    return slice_equal(link->relation, ENTRY_INSPIRED_BY) && link->target.v != 0;
}

bool sheet_link_is_again(const struct entry_link *link) {
    return is_taken_up(link);
}

static void note_write(struct html *html, slice note) {
    slice line;
    while (slice_cut(&note, '\n', &line)) {
        if (line.n > 0) {
            html_raw(html, "<p>");
            html_text(html, line);
            html_raw(html, "</p>");
        }
    }
}

static void origins_write(struct sheet *sheet) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    for (uint32_t i = 0; i < sheet->of->link_count; i++) {
        const struct entry_link *link = &sheet->of->links[i];
        if (!is_taken_up(link) || link->incoming) {
            continue;
        }
        html_raw(html, "<h3>");
        html_t(html, "Inspiré par");
        html_raw(html, " <a");
        html_attr(html, "href", link_entry(page, link->target, link->target_title));
        html_raw(html, ">");
        html_text(html, link->target_title);
        html_raw(html, "</a></h3>");
        note_write(html, link->note);
    }
}

/* ---- what took it up ---- */

static err taken_load(struct sheet *sheet, struct taken *taken) {
    struct page *page = sheet->page;
    struct db_conn *reader = face_reader(page->request);
    TRY(entry_descendants(reader, sheet->of->id, page->arena, &taken->list, COUNT_MAX + 1,
                          &taken->count));
    taken->shown = taken->count < SHOWN_MAX ? taken->count : SHOWN_MAX;
    taken->entries = arena_new(page->arena, struct entry_public, taken->shown + 1);
    for (size_t i = 0; i < taken->shown; i++) {
        TRY(entry_public_load(reader, page->face->territories, taken->list[i].id, page->arena,
                              &taken->entries[i]));
    }
    return OK;
}

/* What is said of the link by which `entry` takes up `from`. */
static slice note_of(const struct entry *entry, struct entry_id from) {
    for (uint32_t i = 0; i < entry->link_count; i++) {
        if (is_taken_up(&entry->links[i]) && !entry->links[i].incoming &&
            entry->links[i].target.v == from.v) {
            return entry->links[i].note;
        }
    }
    return SLICE_EMPTY;
}

/* Those that took up `from`, and below each those that took it up in turn: ENTRY_DESCENT_MAX lists
 * within each other at most. */
static void tree_write(struct sheet *sheet, const struct taken *taken, struct entry_id from,
                       unsigned depth) {
    struct page *page = sheet->page;
    struct html *html = &page->html;
    bool is_first = true;
    for (size_t i = 0; i < taken->shown; i++) {
        if (taken->list[i].from.v != from.v || taken->list[i].depth != depth) {
            continue;
        }
        const struct entry_public *entry = &taken->entries[i];
        if (is_first) {
            html_raw(html, "<ul>");
        }
        is_first = false;
        html_raw(html, "<li><a");
        html_attr(html, "href", link_entry(page, entry->entry.id, entry->entry.title));
        html_raw(html, ">");
        html_text(html, entry->entry.title);
        html_raw(html, "</a>");
        if (entry->territory_label.n > 0) {
            html_raw(html, " · ");
            html_text(html, entry->territory_label);
        }
        note_write(html, note_of(&entry->entry, from));
        tree_write(sheet, taken, entry->entry.id, depth + 1);
        html_raw(html, "</li>");
    }
    if (!is_first) {
        html_raw(html, "</ul>\n");
    }
}

static bool is_in_commune(const struct territories *all, const struct entry_public *entry) {
    return entry->territory != TERRITORY_NONE &&
           all->items[entry->territory].level == TERRITORY_COMMUNE;
}

/* 0 when one of them stands in no commune: then it cannot be said in how many. */
static size_t communes_of(const struct territories *all, const struct taken *taken) {
    size_t communes = 0;
    for (size_t i = 0; i < taken->shown; i++) {
        if (!is_in_commune(all, &taken->entries[i])) {
            return 0;
        }
        bool is_new = true;
        for (size_t k = 0; k < i; k++) {
            is_new = is_new && taken->entries[k].territory != taken->entries[i].territory;
        }
        communes += is_new ? 1 : 0;
    }
    return communes;
}

static void box_add(struct geo_box *box, struct geo_point point) {
    box->west_e7 = point.lon_e7 < box->west_e7 ? point.lon_e7 : box->west_e7;
    box->east_e7 = point.lon_e7 > box->east_e7 ? point.lon_e7 : box->east_e7;
    box->south_e7 = point.lat_e7 < box->south_e7 ? point.lat_e7 : box->south_e7;
    box->north_e7 = point.lat_e7 > box->north_e7 ? point.lat_e7 : box->north_e7;
}

/* The entry itself and what took it up, each with its own mark. */
static void map_write_taken(struct sheet *sheet, const struct taken *taken) {
    struct page *page = sheet->page;
    struct atlas_cell *cells = arena_new(page->arena, struct atlas_cell, taken->shown + 1);
    struct map_mark *marks = arena_new(page->arena, struct map_mark, taken->shown + 1);
    struct geo_box box = {INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN};
    size_t count = 0;
    for (size_t i = 0; i <= taken->shown; i++) {
        const struct entry_public *entry = i == 0 ? sheet->entry : &taken->entries[i - 1];
        if (!entry->has_point) {
            continue;
        }
        cells[count] = (struct atlas_cell){.position = entry->point,
                                           .count = 1,
                                           .all_approximate = entry->is_approximate,
                                           .entry = entry->entry.id,
                                           .kind = (enum query_kind)entry->entry.kind};
        marks[count] = (struct map_mark){
            .cell = &cells[count],
            .href = i == 0 ? SLICE("#again-title")
                           : link_entry(page, entry->entry.id, entry->entry.title),
            .label = entry->entry.title};
        box_add(&box, entry->point);
        count++;
    }
    if (count == 0) {
        return;
    }
    const struct map_drawing drawing = {
        .view = map_view_fit(&box, MAP_WIDTH, MAP_HEIGHT, MAP_ZOOM),
        .label = i18n(page->html.language, "Où cela a été repris"),
        .marks = marks,
        .mark_count = count,
        .outline = TERRITORY_NONE,
    };
    html_raw(&page->html, "<figure class=\"small-map\">");
    map_draw(&page->html, page->face->basemap, page->face->territories, &drawing);
    html_raw(&page->html, "</figure>\n");
}

static void counted_write(struct sheet *sheet, const struct taken *taken) {
    struct html *html = &sheet->page->html;
    size_t communes = communes_of(sheet->page->face->territories, taken);
    html_raw(html, "<p>");
    if (taken->count > COUNT_MAX) {
        html_tn(html, "Repris plus de %n fois", "Repris plus de %n fois", COUNT_MAX);
    } else {
        html_tn(html, "Repris %n fois", "Repris %n fois", (int64_t)taken->count);
    }
    if (communes > 0 && taken->shown == taken->count) {
        html_raw(html, ", ");
        html_tn(html, "dans %n commune", "dans %n communes", (int64_t)communes);
    }
    html_raw(html, ".");
    if (taken->shown < taken->count) {
        html_raw(html, " ");
        html_tn(html, "La première est montrée.", "Les %n premières sont montrées.",
                (int64_t)taken->shown);
    }
    html_raw(html, "</p>\n");
}

err sheet_again(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    struct taken taken = {.count = 0};
    bool has_origin = false;
    for (uint32_t i = 0; i < sheet->of->link_count; i++) {
        has_origin =
            has_origin || (is_taken_up(&sheet->of->links[i]) && !sheet->of->links[i].incoming);
    }
    TRY(taken_load(sheet, &taken));
    if (!has_origin && taken.count == 0) {
        return OK;
    }
    html_raw(html, "<section class=\"entry-wide\" aria-labelledby=\"again-title\"><h2 "
                   "id=\"again-title\">");
    html_t(html, "D’un endroit à l’autre");
    html_raw(html, "</h2>\n<div class=\"panel prose\">");
    origins_write(sheet);
    if (taken.count > 0) {
        counted_write(sheet, &taken);
        map_write_taken(sheet, &taken);
        tree_write(sheet, &taken, sheet->of->id, 1);
    }
    html_raw(html, "</div></section>\n");
    return OK;
}

void sheet_again_way(struct sheet *sheet) {
    struct html *html = &sheet->page->html;
    if (sheet->of->kind == ENTRY_KIND_EVENT || sheet->of->kind == ENTRY_KIND_STORY) {
        return;
    }
    html_raw(html, "<p><a class=\"button button--line button--wide\" rel=\"nofollow\"");
    html_attr(html, "href",
              arena_printf(sheet->page->arena, "/entries/%lld/again", (long long)sheet->of->id.v));
    html_raw(html, ">");
    html_t(html, "Nous l’avons fait aussi");
    html_raw(html, "</a></p>\n");
}
