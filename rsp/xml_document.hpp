// Walks one XML document of a stub with expat. What only a hostile document has is refused: entity
// declarations, elements nested too deep. Knows nothing of target descriptions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rspbridge::rsp {

/// A sentence that says what is wrong, or nothing if all is well.
using Problem = std::optional<std::string>;

/// The attributes of an element; a view that lives as long as the call it is handed to.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char* const* names_and_values) : raw_(names_and_values) {}
  std::optional<std::string_view> find(std::string_view name) const;

 private:
  const char* const* raw_;
};

/// Told what a document holds, in order. A Problem ends the walk.
class XmlSink {
 public:
  virtual ~XmlSink() = default;
  /// The walk puts the document's name and line before the sentence.
  virtual Problem start(std::string_view element, const XmlAttributes& attributes) = 0;
  virtual void end() = 0;
  /// A part of an element's text.
  virtual void text(std::string_view part) = 0;
  /// An `<xi:include>`, which is no start() and no end(); may walk another document meanwhile.
  /// `where` is "document:line"; the sentence is passed on as it is.
  virtual Problem include(std::string_view href, const std::string& where) = 0;
};

/// Walks `document`, which errors call `name`. Elements within an xi:include are left out.
Problem walk_document(std::string_view name, std::string_view document, XmlSink& sink);

}  // namespace rspbridge::rsp
