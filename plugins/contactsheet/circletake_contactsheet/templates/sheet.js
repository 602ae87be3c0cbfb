"use strict";
(() => {
  const COLUMNS = 5, TILES = 25;
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const cards = data.takes.map((_, index) => $("k" + index));
  const key = "circletake:" + data.sheet;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const picks = new Map();
  const past = [];
  let current = -1, show = "all", playing = 0, speaking = 0;

  // State: what was picked here lies over what the sheet was made with.

  const verdictOf = (i) => picks.get(i)?.verdict ?? data.takes[i].verdict;
  const starsOf = (i) => picks.get(i)?.stars ?? data.takes[i].stars;
  const noteOf = (i) => picks.get(i)?.note ?? "";

  function change(i, field, value) {
    past.push([i, picks.get(i)]);
    if (past.length > 500) past.shift();
    const pick = { ...picks.get(i), [field]: value, at: new Date().toISOString() };
    const base = data.takes[i];
    if (pick.verdict === base.verdict) delete pick.verdict;
    if (pick.stars === base.stars) delete pick.stars;
    if (!pick.note) delete pick.note;
    put(i, pick);
    keep();
  }

  function put(i, pick) {
    if (pick && ("verdict" in pick || "stars" in pick || "note" in pick)) picks.set(i, pick);
    else picks.delete(i);
    paint(i);
  }

  function undo() {
    const last = past.pop();
    if (!last) return say("Nothing to undo");
    put(last[0], last[1]);
    keep();
    reveal(last[0]);
    go(last[0]);
    say(data.takes[last[0]].label + ": taken back, " + verdictOf(last[0]));
  }

  function document_() {
    const list = [...picks].sort((a, b) => a[0] - b[0]).map(([i, pick]) => {
      const { take, label, verdict, stars } = data.takes[i];
      return { take, label, ...pick, seen: { verdict, stars } };
    });
    return JSON.stringify(
      { schema: "circletake.picks/1", sheet: data.sheet, title: data.title, saved: new Date().toISOString(), picks: list },
      null, 1) + "\n";
  }

  function keep() {
    try {
      localStorage.setItem(key, JSON.stringify([...picks]));
    } catch {
      say("This browser keeps nothing: save your picks before you close the page");
    }
    tally();
  }

  function recall() {
    try {
      for (const [i, pick] of JSON.parse(localStorage.getItem(key) ?? "[]")) {
        if (cards[i] && typeof pick === "object") picks.set(i, pick);
      }
    } catch {
      picks.clear();
    }
  }

  // Showing

  function paint(i) {
    const card = cards[i], verdict = verdictOf(i), stars = starsOf(i), note = noteOf(i);
    card.dataset.verdict = verdict;
    card.querySelector(".verdict").textContent = verdict;
    card.querySelector(".rate").setAttribute("aria-label", stars + (stars === 1 ? " star" : " stars"));
    for (const button of card.querySelectorAll("[data-judge]")) {
      button.setAttribute("aria-pressed", String(button.dataset.judge === verdict));
    }
    for (const button of card.querySelectorAll("[data-star]")) {
      button.classList.toggle("on", Number(button.dataset.star) <= stars);
    }
    const mine = card.querySelector(".mine");
    mine.textContent = note;
    mine.hidden = !note;
  }

  function tally() {
    const counts = { all: 0, unreviewed: 0, circled: 0, hold: 0, ng: 0, findings: 0 };
    cards.forEach((card, i) => {
      if (isFolded(card)) return;
      counts.all += 1;
      counts[verdictOf(i)] += 1;
      if ("findings" in card.dataset) counts.findings += 1;
    });
    for (const button of document.querySelectorAll("[data-show]")) {
      button.querySelector("b").textContent = counts[button.dataset.show];
    }
    const judged = counts.all - counts.unreviewed;
    $("progress").textContent = judged + " of " + counts.all + " judged";
    $("meter").max = counts.all;
    $("meter").value = judged;
    $("undo").disabled = past.length === 0;
    $("save").textContent = picks.size ? "Save picks (" + picks.size + ")" : "Save picks";
  }

  function say(text) {
    $("live").textContent = text;
    $("live").classList.add("on");
    clearTimeout(speaking);
    speaking = setTimeout(() => $("live").classList.remove("on"), 1800);
  }

  const opened = new Set();
  const isFolded = (card) => "keeper" in card.dataset && !opened.has(card.dataset.keeper);

  function matches(i, words) {
    const card = cards[i];
    if (show === "findings" ? !("findings" in card.dataset) : show !== "all" && verdictOf(i) !== show) return false;
    if (!words.length) return true;
    card.text ??= card.querySelector(".facts").textContent.toLowerCase();
    return words.every((word) => card.text.includes(word) || noteOf(i).toLowerCase().includes(word));
  }

  function sift() {
    const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    cards.forEach((card, i) => {
      // Words find a folded take too; the other filters are about what lies open.
      card.hidden = (isFolded(card) && !words.length) || !matches(i, words);
      any ||= !card.hidden;
    });
    for (const section of document.querySelectorAll("section")) {
      section.hidden = !section.querySelector(".card:not([hidden])");
    }
    $("empty").hidden = any;
    if (current >= 0 && cards[current].hidden) {
      const next = cards.findIndex((card, i) => i > current && !card.hidden);
      go(next >= 0 ? next : cards.findIndex((card) => !card.hidden), false);
    }
  }

  function choose(kind) {
    show = kind;
    for (const button of document.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(button.dataset.show === kind));
    }
    sift();
  }

  function reveal(i) {
    if (!cards[i].hidden) return;
    $("search").value = "";
    if (cards[i].dataset.keeper) setStack(cards[i].dataset.keeper, true);
    choose("all");
  }

  function setStack(keeper, open) {
    if (open) opened.add(keeper);
    else opened.delete(keeper);
    const button = document.querySelector('[data-take="' + keeper + '"] .stack');
    button?.setAttribute("aria-expanded", String(open));
    tally();
    sift();
  }

  function toggleStack(i) {
    const keeper = cards[i].dataset.take ?? cards[i].dataset.keeper;
    if (!keeper) return say("Not in a stack");
    const open = !opened.has(keeper);
    if (!open && cards[i].dataset.keeper) go(cards.findIndex((card) => card.dataset.take === keeper));
    setStack(keeper, open);
    say(open ? "Stack opened" : "Stack closed");
  }

  // Moving

  function go(i, focus = true) {
    if (i < 0 || !cards[i]) return;
    stop();
    if (current >= 0 && current !== i) {
      cards[current].classList.remove("current");
      setTabs(cards[current], -1);
      rest(current);
    }
    current = i;
    cards[i].classList.add("current");
    setTabs(cards[i], 0);
    if (focus) {
      cards[i].querySelector("article").focus({ preventScroll: true });
      cards[i].scrollIntoView({ block: "nearest" });
    }
  }

  function setTabs(card, value) {
    for (const each of card.querySelectorAll("article, button")) each.tabIndex = value;
  }

  function step(by) {
    const visible = cards.map((card, i) => (card.hidden ? -1 : i)).filter((i) => i >= 0);
    if (!visible.length) return;
    const at = visible.indexOf(current);
    go(at < 0 ? visible[0] : visible[Math.min(visible.length - 1, Math.max(0, at + by))]);
  }

  function row(down) {
    if (current < 0) return step(1);
    const here = cards[current].getBoundingClientRect();
    let best = -1, cost = Infinity;
    cards.forEach((card, i) => {
      if (card.hidden || i === current) return;
      const there = card.getBoundingClientRect();
      const gap = down ? there.top - here.top : here.top - there.top;
      if (gap < 8) return;
      const price = gap * 4 + Math.abs(there.left - here.left);
      if (price < cost) [best, cost] = [i, price];
    });
    if (best >= 0) go(best);
  }

  // Scrubbing the stills of a take

  const frames = new Map();

  function scrub(i, frame) {
    const still = cards[i].querySelector(".still");
    if (!still.dataset.sprite) return false;
    const over = still.querySelector(".scrub"), image = still.querySelector("img"), head = still.querySelector(".head");
    if (!over.style.backgroundImage) {
      over.style.backgroundImage = 'url("' + still.dataset.sprite + '")';
      const ratio = image ? image.width / image.height : 16 / 9, box = still.clientWidth / still.clientHeight;
      const natural = image?.naturalWidth ? image.naturalWidth / image.naturalHeight : ratio;
      over.style.width = Math.min(100, (natural / box) * 100) + "%";
      over.style.height = Math.min(100, (box / natural) * 100) + "%";
    }
    const at = Math.min(TILES - 1, Math.max(0, frame));
    frames.set(i, at);
    const x = (at % COLUMNS) / (COLUMNS - 1), y = Math.floor(at / COLUMNS) / (TILES / COLUMNS - 1);
    over.style.backgroundPosition = x * 100 + "% " + y * 100 + "%";
    still.classList.add("scrubbing");
    head.hidden = false;
    head.style.left = ((at + 0.5) / TILES) * 100 + "%";
    return true;
  }

  function rest(i) {
    frames.delete(i);
    cards[i].querySelector(".still").classList.remove("scrubbing");
    cards[i].querySelector(".head").hidden = true;
  }

  function stop() {
    clearInterval(playing);
    playing = 0;
  }

  function play() {
    if (current < 0) return step(1);
    if (playing) return stop();
    if (calm.matches) return nudge(1);
    if (!scrub(current, frames.get(current) ?? 0)) return say("No stills for this take");
    playing = setInterval(() => scrub(current, ((frames.get(current) ?? 0) + 1) % TILES), 120);
  }

  function nudge(by) {
    stop();
    if (current < 0) return;
    const at = frames.get(current);
    if (!scrub(current, at === undefined ? 0 : (at + by + TILES) % TILES)) say("No stills for this take");
  }

  function pointAt(event, still) {
    const box = still.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * TILES);
  }

  const indexOf = (node) => Number(node.closest(".card").id.slice(1));

  for (const [i, card] of cards.entries()) {
    const still = card.querySelector(".still");
    still.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) {
        stop();
        scrub(i, pointAt(event, still));
      }
    });
    still.addEventListener("pointerleave", () => playing && i === current || rest(i));
    still.addEventListener("pointercancel", () => rest(i));
  }

  // Judging

  function judge(i, verdict, onward) {
    change(i, "verdict", verdict);
    say(data.takes[i].label + ": " + verdict);
    if (onward) step(1);
  }

  function rate(i, stars, onward) {
    change(i, "stars", stars);
    say(data.takes[i].label + ": " + stars + (stars === 1 ? " star" : " stars"));
    if (onward) step(1);
  }

  function note(i) {
    const dialog = $("note");
    $("note-title").textContent = "Note on " + data.takes[i].label;
    $("note-text").value = noteOf(i);
    dialog.returnValue = "";
    dialog.onclose = () => {
      const text = $("note-text").value.trim();
      if (dialog.returnValue === "ok" && text !== noteOf(i)) change(i, "note", text);
      go(i);
    };
    dialog.showModal();
    $("note-text").focus();
  }

  function save() {
    const text = document_();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = "picks.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    const count = picks.size === 1 ? "1 take" : picks.size + " takes";
    $("saved-told").textContent = picks.size
      ? "Saved picks.json with what you decided on " + count + "."
      : "Saved picks.json; you have not decided anything yet.";
    $("saved-text").value = text;
    $("saved").showModal();
  }

  async function copy() {
    const area = $("saved-text");
    area.select();
    try {
      await navigator.clipboard.writeText(area.value);
    } catch {
      document.execCommand("copy");
    }
    $("copy").textContent = "Copied";
  }

  document.querySelector("main").addEventListener("click", (event) => {
    const node = event.target;
    if (!node.closest(".card")) return;
    const i = indexOf(node), button = node.closest("button");
    if (i !== current) go(i, !button);
    if (!button) return;
    if (button.dataset.judge) judge(i, button.dataset.judge === verdictOf(i) ? "unreviewed" : button.dataset.judge);
    else if (button.dataset.star) rate(i, Number(button.dataset.star) === starsOf(i) ? 0 : Number(button.dataset.star));
    else if ("note" in button.dataset) note(i);
    else if (button.classList.contains("stack")) toggleStack(i);
  });
  document.addEventListener("focusin", (event) => {
    const card = event.target.closest?.(".card");
    if (card && Number(card.id.slice(1)) !== current) go(Number(card.id.slice(1)), false);
  });

  const moves = {
    ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowDown: () => row(true), ArrowUp: () => row(false),
    j: () => step(1), k: () => step(-1), " ": play, ",": () => nudge(-1), ".": () => nudge(1),
    "/": () => $("search").focus(), "?": () => $("help").showModal(), s: save,
  };
  const verdicts = { p: "circled", x: "ng", h: "hold", u: "unreviewed" };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.matches("input[type=search], textarea");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
      event.preventDefault();
      return undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing) {
      if (event.key === "Escape" || event.key === "Enter") {
        if (event.key === "Escape") $("search").value = "";
        sift();
        event.target.blur();
        if (current < 0) step(1);
        else go(current);
      }
      return;
    }
    if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
    if (event.key === " " && event.target.matches("button, summary")) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const digit = /^(?:Digit|Numpad)([0-5])$/.exec(event.code)?.[1];
    if (name in moves) moves[name]();
    else if (name === "Escape") rest(Math.max(0, current));
    else if (current < 0 && (name in verdicts || digit)) step(1);
    else if (name in verdicts) judge(current, verdicts[name], event.shiftKey);
    else if (digit !== undefined) rate(current, Number(digit), event.shiftKey);
    else if (name === "e" && current >= 0) toggleStack(current);
    else if (name === "n" && current >= 0) note(current);
    else return;
    event.preventDefault();
  });

  $("search").addEventListener("input", sift);
  $("undo").addEventListener("click", undo);
  $("save").addEventListener("click", save);
  $("copy").addEventListener("click", copy);
  $("help-open").addEventListener("click", () => $("help").showModal());
  $("show-all").addEventListener("click", () => {
    $("search").value = "";
    choose("all");
  });
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => choose(button.dataset.show));
  }
  $("size").addEventListener("input", (event) => {
    document.documentElement.style.setProperty("--thumb", event.target.value + "px");
    for (const over of document.querySelectorAll(".scrub")) over.style.backgroundImage = "";
  });
  addEventListener("beforeprint", stop);

  recall();
  cards.forEach((_, i) => paint(i));
  tally();
  if (cards.length) {
    cards[0].querySelector("article").tabIndex = 0;
    if (picks.size) say(picks.size + (picks.size === 1 ? " pick" : " picks") + " kept from last time");
  }
})();
