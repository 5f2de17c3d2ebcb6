// Security keys and passkeys: Kratos' own script does what a button, or the page when it is there,
// is to trigger. It is a file because the site's Content-Security-Policy allows no script in pages.
for (const button of document.querySelectorAll("[data-trigger]"))
  button.addEventListener("click", () => window[button.dataset.trigger](button.value));
const fields = document.querySelectorAll("[data-init]");
for (const name of new Set(Array.from(fields, (field) => field.dataset.init))) window[name]?.();
