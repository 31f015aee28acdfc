#include "proxy/near/view/registers.hpp"

#include <elf.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "proxy/near/client.hpp"
#include "proxy/near/view/objects.hpp"
#include "rsp/escape.hpp"

namespace rspbridge::proxy::near {
namespace {

using Failure = std::optional<std::string>;

// Of AT_HWCAP: AArch64's bit for pointer authentication (elf_hwcaps).
constexpr std::uint64_t hwcap_paca = std::uint64_t{1} << 30;
// Bits 48 to 54: Linux gives user space 48 bits of address, and the top byte is ignored.
constexpr std::uint64_t linux_pac_mask = 0x007f000000000000;

std::string little_endian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 8); ++i, value >>= 8)
    bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

std::string for_gdb(const std::string& sentence) {
  return "E.rspbridge: " + sentence;
}

}  // namespace

// The documents are fetched first, since the parser can't wait.
Task<tl::expected<rsp::TargetDescription, std::string>> Registers::read_description() {
  std::map<std::string, std::string, std::less<>> documents;
  std::vector<std::string> wanted{"target.xml"};
  const rsp::DescriptionLimits limits;
  while (!wanted.empty() && documents.size() <= static_cast<std::size_t>(limits.max_includes)) {
    std::string name = std::move(wanted.back());
    wanted.pop_back();
    if (documents.contains(name)) continue;
    auto reading = read_object(client_, "features", name);
    std::string document = co_await reading;
    auto included = rsp::included_annexes(document);
    if (included) wanted.insert(wanted.end(), included->begin(), included->end());
    documents.emplace(std::move(name), std::move(document));
  }
  if (documents["target.xml"].empty())
    co_return tl::unexpected(std::string("the stub has no target description"));
  const rsp::FetchAnnex fetch = [&](std::string_view href) -> std::optional<std::string> {
    const auto found = documents.find(href);
    return found == documents.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
  };
  co_return rsp::parse_target_description(documents["target.xml"], fetch, limits);
}

Task<tl::expected<rsp::ViewDefinition, std::string>> Registers::define(const rsp::TargetDescription& stub) {
  if (settings_.kind == ViewKind::file) co_return rsp::file_view(settings_.document, settings_.document_name);
  if (settings_.kind == ViewKind::x86_64) co_return rsp::x86_64_view(stub);
  rsp::ViewFacts facts;
  if (!stub.feature("org.gnu.gdb.aarch64.pauth")) {
    auto looking = read_auxv(client_);
    const auto auxv = co_await looking;
    facts.pac = auxv && (auxv->find(AT_HWCAP).value_or(0) & hwcap_paca) != 0;
    facts.pac_mask = linux_pac_mask;
  }
  co_return rsp::core_view(stub, facts);
}

Task<Failure> Registers::load() {
  // "" is any process: whichever GDB then names.
  const std::string process = client_.general_process();
  if (process_.empty()) process_ = process;
  if (view_ && (process == process_ || process.empty())) co_return std::nullopt;
  forget_all();
  auto describing = read_description();
  const auto stub = co_await describing;
  if (!stub) co_return for_gdb(stub.error());
  if (misfits(*stub)) {
    settings_.kind = ViewKind::native;
    settings_.why = "the target is " + stub->architecture;
    client_.inform("view native: " + settings_.why);
    co_return for_gdb(settings_.why);
  }
  auto defining = define(*stub);
  auto definition = co_await defining;
  if (!definition) co_return refuse(definition.error());
  auto compiled = rsp::CompiledView::compile(*std::move(definition), *stub);
  if (!compiled) co_return refuse(compiled.error());
  view_ = *std::move(compiled);
  process_ = process;
  co_return std::nullopt;
}

bool Registers::misfits(const rsp::TargetDescription& stub) const {
  const bool picked = !settings_.why.empty() && settings_.kind != ViewKind::native;
  return picked && !stub.architecture.empty() && stub.architecture != "aarch64";
}

std::string Registers::refuse(const std::string& sentence) {
  if (sentence != said_)
    client_.warn("the " + std::string(to_string(settings_.kind)) + " view can't be made: " + sentence);
  said_ = sentence;
  return for_gdb(sentence);
}

