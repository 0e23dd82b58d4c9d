// On the delivered page: the time in the visitor's own zone, and copying the code.
(() => {
  const news = document.getElementById("news");
  const cell = document.getElementById("local-time");
  if (cell) {
    const start = new Date(cell.dataset.start);
    const end = new Date(cell.dataset.end);
    const page = document.documentElement.lang;
    const own = navigator.languages.find((one) => one.split("-")[0] === page.split("-")[0]);
    const day = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
      timeZoneName: "short" };
    const shape = new Intl.DateTimeFormat(own || page, day);
    // Nothing is added where the visitor's clock shows what the page says already.
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(cell.dataset.start) ?? [null, "+", "0", "0"];
    const isHere = -start.getTimezoneOffset() === Number(`${sign}${Number(hours) * 60 + Number(minutes)}`);
    if (!isHere && !isNaN(start) && !isNaN(end)) {
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
