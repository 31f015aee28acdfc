// The fields of each message, in the order in which they stand on the wire. A change here, or in the order of
// the variants in messages.hpp, needs another protocol_version (frame_stream.hpp).
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>

#include "proxy/link/messages.hpp"
#include "rsp/thread_id.hpp"

namespace rspbridge::proxy::link {

/// Pointers to all members of T.
template <class T>
inline constexpr std::nullptr_t fields = nullptr;  // a type that isn't listed doesn't compile

template <>
inline constexpr auto fields<rsp::ThreadId> = std::tuple(&rsp::ThreadId::pid, &rsp::ThreadId::tid);
template <>
inline constexpr auto fields<Question> = std::tuple(&Question::thread, &Question::payload);
template <>
inline constexpr auto fields<WantedPage> = std::tuple(&WantedPage::base, &WantedPage::offset);

template <>
inline constexpr auto fields<Request> = std::tuple(&Request::id, &Request::payload, &Request::effect,
                                                   &Request::answer, &Request::thread, &Request::waits,
                                                   &Request::promised, &Request::whole, &Request::of_gdb);
template <>
inline constexpr auto fields<Open> = std::tuple();
template <>
inline constexpr auto fields<ReadFile> = std::tuple(&ReadFile::id, &ReadFile::path);
template <>
inline constexpr auto fields<Wanted> = std::tuple(&Wanted::of_stopped_thread, &Wanted::questions,
                                                  &Wanted::pages, &Wanted::sp_regnum, &Wanted::pc_regnum,
                                                  &Wanted::map);
template <>
inline constexpr auto fields<Interrupt> = std::tuple();
template <>
inline constexpr auto fields<StopTarget> = std::tuple();
template <>
inline constexpr auto fields<GdbGone> = std::tuple();
template <>
inline constexpr auto fields<Symbol> = std::tuple(&Symbol::name, &Symbol::value);
template <>
inline constexpr auto fields<Symbols> = std::tuple(&Symbols::symbols);
template <>
inline constexpr auto fields<LookAtFile> = std::tuple(&LookAtFile::id, &LookAtFile::path, &LookAtFile::most,
                                                      &LookAtFile::file_system);

template <>
inline constexpr auto fields<AddressRange> = std::tuple(&AddressRange::start, &AddressRange::end);
template <>
inline constexpr auto fields<StepHint> = std::tuple(&StepHint::calls, &StepHint::machine, &StepHint::listed,
                                                    &StepHint::line);

template <>
inline constexpr auto fields<Reply> = std::tuple(&Reply::id, &Reply::payload, &Reply::final);
template <>
inline constexpr auto fields<Refused> = std::tuple(&Refused::id);
template <>
inline constexpr auto fields<Opened> = std::tuple(&Opened::is_stub);
template <>
inline constexpr auto fields<FileRead> = std::tuple(&FileRead::id, &FileRead::text, &FileRead::why_not);
template <>
inline constexpr auto fields<StopBundle> = std::tuple(&StopBundle::id, &StopBundle::stop,
                                                      &StopBundle::payload, &StopBundle::coming,
                                                      &StopBundle::map_coming);
template <>
inline constexpr auto fields<Fact> = std::tuple(&Fact::question, &Fact::payload);
template <>
inline constexpr auto fields<MapRead> = std::tuple(&MapRead::text, &MapRead::why_not);
template <>
inline constexpr auto fields<Notification> = std::tuple(&Notification::payload);
template <>
inline constexpr auto fields<Log> = std::tuple(&Log::warning, &Log::text);
template <>
inline constexpr auto fields<StubGone> = std::tuple(&StubGone::expected, &StubGone::reason);

template <>
inline constexpr auto fields<FileSeen> = std::tuple(&FileSeen::id, &FileSeen::opened, &FileSeen::status,
                                                    &FileSeen::start);

/// Converts to whatever a member is.
struct AnyMember {
  template <class T>
  operator T() const;  // never defined
};

template <class T, std::size_t... index>
constexpr bool takes(std::index_sequence<index...> /*count*/) {
  return requires {
    T{((void)index, AnyMember{})...};
  };
}

/// Whether fields<T> names as many members as T has.
template <class T>
inline constexpr bool names_all =
    takes<T>(std::make_index_sequence<std::tuple_size_v<decltype(fields<T>)>>()) &&
    !takes<T>(std::make_index_sequence<std::tuple_size_v<decltype(fields<T>)> + 1>());
template <class... T>
constexpr bool names_all_of(const std::variant<T...>* /*type*/) {
  return (names_all<T> && ...);
}
static_assert(names_all_of(static_cast<const ToFar*>(nullptr)) &&
                  names_all_of(static_cast<const ToNear*>(nullptr)) && names_all<Question> &&
                  names_all<WantedPage> && names_all<Symbol> && names_all<AddressRange> &&
                  names_all<rsp::ThreadId>,
              "a message has a member that isn't in its row");

/// The last enumerator, by which a number on the wire is judged.
template <class Enum>
inline constexpr std::nullptr_t last_of = nullptr;
template <>
inline constexpr auto last_of<Effect> = Effect::resumes;
template <>
inline constexpr auto last_of<Answer> = Answer::none;
template <>
inline constexpr auto last_of<Promise> = Promise::certain;
template <>
inline constexpr auto last_of<WantedPage::Base> = WantedPage::Base::pc;
template <>
inline constexpr auto last_of<Machine> = Machine::x86_64;
template <>
inline constexpr auto last_of<StepHint::Calls> = StepHint::Calls::listed;

}  // namespace rspbridge::proxy::link
