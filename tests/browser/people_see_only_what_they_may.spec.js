// What a token may not do is not there, instead of failing.
import { expect, test } from "./fixtures.js";

test("with `read` alone: the list, and nothing to change but that one revokes oneself", async ({
  page,
  dashboard,
  workspace,
}) => {
  const { token, id } = await workspace.makeToken({ name: "Reader", scopes: ["read"] });
  await dashboard.signIn(token);
  await expect(dashboard.row("Admin")).toBeVisible();
  await expect(dashboard.button("New Token")).toHaveCount(0);
  await expect(dashboard.link("Audit log")).toHaveCount(0);
  await expect(dashboard.row("Admin").getByRole("button")).toHaveCount(0);
  await expect(dashboard.row("Reader").getByRole("button")).toHaveAccessibleName("Revoke Reader");
  await dashboard.link("Admin").click();
  await expect(dashboard.heading("Admin")).toBeVisible();
  await expect(page.getByRole("button", { name: /^(Rotate|Edit|Revoke) Admin$/ })).toHaveCount(0);
  await expect(dashboard.table("Audit events")).toHaveCount(0);
  await page.goto("/#/audit");
  await expect(dashboard.table("Audit events")).toHaveCount(0);

  await page.goto(`/#/tokens/${id}`);
  await dashboard.button("Revoke Reader").click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Done", exact: true }).click();
  await expect(dashboard.heading("Sign in")).toBeVisible();
  expect((await workspace.tokens("revoked")).map((view) => view.id)).toEqual([id]);
});

test("without `read`: one's own token, which one may revoke", async ({ page, dashboard, workspace }) => {
  const { token, id } = await workspace.makeToken({ name: "Deployer", scopes: ["deploy"] });
  await dashboard.signIn(token);
  await expect(page.getByRole("main")).toContainText("Deployer");
  await expect(page.getByRole("main")).toContainText(token.slice(0, 12));
  await expect(dashboard.tokens).toHaveCount(0);
  await expect(dashboard.button("New Token")).toHaveCount(0);
  await expect(page.getByText("Admin")).toHaveCount(0);
  await dashboard.button("Revoke this token").click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Done", exact: true }).click();
  await expect(dashboard.heading("Sign in")).toBeVisible();
  expect(await workspace.deploys(token)).toBe(401);
  expect((await workspace.tokens("revoked")).map((view) => view.id)).toEqual([id]);
});

test("with a token of a project: that project", async ({ page, dashboard, workspace }) => {
  const other = await workspace.api("POST", "/projects", { name: "Other project" });
  await workspace.makeToken({ name: "Of the other", projectId: other.id });
  const wanted = { name: "Project admin", scopes: ["admin"], projectId: workspace.project };
  const { token, id, createdBy } = await workspace.makeToken(wanted);
  await dashboard.signIn(token);
  await expect(dashboard.row("Project admin")).toBeVisible();
  await expect(dashboard.row("Of the other")).toHaveCount(0);
  await expect(dashboard.row("Admin")).toHaveCount(0);
  await expect(page.getByText("Other project")).toHaveCount(0);
  await dashboard.makeToken({ name: "Of mine" });
  await expect(dashboard.row("Of mine")).toBeVisible();
  const [mine] = (await workspace.tokens()).filter(({ name }) => name === "Of mine");
  expect(mine.projectId).toBe(workspace.project);
  await page.goto(`/#/tokens/${mine.id}`);
  await expect(dashboard.table("Audit events").getByRole("link", { name: "Project admin" }).first()).toBeVisible();
  // Who made the first one is nobody whose page could be seen.
  await page.goto(`/#/tokens/${id}`);
  await expect(page.getByText(createdBy).first()).toBeVisible();
  await expect(page.locator(`a[href$="${createdBy}"]`)).toHaveCount(0);
});

test("with a token that expires: nothing that lasts longer", async ({ dashboard, workspace }) => {
  const expiresAt = new Date(Date.now() + 10 * 86_400_000).toISOString();
  const { token } = await workspace.makeToken({ name: "For ten days", scopes: ["admin"], expiresAt });
  await dashboard.signIn(token);
  await dashboard.openNewToken();
  await expect(dashboard.newToken.expires("In 7 days")).toBeEnabled();
  for (const choice of ["Never (permanent)", "In 30 days", "In 90 days"]) {
    await expect(dashboard.newToken.expires(choice).and(dashboard.page.locator(":enabled"))).toHaveCount(0);
  }
  await dashboard.newToken.fill({ name: "Shorter", scopes: ["read"] });
  await dashboard.newToken.expires("In 7 days").check();
  await dashboard.newToken.create.click();
  await dashboard.created.text();
  const [made] = (await workspace.tokens()).filter(({ name }) => name === "Shorter");
  expect(Date.parse(made.expiresAt)).toBeLessThanOrEqual(Date.parse(expiresAt));
});
