/* Where it is: a commune by name or postal code, an address, and what others will see of it. */
#include "face/web/add/adding.h"
#include "text/text.h"

#define POSTAL_CODE_DIGITS 5
#define DEGREE_E7          1e7

/* ---- places by name ---- */

static bool is_postal_code(slice text) {
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9') {
        digits++;
    }
    return digits == POSTAL_CODE_DIGITS && digits == text.n;
}

static bool has_postal_code(const struct territory *item, slice code) {
    for (uint32_t i = 0; i < item->postal_code_count; i++) {
        if (slice_equal(item->postal_codes[i], code)) {
            return true;
        }
    }
    return false;
}

static bool is_named(const struct territory *item, slice folded) {
    struct buf name BUF_CLEANUP = buf_new(1024);
    text_fold(item->name, &name);
    return slice_equal(buf_slice(&name), folded);
}

/* "73000 Chambéry", "Chambéry 73000", "Chambéry (73)", "73000" in its parts. */
static void parts_of(slice typed, slice *name, slice *postal_code, slice *departement) {
    size_t open = slice_find(typed, 0, '(');
    slice rest = typed;
    slice word;
    *name = slice_trim(typed);
    *postal_code = SLICE_EMPTY;
    *departement = SLICE_EMPTY;
    if (open < typed.n && slice_ends_with(typed, SLICE(")"))) {
        *name = slice_trim(slice_sub(typed, 0, open));
        *departement = slice_trim(slice_sub(typed, open + 1, typed.n - open - 2));
        return;
    }
    while (slice_cut(&rest, ' ', &word)) {
        if (is_postal_code(word)) {
            *postal_code = word;
            size_t at = (size_t)(word.p - typed.p);
            bool is_first = at == 0;
            *name =
                slice_trim(is_first ? slice_sub(typed, word.n, typed.n) : slice_sub(typed, 0, at));
        }
    }
}

/* The places that may be meant: one when it is sure. */
static void places_find(struct adding *adding, slice typed) {
    const struct territories *all = adding->face->territories;
    slice name;
    slice postal_code;
    slice departement;
    parts_of(typed, &name, &postal_code, &departement);
    adding->place_count = 0;
    uint32_t sure =
        name.n ? territories_match(all, name, postal_code, departement) : TERRITORY_NONE;
    if (sure != TERRITORY_NONE) {
        adding->places[adding->place_count++] = sure;
        return;
    }
    if (postal_code.n) {
        for (uint32_t i = 0; i < all->commune_count && adding->place_count < ADD_PLACES_MAX; i++) {
            if (has_postal_code(&all->items[i], postal_code)) {
                adding->places[adding->place_count++] = i;
            }
        }
        return;
    }
    slice asked = arena_printf(adding->arena, "%.*s %.*s", SLICE_ARG(name), SLICE_ARG(departement));
    size_t count = territories_suggest(all, slice_trim(asked), adding->places, ADD_PLACES_MAX);
    struct buf folded BUF_CLEANUP = buf_new(1024);
    text_fold(name, &folded);
    size_t same = 0;
    while (same < count && is_named(&all->items[adding->places[same]], buf_slice(&folded))) {
        same++;
    }
    adding->place_count = same ? same : count;
}

/* ---- the page ---- */

#define STREETS                                                                                    \
    "<svg class=\"form-picture\" viewBox=\"0 0 56 40\" aria-hidden=\"true\"><path d=\"M0 30L56 "   \
    "12M14 "                                                                                       \
    "0l8 40M40 0l6 40\"/>"

static void draw_exact(struct html *html) {
    html_raw(html, STREETS "<circle cx=\"31\" cy=\"20\" r=\"4\"/></svg>");
}
static void draw_around(struct html *html) {
    html_raw(html, STREETS "<circle class=\"is-wide\" cx=\"31\" cy=\"20\" r=\"13\"/></svg>");
}
static void draw_commune(struct html *html) {
    html_raw(html, STREETS
             "<path class=\"is-wide\" d=\"M6 22L12 6 30 3 48 9 52 26 38 37 16 35z\"/></svg>");
}

/* RULE PLACE-1 */
static const struct form_choice precisions[] = {
    {"exact", N_("L’adresse exacte"),
     N_("Tout le monde voit l’adresse et l’épingle : un lieu ouvert, une salle, un magasin."),
     draw_exact},
    {"100m", N_("Les environs"),
     N_("Un point à une centaine de mètres, sans l’adresse. Il faut une position."), draw_around},
    {"commune", N_("La commune seulement"),
     N_("Le centre de la commune, sans l’adresse : quand cela se passe chez vous."), draw_commune},
};

