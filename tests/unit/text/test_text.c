#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/text_int.h"

#include <string.h>

#define OUT_BYTES_MAX 65536

typedef void convert(slice text, struct buf *out);

static void check(convert *function, const char *text, const char *expected) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    function(slice_from_cstr(text), &out);
    assert_int_equal(out.failed, OK);
    assert_string_equal(buf_cstr(&out), expected);
}

static void every_code_point_is_utf8_and_decodes_to_itself(void **state) {
    (void)state;
    for (uint32_t codepoint = 1; codepoint <= 0x10FFFF; codepoint++) {
        if (codepoint >= 0xD800 && codepoint < 0xE000) {
            continue;
        }
        BUF_CLEANUP struct buf out = buf_new(8);
        buf_add_utf8(&out, codepoint);
        size_t length = 0;
        assert_true(text_is_utf8(buf_slice(&out)));
        assert_int_equal(text_decode(buf_slice(&out), 0, &length), codepoint);
        assert_int_equal(length, out.n);
        assert_int_equal(text_codepoints(buf_slice(&out)), 1);
    }
}

static void what_is_not_utf8_is_found_where_it_stands(void **state) {
    (void)state;
    static const char *const wrong[] = {"\x80",
                                        "\xc0\xaf",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xff",
                                        "\xc3",
                                        "\xe2\x82",
                                        "\xf0\x9f\x8c",
                                        "\xc3\xc3",
                                        "\xe2\x82\x41"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        for (size_t before = 0; before < 20; before++) { /* at every place of an eight-byte step */
            BUF_CLEANUP struct buf text = buf_new(64);
            for (size_t k = 0; k < before; k++) {
                buf_add_char(&text, 'a');
            }
            buf_add_cstr(&text, wrong[i]);
            assert_int_equal(text_utf8_error(buf_slice(&text)), before);
        }
    }
    assert_int_equal(text_utf8_error(slice_of("abcdefgh\0ijklmnop", 17)), 8);
    assert_int_equal(text_utf8_error(slice_of("abc\0efghijklmnop", 16)), 3);
    assert_true(text_is_utf8(SLICE_EMPTY));
}

static void windows_1252_becomes_utf8(void **state) {
    (void)state;
    check(text_from_windows_1252, "caf\xe9 \x80 l\x92\x9cuvre", "café € l’œuvre");
    check(text_from_windows_1252, "plain", "plain");
    BUF_CLEANUP struct buf out = buf_new(64);
    text_from_windows_1252(slice_of("a\0b", 3), &out);
    assert_string_equal(buf_cstr(&out), "a\xef\xbf\xbd"
                                        "b");
}

static void check_mended(const char *text, const char *expected) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    buf_add_cstr(&out, ">");
    bool mended = text_mend_double_encoding(slice_from_cstr(text), &out);
    assert_int_equal(mended, expected != NULL);
    assert_string_equal(buf_cstr(&out) + 1, expected ? expected : "");
}

static void text_encoded_twice_is_mended_once(void **state) {
    (void)state;
    check_mended("fÃªtes", "fêtes");
    check_mended("dâ€™Ã©tÃ©", "d’été");
    check_mended("Å“uvre Ã\u00a0 10Â\u00a0â‚¬", "œuvre à 10\u00a0€");
    check_mended("Â« LIBERTÃ‰ Â»", "« LIBERTÉ »");
    check_mended("ðŸŒ±", "\xf0\x9f\x8c\xb1");
    check_mended("FÃƒÂªte", "FÃªte"); /* three times encoded: one layer goes */
}

static void right_text_is_left_alone(void **state) {
    (void)state;
    static const char *const right[] = {
        "",         "plain",   "fêtes", "LIBERTÉ…", "« LE CAFÉ»",      "« il a mangé…»",
        "É»",       "Ünïcödé", "“été”", "10 €",     "fÃªtes et fêtes", "fÃªtes\u00a0!",
        "São João", "日本語",  "Ã",     "â€"};
    for (size_t i = 0; i < ARRAY_COUNT(right); i++) {
        check_mended(right[i], NULL);
    }
}

