/* What a process in the sandbox can no longer do. Each attempt runs in a child of its own, which is
 * closed off and then tries; its exit status says how that went. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/sandbox.h"
#include "db/db.h"

enum { REFUSED = 10, WENT_THROUGH, NOT_ENTERED, NOT_IN_THIS_KERNEL };

struct place {
    char folder[64];
    char path[96]; /* of a file in it */
    struct log log;
    int listener; /* a socket that was open before */
    int port;
    int errors[2]; /* the pipe behind the log */
    enum sandbox_kind kind;
};

typedef bool attempt_run(struct place *place); /* true: it went through */

static struct sandbox_report report;

/* How the attempt ended in a closed-off child. `needs_landlock`: a kernel without it lets it
 * pass. */
static int try_inside(struct place *place, attempt_run *attempt, bool needs_landlock) {
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct problem problem = {0};
        bool has_folder = place->kind == SANDBOX_SERVER;
        const struct sandbox_options options = {.kind = place->kind,
                                                .folder = has_folder ? place->folder : NULL,
                                                .post_port = ntohs((in_port_t)place->port),
                                                .log = &place->log};
        if (sandbox_enter(&options, &report, &problem) != OK) {
            fprintf(stderr, "%s\n", problem.what);
            _exit(NOT_ENTERED);
        }
        if (needs_landlock ? report.landlock == 0 : !report.system_calls) {
            _exit(NOT_IN_THIS_KERNEL);
        }
        _exit(attempt(place) ? WENT_THROUGH : REFUSED);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_IN_THIS_KERNEL) {
        skip();
    }
    return WEXITSTATUS(status);
}

static int setup(void **state) {
    static struct place place;
    place = (struct place){0};
    snprintf(place.folder, sizeof place.folder, "/tmp/agora-sandbox-XXXXXX");
    assert_non_null(mkdtemp(place.folder));
    snprintf(place.path, sizeof place.path, "%s/file", place.folder);
    assert_int_equal(pipe2(place.errors, O_NONBLOCK), 0);
    place.log = (struct log){.fd = place.errors[1], .least = LOG_INFO, .clock = clock_system()};
    place.listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof any;
    assert_int_equal(bind(place.listener, (struct sockaddr *)&any, size), 0);
    assert_int_equal(listen(place.listener, 4), 0);
    assert_int_equal(getsockname(place.listener, (struct sockaddr *)&any, &size), 0);
    place.port = any.sin_port;
    *state = &place;
    return 0;
}

static int teardown(void **state) {
    struct place *place = *state;
    char command[160];
    for (const char *const *name =
             (const char *const[]){"file", "agora.db", "agora.db-wal", "agora.db-shm", "new", NULL};
         *name; name++) {
        snprintf(command, sizeof command, "%s/%s", place->folder, *name);
        unlink(command);
        rmdir(command);
    }
    assert_int_equal(rmdir(place->folder), 0);
    close(place->listener);
    close(place->errors[0]);
    close(place->errors[1]);
    return 0;
}

