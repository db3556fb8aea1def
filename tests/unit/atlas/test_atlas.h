/* The groups of this room's tests; each returns how many failed. */
#ifndef AGORA_TEST_ATLAS_H
#define AGORA_TEST_ATLAS_H

int test_agree(void);
int test_bits(void);
int test_crowd(void);
int test_desk(void);
int test_parts(void);
int test_rank(void);
int test_segment(void);
int test_sift(void);
int test_snapshot(void);
int test_stamps(void);
int test_store(void);

#endif
