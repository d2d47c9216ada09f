// Nobody shuts a workspace's tokens away from everybody by mistake.
import { expect, test } from "./fixtures.js";

const WARNING = "No other token can manage this workspace";

test("whoever revokes the last token that can manage it", async ({ page, signedIn, workspace }) => {
  await workspace.makeToken({ name: "Deployer" });
  await workspace.makeToken({ name: "Project admin", scopes: ["admin"], projectId: workspace.project });
  await page.reload();
  await signedIn.openRevoke("Admin");
  await expect(signedIn.revokeDialog("Admin")).toContainText(WARNING);
  await expect(signedIn.revokeDialog("Admin")).toContainText(`control-plane token create --workspace ${workspace.id}`);
});

test("and nobody else", async ({ page, signedIn, workspace }) => {
  await workspace.makeToken({ name: "Second", scopes: ["admin"] });
  await workspace.makeToken({ name: "Deployer" });
  await page.reload();
  await expect(signedIn.row("Admin")).toBeVisible();
  // The list asks for the same, but not while it is hidden.
  await signedIn.hide();
  await page.waitForLoadState("networkidle");
  for (const name of ["Admin", "Deployer"]) {
    const asked = name === "Admin" && page.waitForResponse(/access-tokens\?.*status=active/);
    await signedIn.openRevoke(name);
    if (asked) await (await asked).finished();
    await page.evaluate(() => new Promise(requestAnimationFrame));
    await expect(signedIn.revokeDialog(name)).toContainText("cannot be undone");
    await expect(signedIn.revokeDialog(name)).not.toContainText(WARNING);
    await page.keyboard.press("Escape");
  }
});

test("also whoever takes its rights", async ({ signedIn, workspace }) => {
  const dialog = await signedIn.openEdit("Admin");
  await expect(dialog).toContainText(WARNING);
  await expect(dialog).toContainText(`control-plane token create --workspace ${workspace.id}`);
});
