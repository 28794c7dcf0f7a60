// The playground: asks the sandbox for its state every 700 ms (not while hidden), shows it, and carries out what is clicked.

import * as api from "./api.js";
import { $, clockTime, el, encoded, keyed, setAttribute, setHidden, setText } from "./dom.js";
import { renderFaults, setUpFaults } from "./faults.js";
import { chosenChat, renderOperator, setUpOperator } from "./operator.js";
import { chosenPhone, renderPhone, setUpPhone } from "./phone.js";
import { isSettled, renderWay } from "./way.js";

const POLL_MS = 700;
const SETTLED_TRACE_EVERY = 5; // a settled way changes seldom: ask for it at every fifth poll

const view = {
  state: null, firstState: true, phone: null, chat: null, selected: null, trace: null, drafts: [], twice: false,
  follow: null, replyTo: null, tab: "phone", seen: new Map(), phoneSeen: new Map(), wide: matchMedia("(min-width: 720px)"),
};
let timer = 0;
let polls = 0;
let polling = false;
let again = false;
let sending = Promise.resolve(true);

const actions = {
  refresh: () => poll(),
  choosePhone(key) {
    view.phone = key;
    const phone = chosenPhone(view);
    const chat = view.state?.chats?.find((c) => c.external && (c.external === phone?.wa_id || c.external === phone?.user_id));
    if (chat) view.chat = String(chat.chat_id);
    render();
  },
  chooseChat(id) {
    view.chat = id;
    view.follow = null;
    render();
  },
  select(id, { show = false } = {}) {
    if (view.selected !== id) view.trace = null;
    view.selected = id;
    if (show && !view.wide.matches) showTab("way");
    render();
    poll();
  },
  sendAsCustomer(text, files) {
    const { wa_id, name, user_id, phone_number_id } = chosenPhone(view);
    const message = clean({ wa_id, name, user_id, phone_number_id, text });
    return inTurn(() => send(api.customer, async () => {
      const [file] = await Promise.all(files.map(encoded));
      return clean({ ...message, file });
    }, (id) => { view.follow = id; }));
  },
  sendAsOperator(text, files) {
    const chat = chosenChat(view);
    const reply_to = view.replyTo?.chat === view.chat ? view.replyTo.id : null;
    actions.replyTo(null);
    return inTurn(() => send(api.operator, async () => {
      const given = await Promise.all(files.map(encoded));
      return clean({ chat_id: chat.chat_id, text, reply_to, files: given.length ? given : null });
    }));
  },
  replyTo(id) {
    view.replyTo = id === null ? null : { chat: view.chat, id };
    render();
    if (id !== null) $("chat-text").focus();
  },
  reactAsCustomer(wamid, emoji) {
    const { wa_id, name, user_id, phone_number_id } = chosenPhone(view);
    return inTurn(() => send(api.customer, async () => clean({ wa_id, name, user_id, phone_number_id, reaction: { wamid, emoji } })));
  },
  reactAsOperator(id, emoji) {
    const chat = chosenChat(view);
    return inTurn(() => send(api.operator, async () => ({ chat_id: chat.chat_id, text: `/reagir ${emoji}`.trim(), reply_to: id })));
  },
  markRead: (ids) => attempt(async () => { for (const id of ids) await api.read(id); }),
  markFailed: (id, code) => attempt(() => api.fail(id, code)),
  shutWindow: () => attempt(async () => {
    const { wa_id, user_id, phone_number_id } = chosenPhone(view);
    await api.rewind(clean({ wa_id, user_id, phone_number_id }), 25);
    toast("A última mensagem deste cliente agora é de 25 horas atrás: a janela está fechada.");
  }),
  setReceipts: (mode) => attempt(() => api.receipts(mode)),
  addFault: (fault) => attempt(() => api.setFaults([fault])),
  replaceFaults: (faults) => attempt(async () => {
    await api.clearFaults();
    if (faults.length) await api.setFaults(faults);
  }),
};

const clean = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null && value !== ""));

// One send after the other: what is typed fast leaves in the order in which it was typed.
function inTurn(job) {
  sending = sending.then(job, job);
  return sending;
}