void Registers::follow_selection() {
  if (thread_ == client_.general_thread() && !outdated_) return;
  forget_values();
  thread_ = client_.general_thread();
}

Task<Failure> Registers::fetch_all() {
  follow_selection();
  if (values_) co_return std::nullopt;
  auto asked = client_.ask("g");
  const std::string reply = co_await asked;
  auto values = rsp::RegisterValues::parse(view_->stub_layout(), reply);
  if (!values) co_return reply.starts_with('E') ? reply : for_gdb(values.error());
  in_g_ = reply.size() / 2;
  values_ = *std::move(values);
  co_return std::nullopt;
}

bool Registers::left_out(std::uint32_t stub_register) const {
  const rsp::LayoutRegister* found = view_->stub_layout().find(stub_register);
  return found && found->offset + found->size > in_g_;
}

Task<Failure> Registers::fetch(std::vector<std::uint32_t> stub_registers) {
  auto fetching = fetch_all();
  auto failed = co_await fetching;
  if (failed) co_return failed;
  for (const std::uint32_t number : stub_registers) {
    if (!left_out(number) || asked_singly_.contains(number)) continue;
    auto asked = client_.ask("p" + rsp::format_hex(number));
    const std::string reply = co_await asked;
    asked_singly_.insert(number);
    if (!values_->set_hex(number, reply)) values_->forget(number);
  }
  co_return std::nullopt;
}

Task<Failure> Registers::store(std::vector<rsp::StubWrite> writes) {
  for (const rsp::StubWrite& write : writes) {
    if (!writes_singly_) break;
    auto asked = client_.ask("P" + rsp::format_hex(write.regnum) + "=" + rsp::to_hex(write.bytes),
                             link::Effect::changes);
    const std::string reply = co_await asked;
    writes_singly_ = !reply.empty();
    if (!writes_singly_) break;
    if (reply != "OK") co_return reply;
    values_->set(write.regnum, write.bytes);
  }
  if (writes_singly_ || writes.empty()) co_return std::nullopt;
  // A whole G, so all that goes into it must be known.
  rsp::RegisterValues changed = *values_;
  for (const rsp::StubWrite& write : writes)
    if (left_out(write.regnum) || !changed.set(write.regnum, write.bytes))
      co_return for_gdb("the stub can't write this register");
  const std::string all = changed.format().substr(0, 2 * in_g_);
  if (all.find('x') != std::string::npos)
    co_return for_gdb("the stub writes registers only all at once, and some of them can't be read");
  auto asked = client_.ask("G" + all, link::Effect::changes);
  const std::string reply = co_await asked;
  if (reply != "OK") co_return reply;
  values_ = std::move(changed);
  co_return std::nullopt;
}

Task<std::optional<std::uint64_t>> Registers::number(std::string stub_register) {
  const rsp::LayoutRegister* found = view_ ? view_->stub_layout().find(stub_register) : nullptr;
  if (!found) co_return std::nullopt;
  const std::uint32_t number = found->regnum;
  auto fetching = fetch({number});
  const auto failed = co_await fetching;
  const auto bytes = failed ? std::nullopt : values_->get(number);
  co_return bytes ? std::optional(rsp::little_endian(*bytes)) : std::nullopt;
}

Task<Failure> Registers::set_number(std::string stub_register, std::uint64_t value) {
  const rsp::LayoutRegister* found = view_ ? view_->stub_layout().find(stub_register) : nullptr;
  if (!found) co_return for_gdb("the stub has no register " + stub_register);
  std::vector<rsp::StubWrite> writes{{found->regnum, little_endian(value, found->size)}};
  auto fetching = fetch({found->regnum});
  auto failed = co_await fetching;
  if (failed) co_return failed;
  auto storing = store(std::move(writes));
  failed = co_await storing;
  co_return failed;
}

void Registers::forget_values() {
  outdated_ = false;
  values_.reset();
  shown.reset();
  asked_singly_.clear();
}

void Registers::forget_all() {
  forget_values();
  view_.reset();
  process_.clear();
}

}  // namespace rspbridge::proxy::near