#define REFUSES(name, needs_landlock)                                                              \
    static void name(void **state) {                                                               \
        if (!sandbox_is_possible()) {                                                              \
            skip();                                                                                \
        }                                                                                          \
        assert_int_equal(try_inside(*state, do_##name, needs_landlock), REFUSED);                  \
    }

static bool do_another_program_is_not_run(struct place *place) {
    (void)place;
    const char *const words[] = {"/bin/true", NULL};
    execv(words[0], (char *const *)(uintptr_t)words);
    return errno != EPERM;
}
REFUSES(another_program_is_not_run, false)

static bool do_a_file_of_the_system_is_not_written(struct place *place) {
    (void)place;
    return open("/etc/passwd", O_WRONLY | O_CLOEXEC) >= 0 || errno != EACCES;
}
REFUSES(a_file_of_the_system_is_not_written, true)

static bool do_a_file_of_the_system_is_not_read(struct place *place) {
    (void)place;
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES;
}
REFUSES(a_file_of_the_system_is_not_read, true)

static bool do_a_file_beside_the_folder_is_not_made(struct place *place) {
    char path[128];
    snprintf(path, sizeof path, "%s.beside", place->folder);
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}
REFUSES(a_file_beside_the_folder_is_not_made, true)

static bool do_a_way_around_by_a_link_is_no_way(struct place *place) {
    char path[128];
    snprintf(path, sizeof path, "%s/new", place->folder);
    return symlink("/etc/passwd", path) == 0 || link("/etc/passwd", path) == 0;
}
REFUSES(a_way_around_by_a_link_is_no_way, false)

static bool do_no_connection_is_made(struct place *place) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in self = {.sin_family = AF_INET,
                               .sin_port = (in_port_t)place->port,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return fd >= 0 || errno != EPERM ||
           connect(place->listener, (struct sockaddr *)&self, sizeof self) == 0;
}
REFUSES(no_connection_is_made, false)

static bool do_no_socket_of_any_family_is_made(struct place *place) {
    (void)place;
    int pair[2];
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0 ||
           socket(AF_PACKET, SOCK_RAW, 0) >= 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0;
}
REFUSES(no_socket_of_any_family_is_made, false)

static bool do_the_post_connects_to_its_port(struct place *place) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in server = {.sin_family = AF_INET,
                                 .sin_port = (in_port_t)place->port,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(fd, (struct sockaddr *)&server, sizeof server) == 0;
}

static void the_post_connects_to_its_port(void **state) {
    struct place *place = *state;
    if (!sandbox_is_possible()) {
        skip();
    }
    place->kind = SANDBOX_POST;
    assert_int_equal(try_inside(place, do_the_post_connects_to_its_port, false), WENT_THROUGH);
}

/* Anywhere else: refused by Landlock, which is not what a closed port says. */
static bool do_the_post_goes_nowhere_else(struct place *place) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in other = {.sin_family = AF_INET,
                                .sin_port = (in_port_t)(place->port ^ 0x0100),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (report.landlock < 4) {
        _exit(NOT_IN_THIS_KERNEL); /* it knows no ports yet */
    }
    return connect(fd, (struct sockaddr *)&other, sizeof other) == 0 || errno != EACCES;
}

static bool do_the_post_has_no_folder_and_runs_nothing(struct place *place) {
    return open(place->folder, O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES ||
           open(place->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 ||
           do_another_program_is_not_run(place);
}

static void the_post_goes_nowhere_else_has_no_folder_and_runs_nothing(void **state) {
    struct place *place = *state;
    if (!sandbox_is_possible()) {
        skip();
    }
    place->kind = SANDBOX_POST;
    assert_int_equal(try_inside(place, do_the_post_goes_nowhere_else, true), REFUSED);
    assert_int_equal(try_inside(place, do_the_post_has_no_folder_and_runs_nothing, true), REFUSED);
}

static bool do_another_process_is_not_traced(struct place *place) {
    (void)place;
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 || errno != EPERM;
}
REFUSES(another_process_is_not_traced, false)

static bool do_no_process_is_made(struct place *place) {
    (void)place;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    return child > 0;
}
REFUSES(no_process_is_made, false)

static bool do_no_signal_is_sent_to_others(struct place *place) {
    (void)place;
    return kill(getppid(), 0) == 0;
}
REFUSES(no_signal_is_sent_to_others, false)

static bool do_no_memory_becomes_a_program(struct place *place) {
    (void)place;
    void *fresh =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *plain = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return fresh != MAP_FAILED || plain == MAP_FAILED ||
           mprotect(plain, 4096, PROT_READ | PROT_EXEC) == 0;
}
REFUSES(no_memory_becomes_a_program, false)

static bool do_the_kernels_far_corners_are_closed(struct place *place) {
    (void)place;
    struct rlimit more = {1, 1};
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM ||
           syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno != EPERM ||
           syscall(SYS_mount, "a", "b", "c", 0, NULL) >= 0 || errno != EPERM ||
           syscall(SYS_keyctl, 0, 0) >= 0 || errno != EPERM || unshare(CLONE_NEWUSER) == 0 ||
           setrlimit(RLIMIT_NOFILE, &more) == 0 || chdir("/") == 0 || chroot("/") == 0 ||
           setuid(0) == 0 || prctl(PR_SET_DUMPABLE, 1) == 0;
}
REFUSES(the_kernels_far_corners_are_closed, false)

static void *thread_run(void *self) {
    (void)self;
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? (void *)1 : NULL;
}

static bool do_a_thread_is_closed_off_as_well(struct place *place) {
    (void)place;
    pthread_t thread;
    void *read_it = (void *)1;
    if (pthread_create(&thread, NULL, thread_run, NULL) != 0) {
        return true;
    }
    pthread_join(thread, &read_it);
    return read_it != NULL;
}
REFUSES(a_thread_is_closed_off_as_well, true)

/* RULE MEDIA-3. Not even what is anybody's to read, nor a descriptor to speak through. */
static bool do_the_process_of_a_picture_opens_nothing(struct place *place) {
    int pair[2];
    return open(place->folder, O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM ||
           open("/dev/null", O_RDWR | O_CLOEXEC) >= 0 || errno != EPERM ||
           open("/proc/self/environ", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM ||
           socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 || errno != EPERM ||
           pipe2(pair, O_CLOEXEC) == 0 || errno != EPERM ||
           do_no_socket_of_any_family_is_made(place) || do_no_process_is_made(place) ||
           do_another_program_is_not_run(place) || do_no_memory_becomes_a_program(place);
}

static bool do_the_process_of_a_picture_works(struct place *place) {
    (void)place;
    pthread_t thread;
    char *memory = malloc(1 << 22);
    bool has_memory = memory != NULL;
    free(memory);
    return has_memory && pthread_create(&thread, NULL, thread_run, NULL) == 0 &&
           pthread_join(thread, NULL) == 0;
}

static void the_process_of_a_picture_opens_nothing_and_works(void **state) {
    struct place *place = *state;
    if (!sandbox_is_possible()) {
        skip();
    }
    place->kind = SANDBOX_PHOTO;
    assert_int_equal(try_inside(place, do_the_process_of_a_picture_opens_nothing, false), REFUSED);
    assert_int_equal(try_inside(place, do_the_process_of_a_picture_works, false), WENT_THROUGH);
}

/* The store is written, read, checkpointed and made small, by threads, and a visitor is let in. */
static bool do_what_a_server_does_goes_on(struct place *place) {
    struct db_conn *conn = NULL;
    struct problem problem = {0};
    char path[96];
    snprintf(path, sizeof path, "%s/agora.db", place->folder);
    static const struct db_migration one = {
        .number = 1,
        .name = "one",
        .sql = {"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT;", 54}};
    if (db_open(path, DB_WRITE, &conn, &problem) != OK ||
        db_migrate(conn, &one, 1, false, &problem) != OK) {
        fprintf(stderr, "%s\n", problem.what);
        return false;
    }
    db_close(conn);
    int fd = open(place->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    char folder[128];
    snprintf(folder, sizeof folder, "%s/new", place->folder);
    return fd >= 0 && ftruncate(fd, 100) == 0 && fsync(fd) == 0 && close(fd) == 0 &&
           mkdir(folder, 0700) == 0 && access(folder, W_OK) == 0 &&
           accept4(place->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC) >= 0;
}

static void what_a_server_does_goes_on(void **state) {
    struct place *place = *state;
    if (!sandbox_is_possible()) {
        skip();
    }
    int visitor = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in self = {.sin_family = AF_INET,
                               .sin_port = (in_port_t)place->port,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(visitor, (struct sockaddr *)&self, sizeof self), 0);
    assert_int_equal(try_inside(place, do_what_a_server_does_goes_on, false), WENT_THROUGH);
    close(visitor);
}

static bool do_three_refusals(struct place *place) {
    return do_another_program_is_not_run(place) || do_another_program_is_not_run(place) ||
           do_no_process_is_made(place);
}

static void a_refusal_is_one_line_of_the_log_for_each_call(void **state) {
    struct place *place = *state;
    if (!sandbox_is_possible()) {
        skip();
    }
    char text[1024] = "";
    assert_int_equal(try_inside(place, do_three_refusals, false), REFUSED);
    assert_true(read(place->errors[0], text, sizeof text - 1) > 0);
    char expected[96];
    snprintf(expected, sizeof expected, "msg=\"the sandbox refused a system call\" number=%d\n",
             (int)SYS_execve);
    assert_ptr_equal(strstr(text, "level=error at=20"), text);
    char *first = strstr(text, expected);
    assert_non_null(first);
    assert_null(strstr(first + 1, expected)); /* the second is not told again */
    assert_non_null(strstr(first + 1, "level=error at=20"));
    place->log.format = LOG_JSON;
    assert_int_equal(try_inside(place, do_another_program_is_not_run, false), REFUSED);
    ssize_t n = read(place->errors[0], text, sizeof text - 1);
    assert_true(n > 0);
    text[n] = '\0';
    snprintf(expected, sizeof expected,
             "Z\",\"msg\":\"the sandbox refused a system call\",\"number\":%d}\n", (int)SYS_execve);
    assert_non_null(strstr(text, expected));
}

static void *thread_wait(void *pipe_end) {
    char byte;
    (void)!read(*(int *)pipe_end, &byte, 1);
    return NULL;
}

static void a_sandbox_that_comes_after_threads_is_refused(void **state) {
    struct place *place = *state;
    int ends[2];
    pthread_t thread;
    struct problem problem = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, thread_wait, &ends[0]), 0);
    assert_int_equal(
        sandbox_enter(&(struct sandbox_options){.folder = place->folder, .log = &place->log},
                      &report, &problem),
        ERR_INTERNAL);
    assert_non_null(strstr(problem.what, "threads run before"));
    assert_false(report.no_new_privileges);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
}

#define INSIDE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        INSIDE(another_program_is_not_run),
        INSIDE(a_file_of_the_system_is_not_written),
        INSIDE(a_file_of_the_system_is_not_read),
        INSIDE(a_file_beside_the_folder_is_not_made),
        INSIDE(a_way_around_by_a_link_is_no_way),
        INSIDE(no_connection_is_made),
        INSIDE(no_socket_of_any_family_is_made),
        INSIDE(the_post_connects_to_its_port),
        INSIDE(the_post_goes_nowhere_else_has_no_folder_and_runs_nothing),
        INSIDE(another_process_is_not_traced),
        INSIDE(no_process_is_made),
        INSIDE(no_signal_is_sent_to_others),
        INSIDE(no_memory_becomes_a_program),
        INSIDE(the_kernels_far_corners_are_closed),
        INSIDE(a_thread_is_closed_off_as_well),
        INSIDE(the_process_of_a_picture_opens_nothing_and_works),
        INSIDE(what_a_server_does_goes_on),
        INSIDE(a_refusal_is_one_line_of_the_log_for_each_call),
        INSIDE(a_sandbox_that_comes_after_threads_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
