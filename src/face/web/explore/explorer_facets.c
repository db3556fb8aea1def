/* Kinds as chips, facets as a form: every number is a count of the same answer. */
#include "face/web/explore/explorer_int.h"

#define FACET_SHOWN 6

static uint64_t kind_count(const struct explorer *explorer, enum query_kind kind) {
    const struct atlas_facet_counts *facet = &explorer->result.facets[ATLAS_FACET_KIND];
    for (uint32_t i = 0; i < facet->count; i++) {
        if (slice_equal(facet->values[i].value, query_kind_slug(kind))) {
            return facet->values[i].count;
        }
    }
    return 0;
}

static void chip_end(struct explorer *explorer, slice label, uint64_t count) {
    struct html *html = &explorer->page->html;
    html_text(html, label);
    html_raw(html, " <span class=\"count\">");
    html_number(html, (int64_t)count);
    html_raw(html, "</span></a></li>\n");
}

static void kind_chip(struct explorer *explorer, enum query_kind kind) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    bool chosen = (explorer->query.kinds >> kind & 1) != 0;
    struct query query = explorer->query;
    query.kinds ^= (uint16_t)(1u << kind);
    query.cursor = SLICE_EMPTY;
    html_raw(html, "<li><a class=\"chip k-");
    html_text(html, query_kind_slug(kind));
    uint64_t count = kind_count(explorer, kind);
    buf_add_cstr(html->out, count == 0 ? " chip--none\" id=\"kind-" : "\" id=\"kind-");
    html_text(html, query_kind_slug(kind));
    html_raw(html, "\"");
    html_attr(html, "href", link_explore(page, &query));
    if (chosen) {
        html_raw(html, " aria-current=\"true\"");
    }
    html_raw(html, " data-partial>");
    page_kind_icon(page, kind);
    chip_end(explorer, kind_many(page, kind), count);
}

static void hidden(struct explorer *explorer, const char *name, slice value) {
    struct html *html = &explorer->page->html;
    html_raw(html, "<input type=\"hidden\" form=\"query\"");
    html_attr(html, "name", slice_from_cstr(name));
    html_attr(html, "value", value);
    html_raw(html, ">\n");
}

static void hidden_date(struct explorer *explorer, const char *name, const struct date *date) {
    struct buf text BUF_CLEANUP = buf_new(64);
    date_format(date, &text);
    hidden(explorer, name, buf_slice(&text));
}

static void hidden_values(struct explorer *explorer, const char *name,
                          const struct query_values *values) {
    for (uint32_t i = 0; i < values->count; i++) {
        hidden(explorer, name, values->values[i]);
    }
}

/* The choices that have no control of their own, so that sending the form keeps them. */
static void kept_choices(struct explorer *explorer) {
    const struct query *query = &explorer->query;
    for (unsigned kind = 0; kind < QUERY_KIND__COUNT; kind++) {
        if ((query->kinds >> kind & 1) != 0) {
            hidden(explorer, "kind", query_kind_slug((enum query_kind)kind));
        }
    }
    if (query->has_box) {
        hidden(explorer, "bbox", box_text(explorer->page, &query->box));
    }
    if (query->when != QUERY_WHEN_ALL) {
        hidden(explorer, "when", query_when_slug(query->when));
    }
    if (query->has_from) {
        hidden_date(explorer, "from", &query->from);
    }
    if (query->has_to) {
        hidden_date(explorer, "to", &query->to);
    }
    hidden_values(explorer, "territory", &query->territories);
    hidden_values(explorer, "lang", &query->languages);
    hidden_values(explorer, "skill", &query->skills);
    if (query->space.n > 0) {
        hidden(explorer, "space", query->space);
    }
}

void explorer_kinds(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    struct query all = explorer->query;
    all.kinds = 0;
    all.cursor = SLICE_EMPTY;
    html_raw(html, "<nav id=\"kinds\" class=\"kinds\" data-part");
    html_attr(html, "aria-label", i18n(html->language, "Sortes de résultats"));
    html_raw(html, ">\n<ul>\n<li><a class=\"chip\" id=\"kind-all\"");
    html_attr(html, "href", link_explore(page, &all));
    if (explorer->query.kinds == 0) {
        html_raw(html, " aria-current=\"true\"");
    }
    html_raw(html, " data-partial>");
    /* "Tout" means the seven kinds of entries: what choosing no kind shows. */
    uint64_t sum = 0;
    for (unsigned kind = 0; kind <= QUERY_KIND_STORY; kind++) {
        sum += kind_count(explorer, (enum query_kind)kind);
    }
    chip_end(explorer, i18n(html->language, "Tout"), sum);
    for (unsigned kind = 0; kind <= QUERY_KIND_STORY; kind++) {
        kind_chip(explorer, (enum query_kind)kind);
    }
    html_raw(html, "</ul>\n");
    if (!page->framed) {
        kept_choices(explorer);
    }
    html_raw(html, "</nav>\n");
}

