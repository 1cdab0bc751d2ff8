/* Where the visitor looks is told to Python one thing at a time: answers may overtake each other on their way, and the
   page would show an older one for good. The answer to each calls pfvizNextTurn; one that never comes holds up nothing
   for long, and a key that is held down does not repeat faster than Python answers. */
(() => {
  if (window.pfvizInTurn) return;
  const PATIENCE = 3000; // milliseconds
  const MOST_MOVES = 3; // arrow keys that wait
  const waiting = [];
  let timer = 0; // runs while Python has something to answer

  window.pfvizNextTurn = function pfvizNextTurn() {
    clearTimeout(timer);
    const tell = waiting.shift();
    timer = tell ? setTimeout(pfvizNextTurn, PATIENCE) : 0;
    tell?.();
  };

  window.pfvizInTurn = (trigger) => (event, sent) => {
    if (event !== "select" && event !== "move") return trigger(event, sent);
    if (event === "move" && waiting.length >= MOST_MOVES) return;
    waiting.push(() => trigger(event, sent));
    if (!timer) pfvizNextTurn();
  };
})();
