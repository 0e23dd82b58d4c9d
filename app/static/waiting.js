// On the waiting page: asks whether the address was confirmed elsewhere, and then moves on. Slows down with time.
(() => {
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  const news = document.getElementById("news");
  const address = news && news.dataset.state;
  if (!address) return;
  let wait = 3000;
  let timer;
  const again = () => { timer = setTimeout(ask, wait); };
  async function ask() {
    if (document.hidden) return again();
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.status === 404 || answer.status === 410) return;
      const state = answer.ok ? await answer.json() : {};
      if (state.state === "confirmed") news.textContent = news.dataset.done;
      if (state.state === "confirmed" || state.state === "expired") return location.assign(news.dataset.next);
    } catch { /* offline: keep asking */ }
    wait = Math.min(wait * 1.15, 30000);
    again();
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    clearTimeout(timer);
    wait = 3000;
    ask();
  });
  again();
})();
