/* /administration/settings: each setting with its value, where it comes from and what it means; the
 * ones about who runs the site are changed here. RULE SETTING-1 */
#include "domain/instance/instance.h"
#include "face/web/admin/admin.h"
#include "face/web/admin/admin_int.h"
#include "face/write.h"

#define PATH      SLICE("/administration/settings")
#define TEXT_MAX  300
#define LIVE_MAX  16
#define AUDIT_MAX 600

/* The live ones in the words of who fills them in; parallel to nothing: found by key. */
static const struct live {
    const char *key, *label, *help, *type;
} lives[] = {
    {"site_name", N_("Nom du site"), NULL, NULL},
    {"contact_email", N_("Adresse de contact"), N_("Montrée à tout le monde."), "email"},
    {"publisher_name", N_("Qui publie le site"),
     N_("La commune, l’association, la personne. La loi demande les lignes qui suivent."), NULL},
    {"publisher_address", N_("Adresse postale"), NULL, NULL},
    {"publisher_phone", N_("Téléphone"), NULL, NULL},
    {"publisher_director", N_("Directrice ou directeur de la publication"),
     N_("La personne qui répond de ce qui est publié."), NULL},
    {"host_name", N_("Hébergeur"), N_("Qui fait tourner la machine."), NULL},
    {"host_address", N_("Adresse et téléphone de l’hébergeur"), NULL, NULL},
    {"privacy_email", N_("Adresse pour les données personnelles"),
     N_("Celle de la déléguée ou du délégué à la protection des données, s’il y en a."), "email"},
};
_Static_assert(ARRAY_COUNT(lives) <= LIVE_MAX, "a place for what is sent of each");

static const struct face_setting *setting_of(const struct face *face, const struct live *live) {
    return face_setting_find(face->instance, slice_from_cstr(live->key));
}

/* ---- the form ---- */

struct changing {
    const struct face *face;
    const struct actor *actor;
    slice values[LIVE_MAX]; /* as sent, parallel to `lives` */
};

static void write_held(struct page *page, const struct live *live, slice value) {
    struct html *html = &page->html;
    html_raw(html, "<div class=\"form-field\"><p><strong>");
    html_text(html, i18n(html->language, live->label));
    html_raw(html, "</strong></p><p>");
    html_text(html, value);
    html_raw(html, "</p><p class=\"form-help\">");
    html_t(html, "Fixé dans le fichier des réglages, sur la machine.");
    html_raw(html, "</p></div>\n");
}

static void write_form(struct form *form, const struct changing *changing) {
    form_begin(form, PATH, false);
    for (size_t i = 0; i < ARRAY_COUNT(lives); i++) {
        const struct face_setting *setting = setting_of(form->page->face, &lives[i]);
        if (setting != NULL && setting->is_given) {
            write_held(form->page, &lives[i], setting->value);
        } else if (setting != NULL) {
            form_field(
                form, &(struct form_field){.name = lives[i].key,
                                           .label = lives[i].label,
                                           .help = lives[i].help,
                                           .type = lives[i].type,
                                           .value = changing ? changing->values[i] : setting->value,
                                           .max_bytes = TEXT_MAX});
        }
    }
    form_submit(form, N_("Enregistrer"));
    form_end(form);
}

/* ---- all of them ---- */

static void write_setting(struct page *page, const struct face_setting *setting) {
    struct html *html = &page->html;
    html_raw(html, "<tr><th scope=\"row\"><code>");
    html_text(html, slice_from_cstr(setting->key));
    html_raw(html, "</code></th><td>");
    if (setting->is_secret) {
        html_text(html, i18n(html->language, setting->is_given ? N_("gardé secret") : N_("aucun")));
    } else if (setting->value.n > 0) {
        html_raw(html, "<code>");
        html_text(html, setting->value);
        html_raw(html, "</code>");
    } else {
        html_t(html, "vide");
    }
    html_raw(html, "</td><td>");
    html_text(html, i18n(html->language, setting->is_given    ? N_("le fichier")
                                         : setting->is_stored ? N_("cette page")
                                                              : N_("d’origine")));
    html_raw(html, "</td><td lang=\"en\">");
    html_text(html, slice_from_cstr(setting->help));
    html_raw(html, "</td></tr>\n");
}

static void write_all(struct page *page) {
    static const char *const heads[] = {N_("Réglage"), N_("Valeur"), N_("Vient de"), N_("Sens")};
    struct html *html = &page->html;
    const struct face_instance *instance = page->face->instance;
    html_raw(html, "<section><h2>");
    html_t(html, "Tous les réglages");
    html_raw(html, "</h2>\n<p>");
    html_t(html,
           "Les autres se changent dans le fichier agora.conf, par qui a accès à la machine ; "
           "le service les lit quand il démarre.");
    html_raw(html, "</p></section>\n");
    admin_table_begin(page, N_("Tous les réglages"), heads, ARRAY_COUNT(heads));
    for (size_t i = 0; instance != NULL && i < instance->setting_count; i++) {
        write_setting(page, &instance->settings[i]);
    }
    admin_table_end(page);
}

