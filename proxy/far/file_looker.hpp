// What a file of the target is, found out beside the stub.
#pragma once

#include <functional>

#include "proxy/far/stub_queue.hpp"
#include "proxy/link/messages.hpp"

namespace rspbridge::proxy::far {

/// Opens the file for reading in the file system that the stub has selected, asks for its status, reads as
/// much as is wanted, and closes it again. Calls `ready` once, unless the stub's connection ends before.
void look_at_file(StubQueue& queue, const link::LookAtFile& request,
                  std::function<void(link::FileSeen seen)> ready);

}  // namespace rspbridge::proxy::far
