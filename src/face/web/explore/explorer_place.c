/* The place of a search: what a person typed becomes a territory or a circle, by a redirect to the
 * canonical address; several places of one name become a choice. */
#include "face/web/explore/explorer_int.h"
#include "text/text.h"

#define RADII 6
static const uint32_t radii_km[RADII] = {5, 15, 30, 50, 100, 0};

/* The name of the chosen place, as lists write it: "Chambéry (73)". */
static slice place_label(const struct explorer *explorer, const struct query *query) {
    const struct territories *all = explorer->page->face->territories;
    uint32_t index = TERRITORY_NONE;
    if (query->territories.count == 1) {
        index = territories_find(all, query->territories.values[0]);
    } else if (query->has_near) {
        bool exact = false;
        index = territories_at(all, query->near, &exact);
    }
    return index == TERRITORY_NONE ? SLICE_EMPTY : all->items[index].label;
}

static void place_forget(struct query *query) {
    query->territories.count = 0;
    query->has_near = false;
    query->has_box = false;
    query->cursor = SLICE_EMPTY;
    if (query->sort == QUERY_SORT_NEAR) {
        query->sort = QUERY_SORT_RELEVANCE;
    }
}

/* A commune is a circle around its centre, anything larger is itself. */
static void place_choose(struct explorer *explorer, struct query *query, uint32_t index) {
    const struct territory *item = &explorer->page->face->territories->items[index];
    place_forget(query);
    if (item->level == TERRITORY_COMMUNE && item->has_centre && !item->centre_is_approximate) {
        query->has_near = true;
        query->near = item->centre;
        if (query->radius_m == 0) {
            query->radius_m = QUERY_RADIUS_DEFAULT_M;
        }
    } else {
        query_values_set(&query->territories, item->code, true);
    }
}

static err redirect(struct explorer *explorer, const struct query *query, bool *done) {
    explorer->page->response->status = 303;
    explorer->page->response->location = link_explore(explorer->page, query);
    explorer->page->response->cache = HTTP_CACHE_NONE;
    *done = true;
    return OK;
}

static bool is_named(const struct territory *item, slice folded) {
    struct buf name BUF_CLEANUP = buf_new(1024);
    text_fold(item->name, &name);
    return slice_equal(buf_slice(&name), folded);
}

/* The places that have exactly the name that was typed, else the single best one of a prefix. */
static size_t place_candidates(const struct explorer *explorer, slice typed, uint32_t *found,
                               size_t room) {
    const struct territories *all = explorer->page->face->territories;
    uint32_t index = territories_match(all, typed, SLICE_EMPTY, SLICE_EMPTY);
    if (index != TERRITORY_NONE) {
        found[0] = index;
        return 1;
    }
    size_t count = territories_suggest(all, typed, found, room);
    struct buf folded BUF_CLEANUP = buf_new(1024);
    text_fold(typed, &folded);
    size_t same = 0;
    while (same < count && is_named(&all->items[found[same]], buf_slice(&folded))) {
        same++;
    }
    return same > 0 ? same : (count > 0 ? 1 : 0);
}

err explorer_place(struct explorer *explorer, bool *done) {
    struct page *page = explorer->page;
    slice raw = page->request->query;
    slice where = SLICE_EMPTY;
    slice was = SLICE_EMPTY;
    slice picked = SLICE_EMPTY;
    bool asked = query_raw_value(raw, SLICE("where"), page->arena, &where);
    bool had = query_raw_value(raw, SLICE("where_was"), page->arena, &was);
    where = slice_trim(where);
    explorer->where = place_label(explorer, &explorer->query);
    if (!asked || (had && slice_equal(where, slice_trim(was)))) {
        return OK;
    }
    struct query query = explorer->query;
    if (query_raw_value(raw, SLICE("place"), page->arena, &picked)) { /* one of several of a name */
        uint32_t index = territories_find(page->face->territories, picked);
        if (index != TERRITORY_NONE) {
            place_choose(explorer, &query, index);
            return redirect(explorer, &query, done);
        }
    }
    if (where.n == 0) {
        place_forget(&query);
        return had && was.n > 0 ? redirect(explorer, &query, done) : OK;
    }
    explorer->candidate_count =
        place_candidates(explorer, where, explorer->candidates, ARRAY_COUNT(explorer->candidates));
    if (explorer->candidate_count == 1) {
        place_choose(explorer, &query, explorer->candidates[0]);
        return redirect(explorer, &query, done);
    }
    explorer->where = where;
    explorer->where_unknown = explorer->candidate_count == 0;
    return OK;
}

static void radius_options(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    html_raw(html, "<span class=\"field-end\"><label for=\"radius\">");
    html_t(html, "À moins de");
    html_raw(html, "</label><select id=\"radius\" name=\"radius\">");
    uint32_t chosen_km = explorer->query.radius_m / 1000;
    bool listed = false;
    for (size_t i = 0; i < RADII; i++) {
        listed = listed || radii_km[i] == chosen_km;
    }
    for (size_t i = listed ? 0 : (size_t)-1; i != RADII; i++) {
        uint32_t km = i == (size_t)-1 ? chosen_km : radii_km[i];
        html_raw(html, "<option");
        html_attr_i64(html, "value", km);
        if (km == chosen_km) {
            html_raw(html, " selected");
        }
        html_raw(html, ">");
        if (km == 0) {
            html_t(html, "sans limite");
        } else {
            html_i64(html, km);
            html_raw(html, " km");
        }
        html_raw(html, "</option>");
    }
    html_raw(html, "</select></span>\n");
}

/* What the form keeps of the place while the typed name stays the same. */
static void place_hidden(struct explorer *explorer) {
    struct html *html = &explorer->page->html;
    const struct query *query = &explorer->query;
    html_raw(html, "<input type=\"hidden\" name=\"where_was\"");
    html_attr(html, "value", explorer->where);
    html_raw(html, ">");
    if (query->has_near) {
        html_raw(html, "<input type=\"hidden\" name=\"near\"");
        html_attr(html, "value", point_text(explorer->page, query->near));
        html_raw(html, ">");
    }
}

void explorer_place_field(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    html_raw(html, "<div class=\"field field--place\" id=\"place-field\" data-part>");
    page_icon(page, "pin");
    html_raw(html, "<label for=\"where\">");
    html_t(html, "Où ?");
    html_raw(html, "</label><input id=\"where\" name=\"where\" type=\"text\" maxlength=\"120\"");
    html_attr(html, "value", explorer->where);
    html_attr(html, "placeholder", i18n(html->language, "Commune, département…"));
    html_raw(html, " autocomplete=\"off\" data-suggest=\"territory\"");
    if (explorer->where_unknown) {
        html_raw(html, " aria-invalid=\"true\" aria-describedby=\"where-error\"");
    }
    html_raw(html, ">\n<button class=\"locate js-only\" type=\"button\" data-locate");
    html_attr(html, "data-failed",
              i18n(html->language, "Votre position n’est pas disponible. Indiquez votre commune."));
    html_raw(html, ">");
    page_icon(page, "locate");
    html_raw(html, "<span class=\"visually-hidden\">");
    html_t(html, "Me situer");
    html_raw(html, "</span></button>\n");
    place_hidden(explorer);
    if (explorer->query.has_near) {
        radius_options(explorer);
    }
    if (explorer->where_unknown) {
        html_raw(html, "<p class=\"field-error\" id=\"where-error\" role=\"alert\">");
        html_t(html, "Aucun lieu ne porte ce nom. Vérifiez l’écriture ou donnez le code postal.");
        html_raw(html, "</p>");
    }
    html_raw(html, "</div>\n");
}