async function send(post, write, onSent = () => {}) {
  return attempt(async () => {
    const message = await write();
    const answer = await post(message);
    const id = String(answer.source_id);
    onSent(id);
    view.selected = id;
    view.trace = null;
    if (answer.status >= 300) toast(`O webhook respondeu ${answer.status}.`);
    if (!view.twice) return;
    const copy = await post({ ...message, source_id: id });
    toast(String(copy.source_id) === id ? "O mesmo webhook foi postado duas vezes." : "O sandbox mandou outra mensagem em vez de repetir a mesma.");
  });
}

async function attempt(job) {
  let done = true;
  try {
    await job();
  } catch (error) {
    done = false;
    toast(error.message, "bad");
  }
  poll();
  return done;
}

async function poll() {
  if (polling) {
    again = true;
    return;
  }
  clearTimeout(timer);
  polling = true;
  try {
    view.state = await api.state();
    const asked = view.selected;
    if (asked !== null && (!isSettled(view.trace) || polls % SETTLED_TRACE_EVERY === 0)) {
      const trace = await api.trace(asked).catch(() => view.trace); // the ledger being busy is not "no contact"
      if (asked === view.selected) view.trace = trace;
    }
    polls += 1;
    contact("ao vivo", "ok");
  } catch {
    contact("sem contato com o sandbox; tentando de novo", "bad");
  }
  polling = false;
  render();
  if (again) {
    again = false;
    poll();
  } else if (!document.hidden) {
    timer = setTimeout(poll, POLL_MS);
  }
}

function render() {
  if (!view.state) return;
  renderPhone(view, actions);
  const unseen = renderOperator(view, actions);
  renderWay(view);
  const faulty = renderFaults(view, actions);
  renderParked();
  showDot("phone", newOnPhone());
  showDot("operator", unseen > 0);
  showDot("way", false);
  showDot("faults", faulty || view.state.parked.some((item) => !item.held));
  view.firstState = false;
}

function newOnPhone() {
  const count = chosenPhone(view)?.messages.length ?? 0;
  if (view.wide.matches || view.tab === "phone" || !view.phoneSeen.has(view.phone)) view.phoneSeen.set(view.phone, count);
  return count > view.phoneSeen.get(view.phone);
}

function renderParked() {
  const parked = view.state.parked ?? [];
  setHidden($("parked-empty"), parked.length > 0);
  const stuck = parked.some((item) => !item.held); // what waits for the customer goes out by itself
  setHidden($("parked-hint"), !stuck);
  setHidden($("parked-count"), parked.length === 0);
  setText($("parked-count"), parked.length);
  setAttribute($("parked-count"), "data-tone", stuck ? "bad" : "warn");
  keyed($("parked-list"), parked, (item) => item.id, (item) => {
    const parts = { reason: el("strong", { dir: "auto" }), about: el("span.fine") };
    const button = el("button.parked-item", { type: "button", title: "Ver o caminho desta mensagem" }, parts.reason, parts.about);
    button.addEventListener("click", () => actions.select(String(item.source_id), { show: true }));
    const node = el("li", {}, button);
    node.parts = { ...parts, button };
    return node;
  }, (node, item) => {
    setAttribute(node.parts.button, "data-held", item.held ? "true" : null);
    setText(node.parts.reason, item.reason);
    setText(node.parts.about, [clockTime(item.parked_ms), item.conversation].filter(Boolean).join(" · "));
  });
}

function contact(words, tone) {
  setText($("contact"), words);
  setAttribute($("contact"), "data-tone", tone);
}

function toast(words, tone = "plain") {
  const node = el("p.toast", { textContent: words, "data-tone": tone });
  $("toasts").append(node);
  while ($("toasts").childElementCount > 3) $("toasts").firstElementChild.remove();
  setTimeout(() => node.remove(), 6000);
}

function showTab(name) {
  view.tab = name;
  document.body.dataset.tab = name;
  for (const button of document.querySelectorAll(".tabs button")) {
    setAttribute(button, "aria-current", button.dataset.tab === name ? "true" : null);
  }
}

function showDot(tab, on) {
  setHidden(document.querySelector(`.tabs button[data-tab=${tab}] .dot`), !on || view.tab === tab);
}

for (const button of document.querySelectorAll(".tabs button")) {
  button.addEventListener("click", () => {
    showTab(button.dataset.tab);
    render();
    for (const log of document.querySelectorAll(`[data-panel=${button.dataset.tab}] .log`)) log.scrollTop = log.scrollHeight;
  });
}
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) poll();
});
setUpPhone(view, actions);
setUpOperator(view, actions);
setUpFaults(view, actions);
poll();
