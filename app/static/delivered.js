// On the delivered page: the time in the visitor's own zone, and copying the code.
(() => {
  const news = document.getElementById("news");
  const cell = document.getElementById("local-time");
  if (cell) {
    const start = new Date(cell.dataset.start);
    const end = new Date(cell.dataset.end);
    const day = { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", timeZoneName: "short" };
    const shape = new Intl.DateTimeFormat(document.documentElement.lang, day);
    if (!isNaN(start) && !isNaN(end)) {
      cell.textContent = shape.formatRange ? shape.formatRange(start, end) : shape.format(start);
      cell.hidden = document.getElementById("local-label").hidden = false;
    }
  }
  const copy = document.getElementById("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById("coupon").textContent.trim());
      copy.textContent = news.textContent = copy.dataset.copied;
    });
  }
})();
