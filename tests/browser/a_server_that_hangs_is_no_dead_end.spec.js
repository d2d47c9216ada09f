// The server takes what is sent, and never answers.
import { expect, test } from "./fixtures.js";

const hang = () => new Promise(() => {});

test("what is read is given up, and can be asked for again", async ({ page, signedIn }) => {
  await page.route("**/session", hang, { times: 1 });
  await page.reload();
  await expect(signedIn.heading("The server cannot be reached")).toBeVisible();
  await expect(page.getByText("The server does not answer.")).toBeVisible();
  await signedIn.button("Try again").click();
  await expect(signedIn.row("Admin")).toBeVisible();
});

test("a form that waits can be left, and says what may have come of it", async ({ page, signedIn, workspace }) => {
  await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  await page.route("**/access-tokens**", (route) => (route.request().method() === "GET" ? route.continue() : hang()));
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Nightly", scopes: ["read"] });
  await signedIn.newToken.create.click();
  await page.keyboard.press("Escape");
  await expect(signedIn.newToken.dialog).toBeHidden();
  await expect(page.getByRole("status").filter({ hasText: "“Nightly”: It may have been made" })).toBeVisible();

  await page.route("**/access-tokens/**", (route) => (route.request().method() === "GET" ? route.continue() : hang()));
  const dialog = await signedIn.openEdit("CI Deploy");
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Weekly");
  await dialog.getByRole("button", { name: "Save changes", exact: true }).click();
  await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(
    page.getByRole("status").filter({ hasText: "“CI Deploy”: The change may have been made" }),
  ).toBeVisible();
});
