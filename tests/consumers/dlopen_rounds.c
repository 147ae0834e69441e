/* dlopen_rounds LIBRARY [ROUNDS]: loads and unloads the library many times, draws in each round, in some with threads,
 * and has an error's message made. In the rounds with threads children are forked: one draws and unloads the library,
 * one unloads it without, one is forked when it is unloaded. Afterwards the library is not in memory, no thread is left,
 * and the heap holds no more than it held at most after one of the first thousand rounds: the C library keeps the stacks
 * of threads that ended, and a table of its own with each, for as long as it likes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { small = 1000, large = 1 << 21, warm_up = 1000, rounds_between_large = 100 };
static float x[large];

static void fail(const char *what)
{
    const char *error = dlerror();
    fprintf(stderr, "FAIL %s %s\n", what, error == NULL ? "" : error);
    exit(1);
}

/* A number of /proc/self/status, such as "VmRSS:" in kB. */
static long status(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long value = -1;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            value = strtol(line + strlen(field), NULL, 10);
    if (file != NULL)
        fclose(file);
    if (value < 0)
        fail(field);
    return value;
}

static void load(void *library, const char *name, void *pointer)
{
    void *symbol = dlsym(library, name);
    if (symbol == NULL)
        fail(name);
    memcpy(pointer, &symbol, sizeof symbol);
}

static void unload(const char *path, void *library)
{
    if (dlclose(library) != 0)
        fail("dlclose");
    if (dlopen(path, RTLD_NOW | RTLD_NOLOAD) != NULL)
        fail("the library stays in memory after dlclose");
}

static void check_child(pid_t child)
{
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        fail("a child");
}

static void round_trip(const char *path, size_t n)
{
    int32_t (*create)(int32_t engine, uint64_t seed, uint64_t stream, void **out);
    int32_t (*normal_f32)(void *g, float *dst, size_t n, double mean, double std);
    int32_t (*set_num_threads)(int32_t n);
    void (*destroy)(void *g);
    const char *(*last_error)(void);
    void *g = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        fail("dlopen");
    load(library, "unitvar_generator_create", &create);
    load(library, "unitvar_normal_f32", &normal_f32);
    load(library, "unitvar_set_num_threads", &set_num_threads);
    load(library, "unitvar_generator_destroy", &destroy);
    load(library, "unitvar_last_error", &last_error);
    x[0] = 0;
    if (set_num_threads(4) != 0 || create(1, 42, 0, &g) != 0 || normal_f32(g, x, n, 0.0, 1.0) != 0 || x[0] == 0.0f)
        fail("a fill");
    if (normal_f32(g, x, n, 0.0, -1.0) == 0 || strstr(last_error(), "std") == NULL)
        fail("an error");
    for (int draws = 0; n == large && draws < 2; draws++) {
        const pid_t child = fork();
        if (child == 0) {
            if (draws && normal_f32(g, x, n, 0.0, 1.0) != 0)
                fail("a fill in a child");
            unload(path, library);
            exit(0);
        }
        check_child(child);
    }
    destroy(g);
    unload(path, library);
    if (n == large) {
        const pid_t child = fork();
        if (child == 0)
            exit(0);
        check_child(child);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s LIBRARY [ROUNDS]\n", argv[0]);
        return 2;
    }
    const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 10000;
    /* With GLIBC_TUNABLES=glibc.malloc.tcache_count=0, what is in use is what somebody holds. */
    mallopt(M_ARENA_MAX, 1);
    size_t heap = 0;
    long resident = 0;
    long address_space = 0;
    for (long round = 0; round < rounds; round++) {
        round_trip(argv[1], round % rounds_between_large == 0 ? large : small);
        const size_t held = mallinfo2().uordblks;
        if (round <= warm_up && held > heap)
            heap = held;
        if (round == warm_up) {
            resident = status("VmRSS:");
            address_space = status("VmSize:");
        }
    }
    const size_t heap_after = mallinfo2().uordblks;
    const long resident_after = status("VmRSS:");
    const long address_space_after = status("VmSize:");
    printf("%ld rounds: heap %zu to %zu bytes, resident %ld to %ld kB, address space %ld to %ld kB, %ld thread\n",
           rounds, heap, heap_after, resident, resident_after, address_space, address_space_after, status("Threads:"));
    if (status("Threads:") != 1)
        fail("a thread is left");
    if (heap_after > heap)
        fail("the heap has grown");
    if (resident_after > resident + 1024 || address_space_after > address_space)
        fail("the process has grown");
    return 0;
}
