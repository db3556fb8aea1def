/* Where it is, by its address: a service is asked (work/geocode), and what it found is a choice
 * among others. What is chosen comes back as the value of the choice, and is worth what a typed
 * position is worth: nothing is remembered between the two pages. */
#include "face/actor.h"
#include "face/web/add/adding.h"
#include "text/text.h"
#include "work/geocode/geocode.h"

#define NONE      "none"
#define DEGREE_E7 1e7

/* ---- one place as the value of a choice: "45.5646 5.9178 73065 73000 8 Rue de Boigne" ---- */

#define NO_POSTAL_CODE "-"

struct chosen {
    struct geo_point point;
    uint32_t commune; /* its index */
    slice postal_code, address;
};

static slice value_of(const struct adding *adding, const struct geocode_place *place) {
    struct buf text BUF_CLEANUP = buf_new(2 * GEOCODE_TEXT_BYTES);
    buf_add_e7(&text, place->point.lat_e7);
    buf_add_char(&text, ' ');
    buf_add_e7(&text, place->point.lon_e7);
    buf_addf(&text, " %s %s %s", place->commune,
             place->postal_code[0] != '\0' ? place->postal_code : NO_POSTAL_CODE, place->address);
    return arena_copy(adding->arena, buf_slice(&text));
}

static bool degrees_read(slice text, double most, int32_t *e7) {
    double value = 0;
    if (!slice_to_double(text, &value) || value < -most || value > most) {
        return false;
    }
    *e7 = (int32_t)(value * DEGREE_E7 + (value < 0 ? -.5 : .5));
    return true;
}

static bool chosen_read(const struct adding *adding, slice value, struct chosen *chosen) {
    const struct territories *all = adding->face->territories;
    slice rest = value;
    slice lat;
    slice lon;
    slice commune;
    *chosen = (struct chosen){0};
    if (!slice_cut(&rest, ' ', &lat) || !slice_cut(&rest, ' ', &lon) ||
        !slice_cut(&rest, ' ', &commune) || !slice_cut(&rest, ' ', &chosen->postal_code) ||
        !degrees_read(lat, 90, &chosen->point.lat_e7) ||
        !degrees_read(lon, 180, &chosen->point.lon_e7)) {
        return false;
    }
    chosen->address = slice_trim(rest);
    if (slice_equal(chosen->postal_code, SLICE(NO_POSTAL_CODE))) {
        chosen->postal_code = SLICE_EMPTY;
    }
    chosen->commune = territories_commune(all, commune);
    return chosen->commune != TERRITORY_NONE;
}

/* ---- the page ---- */

static slice asked_now(const struct adding *adding) {
    return adding->sent ? slice_trim(http_form_value(adding->sent, "q")) : SLICE_EMPTY;
}

static slice label_of(const struct adding *adding, const struct chosen *chosen) {
    slice commune = adding->face->territories->items[chosen->commune].label;
    return chosen->address.n > 0
               ? arena_printf(adding->arena, "%.*s, %.*s%s%.*s", SLICE_ARG(chosen->address),
                              SLICE_ARG(chosen->postal_code), chosen->postal_code.n > 0 ? " " : "",
                              SLICE_ARG(commune))
               : commune;
}

/* What was found, the first of it chosen; on a page that came back for another reason what had been
 * chosen. The last choice is none of them. */
static void write_found(struct adding *adding) {
    struct form_choice choices[GEOCODE_PLACES_MAX + 1];
    slice value = http_form_value(adding->sent, "answer");
    size_t count = 0;
    bool has_value = false;
    struct chosen chosen;
    for (uint32_t i = 0; i < adding->found.count; i++) {
        slice own = value_of(adding, &adding->found.places[i]);
        if (!chosen_read(adding, own, &chosen)) {
            continue; /* a commune that is not known here */
        }
        has_value |= slice_equal(own, value);
        choices[count++] =
            (struct form_choice){.value = own.p, .label = label_of(adding, &chosen).p};
    }
    if (count == 0 && chosen_read(adding, value, &chosen)) {
        has_value = true;
        choices[count++] = (struct form_choice){.value = arena_cstr(adding->arena, value),
                                                .label = label_of(adding, &chosen).p};
    }
    if (count == 0) {
        return;
    }
    choices[count++] = (struct form_choice){.value = NONE, .label = N_("Aucune de celles-ci")};
    form_choices(&adding->form, "answer", N_("Quelle adresse ?"), choices, count,
                 has_value || slice_equal(value, SLICE(NONE)) ? value
                                                              : slice_from_cstr(choices[0].value));
}

static void write_note(struct adding *adding, const char *note) {
    struct html *html = &adding->form.page->html;
    html_raw(html, "<p class=\"alert\" role=\"status\">");
    html_text(html, i18n(html->language, note));
    html_raw(html, "</p>\n");
}

