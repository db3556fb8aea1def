/* What the letters say: one row a letter. In every text %1 is the name of the site, %2 the title of
 * what it is about, %3 who acts, %4 until when. Written as one speaks, the point first. */
#include "mail/mail_int.h"

#include <string.h>

#include "html/html.h"

#define N_(message) message /* marks a text for translation; it is looked up where it is written */
#define VALUES      4
#define VALUE_MAX   1024
#define PARTS_MAX   6
#define ZONE        "Europe/Paris"

enum letter_part_kind {
    PART_TEXT,
    PART_CODE,
    PART_LINK,     /* the message is what the link does */
    PART_WORDS,    /* what somebody wrote */
    PART_ITEMS,    /* titles with their links */
    PART_DECISION, /* the sentence of the decision */
    PART_GROUND,   /* a text with %3, when there is one */
};
struct letter_part {
    enum letter_part_kind kind;
    const char *message;
};
struct letter {
    const char *name; /* in the store and in List-Id */
    const char *subject;
    struct letter_part parts[PARTS_MAX]; /* up to the first without a message */
    const char *why;                     /* why one gets it, at its end */
    const char *leave; /* what the link says that ends such letters; NULL: asked for by an act */
};

/* For a part that has no words of its own. */
#define ALONE ""

static const struct letter letters[] = {
    [MAIL_SIGN_IN] =
        {
            .name = "sign-in",
            .subject = N_("Votre connexion à %1"),
            .parts = {{PART_TEXT, N_("Bonjour, voici le code pour vous connecter à %1 :")},
                      {PART_CODE, ALONE},
                      {PART_TEXT, N_("Ou suivez ce lien, puis le bouton de la page :")},
                      {PART_LINK, N_("Me connecter")},
                      {PART_TEXT, N_("Le code et le lien servent une seule fois, jusqu’au %4.")}},
            .why = N_("Vous n’avez rien demandé ? Ne faites rien : sans ce code, personne "
                      "n’entre."),
        },
    [MAIL_CONFIRM] =
        {
            .name = "confirm",
            .subject = N_("À confirmer : « %2 »"),
            .parts = {{PART_TEXT, N_("Bonjour, vous avez écrit « %2 » sur %1. Il reste à confirmer "
                                     "que c’est bien vous :")},
                      {PART_LINK, N_("Confirmer")},
                      {PART_TEXT, N_("Sans confirmation avant le %4, rien n’est montré. Gardez ce "
                                     "message : par le même lien, vous pourrez corriger la fiche "
                                     "plus tard.")}},
            .why = N_("Vous n’avez rien écrit sur %1 ? Ne faites rien : rien ne sera montré."),
        },
    [MAIL_FOUND] =
        {
            .name = "found",
            .subject = N_("Vos contributions sur %1"),
            .parts = {{PART_TEXT, N_("Bonjour, voici ce qui a été écrit sur %1 avec cette "
                                     "adresse :")},
                      {PART_ITEMS, ALONE}},
            .why = N_("Qui a ces liens peut corriger ces fiches : ne transmettez pas ce message. "
                      "Vous n’avez rien demandé ? Vous pouvez l’effacer."),
        },
    [MAIL_INVITATION] =
        {
            .name = "invitation",
            .subject = N_("%3 vous invite dans l’équipe de « %2 »"),
            .parts = {{PART_TEXT, N_("Bonjour, %3 vous invite sur %1 dans l’équipe de « %2 » : "
                                     "corriger la fiche, donner des nouvelles, répondre aux "
                                     "messages.")},
                      {PART_LINK, N_("Voir l’invitation")},
                      {PART_TEXT, N_("Elle vaut jusqu’au %4. Pour la refuser, il suffit de ne rien "
                                     "faire.")}},
            .why = N_("%3 a donné votre adresse à %1 pour cette invitation, et pour rien d’autre."),
        },
    [MAIL_YEARLY] =
        {
            .name = "yearly",
            .subject = N_("« %2 » : est‑ce toujours vrai ?"),
            .parts = {{PART_TEXT, N_("Bonjour, depuis un an personne n’a confirmé « %2 » sur %1.")},
                      {PART_LINK, N_("Relire la fiche")},
                      {PART_TEXT, N_("Aucun mot de passe n’est demandé. La page montre ce qui est "
                                     "écrit : vous confirmez, vous corrigez, ou vous dites que "
                                     "c’est fini.")}},
            .why = N_("Ce message vient une fois par an à l’équipe de « %2 », ou à qui a ajouté la "
                      "fiche."),
            .leave = N_("Ne plus recevoir ces rappels"),
        },
    [MAIL_DECISION] =
        {
            .name = "decision",
            .subject = N_("Décision au sujet de « %2 »"),
            .parts = {{PART_DECISION, ALONE},
                      {PART_TEXT, N_("La raison :")},
                      {PART_WORDS, ALONE},
                      {PART_GROUND, N_("La décision repose sur %3")},
                      {PART_LINK, N_("Lire la décision, demander un nouvel avis")},
                      {PART_TEXT, N_("Vous n’êtes pas d’accord ? Cette page dit comment demander, "
                                     "sans frais, qu’une autre personne regarde de nouveau, et à "
                                     "qui d’autre vous adresser.")}},
            .why = N_("Vous recevez ce message parce que vous avez écrit cette fiche, ou signalé "
                      "quelque chose à son sujet."),
        },
    [MAIL_RECEIPT] =
        {
            .name = "receipt",
            .subject = N_("Reçu : votre signalement de « %2 »"),
            .parts = {{PART_TEXT, N_("Bonjour, votre signalement d’un contenu illégal au sujet de "
                                     "« %2 » est arrivé sur %1.")},
                      {PART_TEXT, N_("Une personne va le lire et décider, sans outil automatique. "
                                     "Sa décision et sa raison vous arrivent ensuite, avec la "
                                     "manière de la contester.")},
                      {PART_LINK, N_("Voir la fiche")}},
            .why = N_("Vous recevez ce message parce que ce signalement donne votre adresse. Ce "
                      "n’est pas vous ? Dites-le à la modération, sur la page de la fiche."),
        },
    [MAIL_QUESTION] =
        {
            .name = "question",
            .subject = N_("Une question au sujet de « %2 »"),
            .parts = {{PART_DECISION, ALONE},
                      {PART_WORDS, ALONE},
                      {PART_LINK, N_("Répondre")},
                      {PART_TEXT, N_("Sans réponse avant le %4, la modération décidera avec ce "
                                     "qu’elle sait. La fiche reste d’ici là comme elle est.")}},
            .why = N_("Vous recevez ce message parce que vous avez écrit cette fiche, ou parce que "
                      "vous êtes dans son équipe."),
        },
    [MAIL_TO_TEAM] =
        {
            .name = "to-team",
            .subject = N_("Message pour l’équipe de « %2 »"),
            .parts = {{PART_TEXT, N_("Bonjour, par %1, %3 écrit à l’équipe de « %2 » :")},
                      {PART_WORDS, ALONE},
                      {PART_TEXT, N_("Pour répondre à %3, répondez à ce message. Votre adresse n’a "
                                     "pas été montrée ; elle le sera dans votre réponse.")},
                      {PART_LINK, N_("Voir la fiche")}},
            .why = N_("Vous recevez ce message parce que vous êtes dans l’équipe de « %2 ». Qui la "
                      "quitte n’en reçoit plus."),
        },
    [MAIL_SUGGESTION] =
        {
            .name = "suggestion",
            .subject = N_("Votre proposition pour « %2 »"),
            .parts = {{PART_DECISION, ALONE},
                      {PART_WORDS, ALONE},
                      {PART_LINK, N_("Voir la fiche")}},
            .why = N_("Vous recevez ce message parce que vous avez proposé un changement de cette "
                      "fiche."),
        },
    [MAIL_WAITS] =
        {
            .name = "waits",
            .subject = N_("Une proposition pour « %2 »"),
            .parts = {{PART_TEXT, N_("Bonjour, sur %1, quelqu’un propose un changement de « %2 ». "
                                     "La fiche reste comme elle est, jusqu’à ce que vous "
                                     "acceptiez.")},
                      {PART_LINK, N_("Voir la proposition")}},
            .why = N_("Vous recevez ce message parce que vous êtes dans l’équipe de « %2 ». Qui la "
                      "quitte n’en reçoit plus."),
        },
    [MAIL_POWER] =
        {
            .name = "power",
            .subject = N_("Rôles et accès sur %1"),
            .parts = {{PART_TEXT, N_("Bonjour, sur %1 :")},
                      {PART_TEXT, "%2"},
                      {PART_TEXT, N_("La raison :")},
                      {PART_WORDS, ALONE},
                      {PART_LINK, N_("Voir sur le site")}},
            .why = N_("Ce message va à la personne concernée et à celle qui a agi. Ce n’était pas "
                      "vous ? Fermez vos autres appareils et prévenez l’équipe du site."),
        },
    [MAIL_TAKEN_UP] =
        {
            .name = "taken-up",
            .subject = N_("« %2 » a été repris ailleurs"),
            .parts = {{PART_TEXT, N_("Bonjour, une bonne nouvelle : sur %1, « %3 » dit s’inspirer "
                                     "de « %2 ». La fiche raconte ce qui a changé et ce qui a été "
                                     "appris.")},
                      {PART_LINK, N_("Voir ce qui a été repris")}},
            .why = N_("Vous recevez ce message parce que vous êtes dans l’équipe de « %2 ». Qui la "
                      "quitte n’en reçoit plus."),
        },
    [MAIL_PASSWORD] =
        {
            .name = "password",
            .subject = N_("Le mot de passe de votre compte sur %1"),
            .parts = {{PART_TEXT, N_("Bonjour, sur %1 :")},
                      {PART_TEXT, "%2"},
                      {PART_LINK, N_("Voir mes appareils connectés")}},
            .why = N_("Ce n’était pas vous ? Connectez-vous, changez le mot de passe et fermez les "
                      "autres appareils."),
        },
    [MAIL_CLAIM] =
        {
            .name = "claim",
            .subject = N_("« %2 » : est‑ce votre collectif ?"),
            .parts = {{PART_TEXT, N_("Bonjour, une personne qui se présente ainsi demande à tenir "
                                     "la fiche « %2 » sur %1 : %3")},
                      {PART_WORDS, ALONE},
                      {PART_LINK, N_("Répondre oui ou non")},
                      {PART_TEXT, N_("Si vous dites oui, elle pourra changer la fiche au nom du "
                                     "collectif. Si vous dites non, elle ne pourra plus vous "
                                     "écrire à ce sujet. Aucun compte n’est demandé. Sans réponse "
                                     "avant le %4, rien ne change.")}},
            .why = N_("%1 vous écrit parce que cette adresse est celle de « %2 », ou celle de son "
                      "site. Elle n’est montrée à personne."),
        },
    [MAIL_CLAIMED] =
        {
            .name = "claimed",
            .subject = N_("« %2 » et son équipe"),
            .parts = {{PART_DECISION, ALONE},
                      {PART_WORDS, ALONE},
                      {PART_LINK, N_("Ouvrir la page")}},
            .why = N_("Vous recevez ce message parce que vous avez demandé à tenir cette fiche, "
                      "ou parce que votre adresse y était connue."),
        },
    [MAIL_ADDRESS] =
        {
            .name = "address",
            .subject = N_("Votre adresse sur %1"),
            .parts = {{PART_TEXT, N_("Bonjour, voici le code qui ajoute cette adresse à votre "
                                     "compte sur %1 :")},
                      {PART_CODE, ALONE},
                      {PART_LINK, N_("Écrire le code")},
                      {PART_TEXT, N_("Il sert une seule fois, jusqu’au %4, dans le navigateur où "
                                     "vous l’avez demandé.")}},
            .why = N_("Vous n’avez rien demandé ? Ne faites rien : sans ce code, l’adresse n’est "
                      "pas ajoutée."),
        },
    [MAIL_TEST] =
        {
            .name = "test",
            .subject = N_("Lettre d’essai de %1"),
            .parts = {{PART_TEXT, N_("Bonjour, cette lettre est arrivée : %1 sait écrire aux "
                                     "gens.")}},
            .why = N_("La personne qui administre %1 l’a demandée."),
        },
};
_Static_assert(ARRAY_COUNT(letters) == MAIL_LETTER__COUNT, "every letter says something");

