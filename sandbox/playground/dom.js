// Making and refreshing page elements. Texts go in as text only (textContent): names and messages are hostile until
// proven otherwise, so nothing here takes markup. Nodes are kept between refreshes, so focus and scrolling stay.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  tick: ["M2 7.500 5.500 11 13 3.500"],
  double: ["M1 7.500 4.500 11 12 3.500", "M8.300 10.300 9 11l7.500-7.500"],
  clock: ["M8 4v4l2.600 1.600", "M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400Z"],
  alert: ["M8 4.500v4.200", "M8 11.200v.1", "M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400Z"],
  clip: ["M13 7.500 8 12.500a3.200 3.200 0 0 1-4.600-4.600L8.900 2.400a2.100 2.100 0 0 1 3 3L6.600 10.700a1 1 0 0 1-1.500-1.400L9.600 4.800"],
  reply: ["M6.500 4 2.500 8l4 4", "M3 8h6.500a4 4 0 0 1 4 4v.500"],
  smile: ["M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400Z", "M5.300 9.400a3.200 3.200 0 0 0 5.400 0", "M5.900 6.300v.1", "M10.100 6.300v.1"],
  send: ["M2.500 8h9", "M8 3.500 12.800 8 8 12.500"],
};

export const $ = (id) => document.getElementById(id);

// tag: "li.message.mine"; props: DOM properties, or attributes where the name holds a dash or is "role"/"for".
export function el(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (key.includes("-") || key === "role" || key === "for") node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children);
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", name === "double" ? "0 0 18 14" : "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon", `icon-${name}`);
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

export function setText(node, text) {
  const value = text == null ? "" : String(text);
  if (node.textContent !== value) node.textContent = value;
}

export function setAttribute(node, name, value) {
  if (value == null || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

export function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden;
}

// Makes the children of `parent` follow `items`. The same key twice stays two elements: a doubled message must be seen.
export function keyed(parent, items, keyOf, create, update) {
  const counts = new Map();
  const keys = items.map((item) => {
    const key = String(keyOf(item));
    const n = counts.get(key) ?? 0;
    counts.set(key, n + 1);
    return n ? `${key} (${n})` : key;
  });
  const wanted = new Set(keys);
  const kept = new Map();
  for (const node of [...parent.children]) {
    if (wanted.has(node.dataset.key)) kept.set(node.dataset.key, node);
    else node.remove();
  }
  let cursor = parent.firstElementChild;
  items.forEach((item, index) => {
    let node = kept.get(keys[index]);
    if (!node) {
      node = create(item);
      node.dataset.key = keys[index];
    }
    update(node, item);
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  });
}

const toEnd = (scroller) => { if (scroller.atEnd) scroller.scrollTop = scroller.scrollHeight; };
const resized = new ResizeObserver((entries) => entries.forEach((entry) => toEnd(entry.target.closest(".log") ?? entry.target)));

// Runs `change`, then shows the newest line if the reader was at the end (or `force`); stays there when the pane shrinks.
export function keepAtEnd(scroller, force, change) {
  if (scroller.atEnd === undefined) {
    let was = 0;
    scroller.addEventListener("scroll", () => { // a picture that loads moves the end away: only who scrolls up leaves it
      if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48) scroller.atEnd = true;
      else if (scroller.scrollTop < was) scroller.atEnd = false;
      was = scroller.scrollTop;
    });
    resized.observe(scroller);
    if (scroller.firstElementChild) resized.observe(scroller.firstElementChild); // a picture that loads makes it longer
  }
  change();
  if (force || scroller.atEnd === undefined) scroller.atEnd = true;
  toEnd(scroller);
}

const CLOCK = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const DECIMAL = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

export const clockTime = (atMs) => (Number.isFinite(atMs) ? CLOCK.format(atMs) : "");

