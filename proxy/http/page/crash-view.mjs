// The crash report in short.
import { byId, make } from "./dom.mjs";

/** What `report` (of /debug/crash) says; nothing of it where it is null or tells of no crash. */
export function showCrash(report) {
  const panel = byId("crash");
  const info = report?.crash_info;
  panel.hidden = !info;
  if (!info) return;
  const severity = report.severity;
  byId("crash-title").textContent = info.title ?? info.kind;
  byId("crash-tags").replaceChildren(...[info.type, severity?.type].filter(Boolean).map((text) => make("span", { class: "tag" }, text)));
  byId("crash-what").textContent = [severity && `${severity.description}: ${severity.explanation}.`, info.assertion].filter(Boolean).join(" ");
  const facts = [["address", info.address && [info.address, info.access && `${info.access} access`, info.region].filter(Boolean).join(", ")],
    ["instruction", info.instruction], ["at", report.crash_line],
    ["operands", info.operands?.map(({ text, value, address }) => (value ? `${text} = ${value}` : address ? `${text} at ${address}` : text)).join(", ")],
    ["hash", report.hash?.exact]];
  byId("crash-facts").replaceChildren(...facts.filter(([, value]) => value).flatMap(([name, value]) =>
    [make("dt", {}, name), make("dd", { class: "mono" }, String(value))]));
}
