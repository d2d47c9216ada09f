// `cargo xtask test --browser` and `cargo xtask screenshots` start the system and call Playwright with this; see
// xtask/src/browser.rs.
import { defineConfig } from "@playwright/test";

const { CHROMIUM, CONTROL_PLANE_URL, STAGE_URL } = process.env;
if (!STAGE_URL) throw new Error("there is no system to test; `cargo xtask test --browser` starts it");

const OUTPUT = "../../target/browser";

// Files with tests that stop the edge.
const STOPPING = [
  "axe_finds_nothing.spec.js",
  "motion_can_be_reduced.spec.js",
  "pending_is_shown_and_resolves.spec.js",
];

export default defineConfig({
  testDir: ".",
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // For a busy machine: no test is about how long something takes.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["./count.js"]],
  use: {
    baseURL: CONTROL_PLANE_URL,
    launchOptions: {
      executablePath: CHROMIUM,
      // The sandbox does not work for root.
      chromiumSandbox: process.getuid() !== 0,
      args: ["--disable-gpu", "--disable-quic"],
    },
    locale: "en-US",
    // Neither UTC nor whole hours from it, so that a time that is shown in UTC by mistake is seen to be wrong.
    timezoneId: "Asia/Kolkata",
    permissions: ["clipboard-read", "clipboard-write"],
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "tests", testMatch: "*.spec.js", testIgnore: STOPPING, outputDir: `${OUTPUT}/tests` },
    // One after the other, and after all others: there is one edge.
    { name: "stopping", testMatch: STOPPING, workers: 1, outputDir: `${OUTPUT}/stopping` },
    { name: "screenshots", testMatch: "screenshots.js", workers: 1, outputDir: `${OUTPUT}/screenshots` },
  ],
});