static void folding_forgets_case_marks_and_typography(void **state) {
    (void)state;
    check(text_fold, "Saint-Étienne d’Œuf", "saint-etienne d'oeuf");
    check(text_fold, "ÇA, C`EST L´ÉTÉ", "ca, c'est l'ete");
    check(text_fold, "E\xcc\x81te\xcc\x81", "ete");
    check(text_fold, "Æsir straße ẞ", "aesir strasse ss");
    check(text_fold, "Łódź Ørsted đak ÿ", "lodz orsted dak y");
    check(text_fold, "ﬁn ½ ２０２６ ℡", "fin 1/2 2026 tel");
    check(text_fold, "a–b—c−d‑e\u00adf", "a-b-c-d-ef");
    check(text_fold, "  a \t\n\u00a0\u202f b\u2028 ", "a b");
    check(text_fold, "İstanbul ΣΊΣΥΦΟΣ ЁЖ", "istanbul σισυφοσ еж");
    check(text_fold, "", "");
    check(text_fold, " \u00a0 ", "");
}

static void folding_twice_changes_nothing(void **state) {
    (void)state;
    for (uint32_t codepoint = 1; codepoint <= 0x2FFFF; codepoint++) {
        if (codepoint >= 0xD800 && codepoint < 0xE000) {
            continue;
        }
        BUF_CLEANUP struct buf text = buf_new(16);
        BUF_CLEANUP struct buf once = buf_new(256);
        BUF_CLEANUP struct buf twice = buf_new(256);
        buf_add_char(&text, 'x');
        buf_add_utf8(&text, codepoint);
        buf_add_char(&text, 'y');
        text_fold(buf_slice(&text), &once);
        text_fold(buf_slice(&once), &twice);
        assert_true(slice_equal(buf_slice(&once), buf_slice(&twice)));
    }
}

static void a_long_text_folds_like_its_parts(void **state) {
    (void)state;
    BUF_CLEANUP struct buf text = buf_new(OUT_BYTES_MAX);
    BUF_CLEANUP struct buf expected = buf_new(OUT_BYTES_MAX);
    BUF_CLEANUP struct buf folded = buf_new(OUT_BYTES_MAX);
    for (int i = 0; i < 1000; i++) {
        buf_addf(&text, "%sÉtape n°%d", i ? "  " : "", i);
        buf_addf(&expected, "%setape n°%d", i ? " " : "", i);
    }
    text_fold(buf_slice(&text), &folded);
    assert_string_equal(buf_cstr(&folded), buf_cstr(&expected));
}

static void a_full_buffer_keeps_its_error(void **state) {
    (void)state;
    BUF_CLEANUP struct buf out = buf_new(3);
    text_fold(SLICE("abcdef"), &out);
    assert_int_equal(out.failed, ERR_LIMIT);
}

static void check_slug(const char *text, size_t limit, const char *expected) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    text_slug(slice_from_cstr(text), limit, &out);
    assert_string_equal(buf_cstr(&out), expected);
}

static void slugs_are_cut_at_a_hyphen(void **state) {
    (void)state;
    check_slug("Saint-Étienne d’Œuf", 60, "saint-etienne-d-oeuf");
    check_slug("Saint-Étienne d’Œuf", 15, "saint-etienne-d");
    check_slug("Saint-Étienne d’Œuf", 14, "saint-etienne");
    check_slug("Saint-Étienne d’Œuf", 12, "saint");
    check_slug("Anticonstitutionnellement", 5, "antic");
    check_slug("-- !", 10, "");
    check_slug("日本", 10, "");
    check_slug("(Re)pair' Café !", 60, "re-pair-cafe");
    check_slug("E\u0301te\u0301\u00a0½ ﬁn", 60, "ete-1-2-fin");
    check_slug("Œuf", 1, "o");
    check_slug("aaaa-bbbb-cccc", 9, "aaaa-bbbb");
}

static void check_clip(const char *text, size_t codepoints, const char *expected) {
    slice clipped = text_clip(slice_from_cstr(text), codepoints);
    assert_int_equal(clipped.n, strlen(expected));
    assert_memory_equal(clipped.p, expected, clipped.n);
}

static void a_clipped_text_ends_at_a_word_when_one_is_near(void **state) {
    (void)state;
    check_clip("un deux trois quatre", 100, "un deux trois quatre");
    check_clip("un deux trois quatre", 20, "un deux trois quatre");
    check_clip("un deux trois quatre", 16, "un deux trois");
    check_clip("un deux trois quatre", 13, "un deux trois");
    check_clip("un deux trois quatre", 14, "un deux trois");
    check_clip("anticonstitutionnellement", 5, "antic");
    check_clip("éééééééé", 3, "ééé");
    check_clip("abce\xcc\x81", 4, "abc"); /* not an e without its accent */
    check_clip("abc", 0, "");
}

