// Presses the button for the browser that asked; the server marks the form only for that browser.
(() => {
  const form = document.querySelector("#confirm-form[data-auto]");
  if (form) form.requestSubmit();
})();
