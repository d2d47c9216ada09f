// Smoothness as numbers that are no timings: how many rows stand in the page, and how many requests it takes.
import { expect, test } from "./fixtures.js";

test.use({ plan: "team" });
test.setTimeout(400_000);

test("in rows and in requests", async ({ page, dashboard, workspace }) => {
  await fill(workspace, 998);
  const requests = [];
  page.on("request", (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await dashboard.signIn(workspace.token);
  const rows = dashboard.tokens.getByRole("row").filter({ has: page.getByRole("button") });

  await expect(page.getByText("1–50 of 1,000")).toBeVisible();
  await expect(page.getByText("1,000 tokens used, no limit")).toBeVisible();
  await expect(rows).toHaveCount(50);
  // The list comes in five pages, and nothing is asked per row.
  expect(requests.filter(isOfTokens).length).toBeLessThanOrEqual(5 + 1);

  for (const [from, to] of [
    [51, 100],
    [101, 150],
    [151, 200],
    [201, 250],
  ]) {
    await dashboard.button("Next page").click();
    await expect(page.getByText(`${from}–${to} of`)).toBeVisible();
    await expect(rows).toHaveCount(50);
  }
  await dashboard.button("Previous page").click();
  await expect(page.getByText("151–200 of")).toBeVisible();

  requests.length = 0;
  await page.getByRole("searchbox", { name: "Search tokens" }).fill("Runner 123");
  await expect(dashboard.row("Runner 123")).toBeVisible();
  await expect(rows).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search tokens" }).fill("Runner 1");
  await expect(rows).toHaveCount(50);
  await expect(page.getByText("1–50 of 111")).toBeVisible();
  await page.getByRole("searchbox", { name: "Search tokens" }).fill("Runner");
  await expect(page.getByText("1–50 of 998")).toBeVisible();
  await expect(rows).toHaveCount(50);
  // Nothing is asked per key either; the page may be fetched again meanwhile.
  expect(requests.filter(isOfTokens).length).toBeLessThanOrEqual(2 * 5);
});

const isOfTokens = (request) => request.includes("/access-tokens");

// One token may make 500 at once, so two share the work: "Runner 1", "Runner 2", ….
async function fill(workspace, count) {
  const { token: second } = await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  const hands = [workspace.token, second].flatMap((token) => [token, token, token, token]);
  const numbers = Array.from({ length: count }, (_, index) => index + 1).values();
  const made = new Map([
    [workspace.token, 1],
    [second, 0],
  ]);
  await Promise.all(
    hands.map(async (token) => {
      while (made.get(token) < 500) {
        const { value: number, done } = numbers.next();
        if (done) return;
        made.set(token, made.get(token) + 1);
        await workspace.api("POST", "/access-tokens", { name: `Runner ${number}`, scopes: ["read"] }, token);
      }
    }),
  );
}
