// GET / and /page/*
#include <algorithm>
#include <array>
#include <utility>

#include "proxy/http/handle.hpp"
#include "proxy/http/handlers.hpp"
#include "proxy/http/page_files.hpp"
#include "proxy/http/target.hpp"

namespace rspbridge::proxy::http {
namespace {

constexpr std::string_view page_folder = "/page/";
constexpr std::string_view first_file = "index.html";

// What a page may do: run our own files and ask us. Nobody may frame it, since it may have buttons.
constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
    {{".html", "text/html; charset=utf-8"},
     {".css", "text/css; charset=utf-8"},
     {".mjs", "text/javascript; charset=utf-8"},
     {".svg", "image/svg+xml"}}};

std::string type_of(std::string_view name) {
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const auto& row) { return name.ends_with(row.first); });
  return std::string(found == types.end() ? "application/octet-stream" : found->second);
}

std::string name_in(const Request& request) {
  const auto target = parse_target(request.target);
  if (!target || target->path == "/") return std::string(first_file);
  return target->path.substr(page_folder.size());
}

}  // namespace

asio::awaitable<Answer> answer_page(const Call& call) {
  const auto stop_id = call.context.inspection.state().stop_id;
  const auto name = name_in(call.request);
  const auto files = page_files();
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const PageFile& one) { return one.name == name; });
  if (file == files.end()) co_return error_answer(404, "not_found", "The page has no such file.", stop_id);
  const std::string etag(file->etag);
  auto answer = has_already(call.request, etag)
                    ? not_modified(type_of(name), etag, file->bytes.size(), stop_id)
                    : text_answer(std::string(file->bytes), type_of(name), stop_id);
  if (answer.status == 200) answer.headers.emplace_back("ETag", etag);
  answer.headers.emplace_back("Content-Security-Policy", content_policy);
  answer.headers.emplace_back("Referrer-Policy", "no-referrer");
  co_return answer;
}

}  // namespace rspbridge::proxy::http
