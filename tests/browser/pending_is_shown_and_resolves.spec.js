// The edge stands still for a while: what is committed is shown as pending, and becomes effective by itself.
import { expect, test } from "./fixtures.js";

test("when a token is revoked", async ({ page, signedIn, workspace, edgeSwitch }) => {
  const { token, name } = await workspace.makeToken({ name: "CI Deploy" });
  expect(await workspace.deploys(token)).toBe(200);
  await page.reload();
  await signedIn.openRevoke(name);
  await edgeSwitch.pause();
  await signedIn.revokeDialog(name).getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Revoking: waiting until the whole edge refuses it")).toBeVisible();
  await expect(page.getByText("part of the edge has not confirmed yet")).toBeVisible();
  await expect(page.getByText("Refused everywhere since")).toBeHidden();
  await edgeSwitch.resume();
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  expect(await workspace.deploys(token)).toBe(401);
});

test("also in the list and on the token's page", async ({ page, signedIn, workspace, edgeSwitch }) => {
  const { id, name } = await workspace.makeToken({ name: "CI Deploy" });
  await edgeSwitch.pause();
  await workspace.api("DELETE", `/access-tokens/${id}`);
  await page.reload();
  await expect(signedIn.row(name)).toContainText("Pending");
  await signedIn.link(name).click();
  await expect(page.getByRole("main")).toContainText("Pending");
  await edgeSwitch.resume();
  await expect(page.getByRole("main")).not.toContainText("Pending");
  await expect(page.getByRole("main")).toContainText("Revoked");
});

test("when a token is made", async ({ page, signedIn, workspace, edgeSwitch }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
  await edgeSwitch.pause();
  await signedIn.newToken.create.click();
  const token = await signedIn.created.text();
  await expect(signedIn.created.dialog).toContainText(/in a moment/);
  await edgeSwitch.resume();
  await expect(signedIn.created.dialog).not.toContainText(/in a moment/);
  expect(await workspace.deploys(token)).toBe(200);
  await expect(page.getByText("Pending")).toHaveCount(0);
});
