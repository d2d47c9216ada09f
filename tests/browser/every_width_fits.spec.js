// No page and no dialog scrolls sideways, from a small phone to a wide screen, and targets are large enough to hit.
import { expect, test } from "./fixtures.js";

const WIDTHS = [320, 375, 768, 1280, 1600];

for (const width of WIDTHS) {
  test.describe(`${width} pixels`, () => {
    test.use({ viewport: { width, height: 800 } });

    test("hold every page and dialog", async ({ page, signedIn, workspace }) => {
      const name = "A name that is long and-has-words-that-cannot-be-broken-anywhere-at-all";
      const scopes = ["deploy", "read", "delete", "admin"];
      const { id } = await workspace.makeToken({ name, scopes, projectId: workspace.project, expiresAt: "2099-12-31" });
      await page.reload();
      await expect(signedIn.row(name)).toBeVisible();
      await fits(page);
      await signedIn.openNewToken();
      await signedIn.newToken.expires("On a date").check();
      await fits(page);
      await signedIn.newToken.fill({ name: "b".repeat(100), scopes: ["deploy"] });
      await page.getByLabel("Expiry date", { exact: true }).fill("2099-12-31");
      await signedIn.newToken.create.click();
      await signedIn.created.text();
      await fits(page);
      await signedIn.created.copy.click();
      await signedIn.created.done.click();
      for (const open of ["openRotate", "openEdit", "openRevoke"]) {
        await signedIn[open](name);
        await fits(page);
        await page.keyboard.press("Escape");
      }
      await page.goto(`/#/tokens/${id}`);
      await expect(signedIn.heading(name)).toBeVisible();
      await fits(page);
      await page.goto("/#/audit");
      await expect(signedIn.table("Audit events").getByRole("link", { name }).first()).toBeVisible();
      await fits(page);
      await signedIn.button("Sign out").click();
      await expect(signedIn.heading("Sign in")).toBeVisible();
      await fits(page);
    });
  });
}

test("an alert that is not there takes no room", async ({ page, dashboard }) => {
  await dashboard.open();
  const card = page.locator("form.card");
  await expect(card).toBeVisible();
  const [above, below] = await card.evaluate((form) => {
    const { top, bottom } = form.getBoundingClientRect();
    const shown = [...form.children].filter((child) => child.childNodes.length > 0);
    return [shown[0].getBoundingClientRect().top - top, bottom - shown.at(-1).getBoundingClientRect().bottom];
  });
  expect(above).toBe(below);
});

test.describe("a phone on which the form is longer than the screen", () => {
  test.use({ viewport: { width: 375, height: 700 } });

  test("shows the date that is asked for", async ({ page, signedIn }) => {
    await signedIn.openNewToken();
    await signedIn.newToken.expires("On a date").click();
    const isInSight = (field) => {
      const { left, top, width, height } = field.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2) === field;
    };
    await expect.poll(() => page.getByLabel("Expiry date", { exact: true }).evaluate(isInSight)).toBe(true);
  });
});

async function fits(page) {
  expect(await page.evaluate(overflowing), "wider than the window").toEqual([]);
  expect(await page.evaluate(small), "smaller than 24 pixels").toEqual([]);
}

// In the page: what can be scrolled sideways, or stands out of the window.
function overflowing() {
  const { clientWidth, scrollWidth } = document.documentElement;
  const dialogs = [...document.querySelectorAll("dialog[open]")];
  const wide = dialogs.filter((dialog) => {
    const { left, right } = dialog.getBoundingClientRect();
    return dialog.scrollWidth > dialog.clientWidth || left < 0 || right > clientWidth;
  });
  return [...(scrollWidth > clientWidth ? [`page: ${scrollWidth}`] : []), ...wide.map((dialog) => dialog.textContent)];
}

// In the page: buttons and fields that are too small to hit. The label of a checkbox is part of it.
function small() {
  const controls = [...document.querySelectorAll("button, input, select, textarea, summary")];
  const sizeOf = (control) => {
    const parts = [control, ...(control.labels ?? [])].map((part) => part.getBoundingClientRect());
    return [Math.max(...parts.map(({ width }) => width)), Math.max(...parts.map(({ height }) => height))];
  };
  const shown = controls.filter((control) => control.checkVisibility({ visibilityProperty: true }));
  return shown.filter((control) => Math.min(...sizeOf(control)) < 24).map((control) => control.outerHTML);
}
