// The way of one message: five stations lit as it passes them, then every step of the ledger with its time since the start.
// Steps this page has no sentence for are shown by their own name, so a new one is never hidden.

import { $, el, elapsed, keyed, setAttribute, setHidden, setText, withoutQuote } from "./dom.js";

const STATIONS = [
  ["webhook", "Webhook"], ["queue", "Fila"], ["worker", "Worker"], ["provider", "Provedor"], ["receipt", "Recibo"],
];
const OTHER_SIDE = { in: "Bitrix24", out: "WhatsApp" };
// step name -> [station, tone, sentence]; the first that matches counts. {to}: the side the message goes to.
const STEPS = [
  [/^webhook$/, "webhook", "ok", "Webhook recebido"],
  [/^(queue|queued|enqueued)$/, "queue", "ok", "Na fila"],
  [/^spill(ed)?$/, "queue", "warn", "Guardada ao lado da fila, que recusou"],
  [/^claimed$/, "worker", "ok", "Worker assumiu a mensagem"],
  [/^retry$/, "worker", "warn", "Nova tentativa marcada"],
  [/^unknown$/, "provider", "warn", "Resposta perdida: destino incerto"],
  [/^dup_risk$/, "provider", "warn", "Repetida sem certeza do primeiro envio"],
  [/^(probe|probed)/, "provider", "ok", "Histórico conferido antes de repetir"],
  [/^parked$/, "worker", "bad", "Estacionada à espera de uma pessoa"],
  [/^quote$/, "worker", "ok", "Mensagem citada localizada"],
  [/^find$/, "provider", "ok", "Mensagem de que se fala procurada"],
  [/^check$/, "provider", "ok", "Conferido se ela saiu da conversa"],
  [/^update$/, "provider", "ok", "Mensagem trocada no Bitrix24"],
  [/^delete$/, "provider", "ok", "Mensagem apagada no Bitrix24"],
  [/^change$/, "worker", "ok", "Mudança do operador guardada"],
  [/^catalogue$/, "provider", "ok", "Modelo procurado na Meta"],
  [/^asked$/, "worker", "ok", "O modelo conta como pergunta ao cliente"],
  [/^let_go/, "queue", "ok", "Respostas em espera liberadas"],
  [/^note$/, "worker", "ok", "Anotado"],
  [/^hold$/, "worker", "ok", "Guardada: a janela de 24 h está fechada"],
  [/^stop_holding$/, "worker", "warn", "Não espera mais pelo cliente"],
  [/^template$/, "provider", "ok", "Modelo enviado para reabrir a conversa"],
  [/^released$/, "queue", "ok", "Liberada: o cliente respondeu"],
  [/^redriven$/, "queue", "ok", "Mandada seguir de novo"],
  [/^dropped$/, "worker", "bad", "Descartada por decisão de uma pessoa"],
  [/^skipped$/, "worker", "ok", "Nada a fazer"],
  [/^failed$/, "receipt", "bad", "Recibo: não entregue"],
  [/^delivered$/, "receipt", "ok", "Recibo: entregue no celular"],
  [/^(read|played)$/, "receipt", "ok", "Recibo: lida"],
  [/^(mark_?(as_)?read|seen)/, "receipt", "ok", "Marcada como lida no WhatsApp"],
  [/^(ack|.*delivery)/, "receipt", "ok", "Entrega confirmada ao Bitrix24"],
  [/^(reading|.*reading)/, "receipt", "ok", "Leitura avisada ao Bitrix24"],
  [/^(notice|notif)/, "provider", "ok", "Aviso escrito para o operador"],
  [/^add_phone$/, "provider", "ok", "Número novo no contato do CRM"],
  [/^add_(contact|lead)/, "provider", "ok", "Contato criado no CRM"],
  [/^(contact|lookup|find|crm|duplicate|lead)/, "provider", "ok", "Contato procurado no CRM"],
  [/^(conversation|mapping|link|save)/, "worker", "ok", "Conversa ligada dos dois lados"],
  [/^(fetch|file|header_file)/, "worker", "ok", "Arquivo buscado e conferido"],
  [/^(upload|header_upload)/, "worker", "ok", "Arquivo posto na Meta"],
  [/^apply$/, "worker", "ok", "Mudança do portal guardada"],
  [/^sent$/, "receipt", "ok", "Recibo: aceita pelo WhatsApp"],
  [/^completed$/, "worker", "ok", "Concluída: o {to} aceitou"],
  [/^(send|message|hand_?over|deliver|call)/, "provider", "ok", "Entregue ao {to}"],
];
const DETAILS = {
  command_refused: "o que foi digitado não pode ser enviado", no_conversation: "ainda não há conversa com este cliente",
  nothing_to_show: "nada para mostrar", own_send: "enviada pela própria ponte", group: "mensagem de grupo",
  call_not_shown: "chamada que não se mostra", empty: "mensagem vazia", OperatorMessage: "", message: "",
};
const HELD = "reason.window_held"; // waits for the customer, and goes on by itself
const FILE_STEP = /^(fetch$|file\d|upload\d)/;
const STATUSES = {
  SENDING: ["em andamento", "wait"], RETRY: ["vai tentar de novo", "warn"], UNKNOWN: ["destino incerto", "warn"],
  PARKED: ["estacionada", "bad"], SKIPPED: ["sem efeito", "ok"], SENT: ["entregue", "ok"],
  DELIVERED: ["no celular", "ok"], READ: ["lida", "ok"], FAILED: ["não entregue", "bad"],
};
const SETTLED = new Set(["PARKED", "SKIPPED", "READ", "FAILED"]);

