// axe-core on every page and dialog, in both themes, on a phone and on a wide screen.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures.js";
import { scenes } from "./scenes.js";

test.setTimeout(400_000);
// Colours that are still on their way to those of the other theme are nobody's.
test.use({ contextOptions: { reducedMotion: "reduce" } });

for (const width of [375, 1280]) {
  test(`on any page or dialog, ${width} pixels wide`, async ({ page, dashboard, workspace, edgeSwitch }) => {
    await page.setViewportSize({ width, height: 900 });
    const found = [];
    for await (const scene of scenes({ page, dashboard, workspace, edgeSwitch })) {
      await page.emulateMedia({ colorScheme: "light" });
      const light = await new AxeBuilder({ page }).analyze();
      await page.emulateMedia({ colorScheme: "dark" });
      // All that another theme can change.
      const dark = await new AxeBuilder({ page }).withRules(["color-contrast", "link-in-text-block"]).analyze();
      expect(light.passes.length, scene).toBeGreaterThan(10);
      expect(dark.passes.length, scene).toBeGreaterThan(0);
      for (const [theme, { violations }] of Object.entries({ light, dark })) {
        for (const { id, nodes } of violations) found.push(...nodes.map(({ html }) => ({ scene, theme, id, html })));
      }
    }
    expect(found).toEqual([]);
  });
}
