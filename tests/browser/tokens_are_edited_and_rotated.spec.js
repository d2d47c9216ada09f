// Changes that are no revocations.
import { expect, test } from "./fixtures.js";

test("a name and scopes are edited, and the edge follows", async ({ page, signedIn, workspace }) => {
  const { token } = await workspace.makeToken({ name: "CI Deploy", scopes: ["deploy", "read"] });
  expect(await workspace.deploys(token)).toBe(200);
  await page.reload();
  const dialog = await signedIn.openEdit("CI Deploy");
  const name = dialog.getByRole("textbox", { name: "Name", exact: true });
  await expect(name).toHaveValue("CI Deploy");
  await expect(dialog.getByRole("checkbox", { name: "deploy", exact: true })).toBeChecked();
  await name.fill("Nightly");
  await dialog.getByRole("checkbox", { name: "deploy", exact: true }).uncheck();
  await dialog.getByRole("button", { name: "Save changes", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(signedIn.row("Nightly")).toContainText("read");
  await expect(signedIn.row("Nightly")).not.toContainText("deploy");
  expect(await workspace.deploys(token)).toBe(403);
});

test("what another one has changed meanwhile is not overwritten", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy", scopes: ["deploy", "read"] });
  await page.reload();
  const dialog = await signedIn.openEdit("CI Deploy");
  const scope = (name) => dialog.getByRole("checkbox", { name, exact: true });
  const save = dialog.getByRole("button", { name: "Save changes", exact: true });
  await workspace.api("PATCH", `/access-tokens/${id}`, { scopes: ["read"] });
  await scope("delete").check();
  await save.click();
  await expect(dialog.getByRole("alert")).toContainText("This token was changed meanwhile");
  expect(await scopesOf(workspace, id)).toEqual(["read"]);

  // The change is made of what it is now.
  await expect(scope("deploy")).not.toBeChecked();
  await expect(scope("delete")).not.toBeChecked();
  await scope("delete").check();
  await save.click();
  await expect(dialog).toBeHidden();
  expect(await scopesOf(workspace, id)).toEqual(["read", "delete"]);
});

test("not even at the last moment", async ({ page, signedIn, workspace, trouble }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy", scopes: ["deploy", "read"] });
  await page.reload();
  const dialog = await signedIn.openEdit("CI Deploy");
  await dialog.getByRole("checkbox", { name: "delete", exact: true }).check();
  // Between the dialog's look and its change.
  await page.route(`**/access-tokens/${id}`, async (route) => {
    if (route.request().method() !== "PATCH") return route.fallback();
    await workspace.api("PATCH", `/access-tokens/${id}`, { scopes: ["read"] });
    await route.continue();
  });
  trouble.expect(/status of 412/);
  await dialog.getByRole("button", { name: "Save changes", exact: true }).click();
  await expect(dialog.getByRole("alert")).toContainText("This token was changed meanwhile");
  expect(await scopesOf(workspace, id)).toEqual(["read"]);
});

test("and a change whose answer was lost is not taken for another one's", async ({
  page,
  signedIn,
  workspace,
  trouble,
}) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy", scopes: ["read"] });
  await page.reload();
  const dialog = await signedIn.openEdit("CI Deploy");
  let losses = 0;
  await page.route(`**/access-tokens/${id}`, async (route) => {
    if (route.request().method() !== "PATCH" || losses++ > 0) return route.fallback();
    await route.fetch();
    await route.abort("connectionreset");
  });
  trouble.expect(/ERR_CONNECTION_RESET/, /status of 412/);
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Nightly");
  await dialog.getByRole("button", { name: "Save changes", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(signedIn.row("Nightly")).toBeVisible();
});

test("what cannot be saved says why, beside the field", async ({ page, signedIn, workspace, trouble }) => {
  trouble.expect(/status of 422/);
  await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  const dialog = await signedIn.openEdit("CI Deploy");
  const name = dialog.getByRole("textbox", { name: "Name", exact: true });
  await name.fill("  ");
  await dialog.getByRole("button", { name: "Save changes", exact: true }).click();
  await expect(name).toBeFocused();
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/\w/);
});

test("a rotated token dies at once if that was chosen", async ({ page, signedIn, workspace }) => {
  const { token: old } = await workspace.makeToken({ name: "CI Deploy" });
  expect(await workspace.deploys(old)).toBe(200);
  await page.reload();
  const dialog = await signedIn.openRotate("CI Deploy");
  await expect(dialog).toContainText(old.slice(0, 12));
  await dialog.getByRole("radio", { name: "At once", exact: true }).check();
  await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
  const token = await signedIn.created.text();
  expect(token).not.toBe(old);
  expect([await workspace.deploys(old), await workspace.deploys(token)]).toEqual([401, 200]);
  await signedIn.created.copy.click();
  await signedIn.created.done.click();
  await expect(signedIn.row("CI Deploy")).toHaveCount(1);
});

test("or lives on for a while, and is not rotated again", async ({ page, signedIn, workspace }) => {
  const { token: old, id } = await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  const dialog = await signedIn.openRotate("CI Deploy");
  await dialog.getByRole("radio", { name: "After 1 hour", exact: true }).check();
  await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
  const token = await signedIn.created.text();
  await expect(signedIn.dialog("Token rotated")).toContainText("The old token works until ");
  expect([await workspace.deploys(old), await workspace.deploys(token)]).toEqual([200, 200]);
  await signedIn.created.copy.click();
  await signedIn.created.done.click();
  const rows = signedIn.row("CI Deploy");
  await expect(rows).toHaveCount(2);
  await expect(rows.getByRole("button", { name: "Rotate CI Deploy", exact: true })).toHaveCount(1);
  await expect(rows.getByRole("button", { name: "Revoke CI Deploy", exact: true })).toHaveCount(2);
  const { data: events } = await workspace.api("GET", `/audit-events?tokenId=${id}`);
  const rotated = events.find(({ action }) => action === "token.rotated");
  const { supersededUntil } = rotated.after;
  expect(Date.parse(supersededUntil) - Date.parse(rotated.at)).toBe(60 * 60_000);
  const replaced = rows.filter({ hasText: "replaced, works until then" });
  await expect(replaced.locator(`time[datetime="${supersededUntil}"]`)).toHaveText(/^in (1 hour|\d+ minutes)$/);
  await page.goto(`/#/tokens/${id}`);
  await expect(page.getByRole("main").locator("dl")).toContainText("replaced, works until then");
});

test("and whoever is signed in with it is told", async ({ page, dashboard, workspace }) => {
  const { token, id } = await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  await dashboard.signIn(token);
  await expect(dashboard.row("Second")).toBeVisible();
  await expect(dashboard.header).not.toContainText("was replaced");
  await workspace.api("POST", `/access-tokens/${id}/rotate`, { graceSeconds: 3600 });
  await page.reload();
  await expect(dashboard.header).toContainText("was replaced, and works until");
});

test("and each of it is told on the token's page", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy", scopes: ["deploy"] });
  await workspace.api("PATCH", `/access-tokens/${id}`, { name: "Nightly", scopes: ["deploy", "read"] });
  await workspace.api("POST", `/access-tokens/${id}/rotate`, { graceSeconds: 3600 });
  await page.goto(`/#/tokens/${id}`);
  await expect(signedIn.heading("Nightly")).toBeVisible();
  const events = signedIn.table("Audit events");
  await expect(events.getByRole("row").filter({ hasText: "created" })).toHaveCount(1);
  await expect(events.getByRole("row").filter({ hasText: "rotated" })).toHaveCount(1);
  const change = events.getByRole("row").filter({ hasText: "changed" });
  await expect(change).toContainText("CI Deploy");
  await expect(change).toContainText("Nightly");
  await expect(change).toContainText("Admin");
});

const scopesOf = async (workspace, id) => (await workspace.api("GET", `/access-tokens/${id}`)).scopes;
