// What a person does with a browser, beside clicking what the page offers.
import { Dashboard } from "./dashboard.js";
import { expect, test } from "./fixtures.js";
import { controlPlane } from "./stage.js";

test("back and forward go from page to page", async ({ page, signedIn, workspace }) => {
  const { name, id } = await workspace.makeToken({ name: "CI Deploy" });
  await page.reload();
  await signedIn.link(name).click();
  await expect(signedIn.heading(name)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`#/tokens/${id}$`));
  await signedIn.link("Audit log").click();
  await expect(signedIn.heading("Audit log")).toBeVisible();
  await page.goBack();
  await expect(signedIn.heading(name)).toBeVisible();
  await page.goBack();
  await expect(signedIn.heading("Tokens")).toBeVisible();
  await page.goForward();
  await expect(signedIn.heading(name)).toBeVisible();
});

test("back leads to where one was", async ({ page, signedIn, workspace }) => {
  await Promise.all(Array.from({ length: 30 }, (_, index) => workspace.makeToken({ name: `Runner ${index}` })));
  await page.reload();
  await expect(page.getByText("1–31 of 31")).toBeVisible();
  await signedIn.link("Admin").scrollIntoViewIfNeeded();
  const place = await page.evaluate(() => scrollY);
  expect(place).toBeGreaterThan(0);
  await signedIn.link("Admin").click();
  await expect(signedIn.heading("Admin")).toBeInViewport();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(place);
});

test.describe("in a list of two pages", () => {
  test.use({ plan: "team" });

  test("back leads to where one was on the second", async ({ page, signedIn, workspace }) => {
    // Not every browser has the Navigation API.
    await page.addInitScript(() => Object.defineProperty(window, "navigation", { value: undefined }));
    await Promise.all(Array.from({ length: 80 }, (_, index) => workspace.makeToken({ name: `Runner ${index}` })));
    await page.reload();
    await expect(page.getByText("1–50 of 81")).toBeVisible();
    await signedIn.button("Next page").click();
    await signedIn.link("Admin").scrollIntoViewIfNeeded();
    const place = await page.evaluate(() => scrollY);
    await signedIn.link("Admin").click();
    await expect(signedIn.heading("Admin")).toBeInViewport();
    expect(await page.evaluate(() => scrollY)).toBe(0);
    await page.goBack();
    await expect(page.getByText("51–81 of 81")).toBeVisible();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(place);
  });
});

test("reload keeps the page, its filters and the session", async ({ page, signedIn, workspace }) => {
  const { id } = await workspace.makeToken({ name: "Was revoked" });
  await workspace.api("DELETE", `/access-tokens/${id}`);
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("Revoked");
  await page.getByRole("searchbox", { name: "Search tokens" }).fill("was");
  await expect(signedIn.row("Was revoked")).toBeVisible();
  await expect(page).toHaveURL(/status=revoked/);
  await expect(page).toHaveURL(/q=was/);
  await page.reload();
  await expect(signedIn.row("Was revoked")).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Status", exact: true })).toHaveValue(/revoked/i);
  await expect(page.getByRole("searchbox", { name: "Search tokens" })).toHaveValue("was");
  await expect(signedIn.row("Admin")).toBeHidden();
});

