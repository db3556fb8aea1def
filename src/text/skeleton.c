/* What a name looks like, whatever it is written with (Unicode Technical Standard 39, section 4, in
 * its idea): the letters of other scripts that a reader takes for Latin ones, and digits that stand
 * for letters. */
#include <stdlib.h>

#include "text/text_int.h"

#define EXPANDS 12 /* of one letter into what it is made of */

/* Folded letters, sorted. Capitals are small here, so that a letter whose capital is taken for a
 * Latin one stands for that (Cyrillic н, as Н, for h). */
static const struct look {
    uint32_t codepoint;
    char letter;
} looks[] = {
    {0x127, 'h'},  {0x131, 'l'},  {0x167, 't'},  {0x192, 'f'},  {0x251, 'a'},  {0x261, 'g'},
    {0x262, 'g'},  {0x269, 'l'},  {0x26a, 'l'},  {0x274, 'n'},  {0x280, 'r'},  {0x299, 'b'},
    {0x29c, 'h'},  {0x29f, 'l'},  {0x3b1, 'a'},  {0x3b2, 'b'},  {0x3b3, 'y'},  {0x3b5, 'e'},
    {0x3b6, 'z'},  {0x3b7, 'n'},  {0x3b9, 'l'},  {0x3ba, 'k'},  {0x3bc, 'm'},  {0x3bd, 'v'},
    {0x3bf, 'o'},  {0x3c0, 'n'},  {0x3c1, 'p'},  {0x3c3, 'o'},  {0x3c4, 't'},  {0x3c5, 'u'},
    {0x3c7, 'x'},  {0x3c9, 'w'},  {0x3f2, 'c'},  {0x3f3, 'j'},  {0x430, 'a'},  {0x432, 'b'},
    {0x433, 'r'},  {0x435, 'e'},  {0x437, 'e'},  {0x438, 'u'},  {0x43a, 'k'},  {0x43c, 'm'},
    {0x43d, 'h'},  {0x43e, 'o'},  {0x43f, 'n'},  {0x440, 'p'},  {0x441, 'c'},  {0x442, 't'},
    {0x443, 'y'},  {0x445, 'x'},  {0x448, 'w'},  {0x44c, 'b'},  {0x455, 's'},  {0x456, 'l'},
    {0x458, 'j'},  {0x461, 'w'},  {0x4bb, 'h'},  {0x4cf, 'l'},  {0x501, 'd'},  {0x51b, 'q'},
    {0x51d, 'w'},  {0x563, 'g'},  {0x570, 'h'},  {0x578, 'n'},  {0x57d, 'u'},  {0x585, 'o'},
    {0x5d5, 'l'},  {0x5d8, 'u'},  {0x5e1, 'o'},  {0x661, 'l'},  {0x665, 'o'},  {0x6f1, 'l'},
    {0x6f5, 'o'},  {0x966, 'o'},  {0x1d00, 'a'}, {0x1d04, 'c'}, {0x1d05, 'd'}, {0x1d07, 'e'},
    {0x1d0a, 'j'}, {0x1d0b, 'k'}, {0x1d0d, 'm'}, {0x1d0f, 'o'}, {0x1d18, 'p'}, {0x1d1b, 't'},
    {0x1d1c, 'u'}, {0x1d20, 'v'}, {0x1d21, 'w'}, {0x1d22, 'z'}, {0xa730, 'f'}, {0xa731, 's'},
};

static int compare_look(const void *wanted, const void *item) {
    uint32_t a = *(const uint32_t *)wanted;
    uint32_t b = ((const struct look *)item)->codepoint;
    return a < b ? -1 : a > b ? 1 : 0;
}

static char ascii_look(char byte) {
    return byte == '0' ? 'o' : byte == '1' || byte == 'i' || byte == '|' ? 'l' : byte;
}

/* One letter behind another: "rn" is read as m, "vv" as w. */
static void put(struct buf *out, size_t from, char letter) {
    char last = out->n > from ? out->p[out->n - 1] : '\0';
    if ((letter == 'n' && last == 'r') || (letter == 'v' && last == 'v')) {
        out->p[out->n - 1] = letter == 'n' ? 'm' : 'w';
        return;
    }
    buf_add_char(out, letter);
}

void text_skeleton(slice text, struct buf *out) {
    struct buf folded BUF_CLEANUP = buf_new(text.n * EXPANDS + 64);
    text_fold(text, &folded);
    slice rest = buf_slice(&folded);
    size_t from = out->n;
    while (rest.n > 0) {
        size_t used;
        uint32_t wanted = text_decode(rest, 0, &used);
        const struct look *look =
            bsearch(&wanted, looks, ARRAY_COUNT(looks), sizeof *looks, compare_look);
        char ascii = used == 1 ? ascii_look(rest.p[0]) : '\0';
        bool is_letter = (ascii >= 'a' && ascii <= 'z') || (ascii >= '0' && ascii <= '9');
        if (look) {
            put(out, from, look->letter);
        } else if (is_letter) {
            put(out, from, ascii);
        } else if (used > 1) {
            buf_add(out, slice_sub(rest, 0, used));
        } else if (out->n > from && out->p[out->n - 1] != ' ') {
            buf_add_char(out, ' ');
        }
        rest = slice_sub(rest, used, rest.n);
    }
    if (out->n > from && out->p[out->n - 1] == ' ') {
        out->n--;
    }
}
