// Buttons that call functions of Kratos' script, and copy or print backup codes.
for (const button of document.querySelectorAll("[data-trigger]"))
  button.addEventListener("click", (event) => {
    event.preventDefault();
    window[button.dataset.trigger]?.();
  });
for (const name of new Set(Array.from(document.querySelectorAll("[data-init]"), (node) => node.dataset.init)))
  window[name]?.();
for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", () => {
    const codes = document.getElementById(button.dataset.copy).querySelectorAll("code");
    const text = Array.from(codes, (code) => code.textContent).join("\n");
    navigator.clipboard?.writeText(text).then(() => (button.textContent = button.dataset.copied), () => {}); // denied
  });
for (const button of document.querySelectorAll("[data-print]"))
  button.addEventListener("click", () => window.print());