static void a_text_of_so_many_bytes_ends_with_a_whole_character(void **state) {
    static const struct {
        size_t bytes, kept;
    } rows[] = {{0, 0}, {1, 1}, {2, 1}, {3, 3}, {4, 3}, {5, 3}, {6, 6}, {7, 7}, {99, 7}};
    slice text = SLICE("aé€b"); /* 1, 2, 3 and 1 bytes */
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        assert_int_equal(text_cut(text, rows[i].bytes).n, rows[i].kept);
    }
}

static void check_words(const char *text, const char *expected) {
    BUF_CLEANUP struct buf out = buf_new(OUT_BYTES_MAX);
    struct text_words words = {.rest = slice_from_cstr(text)};
    slice word;
    while (text_words_next(&words, &word)) {
        buf_add_char(&out, '|');
        buf_add(&out, word);
    }
    assert_string_equal(buf_cstr(&out), expected);
    assert_false(text_words_next(&words, &word));
}

static void words_are_runs_of_letters_and_digits(void **state) {
    (void)state;
    check_words("l'eau, co-voiturage (73065) a40!", "|l|eau|co|voiturage|73065|a40");
    check_words("σισυφοσ·еж « x »", "|σισυφοσ|еж|x");
    check_words("", "");
    check_words(" .,;", "");
}

static void stop_words_are_those_that_say_nothing(void **state) {
    (void)state;
    static const char *const stop[] = {"a",   "au", "des",  "les", "qu",
                                       "the", "y",  "your", "l",   "comment"};
    static const char *const telling[] = {"",   "eau",    "car", "ete",
                                          "or", "lesson", "zoo", "mobilite"};
    for (size_t i = 0; i < ARRAY_COUNT(stop); i++) {
        assert_true(text_is_stop_word(slice_from_cstr(stop[i])));
    }
    for (size_t i = 0; i < ARRAY_COUNT(telling); i++) {
        assert_false(text_is_stop_word(slice_from_cstr(telling[i])));
    }
}

static void stems_bring_forms_of_a_word_together(void **state) {
    (void)state;
    static const struct {
        enum text_language language;
        const char *a, *b;
    } pairs[] = {
        {TEXT_FRENCH, "jardin", "jardins"},         {TEXT_FRENCH, "energie", "energies"},
        {TEXT_FRENCH, "reparation", "reparations"}, {TEXT_FRENCH, "habitant", "habitante"},
        {TEXT_ENGLISH, "garden", "gardening"},      {TEXT_ENGLISH, "community", "communities"}};
    struct text_stemmer *stemmer = text_stemmer_new();
    assert_non_null(stemmer);
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        char first[64];
        slice stem = text_stem(stemmer, pairs[i].language, slice_from_cstr(pairs[i].a));
        assert_in_range(stem.n, 1, sizeof(first));
        memcpy(first, stem.p, stem.n);
        slice second = text_stem(stemmer, pairs[i].language, slice_from_cstr(pairs[i].b));
        assert_true(slice_equal(slice_of(first, stem.n), second));
    }
    char code[100];
    memset(code, 's', sizeof(code));
    slice whole = slice_of(code, sizeof(code));
    assert_true(slice_equal(text_stem(stemmer, TEXT_FRENCH, whole), whole));
    text_stemmer_free(stemmer);
    text_stemmer_free(NULL);
}

/* The distance with neighbours' swaps, by the plain table (optimal string alignment). */
static unsigned plain_distance(const char *a, const char *b) {
    unsigned rows[16][16];
    size_t n = strlen(a);
    size_t m = strlen(b);
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = 0; k <= m; k++) {
            if (i == 0 || k == 0) {
                rows[i][k] = (unsigned)(i + k);
                continue;
            }
            unsigned best = rows[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            best = rows[i - 1][k] + 1 < best ? rows[i - 1][k] + 1 : best;
            best = rows[i][k - 1] + 1 < best ? rows[i][k - 1] + 1 : best;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                rows[i - 2][k - 2] + 1 < best) {
                best = rows[i - 2][k - 2] + 1;
            }
            rows[i][k] = best;
        }
    }
    return rows[n][m];
}

