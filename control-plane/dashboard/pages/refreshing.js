// @ts-check
/** How a page fetches what it shows. */

/**
 * A refresh that keeps what went wrong for the page to say, tells whoever asked for it, and shows the page either way.
 * @param {{problem: unknown}} state of the page
 * @param {() => Promise<void>} load
 * @param {() => void} render
 * @param {(problem: unknown) => boolean} [isAnswer] whether a problem is what the page has to say, and no failure
 */
export const refreshing =
  (state, load, render, isAnswer = () => false) =>
  async () => {
    try {
      await load();
      state.problem = null;
    } catch (problem) {
      state.problem = problem;
      if (!isAnswer(problem)) throw problem;
    } finally {
      render();
    }
  };
