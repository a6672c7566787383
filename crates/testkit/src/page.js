// Finds what a person sees, by role and name, the way a screen reader would. Kept in the tests: the page knows nothing of it.
const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();

const visible = (element) =>
  element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";

const firstLine = (element) => squeeze(element.innerText?.trim().split("\n")[0]);

const nameOf = (element) => {
  const label = element.getAttribute("aria-label");
  if (label) return squeeze(label);
  const by = element.getAttribute("aria-labelledby");
  if (by) return squeeze(by.split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" "));
  // What stands under the first line of a label is a hint, and changes.
  if (element.labels?.length) return squeeze(element.labels[0].innerText.trim().split("\n")[0]);
  return squeeze(element.innerText) || squeeze(element.title) || squeeze(element.placeholder);
};

const ROLES = {
  button: "button, [role=button], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=tab], [role=radio], [role=option], summary",
  link: "a, [role=link]",
  field: "input, textarea, [contenteditable=true], [contenteditable='plaintext-only'], [role=textbox], [role=combobox]",
  row: "[role=row], [role=option], [role=listitem], li, article, button, a",
};

// All visible elements of a role whose name is `name`, or holds it where `part` is set; the smallest first.
const named = (role, name, part, within) => {
  const root = within ? document.querySelector(within) : document;
  if (!root) return [];
  return [...root.querySelectorAll(ROLES[role])]
    .filter(visible)
    .filter((element) => {
      const own = nameOf(element);
      // A button may explain itself in further lines.
      return part ? own.includes(name) : own === name || firstLine(element) === name;
    })
    .sort((a, b) => a.querySelectorAll("*").length - b.querySelectorAll("*").length);
};
