// better-auth with its API-key plugin on SQLite, as `cargo xtask bench --peer` measures it. Called as
// `node server.mjs <database file> <synchronous>`; prints a line of JSON when it listens.
//
// As lean as its documentation allows: a plain node:http server, no router, and its server-side calls instead of its own
// HTTP handler. Creating and disabling trust the caller (`userId`), since that is the cheapest way there is; listing has
// no such way and needs a session. Rate limits are off, and telemetry; everything else is as it comes.
import { apiKey } from "@better-auth/api-key";
import Database from "better-sqlite3";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { createServer } from "node:http";

const [file, synchronous] = process.argv.slice(2);
const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma(`synchronous = ${synchronous}`);

const options = {
  baseURL: "http://127.0.0.1",
  secret: "only-for-measurements-".repeat(2),
  database,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: "error" },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

const signedUp = await auth.api.signUpEmail({
  body: { name: "Admin", email: "admin@example.com", password: "only for measurements" },
  returnHeaders: true,
});
const userId = signedUp.response.user.id;
const cookie = signedUp.headers
  .getSetCookie()
  .map((line) => line.split(";", 1)[0])
  .join("; ");

async function bodyOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return JSON.parse(text);
}

const bearerOf = (request) => (request.headers.authorization ?? "").replace(/^Bearer /, "");

// Each answers with a status and what better-auth returned.
const routes = {
  "POST /keys": async (request) => {
    const { name, scopes } = await bodyOf(request);
    const body = { name, permissions: { deployments: scopes }, userId };
    return [201, await auth.api.createApiKey({ body })];
  },
  "GET /key": async (request) => {
    const answer = await auth.api.verifyApiKey({ body: { key: bearerOf(request) } });
    return [answer.valid ? 200 : 401, answer];
  },
  "GET /keys": async (request) => {
    const headers = new Headers({ cookie: request.headers.cookie ?? "" });
    return [200, await auth.api.listApiKeys({ query: { limit: 100 }, headers })];
  },
  "POST /keys/disable": async (request) => {
    const { keyId } = await bodyOf(request);
    return [200, await auth.api.updateApiKey({ body: { keyId, userId, enabled: false } })];
  },
};

const server = createServer(async (request, response) => {
  let [status, answer] = [404, null];
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (route) [status, answer] = await route(request);
  } catch (error) {
    [status, answer] = [500, { message: String(error) }];
  }
  const text = JSON.stringify(answer);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
});

server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, cookie })));
