/* What the instance finds of itself: one row a check, each with its reason and what mends it. */
#include "domain/instance/instance.h"
#include "face/web/admin/admin_int.h"
#include "work/geocode/geocode.h"

#define HOUR_MS         INT64_C(3600000)
#define DAY_MS          (24 * HOUR_MS)
#define BACKUP_LATE_MS  (2 * DAY_MS)
#define BACKUP_LOST_MS  (8 * DAY_MS)
#define LETTER_LATE_MS  HOUR_MS
#define FREE_LOW_BYTES  INT64_C(2000000000)
#define FREE_NONE_BYTES INT64_C(300000000)
#define FREE_LOW_SHARE  10 /* one in so many is left */
#define BOUNCED_SHARE   10 /* one in so many letters came back */
#define CHANGE_LATE_MS  INT64_C(10000)
#define ADMINS_ENOUGH   2
#define SAID_MAX        1024

static slice setting(const struct page *page, const char *key) {
    return face_setting(page->face->instance, slice_from_cstr(key));
}

static void say(struct page *page, struct admin_check *check, enum admin_state state,
                const char *message, const slice *values, size_t count) {
    BUF_CLEANUP struct buf text = buf_new(SAID_MAX);
    i18n_tf(page->html.language, message, values, count, &text);
    check->state = state;
    check->said = arena_copy(page->arena, buf_slice(&text));
}

static void say_plain(struct page *page, struct admin_check *check, enum admin_state state,
                      const char *message) {
    check->state = state;
    check->said = i18n(page->html.language, message);
}

/* ---- where it answers ---- */

static bool is_own_machine(slice host) {
    size_t colon =
        slice_find(host, slice_starts_with(host, SLICE("[")) ? slice_find(host, 0, ']') : 0, ':');
    slice name = slice_sub(host, 0, colon);
    return slice_equal(name, SLICE("localhost")) || slice_starts_with(name, SLICE("127.")) ||
           slice_equal(name, SLICE("[::1]"));
}

/* "https://agora.example/x" -> "agora.example". */
static slice host_of(slice url) {
    size_t from = slice_starts_with(url, SLICE("https://")) ? 8 : 7;
    slice rest = slice_sub(url, from < url.n ? from : url.n, url.n);
    return slice_sub(rest, 0, slice_find(rest, 0, '/'));
}

static err look_address(struct page *page, struct admin_check *check) {
    slice url = setting(page, "base_url");
    slice asked = http_header(page->request, "Host");
    check->mend = N_("Indiquez l’adresse publique du site dans les réglages :");
    if (url.n == 0) {
        check->line =
            arena_printf(page->arena, "base_url = https://%.*s",
                         SLICE_ARG(is_own_machine(asked) ? SLICE("agora.example") : asked));
        say_plain(page, check, ADMIN_WARN, N_("Aucune adresse publique n’est réglée."));
    } else if (!slice_equal_ascii_nocase(host_of(url), asked)) {
        const slice values[] = {url, asked};
        check->mend = N_("Ouvrez le site par son adresse publique, ou corrigez le réglage :");
        check->line = arena_printf(page->arena, "base_url = https://%.*s", SLICE_ARG(asked));
        say(page, check, ADMIN_WARN,
            N_("L’adresse réglée est %1, mais cette page a été demandée à %2."), values,
            ARRAY_COUNT(values));
    } else {
        check->mend = NULL;
        check->state = ADMIN_OK;
        check->said = url;
    }
    return OK;
}

static err look_tls(struct page *page, struct admin_check *check) {
    slice url = setting(page, "base_url");
    slice asked = http_header(page->request, "Host");
    slice proto = http_header(page->request, "X-Forwarded-Proto");
    bool is_https = slice_starts_with(url, SLICE("https://"));
    if (page->request->is_relayed) {
        check->mend = N_("Nommez le relais dans les réglages :");
        check->line = SLICE("trusted_proxies = 127.0.0.1, ::1");
        say_plain(page, check, ADMIN_WRONG,
                  N_("Un relais se tient devant le site, mais les réglages ne le nomment pas : "
                     "tous les visiteurs comptent pour un seul."));
    } else if (!is_https && !(url.n == 0 && is_own_machine(asked)) &&
               !is_own_machine(host_of(url))) {
        check->mend = N_("Mettez un relais qui chiffre devant le site (Caddy ou nginx, voir "
                         "docs/hosting.md), puis réglez une adresse qui commence par https.");
        say_plain(page, check, ADMIN_WRONG,
                  N_("L’adresse publique n’est pas chiffrée : codes et mots de passe peuvent être "
                     "lus en chemin."));
    } else if (is_https && !slice_equal(proto, SLICE("https"))) {
        check->mend = N_("Vérifiez que le relais transmet X-Forwarded-Proto, et que personne ne "
                         "peut joindre le programme sans passer par lui.");
        say_plain(page, check, ADMIN_WARN,
                  N_("Rien ne dit que cette page a été demandée en https."));
    } else {
        say_plain(page, check, ADMIN_OK,
                  is_https ? N_("La connexion est chiffrée jusqu’au relais.")
                           : N_("Le site n’est ouvert que sur cette machine."));
    }
    return OK;
}

