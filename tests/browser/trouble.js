// Whatever a browser complains about: errors on the console (among them every breach of the Content-Security-Policy),
// errors of scripts, and requests to anybody but the server that is tested.
import { expect } from "@playwright/test";

// A browser writes every answer of 401 to the console, and this one only says that nobody is signed in.
const NOBODY_SIGNED_IN = /status of 401 .*\/session$/;

export class Trouble {
  #found = [];
  #expected = [];
  #allowed = [NOBODY_SIGNED_IN];

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

  // Says that this may be complained about.
  allow(...patterns) {
    this.#allowed.push(...patterns);
  }

  check() {
    const matches = (pattern) => this.#found.some((words) => pattern.test(words));
    const known = [...this.#allowed, ...this.#expected];
    expect(
      this.#found.filter((words) => !known.some((pattern) => pattern.test(words))),
      "trouble",
    ).toEqual([]);
    expect(this.#expected.filter((pattern) => !matches(pattern)).map(String), "trouble that did not come").toEqual([]);
  }
}
