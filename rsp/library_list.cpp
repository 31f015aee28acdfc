#include "rsp/library_list.hpp"

#include "rsp/escape.hpp"
#include "rsp/xml_document.hpp"

namespace rspbridge::rsp {
namespace {

constexpr std::size_t max_libraries = 65536;

class LibraryCollector final : public XmlSink {
 public:
  std::vector<ListedLibrary> libraries;

  Problem start(std::string_view element, const XmlAttributes& attributes) override {
    const auto name = attributes.find("name");
    if (element != "library" || !name || name->empty()) return std::nullopt;
    auto bias = attributes.find("l_addr").value_or("");
    if (bias.starts_with("0x")) bias.remove_prefix(2);
    const auto number = parse_hex(bias);
    if (!number) return "a library's l_addr is no number";
    if (libraries.size() == max_libraries)
      return "there are more than " + std::to_string(max_libraries) + " libraries";
    libraries.push_back({std::string(*name), *number});
    return std::nullopt;
  }
  void end() override {}
  void text(std::string_view) override {}
  Problem include(std::string_view, const std::string& where) override {
    return where + ": a library list includes nothing";
  }
};

}  // namespace

tl::expected<std::vector<ListedLibrary>, std::string> parse_library_list(std::string_view document) {
  LibraryCollector collector;
  if (auto problem = walk_document("the library list", document, collector))
    return tl::unexpected(std::move(*problem));
  return std::move(collector.libraries);
}

}  // namespace rspbridge::rsp
