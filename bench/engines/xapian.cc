// Xapian as one who knows it would: terms with their weights as wdf, BM25 with the same k1 and b, one value
// with all that a document counts for, read by one match spy over all matches.
#include "engine.h"

#include <xapian.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <sqlite3.h>

namespace {

constexpr unsigned WEIGHTS[] = {8, 4, 3, 2, 1, 4};
constexpr Xapian::valueno ROW = 0;
constexpr int COMMIT_EVERY = 100000;

std::unique_ptr<Xapian::Database> database;
std::vector<Xapian::Query> queries;

std::vector<std::string> tokens_read() {
    std::vector<std::string> tokens;
    sqlite3_stmt *all = nullptr;
    sqlite3_prepare_v2(bench_plain(), "SELECT text FROM token ORDER BY id", -1, &all, nullptr);
    while (sqlite3_step(all) == SQLITE_ROW) {
        tokens.emplace_back(reinterpret_cast<const char *>(sqlite3_column_text(all, 0)));
    }
    sqlite3_finalize(all);
    return tokens;
}

void make(const std::string &path) {
    Xapian::WritableDatabase out(path, Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC);
    const std::vector<std::string> tokens = tokens_read();
    sqlite3_stmt *docs = nullptr;
    sqlite3_prepare_v2(bench_plain(), "SELECT row, tokens FROM kept ORDER BY doc", -1, &docs,
                       nullptr);
    for (int count = 1; sqlite3_step(docs) == SQLITE_ROW; count++) {
        Xapian::Document document;
        document.add_value(ROW, std::string(static_cast<const char *>(sqlite3_column_blob(docs, 0)),
                                            static_cast<size_t>(sqlite3_column_bytes(docs, 0))));
        const auto *list = static_cast<const uint32_t *>(sqlite3_column_blob(docs, 1));
        const size_t length = static_cast<size_t>(sqlite3_column_bytes(docs, 1)) / sizeof(*list);
        for (size_t i = 0; i < length; i += 2) {
            document.add_term(tokens[list[i]], WEIGHTS[list[i + 1] >> 16] * (list[i + 1] & 0xffff));
        }
        out.add_document(document); // documents are numbered from 1, as in plain.db
        if (count % COMMIT_EVERY == 0) {
            out.commit();
        }
    }
    sqlite3_finalize(docs);
    out.commit();
    out.compact(path + ".small");
}

void open(const char *work) {
    const std::string path = std::string(work) + "/xapian";
    struct stat there;
    if (stat(path.c_str(), &there) != 0) {
        make(path + ".new");
        if (std::rename((path + ".new.small").c_str(), path.c_str()) != 0) {
            bench_fail("%s cannot be put in place", path.c_str());
        }
        std::filesystem::remove_all(path + ".new");
    }
    database = std::make_unique<Xapian::Database>(path);
}

bool can(const struct bench_question *question) {
    return question->shape == BENCH_SEARCH && question->clause_count > 0;
}

void prepare(const struct bench_question *question, unsigned number) {
    std::vector<Xapian::Query> clauses;
    for (unsigned i = 0; i < question->clause_count; i++) {
        const struct bench_clause &clause = question->clauses[i];
        std::vector<Xapian::Query> any;
        for (unsigned j = 0; j < clause.token_count; j++) {
            any.push_back(clause.tokens[j].is_prefix
                              ? Xapian::Query(Xapian::Query::OP_WILDCARD, clause.tokens[j].text)
                              : Xapian::Query(clause.tokens[j].text));
        }
        clauses.emplace_back(Xapian::Query::OP_OR, any.begin(), any.end());
    }
    if (queries.size() <= number) {
        queries.resize(number + 1);
    }
    queries[number] = Xapian::Query(Xapian::Query::OP_AND, clauses.begin(), clauses.end());
}

class Tally : public Xapian::MatchSpy {
  public:
    Tally(const struct bench_question *question, struct bench_answer *answer)
        : question_(question), answer_(answer) {
    }
    void operator()(const Xapian::Document &document, double) override {
        const std::string value = document.get_value(ROW);
        bench_tally(question_, reinterpret_cast<const struct bench_row *>(value.data()), answer_);
    }

  private:
    const struct bench_question *question_;
    struct bench_answer *answer_;
};

void run(const struct bench_question *question, unsigned number, struct bench_answer *answer) {
    Tally tally(question, answer);
    Xapian::Enquire enquire(*database);
    enquire.set_query(queries[number]);
    enquire.set_weighting_scheme(Xapian::BM25Weight(2, 0, 1, 0.4, 0.5));
    enquire.add_matchspy(&tally);
    const Xapian::MSet found = enquire.get_mset(0, BENCH_BEST, database->get_doccount());
    for (Xapian::MSetIterator hit = found.begin(); hit != found.end(); ++hit) {
        answer->best[answer->best_count++] = *hit;
    }
    answer->has_facets = true;
}

} // namespace

int main(int argc, char **argv) {
    struct bench_engine engine = {};
    engine.name = "xapian";
    engine.open = open;
    engine.can = can;
    engine.prepare = prepare;
    engine.run = run;
    try {
        return bench_main(argc, argv, &engine);
    } catch (const Xapian::Error &error) {
        bench_fail("xapian: %s", error.get_description().c_str());
    }
}
