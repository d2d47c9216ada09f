// `cargo xtask screenshots`: every page and dialog, in both themes and two widths.
import { test as base } from "./fixtures.js";
import { scenes } from "./scenes.js";
import { Workspace } from "./stage.js";

const test = base.extend({
  workspace: ({}, use) => Workspace.create({ plan: "pro", name: "Acme" }).then(use),
  // Pictures are looked at by people; what browsers complain of is tested elsewhere.
  trouble: ({}, use) => use(),
});

test.setTimeout(400_000);

test.use({ deviceScaleFactor: 2, timezoneId: "Europe/Berlin" });

for (const width of [375, 1280]) {
  test(`screenshots, ${width} pixels wide`, async ({ page, dashboard, workspace, edgeSwitch }) => {
    await page.setViewportSize({ width, height: 800 });
    for await (const scene of scenes({ page, dashboard, workspace, edgeSwitch })) {
      // Nothing is under a pointer.
      await page.mouse.move(0, 0);
      // The whole page, or what of it a dialog lies over.
      const fullPage = (await page.locator("dialog[open]").count()) === 0;
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const path = `${import.meta.dirname}/../../target/screenshots/${scene}-${colorScheme}-${width}.png`;
        await page.screenshot({ path, fullPage, animations: "disabled" });
      }
    }
  });
}