/* ---- letters, jobs ---- */

static err look_mail(struct page *page, const struct admin_waits *waits,
                     struct admin_check *check) {
    const struct mail_figures mail = waits->mail;
    check->href = SLICE("/administration/queue");
    if (setting(page, "smtp_url").n == 0) {
        check->mend = N_("Indiquez un serveur de courrier dans les réglages :");
        check->line = SLICE("smtp_url = smtp://mail.example:587");
        say_plain(page, check, ADMIN_WRONG,
                  N_("Aucun serveur de courrier n’est réglé : les lettres restent des fichiers sur "
                     "cette machine, et personne ne les reçoit."));
    } else if (mail.waiting > 0 && mail.waits_since_ms < page->now_ms - LETTER_LATE_MS) {
        const slice values[] = {admin_number(page, mail.waiting),
                                admin_ago(page, mail.waits_since_ms)};
        check->mend = N_("Regardez ce que le serveur de courrier a répondu.");
        say(page, check, ADMIN_WRONG, N_("Des lettres attendent (%1), la plus ancienne %2."),
            values, ARRAY_COUNT(values));
    } else if (mail.bounced * BOUNCED_SHARE > mail.sent + mail.failed) {
        const slice values[] = {admin_number(page, mail.bounced)};
        check->mend =
            N_("Vérifiez que le domaine de l’expéditeur autorise ce serveur (SPF, DKIM).");
        say(page, check, ADMIN_WARN,
            N_("Beaucoup d’adresses refusent les lettres : %1 en 30 jours."), values, 1);
    } else if (mail.sent_ms == 0) {
        check->mend = N_("Envoyez-vous une lettre d’essai.");
        say_plain(page, check, ADMIN_WARN, N_("Aucune lettre n’est partie ces 30 derniers jours."));
    } else {
        const slice values[] = {admin_ago(page, mail.sent_ms), admin_number(page, mail.sent)};
        say(page, check, ADMIN_OK,
            N_("La dernière lettre est partie %1. Lettres parties en 30 jours : %2."), values,
            ARRAY_COUNT(values));
    }
    return OK;
}

static err look_jobs(struct page *page, const struct admin_waits *waits,
                     struct admin_check *check) {
    if (waits->jobs.dead > 0) {
        const slice values[] = {admin_number(page, waits->jobs.dead)};
        check->mend = N_("Lisez pourquoi, puis recommencez ou abandonnez.");
        check->href = SLICE("/administration/queue");
        say(page, check, ADMIN_WARN, N_("Travaux qui ont échoué pour de bon : %1."), values, 1);
    } else {
        say_plain(page, check, ADMIN_OK, N_("Aucun travail n’a échoué."));
    }
    return OK;
}

static err look_addresses(struct page *page, struct admin_check *check) {
    struct geocode_desk *desk = page->face->geocode;
    struct geocode_state state = {0};
    if (desk == NULL) {
        say_plain(page, check, ADMIN_OK,
                  N_("Aucun service d’adresses n’est réglé : un lieu se donne par sa commune."));
        return OK;
    }
    geocode_desk_state(desk, &state);
    if (state.failed_ms > state.answered_ms) {
        const slice values[] = {geocode_desk_host(desk), admin_ago(page, state.failed_ms)};
        check->mend = N_("Vérifiez le réglage geocoder_url ; la raison est dans le journal.");
        say(page, check, ADMIN_WARN, N_("%1 n’a pas répondu, %2."), values, ARRAY_COUNT(values));
    } else if (state.answered_ms == 0) {
        say_plain(page, check, ADMIN_OK, N_("Le service d’adresses n’a pas encore été demandé."));
    } else {
        const slice values[] = {geocode_desk_host(desk), admin_ago(page, state.answered_ms)};
        say(page, check, ADMIN_OK, N_("%1 a répondu %2."), values, ARRAY_COUNT(values));
    }
    return OK;
}