static const char *const decisions[] = {
    [MAIL_DECISION_NOTHING] = N_("Bonjour, « %2 » a été relu par la modération de %1, et reste "
                                 "tel quel."),
    [MAIL_DECISION_CORRECTED] = N_("Bonjour, la modération de %1 a corrigé « %2 »."),
    [MAIL_DECISION_ASKED] = N_("Bonjour, la modération de %1 a une question au sujet de « %2 »."),
    [MAIL_DECISION_HELD] = N_("Bonjour, la modération de %1 a mis « %2 » en attente : la fiche "
                              "n’est pas montrée pour le moment."),
    [MAIL_DECISION_REMOVED] = N_("Bonjour, la modération de %1 a retiré « %2 »."),
    [MAIL_DECISION_RESTORED] = N_("Bonjour, « %2 » est de nouveau sur %1 : la modération est "
                                  "revenue sur sa décision."),
    [MAIL_DECISION_WARNED] = N_("Bonjour, au sujet de « %2 », la modération de %1 vous donne un "
                                "avertissement."),
    [MAIL_DECISION_BLOCKED] = N_("Bonjour, après « %2 », la modération de %1 a fermé votre "
                                 "compte : vous ne pouvez plus vous connecter. Ce que vous "
                                 "avez écrit reste."),
    [MAIL_DECISION_BLOCKED_UNTIL] = N_("Bonjour, après « %2 », la modération de %1 a fermé votre "
                                       "compte jusqu’au %4 : d’ici là, vous ne pouvez pas vous "
                                       "connecter. Ce que vous avez écrit reste."),
    [MAIL_DECISION_UNBLOCKED] = N_("Bonjour, la modération de %1 a rouvert votre compte, fermé "
                                   "après « %2 »."),
    [MAIL_DECISION_KEPT] = N_("Bonjour, une autre personne de la modération de %1 a regardé de "
                              "nouveau la décision au sujet de « %2 » : elle est maintenue."),
    [MAIL_DECISION_REVERSED] = N_("Bonjour, une autre personne de la modération de %1 a regardé de "
                                  "nouveau la décision au sujet de « %2 » : elle est changée."),
    [MAIL_DECISION_MERGED] =
        N_("Bonjour, la modération de %1 a réuni « %2 » avec une autre fiche qui disait la même "
           "chose. Rien n’est perdu : les deux adresses mènent à la même page, l’histoire des "
           "deux est gardée, et cela peut être défait."),
    [MAIL_DECISION_PARTED] = N_("Bonjour, la modération de %1 a séparé de nouveau « %2 » de la "
                                "fiche avec laquelle elle avait été réunie."),
    [MAIL_DECISION_UNDONE] =
        N_("Bonjour, la modération de %1 a annulé des changements que vous aviez "
           "faits, à « %2 » ou à d’autres fiches. Rien n’est effacé : "
           "l’historique les garde, et cela peut être défait."),
    [MAIL_DECISION_REDONE] =
        N_("Bonjour, la modération de %1 a remis les changements que vous aviez "
           "faits, à « %2 » ou à d’autres fiches, et qu’elle avait annulés."),
    [MAIL_DECISION_PUBLISHED] = N_("Bonjour, la modération de %1 a relu « %2 » et l’a publié."),
    [MAIL_DECISION_ACCEPTED] = N_("Bonjour, votre proposition pour « %2 » est acceptée : elle se "
                                  "voit sur %1. Merci !"),
    [MAIL_DECISION_ADAPTED] = N_("Bonjour, votre proposition pour « %2 » est reprise sur %1, avec "
                                 "des retouches. Merci !"),
    [MAIL_DECISION_DECLINED] = N_("Bonjour, votre proposition pour « %2 » n’est pas reprise sur "
                                  "%1. Voici pourquoi :"),
    [MAIL_DECISION_CLAIM_GIVEN] =
        N_("Bonjour, c’est fait : vous tenez maintenant « %2 » sur %1, au "
           "nom de votre collectif. Ce que d’autres veulent y changer "
           "attend votre accord."),
    [MAIL_DECISION_CLAIM_REFUSED] = N_("Bonjour, votre demande de tenir « %2 » sur %1 n’est pas "
                                       "acceptée."),
    [MAIL_DECISION_CLAIM_ENDED] = N_("Bonjour, la modération de %1 a mis fin à l’équipe que vous "
                                     "aviez formée pour « %2 » : la fiche est de nouveau ouverte à "
                                     "tout le monde."),
    [MAIL_DECISION_CLAIM_TOLD] = N_("Bonjour, une équipe tient maintenant « %2 » sur %1. Ce n’est "
                                    "pas la vôtre ? Dites‑le à la modération :"),
    [MAIL_DECISION_CLAIM_TOLD_ENDED] =
        N_("Bonjour, la modération de %1 a mis fin à l’équipe qui "
           "tenait « %2 ». La fiche est de nouveau ouverte à tout le "
           "monde."),
};
_Static_assert(ARRAY_COUNT(decisions) == MAIL_DECISION__COUNT, "every decision has its sentence");

