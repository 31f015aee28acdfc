#include "rsp/description_builder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

/// A number as GDB reads them in descriptions: decimal, 0x hexadecimal or 0 octal.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Longer names are refused: a DTD can give every element the same long default for an attribute, so
// the size of the document is no bound for what its copies take.
constexpr std::size_t max_name = 256;

}  // namespace

Problem DescriptionBuilder::read(std::string_view name, std::string_view document) {
  if (document.size() > limits_.max_bytes - bytes_) {
    return printable(name) + ": the description is longer than " + std::to_string(limits_.max_bytes) +
           " bytes";
  }
  bytes_ += document.size();
  open_documents_.emplace_back(name);
  if (auto problem = walk_document(name, document, *this)) return problem;
  open_documents_.pop_back();
  return std::nullopt;
}

TargetDescription DescriptionBuilder::take() {
  return std::move(description_);
}

Problem DescriptionBuilder::start(std::string_view element, const XmlAttributes& attributes) {
  const auto context = contexts_.back();
  contexts_.push_back(Context::other);
  if (context == Context::top) {
    if (element != "target") return "the root element is <" + printable(element) + ">, not <target>";
    contexts_.back() = Context::target;
  } else if (context == Context::target) {
    text_.clear();
    if (element == "feature") return start_feature(attributes);
    if (element == "architecture") contexts_.back() = Context::architecture;
    if (element == "osabi") contexts_.back() = Context::osabi;
    if (element == "target") contexts_.back() = Context::target;
  } else if (context == Context::feature && element == "reg") {
    return start_register(attributes);
  }
  return std::nullopt;
}

void DescriptionBuilder::end() {
  if (contexts_.back() == Context::architecture) description_.architecture = trim(text_);
  if (contexts_.back() == Context::osabi) description_.osabi = trim(text_);
  contexts_.pop_back();
}

void DescriptionBuilder::text(std::string_view part) {
  const auto context = contexts_.back();
  if (context == Context::architecture || context == Context::osabi) text_ += part;
}

Problem DescriptionBuilder::include(std::string_view href, const std::string& where) {
  const auto about = where + ": xi:include of " + quote(href) + ": ";
  if (++includes_ > limits_.max_includes) {
    return about + "more than " + std::to_string(limits_.max_includes) + " documents are included";
  }
  if (open_documents_.size() > static_cast<std::size_t>(limits_.max_include_depth)) {
    return about + "nested more than " + std::to_string(limits_.max_include_depth) + " deep";
  }
  if (std::ranges::find(open_documents_, href) != open_documents_.end()) {
    return about + "the document includes itself";
  }
  const auto document = fetch_ ? fetch_(href) : std::nullopt;
  if (!document) return about + "the stub has no such document";
  return read(href, *document);
}

Problem DescriptionBuilder::start_feature(const XmlAttributes& attributes) {
  const auto name = attributes.find("name");
  if (!name || name->empty()) return "a feature without a name";
  if (name->size() > max_name) return "feature " + quote(*name) + ": the name is too long";
  // A feature takes a hundred bytes and more, so that their number wants a bound too.
  if (description_.features.size() == limits_.max_registers) {
    return "more than " + std::to_string(limits_.max_registers) + " features";
  }
  contexts_.back() = Context::feature;
  description_.features.push_back({std::string(*name), {}});
  return std::nullopt;
}

Problem DescriptionBuilder::start_register(const XmlAttributes& attributes) {
  Register reg;
  const auto name = attributes.find("name");
  if (!name || name->empty()) return "a register without a name";
  const auto type = attributes.find("type").value_or("int");
  const auto group = attributes.find("group").value_or("");
  if (std::max({name->size(), type.size(), group.size()}) > max_name) {
    return "register " + quote(*name) + ": name, type or group is too long";
  }
  reg.name = *name;
  reg.type = type;
  reg.group = group;
  reg.save_restore = attributes.find("save-restore") != "no";
  if (auto problem = read_size(attributes, reg)) return problem;
  if (auto problem = read_number(attributes, reg)) return problem;
  if (regnums_.size() == limits_.max_registers) {
    return "more than " + std::to_string(limits_.max_registers) + " registers";
  }
  if (!regnums_.insert(reg.regnum).second) {
    return "register " + quote(reg.name) + ": regnum " + std::to_string(reg.regnum) + " is taken";
  }
  next_regnum_ = reg.regnum + 1;
  description_.features.back().registers.push_back(std::move(reg));
  return std::nullopt;
}

Problem DescriptionBuilder::read_size(const XmlAttributes& attributes, Register& reg) const {
  const auto about = "register " + quote(reg.name) + ": ";
  const auto text = attributes.find("bitsize");
  if (!text) return about + "no bitsize";
  const auto bits = parse_number(*text);
  if (!bits) return about + "bitsize " + quote(*text) + " is no number";
  if (*bits == 0) return about + "bitsize 0";
  if (*bits > limits_.max_register_bits) {
    return about + "bitsize " + quote(*text) + " is above " + std::to_string(limits_.max_register_bits);
  }
  reg.bitsize = static_cast<std::uint32_t>(*bits);
  return std::nullopt;
}

Problem DescriptionBuilder::read_number(const XmlAttributes& attributes, Register& reg) {
  const auto about = "register " + quote(reg.name) + ": ";
  const auto text = attributes.find("regnum");
  const auto number = text ? parse_number(*text) : next_regnum_;
  if (!number) return about + "regnum " + quote(*text) + " is no number";
  if (*number > DescriptionLimits::max_regnum) {
    return about + "regnum " + std::to_string(*number) + " is above " +
           std::to_string(DescriptionLimits::max_regnum);
  }
  reg.regnum = static_cast<std::uint32_t>(*number);
  return std::nullopt;
}

}  // namespace rspbridge::rsp
