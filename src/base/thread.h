#ifndef AGORA_BASE_THREAD_H
#define AGORA_BASE_THREAD_H

/* From now on the calling thread, and every thread and process that it begins, leaves the processor
 * to those that answer people whenever both want it. (Linux: each thread has a nice value of its
 * own, nice(2), "C library/kernel differences".) A kernel that refuses changes nothing. */
void thread_give_way(void);

#endif
