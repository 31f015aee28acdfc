#include "rsp/view_shape.hpp"

#include <algorithm>
#include <utility>

#include "rsp/text.hpp"

namespace rspbridge::rsp {
namespace {

std::string xml_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string element_of(const ViewRegister& reg) {
  auto out = "    <reg name=\"" + xml_quoted(reg.name) + "\" bitsize=\"" + std::to_string(reg.bits) +
             "\" type=\"" + xml_quoted(reg.type) + "\"";
  if (!reg.group.empty()) out += " group=\"" + xml_quoted(reg.group) + "\"";
  return out + "/>\n";
}

}  // namespace

Source copy_of(std::vector<std::string> names) {
  return {.kind = Source::Kind::copy, .names = std::move(names)};
}

Source copy_if_any(std::vector<std::string> names) {
  return {.kind = Source::Kind::copy, .names = std::move(names), .optional = true};
}

std::vector<std::string> stub_names(std::string_view arm64) {
  std::vector<std::string> out{std::string(arm64)};
  if (arm64 == "x29") out.emplace_back("fp");
  if (arm64 == "x30") out.emplace_back("lr");
  if (arm64.starts_with('v')) out.push_back("z" + std::string(arm64.substr(1)));
  return out;
}

bool has_any(const TargetDescription& stub, const std::vector<std::string>& names) {
  return std::ranges::any_of(stub.features, [&](const Feature& feature) {
    return std::ranges::any_of(feature.registers, [&](const Register& reg) {
      return std::ranges::find(names, reg.name) != names.end();
    });
  });
}

std::vector<ViewRegister> numbered(std::string_view prefix, int count, const ViewRegister& like) {
  std::vector<ViewRegister> out;
  for (int i = 0; i < count; ++i) {
    auto reg = like;
    reg.name = std::string(prefix) + std::to_string(i);
    reg.source.names = stub_names(reg.name);
    out.push_back(std::move(reg));
  }
  return out;
}

ViewDefinition define_view(std::string name, std::string_view architecture, std::string_view osabi,
                           const std::vector<ViewFeature>& features) {
  ViewDefinition out{std::move(name)};
  out.target_xml =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
      "  <architecture>" +
      xml_quoted(architecture) + "</architecture>\n";
  if (!osabi.empty()) out.target_xml += "  <osabi>" + xml_quoted(osabi) + "</osabi>\n";
  for (const auto& feature : features) {
    out.target_xml += "  <feature name=\"" + xml_quoted(feature.name) + "\">\n";
    out.target_xml += feature.types;
    for (const auto& reg : feature.registers) {
      out.target_xml += element_of(reg);
      out.sources.emplace(reg.name, reg.source);
    }
    out.target_xml += "  </feature>\n";
  }
  out.target_xml += "</target>\n";
  return out;
}

tl::expected<void, std::string> require_aarch64(std::string_view view, const TargetDescription& stub) {
  if (stub.architecture.empty() || stub.architecture == "aarch64") return {};
  return tl::unexpected("the view " + std::string(view) + " is for aarch64, and the stub's architecture is " +
                        quote(stub.architecture));
}

}  // namespace rspbridge::rsp
