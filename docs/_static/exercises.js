// Exercises that reply: a choice or a number, the sentence for it, and the same with other numbers.
// All of it stands in the page: each sentence of the solution says what it replies to, a template holds other numbers.
// What was solved stays in this browser; site.js counts and forgets it.
(() => {
  const KEY = "exercises solved";
  const UNKNOWN = " is not right, and none of the usual mistakes leads to it.";
  // Who forbids the browser to keep anything answers without being counted.
  const kept = (action) => { try { return action(); } catch { return null; } };
  const recall = () => kept(() => JSON.parse(localStorage.getItem(KEY))) ?? {};

  const titled = (words) => `${words[0].toUpperCase()}${words.slice(1)} `;

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  document.querySelectorAll("[data-exercise]").forEach((box, place) => {
    const { exercise: name, fields: names } = box.dataset;
    const fields = names?.split("|");
    const templates = [...box.querySelectorAll("template")];
    const variants = templates.map(({ content }) => content);
    variants.unshift(document.createDocumentFragment());
    variants[0].append(...[...box.children].filter((each) => !templates.includes(each)));

    const answers = make("fieldset", { className: fields ? "cnn-typed" : "" });
    answers.setAttribute("aria-labelledby", `exercise-${place}`);
    const again = make("button", { type: "button", hidden: true, textContent: "The same with other numbers" });
    const reply = make("output");
    const told = make("p", { className: "cnn-solved", hidden: true });
    const buttons = make("div", { className: "cnn-buttons" }, make("button", { textContent: "Check" }), again, told);
    const form = make("form", { autocomplete: "off" }, answers, buttons, reply);
    let shown;

    function tell() {
      const solved = recall()[name] ?? [];
      told.hidden = solved.length === 0;
      const words = `Solved with ${solved.length} of ${variants.length} sets of numbers`;
      told.replaceChildren(make("span", { className: "cnn-read" }), words);
      return solved;
    }

    function ask(number) {
      shown = number;
      const [question, choices, solution] = variants[number].cloneNode(true).children;
      question.id = `exercise-${place}`;
      question.tabIndex = -1;
      if (fields) {
        const input = () => make("input", { type: "number", step: "any", required: true });
        answers.replaceChildren(...fields.map((field) => make("label", {}, titled(field), input())));
      } else {
        for (const [index, choice] of [...choices.children].entries()) {
          const input = { type: "radio", name: question.id, value: "ABCDEFGH"[index], required: true };
          choice.replaceChildren(make("label", {}, make("input", input), make("span", {}, ...choice.childNodes)));
        }
        answers.replaceChildren(choices);
      }
      reply.className = "";
      reply.replaceChildren();
      box.replaceChildren(question, form, ...(fields ? [choices] : []), solution, ...templates);
      box.classList.toggle("cnn-typing", Boolean(fields));
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const inputs = [...answers.querySelectorAll("input")];
      const given = fields ? inputs.map((each) => each.valueAsNumber).join(" ") : inputs.find((each) => each.checked).value;
      const sentence = [...box.querySelectorAll("[data-for]")].find((each) => each.dataset.for === given);
      const right = sentence?.localName === "p";
      reply.className = right ? "cnn-right" : "cnn-wrong";
      reply.replaceChildren(
        ...(sentence?.cloneNode(true).childNodes ?? [make("strong", {}, given.replaceAll(" ", ", ")), UNKNOWN]),
        right ? "" : " Try again.",
      );
      again.hidden = variants.length < 2;
      if (!right) return;
      const solved = recall();
      solved[name] = [...new Set([...(solved[name] ?? []), shown])];
      kept(() => localStorage.setItem(KEY, JSON.stringify(solved)));
      tell();
    });

    again.addEventListener("click", () => {
      ask((shown + 1) % variants.length);
      box.firstElementChild.focus();
    });

    addEventListener("storage", tell);
    // Who comes back finds numbers that are new.
    const solved = tell();
    ask(Math.max(0, variants.findIndex((_, number) => !solved.includes(number))));
  });
})();
