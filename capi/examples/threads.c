/* Four threads make a quarter of a matrix each; the bits are those of the whole: cc threads.c -lunitvar -pthread */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unitvar.h>

enum { rows = 1024, columns = 768, parts = 4 };
static float whole[rows][columns], sharded[rows][columns];

static void *make_part(void *argument)
{
    const int64_t global_shape[2] = {rows, columns}, offset[2] = {*(int *)argument * (rows / parts), 0};
    int64_t shape[2] = {rows / parts, columns};
    unitvar_tensor part = {sharded[offset[0]], {1, 0}, 2, {2, 32, 1}, shape, NULL, 0};
    unitvar_initializer init = {.struct_size = sizeof init};
    unitvar_generator *g = NULL;
    if (unitvar_initializer_defaults(&init, UNITVAR_INIT_XAVIER_NORMAL) ||
        unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g) || unitvar_init_shard(g, &init, &part, global_shape, offset))
        fprintf(stderr, "%s\n", unitvar_last_error()); /* each thread has a message of its own */
    unitvar_generator_destroy(g);
    return NULL;
}

int main(void)
{
    int number[parts] = {0, 1, 2, 3}, failed = 0;
    pthread_t threads[parts];
    for (int i = 0; i < parts; i++)
        failed |= pthread_create(&threads[i], NULL, make_part, &number[i]);
    for (int i = 0; i < parts && !failed; i++)
        pthread_join(threads[i], NULL);
    int64_t shape[2] = {rows, columns};
    unitvar_tensor t = {whole, {1, 0}, 2, {2, 32, 1}, shape, NULL, 0};
    unitvar_generator *g = NULL;
    failed |= unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g) || unitvar_init_xavier_normal(g, &t, 1.0);
    unitvar_generator_destroy(g);
    failed |= memcmp(whole, sharded, sizeof whole);
    puts(failed ? "the parts differ" : "the parts are the whole");
    return failed != 0;
}
