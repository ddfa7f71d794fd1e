// A covered output: the reader says a number before it is shown, and is told what was mistaken.
(() => {
  "use strict";
  const cnn = (window.cnn ??= {});

  /** So many mistakes are told that lead to the same number. */
  const MOST = 3;
  /** The largest number that is taken. */
  const LARGEST = 9999;

  /** Read a number as people write one, a fraction too; none where it is not finished, or too large. */
  cnn.readNumber = (text) => {
    const [, sign, over, under = "1"] = /^([+-]?)(\d*\.?\d*)(?:\/(\d*\.?\d*))?$/.exec(text.replace(/\s/g, "").replace("−", "-").replaceAll(",", ".")) ?? [];
    const value = /\d/.test(over) && /\d/.test(under) ? Number(over) / Number(under) : NaN;
    return value <= LARGEST ? (sign === "-" ? -value : value) : undefined;
  };

  cnn.expected = (label, text) => `${label}: expected a number such as −1, 0.5 or 1/9, got “${text.slice(0, 24)}”.`;

  /** A line to say what a covered number is, and what has been uncovered. */
  cnn.Predictions = class {
    shown = new Set();

    /**
     * @param {(text: string) => void} oncheck for what was typed; nothing, where the reader goes on
     * @param {() => void} onshow
     * @param {(down: number, right: number) => void} onmove
     */
    constructor(oncheck, onshow, onmove) {
      const move = (event) => {
        const [step, { selectionStart, selectionEnd, value }] = [cnn.STEPS[event.key], this.field];
        if (!event.key.startsWith("Arrow") || event.altKey) return;
        if ((step[1] < 0 && selectionEnd > 0) || (step[1] > 0 && selectionStart < value.length)) return; // the caret moves
        event.preventDefault();
        onmove(...step);
      };
      const check = (event) => {
        event.preventDefault(); // it is sent nowhere
        oncheck(this.field.value);
      };
      this.field = cnn.make("input", { autocomplete: "off", onkeydown: move });
      this.name = cnn.make("span");
      this.form = cnn.make(
        "form",
        { class: "controls player", onsubmit: check },
        cnn.make("label", { class: "said" }, this.name, this.field),
        cnn.make("button", { class: "primary" }, "Check"),
        cnn.button("Show it", onshow),
      );
    }

    /** Ask for the number of another place. */
    ask(place) {
      if (this.name.textContent !== place) this.field.value = "";
      this.name.textContent = place;
    }

    /** Whether what was typed is a number, as precisely as it was typed: to a tenth at least. */
    meets(value) {
      const digits = Math.max(/[.,/](\d*)\s*$/.exec(this.field.value)?.[1].length ?? 0, 1); // a fraction is precise enough
      return Math.abs(cnn.readNumber(this.field.value) - value) <= 0.5 / 10 ** digits + 1e-9;
    }

    /** Say what is wrong with what was typed. @param {[string, number][]} mistakes rules that give wrong numbers */
    wrong(value, mistakes) {
      const given = cnn.readNumber(this.field.value);
      const rules = mistakes.filter(([, other]) => this.meets(other)).map(([rule]) => rule);
      const told = rules.length ? `That would be right if ${rules.slice(0, MOST).join(", or if ")}.` : `It is ${value > given ? "larger" : "smaller"}.`;
      return `No, not ${cnn.number(given, 4)}. ${told}`;
    }
  };
})();