const char *mail_letter_name(enum mail_letter letter) {
    return letters[letter].name;
}

bool mail_letter_find(slice name, enum mail_letter *letter) {
    for (size_t i = 0; i < ARRAY_COUNT(letters); i++) {
        if (slice_equal(name, slice_from_cstr(letters[i].name))) {
            *letter = (enum mail_letter)i;
            return true;
        }
    }
    return false;
}

bool mail_letter_can_be_left(enum mail_letter letter) {
    return letters[letter].leave != NULL;
}

/* A letter being written in one of its forms. */
struct writing {
    const struct mail_house *house;
    const struct mail_row *row;
    const struct letter *letter;
    const struct i18n_language *language;
    struct buf until;
    slice values[VALUES];
};

static void until_add(const struct i18n_language *language, int64_t until_ms, struct buf *out) {
    struct buf day BUF_CLEANUP = buf_new(VALUE_MAX);
    struct date date;
    if (until_ms == 0 || date_from_ms(until_ms, SLICE(ZONE), &date) != OK) {
        return;
    }
    i18n_date(language, &date, I18N_DATE_PLAIN, &day); /* with its hour */
    const slice values[] = {buf_slice(&day)};
    i18n_tf(language, N_("%1 (heure de Paris)"), values, ARRAY_COUNT(values), out);
}

