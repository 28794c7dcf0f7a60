// The customer's phone: whose phone it is, its bubbles with ticks, and the form for a new customer.

import {
  $, attachments, clockTime, composer, dayAndTime, el, icon, keepAtEnd, keyed, messageTools, setAttribute, setHidden, setText, showReactions,
} from "./dom.js";

const TICKS = {
  sent: { icon: "tick", label: "enviada" },
  delivered: { icon: "double", label: "entregue" },
  read: { icon: "double", label: "lida" },
  failed: { icon: "alert", label: "não entregue" },
};
const KINDS = {
  image: "imagem", video: "vídeo", audio: "áudio", voice: "áudio", document: "documento", sticker: "figurinha",
  location: "localização", contacts: "contato", reaction: "reação", template: "modelo", interactive: "botões",
};
export const UNDELIVERABLE = 131026;

export const phoneKey = (phone) => `${phone.phone_number_id ?? ""}|${phone.wa_id || phone.user_id || ""}`;
const shownName = (phone) => phone.name || phone.wa_id || phone.user_id || "Cliente sem nome";
const isWaiting = (message) => message.from === "business" && (message.ticks === "sent" || message.ticks === "delivered");

// Phones of the state, then those only made here, until their first message makes them known there.
export function phones(view) {
  const known = view.state?.phones ?? [];
  const keys = new Set(known.map(phoneKey));
  view.drafts = view.drafts.filter((draft) => !keys.has(phoneKey(draft)));
  return [...known, ...view.drafts];
}

export const chosenPhone = (view) => phones(view).find((phone) => phoneKey(phone) === view.phone);

export function setUpPhone(view, actions) {
  $("phone-choice").addEventListener("change", (event) => actions.choosePhone(event.target.value));
  $("phone-read").addEventListener("click", () => {
    const unread = (chosenPhone(view)?.messages ?? []).filter(isWaiting);
    actions.markRead(unread.map((message) => message.id));
  });
  $("window-shut").addEventListener("click", () => actions.shutWindow());
  composer($("phone-form"), $("phone-text"), (text, files) => actions.sendAsCustomer(text, files));
  setUpNewCustomer(view, actions);
}

export function renderPhone(view, actions) {
  const all = phones(view);
  if (!all.some((phone) => phoneKey(phone) === view.phone)) view.phone = all.length ? phoneKey(all[0]) : null;
  const phone = chosenPhone(view);
  const choice = $("phone-choice");
  keyed(choice, all, phoneKey, (item) => el("option", { value: phoneKey(item) }), (node, item) => {
    setText(node, shownName(item));
  });
  if (phone && choice.value !== view.phone) choice.value = view.phone;
  setHidden(choice, !phone);
  for (const control of $("phone-form").elements) control.disabled = !phone;
  setText($("phone-avatar"), phone ? [...shownName(phone).trim()][0]?.toUpperCase() : "");
  setText($("phone-detail"), phone ? [phone.wa_id && `+${phone.wa_id}`, phone.user_id].filter(Boolean).join(" · ") : "Nenhum cliente ainda: crie um para começar.");

  renderWindow(phone);
  const log = $("phone-log");
  const messages = phone?.messages ?? [];
  const switched = log.dataset.phone !== (view.phone ?? "");
  log.dataset.phone = view.phone ?? "";
  setHidden($("phone-read"), !messages.some(isWaiting));
  setHidden(log.querySelector(".empty"), messages.length > 0);
  setAttribute(log, "aria-busy", switched ? "true" : null);
  keepAtEnd(log, switched, () => {
    keyed(log.querySelector("ul"), messages, (m) => m.id, (m) => createBubble(m, actions), (node, m) => updateBubble(node, m, view));
  });
  setAttribute(log, "aria-busy", null);
}

// WhatsApp's 24 hours after the customer's last message, in which free text is delivered.
function renderWindow(phone) {
  const state = phone?.window ?? "unknown";
  const words = {
    open: `janela aberta até ${phone?.window_ends_ms ? dayAndTime(phone.window_ends_ms) : ""}`,
    shut: "janela de 24 h fechada: só modelos passam",
    unknown: "janela desconhecida: a Meta decide",
  };
  setHidden($("window"), !phone);
  setText($("window-state"), words[state]);
  setAttribute($("window-state"), "data-tone", state === "shut" ? "bad" : "plain");
  setHidden($("window-shut"), state === "shut" || !phone?.messages.length);
}