slice add_precision_shown(const struct entry *entry) {
    switch (entry->place.precision) {
    case ENTRY_PRECISION_COMMUNE: /* without a point nothing finer is known */
        return !entry->place.has_point && (entry->place.address.n || entry->place.name.n)
                   ? SLICE("exact")
                   : SLICE("commune");
    case ENTRY_PRECISION_100M:
        return SLICE("100m");
    case ENTRY_PRECISION_NONE:
    case ENTRY_PRECISION_EXACT:
    case ENTRY_PRECISION__COUNT:
        return SLICE("exact");
    case ENTRY_PRECISION_COUNTRY:
    case ENTRY_PRECISION_REGION:
    case ENTRY_PRECISION_DEPARTEMENT:
    case ENTRY_PRECISION_EPCI:
        break;
    }
    return SLICE("commune");
}

/* What stands in the field: the name of the place that is chosen. */
static slice where_kept(const struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    uint32_t index = entry->place.territory.n
                         ? territories_find(adding->face->territories, entry->place.territory)
                         : TERRITORY_NONE;
    return index != TERRITORY_NONE ? adding->face->territories->items[index].label
           : entry->place.postal_code.n
               ? slice_trim(arena_printf(adding->arena, "%.*s %.*s",
                                         SLICE_ARG(entry->place.postal_code),
                                         SLICE_ARG(entry->place.city)))
               : entry->place.city;
}

static slice point_kept(const struct adding *adding) {
    const struct entry *entry = &adding->draft.content;
    return entry->place.has_point ? arena_printf(adding->arena, "%.7g, %.7g",
                                                 (double)entry->place.point.lat_e7 / DEGREE_E7,
                                                 (double)entry->place.point.lon_e7 / DEGREE_E7)
                                  : SLICE_EMPTY;
}

static void write_places(struct adding *adding) {
    struct form_choice *choices = arena_new(adding->arena, struct form_choice, ADD_PLACES_MAX);
    for (size_t i = 0; i < adding->place_count; i++) {
        const struct territory *item = &adding->face->territories->items[adding->places[i]];
        choices[i] = (struct form_choice){
            .value = arena_printf(adding->arena, "%.*s", SLICE_ARG(item->code)).p,
            .label = arena_printf(adding->arena, "%.*s", SLICE_ARG(item->label)).p};
    }
    form_choices(&adding->form, "place", N_("Lequel ?"), choices, adding->place_count,
                 http_form_value(adding->sent, "place"));
}

void add_where_write(struct adding *adding) {
    struct form *form = &adding->form;
    const struct entry *entry = &adding->draft.content;
    add_address_write(adding);
    form_field(form, &(struct form_field){.name = "where",
                                          .label = N_("Commune ou code postal"),
                                          .help = N_("Laissez vide si cela vaut partout."),
                                          .value = add_typed(adding, "where", where_kept(adding)),
                                          .max_bytes = ENTRY_TEXT_MAX});
    if (adding->place_count > 1) {
        write_places(adding);
    }
    form_field(form, &(struct form_field){.name = "name",
                                          .label = N_("Nom du lieu, s’il en a un"),
                                          .value = add_typed(adding, "name", entry->place.name),
                                          .max_bytes = ENTRY_TEXT_MAX});
    form_field(form,
               &(struct form_field){.name = "address",
                                    .label = N_("Numéro et rue"),
                                    .value = add_typed(adding, "address", entry->place.address),
                                    .max_bytes = ENTRY_TEXT_MAX});
    /* What was just found has a position of its own. */
    add_pin_write(adding, adding->found.count > 0 ? point_kept(adding)
                                                  : add_typed(adding, "point", point_kept(adding)));
    form_choices(form, "precision", N_("Ce que les autres verront"), precisions,
                 ARRAY_COUNT(precisions),
                 add_typed(adding, "precision", add_precision_shown(entry)));
}

/* ---- what was sent ---- */

static void place_set(struct entry *entry, const struct territory *item, bool is_commune,
                      slice typed) {
    slice name;
    slice postal_code;
    slice departement;
    parts_of(typed, &name, &postal_code, &departement);
    entry->place.territory = item->code;
    entry->place.city = is_commune ? item->name : SLICE_EMPTY;
    entry->place.postal_code = !is_commune                          ? SLICE_EMPTY
                               : has_postal_code(item, postal_code) ? postal_code
                               : item->postal_code_count == 1       ? item->postal_codes[0]
                                                                    : SLICE_EMPTY;
}

