// A refusal says that the page was old: what it shows is fetched again at once, and not with the next round.
import { expect, test } from "./fixtures.js";

test("a token that somebody else has revoked", async ({ page, signedIn, workspace, trouble }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  const dialog = await signedIn.openRotate("CI Deploy");
  await signedIn.hide();
  await workspace.api("DELETE", `/access-tokens/${id}`);
  trouble.expect(/status of 409/);
  await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("was revoked");
  await expect(signedIn.row("CI Deploy")).toBeHidden();
  await expect(page.getByText("1 of 50 tokens used")).toBeVisible();
});

test("a plan that somebody else has filled", async ({ page, signedIn, workspace, trouble }) => {
  await signedIn.openNewToken();
  await signedIn.hide();
  await Promise.all(Array.from({ length: 49 }, (_, index) => workspace.makeToken({ name: `Runner ${index}` })));
  await signedIn.newToken.fill({ name: "Late", scopes: ["read"] });
  trouble.expect(/status of 403/);
  await signedIn.newToken.create.click();
  await expect(signedIn.newToken.dialog).toContainText("The plan allows 50 live tokens");
  await expect(page.getByText("50 of 50 tokens used")).toBeVisible();
});

test("and rights that somebody else has taken, with the reason in sight", async ({ dashboard, workspace, trouble }) => {
  const { id, token } = await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  await dashboard.signIn(token);
  await dashboard.openNewToken();
  await dashboard.hide();
  await workspace.api("PATCH", `/access-tokens/${id}`, { scopes: ["read"] });
  await dashboard.newToken.fill({ name: "Late", scopes: ["read"] });
  trouble.expect(/status of 403/);
  await dashboard.newToken.create.click();
  await expect(dashboard.newToken.dialog.getByRole("alert")).toContainText("admin");
  await expect(dashboard.button("New Token")).toHaveCount(0);
  await expect(dashboard.newToken.dialog).toBeVisible();
});
