// Optional on a published page: tells the form how long the visit took and which site sent it here, and keeps a
// second press from sending twice. Stores nothing on the device.
(() => {
  const form = document.getElementById("the-form");
  if (!form) return;
  const start = performance.now();
  const from = () => {
    try {
      const at = new URL(document.referrer);
      return at.origin === location.origin ? "" : at.origin;
    } catch {
      return "";
    }
  };
  const summary = document.getElementById("errors");
  if (summary) summary.focus();
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    form.elements.gp_ms.value = Math.round(performance.now() - start);
    form.elements.gp_ref.value = from();
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    // A failed network must not lock the form.
    setTimeout(() => { sent = false; button.removeAttribute("aria-busy"); }, 8000);
  });
  addEventListener("pageshow", () => { sent = false; });
})();