static void check(struct explorer *explorer, const char *key, slice value, slice label,
                  uint64_t count, bool chosen) {
    struct html *html = &explorer->page->html;
    html_raw(html, "<label class=\"check\"><input type=\"checkbox\" form=\"query\" id=\"");
    html_text(html, slice_from_cstr(key));
    html_raw(html, "-");
    html_text(html, value);
    html_raw(html, "\"");
    html_attr(html, "name", slice_from_cstr(key));
    html_attr(html, "value", value);
    if (chosen) {
        html_raw(html, " checked");
    }
    html_raw(html, "><span>");
    html_text(html, label);
    html_raw(html, "</span><span class=\"count\">");
    html_number(html, (int64_t)count);
    html_raw(html, "</span></label>\n");
}

/* One value of a facet, ready to be written. */
struct choice {
    slice value, label;
    uint64_t count;
    bool chosen;
};

static void facet_start(struct explorer *explorer, slice id, slice title, bool open) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    html_raw(html, "<details class=\"facet\" id=\"facet-");
    html_text(html, id);
    html_raw(html, "\"");
    if (open) {
        html_raw(html, " open");
    }
    html_raw(html, "><summary>");
    html_text(html, title);
    page_icon(page, "chevron");
    html_raw(html, "</summary>\n<fieldset><legend class=\"visually-hidden\">");
    html_text(html, title);
    html_raw(html, "</legend>\n");
}

/* `id` names the facet (several share the key `theme`); `more` is the message with %1 for how many
 * values there are in all, NULL shows every one. */
static void facet(struct explorer *explorer, slice id, const char *key, slice title, bool open,
                  const struct choice *choices, size_t count, const char *more) {
    struct html *html = &explorer->page->html;
    bool any_chosen = false;
    for (size_t i = 0; i < count; i++) {
        any_chosen = any_chosen || choices[i].chosen;
    }
    if (count == 0) {
        return;
    }
    facet_start(explorer, id, title, open || any_chosen);
    bool splits = more != NULL && count > FACET_SHOWN + 1;
    for (size_t i = 0; i < count; i++) {
        if (splits && i == FACET_SHOWN) {
            slice number = arena_printf(explorer->page->arena, "%zu", count);
            html_raw(html, "<details class=\"more\" id=\"facet-");
            html_text(html, id);
            html_raw(html, "-more\"><summary>");
            html_tf(html, more, &number, 1);
            html_raw(html, "</summary>\n");
        }
        check(explorer, key, choices[i].value, choices[i].label, choices[i].count,
              choices[i].chosen);
    }
    if (splits) {
        html_raw(html, "</details>\n");
    }
    html_raw(html, "</fieldset></details>\n");
}

static void sort_choices(struct choice *choices, size_t count) {
    for (size_t i = 1; i < count; i++) { /* stable, chosen first; lists of some tens */
        struct choice moved = choices[i];
        size_t at = i;
        while (at > 0 && moved.chosen && !choices[at - 1].chosen) {
            choices[at] = choices[at - 1];
            at--;
        }
        choices[at] = moved;
    }
}

/* Themes of one taxonomy: the top concepts, and a chosen narrower one under its own name. */
static void facet_scheme(struct explorer *explorer, uint16_t scheme) {
    struct page *page = explorer->page;
    const struct themes *themes = page->face->themes;
    const struct theme_scheme *of = &themes->schemes[scheme];
    const struct atlas_facet_counts *counts = &explorer->result.facets[ATLAS_FACET_THEME];
    struct choice *choices = arena_new(page->arena, struct choice, counts->count + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < counts->count; i++) {
        const struct atlas_facet_value *value = &counts->values[i];
        const struct theme *theme = &themes->items[value->index];
        bool chosen = query_values_has(&explorer->query.themes, value->value);
        if (theme->scheme != scheme || (theme->depth > 0 && !chosen)) {
            continue;
        }
        choices[count++] = (struct choice){.value = value->value,
                                           .label = theme->label[page->language],
                                           .count = value->count,
                                           .chosen = chosen};
    }
    sort_choices(choices, count);
    facet(explorer, of->slug, "theme", of->title[page->language],
          slice_equal(of->slug, SLICE("themes")), choices, count, N_("Voir les %1 thèmes"));
}

