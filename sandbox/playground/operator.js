// The operator's desk in Bitrix24: open-channel conversations, their messages, notices, and the delivery mark.

import {
  $, attachments, clockTime, composer, el, icon, keepAtEnd, keyed, messageTools, quoteOf, setAttribute, setHidden,
  setText, withoutQuote,
} from "./dom.js";

const SIDES = { customer: "theirs", operator: "mine", system: "notice" };
const chatKey = (chat) => String(chat.chat_id);
const isOpen = (view) => view.wide.matches || view.tab === "operator";

export const chosenChat = (view) => view.state?.chats?.find((chat) => chatKey(chat) === view.chat);

export function setUpOperator(view, actions) {
  composer($("chat-form"), $("chat-text"), (text, files) => actions.sendAsOperator(text, files));
  $("reply-off").addEventListener("click", () => actions.replyTo(null));
}

// Returns how many messages nobody has looked at yet, over all conversations.
export function renderOperator(view, actions) {
  const chats = view.state?.chats ?? [];
  if (view.follow) {
    const found = chats.find((chat) => chat.messages.some((message) => message.source_id === view.follow));
    if (found) {
      view.chat = chatKey(found);
      view.follow = null;
    }
  }
  if (!chosenChat(view)) view.chat = chats.length ? chatKey(chats[0]) : null;
  const chat = chosenChat(view);
  if (chat && isOpen(view) && !document.hidden) view.seen.set(view.chat, chat.messages.length);

  setText($("portal"), view.state?.portal?.domain);
  setHidden($("portal-down"), !view.state?.portal?.down);
  setHidden($("chats-empty"), chats.length > 0);
  keyed($("chat-list"), chats, chatKey, (item) => createRow(item, actions), (node, item) => updateRow(node, item, view));

  setText($("chat-name"), chat ? chat.name || "Cliente sem nome" : "Nenhuma conversa");
  setText($("chat-detail"), chat ? lineName(chat) : "");
  for (const control of $("chat-form").elements) control.disabled = !chat;

  const quoted = chat?.messages.find((message) => view.replyTo?.chat === view.chat && message.id === view.replyTo.id);
  setHidden($("reply"), !quoted);
  setText($("reply-text"), quoted ? withoutQuote(quoted.text) || quoted.files?.map((file) => file.name).join(", ") : "");

  const log = $("chat-log");
  const messages = chat?.messages ?? [];
  const switched = log.dataset.chat !== (view.chat ?? "");
  log.dataset.chat = view.chat ?? "";
  setHidden(log.querySelector(".empty"), messages.length > 0);
  setAttribute(log, "aria-busy", switched ? "true" : null);
  keepAtEnd(log, switched, () => {
    keyed(log.querySelector("ul"), messages, (m) => m.id, (m) => createMessage(m, actions), (node, m) => updateMessage(node, m, view));
  });
  setAttribute(log, "aria-busy", null);
  return chats.reduce((sum, item) => sum + unseen(item, view), 0);
}

function lineName(chat) {
  const line = chat.line;
  if (line == null || line === "") return "";
  return typeof line === "number" || /^\d+$/.test(line) ? `canal aberto ${line}` : String(line);
}

function unseen(chat, view) {
  if (!view.seen.has(chatKey(chat)) && view.firstState) view.seen.set(chatKey(chat), chat.messages.length);
  return Math.max(0, chat.messages.length - (view.seen.get(chatKey(chat)) ?? 0));
}

function createRow(chat, actions) {
  const parts = { name: el("strong"), last: el("span.last"), badge: el("span.badge", { hidden: true }) };
  parts.button = el("button.chat", { type: "button" }, el("span.chat-top", {}, parts.name, parts.badge), parts.last);
  parts.button.addEventListener("click", () => actions.chooseChat(chatKey(chat)));
  const node = el("li", {}, parts.button);
  node.parts = parts;
  return node;
}

function updateRow(node, chat, view) {
  const { button, name, last, badge } = node.parts;
  const newest = chat.messages.at(-1);
  const count = unseen(chat, view);
  setText(name, chat.name || "Cliente sem nome");
  setText(last, newest ? withoutQuote(newest.text) || newest.files?.map((file) => file.name).join(", ") : "sem mensagens");
  setText(badge, count);
  setAttribute(badge, "aria-label", `${count} não vistas`);
  setHidden(badge, count === 0);
  setAttribute(button, "aria-current", view.chat === chatKey(chat) ? "true" : null);
}

function createMessage(message, actions) {
  const side = SIDES[message.from] ?? "notice";
  const parts = { quote: el("span.quote", { dir: "auto", hidden: true }), text: el("span.text", { dir: "auto" }), time: el("time"), ack: el("span.ack", { role: "img" }) };
  const content = [parts.quote, parts.text, el("span.meta", {}, parts.time, parts.ack)];
  if (message.source_id) {
    parts.bubble = el("button.bubble", { type: "button", title: "Ver o caminho desta mensagem" }, ...content);
    parts.bubble.addEventListener("click", () => actions.select(String(message.source_id), { show: true }));
  } else {
    parts.bubble = el("div.bubble", {}, ...content);
  }
  const label = side === "notice" ? [el("span.label", { textContent: "aviso do sistema" })] : [];
  const files = message.files?.length ? [attachments(message.files)] : [];
  const { tools, picker } = messageTools({
    react: (emoji) => actions.reactAsOperator(message.id, emoji),
    reply: () => actions.replyTo(message.id),
  });
  const whole = side === "notice" ? [parts.bubble] : [el("span.row", {}, parts.bubble, tools), picker];
  const node = el(`li.message.${side}`, {}, ...label, ...files, ...whole);
  node.parts = parts;
  return node;
}

function updateMessage(node, message, view) {
  const { bubble, quote, text, time, ack } = node.parts;
  const found = quoteOf(message.text);
  setHidden(quote, !found);
  setText(quote, found ? `${found.who}: ${found.quoted}` : "");
  setText(text, found ? found.answer : message.text);
  setHidden(text, !message.text);
  setText(time, clockTime(message.at_ms));
  if (message.source_id) setAttribute(bubble, "aria-pressed", String(view.selected === String(message.source_id)));
  setHidden(ack, message.from !== "operator");
  if (message.from !== "operator") return;
  const state = message.ack ? "acked" : "waiting";
  if (ack.dataset.ack === state) return;
  ack.dataset.ack = state;
  ack.replaceChildren(icon(message.ack ? "tick" : "clock"));
  setAttribute(ack, "aria-label", message.ack ? "entregue ao WhatsApp" : "aguardando confirmação");
  setAttribute(ack, "title", message.ack ? "entregue ao WhatsApp" : "aguardando confirmação");
}
