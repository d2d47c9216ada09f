// Names are written by people, and read by other people.
import { expect, test } from "./fixtures.js";

const NAMES = [
  '<img src=x onerror="document.title=1">',
  "<script>alert(1)</script>",
  "</title><b>bold</b>",
  "&lt;escaped&gt; & 'quoted' \"twice\"",
  "javascript:alert(1)",
  "\u202Ereversed\u202C names",
  "a".repeat(100),
];

for (const name of NAMES) {
  test(`whatever they are: ${JSON.stringify(name.slice(0, 40))}`, async ({ page, signedIn, workspace }) => {
    const project = await workspace.api("POST", "/projects", { name });
    const { id } = await workspace.makeToken({ name, projectId: project.id });
    await page.reload();
    await expect(signedIn.row(name)).toContainText(name);

    const edit = await signedIn.openEdit(name);
    await expect(edit.getByRole("textbox", { name: "Name", exact: true })).toHaveValue(name);
    await page.keyboard.press("Escape");
    await signedIn.openRotate(name);
    await page.keyboard.press("Escape");

    await signedIn.link(name).click();
    await expect(signedIn.heading(name)).toBeVisible();
    // A title has no markup that would keep a direction to the name.
    await expect(page).toHaveTitle(`${name.replace(/[\u202A-\u202E]/g, "")} · Deplo`);
    await page.goto(`/#/tokens?project=${project.id}`);
    await expect(page.getByRole("combobox", { name: "Project", exact: true }).locator("option:checked")).toHaveText(
      name,
    );
    await page.goto("/#/audit");
    await expect(signedIn.table("Audit events").getByRole("link", { name, exact: true }).first()).toBeVisible();

    await page.goto(`/#/tokens/${id}`);
    await signedIn.button(`Revoke ${name}`).click();
    await signedIn.revokeDialog(name).getByRole("button", { name: "Revoke token", exact: true }).click();
    await expect(page.getByText("Refused everywhere since")).toBeVisible();
    await expect(page.locator("img[src=x], b:text-is('bold'), script:not([src])")).toHaveCount(0);
  });
}
