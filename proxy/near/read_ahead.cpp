#include "proxy/near/read_ahead.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {

using memmap::VirtAddr;
using rsp::MemoryRead;

std::string ReadAhead::encode(rsp::MemoryEncoding encoding, std::string_view bytes) {
  return encoding == rsp::MemoryEncoding::hex ? rsp::to_hex(bytes) : "b" + rsp::escape(bytes);
}

bool ReadAhead::take(const MemoryRead& request, Deliver deliver) {
  const bool follows = last_ && last_->encoding == request.encoding && last_->length >= min_length &&
                       last_->address + last_->length == request.address;
  if (!follows) clear();
  last_ = request;
  ++streak_;
  if (!follows) return false;
  // What lies before the client's position will not be asked for again.
  while (!blocks_.empty() && blocks_.front().request.address < request.address) blocks_.pop_front();
  if (blocks_.empty() || blocks_.front().request.address != request.address) return false;
  if (request.length > blocks_.front().request.length) return false;
  Block block = std::move(blocks_.front());
  blocks_.pop_front();
  window_ *= 2;
  if (block.bytes) {
    deliver(encode(request.encoding, std::string_view(*block.bytes).substr(0, request.length)));
  } else {
    block.waiting = request;
    block.deliver = std::move(deliver);
    orphans_.push_back(std::move(block));
  }
  return true;
}

std::vector<MemoryRead> ReadAhead::plan(const memmap::VmaMap& map) {
  std::vector<MemoryRead> reads;
  if (!sequential()) return reads;
  const std::uint64_t length = last_->length;
  const std::size_t most = std::max<std::size_t>(1, max_bytes / length);
  window_ = std::min(window_, most);
  std::uint64_t next = blocks_.empty() ? last_->address + length
                                       : blocks_.back().request.address + blocks_.back().request.length;
  const memmap::Vma* vma = map.find(VirtAddr{last_->address});
  while (vma && vma->is_plain_memory() && blocks_.size() < window_ && next + length <= vma->range.end.value) {
    MemoryRead read{last_->encoding, next, length};
    blocks_.push_back({.request = read, .generation = generation_});
    reads.push_back(read);
    next += length;
  }
  return reads;
}

void ReadAhead::arrived(std::uint64_t generation, const MemoryRead& request, std::string payload) {
  auto same = [&](const Block& b) { return b.generation == generation && b.request == request; };
  if (auto orphan = std::find_if(orphans_.begin(), orphans_.end(), same); orphan != orphans_.end()) {
    Block block = std::move(*orphan);
    orphans_.erase(orphan);
    const auto bytes = rsp::parse_memory_reply(request, payload);
    if (bytes && bytes->size() == request.length)
      block.deliver(encode(request.encoding, std::string_view(*bytes).substr(0, block.waiting->length)));
    else if (block.waiting->length == request.length)
      block.deliver(std::move(payload));
    else  // less of it may well be readable
      block.deliver(std::nullopt);
    return;
  }
  auto block = std::find_if(blocks_.begin(), blocks_.end(), same);
  if (block == blocks_.end()) return;
  auto bytes = rsp::parse_memory_reply(request, payload);
  // An error or a short reply is no block: the client shall get the stub's own answer to its own request.
  if (bytes && bytes->size() == request.length)
    block->bytes = *std::move(bytes);
  else
    blocks_.erase(block, blocks_.end());
}

void ReadAhead::clear() {
  blocks_.clear();
  last_.reset();
  streak_ = 0;
  window_ = first_window;
  ++generation_;
}

}  // namespace rspbridge::proxy::near
