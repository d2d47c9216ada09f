// The server has made the token, and the answer with its text never arrives.
import { expect, test } from "./fixtures.js";

for (const [kind, lose] of Object.entries({
  "is cut off": (route) => route.abort("connectionreset"),
  "is a proxy's": (route) => route.fulfill({ status: 502, body: "Bad gateway" }),
})) {
  test(`when a create's answer ${kind}`, async ({ page, signedIn, workspace, trouble }) => {
    const lost = await loseOnce(page, `**${workspace.path("/access-tokens")}`, lose);
    trouble.expect(/ERR_CONNECTION_RESET|status of 502/);
    await signedIn.openNewToken();
    await signedIn.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
    await signedIn.newToken.create.click();
    await lost;
    await expect(signedIn.newToken.dialog).toContainText("may have been made");
    await signedIn.newToken.dialog.getByRole("button", { name: "Try again", exact: true }).click();
    const token = await signedIn.created.text();
    expect(await workspace.deploys(token)).toBe(200);
    const made = (await workspace.tokens()).filter(({ name }) => name === "CI Deploy");
    expect(made.map(({ prefix, status }) => [token.startsWith(prefix.slice(0, -1)), status])).toEqual([
      [true, "active"],
      [false, "revoked"],
    ]);
  });
}

test("when a rotation's answer is cut off", async ({ page, signedIn, workspace, trouble }) => {
  const { id } = await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  const lost = await loseOnce(page, `**/${id}/rotate`, (route) => route.abort("connectionreset"));
  trouble.expect(/ERR_CONNECTION_RESET/);
  const dialog = await signedIn.openRotate("CI Deploy");
  await dialog.getByRole("radio", { name: "At once", exact: true }).check();
  await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
  await lost;
  await expect(dialog).toContainText("may have been replaced");
  await dialog.getByRole("button", { name: "Try again", exact: true }).click();
  const token = await signedIn.created.text();
  expect(await workspace.deploys(token)).toBe(200);
  expect((await workspace.tokens("active")).filter(({ name }) => name === "CI Deploy")).toHaveLength(1);
});

// Lets the server handle the next such POST, and gives the page something else than its answer.
async function loseOnce(page, url, lose) {
  let handled;
  const lost = new Promise((resolve) => (handled = resolve));
  await page.route(
    url,
    async (route) => {
      if (route.request().method() !== "POST") return route.fallback();
      await page.unroute(url);
      const answer = await route.fetch();
      expect(answer.status()).toBe(201);
      await lose(route);
      handled();
    },
  );
  return lost;
}
