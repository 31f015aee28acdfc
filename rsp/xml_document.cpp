#include "rsp/xml_document.hpp"

#include <expat.h>

#include <limits>
#include <memory>

#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

constexpr int max_element_depth = 64;

struct ParserDeleter {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using ParserPtr = std::unique_ptr<XML_ParserStruct, ParserDeleter>;

// The prefix is the author's to choose, and many a stub forgets to declare it.
bool is_include(std::string_view element) {
  return element.ends_with(":include");
}

class Walk {
 public:
  Walk(std::string_view name, XmlSink& sink)
      : name_(printable(name)), sink_(sink), parser_(XML_ParserCreate(nullptr)) {}

  Problem run(std::string_view document);

 private:
  static Walk& self(void* user) { return *static_cast<Walk*>(user); }
  static void XMLCALL on_start(void* user, const XML_Char* element, const XML_Char** attributes) noexcept;
  static void XMLCALL on_end(void* user, const XML_Char* element) noexcept;
  static void XMLCALL on_text(void* user, const XML_Char* text, int length) noexcept;
  static void XMLCALL on_entity(void* user, const XML_Char* name, int, const XML_Char*, int, const XML_Char*,
                                const XML_Char*, const XML_Char*, const XML_Char*) noexcept;
  static void XMLCALL on_skipped(void* user, const XML_Char* name, int) noexcept;

  void start(std::string_view element, const XmlAttributes& attributes);
  void start_include(const XmlAttributes& attributes);
  void fail(const std::string& sentence);
  std::string where() const;

  std::string name_;
  XmlSink& sink_;
  ParserPtr parser_;
  Problem problem_;
  int depth_ = 0;
  int include_depth_ = 0;  // the depth of the xi:include that is open, or 0
  std::string href_;       // of the xi:include that the parser was suspended for
};

Problem Walk::run(std::string_view document) {
  if (!parser_) return name_ + ": no memory for an XML parser";
  if (document.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return name_ + ": too long for the XML parser";
  }
  XML_SetUserData(parser_.get(), this);
  XML_SetElementHandler(parser_.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser_.get(), on_text);
  XML_SetEntityDeclHandler(parser_.get(), on_entity);
  XML_SetSkippedEntityHandler(parser_.get(), on_skipped);
  auto status = XML_Parse(parser_.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
  // Included documents are read between two calls of expat, so that nothing throws through it.
  while (status == XML_STATUS_SUSPENDED) {
    if (auto problem = sink_.include(href_, where())) return problem;
    status = XML_ResumeParser(parser_.get());
  }
  if (problem_) return problem_;
  if (status == XML_STATUS_OK) return std::nullopt;
  return where() + ": " + XML_ErrorString(XML_GetErrorCode(parser_.get()));
}

// Version 2.9 has deprecated the one that older versions have.
static auto line_of(XML_Parser parser) {
#if XML_MAJOR_VERSION > 2 || XML_MINOR_VERSION >= 9
  return XML_GetCurrentLineNumber64(parser);
#else
  return XML_GetCurrentLineNumber(parser);
#endif
}

std::string Walk::where() const {
  return name_ + ":" + std::to_string(line_of(parser_.get()));
}

void Walk::fail(const std::string& sentence) {
  if (problem_) return;
  problem_ = where() + ": " + sentence;
  XML_StopParser(parser_.get(), XML_FALSE);
}

void Walk::start(std::string_view element, const XmlAttributes& attributes) {
  if (problem_) return;
  if (++depth_ > max_element_depth) {
    fail("elements nested more than " + std::to_string(max_element_depth) + " deep");
  } else if (include_depth_ != 0) {
    return;
  } else if (is_include(element)) {
    start_include(attributes);
  } else if (const auto problem = sink_.start(element, attributes)) {
    fail(*problem);
  }
}

void Walk::start_include(const XmlAttributes& attributes) {
  const auto href = attributes.find("href");
  if (!href || href->empty()) return fail("xi:include without href");
  include_depth_ = depth_;
  href_ = *href;
  XML_StopParser(parser_.get(), XML_TRUE);
}

void Walk::on_start(void* user, const XML_Char* element, const XML_Char** attributes) noexcept {
  self(user).start(element, XmlAttributes(attributes));
}

void Walk::on_end(void* user, const XML_Char*) noexcept {
  auto& walk = self(user);
  if (walk.problem_) return;
  if (walk.include_depth_ == 0) {
    walk.sink_.end();
  } else if (walk.include_depth_ == walk.depth_) {
    walk.include_depth_ = 0;
  }
  --walk.depth_;
}

void Walk::on_text(void* user, const XML_Char* text, int length) noexcept {
  auto& walk = self(user);
  if (walk.problem_ || walk.include_depth_ != 0) return;
  walk.sink_.text({text, static_cast<std::size_t>(length)});
}

void Walk::on_entity(void* user, const XML_Char* name, int, const XML_Char*, int, const XML_Char*,
                     const XML_Char*, const XML_Char*, const XML_Char*) noexcept {
  self(user).fail("entity declarations are refused (" + quote(name) + ")");
}

void Walk::on_skipped(void* user, const XML_Char* name, int) noexcept {
  self(user).fail("undeclared entity " + quote(name));
}

}  // namespace

std::optional<std::string_view> XmlAttributes::find(std::string_view name) const {
  for (const char* const* at = raw_; at[0] != nullptr; at += 2) {
    if (at[0] == name) return at[1];
  }
  return std::nullopt;
}

Problem walk_document(std::string_view name, std::string_view document, XmlSink& sink) {
  return Walk(name, sink).run(document);
}

}  // namespace rspbridge::rsp
