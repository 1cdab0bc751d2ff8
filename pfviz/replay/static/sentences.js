/* What happens at a moment of a run, in one sentence: `pfvizSentence(run, step, phase)`. The numbers are the run's facts. */
(() => {
  "use strict";
  const WORDS = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(" ");
  const inWords = (count) => WORDS[count] ?? String(count);
  const capital = (text) => text[0].toUpperCase() + text.slice(1);
  const percent = (share) => `${share > 0 && share < 0.01 ? "under 1" : Math.round(100 * share)}%`;

  const SAY = {
    write({ N, facts }, t) {
      const count = facts.writing[t - 1];
      if (!count) return `Step ${t}: nobody writes, as all have finished.`;
      const which = t === 1 ? "first" : "next";
      const told = count === 1 ? `one particle writes its ${which} line` : `${inWords(count)} particles write their ${which} line`;
      const rest = N - count;
      return `Step ${t}: ${told}${rest ? `; ${rest === 1 ? "one has" : `${inWords(rest)} have`} finished and wait${rest === 1 ? "s" : ""}` : ""}.`;
    },
    score({ facts }, t) {
      if (!facts.writing[t - 1]) return "There is nothing new to score.";
      const [low, high] = [facts.lowest[t - 1].toFixed(2), facts.highest[t - 1].toFixed(2)];
      if (facts.writing[t - 1] === 1) return `The reward model scores it: ${high}.`;
      return low === high ? `The reward model scores each alike: ${low}.` : `The reward model scores each: ${low} to ${high}.`;
    },
    weigh({ N, facts }, t) {
      if (N === 1) return "One particle holds the whole share.";
      const heaviest = facts.heaviest[t - 1];
      if (heaviest < 1.02 / N) return `Scores become shares: all hold the same, one in ${N}.`;
      return `Scores become shares: the heaviest holds ${percent(heaviest)}.`;
    },
    select({ N, T, running, facts }, t) {
      const alive = `${facts.families[t - 1]} of ${N} first steps live on`;
      const last = t === T && !running;
      if (N === 1) return last ? "The solution is complete." : "It goes on alone.";
      if (last) return `The end: ${alive}.`;
      if (facts.resampled[t - 1]) {
        const [died, copied] = [facts.died[t - 1], facts.copied[t - 1]];
        if (!died) return `Each is drawn once, so nobody dies; ${alive}.`;
        return `${capital(inWords(died))} ${died === 1 ? "dies" : "die"}, ${inWords(copied)} ${copied === 1 ? "is" : "are"} copied; ${alive}.`;
      }
      if (facts.even[t - 1]) return `No selection here: the weights are even enough (ESS ${facts.ess[t - 1].toFixed(2)} of 1).`;
      return `No selection here: each goes on alone; ${alive}.`;
    },
  };

  window.pfvizSentence = (run, step, phase) => (phase ? SAY[phase](run, step) : "The problem, before anybody has written a line.");
})();