test("a page that one had to sign in for is there after it", async ({ page, dashboard, workspace }) => {
  await dashboard.open("#/audit");
  await expect(dashboard.heading("Sign in")).toBeVisible();
  await dashboard.signIn(workspace.token);
  await expect(dashboard.heading("Audit log")).toBeVisible();
  await expect(page).toHaveURL(/#\/audit$/);
});

test("an address of nothing says so", async ({ page, signedIn }) => {
  await page.goto("/#/nonsense");
  await expect(signedIn.heading("Page not found")).toBeVisible();
  await page.getByRole("main").getByRole("link").click();
  await expect(signedIn.heading("Tokens")).toBeVisible();
});

test("a token that is not there says so", async ({ page, signedIn, trouble }) => {
  trouble.expect(/status of 404/);
  await page.goto("/#/tokens/tok_01m886mb617p6szjqazkawqaha");
  await expect(page.getByRole("main")).toContainText(/no token|not found/i);
  await expect(signedIn.link("Tokens").first()).toBeVisible();
});

test("what one tab makes, the other shows", async ({ context, signedIn }) => {
  const other = new Dashboard(await context.newPage());
  // Its clock stands still: it does not look again by itself.
  await other.page.clock.install();
  await other.open();
  await expect(other.row("Admin")).toBeVisible();
  await other.page.clock.pauseAt(Date.now() + 5_000);
  await signedIn.makeToken({ name: "From the first tab" });
  await expect(other.row("From the first tab")).toBeVisible();
  await other.page.clock.resume();
  await other.openRevoke("From the first tab");
  await other.revokeDialog("From the first tab").getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(other.page.getByText("Refused everywhere since")).toBeVisible();
  await expect(signedIn.row("From the first tab")).toBeHidden();
});

test("signing out in one tab signs out in the other", async ({ context, signedIn, workspace }) => {
  const other = new Dashboard(await context.newPage());
  await other.open();
  await expect(other.heading("Tokens")).toBeVisible();
  await other.button("Sign out").click();
  await expect(signedIn.heading("Sign in")).toBeVisible();
  await signedIn.signIn(workspace.token);
  await expect(other.heading("Tokens")).toBeVisible();
});

test("a token that was not copied survives back, and a sign-out elsewhere", async ({ context, page, signedIn }) => {
  await signedIn.link("Audit log").click();
  await signedIn.link("Tokens").click();
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Precious", scopes: ["read"] });
  await signedIn.newToken.create.click();
  const token = await signedIn.created.text();
  await page.goBack();
  await expect(signedIn.created.token).toHaveValue(token);
  const other = new Dashboard(await context.newPage());
  await other.open();
  await other.button("Sign out").click();
  await expect(other.heading("Sign in")).toBeVisible();
  await expect(page.locator("h1", { hasText: "Sign in" })).toHaveCount(1);
  await expect(signedIn.created.token).toHaveValue(token);
  await signedIn.created.copy.click();
  await signedIn.created.done.click();
  await expect(signedIn.heading("Sign in")).toBeVisible();
});

test("leaving a token that was not copied asks", async ({ page, signedIn }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Precious", scopes: ["read"] });
  await signedIn.newToken.create.click();
  const token = await signedIn.created.text();
  for (const leave of [() => signedIn.created.done.click(), () => page.keyboard.press("Escape")]) {
    await leave();
    await expect(page.getByText("You have not copied this token. It is shown only once.")).toBeVisible();
    await page.getByRole("button", { name: "Go back", exact: true }).click();
    await expect(signedIn.created.token).toHaveValue(token);
  }
  const asked = page.waitForEvent("dialog");
  const leaving = page.close({ runBeforeUnload: true });
  const question = await asked;
  expect(question.type()).toBe("beforeunload");
  await question.dismiss();
  await leaving;
  await expect(signedIn.created.token).toHaveValue(token);
  await signedIn.created.done.click();
  await page.getByRole("button", { name: "Close without copying", exact: true }).click();
  await expect(signedIn.created.dialog).toBeHidden();
});

test("and offers to revoke what nobody has", async ({ page, signedIn, workspace }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Precious", scopes: ["read"] });
  await signedIn.newToken.create.click();
  await signedIn.created.done.click();
  await page.getByRole("button", { name: "Revoke it", exact: true }).click();
  await expect(signedIn.created.dialog).toBeHidden();
  await signedIn.revokeDialog("Precious").getByRole("button", { name: "Revoke token", exact: true }).click();
  await expect(page.getByText("Refused everywhere since")).toBeVisible();
  expect((await workspace.tokens("revoked")).map(({ name }) => name)).toEqual(["Precious"]);
});

test("but not once it cannot, and keeps it in sight", async ({ page, signedIn, workspace }) => {
  const dialog = await signedIn.openRotate("Admin");
  await dialog.getByRole("button", { name: "Rotate token", exact: true }).click();
  const token = await signedIn.created.text();
  await expect(page.locator("h1", { hasText: "Sign in" })).toHaveCount(1);
  await signedIn.created.done.click();
  await expect(page.getByText("it cannot be revoked here")).toBeVisible();
  await expect(page.getByRole("button", { name: "Revoke it", exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: "Go back", exact: true }).click();
  await expect(signedIn.created.token).toHaveValue(token);
  expect(await workspace.deploys(token)).toBe(200);
});

test("what was copied and is in the clipboard no more, is asked for too", async ({ page, signedIn }) => {
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Precious", scopes: ["read"] });
  await signedIn.newToken.create.click();
  await signedIn.created.copy.click();
  await signedIn.created.copyCurl.click();
  await expect(page.getByText("Curl line copied")).toBeVisible();
  await signedIn.created.done.click();
  await expect(page.getByText("has taken the token's place in the clipboard")).toBeVisible();
  await page.getByRole("button", { name: "Go back", exact: true }).click();
  await signedIn.created.copy.click();
  await signedIn.created.done.click();
  await expect(signedIn.created.dialog).toBeHidden();
});

test("a form that is half filled in survives back, and other rights", async ({ page, signedIn, workspace }) => {
  await signedIn.link("Audit log").click();
  await signedIn.link("Tokens").click();
  await signedIn.openNewToken();
  await signedIn.newToken.fill({ name: "Half", scopes: ["deploy"] });
  await page.goBack();
  await expect(page).toHaveURL(/#\/audit$/);
  await expect(signedIn.newToken.name).toHaveValue("Half");
  const { id } = (await workspace.tokens())[0];
  await workspace.api("PATCH", `/access-tokens/${id}`, { scopes: ["admin", "read"] });
  const heard = page.waitForResponse(`${controlPlane}/session`);
  await page.evaluate(() => new BroadcastChannel("deplo").postMessage("changed"));
  await (await heard).finished();
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await signedIn.newToken.create.click();
  await signedIn.created.copy.click();
  await signedIn.created.done.click();
  expect((await workspace.tokens()).map(({ name }) => name)).toContain("Half");
});
