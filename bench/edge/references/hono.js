// The field's usual way: Hono with its bearer middleware, for one token. It hashes both tokens to compare them, checks no
// path, no scope and no revocation, and passes the token on.
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { targetOf } from "./transport.js";

const app = new Hono();

app.use((context, next) => bearerAuth({ token: context.env.TOKEN })(context, next));
app.all("*", ({ req, env }) => {
  const { method, url, headers, body } = req.raw;
  return fetch(env.ORIGIN_URL + targetOf(url), { method, headers, body, redirect: "manual" });
});

export default app;
