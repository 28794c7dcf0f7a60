// The switchboard. A switch is one entry of POST /faults; what is on comes back in the state, so several open pages agree.
// "Webhook duplicado" is no fault of a provider: this page then posts the same webhook twice.

import { $, el, keyed, setAttribute, setHidden, setText } from "./dom.js";

const MANY = 1000; // "until switched off"
const KEYS = ["provider", "match", "kind", "status", "body", "delay_ms", "times"];
const RATE_CODES = new Set([130429, 131056, 80007, 4]);

const graphError = (code, message, details) => ({
  error: { message: `(#${code}) ${message}`, type: "OAuthException", code, error_data: { messaging_product: "whatsapp", details }, fbtrace_id: "AplaygroundTrace" },
});
const meta = (status, code, message, details, times) => ({
  provider: "meta", match: { path: "/messages" }, kind: "status", status, body: graphError(code, message, details), times,
});

const SWITCHES = [
  {
    id: "down", title: "Bitrix24 fora do ar", note: "O portal responde 503. As mensagens esperam, em ordem.",
    build: () => ({ provider: "bitrix24", match: {}, kind: "html", status: 503, times: MANY }),
  },
  {
    id: "slow", title: "Bitrix24 lento", note: "Cada chamada ao portal demora 4 segundos.",
    build: () => ({ provider: "bitrix24", match: {}, kind: "delay", delay_ms: 4000, times: MANY }),
  },
  {
    id: "refuse", title: "Meta recusa o envio", note: "A resposta não sai, e o operador fica sabendo por quê.",
    choices: [
      ["131047", "Janela 24 h (131047)", () => meta(400, 131047, "Re-engagement message", "More than 24 hours have passed since the recipient last replied to the sender number.", MANY)],
      ["131026", "Não recebe (131026)", () => meta(400, 131026, "Message undeliverable", "Message Undeliverable.", MANY)],
      ["131000", "Falha (131000)", () => meta(500, 131000, "Something went wrong", "Message failed to send due to an unknown error.", MANY)],
      ["190", "Token (190)", () => meta(401, 190, "Invalid OAuth access token", "Error validating access token.", MANY)],
    ],
  },
  {
    id: "lost", title: "Resposta perdida", note: "O outro lado faz, mas a resposta nunca chega. Vale uma vez.",
    choices: [
      ["bitrix24", "do Bitrix24", () => ({ provider: "bitrix24", match: { path: "imconnector.send.messages" }, kind: "timeout_after_effect", times: 1 })],
      ["meta", "da Meta", () => ({ provider: "meta", match: { path: "/messages" }, kind: "timeout_after_effect", times: 1 })],
    ],
  },
  { id: "twice", title: "Webhook duplicado", note: "Cada mensagem é postada duas vezes. O efeito deve ser um só.", local: true },
  {
    id: "rate", title: "Limite de taxa", note: "Três recusas por excesso; depois volta a aceitar.",
    choices: [
      ["bitrix24", "Bitrix24", () => ({ provider: "bitrix24", match: {}, kind: "status", status: 503, body: { error: "QUERY_LIMIT_EXCEEDED", error_description: "Too many requests" }, times: 3 })],
      ["130429", "Número (130429)", () => meta(429, 130429, "Rate limit hit", "Cloud API message throughput has been reached.", 3)],
      ["131056", "Cliente (131056)", () => meta(400, 131056, "(Business Account, Consumer Account) pair rate limit hit", "Message failed to send because there were too many messages sent from this phone number to the same phone number in a short period of time.", 3)],
    ],
  },
];

function codeOf(fault) {
  let body = fault.body;
  if (typeof body === "string") {
    try { body = JSON.parse(body); } catch { return null; }
  }
  return body?.error?.code ?? body?.error ?? null;
}

