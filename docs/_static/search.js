// The search page: words of the pages that are found, pages that teach before pages that list.
(() => {
  const LISTS = new Set(["glossary", "gallery", "bibliography", "credits", "contributing", "page-template"]);
  const AROUND = [70, 210]; // so many letters, before the word that is found and in all
  Scorer.score = ([page, , , , score]) => (LISTS.has(page) ? score - 100 : score);

  const query = new URLSearchParams(location.search).get("q")?.trim();
  if (!query) return;
  const before = document.getElementById("cnn-before");
  const results = document.getElementById("search-results");
  before.hidden = true;

  // Words are found by their stems, and so "pooled" finds "pooling".
  const stemmer = new Stemmer();
  const stems = splitQuery(query.toLowerCase())
    .filter((word) => !stopwords.has(word))
    .map((word) => (word.length > 3 ? stemmer.stemWord(word).replace(/i$/, "") : word));
  const any = new RegExp(`(?<![\\p{L}\\p{N}])(?:${stems.map(_escapeRegExp).join("|")})[\\p{L}\\p{N}]*`, "giu");
  const has = (text, stem) => new RegExp(`(?<![\\p{L}\\p{N}])${_escapeRegExp(stem)}`, "iu").test(text);

  function best(pieces, place) {
    const there = pieces.filter(([each]) => each === place);
    if (place && there.length) return there[0];
    const count = ([, text]) => stems.filter((stem) => has(text, stem)).length;
    return pieces.reduce((most, piece) => (count(piece) > count(most) ? piece : most), pieces[0]);
  }

  function excerpt(text) {
    const first = text.search(any);
    let from = Math.max(0, first - AROUND[0]);
    if (from > 0) from = text.indexOf(" ", from) + 1;
    let to = Math.min(text.length, from + AROUND[1]);
    if (to < text.length) to = text.lastIndexOf(" ", to);
    const words = text.slice(from, to);
    const shown = document.createElement("p");
    shown.className = "cnn-found";
    shown.append(from > 0 ? "… " : "");
    let done = 0;
    for (const match of words.matchAll(any)) {
      const mark = document.createElement("mark");
      mark.textContent = match[0];
      shown.append(words.slice(done, match.index), mark);
      done = match.index + match[0].length;
    }
    shown.append(words.slice(done), to < text.length ? " …" : "");
    return shown;
  }

  window.searchTexts = (pages) => {
    function explain() {
      for (const item of results.querySelectorAll("ul.search > li:not([data-explained])")) {
        item.dataset.explained = "";
        const link = item.querySelector("a");
        const { pathname, hash } = new URL(link.href);
        const name = Object.keys(pages).find((each) => pathname.endsWith(`/${each}.html`));
        if (!pages[name]?.length) continue;
        const [place, text] = best(pages[name], hash.slice(1));
        if (!hash && place) link.hash = place;
        if (text) item.append(excerpt(text));
      }
      const ended = results.querySelector(".search-summary")?.textContent;
      if (ended && !results.querySelector("li")) before.hidden = false;
    }
    new MutationObserver(explain).observe(results, { childList: true, subtree: true, characterData: true });
    explain();
  };
  document.head.append(Object.assign(document.createElement("script"), { src: "searchtexts.js" }));
})();
