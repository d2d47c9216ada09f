// Names are written by people, and read by other people.
import { expect, test } from "./fixtures.js";

const NAMES = [
  '<img src=x onerror="document.title=1">',
  "<script>alert(1)</script>",
  "</title><b>bold</b>",
  "&lt;escaped&gt; & 'quoted' \"twice\"",
  "javascript:alert(1)",
  "نشر كل ليلة",
  "👩\u200D🚀 می\u200Cخواهم",
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
    await expect(page).toHaveTitle(`${name} · Deplo`);
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

// They would make one look like another one, or like none. The words are the server's.
for (const [name, words] of [
  ["\u202ENimda", "A name has no characters that turn the direction of text; letters have their own."],
  ["\u200B", "A name needs at least one character that is seen."],
]) {
  test(`and not ${JSON.stringify(name)}`, async ({ signedIn, workspace, trouble }) => {
    await signedIn.openNewToken();
    await signedIn.newToken.fill({ name, scopes: ["read"] });
    trouble.expect(/status of 422/);
    await signedIn.newToken.create.click();
    await expect(signedIn.newToken.name).toHaveAccessibleDescription(new RegExp(`${words}$`));
    expect(await workspace.tokens()).toHaveLength(1);
  });
}