/* ---- what must not be lost ---- */

static err look_backup(struct page *page, struct admin_check *check) {
    struct instance_noted backup;
    int64_t bytes = 0;
    TRY(instance_note_get(face_reader(page->request), INSTANCE_BACKUP, page->arena, &backup));
    check->mend = N_("Faites-en une chaque nuit, et gardez-en une sur une autre machine :");
    check->line = SLICE("agora backup --data agora-data --keep 14 backups/");
    if (backup.at_ms == 0) {
        say_plain(page, check, ADMIN_WRONG, N_("Aucune sauvegarde n’a encore été faite."));
        return OK;
    }
    (void)!slice_to_i64(backup.value, &bytes);
    const slice values[] = {admin_ago(page, backup.at_ms), admin_size(page, bytes)};
    int64_t age_ms = page->now_ms - backup.at_ms;
    enum admin_state state = age_ms > BACKUP_LOST_MS   ? ADMIN_WRONG
                             : age_ms > BACKUP_LATE_MS ? ADMIN_WARN
                                                       : ADMIN_OK;
    say(page, check, state, N_("La dernière sauvegarde a été faite %1 (%2)."), values,
        ARRAY_COUNT(values));
    if (state == ADMIN_OK) {
        check->mend = NULL;
        check->line = SLICE_EMPTY;
    }
    return OK;
}

static err look_disk(struct page *page, struct admin_check *check) {
    const struct face_instance *instance = page->face->instance;
    struct face_disk disk = {-1, -1, -1};
    if (instance != NULL) {
        instance->disk_read(instance->disk, &disk);
    }
    if (disk.free_bytes < 0) {
        say_plain(page, check, ADMIN_WARN, N_("La place libre n’est pas connue."));
        return OK;
    }
    const slice values[] = {admin_size(page, disk.free_bytes), admin_size(page, disk.total_bytes),
                            admin_size(page, disk.folder_bytes)};
    enum admin_state state =
        disk.free_bytes < FREE_NONE_BYTES ? ADMIN_WRONG
        : disk.free_bytes < FREE_LOW_BYTES && disk.free_bytes < disk.total_bytes / FREE_LOW_SHARE
            ? ADMIN_WARN
            : ADMIN_OK;
    say(page, check, state, N_("Il reste %1 sur %2. Le dossier des données en prend %3."), values,
        ARRAY_COUNT(values));
    if (state != ADMIN_OK) {
        check->mend = N_("Faites de la place, ou agrandissez le disque : quand il est plein, plus "
                         "rien ne s’écrit.");
    }
    return OK;
}

static err look_index(struct page *page, struct admin_check *check) {
    struct db_conn *reader = face_reader(page->request);
    int64_t last = 0;
    int64_t at_ms = 0;
    const struct atlas_view *view = atlas_pin(page->face->atlas);
    int64_t here = atlas_view_sequence(view);
    int64_t documents = (int64_t)atlas_view_documents(view);
    atlas_unpin(page->face->atlas, view);
    TRY(db_change_last(reader, &last));
    TRY(db_change_last_ms(reader, &at_ms));
    const slice values[] = {admin_number(page, documents), admin_number(page, last - here)};
    if (last > here && at_ms < page->now_ms - CHANGE_LATE_MS) {
        check->mend = N_("Relancez le service, et gardez le journal : ce retard ne devrait pas "
                         "exister.");
        say(page, check, ADMIN_WRONG, N_("L’index a %2 changements de retard."), values,
            ARRAY_COUNT(values));
    } else {
        say(page, check, ADMIN_OK, N_("L’index est à jour ; il montre %1 fiches."), values, 1);
    }
    return OK;
}

static err look_version(struct page *page, struct admin_check *check) {
    int64_t schema = 0;
    TRY(db_schema_number(face_reader(page->request), &schema));
    const slice values[] = {slice_from_cstr(page->face->version), admin_number(page, schema)};
    say(page, check, ADMIN_OK, N_("Agora %1, base de données au niveau %2."), values,
        ARRAY_COUNT(values));
    return OK;
}

/* ---- settings ---- */

