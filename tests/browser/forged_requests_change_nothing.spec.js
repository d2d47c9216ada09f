// Somebody else's page is open in the browser of somebody who is signed in.
import { expect, test as base } from "./fixtures.js";
import { call, controlPlane } from "./stage.js";
import { startStranger } from "./stranger.js";

const test = base.extend({
  stranger: async ({}, use) => {
    const stranger = await startStranger();
    await use(stranger);
    stranger.stop();
  },
  // These pages go where they must not, and the browser says so in many words.
  trouble: ({}, use) => use(),
});

const BODY = { name: "Forged", scopes: ["admin"] };

for (const site of ["of the same site", "of another site"]) {
  test(`by a form ${site}`, async ({ context, signedIn, workspace, stranger }) => {
    await expect(signedIn.heading("Tokens")).toBeVisible();
    const before = await workspace.comparableTokens();
    const page = await context.newPage();
    for (const path of [
      workspace.path("/access-tokens"),
      `${workspace.path("/access-tokens")}/${before[0].id}/rotate`,
    ]) {
      for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        await page.goto(stranger.origins[site]);
        const [answer] = await Promise.all([
          page.waitForResponse(`${controlPlane}${path}`),
          page.waitForURL(`${controlPlane}${path}`),
          page.evaluate(submitForm, { action: `${controlPlane}${path}`, enctype, text: JSON.stringify(BODY) }),
        ]);
        expect(answer.status(), `${path} ${enctype}`).toBeGreaterThanOrEqual(400);
      }
    }
    expect(await workspace.comparableTokens()).toEqual(before);
  });

  test(`by a script ${site}`, async ({ context, signedIn, workspace, stranger }) => {
    await expect(signedIn.heading("Tokens")).toBeVisible();
    const { id, token } = await workspace.makeToken({ name: "Victim" });
    const before = await workspace.comparableTokens();
    const page = await context.newPage();
    await page.goto(stranger.origins[site]);
    const one = `${workspace.path("/access-tokens")}/${id}`;
    for (const [method, path] of [
      ["POST", workspace.path("/access-tokens")],
      ["POST", `${one}/rotate`],
      ["POST", `${workspace.path("/access-tokens")}/revoke`],
      ["PATCH", one],
      ["DELETE", one],
      ["DELETE", "/access-token"],
      ["DELETE", "/session"],
    ]) {
      for (const mode of ["cors", "no-cors"]) {
        for (const type of ["application/json", "text/plain"]) {
          const wanted = { url: `${controlPlane}${path}`, method, mode, type, text: JSON.stringify(BODY) };
          expect(await page.evaluate(forge, wanted), JSON.stringify(wanted)).toBe("nothing");
        }
      }
    }
    expect(await workspace.comparableTokens()).toEqual(before);
    expect(await workspace.deploys(token)).toBe(200);
    await signedIn.page.reload();
    await expect(signedIn.heading("Tokens")).toBeVisible();
  });

  test(`by reading ${site}`, async ({ context, signedIn, workspace, stranger }) => {
    await expect(signedIn.heading("Tokens")).toBeVisible();
    const page = await context.newPage();
    await page.goto(stranger.origins[site]);
    for (const path of ["/session", workspace.path("/access-tokens"), "/access-token"]) {
      const wanted = { url: `${controlPlane}${path}`, method: "GET", mode: "cors" };
      expect(await page.evaluate(forge, wanted), path).toBe("nothing");
    }
  });

  test(`by signing in ${site} with a token of its own`, async ({ context, page, dashboard, workspace, stranger }) => {
    await page.goto(stranger.origins[site]);
    const url = `${controlPlane}/session`;
    const text = JSON.stringify({ token: workspace.token });
    for (const type of ["application/json", "text/plain"]) {
      for (const mode of ["cors", "no-cors"]) {
        expect(await page.evaluate(forge, { url, method: "POST", mode, type, text })).toBe("nothing");
      }
    }
    const [answer] = await Promise.all([
      page.waitForResponse(url),
      page.evaluate(submitForm, { action: url, enctype: "text/plain", text }),
    ]);
    expect(answer.status()).toBeGreaterThanOrEqual(400);
    await page.waitForURL(url);
    expect(await context.cookies(controlPlane)).toEqual([]);
    await dashboard.open();
    await expect(dashboard.heading("Sign in")).toBeVisible();
  });

  test(`by a frame ${site}`, async ({ context, signedIn, stranger }) => {
    await expect(signedIn.heading("Tokens")).toBeVisible();
    const page = await context.newPage();
    await page.goto(stranger.origins[site]);
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.evaluate(
      (src) => document.body.append(Object.assign(document.createElement("iframe"), { src })),
      controlPlane,
    );
    await refused;
  });
}

