/* The transport of the page: it is given the columns of a run, and tells Python where the visitor pauses, once it rests. */
window.pfvizPlay = function pfvizPlay({ element, props, trigger, watch }) {
  const REST = 450; // milliseconds
  const replay = window.pfvizReplay;
  trigger = pfvizInTurn(trigger);
  let timer = 0;
  let told = null; // the step that Python knows of
  pfvizTransport(element);
  document.addEventListener("pfviz:moment", ({ detail }) => {
    clearTimeout(timer);
    const step = replay.run && detail.p >= replay.run.T ? null : detail.step; // null: the latest
    if (detail.playing || detail.following || !replay.run || step === told) return;
    timer = setTimeout(() => {
      told = step;
      trigger("select", { moment: step });
    }, REST);
  });
  const receive = () => {
    const columns = props.value ? JSON.parse(props.value) : null;
    if (columns?.run !== replay.run?.run) told = null;
    replay.load(columns);
  };
  watch("value", receive);
  receive();
};
