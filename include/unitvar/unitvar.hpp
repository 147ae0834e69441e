// The whole C++ API of Unitvar, but for mpi.hpp, which needs MPI. It is compiled into the static library; the shared library exports the C API alone.
#pragma once

#include "unitvar/activation.hpp" // IWYU pragma: export
#include "unitvar/dropout.hpp"    // IWYU pragma: export
#include "unitvar/error.hpp"      // IWYU pragma: export
#include "unitvar/generator.hpp"  // IWYU pragma: export
#include "unitvar/init.hpp"       // IWYU pragma: export
#include "unitvar/moments.hpp"    // IWYU pragma: export
#include "unitvar/norm.hpp"       // IWYU pragma: export
#include "unitvar/runtime.hpp"    // IWYU pragma: export
#include "unitvar/sample.hpp"     // IWYU pragma: export
#include "unitvar/sobol.hpp"      // IWYU pragma: export
#include "unitvar/tensor.hpp"     // IWYU pragma: export
#include "unitvar/torch.hpp"      // IWYU pragma: export