static struct writing writing_begin(const struct mail_house *house, const struct mail_row *row) {
    const struct i18n_language *language = i18n_language(house->i18n, row->language);
    struct writing writing = {.house = house,
                              .row = row,
                              .letter = &letters[row->letter],
                              .language = language,
                              .until = buf_new(VALUE_MAX)};
    until_add(language, row->until_ms, &writing.until);
    writing.values[0] = house->site_name;
    writing.values[1] = row->title;
    writing.values[2] = row->who;
    writing.values[3] = buf_slice(&writing.until);
    return writing;
}

static const char *message_of(const struct writing *writing, const struct letter_part *part) {
    return part->kind == PART_DECISION ? decisions[writing->row->decision] : part->message;
}

static void text_message(const struct writing *writing, const char *message, struct buf *out) {
    i18n_tf(writing->language, message, writing->values, VALUES, out);
}

void mail_letter_subject(const struct mail_house *house, const struct mail_row *row,
                         struct buf *out) {
    struct writing writing = writing_begin(house, row);
    text_message(&writing, writing.letter->subject, out);
    buf_free(&writing.until);
}

/* "PATH TITLE" of each line; false at the end. */
static bool item_next(slice *rest, slice *path, slice *title) {
    slice line;
    if (!slice_cut(rest, '\n', &line) || line.n == 0) {
        return false;
    }
    size_t space = slice_find(line, 0, ' ');
    *path = slice_sub(line, 0, space);
    *title = slice_sub(line, space + 1, line.n);
    return true;
}

