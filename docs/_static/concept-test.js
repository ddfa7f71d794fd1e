// The concept test: the list of questions becomes a form, and the folded key what it is judged by. Nothing is kept or sent.
(() => {
  const make = (name, attributes = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };

  // Where each idea is taught: the page's own list has the links.
  const taught = new Map();
  document.querySelectorAll(".cnn-ideas li").forEach((each) => {
    taught.set(each.querySelector("strong").textContent, [...each.querySelectorAll("a")]);
  });

  for (const test of document.querySelectorAll(".cnn-concept-test")) {
    const { form, version } = test.dataset;
    const key = test.querySelector("details");
    const keys = [...key.querySelectorAll(":scope > ol > li")];
    const questions = [...test.querySelectorAll(":scope > ol > li")].map((place, number) => {
      const asked = place.querySelector(".cnn-asked");
      const list = place.querySelector("ol");
      const said = [...keys[number].querySelectorAll("li")];
      const name = place.dataset.item;
      const legend = make("legend", {}, ...asked.childNodes);
      const fieldset = make("fieldset", {}, legend);
      const before = place.querySelector("p:not(.cnn-asked)");
      if (before) {
        before.id = `${name}-before`;
        fieldset.setAttribute("aria-describedby", before.id);
      }
      [...list.children].forEach((option, at) => {
        const radio = make("input", { type: "radio", name, value: at });
        fieldset.append(make("label", {}, radio, make("span", {}, ...option.childNodes)));
      });
      asked.remove();
      list.replaceWith(fieldset);
      const chosen = () => fieldset.querySelector(":checked");
      return { place, fieldset, legend, said, name, idea: place.dataset.idea, chosen };
    });

    const show = make("button", { type: "button" }, "Show my result");
    const copy = make("button", { type: "button" }, "Copy my answers");
    const again = make("button", { type: "button", hidden: "" }, "Begin again");
    const told = make("p", { role: "status" });
    const result = make("section", { class: "cnn-result", hidden: "", "aria-label": `Result of form ${form}` });
    test.insertBefore(make("div", { class: "cnn-buttons" }, show, copy, again), key);
    test.insertBefore(told, key);
    test.insertBefore(result, key);
    // Who answers does not look it up; it comes back with the result, and on paper there is none.
    key.hidden = true;

    const answers = () =>
      Object.fromEntries(
        questions.map(({ name, said, chosen }) => [name, chosen() ? said[chosen().value].dataset.option : null]),
      );
    const open = () => questions.filter(({ chosen }) => !chosen());
    const isRight = ({ said, chosen }) => Boolean(chosen() && "right" in said[chosen().value].dataset);

    function judge() {
      const left = open();
      if (left.length && !told.dataset.warned) {
        told.dataset.warned = "yes";
        const numbers = left.map((each) => questions.indexOf(each) + 1).join(", ");
        told.textContent = `Not answered yet: ${numbers}. Press again to see the result without them.`;
        left[0].fieldset.querySelector("input").focus();
        return;
      }
      told.textContent = "";
      const ideas = new Map();
      for (const each of questions) {
        each.fieldset.disabled = true;
        const chosen = each.chosen();
        const right = isRight(each);
        const words = chosen ? [...each.said[chosen.value].cloneNode(true).childNodes] : ["You left this out."];
        each.place.querySelector(".cnn-said")?.remove();
        each.place.append(make("p", { class: right ? "cnn-said right" : "cnn-said" }, ...words));
        ideas.set(each.idea, [...(ideas.get(each.idea) ?? []), right]);
      }
      const lines = [...ideas].map(([idea, rights]) => {
        const count = rights.filter(Boolean).length;
        const line = make("li", {}, `${idea}: ${count} of ${rights.length}`);
        if (count < rights.length) {
          const links = (taught.get(idea) ?? []).flatMap((link, at) => [at ? ", " : "", link.cloneNode(true)]);
          line.append(". Read ", ...links);
        }
        return line;
      });
      const all = questions.filter(isRight).length;
      const head = make("h3", { tabindex: "-1" }, `${all} of ${questions.length} right`);
      result.replaceChildren(head, make("ul", {}, ...lines), make("p", {}, "Below each question stands what your answer says."));
      result.hidden = false;
      key.hidden = false;
      again.hidden = false;
      show.hidden = true;
      head.focus();
    }

    async function give() {
      const text = JSON.stringify({ test: "cnnfigs concept test", form, version, answers: answers() });
      try {
        await navigator.clipboard.writeText(text);
        told.textContent = "Copied.";
      } catch {
        // Some browsers give no clipboard to pages from a folder.
        const field = make("textarea", { readonly: "", "aria-label": "Your answers" });
        field.value = text;
        told.replaceChildren("Copy this: ", field);
        field.select();
      }
    }

    function clear() {
      for (const { place, fieldset, chosen } of questions) {
        fieldset.disabled = false;
        place.querySelector(".cnn-said")?.remove();
        if (chosen()) chosen().checked = false;
      }
      delete told.dataset.warned;
      told.textContent = "";
      result.hidden = key.hidden = again.hidden = true;
      show.hidden = false;
      questions[0].fieldset.querySelector("input").focus();
    }

    show.addEventListener("click", judge);
    copy.addEventListener("click", give);
    again.addEventListener("click", clear);
  }
})();
