"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Whatever a link within the page leads to is unfolded.
  const unfold = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && document.getElementById(name);
    if (!target) return;
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();

  // The text beside a button is copied.
  for (const button of all(".copy")) {
    button.hidden = false;
    const label = button.firstChild;
    button.addEventListener("click", async () => {
      const source = button.parentElement.querySelector(".command, .copy-text");
      let done = true;
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        getSelection().selectAllChildren(source);
        done = document.execCommand("copy");
      }
      label.data = done ? "Copied" : "Select";
      setTimeout(() => { label.data = "Copy"; }, 2000);
    });
  }

  // The list of requirements is filtered.
  const filter = document.querySelector(".filter");
  const [text, verdict, level, group] = ["text", "verdict", "level", "group"]
    .map(name => document.getElementById(`filter-${name}`));
  const count = document.getElementById("filter-count");
  const sections = all("details.section").map(section => ({
    section, folded: !section.open,
    groups: all("tbody", section).map(body => ({
      body,
      rows: all(".requirement", body).map(row => ({ row, words: row.textContent.toLowerCase(), ...row.dataset })),
    })),
  }));
  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const narrowed = words.length > 0 || verdict.value || level.value || group.value;
    let shown = 0;
    for (const { section, folded, groups } of sections) {
      let here = 0;
      for (const { body, rows } of groups) {
        let kept = 0;
        for (const one of rows) {
          const fits = (!group.value || section.dataset.group === group.value)
            && (!verdict.value || one.verdict === verdict.value)
            && (!level.value || one.level === level.value)
            && words.every(word => one.words.includes(word));
          one.row.hidden = !fits;
          kept += fits;
        }
        body.hidden = kept === 0;
        here += kept;
      }
      section.hidden = here === 0;
      section.open = narrowed ? here > 0 : !folded;
      shown += here;
    }
    count.textContent = narrowed ? `${shown} shown` : "";
  };
  filter.hidden = false;
  for (const control of [text, verdict, level, group]) control.addEventListener("input", apply);
  addEventListener("keydown", event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      text.focus();
    } else if (event.key === "Escape" && filter.contains(event.target)) {
      for (const control of [text, verdict, level, group]) control.value = "";
      apply();
    }
  });
})();
