// Runs a program of this crate that was built for wasm32-wasip1, for cargo; see .cargo/config.toml.
// Criterion finds its folder where the program cannot see the rest of the disk.
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WASI } from "node:wasi";

const [program, ...rest] = process.argv.slice(2);
const folder = process.env.CRITERION_HOME ?? fileURLToPath(new URL("../target/criterion-wasm", import.meta.url));
mkdirSync(folder, { recursive: true });
const wasi = new WASI({
  version: "preview1",
  args: [program, ...rest],
  env: { CRITERION_HOME: "/criterion" },
  preopens: { "/criterion": folder },
});
const { instance } = await WebAssembly.instantiate(readFileSync(program), wasi.getImportObject());
process.exitCode = wasi.start(instance);