static err write_page(struct form *form, const struct changing *changing) {
    struct page *page = form->page;
    admin_page_begin(form, N_("Réglages"), PATH,
                     N_("Qui tient ce site : les mentions légales et les pages d’information "
                        "en viennent."));
    if (slice_equal(page->request->query, SLICE("done"))) {
        admin_done(page, N_("C’est enregistré, et déjà en place."));
    }
    write_form(form, changing);
    write_all(page);
    form_page_end(form);
    return page->html.out->failed;
}

err web_admin_settings(void *app, const struct http_request *request,
                       struct http_response *response, struct problem *problem) {
    (void)problem;
    struct page page = page_begin(app, request, response);
    struct form form = {.page = &page};
    return write_page(&form, NULL);
}

/* ---- changing ---- */

/* "site_name" -> its old and its new value, for the audit. */
static err change_one(struct db_conn *conn, struct changing *changing,
                      const struct face_setting *setting, slice value, int64_t now_ms) {
    struct buf reason BUF_CLEANUP = buf_new(2 * AUDIT_MAX);
    slice key = slice_from_cstr(setting->key);
    TRY(instance_setting_put(conn, key, value, now_ms));
    buf_addf(&reason, "%.*s → %.*s", SLICE_ARG(slice_sub(setting->value, 0, AUDIT_MAX / 2)),
             SLICE_ARG(slice_sub(value, 0, AUDIT_MAX / 2)));
    TRY(reason.failed);
    return person_audit(conn, changing->face->ids,
                        &(struct person_act){.at_ms = now_ms,
                                             .by = changing->actor->person,
                                             .act = SLICE("setting"),
                                             .object = key,
                                             .reason = buf_slice(&reason)});
}

/* Emptied, a setting is what it was in the beginning; that it may be already. */
static bool is_changed(const struct face_setting *setting, slice value) {
    return !setting->is_given && !slice_equal(setting->value, value) &&
           (value.n > 0 || setting->is_stored);
}

static err change_job(struct db_conn *conn, void *self) {
    struct changing *changing = self;
    int64_t now_ms = clock_now_ms(changing->face->clock);
    for (size_t i = 0; i < ARRAY_COUNT(lives); i++) {
        const struct face_setting *setting = setting_of(changing->face, &lives[i]);
        if (setting != NULL && is_changed(setting, changing->values[i])) {
            TRY(change_one(conn, changing, setting, changing->values[i], now_ms));
        }
    }
    return OK;
}

static err answer_change(void *app, const struct http_request *request, void *self, err result,
                         struct http_response *response, struct problem *problem) {
    (void)app;
    (void)problem;
    const struct changing *changing = self;
    const struct face_instance *instance = changing->face->instance;
    TRY(result);
    TRY(instance->settings_apply(instance->settings_self, face_reader(request)));
    http_redirect(response, SLICE("/administration/settings?done"));
    return OK;
}

err web_admin_settings_post(void *app, const struct http_request *request,
                            struct http_response *response, struct problem *problem) {
    struct http_form sent;
    TRY(http_form_read(request, &sent, problem));
    const struct face *face = app;
    struct form form = {.fault_count = 0};
    struct changing *changing = arena_new(request->arena, struct changing, 1);
    *changing = (struct changing){.face = face, .actor = face_actor(request)};
    for (size_t i = 0; i < ARRAY_COUNT(lives); i++) {
        const struct face_setting *setting = setting_of(face, &lives[i]);
        changing->values[i] = slice_trim(http_form_value(&sent, lives[i].key));
        bool is_default = changing->values[i].n == 0;
        if (setting == NULL || setting->is_given || is_default) {
            continue;
        }
        if (changing->values[i].n > TEXT_MAX) {
            form_fault(&form, lives[i].key, N_("C’est trop long. Raccourcissez-le."));
        } else if (!face->instance->setting_takes(slice_from_cstr(lives[i].key),
                                                  changing->values[i])) {
            form_fault(&form, lives[i].key,
                       lives[i].type ? N_("Cette adresse n’est pas complète. Elle ressemble à "
                                          "nom@exemple.fr.")
                                     : N_("Il y a un caractère qui ne se voit pas. Écrivez-le de "
                                          "nouveau."));
        }
    }
    if (form.fault_count > 0) {
        struct page page = page_begin(app, request, response);
        form.page = &page;
        return write_page(&form, changing);
    }
    return face_write(app, request, change_job, answer_change, changing);
}
