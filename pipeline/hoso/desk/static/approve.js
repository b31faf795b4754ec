"use strict";
(() => {
  const all = document.getElementById("all");
  if (all) all.addEventListener("change", () => document.querySelectorAll(".chosen").forEach((box) => { box.checked = all.checked; }));
})();
