# zstd's static library for the machine that is built for: the compiler's own (libzstd-dev), or for ARM64 the one that
# scripts/deps unpacked.
set(unpacked "${PROJECT_SOURCE_DIR}/.cache/zstd-arm64/root/usr")
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64" AND EXISTS "${unpacked}/include/zstd.h")
  set(RSPBRIDGE_ZSTD_LIBRARY "${unpacked}/lib/aarch64-linux-gnu/libzstd.a")
  target_include_directories(rspbridge_zstd SYSTEM INTERFACE "${unpacked}/include")
else()
  find_library(RSPBRIDGE_ZSTD_LIBRARY libzstd.a PATHS "/usr/lib/${CMAKE_SYSTEM_PROCESSOR}-linux-gnu" REQUIRED)
endif()
target_link_libraries(rspbridge_zstd INTERFACE "${RSPBRIDGE_ZSTD_LIBRARY}")
