// Builds a TargetDescription out of the elements of its documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rsp/target_description.hpp"
#include "rsp/xml_document.hpp"

namespace rspbridge::rsp {

/// Reads a document and those it includes. An included document counts as if it stood where its
/// xi:include does, whatever its root element is. Elements that it doesn't know are left out with
/// all they hold, as GDB does.
class DescriptionBuilder final : public XmlSink {
 public:
  /// Both must outlive the builder.
  DescriptionBuilder(const FetchAnnex& fetch, const DescriptionLimits& limits)
      : fetch_(fetch), limits_(limits) {}

  /// Call it once for the main document; `name` is what errors call it.
  Problem read(std::string_view name, std::string_view document);
  /// What was read; call it last.
  TargetDescription take();

  Problem start(std::string_view element, const XmlAttributes& attributes) override;
  void end() override;
  void text(std::string_view part) override;
  Problem include(std::string_view href, const std::string& where) override;

 private:
  enum class Context : std::uint8_t { top, target, architecture, osabi, feature, other };

  Problem start_feature(const XmlAttributes& attributes);
  Problem start_register(const XmlAttributes& attributes);
  Problem read_size(const XmlAttributes& attributes, Register& reg) const;
  Problem read_number(const XmlAttributes& attributes, Register& reg);

  const FetchAnnex& fetch_;
  const DescriptionLimits& limits_;
  TargetDescription description_;
  std::vector<Context> contexts_{Context::top};
  std::vector<std::string> open_documents_;
  std::string text_;
  std::set<std::uint32_t> regnums_;
  std::uint32_t next_regnum_ = 0;
  std::size_t bytes_ = 0;
  int includes_ = 0;
};

}  // namespace rspbridge::rsp
