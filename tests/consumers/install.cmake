# Installs the build tree BUILD and moves what was installed to STAGE, so that everything that follows works in a place
# that the installation did not know. Writes the names that the library exports to STAGE/exports.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${STAGE} ${STAGE}.installed)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${STAGE}.installed
                OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(RENAME ${STAGE}.installed ${STAGE})

file(GLOB_RECURSE installed ${STAGE}/*)
foreach(name libunitvar.so libunitvar.a include/unitvar.h include/unitvar/unitvar.hpp unitvarConfig.cmake
        unitvarConfigVersion.cmake pkgconfig/unitvar.pc)
    if(NOT installed MATCHES "/${name}(;|$)")
        message(SEND_ERROR "${name} is not installed")
    endif()
endforeach()
foreach(file IN LISTS installed)
    if(file MATCHES "\\.(cmake|pc)$")
        # Not by regular expression: a path may hold any character, such as the g++ of a build tree.
        file(READ ${file} text)
        foreach(path ${STAGE} ${BUILD})
            string(FIND "${text}" "${path}" position)
            if(NOT position EQUAL -1)
                message(SEND_ERROR "${file} knows ${path}, where it was installed or built")
            endif()
        endforeach()
    endif()
endforeach()

string(REGEX MATCH "[^;]*/libunitvar\\.so(;|$)" library "${installed}")
string(REPLACE ";" "" library "${library}")
execute_process(COMMAND ${NM} -D --defined-only ${library} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " T unitvar_[a-z0-9_]+" exports "${symbols}")
list(TRANSFORM exports REPLACE " T " "")
list(JOIN exports "\n" exports)
file(WRITE ${STAGE}/exports "${exports}\n")