void add_address_write(struct adding *adding) {
    struct html *html = &adding->form.page->html;
    if (adding->face->geocode == NULL) {
        return;
    }
    slice host = geocode_desk_host(adding->face->geocode);
    slice asked = asked_now(adding);
    form_field(&adding->form, &(struct form_field){.name = "q",
                                                   .label = N_("Chercher une adresse"),
                                                   .help = N_("Numéro, rue et commune."),
                                                   .value = asked,
                                                   .max_bytes = GEOCODE_ASKED_MAX});
    form_submit_else(&adding->form, ADD_ADDRESS, N_("Chercher cette adresse"));
    html_raw(html, "<p class=\"form-help\">");
    html_tf(html, "Ce site demande à %1, qui n’apprend que ces mots.", &host, 1);
    html_raw(html, "</p>\n");
    if (adding->note) {
        write_note(adding, adding->note);
    }
    if (adding->sent) {
        form_hidden(&adding->form, "asked",
                    adding->has_asked ? asked : http_form_value(adding->sent, "asked"));
        write_found(adding);
    }
}

/* ---- what was sent ---- */

/* The button, or the way on with an address that has not been looked for. */
bool add_address_is_asked(const struct adding *adding) {
    slice act = http_form_value(adding->sent, "do");
    slice asked = asked_now(adding);
    return adding->face->geocode != NULL && adding->step == ADD_WHERE &&
           (slice_equal(act, SLICE(ADD_ADDRESS)) ||
            (act.n == 0 && asked.n > 0 &&
             !slice_equal(asked, slice_trim(http_form_value(adding->sent, "asked")))));
}

bool add_address_take(struct adding *adding) {
    struct entry *entry = &adding->draft.content;
    slice value = http_form_value(adding->sent, "answer");
    struct chosen chosen;
    if (adding->face->geocode == NULL || value.n == 0 || slice_equal(value, SLICE(NONE))) {
        return false;
    }
    if (!chosen_read(adding, value, &chosen)) {
        form_fault(&adding->form, "answer", N_("Choisissez dans la liste."));
        return false;
    }
    const struct territory *commune = &adding->face->territories->items[chosen.commune];
    entry->place.territory = commune->code;
    entry->place.city = commune->name;
    entry->place.postal_code = chosen.postal_code;
    entry->place.address = chosen.address;
    entry->place.has_point = true;
    entry->place.point = chosen.point;
    return true;
}

/* ---- asking ---- */

struct asking {
    struct adding *adding;
    struct person_network network;
    struct geocode_question question;
    struct problem problem;
};

static err answer_asked(void *app, const struct http_request *request, void *self, err result,
                        struct http_response *response, struct problem *problem) {
    (void)app;
    (void)request;
    struct asking *asking = self;
    struct adding *adding = asking->adding;
    if (result == ERR_LIMIT) {
        adding->note = N_("Vous avez cherché beaucoup d’adresses. Continuez demain, ou indiquez la "
                          "commune.");
        return add_page_write(adding, response);
    }
    if (result != OK && result != ERR_BUSY) {
        *problem = asking->problem;
        return result;
    }
    adding->has_asked = true;
    if (result == ERR_BUSY || asking->question.verdict != GEOCODE_ANSWERED) {
        adding->note = N_("Le service d’adresses ne répond pas. Indiquez la commune ; vous "
                          "compléterez plus tard.");
    } else if (asking->question.answer.count == 0) {
        adding->note = N_("Aucune adresse ne ressemble à cela. Vérifiez l’écriture, ou indiquez la "
                          "commune.");
    } else {
        adding->found = asking->question.answer;
    }
    return add_page_write(adding, response);
}

/* On the desk's thread. */
static void told(struct geocode_question *question) {
    const struct asking *asking = question->self;
    http_wake(asking->adding->request, OK);
}

static err try_job(struct db_conn *conn, void *self) {
    struct asking *asking = self;
    return person_try(conn, PERSON_TRY_ADDRESS, person_network_key(&asking->network),
                      asking->adding->now_ms, &asking->problem);
}

/* On the writer's thread, which only hands the question on. */
static void tried(err result, void *self) {
    struct asking *asking = self;
    struct geocode_desk *desk = asking->adding->face->geocode;
    const struct http_request *request = asking->adding->request;
    err asked = result == OK ? geocode_ask(desk, &asking->question) : result;
    if (asked != OK) {
        http_wake(request, asked);
    }
}

/* What is closer to the commune that the draft has comes first. */
static void near_set(const struct adding *adding, struct geocode_question *question) {
    const struct territories *all = adding->face->territories;
    uint32_t index = territories_find(all, adding->draft.content.place.territory);
    question->has_near =
        index != TERRITORY_NONE && index < all->commune_count && all->items[index].has_centre;
    if (question->has_near) {
        question->near = all->items[index].centre;
    }
}

err add_address_post(struct adding *adding, struct http_response *response) {
    const struct face *face = adding->face;
    slice asked = asked_now(adding);
    if (asked.n == 0 || asked.n > GEOCODE_ASKED_MAX) {
        form_fault(&adding->form, "q",
                   asked.n == 0 ? N_("Écrivez une adresse, comme 8 rue de Boigne, Chambéry.")
                                : N_("C’est trop long. Raccourcissez-le."));
        return add_page_write(adding, response);
    }
    struct asking *asking = arena_new(adding->arena, struct asking, 1);
    asking->adding = adding;
    asking->question = (struct geocode_question){.text = asked, .told = told, .self = asking};
    near_set(adding, &asking->question);
    TRY(face_network(adding->request, &asking->network));
    http_wait(adding->request, answer_asked, asking);
    err refused = db_write_later(face->writer, try_job, tried, asking);
    if (refused != OK) {
        http_wake(adding->request, refused);
    }
    return OK;
}
