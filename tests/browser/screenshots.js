// `cargo xtask screenshots`: every page and dialog, in both themes and two widths.
import { test as base } from "./fixtures.js";
import { scenes } from "./scenes.js";
import { Workspace } from "./stage.js";

const test = base.extend({
  workspace: ({}, use) => Workspace.create({ plan: "pro", name: "Acme" }).then(use),
  // Pictures are looked at by people; what browsers complain of is tested elsewhere.
  trouble: ({}, use) => use(),
});

test.setTimeout(120_000);

for (const width of [375, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ viewport: { width, height: 800 }, colorScheme, deviceScaleFactor: 2, timezoneId: "Europe/Berlin" });

      test("screenshots", async ({ page, dashboard, workspace, edgeSwitch }) => {
        for await (const scene of scenes({ page, dashboard, workspace, edgeSwitch })) {
          const path = `${import.meta.dirname}/../../target/screenshots/${scene}-${colorScheme}-${width}.png`;
          // The whole page, or what of it a dialog lies over.
          const fullPage = (await page.locator("dialog[open]").count()) === 0;
          await page.screenshot({ path, fullPage, animations: "disabled" });
        }
      });
    });
  }
}