export const isSettled = (trace) => Boolean(trace) && SETTLED.has(trace.status);

export function renderWay(view) {
  const chosen = view.selected !== null;
  const trace = chosen ? view.trace : null;
  const about = chosen ? whatIs(view) : null;
  setHidden($("way-about"), !chosen);
  setHidden($("way-stations"), !chosen);
  if (chosen) {
    setText($("way-route"), about.direction === "out" ? "Bitrix24 → WhatsApp" : "WhatsApp → Bitrix24");
    setAttribute($("way-route"), "data-direction", about.direction);
    setText($("way-excerpt"), withoutQuote(about.text));
    setText($("way-id"), view.selected);
    setAttribute($("way-id"), "title", view.selected);
  }
  const reason = view.state?.parked?.find((item) => String(item.source_id) === view.selected)?.reason ?? "";
  const steps = describe(trace, about?.direction ?? "in", reason);
  renderStatus(trace);
  renderStations(steps, trace, about);
  renderSteps(steps);
  setHidden($("way-empty"), steps.length > 0);
  setText($("way-empty"), chosen
    ? "Ainda não há registro desta mensagem: o webhook chegou, o worker ainda não a assumiu."
    : "Envie uma mensagem ou escolha um balão: aqui aparece cada passo dele, do webhook ao recibo.");
}

// Which way the chosen message goes, and its words, from wherever the page knows it.
function whatIs(view) {
  for (const phone of view.state?.phones ?? []) {
    const message = phone.messages.find((m) => m.id === view.selected);
    if (message) return { direction: message.from === "customer" ? "in" : "out", text: message.text, ticks: message.ticks };
  }
  for (const chat of view.state?.chats ?? []) {
    const message = chat.messages.find((m) => String(m.source_id) === view.selected);
    if (message) return { direction: message.from === "operator" ? "out" : "in", text: message.text };
  }
  const parked = view.state?.parked?.find((p) => String(p.source_id) === view.selected);
  const outward = parked && /out|whatsapp$|b24|^bitrix/i.test(String(parked.direction));
  return { direction: outward || /^\d+$/.test(view.selected) ? "out" : "in", text: parked?.reason ?? "" };
}

