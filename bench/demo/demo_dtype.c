/* demo_dtype.c: see demo_dtype.h. */
#include "demo_dtype.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

enum { CHUNK = 8192 };

static const struct dtype dtypes[] = {
    {"f32", {2, 32, 1}, 4, FLT_MAX, 0x1p-149, 0x1p-24, 0x1p-24, 1e-6},
    {"f64", {2, 64, 1}, 8, DBL_MAX, 0x1p-1074, 0x1p-53, 0x1p-53, 5e-15},
    {"bf16", {4, 16, 1}, 2, 0x1.fep127, 0x1p-133, 0x1p-8, 0x1p-24, 1e-6},
    {"f16", {2, 16, 1}, 2, 65504.0, 0x1p-24, 0x1p-11, 0x1p-24, 1e-6},
};

const struct dtype *dtype_from_name(const char *name)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; ++i) {
        if (strcmp(dtypes[i].name, name) == 0) {
            return &dtypes[i];
        }
    }
    return NULL;
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float widen_bf16(uint16_t bits)
{
    return from_bits((uint32_t)bits << 16);
}

/* Exponent and mantissa move to their places in f32; the product corrects the bias, for subnormals too. */
static float widen_f16(uint16_t bits)
{
    const uint32_t sign = (uint32_t)(bits & 0x8000U) << 16;
    const uint32_t magnitude = (uint32_t)(bits & 0x7FFFU) << 13;
    const uint32_t special = (bits & 0x7C00U) == 0x7C00U ? 0x70000000U : 0U; /* infinity, NaN */
    return from_bits(magnitude | special | sign) * (special != 0U ? 1.0F : 0x1p112F);
}

static int32_t widened_moments(const struct dtype *dtype, const unsigned char *data, size_t n, unitvar_moments *moments)
{
    uint16_t narrow[CHUNK];
    float wide[CHUNK];
    int32_t status = UNITVAR_OK;
    for (size_t done = 0; done < n && status == UNITVAR_OK; done += CHUNK) {
        const size_t count = n - done < CHUNK ? n - done : CHUNK;
        memcpy(narrow, data + done * sizeof *narrow, count * sizeof *narrow);
        if (dtype->code.code == 4) {
            for (size_t i = 0; i < count; ++i) {
                wide[i] = widen_bf16(narrow[i]);
            }
        } else {
            for (size_t i = 0; i < count; ++i) {
                wide[i] = widen_f16(narrow[i]);
            }
        }
        status = unitvar_moments_update_f32(moments, wide, count);
    }
    return status;
}

int32_t dtype_moments(const struct dtype *dtype, const void *data, size_t n, unitvar_moments *moments)
{
    switch (dtype->code.bits) {
    case 64:
        return unitvar_moments_update_f64(moments, data, n);
    case 32:
        return unitvar_moments_update_f32(moments, data, n);
    default:
        return widened_moments(dtype, data, n, moments);
    }
}
