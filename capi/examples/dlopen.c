/* Loads the library by path at run time, without its header: cc dlopen.c, then ./a.out /usr/lib/libunitvar.so.0 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ISO C has no conversion from void * to a function pointer; POSIX promises that the bytes are the same. */
#define LOAD(library, name, pointer)                                                                                   \
    do {                                                                                                               \
        void *symbol = dlsym(library, name);                                                                           \
        if (symbol == NULL)                                                                                            \
            return fprintf(stderr, "%s\n", dlerror()), 1;                                                              \
        memcpy(&(pointer), &symbol, sizeof(pointer));                                                                  \
    } while (0)

int main(int argc, char **argv)
{
    void *library = dlopen(argc > 1 ? argv[1] : "libunitvar.so.0", RTLD_NOW | RTLD_LOCAL);
    int32_t (*create)(int32_t engine, uint64_t seed, uint64_t stream, void **out);
    int32_t (*engine_from_name)(const char *name, int32_t *out);
    int32_t (*normal_f32)(void *g, float *dst, size_t n, double mean, double std);
    void (*destroy)(void *g);
    if (library == NULL)
        return fprintf(stderr, "%s\n", dlerror()), 1;
    LOAD(library, "unitvar_engine_from_name", engine_from_name);
    LOAD(library, "unitvar_generator_create", create);
    LOAD(library, "unitvar_normal_f32", normal_f32);
    LOAD(library, "unitvar_generator_destroy", destroy);

    float x[4] = {0};
    void *g = NULL;
    int32_t pcg32 = 0;
    if (engine_from_name("pcg32", &pcg32) || create(pcg32, 42, 0, &g) || normal_f32(g, x, 4, 0.0, 1.0))
        return 1;
    printf("%.9g %.9g %.9g %.9g\n", (double)x[0], (double)x[1], (double)x[2], (double)x[3]);
    destroy(g);
    return dlclose(library);
}
