// Who did what to which token, from where, when.
import { expect, test } from "./fixtures.js";

test("newest first, in words", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy", scopes: ["deploy"] });
  await workspace.api("PATCH", `/access-tokens/${id}`, { scopes: ["deploy", "read"] });
  await workspace.api("DELETE", `/access-tokens/${id}`);
  await signedIn.link("Audit log").click();
  await expect(page).toHaveTitle("Audit log · Deplo");
  await expect(signedIn.link("Audit log")).toHaveAttribute("aria-current", "page");
  const rows = signedIn
    .table("Audit events")
    .getByRole("row")
    .filter({ has: signedIn.link("CI Deploy") });
  await expect(rows).toHaveCount(3);
  const done = (words) => page.getByRole("cell", { name: words, exact: true });
  await expect(rows.nth(0).and(rows.filter({ has: done("revoked") }))).toBeVisible();
  await expect(rows.nth(1).and(rows.filter({ has: done("changed") }))).toBeVisible();
  await expect(rows.nth(1)).toContainText("read");
  await expect(rows.nth(2).and(rows.filter({ has: done("created") }))).toBeVisible();
  await expect(rows.nth(0)).toContainText("Admin");
  await expect(rows.nth(0)).toContainText("127.0.0.1");
  await expect(signedIn.table("Audit events")).toContainText(/signed in|session created/i);
  await rows.nth(0).getByRole("link", { name: "CI Deploy" }).click();
  await expect(page).toHaveURL(new RegExp(`#/tokens/${id}$`));
});

test("as far back as one likes", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "First name" });
  for (let number = 1; number <= 60; number++) {
    await workspace.api("PATCH", `/access-tokens/${id}`, { name: `Name ${number}` });
  }
  await page.goto("/#/audit");
  const rows = signedIn.table("Audit events").getByRole("row");
  await expect(rows.filter({ hasText: "Name 60" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "First name" })).toHaveCount(0);
  await signedIn.button("Older events").click();
  await expect(rows.filter({ hasText: "First name" }).first()).toBeVisible();
});

test("of a token by the name that it has now", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "First name" });
  await page.reload();
  await expect(signedIn.row("First name")).toBeVisible();
  const rename = (name) => workspace.api("PATCH", `/access-tokens/${id}`, { name });
  await rename("Second name");
  await page.goto("/#/audit");
  const rows = signedIn.table("Audit events").getByRole("row");
  const created = rows.filter({ has: page.getByRole("cell", { name: "created", exact: true }), hasText: "First name" });
  await expect(created.getByRole("link", { name: "Second name" })).toBeVisible();
  await rename("Third name");
  await expect(created.getByRole("link", { name: "Third name" })).toBeVisible();
});

test("also if it was renamed more events ago than are shown", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "First name" });
  await page.reload();
  await expect(signedIn.row("First name")).toBeVisible();
  const change = (change) => workspace.api("PATCH", `/access-tokens/${id}`, change);
  await change({ name: "Second name" });
  for (let number = 1; number <= 50; number++) await change({ scopes: [number % 2 ? "read" : "deploy"] });
  await page.goto("/#/audit");
  const rows = signedIn.table("Audit events").getByRole("row");
  await expect(rows.filter({ has: signedIn.link("Second name") })).toHaveCount(50);
});

test("and not more than somebody has asked for", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy" });
  await page.goto("/#/audit");
  const rows = signedIn.table("Audit events").getByRole("row");
  for (const round of [1, 2]) {
    for (let number = 1; number <= 30; number++) {
      await workspace.api("PATCH", `/access-tokens/${id}`, { name: `Name ${round}-${number}` });
    }
    await page.evaluate(() => new BroadcastChannel("deplo").postMessage("changed"));
    await expect(rows.filter({ hasText: `→ Name ${round}-30` })).toHaveCount(1);
  }
  await expect(rows).toHaveCount(1 + 50);
  await signedIn.button("Older events").click();
  await expect(rows.filter({ hasText: "name CI Deploy → Name 1-1" })).toHaveCount(1);
});
