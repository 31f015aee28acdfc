// Files of the target that are looked at, when GDB opens them or before.
#include <utility>

#include "proxy/near/client.hpp"
#include "rsp/memory.hpp"

namespace rspbridge::proxy::near {

bool LookingAtFiles::await_suspend(std::coroutine_handle<> waiter) {
  left_ = paths_.size();
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    link::LookAtFile asking{0, paths_[i], most_, client_.file_system_};
    auto ahead = client_.files_ahead_.take(asking, client_.hooks_.now());
    asking.id = ahead ? ahead->id : ++client_.shared_.last_id;
    if (ahead && ahead->seen) {
      seen_[i] = *std::move(ahead->seen);
      --left_;
      continue;
    }
    client_.looking_[asking.id] = {this, i, asking, waiter};
    if (!ahead) client_.hooks_.far(std::move(asking));
  }
  return left_ != 0;
}

void Client::on_file_seen(link::FileSeen seen) {
  if (const auto asked = files_ahead_.arrived(seen)) return view_.files().seen(*asked, seen);
  const auto found = looking_.find(seen.id);
  if (found == looking_.end()) return;  // asked by a GDB that is gone
  const Looking looking = std::move(found->second);
  looking_.erase(found);
  view_.files().seen(looking.asked, seen);
  looking.files->seen_[looking.index] = std::move(seen);
  if (--looking.files->left_ == 0) go_on_with(looking.waiter);
}

void Client::look_ahead(link::LookAtFile file) {
  file.id = ++shared_.last_id;
  files_ahead_.asked(file, hooks_.now());
  hooks_.far(std::move(file));
}

// The answer is for nobody; what is near it is known from then on.
void Client::read_ahead(std::uint64_t address) {
  link::Request asking = request(rsp::format_memory_read({rsp::MemoryEncoding::hex, address, 1}),
                                 link::Effect::looks, link::Answer::reply);
  asking.of_gdb = false;
  hooks_.far(std::move(asking));
}

// Breakpoints and settings change no file.
void Client::drop_files_ahead(const PacketRow& row) {
  if (row.effect != link::Effect::looks && row.keep != Keep::nothing && row.keep != Keep::promise)
    files_ahead_.clear();
}

}  // namespace rspbridge::proxy::near
