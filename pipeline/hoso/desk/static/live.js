// Keeps a part of the page current: asks for it every few seconds while the page is looked at and nothing in it is in use.
"use strict";
(() => {
  const part = document.getElementById("live");
  if (!part) return;
  let wait = 5000;
  const again = async () => {
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const answer = await fetch(part.dataset.from, { headers: { accept: "text/html" }, redirect: "manual" });
        if (answer.ok) { part.innerHTML = await answer.text(); wait = 5000; }
        else if (answer.type === "opaqueredirect") { location.reload(); return; }
        else wait = Math.min(60000, wait * 2);
      } catch { wait = Math.min(60000, wait * 2); }
    }
    setTimeout(again, wait);
  };
  setTimeout(again, wait);
})();