/* ---- As text */

static void text_link(const struct writing *writing, const char *message, slice path,
                      struct buf *out) {
    text_message(writing, message, out);
    buf_addf(out, "\n%.*s%.*s", SLICE_ARG(writing->house->base_url), SLICE_ARG(path));
}

static void text_items(const struct writing *writing, struct buf *out) {
    slice rest = writing->row->items;
    slice path;
    slice title;
    for (bool first = true; item_next(&rest, &path, &title); first = false) {
        buf_addf(out, "%s- %.*s\n  %.*s%.*s", first ? "" : "\n", SLICE_ARG(title),
                 SLICE_ARG(writing->house->base_url), SLICE_ARG(path));
    }
}

/* Quoted, so that nobody takes another's words for ours. */
static void text_words(slice words, struct buf *out) {
    slice line;
    for (bool first = true; slice_cut(&words, '\n', &line); first = false) {
        buf_add_cstr(out, first ? "> " : "\n> ");
        buf_add(out, line);
    }
}

/* Words that nobody wrote are no part, nor is a ground that is not named. */
static bool is_written(const struct writing *writing, const struct letter_part *part) {
    return part->kind == PART_WORDS    ? writing->row->words.n > 0
           : part->kind == PART_GROUND ? writing->row->who.n > 0
                                       : true;
}

