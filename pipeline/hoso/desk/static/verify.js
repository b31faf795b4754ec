// Verify by keyboard: the doubtful fields one after the other, each with its ink; what is said is sent at once, one at a time.
"use strict";
(() => {
  const root = document.getElementById("verify");
  if (!root) return;
  const get = (id) => document.getElementById(id);
  const vi = root.dataset.lang !== "en";
  const csrf = document.querySelector("meta[name=csrf]").content;
  const form = get("fields"), image = get("image"), box = get("box"), canvas = get("ink"), told = get("told"), done = get("done");
  let state = null, at = "", page = 0, busy = Promise.resolve();

  const tell = (text, wrong) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (wrong) line.className = "wrong";
    told.replaceChildren(line);
    if (!wrong) setTimeout(() => line.remove(), 4000);
  };
  const doubtful = (field) => field.status === "doubtful" || field.status === "missing";
  const open = () => state.fields.filter(doubtful);
  const table = (field) => field.rows.length > 0 && field.value === null;
  const input = (name) => form.elements.namedItem(name);

  const element = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === false) continue;
      if (name === "class") made.className = value; else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  };

  const control = (field) => {
    const common = { id: `f-${field.name}`, name: field.name, spellcheck: "false", "aria-describedby": `w-${field.name}` };
    if (table(field)) return element("input", { ...common, readonly: true, value: vi ? `${field.rows.length} dòng` : `${field.rows.length} rows`, tabindex: doubtful(field) ? "0" : "-1" });
    if (!field.choices.length) return element("input", { ...common, value: field.value ?? "", tabindex: doubtful(field) ? "0" : "-1" });
    const select = element("select", { ...common, tabindex: doubtful(field) ? "0" : "-1" }, element("option", { value: "" }));
    for (const choice of field.choices) select.append(element("option", { value: choice, selected: choice === field.value }, choice));
    return select;
  };

  const draw = () => {
    form.replaceChildren();
    for (const field of state.fields) {
      const row = element("div", { class: `row ${field.status} ${field.source === "person" ? "said" : ""}` });
      row.append(element("label", { for: `f-${field.name}` }, field.title), control(field));
      if (table(field)) row.append(element("ol", { class: "lines" }, ...field.rows.map((line) => element("li", {}, Object.values(line).join(" · ")))));
      const why = field.problems.map((problem) => problem.text).join(" ");
      row.append(element("div", { class: "why", id: `w-${field.name}` }, why));
      if (field.others.length && doubtful(field)) {
        const others = element("div", { class: "others" });
        for (const value of field.others) {
          const button = element("button", { type: "button", tabindex: "-1" }, value);
          button.addEventListener("click", () => { input(field.name).value = value; input(field.name).focus(); });
          others.append(button);
        }
        row.append(others);
      }
      form.append(row);
    }
    get("general").replaceChildren(...state.problems.map((one) => element("li", {}, one.text)));
    const pages = get("pages");
    pages.replaceChildren();
    for (const position of state.pages) {
      const button = element("button", { type: "button", tabindex: "-1", "aria-pressed": String(position === page) }, `${position}`);
      button.addEventListener("click", () => show(position));
      pages.append(button);
    }
    const left = open();
    done.hidden = left.length > 0;
    if (!left.length) done.focus();
  };

  const show = (position, fresh) => {
    if (position === page && !fresh && image.src) return;
    page = position;
    box.hidden = true;
    image.src = `/page/${state.dossier}/${position}.jpg${fresh ? `?${Date.now()}` : ""}`;
  };

  const mark = (field) => {
    const pen = canvas.getContext("2d");
    canvas.width = canvas.clientWidth || 640;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!field.place) { box.hidden = true; return; }
    show(field.place.position);
    const paint = () => {
      if (at !== field.name || !image.naturalWidth) return;
      const [left, top, right, bottom] = field.place.box;
      Object.assign(box.style, { left: `${100 * left}%`, top: `${top * image.clientHeight}px`, width: `${100 * (right - left)}%`, height: `${(bottom - top) * image.clientHeight}px` });
      box.hidden = false;
      const pane = image.parentElement;
      pane.scrollTop = Math.max(0, top * image.clientHeight - pane.clientHeight / 3);
      const wide = image.naturalWidth, high = image.naturalHeight, around = 0.5 * (bottom - top) * high + 6;
      const x = Math.max(0, left * wide - 2 * around), y = Math.max(0, top * high - around);
      const w = Math.min(wide - x, (right - left) * wide + 4 * around), h = Math.min(high - y, (bottom - top) * high + 2 * around);
      const zoom = Math.min(canvas.width / w, canvas.height / h, 4);
      pen.imageSmoothingQuality = "high";
      pen.drawImage(image, x, y, w, h, 0, 0, w * zoom, h * zoom);
    };
    if (image.complete && image.naturalWidth) paint(); else image.addEventListener("load", paint, { once: true });
  };

  const focus = (name) => {
    const target = input(name);
    if (target && target.focus) { target.focus(); if (target.select) target.select(); }
  };
  const next = (after, back) => {
    const names = state.fields.map((field) => field.name), from = names.indexOf(after);
    const order = [...names.slice(from + 1), ...names.slice(0, from + 1)];
    const wanted = (back ? order.reverse() : order).filter((name) => name !== after || open().length === 1);
    const found = wanted.find((name) => open().some((field) => field.name === name));
    if (found) focus(found); else if (!done.hidden) done.focus();
  };

  const send = (body) => {
    busy = busy.then(async () => {
      try {
        const answer = await fetch(`/verify/${state.document}/say`, {
          method: "POST", headers: { "content-type": "application/json", "x-csrf": csrf, accept: "application/json" },
          body: JSON.stringify({ seen: state.seen, ...body }),
        });
        const said = await answer.json();
        if (answer.status === 409 && said.state) { state = said.state; draw(); tell(said.text, true); return false; }
        if (answer.status === 401) { location.reload(); return false; }
        if (!answer.ok) { tell(said.text || JSON.stringify(said.detail) || answer.statusText, true); return false; }
        if (said.moved !== undefined) { location.href = said.moved ? `/verify/${said.moved}` : "/verify"; return false; }
        const turned = body.kind === "turn" || body.kind === "undo";
        state = said;
        draw();
        if (turned) { const now = page; page = 0; show(now, true); }
        return true;
      } catch (error) { tell(String(error), true); return false; }
    });
    return busy;
  };

  const accept = async (name) => {
    const field = state.fields.find((one) => one.name === name), control_ = input(name);
    if (!field || !control_) return;
    const value = control_.value.normalize("NFC").trim();
    const same = table(field) || value === (field.value ?? "");
    if (same && !doubtful(field)) { next(name); return; }
    if (value === "" && field.value === null && !table(field) && field.status === "missing") { tell(vi ? "Trường này phải có: gõ giá trị, hoặc F4 nếu giấy không ghi." : "Type a value, or F4 if the paper has none.", true); return; }
    const taken = await send(same ? { kind: "confirm", field: name } : value === "" ? { kind: "absent", field: name } : { kind: "field", field: name, value });
    if (taken) next(name); else if (input(name)) { input(name).value = value; focus(name); }
  };

  form.addEventListener("focusin", (event) => {
    const name = event.target.name;
    const field = state && state.fields.find((one) => one.name === name);
    if (field) { at = name; mark(field); }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    const name = event.target.name;
    if (!name || event.isComposing) return;
    if (event.key === "Enter") { event.preventDefault(); accept(name); }
    else if (event.key === "F4") { event.preventDefault(); send({ kind: "absent", field: name }).then((ok) => ok && next(name)); }
    else if (event.key === "Tab" && open().length) { event.preventDefault(); next(name, event.shiftKey); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || !state) return;
    const within = event.target.name ? state.fields.find((one) => one.name === event.target.name) : null;
    const untouched = !within || event.target.value === (within.value ?? "");
    if (event.ctrlKey && event.key.toLowerCase() === "z" && untouched) { event.preventDefault(); send({ kind: "undo" }).then((ok) => ok && tell(vi ? "Đã hoàn tác" : "Undone")); }
    else if (event.key === "F8") { event.preventDefault(); location.href = `/verify?after=${state.document}`; }
    else if (event.key === "F2") { event.preventDefault(); hold(); }
    else if (event.altKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) { event.preventDefault(); act("turn", event.key === "ArrowLeft" ? "270" : "90"); }
  });
  const hold = async () => {
    const note = prompt(vi ? "Lý do giữ lại:" : "Reason to hold:");
    if (note && await send({ kind: "hold", note })) location.href = `/verify?after=${state.document}`;
  };
  const act = (kind, value) => {
    const position = page || state.pages[0];
    if (kind === "join") {
      if (!state.next) { tell(vi ? "Không có giấy tờ nào phía sau trong hồ sơ." : "No paper follows.", true); return; }
      send({ kind, other: state.next.document, other_seen: state.next.seen });
    } else if (kind === "rescan") {
      const note = prompt(vi ? "Vì sao cần quét lại?" : "Why scan again?");
      if (note) send({ kind, position, note });
    } else send({ kind, position, value: value || "" });
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button) act(button.dataset.act, button.dataset.value);
  });
  get("type").addEventListener("change", (event) => send({ kind: "type", value: event.target.value }));
  done.addEventListener("click", () => { location.href = `/verify?after=${state.document}`; });

  fetch(`/verify/${root.dataset.document}/state`).then((answer) => answer.json()).then((found) => {
    state = found;
    draw();
    show(state.pages[0]);
    const first = open()[0];
    if (first) focus(first.name);
    root.dataset.ready = "1";
  });
})();
