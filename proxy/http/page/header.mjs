// The line above all: what is looked at, how it stands, and what may be done.
import { Refusal } from "./api.mjs";
import { byId } from "./dom.mjs";
import { baseName } from "./regions.mjs";

const WORDS = { stopped: "stopped", running: "running", crash: "crashed", ended: "ended", lost: "no session", token: "locked" };
const SAID_FOR = 8000;  // ms
const NAME = "rspbridge";

export class Header {
  #api;
  #timer = 0;
  #name = NAME;  // of the program
  #host = "";

  constructor(api, retry) {
    this.#api = api;
    const theme = byId("theme");
    theme.value = localStorage.getItem("rspbridge-theme") ?? "";
    theme.addEventListener("change", () => this.#theme(theme.value));
    this.#theme(theme.value);
    for (const name of ["interrupt", "continue"]) byId(name).addEventListener("click", () => this.#control(name));
    byId("token").addEventListener("submit", (event) => {
      event.preventDefault();
      api.token = byId("token-text").value;
      byId("token-text").value = "";
      retry();
    });
  }

  opened(health) {
    byId("token").hidden = true;
    byId("notice").hidden = true;
    byId("session").textContent = `session ${health.session} · rspbridge ${health.version}`;
    byId("controls").hidden = !health.control;
    this.#about(health.program, health.host ?? "");
  }

  state(state, reason) {
    const how = reason.ended || state.over ? "ended" : state.running ? "running" : reason.crash ? "crash" : "stopped";
    this.#show(how, state.running ? "" : reason.text);
    byId("pid").textContent = [state.pid && `process ${state.pid}`, this.#host && `on ${this.#host}`].filter(Boolean).join(" ");
    byId("stop").textContent = state.stop_id ? `stop ${state.stop_id}` : "";
    byId("interrupt").disabled = how !== "running";
    byId("continue").disabled = how === "running" || how === "ended";
  }

  /** Whether the target's machine gives no sign of life. */
  link(silent) {
    byId("silence").hidden = !silent;
  }

  lost() {
    this.#about(null, "");
    this.#show("lost", "");
    this.link(false);
    byId("said").textContent = byId("pid").textContent = byId("stop").textContent = "";
    byId("controls").hidden = true;
    byId("notice").hidden = false;
    byId("notice").textContent = "Nobody answers here: the session has ended, or its machine is out of reach. The page goes on with the next one at this address.";
  }

  wantToken(refusal) {
    this.#show("token", "");
    byId("controls").hidden = true;
    byId("token-said").textContent = sessionStorage.getItem("rspbridge-token") ? "That isn't its token." : "";
    byId("token").hidden = false;
    byId("token").title = refusal.message;
    byId("token-text").focus();
  }

  /** A sentence, for some seconds. */
  say(text) {
    byId("said").textContent = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (byId("said").textContent = ""), SAID_FOR);
  }

  // What is debugged: a command line, or null where it isn't known.
  #about(program, host) {
    this.#name = program ? baseName(program[0]) : NAME;
    this.#host = host;
    byId("program").textContent = this.#name;
    byId("program").title = program ? program.join(" ") : "";
  }

  #show(how, reason) {
    byId("state").dataset.state = how;
    byId("state-word").textContent = WORDS[how];
    byId("state-reason").textContent = reason ? ` · ${reason}` : "";
    document.body.dataset.state = how;
    document.title = [WORDS[how], this.#name, this.#host].filter(Boolean).join(" – ");
  }

  #theme(value) {
    document.documentElement.dataset.theme = value;
    localStorage.setItem("rspbridge-theme", value);
    document.dispatchEvent(new Event("themechange"));
  }

  async #control(name) {
    try {
      await this.#api.post(`/debug/${name}`);
    } catch (error) {
      this.say(error instanceof Refusal ? error.message : "Nobody answers.");
    }
  }
}
