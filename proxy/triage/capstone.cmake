# Finds Capstone: version 5 where it is installed (Debian 13), or as scripts/deps unpacked it; else version 4.
# Linked statically if it can be: version 5's archive from Debian 13 needs only an old libc.
set(unpacked "${PROJECT_SOURCE_DIR}/.cache/capstone5/root/usr")

# capstone_major(OUT DIR): the major version that DIR/capstone/capstone.h declares; 0 if there is none.
function(capstone_major out directory)
  set(${out} 0 PARENT_SCOPE)
  if(EXISTS "${directory}/capstone/capstone.h")
    file(STRINGS "${directory}/capstone/capstone.h" line REGEX "^#define CS_API_MAJOR +[0-9]+")
    string(REGEX REPLACE ".* ([0-9]+).*" "\\1" major "${line}")
    set(${out} "${major}" PARENT_SCOPE)
  endif()
endfunction()

find_path(RSPBRIDGE_CAPSTONE_INSTALLED capstone/capstone.h)
capstone_major(installed "${RSPBRIDGE_CAPSTONE_INSTALLED}")
capstone_major(fetched "${unpacked}/include")
set(directories "")
set(include "${RSPBRIDGE_CAPSTONE_INSTALLED}")
if(installed LESS 5 AND fetched GREATER_EQUAL 5)
  set(directories PATHS "${unpacked}/lib/${CMAKE_LIBRARY_ARCHITECTURE}" NO_DEFAULT_PATH)
  set(include "${unpacked}/include")
elseif(installed EQUAL 0)
  message(FATAL_ERROR "Capstone is missing: scripts/deps --build installs it")
elseif(installed LESS 5)
  message(NOTICE "Capstone ${installed}: newer ARM64 instructions will show as .inst; scripts/deps fetches version 5")
endif()
find_library(RSPBRIDGE_CAPSTONE_LIBRARY NAMES libcapstone.a capstone ${directories} REQUIRED)

add_library(rspbridge_capstone INTERFACE)
target_include_directories(rspbridge_capstone SYSTEM INTERFACE "${include}")
target_link_libraries(rspbridge_capstone INTERFACE "${RSPBRIDGE_CAPSTONE_LIBRARY}")
