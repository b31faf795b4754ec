// A grid of doubtful fields: what is ticked is confirmed as it stands or corrected to what was typed, all at once.
"use strict";
(() => {
  const grid = document.getElementById("grid"), save = document.getElementById("save"), told = document.getElementById("told");
  if (!grid) return;
  const csrf = document.querySelector("meta[name=csrf]").content;
  const tell = (text, wrong) => {
    const line = document.createElement("p");
    line.textContent = text;
    if (wrong) line.className = "wrong";
    told.replaceChildren(line);
  };
  grid.addEventListener("input", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && event.target.classList.contains("value")) cell.querySelector(".take").checked = event.target.value.trim() !== "";
  });
  const send = async () => {
    const chosen = [...grid.querySelectorAll(".cell:not(.done)")].filter((cell) => cell.querySelector(".take").checked);
    if (!chosen.length) return;
    save.disabled = true;
    const cells = chosen.map((cell) => {
      const value = cell.querySelector(".value").value.normalize("NFC").trim();
      return { document: cell.dataset.document, seen: cell.dataset.seen, field: cell.dataset.field, value: value === cell.dataset.value ? null : value };
    });
    try {
      const answer = await fetch("/group/say", { method: "POST", headers: { "content-type": "application/json", "x-csrf": csrf }, body: JSON.stringify({ cells }) });
      const said = await answer.json();
      if (!answer.ok) { tell(said.text || answer.statusText, true); return; }
      let done = 0;
      said.cells.forEach((one, place) => {
        const cell = chosen[place];
        cell.classList.toggle("done", one.done);
        cell.classList.toggle("failed", !one.done);
        if (one.done) done += 1; else cell.querySelector(".why").textContent = one.text;
        if (one.seen) grid.querySelectorAll(`.cell[data-document="${one.document}"]`).forEach((same) => { same.dataset.seen = one.seen; });
      });
      tell(`Đã lưu ${done}/${said.cells.length}`, done < said.cells.length);
      if (!grid.querySelector(".cell:not(.done)")) location.reload();
    } catch (error) { tell(String(error), true); }
    finally { save.disabled = false; }
  };
  save.addEventListener("click", send);
  document.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.ctrlKey) { event.preventDefault(); send(); } });
})();
