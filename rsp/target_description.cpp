#include "rsp/target_description.hpp"

#include <algorithm>
#include <utility>

#include "rsp/description_builder.hpp"
#include "rsp/text.hpp"
#include "rsp/xml_document.hpp"

namespace rspbridge::rsp {
namespace {

class HrefCollector final : public XmlSink {
 public:
  std::vector<std::string> hrefs;

  Problem start(std::string_view, const XmlAttributes&) override { return std::nullopt; }
  void end() override {}
  void text(std::string_view) override {}
  Problem include(std::string_view href, const std::string& where) override {
    if (hrefs.size() == static_cast<std::size_t>(DescriptionLimits{}.max_includes)) {
      return where + ": more than " + std::to_string(hrefs.size()) + " documents are included";
    }
    hrefs.emplace_back(href);
    return std::nullopt;
  }
};

constexpr std::string_view main_document = "target.xml";

}  // namespace

const Feature* TargetDescription::feature(std::string_view name) const {
  const auto found = std::ranges::find(features, name, &Feature::name);
  return found == features.end() ? nullptr : &*found;
}

tl::expected<TargetDescription, std::string> parse_target_description(std::string_view document,
                                                                      const FetchAnnex& fetch,
                                                                      const DescriptionLimits& limits) {
  DescriptionBuilder builder(fetch, limits);
  if (auto problem = builder.read(main_document, document)) return tl::unexpected(std::move(*problem));
  return builder.take();
}

tl::expected<std::vector<std::string>, std::string> included_annexes(std::string_view document) {
  constexpr auto max_bytes = DescriptionLimits{}.max_bytes;
  if (document.size() > max_bytes) {
    return tl::unexpected("the document is longer than " + std::to_string(max_bytes) + " bytes");
  }
  HrefCollector collector;
  if (auto problem = walk_document("the document", document, collector)) {
    return tl::unexpected(std::move(*problem));
  }
  return std::move(collector.hrefs);
}

}  // namespace rspbridge::rsp
