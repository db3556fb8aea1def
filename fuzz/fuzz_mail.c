/* Letters: whatever stands in their fields, no header is forged, no line is too long, and an
 * address that was taken goes over the wire as one. */
#include "fuzz.h"

#include "crypto/crypto.h"
#include "mail/mail_int.h"

#define LINE_MAX 998 /* RFC 5322, 2.1.1 */

/* The next field of the input: up to a 0xff byte, which is in no UTF-8. */
static slice next_field(slice *rest) {
    slice field;
    return slice_cut(rest, (char)0xff, &field) ? field : SLICE_EMPTY;
}

static void address_check(slice text) {
    struct mail_address address;
    struct mail_address again;
    struct buf wire BUF_CLEANUP = buf_new(1024);
    if (mail_address_parse(text, &address, NULL) != OK) {
        return;
    }
    slice taken = slice_of(address.text, address.n);
    FUZZ_PROMISE(address.n <= MAIL_ADDRESS_MAX_BYTES && address.text[address.at] == '@');
    FUZZ_PROMISE(mail_address_parse(taken, &again, NULL) == OK);
    FUZZ_PROMISE(slice_equal(taken, slice_of(again.text, again.n)));
    FUZZ_PROMISE(mail_address_ascii(taken, &wire) == OK);
    for (size_t i = 0; i < wire.n; i++) {
        FUZZ_PROMISE(wire.p[i] > 0x20 && wire.p[i] < 0x7f && wire.p[i] != '<' && wire.p[i] != '>');
    }
}

/* Exactly these names, in this order, each line ended by CR LF and short enough. */
static void source_check(slice source, bool can_be_left) {
    static const char *const names[] = {"Date",
                                        "From",
                                        "To",
                                        "Subject",
                                        "Message-ID",
                                        "Auto-Submitted",
                                        "List-Id",
                                        "List-Unsubscribe",
                                        "List-Unsubscribe-Post",
                                        "Content-Language",
                                        "MIME-Version",
                                        "Content-Type"};
    size_t at = 0;
    bool in_head = true;
    while (source.n > 0) {
        size_t end = slice_find(source, 0, '\r');
        slice line = slice_sub(source, 0, end);
        FUZZ_PROMISE(end + 1 < source.n && source.p[end + 1] == '\n');
        FUZZ_PROMISE(line.n <= LINE_MAX && slice_find(line, 0, '\n') == line.n);
        for (size_t i = 0; i < line.n; i++) {
            FUZZ_PROMISE((line.p[i] >= 0x20 && line.p[i] < 0x7f) ||
                         (line.p[i] == '\t' && !in_head));
        }
        source = slice_sub(source, end + 2, source.n);
        in_head = in_head && line.n > 0;
        if (in_head && line.p[0] != ' ') {
            if (at == 6 && !can_be_left) {
                at = 9;
            }
            FUZZ_PROMISE(at < ARRAY_COUNT(names));
            slice name = slice_from_cstr(names[at++]);
            FUZZ_PROMISE(slice_starts_with(line, name) && line.p[name.n] == ':');
        }
    }
    FUZZ_PROMISE(at == ARRAY_COUNT(names));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct i18n *i18n;
    struct problem problem = {0};
    if (i18n == NULL && (crypto_start() != OK || i18n_new(NULL, 0, &i18n, &problem) != OK)) {
        return 0;
    }
    slice rest = slice_of((const char *)bytes, size);
    slice kind = next_field(&rest);
    struct mail_message message = {
        .letter = kind.n > 0 ? (enum mail_letter)((unsigned char)kind.p[0] % MAIL_LETTER__COUNT)
                             : MAIL_SIGN_IN,
        .language = SLICE("fr"),
        .to = next_field(&rest),
        .to_name = next_field(&rest)};
    address_check(message.to);
    slice title = next_field(&rest);
    slice who = next_field(&rest);
    slice path = next_field(&rest);
    slice words = next_field(&rest);
    const struct mail_item items[] = {{title, path}, {who, path}};
    struct mail_row row;
    struct buf lines BUF_CLEANUP = buf_new(4096);
    struct buf source BUF_CLEANUP = buf_new(MAIL_SOURCE_MAX);
    switch (message.letter) {
    case MAIL_SIGN_IN:
    case MAIL_ADDRESS:
        message.sign_in.code = title;
        message.sign_in.path = path;
        message.sign_in.until_ms = (int64_t)((uint64_t)size << (size % 64));
        break;
    case MAIL_CONFIRM:
        message.confirm.title = title;
        message.confirm.path = path;
        break;
    case MAIL_FOUND:
        message.found.items = items;
        message.found.count = ARRAY_COUNT(items);
        break;
    case MAIL_INVITATION:
        message.invitation.team = title;
        message.invitation.who = who;
        message.invitation.path = path;
        break;
    case MAIL_YEARLY:
        message.yearly.title = title;
        message.yearly.path = path;
        message.yearly.leave_path = path;
        break;
    case MAIL_RECEIPT:
        message.receipt.title = title;
        message.receipt.path = path;
        break;
    case MAIL_DECISION:
    case MAIL_QUESTION:
        message.decision.title = title;
        message.decision.reason = words;
        message.decision.ground = who;
        message.decision.path = path;
        message.decision.decision = (enum mail_decision)(size % MAIL_DECISION__COUNT);
        break;
    case MAIL_SUGGESTION:
        message.suggestion.title = title;
        message.suggestion.words = words;
        message.suggestion.path = path;
        message.suggestion.decision = (enum mail_decision)(size % MAIL_DECISION__COUNT);
        break;
    case MAIL_WAITS:
        message.waits.title = title;
        message.waits.path = path;
        break;
    case MAIL_TO_TEAM:
        message.to_team.title = title;
        message.to_team.who = who;
        message.to_team.words = words;
        message.to_team.path = path;
        message.to_team.reply = message.to;
        break;
    case MAIL_POWER:
        message.power.what = title;
        message.power.reason = words;
        message.power.path = path;
        break;
    case MAIL_PASSWORD:
        message.password.what = title;
        message.password.path = path;
        break;
    case MAIL_TAKEN_UP:
        message.taken_up.title = title;
        message.taken_up.other = who;
        message.taken_up.path = path;
        break;
    case MAIL_CLAIM:
        message.claim.title = title;
        message.claim.who = who;
        message.claim.words = words;
        message.claim.path = path;
        break;
    case MAIL_CLAIMED:
        message.claimed.title = title;
        message.claimed.words = words;
        message.claimed.path = path;
        message.claimed.decision = (enum mail_decision)(size % MAIL_DECISION__COUNT);
        break;
    case MAIL_TEST:
    case MAIL_LETTER__COUNT:
        break;
    }
    if (mail_row_of(&message, &lines, &row, &problem) != OK) {
        FUZZ_PROMISE(problem.what[0] != '\0');
        return 0;
    }
    const struct mail_house house = {.i18n = i18n,
                                     .site_name = SLICE("Agora « d’été »"),
                                     .base_url = SLICE("https://agora.example"),
                                     .from = SLICE("no-reply@agora.example")};
    if (mail_compose(&house, &row, &source) == OK) {
        source_check(buf_slice(&source), mail_letter_can_be_left(message.letter));
    }
    return 0;
}