// Which switch, and which of its choices, an active fault belongs to; null for faults that others have set.
function switchOf(fault) {
  const { provider, kind } = fault;
  const code = codeOf(fault);
  if (provider === "bitrix24" && kind === "html") return ["down", null];
  if (provider === "bitrix24" && kind === "delay") return ["slow", null];
  if (kind === "timeout_after_effect" && (provider === "bitrix24" || provider === "meta")) return ["lost", provider];
  if (provider === "bitrix24" && kind === "status" && code === "QUERY_LIMIT_EXCEEDED") return ["rate", "bitrix24"];
  if (provider === "meta" && kind === "status") return [fault.status === 429 || RATE_CODES.has(code) ? "rate" : "refuse", code && String(code)];
  return null;
}

const asPosted = (fault) => Object.fromEntries(KEYS.filter((key) => fault[key] != null).map((key) => [key, fault[key]]));
const active = (view) => view.state?.faults ?? [];
const isOn = (view, item) => (item.local ? view.twice : active(view).some((fault) => switchOf(fault)?.[0] === item.id));
const without = (view, id) => active(view).filter((fault) => switchOf(fault)?.[0] !== id).map(asPosted);

export function setUpFaults(view, actions) {
  $("faults-clear").addEventListener("click", () => {
    view.twice = false;
    actions.replaceFaults([]);
  });
  for (const radio of document.querySelectorAll("input[name=receipts]")) {
    radio.addEventListener("change", () => actions.setReceipts(radio.value));
  }
}

// Returns whether anything is switched on.
export function renderFaults(view, actions) {
  keyed($("fault-list"), SWITCHES, (item) => item.id, (item) => createSwitch(view, item, actions), (node, item) => updateSwitch(node, item, view));
  const others = active(view).filter((fault) => !switchOf(fault));
  setHidden($("fault-others"), others.length === 0);
  setText($("fault-others"), `Também ativas: ${others.map((f) => `${f.provider} · ${f.kind}`).join(", ")}`);
  const anything = view.twice || active(view).length > 0;
  $("faults-clear").disabled = !anything;
  for (const radio of document.querySelectorAll("input[name=receipts]")) {
    const on = radio.value === view.state?.receipts;
    if (radio.checked !== on) radio.checked = on;
  }
  return anything;
}

function createSwitch(view, item, actions) {
  const parts = { left: el("span.left"), word: el("span.fine") };
  const title = `fault-${item.id}`;
  parts.toggle = el("button.toggle", { type: "button", role: "switch", "aria-labelledby": title, "aria-describedby": `${title}-note` }, el("span.knob"));
  parts.toggle.addEventListener("click", () => flip(view, item, parts.choice?.value, actions));
  if (item.choices) {
    const options = item.choices.map(([value, text]) => el("option", { value, textContent: text }));
    parts.choice = el("select", { "aria-label": `${item.title}: qual` }, ...options);
    parts.choice.addEventListener("change", () => {
      if (isOn(view, item)) actions.replaceFaults([...without(view, item.id), build(item, parts.choice.value)]);
    });
  }
  const head = el("p.switch-head", {}, el("strong", { id: title, textContent: item.title }), parts.left);
  const note = el("p.fine", { id: `${title}-note`, textContent: item.note });
  const node = el("li.switch", {}, head, note, el("div.switch-foot", {}, parts.choice ?? parts.word, parts.toggle));
  node.parts = parts;
  return node;
}

const build = (item, choice) => (item.choices ? item.choices.find(([value]) => value === choice)[2]() : item.build());

function flip(view, item, choice, actions) {
  if (item.local) {
    view.twice = !view.twice;
    actions.refresh();
  } else if (isOn(view, item)) {
    actions.replaceFaults(without(view, item.id));
  } else {
    actions.addFault(build(item, choice));
  }
}

function updateSwitch(node, item, view) {
  const on = isOn(view, item);
  const { toggle, choice, left, word } = node.parts;
  setAttribute(toggle, "aria-checked", String(on));
  setAttribute(node, "data-on", on ? "true" : null);
  setText(word, on ? "ligado" : "desligado");
  if (!choice) return;
  const fault = active(view).find((f) => switchOf(f)?.[0] === item.id);
  const value = fault && switchOf(fault)[1];
  if (value && document.activeElement !== choice && [...choice.options].some((o) => o.value === value)) choice.value = value;
  setText(left, fault && fault.times < MANY ? (fault.times === 1 ? "falta 1" : `faltam ${fault.times}`) : "");
}
