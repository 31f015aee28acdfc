// Catch2 version 2.13 and 3 by one include.
#pragma once

#ifdef RSPBRIDGE_CATCH2_V2
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif
