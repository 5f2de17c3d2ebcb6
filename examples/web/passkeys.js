// Security keys and passkeys: Kratos' own script does what a button, or the page when it is there,
// is to trigger. It is a file because the site's Content-Security-Policy allows no script in pages.
for (const button of document.querySelectorAll("[data-trigger]"))
  button.addEventListener("click", () => window[button.dataset.trigger](button.value));
for (const field of document.querySelectorAll("[data-onload]"))
  window[field.dataset.onload]?.(field.value);