// Ledger steps as rows. The wait in the queue is what lies between the webhook and the first claim.
function describe(trace, direction, reason) {
  const raw = (trace?.steps ?? []).filter((step) => Number.isFinite(step.at_ms));
  if (!raw.length) return [];
  const start = raw[0].at_ms;
  const rows = [];
  for (const [index, step] of raw.entries()) {
    const previous = raw[index - 1];
    if (step.step === "claimed" && previous?.step === "webhook") {
      const waited = `esperou ${elapsed(Math.max(0, step.at_ms - previous.at_ms))}`;
      rows.push({ name: "queued", at: 0, station: "queue", tone: "ok", title: "Na fila, em ordem", detail: waited });
    }
    const [, station, tone, sentence] = STEPS.find(([name]) => name.test(step.step)) ?? [null, "worker", "ok", step.step];
    const detail = String(step.detail ?? "");
    const refused = /^refused\b/.test(detail);
    const lost = refused && FILE_STEP.test(step.step); // a file that is left behind does not stop its message
    const waits = step.step === "parked" && detail === HELD;
    const title = waits ? "À espera da resposta do cliente" : lost ? "Arquivo deixado para trás" : refused ? `Recusada na etapa “${step.step}”` : sentence.replace("{to}", OTHER_SIDE[direction]);
    rows.push({ name: step.step, at: step.at_ms - start, station, tone: lost || waits ? "warn" : refused ? "bad" : tone, title, detail: DETAILS[detail] ?? (step.step === "parked" ? reason : detail) });
  }
  return rows;
}

function renderStatus(trace) {
  const held = trace?.status === "PARKED" && trace.steps?.findLast((step) => step.step === "parked")?.detail === HELD;
  const [words, tone] = held ? ["espera o cliente", "warn"] : STATUSES[trace?.status] ?? [trace?.status || "aguardando", "wait"];
  setText($("way-status"), words);
  setAttribute($("way-status"), "data-tone", tone);
}

// Marking a customer's message as read leaves no step in the ledger; its blue ticks tell that it happened.
function renderStations(steps, trace, about) {
  const passed = new Map();
  for (const step of steps) passed.set(step.station, step.tone);
  if (steps.length && about.direction === "in" && about.ticks === "read") passed.set("receipt", "ok");
  const last = steps.at(-1)?.station;
  const moving = Boolean(trace) && ["SENDING", "RETRY", "UNKNOWN"].includes(trace.status);
  keyed($("way-stations"), STATIONS, ([id]) => id, ([, name]) => el("li", {}, el("span.lamp"), el("span", { textContent: name })), (node, [id]) => {
    const tone = passed.get(id);
    setAttribute(node, "data-tone", tone ?? "none");
    setAttribute(node, "data-moving", moving && id === last ? "true" : null);
    setAttribute(node, "aria-label", `${node.textContent}: ${tone ? { ok: "passou", warn: "com atraso", bad: "parou" }[tone] : "ainda não"}`);
  });
}

function renderSteps(steps) {
  const numbered = steps.map((step, index) => ({ ...step, index }));
  keyed($("way-steps"), numbered, (step) => `${step.index} ${step.name}`, () => {
    const parts = { at: el("span.at"), title: el("strong"), detail: el("span.detail", { dir: "auto" }) };
    const node = el("li", {}, parts.at, el("span.what", {}, parts.title, parts.detail));
    node.parts = parts;
    return node;
  }, (node, step) => {
    setAttribute(node, "data-tone", step.tone);
    setText(node.parts.at, step.at > 0 ? `+${elapsed(step.at)}` : "início");
    if (step.name === "queued" && step.at === 0) setText(node.parts.at, "");
    setText(node.parts.title, step.title);
    setText(node.parts.detail, step.detail);
    setHidden(node.parts.detail, !step.detail);
  });
}
