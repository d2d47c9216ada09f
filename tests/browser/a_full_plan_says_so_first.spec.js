// Nobody fills a form that cannot be sent.
import { expect, test } from "./fixtures.js";

test.use({ plan: "free" });

test("instead of the form", async ({ page, signedIn, workspace }) => {
  const made = await Promise.all(["A", "B", "C", "D"].map((name) => workspace.makeToken({ name })));
  await page.reload();
  await expect(page.getByText("5 of 5 tokens used")).toBeVisible();
  await signedIn.openNewToken();
  await expect(signedIn.newToken.dialog).toContainText("This workspace uses all 5 tokens of the Free plan.");
  await expect(signedIn.newToken.name).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(signedIn.newToken.dialog).toBeHidden();

  await workspace.api("DELETE", `/access-tokens/${made[0].id}`);
  await page.reload();
  await expect(page.getByText("4 of 5 tokens used")).toBeVisible();
  await signedIn.makeToken({ name: "E" });
  await expect(page.getByText("5 of 5 tokens used")).toBeVisible();
});

test("and replaced tokens in their grace, which do not count, are said not to", async ({
  page,
  signedIn,
  workspace,
}) => {
  const { id } = await workspace.makeToken({ name: "A" });
  await page.reload();
  await expect(page.getByText("2 of 5 tokens used")).toBeVisible();
  await expect(page.getByText("do not count")).toBeHidden();
  await workspace.api("POST", `/access-tokens/${id}/rotate`, { graceSeconds: 3600 });
  await page.reload();
  await expect(page.getByText("1–3 of 3")).toBeVisible();
  await expect(page.getByText("2 of 5 tokens used")).toContainText("Replaced tokens in their grace do not count.");
  await expect(signedIn.row("A")).toHaveCount(2);
});

test("or at last, if somebody else was faster", async ({ signedIn, workspace, trouble }) => {
  await signedIn.openNewToken();
  await Promise.all(["A", "B", "C", "D"].map((name) => workspace.makeToken({ name })));
  await signedIn.newToken.fill({ name: "Late", scopes: ["read"] });
  trouble.expect(/status of 403/);
  await signedIn.newToken.create.click();
  await expect(signedIn.newToken.dialog).toContainText("The plan allows 5 live tokens");
  expect(await workspace.tokens()).toHaveLength(5);
});