static void one_typo_is_what_the_plain_distance_says(void **state) {
    (void)state;
    char texts[64][6];
    size_t count = 0;
    for (unsigned n = 0; n <= 5; n++) { /* all words over two letters up to five of them */
        for (unsigned bits = 0; bits < 1U << n; bits++, count++) {
            for (unsigned i = 0; i < n; i++) {
                texts[count][i] = bits >> i & 1 ? 'b' : 'a';
            }
            texts[count][n] = '\0';
        }
    }
    assert_int_equal(count, 63);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(
                text_within_one_typo(slice_from_cstr(texts[i]), slice_from_cstr(texts[k])),
                plain_distance(texts[i], texts[k]) <= 1);
        }
    }
}

static void typos_are_counted_in_characters_not_bytes(void **state) {
    (void)state;
    assert_true(text_within_one_typo(SLICE("é"), SLICE("è"))); /* C3 A9, C3 A8 */
    assert_true(text_within_one_typo(SLICE("aéb"), SLICE("ab")));
    assert_true(text_within_one_typo(SLICE("éa"), SLICE("aé")));
    assert_true(text_within_one_typo(SLICE("х"), SLICE("€"))); /* two bytes for three */
    assert_false(text_within_one_typo(SLICE("éé"), SLICE("èè")));
    assert_false(text_within_one_typo(SLICE("é€"), SLICE("")));
}

static void slug_has_no_hyphen_at_an_end_and_keeps_its_limit(void **state) {
    (void)state;
    assert_true(text_is_slug(SLICE("saint-etienne-2"), 15));
    assert_true(text_is_slug(SLICE("a"), 1));
    assert_false(text_is_slug(SLICE("saint-etienne-2"), 14));
    static const char *const wrong[] = {"", "-a", "a-", "-", "a b", "A", "a_b", "\xc3\xa9"};
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        assert_false(text_is_slug(slice_from_cstr(wrong[i]), 60));
    }
}

