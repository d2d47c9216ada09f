// Whoever asks the system for less motion gets none.
import { expect, test } from "./fixtures.js";

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("on pages, in dialogs, and while it waits", async ({ page, signedIn, workspace, edgeSwitch }) => {
  await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  await expect(signedIn.row("CI Deploy")).toBeVisible();
  await signedIn.openRevoke("CI Deploy");
  expect(await page.evaluate(moving)).toEqual([]);
  await edgeSwitch.pause();
  await signedIn.revokeDialog("CI Deploy").getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Revoking: waiting")).toBeVisible();
  expect(await page.evaluate(moving)).toEqual([]);
});

test("and else something moves, so that this test can tell", async ({ browser, baseURL, workspace }) => {
  const page = await browser.newPage({ baseURL, reducedMotion: "no-preference" });
  await page.goto("/");
  await page.getByLabel("Access token", { exact: true }).fill(workspace.token);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("button", { name: "New Token", exact: true }).click();
  expect(await page.evaluate(canMove)).toBe(true);
  await page.close();
});

// In the page: animations and transitions that take longer than the blink of an eye.
function moving() {
  const running = document.getAnimations().map(({ effect }) => effect.getComputedTiming());
  return running.filter(({ duration, iterations }) => duration * Math.min(iterations, 1) > 10);
}

// In the page: whether anything of the style sheet moves at all.
function canMove() {
  const times = ({ transitionDuration, animationDuration }) =>
    `${transitionDuration}, ${animationDuration}`.split(", ");
  return [...document.querySelectorAll("*")].some((element) =>
    times(getComputedStyle(element)).some((time) => parseFloat(time) > 0.01),
  );
}