test("by a script of its own without the session's secret", async ({ page, signedIn, workspace }) => {
  await expect(signedIn.heading("Tokens")).toBeVisible();
  const { id, token } = await workspace.makeToken({ name: "Victim" });
  const before = await workspace.comparableTokens();
  const { csrfToken } = await page.evaluate(() => fetch("/session").then((answer) => answer.json()));
  const statusOf = (method, path, headers, body) =>
    page.evaluate(ownStatus, { method, path, headers: { "content-type": "application/json", ...headers }, body });
  const wrong = `${csrfToken.slice(0, -1)}${csrfToken.endsWith("A") ? "B" : "A"}`;
  for (const headers of [{}, { "x-csrf-token": "" }, { "x-csrf-token": wrong }, { "x-csrf-token": `${csrfToken}x` }]) {
    for (const [method, path, body] of [
      ["POST", workspace.path("/access-tokens"), JSON.stringify(BODY)],
      ["POST", `${workspace.path("/access-tokens")}/${id}/rotate`, "{}"],
      ["PATCH", `${workspace.path("/access-tokens")}/${id}`, '{"name":"Forged"}'],
      ["DELETE", `${workspace.path("/access-tokens")}/${id}`],
      ["DELETE", "/access-token"],
      ["DELETE", "/session"],
    ]) {
      expect(await statusOf(method, path, headers, body), `${method} ${path} ${Object.values(headers)}`).toBe(403);
    }
  }
  const both = { "x-csrf-token": csrfToken, authorization: `Bearer ${workspace.token}` };
  expect(await statusOf("GET", workspace.path("/access-tokens"), both)).toBe(400);
  expect(await statusOf("POST", workspace.path("/access-tokens"), both, JSON.stringify(BODY))).toBe(400);
  expect(await workspace.comparableTokens()).toEqual(before);
  expect(await workspace.deploys(token)).toBe(200);
  // So that it is seen that the secret makes the difference.
  const right = { "x-csrf-token": csrfToken };
  expect(await statusOf("DELETE", `${workspace.path("/access-tokens")}/${id}`, right)).toBe(200);
});

test("by a script elsewhere that holds cookie and secret of others", async ({ page, context, signedIn, workspace }) => {
  await expect(signedIn.heading("Tokens")).toBeVisible();
  const [cookie] = await context.cookies(controlPlane);
  const { csrfToken } = await page.evaluate(() => fetch("/session").then((answer) => answer.json()));
  const headers = { cookie: `${cookie.name}=${cookie.value}x`, "x-csrf-token": csrfToken };
  expect((await call(controlPlane, "GET", workspace.path("/access-tokens"), { headers })).status).toBe(401);
});

// In the page: a form whose one field makes JSON if it is sent as plain text.
function submitForm({ action, enctype, text }) {
  const form = Object.assign(document.createElement("form"), { method: "POST", action, enctype });
  const padded = `${text.slice(0, -1)},"_":"`;
  form.append(Object.assign(document.createElement("input"), { name: padded, value: '"}', type: "hidden" }));
  document.body.append(form);
  // After the answer to the test, which would be lost with the page.
  setTimeout(() => form.submit());
}

// In the page: what somebody else's script can do or learn by such a request.
async function forge({ url, method, mode, type, text }) {
  const headers = type ? { "content-type": type } : {};
  const wanted = { method, mode, headers, body: text, credentials: "include" };
  try {
    const answer = await fetch(url, wanted);
    return answer.type === "opaque" ? "nothing" : `${answer.status} ${await answer.text()}`;
  } catch (why) {
    return why instanceof TypeError ? "nothing" : String(why);
  }
}

// In the dashboard's page.
async function ownStatus({ method, path, headers, body }) {
  return (await fetch(path, { method, headers, body })).status;
}
