// A session is no second credential: it lives as long as its token, and ends on sign-out.
import { expect, test } from "./fixtures.js";
import { call, controlPlane } from "./stage.js";

const COOKIE = "__Host-deplo-session";

test("at once, when that is revoked elsewhere", async ({ page, context, dashboard, workspace, trouble }) => {
  const { id, token } = await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  await dashboard.signIn(token);
  const cookie = await sessionCookie(context);
  expect(await sessionStatus(cookie)).toBe(200);

  await workspace.api("DELETE", `/access-tokens/${id}`);
  expect(await sessionStatus(cookie)).toBe(401);
  trouble.expect(/status of 401/);
  await expect(dashboard.heading("Sign in")).toBeVisible();
  await expect(page.getByText("You were signed out")).toBeVisible();
});

test("at once, when that expires", async ({ page, context, dashboard, workspace }) => {
  const expiresAt = new Date(Date.now() + 15_000).toISOString();
  const { token } = await workspace.makeToken({ name: "Short", scopes: ["admin"], expiresAt });
  await dashboard.signIn(token);
  const cookie = await sessionCookie(context);
  await expect.poll(() => sessionStatus(cookie)).toBe(401);
  await expect(dashboard.heading("Sign in")).toBeVisible();
  await expect(page.getByText("You were signed out: the access token has expired.")).toBeVisible();
  await page.reload();
  await expect(dashboard.heading("Sign in")).toBeVisible();
});

test("when it revokes itself", async ({ page, dashboard, workspace }) => {
  const { token } = await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  await dashboard.signIn(token);
  await dashboard.openRevoke("Second");
  const dialog = dashboard.revokeDialog("Second");
  await expect(dialog).toContainText("signs you out");
  await dialog.getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  await dialog.getByRole("button", { name: "Done", exact: true }).click();
  await expect(dashboard.heading("Sign in")).toBeVisible();
  await expect(dashboard.button("Sign out")).toBeHidden();
  expect((await workspace.tokens("active")).map(({ name }) => name)).toEqual(["Admin"]);
});

test("and on sign-out", async ({ page, context, signedIn }) => {
  await signedIn.link("Audit log").click();
  await expect(signedIn.heading("Audit log")).toBeVisible();
  const cookie = await sessionCookie(context);
  await signedIn.button("Sign out").click();
  await expect(signedIn.heading("Sign in")).toBeVisible();
  expect(await sessionStatus(cookie)).toBe(401);
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(COOKIE);
  await page.goBack();
  await expect(signedIn.heading("Sign in")).toBeVisible();
  await page.reload();
  await expect(signedIn.heading("Sign in")).toBeVisible();
});

test("and its cookie is for this server alone, and for no script", async ({ page, context, signedIn }) => {
  await expect(signedIn.heading("Tokens")).toBeVisible();
  const [cookie] = (await context.cookies()).filter(({ name }) => name === COOKIE);
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/", domain: "127.0.0.1" });
  expect(await page.evaluate(() => document.cookie)).toBe("");
});

test("and nothing that is no live token opens one", async ({ page, dashboard, workspace, trouble }) => {
  const { id, token } = await workspace.makeToken();
  await workspace.api("DELETE", `/access-tokens/${id}`);
  await dashboard.open();
  trouble.expect(/status of 401 .*\/session$/);
  for (const wrong of ["nonsense", `${token.slice(0, -1)}${token.endsWith("a") ? "b" : "a"}`, token]) {
    await page.getByLabel("Access token", { exact: true }).fill(wrong);
    await dashboard.button("Sign in").click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(dashboard.heading("Sign in")).toBeVisible();
  }
  await expect(page.getByRole("alert")).toContainText("revoked");
});

test("and one is opened with a token however it was copied", async ({ dashboard, workspace }) => {
  const { token } = workspace;
  for (const pasted of [
    `export DEPLO_TOKEN=${token}`,
    `DEPLO_TOKEN="${token}"`,
    `  '${token}' `,
    `Authorization: Bearer ${token}`,
    `bearer ${token};`,
    `${token}\u200B\uFEFF`,
  ]) {
    await dashboard.signIn(pasted);
    await dashboard.button("Sign out").click();
    await expect(dashboard.heading("Sign in")).toBeVisible();
  }
});

async function sessionCookie(context) {
  const [cookie] = (await context.cookies()).filter(({ name }) => name === COOKIE);
  return `${COOKIE}=${cookie.value}`;
}

async function sessionStatus(cookie) {
  return (await call(controlPlane, "GET", "/session", { headers: { cookie } })).status;
}
