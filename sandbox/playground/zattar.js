// Zattar's client page: staff look at people and change them. The form is filled when a person is chosen, and never by
// the polling, so that nothing that is being typed is lost; what changed meanwhile shows in the list and the stamp.

import { Refused } from "./api.js";
import { $, el, keyed, setAttribute, setHidden, setText } from "./dom.js";

const POLL_MS = 900;
const TEXTS = ["nome", "tipo_pessoa", "cpf", "cnpj", "ddd_celular", "numero_celular", "ddd_comercial", "numero_comercial"];
const view = { state: null, id: null, loaded: null };
const form = $("person");
let timer = 0;

async function call(method, body) {
  const request = { method, headers: { Accept: "application/json" }, cache: "no-store" };
  if (body) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  const response = await fetch("/play/office", request);
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

const office = () => view.state?.tenants.find((one) => one.tenant === $("tenant").value);
const people = () => office()?.tables[$("table").value] ?? [];
const chosen = () => people().find((row) => row.id === view.id) ?? null;

function read() {
  const values = Object.fromEntries(TEXTS.map((name) => [name, form.elements[name].value.trim() || null]));
  values.emails = form.elements.emails.value.split("\n").map((line) => line.trim()).filter(Boolean);
  values.ativo = form.elements.ativo.checked;
  return values;
}

function fill(row) {
  for (const name of TEXTS) form.elements[name].value = row?.[name] ?? (name === "tipo_pessoa" ? "pf" : "");
  form.elements.emails.value = Array.isArray(row?.emails) ? row.emails.join("\n") : "";
  form.elements.ativo.checked = row?.ativo ?? true;
  view.loaded = row ? read() : null;
  say("");
}

function choose(id) {
  view.id = id;
  fill(chosen());
  render();
}

function say(words, tone = "plain") {
  setText($("said"), words);
  setAttribute($("said"), "data-tone", tone);
}

// Only what staff changed is written, so that what came from the bridge meanwhile stays.
async function save() {
  const values = read();
  const changes = view.loaded === null ? values : Object.fromEntries(
    Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(view.loaded[name])),
  );
  const table = $("table").value;
  if (view.loaded === null && table === "terceiros") Object.assign(changes, { tipo_parte: "TESTEMUNHA", polo: "OUTROS" });
  if (!Object.keys(changes).length) return say("Nada mudou.");
  const { row } = await call("POST", { tenant: $("tenant").value, table, id: view.id, changes });
  await poll();
  choose(row.id);
  say("Salvo. O webhook do banco foi para a ponte.");
}

async function remove() {
  await call("POST", { tenant: $("tenant").value, table: $("table").value, id: view.id, delete: true });
  await poll();
  choose(null);
  say("Excluído.");
}

const attempt = (job) => job().catch((error) => say(error.message, "bad"));

async function poll() {
  clearTimeout(timer);
  try {
    view.state = await call("GET");
    const waiting = view.state.pending;
    setText($("contact"), waiting ? `${waiting} webhook(s) a caminho` : "ao vivo");
    setAttribute($("contact"), "data-tone", "ok");
  } catch {
    setText($("contact"), "sem contato com o sandbox; tentando de novo");
    setAttribute($("contact"), "data-tone", "bad");
  }
  render();
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, POLL_MS);
}

function render() {
  if (!view.state) return;
  keyed($("tenant"), view.state.tenants, (one) => one.tenant, (one) => el("option", { value: one.tenant, textContent: one.tenant }), () => {});
  keyed($("people"), people(), (row) => row.id, (row) => {
    const parts = { name: el("strong", { dir: "auto" }), about: el("span.fine") };
    const button = el("button", { type: "button" }, parts.name, " ", parts.about);
    button.addEventListener("click", () => choose(row.id));
    const node = el("li", {}, button);
    node.parts = { ...parts, button };
    return node;
  }, (node, row) => {
    setText(node.parts.name, row.nome);
    setText(node.parts.about, `nº ${row.id}${row.ativo === false ? " · inativo" : ""}`);
    setAttribute(node.parts.button, "aria-current", row.id === view.id ? "true" : null);
  });
  setHidden($("empty"), people().length > 0);
  setHidden($("delete"), view.id === null);
  setText($("stamp"), chosen()?.updated_at ? `mudado em ${new Date(chosen().updated_at).toLocaleString("pt-BR")}` : "");
}

for (const id of ["tenant", "table"]) $(id).addEventListener("change", () => choose(null));
$("new").addEventListener("click", () => { choose(null); form.elements.nome.focus(); });
$("delete").addEventListener("click", () => attempt(remove));
form.addEventListener("submit", (event) => { event.preventDefault(); attempt(save); });
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
fill(null);
poll();
