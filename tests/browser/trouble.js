// Whatever a browser complains about: errors on the console (among them every breach of the Content-Security-Policy),
// errors of scripts, and requests to anybody but the server that is tested.
import { expect } from "@playwright/test";

// How a page learns that nobody is signed in, or nobody any more. Browsers write every such answer to the console.
const NOBODY_SIGNED_IN = /status of 401/;

export class Trouble {
  #found = [];
  #expected = [];

  watch(context, origin) {
    const isStrange = (url) => !url.startsWith(`${origin}/`);
    context.on("console", (message) => {
      const words = `${message.text()} ${message.location().url}`;
      if (["error", "warning"].includes(message.type())) this.#found.push(words);
    });
    context.on("weberror", (error) => this.#found.push(String(error.error())));
    context.on("request", (request) => isStrange(request.url()) && this.#found.push(`request to ${request.url()}`));
  }

  // Says that this is going to be complained about. If it is not, the test fails too.
  expect(...patterns) {
    this.#expected.push(...patterns);
  }

  check() {
    const matches = (pattern) => this.#found.some((words) => pattern.test(words));
    const known = [NOBODY_SIGNED_IN, ...this.#expected];
    expect(
      this.#found.filter((words) => !known.some((pattern) => pattern.test(words))),
      "trouble",
    ).toEqual([]);
    expect(this.#expected.filter((pattern) => !matches(pattern)).map(String), "trouble that did not come").toEqual([]);
  }
}
