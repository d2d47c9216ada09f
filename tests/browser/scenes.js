// Every page and dialog of the dashboard, one after the other, with presentable data: for axe and for screenshots.
import { expect } from "@playwright/test";
import { tellUse } from "./stage.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

// Brings each onto the screen and yields its name. Everybody begins signed out, in an empty workspace of a plan with a
// limit.
export async function* scenes({ page, dashboard, workspace, edgeSwitch }) {
  await dashboard.open();
  await expect(dashboard.heading("Sign in")).toBeVisible();
  yield "sign-in";
  await page.getByLabel("Access token", { exact: true }).fill("nonsense");
  await dashboard.button("Sign in").click();
  await expect(page.getByRole("alert")).toBeVisible();
  yield "sign-in-refused";

  const { id } = await furnish(workspace);
  await dashboard.signIn(workspace.token);
  await expect(dashboard.row("CI Deploy")).toBeVisible();
  yield "tokens";
  await page.getByRole("searchbox", { name: "Search tokens" }).fill("nobody has this");
  await expect(dashboard.heading("No token matches")).toBeVisible();
  yield "tokens-no-match";
  await dashboard.button("Clear search and filters").click();
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("All");
  await expect(dashboard.row("Old laptop")).toBeVisible();
  yield "tokens-all";
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("Active");
  await expect(dashboard.row("Old laptop")).toBeHidden();

  yield* newToken({ page, dashboard });
  yield* rowDialogs({ page, dashboard });
  yield* revoke({ page, dashboard, edgeSwitch });

  await page.goto(`/#/tokens/${id}`);
  await expect(dashboard.table("Audit events").getByRole("row").nth(1)).toBeVisible();
  yield "token";
  await dashboard.link("Audit log").click();
  await expect(dashboard.table("Audit events").getByRole("row").nth(5)).toBeVisible();
  yield "audit-log";
  await page.goto("/#/nonsense");
  await expect(dashboard.heading("Page not found")).toBeVisible();
  yield "not-found";

  yield* otherCallers({ page, dashboard, workspace });
}

async function* newToken({ page, dashboard }) {
  await dashboard.openNewToken();
  yield "new-token";
  await dashboard.newToken.create.click();
  await expect(dashboard.newToken.name).toBeFocused();
  yield "new-token-errors";
  await dashboard.newToken.fill({ name: "Preview deployments", scopes: ["deploy", "read"] });
  await dashboard.newToken.expires("On a date").check();
  await page.getByLabel("Expiry date", { exact: true }).fill("2099-12-31");
  yield "new-token-filled";
  await dashboard.newToken.create.click();
  await dashboard.created.text();
  yield "token-created";
  await dashboard.created.done.click();
  await expect(page.getByText("You have not copied this token.")).toBeVisible();
  yield "token-not-copied";
  await page.getByRole("button", { name: "Go back", exact: true }).click();
  await dashboard.created.copy.click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  yield "token-copied";
  await dashboard.created.done.click();
  await expect(dashboard.created.dialog).toBeHidden();
}

async function* rowDialogs({ page, dashboard }) {
  await dashboard.openRotate("CI Deploy");
  yield "rotate";
  await page.keyboard.press("Escape");
  await dashboard.openEdit("CI Deploy");
  yield "edit";
  await page.keyboard.press("Escape");
}

async function* revoke({ page, dashboard, edgeSwitch }) {
  await dashboard.openRevoke("Preview deployments");
  yield "revoke";
  await edgeSwitch.pause();
  const dialog = dashboard.revokeDialog("Preview deployments");
  await dialog.getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Revoking: waiting")).toBeVisible();
  yield "revoking";
  await expect(page.getByText("part of the edge has not confirmed yet")).toBeVisible();
  yield "revoke-pending";
  await edgeSwitch.resume();
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  yield "revoked";
  await dashboard.button("Done").click();
}

async function* otherCallers({ page, dashboard, workspace }) {
  const { token: deployer } = await workspace.makeToken({ name: "Deployer", scopes: ["deploy"] });
  const { token: reader } = await workspace.makeToken({ name: "Reader", scopes: ["read"] });
  for (const [token, name] of [
    [deployer, "own-token"],
    [reader, "tokens-read-only"],
  ]) {
    await dashboard.button("Sign out").click();
    await dashboard.open("#/tokens");
    await dashboard.signIn(token);
    await expect(page.getByRole("main")).toContainText(/sk_live_/);
    yield name;
  }
}

// Tokens as a workspace of a small company has them; returns the one that most is to be told about.
async function furnish(workspace) {
  const inDays = (days) => new Date(Date.now() + days * DAY).toISOString();
  const { id: website } = await workspace.api("POST", "/projects", { name: "Website" });
  const { id: shop } = await workspace.api("POST", "/projects", { name: "Shop" });
  await workspace.api("DELETE", `/projects/${workspace.project}`);
  const made = [];
  for (const [wanted, usedAgoMs] of [
    [{ name: "Old laptop", scopes: ["admin"] }, 40 * DAY],
    [{ name: "Terraform", scopes: ["admin"], expiresAt: inDays(80) }, 2 * DAY],
    [
      { name: "Cleanup of old previews", scopes: ["read", "delete"], projectId: website, expiresAt: inDays(5) },
      9 * 60 * MINUTE,
    ],
    [{ name: "Status page", scopes: ["read"] }, 1 * MINUTE],
    [{ name: "Contractor", scopes: ["deploy", "read"], projectId: shop, expiresAt: inDays(20) }, null],
    [{ name: "CI Deploy", scopes: ["deploy"], projectId: website }, 3 * MINUTE],
  ]) {
    const token = await workspace.makeToken(wanted);
    if (usedAgoMs !== null) await tellUse(token.id, usedAgoMs);
    made.push(token);
  }
  await workspace.api("DELETE", `/access-tokens/${made[0].id}`);
  const ci = made.at(-1);
  await workspace.api("PATCH", `/access-tokens/${ci.id}`, { scopes: ["deploy", "read"] });
  return ci;
}
