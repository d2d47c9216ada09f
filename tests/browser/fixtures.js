// What every test works with.
import { test as base, expect } from "@playwright/test";
import { Dashboard } from "./dashboard.js";
import { Workspace, controlPlane, edgeSwitch } from "./stage.js";
import { Trouble } from "./trouble.js";

export { expect };

export const test = base.extend({
  // Of the test's workspace.
  plan: ["pro", { option: true }],

  workspace: ({ plan }, use) => Workspace.create({ plan }).then(use),

  // Fails a test whose browser complains of something that the test did not expect.
  trouble: [
    async ({ context }, use) => {
      const trouble = new Trouble();
      trouble.watch(context, controlPlane);
      await use(trouble);
      trouble.check();
    },
    { auto: true },
  ],

  // The first tab. Nobody is signed in.
  dashboard: ({ page }, use) => use(new Dashboard(page)),

  // The first tab, signed in with the token that may do everything.
  signedIn: async ({ dashboard, workspace }, use) => {
    await dashboard.signIn(workspace.token);
    await use(dashboard);
  },

  // Stops the edge and lets it go on. It goes on after the test in any case.
  edgeSwitch: async ({}, use, { project }) => {
    expect(project.name, "playwright.config.js lists the files that stop the edge").not.toBe("tests");
    await use(edgeSwitch);
    await edgeSwitch.resume();
  },
});
