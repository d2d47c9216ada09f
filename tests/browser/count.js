// Ends a run with the line by which `cargo xtask test` counts, in the words of Rust's tests.
export default class Count {
  onBegin(_config, suite) {
    this.suite = suite;
  }

  onEnd({ status }) {
    const count = (...outcomes) => this.suite.allTests().filter((test) => outcomes.includes(test.outcome())).length;
    const [passed, failed, ignored] = [count("expected"), count("unexpected", "flaky"), count("skipped")];
    const result = status === "passed" ? "ok" : "FAILED";
    console.log(`test result: ${result}. ${passed} passed; ${failed} failed; ${ignored} ignored`);
  }
}
