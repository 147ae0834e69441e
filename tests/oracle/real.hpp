// Numbers of MPFR as a value type, for the oracles that need more digits than long double has. The precision is that
// of the process (Real::use_precision), the exponents are as wide as MPFR allows.
#ifndef UNITVAR_TESTS_ORACLE_REAL_HPP
#define UNITVAR_TESTS_ORACLE_REAL_HPP

#include <cstdint>
#define MPFR_USE_INTMAX_T
#include <mpfr.h>

#include <utility>

namespace oracle {

class Real {
public:
    static void use_precision(int bits)
    {
        mpfr_set_default_prec(bits);
        mpfr_set_emin(mpfr_get_emin_min());
        mpfr_set_emax(mpfr_get_emax_max());
    }

    Real() { mpfr_init_set_ui(value_, 0, MPFR_RNDN); }
    Real(double x) { mpfr_init_set_d(value_, x, MPFR_RNDN); }
    Real(const Real &other) { mpfr_init_set(value_, other.value_, MPFR_RNDN); }
    Real(Real &&other) noexcept
    {
        mpfr_init2(value_, MPFR_PREC_MIN);
        mpfr_swap(value_, other.value_);
    }
    Real &operator=(Real other) noexcept
    {
        mpfr_swap(value_, other.value_);
        return *this;
    }
    ~Real() { mpfr_clear(value_); }

    // (word + 1/2) / 2^bits.
    static Real middle_of_word(std::uint64_t word, int bits)
    {
        Real result;
        mpfr_set_uj(result.value_, word, MPFR_RNDN);
        mpfr_add_d(result.value_, result.value_, 0.5, MPFR_RNDN);
        mpfr_div_2ui(result.value_, result.value_, static_cast<unsigned long>(bits), MPFR_RNDN);
        return result;
    }

    explicit operator double() const { return mpfr_get_d(value_, MPFR_RNDN); }
    explicit operator long double() const { return mpfr_get_ld(value_, MPFR_RNDN); }

    friend Real operator+(const Real &a, const Real &b) { return made(mpfr_add, a, b); }
    friend Real operator-(const Real &a, const Real &b) { return made(mpfr_sub, a, b); }
    friend Real operator*(const Real &a, const Real &b) { return made(mpfr_mul, a, b); }
    friend Real operator/(const Real &a, const Real &b) { return made(mpfr_div, a, b); }
    friend Real operator-(const Real &a) { return made(mpfr_neg, a); }
    friend bool operator<(const Real &a, const Real &b) { return mpfr_less_p(a.value_, b.value_) != 0; }
    friend Real abs(const Real &a) { return made(mpfr_abs, a); }
    friend Real sqrt(const Real &a) { return made(mpfr_sqrt, a); }
    friend Real exp(const Real &a) { return made(mpfr_exp, a); }
    friend Real log(const Real &a) { return made(mpfr_log, a); }
    friend Real atan(const Real &a) { return made(mpfr_atan, a); }
    friend Real tan(const Real &a) { return made(mpfr_tan, a); }
    friend Real erfc(const Real &a) { return made(mpfr_erfc, a); }

    static Real pi()
    {
        Real result;
        mpfr_const_pi(result.value_, MPFR_RNDN);
        return result;
    }

private:
    using Unary = int (*)(mpfr_t, mpfr_srcptr, mpfr_rnd_t);
    using Binary = int (*)(mpfr_t, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);
    static Real made(Unary function, const Real &a)
    {
        Real result;
        function(result.value_, a.value_, MPFR_RNDN);
        return result;
    }
    static Real made(Binary function, const Real &a, const Real &b)
    {
        Real result;
        function(result.value_, a.value_, b.value_, MPFR_RNDN);
        return result;
    }

    mpfr_t value_;
};

} // namespace oracle

#endif