static void text_part(const struct writing *writing, const struct letter_part *part,
                      struct buf *out) {
    if (!is_written(writing, part)) {
        return;
    }
    switch (part->kind) {
    case PART_TEXT:
    case PART_GROUND:
    case PART_DECISION:
        text_message(writing, message_of(writing, part), out);
        break;
    case PART_CODE:
        buf_addf(out, "    %.*s", SLICE_ARG(writing->row->code));
        break;
    case PART_LINK:
        text_link(writing, part->message, writing->row->path, out);
        break;
    case PART_WORDS:
        text_words(writing->row->words, out);
        break;
    case PART_ITEMS:
        text_items(writing, out);
        break;
    }
    buf_add_cstr(out, "\n\n");
}

void mail_letter_text(const struct mail_house *house, const struct mail_row *row, struct buf *out) {
    struct writing writing = writing_begin(house, row);
    for (size_t i = 0; i < PARTS_MAX && writing.letter->parts[i].message != NULL; i++) {
        text_part(&writing, &writing.letter->parts[i], out);
    }
    buf_add_cstr(out, "-- \n");
    text_message(&writing, writing.letter->why, out);
    buf_add_char(out, '\n');
    if (writing.letter->leave != NULL) {
        text_link(&writing, writing.letter->leave, row->leave_path, out);
        buf_add_char(out, '\n');
    }
    buf_addf(out, "%.*s\n%.*s\n", SLICE_ARG(house->site_name), SLICE_ARG(house->base_url));
    buf_free(&writing.until);
}

/* ---- As HTML: no picture, no style sheet, nothing from elsewhere; the styles stand with their
 * elements, since mail programs know no other. */

static void html_path(struct html *html, const struct writing *writing, slice path) {
    html_raw(html, "<a href=\"");
    html_text(html, writing->house->base_url);
    html_text(html, path);
    html_raw(html, "\" style=\"color:#0e5a4f\">");
}

static void html_message(struct html *html, const struct writing *writing, const char *message) {
    html_tf(html, message, writing->values, VALUES);
}

static void html_button(struct html *html, const struct writing *writing, const char *message) {
    html_raw(html, "<p style=\"margin:1.5em 0\"><a href=\"");
    html_text(html, writing->house->base_url);
    html_text(html, writing->row->path);
    html_raw(html, "\" style=\"background:#0e5a4f;color:#fff;padding:.8em 1.4em;"
                   "border-radius:.5em;text-decoration:none;font-weight:bold;"
                   "display:inline-block\">");
    html_message(html, writing, message);
    html_raw(html, "</a></p>\n<p style=\"font-size:.85em;color:#4c5a5f\">");
    html_path(html, writing, writing->row->path);
    html_text(html, writing->house->base_url);
    html_text(html, writing->row->path);
    html_raw(html, "</a></p>\n");
}

