// Swagger UI at /docs, served by the control plane itself.
import { expect, test } from "./fixtures.js";

test("of every call, without a complaint of the browser", async ({ page }) => {
  await page.goto("/docs/");
  await expect(page.getByText("/workspaces/{workspaceId}/access-tokens", { exact: true }).first()).toBeVisible();
});
