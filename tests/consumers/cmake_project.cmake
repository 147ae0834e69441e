# Configures, builds and runs the project in SOURCE against the tree in STAGE, KIND shared or static: once with C and
# C++, once with C alone. A request for a version that does not fit, or for another component, must be refused. MPI: there
# is one, and component mpi makes a program.
cmake_minimum_required(VERSION 3.25)

set(target unitvar)
if(KIND STREQUAL static)
    set(target static)
endif()
cmake_path(GET SOURCE PARENT_PATH tests)
cmake_path(SET examples NORMALIZE ${tests}/../../capi/examples)
file(REMOVE_RECURSE ${WORK})
foreach(c_only OFF ON)
    set(build ${WORK}/${c_only})
    execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${build} -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${STAGE}
        -DKIND=${target} -DC_ONLY=${c_only} -DEXAMPLES=${examples} -DCMAKE_C_COMPILER=${C_COMPILER}
        -DCMAKE_CXX_COMPILER=${CXX_COMPILER} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${build} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${build}/normals OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
    if(NOT output MATCHES "-0\\.240715265 -2\\.01275468")
        message(SEND_ERROR "normals printed ${output}")
    endif()
    if(EXISTS ${build}/shard)
        execute_process(COMMAND ${build}/shard COMMAND_ERROR_IS_FATAL ANY)
    endif()
    if(MPI AND target STREQUAL "static" AND NOT c_only AND NOT EXISTS ${build}/mpi)
        message(SEND_ERROR "there is an MPI, but no unitvar::mpi")
    endif()
endforeach()

foreach(version 0.0 9.0 "0.1 COMPONENTS another")
    file(WRITE ${WORK}/other/CMakeLists.txt "cmake_minimum_required(VERSION 3.16)\nproject(other LANGUAGES C)\n"
        "find_package(unitvar ${version})\nif(unitvar_FOUND)\nmessage(FATAL_ERROR found)\nendif()\n")
    execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/other -B ${WORK}/other/build -DCMAKE_PREFIX_PATH=${STAGE}
        -DCMAKE_C_COMPILER=${C_COMPILER} OUTPUT_QUIET ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
