// What the tests ask of the system beside the browser: workspaces from the stage (tests/src/stage.rs), everything else
// by the public API.
const { CONTROL_PLANE_URL, EDGE_URL, STAGE_URL } = process.env;

export { CONTROL_PLANE_URL as controlPlane, EDGE_URL as edge };

// Calls a server with JSON, and with a bearer token if there is one.
export async function call(server, method, path, { token, body, headers = {} } = {}) {
  const sent = { ...headers };
  if (token) sent.authorization = `Bearer ${token}`;
  if (body !== undefined) sent["content-type"] = "application/json";
  const answer = await fetch(`${server}${path}`, { method, headers: sent, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text && JSON.parse(text) };
}

// A workspace of its own, with a project and a token that may do everything.
export class Workspace {
  static async create({ plan = "pro", name = "Test" } = {}) {
    const { id, project, token } = await askStage("/workspaces", { plan, name });
    return Object.assign(new Workspace(), { id, name, project, token });
  }

  path(rest) {
    return `/workspaces/${this.id}${rest}`;
  }

  // Calls the control plane about something of this workspace, and returns the answer's body.
  async api(method, rest, body, token = this.token) {
    const answer = await call(CONTROL_PLANE_URL, method, this.path(rest), { token, body });
    if (answer.status >= 300) throw new Error(`${method} ${rest}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  // Makes a token; returns its view, with `token` in it.
  makeToken(wanted = {}) {
    return this.api("POST", "/access-tokens", { name: "Test", scopes: ["deploy"], ...wanted });
  }

  // Every token that is listed with this status.
  async tokens(status = "all") {
    const all = [];
    for (let cursor = ""; cursor !== null;) {
      const page = await this.api("GET", `/access-tokens?limit=200&status=${status}${cursor && `&cursor=${cursor}`}`);
      all.push(...page.data);
      cursor = page.nextCursor;
    }
    return all;
  }

  // The same, to be compared: without when the token that lists them was last used, since listing them is a use.
  async comparableTokens() {
    const isOwn = ({ prefix }) => this.token.startsWith(prefix.replace("…", ""));
    return (await this.tokens()).map((token) => (isOwn(token) ? { ...token, lastUsedAt: "now" } : token));
  }

  // The status with which the edge answers a deployment of this token.
  async deploys(token) {
    return (await call(EDGE_URL, "POST", this.path(`/projects/${this.project}/deployments`), { token })).status;
  }
}

export const edgeSwitch = {
  pause: () => askStage("/edge/pause"),
  resume: () => askStage("/edge/resume"),
};

// As if a token had been used so long ago.
export const tellUse = (tokenId, agoMs) => askStage("/uses", { tokenId, agoMs });

async function askStage(path, body) {
  const { status, body: answer } = await call(STAGE_URL, "POST", path, { body });
  if (status !== 200) throw new Error(`the stage answered ${path} with ${status}`);
  return answer;
}
