// Entry of the tests of what the API does not show: how the core shares work, and what it finds out of the system.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
