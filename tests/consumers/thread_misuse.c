/* Two threads on one generator: a library that was built with UNITVAR_CHECK_THREADS, as debug builds are, refuses the
 * second one, with a message, and goes on with the first. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <unitvar.h>

enum { elements = 1 << 20, rounds = 1000 };
static unitvar_generator *shared;
static double buffers[2][elements];
static int met; /* only by atomic operations */

static void *draw(void *argument)
{
    const int self = *(const int *)argument;
    for (int round = 0; round < rounds && !__atomic_load_n(&met, __ATOMIC_RELAXED); round++) {
        const int32_t status = unitvar_normal_f64(shared, buffers[self], elements, 0.0, 1.0);
        if (status == UNITVAR_INVALID_ARGUMENT && strstr(unitvar_last_error(), "another thread") != NULL)
            __atomic_store_n(&met, 1, __ATOMIC_RELAXED);
        else if (status != UNITVAR_OK)
            return argument;
    }
    return NULL;
}

int main(void)
{
    int number[2] = {0, 1};
    pthread_t threads[2];
    void *failed[2] = {NULL, NULL};
    uint64_t block = 0;
    if (unitvar_set_num_threads(1) || unitvar_generator_create(UNITVAR_PCG32, 42, 0, &shared))
        return 2;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, draw, &number[i]) != 0)
            return 2;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], &failed[i]);
    /* The calls that were not refused have moved the generator by whole fills. */
    const int whole = unitvar_generator_tell(shared, &block) == UNITVAR_OK && block % (2 * elements / 64) == 0;
    printf("%s; at block %llu\n", met ? "one was refused" : "none was refused", (unsigned long long)block);
    unitvar_generator_destroy(shared);
    return met && failed[0] == NULL && failed[1] == NULL && whole ? 0 : 1;
}
