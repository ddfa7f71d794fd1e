// Loads what an explorer needs when it comes near the reader's view or the address names it.
(() => {
  "use strict";
  const base = document.currentScript.src;
  const files = new Map();
  /** Milliseconds that a page stands before it fetches what is in view. */
  const IDLE = 500;

  const load = (name, version) => {
    const src = new URL(`${name}?v=${version}`, base).href;
    const loaded = new Promise((onload, onerror) => {
      document.head.append(Object.assign(document.createElement("script"), { src, async: false, onload, onerror })); // in order
    });
    files.set(name, loaded);
    loaded.catch(() => files.delete(name)); // whoever asks again tries again
    return loaded;
  };

  /** Load a file that is not there yet. */
  const need = (name, version) => files.get(name) ?? load(name, version);
  (globalThis.cnn ??= {}).load = need;

  const start = async ({ localName, dataset: { scripts, version } }) => {
    await Promise.all(scripts.split(" ").map((name) => need(name, version)));
    cnn.start(localName);
  };

  // What is in view at once waits until the page has been idle for a moment, or is touched: the page itself comes first.
  let wake;
  const rested = new Promise((resolve) => (wake = resolve));
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "scroll"]) addEventListener(sign, wake, { once: true, passive: true });

  const observe = () => {
    setTimeout(() => (window.requestIdleCallback ?? setTimeout)(wake), IDLE);
    const explorers = document.querySelectorAll("[data-scripts]");
    const near = (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && rested.then(() => start(target)));
    const observer = new IntersectionObserver(near, { rootMargin: "300px" });
    explorers.forEach((element) => observer.observe(element));
    const named = () => explorers.forEach((element) => location.hash.includes(`${element.id}?`) && start(element));
    addEventListener("hashchange", named);
    named();
    // A place of the page may stand before the settings, where browsers do not find it.
    const [place, ...settings] = location.hash.slice(1).split(";");
    const loaded = performance.getEntriesByType("navigation")[0]?.type;
    if (settings.length && loaded === "navigate") document.getElementById(place)?.scrollIntoView();
  };

  if (document.readyState === "complete") observe();
  else addEventListener("load", observe);
})();