static void html_words(struct html *html, slice words) {
    slice line;
    html_raw(html, "<blockquote style=\"margin:1em 0;padding:.2em 1em;"
                   "border-left:4px solid #ded9cc\"><p>");
    for (bool first = true; slice_cut(&words, '\n', &line); first = false) {
        if (!first) {
            html_raw(html, "<br>\n");
        }
        html_text(html, line);
    }
    html_raw(html, "</p></blockquote>\n");
}

static void html_items(struct html *html, const struct writing *writing) {
    slice rest = writing->row->items;
    slice path;
    slice title;
    html_raw(html, "<ul>\n");
    while (item_next(&rest, &path, &title)) {
        html_raw(html, "<li style=\"margin:.5em 0\">");
        html_path(html, writing, path);
        html_text(html, title);
        html_raw(html, "</a></li>\n");
    }
    html_raw(html, "</ul>\n");
}

static void html_part(struct html *html, const struct writing *writing,
                      const struct letter_part *part) {
    if (!is_written(writing, part)) {
        return;
    }
    switch (part->kind) {
    case PART_TEXT:
    case PART_GROUND:
    case PART_DECISION:
        html_raw(html, "<p>");
        html_message(html, writing, message_of(writing, part));
        html_raw(html, "</p>\n");
        break;
    case PART_CODE:
        html_raw(html, "<p style=\"font:bold 1.8em monospace;letter-spacing:.1em;margin:.6em 0\">");
        html_text(html, writing->row->code);
        html_raw(html, "</p>\n");
        break;
    case PART_LINK:
        html_button(html, writing, part->message);
        break;
    case PART_WORDS:
        html_words(html, writing->row->words);
        break;
    case PART_ITEMS:
        html_items(html, writing);
        break;
    }
}

static void html_foot(struct html *html, const struct writing *writing) {
    html_raw(html, "<hr style=\"border:0;border-top:1px solid #ded9cc;margin:2em 0 1em\">\n"
                   "<p style=\"font-size:.85em;color:#4c5a5f\">");
    html_message(html, writing, writing->letter->why);
    html_raw(html, "</p>\n<p style=\"font-size:.85em\">");
    if (writing->letter->leave != NULL) {
        html_path(html, writing, writing->row->leave_path);
        html_message(html, writing, writing->letter->leave);
        html_raw(html, "</a> · ");
    }
    html_path(html, writing, SLICE("/"));
    html_text(html, writing->house->site_name);
    html_raw(html, "</a></p>\n");
}

void mail_letter_html(const struct mail_house *house, const struct mail_row *row, struct buf *out) {
    struct writing writing = writing_begin(house, row);
    struct html html = {.out = out, .language = writing.language};
    html_raw(&html, "<!doctype html>\n<html");
    html_attr(&html, "lang", i18n_code(writing.language));
    html_raw(&html, ">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                    "content=\"width=device-width\">\n<title>");
    html_message(&html, &writing, writing.letter->subject);
    html_raw(&html, "</title></head>\n<body style=\"margin:0;padding:1.5em;background:#faf8f3;"
                    "color:#18262b;font:16px/1.55 system-ui,sans-serif\">\n"
                    "<div style=\"max-width:36em;margin:auto;background:#fff;padding:1.5em 2em;"
                    "border:1px solid #ded9cc;border-radius:.6em;"
                    "overflow-wrap:anywhere;word-break:break-word\">\n"
                    "<p style=\"font-weight:bold;color:#0e5a4f;margin-top:0\">");
    html_text(&html, house->site_name);
    html_raw(&html, "</p>\n");
    for (size_t i = 0; i < PARTS_MAX && writing.letter->parts[i].message != NULL; i++) {
        html_part(&html, &writing, &writing.letter->parts[i]);
    }
    html_foot(&html, &writing);
    html_raw(&html, "</div>\n</body>\n</html>\n");
    buf_free(&writing.until);
}
