// Times stand in the reader's zone, with UTC on hover and in a form for machines.
import { expect, test } from "./fixtures.js";
import { tellUse } from "./stage.js";

const UTC = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC$/;

test("on every page", async ({ page, signedIn, workspace }) => {
  // 18:29:59 UTC is one minute before midnight in India.
  const { id } = await workspace.makeToken({ name: "CI Deploy", expiresAt: "2099-06-01T18:29:59Z" });
  await tellUse(id, 2.6 * 60_000);
  await page.reload();
  const row = signedIn.row("CI Deploy");
  await expect(row.locator("time", { hasText: "3 minutes ago" })).toHaveAttribute("title", UTC);
  const expires = page.locator('time[datetime^="2099-06-01T18:29:59"]');
  await expect(row.locator(expires)).toHaveAttribute("title", "2099-06-01 18:29:59 UTC");
  await allAreRight(page);

  await page.goto(`/#/tokens/${id}`);
  await expect(page.getByText("23:59 GMT+5:30").and(expires).first()).toBeVisible();
  await allAreRight(page);
  await page.goto("/#/audit");
  await expect(signedIn.table("Audit events").locator("time").first()).toBeVisible();
  await allAreRight(page);
});

test("and a token's expiry stands out when it is near, or over", async ({ page, signedIn, workspace }) => {
  const inDays = (days) => new Date(Date.now() + days * 86_400_000).toISOString();
  await workspace.makeToken({ name: "Soon", expiresAt: inDays(6) });
  await workspace.makeToken({ name: "Later", expiresAt: inDays(20) });
  await workspace.makeToken({ name: "Over", expiresAt: new Date(Date.now() + 5_000).toISOString() });
  await expect.poll(async () => (await workspace.tokens("expired")).length).toBe(1);
  await page.reload();
  await expect(signedIn.row("Soon")).toBeVisible();
  await expect(signedIn.row("Over")).toBeHidden();
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("All");
  const color = (name) =>
    signedIn
      .row(name)
      .locator("time")
      .last()
      .evaluate((time) => getComputedStyle(time).color);
  await expect(signedIn.row("Over")).toContainText("Expired");
  await expect(signedIn.row("Over").getByRole("button")).toHaveCount(0);
  expect(await color("Soon")).not.toBe(await color("Later"));
});

test("and a token's end is shown when it comes, and not with the next round", async ({ page, signedIn, workspace }) => {
  await page.goto("/#/tokens?status=all");
  await workspace.makeToken({ name: "Short", expiresAt: new Date(Date.now() + 6_000).toISOString() });
  await page.reload();
  await expect(signedIn.row("Short")).toContainText("Active");
  // Rounds are ten seconds apart.
  await expect(signedIn.row("Short").getByText("Expired", { exact: true })).toBeVisible({ timeout: 8_000 });
});

test("and are said to the nearest unit", async ({ page, signedIn, workspace }) => {
  const minutes = 60_000;
  const expiresAt = new Date(Date.now() + 7 * 24 * 60 * minutes).toISOString();
  const used = { "In a week": 3.6 * minutes, "An hour ago": 59.8 * minutes };
  for (const [name, agoMs] of Object.entries(used)) {
    const { id } = await workspace.makeToken({ name, expiresAt });
    await tellUse(id, agoMs);
  }
  await page.reload();
  await expect(signedIn.row("In a week")).toContainText("in 7 days");
  await expect(signedIn.row("In a week")).toContainText("4 minutes ago");
  await expect(signedIn.row("An hour ago")).toContainText("1 hour ago");
});

async function allAreRight(page) {
  for (const time of await page.locator("time:visible").all()) {
    await expect(time).toHaveAttribute("title", UTC);
    // At one moment: what is shown may change.
    const [title, machine] = await time.evaluate(({ title, dateTime }) => [title, dateTime]);
    expect(machine.slice(0, 19)).toBe(title.slice(0, 19).replace(" ", "T"));
    expect(machine).toMatch(/Z$/);
  }
}
