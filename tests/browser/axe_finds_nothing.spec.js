// axe-core on every page and dialog, in both themes, on a phone and on a wide screen.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures.js";
import { scenes } from "./scenes.js";

test.setTimeout(120_000);

for (const width of [375, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test.describe(`${colorScheme}, ${width} pixels`, () => {
      test.use({ viewport: { width, height: 900 }, colorScheme });

      test("on any page or dialog", async ({ page, dashboard, workspace, edgeSwitch, trouble }) => {
        const found = [];
        for await (const scene of scenes({ page, dashboard, workspace, edgeSwitch })) {
          const { violations, passes } = await new AxeBuilder({ page }).analyze();
          expect(passes.length, scene).toBeGreaterThan(10);
          found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => ({ scene, id, html, failureSummary }))));
        }
        expect(found).toEqual([]);
        trouble.check();
      });
    });
  }
}
