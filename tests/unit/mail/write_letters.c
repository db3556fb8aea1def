/* Writes every letter in a language as it goes over the wire, with values that are hard to carry:
 *     write_letters LANGUAGE EN.MO
 * One JSON object a line: what a reader must find, and the source in hexadecimal. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "mail/mail_int.h"

static const char hard_title[] =
    "L’été =?utf-8?B?Zm9v?= à « Œuf », 100 % <b>gratuit</b> & \"libre\" — 自転車 🚲 "
    "et un titre qui ne tient pas sur une ligne de soixante-seize signes";
static const char hard_words[] =
    ".\n..\nFrom here on\n--\nune ligne avec une espace à la fin \nx=3D\n"
    "loooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong\n"
    "\ttabulation, <script>alert(1)</script> & \"guillemets\"\n\nfin 🚲";

static void hex(struct buf *out, slice bytes) {
    for (size_t i = 0; i < bytes.n; i++) {
        buf_addf(out, "%02x", (unsigned char)bytes.p[i]);
    }
}

static void print(const struct mail_house *house, const struct mail_row *row) {
    struct buf source = buf_new(MAIL_SOURCE_MAX);
    struct buf subject = buf_new(MAIL_SOURCE_MAX);
    struct buf text = buf_new(MAIL_SOURCE_MAX);
    struct buf html = buf_new(MAIL_SOURCE_MAX);
    struct buf line = buf_new(4 * MAIL_SOURCE_MAX);
    if (mail_compose(house, row, &source) != OK) {
        fprintf(stderr, "%s: no source\n", mail_letter_name(row->letter));
        exit(1);
    }
    mail_letter_subject(house, row, &subject);
    mail_letter_text(house, row, &text);
    mail_letter_html(house, row, &html);
    const struct {
        const char *key;
        slice value;
    } fields[] = {{"letter", slice_from_cstr(mail_letter_name(row->letter))},
                  {"subject", buf_slice(&subject)},
                  {"text", buf_slice(&text)},
                  {"html", buf_slice(&html)},
                  {"to", row->to},
                  {"to_name", row->to_name},
                  {"from_name", house->site_name},
                  {"leave", row->leave_path},
                  {"reply", row->reply}};
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++) {
        buf_addf(&line, "%s\"%s\":", i == 0 ? "{" : ",", fields[i].key);
        buf_add_json_string(&line, fields[i].value);
    }
    buf_add_cstr(&line, ",\"source\":\"");
    hex(&line, buf_slice(&source));
    printf("%s\"}\n", buf_cstr(&line));
    struct buf *all[] = {&source, &subject, &text, &html, &line};
    for (size_t i = 0; i < ARRAY_COUNT(all); i++) {
        buf_free(all[i]);
    }
}

static void file_read(const char *path, struct buf *out) {
    char chunk[4096];
    FILE *file = fopen(path, "rb");
    for (size_t n = 0; file != NULL && (n = fread(chunk, 1, sizeof chunk, file)) > 0;) {
        buf_add_bytes(out, chunk, n);
    }
    if (file != NULL) {
        fclose(file);
    }
}

int main(int count, char **words) {
    struct buf mo BUF_CLEANUP = buf_new(1u << 22);
    struct problem problem = {0};
    struct i18n *i18n = NULL;
    if (count != 3 || crypto_start() != OK) {
        return 2;
    }
    file_read(words[2], &mo);
    const struct i18n_catalogue english = {SLICE("en"), buf_slice(&mo)};
    if (i18n_new(&english, 1, &i18n, &problem) != OK) {
        fprintf(stderr, "%s\n", problem.what);
        return 1;
    }
    const struct mail_house house = {.i18n = i18n,
                                     .site_name = SLICE("Agora « d’été »"),
                                     .base_url = SLICE("https://agora.example"),
                                     .from = SLICE("no-reply@agora.example")};
    for (int i = 0; i < MAIL_LETTER__COUNT; i++) {
        struct mail_row row = {
            .id = 1000 + i,
            .created_ms = INT64_C(1795339863000),
            .until_ms = INT64_C(1795341600000),
            .letter = (enum mail_letter)i,
            .decision = (enum mail_decision)i,
            .language = slice_from_cstr(words[1]),
            .to = i % 2 == 0 ? SLICE("bob+x@bücher.example") : SLICE("o'hara@example.org"),
            .to_name = i % 2 == 0 ? SLICE("Zoé \"la\" <reine>, Œuf") : SLICE("Bob Martin"),
            .title = slice_from_cstr(hard_title),
            .who = SLICE("Zoé & Cie"),
            .code = SLICE("AB23-CD45"),
            .path = SLICE("/somewhere/x?y=1&z=2"),
            .leave_path = mail_letter_can_be_left((enum mail_letter)i) ? SLICE("/leave/abc?x=1&y=2")
                                                                       : SLICE_EMPTY,
            .reply = i == MAIL_TO_TEAM ? SLICE("zoe@bücher.example") : SLICE_EMPTY,
            .words = slice_from_cstr(hard_words),
            .items = SLICE("/c/1 Un & deux\n/c/2 <trois>\n")};
        print(&house, &row);
    }
    i18n_free(i18n);
    return 0;
}
