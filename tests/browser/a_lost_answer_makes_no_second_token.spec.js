// The server has made the token, and the answer with its text never arrives.
import { expect, test } from "./fixtures.js";

const LOSSES = {
  "is cut off": (route) => route.abort("connectionreset"),
  "is a proxy's": (route) => route.fulfill({ status: 502, body: "Bad gateway" }),
};

// The page repeats by itself what is lost; after three losses it asks.
for (const [kind, lose] of Object.entries(LOSSES)) {
  for (const [often, times] of [
    ["once", 1],
    ["again and again", 3],
  ]) {
    test(`when a create's answer ${kind}, ${often}`, async ({ page, signedIn, workspace, trouble }) => {
      await loseAnswers(page, `**${workspace.path("/access-tokens")}`, lose, times);
      trouble.expect(/ERR_CONNECTION_RESET|status of 502/);
      await signedIn.openNewToken();
      await signedIn.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
      await signedIn.newToken.create.click();
      if (times > 1) await tryAgain(signedIn.newToken.dialog, "may have been made");
      await isTheOnlyOne(workspace, await signedIn.created.text());
    });

    test(`when a rotation's answer ${kind}, ${often}`, async ({ page, signedIn, workspace, trouble }) => {
      const { id, token: old } = await workspace.makeToken({ name: "CI Deploy" });
      await page.reload();
      await loseAnswers(page, `**/${id}/rotate`, lose, times);
      trouble.expect(/ERR_CONNECTION_RESET|status of 502/);
      const dialog = await signedIn.openRotate("CI Deploy");
      await dialog.getByRole("radio", { name: "At once", exact: true }).check();
      await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
      if (times > 1) await tryAgain(dialog, "may have been replaced");
      await isTheOnlyOne(workspace, await signedIn.created.text());
      expect(await workspace.deploys(old)).toBe(401);
    });
  }
}

test("when a revocation's answer is lost", async ({ page, signedIn, workspace, trouble }) => {
  const { id, token } = await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  await loseAnswers(page, `**/${id}`, LOSSES["is cut off"], 3);
  trouble.expect(/ERR_CONNECTION_RESET/);
  const dialog = await signedIn.openRevoke("CI Deploy");
  await dialog.getByRole("button", { name: "Revoke token", exact: true }).click();
  await tryAgain(dialog, "may have been revoked");
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  expect(await workspace.deploys(token)).toBe(401);
});

// Lets the server handle the next such POSTs, and gives the page something else than their answers.
async function loseAnswers(page, url, lose, times) {
  const handle = async (route) => {
    expect((await route.fetch()).ok()).toBe(true);
    await lose(route);
  };
  await page.route(url, handle, { times });
}

async function tryAgain(dialog, words) {
  await expect(dialog).toContainText(words);
  await dialog.getByRole("button", { name: "Try again", exact: true }).click();
}

// The token that is shown works, and there is no other one of the name that does.
async function isTheOnlyOne(workspace, token) {
  expect(await workspace.deploys(token)).toBe(200);
  const alive = (await workspace.tokens("active")).filter(({ name }) => name === "CI Deploy");
  expect(alive.map(({ prefix }) => prefix)).toEqual([`${token.slice(0, 12)}…`]);
}