struct weak {
    const char *key, *value, *said;
    enum admin_state state;
};
static const struct weak weak_settings[] = {
    {"sandbox", "off",
     N_("Le bac à sable est coupé : une faute du programme atteint tout ce que "
        "son compte peut lire."),
     ADMIN_WRONG},
    {"smtp_tls", "off", N_("Les lettres partent sans chiffrement."), ADMIN_WARN},
    {"smtp_tls", "opportunistic", N_("Les lettres peuvent partir sans chiffrement."), ADMIN_WARN},
    {"metrics", "open", N_("Les chiffres du serveur sont ouverts à tout le monde."), ADMIN_WARN},
    {"rate_reads_per_minute", "0", N_("Rien ne limite les demandes d’une même adresse."),
     ADMIN_WARN},
    {"rate_exports_per_minute", "0", N_("Rien ne limite les exports d’une même adresse."),
     ADMIN_WARN},
};

static err look_weak(struct page *page, struct admin_check *check) {
    BUF_CLEANUP struct buf found = buf_new(SAID_MAX);
    enum admin_state worst = ADMIN_OK;
    if (page->face->instance != NULL && page->face->instance->is_root) {
        buf_add(&found, i18n(page->html.language,
                             N_("Le programme tourne avec tous les droits de la machine.")));
        worst = ADMIN_WRONG;
    }
    for (size_t i = 0; i < ARRAY_COUNT(weak_settings); i++) {
        const struct weak *weak = &weak_settings[i];
        if (slice_equal(setting(page, weak->key), slice_from_cstr(weak->value))) {
            buf_addf(&found, "%s%s = %s : ", found.n > 0 ? " " : "", weak->key, weak->value);
            buf_add(&found, i18n(page->html.language, weak->said));
            worst = weak->state < worst ? weak->state : worst;
        }
    }
    TRY(found.failed);
    if (worst == ADMIN_OK) {
        say_plain(page, check, ADMIN_OK, N_("Aucun réglage n’affaiblit le site."));
        return OK;
    }
    check->state = worst;
    check->said = arena_copy(page->arena, buf_slice(&found));
    check->mend = N_("Changez ces réglages, à moins que vous ne sachiez pourquoi ils sont ainsi "
                     "(docs/settings.md).");
    return OK;
}

static err look_legal(struct page *page, struct admin_check *check) {
    static const struct {
        const char *key, *label;
    } needed[] = {
        {"publisher_name", N_("le nom de l’éditeur")},
        {"publisher_address", N_("son adresse postale")},
        {"publisher_director", N_("qui dirige la publication")},
        {"host_name", N_("l’hébergeur")},
        {"host_address", N_("son adresse et son téléphone")},
        {"contact_email", N_("une adresse où écrire")},
    };
    BUF_CLEANUP struct buf missing = buf_new(SAID_MAX);
    for (size_t i = 0; i < ARRAY_COUNT(needed); i++) {
        if (setting(page, needed[i].key).n == 0) {
            buf_add_cstr(&missing, missing.n > 0 ? ", " : "");
            buf_add(&missing, i18n(page->html.language, needed[i].label));
        }
    }
    TRY(missing.failed);
    if (missing.n == 0) {
        say_plain(page, check, ADMIN_OK, N_("Les mentions légales sont complètes."));
        return OK;
    }
    const slice values[] = {arena_copy(page->arena, buf_slice(&missing))};
    check->mend = N_("Complétez-les, puis relisez la page des mentions légales.");
    check->href = SLICE("/administration/settings");
    say(page, check, ADMIN_WRONG, N_("Il manque : %1."), values, 1);
    return OK;
}

static err look_admins(struct page *page, struct admin_check *check) {
    int64_t admins = 0;
    TRY(person_admins(face_reader(page->request), &admins));
    const slice values[] = {admin_number(page, admins)};
    if (admins < ADMINS_ENOUGH) {
        check->mend = N_("Confiez ce rôle à une deuxième personne : le site ne doit pas dépendre "
                         "d’une seule.");
        say_plain(page, check, ADMIN_WARN, N_("Une seule personne administre ce site."));
    } else {
        say(page, check, ADMIN_OK, N_("Personnes qui administrent ce site : %1."), values, 1);
    }
    return OK;
}

/* ---- all of them ---- */

