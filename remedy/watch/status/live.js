"use strict";
// The page anew every few seconds: what is unfolded, focused and scrolled to stays so, and nothing is taken from under
// whoever selects words. Where it can't be had, the reader is told how old it is.
const EVERY = 10000, PATIENCE = 10000; // milliseconds
const parts = ["header", "main"];

function say(words) {
  const live = document.getElementById("live");
  if (live.textContent !== words) live.textContent = words;
}

function show(fresh) {
  const focused = document.activeElement?.id, [x, y] = [scrollX, scrollY];
  for (const it of document.querySelectorAll("details")) {
    const same = fresh.getElementById(it.id);
    if (same) same.open = it.open;
  }
  for (const part of parts) document.querySelector(part).replaceWith(fresh.querySelector(part));
  document.title = fresh.title;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  scrollTo({ left: x, top: y, behavior: "instant" });
}

async function renew() {
  if (document.hidden || !getSelection().isCollapsed) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    say(`Live: renewed every ${EVERY / 1000} s.`);
  } catch {
    say("Not live: the monitor does not answer as it should, and this page is as old as it says above.");
  }
}

async function always() {
  await renew();
  setTimeout(always, EVERY);
}

document.addEventListener("visibilitychange", renew);
setTimeout(always, EVERY);