function createBubble(message, actions) {
  const side = message.from === "customer" ? "mine" : "theirs";
  const parts = { kind: el("span.kind"), text: el("span.text", { dir: "auto" }), time: el("time"), ticks: el("span.ticks", { role: "img" }) };
  const meta = el("span.meta", {}, parts.time, parts.ticks);
  parts.bubble = el("button.bubble", { type: "button", title: "Ver o caminho desta mensagem" }, parts.kind, parts.text, meta);
  parts.bubble.addEventListener("click", () => actions.select(message.id, { show: true }));
  const read = el("button.link", { type: "button", textContent: "marcar como lida" });
  const fail = el("button.link", { type: "button", textContent: "falhar", title: `A Meta avisa que não entregou (${UNDELIVERABLE})` });
  read.addEventListener("click", () => actions.markRead([message.id]));
  fail.addEventListener("click", () => actions.markFailed(message.id, UNDELIVERABLE));
  parts.actions = el("span.actions", { hidden: true }, read, fail);
  parts.reactions = el("span.reactions", { role: "img", hidden: true });
  const files = message.file ? [attachments([message.file])] : [];
  const choices = (message.buttons ?? []).map((title) => el("span.choice", { textContent: title, dir: "auto" }));
  const { tools, picker } = messageTools({ react: (emoji) => actions.reactAsCustomer(message.id, emoji) });
  const row = el("span.row", {}, parts.bubble, ...(message.from === "business" ? [tools] : []));
  const node = el(`li.message.${side}`, {}, ...files, row, ...choices, parts.reactions, picker, parts.actions);
  node.parts = parts;
  return node;
}

function updateBubble(node, message, view) {
  const { bubble, kind, text, time, ticks, actions, reactions } = node.parts;
  const unlike = message.kind && message.kind !== "text";
  setHidden(kind, !unlike);
  setText(kind, unlike ? (KINDS[message.kind] ?? message.kind) : "");
  setText(text, message.text);
  setHidden(text, !message.text);
  setText(time, clockTime(message.at_ms));
  setAttribute(bubble, "aria-pressed", String(view.selected === message.id));
  const look = TICKS[message.ticks];
  setHidden(ticks, !look);
  if (ticks.dataset.ticks !== (message.ticks ?? "")) {
    ticks.dataset.ticks = message.ticks ?? "";
    ticks.replaceChildren(...(look ? [icon(look.icon)] : []));
    if (message.ticks === "failed") ticks.append(el("span", { textContent: look.label }));
    setAttribute(ticks, "aria-label", look?.label);
    setAttribute(ticks, "title", look?.label);
  }
  setAttribute(node, "data-failed", message.ticks === "failed" ? "true" : null);
  setHidden(actions, !isWaiting(message));
  showReactions(reactions, message.reactions);
}

const numberId = (number) => (typeof number === "object" ? number.phone_number_id : String(number));
const numberName = (number) => (typeof number === "object" && number.display_phone_number) || numberId(number);

function setUpNewCustomer(view, actions) {
  const dialog = $("new-customer");
  $("new-customer-open").addEventListener("click", () => {
    const numbers = view.state?.numbers ?? [];
    $("new-number").replaceChildren(...numbers.map((n) => el("option", { value: numberId(n), textContent: numberName(n) })));
    $("new-number-row").hidden = numbers.length < 2;
    $("new-name").value = "";
    $("new-user-id").value = "";
    $("new-wa-id").value = `5511${900000000 + Math.floor(Math.random() * 99999999)}`;
    $("new-wa-id").required = true;
    dialog.showModal();
    $("new-name").focus();
  });
  $("new-user-id").addEventListener("input", (event) => { $("new-wa-id").required = !event.target.value.trim(); });
  $("new-customer-cancel").addEventListener("click", () => dialog.close());
  $("new-customer-form").addEventListener("submit", () => {
    const draft = { wa_id: $("new-wa-id").value.trim(), name: $("new-name").value.trim(), messages: [] };
    if ($("new-user-id").value.trim()) draft.user_id = $("new-user-id").value.trim();
    if ($("new-number").value) draft.phone_number_id = $("new-number").value;
    if (!phones(view).some((phone) => phoneKey(phone) === phoneKey(draft))) view.drafts.push(draft);
    actions.choosePhone(phoneKey(draft));
    $("phone-text").focus();
  });
}
