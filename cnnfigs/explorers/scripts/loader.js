// Adds the scripts of an explorer when it comes near the reader's view or is named in the address, never in the first load.
(() => {
  "use strict";
  const base = document.currentScript.src;
  const added = new Set();

  function start(element) {
    const { scripts, version } = element.dataset;
    for (const name of scripts.split(" ")) {
      if (added.has(name)) continue;
      added.add(name);
      const src = new URL(`${name}?v=${version}`, base).href;
      document.head.append(Object.assign(document.createElement("script"), { src, async: false })); // in this order
    }
  }

  function observe() {
    const explorers = document.querySelectorAll("[data-scripts]");
    const observer = new IntersectionObserver(
      (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && start(target)),
      { rootMargin: "600px" },
    );
    explorers.forEach((element) => observer.observe(element));
    const named = () => explorers.forEach((element) => location.hash.includes(`${element.id}?`) && start(element));
    addEventListener("hashchange", named);
    named();
  }

  if (document.readyState === "complete") observe();
  else addEventListener("load", observe);
})();
