// Pictures come when the reader does.
(() => {
  function show(box) {
    near.unobserve(box);
    const waiting = box.querySelector("noscript");
    if (waiting) box.innerHTML = waiting.textContent;
  }
  const near = new IntersectionObserver(
    (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && show(target)),
    { rootMargin: "150px" },
  );
  const boxes = document.querySelectorAll(".cnn-card .cnn-thumbnail");
  boxes.forEach((box) => near.observe(box));
  addEventListener("beforeprint", () => boxes.forEach(show));
})();

// The gallery's filters: words, a page or a group of pages, a kind. What is chosen stands in the address.
(() => {
  const form = document.querySelector(".cnn-chooser");
  if (!form) return;
  const PLACE = "#pictures?";
  const told = form.querySelector("[role=status]");
  const { words, topic, kind } = form.elements;
  const cards = [...document.querySelectorAll(".cnn-card")].map((card) => {
    const section = card.closest("section");
    return {
      card,
      section,
      kind: card.dataset.kind,
      topics: card.parentElement.dataset.topic.split(" "),
      text: `${section.querySelector("h2").textContent} ${card.textContent}`.toLowerCase(),
    };
  });
  const sections = new Set(cards.map(({ section }) => section));
  const exercises = document.querySelector(".cnn-exercises")?.closest("section");

  function show() {
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filled = new Set();
    let count = 0;
    for (const each of cards) {
      const fits =
        (!topic.value || each.topics.includes(topic.value)) &&
        (!kind.value || each.kind === kind.value) &&
        asked.every((word) => each.text.includes(word));
      each.card.hidden = !fits;
      if (!fits) continue;
      filled.add(each.section);
      count += 1;
    }
    for (const section of sections) section.hidden = !filled.has(section);
    const all = count === cards.length;
    if (exercises) exercises.hidden = !all;
    told.textContent = all ? `${count} in all` : `${count} of ${cards.length}`;
  }

  function tell() {
    const chosen = [...new FormData(form)].filter(([, value]) => value.trim());
    const place = chosen.length ? PLACE + new URLSearchParams(chosen) : location.pathname + location.search;
    history.replaceState(null, "", place);
  }

  // What an address asks for that there is not is left out.
  function read() {
    const named = document.getElementById(location.hash.slice(1))?.closest(".cnn-card");
    if (location.hash.startsWith(PLACE) || named?.hidden) {
      const wanted = new URLSearchParams(named ? "" : location.hash.slice(PLACE.length));
      words.value = wanted.get("words") ?? "";
      for (const field of [topic, kind]) {
        const known = [...field.options].some(({ value }) => value === wanted.get(field.name));
        field.value = known ? wanted.get(field.name) : "";
      }
    }
    show();
    if (named) {
      named.open = true;
      named.scrollIntoView();
    }
  }

  form.addEventListener("input", () => {
    show();
    tell();
  });
  form.addEventListener("reset", () => {
    setTimeout(() => {
      show();
      tell();
    });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", read);
  read();
})();
