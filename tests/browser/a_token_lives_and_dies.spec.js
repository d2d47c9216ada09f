// The flow of the documentation, to the letter: Tokens, New Token, a name, scopes, copy; then the trash icon.
import { expect, test } from "./fixtures.js";

test("from sign-in to the edge's refusal", async ({ page, dashboard, workspace }) => {
  await dashboard.open();
  await expect(page).toHaveTitle(/Sign in/);
  await dashboard.signIn(workspace.token);
  await expect(dashboard.heading("Tokens")).toBeVisible();
  await expect(page).toHaveTitle("Tokens · Deplo");
  await dashboard.link("Tokens").click();
  await expect(page.getByText("1 of 50 tokens used")).toBeVisible();

  await dashboard.openNewToken();
  for (const scope of ["deploy", "read", "delete", "admin"]) {
    await expect(dashboard.newToken.scope(scope)).not.toBeChecked();
  }
  await dashboard.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
  await dashboard.newToken.create.click();

  const token = await dashboard.created.text();
  expect(await workspace.deploys(token)).toBe(200);
  await dashboard.created.copy.click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  expect(await clipboard(page)).toBe(token);
  await dashboard.created.done.click();
  await expect(dashboard.created.dialog).toBeHidden();
  await expect(dashboard.row("CI Deploy")).toContainText("deploy");
  await expect(page.getByText("2 of 50 tokens used")).toBeVisible();

  await dashboard.openRevoke("CI Deploy");
  const dialog = dashboard.revokeDialog("CI Deploy");
  await expect(dialog).toContainText(token.slice(0, 12));
  await dialog.getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  await expect(dashboard.dialog("“CI Deploy” is revoked")).toBeVisible();
  expect(await workspace.deploys(token)).toBe(401);
  await dashboard.button("Done").click();
  await expect(dashboard.row("CI Deploy")).toBeHidden();
  await expect(page.getByText("1 of 50 tokens used")).toBeVisible();
});

test("and can be cut short by nobody's mistake", async ({ page, signedIn, workspace }) => {
  await workspace.makeToken({ name: "Keep me" });
  await page.reload();
  await signedIn.openRevoke("Keep me");
  await signedIn.revokeDialog("Keep me").getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(signedIn.revokeDialog("Keep me")).toBeHidden();
  await signedIn.openRevoke("Keep me");
  await page.keyboard.press("Escape");
  await expect(signedIn.revokeDialog("Keep me")).toBeHidden();
  expect((await workspace.tokens("active")).map(({ name }) => name)).toContain("Keep me");
});

test("with lines that are ready to paste", async ({ page, signedIn }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
  await signedIn.newToken.create.click();
  const token = await signedIn.created.text();
  await signedIn.created.copyExport.click();
  await expect.poll(() => clipboard(page)).toBe(`export DEPLO_TOKEN=${token}`);
  await signedIn.created.copyCurl.click();
  const line = `curl -H "Authorization: Bearer $DEPLO_TOKEN" ${process.env.EDGE_URL}/access-token`;
  await expect.poll(() => clipboard(page)).toBe(line);
});

test("for as long as was chosen", async ({ signedIn, workspace }) => {
  const days = { "Never (permanent)": null, "In 7 days": 7, "In 30 days": 30, "In 90 days": 90 };
  for (const choice of Object.keys(days)) {
    await signedIn.openNewToken();
    await signedIn.newToken.fill({ name: choice, scopes: ["read"] });
    await signedIn.newToken.expires(choice).check();
    await signedIn.newToken.create.click();
    await signedIn.created.copy.click();
    await signedIn.created.done.click();
  }
  for (const { name, createdAt, expiresAt } of await workspace.tokens("active")) {
    if (name === "Admin") continue;
    const lasts = expiresAt && Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000);
    expect([name, lasts]).toEqual([name, days[name]]);
  }
});

test("until the end of a day that was chosen", async ({ page, signedIn, workspace }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Until", scopes: ["read"] });
  await signedIn.newToken.expires("On a date").check();
  await page.getByLabel("Expiry date", { exact: true }).fill("2099-12-31");
  // The end of that day in UTC is early in the morning of the next one in India.
  await expect(signedIn.newToken.dialog).toContainText(/5:29/);
  await signedIn.newToken.create.click();
  await signedIn.created.text();
  const [until] = (await workspace.tokens("active")).filter(({ name }) => name === "Until");
  expect(until.expiresAt).toMatch(/^2099-12-31T23:59:59/);
});

test("which is not over", async ({ page, signedIn, workspace }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Until", scopes: ["read"] });
  await signedIn.newToken.expires("On a date").check();
  const date = page.getByLabel("Expiry date", { exact: true });
  await date.fill("2020-01-01");
  await signedIn.newToken.create.click();
  await expect(date).toBeFocused();
  await expect(date).toHaveAccessibleDescription(/^That day ended Jan 2, 2020, 05:29 GMT\+5:30; choose a later one\.$/);
  const meaning = signedIn.newToken.dialog.getByText(/^Ends /);
  await expect(meaning).toBeHidden();
  await date.fill("2099-12-31");
  await expect(meaning).toBeVisible();
  expect(await workspace.tokens()).toHaveLength(1);
});

test("only with a name and a scope", async ({ page, signedIn, workspace }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.create.click();
  await expect(signedIn.newToken.name).toBeFocused();
  await expect(signedIn.newToken.name).toHaveAttribute("aria-invalid", "true");
  await signedIn.newToken.name.fill("No scopes");
  await expect(signedIn.newToken.name).not.toHaveAttribute("aria-invalid");
  await signedIn.newToken.create.click();
  await expect(signedIn.newToken.scope("deploy")).toBeFocused();
  await page.keyboard.press("Escape");
  expect(await workspace.tokens()).toHaveLength(1);
});

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());
