// Making and refreshing page elements. Texts go in as text only (textContent): names and messages are hostile until
// proven otherwise, so nothing here takes markup. Nodes are kept between refreshes, so focus and scrolling stay.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  tick: ["M2 7.500 5.500 11 13 3.500"],
  double: ["M1 7.500 4.500 11 12 3.500", "M8.300 10.300 9 11l7.500-7.500"],
  clock: ["M8 4v4l2.600 1.600", "M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400Z"],
  alert: ["M8 4.500v4.200", "M8 11.200v.1", "M8 14.200A6.200 6.200 0 1 0 8 1.800a6.200 6.200 0 0 0 0 12.400Z"],
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
const resized = new ResizeObserver((entries) => entries.forEach((entry) => toEnd(entry.target)));

// Runs `change`, then shows the newest line if the reader was at the end (or `force`); stays there when the pane shrinks.
export function keepAtEnd(scroller, force, change) {
  if (scroller.atEnd === undefined) {
    scroller.addEventListener("scroll", () => {
      scroller.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48;
    });
    resized.observe(scroller);
  }
  change();
  if (force || scroller.atEnd === undefined) scroller.atEnd = true;
  toEnd(scroller);
}

const CLOCK = new Intl.DateTimeFormat("pt-BR", { hour: "2-digit", minute: "2-digit" });
const DECIMAL = new Intl.NumberFormat("pt-BR", { maximumFractionDigits: 1 });

export const clockTime = (atMs) => (Number.isFinite(atMs) ? CLOCK.format(atMs) : "");

// Milliseconds as people say them: "85 ms", "1,2 s", "2 min 05 s".
export function elapsed(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${DECIMAL.format(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

// Enter sends, Shift+Enter breaks the line; what was typed comes back when the send fails.
export function composer(form, field, send) {
  form.querySelector(".send").append(icon("send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    field.value = "";
    field.focus();
    if (!(await send(text)) && !field.value) field.value = text;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
