// In ./dev run only: reloads the page when a file was saved and published.
(async () => {
  let since = null;
  for (;;) {
    try {
      const answer = await fetch(since === null ? "/dev/changes" : `/dev/changes?since=${since}`, { cache: "no-store" });
      if (answer.status === 404) return;
      const news = await answer.json();
      if (since !== null && news.version !== since && !news.faults.some((line) => line.includes("(error"))) location.reload();
      news.faults.forEach((line) => console.warn(line));
      since = news.version;
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
})();
