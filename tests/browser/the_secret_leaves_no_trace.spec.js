// A token's text is in the dialog that shows it, and nowhere else in the browser; nor is the one that signs in.
import { expect, test } from "./fixtures.js";

test("while it is shown, once it is closed, and after a reload", async ({ page, context, dashboard, workspace }) => {
  const urls = [];
  context.on("request", (request) => urls.push(request.url()));
  await dashboard.signIn(workspace.token);
  const signsIn = secretOf(workspace.token);
  expect(await traces(page, context, signsIn)).toEqual([]);
  expect(await inDocument(page, signsIn)).toBe(false);

  await dashboard.openNewToken();
  await dashboard.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
  await dashboard.newToken.create.click();
  const secret = secretOf(await dashboard.created.text());
  expect(await inDocument(page, secret), "while it is shown, the search finds it").toBe(true);
  expect(await traces(page, context, secret)).toEqual([]);
  await dashboard.created.copy.click();
  await dashboard.created.done.click();
  await expect(dashboard.created.dialog).toBeHidden();
  expect(await inDocument(page, secret)).toBe(false);
  expect(await traces(page, context, secret)).toEqual([]);

  await page.reload();
  await expect(dashboard.row("CI Deploy")).toBeVisible();
  expect(await inDocument(page, secret)).toBe(false);
  await page.goBack();
  expect(await inDocument(page, secret)).toBe(false);
  expect(urls.filter((url) => url.includes(secret) || url.includes(signsIn))).toEqual([]);
});

test("also if the page is left while it is shown", async ({ page, context, signedIn }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "CI Deploy", scopes: ["deploy"] });
  await signedIn.newToken.create.click();
  const secret = secretOf(await signedIn.created.text());
  page.on("dialog", (question) => question.accept());
  await page.reload();
  await expect(signedIn.row("CI Deploy")).toBeVisible();
  expect(await inDocument(page, secret)).toBe(false);
  expect(await traces(page, context, secret)).toEqual([]);
});

test("and no answer of the dashboard's may be stored", async ({ page, workspace, dashboard }) => {
  const stored = [];
  page.on("response", (answer) => answer.headers()["cache-control"] === "no-store" || stored.push(answer.url()));
  await dashboard.signIn(workspace.token);
  await expect(dashboard.row("Admin")).toBeVisible();
  expect(stored).toEqual([]);
});

for (const prefix of ["sk_live_", "acme_", "a_b_c_"]) {
  test(`and what is searched is kept without it: ${prefix}`, async ({ page, context, dashboard, workspace }) => {
    // Played: tokens of this platform begin as usual.
    await page.route("**/session", async (route) => {
      const answer = await route.fetch();
      const session = await answer.json().catch(() => null);
      if (session?.accessToken) session.accessToken.prefix = `${prefix}AbCd…`;
      await route.fulfill({ response: answer, json: session });
    });
    await dashboard.signIn(workspace.token);
    const secret = workspace.token.slice("sk_live_".length);
    for (const pasted of [`${prefix}${secret}`, `export T=${prefix}${secret}`, `${prefix.slice(2)}${secret}`, secret]) {
      await page.getByRole("searchbox", { name: "Search tokens" }).fill(pasted);
      await expect(page).toHaveURL(new RegExp(`q=\\w*${secret.slice(0, 4)}$`));
      expect(await traces(page, context, secret.slice(4))).toEqual([]);
      await page.getByRole("searchbox", { name: "Search tokens" }).fill("");
    }
  });
}

// What makes a token secret: all but the prefix that lists show.
const secretOf = (token) => token.slice("sk_live_".length + 4);

// Whether it stands in the document, in an attribute or in a field.
function inDocument(page, secret) {
  return page.evaluate((secret) => {
    const fields = [...document.querySelectorAll("input, textarea")].map(({ value }) => value);
    return [document.documentElement.outerHTML, ...fields].some((text) => text.includes(secret));
  }, secret);
}

// Where else in the browser it stands.
async function traces(page, context, secret) {
  const places = await page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    const places = {
      location: location.href,
      history: JSON.stringify(history.state),
      title: document.title,
      databases,
    };
    const stores = { localStorage: { ...localStorage }, sessionStorage: { ...sessionStorage } };
    return { ...places, ...stores, caches: await caches.keys(), name: window.name };
  });
  // Nothing is kept in databases and caches, so that there is nothing to look through.
  expect([places.databases, places.caches]).toEqual([[], []]);
  places.cookies = await context.cookies();
  return Object.keys(places).filter((place) => JSON.stringify(places[place]).includes(secret));
}
