// The page of Chatwoot's contacts: polls what the fake holds, and acts as an agent does. Texts go in as text only.

import * as api from "./chatwoot_api.js";
import { $, el, keyed, setAttribute, setHidden, setText } from "./dom.js";

const POLL_MS = 1000;
const FIELDS = ["name", "email", "phone", "labels"];
const EVENTS = {
  contact_created: "contato criado", contact_updated: "contato alterado", message_updated: "mensagem alterada",
};

let accounts = [];
let chosen = null; // a contact's id, "new" for one that is not there yet, null for none
let shown = null; // the fields as they were put into the form
let busy = false;

const account = () => accounts.find((one) => keyOf(one) === $("account").value) ?? accounts[0];
const keyOf = (one) => `${one.host} ${one.account_id}`;
const where = () => ({ host: account().host, account_id: account().account_id });
const current = () => account()?.contacts.find((one) => one.id === chosen);
const nameOf = (contact) => contact.name || contact.email || contact.phone_number || `Contato ${contact.id}`;

function fieldsOf(contact) {
  return {
    name: contact?.name ?? "", email: contact?.email ?? "", phone: contact?.phone_number ?? "",
    labels: (contact?.labels ?? []).join(", "),
  };
}

const typed = () => Object.fromEntries(FIELDS.map((name) => [name, $(name).value]));
const same = (one, other) => FIELDS.every((name) => one[name] === other[name]);

function fill(contact) {
  shown = fieldsOf(contact);
  for (const name of FIELDS) $(name).value = shown[name];
  setHidden($("changed"), true);
}

function choose(id) {
  chosen = id;
  fill(current());
  render();
}

function matches(contact, words) {
  const told = [contact.name, contact.email, contact.phone_number, contact.identifier, ...contact.labels];
  return told.some((one) => (one ?? "").toLowerCase().includes(words));
}

function renderList() {
  const all = account()?.contacts ?? [];
  const words = $("find").value.trim().toLowerCase();
  const found = words ? all.filter((one) => matches(one, words)) : all;
  const none = accounts.length ? "Nenhum contato nesta conta." : "O cenário não tem conta do Chatwoot.";
  setText($("nobody"), words && all.length ? "Ninguém com estas palavras." : none);
  setHidden($("nobody"), found.length > 0);
  setHidden($("total"), !all.length);
  setText($("total"), String(account()?.total ?? 0));
  keyed($("people"), found, (one) => one.id, (one) => {
    const button = el("button", { type: "button" }, el("strong", { dir: "auto" }), el("span.fine"), el("span.tags"));
    button.addEventListener("click", () => choose(one.id));
    return el("li", {}, button);
  }, (node, one) => {
    const button = node.firstElementChild;
    const [name, detail, tags] = button.children;
    setText(name, nameOf(one));
    setText(detail, [one.email, one.phone_number].filter(Boolean).join(" · ") || "sem e-mail nem telefone");
    keyed(tags, one.labels, (label) => label, () => el("span.tag"), (tag, label) => setText(tag, label));
    setAttribute(button, "aria-current", one.id === chosen ? "true" : null);
  });
}

function renderCard() {
  const contact = current();
  if (chosen !== "new" && chosen !== null && !contact) { // deleted, or merged into another
    toast("O contato deixou de existir.");
    chosen = null;
  }
  setHidden($("card"), chosen === null);
  setHidden($("choose"), chosen !== null);
  setText($("card-title"), chosen === null ? "Nenhum contato escolhido" : chosen === "new" ? "Novo contato" : nameOf(contact));
  setText($("identifier"), contact?.identifier ?? "");
  if (chosen === null) return;
  const now = fieldsOf(contact);
  if (!same(now, shown)) {
    if (same(typed(), shown)) fill(contact);
    else setHidden($("changed"), false);
  }
  const rows = Object.entries(contact?.custom_attributes ?? {});
  $("attributes").replaceChildren(...rows.flatMap(([name, value]) => [
    el("dt", { textContent: name }), el("dd", { textContent: String(value), dir: "auto" }),
  ]));
  setHidden($("delete"), chosen === "new");
  const others = (account()?.contacts ?? []).filter((one) => one.id !== chosen);
  setHidden($("merging"), chosen === "new" || !others.length);
  keyed($("mergee"), others, (one) => one.id, (one) => el("option", { value: String(one.id) }), (node, one) => setText(node, nameOf(one)));
}

