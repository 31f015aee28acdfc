# The far helper for each architecture that there is a compiler for, in HELPERS_DIR/rspbridge-far-ARCH: this tree once
# more, with RSPBRIDGE_FAR_ONLY.
include(ExternalProject)
set(RSPBRIDGE_HELPERS_DIR "${CMAKE_BINARY_DIR}/helpers")
add_custom_target(rspbridge_helpers)

function(rspbridge_helper arch)
  if(arch STREQUAL CMAKE_HOST_SYSTEM_PROCESSOR)
    set(${arch}_CXX "${CMAKE_CXX_COMPILER}")
    set(${arch}_CC "${CMAKE_C_COMPILER}")
    set(zstd "/usr/lib/${arch}-linux-gnu/libzstd.a")
  else()
    find_program(${arch}_CXX ${arch}-linux-gnu-g++)
    find_program(${arch}_CC ${arch}-linux-gnu-gcc)
    set(zstd "${PROJECT_SOURCE_DIR}/.cache/zstd-arm64/root/usr/lib/aarch64-linux-gnu/libzstd.a")
  endif()
  if(NOT ${arch}_CXX OR NOT ${arch}_CC OR NOT EXISTS "${zstd}")
    message(NOTICE "No far helper for ${arch} targets is built: it needs ${arch}-linux-gnu-g++ and ${zstd}. "
                   "scripts/deps --build provides both. Without it, --far auto uses none")
    return()
  endif()
  set(built "${RSPBRIDGE_HELPERS_DIR}/rspbridge-far-${arch}")
  ExternalProject_Add(rspbridge_far_${arch}
    SOURCE_DIR "${PROJECT_SOURCE_DIR}"
    PREFIX "${RSPBRIDGE_HELPERS_DIR}/${arch}"
    BINARY_DIR "${RSPBRIDGE_HELPERS_DIR}/${arch}/build"
    CMAKE_ARGS -DRSPBRIDGE_FAR_ONLY=ON -DRSPBRIDGE_WERROR=${RSPBRIDGE_WERROR} -DCMAKE_BUILD_TYPE=Release
      -DCMAKE_CXX_FLAGS_RELEASE=-O2 -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=${arch}
      -DCMAKE_CXX_COMPILER=${${arch}_CXX} -DCMAKE_C_COMPILER=${${arch}_CC}
    BUILD_ALWAYS ON
    BUILD_BYPRODUCTS "${built}"
    INSTALL_COMMAND ${CMAKE_COMMAND} -E copy_if_different <BINARY_DIR>/proxy/helper/rspbridge-far "${built}")
  add_dependencies(rspbridge_helpers rspbridge_far_${arch})
  install(PROGRAMS "${built}" DESTINATION libexec/rspbridge)
endfunction()

# It would be built with the fuzzers' compiler, and nothing there runs it.
if(NOT RSPBRIDGE_FUZZ)
  rspbridge_helper(aarch64)
  rspbridge_helper(x86_64)
endif()