/* True when the place is another one than before. */
static bool take_where(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    const struct territories *all = adding->face->territories;
    slice typed = slice_trim(http_form_value(adding->sent, "where"));
    slice chosen = http_form_value(adding->sent, "place");
    if (slice_equal(typed, where_kept(adding))) {
        return false;
    }
    if (typed.n == 0) {
        entry->place.territory = entry->place.city = entry->place.postal_code = SLICE_EMPTY;
        return true;
    }
    places_find(adding, typed);
    uint32_t found = adding->place_count == 1 ? adding->places[0] : TERRITORY_NONE;
    for (size_t i = 0; i < adding->place_count; i++) {
        if (slice_equal(all->items[adding->places[i]].code, chosen)) {
            found = adding->places[i];
        }
    }
    if (found == TERRITORY_NONE) {
        form_fault(&adding->form, adding->place_count ? "place" : "where",
                   adding->place_count
                       ? N_("Plusieurs lieux portent ce nom. Choisissez le vôtre.")
                       : N_("Aucun lieu ne porte ce nom. Vérifiez l’écriture ou donnez le code "
                            "postal."));
        return false;
    }
    place_set(entry, &all->items[found], found < all->commune_count, typed);
    return true;
}

static bool point_parse(slice text, struct geo_point *point) {
    size_t comma = slice_find(text, 0, ',');
    double lat;
    double lon;
    if (!slice_to_double(slice_trim(slice_sub(text, 0, comma)), &lat) ||
        !slice_to_double(slice_trim(slice_sub(text, comma + 1, text.n)), &lon) || lat < -90 ||
        lat > 90 || lon < -180 || lon > 180) {
        return false;
    }
    *point = (struct geo_point){.lat_e7 = (int32_t)(lat * DEGREE_E7 + (lat < 0 ? -.5 : .5)),
                                .lon_e7 = (int32_t)(lon * DEGREE_E7 + (lon < 0 ? -.5 : .5))};
    return true;
}

/* A position that was not touched stays to the last digit, unless the place is another one now. */
static void take_point(struct adding *adding, slice before, bool has_moved) {
    struct entry *entry = &adding->draft.content;
    slice typed = slice_trim(http_form_value(adding->sent, "point"));
    if (slice_equal(typed, before) && !has_moved) {
        return;
    }
    entry->place.has_point = false;
    entry->place.point = (struct geo_point){0, 0};
    if (typed.n == 0 || slice_equal(typed, before)) {
        return;
    }
    entry->place.has_point = point_parse(typed, &entry->place.point);
    if (!entry->place.has_point) {
        form_fault(&adding->form, "point",
                   N_("Cette position n’existe pas. Elle ressemble à 45.5646, 5.9178."));
    }
}

/* A pin that was moved after an address was chosen says more than the address. */
static void take_pin(struct adding *adding, slice before) {
    slice typed = slice_trim(http_form_value(adding->sent, "point"));
    if (typed.n > 0 && !slice_equal(typed, before)) {
        take_point(adding, before, false);
    }
}

void add_where_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    slice precision = http_form_value(adding->sent, "precision");
    slice point = point_kept(adding);
    slice shown = add_precision_shown(entry);
    entry->place.name = slice_trim(http_form_value(adding->sent, "name"));
    bool has_moved = add_address_take(adding);
    if (has_moved) {
        take_pin(adding, point);
    } else {
        has_moved = take_where(adding);
        take_point(adding, point, has_moved);
        entry->place.address = slice_trim(http_form_value(adding->sent, "address"));
    }
    if (adding->form.fault_count == 0) {
        add_pin_check(adding);
    }
    /* Coarser ones than the form has stay as they are until another one is chosen. */
    if (!slice_equal(precision, shown) || has_moved ||
        entry->place.precision >= ENTRY_PRECISION_COMMUNE ||
        entry->place.precision == ENTRY_PRECISION_NONE) {
        if (!entry_precision_from_slug(precision, &entry->place.precision)) {
            form_fault(&adding->form, "precision", N_("Choisissez ce que les autres verront."));
        }
    }
    if (entry->place.precision == ENTRY_PRECISION_100M && !entry->place.has_point) {
        form_fault(&adding->form, "point",
                   N_("Pour montrer les environs, donnez la position. Sinon, choisissez la "
                      "commune."));
    }
    if (entry->place.precision <= ENTRY_PRECISION_COMMUNE && !entry->place.has_point &&
        (entry->place.address.n || entry->place.name.n)) {
        form_fault(&adding->form, "precision",
                   N_("Vous donnez une adresse et ne montrez que la commune. Effacez l’adresse, ou "
                      "choisissez de la montrer."));
    }
}