static void facet_slugs(struct explorer *explorer, enum atlas_facet from, const char *key,
                        slice title) {
    struct page *page = explorer->page;
    const struct atlas_facet_counts *counts = &explorer->result.facets[from];
    struct choice *choices = arena_new(page->arena, struct choice, counts->count + 1);
    size_t count = 0;
    for (uint32_t i = 0; i < counts->count; i++) {
        const struct atlas_facet_value *value = &counts->values[i];
        struct choice choice = {
            .value = value->value, .label = value->value, .count = value->count};
        enum query_state state = QUERY_STATE_IDEA;
        if (from == ATLAS_FACET_STATE && query_state_from_slug(value->value, &state)) {
            choice.label = state_label(page, state);
            choice.chosen = (explorer->query.states >> state & 1) != 0;
        }
        for (unsigned has = 0; from == ATLAS_FACET_HAS && has < QUERY_HAS__COUNT; has++) {
            if (slice_equal(value->value, query_has_slug((enum query_has)has))) {
                choice.label = has_label(page, (enum query_has)has);
                choice.chosen = (explorer->query.has >> has & 1) != 0;
            }
        }
        if (from == ATLAS_FACET_SOURCE) {
            choice.label = source_title(page, value->value);
            choice.chosen = query_values_has(&explorer->query.sources, value->value);
        }
        choices[count++] = choice;
    }
    sort_choices(choices, count);
    facet(explorer, slice_from_cstr(key), key, title, from == ATLAS_FACET_HAS, choices, count,
          NULL);
}

/* Territories are links, not boxes: choosing a child takes the place of its parent. */
static void facet_territory(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    const struct territories *all = page->face->territories;
    const struct atlas_facet_counts *counts = &explorer->result.facets[ATLAS_FACET_TERRITORY];
    if (counts->count == 0) {
        return;
    }
    html_raw(html, "<details class=\"facet\" id=\"facet-territory\"><summary>");
    html_t(html, "Territoire");
    page_icon(page, "chevron");
    html_raw(html, "</summary>\n<ul>");
    struct query moved = explorer->query;
    moved.territories.count = 0;
    moved.cursor = SLICE_EMPTY;
    query_values_set(&moved.territories, counts->values[0].value, true);
    struct link_frame frame = link_frame_of(page, &moved, SLICE("territory="));
    for (uint32_t i = 0; i < counts->count; i++) {
        const struct atlas_facet_value *value = &counts->values[i];
        html_raw(html, "<li><a class=\"facet-link\" data-partial");
        html_attr(html, "href", link_framed(page, &frame, value->value));
        html_raw(html, "><span>");
        html_text(html, all->items[value->index].label);
        html_raw(html, "</span><span class=\"count\">");
        html_number(html, (int64_t)value->count);
        html_raw(html, "</span></a></li>");
    }
    html_raw(html, "</ul>");
    if (counts->others > 0) {
        html_raw(html, "<p class=\"muted small\">");
        html_tn(html, "Ailleurs : %n", "Ailleurs : %n", (int64_t)counts->others);
        html_raw(html, "</p>");
    }
    html_raw(html, "</details>\n");
}

uint32_t explorer_choices(const struct query *query) {
    uint32_t count = query->themes.count + query->sources.count + query->languages.count +
                     query->skills.count + query->territories.count;
    count += (uint32_t)__builtin_popcount(query->states) +
             (uint32_t)__builtin_popcount(query->has) + (uint32_t)__builtin_popcount(query->kinds);
    return count + (query->when != QUERY_WHEN_ALL) + query->has_from + query->has_to +
           query->has_box;
}

void explorer_facets(struct explorer *explorer) {
    struct page *page = explorer->page;
    struct html *html = &page->html;
    const struct i18n_language *language = html->language;
    html_raw(html, "<section id=\"facets\" class=\"facets\" aria-labelledby=\"facets-title\" "
                   "data-part>\n<div class=\"section-head\"><h2 id=\"facets-title\">");
    html_t(html, "Filtres");
    html_raw(html, "</h2>");
    if (!query_is_open(&explorer->query)) {
        html_raw(html, "<a href=\"/explore\" data-partial>");
        html_t(html, "Tout effacer");
        html_raw(html, "</a>");
    }
    html_raw(html, "</div>\n");
    for (uint16_t scheme = 0; scheme < page->face->themes->scheme_count; scheme++) {
        facet_scheme(explorer, scheme);
    }
    facet_slugs(explorer, ATLAS_FACET_HAS, "has", i18n(language, "Avec"));
    facet_slugs(explorer, ATLAS_FACET_STATE, "state", i18n(language, "Avancement"));
    facet_territory(explorer);
    facet_slugs(explorer, ATLAS_FACET_SOURCE, "source", i18n(language, "Source"));
    html_raw(html, "<p class=\"apply\"><button class=\"button button--wide\" form=\"query\" "
                   "type=\"submit\">");
    html_t(html, "Appliquer");
    html_raw(html, "</button></p>\n<p class=\"show-results\"><a class=\"button button--wide\" "
                   "href=\"#results\" data-view-to=\"list\">");
    html_tn(html, "Voir %n résultat", "Voir les %n résultats", (int64_t)explorer->result.total);
    html_raw(html, "</a></p>\n</section>\n");
}
