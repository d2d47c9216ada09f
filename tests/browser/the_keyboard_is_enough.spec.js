// From sign-in to revoke without a mouse, and the focus is always where a person expects it.
import { expect, test } from "./fixtures.js";

test("for the whole flow", async ({ page, dashboard, workspace }) => {
  await dashboard.open();
  const field = page.getByLabel("Access token", { exact: true });
  await tabTo(page, field);
  await page.keyboard.insertText(workspace.token);
  await page.keyboard.press("Enter");
  await expect(dashboard.heading("Tokens")).toBeVisible();

  const opener = dashboard.button("New Token");
  await tabTo(page, opener);
  await page.keyboard.press("Enter");
  await expect(dashboard.newToken.name).toBeFocused();
  await page.keyboard.type("CI Deploy");
  await tabTo(page, dashboard.newToken.scope("deploy"));
  await page.keyboard.press("Space");
  await expect(dashboard.newToken.scope("deploy")).toBeChecked();
  await tabTo(page, dashboard.newToken.expires("Never (permanent)"));
  await page.keyboard.press("ArrowDown");
  await expect(dashboard.newToken.expires("In 7 days")).toBeChecked();
  await tabTo(page, dashboard.newToken.create);
  await page.keyboard.press("Enter");

  await dashboard.created.text();
  await tabTo(page, dashboard.created.copy);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  await tabTo(page, dashboard.created.done);
  await page.keyboard.press("Enter");
  await expect(dashboard.created.dialog).toBeHidden();
  await expect(opener).toBeFocused();

  const trash = dashboard.row("CI Deploy").getByRole("button", { name: "Revoke CI Deploy", exact: true });
  await tabTo(page, trash);
  await page.keyboard.press("Enter");
  const dialog = dashboard.revokeDialog("CI Deploy");
  // Nothing is revoked by pressing Enter twice.
  await expect(dialog.getByRole("button", { name: "Cancel", exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(trash).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByRole("button", { name: "Revoke token", exact: true }));
  await page.keyboard.press("Enter");
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  await tabTo(page, dashboard.button("Done"));
  await page.keyboard.press("Enter");
  await expect(dashboard.row("CI Deploy")).toBeHidden();
  // Its button is gone; the focus is not lost in the document.
  await expect(page.locator("body")).not.toBeFocused();
  await tabTo(page, dashboard.button("Sign out"), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(dashboard.heading("Sign in")).toBeVisible();
});

test("and starts with a link over the header", async ({ page, signedIn }) => {
  await page.reload();
  await expect(signedIn.row("Admin")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /^Skip to/ })).toBeFocused();
  await expect(page.getByRole("link", { name: /^Skip to/ })).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(signedIn.heading("Tokens")).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.locator("main :focus")).toHaveCount(1);
});

test("and dialogs hold the focus and give it back", async ({ page, signedIn, workspace }) => {
  await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  for (const verb of ["Rotate", "Edit", "Revoke"]) {
    const opener = signedIn.row("CI Deploy").getByRole("button", { name: `${verb} CI Deploy`, exact: true });
    await opener.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog).toBeVisible();
    for (let step = 0; step < 20; step++) {
      await page.keyboard.press("Tab");
      expect(await dialog.evaluate(holdsFocus)).toBe(true);
    }
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(opener).toBeFocused();
  }
});

test("and Esc does not lose at once what was filled in", async ({ page, signedIn }) => {
  await signedIn.openNewToken();
  await page.keyboard.type("CI Deploy");
  await page.keyboard.press("Escape");
  await expect(signedIn.newToken.dialog.getByRole("alert")).toContainText("Press Esc again");
  await expect(signedIn.newToken.name).toHaveValue("CI Deploy");
  await page.keyboard.press("Escape");
  await expect(signedIn.newToken.dialog).toBeHidden();
});

// In the page. Between the last control of a dialog and the first one come the browser's own, of which the page sees its
// body.
const holdsFocus = (dialog) => dialog.contains(document.activeElement) || document.activeElement === document.body;

// Presses Tab until it is there, as often as a page may have controls.
async function tabTo(page, locator, key = "Tab") {
  for (let step = 0; step < 60; step++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(locator).toBeFocused();
}