static void a_domain_of_another_script_becomes_punycode(void **state) {
    (void)state;
    /* "3…": RFC 3492, section 7.1 (L). */
    static const char *const pairs[][2] = {
        {"example.org", "example.org"},
        {"EXAMPLE.Org", "example.org"},
        {"B\xc3\xbc"
         "cher.example",
         "xn--bcher-kva.example"},
        {"Bu\xcc\x88"
         "cher.example",
         "xn--bcher-kva.example"},
        {"M\xc3\x9cNCHEN.de", "xn--mnchen-3ya.de"},
        {"stra\xc3\x9f"
         "e.de",
         "xn--strae-oqa.de"},
        {"\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88", "xn--r8jz45g.xn--zckzah"},
        {"\xd9\x84\xd9\x8a\xd9\x87\xd9\x85\xd8\xa7\xd8\xa8\xd8\xaa\xd9\x83\xd9\x84\xd9\x85\xd9\x88"
         "\xd8\xb4"
         "\xd8\xb9\xd8\xb1\xd8\xa8\xd9\x8a\xd8\x9f",
         NULL},
        {"3\xe5\xb9\xb4"
         "b\xe7\xb5\x84\xe9\x87\x91\xe5\x85\xab\xe5\x85\x88\xe7\x94\x9f",
         "xn--3b-ww4c5e180e575a65lsy2b"},
        {"a..b", NULL},
        {"", NULL},
        {"-a.b", NULL},
        {"a-.b", NULL},
        {"a b.c", NULL},
        {"a_b.c", NULL},
        {"\xe2\x84\x80.fr", NULL}, /* a/c */
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.fr", NULL},
        {"\xc3\xa9"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.fr",
         NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        struct buf out BUF_CLEANUP = buf_new(1024);
        err made = text_domain_ascii(slice_from_cstr(pairs[i][0]), &out);
        assert_int_equal(made, pairs[i][1] == NULL ? ERR_INPUT : OK);
        if (pairs[i][1] != NULL) {
            assert_string_equal(buf_cstr(&out), pairs[i][1]);
        }
    }
}

static void names_that_look_alike_have_one_skeleton(void **state) {
    (void)state;
    static const char *const alike[][2] = {
        {"Agora", "AGORA"},
        {"Agora", "\xd0\x90g\xd0\xber\xd0\xb0"}, /* Cyrillic A, o, a */
        {"Agora", "\xce\x91g\xce\xbfra"},        /* Greek */
        {"Agora", "Ag0ra"},
        {"Agora", "\xef\xbc\xa1\xef\xbd\x87ora"},   /* full width */
        {"Agora", "\xf0\x9d\x90\x80gora"},          /* mathematical bold */
        {"Agora", "A\xe2\x80\x8bg\xe2\x80\xaeora"}, /* zero width, right to left override */
        {"Agora", "\xc3\x80gor\xc3\xa5"},           /* with marks */
        {"Camille Martin", "Carnille Martin"},
        {"Camille Martin", "Cam1lle Martln"},
        {"William", "VViIliam"},
    };
    static const char *const unlike[][2] = {
        {"Agora", "Angora"}, {"Marion", "Mariana"}, {"\xd0\x96\xd0\xb0\xd0\xb6", "Zaz"}, {"", "a"}};
    for (size_t i = 0; i < ARRAY_COUNT(alike) + ARRAY_COUNT(unlike); i++) {
        bool is_alike = i < ARRAY_COUNT(alike);
        const char *const *pair = is_alike ? alike[i] : unlike[i - ARRAY_COUNT(alike)];
        struct buf one BUF_CLEANUP = buf_new(1024);
        struct buf other BUF_CLEANUP = buf_new(1024);
        text_skeleton(slice_from_cstr(pair[0]), &one);
        text_skeleton(slice_from_cstr(pair[1]), &other);
        if (slice_equal(buf_slice(&one), buf_slice(&other)) != is_alike) {
            fail_msg("%s and %s: %s, %s", pair[0], pair[1], buf_cstr(&one), buf_cstr(&other));
        }
    }
}

static void what_somebody_registered_is_found_within_a_domain(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"www.atelier.fr", "atelier.fr"},
        {"atelier.fr", "atelier.fr"},
        {"www.atelier.asso.fr", "atelier.asso.fr"},
        {"shop.atelier.co.uk", "atelier.co.uk"},
        {"atelier.github.io", "atelier.github.io"}, /* a customer of a host */
        {"github.io", ""},
        {"asso.fr", ""},
        {"fr", ""},
        {"", ""},
        {".atelier.fr", ""},
        {"mail.atelier.example", "atelier.example"}, /* no such suffix is known */
    };
    for (size_t i = 0; i < ARRAY_COUNT(pairs); i++) {
        slice found = text_domain_registered(slice_from_cstr(pairs[i][0]));
        assert_true(slice_equal(found, slice_from_cstr(pairs[i][1])));
    }
    assert_int_equal(text_domain_registered(slice_of("a.fr\0b.fr", 9)).n, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_utf8_and_decodes_to_itself),
        cmocka_unit_test(what_is_not_utf8_is_found_where_it_stands),
        cmocka_unit_test(windows_1252_becomes_utf8),
        cmocka_unit_test(text_encoded_twice_is_mended_once),
        cmocka_unit_test(right_text_is_left_alone),
        cmocka_unit_test(folding_forgets_case_marks_and_typography),
        cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(a_long_text_folds_like_its_parts),
        cmocka_unit_test(a_full_buffer_keeps_its_error),
        cmocka_unit_test(slugs_are_cut_at_a_hyphen),
        cmocka_unit_test(a_clipped_text_ends_at_a_word_when_one_is_near),
        cmocka_unit_test(a_text_of_so_many_bytes_ends_with_a_whole_character),
        cmocka_unit_test(words_are_runs_of_letters_and_digits),
        cmocka_unit_test(stop_words_are_those_that_say_nothing),
        cmocka_unit_test(stems_bring_forms_of_a_word_together),
        cmocka_unit_test(one_typo_is_what_the_plain_distance_says),
        cmocka_unit_test(typos_are_counted_in_characters_not_bytes),
        cmocka_unit_test(a_domain_of_another_script_becomes_punycode),
        cmocka_unit_test(what_somebody_registered_is_found_within_a_domain),
        cmocka_unit_test(names_that_look_alike_have_one_skeleton),
        cmocka_unit_test(slug_has_no_hyphen_at_an_end_and_keeps_its_limit),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
