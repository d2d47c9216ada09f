// Finding one token among others.
import { expect, test } from "./fixtures.js";

test("by name, prefix and id, by status and project", async ({ page, signedIn, workspace }) => {
  const { id: shop } = await workspace.api("POST", "/projects", { name: "Shop" });
  const ofShop = await workspace.makeToken({ name: "Shop CI", projectId: shop });
  const nightly = await workspace.makeToken({ name: "Nightly", scopes: ["read", "delete"] });
  const gone = await workspace.makeToken({ name: "Gone" });
  await workspace.api("DELETE", `/access-tokens/${gone.id}`);
  await page.reload();
  await shows(signedIn, ["Nightly", "Shop CI", "Admin"]);
  await expect(signedIn.row("Shop CI")).toContainText("Shop");
  await expect(signedIn.row("Nightly")).toContainText("All projects");
  await expect(signedIn.row("Nightly")).toContainText(nightly.prefix);
  await expect(signedIn.row("Admin")).toContainText("operator");

  const search = page.getByRole("searchbox", { name: "Search tokens" });
  for (const words of ["night", nightly.prefix, nightly.id]) {
    await search.fill(words);
    await shows(signedIn, ["Nightly"]);
    // So that the next answer is not taken for this one.
    await search.fill("");
    await shows(signedIn, ["Nightly", "Shop CI", "Admin"]);
  }
  await search.fill("nobody has this");
  await expect(signedIn.heading("No token matches")).toBeVisible();
  await signedIn.button("Clear search and filters").click();
  await shows(signedIn, ["Nightly", "Shop CI", "Admin"]);

  await page.getByRole("combobox", { name: "Project", exact: true }).selectOption("Shop");
  await shows(signedIn, ["Shop CI"]);
  await page.getByRole("combobox", { name: "Project", exact: true }).selectOption("All projects");
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("Revoked");
  await shows(signedIn, ["Gone"]);
  await page.getByRole("combobox", { name: "Status", exact: true }).selectOption("All");
  await shows(signedIn, ["Gone", "Nightly", "Shop CI", "Admin"]);
  await signedIn.row("Shop CI").getByRole("link", { name: "Shop CI" }).click();
  await expect(page.getByRole("main")).toContainText(ofShop.id);
});

test("and a workspace whose tokens are gone says how to start", async ({ dashboard, workspace }) => {
  // The only way to have none in the list is to look at a project's, with a token of none.
  const { id } = await workspace.api("POST", "/projects", { name: "Empty" });
  await dashboard.signIn(workspace.token);
  await dashboard.open(`#/tokens?project=${id}`);
  await expect(dashboard.heading(/^No token/)).toBeVisible();
});

test("and one of which nothing is over says so", async ({ page, signedIn }) => {
  for (const status of ["Expired", "Revoked"]) {
    await page.getByRole("combobox", { name: "Status", exact: true }).selectOption(status);
    await expect(signedIn.heading(`No ${status.toLowerCase()} tokens`)).toBeVisible();
  }
  await signedIn.button("Show the active ones").click();
  await shows(signedIn, ["Admin"]);
});

async function shows(dashboard, names) {
  const rows = dashboard.tokens.getByRole("row").filter({ has: dashboard.page.getByRole("cell") });
  await expect(rows).toHaveCount(names.length);
  for (const name of names) await expect(dashboard.row(name)).toBeVisible();
}