static const struct check_row {
    const char *name, *title, *why;
    err (*look)(struct page *page, struct admin_check *check);
    /* Or, of what waits: */
    err (*look_waits)(struct page *page, const struct admin_waits *waits,
                      struct admin_check *check);
} rows[] = {
    {"backup", N_("Sauvegardes"),
     N_("Un disque meurt un jour. Sans sauvegarde, ce que les gens ont écrit est perdu."),
     look_backup, NULL},
    {"mail", N_("Lettres"),
     N_("Sans lettres, personne ne se connecte, ne confirme sa fiche ni ne lit une décision."),
     NULL, look_mail},
    {"address", N_("Adresse du site"),
     N_("Les liens des lettres, des exports et des partages commencent par elle."), look_address,
     NULL},
    {"tls", N_("Connexion chiffrée"),
     N_("Sans https, qui est sur le chemin lit les codes et prend la place des gens."), look_tls,
     NULL},
    {"legal", N_("Mentions légales"),
     N_("La loi demande qui publie le site. Sans elles, une collectivité ne peut pas l’ouvrir."),
     look_legal, NULL},
    {"disk", N_("Place sur le disque"), N_("Un disque plein laisse lire et empêche d’écrire."),
     look_disk, NULL},
    {"weak", N_("Réglages prudents"),
     N_("Certains réglages facilitent la vie, et celle de qui attaque."), look_weak, NULL},
    {"admins", N_("Personnes qui administrent"),
     N_("Quand la seule personne qui a la main s’en va, plus personne ne l’a."), look_admins, NULL},
    {"addresses", N_("Service d’adresses"),
     N_("S’il ne répond pas, les gens donnent la commune, et la carte est moins juste."),
     look_addresses, NULL},
    {"jobs", N_("Travaux"), N_("Ce que le site fait plus tard : lettres, ménage, rappels."), NULL,
     look_jobs},
    {"index", N_("Index des fiches"),
     N_("La carte, la recherche et les listes viennent de lui. Il suit la base de données."),
     look_index, NULL},
    {"version", N_("Version"), N_("À dire quand vous demandez de l’aide."), look_version, NULL},
};

err admin_waits_read(const struct page *page, struct admin_waits *waits) {
    struct db_conn *reader = face_reader(page->request);
    TRY(mail_figures_read(reader, page->now_ms, &waits->mail));
    return job_count(reader, SLICE_EMPTY, &waits->jobs);
}

err admin_checks(struct page *page, const struct admin_waits *waits, struct admin_check **checks,
                 size_t *count) {
    struct admin_check *list = arena_new(page->arena, struct admin_check, ARRAY_COUNT(rows));
    struct admin_check found[ARRAY_COUNT(rows)];
    size_t used = 0;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        found[i] = (struct admin_check){.name = rows[i].name,
                                        .title = rows[i].title,
                                        .why = rows[i].why,
                                        .said = SLICE_EMPTY,
                                        .line = SLICE_EMPTY,
                                        .href = SLICE_EMPTY};
        TRY(rows[i].look ? rows[i].look(page, &found[i])
                         : rows[i].look_waits(page, waits, &found[i]));
    }
    for (int state = ADMIN_WRONG; state < ADMIN_STATE__COUNT; state++) {
        for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
            if (found[i].state == (enum admin_state)state) {
                list[used++] = found[i];
            }
        }
    }
    *checks = list;
    *count = used;
    return OK;
}

void admin_check_write(struct page *page, const struct admin_check *check) {
    static const struct {
        const char *class, *label;
    } states[ADMIN_STATE__COUNT] = {
        [ADMIN_WRONG] = {"check check--wrong", N_("À corriger")},
        [ADMIN_WARN] = {"check check--warn", N_("À regarder")},
        [ADMIN_OK] = {"check", N_("Va bien")},
    };
    struct html *html = &page->html;
    html_raw(html, "<li");
    html_attr(html, "class", slice_from_cstr(states[check->state].class));
    html_attr(html, "id", slice_from_cstr(check->name));
    html_raw(html, "><details");
    if (check->state != ADMIN_OK) {
        html_raw(html, " open");
    }
    html_raw(html, "><summary><span>");
    html_text(html, i18n(html->language, check->title));
    html_raw(html, "</span><span>");
    html_text(html, i18n(html->language, states[check->state].label));
    html_raw(html, "</span></summary>\n<div class=\"check-more\"><p>");
    html_text(html, check->said);
    html_raw(html, "</p><p class=\"muted small\">");
    html_text(html, i18n(html->language, check->why));
    html_raw(html, "</p>");
    if (check->mend) {
        html_raw(html, "<p>");
        html_text(html, i18n(html->language, check->mend));
        if (check->line.n > 0) {
            html_raw(html, " <code>");
            html_text(html, check->line);
            html_raw(html, "</code>");
        }
        html_raw(html, "</p>");
    }
    if (check->href.n > 0) {
        html_raw(html, "<p><a");
        html_attr(html, "href", check->href);
        html_raw(html, ">");
        html_t(html, "Voir");
        html_raw(html, "</a></p>");
    }
    html_raw(html, "</div></details></li>\n");
}
