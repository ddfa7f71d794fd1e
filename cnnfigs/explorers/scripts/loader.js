// Loads what an explorer needs when it comes near the reader's view or the address names it.
(() => {
  "use strict";
  const base = document.currentScript.src;
  const files = new Map();

  const load = (name, version) => {
    const src = new URL(`${name}?v=${version}`, base).href;
    const loaded = new Promise((onload) => {
      document.head.append(Object.assign(document.createElement("script"), { src, async: false, onload })); // in order
    });
    files.set(name, loaded);
    return loaded;
  };

  const start = async ({ localName, dataset: { scripts, version } }) => {
    await Promise.all(scripts.split(" ").map((name) => files.get(name) ?? load(name, version)));
    cnn.start(localName);
  };

  const observe = () => {
    const explorers = document.querySelectorAll("[data-scripts]");
    const near = (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && start(target));
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