// "14:05", or "amanhã, 14:05" where it is the next day.
export function dayAndTime(atMs) {
  const days = Math.round((new Date(atMs).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  return days === 1 ? `amanhã, ${clockTime(atMs)}` : clockTime(atMs);
}

// The block that the messenger puts before an answer: { who, quoted, answer }; null for a text without one.
const QUOTE = /^-{54}\n(.{0,300}?) \[[^\]\n]*\] #chat\d+\/\d+\n([^]*?)\n-{54}\n([^]*)$/;
export function quoteOf(text) {
  const found = QUOTE.exec(text ?? "");
  return found ? { who: found[1], quoted: found[2], answer: found[3] } : null;
}
export const withoutQuote = (text) => quoteOf(text)?.answer ?? text;

// Milliseconds as people say them: "85 ms", "1,2 s", "2 min 05 s".
export function elapsed(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${DECIMAL.format(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

// Enter sends, Shift+Enter breaks the line; what was typed or attached comes back when the send fails.
export function composer(form, field, send) {
  form.querySelector(".send").append(icon("send"));
  const attachment = attaching(form, field);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    const files = attachment.take();
    if (!text.trim() && !files.length) return;
    field.value = "";
    field.focus();
    form.parentElement.querySelector(".log").atEnd = true; // whoever writes wants to see it
    if (await send(text, files)) return;
    if (!field.value) field.value = text;
    attachment.giveBack(files);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// The paper clip of a composer: files wait beside the text until it is sent, and can be taken off again.
function attaching(form, field) {
  const picker = form.querySelector("input[type=file]");
  const shown = form.querySelector(".attached");
  let files = [];
  form.querySelector(".clip").append(icon("clip"));
  const render = () => {
    setHidden(shown, files.length === 0);
    shown.replaceChildren(...files.map((file) => {
      const off = el("button", { type: "button", textContent: "\u00d7", "aria-label": `Tirar ${file.name}` });
      off.addEventListener("click", () => { files = files.filter((one) => one !== file); render(); field.focus(); });
      return el("li", {}, el("span", { dir: "auto", textContent: file.name }), el("span.fine", { textContent: bytes(file.size) }), off);
    }));
  };
  picker.addEventListener("change", () => {
    files = picker.multiple ? [...files, ...picker.files] : [...picker.files];
    picker.value = "";
    render();
    field.focus();
  });
  return {
    take() { const taken = files; files = []; render(); return taken; },
    giveBack(taken) { if (!files.length) { files = taken; render(); } },
  };
}

// A file as the play API takes it.
export function encoded(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("error", () => reject(new Error(`Não foi possível ler ${file.name}.`)));
    reader.addEventListener("load", () => resolve({
      name: file.name, mime_type: file.type || "application/octet-stream", bytes_base64: reader.result.split(",", 2)[1] ?? "",
    }));
    reader.readAsDataURL(file);
  });
}

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

// The small buttons beside a message: what can be done with it. reply: without it there is no such button.
export function messageTools({ react, reply }) {
  const tools = el("span.tools");
  const picker = el("span.picker", { role: "group", "aria-label": "Escolher reação", hidden: true });
  const smile = el("button", { type: "button", title: "Reagir", "aria-label": "Reagir", "aria-expanded": "false" });
  smile.append(icon("smile"));
  const show = (open) => {
    setHidden(picker, !open);
    setAttribute(smile, "aria-expanded", String(open));
  };
  smile.addEventListener("click", () => show(picker.hidden));
  const choose = (emoji) => () => { show(false); smile.focus(); react(emoji); };
  for (const emoji of EMOJIS) {
    const button = el("button", { type: "button", textContent: emoji, "aria-label": `Reagir com ${emoji}` });
    button.addEventListener("click", choose(emoji));
    picker.append(button);
  }
  const none = el("button.none", { type: "button", textContent: "retirar", title: "Retirar a reação" });
  none.addEventListener("click", choose(""));
  picker.append(none);
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { show(false); smile.focus(); }
  });
  tools.append(smile);
  if (reply) {
    const button = el("button", { type: "button", title: "Responder", "aria-label": "Responder" });
    button.append(icon("reply"));
    button.addEventListener("click", reply);
    tools.append(button);
  }
  return { tools, picker };
}

const WHO = { customer: "cliente", business: "empresa" };

// The reactions on a message, as one small label under it.
export function showReactions(node, reactions) {
  const given = Object.entries(reactions ?? {});
  setHidden(node, given.length === 0);
  setText(node, given.map(([, emoji]) => emoji).join(" "));
  setAttribute(node, "aria-label", given.length ? `Reações: ${given.map(([who, emoji]) => `${emoji} (${WHO[who] ?? who})`).join(", ")}` : null);
}

// What a message carries beside its text: pictures, sounds and films to look at, anything else to download.
export function attachments(files) {
  return el("span.files", {}, ...files.map((file) => {
    const address = `/play/file/${encodeURIComponent(file.id)}`;
    const about = `${file.name} (${bytes(file.size)})`;
    const open = el("a", { href: address, download: file.name, textContent: file.name, dir: "auto", title: about });
    const caption = el("span.file-name", {}, open, el("span.fine", { textContent: ` ${bytes(file.size)}` }));
    if (file.mime_type.startsWith("image/")) return el("span.file", {}, el("img", { src: address, alt: about, loading: "lazy" }), caption);
    if (file.mime_type.startsWith("audio/")) return el("span.file", {}, el("audio", { src: address, controls: true, preload: "none", "aria-label": about }), caption);
    if (file.mime_type.startsWith("video/")) return el("span.file", {}, el("video", { src: address, controls: true, preload: "none", "aria-label": about }), caption);
    return el("span.file", {}, caption);
  }));
}

// "850 B", "12 KB", "3,4 MB".
export function bytes(size) {
  if (size < 1024) return `${size} B`;
  return size < 1024 ** 2 ? `${DECIMAL.format(size / 1024)} KB` : `${DECIMAL.format(size / 1024 ** 2)} MB`;
}
