# unitvar::mpi, include/unitvar/mpi.hpp with the static library and MPI, where MPI is found (Debian: libopenmpi-dev); nothing
# else needs one. Installed packages make the target themselves, for those who ask for component mpi.
option(UNITVAR_MPI "unitvar::mpi, where MPI is found" ON)
# A cross compiler would find this machine's; leaks of MPI's own are all that sanitizers would report.
if(NOT UNITVAR_MPI OR CMAKE_CROSSCOMPILING OR UNITVAR_SANITIZE)
    return()
endif()
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI QUIET COMPONENTS CXX)
if(NOT MPI_CXX_FOUND)
    message(STATUS "MPI is absent (Debian: openmpi-bin, libopenmpi-dev): no unitvar::mpi")
    return()
endif()
add_library(unitvar_mpi INTERFACE)
target_link_libraries(unitvar_mpi INTERFACE unitvar_static MPI::MPI_CXX)
target_compile_features(unitvar_mpi INTERFACE cxx_std_20)
add_library(unitvar::mpi ALIAS unitvar_mpi)

# unitvar_mpi_test(NAME RANKS COMMAND ...): COMMAND on so many ranks of this machine, however few processors it has and
# whoever runs it; variables of Open MPI 4 and 5, which others do not look at.
set(UNITVAR_MPI_ENVIRONMENT
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
    OMPI_MCA_hwloc_base_binding_policy=none PRTE_MCA_hwloc_default_binding_policy=none
    OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
    OMPI_MCA_btl_vader_max_send_size=1048576 OMPI_MCA_odls_base_sigkill_timeout=0
    UNITVAR_NUM_THREADS=1)
function(unitvar_mpi_test name ranks)
    add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS mpi ENVIRONMENT "${UNITVAR_MPI_ENVIRONMENT}" TIMEOUT 300)
endfunction()
