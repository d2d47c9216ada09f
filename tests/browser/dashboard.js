// The dashboard in a tab, by what its parts are called.
import { expect } from "@playwright/test";

export class Dashboard {
  constructor(page) {
    this.page = page;
    const exactly = (role) => (name) => page.getByRole(role, { name, exact: true });
    [this.button, this.link, this.heading, this.table] = ["button", "link", "heading", "table"].map(exactly);
    this.dialog = exactly("dialog");
    this.tokens = this.table("Tokens");
    this.newToken = new NewToken(this.dialog("New Token"));
    this.created = new Created(page.getByRole("dialog", { name: /^Token (created|rotated)$/ }));
    this.header = page.getByRole("banner");
  }

  async open(hash = "") {
    await this.page.goto(`/${hash}`);
  }

  // Signs in on the page that is there, or on the first one.
  async signIn(token) {
    if (this.page.url() === "about:blank") await this.open();
    await this.page.getByLabel("Access token", { exact: true }).fill(token);
    await this.button("Sign in").click();
    await expect(this.button("Sign out")).toBeVisible();
  }

  // From now on the page takes itself for hidden, and fetches nothing by itself.
  hide() {
    return this.page.evaluate(() => Object.defineProperty(document, "visibilityState", { value: "hidden" }));
  }

  // The row of a token in the list.
  row(name) {
    return this.tokens.getByRole("row").filter({ has: this.link(name) });
  }

  async openNewToken() {
    await this.button("New Token").click();
    await expect(this.newToken.dialog).toBeVisible();
  }

  // Makes a token as a person does, copies it and closes; returns its text.
  async makeToken({ name = "CI Deploy", scopes = ["deploy"] } = {}) {
    await this.openNewToken();
    await this.newToken.fill({ name, scopes });
    await this.newToken.create.click();
    const text = await this.created.text();
    await this.created.copy.click();
    await this.created.done.click();
    await expect(this.created.dialog).toBeHidden();
    return text;
  }

  // Before and after it is done.
  revokeDialog(name) {
    return this.dialog(`Revoke “${name}”?`).or(this.dialog(`“${name}” is revoked`));
  }

  openRevoke(name) {
    return this.#openOfRow("Revoke", name, this.revokeDialog(name));
  }

  openRotate(name) {
    return this.#openOfRow("Rotate", name, this.dialog(`Rotate “${name}”`));
  }

  openEdit(name) {
    return this.#openOfRow("Edit", name, this.dialog(`Edit “${name}”`));
  }

  // Opens the dialog behind a button of a token's row, and returns it.
  async #openOfRow(verb, name, dialog) {
    await this.row(name)
      .getByRole("button", { name: `${verb} ${name}`, exact: true })
      .click();
    await expect(dialog).toBeVisible();
    return dialog;
  }
}

// The form for a new token.
class NewToken {
  constructor(dialog) {
    this.dialog = dialog;
    this.name = dialog.getByRole("textbox", { name: "Name", exact: true });
    this.project = dialog.getByRole("combobox", { name: "Project", exact: true });
    this.create = dialog.getByRole("button", { name: "Create token", exact: true });
    this.cancel = dialog.getByRole("button", { name: "Cancel", exact: true });
  }

  scope(name) {
    return this.dialog.getByRole("checkbox", { name, exact: true });
  }

  expires(name) {
    return this.dialog.getByRole("radio", { name, exact: true });
  }

  async fill({ name, scopes }) {
    await this.name.fill(name);
    for (const scope of scopes) await this.scope(scope).check();
  }
}

// The one time that a token is shown.
class Created {
  constructor(dialog) {
    this.dialog = dialog;
    this.token = dialog.getByRole("textbox", { name: "Access token", exact: true });
    const button = (name) => dialog.getByRole("button", { name, exact: true });
    [this.copy, this.copyExport, this.copyCurl] = ["Copy token", "Copy export line", "Copy curl line"].map(button);
    this.done = button("Done");
  }

  async text() {
    await expect(this.token).toHaveValue(/^sk_live_/);
    return this.token.inputValue();
  }
}
