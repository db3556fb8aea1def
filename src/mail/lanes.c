/* Several letters go at once; whether the mail server is there is one question for all of them. */
#include "mail/mail_int.h"

#define HOLD_MAX_MS (INT64_C(15) * 60000) /* while the server is away nothing is lost by asking */

void mail_lanes_init(struct mail_lanes *lanes) {
    *lanes = (struct mail_lanes){0};
    pthread_mutex_init(&lanes->lock, NULL);
}

void mail_lanes_drop(struct mail_lanes *lanes) {
    pthread_mutex_destroy(&lanes->lock);
}

uint64_t mail_lanes_begin(struct mail_lanes *lanes) {
    pthread_mutex_lock(&lanes->lock);
    uint64_t answered = lanes->answered;
    lanes->trying++;
    pthread_mutex_unlock(&lanes->lock);
    return answered;
}

void mail_lanes_stopped(struct mail_lanes *lanes) {
    pthread_mutex_lock(&lanes->lock);
    lanes->trying--;
    pthread_mutex_unlock(&lanes->lock);
}

bool mail_lanes_answered(struct mail_lanes *lanes) {
    pthread_mutex_lock(&lanes->lock);
    bool was_away = lanes->is_away;
    lanes->trying--;
    lanes->answered++;
    lanes->is_away = false;
    lanes->hold_ms = 0;
    lanes->away_until_ms = 0;
    pthread_mutex_unlock(&lanes->lock);
    return was_away;
}

static void hold(struct mail_lanes *lanes, int64_t first_ms, int64_t now_ms) {
    if (now_ms < lanes->away_until_ms) {
        return; /* another lane has just found it so */
    }
    int64_t next_ms = lanes->hold_ms == 0 ? first_ms : 2 * lanes->hold_ms;
    lanes->hold_ms = next_ms < HOLD_MAX_MS ? next_ms : HOLD_MAX_MS;
    lanes->away_until_ms = now_ms + lanes->hold_ms;
}

bool mail_lanes_away(struct mail_lanes *lanes, const struct mail_answer *answer, uint64_t answered,
                     int64_t first_ms, int64_t now_ms, struct job_outcome *outcome) {
    bool news = false;
    pthread_mutex_lock(&lanes->lock);
    lanes->trying--;
    outcome->hold_ms = first_ms;
    if (answer->of_letter && lanes->answered != answered) {
        outcome->result = JOB_AGAIN;
    } else if (!answer->of_letter && (lanes->answered != answered || lanes->trying > 0)) {
        outcome->result = JOB_ASIDE;
    } else {
        hold(lanes, first_ms, now_ms);
        outcome->result = JOB_HELD;
        outcome->hold_ms = lanes->away_until_ms - now_ms;
        news = !lanes->is_away;
        lanes->is_away = true;
    }
    pthread_mutex_unlock(&lanes->lock);
    return news;
}