function renderPosts(posts, pending) {
  setHidden($("silence"), posts.length > 0);
  setHidden($("pending"), !pending);
  setText($("pending"), `${pending} a caminho`);
  keyed($("posts"), posts.map((one, at) => ({ ...one, n: posts.length - at })), (one) => one.n, () => (
    el("li", {}, el("span"), el("span.chip"))
  ), (node, one) => {
    const [event, status] = node.children;
    setText(event, EVENTS[one.event] ?? one.event);
    setText(status, one.status ? String(one.status) : "sem resposta");
    setAttribute(status, "data-tone", one.status >= 200 && one.status < 300 ? "ok" : "bad");
  });
}

function renderAccounts() {
  keyed($("account"), accounts, keyOf, (one) => el("option", { value: keyOf(one) }), (node, one) => {
    setText(node, `${one.name} (${one.host}, conta ${one.account_id})`);
  });
  $("account").disabled = accounts.length < 2;
  $("new").disabled = !accounts.length;
}

function render() {
  renderAccounts();
  renderList();
  renderCard();
}

async function poll() {
  try {
    const state = await api.state();
    accounts = state.accounts;
    render();
    renderPosts(state.posts, state.pending);
    setText($("contact"), "ao vivo");
    setAttribute($("contact"), "data-tone", "ok");
  } catch (error) {
    setText($("contact"), error.message);
    setAttribute($("contact"), "data-tone", "bad");
  }
}

async function act(done, call) {
  if (busy) return;
  busy = true;
  try {
    const answer = await call();
    toast(done);
    await poll();
    return answer;
  } catch (error) {
    toast(error.message);
  } finally {
    busy = false;
  }
}

function toast(text) {
  const node = el("p.toast", { textContent: text, dir: "auto" });
  $("toasts").append(node);
  setTimeout(() => node.remove(), 5000);
}

async function save(event) {
  event.preventDefault();
  const now = typed();
  const body = { ...where(), lost: $("lost").checked };
  if (chosen !== "new") body.contact_id = chosen;
  if (chosen === "new" || now.name !== shown.name) body.name = now.name;
  if (now.email !== shown.email) body.email = now.email;
  if (now.phone !== shown.phone) body.phone_number = now.phone;
  if (now.labels !== shown.labels) body.labels = now.labels.split(",").map((one) => one.trim()).filter(Boolean);
  const answer = await act("Contato salvo.", () => api.save(body));
  if (answer) choose(answer.contact_id);
}

async function merge() {
  const gone = account().contacts.find((one) => String(one.id) === $("mergee").value);
  if (!gone || !window.confirm(`Unir ${nameOf(gone)} a ${nameOf(current())}? Não há volta.`)) return;
  const body = { ...where(), base_contact_id: chosen, mergee_contact_id: gone.id, lost: $("lost").checked };
  if (await act("Contatos unidos.", () => api.merge(body))) choose(chosen);
}

async function remove() {
  if (!window.confirm(`Excluir ${nameOf(current())}? O Chatwoot não avisa ninguém de uma exclusão.`)) return;
  const gone = { ...where(), contact_id: chosen };
  chosen = null;
  await act("Contato excluído.", () => api.remove(gone));
}

$("card").addEventListener("submit", save);
$("delete").addEventListener("click", remove);
$("merge").addEventListener("click", merge);
$("reload").addEventListener("click", () => { fill(current()); render(); });
$("new").addEventListener("click", () => { choose("new"); $("name").focus(); });
$("find").addEventListener("input", renderList);
$("account").addEventListener("change", () => choose(null));

async function live() {
  if (!busy) await poll();
  setTimeout(live, POLL_MS);
}
live();
