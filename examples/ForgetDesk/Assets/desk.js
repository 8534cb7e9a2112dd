// Follows the training without loading the page anew. Everything works without it.
const status = document.querySelector("[data-progress]");
if (status) {
  const bar = status.querySelector("progress");
  const text = status.querySelector("p");
  const follow = async () => {
    try {
      const standing = await (await fetch("/progress", { cache: "no-store" })).json();
      if (standing.isReady || standing.hasFailed) {
        location.reload();
        return;
      }
      bar.value = standing.percent;
      if (text.textContent !== standing.text) text.textContent = standing.text;
    } catch {
      // The server is away; the next turn may find it.
    }
    setTimeout(follow, 2000);
  };
  setTimeout(follow, 2000);
}
